//! A request on its way: let in or turned away, perhaps hit by a fault, carried out, and written to the log.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::Response,
};
use serde_json::Value;
use tower::{service_fn, util::CallAll};

use super::{
    Delays, Emulator, Inner,
    answer::Answer,
    calls::At,
    faults::{Fault, Kind},
    http::Call,
    limits::Thread,
};
use crate::clock::Millis;

/// A request from its arrival to its answer.
#[derive(Debug)]
pub(super) struct Work {
    call: Call,
    arrived: Millis,
    /// The thread that it holds; none where it was turned away, or is of the kind that needs none.
    thread: Option<Thread>,
    /// Why the limits turned it away.
    refusal: Option<String>,
    fault: Option<Fault>,
    /// Milliseconds to wait before it is carried out.
    wait: Millis,
    /// Milliseconds by which the limits slow it down, where that is only written down.
    unslept: Millis,
}

/// What is to be done with a request that has just come in.
enum Step {
    Answer(Response<Body>),
    Wait(Box<Work>),
    /// No answer comes; the effect does, after so many milliseconds.
    Hold(Millis),
}

/// Answers every request that is not the emulator's own.
pub(super) async fn serve(emulator: Emulator, call: Call) -> Response<Body> {
    match start(&emulator, call) {
        Step::Answer(response) => response,
        Step::Wait(work) => wait(emulator, *work).await,
        Step::Hold(ms) => hold(emulator, ms).await,
    }
}

fn start(emulator: &Emulator, call: Call) -> Step {
    let mut inner = emulator.lock();
    let now = emulator.0.clock.now();
    let work = inner.begin(call, now, emulator.0.delays);
    if let Some(ms) = work.fault.as_ref().and_then(Fault::late) {
        inner.put_off(work, now + ms);
        return Step::Hold(ms);
    }
    if work.wait > 0 { Step::Wait(Box::new(work)) } else { Step::Answer(inner.finish(&work, now)) }
}

/// The wait goes on when the client hangs up, so that a request which its client has given up can still have its
/// effect, as with the real server.
async fn wait(emulator: Emulator, work: Work) -> Response<Body> {
    let tasks = emulator.0.tasks.clone();
    let work = async move {
        sleep(work.wait).await;
        let mut inner = emulator.lock();
        let now = emulator.0.clock.now();
        inner.finish(&work, now)
    };
    tasks.spawn(work).await.unwrap_or_else(|_| broken())
}

/// Keeps the client waiting until it hangs up. Meanwhile the effect comes due; on a manual clock, whoever moves that
/// clock and then asks for anything finds it done.
async fn hold(emulator: Emulator, ms: Millis) -> Response<Body> {
    let tasks = emulator.0.tasks.clone();
    tasks.spawn(async move {
        sleep(ms).await;
        drop(emulator.lock());
    });
    std::future::pending().await
}

async fn sleep(ms: Millis) {
    tokio::time::sleep(Duration::from_millis(ms.unsigned_abs())).await;
}

impl Inner {
    /// Lets the request in or turns it away, and looks for a fault that hits it.
    fn begin(&mut self, call: Call, now: Millis, delays: Delays) -> Work {
        let (method, path) = (call.method.clone(), call.uri_path().to_owned());
        for due in self.faults.deactivations(&method, &path) {
            if let Err(error) = due.apply(&mut self.store, now) {
                tracing::error!(%error, "the emulator's journal could not be written");
            }
        }
        let thread = call.thread(&self.store.metadata());
        let (thread, slowed, refusal) = match thread.map(|thread| (self.limits.admit(&thread, now), thread)) {
            None => (None, 0, None),
            Some((Ok(slowed), thread)) => (Some(thread), slowed, None),
            Some((Err(sentence), _)) => (None, 0, Some(sentence)),
        };
        let fault = if refusal.is_none() { self.faults.take(&method, &path, now) } else { None };
        let (slept, unslept) = match delays {
            Delays::Real => (slowed, 0),
            Delays::Off => (0, slowed),
        };
        let wait = slept + fault.as_ref().map_or(0, Fault::wait);
        Work { call, arrived: now, thread, refusal, fault, wait, unslept }
    }

    fn put_off(&mut self, work: Work, due: Millis) {
        self.put_off += 1;
        self.late.insert((due, self.put_off), work);
    }

    /// Carries out what has come due, each at its own time.
    pub(super) fn catch_up(&mut self, now: Millis) {
        while let Some(first) = self.late.first_entry().filter(|first| first.key().0 <= now) {
            let ((due, _), work) = first.remove_entry();
            drop(self.finish(&work, due));
        }
    }

    /// Forgets what has not come due.
    pub(super) fn forget_late(&mut self) {
        for thread in std::mem::take(&mut self.late).into_values().filter_map(|work| work.thread) {
            self.limits.release(&thread);
        }
    }

    /// Carries out the call and writes it to the log in one go, so that the log's order is that of the effects.
    fn finish(&mut self, work: &Work, now: Millis) -> Response<Body> {
        if let Some(thread) = &work.thread {
            self.limits.release(thread);
        }
        let kind = work.fault.as_ref().map(|fault| fault.kind);
        let answer = self.answer(work, now);
        let mut entry = work.call.logged(work.arrived);
        entry.effect = answer.as_ref().and_then(|answer| answer.effect.clone());
        let sent = answer.filter(|_| !matches!(kind, Some(Kind::CutAfter | Kind::Late)));
        entry.status = sent.as_ref().map(|answer| answer.status.as_u16());
        entry.response = sent.as_ref().map_or(Value::Null, |answer| answer.payload.logged());
        entry.scripted = work.fault.as_ref().is_some_and(super::faults::Fault::replaces_answer);
        entry.ms = now - work.arrived + work.unslept;
        self.log.push(entry);
        sent.map_or_else(broken, |answer| answer.into_response(kind == Some(Kind::Truncated)))
    }

    /// The answer; none where a fault cuts the connection before there is one.
    fn answer(&mut self, work: &Work, now: Millis) -> Option<Answer> {
        if let Some(sentence) = &work.refusal {
            return Some(Answer::throttled(sentence));
        }
        match &work.fault {
            Some(fault) if fault.kind == Kind::CutBefore => None,
            fault => {
                let scripted = fault.as_ref().and_then(|fault| fault.answer(work.call.host()));
                let at = At { now, lag: fault.as_ref().map_or(0, Fault::lag) };
                Some(scripted.unwrap_or_else(|| work.call.answer(self, at)))
            }
        }
    }
}

/// An answer whose body fails before its first byte, upon which the server closes the connection and sends nothing.
pub(super) fn broken() -> Response<Body> {
    let fail = service_fn(|_| std::future::ready(Err::<Bytes, _>(std::io::Error::other("scripted cut"))));
    Response::new(Body::from_stream(CallAll::new(fail, Body::from("cut").into_data_stream())))
}
