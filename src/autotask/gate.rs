//! What a session asks before each request: whether it may leave now. Whose limits those are is not known here.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use super::{Call, Exchange, Failure};

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Says whether a request may leave; the failure is [`Failure::Paced`] or what kept it from being known.
pub type Ask = Arc<dyn Fn(Request) -> Answer<Result<Pass, Failure>> + Send + Sync>;
/// Is told what came of a call that was made; `None` for success.
pub type Tell = Arc<dyn Fn(Option<Failure>) -> Answer<()> + Send + Sync>;

/// A request that wants to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The zone's address.
    pub zone_url: String,
    /// The entity that it asks for, as [`endpoint`] names it.
    pub endpoint: String,
}

/// What stands before the requests of a session.
#[derive(Clone)]
pub struct Gate {
    /// Asked before each request.
    pub ask: Ask,
    /// Told after each call.
    pub tell: Tell,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

/// The right to make one request. Where it is dropped after the request left, Autotask may still be at work on that.
pub struct Pass {
    release: Option<Box<dyn FnOnce(bool) + Send>>,
    has_left: bool,
}

impl Pass {
    /// A pass; `release` is told in the end whether Autotask is known to be done with the request.
    pub fn new(release: impl FnOnce(bool) + Send + 'static) -> Self {
        Self { release: Some(Box::new(release)), has_left: false }
    }

    /// Where nothing stands before requests.
    pub(super) fn free() -> Self {
        Self { release: None, has_left: false }
    }

    /// The request leaves.
    pub(super) fn leave(&mut self) {
        self.has_left = true;
    }

    /// Ends it as the exchange did.
    pub(super) fn over(mut self, exchange: &Exchange) {
        if let Some(release) = self.release.take() {
            release(!exchange.timed_out);
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            release(!self.has_left);
        }
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass").finish_non_exhaustive()
    }
}

/// What Autotask counts requests at once by: the plural name of the entity, in lower case, whether it is called at the
/// root or below a parent. Whether it counts those two together is not known; as if it did is safe.
pub fn endpoint(call: &Call) -> String {
    let path = call.path.split('?').next().unwrap_or_default();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let entity = parts.next().unwrap_or_default();
    match parts.nth(1).filter(|_| !path.contains("entityInformation")) {
        Some(child) => format!("{}{child}", entity.strip_suffix('s').unwrap_or(entity)).to_lowercase(),
        None => entity.to_lowercase(),
    }
}
