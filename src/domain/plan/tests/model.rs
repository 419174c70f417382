//! Autotask in memory: links, and the rows that steps and people write.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{lists, settings, tickets::tickets};
use crate::domain::{
    plan::{Action, Document, Input, Key, Links, Plan, Step, Target, plan, settle::Decision},
    route::Sync,
    settings::{BillingCodes, Opportunities, Sections, TicketSections},
};

/// A row by its fields.
pub type Row = Map<String, Json>;

#[derive(Clone)]
pub struct Model {
    pub links: Links,
    /// What Autotask has, by our keys: of the entities that a document owns.
    pub rows: BTreeMap<Key, Row>,
    /// As what documents go there.
    pub sync: Sync,
    pub tickets: Option<TicketSections>,
}

impl Default for Model {
    fn default() -> Self {
        let (links, rows) = (Links::default(), BTreeMap::new());
        Self { links, rows, sync: Sync::Opportunities, tickets: Some(tickets()) }
    }
}

impl Model {
    pub fn plan(&self, document: &Document, settings: Option<&Opportunities>) -> Plan {
        let sections = settings.map(|settings| &settings.sections);
        self.plan_from(document, sections, settings.map(|settings| &settings.codes))
    }

    /// The plan where the Opportunities page was never saved.
    pub fn plan_with_codes_alone(&self, document: &Document) -> Plan {
        self.plan_from(document, None, Some(&settings().codes))
    }

    fn plan_from(
        &self,
        document: &Document,
        sections: Option<&Sections>,
        codes: Option<&BillingCodes>,
    ) -> Plan {
        plan(&Input {
            sync: self.sync,
            opportunity: None,
            tickets: self.tickets.as_ref(),
            document,
            quote_is_known: false,
            sections,
            codes,
            links: &self.links,
            lists: &lists(),
            currency: Some("USD"),
        })
    }

    pub fn steps(&self, document: &Document) -> Vec<Step> {
        let plan = self.plan(document, Some(&settings()));
        assert_eq!((plan.problems, plan.skipped), (Vec::new(), None));
        plan.steps
    }

    /// Does everything that is planned; the number of steps.
    pub fn apply(&mut self, document: &Document) -> usize {
        let steps = self.steps(document);
        let count = steps.len();
        for step in steps {
            self.step(step);
        }
        count
    }

    /// Does the first steps of what is planned, and then stops.
    pub fn apply_first(&mut self, document: &Document, count: usize) {
        self.steps(document).into_iter().take(count).for_each(|step| self.step(step));
    }

    fn step(&mut self, Step { key, action }: Step) {
        let mut link = self.links.get(&key).cloned().unwrap_or_default();
        match action {
            Action::Find(_) => link.id = id_of(&key),
            Action::Create(create) => {
                assert!(!self.rows.contains_key(&key), "{key:?} is made twice");
                link.id = id_of(&key);
                link.written.fields = create.fields.json(&self.links).unwrap();
                self.rows.insert(key.clone(), link.written.fields.clone());
            }
            Action::Update(fields) => {
                let fields = fields.json(&self.links).unwrap();
                link.written.fields.extend(fields.clone());
                self.rows.get_mut(&key).unwrap().extend(fields);
            }
            Action::Delete { .. } => {
                self.rows.remove(&key).unwrap();
                return self.links.remove(&key);
            }
            Action::Settle(settle) => {
                let row = self.rows.get_mut(&key).unwrap();
                if let Decision::Write(fields) = settle.decide(row) {
                    link.written.fields.extend(fields.clone());
                    row.extend(fields);
                }
                link.written.state = settle.state;
            }
        }
        self.links.set(key, link);
    }

    /// A person sets a field.
    pub fn edit(&mut self, key: &Key, field: &str, value: Json) {
        self.rows.get_mut(key).unwrap().insert(field.to_owned(), value);
    }

    pub fn opportunity(&self, field: &str) -> Json {
        self.rows[&Key::only(Target::Opportunity)][field].clone()
    }

    /// What Autotask has, without the fields that are empty, and without locations that nothing points to any more: they
    /// cannot be deleted.
    pub fn state(&self) -> BTreeMap<Key, Row> {
        let filled = |row: &Row| {
            let fields = row.iter().filter(|(_, value)| !value.is_null());
            fields.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let quote = self.rows.get(&Key::only(Target::Quote));
        let roles = ["billToLocationID", "shipToLocationID", "soldToLocationID"];
        let is_used = |key: &Key| {
            let id = json!(self.links.id(key));
            key.target != Target::QuoteLocation
                || quote.is_some_and(|quote| roles.iter().any(|role| quote[*role] == id))
        };
        let used = self.rows.iter().filter(|(key, _)| is_used(key));
        used.map(|(key, row)| (key.clone(), filled(row))).collect()
    }
}

/// The same key has the same id in every model, so that two models can be compared.
fn id_of(key: &Key) -> i64 {
    let text = json!(key).to_string();
    text.bytes().fold(7, |id: i64, byte| (id * 31 + i64::from(byte)) % 1_000_000_007)
}
