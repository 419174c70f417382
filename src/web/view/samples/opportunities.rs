//! The Opportunities page in its states.

use std::collections::BTreeMap;

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    Control, ErrorLink, Form, Link, MapRow, MapState, MapSuggestion, Nav, Notice, Obstacle, Opportunities,
    Remedy, SetupNeeded, SharedList, Switch, Tag, Text, Tone, Typed,
};

const LABEL: &str = "Sync your quotes and unquoted sales to Autotask opportunities";
const ACTION: &str = "/apps/autotask/opportunities/sync";

pub(super) fn samples() -> [(&'static str, String); 13] {
    [
        ("opportunities-disabled", page(&disabled())),
        ("opportunities-fresh", page(&fresh())),
        ("opportunities-complete", page(&complete())),
        ("opportunities-saved", page(&saved())),
        ("opportunities-errors", page(&errors())),
        ("opportunities-inactive", page(&inactive())),
        ("opportunities-restored", page(&restored())),
        ("opportunities-never", page(&Opportunities { saved: false, ..disabled() })),
        ("opportunities-obstacles", page(&obstacles())),
        ("opportunities-unloaded", page(&unloaded())),
        ("opportunities-nearest", page(&nearest())),
        ("opportunities-hostile", page(&hostile())),
        ("opportunities-both", page(&both())),
    ]
}

pub(super) fn base(switch: Switch, form: Option<Form>) -> Opportunities {
    let title = "Opportunities — Autotask — Apps";
    let shell = shell(title, Nav::Apps, &["Apps", "Autotask", "Opportunities"]);
    Opportunities { shell, notice: None, errors: Vec::new(), switch, form, saved: true }
}

pub(super) fn on() -> Switch {
    let note = "Last sent 2 minutes ago. 212 of 10,000 calls used this hour.".to_owned();
    Switch { label: LABEL, action: ACTION, enabled: true, note, setup: None, obstacles: Vec::new() }
}

pub(super) fn disabled() -> Opportunities {
    base(Switch { enabled: false, note: "Nothing is sent.".to_owned(), ..on() }, None)
}

pub(super) fn form() -> Form {
    let mut form = Form::new("7", "0192f0c1");
    let stages = ["Qualified", "Proposal Sent", "Closed Won", "Closed Lost"];
    let statuses = ["Active", "Lost", "Closed", "Implemented"];
    let materials = [
        "Taxable Products — 4000 — Material",
        "Taxable Labor — 4100 — Material",
        "Card fees — 4900 — Material",
    ];
    form.created.category.options = choices(&["Standard", "Managed services"], "Standard");
    form.created.default_owner.options =
        choices(&["Sales desk — sales@northwind.example", "王小明 — wang@northwind.example"], "");
    form.created.stage.options = choices(&stages, "Proposal Sent");
    form.created.status.options = choices(&statuses, "Active");
    form.created.shipping.options = choices(&["Ground", "Courier"], "");
    form.created.create_missing_customers = true;
    form.won.stage.options = choices(&stages, "Closed Won");
    form.won.status.options = choices(&statuses, "Active");
    form.lost.stage.options = choices(&stages, "");
    form.lost.status.options = choices(&statuses, "Lost");
    for select in
        [&mut form.codes.product, &mut form.codes.payment_surcharge, &mut form.codes.non_recurring_service]
    {
        select.options = choices(&materials, materials[0]);
    }
    form.codes.recurring_service.options =
        choices(&["Managed Services — 5000 — Service"], "Managed Services — 5000 — Service");
    form.services.category.options = choices(&["Services", "Hardware"], "Services");
    if let Control::Select(brand) = &mut form.services.brand {
        brand.options = choices(&["Northwind", "Contoso Contractors"], "Northwind");
    }
    map(&mut form);
    form
}

fn map(form: &mut Form) {
    let targets = ["Hardware › Laptops", "Software › Microsoft 365", "Other"];
    form.map.fallback.options = choices(&targets, "");
    let rows = [
        ("Hardware › Laptops", 148, targets[0], MapState::Mapped),
        ("Hardware › Drones", 12, "", MapState::NotMapped),
        ("Licences › Microsoft 365 and everything that comes with it", 31, "", MapState::Suggested),
    ];
    for (index, (label, products, target, state)) in (0..).zip(rows) {
        let mut row = MapRow::new(index, label.replace(" › ", "/"), label, products);
        row.select.options = choices(&targets, target);
        row.state = state;
        row.suggestion = (state == MapState::Suggested).then(|| MapSuggestion {
            value: "29683".to_owned(),
            label: targets[1].to_owned(),
            reason: "mostly the same words".to_owned(),
            exact: false,
        });
        form.map.rows.push(row);
    }
}

pub(super) fn fresh() -> Opportunities {
    let mut form = form();
    form.created.stage.tag = Some(Tag::new(Tone::Info, "Suggested: name contains \"sent\""));
    form.created.category.tag = Some(Tag::new(Tone::Info, "Suggested: named \"Standard\""));
    form.map.rows.clear();
    let link = |href: &str, text: &str| ErrorLink { href: href.to_owned(), text: text.to_owned() };
    let links = vec![
        link("#created-default_owner", "Default owner"),
        link("#codes-payment_surcharge", "Payment surcharge material code"),
    ];
    base(Switch { setup: Some(SetupNeeded { what: "Quotes", links }), ..on() }, Some(form))
}

pub(super) fn complete() -> Opportunities {
    let mut form = form();
    form.created.probability.value = "60".to_owned();
    form.created.default_owner.options[0].selected = true;
    base(on(), Some(form))
}

fn saved() -> Opportunities {
    Opportunities {
        notice: Some(Notice {
            tone: Tone::Ok,
            heading: "Settings saved".to_owned(),
            text: "Stage for lost quotes is now Closed Lost. Used for quotes sent from now on.".to_owned(),
            links: vec![Link::new("/activity", "View activity")],
            post: Some(Link::new("/history/7/undo", "Undo")),
            ..Notice::default()
        }),
        ..complete()
    }
}

fn refused() -> BTreeMap<String, String> {
    [
        ("services[category]", "Select a category other than Bundle"),
        ("created[probability]", "Probability must be a whole number between 0 and 100"),
        ("created[default_owner]", "Select a default owner"),
        ("lost[stage]", "Select a stage for lost quotes"),
        ("category_map[rows][1][autotask_category]", "Select an Autotask category for Hardware › Drones"),
        ("somewhere else", "Save again: the settings were sent incomplete"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into()
}

fn errors() -> Opportunities {
    let mut form = form();
    form.created.probability.value = "most likely".to_owned();
    form.lost.keep_stage = false;
    form.unsaved = true;
    let errors = form.show_errors(&refused());
    Opportunities { errors, ..base(on(), Some(form)) }
}

/// The Tickets sync is on too, and the form carries settings of its page along.
fn both() -> Opportunities {
    let mut page = complete();
    let form = page.form.as_mut().unwrap();
    form.both = Some("Such a sale is billed with Tickets alone.".to_owned());
    form.carried = vec![("tickets[queue]".to_owned(), "29682".to_owned())];
    page
}

#[test]
fn what_is_carried_along_is_posted_and_said() {
    let html = page(&both());
    assert!(html.contains("<input type=\"hidden\" name=\"tickets[queue]\" value=\"29682\">"));
    assert!(html.contains("Saving this also saves changes to the Tickets page."));
    assert!(html.contains("<a href=\"/apps/autotask/tickets#both\">Choose which sync bills them</a>"));
    assert!(!page(&complete()).contains("The Tickets sync is on too"));
}

pub(super) fn inactive() -> Opportunities {
    let mut page = complete();
    let form = page.form.as_mut().unwrap();
    let stage = &mut form.created.stage;
    stage.options = choices(
        &["Proposal Sent (inactive in Autotask)", "Qualified"],
        "Proposal Sent (inactive in Autotask)",
    );
    stage.tag = Some(Tag::new(Tone::Warn, "Inactive in Autotask"));
    stage.note = Some("New quotes are held until you choose an active stage.".to_owned());
    form.map.rows[0].state = MapState::NeedsAttention;
    page
}

fn restored() -> Opportunities {
    Opportunities {
        notice: Some(Notice {
            tone: Tone::Info,
            heading: "This puts 2 settings back to how they were on 3 Nov 2026".to_owned(),
            text: "Nothing is saved yet. Check the values below, then save them.".to_owned(),
            points: vec!["Probability %: 10 → 50".to_owned(), "Brand: Contoso → Northwind".to_owned()],
            links: vec![Link::new("/apps/autotask/opportunities", "Keep the saved settings")],
            ..Notice::default()
        }),
        ..complete()
    }
}

fn obstacles() -> Opportunities {
    let obstacle = |tone, heading: &str, text: &str, remedy| Obstacle {
        tone,
        heading: heading.to_owned(),
        text: text.to_owned(),
        remedy: Some(remedy),
    };
    let mend = Remedy::Go(Link::new("/apps/autotask/connection", "Mend the connection"));
    let obstacles = vec![
        obstacle(
            Tone::Bad,
            "The last test of the connection failed",
            "Autotask refused the secret. Enter it again.",
            mend,
        ),
        obstacle(
            Tone::Warn,
            "Autotask lists were last refreshed 26 hours ago",
            "Choices that are new in Autotask may be missing below.",
            Remedy::RefreshLists,
        ),
    ];
    let mut page = complete();
    page.switch.obstacles = obstacles;
    let form = page.form.as_mut().unwrap();
    form.won.status.note = Some("Closed closes the opportunity at once.".to_owned());
    form.created.probability.value.clear();
    form.created.probability.note = Some("At 0 % these opportunities forecast as 0.".to_owned());
    page
}

fn unloaded() -> Opportunities {
    let mut page = complete();
    let form = page.form.as_mut().unwrap();
    for select in [&mut form.created.stage, &mut form.won.stage, &mut form.lost.stage] {
        select.kept = Some("29683".to_owned());
        select.options = choices(&["Unknown value, ID 29683 (no longer in Autotask)"], "");
        select.note = Some("The stages have not been loaded from Autotask yet.".to_owned());
    }
    page
}

pub(super) fn nearest() -> Opportunities {
    let mut page = complete();
    let form = page.form.as_mut().unwrap();
    form.shared = vec![SharedList { id: "options-owners".to_owned(), options: vec![HOSTILE.to_owned()] }];
    let owner = &mut form.created.default_owner;
    owner.typed = Some(Typed { list: "options-owners".to_owned(), value: "Sales dsek".to_owned() });
    owner.near = choices(&["Sales desk — sales@northwind.example", HOSTILE], "");
    let refused = "No owner is called \"Sales dsek\". Choose one of the nearest, or type another name";
    page.errors =
        form.show_errors(&BTreeMap::from([("created[default_owner]".to_owned(), refused.to_owned())]));
    page
}

#[test]
fn each_near_match_leads_to_the_form_with_that_choice() {
    let html = page(&nearest());
    let button =
        "formaction=\"/apps/autotask/opportunities/draft\" name=\"created[default_owner]\" value=\"29682\"";
    assert!(html.contains(button), "{html}");
    let first = html.find("type=\"submit\" tabindex=\"-1\" aria-hidden=\"true\">Save<");
    assert!(first < html.find(button), "Enter in a field saves, whatever other buttons there are");
}

#[test]
fn a_field_whose_list_is_not_loaded_posts_what_is_saved() {
    let html = page(&unloaded());
    assert!(html.contains(
        "<input type=\"hidden\" name=\"created[stage]\" value=\"29683\"><select id=\"created-stage\" disabled"
    ));
    assert!(!html.contains("<select id=\"created-stage\" name"));
    assert!(html.contains("id=\"created-stage-note\">The stages have not been loaded"));
}

#[test]
fn the_contents_say_how_far_each_section_is() {
    let states = |page: &Opportunities| {
        let contents = page.form.as_ref().unwrap().contents().into_iter();
        contents.map(|part| part.state.map(|state| state.text).unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(states(&complete()), ["Complete", "Complete", "Complete", "Complete", "", "Complete"]);
    assert_eq!(states(&fresh())[0], "1 missing");
    assert_eq!(
        states(&errors()),
        ["1 problem", "Complete", "1 problem", "Complete", "1 problem", "1 problem"]
    );
    assert_eq!(states(&inactive())[0], "1 problem");
}

fn hostile() -> Opportunities {
    let mut page = saved();
    page.shell.tenant = HOSTILE.to_owned();
    page.shell.user = HOSTILE.to_owned();
    page.switch.note = HOSTILE.to_owned();
    if let Some(notice) = &mut page.notice {
        notice.text = HOSTILE.to_owned();
    }
    let form = page.form.as_mut().unwrap();
    form.created.stage.options = choices(&[HOSTILE], HOSTILE);
    form.created.stage.error = Some(HOSTILE.to_owned());
    form.created.probability.value = format!("\" autofocus {HOSTILE}");
    form.map.rows.push(MapRow::new(3, HOSTILE, HOSTILE, 1_000_000));
    form.services.brand =
        Control::Text(Text { value: HOSTILE.to_owned(), ..Text::new("services[brand]", "Brand") });
    page
}

#[test]
fn errors_stand_in_the_order_of_the_page_and_beside_their_fields() {
    let refused = errors();
    let hrefs: Vec<_> = refused.errors.iter().map(|error| error.href.as_str()).collect();
    assert_eq!(
        hrefs,
        [
            "#created-default_owner",
            "#created-probability",
            "#lost-stage",
            "#category_map-rows-1-autotask_category",
            "#services-category",
            "#settings"
        ]
    );
    let html = page(&refused);
    for text in refused.errors.iter().take(5).map(|error| &error.text) {
        assert!(html.contains(&format!(">{text}</a>")), "not in the summary: {text}");
        assert!(html.contains(&format!("Error: </span>{text}</p>")), "not beside the field: {text}");
    }
    assert!(html.contains("<title>Error: Opportunities"));
}

#[test]
fn many_wrong_rows_are_counted_instead_of_listed() {
    let mut form = Form::new("1", "1");
    form.map.rows = (0..14).map(|index| MapRow::new(index, "Hardware", "Hardware", 1)).collect();
    let mut errors = BTreeMap::from([("services[brand]".to_owned(), "Select a brand".to_owned())]);
    errors.extend(
        form.map.rows.iter().map(|row| (row.select.name.clone(), "Select an Autotask category".to_owned())),
    );
    let links = form.show_errors(&errors);
    assert_eq!(links.len(), 12);
    assert_eq!(links[10].text, "and 4 more in Map your product categories to Autotask");
    assert_eq!(links[11].href, "#services-brand");
    assert!(form.map.rows.iter().all(|row| row.select.error.is_some()));
}

#[test]
fn settings_are_absent_while_sync_is_off() {
    let html = page(&disabled());
    assert!(html.contains("Turn on sync to choose defaults. Your saved choices are kept."));
    assert!(html.contains("Show saved settings (read only)"));
    assert!(!page(&Opportunities { saved: false, ..disabled() }).contains("saved choices"));
    assert!(!html.contains("When a quote is created"));
    assert!(html.contains(r#"aria-checked="false""#) && html.contains(r#"name="enabled" value="true""#));
}

#[test]
fn the_page_uses_the_documented_words_and_names() {
    let html = page(&complete());
    for words in [
        "Sync your quotes and unquoted sales to Autotask opportunities",
        "Enabled",
        "When a quote is created",
        "When a quote is won",
        "When a quote is lost",
        "When an item is quoted or sold",
        "Map your product categories to Autotask",
        "When a service or labor role is created in Autotask",
        "Product material code",
        "Recurring service billing code",
        "Payment surcharge material code",
        "Non-recurring service material code",
        "Kaseya Quote Manager category",
    ] {
        assert!(html.contains(words), "{words}");
    }
    for name in [
        "include_unquoted_sales",
        "created[default_owner]",
        "created[create_missing_customers]",
        "lost[keep_stage]",
        "codes[payment_surcharge]",
        "category_map[fallback]",
        "category_map[rows][2][category]",
        "category_map[rows][2][autotask_category]",
        "services[brand]",
        "revision",
        "form_id",
        "note",
    ] {
        assert!(html.contains(&format!("name=\"{name}\"")), "{name}");
    }
}
