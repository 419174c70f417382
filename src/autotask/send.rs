//! The one place where requests leave for Autotask.

use std::time::{Duration, Instant};

use reqwest::{Method, header::RETRY_AFTER, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::{
    failure::{Failure, Kind, classify},
    wire::ZoneInformation,
};
use crate::{
    error::{Error, Result},
    quiet,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer that is read.
const MAX_ANSWER: usize = 8 * 1024 * 1024;
const VERSION: &str = "V1.0";

/// One tenant's way into Autotask.
#[derive(Clone, Debug)]
pub struct Access {
    /// The zone's address, as zone information gave it; ends with a slash.
    pub zone_url: String,
    /// The API user's name.
    pub user_name: String,
    /// The API user's secret.
    pub secret: SecretString,
    /// The integration code (tracking identifier).
    pub integration_code: String,
}

/// One call: what to do, and where below the API's root.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    /// The path below the API's root.
    pub path: String,
    /// The body.
    pub body: Option<Value>,
    /// What it does.
    pub kind: Kind,
}

impl Call {
    /// Reads what is at a path.
    pub fn read(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, kind: Kind::Read }
    }

    /// Asks for rows of an entity, at most a page. `fields` limits the columns; none is all.
    pub fn query(entity: &str, filter: &Value, fields: &[&str]) -> Self {
        let mut body = json!({ "MaxRecords": super::PAGE, "Filter": filter });
        if !fields.is_empty() {
            body["IncludeFields"] = json!(fields);
        }
        Self { method: Method::POST, path: format!("{entity}/query"), body: Some(body), kind: Kind::Read }
    }

    /// Creates a row.
    pub fn create(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), kind: Kind::Create }
    }

    /// Sets some fields of the row whose id is in the body.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::PATCH, path: path.into(), body: Some(body), kind: Kind::Set }
    }

    /// Deletes a row.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None, kind: Kind::Set }
    }

    /// The HTTP method.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }
}

/// A call that was made, and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What the call did.
    pub kind: Kind,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The answer's body, or how the call failed.
    pub result: std::result::Result<String, Failure>,
    /// The body of the answer, whatever the status.
    pub body: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// The HTTP client that all tenants share.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    write_timeout: Duration,
}

impl Client {
    /// A client whose writes wait `write_timeout` for an answer.
    ///
    /// # Errors
    /// When the machine offers no TLS.
    #[expect(clippy::disallowed_methods, reason = "this is the one caller")]
    pub fn new(write_timeout: Duration) -> Result<Self> {
        // A second call finds the provider installed: that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder =
            reqwest::Client::builder().redirect(Policy::none()).no_proxy().connect_timeout(CONNECT_TIMEOUT);
        let http = builder
            .user_agent(concat!("Opportune/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::internal)?;
        Ok(Self { http, write_timeout })
    }

    /// Asks where the zone of an API user is.
    ///
    /// # Errors
    /// How the look-up failed; also when the zone's address is not one that credentials may be sent to.
    pub async fn zone(
        &self,
        discovery_url: &str,
        user_name: &str,
    ) -> std::result::Result<ZoneInformation, Failure> {
        let url = format!("{}/ATServicesRest/{VERSION}/zoneInformation", discovery_url.trim_end_matches('/'));
        let request = self.http.get(url).query(&[("user", user_name)]).timeout(READ_TIMEOUT);
        let exchange = self.exchange(Kind::Read, request).await;
        let zone: ZoneInformation = super::read(&exchange)?;
        if is_trusted(discovery_url, &zone.url) {
            return Ok(zone);
        }
        Err(Failure::Refused(format!(
            "The zone look-up answered with an address outside Autotask: {}",
            zone.url
        )))
    }

    /// Makes one call.
    pub async fn send(&self, access: &Access, call: &Call) -> Exchange {
        let url = format!("{}{VERSION}/{}", access.zone_url, call.path);
        let timeout = if call.kind == Kind::Read { READ_TIMEOUT } else { self.write_timeout };
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .timeout(timeout)
            .header("UserName", &access.user_name)
            .header("Secret", access.secret.expose_secret())
            .header("ApiIntegrationCode", &access.integration_code);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        self.exchange(call.kind, request).await
    }

    async fn exchange(&self, kind: Kind, request: reqwest::RequestBuilder) -> Exchange {
        debug_assert!(quiet::is_quiet(), "a transaction is open while a request goes out");
        let start = Instant::now();
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Exchange::without_answer(kind, &error, start.elapsed()),
        };
        let status = answer.status().as_u16();
        let retry_after =
            answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let (result, body) = match read_body(answer).await {
            Ok(body) => {
                (classify(kind, status, &body, retry_after).map_or_else(|| Ok(body.clone()), Err), Some(body))
            }
            Err(reason) => (Err(kind.failure(&reason)), None),
        };
        Exchange { kind, status: Some(status), result, body, took: start.elapsed() }
    }
}

impl Exchange {
    fn without_answer(kind: Kind, error: &reqwest::Error, took: Duration) -> Self {
        let reason = reason(error);
        let failure = if error.is_connect() || error.is_builder() {
            Failure::NotSent(reason)
        } else {
            kind.failure(&reason)
        };
        Self { kind, status: None, result: Err(failure), body: None, took }
    }
}

/// The last cause of an error, without the address: it may hold a user name.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "Autotask did not answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("the connection failed ({cause})")
}

