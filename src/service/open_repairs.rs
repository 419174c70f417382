//! Repairs: everything that waits for a person, one row for what one action releases.
//!
//! Four kinds of rows, in this order: what stands in the way of everything (`conditions`), what holds pushes, by cause,
//! what reconciling found, and what people changed in Autotask, which is only there to be seen.

mod conditions;

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde_json::json;
use uuid::Uuid;

use conditions::Facts;

pub use crate::domain::findings::ChangedField;
use crate::{
    clock::Millis,
    crypto,
    db::{self, FindingRow, HeldRow, Place, ReconcileRow},
    domain::{
        author::Author,
        findings::{About, Finding},
        hold::Hold,
        ids::{PushId, TenantId},
        list_changes::Entry,
        plan::Target,
    },
    error::{Error, Result},
    service::{Services, repairs},
};

/// Repairs on one page.
pub const PAGE: usize = 50;
/// The rank of what stands in the way of everything.
const CONDITION: i64 = 0;
/// The rank of what holds pushes.
const HELD: i64 = 1;
/// The rank of a finding that needs a person.
pub(super) const NEEDED: i64 = 2;
/// The rank of a finding that is there to be seen.
pub(super) const SEEN: i64 = 3;

/// What a person does about a repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing that a page offers.
    None,
    /// Connect Autotask anew.
    Connection,
    /// Have the lists fetched anew.
    RefreshLists,
    /// Choose another value for the setting at this path.
    Setting(String),
    /// Choose the company of the push's customer.
    Company(PushId),
    /// Link another opportunity or ticket, the target, with the push's document.
    Link(PushId, Target),
    /// Look at the push.
    Push(PushId),
    /// Look at the held pushes.
    HeldPushes,
}

/// One thing that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The same for as long as it is there, and when it comes back.
    pub id: Uuid,
    /// `connection`, `worker`, `lists`, `setting`, `held`, `missing`, `duplicate`, `inactive` or `changed`.
    pub kind: &'static str,
    /// What is wrong, without a full stop.
    pub title: String,
    /// What to do, in whole sentences.
    pub fix: String,
    /// How many pushes wait for it.
    pub held: u64,
    /// What people changed in Autotask.
    pub changes: Vec<ChangedField>,
    /// The document that it is about: `quote` or `sale`, and its number.
    pub document: Option<(String, String)>,
    /// The object in Autotask that it is about.
    pub object: Option<(Target, i64)>,
    /// When it began, as far as it is known.
    pub since: Option<Millis>,
    /// What to do about it.
    pub action: Action,
    /// What it is kept under while it is ignored; empty for a finding.
    subject: String,
    /// What it is now: ignoring it lasts until this is another.
    state: String,
    rank: i64,
}

impl Repair {
    /// Whether it waits for a person, and is not only there to be seen.
    pub fn needs_person(&self) -> bool {
        self.rank < SEEN
    }

    fn place(&self) -> Place {
        (self.rank, self.since.unwrap_or_default(), self.id)
    }
}

/// Where a page of repairs begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(Place);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self((rank, since, id)) = self;
        write!(f, "{rank}.{since}.{id}")
    }
}

impl FromStr for Cursor {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let read = || {
            let (rank, rest) = text.split_once('.')?;
            let (since, id) = rest.split_once('.')?;
            Some(Self((rank.parse().ok()?, since.parse().ok()?, id.parse().ok()?)))
        };
        read().ok_or_else(|| Error::BadRequest("after is not where a page of repairs begins.".to_owned()))
    }
}

/// One page of repairs.
#[derive(Clone, Debug)]
pub struct Repairs {
    /// The repairs.
    pub rows: Vec<Repair>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// How far reconciling is; `None` before it was ever scheduled.
    pub check: Option<ReconcileRow>,
    /// Whether Autotask is connected.
    pub connected: bool,
    /// Where people open Autotask; ends with a slash.
    pub web_url: Option<String>,
}

