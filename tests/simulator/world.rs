//! One seed from its beginning to its end.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use opportune::{
    app,
    clock::Millis,
    config::WorkerConfig,
    db::{self, PushRow},
    domain::{author::Author, ids::TenantId},
    emulator::{self, Emulator},
    failpoint::{self, Hook},
    service::Services,
    worker::Worker,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ground::{self, Ground},
    network::Network,
    oracle::Oracle,
    story::{self, Version},
    timeline::{Actor, Timeline},
};

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
/// After this everything works, and everything must come to its end.
const QUIET: Millis = story::LENGTH + 5 * MINUTE;
/// How often a person sees to the credentials.
const CONNECTS: Millis = 4 * MINUTE;
/// The most workers.
const WORKERS: Actor = 4;
/// How long that may take: the longest wait after tries that failed, a few of them.
const PATIENCE: Millis = 40 * 60 * MINUTE;

/// What a world is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Everything that can happen, as its seed has it.
    Storm,
    /// Many creates without an answer; workers neither die nor stop.
    Creates,
}

pub struct World<'a> {
    ground: &'a Ground,
    timeline: Timeline,
    address: SocketAddr,
    pub network: Network,
    services: Services,
    pub autotask: Emulator,
    workers: Vec<JoinHandle<()>>,
    tasks: TaskTracker,
    rng: StdRng,
    accepted: Vec<Version>,
    dice: Arc<Mutex<Dice>>,
    stop: CancellationToken,
}

/// How often a worker dies, or is stopped for a while, at a point that it reaches.
struct Dice {
    rng: StdRng,
    dies: f64,
    stops: f64,
    is_quiet: bool,
}

/// What the director does at a time.
#[derive(Clone, Debug)]
enum Event {
    Arrival(Version),
    Kill(Actor),
    Pause(Actor, Millis),
    Switch(bool),
    /// A person saves the credentials anew: until then refused ones keep all calls back.
    Connect,
}

/// Runs a seed; what is wrong at its end, if anything.
pub async fn run(ground: &Ground, seed: u64) -> Vec<String> {
    let mut world = World::open(ground, StdRng::seed_from_u64(seed), Kind::Storm).await;
    let wrong = world.play().await;
    world.end();
    wrong
}

impl<'a> World<'a> {
    pub async fn open(ground: &'a Ground, mut rng: StdRng, kind: Kind) -> Self {
        let clock = ground::clock();
        let (timeline, stop, tasks) =
            (Timeline::new(clock.clone()), CancellationToken::new(), TaskTracker::new());
        let options = emulator::Options { clock: clock.clone(), ..emulator::Options::default() };
        let autotask = Emulator::open(options).unwrap();
        let network = Network::new(timeline.clone(), &autotask, StdRng::seed_from_u64(rng.random()));
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        tasks.spawn(app::serve(listener, network.router(), stop.clone()));
        let services = ground.services(clock, address).await;
        network.watch().look_at(services.clone(), ground.tenant);
        let dice = Dice::new(&mut rng, kind);
        Self {
            ground,
            timeline,
            address,
            network,
            services,
            autotask,
            workers: Vec::new(),
            tasks,
            rng,
            accepted: Vec::new(),
            dice: Arc::new(Mutex::new(dice)),
            stop,
        }
    }

    /// Ends all that still goes on.
    pub fn end(&self) {
        self.stop.cancel();
        for worker in &self.workers {
            worker.abort();
        }
    }

    /// How much virtual time has passed.
    pub fn elapsed(&self) -> Millis {
        self.timeline.now() - ground::START
    }

    fn tenant(&self) -> TenantId {
        self.ground.tenant
    }

    async fn play(&mut self) -> Vec<String> {
        let start = self.timeline.now();
        for worker in 0..self.rng.random_range(1..=WORKERS) {
            let born = self.birth(worker);
            self.workers.push(born);
        }
        self.network.begin_storm();
        for (at, event) in self.script() {
            self.go_on_until(start + at).await;
            self.happen(event).await;
            let wrong = self.breaks().await;
            if !wrong.is_empty() {
                return wrong;
            }
        }
        self.go_on_until(start + QUIET).await;
        self.calm_down().await;
        self.come_to_an_end().await
    }

