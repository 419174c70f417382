//! The one place where requests leave for Kaseya Quote Manager. All of them read.

use std::time::Duration;

use reqwest::{
    Response,
    header::{DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::{Host, Url};

use super::failure::{self, Failure};
use crate::{
    error::{Error, Result},
    quiet,
};

/// How long calls may take and how much they may bring.
#[derive(Clone, Debug)]
struct Limits {
    /// Name, connection and TLS together.
    connect: Duration,
    /// A call, from its start to the last byte of its answer.
    read: Duration,
    /// The largest answer that is read, in bytes, once decompressed.
    answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), read: Duration::from_secs(30), answer: 8 * 1024 * 1024 }
    }
}

/// The rows of one answer, as they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// In the order of the answer.
    pub rows: Vec<Value>,
}

/// The HTTP client that all tenants share. It follows no redirect and asks no proxy.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    limits: Limits,
}

impl Client {
    /// A client with the usual limits.
    ///
    /// # Errors
    /// When the machine offers no TLS.
    pub fn new() -> Result<Self> {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Result<Self> {
        // A second call finds the provider installed: that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self { http: http(&limits)?, limits })
    }

    /// The rows of a resource, such as `quote`, with the parameters of the contract. Parameters that the far side does
    /// not know it ignores, so what comes back is to be filtered again.
    ///
    /// # Errors
    /// How the call failed; also when the address is none that a key may be sent to.
    pub async fn get(
        &self,
        base_url: &str,
        key: &SecretString,
        resource: &str,
        params: &[(&str, String)],
    ) -> std::result::Result<Page, Failure> {
        match self.read(base_url, key, resource, params).await? {
            Value::Array(rows) => Ok(Page { rows }),
            _ => Err(unreadable("not a list of records")),
        }
    }

    /// One record of a resource.
    ///
    /// # Errors
    /// How the call failed, [`Failure::Missing`] where there is no such record.
    pub async fn get_one(
        &self,
        base_url: &str,
        key: &SecretString,
        resource: &str,
        id: i64,
    ) -> std::result::Result<Value, Failure> {
        match self.read(base_url, key, &format!("{resource}/{id}"), &[]).await? {
            row @ Value::Object(_) => Ok(row),
            _ => Err(unreadable("not a record")),
        }
    }

    async fn read(
        &self,
        base_url: &str,
        key: &SecretString,
        path: &str,
        params: &[(&str, String)],
    ) -> std::result::Result<Value, Failure> {
        debug_assert!(quiet::is_quiet(), "a transaction is open while a request goes out");
        let url = format!("{}/v1/{path}", vetted(base_url)?);
        let (name, key) = header(key).ok_or(Failure::Credentials)?;
        let request = self.http.get(url).query(params).header(name, key).timeout(self.limits.read);
        let answer = request.send().await.map_err(|error| unavailable(&error))?;
        let (status, wait) = (answer.status().as_u16(), retry_after(answer.headers()));
        let body = body(answer, self.limits.answer).await;
        // The status of a failure says enough, whatever became of its body.
        let text = if status == 200 { body? } else { body.unwrap_or_default() };
        match failure::of(status, &text, wait) {
            Some(failure) => Err(failure),
            None => serde_json::from_str(&text).map_err(|_| unreadable("not JSON")),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one caller")]
fn http(limits: &Limits) -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(limits.connect)
        .user_agent(concat!("Opportune/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(Error::internal)
}

/// The address without its last slash, if a key may be sent there: over TLS, or within this machine.
fn vetted(base_url: &str) -> std::result::Result<String, Failure> {
    let refused = |wrong: &str| {
        Failure::Refused(format!("The address of Kaseya Quote Manager {wrong}. Nothing was sent there."))
    };
    let url = Url::parse(base_url).map_err(|_| refused("is not an address"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("holds a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("holds a query or a fragment"));
    }
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_here => {}
        _ => return Err(refused("does not begin with https://")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The header that bears the key, which may not be logged; `None` where it holds a character that no header can.
fn header(key: &SecretString) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::from_str(key.expose_secret()).ok()?;
    value.set_sensitive(true);
    Some((HeaderName::from_static("apikey"), value))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    failure::retry_after(text(RETRY_AFTER)?, text(DATE))
}

fn unreadable(what: &str) -> Failure {
    Failure::Unreadable(format!("Kaseya Quote Manager's answer is {what}."))
}

/// The failure of a call without a whole answer. The last cause says what it was, without the address.
fn unavailable(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        return Failure::Unavailable("Kaseya Quote Manager did not answer in time.".to_owned());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Failure::Unavailable(format!("Kaseya Quote Manager could not be reached: {cause}."))
}

async fn body(mut answer: Response, max: usize) -> std::result::Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| unavailable(&error))? {
        if bytes.len() + chunk.len() > max {
            return Err(unreadable("too long to be read"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| unreadable("not text"))
}

#[cfg(test)]
mod tests;
