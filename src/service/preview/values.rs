//! The values of a preview: what is known of each, what it is called, and what stands for an id that is not known yet.

use serde_json::{Map, Value, json};

use super::{Field, draft::Draft};
use crate::domain::plan::{self, Fields, Find, Key, Source, Target, Value as Planned};

impl Draft<'_> {
    /// The fields of a write, each with its name, its label and its source.
    pub(super) fn fields(&self, target: Target, fields: &Fields) -> Vec<Field> {
        let kind = self.planning.document.kind;
        let field = |(name, value, source): (&'static str, &Planned, Source)| {
            let (value, label) = self.shown(target, name, value, source)?;
            Some(Field { name: name.to_owned(), value, label, source: source.words(kind) })
        };
        fields.iter().filter_map(field).collect()
    }

    /// A value and its label; `None` for one that would not be sent.
    fn shown(
        &self,
        target: Target,
        name: &str,
        value: &Planned,
        source: Source,
    ) -> Option<(Value, Option<String>)> {
        if self.is_unchosen(value, source) {
            return Some((Value::Null, Some("not chosen yet".to_owned())));
        }
        Some(match value {
            Planned::Id(key) | Planned::IdIfFound(key) => {
                let noun = key.target.noun();
                match (self.links.id(key), value) {
                    (Some(id), _) if id >= 0 => {
                        (json!(id), Some(self.name(key)).filter(|name| !name.is_empty()))
                    }
                    (Some(_), _) => (Value::Null, Some(format!("the new {noun}'s id"))),
                    (None, Planned::Id(_)) => (Value::Null, Some(format!("the {noun}'s id"))),
                    (None, _) if self.unknown.contains(key) => {
                        (Value::Null, Some(format!("the {noun}'s id, if Autotask has it")))
                    }
                    (None, _) => return None,
                }
            }
            Planned::Integer(_) if name == "companyID" => {
                (self.sent(value)?, Some(self.planning.document.content.customer.name.clone()))
            }
            Planned::Integer(number) => {
                (json!(number), plan::label(target, name, *number, &self.planning.lists))
            }
            other => (self.sent(other)?, None),
        })
    }

    /// Whether the form has no value for it, so that 0 stands in its place.
    fn is_unchosen(&self, value: &Planned, source: Source) -> bool {
        match source {
            Source::Setting(path) => self.errors.covers(path),
            Source::CategoryMap { .. } => *value == Planned::Integer(0),
            _ => false,
        }
    }

    /// The body of a write, as it would be sent.
    pub(super) fn body(&self, fields: &Fields) -> Map<String, Value> {
        let chosen = fields.iter().filter(|(_, value, source)| !self.is_unchosen(value, *source));
        chosen.filter_map(|(name, value, _)| Some((name.to_owned(), self.sent(value)?))).collect()
    }

    fn sent(&self, value: &Planned) -> Option<Value> {
        match value {
            Planned::Id(key) => Some(self.links.id(key).map_or_else(|| json!(token(key)), |id| self.id(id))),
            Planned::IdIfFound(key) => self.links.id(key).map(|id| self.id(id)),
            other => other.json(&self.links),
        }
    }

    /// An id as it would be sent; one of ours is named by the record that stands behind it.
    pub(super) fn id(&self, id: i64) -> Value {
        let made = usize::try_from(-id).ok().and_then(|nth| self.made.get(nth.checked_sub(1)?));
        made.map_or_else(|| json!(id), |key| json!(token(key)))
    }

    /// Where a record is written: items and charges below their quote or ticket, contacts below their company, everything
    /// else at its entity's root.
    pub(super) fn path(&self, key: &Key, body: &Map<String, Value>) -> String {
        if let Some((parent, part)) = key.target.parent() {
            let key = Key::only(parent);
            let id = self.links.id(&key).filter(|id| *id >= 0);
            let id = id.map_or_else(|| token(&key), |id| id.to_string());
            return format!("{}/{id}/{part}", parent.entity());
        }
        match key.target {
            Target::Contact => format!("Companies/{}/Contacts", plain(body.get("companyID"))),
            other => other.entity().to_owned(),
        }
    }

    /// What a record is called.
    pub(super) fn name(&self, key: &Key) -> String {
        let content = &self.planning.document.content;
        match key.target {
            Target::Company => content.customer.name.clone(),
            Target::Contact => {
                content.contact.as_ref().and_then(|contact| contact.email.clone()).unwrap_or_default()
            }
            Target::Opportunity | Target::Quote | Target::Ticket => self.planning.document.number.clone(),
            Target::QuoteLocation => {
                let mut name = plan::address_of(content, key).to_owned();
                name[..1].make_ascii_uppercase();
                name
            }
            Target::Product | Target::Service | Target::Role => {
                let line = self.lines.iter().find(|line| plan::catalogue_key(line).as_ref() == Some(key));
                line.map(|line| line.name.clone()).unwrap_or_default()
            }
            Target::QuoteItem | Target::TicketCharge => self.item_name(key),
        }
    }

    /// The line's name; for charges and lines that are gone, the name that was written.
    fn item_name(&self, key: &Key) -> String {
        let id = key.key.strip_prefix("line ").and_then(|rest| rest.rsplit_once(" type ")).map(|(id, _)| id);
        if let Some(line) = self.lines.iter().find(|line| Some(line.id.as_str()) == id) {
            return line.name.clone();
        }
        let written = self.links.get(key).and_then(|link| link.written.fields.get("name"));
        let charge = match key.key.as_str() {
            "delivery" => "Delivery",
            "surcharge" => "Payment surcharge",
            "coupon" => "Coupon",
            other => other,
        };
        written.and_then(Value::as_str).unwrap_or(charge).to_owned()
    }

    /// What a record that is looked for is called.
    pub(super) fn name_of(&self, key: &Key, find: &Find) -> String {
        let name = find.by.iter().find(|(field, _)| *field == "name");
        name.map_or_else(|| self.name(key), |(_, name)| name.clone())
    }
}

/// An id, or what stands for it, without quotation marks.
fn plain(id: Option<&Value>) -> String {
    id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).unwrap_or_default()
}

/// What stands for the id of a record that Autotask has not given one yet.
fn token(key: &Key) -> String {
    format!("{{{}}}", format!("{} {}", key.target.name(), key.key).trim_end())
}
