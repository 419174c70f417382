//! `/apps/autotask/opportunities/saved`: the saved settings to be read. Viewers see them instead of the form.

use std::collections::BTreeMap;

use super::{
    error::Page,
    extract::{Signed, html},
    view::{Link, Nav, SettingsSummary, SummaryRow, SummarySection, Tag, Tone},
};
use crate::{
    domain::{
        lists::{List, Lists},
        person::Role,
        picker::Picker,
        settings::{BillingCodes, Opportunities, Sections, fields::CREATE_CUSTOMERS_LABEL, is_bundle},
    },
    service::settings::SettingsView,
};

const FORM: &str = "/apps/autotask/opportunities";

/// Shows the saved settings.
pub async fn show(signed: Signed) -> Page {
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    html(&page(&signed, &view))
}

/// The saved settings, by section, in the words of the form.
pub fn page(signed: &Signed, view: &SettingsView) -> SettingsSummary {
    let crumbs = [("Apps", Some("/apps")), ("Autotask", Some("/apps/autotask")), ("Opportunities", None)];
    let enabled = view.settings.enabled;
    let saved = view.settings.opportunities();
    let saved = saved.as_ref();
    let mut namer = Namer::new(&view.lists);
    SettingsSummary {
        title: "Opportunities",
        shell: signed.shell("Opportunities — Autotask — Apps", Nav::Apps, &crumbs),
        state: if enabled { Tag::new(Tone::Ok, "Enabled") } else { Tag::new(Tone::Plain, "Disabled") },
        edit: signed.may(Role::Editor).then(|| Link::new(FORM, "Edit settings")),
        revision: saved.map(|_| format!("Revision {}", view.revision)),
        sections: saved.map(|saved| sections(saved, &mut namer)).unwrap_or_default(),
        map: saved.map(|saved| map(&saved.sections, &view.categories, &mut namer)).unwrap_or_default(),
        last: saved.map(|saved| vec![services(&saved.sections)]).unwrap_or_default(),
    }
}

fn sections(page: &Opportunities, namer: &mut Namer<'_>) -> Vec<SummarySection> {
    let Opportunities { sections: saved, codes } = page;
    let created = &saved.created;
    let yes_or_no = |yes: bool| if yes { "Yes" } else { "No" };
    let include = yes_or_no(saved.include_unquoted_sales);
    let probability = created.probability.map_or("Not set, counts as 0".to_owned(), |it| it.to_string());
    let mut row = |label, list, value| namer.row(label, list, Some(value), "");
    vec![
        section("sync", "Quotes and unquoted sales", vec![text("Include unquoted sales", include)]),
        section(
            "created",
            "When a quote is created",
            vec![
                row("Category", List::OpportunityCategories, created.category),
                row("Default owner", List::Owners, created.default_owner),
                row("Stage", List::Stages, created.stage),
                row("Status", List::Statuses, created.status),
                text("Probability %", &probability),
                namer.row("Shipping", List::ShippingTypes, created.shipping, "No shipping type"),
                text(CREATE_CUSTOMERS_LABEL, yes_or_no(created.create_missing_customers)),
            ],
        ),
        section(
            "won",
            "When a quote is won",
            vec![
                namer.row("Stage", List::Stages, Some(saved.won.stage), ""),
                namer.row("Status", List::Statuses, Some(saved.won.status), ""),
            ],
        ),
        section(
            "lost",
            "When a quote is lost",
            vec![
                namer.row("Stage", List::Stages, saved.lost.stage, "Leave at current stage"),
                namer.row("Status", List::Statuses, Some(saved.lost.status), ""),
            ],
        ),
        codes_section(codes, namer),
    ]
}

/// The codes, on either page.
pub fn codes_section(codes: &BillingCodes, namer: &mut Namer<'_>) -> SummarySection {
    let rows = codes.choices().into_iter().map(|(_, label, list, value)| namer.row(label, list, value, ""));
    section("codes", "When an item is quoted or sold", rows.collect())
}

fn services(saved: &Sections) -> SummarySection {
    let rows = vec![text("Brand", &saved.services.brand), text("Category", &saved.services.category)];
    section("services", "When a service or labor role is created in Autotask", rows)
}

/// A row for each category that is there or was mapped, then one for any other.
fn map(saved: &Sections, categories: &[String], namer: &mut Namer<'_>) -> Vec<SummaryRow> {
    let map = &saved.category_map;
    let mut targets: BTreeMap<&str, Option<i64>> =
        categories.iter().filter(|path| !is_bundle(path)).map(|path| (path.as_str(), None)).collect();
    targets.extend(map.rows.iter().map(|(path, value)| (path.as_str(), Some(*value))));
    let list = List::ProductCategories;
    let row =
        |(path, value): (&str, Option<i64>)| namer.row(&path.replace('/', " › "), list, value, "Not mapped");
    let mut rows: Vec<SummaryRow> = targets.into_iter().map(row).collect();
    rows.push(namer.row("Any other category", list, map.fallback, "Not mapped"));
    rows
}

/// A section with its settings.
pub fn section(id: &'static str, heading: &'static str, rows: Vec<SummaryRow>) -> SummarySection {
    SummarySection { id, heading, rows }
}

/// A setting that is no choice.
pub fn text(label: &str, value: &str) -> SummaryRow {
    SummaryRow { label: label.to_owned(), value: value.to_owned(), tag: None }
}

/// Names the values of lists; each list is prepared once.
pub struct Namer<'a> {
    lists: &'a Lists,
    pickers: BTreeMap<List, Picker>,
}

impl<'a> Namer<'a> {
    /// Nothing is prepared yet.
    pub fn new(lists: &'a Lists) -> Self {
        Self { lists, pickers: BTreeMap::new() }
    }

    /// A setting with the name of its value; `nothing` stands for none.
    pub fn row(&mut self, label: &str, list: List, value: Option<i64>, nothing: &str) -> SummaryRow {
        let lists = self.lists;
        let picker = self.pickers.entry(list).or_insert_with(|| Picker::new(lists, list));
        let Some(value) = value else { return text(label, nothing) };
        let gone = || format!("Unknown value, no longer in Autotask (#{value})");
        let name = picker.text(value).map_or_else(gone, str::to_owned);
        let tag = (!lists.is_active(list, value)).then(|| Tag::new(Tone::Warn, "Inactive in Autotask"));
        SummaryRow { tag, ..text(label, &name) }
    }
}
