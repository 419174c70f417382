//! The states of the Opportunities and Tickets pages that the browser suite visits by name: each has a sample here, or is shown by
//! a sample that other tests look at.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    HOSTILE, all, choices,
    opportunities::{base, complete, disabled, form, fresh, inactive, nearest, on},
    page,
};
use crate::web::view::{
    Form, Link, MapRow, MapState, Notice, Obstacle, Opportunities, Remedy, SharedList, Tag, Tone, Typed,
};

/// What `tests/browser/states.test.js` visits.
const NAMES: &str = include_str!("../../../../tests/browser/states.json");

/// States that a sample of another name shows. Of what scripts add to a page, this is the page below.
const SHOWN_BY: [(&str, &str); 54] = [
    ("disabled-never", "opportunities-never"),
    ("viewer-disabled", "settings-summary-empty"),
    ("first-visit-suggested", "opportunities-fresh"),
    ("setup-needed", "opportunities-fresh"),
    ("preview-example", "preview"),
    ("preview-problems", "preview-held"),
    ("many-errors", "opportunities-errors"),
    ("complete", "opportunities-complete"),
    ("dirty", "opportunities-complete"),
    ("changes-list-open", "opportunities-complete"),
    ("bundle-refused", "opportunities-errors"),
    ("saved", "opportunities-saved"),
    ("probability-zero", "opportunities-obstacles"),
    ("won-status-decided", "opportunities-obstacles"),
    ("clash", "clash"),
    ("newer-revision-notice", "opportunities-complete"),
    ("history", "history"),
    ("history-filtered-empty", "history-filtered-empty"),
    ("revision", "revision"),
    ("compare", "compare"),
    ("restore", "opportunities-restored"),
    ("undo-clash", "clash"),
    ("file", "settings-file"),
    ("file-refused", "settings-file-wrong"),
    ("file-diff", "settings-file-changes"),
    ("file-nothing-changes", "settings-file-same"),
    ("turn-off-question", "turn-off"),
    ("disabled-saved", "opportunities-disabled"),
    ("saved-read-only", "settings-summary"),
    ("viewer", "settings-summary-viewer"),
    ("viewer-forbidden", "error-forbidden"),
    ("session-warning", "opportunities-complete"),
    ("session-ended-sign-in", "sign-in-kept"),
    ("map-suggestions", "opportunities-complete"),
    ("map-import", "category-import"),
    ("map-import-refused", "category-import-refused"),
    ("map-import-diff", "category-import-diff"),
    ("map-needs-attention", "opportunities-inactive"),
    ("preview", "preview"),
    ("preview-saved-settings", "preview-saved"),
    ("preview-unknown-quote", "preview-missing"),
    ("preview-not-connected", "preview"),
    ("long-names", "opportunities-hostile"),
    ("inactive-value", "opportunities-inactive"),
    ("connection-refused", "opportunities-obstacles"),
    ("combobox-open", "long-lists"),
    ("combobox-narrowed", "long-lists"),
    ("combobox-no-match", "long-lists"),
    ("name-unknown-with-nearest", "opportunities-nearest"),
    ("lists-stale", "opportunities-obstacles"),
    ("tickets-turned-on", "tickets-fresh"),
    ("tickets-clash", "clash"),
    ("tickets-alone", "tickets-complete"),
    ("source-clash", "clash"),
];

pub(super) fn samples() -> Vec<(&'static str, String)> {
    [news(), refused(), map(), in_the_way(), long()]
        .concat()
        .into_iter()
        .map(|(name, view)| (name, page(&view)))
        .collect()
}

type Views = Vec<(&'static str, Opportunities)>;

/// What the page says after something was done.
fn news() -> Views {
    let undo = || Some(Link::new("/history/7/undo", "Undo"));
    let told = |page: Opportunities, notice: Notice| Opportunities { notice: Some(notice), ..page };
    let saved = |tone, text: &str| {
        told(complete(), Notice { post: undo(), ..Notice::new(tone, "Settings saved", text) })
    };
    let on_again = "Quotes from now on are sent with the settings below. 0 existing quotes will be sent. 3 earlier quotes and sales were received and not sent.";
    let earlier = Notice {
        links: vec![Link::new("/activity/backfill", "Choose which to send")],
        ..Notice::new(Tone::Ok, "Opportunity sync is enabled", on_again)
    };
    let off = "Nothing is sent. Your choices are kept, and nothing in Autotask was changed.";
    let held = "Quotes from now on are sent with the defaults below; they are held until these are saved.";
    let kept = "You were signed out. Your unsaved changes are still here. Check and save.";
    let mut back = complete();
    back.form.as_mut().unwrap().unsaved = true;
    vec![
        ("turned-on", told(fresh(), Notice::new(Tone::Ok, "Opportunity sync is enabled", held))),
        ("turned-off", told(disabled(), Notice::new(Tone::Info, "Opportunity sync is disabled", off))),
        ("turned-on-with-earlier-quotes", told(complete(), earlier)),
        ("saved-releasing-held", saved(Tone::Ok, "1 held quote is now being sent.")),
        (
            "saved-with-inactive-value",
            saved(Tone::Warn, "Probability % is now 33. 1 setting still points to an inactive value."),
        ),
        ("merged", saved(Tone::Ok, "Kim changed Stage for won quotes at 10:42 UTC. Both changes are kept.")),
        (
            "undone",
            told(
                complete(),
                Notice::new(Tone::Ok, "Settings saved: revision 6 is undone", "Probability % is now 50."),
            ),
        ),
        (
            "nothing-to-save",
            told(
                complete(),
                Notice::new(Tone::Info, "Nothing to save", "These settings were already up to date."),
            ),
        ),
        ("session-ended-form-back", told(back, Notice::new(Tone::Warn, "Not saved yet", kept))),
    ]
}

/// The page with a form that was refused.
fn refuse<'f>(mut form: Form, errors: impl IntoIterator<Item = (&'f str, &'f str)>) -> Opportunities {
    form.unsaved = true;
    let errors = errors.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let errors = form.show_errors(&errors);
    Opportunities { errors, ..base(on(), Some(form)) }
}

