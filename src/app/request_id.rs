//! The id under which a request is known in every log line, in its answer, and with the push that it caused.
//!
//! A sender may name its own in `X-Request-ID`; otherwise one is made.

use axum::{extract::Request, http::HeaderMap};
use tower_http::request_id::RequestId;
use tracing::Span;

const HEADER: &str = "x-request-id";
/// The longest id that is taken from a sender.
const LONGEST: usize = 128;

/// Drops ids of senders that would spoil a log, so that one is made in their place.
pub async fn drop_unfit(mut request: Request) -> Request {
    if !sent(request.headers()).is_none_or(is_fit) {
        request.headers_mut().remove(HEADER);
    }
    request
}

/// What a sender named; an empty text where it is none that can be read.
fn sent(headers: &HeaderMap) -> Option<&str> {
    headers.get(HEADER).map(|value| value.to_str().unwrap_or_default())
}

fn is_fit(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(is_plain)
}

/// What every log line about a request carries. Not the address's query: it may hold what people typed.
pub fn span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), request_id = id)
}

#[cfg(test)]
mod tests {
    use super::is_fit;

    #[test]
    fn an_id_is_short_and_plain() {
        assert!(["a", "0192-ab_c.1:2/3+4=", &"x".repeat(128)].into_iter().all(is_fit));
        assert!(!["", "a b", "a\"b", "a\nb", "ä", &"x".repeat(129)].into_iter().any(is_fit));
    }
}
