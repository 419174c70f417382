//! Named points at which a test can end or hold the program: between a commit and a request nothing else can.
//!
//! `OPPORTUNE_ABORT_AT=PLACE:WHAT` aborts the process the first time that it gets there, `PLACE:WHAT:PUSH` the first time
//! that this push does. A test within the process can hook a task instead ([`with_hook`]), to hold it there or to say that
//! it dies there. Release builds have none of it.

use uuid::Uuid;

#[cfg(debug_assertions)]
pub use armed::{Hook, with_hook};

/// Passes the point `place` on the way of `what`. In release builds it does nothing.
pub async fn reach(place: &'static str, what: &'static str) {
    #[cfg(debug_assertions)]
    armed::reach(place, what).await;
    #[cfg(not(debug_assertions))]
    let _ = (place, what);
}

/// Runs the work on a push: the points that it reaches are this push's. In release builds it does nothing more.
pub async fn of<F: Future>(push: Uuid, work: F) -> F::Output {
    #[cfg(debug_assertions)]
    return armed::of(push, work).await;
    #[cfg(not(debug_assertions))]
    {
        let _ = push;
        work.await
    }
}

#[cfg(debug_assertions)]
mod armed {
    use std::{env, future::Future, pin::Pin, process, sync::Arc, sync::LazyLock};

    use tokio::task_local;
    use uuid::Uuid;

    /// What a test does at each point that its task reaches.
    pub type Hook =
        Arc<dyn Fn(&'static str, &'static str) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

    static ABORT_AT: LazyLock<Option<String>> = LazyLock::new(|| env::var("OPPORTUNE_ABORT_AT").ok());

    task_local! {
        static HOOK: Hook;
        static PUSH: Uuid;
    }

    /// Runs a future whose points call `hook`.
    pub async fn with_hook<F: Future>(hook: Hook, future: F) -> F::Output {
        HOOK.scope(hook, future).await
    }

    pub(super) async fn of<F: Future>(push: Uuid, work: F) -> F::Output {
        PUSH.scope(push, work).await
    }

    pub(super) async fn reach(place: &'static str, what: &'static str) {
        if ABORT_AT.as_deref().is_some_and(|point| is_here(point, place, what)) {
            process::abort();
        }
        if let Ok(hook) = HOOK.try_with(Hook::clone) {
            hook(place, what).await;
        }
    }

    fn is_here(point: &str, place: &str, what: &str) -> bool {
        let mut parts = point.split(':');
        let is_named = (parts.next(), parts.next()) == (Some(place), Some(what));
        let of = parts.next();
        is_named && of.is_none_or(|of| PUSH.try_with(|push| push.to_string() == of).unwrap_or(false))
    }
}
