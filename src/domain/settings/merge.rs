//! Two people's changes to the same settings, brought together field by field.

use super::{
    Settings,
    fields::{self, Value, Values},
};

/// What came of a merge.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// Both sides' changes; theirs where both changed one field differently.
    pub settings: Settings,
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
pub fn merge(base: &Settings, theirs: &Settings, yours: &Settings) -> Merged {
    let settings = theirs.clone().or(yours);
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
    use proptest::{prelude::*, sample::select};

    use super::*;
    use crate::domain::settings::{
        BilledBy, BillingCodes, CategoryMap, Created, Lost, QuoteManagerSettings, Sections, Services,
        TicketSections, TicketSettings, WhichSales, Won, fields::fields,
    };

    /// Settings with few values a field, so that two of them often agree and often differ.
    fn sections() -> impl Strategy<Value = Sections> {
        let ids = prop::collection::vec(0..3_i64, 7);
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
                category_map: CategoryMap { fallback: maybe[2], rows },
                services: Services { brand, category },
            },
        )
    }

    fn codes() -> impl Strategy<Value = BillingCodes> {
        (0..3_i64, 0..3_i64, 0..3_i64, 0..3_i64).prop_map(
            |(product, recurring_service, payment_surcharge, non_recurring_service)| BillingCodes {
                product,
                recurring_service,
                payment_surcharge,
                non_recurring_service,
            },
        )
    }

    fn tickets() -> impl Strategy<Value = TicketSections> {
        let ids = prop::collection::vec(0..3_i64, 5);
        let words = (select(&WhichSales::ALL[..]), select(&BilledBy::ALL[..]));
        (words, ids, prop::option::of(0..3_i64), 0..3_u16, "[xy]").prop_map(
            |((which, billed_by), id, issue_type, due_days, title)| TicketSections {
                which,
                billed_by,
                category: id[0],
                queue: id[1],
                status: id[2],
                priority: id[3],
                issue_type,
                due_days,
                title,
                cancelled_status: id[4],
            },
        )
    }

    fn quote_manager() -> impl Strategy<Value = QuoteManagerSettings> {
        let codes = prop::collection::btree_map("quote\\.status [1-3]", "[xy]", 0..3);
        (prop::option::of("USD|EUR"), 1..3_u16, any::<bool>(), codes).prop_map(
            |(currency, every_minutes, paused, codes)| QuoteManagerSettings {
                currency,
                every_minutes,
                paused,
                codes,
            },
        )
    }

    /// Settings of which any part may never have been saved; the codes were with either page's sections.
    fn settings() -> impl Strategy<Value = Settings> {
        let rarely_none = |of| prop_oneof![1 => Just(false), 9 => Just(of)];
        let parts = (sections(), codes(), tickets(), quote_manager());
        (any::<(bool, bool)>(), rarely_none(true), rarely_none(true), parts).prop_map(
            |(
                (enabled, tickets_enabled),
                has_sections,
                has_tickets,
                (sections, codes, tickets, quote_manager),
            )| Settings {
                enabled,
                codes: (has_sections || has_tickets).then_some(codes),
                sections: has_sections.then_some(sections),
                tickets: TicketSettings {
                    enabled: tickets_enabled,
                    sections: has_tickets.then_some(tickets),
                },
                quote_manager,
            },
        )
    }

    fn complete() -> impl Strategy<Value = Settings> {
        settings().prop_filter("both pages were saved", |settings| {
            settings.sections.is_some() && settings.tickets.sections.is_some()
        })
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
            let saved = |settings: &Settings| {
                [settings.sections.is_some(), settings.codes.is_some(), settings.tickets.sections.is_some()]
            };
            let (is, they, you) = (saved(&merged.settings), saved(&theirs), saved(&yours));
            prop_assert_eq!(is.to_vec(), (0..3).map(|part| they[part] || you[part]).collect::<Vec<_>>());
        }
    }
}