    /// What is wrong already, while the run goes on.
    async fn breaks(&self) -> Vec<String> {
        let mut wrong = self.network.watch().wrong();
        let sent = sent(&self.pushes().await);
        let oracle = self.oracle();
        wrong.extend(oracle.breaks());
        wrong.extend(
            sent.iter().flat_map(|number| oracle.unlike(number)).map(|what| format!("sent, but {what}")),
        );
        wrong
    }

    /// Brings quotes to Autotask while no create can be trusted; what is wrong then.
    pub async fn send_all(&mut self, quotes: Vec<Version>) -> Vec<String> {
        for worker in 0..WORKERS {
            let born = self.birth(worker);
            self.workers.push(born);
        }
        self.network.begin_silence();
        let start = self.timeline.now();
        for version in quotes {
            self.go_on_until(start + version.at).await;
            self.happen(Event::Arrival(version)).await;
        }
        self.come_to_an_end().await
    }

    /// Everything that will happen, and when.
    fn script(&mut self) -> Vec<(Millis, Event)> {
        let rng = &mut self.rng;
        let mut script: Vec<(Millis, Event)> =
            story::tell(rng).into_iter().map(|version| (version.at, Event::Arrival(version))).collect();
        for _ in 0..rng.random_range(0..8) {
            let worker = rng.random_range(0..self.workers.len());
            let pause = Event::Pause(worker, rng.random_range(SECOND..10 * MINUTE));
            let event = if rng.random() { Event::Kill(worker) } else { pause };
            script.push((rng.random_range(0..QUIET), event));
        }
        if rng.random_bool(0.3) {
            let off = rng.random_range(0..story::LENGTH);
            let length = rng.random_range(SECOND..5 * MINUTE);
            script.extend([(off, Event::Switch(false)), (off + length, Event::Switch(true))]);
        }
        script.extend((1..QUIET / CONNECTS).map(|nth| (nth * CONNECTS, Event::Connect)));
        script.sort_by_key(|(at, _)| *at);
        script
    }

    async fn happen(&mut self, event: Event) {
        ground::tell(self.timeline.now(), || format!("{event:?}"));
        match event {
            Event::Arrival(version) => {
                let receipt = self.services.receive(self.tenant(), &version.document()).await.unwrap();
                // What is new while the sync is off is kept for a person to send.
                if receipt.note.is_none() && !receipt.unchanged {
                    self.accepted.push(version);
                }
            }
            Event::Kill(worker) => self.replace(worker).await,
            Event::Pause(worker, length) => self.timeline.pause(worker, length),
            Event::Switch(on) => self.switch(on).await,
            Event::Connect => self.connect().await,
        }
    }

    async fn switch(&self, on: bool) {
        self.services.set_enabled(self.tenant(), &Author::SYSTEM, on).await.unwrap();
        self.network.watch().switched(on, self.timeline.now());
    }

    async fn connect(&self) {
        self.services.connect(self.tenant(), &ground::connection(self.address)).await.unwrap();
    }

    async fn go_on_until(&mut self, until: Millis) {
        while self.timeline.step(until).await {
            for dead in self.timeline.dead() {
                self.replace(dead).await;
            }
        }
        self.timeline.advance_to(until);
    }

    /// A worker is gone without a word; another begins in its place.
    async fn replace(&mut self, worker: Actor) {
        let handle = &mut self.workers[worker];
        handle.abort();
        assert!(handle.await.is_err_and(|end| end.is_cancelled()), "a worker ended by itself");
        self.timeline.bury(worker);
        self.workers[worker] = self.birth(worker);
    }

    fn birth(&mut self, actor: Actor) -> JoinHandle<()> {
        let born = self.timeline.bed(actor, true, self.rng.random_range(1..30 * SECOND));
        let (timeline, services, dice) = (self.timeline.clone(), self.services.clone(), self.dice.clone());
        let hook = hook(actor, timeline.clone(), dice.clone());
        let life = async move {
            let worker =
                Worker::new(services, WorkerConfig { tasks_per_tenant: 3, ..WorkerConfig::default() });
            if born.await.is_err() {
                return;
            }
            loop {
                let busy = worker.tick().await.unwrap_or(false);
                let rest = dice.lock().unwrap().rest(busy);
                timeline.sleep(actor, true, rest).await;
            }
        };
        self.tasks.spawn(failpoint::with_hook(hook, life))
    }