async fn read_body(mut answer: reqwest::Response) -> std::result::Result<String, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| reason(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER {
            return Err("Autotask's answer is too long to be read".to_owned());
        }
    }
    String::from_utf8(bytes).map_err(|_| "Autotask's answer is not text".to_owned())
}

/// Whether credentials may be sent to a zone: to Autotask's own hosts over TLS, or to the very host that the operator
/// named for the look-up (the emulator).
fn is_trusted(discovery_url: &str, zone_url: &str) -> bool {
    let (Ok(asked), Ok(zone)) = (Url::parse(discovery_url), Url::parse(zone_url)) else { return false };
    if !zone.path().ends_with('/') || !zone.username().is_empty() || zone.password().is_some() {
        return false;
    }
    let is_autotask = |url: &Url| {
        url.scheme() == "https"
            && url.port().is_none()
            && url.host_str().is_some_and(|host| host.ends_with(".autotask.net"))
    };
    if is_autotask(&asked) { is_autotask(&zone) } else { asked.origin() == zone.origin() }
}

#[cfg(test)]
mod tests {
    use super::is_trusted;

    #[test]
    fn credentials_go_to_autotask_or_to_the_emulator_that_was_named() {
        let vendor = "https://webservices.autotask.net";
        let emulator = "http://127.0.0.1:9090";
        let good = [
            (vendor, "https://webservices14.autotask.net/ATServicesRest/"),
            (emulator, "http://127.0.0.1:9090/ATServicesRest/"),
        ];
        for (asked, zone) in good {
            assert!(is_trusted(asked, zone), "{zone}");
        }
        let bad = [
            (vendor, "http://webservices14.autotask.net/ATServicesRest/"),
            (vendor, "https://webservices14.autotask.net.example/ATServicesRest/"),
            (vendor, "https://webservices14.autotask.net:8443/ATServicesRest/"),
            (vendor, "https://evil@webservices14.autotask.net/ATServicesRest/"),
            (vendor, "https://autotask.net.evil.example/"),
            (vendor, "http://127.0.0.1:9090/ATServicesRest/"),
            (vendor, "not an address"),
            (emulator, "http://127.0.0.1:9091/ATServicesRest/"),
            (emulator, "http://169.254.169.254/ATServicesRest/"),
            (emulator, "http://127.0.0.1:9090/ATServicesRest"),
        ];
        for (asked, zone) in bad {
            assert!(!is_trusted(asked, zone), "{zone}");
        }
    }
}
