//! One tenant's session: calls, whole lists, and the zone that is looked up again when the API user has moved.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use super::{
    Access, Call, Client, Condition, Exchange, Failure, Filter, Gate, Op, Pass, Request, Row, endpoint, id,
    items, read,
    wire::{FieldInformation, Fields, ZoneInformation},
};

/// The largest page that a query gives.
pub const PAGE: usize = 500;
/// A call that was refused for its zone is made again only this long after it was first made. Whoever waits for the
/// outcome of a create counts from then, with 30 s to spare (reliability R3).
const AGAIN_WITHIN: Duration = Duration::from_secs(10);

/// Keeps the zone of an API user who has moved.
pub type OnMove = Arc<dyn Fn(ZoneInformation) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The client with one tenant's access: what callers use. Clones share what they learn about the zone.
#[derive(Clone)]
pub struct Session {
    client: Client,
    access: Access,
    zone: Arc<Mutex<Zone>>,
    on_move: Option<OnMove>,
    gate: Option<Gate>,
}

/// The right to make one call, in the zone that it was given for.
#[derive(Debug)]
pub struct Admission {
    pass: Pass,
    zone_url: String,
}

#[derive(Debug)]
struct Zone {
    url: String,
    /// A zone is looked up again at most once a session: wrong credentials look the same as a wrong zone.
    was_checked: bool,
}

impl Session {
    /// Uses `client` with `access`.
    pub fn new(client: Client, access: Access) -> Self {
        let zone = Zone { url: access.zone_url.clone(), was_checked: false };
        Self { client, access, zone: Arc::new(Mutex::new(zone)), on_move: None, gate: None }
    }

    /// Tells `on_move` where the API user went, before a call is made there.
    #[must_use]
    pub fn with_on_move(self, on_move: OnMove) -> Self {
        Self { on_move: Some(on_move), ..self }
    }

    /// Asks `gate` before each request.
    #[must_use]
    pub fn with_gate(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// Makes one call, once it may be made.
    pub async fn send(&self, call: &Call) -> Exchange {
        match self.admit(call).await {
            Ok(admission) => self.send_admitted(admission, call).await,
            Err(failure) => Exchange::not_made(call.kind, failure),
        }
    }

    /// Waits until a call may be made, for those who have something to write down right before it.
    ///
    /// # Errors
    /// Why it may not be made for now: nothing was sent.
    pub async fn admit(&self, call: &Call) -> Result<Admission, Failure> {
        let zone_url = self.zone.lock().await.url.clone();
        self.admit_to(zone_url, call).await
    }

    async fn admit_to(&self, zone_url: String, call: &Call) -> Result<Admission, Failure> {
        let request = || Request { zone_url: zone_url.clone(), endpoint: endpoint(call) };
        let pass = match &self.gate {
            Some(gate) => (gate.ask)(request()).await?,
            None => Pass::free(),
        };
        Ok(Admission { pass, zone_url })
    }

    /// Makes a call that was admitted.
    ///
    /// A 401 may mean that the API user was moved to another zone: the zone is looked up again, once a session and
    /// without credentials, and only if it is another one is the call made a second time. Nothing happened at the
    /// first, so that this is safe for creates too.
    pub async fn send_admitted(&self, admission: Admission, call: &Call) -> Exchange {
        let exchange = Box::pin(self.send_where_it_is(admission, call)).await;
        if let Some(gate) = self.gate.as_ref().filter(|_| exchange.made) {
            (gate.tell)(exchange.result.as_ref().err().cloned()).await;
        }
        exchange
    }

    async fn send_where_it_is(&self, admission: Admission, call: &Call) -> Exchange {
        let start = Instant::now();
        let asked = admission.zone_url.clone();
        let first = self.send_to(admission, call).await;
        if first.status != Some(401) {
            return first;
        }
        let Some(now) = self.moved_from(&asked).await else { return first };
        let second = match self.admit_to(now, call).await {
            Ok(admission) if start.elapsed() < AGAIN_WITHIN => self.send_to(admission, call).await,
            Ok(_too_late) => {
                let reason = "the API user was moved to another zone".to_owned();
                Exchange::not_made(call.kind, Failure::NotSent(reason))
            }
            Err(failure) => Exchange::not_made(call.kind, failure),
        };
        Exchange { took: start.elapsed(), made: true, ..second }
    }

    async fn send_to(&self, mut admission: Admission, call: &Call) -> Exchange {
        admission.pass.leave();
        let access = Access { zone_url: admission.zone_url, ..self.access.clone() };
        let exchange = self.client.send(&access, call).await;
        admission.pass.over(&exchange);
        exchange
    }

    /// The zone's address, if it is another one than `asked`.
    async fn moved_from(&self, asked: &str) -> Option<String> {
        let mut zone = self.zone.lock().await;
        if zone.url != asked {
            return Some(zone.url.clone());
        }
        if zone.was_checked {
            return None;
        }
        zone.was_checked = true;
        let found = self.client.zone(&self.access.discovery_url, &self.access.user_name).await.ok()?;
        if found.url == asked {
            return None;
        }
        zone.url.clone_from(&found.url);
        if let Some(on_move) = &self.on_move {
            on_move(found).await;
        }
        Some(zone.url.clone())
    }

    /// The next page of the rows that pass a filter, in the order of ids, and where the one after it begins. Pages are
    /// taken by id, never by `nextPageUrl`, which answers 405 after a POST.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn query_page(
        &self,
        entity: &str,
        filter: &Filter,
        after: Option<i64>,
        fields: &[&str],
    ) -> Result<(Vec<Row>, Option<i64>), Failure> {
        let filter = match after {
            Some(last) => filter.clone().and(Condition::new(Op::Gt, "id", last)),
            None => filter.clone(),
        };
        let page = items(&self.send(&Call::query(entity, &filter, fields)).await)?;
        let next = page.last().and_then(id).filter(|_| page.len() >= PAGE);
        if next.is_some() && next <= after {
            return Err(Failure::Temporary(format!("{entity} came in no order of ids")));
        }
        Ok((page, next))
    }

    /// The fields of an entity with their picklists.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn fields(&self, entity: &str) -> Result<Vec<FieldInformation>, Failure> {
        let exchange = self.send(&Call::read(format!("{entity}/entityInformation/fields"))).await;
        Ok(read::<Fields>(&exchange)?.fields)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("access", &self.access).finish_non_exhaustive()
    }
}
