//! Two editors of the same settings, in many random orders: no change of either is lost.

use std::collections::BTreeMap;

use opportune::{
    domain::{
        author::Author,
        lists::{List, Lists},
        settings::form::{LostForm, MapRowForm, SettingsForm},
    },
    service::{
        history::{Entry, HistoryFilter},
        settings::{Clashing, Saved},
    },
};

use crate::harness::{TestApp, on_postgres, on_sqlite};

/// What a person can enter in a field.
#[derive(Clone, Copy)]
enum Entered {
    /// The first options of a list that are active.
    From(List),
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// A field of the form: its path, where it is in the form, what can be entered.
type Field = (&'static str, fn(&mut SettingsForm) -> &mut String, Entered);

const FIELDS: [Field; 22] = [
    ("include_unquoted_sales", |form| &mut form.include_unquoted_sales, Entered::OneOf(&["true", "false"])),
    ("created.category", |form| &mut form.created.category, Entered::From(List::OpportunityCategories)),
    ("created.default_owner", |form| &mut form.created.default_owner, Entered::From(List::Owners)),
    ("created.stage", |form| &mut form.created.stage, Entered::From(List::Stages)),
    ("created.status", |form| &mut form.created.status, Entered::From(List::Statuses)),
    ("created.probability", |form| &mut form.created.probability, Entered::OneOf(&["", "0", "25", "75"])),
    ("created.shipping", |form| &mut form.created.shipping, Entered::From(List::ShippingTypes)),
    (
        "created.create_missing_customers",
        |form| &mut form.created.create_missing_customers,
        Entered::OneOf(&["true", "false"]),
    ),
    ("won.stage", |form| &mut form.won.stage, Entered::From(List::Stages)),
    ("won.status", |form| &mut form.won.status, Entered::From(List::Statuses)),
    ("lost.stage", |form| &mut form.lost.stage, Entered::From(List::Stages)),
    ("lost.status", |form| &mut form.lost.status, Entered::From(List::Statuses)),
    ("codes.product", |form| &mut form.codes.product, Entered::From(List::MaterialCodes)),
    ("codes.recurring_service", |form| &mut form.codes.recurring_service, Entered::From(List::ServiceCodes)),
    ("codes.payment_surcharge", |form| &mut form.codes.payment_surcharge, Entered::From(List::MaterialCodes)),
    (
        "codes.non_recurring_service",
        |form| &mut form.codes.non_recurring_service,
        Entered::From(List::MaterialCodes),
    ),
    ("category_map.fallback", |form| &mut form.category_map.fallback, Entered::From(List::ProductCategories)),
    (
        "category_map.rows[Hardware/Accessories]",
        |form| mapped(form, "Hardware/Accessories"),
        Entered::From(List::ProductCategories),
    ),
    (
        "category_map.rows[Hardware/Firewalls]",
        |form| mapped(form, "Hardware/Firewalls"),
        Entered::From(List::ProductCategories),
    ),
    (
        "category_map.rows[Hardware/Power]",
        |form| mapped(form, "Hardware/Power"),
        Entered::From(List::ProductCategories),
    ),
    (
        "services.category",
        |form| &mut form.services.category,
        Entered::OneOf(&["Services", "Hardware/Power", "Hardware/Firewalls"]),
    ),
    ("lost.stage", |form| &mut form.lost.stage, Entered::OneOf(&[LostForm::KEEP])),
];

/// Fields that may be left empty.
const OPTIONAL: [&str; 5] = [
    "created.shipping",
    "category_map.fallback",
    "category_map.rows[Hardware/Accessories]",
    "category_map.rows[Hardware/Firewalls]",
    "category_map.rows[Hardware/Power]",
];

/// The control of a category's row, which is there for every category.
fn mapped<'a>(form: &'a mut SettingsForm, category: &str) -> &'a mut String {
    let rows = &mut form.category_map.rows;
    let known = rows.iter().find(|(_, row)| row.category == category).map(|(index, _)| *index);
    let index = known.unwrap_or_else(|| rows.keys().max().map_or(0, |last| last + 1));
    let row = || MapRowForm { category: category.to_owned(), ..MapRowForm::default() };
    &mut rows.entry(index).or_insert_with(row).autotask_category
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// What the fields of a form say, by path.
type Said = BTreeMap<&'static str, String>;

fn said(form: &SettingsForm) -> Said {
    let mut form = form.clone();
    FIELDS.iter().map(|(path, place, _)| (*path, place(&mut form).clone())).collect()
}

/// Somebody with the page open.
struct Editor {
    name: Author,
    form: SettingsForm,
    /// What the page said when it was opened.
    opened: Said,
}

impl Editor {
    async fn open(app: &TestApp, name: &str) -> Self {
        let form = saved_form(app).await;
        Self { name: Author::token(name), opened: said(&form), form }
    }

