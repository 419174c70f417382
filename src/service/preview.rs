//! What Autotask would receive for a document, without sending it.
//!
//! It is the push's own plan, made from the same rows. What a push would look for is asked in at most 3 reads: the
//! company, the contact, and all products at once; for an opportunity that is to be won or lost, the opportunity in
//! place of the company. Services come from the tenant's lists, as last refreshed. Nothing is written but the number
//! of calls that were made.

mod ask;
mod draft;
mod values;

use serde_json::{Map, Value};
use uuid::Uuid;

use self::draft::Draft;
pub use crate::db::DocumentName;
use crate::{
    db::{self, Tx},
    domain::{
        document::{Document, Kind},
        ids::{DocumentId, TenantId},
        intake,
        plan::{self, Key, Links, Plan, Target},
        settings::form::{Against, SettingsForm},
    },
    error::{Error, FieldErrors, Result},
    service::{Services, planning::Planning},
};

/// The most reads that a preview makes.
pub const MAX_READS: usize = 3;

/// How many documents a preview offers.
const RECENT: i64 = 20;

/// Which document is shown.
#[derive(Clone, Debug)]
pub enum Which {
    /// The stored quote of that number, else the stored sale.
    Number(String),
    /// The stored document of that kind and number.
    Stored(Kind, String),
    /// The built-in example.
    Example,
    /// This document. Where one of its number is stored, it is shown as that one's next state.
    Given(Box<Document>),
}

/// What Autotask would receive for a document.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The document.
    pub document: Document,
    /// What would come of it.
    pub outcome: Outcome,
    /// What would hold it, or keeps the settings from being saved.
    pub problems: Vec<Problem>,
    /// What else there is to know, in whole sentences.
    pub notes: Vec<String>,
    /// Every record that would be found, created, changed or deleted, in the order in which that would be done.
    pub records: Vec<Record>,
}

/// What would come of sending a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new opportunity.
    Create,
    /// Changes to the opportunity that is there.
    Update,
    /// Nothing: Autotask is up to date.
    Nothing,
    /// It is not sent; the sentence says why.
    Skipped(String),
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, without a full stop.
    pub cause: String,
    /// What to do about it, in whole sentences.
    pub fix: String,
    /// The setting to look at, by its path.
    pub path: Option<String>,
}

/// One record of Autotask's.
#[derive(Clone, Debug)]
pub struct Record {
    /// What it is.
    pub target: Target,
    /// What it is called.
    pub name: String,
    /// What would happen to it.
    pub effect: Effect,
    /// What would be written, by Autotask's names.
    pub fields: Vec<Field>,
    /// The request that would do so.
    pub request: Option<Request>,
}

impl Record {
    fn new(target: Target, name: String, effect: Effect) -> Self {
        Self { target, name, effect, fields: Vec::new(), request: None }
    }
}

/// What would happen to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is in Autotask, under this id, and would be used as it is.
    Found(i64),
    /// It is not in Autotask, and the document is sent without it.
    Absent,
    /// It is not in Autotask, or not plainly; the problems say so.
    Missing,
    /// It was not looked up. It would be used if it is there.
    Unknown,
    /// It would be created.
    Create,
    /// Fields of the one with this id would be set; none for one that an earlier step makes.
    Update(Option<i64>),
    /// It would be deleted.
    Delete(i64),
    /// It would be left as it is; the sentence says why.
    Leave(String),
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Autotask's name of the field.
    pub name: String,
    /// The value; null where it is not known before it is sent, or not chosen yet.
    pub value: Value,
    /// What an id or a picklist value is called; for a null what it stands for.
    pub label: Option<String>,
    /// Where it comes from.
    pub source: String,
}

/// A request as it would be sent. Ids that are not known yet are named in braces: `{opportunity}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the API's root.
    pub path: String,
    /// The body; a delete has none.
    pub body: Option<Map<String, Value>>,
}

/// What is shown of a document for which there is nothing to send.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    /// Nothing.
    Nothing,
    /// What it would become if it were new.
    AsNew,
}

impl Services {
    /// What Autotask would receive for a document: with the settings of the form, saved or not, or with the saved ones.
    ///
    /// # Errors
    /// When there is no document of that number, or the database fails. That Autotask cannot be reached is none.
    pub async fn preview(
        &self,
        tenant: TenantId,
        form: Option<&SettingsForm>,
        which: Which,
    ) -> Result<Preview> {
        self.look(tenant, form, which, Otherwise::Nothing).await
    }

