//! The Opportunities page in its states.

use std::collections::BTreeMap;

use super::{HOSTILE, choices, page, shell};
use crate::web::view::{
    Control, ErrorLink, Form, Link, MapRow, MapState, MapSuggestion, Nav, Notice, Opportunities, SetupNeeded,
    Switch, Tag, Text, Tone,
};

pub(super) fn samples() -> [(&'static str, String); 8] {
    [
        ("opportunities-disabled", page(&disabled())),
        ("opportunities-fresh", page(&fresh())),
        ("opportunities-complete", page(&complete())),
        ("opportunities-saved", page(&saved())),
        ("opportunities-errors", page(&errors())),
        ("opportunities-inactive", page(&inactive())),
        ("opportunities-restored", page(&restored())),
        ("opportunities-hostile", page(&hostile())),
    ]
}

fn base(switch: Switch, form: Option<Form>) -> Opportunities {
    let title = "Opportunities — Autotask — Apps";
    let shell = shell(title, Nav::Apps, &["Apps", "Autotask", "Opportunities"]);
    Opportunities { shell, notice: None, errors: Vec::new(), switch, form }
}

fn on() -> Switch {
    let note = "Last sent 2 minutes ago. 212 of 10,000 calls used this hour.".to_owned();
    Switch { enabled: true, note, setup: None }
}

fn disabled() -> Opportunities {
    base(Switch { enabled: false, note: String::new(), setup: None }, None)
}

fn form() -> Form {
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

fn fresh() -> Opportunities {
    let mut form = form();
    form.created.stage.tag = Some(Tag::new(Tone::Info, "Suggested"));
    form.created.category.tag = Some(Tag::new(Tone::Info, "Suggested"));
    form.map.rows.clear();
    let link = |href: &str, text: &str| ErrorLink { href: href.to_owned(), text: text.to_owned() };
    let links = vec![
        link("#created-default_owner", "Default owner"),
        link("#codes-payment_surcharge", "Payment surcharge material code"),
    ];
    base(Switch { setup: Some(SetupNeeded { count: 2, links }), ..on() }, Some(form))
}

fn complete() -> Opportunities {
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

fn inactive() -> Opportunities {
    let mut page = complete();
    let form = page.form.as_mut().unwrap();
    let stage = &mut form.created.stage;
    stage.options = choices(
        &["Proposal Sent (inactive in Autotask)", "Qualified"],
        "Proposal Sent (inactive in Autotask)",
    );
    stage.tag = Some(Tag::new(Tone::Warn, "Inactive in Autotask"));
    stage.hint = "New quotes are held until you choose an active stage.".to_owned();
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
