//! Products and services that lines need: found, or created once.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{
    Action, Fields, Filter, Find, Key, Of, Op, Otherwise, Planner, Source, Target, Value, cut, items::Item,
    opportunity::any_of,
};
use crate::domain::{
    document::{Line, LineKind, Period},
    hold::Hold,
    lists::{List, Lists},
};

/// The key of the product, service or role that a line needs; `None` for lines that need none.
pub fn catalogue_key(line: &Line) -> Option<Key> {
    let target = match line.kind {
        LineKind::Product => Target::Product,
        LineKind::RecurringService => Target::Service,
        LineKind::Labor => Target::Role,
        LineKind::Service | LineKind::SetupFee | LineKind::Bundle | LineKind::Text => return None,
    };
    let name = || format!("name {}", line.name.to_lowercase());
    let key = match (target, &line.sku, &line.manufacturer_part_number) {
        (Target::Service, ..) | (_, None, None) => name(),
        (_, Some(sku), _) => format!("sku {}", sku.to_lowercase()),
        (_, None, Some(number)) => format!("mpn {}", number.to_lowercase()),
    };
    Some(Key::new(target, key))
}

/// Autotask's usual labels of periods, without hyphens and spaces, and the values that they have everywhere so far.
const PERIODS: [(Option<Period>, &str, i64); 5] = [
    (None, "onetime", 1),
    (Some(Period::Monthly), "monthly", 2),
    (Some(Period::Quarterly), "quarterly", 3),
    (Some(Period::SemiAnnual), "semiannual", 4),
    (Some(Period::Yearly), "yearly", 5),
];

/// The picklist value of a period: Autotask's own label decides; else the usual value stands for it, unless the tenant
/// has that under the label of another period. `None` where the tenant's picklist has no such period.
pub(super) fn period_type(lists: &Lists, list: List, period: Option<Period>) -> Option<i64> {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "");
    let (_, label, usual) = *PERIODS.iter().find(|(of, ..)| *of == period)?;
    let options = lists.options(list);
    if options.is_empty() {
        return Some(usual);
    }
    let is_another = |option: &str| PERIODS.iter().any(|(_, label, _)| plain(option) == *label);
    let active = || options.iter().filter(|option| option.active);
    let named = active().find(|option| plain(&option.label) == label);
    let numbered = || active().find(|option| option.value == usual && !is_another(&option.label));
    named.or_else(numbered).map(|option| option.value)
}

/// The `periodType` that the service of a find must have; `None` for finds of other records.
pub fn wanted_period(find: &Find) -> Option<i64> {
    match &find.otherwise {
        Otherwise::Create(fields) => match fields.get("periodType") {
            Some(Value::Integer(period)) => Some(*period),
            _ => None,
        },
        Otherwise::Hold(_) | Otherwise::Omit => None,
    }
}

/// What holds a line whose service was found, but with another period.
pub fn other_period(find: &Find, row: &Map<String, Json>, lists: &Lists) -> Option<Hold> {
    if let Otherwise::Hold(hold @ Hold::PeriodMissing { .. }) = &find.otherwise {
        return Some(hold.clone());
    }
    let (wants, has) = (wanted_period(find)?, row.get("periodType")?.as_i64()?);
    let (_, service) = find.by.first()?;
    let said = |period| lists.label(List::ServicePeriods, period).to_lowercase();
    let hold = || Hold::PeriodDiffers { service: service.clone(), has: said(has), wants: said(wants) };
    (wants != has).then(hold)
}