    /// The same, but for a document that Autotask has as it is: what it would become today if it were new.
    ///
    /// # Errors
    /// As [`Self::preview`].
    pub async fn preview_or_as_new(
        &self,
        tenant: TenantId,
        form: Option<&SettingsForm>,
        which: Which,
    ) -> Result<Preview> {
        self.look(tenant, form, which, Otherwise::AsNew).await
    }

    async fn look(
        &self,
        tenant: TenantId,
        form: Option<&SettingsForm>,
        which: Which,
        otherwise: Otherwise,
    ) -> Result<Preview> {
        let is_example = matches!(which, Which::Example);
        let (planning, errors) = self.planning(tenant, form, which).await?;
        let mut links = planning.links.clone();
        for (key, link) in plan::adopted(&planning.document, &links) {
            links.set(key, link);
        }
        let mut plan = planning.plan(&links);
        let outcome = outcome(&plan, &links);
        if otherwise == Otherwise::AsNew && outcome == Outcome::Nothing {
            links = links.without_document();
            plan = planning.plan(&links);
        }
        if is_example {
            // Its customer is nobody's.
            plan.steps.retain(|step| !matches!(step.key.target, Target::Company | Target::Contact));
        }
        let answers = self.ask(tenant, &plan.steps, &links, &planning.lists).await?;
        let mut draft = Draft::new(&planning, links, &errors, answers);
        for step in &plan.steps {
            draft.step(step);
        }
        let (records, problems, mut notes) = draft.finish(plan.problems);
        notes.splice(..0, plan.notes);
        Ok(Preview { outcome, problems, notes, records, document: planning.document })
    }

    /// The newest documents that a preview can be made of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recent_documents(&self, tenant: TenantId) -> Result<Vec<DocumentName>> {
        let mut tx = self.db.read().await?;
        db::newest_documents(&mut tx, tenant, RECENT).await
    }

    async fn planning(
        &self,
        tenant: TenantId,
        form: Option<&SettingsForm>,
        which: Which,
    ) -> Result<(Planning, FieldErrors)> {
        let mut tx = self.db.read().await?;
        let is_example = matches!(which, Which::Example);
        let (id, document) = which.find(&mut tx, tenant).await?;
        let mut planning = Planning::load(&mut tx, tenant, id, document).await?;
        if let Some(currency) = planning.currency.clone().filter(|_| is_example) {
            planning.document.content.currency = currency;
        }
        let Some(form) = form else { return Ok((planning, FieldErrors::default())) };
        let (brands, categories) =
            (db::brands(&mut tx, tenant).await?, db::categories(&mut tx, tenant).await?);
        let saved = &db::settings(&mut tx, tenant).await?.settings;
        let against = Against { lists: &planning.lists, brands: &brands, categories: &categories, saved };
        let (parts, errors) = form.read(&against);
        let settings = parts.onto(saved.clone());
        (planning.sections, planning.codes) = (settings.sections, settings.codes);
        Ok((planning, errors))
    }
}

impl Which {
    /// The document, and the id that its links have. One that was never stored has none.
    async fn find(self, tx: &mut Tx, tenant: TenantId) -> Result<(DocumentId, Document)> {
        let (given, kinds, number) = match self {
            Self::Example => return Ok((DocumentId(Uuid::nil()), intake::example()?)),
            Self::Number(number) => (None, vec![Kind::Quote, Kind::Sale], number),
            Self::Stored(kind, number) => (None, vec![kind], number),
            Self::Given(document) => (Some(document.clone()), vec![document.kind], document.number),
        };
        for kind in kinds {
            if let Some(stored) = db::find_document(tx, tenant, kind, &number).await? {
                return Ok((stored.id, given.map_or(stored.document, |document| *document)));
            }
        }
        let given = given.ok_or(Error::NotFound("There is no quote or sale of that number."))?;
        Ok((DocumentId(Uuid::nil()), *given))
    }
}

fn outcome(plan: &Plan, links: &Links) -> Outcome {
    let is_new = links.get(&Key::only(Target::Opportunity)).is_none();
    match &plan.skipped {
        Some(reason) => Outcome::Skipped(reason.clone()),
        None if is_new => Outcome::Create,
        None if plan.steps.is_empty() => Outcome::Nothing,
        None => Outcome::Update,
    }
}
