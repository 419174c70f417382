//! The catalogue's pages.

use super::{HOSTILE, page, shell};
use crate::web::view::{
    Brand, BrandRow, Brands, Categories, Category, CategoryNode, ErrorLink, Item, ItemRow, Items, Link, Nav,
    Notice, Select, Tag, Text, Tone, Use,
};

pub(super) fn samples() -> [(&'static str, String); 10] {
    [
        ("brands", page(&brands())),
        ("brands-empty", page(&Brands { rows: Vec::new(), back: Some("/apps".to_owned()), ..brands() })),
        ("brands-wrong", page(&brands_wrong())),
        ("brand", page(&brand(Vec::new()))),
        ("brand-in-use", page(&brand_in_use())),
        ("categories", page(&categories())),
        ("category-in-use", page(&category())),
        ("items", page(&items())),
        ("items-empty", page(&Items { rows: Vec::new(), first: None, next: None, ..items() })),
        ("item-hostile", page(&item())),
    ]
}

fn wrong(field: &str, text: &str) -> Vec<ErrorLink> {
    vec![ErrorLink { href: format!("#{field}"), text: text.to_owned() }]
}

fn brands() -> Brands {
    let row = |name: &str, items: u64, is_default| BrandRow {
        name: name.to_owned(),
        href: "/catalogue/brands/edit?name=x".to_owned(),
        items: (items > 0).then(|| Link::new("/catalogue/items?brand=x", format!("{items} items"))),
        is_default,
        updated: "2 hours ago".to_owned(),
        updated_iso: "2026-11-23T09:00:00Z".to_owned(),
    };
    Brands {
        shell: shell("Brands — Catalogue", Nav::Catalogue, &[]),
        notice: None,
        errors: Vec::new(),
        back: None,
        add: Text::new("name", "Name").hint("At most 100 characters."),
        rows: vec![row("Northwind IT Services", 12, true), row("Fortinet", 4, false), row(HOSTILE, 0, false)],
        first: Some("/catalogue/brands".to_owned()),
        next: Some("/catalogue/brands?after=x".to_owned()),
    }
}

fn brands_wrong() -> Brands {
    let error = "There is a brand 'Fortinet' already";
    let add = Text { value: "FORTINET".to_owned(), error: Some(error.to_owned()), ..brands().add };
    Brands { errors: wrong("name", error), add, ..brands() }
}

fn brand(uses: Vec<Use>) -> Brand {
    Brand {
        shell: shell("Fortinet — Brands", Nav::Catalogue, &["Brands", "Fortinet"]),
        notice: None,
        errors: Vec::new(),
        back: Some("/apps/autotask/opportunities".to_owned()),
        name: "Fortinet".to_owned(),
        new_name: Text { value: "Fortinet".to_owned(), ..Text::new("new_name", "New name") },
        into: Some(Select::new("into", "Brand to merge it into").prompt("Select a brand")),
        list: None,
        uses,
    }
}

fn setting() -> Use {
    Use {
        text: "Services and labor roles that are created in Autotask get it.".to_owned(),
        link: Link::new("/apps/autotask/opportunities", "Go to setting"),
    }
}

fn brand_in_use() -> Brand {
    let notice = Notice {
        tone: Tone::Bad,
        heading: "Brand 'Fortinet' is used for services created in Autotask".to_owned(),
        text: "Choose another brand there first.".to_owned(),
        links: vec![setting().link],
        ..Notice::default()
    };
    Brand { notice: Some(notice), into: None, name: HOSTILE.to_owned(), ..brand(vec![setting()]) }
}

fn categories() -> Categories {
    let node = |label: &str, opens, closes| CategoryNode {
        label: label.to_owned(),
        href: "/catalogue/categories/edit?path=x".to_owned(),
        items: Some(Link::new("/catalogue/items?category=x", "3 items")),
        tags: vec![Tag::new(Tone::Ok, "Mapped"), Tag::new(Tone::Info, "Autotask services")],
        opens,
        closes,
    };
    Categories {
        shell: shell("Categories — Catalogue", Nav::Catalogue, &[]),
        notice: None,
        errors: Vec::new(),
        add: Text::new("path", "Path").hint("Such as Hardware/Firewalls."),
        nodes: vec![
            node("Hardware", true, 0),
            node("Firewalls", true, 0),
            node(HOSTILE, false, 2),
            node("Services", false, 0),
        ],
    }
}

fn category() -> Category {
    let error = "There is a category 'Hardware' already. Choose another path";
    let new_path = Text {
        value: "Hardware".to_owned(),
        error: Some(error.to_owned()),
        ..Text::new("new_path", "New path")
    };
    Category {
        shell: shell("Firewalls — Categories", Nav::Catalogue, &["Categories", "Firewalls"]),
        notice: None,
        errors: wrong("new_path", error),
        path: "Hardware/Firewalls".to_owned(),
        label: "Firewalls".to_owned(),
        new_path,
        is_category: true,
        uses: vec![setting()],
    }
}

fn items() -> Items {
    let row = |name: &str, kind: &str, autotask| ItemRow {
        name: name.to_owned(),
        href: "/catalogue/items/0192".to_owned(),
        numbers: "FG-60F · FG-60F-BDL".to_owned(),
        kind: kind.to_owned(),
        brand: "Fortinet".to_owned(),
        category: "Hardware › Firewalls".to_owned(),
        autotask,
    };
    let (kind, list) = Select::new("brand", "Brand").prompt("Any brand").optional().choose(
        &[("a".to_owned(), "A".to_owned())],
        "",
        0,
    );
    Items {
        shell: shell("Items — Catalogue", Nav::Catalogue, &[]),
        polled: "Services and labor roles of Autotask were last looked for 4 minutes ago.".to_owned(),
        failure: None,
        search: "60F".to_owned(),
        filters: vec![kind],
        lists: list.into_iter().collect(),
        is_filtered: true,
        rows: vec![
            row("FortiGate 60F", "Product", Tag::new(Tone::Ok, "Linked to 29681901")),
            row("Engineer", "Labor", Tag::new(Tone::Warn, "Name is not unique")),
            row(HOSTILE, "Recurring service", Tag::new(Tone::Plain, "Not linked")),
        ],
        first: Some("/catalogue/items".to_owned()),
        next: Some("/catalogue/items?after=0192".to_owned()),
    }
}

fn item() -> Item {
    Item {
        shell: shell("Engineer — Items", Nav::Catalogue, &["Items", "Engineer"]),
        notice: None,
        errors: Vec::new(),
        href: "/catalogue/items/0192".to_owned(),
        name: HOSTILE.to_owned(),
        autotask: Tag::new(Tone::Warn, "Name is not unique"),
        about: "Several active records of Autotask have this name, so that none of them is used.".to_owned(),
        facts: vec![("Kind".to_owned(), "Labor".to_owned()), ("SKU".to_owned(), HOSTILE.to_owned())],
        brand: Select::new("brand", "Brand").prompt("No brand").optional(),
        category: Select::new("category", "Category").prompt("No category").optional(),
        lists: Vec::new(),
    }
}
