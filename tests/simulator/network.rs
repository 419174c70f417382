//! The way to Autotask and back, with everything that happens on it: between the client's HTTP and the emulator.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Method, Response, StatusCode, header::CONTENT_TYPE, request::Parts},
};
use http_body_util::{BodyExt, Limited};
use opportune::{clock::Millis, emulator::Emulator};
use rand::{RngExt, rngs::StdRng};
use serde_json::json;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::{
    ground,
    timeline::{DIRECTOR, NOBODY, Timeline},
    watch::{Watch, Write},
};

const SECOND: Millis = 1_000;
/// A client gives a write up after 100 s, a read after 30 s.
const WRITE_PATIENCE: Millis = 100 * SECOND;
const READ_PATIENCE: Millis = 30 * SECOND;
/// Autotask works on a request for as long as this, also when its sender is gone.
const LATEST: Millis = 300 * SECOND;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It takes long, and is answered.
    Slow,
    /// It is lost on its way there.
    Lost,
    /// It has its effect, and the answer is lost.
    Unanswered,
    /// The client gives up; the effect comes some time, perhaps after that.
    TimedOut,
    /// A gateway's page in place of an answer; the effect came about, comes later or never.
    Gateway,
    /// Half an answer, or a page that says 200.
    Unreadable,
    /// Too many requests.
    Throttled,
    /// Rows that are new are not found yet.
    Lagging,
    /// No credentials are known.
    Unauthorized,
}

const FAULTS: [Fault; 9] = [
    Fault::Slow,
    Fault::Lost,
    Fault::Unanswered,
    Fault::TimedOut,
    Fault::Gateway,
    Fault::Unreadable,
    Fault::Throttled,
    Fault::Lagging,
    Fault::Unauthorized,
];

/// After these nobody knows whether a write took effect.
const SILENT: [Fault; 5] =
    [Fault::Lost, Fault::Unanswered, Fault::TimedOut, Fault::Gateway, Fault::Unreadable];

#[derive(Clone)]
pub struct Network(Arc<Shared>);

struct Shared {
    timeline: Timeline,
    emulator: Router,
    rng: Mutex<StdRng>,
    weather: Mutex<Weather>,
    /// Creates that had no clear answer.
    unknown: AtomicU64,
    watch: Watch,
    tasks: TaskTracker,
}

/// How often each fault comes about.
#[derive(Clone, Debug, Default)]
struct Weather {
    reads: Vec<(Fault, f64)>,
    writes: Vec<(Fault, f64)>,
}

impl Network {
    pub fn new(timeline: Timeline, emulator: &Emulator, rng: StdRng) -> Self {
        let shared = Shared {
            timeline,
            emulator: emulator.router(),
            rng: Mutex::new(rng),
            weather: Mutex::default(),
            unknown: AtomicU64::new(0),
            watch: Watch::default(),
            tasks: TaskTracker::new(),
        };
        Self(Arc::new(shared))
    }

    pub fn router(&self) -> Router {
        Router::new().fallback(carry).with_state(self.clone())
    }

    /// Draws how bad this seed is: some faults often, some seldom, some never.
    pub fn begin_storm(&self) {
        let mut rng = self.0.rng.lock().unwrap();
        let mut chance = |fault| {
            let worst = if fault == Fault::Unauthorized { 0.01 } else { 0.12 };
            (fault, if rng.random_bool(0.5) { rng.random_range(0.0..worst) } else { 0.0 })
        };
        let chances: Vec<_> = FAULTS.into_iter().map(&mut chance).collect();
        *self.0.weather.lock().unwrap() = Weather { reads: chances.clone(), writes: chances };
    }

    /// Every fifth write has an outcome that nobody told, and no search finds what is new.
    pub fn begin_silence(&self) {
        let silent = [
            (Fault::TimedOut, 0.12),
            (Fault::Unanswered, 0.03),
            (Fault::Gateway, 0.03),
            (Fault::Unreadable, 0.02),
        ];
        let lagging = vec![(Fault::Lagging, 1.0)];
        *self.0.weather.lock().unwrap() = Weather { reads: lagging, writes: silent.to_vec() };
    }

    /// From now on everything works.
    pub fn end_storm(&self) {
        *self.0.weather.lock().unwrap() = Weather::default();
    }

    /// How many creates had no clear answer.
    pub fn unknown(&self) -> u64 {
        self.0.unknown.load(Ordering::Relaxed)
    }

    pub fn watch(&self) -> &Watch {
        &self.0.watch
    }

    fn draw(&self, letter: &Letter) -> Fault {
        let mut point: f64 = self.0.rng.lock().unwrap().random();
        let weather = self.0.weather.lock().unwrap();
        for (fault, chance) in if letter.is_read() { &weather.reads } else { &weather.writes } {
            if point < *chance {
                return *fault;
            }
            point -= chance;
        }
        Fault::None
    }

    fn up_to(&self, longest: Millis) -> Millis {
        self.0.rng.lock().unwrap().random_range(1..=longest)
    }

    fn tell(&self, what: impl FnOnce() -> String) {
        let sender = match self.0.timeline.current() {
            DIRECTOR => return,
            NOBODY => "of nobody".to_owned(),
            worker => format!("of worker {worker}"),
        };
        ground::tell(self.0.timeline.now(), || format!("{sender}: {}", what()));
    }

    async fn wait(&self, length: Millis) {
        self.0.timeline.sleep(self.0.timeline.current(), false, length).await;
    }
}