    /// All faults end, every process goes on, and a person does what is for a person to do.
    async fn calm_down(&mut self) {
        self.network.end_storm();
        self.timeline.resume();
        self.dice.lock().unwrap().is_quiet = true;
        self.switch(true).await;
        self.connect().await;
    }

    async fn come_to_an_end(&mut self) -> Vec<String> {
        let end = self.timeline.now() + PATIENCE;
        while self.timeline.now() < end {
            let next = self.timeline.now() + 10 * MINUTE;
            self.go_on_until(next).await;
            let pushes = self.pushes().await;
            for push in pushes.iter().filter(|push| matches!(push.state.as_str(), "held" | "failed")) {
                self.services.retry(self.tenant(), opportune::domain::ids::PushId(push.id)).await.unwrap();
            }
            if pushes.iter().all(|push| push.state == "sent") {
                let mut wrong = self.network.watch().wrong();
                wrong.extend(self.oracle().breaks_at_the_end());
                return wrong;
            }
        }
        let left = self.pushes().await.into_iter().filter(|push| push.state != "sent");
        left.map(|push| format!("{} is still {}: {:?}", push.number, push.state, push.reason)).collect()
    }

    async fn pushes(&self) -> Vec<PushRow> {
        let mut tx = self.services.db.read().await.unwrap();
        db::pushes(&mut tx, self.tenant(), &db::PushFilter::default(), None, 100_000).await.unwrap()
    }

    fn oracle(&self) -> Oracle<'_> {
        Oracle::look(&self.autotask, &self.accepted, &self.ground.ends)
    }
}

/// The numbers of documents whose newest push is sent.
fn sent(pushes: &[PushRow]) -> Vec<String> {
    let mut newest: BTreeMap<&str, &PushRow> = BTreeMap::new();
    for push in pushes.iter().rev() {
        newest.insert(&push.number, push);
    }
    newest.values().filter(|push| push.state == "sent").map(|push| push.number.clone()).collect()
}

/// What happens to a worker at each point that it reaches. Within a transaction it can only die: a worker that holds
/// the database's lock and sleeps is what a database ends by itself.
fn hook(actor: Actor, timeline: Timeline, dice: Arc<Mutex<Dice>>) -> Hook {
    Arc::new(move |place, what| {
        let (timeline, dice) = (timeline.clone(), dice.clone());
        Box::pin(async move {
            let may_sleep = !place.ends_with(".before") || matches!(place, "patch.before" | "delete.before");
            if what == "nothing" {
                return;
            }
            let (dies, stops) = dice.lock().unwrap().roll();
            if dies {
                ground::tell(timeline.now(), || format!("worker {actor} dies at {place} of {what}"));
                timeline.die(actor).await;
            }
            if may_sleep && (stops > 0 || timeline.is_paused(actor)) {
                ground::tell(timeline.now(), || {
                    format!("worker {actor} stops at {place} of {what} for {stops} ms")
                });
                timeline.sleep(actor, true, stops).await;
            }
        })
    })
}

impl Dice {
    fn new(rng: &mut StdRng, kind: Kind) -> Self {
        let own = StdRng::seed_from_u64(rng.random());
        let mut chance = || if rng.random_bool(0.5) { rng.random_range(0.0..0.02) } else { 0.0 };
        let [dies, stops] = if kind == Kind::Storm { [chance(), chance()] } else { [0.0, 0.0] };
        Self { rng: own, dies, stops, is_quiet: false }
    }

    /// Whether a worker dies here, and for how long it stops.
    fn roll(&mut self) -> (bool, Millis) {
        if self.is_quiet {
            return (false, 0);
        }
        let dies = self.rng.random_bool(self.dies);
        let stops = self.rng.random_bool(self.stops);
        (dies, if stops { self.rng.random_range(1..10 * MINUTE) } else { 0 })
    }

    /// How long a worker rests after a look at the table.
    fn rest(&mut self, was_busy: bool) -> Millis {
        match (was_busy, self.is_quiet) {
            (true, _) => self.rng.random_range(1..50),
            (false, false) => self.rng.random_range(SECOND..20 * SECOND),
            (false, true) => self.rng.random_range(MINUTE..5 * MINUTE),
        }
    }
}
