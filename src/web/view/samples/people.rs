//! A person's own page, what viewers see, and what they are told where they may not go on.

use super::{HOSTILE, frame, page, shell};
use crate::web::view::{
    Account, Choice, ErrorLink, ErrorPage, ErrorPageInside, Fact, Link, Nav, Notice, SessionRow,
    SettingsSummary, SignIn, SummaryRow, SummarySection, Tag, Text, Tone,
};

pub(super) fn samples() -> [(&'static str, String); 8] {
    [
        ("account", page(&account())),
        ("account-refused", page(&refused())),
        ("settings-summary", page(&summary())),
        ("settings-summary-viewer", page(&SettingsSummary { edit: None, ..summary() })),
        ("settings-summary-empty", page(&empty())),
        ("settings-summary-hostile", page(&hostile())),
        ("error-forbidden", page(&forbidden())),
        ("sign-in-kept", page(&kept())),
    ]
}

fn account() -> Account {
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    let theme = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: value == "dark",
    };
    let session = |is_this, place: &str| SessionRow {
        is_this,
        place: place.to_owned(),
        times: "Begun 3 hours ago, last used 2 minutes ago.".to_owned(),
    };
    Account {
        shell: shell("Your account", Nav::Account, &[]),
        notice: Some(Notice::new(Tone::Ok, "Theme saved", "")),
        errors: Vec::new(),
        facts: vec![fact("Name", HOSTILE), fact("Email", "avery@northwind.example"), fact("Role", "Viewer")],
        themes: vec![theme("system", "System"), theme("light", "Light"), theme("dark", "Dark")],
        sessions: vec![
            session(true, "From 2001:db8:0000:0000:0000:ff00:0042:8329"),
            session(false, "From 10.0.0.1"),
        ],
        current: Text::new("current", "Current password"),
        new: Text::new("new", "New password").hint("At least 15 characters. A sentence is fine."),
    }
}

fn refused() -> Account {
    let sentence = "Enter your current password";
    let mut view = account();
    view.notice = None;
    view.sessions.truncate(1);
    view.current.error = Some(sentence.to_owned());
    view.errors = vec![ErrorLink { href: "#current".to_owned(), text: sentence.to_owned() }];
    view
}

fn row(label: &str, value: &str) -> SummaryRow {
    SummaryRow { label: label.to_owned(), value: value.to_owned(), tag: None }
}

fn summary() -> SettingsSummary {
    let inactive = SummaryRow {
        tag: Some(Tag::new(Tone::Warn, "Inactive in Autotask")),
        ..row("Stage", "Proposal Sent")
    };
    SettingsSummary {
        title: "Opportunities",
        shell: shell("Opportunities — Autotask — Apps", Nav::Apps, &["Apps", "Autotask", "Opportunities"]),
        state: Tag::new(Tone::Ok, "Enabled"),
        edit: Some(Link::new("/apps/autotask/opportunities", "Edit settings")),
        revision: Some("Revision 7".to_owned()),
        sections: vec![SummarySection {
            id: "created",
            heading: "When a quote is created",
            rows: vec![row("Category", "Standard"), inactive, row("Probability %", "50")],
        }],
        map: vec![
            row("Hardware › Laptops", "Hardware › Laptops"),
            SummaryRow {
                tag: Some(Tag::new(Tone::Warn, "Inactive in Autotask")),
                ..row("Hardware › Drones", "Other")
            },
            row("Any other category", "Not mapped"),
        ],
        last: vec![SummarySection {
            id: "services",
            heading: "When a service or labor role is created in Autotask",
            rows: vec![row("Brand", "Northwind"), row("Category", "Services")],
        }],
    }
}

fn empty() -> SettingsSummary {
    SettingsSummary {
        state: Tag::new(Tone::Plain, "Disabled"),
        revision: None,
        sections: Vec::new(),
        map: Vec::new(),
        last: Vec::new(),
        ..summary()
    }
}

fn hostile() -> SettingsSummary {
    let mut view = summary();
    view.sections[0].rows.push(row("Default owner", HOSTILE));
    view.map.insert(0, row(HOSTILE, HOSTILE));
    view
}

fn forbidden() -> ErrorPageInside {
    let error = ErrorPage {
        heading: "Your role does not allow this".to_owned(),
        message: format!(
            "This is for editors and administrators. Your role is Viewer, so nothing was changed. {HOSTILE} can give you another role."
        ),
        action: Some(Link::new("/apps", "Go to Apps")),
        reference: None,
    };
    ErrorPageInside { shell: shell("Your role does not allow this", Nav::Apps, &[]), error }
}

fn kept() -> SignIn {
    SignIn {
        frame: frame("Sign in"),
        email: String::new(),
        error: None,
        is_kept: true,
        next: "/apps/autotask/opportunities?unsaved=0192".to_owned(),
    }
}

#[test]
fn viewers_find_nothing_to_change() {
    let html = page(&SettingsSummary { edit: None, ..summary() });
    assert!(html.contains("Only administrators and editors can change these settings."));
    let main = html.split("<main").nth(1).unwrap();
    for control in ["<input", "<select", "<button", "<form"] {
        assert!(!main.contains(control), "{control}");
    }
}

#[test]
fn passwords_have_no_value() {
    for (name, html) in samples() {
        let fields = html.split("<input").filter(|field| field.contains("type=\"password\""));
        for field in fields {
            assert!(!field.split('>').next().unwrap().contains("value="), "{name}: {field}");
        }
    }
}
