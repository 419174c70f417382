//! Virtual time: everybody sleeps here, one goes on at a time, and the clock jumps to whoever is due next.
//!
//! A worker and the requests that it makes pass one baton: it is with the worker until a request or a named point
//! sleeps, and comes back with the answer. So nothing runs at once with anything else, and a seed decides the order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use opportune::clock::{Clock, Millis};
use tokio::{
    sync::{Notify, oneshot},
    time,
};

/// Whoever may sleep: a worker by its number, or one of these.
pub type Actor = usize;
/// The test itself: its requests meet no faults and take no time.
pub const DIRECTOR: Actor = usize::MAX;
/// A request whose sender is gone.
pub const NOBODY: Actor = usize::MAX - 1;

/// Real time after which a baton that does not come back is a hang.
const HANGS: Duration = Duration::from_mins(1);

#[derive(Clone)]
pub struct Timeline(Arc<Shared>);

struct Shared {
    clock: Clock,
    inner: Mutex<Inner>,
    is_idle: Notify,
}

struct Inner {
    sleepers: BTreeMap<(Millis, u64), Sleeper>,
    last: u64,
    /// Who has the baton.
    current: Actor,
    dead: BTreeSet<Actor>,
    paused_until: BTreeMap<Actor, Millis>,
}

struct Sleeper {
    actor: Actor,
    /// Whether it sleeps within the worker's process, and not on the network or in Autotask.
    is_local: bool,
    wake: oneshot::Sender<()>,
}

impl Timeline {
    pub fn new(clock: Clock) -> Self {
        let inner = Inner {
            sleepers: BTreeMap::new(),
            last: 0,
            current: DIRECTOR,
            dead: BTreeSet::new(),
            paused_until: BTreeMap::new(),
        };
        Self(Arc::new(Shared { clock, inner: Mutex::new(inner), is_idle: Notify::new() }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap()
    }

    pub fn now(&self) -> Millis {
        self.0.clock.now()
    }

    /// Who has the baton.
    pub fn current(&self) -> Actor {
        self.inner().current
    }

    /// Puts an actor to bed without taking the baton from whoever has it.
    pub fn bed(&self, actor: Actor, is_local: bool, wait: Millis) -> oneshot::Receiver<()> {
        let (wake, woken) = oneshot::channel();
        let mut inner = self.inner();
        let paused = inner.paused_until.get(&actor).copied().filter(|_| is_local).unwrap_or(0);
        inner.last += 1;
        let key = ((self.now() + wait).max(paused), inner.last);
        inner.sleepers.insert(key, Sleeper { actor, is_local, wake });
        woken
    }

    /// Sleeps with the baton laid down.
    pub async fn sleep(&self, actor: Actor, is_local: bool, wait: Millis) {
        let woken = self.bed(actor, is_local, wait);
        self.lay_down();
        // Without a timeline the run is over.
        if woken.await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The baton goes back to the director.
    pub fn lay_down(&self) {
        self.inner().current = DIRECTOR;
        self.0.is_idle.notify_one();
    }

    /// A worker dies where it is: the director buries it.
    pub async fn die(&self, actor: Actor) {
        self.inner().dead.insert(actor);
        self.lay_down();
        std::future::pending::<()>().await;
    }

    /// Whether a process is stopped and goes on later.
    pub fn is_paused(&self, actor: Actor) -> bool {
        self.inner().paused_until.get(&actor).is_some_and(|until| *until > self.now())
    }

    /// Stops a worker's process for so long: its requests go on, it does not.
    pub fn pause(&self, actor: Actor, length: Millis) {
        let until = self.now() + length;
        let mut inner = self.inner();
        inner.paused_until.insert(actor, until);
        let is_early =
            |key: &(Millis, u64), one: &Sleeper| one.actor == actor && one.is_local && key.0 < until;
        let early: Vec<_> =
            inner.sleepers.iter().filter(|(key, one)| is_early(key, one)).map(|(key, _)| *key).collect();
        for key in early {
            if let Some(sleeper) = inner.sleepers.remove(&key) {
                inner.sleepers.insert((until, key.1), sleeper);
            }
        }
    }

    /// Lets every process go on.
    pub fn resume(&self) {
        self.inner().paused_until.clear();
    }

    /// Forgets a worker that is gone; its requests stay under way.
    pub fn bury(&self, actor: Actor) {
        let mut inner = self.inner();
        inner.paused_until.remove(&actor);
        inner.sleepers.retain(|_, one| !(one.actor == actor && one.is_local));
        for sleeper in inner.sleepers.values_mut().filter(|one| one.actor == actor) {
            sleeper.actor = NOBODY;
        }
    }

    /// Workers that died since this was last asked.
    pub fn dead(&self) -> BTreeSet<Actor> {
        std::mem::take(&mut self.inner().dead)
    }

    /// Wakes whoever is due first, if that is not after `until`, and waits until the baton is back.
    pub async fn step(&self, until: Millis) -> bool {
        let first = {
            let mut inner = self.inner();
            let Some(first) = inner.sleepers.first_entry().filter(|first| first.key().0 <= until) else {
                return false;
            };
            let ((due, _), sleeper) = first.remove_entry();
            self.0.clock.advance((due - self.now()).max(0));
            inner.current = sleeper.actor;
            sleeper
        };
        let actor = first.actor;
        if first.wake.send(()).is_err() {
            // The one who slept is gone.
            self.lay_down();
        }
        let back = async {
            while self.current() != DIRECTOR {
                self.0.is_idle.notified().await;
            }
        };
        assert!(time::timeout(HANGS, back).await.is_ok(), "actor {actor} never came back");
        true
    }

    /// Moves the clock to a time that nobody sleeps until.
    pub fn advance_to(&self, at: Millis) {
        self.0.clock.advance((at - self.now()).max(0));
    }
}
