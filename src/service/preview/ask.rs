//! What a preview asks Autotask: reads alone, and few.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::json;
use tokio::time;

use super::MAX_READS;
use crate::{
    autotask::{self, Call, Condition, Failure, Filter, Row, Session},
    db,
    domain::{
        ids::TenantId,
        lists::{List, Lists},
        plan::{Action, Find, Key, Left, Link, Links, Otherwise, Step, Target},
    },
    error::Result,
    service::{
        Services,
        connection::SessionProblem,
        finds::{self, Fit},
        limits::Lane,
    },
};

/// No preview waits longer for Autotask.
const WITHIN: Duration = Duration::from_secs(10);
/// Products in one query: Autotask takes 500 alternatives, and a product has up to three.
const PRODUCTS: usize = 160;
/// Charges in one query; of a ticket with more nobody is asked.
const CHARGES: usize = 500;

/// What is known of Autotask's rows.
#[derive(Default)]
pub(super) struct Answers {
    rows: BTreeMap<Target, Vec<Row>>,
    /// The products that were asked for.
    products: BTreeSet<Key>,
    /// Why not everything that would be looked for is known.
    pub(super) failure: Option<String>,
    calls: i64,
}

impl Answers {
    /// What fits what is looked for; `None` where nobody knows.
    pub(super) fn fit<'f>(&self, key: &Key, find: &'f Find) -> Option<Fit<'f>> {
        let is_known = key.target != Target::Product || self.products.contains(key);
        self.rows.get(&key.target).filter(|_| is_known).map(|rows| finds::fit(rows, find))
    }

    /// The opportunity or ticket as it is in Autotask, no row where it is gone; `None` where nobody knows.
    pub(super) fn head(&self, target: Target) -> Option<&[Row]> {
        self.rows.get(&target).map(Vec::as_slice)
    }

    /// Why a charge is not to be touched; `None` also where nobody knows.
    pub(super) fn left(&self, target: Target, id: i64) -> Option<Left> {
        let rows = self.rows.get(&target).filter(|_| target == Target::TicketCharge)?;
        match rows.iter().find(|row| autotask::id(row) == Some(id)) {
            None => Some(Left::Deleted),
            Some(row) => (row.get("isBilled") == Some(&json!(true))).then_some(Left::Billed),
        }
    }

    /// Adds a row that an earlier step would have made: later ones would find it.
    pub(super) fn made(&mut self, target: Target, id: i64, mut fields: Row) {
        if let Some(rows) = self.rows.get_mut(&target) {
            fields.insert("id".to_owned(), json!(id));
            rows.push(fields);
        }
    }

    /// Services are not asked for: their names come with the lists.
    fn with_services(mut self, lists: &Lists) -> Self {
        // A tenant whose lists were fetched has statuses.
        if !lists.options(List::Statuses).is_empty() {
            let active = lists.options(List::Services).iter().filter(|option| option.active);
            let row = |name: &str, id: i64| {
                Row::from_iter([("id".to_owned(), json!(id)), ("name".to_owned(), json!(name))])
            };
            let rows = active.map(|option| row(&option.label, option.value)).collect();
            self.rows.insert(Target::Service, rows);
        }
        self
    }

    async fn send(
        &mut self,
        session: &Session,
        target: Target,
        call: &Call,
    ) -> std::result::Result<(), Failure> {
        self.calls += 1;
        let exchange = session.send(call).await;
        let rows = match target {
            target if target.is_head() => autotask::item(&exchange)?.into_iter().collect(),
            _ => autotask::items(&exchange)?,
        };
        self.rows.insert(target, rows);
        Ok(())
    }

    /// Asks for what the steps would look for. A contact is looked for in the company that was found before.
    async fn ask(
        &mut self,
        session: &Session,
        steps: &[Step],
        links: &Links,
    ) -> std::result::Result<(), Failure> {
        let mut links = links.clone();
        for step in steps {
            let (target, id) = (step.key.target, links.id(&step.key));
            let call = match (&step.action, target) {
                (Action::Find(find), Target::Company | Target::Contact) => query(target, find, &links),
                (Action::Settle(_), _) | (Action::Update(_), Target::Ticket)
                    if self.head(target).is_none() =>
                {
                    id.map(|id| Call::read(format!("{}/{id}", target.entity())))
                }
                (Action::Update(_) | Action::Delete { .. }, Target::TicketCharge)
                    if !self.rows.contains_key(&target) =>
                {
                    (links.of(target).count() <= CHARGES).then(|| billed(&links))
                }
                _ => None,
            };
            let Some(call) = call else { continue };
            self.send(session, target, &call).await?;
            let Action::Find(find) = &step.action else { continue };
            match self.fit(&step.key, find) {
                Some(Fit::One(id)) => links.set(step.key.clone(), Link { id, ..Link::default() }),
                Some(Fit::None(Otherwise::Create(_))) if target == Target::Company => {
                    // A company that is new has no contacts.
                    self.rows.insert(Target::Contact, Vec::new());
                }
                _ => {}
            }
        }
        let products: Vec<_> = products(steps).take(PRODUCTS).collect();
        if products.is_empty() {
            return Ok(());
        }
        self.products = products.iter().map(|(key, _)| (*key).clone()).collect();
        self.send(session, Target::Product, &query_of_all(&products)).await
    }
}

