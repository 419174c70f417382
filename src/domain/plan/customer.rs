//! The customer: its company and contact in Autotask.

use super::{Action, Filter, Find, Key, Of, Op, Otherwise, Planner, Source, Target, Value};
use crate::domain::{document::Document, hold::Hold};

/// The key of a customer's company.
pub fn company_key(document: &Document) -> Key {
    Key::new(Target::Company, document.content.customer.id.clone())
}

/// The key of a document's contact: one address can be a contact of several customers.
pub(super) fn contact_key(document: &Document) -> Option<Key> {
    let email = document.content.contact.as_ref()?.email.as_ref()?.to_lowercase();
    Some(Key::new(Target::Contact, format!("{} {email}", document.content.customer.id)))
}

impl Planner<'_> {
    /// The Autotask company: the link, else what [`Self::find_company`] links first. Where an opportunity was adopted
    /// no company is looked for, and the id that the source gives stands as it is.
    pub(super) fn company_id(&self) -> (Value, Source) {
        let key = company_key(self.input.document);
        let matched = Source::Matched { of: Of::Document, what: "customer" };
        let given = Source::document("Autotask id of the customer");
        let is_adopted = self.input.links.get(&Key::only(Target::Opportunity)).is_some();
        match (self.input.links.id(&key), self.input.document.content.customer.autotask_company_id) {
            (Some(id), _) => (Value::Integer(id), matched),
            (None, Some(id)) if is_adopted => (Value::Integer(id), given),
            (None, Some(_)) => (Value::Id(key), given),
            (None, None) => (Value::Id(key), matched),
        }
    }

    /// The Autotask contact, if the document names one.
    pub(super) fn contact_id(&self) -> Option<Value> {
        contact_key(self.input.document).map(Value::IdIfFound)
    }

    /// Finds the company and the contact where they are needed and not linked yet. A contact is looked for in its
    /// company, so that there is none to find where an adopted opportunity makes the company needless.
    pub(super) fn customer(&mut self) {
        let links = self.input.links;
        let is_new = |target| links.get(&Key::only(target)).is_none();
        let is_unknown = matches!(self.company_id().0, Value::Id(_));
        if is_unknown && is_new(Target::Opportunity) {
            self.find_company();
        }
        let unknown = contact_key(self.input.document).filter(|key| links.get(key).is_none());
        if let Some(key) = unknown
            && (is_new(Target::Opportunity) || is_new(Target::Quote) && !is_unknown)
        {
            self.find_contact(key);
        }
    }

    /// The id that the source gives is looked up once, like a name: what is linked from then on is known to be there.
    fn find_company(&mut self) {
        let customer = &self.input.document.content.customer;
        let (key, name) = (customer.id.clone(), customer.name.clone());
        let active = Filter::new().and(Op::Eq, "isActive", true);
        let find = if let Some(id) = customer.autotask_company_id {
            Find {
                filter: active.and(Op::Eq, "id", id),
                by: vec![("id", id.to_string())],
                otherwise: Otherwise::Hold(Hold::CompanyGone { customer: key, name, id }),
                ambiguous: None,
            }
        } else {
            Find {
                filter: active.and(Op::Eq, "companyName", name.clone()),
                by: vec![("companyName", name.clone())],
                otherwise: Otherwise::Hold(Hold::CustomerUnknown {
                    customer: key.clone(),
                    name: name.clone(),
                }),
                ambiguous: Some(Hold::CustomerAmbiguous { customer: key, name }),
            }
        };
        self.push(company_key(self.input.document), Action::Find(find));
    }

    /// The contact is a convenience: none, or several of whom nobody can say which, is no reason to hold a quote.
    fn find_contact(&mut self, key: Key) {
        let contact = self.input.document.content.contact.as_ref();
        let email = contact.and_then(|contact| contact.email.clone()).unwrap_or_default();
        let find = Find {
            filter: Filter::new()
                .and(Op::Eq, "companyID", self.company_id().0)
                .and(Op::Eq, "isActive", 1)
                .and(Op::Eq, "emailAddress", email.clone()),
            by: vec![("emailAddress", email)],
            otherwise: Otherwise::Omit,
            ambiguous: None,
        };
        self.push(key, Action::Find(find));
    }
}