impl Planner<'_> {
    /// One step for every product or service that an item to be written needs and that is not linked yet.
    pub(super) fn items_catalogue(&mut self, items: &[Item]) {
        let written = items.iter().filter(|item| self.is_written(item));
        let lines: Vec<&Line> = written.filter_map(|item| item.line.as_ref()).collect();
        self.catalogue(&lines);
    }

    /// One step for every product or service that these lines need and that is not linked yet.
    pub(super) fn catalogue(&mut self, lines: &[&Line]) {
        let mut seen: BTreeMap<Key, Option<Period>> = BTreeMap::new();
        for line in lines.iter().copied() {
            let Some(key) = catalogue_key(line) else { continue };
            if key.target == Target::Service {
                let differs = self.period_hold(&key, line, seen.get(&key).copied().flatten());
                self.plan.problems.extend(differs.filter(|hold| !self.plan.problems.contains(hold)));
            }
            let is_linked = self.input.links.get(&key).is_some();
            let is_first = seen.insert(key.clone(), line.period).is_none();
            if is_first && !is_linked && key.target != Target::Role {
                let find =
                    if key.target == Target::Product { self.product(line) } else { self.service(line) };
                self.push(key, Action::Find(find));
            }
        }
    }

    /// What holds a line that is billed in another period than its service, or than the line of that name before it.
    fn period_hold(&self, key: &Key, line: &Line, before: Option<Period>) -> Option<Hold> {
        let lists = self.input.lists;
        let differs = |has: String| Hold::PeriodDiffers {
            service: line.name.clone(),
            has,
            wants: line.period.unwrap_or_default().name().to_owned(),
        };
        if let Some(before) = before.filter(|before| Some(*before) != line.period) {
            return Some(differs(before.name().to_owned()));
        }
        let has = self.known_period(key, line)?;
        let wants = period_type(lists, List::ServicePeriods, line.period);
        (wants != Some(has)).then(|| differs(lists.label(List::ServicePeriods, has).to_lowercase()))
    }

    /// The `periodType` of a line's service, as far as it is known: what was written to it, or what the list says.
    fn known_period(&self, key: &Key, line: &Line) -> Option<i64> {
        let lists = self.input.lists;
        if let Some(linked) = self.input.links.get(key) {
            let written = linked.written.fields.get("periodType").and_then(Json::as_i64);
            return written.or_else(|| lists.find(List::Services, linked.id)?.parent);
        }
        let active = lists.options(List::Services).iter().filter(|option| option.active);
        let mut named = active.filter(|option| option.label.eq_ignore_ascii_case(&line.name));
        named.next()?.parent
    }

    /// By SKU, then manufacturer part number, then name: one query asks for all three.
    fn product(&self, line: &Line) -> Find {
        let fits = [
            ("sku", line.sku.as_deref()),
            ("manufacturerProductName", line.manufacturer_part_number.as_deref()),
            ("name", Some(line.name.as_str())),
        ];
        let cut = |field, text| cut(text, self.longest(Target::Product, field));
        let by: Vec<(&'static str, String)> =
            fits.into_iter().filter_map(|(field, text)| Some((field, cut(field, text?)))).collect();
        Find {
            filter: Filter::new().and(Op::Eq, "isActive", true).and_any(any_of(&by)),
            by,
            otherwise: self.new_product(line),
            inactive: None,
            ambiguous: Some(Hold::CatalogueAmbiguous { name: line.name.clone() }),
        }
    }

    fn new_product(&self, line: &Line) -> Otherwise {
        let category = line.category.as_deref();
        let map = &self.sections.category_map;
        let Some(target) = map.target(category) else {
            return Otherwise::Hold(Hold::CategoryUnmapped {
                category: category.unwrap_or_default().to_owned(),
            });
        };
        if let Err(hold) = self.active("codes.product") {
            return Otherwise::Hold(hold);
        }
        if !self.input.lists.is_active(List::ProductCategories, target) {
            return Otherwise::Hold(Hold::OptionInactive {
                field: format!("Autotask category of {}", category.unwrap_or("any other category")),
                list: List::ProductCategories,
                value: target,
                label: self.input.lists.label(List::ProductCategories, target),
            });
        }
        let is_fallback = category.is_none_or(|path| !map.rows.contains_key(path));
        let number = line.manufacturer_part_number.as_deref();
        let most = |field| self.longest(Target::Product, field);
        let of_number = Source::line("manufacturer part number");
        let fields = self
            .catalogue_fields(Target::Product, line)
            .with_text(
                "manufacturerName",
                line.brand.as_deref(),
                most("manufacturerName"),
                Source::line("brand"),
            )
            .with_text("manufacturerProductName", number, most("manufacturerProductName"), of_number)
            .with("productBillingCodeID", self.codes.product, Source::Setting("codes.product"))
            .with("productCategory", target, Source::CategoryMap { is_fallback })
            .with("isSerialized", false, Source::Fixed);
        Otherwise::Create(fields)
    }

    /// By exact name: Autotask keeps the names of active services unique.
    fn service(&self, line: &Line) -> Find {
        let name = cut(&line.name, self.longest(Target::Service, "name"));
        let code = self.codes.recurring_service;
        let period = period_type(self.input.lists, List::ServicePeriods, line.period);
        let otherwise = match (self.active("codes.recurring_service"), period) {
            (Err(hold), _) => Otherwise::Hold(hold),
            (Ok(()), None) => Otherwise::Hold(Hold::PeriodMissing {
                service: line.name.clone(),
                period: line.period.unwrap_or_default().name().to_owned(),
            }),
            (Ok(()), Some(period)) => Otherwise::Create(
                self.catalogue_fields(Target::Service, line)
                    .with("billingCodeID", code, Source::Setting("codes.recurring_service"))
                    .with("periodType", period, Source::Matched { of: Of::Line, what: "period" }),
            ),
        };
        Find {
            filter: Filter::new().and(Op::Eq, "isActive", true).and(Op::Eq, "name", name.clone()),
            by: vec![("name", name)],
            otherwise,
            inactive: None,
            ambiguous: Some(Hold::CatalogueAmbiguous { name: line.name.clone() }),
        }
    }

    /// What products and services have in common.
    fn catalogue_fields(&self, target: Target, line: &Line) -> Fields {
        let (description, most) = (line.description.as_deref(), |field| self.longest(target, field));
        Fields::new()
            .with_text("name", Some(&line.name), most("name"), Source::line("name"))
            .with_text("description", description, most("description"), Source::line("description"))
            .with_text("sku", line.sku.as_deref(), most("sku"), Source::line("SKU"))
            .with("unitPrice", line.unit_price, Source::line("unit price"))
            .with_some("unitCost", line.unit_cost, Source::line("unit cost"))
            .with("isActive", true, Source::Fixed)
    }
}
