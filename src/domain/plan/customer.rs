//! The customer: its company and contact in Autotask, found or, where the settings say so, created once.

use super::{
    Action, Fields, Filter, Find, Key, Of, Op, Otherwise, Planner, Source, Target, Value,
    notes::lost_characters,
};
use crate::domain::{
    document::{Customer, Document, Person},
    hold::{CompanyLack, Hold},
};

/// `Companies.companyType` of a company that is created: Customer, which has this value in every Autotask.
pub(super) const COMPANY_TYPE: i64 = 1;
/// Length of `Companies.companyName`.
const COMPANY_NAME: usize = 100;
/// Length of `Companies.postalCode`.
const POSTAL_CODE: usize = 10;

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
        let is_adopted = self.input.links.get(&Key::only(self.head())).is_some();
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
        let is_new_head = is_new(self.head());
        if is_unknown && is_new_head {
            self.find_company();
        }
        let unknown = contact_key(self.input.document).filter(|key| links.get(key).is_none());
        if let Some(key) = unknown
            && (is_new_head || self.head() == Target::Opportunity && is_new(Target::Quote) && !is_unknown)
        {
            self.find_contact(key);
        }
    }

    /// The id that the source gives is looked up once, like a name: what is linked from then on is known to be there.
    fn find_company(&mut self) {
        let customer = &self.input.document.content.customer;
        let (key, name) = (customer.id.clone(), customer.name.clone());
        let find = if let Some(id) = customer.autotask_company_id {
            Find {
                filter: Filter::new().and(Op::Eq, "isActive", true).and(Op::Eq, "id", id),
                by: vec![("id", id.to_string())],
                otherwise: Otherwise::Hold(Hold::CompanyGone { customer: key, name, id }),
                inactive: None,
                ambiguous: None,
            }
        } else {
            Find {
                filter: Filter::new().and(Op::Eq, "companyName", name.clone()),
                by: vec![("companyName", name.clone())],
                otherwise: self.missing_company(),
                inactive: Some(Otherwise::Hold(Hold::CompanyInactive {
                    customer: key.clone(),
                    name: name.clone(),
                })),
                ambiguous: Some(Hold::CustomerAmbiguous { customer: key, name }),
            }
        };
        self.push(company_key(self.input.document), Action::Find(find));
    }

    /// What becomes of a customer whose name no company has, active or not.
    fn missing_company(&mut self) -> Otherwise {
        let Customer { id, name, phone, .. } = &self.input.document.content.customer;
        let (customer, name) = (id.clone(), name.clone());
        if !self.sections.created.create_missing_customers {
            return Otherwise::Hold(Hold::CustomerUnknown { customer, name });
        }
        let lack = match phone {
            _ if !is_kept(&name) => CompanyLack::Name,
            None => CompanyLack::Phone,
            Some(phone) => return Otherwise::Create(self.new_company(&name, phone)),
        };
        Otherwise::Hold(Hold::CompanyIncomplete { customer, name, lack })
    }

    /// What Autotask asks for, and the delivery address, which is the only one that a document has.
    fn new_company(&mut self, name: &str, phone: &str) -> Fields {
        let (owner, owner_source) = self.owner();
        let delivery = self.input.document.content.delivery.as_ref();
        let address = delivery.and_then(|delivery| delivery.address.clone()).unwrap_or_default();
        let source = Source::document("delivery address");
        // Half a postal code would be another one.
        let postal_code = address.postal_code.filter(|code| length(code) <= POSTAL_CODE);
        Fields::new()
            .with("companyName", name, Source::document("customer"))
            .with("companyType", COMPANY_TYPE, Source::Fixed)
            .with("phone", phone, Source::document("customer's phone number"))
            .with("ownerResourceID", owner, owner_source)
            .with("isActive", true, Source::Fixed)
            .with_text("address1", address.line1.as_deref(), 128, source)
            .with_text("address2", address.line2.as_deref(), 128, source)
            .with_text("city", address.city.as_deref(), 30, source)
            .with_text("state", address.state.as_deref(), 40, source)
            .with_some("postalCode", postal_code, source)
    }

    /// The contact is a convenience: none, or several of whom nobody can say which, is no reason to hold a quote. One
    /// that a person made inactive is not made a second time.
    fn find_contact(&mut self, key: Key) {
        let contact = self.input.document.content.contact.as_ref();
        let email = contact.and_then(|contact| contact.email.clone()).unwrap_or_default();
        let find = Find {
            filter: Filter::new().and(Op::Eq, "companyID", self.company_id().0).and(
                Op::Eq,
                "emailAddress",
                email.clone(),
            ),
            by: vec![("emailAddress", email)],
            otherwise: self.new_contact().map_or(Otherwise::Omit, Otherwise::Create),
            inactive: Some(Otherwise::Omit),
            ambiguous: None,
        };
        self.push(key, Action::Find(find));
    }

    /// The contact as it is created, where that is wanted and the document gives what Autotask asks for.
    fn new_contact(&self) -> Option<Fields> {
        if !self.sections.created.create_missing_customers {
            return None;
        }
        let Person { name, email } = self.input.document.content.contact.as_ref()?;
        let (first, last) = first_and_last(name.as_deref()?)?;
        let source = Source::document("contact");
        let fields = Fields::new()
            .with("companyID", self.company_id().0, Source::Step(Target::Company))
            .with_text("firstName", Some(first), 50, source)
            .with_text("lastName", Some(last), 50, source)
            .with("emailAddress", email.clone()?, source)
            .with("isActive", 1, Source::Fixed);
        Some(fields)
    }
}

/// Whether Autotask keeps a company's name as it is: it is what the company is found by after an unknown outcome, so
/// that it is neither cut nor sent with characters that may be lost.
fn is_kept(name: &str) -> bool {
    length(name) <= COMPANY_NAME && lost_characters(name).next().is_none()
}

/// The length of a text as Autotask counts it.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The last word of a full name is the last name. `None` for a single word: Autotask asks for both.
fn first_and_last(name: &str) -> Option<(&str, &str)> {
    let (first, last) = name.trim().rsplit_once(char::is_whitespace)?;
    Some((first.trim_end(), last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_has_a_first_and_a_last_one() {
        let cases = [
            ("Irene Castellano", Some(("Irene", "Castellano"))),
            (" Mary  Ann \t Smith ", Some(("Mary  Ann", "Smith"))),
            ("山田 太郎", Some(("山田", "太郎"))),
            ("Purchasing", None),
            (" ", None),
        ];
        for (name, expected) in cases {
            assert_eq!(first_and_last(name), expected, "{name:?}");
        }
    }
}
