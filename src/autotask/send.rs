//! The one place where requests leave for Autotask.

use std::time::{Duration, Instant};

use reqwest::{
    Method, RequestBuilder,
    dns::Resolve,
    header::{DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    address::{self, Realm},
    failure::{self, Failure, Kind, classify},
    filter::Filter,
    resolve::{System, Vetted},
    wire::ZoneInformation,
};
use crate::{
    error::{Error, Result},
    quiet,
};

const VERSION: &str = "V1.0";

/// How long calls may take and how much they may bring.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Name, connection and TLS together.
    pub connect: Duration,
    /// A read, from its start to the last byte of its answer.
    pub read: Duration,
    /// A write, likewise. Shorter than Autotask's own limit, it only leaves more outcomes unknown.
    pub write: Duration,
    /// The largest answer that is read, in bytes, once decompressed.
    pub answer: usize,
}

impl Limits {
    fn with_write(write: Duration) -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            write,
            answer: 8 * 1024 * 1024,
        }
    }
}

/// One tenant's way into Autotask.
#[derive(Clone, Debug)]
pub struct Access {
    /// Where the zone was looked up: Autotask's own host, or the server that the operator named.
    pub discovery_url: String,
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
    pub fn query(entity: &str, filter: &Filter, fields: &[&str]) -> Self {
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
    /// Whether the request was made at all, as far as can be told.
    pub made: bool,
    /// Whether it was given up, so that Autotask may still be at work on it.
    pub timed_out: bool,
}

/// The HTTP client that all tenants share. It follows no redirect, asks no proxy, and speaks only with addresses that
/// were vetted.
#[derive(Clone, Debug)]
pub struct Client {
    autotask: reqwest::Client,
    named: reqwest::Client,
    limits: Limits,
}

impl Client {
    /// A client whose writes wait `write_timeout` for an answer.
    ///
    /// # Errors
    /// When the machine offers no TLS.
    pub fn new(write_timeout: Duration) -> Result<Self> {
        Self::with(Limits::with_write(write_timeout), || System)
    }

    /// A client with limits and a resolver of its own.
    pub(super) fn with<R: Resolve + 'static>(limits: Limits, resolver: impl Fn() -> R) -> Result<Self> {
        // A second call finds the provider installed: that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let autotask = http(&limits, Vetted::new(resolver(), Realm::Autotask), true)?;
        let named = http(&limits, Vetted::new(resolver(), Realm::Named), false)?;
        Ok(Self { autotask, named, limits })
    }

    fn of(&self, realm: Realm) -> &reqwest::Client {
        match realm {
            Realm::Autotask => &self.autotask,
            Realm::Named => &self.named,
        }
    }

    /// Asks where the zone of an API user is. It needs no credentials.
    ///
    /// # Errors
    /// How the look-up failed; also when the zone's address is not one that credentials may be sent to.
    pub async fn zone(
        &self,
        discovery_url: &str,
        user_name: &str,
    ) -> std::result::Result<ZoneInformation, Failure> {
        let (root, realm) = address::discovery(discovery_url)
            .map_err(|wrong| outside("The address for zone look-ups", wrong))?;
        let root = root.as_str().trim_end_matches('/');
        let url = format!("{root}/ATServicesRest/{VERSION}/zoneInformation");
        let request = self.of(realm).get(url).query(&[("user", user_name)]).timeout(self.limits.read);
        let exchange = self.exchange(Kind::Read, request).await;
        // A user whom no zone knows is told with a sentence that nobody wrote down.
        if let Some(sentence) = failure::refusal(exchange.status, exchange.body.as_deref()) {
            return Err(Failure::Refused(sentence));
        }
        let zone: ZoneInformation = super::read(&exchange)?;
        address::zone(discovery_url, &zone.url).map_err(|wrong| outside("The zone's address", wrong))?;
        address::web(discovery_url, &zone.web_url)
            .map_err(|wrong| outside("The address of Autotask's pages", wrong))?;
        Ok(zone)
    }