    fn edit(&mut self, lists: &Lists, dice: &mut Dice) {
        for _ in 0..=dice.below(5) {
            let (path, place, entered) = dice.pick(&FIELDS);
            let mut values: Vec<String> = match entered {
                Entered::From(list) => {
                    let active = lists.options(*list).iter().filter(|option| option.active);
                    active.take(3).map(|option| option.value.to_string()).collect()
                }
                Entered::OneOf(values) => values.iter().map(|value| (*value).to_owned()).collect(),
            };
            if OPTIONAL.contains(path) {
                values.push(String::new());
            }
            place(&mut self.form).clone_from(dice.pick(&values));
        }
    }
}

/// The form as the page shows it now; its one control for the lost stage is the select.
async fn saved_form(app: &TestApp) -> SettingsForm {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    let mut form = SettingsForm::of(&view.settings);
    form.revision = view.revision.to_string();
    if std::mem::take(&mut form.lost.keep_stage) == "true" {
        LostForm::KEEP.clone_into(&mut form.lost.stage);
    }
    form
}

/// Chooses on the clash page, at random; what is expected then.
fn choose(clashing: &Clashing, expected: &mut Said, yours: &Said, dice: &mut Dice) -> SettingsForm {
    let mut form = clashing.form.clone();
    if std::mem::take(&mut form.lost.keep_stage) == "true" {
        LostForm::KEEP.clone_into(&mut form.lost.stage);
    }
    for clash in &clashing.clashes {
        if dice.below(2) == 0 {
            let (path, place, _) = FIELDS.iter().find(|(path, ..)| *path == clash.path).unwrap();
            let yours = &yours[path];
            place(&mut form).clone_from(yours);
            expected.insert(path, yours.clone());
        }
    }
    form
}

/// Saves, chooses where it clashes, and fails unless the result is the merge of the two by hand. The number of clashes.
async fn save(app: &TestApp, editor: &Editor, dice: &mut Dice) -> usize {
    let (mut expected, yours) = (said(&saved_form(app).await), said(&editor.form));
    let mut clashes = Vec::new();
    for (path, value) in &yours {
        if *value == editor.opened[path] || *value == expected[path] {
            continue;
        }
        if expected[path] == editor.opened[path] {
            expected.insert(path, value.clone());
        } else {
            clashes.push(*path);
        }
    }
    let mut saved = app.services.save_settings(app.tenant, &editor.name, &editor.form).await.unwrap();
    if let Saved::Clash(clashing) = &saved {
        let mut told: Vec<_> = clashing.clashes.iter().map(|clash| clash.path.as_str()).collect();
        told.sort_unstable();
        assert_eq!(told, clashes);
        let form = choose(clashing, &mut expected, &yours, dice);
        saved = app.services.save_settings(app.tenant, &editor.name, &form).await.unwrap();
    } else {
        assert!(clashes.is_empty(), "nobody was asked about {clashes:?}");
    }
    assert!(matches!(saved, Saved::Done { .. }), "{saved:?}");
    assert_eq!(said(&saved_form(app).await), expected);
    clashes.len()
}

/// Both open the page, edit and save in any order; whoever does not open it again goes on with the old page.
async fn interleave(app: &TestApp, rounds: usize) {
    let lists = app.services.settings_view(app.tenant).await.unwrap().lists;
    let mut dice = Dice(4);
    let mut editors = [Editor::open(app, "one").await, Editor::open(app, "other").await];
    let mut clashes = 0;
    for _ in 0..rounds {
        let first = dice.below(2);
        for index in [first, 1 - first] {
            editors[index].edit(&lists, &mut dice);
        }
        let last = if dice.below(4) == 0 { first } else { 1 - first };
        for index in [first, last] {
            clashes += save(app, &editors[index], &mut dice).await;
            let name = if index == 0 { "one" } else { "other" };
            editors[index] = Editor::open(app, name).await;
        }
    }
    assert!(clashes > rounds / 10, "only {clashes} clashes in {rounds} rounds");
    history_is_unbroken(app).await;
}

/// Each entry begins where the one before it ended.
async fn history_is_unbroken(app: &TestApp) {
    let filter = HistoryFilter { only_lists: false, ..HistoryFilter::default() };
    let entries = app.services.whole_history(app.tenant, &filter).await.unwrap();
    let mut now: BTreeMap<String, String> = BTreeMap::new();
    let mut last = 0;
    for entry in entries.into_iter().rev() {
        let Entry::Save(save) = entry else { continue };
        assert_eq!(save.revision, last + 1);
        last = save.revision;
        assert!(!save.changes.is_empty());
        for change in save.changes {
            let before = now.insert(change.path.clone(), change.after);
            if let Some(before) = before {
                assert_eq!(change.before, Some(before), "{} in revision {last}", change.path);
            }
        }
    }
    assert_eq!(last, app.services.newest_revision(app.tenant).await.unwrap().revision);
}

#[tokio::test]
async fn a_thousand_interleavings_lose_nothing_on_sqlite() {
    on_sqlite(async |db| interleave(&TestApp::start(db).await, 1_000).await).await;
}

#[tokio::test]
async fn a_hundred_interleavings_lose_nothing_on_postgres() {
    on_postgres(async |db| interleave(&TestApp::start(db).await, 100).await).await;
}
