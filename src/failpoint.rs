//! Named points at which a test can end or hold the program: between a commit and a request nothing else can.
//!
//! `OPPORTUNE_ABORT_AT=PLACE:WHAT` aborts the process the first time that it gets there. A test within the process can
//! hook a task instead ([`with_hook`]), to hold it there or to say that it dies there. Release builds have none of it.

#[cfg(debug_assertions)]
pub use armed::{Hook, with_hook};

/// Passes the point `place` on the way of `what`. In release builds it does nothing.
pub async fn reach(place: &'static str, what: &'static str) {
    #[cfg(debug_assertions)]
    armed::reach(place, what).await;
    #[cfg(not(debug_assertions))]
    let _ = (place, what);
}

#[cfg(debug_assertions)]
mod armed {
    use std::{env, future::Future, pin::Pin, process, sync::Arc, sync::LazyLock};

    use tokio::task_local;

    /// What a test does at each point that its task reaches.
    pub type Hook =
        Arc<dyn Fn(&'static str, &'static str) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

    static ABORT_AT: LazyLock<Option<String>> = LazyLock::new(|| env::var("OPPORTUNE_ABORT_AT").ok());

    task_local! {
        static HOOK: Hook;
    }

    /// Runs a future whose points call `hook`.
    pub async fn with_hook<F: Future>(hook: Hook, future: F) -> F::Output {
        HOOK.scope(hook, future).await
    }

    pub(super) async fn reach(place: &'static str, what: &'static str) {
        if let Some(point) = ABORT_AT.as_deref()
            && point.split_once(':') == Some((place, what))
        {
            process::abort();
        }
        if let Ok(hook) = HOOK.try_with(Hook::clone) {
            hook(place, what).await;
        }
    }
}
