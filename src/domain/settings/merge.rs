//! Two people's changes to the same settings, brought together field by field.

use super::{
    OpportunitySettings,
    fields::{self, Value, Values},
};

/// What came of a merge.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// Both sides' changes; theirs where both changed one field differently.
    pub settings: OpportunitySettings,
    /// The paths of what only they changed.
    pub theirs: Vec<String>,
    /// What both changed, differently.
    pub clashes: Vec<Clash>,
}

/// A field that two people changed to different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Where the field is in documents.
    pub path: String,
    /// Its label.
    pub label: String,
    /// What both began from; `None` where it was never saved.
    pub was: Option<Value>,
    /// What they made of it.
    pub theirs: Value,
    /// What you made of it.
    pub yours: Value,
}

/// Brings what `theirs` and `yours` made of `base` together. A field that one side changed is as that side has it;
/// the same change on both sides is no clash. Sections that were saved once stay: a side without them changes none.
pub fn merge(
    base: &OpportunitySettings,
    theirs: &OpportunitySettings,
    yours: &OpportunitySettings,
) -> Merged {
    let mut settings = theirs.clone();
    if settings.sections.is_none() {
        settings.sections.clone_from(&yours.sections);
    }
    let mut merged = Merged { settings, theirs: Vec::new(), clashes: Vec::new() };
    let [was, they, you] = [base, theirs, yours].map(Values::of);
    for field in fields::united(&[theirs, yours]) {
        let (Some(theirs), Some(yours)) = (they.get(&field.path), you.get(&field.path)) else { continue };
        let was = was.get(&field.path);
        if theirs == yours {
            continue;
        }
        if was.as_ref() == Some(&theirs) {
            merged.settings.set(&field.path, &yours);
        } else if was.as_ref() == Some(&yours) {
            merged.theirs.push(field.path);
        } else {
            merged.clashes.push(Clash { path: field.path, label: field.label, was, theirs, yours });
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::settings::{
        BillingCodes, CategoryMap, Created, Lost, Sections, Services, Won, fields::fields,
    };

    /// Settings with few values a field, so that two of them often agree and often differ.
    fn sections() -> impl Strategy<Value = Sections> {
        let ids = prop::collection::vec(0..3_i64, 13);
        let maybe = prop::collection::vec(prop::option::of(0..3_i64), 3);
        let rows = prop::collection::btree_map("[A-C]", 0..3_i64, 0..3);
        (any::<(bool, bool)>(), ids, maybe, prop::option::of(0..3_u8), rows, "[xy]", "[xy]").prop_map(
            |(
                (include_unquoted_sales, create_missing_customers),
                id,
                maybe,
                probability,
                rows,
                brand,
                category,
            )| Sections {
                include_unquoted_sales,
                created: Created {
                    category: id[0],
                    default_owner: id[1],
                    stage: id[2],
                    status: id[3],
                    probability,
                    shipping: maybe[0],
                    create_missing_customers,
                },
                won: Won { stage: id[4], status: id[5] },
                lost: Lost { stage: maybe[1], status: id[6] },
                codes: BillingCodes {
                    product: id[7],
                    recurring_service: id[8],
                    payment_surcharge: id[9],
                    non_recurring_service: id[10],
                },
                category_map: CategoryMap { fallback: maybe[2], rows },
                services: Services { brand, category },
            },
        )
    }

    fn settings() -> impl Strategy<Value = OpportunitySettings> {
        let sections = prop_oneof![1 => Just(None), 9 => sections().prop_map(Some)];
        (any::<bool>(), sections).prop_map(|(enabled, sections)| OpportunitySettings { enabled, sections })
    }

    fn complete() -> impl Strategy<Value = OpportunitySettings> {
        settings().prop_filter("sections were saved", |settings| settings.sections.is_some())
    }

    proptest! {
        #[test]
        fn one_side_that_changed_nothing_leaves_the_others_changes(base in complete(), changed in complete()) {
            for (theirs, yours) in [(&base, &changed), (&changed, &base)] {
                let merged = merge(&base, theirs, yours);
                prop_assert_eq!(merged.clashes, vec![]);
                prop_assert_eq!(&merged.settings, &changed);
            }
        }

        #[test]
        fn every_field_is_as_whoever_changed_it_has_it(base in settings(), theirs in complete(), yours in complete()) {
            let merged = merge(&base, &theirs, &yours);
            let [was, they, you, is] = [&base, &theirs, &yours, &merged.settings].map(Values::of);
            for field in fields::united(&[&base, &theirs, &yours]) {
                let path = field.path.as_str();
                let [was, they, you, is] = [&was, &they, &you, &is].map(|values| values.get(path));
                let is_clash = they != was && you != was && they != you;
                prop_assert_eq!(is_clash, merged.clashes.iter().any(|clash| clash.path == path), "{}", path);
                prop_assert_eq!(they != was && you == was, merged.theirs.iter().any(|theirs| theirs == path));
                prop_assert_eq!(is, if you == was || is_clash { they } else { you }, "{}", path);
            }
        }

        #[test]
        fn both_orders_come_to_the_same(base in settings(), one in settings(), other in settings()) {
            let (ahead, back) = (merge(&base, &one, &other), merge(&base, &other, &one));
            prop_assert_eq!(ahead.clashes.len(), back.clashes.len());
            if ahead.clashes.is_empty() {
                prop_assert_eq!(ahead.settings, back.settings);
            }
        }

        #[test]
        fn every_field_can_be_put_into_other_settings(from in complete(), mut into in complete()) {
            for field in fields::united(&[&from, &into]) {
                into.set(&field.path, &Values::of(&from).get(&field.path).unwrap());
            }
            prop_assert_eq!(fields(&into), fields(&from));
        }

        #[test]
        fn saved_sections_are_never_taken_away(base in settings(), theirs in settings(), yours in settings()) {
            let merged = merge(&base, &theirs, &yours);
            prop_assert_eq!(merged.settings.sections.is_some(), theirs.sections.is_some() || yours.sections.is_some());
        }
    }
}
