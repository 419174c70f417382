//! Who sells, who buys, and where it goes.

use super::{Reading, notes::Notes};
use crate::{
    domain::{
        document::{Address, Charge, Customer, Delivery, Person},
        intake::MAX_PHONE,
    },
    quote_manager::wire::{self, Taxed},
};

/// The seller, unless the person is unknown or left: then the default owner stands in.
pub(super) fn owner(id: Option<i64>, reading: &Reading<'_>) -> Option<Person> {
    let employee = reading.references.employees.get(&id?).filter(|it| it.is_active != Some(false))?;
    person(full_name(employee.first_name.as_deref(), employee.last_name.as_deref()), employee.email.clone())
}

/// A person, if anything is known of one.
pub(super) fn person(name: Option<String>, email: Option<String>) -> Option<Person> {
    (name.is_some() || email.is_some()).then_some(Person { name, email })
}

/// First and last name as one.
pub(super) fn full_name(first: Option<&str>, last: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [first, last].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The buyer. `company` is Autotask's id for it, where the record names one; `email` that of the buyer's person.
pub(super) fn customer(
    id: Option<i64>,
    company: Option<i64>,
    email: Option<&str>,
    reading: &Reading<'_>,
    notes: &mut Notes,
) -> Customer {
    let Some(id) = id else {
        notes.say("It names no customer. Choose one in Kaseya Quote Manager.");
        return Customer { autotask_company_id: company, ..Customer::default() };
    };
    let known = reading.references.customers.get(&id);
    if let Some(known) = known {
        notes.wrong("Customer", &known.wrong);
    }
    let name = known.and_then(|known| known.name.clone());
    if name.is_none() && company.is_none() {
        notes.say(format!(
            "Customer {id} is not in Kaseya Quote Manager, or has no name there. Choose another customer for it there, or give \
             this one its name."
        ));
    }
    Customer {
        id: id.to_string(),
        name: name.unwrap_or_else(|| format!("Customer {id}")),
        phone: phone(id, email, reading),
        autotask_company_id: company,
    }
}

/// The phone number of the customer's person with that e-mail address; one that is too long for Autotask is none.
fn phone(customer: i64, email: Option<&str>, reading: &Reading<'_>) -> Option<String> {
    let is_theirs = |contact: &&wire::Contact| {
        let has = contact.email.as_deref().unwrap_or_default();
        contact.customer_id == Some(customer) && email.is_some_and(|email| has.eq_ignore_ascii_case(email))
    };
    let contact = reading.references.contacts.values().find(is_theirs)?;
    let numbers = [&contact.phone, &contact.mobile].into_iter().flatten();
    numbers.into_iter().find(|number| number.chars().count() <= MAX_PHONE).cloned()
}

/// Where invoices go, as the customer's record says.
pub(super) fn billing_address(customer: Option<i64>, reading: &Reading<'_>) -> Option<Address> {
    address(&reading.references.customers.get(&customer?)?.billing_address)
}

/// Where it goes and what that costs.
pub(super) fn delivery(to: &wire::Address, price: Taxed) -> Option<Delivery> {
    let (address, charge) = (address(to), charge(price));
    (address.is_some() || charge.is_some()).then_some(Delivery { address, charge })
}

/// An amount that is asked for; 0 is none.
pub(super) fn charge(price: Taxed) -> Option<Charge> {
    let amount = price.amount.filter(|amount| !amount.is_zero())?;
    Some(Charge { amount, taxable: price.is_taxed() })
}

/// An address, if there is anything in it. What stands below the first line of the street is the second line.
fn address(from: &wire::Address) -> Option<Address> {
    let street = from.street.as_deref().unwrap_or_default();
    let mut written = street.lines().map(str::trim).filter(|line| !line.is_empty());
    let line1 = written.next().map(str::to_owned);
    let rest: Vec<&str> = written.collect();
    let address = Address {
        line1,
        line2: (!rest.is_empty()).then(|| rest.join(", ")),
        city: from.city.clone(),
        state: from.state.clone(),
        postal_code: from.postal_code.clone(),
        country: from.country.clone(),
    };
    (address != Address::default()).then_some(address)
}