/// Asks which of the ticket's charges are billed or gone.
fn billed(links: &Links) -> Call {
    let ids = links.of(Target::TicketCharge).map(|(_, link)| link.id);
    let filter = Filter::by(Condition::one_of("id", ids));
    Call::query(Target::TicketCharge.entity(), &filter, &["id", "isBilled"])
}

fn query(target: Target, find: &Find, links: &Links) -> Option<Call> {
    let filter = finds::wire(&find.filter, links).ok()?;
    Some(Call::query(target.entity(), &filter, &finds::columns(find)))
}

/// One query for all products; a push asks for each alone.
fn query_of_all(products: &[(&Key, &Find)]) -> Call {
    let fits = products.iter().flat_map(|(_, find)| &find.by);
    let any = fits.map(|(field, text)| Condition::eq(field, text.clone())).collect();
    let filter = Filter::by(Condition::eq("isActive", true)).and(Condition::any(any));
    let columns = ["id", "sku", "manufacturerProductName", "name"];
    Call::query(Target::Product.entity(), &filter, &columns)
}

fn products(steps: &[Step]) -> impl Iterator<Item = (&Key, &Find)> {
    steps.iter().filter(|step| step.key.target == Target::Product).filter_map(|step| match &step.action {
        Action::Find(find) => Some((&step.key, find)),
        _ => None,
    })
}

/// Whether nothing has to be asked.
fn is_all_known(steps: &[Step], links: &Links) -> bool {
    let is_known = |step: &Step| match step.action {
        Action::Find(_) => step.key.target == Target::Service,
        Action::Settle(_) => links.get(&step.key).is_none(),
        Action::Update(_) | Action::Delete { .. } => {
            !matches!(step.key.target, Target::Ticket | Target::TicketCharge)
        }
        Action::Create(_) => true,
    };
    steps.iter().all(is_known)
}

impl Services {
    /// What the steps would find in Autotask, as far as that can be known now.
    pub(super) async fn ask(
        &self,
        tenant: TenantId,
        steps: &[Step],
        links: &Links,
        lists: &Lists,
    ) -> Result<Answers> {
        let mut answers = Answers::default().with_services(lists);
        if is_all_known(steps, links) {
            return Ok(answers);
        }
        let session = match self.session(tenant, Lane::Interactive).await? {
            Ok(session) => session,
            Err(problem) => {
                answers.failure = Some(match problem {
                    SessionProblem::Held(hold) => hold.cause(),
                    SessionProblem::Failed(failure) => failure.sentence(),
                });
                return Ok(answers);
            }
        };
        let asked = time::timeout(WITHIN, answers.ask(&session, steps, links)).await;
        answers.failure = match asked {
            Ok(Ok(())) => None,
            Ok(Err(failure)) => Some(failure.sentence()),
            Err(_) => Some("Autotask did not answer in time".to_owned()),
        };
        if products(steps).count() > PRODUCTS {
            let many = format!("only the first {PRODUCTS} products are looked up");
            answers.failure.get_or_insert(many);
        }
        debug_assert!(usize::try_from(answers.calls).is_ok_and(|calls| calls <= MAX_READS));
        let mut tx = self.db.write().await?;
        db::count_calls(&mut tx, tenant, answers.calls, self.clock.now()).await?;
        tx.commit().await?;
        Ok(answers)
    }
}
