//! What comparing a linked object with Autotask can find, and how it is said.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{
    document::Kind,
    lists::Lists,
    plan::{Target, Written, differences},
};

/// What is not as Opportune left it. Stored as JSON: a finding has changed when its JSON has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// The object is gone: somebody deleted or merged it.
    Missing {
        /// Other objects that carry the document's number.
        others: BTreeSet<i64>,
    },
    /// Other objects carry the document's number.
    Duplicate {
        /// Their Autotask ids.
        others: BTreeSet<i64>,
    },
    /// Somebody changed what Opportune wrote.
    Changed {
        /// Field by field.
        fields: Vec<ChangedField>,
    },
    /// Somebody made it inactive: Autotask takes nothing new that names it.
    Inactive {
        /// What it is called.
        name: String,
    },
}

/// A field that somebody changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedField {
    /// What it is called on Autotask's pages.
    pub field: String,
    /// What Opportune wrote.
    pub before: String,
    /// What is there now.
    pub after: String,
}

/// An object that is linked.
#[derive(Clone, Debug, PartialEq)]
pub struct Linked {
    /// What it is.
    pub target: Target,
    /// Its Autotask id.
    pub id: i64,
    /// The document that it belongs to, by kind and number.
    pub document: Option<(Kind, String)>,
    /// What was last written there.
    pub written: Written,
}

impl Linked {
    /// Whether another object carries this one's marker: an opportunity of the same company whose title begins with the
    /// number, a quote with that external number, a ticket of the same company with that external id.
    pub fn is_doubled_by(&self, own: Option<&Map<String, Json>>, other: &Map<String, Json>) -> bool {
        let Some((_, number)) = &self.document else { return false };
        let text = |field: &str| other.get(field).and_then(Json::as_str).unwrap_or_default().to_lowercase();
        let number = number.to_lowercase();
        let company = |row: &Map<String, Json>| row.get("companyID").and_then(Json::as_i64);
        let own = own.and_then(company).or_else(|| company(&self.written.fields));
        let is_of_company = own.is_some() && own == company(other);
        match self.target {
            Target::Opportunity => is_of_company && text("title").starts_with(&format!("{number} ")),
            Target::Ticket => is_of_company && text("externalID").trim() == number,
            Target::Quote => text("externalQuoteNumber").trim() == number,
            _ => false,
        }
    }

    /// Compares it with what Autotask has: its row, and the ids of those that double it.
    pub fn compare(
        &self,
        row: Option<&Map<String, Json>>,
        others: BTreeSet<i64>,
        lists: &Lists,
    ) -> Vec<Finding> {
        let Some(row) = row else { return vec![Finding::Missing { others }] };
        let changed = differences(self.target, &self.written.fields, row);
        let fields: Vec<ChangedField> = changed
            .iter()
            .map(|one| {
                let [after, before] = one.texts(lists);
                ChangedField { field: one.called.to_owned(), before, after }
            })
            .collect();
        let name = ["name", "companyName"].iter().find_map(|field| row.get(*field)?.as_str());
        let inactive = Finding::Inactive { name: name.unwrap_or_default().to_owned() };
        let is_inactive = matches!(row.get("isActive"), Some(value) if *value == false || *value == 0);
        [
            (!others.is_empty()).then_some(Finding::Duplicate { others }),
            (!fields.is_empty()).then_some(Finding::Changed { fields }),
            is_inactive.then_some(inactive),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The object that a finding is about, as it is named.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// What it is.
    pub target: Target,
    /// Its Autotask id.
    pub id: i64,
    /// Its document: `quote` or `sale`, and the number.
    pub document: Option<(&'a str, &'a str)>,
}

impl About<'_> {
    /// `Opportunity 41877 of quote Q-1`.
    fn named(self) -> String {
        let Self { target, id, document } = self;
        let noun = match target {
            Target::Opportunity => "Opportunity",
            Target::Quote => "Autotask quote",
            Target::Company => "Company",
            Target::Product => "Product",
            Target::Service => "Service",
            Target::Ticket => "Ticket",
            other => other.noun(),
        };
        match document {
            Some((kind, number)) => format!("{noun} {id} of {kind} {number}"),
            None => format!("{noun} {id}"),
        }
    }
}

impl Finding {
    /// The word for its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Duplicate { .. } => "duplicate",
            Self::Changed { .. } => "changed",
            Self::Inactive { .. } => "inactive",
        }
    }

    /// Whether a person has to do something. What people change in Autotask is theirs to change.
    pub fn needs_person(&self) -> bool {
        !matches!(self, Self::Changed { .. })
    }

    /// What is wrong, in one sentence.
    pub fn title(&self, about: About<'_>) -> String {
        match self {
            Self::Missing { .. } => format!("{} is no longer in Autotask", about.named()),
            Self::Duplicate { others } => {
                let what = match about.target {
                    Target::Quote => "Autotask quotes",
                    Target::Ticket => "tickets",
                    _ => "opportunities",
                };
                let number = about.document.map(|(_, number)| number).unwrap_or_default();
                let all = others.iter().copied().chain([about.id]).collect();
                format!("Several {what} carry {number}: {}", listed(&all))
            }
            Self::Changed { .. } => format!("{} was changed in Autotask", about.named()),
            Self::Inactive { name } if name.is_empty() => {
                format!("{} is inactive in Autotask", about.named())
            }
            Self::Inactive { name } => format!("{} '{name}' is inactive in Autotask", about.named()),
        }
    }

    /// What a person can do about it, in whole sentences.
    pub fn fix(&self, about: About<'_>) -> String {
        let kind = about.document.map_or("quote", |(kind, _)| kind);
        match (self, about.target) {
            (Self::Missing { others }, Target::Opportunity | Target::Quote | Target::Ticket) => {
                let found = match (others.is_empty(), about.target) {
                    (true, _) => String::new(),
                    (false, Target::Quote | Target::Ticket) => {
                        format!("Found with the same number: {} {}. ", about.target.noun(), listed(others))
                    }
                    (false, _) => format!("Found with the same number: opportunity {}. ", listed(others)),
                };
                let link = match about.target {
                    Target::Quote => "Link its opportunity again to have it made anew",
                    Target::Ticket => "Link another ticket",
                    _ => "Link another opportunity",
                };
                format!("{found}{link}, or stop the sync of the {kind}. Opportune makes no second one by itself.")
            }
            (Self::Missing { .. }, Target::Company) => {
                "New quotes of its customer are refused. Name another company with the customer in the quoting tool.".to_owned()
            }
            (Self::Missing { .. } | Self::Inactive { .. }, Target::Product | Target::Service) => {
                "Autotask refuses new lines with it. Make it active in Autotask, or give the lines another SKU or name.".to_owned()
            }
            (Self::Duplicate { .. }, Target::Ticket) => {
                format!("Opportune uses {}. Clear the external ID of the others in Autotask, or link the right ticket.", about.id)
            }
            (Self::Duplicate { .. }, _) => {
                format!("Opportune uses {}. Rename or close the others in Autotask, or link the right opportunity.", about.id)
            }
            (Self::Changed { .. }, _) => {
                format!("Nothing to do: Opportune leaves it so, until the {kind} itself changes there.")
            }
            (Self::Missing { .. } | Self::Inactive { .. }, _) => {
                "Autotask refuses new records that name it. Make it active in Autotask.".to_owned()
            }
        }
    }
}