/// A request with its body, so that it can be carried out whenever it arrives.
struct Letter {
    parts: Parts,
    body: Bytes,
}

impl Letter {
    fn is_query(&self) -> bool {
        self.parts.uri.path().ends_with("/query")
    }

    fn is_read(&self) -> bool {
        self.parts.method == Method::GET || self.is_query()
    }

    fn patience(&self) -> Millis {
        if self.is_read() { READ_PATIENCE } else { WRITE_PATIENCE }
    }
}

async fn carry(State(network): State<Network>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let letter = Letter { parts, body: body.collect().await.unwrap().to_bytes() };
    if network.0.timeline.current() == DIRECTOR {
        return network.deliver(letter).await;
    }
    // It goes on when its sender dies.
    let way = network.clone();
    network.0.tasks.spawn(async move { way.travel(letter).await }).await.unwrap()
}

impl Network {
    async fn travel(&self, letter: Letter) -> Response<Body> {
        let path = letter.parts.uri.path().to_owned();
        if !letter.is_read() {
            let write = Write { method: &letter.parts.method, path: &path, body: &letter.body };
            self.0.watch.check(&write, self.0.timeline.now()).await;
        }
        self.0.watch.begins(&path);
        let answer = self.answer(letter).await;
        self.0.watch.ends(&path);
        // Nobody waits for the answer to a request whose sender died: the baton would stay with it.
        if self.0.timeline.current() == NOBODY {
            self.0.timeline.lay_down();
        }
        answer
    }

    async fn answer(&self, letter: Letter) -> Response<Body> {
        let fault = self.draw(&letter);
        if letter.parts.method == Method::POST && !letter.is_read() && SILENT.contains(&fault) {
            self.0.unknown.fetch_add(1, Ordering::Relaxed);
        }
        self.tell(|| format!("{} {} meets {fault:?}", letter.parts.method, letter.parts.uri.path()));
        self.wait(self.up_to(60)).await;
        let answer = match fault {
            Fault::None => self.deliver(letter).await,
            Fault::Slow => {
                self.wait(self.up_to(letter.patience() / 2)).await;
                self.deliver(letter).await
            }
            Fault::Lost => cut(),
            Fault::Unanswered => {
                self.deliver(letter).await;
                cut()
            }
            Fault::TimedOut => self.time_out(letter).await,
            Fault::Gateway => {
                match self.up_to(4) {
                    1 | 2 => drop(self.deliver(letter).await),
                    3 if !letter.is_read() => self.deliver_later(letter, self.up_to(LATEST)),
                    _ => {}
                }
                page(StatusCode::BAD_GATEWAY)
            }
            Fault::Unreadable => {
                self.deliver(letter).await;
                page(StatusCode::OK)
            }
            Fault::Throttled => answer(
                StatusCode::TOO_MANY_REQUESTS,
                &json!({ "errors": ["Itgenatr005: thread threshold exceeded."] }),
            ),
            Fault::Lagging => {
                if letter.is_query() {
                    self.hide_new_rows().await;
                }
                self.deliver(letter).await
            }
            Fault::Unauthorized => answer(StatusCode::UNAUTHORIZED, &json!({ "errors": ["Unauthorized"] })),
        };
        self.wait(self.up_to(60)).await;
        answer
    }

    async fn deliver(&self, letter: Letter) -> Response<Body> {
        self.tell(|| {
            let body = String::from_utf8_lossy(&letter.body);
            format!("Autotask has {} {} {body}", letter.parts.method, letter.parts.uri.path())
        });
        let request = Request::from_parts(letter.parts, Body::from(letter.body));
        self.0.emulator.clone().oneshot(request).await.unwrap()
    }

    async fn hide_new_rows(&self) {
        let lag = json!({ "kind": "lag", "path": "/query", "ms": self.up_to(10 * SECOND) });
        let request = Request::post("/_emulator/faults").header(CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(lag.to_string())).unwrap();
        let answer = self.0.emulator.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }

    /// The client hears nothing for as long as it waits. The effect comes before that, after it, or never.
    async fn time_out(&self, letter: Letter) -> Response<Body> {
        let (patience, effect) = (letter.patience(), self.up_to(LATEST));
        let is_lost = letter.is_read() || self.up_to(4) == 1;
        if !is_lost && effect <= patience {
            self.wait(effect).await;
            self.deliver(letter).await;
            self.wait(patience - effect + 1).await;
        } else {
            if !is_lost {
                self.deliver_later(letter, effect);
            }
            self.wait(patience).await;
        }
        cut()
    }

    fn deliver_later(&self, letter: Letter, wait: Millis) {
        let (network, due) = (self.clone(), self.0.timeline.bed(NOBODY, false, wait));
        self.0.tasks.spawn(async move {
            if due.await.is_ok() {
                network.deliver(letter).await;
                network.0.timeline.lay_down();
            }
        });
    }
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    let response = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    response.body(Body::from(body.to_string())).unwrap()
}

fn page(status: StatusCode) -> Response<Body> {
    let response = Response::builder().status(status).header(CONTENT_TYPE, "text/html");
    response.body(Body::from("<html><h1>The server cannot be reached.</h1></html>")).unwrap()
}

/// An answer whose body breaks off: the server closes the connection.
fn cut() -> Response<Body> {
    Response::new(Body::new(Limited::new(Body::from("cut"), 1)))
}
