//! Goes through the steps of a plan as a push would, and notes what it would send instead of sending it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Effect, Field, Problem, Record, Request, ask::Answers};
use crate::{
    domain::{
        document::Line,
        hold::Hold,
        plan::{
            Action, Create, Fields, Find, Key, Left, Link, Links, Otherwise, Step, Target, Written,
            left_otherwise, rewritten,
            settle::{Decision, Settle},
        },
        settings::fields::CREATE_CUSTOMERS,
    },
    error::FieldErrors,
    service::{finds::Fit, planning::Planning},
};

/// What was noted so far.
pub(super) struct Draft<'a> {
    pub(super) planning: &'a Planning,
    pub(super) errors: &'a FieldErrors,
    pub(super) answers: Answers,
    pub(super) links: Links,
    /// Records that earlier steps would have made. They are linked to ids below 0, which Autotask never gives.
    pub(super) made: Vec<Key>,
    /// Records that were not looked up.
    pub(super) unknown: BTreeSet<Key>,
    pub(super) lines: Vec<Line>,
    records: Vec<Record>,
    holds: Vec<Hold>,
    /// What a person changed in Autotask and stays so, in whole sentences.
    kept: Vec<String>,
}

impl<'a> Draft<'a> {
    /// Nothing is noted yet.
    pub(super) fn new(
        planning: &'a Planning,
        links: Links,
        errors: &'a FieldErrors,
        answers: Answers,
    ) -> Self {
        Self {
            planning,
            errors,
            answers,
            links,
            made: Vec::new(),
            unknown: BTreeSet::new(),
            lines: planning.document.content.sold_lines(),
            records: Vec::new(),
            holds: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Goes through one step.
    pub(super) fn step(&mut self, step: &Step) {
        let key = &step.key;
        match &step.action {
            Action::Find(find) => self.find(key, find),
            Action::Create(create) => self.create(key, create),
            Action::Update(fields) => self.update(key, fields),
            Action::Delete { parent } => self.delete(key, parent),
            Action::Settle(settle) => self.settle(key, settle),
        }
    }

    /// What was noted; `planned` are the problems of the plan itself.
    pub(super) fn finish(self, planned: Vec<Hold>) -> (Vec<Record>, Vec<Problem>, Vec<String>) {
        let mut problems = Vec::new();
        for (path, sentences) in self.errors.iter() {
            let cause = sentences.join(". ");
            let fix = "It must be right before the settings can be saved.".to_owned();
            problems.push(Problem { cause, fix, path: Some(path.to_owned()) });
        }
        let mut holds = planned;
        for hold in self.holds.iter().filter(|hold| !self.is_told(hold)) {
            if !holds.contains(hold) {
                holds.push(hold.clone());
            }
        }
        let told = holds.iter().filter(|hold| !self.is_told(hold));
        problems.extend(told.map(|hold| Problem {
            cause: hold.cause(),
            fix: hold.fix(),
            path: self.place(hold),
        }));
        let notes = self.notes();
        (self.records, problems, notes)
    }

    /// A choice that the form has no value for is told as the form's error already.
    fn is_told(&self, hold: &Hold) -> bool {
        let is_of_map =
            matches!(hold, Hold::OptionInactive { value: 0, .. }) && self.errors.covers("category_map");
        is_of_map
            || matches!(hold, Hold::OptionInactive { .. })
                && self.place(hold).is_some_and(|path| self.errors.covers(&path))
    }

    /// The setting that a hold is about.
    fn place(&self, hold: &Hold) -> Option<String> {
        let path = match hold {
            Hold::SetupNeeded => "created.category",
            Hold::TicketSetupNeeded => "tickets.category",
            Hold::CustomerUnknown { .. } => CREATE_CUSTOMERS,
            Hold::CategoryUnmapped { .. } => "category_map",
            Hold::OptionInactive { field, .. } => {
                let mut choices = self.planning.settings.choices().into_iter();
                choices.find(|(_, label, ..)| label == field).map_or("category_map", |(path, ..)| path)
            }
            _ => return None,
        };
        Some(path.to_owned())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(failure) = &self.answers.failure {
            notes.push(format!(
                "Not everything was looked up: {failure}. What is shown is what is known without it."
            ));
        }
        notes.extend(self.kept.iter().map(|sentence| format!("Changed in Autotask and kept: {sentence}")));
        for target in [Target::QuoteItem, Target::TicketCharge] {
            let linked = self.links.of(target).filter(|(_, link)| link.id >= 0).count();
            let is_told = |record: &&Record| {
                record.target == target && matches!(record.effect, Effect::Update(_) | Effect::Leave(_))
            };
            let unchanged = linked - self.records.iter().filter(is_told).count();
            let noun = target.noun();
            match unchanged {
                0 => {}
                1 => notes.push(format!("1 {noun} stays as it is.")),
                count => notes.push(format!("{count} {noun}s stay as they are.")),
            }
        }
        notes
    }

    fn find(&mut self, key: &Key, find: &Find) {
        let name = self.name_of(key, find);
        match self.answers.fit(key, find) {
            None => {
                self.unknown.insert(key.clone());
                let fields = match &find.otherwise {
                    Otherwise::Create(fields) => self.fields(key.target, fields),
                    Otherwise::Hold(_) | Otherwise::Omit => Vec::new(),
                };
                self.note(Record { fields, ..Record::new(key.target, name, Effect::Unknown) });
            }
            Some(Fit::One(id)) => {
                self.note(Record::new(key.target, name, Effect::Found(id)));
                self.links.set(key.clone(), Link { id, written: Written::default() });
            }
            Some(Fit::None(Otherwise::Create(fields))) => self.send(key, fields, name),
            Some(Fit::None(Otherwise::Omit)) => self.note(Record::new(key.target, name, Effect::Absent)),
            Some(Fit::None(Otherwise::Hold(hold))) => {
                self.note(Record::new(key.target, name, Effect::Missing));
                self.holds.push(hold.clone());
            }
            Some(Fit::Several) => {
                let effect = if find.ambiguous.is_some() { Effect::Missing } else { Effect::Absent };
                self.note(Record::new(key.target, name, effect));
                self.holds.extend(find.ambiguous.clone());
            }
        }
    }

    fn note(&mut self, record: Record) {
        self.records.push(record);
    }

    fn create(&mut self, key: &Key, create: &Create) {
        if left_otherwise(key, &self.links).is_some() {
            return;
        }
        self.send(key, &create.fields, self.name(key));
    }

    /// Notes a create, and links the record to an id of our own.
    fn send(&mut self, key: &Key, fields: &Fields, name: String) {
        let (shown, body) = (self.fields(key.target, fields), self.body(fields));
        let request = Request { method: "POST", path: self.path(key, &body), body: Some(body.clone()) };
        self.records.push(Record {
            target: key.target,
            name,
            effect: Effect::Create,
            fields: shown,
            request: Some(request),
        });
        self.made.push(key.clone());
        let id = -i64::try_from(self.made.len()).unwrap_or(i64::MAX);
        self.answers.made(key.target, id, body.clone());
        self.links.set(key.clone(), Link { id, written: Written { fields: body, ..Written::default() } });
    }

    fn update(&mut self, key: &Key, fields: &Fields) {
        let Some(id) = self.links.id(key) else { return };
        if self.is_left(key, id) {
            return;
        }
        let fields = self.without_rewritten(key, fields);
        if fields.is_empty() {
            return;
        }
        let (shown, body) = (self.fields(key.target, &fields), self.body(&fields));
        self.patch(key, id, shown, body);
    }

    fn patch(&mut self, key: &Key, id: i64, fields: Vec<Field>, mut body: Map<String, Value>) {
        let name = self.name(key);
        body.insert("id".to_owned(), self.id(id));
        let request = Some(Request { method: "PATCH", path: self.path(key, &body), body: Some(body) });
        let effect = Effect::Update(Some(id).filter(|id| *id >= 0));
        self.records.push(Record { target: key.target, name, effect, fields, request });
    }

    fn delete(&mut self, key: &Key, parent: &Key) {
        let (Some(id), Some(_)) = (self.links.id(key), self.links.id(parent)) else { return };
        if self.is_left(key, id) {
            return;
        }
        let path = format!("{}/{id}", self.path(key, &Map::new()));
        let request = Some(Request { method: "DELETE", path, body: None });
        let name = self.name(key);
        self.records.push(Record {
            target: key.target,
            name,
            effect: Effect::Delete(id),
            fields: Vec::new(),
            request,
        });
        self.links.remove(key);
    }

    /// Decides as a push does after its read; an opportunity that an earlier step makes is as that makes it.
    fn settle(&mut self, key: &Key, settle: &Settle) {
        let Some(Link { id, written }) = self.links.get(key).cloned() else { return };
        let number = |field: &str| written.fields.get(field).and_then(Value::as_i64);
        let settle = Settle { written: (number("stage"), number("status")), ..settle.clone() };
        let row =
            if id < 0 { Some(std::slice::from_ref(&written.fields)) } else { self.answers.head(key.target) };
        let decision = match row {
            Some([row, ..]) => settle.decide(row),
            Some([]) => {
                self.holds.push(Hold::Gone { entity: key.target.entity().to_owned(), id });
                return;
            }
            None => settle.decide(&Map::from_iter([
                ("stage".to_owned(), json!(number("stage"))),
                ("status".to_owned(), json!(number("status"))),
            ])),
        };
        // Where stage and status are left alone that sentence says it all already.
        if let Some([row, ..]) = row.filter(|_| !matches!(decision, Decision::LeaveAlone(_))) {
            let lists = &self.planning.lists;
            let kept = settle.kept(&decision, &written.fields, row);
            self.kept.extend(kept.iter().map(|difference| difference.sentence(lists)));
        }
        match decision {
            Decision::Write(body) => {
                let fields = self.fields(key.target, &settle.fields());
                self.patch(key, id, fields, body);
            }
            // A sale is created as it ends: there is nothing to tell.
            Decision::Nothing if id < 0 => {}
            Decision::Nothing if key.target == Target::Ticket => {
                self.leave(key, "Its status is right already.".to_owned());
            }
            Decision::Nothing => self.leave(key, "Its stage and status are right already.".to_owned()),
            Decision::LeaveAlone(sentence) => self.leave(key, sentence),
        }
    }

    /// Tells of a charge that is billed, or that a person deleted: it is not touched.
    fn is_left(&mut self, key: &Key, id: i64) -> bool {
        let sentence = match self.answers.left(key.target, id) {
            None => return false,
            Some(Left::Billed) => "It is billed already.",
            Some(Left::Deleted) => "A person deleted it in Autotask.",
        };
        if let Some(mut link) = self.links.get(key).cloned() {
            link.written.left = self.answers.left(key.target, id);
            self.links.set(key.clone(), link);
        }
        self.leave(key, sentence.to_owned());
        true
    }

    /// The fields of a change, of a ticket without the texts that a person wrote anew.
    fn without_rewritten(&mut self, key: &Key, fields: &Fields) -> Fields {
        let mut fields = fields.clone();
        if let (Target::Ticket, Some([row])) = (key.target, self.answers.head(key.target)) {
            let mut written = self.links.get(key).map(|link| link.written.fields.clone()).unwrap_or_default();
            let lists = &self.planning.lists;
            for one in rewritten(&written, row).iter().filter(|one| fields.get(one.field).is_some()) {
                self.kept.push(one.sentence(lists));
                let wanted = fields.get(one.field).and_then(|value| value.json(&self.links));
                written.insert(one.field.to_owned(), wanted.unwrap_or(Value::Null));
            }
            fields.keep_changed(&written);
        }
        fields
    }

    fn leave(&mut self, key: &Key, sentence: String) {
        let name = self.name(key);
        self.note(Record::new(key.target, name, Effect::Leave(sentence)));
    }
}