    /// Makes one call. The zone's address is vetted each time: it comes from the network or from the database.
    pub async fn send(&self, access: &Access, call: &Call) -> Exchange {
        let realm = match address::zone(&access.discovery_url, &access.zone_url) {
            Ok(realm) => realm,
            Err(wrong) => return Exchange::not_made(call.kind, outside("The zone's address", wrong)),
        };
        let Some(credentials) = access.headers() else {
            return Exchange::not_made(call.kind, Failure::Credentials);
        };
        let url = format!("{}{VERSION}/{}", access.zone_url, call.path);
        let timeout = if call.kind == Kind::Read { self.limits.read } else { self.limits.write };
        let mut request =
            self.of(realm).request(call.method.clone(), url).timeout(timeout).headers(credentials);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        self.exchange(call.kind, request).await
    }

    async fn exchange(&self, kind: Kind, request: RequestBuilder) -> Exchange {
        debug_assert!(quiet::is_quiet(), "a transaction is open while a request goes out");
        let start = Instant::now();
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Exchange::without_answer(kind, &error, start.elapsed()),
        };
        let status = answer.status().as_u16();
        let retry_after = retry_after(answer.headers());
        let mut timed_out = false;
        let (result, body) = match read_body(answer, self.limits.answer).await {
            Ok(body) => {
                (classify(kind, status, &body, retry_after).map_or_else(|| Ok(body.clone()), Err), Some(body))
            }
            // The status of a refusal says enough.
            Err(_) if matches!(status, 401 | 429) => {
                (Err(classify(kind, status, "", retry_after).unwrap_or(Failure::Credentials)), None)
            }
            Err(reason) => {
                timed_out = reason == LATE;
                (Err(kind.failure(&reason)), None)
            }
        };
        let took = start.elapsed();
        Exchange { kind, status: Some(status), result, body, took, made: true, timed_out }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one caller")]
fn http<R: Resolve + 'static>(
    limits: &Limits,
    resolver: Vetted<R>,
    only_tls: bool,
) -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .https_only(only_tls)
        .dns_resolver(resolver)
        .connect_timeout(limits.connect)
        .user_agent(concat!("Opportune/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(Error::internal)
}

impl Access {
    /// The headers that every call bears, none of which may be logged; `None` where one holds a character that no
    /// header can.
    fn headers(&self) -> Option<HeaderMap> {
        let header = |name: &'static str, text: &str| {
            let mut value = HeaderValue::from_str(text).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_static(name), value))
        };
        let headers = [
            header("username", &self.user_name)?,
            header("secret", self.secret.expose_secret())?,
            header("apiintegrationcode", &self.integration_code)?,
        ];
        Some(headers.into_iter().collect())
    }
}

fn outside(what: &str, wrong: &str) -> Failure {
    Failure::Refused(format!("{what} {wrong}. Nothing was sent there."))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    failure::retry_after(text(RETRY_AFTER)?, text(DATE))
}

impl Exchange {
    /// A call that was not made.
    pub(super) fn not_made(kind: Kind, failure: Failure) -> Self {
        let (took, body) = (Duration::ZERO, None);
        Self { kind, status: None, result: Err(failure), body, took, made: false, timed_out: false }
    }

    fn without_answer(kind: Kind, error: &reqwest::Error, took: Duration) -> Self {
        let reason = reason(error);
        let failure = if error.is_connect() || error.is_builder() {
            Failure::NotSent(reason)
        } else {
            kind.failure(&reason)
        };
        let timed_out = error.is_timeout() && !error.is_connect();
        Self { kind, status: None, result: Err(failure), body: None, took, made: true, timed_out }
    }
}

/// What is said of a call that was given up.
const LATE: &str = "Autotask did not answer in time";

/// The last cause of an error, without the address: it may hold a user name.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return LATE.to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("the connection failed ({cause})")
}

async fn read_body(mut answer: reqwest::Response, max: usize) -> std::result::Result<String, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| reason(&error))? {
        if bytes.len() + chunk.len() > max {
            return Err("Autotask's answer is too long to be read".to_owned());
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| "Autotask's answer is not text".to_owned())
}
