//! Proves in debug builds that no transaction is open while HTTP goes out.
//!
//! A transaction held across a request would hold a lock for as long as the far side likes. `db` marks every
//! transaction here, `autotask` asks before every request. In release builds nothing of it is left.

#[cfg(debug_assertions)]
use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

/// Marks a transaction for as long as it lives.
#[derive(Debug)]
pub struct Open {
    #[cfg(debug_assertions)]
    who: Who,
}

/// A task, or a thread outside of any task.
#[cfg(debug_assertions)]
type Who = (Option<tokio::task::Id>, Option<std::thread::ThreadId>);

#[cfg(debug_assertions)]
static OPEN: LazyLock<Mutex<HashMap<Who, usize>>> = LazyLock::new(Mutex::default);

#[cfg(debug_assertions)]
fn me() -> Who {
    let task = tokio::task::try_id();
    (task, task.is_none().then(|| std::thread::current().id()))
}

impl Open {
    /// Marks that a transaction was begun here.
    pub fn mark() -> Self {
        #[cfg(debug_assertions)]
        {
            let who = me();
            if let Ok(mut open) = OPEN.lock() {
                *open.entry(who).or_default() += 1;
            }
            Self { who }
        }
        #[cfg(not(debug_assertions))]
        Self {}
    }
}

#[cfg(debug_assertions)]
impl Drop for Open {
    fn drop(&mut self) {
        if let Ok(mut open) = OPEN.lock()
            && let Some(count) = open.get_mut(&self.who)
        {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.who);
            }
        }
    }
}

/// Whether no transaction is open in this task. Always so in release builds.
pub fn is_quiet() -> bool {
    #[cfg(debug_assertions)]
    return OPEN.lock().is_ok_and(|open| !open.contains_key(&me()));
    #[cfg(not(debug_assertions))]
    true
}
