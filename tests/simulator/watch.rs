//! What is checked of every write at the moment at which it leaves its worker, and how many requests are out at once.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use axum::http::Method;
use opportune::{
    clock::Millis,
    db::{self, PushFilter, StepRow},
    domain::ids::{DocumentId, PushId, TenantId},
    service::Services,
};
use serde_json::Value;

/// Nothing leaves so much later than the sync was turned off.
const AFTER_OFF: Millis = 2_000;

/// Autotask refuses more requests at once to one endpoint.
const AT_ONCE: usize = 3;

/// A write that leaves.
pub struct Write<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    pub body: &'a [u8],
}

#[derive(Default)]
pub struct Watch(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    services: Option<(Services, TenantId)>,
    off_since: Option<Millis>,
    /// Requests that are out, by endpoint.
    out: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Watch {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap()
    }

    /// Where the intents are that every write must have.
    pub fn look_at(&self, services: Services, tenant: TenantId) {
        self.seen().services = Some((services, tenant));
    }

    pub fn switched(&self, on: bool, now: Millis) {
        self.seen().off_since = (!on).then_some(now);
    }

    /// What was wrong so far.
    pub fn wrong(&self) -> Vec<String> {
        self.seen().wrong.clone()
    }

    pub fn begins(&self, path: &str) {
        let (mut seen, endpoint) = (self.seen(), endpoint(path));
        let out = seen.out.entry(endpoint.clone()).or_default();
        *out += 1;
        let is_too_many = *out > AT_ONCE;
        if is_too_many {
            seen.wrong.push(format!("more than {AT_ONCE} requests at once to {endpoint} (I4)"));
        }
    }

    pub fn ends(&self, path: &str) {
        if let Some(out) = self.seen().out.get_mut(&endpoint(path)) {
            *out -= 1;
        }
    }

    /// A write leaves only with the sync on, and with an intent that was committed before, that has time left and whose
    /// token is the newest of its push.
    pub async fn check(&self, write: &Write<'_>, now: Millis) {
        let (services, off_since) = {
            let seen = self.seen();
            (seen.services.clone(), seen.off_since)
        };
        let Some((services, tenant)) = services else { return };
        let mut wrong = Vec::new();
        if let Some(off) = off_since.filter(|off| now > off + AFTER_OFF) {
            wrong.push(format!("left {} ms after the sync was off (I6)", now - off));
        }
        match intent_of(&services, tenant, write).await {
            None => wrong.push("left without an intent (I9)".to_owned()),
            Some((intent, newest)) => {
                if now > intent.send_before {
                    wrong.push(format!("left {} ms too late (I6)", now - intent.send_before));
                }
                if intent.lease_token < newest {
                    wrong.push(format!("left with token {} of {newest} (I7)", intent.lease_token));
                }
            }
        }
        let of = |what: String| format!("{} {} {what}", write.method, write.path);
        self.seen().wrong.extend(wrong.into_iter().map(of));
    }
}

/// The open intent that a write follows from, and the newest token of any step of its push. Of several that ask for the
/// same, as all locations do, it is the newest.
async fn intent_of(services: &Services, tenant: TenantId, write: &Write<'_>) -> Option<(StepRow, i64)> {
    let mut tx = services.db.read().await.unwrap();
    let sending = PushFilter { state: Some("sending"), ..PushFilter::default() };
    let mut intents = Vec::new();
    for push in db::pushes(&mut tx, tenant, &sending, None, 100).await.unwrap() {
        let open = db::open_steps(&mut tx, tenant, DocumentId(push.document_id)).await.unwrap();
        intents.extend(open.into_iter().filter(|step| step.state == "intent" && is_of(step, write)));
    }
    let intent = intents.into_iter().max_by_key(|step| step.send_before)?;
    let steps = db::steps(&mut tx, tenant, PushId(intent.push_id)).await.unwrap();
    let newest = steps.iter().map(|step| step.lease_token).max()?;
    Some((intent, newest))
}

fn is_of(step: &StepRow, write: &Write<'_>) -> bool {
    let (action, id) = (step.action.as_str(), step.autotask_id);
    let mut body: Value = serde_json::from_slice(write.body).unwrap_or_default();
    let is_about_it = match *write.method {
        Method::POST => action == "create",
        Method::PATCH => {
            let of = body.as_object_mut().and_then(|body| body.remove("id"));
            matches!(action, "update" | "settle") && of.and_then(|of| of.as_i64()) == id
        }
        _ => return action == "delete" && write.path.ends_with(&format!("/{}", id.unwrap_or_default())),
    };
    is_about_it && serde_json::from_str::<Value>(&step.request).is_ok_and(|request| request == body)
}

/// What Autotask counts requests at once by: the entity of the address.
fn endpoint(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| part.starts_with(char::is_alphabetic)).collect();
    parts.into_iter().rfind(|part| *part != "query").unwrap_or_default().to_owned()
}