/// `7, 8 and 9`.
fn listed(ids: &BTreeSet<i64>) -> String {
    let mut texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let Some(last) = texts.pop() else { return String::new() };
    if texts.is_empty() { last } else { format!("{} and {last}", texts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: Json) -> Map<String, Json> {
        if let Json::Object(members) = value { members } else { Map::new() }
    }

    fn linked(target: Target, written: Json) -> Linked {
        let written = Written { fields: row(written), ..Written::default() };
        Linked { target, id: 7, document: Some((Kind::Quote, "Q-1".to_owned())), written }
    }

    #[test]
    fn only_the_same_company_and_the_whole_number_are_a_double() {
        let own = linked(Target::Opportunity, json!({ "companyID": 3 }));
        let doubles = |title: &str, company: i64| {
            own.is_doubled_by(None, &row(json!({ "title": title, "companyID": company })))
        };
        assert_eq!(
            [
                doubles("q-1 Desk", 3),
                doubles("Q-12 Desk", 3),
                doubles("Q-1 Desk", 4),
                doubles("Desk Q-1 ", 3)
            ],
            [true, false, false, false]
        );
        let moved = row(json!({ "companyID": 4 }));
        assert!(own.is_doubled_by(Some(&moved), &row(json!({ "title": "Q-1 Desk", "companyID": 4 }))));
        let quote = linked(Target::Quote, json!({}));
        assert!(quote.is_doubled_by(None, &row(json!({ "externalQuoteNumber": "q-1" }))));
        assert!(!quote.is_doubled_by(None, &row(json!({ "externalQuoteNumber": "Q-11" }))));
    }

    #[test]
    fn what_is_as_it_was_left_is_no_finding() {
        let own = linked(Target::Opportunity, json!({ "stage": 5, "title": "Q-1 Desk" }));
        let same = row(json!({ "stage": 5, "title": "Q-1 Desk ", "nextStep": "Call" }));
        assert_eq!(own.compare(Some(&same), BTreeSet::new(), &Lists::default()), []);
        let product = Linked { document: None, ..linked(Target::Product, json!({})) };
        let active = row(json!({ "name": "Cable", "isActive": true }));
        assert_eq!(product.compare(Some(&active), BTreeSet::new(), &Lists::default()), []);
    }

    #[test]
    fn each_finding_says_what_it_is_and_what_to_do() {
        let about = About { target: Target::Opportunity, id: 7, document: Some(("quote", "Q-1")) };
        let own = linked(Target::Opportunity, json!({ "title": "Q-1 Desk" }));
        let found = own.compare(None, BTreeSet::from([9]), &Lists::default());
        assert_eq!(found[0].title(about), "Opportunity 7 of quote Q-1 is no longer in Autotask");
        assert!(found[0].fix(about).starts_with("Found with the same number: opportunity 9. Link another"));
        let now = row(json!({ "title": "Desk" }));
        let found = own.compare(Some(&now), BTreeSet::from([8, 9, 10]), &Lists::default());
        assert_eq!(found[0].title(about), "Several opportunities carry Q-1: 7, 8, 9 and 10");
        assert_eq!(found[1].title(about), "Opportunity 7 of quote Q-1 was changed in Autotask");
        let field = ChangedField {
            field: "Title".to_owned(),
            before: "\"Q-1 Desk\"".to_owned(),
            after: "\"Desk\"".to_owned(),
        };
        assert_eq!(found[1], Finding::Changed { fields: vec![field] });
        let company = Linked { document: None, ..linked(Target::Company, json!({})) };
        let found = company.compare(
            Some(&row(json!({ "companyName": "Larch", "isActive": 0 }))),
            BTreeSet::new(),
            &Lists::default(),
        );
        let about = About { target: Target::Company, id: 7, document: None };
        assert_eq!(found[0].title(about), "Company 7 'Larch' is inactive in Autotask");
    }
}