impl Services {
    /// What waits for a person and was not put away, those first that are in the way of most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_repairs(&self, tenant: TenantId, after: Option<Cursor>) -> Result<Repairs> {
        let mut rows = self.unstored(tenant).await?;
        let mut tx = self.db.read().await?;
        let ignored: BTreeMap<Uuid, String> =
            db::ignored_repairs(&mut tx, tenant).await?.into_iter().collect();
        let after = after.map_or((CONDITION, Millis::MIN, Uuid::nil()), |Cursor(place)| place);
        rows.retain(|row| ignored.get(&row.id) != Some(&row.state) && row.place() > after);
        rows.sort_by_key(Repair::place);
        rows.truncate(PAGE + 1);
        let limit = i64::try_from(PAGE + 1 - rows.len()).unwrap_or_default();
        let from = after.max((NEEDED, Millis::MIN, Uuid::nil()));
        for row in db::findings(&mut tx, tenant, from, limit).await? {
            rows.push(of_finding(row)?);
        }
        let has_more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| has_more).map(|row| Cursor(row.place()));
        let connection = db::connection(&mut tx, tenant).await?;
        let check = db::reconcile(&mut tx, tenant).await?;
        let connected = connection.is_some();
        Ok(Repairs { rows, next, check, connected, web_url: connection.and_then(|row| row.web_url) })
    }

    /// How many findings and causes of held pushes need a person: the number beside Repairs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn repair_count(&self, tenant: TenantId) -> Result<i64> {
        let mut tx = self.db.read().await?;
        db::repair_count(&mut tx, tenant).await
    }

    /// Puts a repair away until it is another than now, and gives it back.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn ignore_repair(&self, tenant: TenantId, author: &Author, id: Uuid) -> Result<Repair> {
        let unstored = self.unstored(tenant).await?.into_iter().find(|row| row.id == id);
        let mut tx = self.db.write().await?;
        let repair = match (unstored, db::finding(&mut tx, tenant, id).await?) {
            (Some(row), _) => row,
            (None, Some(row)) => of_finding(row)?,
            (None, None) => return Err(Error::NotFound("There is no repair of that id, or not any more.")),
        };
        let now = self.clock.now();
        db::ignore_repair(&mut tx, tenant, id, &repair.subject, &repair.state, now).await?;
        let name = repairs::called(&mut tx, author).await?;
        let sentence = format!("{name} ignored until it changes: {}", repair.title);
        let document =
            repair.document.as_ref().map(|(kind, number)| json!({ "kind": kind, "number": number }));
        let entry = Entry { subject: "repair", sentence, details: json!({ "document": document }) };
        db::add_history(&mut tx, tenant, self.clock.new_id(), author.user, repairs::HISTORY, &entry, now)
            .await?;
        tx.commit().await?;
        Ok(repair)
    }

    /// The repairs that are no findings.
    async fn unstored(&self, tenant: TenantId) -> Result<Vec<Repair>> {
        let facts = Facts {
            standing: self.standing(tenant).await?,
            worker: self.worker_state().await?,
            inactive: self.lists_state(tenant).await?.inactive,
            now: self.clock.now(),
        };
        let mut tx = self.db.read().await?;
        let mut held: Vec<Held> =
            db::held_causes(&mut tx, tenant).await?.into_iter().map(Held::read).collect();
        let mut rows = facts.conditions(&mut held);
        rows.extend(held.into_iter().map(Held::repair));
        Ok(rows)
    }
}

/// The id of what is of this kind and about this.
pub(super) fn id_of(kind: &str, subject: &str) -> Uuid {
    let hash = crypto::hash(&format!("{kind} {subject}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Uuid::from_bytes(bytes)
}

/// Pushes that are held for one cause.
struct Held {
    row: HeldRow,
    /// `None` where the reason is a mere sentence.
    hold: Option<Hold>,
}

impl Held {
    fn read(row: HeldRow) -> Self {
        Self { hold: serde_json::from_str(&row.reason).ok(), row }
    }

    fn count(&self) -> u64 {
        self.row.count.unsigned_abs()
    }

    fn repair(self) -> Repair {
        let hold = self.hold.as_ref();
        Repair {
            id: id_of("held", &self.row.reason),
            kind: "held",
            title: hold.map_or_else(|| self.row.reason.trim_end_matches('.').to_owned(), Hold::cause),
            fix: hold.map_or_else(|| "Look at the push for what to do.".to_owned(), Hold::fix),
            held: self.count(),
            changes: Vec::new(),
            document: None,
            object: None,
            since: Some(self.row.since),
            action: self.action(),
            state: self.row.newest.to_string(),
            subject: self.row.reason,
            rank: HELD,
        }
    }

    fn action(&self) -> Action {
        let push = PushId(self.row.push_id);
        match &self.hold {
            Some(Hold::CategoryUnmapped { .. }) => Action::Setting("category_map".to_owned()),
            Some(Hold::TicketSetupNeeded) => Action::Setting("tickets.category".to_owned()),
            Some(Hold::OptionInactive { list, .. }) if list.is_of_tickets() => {
                Action::Setting("tickets.category".to_owned())
            }
            Some(Hold::SetupNeeded | Hold::OptionInactive { .. }) => Action::Setting(String::new()),
            Some(Hold::Credentials | Hold::NotConnected) => Action::Connection,
            Some(hold) if hold.customer().is_some() => Action::Company(push),
            Some(hold) => match hold.record() {
                Some(head) => Action::Link(push, head),
                None => self.look(push),
            },
            None => self.look(push),
        }
    }

    fn look(&self, push: PushId) -> Action {
        if self.row.count == 1 { Action::Push(push) } else { Action::HeldPushes }
    }
}

fn of_finding(row: FindingRow) -> Result<Repair> {
    let finding: Finding = serde_json::from_str(&row.details).map_err(Error::internal)?;
    let target = Target::ALL.into_iter().find(|target| target.name() == row.target);
    let target = target.ok_or_else(|| Error::internal("a finding about nothing that can be linked"))?;
    let document = row.kind.zip(row.number);
    let named = document.as_ref().map(|(kind, number)| (kind.as_str(), number.as_str()));
    let about = About { target, id: row.autotask_id, document: named };
    let action = match (row.push_id, &finding) {
        (_, Finding::Changed { .. }) | (None, _) => Action::None,
        (Some(push), _) if target == Target::Ticket => Action::Link(PushId(push), Target::Ticket),
        (Some(push), _) => Action::Link(PushId(push), Target::Opportunity),
    };
    Ok(Repair {
        id: row.id,
        kind: finding.kind(),
        title: finding.title(about),
        fix: finding.fix(about),
        held: 0,
        object: Some((target, row.autotask_id)),
        since: Some(row.since),
        action,
        subject: String::new(),
        state: row.details,
        rank: row.rank,
        document,
        changes: if let Finding::Changed { fields } = finding { fields } else { Vec::new() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        let cursor = Cursor((2, -5, id_of("missing", "opportunity 7")));
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for wrong in ["", "2", "2.5", "2.5.x", "a.5.0192", "2.5."] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