fn refused() -> Views {
    let percentage = ("created[probability]", "Probability must be a whole number between 0 and 100");
    let mut several = nearest();
    let owner = &mut several.form.as_mut().unwrap().created.default_owner;
    owner.typed = Some(Typed { list: "options-owners".to_owned(), value: "Sales".to_owned() });
    owner.error = Some("Several owners are called \"Sales\". Choose one of them".to_owned());
    let mut wrong = form();
    wrong.map.rows = many_rows(14);
    let names: Vec<_> = wrong.map.rows.iter().take(11).map(|row| row.select.name.clone()).collect();
    let unknown = "No product category is called \"Nothing like it\". Type another name";
    vec![
        ("one-error", refuse(form(), [percentage])),
        ("name-ambiguous", several),
        ("eleven-wrong-map-rows", refuse(wrong, names.iter().map(|name| (name.as_str(), unknown)))),
    ]
}

/// The category map after its tools were used.
fn map() -> Views {
    let with = |change: &dyn Fn(&mut Form)| {
        let mut page = complete();
        change(page.form.as_mut().unwrap());
        page
    };
    let said = |outcome: &'static str| move |form: &mut Form| outcome.clone_into(&mut form.map.outcome);
    let accepted = "2 exact matches accepted. Nothing is saved yet.";
    vec![
        ("map-accepted-exact", with(&said(accepted))),
        ("map-nothing-selected", with(&said("Select at least one row first."))),
        (
            "map-bulk",
            with(&|form| {
                said("2 rows mapped to Warranty. Nothing is saved yet.")(form);
                form.map.rows[1].selected = true;
            }),
        ),
        ("map-filtered", with(&|form| "unmapped".clone_into(&mut form.map.filter.state))),
        ("map-search-empty", with(&|form| HOSTILE.clone_into(&mut form.map.filter.search))),
    ]
}

/// What keeps quotes from being sent.
fn in_the_way() -> Views {
    let with = |tone, heading: &str, text: &str, remedy| {
        let obstacle = Obstacle { tone, heading: heading.to_owned(), text: text.to_owned(), remedy };
        let mut page = complete();
        page.switch.obstacles = vec![obstacle];
        page
    };
    let go = |label| Some(Remedy::Go(Link::new("/apps/autotask/connection", label)));
    let calls = "All integrations share them. Sending slows down, and catches up as calls are free again.";
    let unloaded = "Fields that choose from them can be used once they are.";
    let mut vanished = inactive();
    let stage = &mut vanished.form.as_mut().unwrap().created.stage;
    let unknown = "Unknown value, ID 29683 (no longer in Autotask)";
    stage.options = choices(&[unknown, "Qualified"], unknown);
    stage.tag = Some(Tag::new(Tone::Warn, "No longer in Autotask"));
    vec![
        ("vanished-value", vanished),
        (
            "calls-nearly-used",
            with(Tone::Warn, "84 % of this hour's Autotask calls are used", calls, go("View the calls")),
        ),
        (
            "not-connected",
            with(
                Tone::Warn,
                "Autotask is not connected",
                "Quotes are held until it is.",
                go("Connect Autotask"),
            ),
        ),
        (
            "lists-never-loaded",
            with(Tone::Warn, "Autotask lists have not been loaded yet", unloaded, Some(Remedy::RefreshLists)),
        ),
        (
            "worker-silent",
            with(
                Tone::Bad,
                "The background worker has not reported for 6 minutes",
                "Nothing is being sent.",
                None,
            ),
        ),
    ]
}

/// Lists that are typed, and a map of many rows.
fn long() -> Views {
    let mut typed = complete();
    let form = typed.form.as_mut().unwrap();
    form.shared =
        vec![SharedList { id: "options-owners".to_owned(), options: vec!["Sales desk".to_owned()] }];
    form.created.default_owner.typed =
        Some(Typed { list: "options-owners".to_owned(), value: "Sales desk".to_owned() });
    let mut many = complete();
    many.form.as_mut().unwrap().map.rows = many_rows(500);
    vec![("long-lists", typed), ("500-map-rows", many)]
}

fn many_rows(count: u32) -> Vec<MapRow> {
    let row = |index| {
        let mut row = MapRow::new(index, format!("Group/Kind {index}"), format!("Group › Kind {index}"), 1);
        row.state = MapState::NotMapped;
        row
    };
    (0..count).map(row).collect()
}

#[test]
fn every_state_that_is_visited_has_a_sample() {
    let names: BTreeSet<String> = serde_json::from_str(NAMES).unwrap();
    assert!(names.len() >= 45, "{} states", names.len());
    let (samples, shown_by) = (all(), BTreeMap::from(SHOWN_BY));
    for name in &names {
        let sample = shown_by.get(name.as_str()).unwrap_or(&name.as_str()).to_owned();
        assert!(samples.contains_key(sample), "{name} has no sample");
    }
    let told = shown_by.keys().copied().chain(self::samples().into_iter().map(|(name, _)| name));
    for name in told {
        assert!(names.contains(name), "{name} is not visited: add it to tests/browser/states.json");
    }
}
