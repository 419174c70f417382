//! What the forms of the settings have in common: values of Autotask's lists, as typed, and the billing codes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BillingCodes, Settings};
use crate::{
    domain::{
        lists::{List, Lists},
        picker::{Picker, Read},
    },
    error::FieldErrors,
};

/// When an item is quoted or sold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each is the field of that name in BillingCodes, as typed")]
pub struct CodesForm {
    pub product: String,
    pub recurring_service: String,
    pub payment_surcharge: String,
    pub non_recurring_service: String,
}

/// What a form is checked against.
pub struct Against<'a> {
    /// The tenant's Autotask lists.
    pub lists: &'a Lists,
    /// The tenant's brands.
    pub brands: &'a [String],
    /// The tenant's categories, by path.
    pub categories: &'a [String],
    /// What is saved: a value that is inactive by now may stay, but not be newly chosen.
    pub saved: &'a Settings,
}

impl CodesForm {
    /// The form that shows saved codes.
    pub fn of(codes: &BillingCodes) -> Self {
        Self {
            product: codes.product.to_string(),
            recurring_service: codes.recurring_service.to_string(),
            payment_surcharge: codes.payment_surcharge.to_string(),
            non_recurring_service: codes.non_recurring_service.to_string(),
        }
    }
}

/// A form being checked: what is wrong with it is gathered.
pub(super) struct Check<'a> {
    pub(super) against: &'a Against<'a>,
    pickers: BTreeMap<List, Picker>,
    pub(super) errors: FieldErrors,
}

impl<'a> Check<'a> {
    pub(super) fn new(against: &'a Against<'a>) -> Self {
        Self { against, pickers: BTreeMap::new(), errors: FieldErrors::default() }
    }

    pub(super) fn codes(&mut self, form: &CodesForm) -> BillingCodes {
        BillingCodes {
            product: self.required(
                "codes.product",
                "a product material code",
                List::MaterialCodes,
                &form.product,
            ),
            recurring_service: self.required(
                "codes.recurring_service",
                "a recurring service billing code",
                List::ServiceCodes,
                &form.recurring_service,
            ),
            payment_surcharge: self.required(
                "codes.payment_surcharge",
                "a payment surcharge material code",
                List::MaterialCodes,
                &form.payment_surcharge,
            ),
            non_recurring_service: self.required(
                "codes.non_recurring_service",
                "a non-recurring service material code",
                List::MaterialCodes,
                &form.non_recurring_service,
            ),
        }
    }

    pub(super) fn required(&mut self, path: &str, what: &str, list: List, typed: &str) -> i64 {
        if typed.trim().is_empty() {
            self.errors.add(path, format!("Select {what}"));
        }
        self.optional(path, what, list, typed).unwrap_or_default()
    }

    pub(super) fn optional(&mut self, path: &str, what: &str, list: List, typed: &str) -> Option<i64> {
        let saved = self.against.saved.choices().into_iter().find(|(of, ..)| *of == path);
        self.chosen(path, what, list, typed, saved.and_then(|(.., value)| value))
    }

    /// A value that is active in Autotask, or the saved one left as it was.
    pub(super) fn chosen(
        &mut self,
        path: &str,
        what: &str,
        list: List,
        typed: &str,
        saved: Option<i64>,
    ) -> Option<i64> {
        let lists = self.against.lists;
        let picker = self.pickers.entry(list).or_insert_with(|| Picker::new(lists, list));
        match picker.read(typed) {
            Read::Empty => return None,
            Read::One(value) if saved == Some(value) || lists.is_active(list, value) => return Some(value),
            Read::Several(_) => {
                let names = list.nouns().1.to_lowercase();
                self.errors.add(
                    path,
                    format!("Several {names} begin with \"{typed}\". Choose one, or type more of its name"),
                );
            }
            Read::Unknown if picker.is_long() => {
                let name = list.nouns().0.to_lowercase();
                let rest = if picker.nearest(typed).is_empty() {
                    "Type the name of one in Autotask"
                } else {
                    "Choose one of the nearest, or type another name"
                };
                self.errors.add(path, format!("No {name} is called \"{typed}\". {rest}"));
            }
            Read::One(_) | Read::Unknown => {
                self.errors.add(path, format!("Select {what} that is active in Autotask"));
            }
        }
        Some(0)
    }
}
