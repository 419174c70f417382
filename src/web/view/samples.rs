//! Every page in every state that matters: checked here, and written to `target/samples` to be looked at.

mod activity;
mod backfill;
mod catalogue;
mod category_map;
mod connection;
mod history;
mod opportunities;
mod others;
mod people;
mod preview;
mod repairs;
mod settings_file;
mod states;
mod tickets;

use std::{collections::BTreeMap, fs, path::Path};

use askama::Template;

use super::{
    Choice, Crumb, Frame, Nav, Shell, Theme,
    html_rules::{CANARY, problems, text},
};

/// A person's own words at their worst: markup, and too long for any column.
const HOSTILE: &str =
    "<script>canary Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

fn frame(title: &str) -> Frame {
    Frame {
        title: title.to_owned(),
        theme: Theme::System,
        css: "app.css".to_owned(),
        script: "app.js".to_owned(),
        icon: "favicon.svg".to_owned(),
    }
}

fn shell(title: &str, nav: Nav, crumbs: &[&str]) -> Shell {
    let last = crumbs.len().saturating_sub(1);
    let crumb = |(index, label): (usize, &&str)| Crumb {
        label: (*label).to_owned(),
        href: (index < last).then(|| "/apps".to_owned()),
    };
    Shell {
        frame: frame(title),
        session_seconds: 3_600,
        tenant: "Northwind IT Services".to_owned(),
        user: "avery.chen@northwind.example".to_owned(),
        nav,
        held: 3,
        repairs: 2,
        test_server: true,
        worker: "Worker active 12 seconds ago".to_owned(),
        crumbs: crumbs.iter().enumerate().map(crumb).collect(),
    }
}

/// Choices from their labels, of which the one that reads `selected` is chosen.
fn choices(labels: &[&str], selected: &str) -> Vec<Choice> {
    let choice = |(index, label): (usize, &&str)| Choice {
        value: (29_682 + index).to_string(),
        label: (*label).to_owned(),
        selected: *label == selected,
    };
    labels.iter().enumerate().map(choice).collect()
}

fn page(template: &impl Template) -> String {
    template.render().unwrap()
}

fn all() -> BTreeMap<&'static str, String> {
    let mut all = BTreeMap::new();
    all.extend(opportunities::samples());
    all.extend(activity::samples());
    all.extend(backfill::samples());
    all.extend(category_map::samples());
    all.extend(catalogue::samples());
    all.extend(connection::samples());
    all.extend(history::samples());
    all.extend(others::samples());
    all.extend(settings_file::samples());
    all.extend(preview::samples());
    all.extend(people::samples());
    all.extend(repairs::samples());
    all.extend(states::samples());
    all.extend(tickets::samples());
    all
}

#[test]
fn every_page_keeps_the_rules() {
    for (name, html) in all() {
        assert!(text(&html).len() > 50, "{name} is empty");
        assert_eq!(problems(&html), Vec::<String>::new(), "{name}");
    }
}

/// The samples that show what people, sources or Autotask wrote.
const WITH_WORDS_OF_PEOPLE: [&str; 56] = [
    "account",
    "account-refused",
    "activity-held",
    "api-docs",
    "apps-hostile",
    "autotask-lists-failed",
    "autotask-setup",
    "backfill",
    "backfill-confirm",
    "backfill-empty",
    "backfill-nothing",
    "backfill-wrong",
    "brand-in-use",
    "brands",
    "brands-wrong",
    "categories",
    "category-import-diff",
    "category-import-new",
    "category-import-refused",
    "clash",
    "compare",
    "connection-failed",
    "connection-other-company",
    "connection-wrong",
    "error-forbidden",
    "error-inside",
    "history",
    "history-empty",
    "history-filtered-empty",
    "item-hostile",
    "items",
    "map-search-empty",
    "name-ambiguous",
    "opportunities-hostile",
    "opportunities-nearest",
    "preview",
    "preview-held",
    "preview-missing",
    "preview-nothing",
    "preview-saved",
    "push-company",
    "push-company-none",
    "push-company-wrong",
    "push-held",
    "push-link-opportunity",
    "repairs",
    "repairs-viewer",
    "revision",
    "revision-newest",
    "settings-file-changes",
    "settings-file-wrong",
    "settings-summary-hostile",
    "sign-in-error",
    "tickets-hostile",
    "tickets-nearest",
    "tickets-summary-hostile",
];

#[test]
fn words_of_people_are_escaped() {
    let escaped = CANARY.replace('<', "&#60;").replace('>', "&#62;");
    let shown = all().into_iter().filter(|(_, html)| html.contains(&escaped)).map(|(name, _)| name);
    assert_eq!(shown.collect::<Vec<_>>(), WITH_WORDS_OF_PEOPLE);
}

#[test]
fn samples_can_be_looked_at() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/samples");
    fs::create_dir_all(&folder).unwrap();
    for asset in ["app.css", "favicon.svg"] {
        fs::copy(root.join("static").join(asset), folder.join(asset)).unwrap();
    }
    fs::write(folder.join("app.js"), crate::web::assets::script()).unwrap();
    for (name, html) in all() {
        fs::write(folder.join(name).with_extension("html"), html).unwrap();
    }
}
