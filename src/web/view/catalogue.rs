//! `/catalogue/…`: brands, categories and items.

use askama::Template;

use super::{
    fields::{Choice, Select, SharedList, Text},
    parts::{ErrorLink, Link, Notice, Tag},
    shell::Shell,
};

/// Which page of the catalogue is marked as current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Items.
    Items,
    /// Brands.
    Brands,
    /// Categories.
    Categories,
}

impl Tab {
    /// The three, with their addresses and words.
    pub fn all() -> [(Self, &'static str, &'static str); 3] {
        [
            (Self::Items, "/catalogue/items", "Items"),
            (Self::Brands, "/catalogue/brands", "Brands"),
            (Self::Categories, "/catalogue/categories", "Categories"),
        ]
    }
}

/// The list of brands.
#[derive(Clone, Debug, Template)]
#[template(path = "brands.html")]
pub struct Brands {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// What is wrong with the form.
    pub errors: Vec<ErrorLink>,
    /// The page that one came from, where an added brand leads back to.
    pub back: Option<String>,
    /// The name of a brand to add.
    pub add: Text,
    /// One page of brands, by name.
    pub rows: Vec<BrandRow>,
    /// The first page, where this is another one.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
}

/// One brand in the list.
#[derive(Clone, Debug)]
pub struct BrandRow {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its items, as a link to them.
    pub items: Option<Link>,
    /// Whether services and labor roles of Autotask get it.
    pub is_default: bool,
    /// How long ago it was added or renamed.
    pub updated: String,
    /// The same as a time, RFC 3339.
    pub updated_iso: String,
}

/// What uses a brand or a category, with where to change that.
#[derive(Clone, Debug)]
pub struct Use {
    /// A sentence.
    pub text: String,
    /// Where to go.
    pub link: Link,
}

/// One brand: renamed, merged, deleted.
#[derive(Clone, Debug, Template)]
#[template(path = "brand.html")]
pub struct Brand {
    /// The frame.
    pub shell: Shell,
    /// Why it was not deleted.
    pub notice: Option<Notice>,
    /// What is wrong with a form.
    pub errors: Vec<ErrorLink>,
    /// The page that one came from.
    pub back: Option<String>,
    /// Its name.
    pub name: String,
    /// Its new name.
    pub new_name: Text,
    /// The brand to merge it into; none where there is no other.
    pub into: Option<Select>,
    /// The brands to type from, where there are many.
    pub list: Option<SharedList>,
    /// What uses it; it can be deleted where nothing does.
    pub uses: Vec<Use>,
}

/// The tree of categories.
#[derive(Clone, Debug, Template)]
#[template(path = "categories.html")]
pub struct Categories {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// What is wrong with the form.
    pub errors: Vec<ErrorLink>,
    /// The path of a category to add.
    pub add: Text,
    /// The tree, each category before those below it.
    pub nodes: Vec<CategoryNode>,
}

/// One category of the tree.
#[derive(Clone, Debug)]
pub struct CategoryNode {
    /// The last part of its path.
    pub label: String,
    /// Its page.
    pub href: String,
    /// Its items, as a link to them.
    pub items: Option<Link>,
    /// What it is used for.
    pub tags: Vec<Tag>,
    /// Whether the next node is below it.
    pub opens: bool,
    /// How many levels end with it.
    pub closes: usize,
}

/// One category: renamed, deleted.
#[derive(Clone, Debug, Template)]
#[template(path = "category.html")]
pub struct Category {
    /// The frame.
    pub shell: Shell,
    /// Why it was not deleted.
    pub notice: Option<Notice>,
    /// What is wrong with the form.
    pub errors: Vec<ErrorLink>,
    /// Its path.
    pub path: String,
    /// The last part of its path.
    pub label: String,
    /// Its new path.
    pub new_path: Text,
    /// Whether it is a category itself, and not just the beginning of others' paths.
    pub is_category: bool,
    /// What uses it; it can be deleted where nothing does.
    pub uses: Vec<Use>,
}

/// The list of items.
#[derive(Clone, Debug, Template)]
#[template(path = "items.html")]
pub struct Items {
    /// The frame.
    pub shell: Shell,
    /// How looking for services and roles in Autotask goes; may be empty.
    pub polled: String,
    /// Why Autotask could not be asked.
    pub failure: Option<Notice>,
    /// Part of a name or SKU.
    pub search: String,
    /// Kind, brand, category and link, in the order they are shown.
    pub filters: Vec<Select>,
    /// The lists to type from, where there are many.
    pub lists: Vec<SharedList>,
    /// Whether anything is filtered away.
    pub is_filtered: bool,
    /// One page of items, by name.
    pub rows: Vec<ItemRow>,
    /// The first page, where this is another one.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
}

/// One item in the list.
#[derive(Clone, Debug)]
pub struct ItemRow {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its SKU and part number; may be empty.
    pub numbers: String,
    /// What it is.
    pub kind: String,
    /// Its brand; may be empty.
    pub brand: String,
    /// Its category; may be empty.
    pub category: String,
    /// Its id in Autotask, or why it has none.
    pub autotask: Tag,
}

/// One item: what is known of it, and its brand and category.
#[derive(Clone, Debug, Template)]
#[template(path = "item.html")]
pub struct Item {
    /// The frame.
    pub shell: Shell,
    /// News after a redirect.
    pub notice: Option<Notice>,
    /// What is wrong with the form.
    pub errors: Vec<ErrorLink>,
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its id in Autotask, or why it has none.
    pub autotask: Tag,
    /// What the state means and what to do; may be empty.
    pub about: String,
    /// What is known of it: label and value.
    pub facts: Vec<(String, String)>,
    /// Its brand.
    pub brand: Select,
    /// Its category.
    pub category: Select,
    /// The lists to type from, where there are many.
    pub lists: Vec<SharedList>,
}

impl Select {
    /// The same with these choices, of which `chosen` is the chosen one; typed where they are many, from the list that
    /// is given back.
    pub fn choose(
        mut self,
        options: &[(String, String)],
        chosen: &str,
        long: usize,
    ) -> (Self, Option<SharedList>) {
        if options.len() <= long {
            self.options = options
                .iter()
                .map(|(value, label)| Choice {
                    value: value.clone(),
                    label: label.clone(),
                    selected: value == chosen,
                })
                .collect();
            return (self, None);
        }
        let list = SharedList {
            id: format!("{}-options", self.id()),
            options: options.iter().map(|(_, label)| label.clone()).collect(),
        };
        let value = options.iter().find(|(value, _)| value == chosen).map_or(chosen, |(_, label)| label);
        self.typed = Some(super::fields::Typed { list: list.id.clone(), value: value.to_owned() });
        (self, Some(list))
    }
}
