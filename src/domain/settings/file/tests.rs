use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::domain::{
    lists::ListOption,
    settings::{BillingCodes, CategoryMap, Created, Lost, Opportunities, Services, Won, form::Against},
};

/// A tenant with its lists and catalogue, and what it saved.
#[derive(Clone, Debug)]
struct Tenant {
    lists: Lists,
    brands: Vec<String>,
    categories: Vec<String>,
    saved: Settings,
}

impl Tenant {
    fn against(&self) -> Against<'_> {
        let Self { lists, brands, categories, saved } = self;
        Against { lists, brands, categories, saved }
    }

    fn write(&self, ids: Ids) -> String {
        let Self { lists, categories, saved, .. } = self;
        let tenant = "Northwind\n[created] \u{202e}IT";
        write(&Source { tenant, revision: 7, settings: saved, lists, categories }, ids)
    }

    /// What the file that has `to` in the place of `from` turns the settings into.
    fn read_with(&self, from: &str, to: &str) -> Result<Settings, Vec<String>> {
        let text = self.write(Ids::Written);
        assert!(text.contains(from), "{from} is not in {text}");
        self.read(&text.replacen(from, to, 1))
    }

    fn read(&self, text: &str) -> Result<Settings, Vec<String>> {
        let problems = |all: Vec<Problem>| all.iter().map(Problem::to_string).collect();
        read(text, &self.against(), &[]).map(|(_, parts)| parts.onto(Settings::NEW)).map_err(problems)
    }
}

fn option(value: i64, label: &str, active: bool) -> ListOption {
    ListOption { value, label: label.to_owned(), detail: None, parent: None, active }
}

const USED: [List; 7] = [
    List::OpportunityCategories,
    List::Owners,
    List::Stages,
    List::Statuses,
    List::ShippingTypes,
    List::MaterialCodes,
    List::ServiceCodes,
];

/// Every list has the same three options; the third is inactive, and 9 is nowhere.
fn tenant() -> Tenant {
    let mut lists = Lists::default();
    for list in USED.into_iter().chain([List::ProductCategories]) {
        lists.set(list, vec![option(1, "One", true), option(2, "Two", true), option(3, "Three", false)]);
    }
    lists.push(
        List::ProductCategories,
        ListOption { parent: Some(1), ..option(4, "Say \"hi\"\\ 日本\n", true) },
    );
    let codes =
        BillingCodes { product: 1, recurring_service: 1, payment_surcharge: 1, non_recurring_service: 2 };
    let sections = Sections {
        include_unquoted_sales: true,
        created: Created {
            category: 1,
            default_owner: 1,
            stage: 2,
            status: 1,
            probability: Some(50),
            shipping: Some(1),
            create_missing_customers: false,
        },
        won: Won { stage: 3, status: 9 },
        lost: Lost { stage: None, status: 1 },
        category_map: CategoryMap {
            fallback: None,
            rows: BTreeMap::from([("Hardware/\"Café\"".to_owned(), 4)]),
        },
        services: Services { brand: "Contoso".to_owned(), category: "Services".to_owned() },
    };
    Tenant {
        lists,
        brands: vec!["Contoso".to_owned()],
        categories: ["Bundle", "Hardware/\"Café\"", "Services"].map(str::to_owned).to_vec(),
        saved: Settings::NEW.with_opportunities(Opportunities { sections, codes }),
    }
}

#[test]
fn a_file_reads_like_the_page() {
    let expected = r#"
format = 1

# Whether sales without a quote are sent too.
include_unquoted_sales = true

# When a quote is created
[created]
category = { name = "One", id = 1 }
default_owner = { name = "One", id = 1 }
stage = { name = "Two", id = 2 }
status = { name = "One", id = 1 }
probability = 50 # 0 to 100, or "none"
shipping = { name = "One", id = 1 } # or "none"
create_missing_customers = false # true or false

# When a quote is won
[won]
stage = { name = "Three", id = 3 } # inactive in Autotask
status = { id = 9 } # no longer in Autotask

# When a quote is lost
[lost]
stage = "Leave at current stage"
status = { name = "One", id = 1 }

# When an item is quoted or sold
[codes]
product = { name = "One", id = 1 }
recurring_service = { name = "One", id = 1 }
payment_surcharge = { name = "One", id = 1 }
non_recurring_service = { name = "Two", id = 2 }

# Map your product categories to Autotask
[category_map]
fallback = "none"

# Each category with its Autotask category, or "none".
[category_map.rows]
"Hardware/\"Café\"" = { name = "One › Say \"hi\"\\ 日本\n", id = 4 }
"Services" = "none"

# When a service or labor role is created in Autotask
[services]
brand = "Contoso"
category = "Services"
"#;
    let text = tenant().write(Ids::Written);
    let (head, body) = text.split_at(text.find("\nformat").unwrap());
    assert_eq!(body, format!("{expected}{}", quote_manager::write(&Settings::NEW.quote_manager)));
    assert!(head.lines().all(|line| line.starts_with('#')), "{head}");
    assert!(head.contains("# Tenant: Northwind [created]  IT. Revision: 7.\n"), "{head}");
}

#[test]
fn a_file_for_another_tenant_has_names_alone() {
    let text = tenant().write(Ids::LeftOut);
    assert!(text.contains("\nstage = { name = \"Two\" }\n"), "{text}");
    assert!(
        text.contains("stage = { name = \"Three\", id = 3 } # inactive"),
        "nothing else leads back: {text}"
    );
    assert_eq!(tenant().read(&text), Ok(tenant().saved));
}

#[test]
fn what_is_left_out_stays_as_it_is() {
    let mut all = tenant().saved;
    assert_eq!(tenant().read("format = 1"), Ok(all.clone()));
    let expected = all.sections.as_mut().unwrap();
    (expected.created.stage, expected.created.shipping) = (1, None);
    expected.lost.stage = Some(2);
    expected.category_map.rows.insert("Services".to_owned(), 1);
    let text = "format = 1\n[created]\nstage = { name = \" one \" }\nshipping = \"None\"\n[lost]\nstage = { id = 2 }\n\
                [category_map.rows]\nServices = { name = \"One\" }\nGone = \"none\"";
    assert_eq!(tenant().read(text), Ok(all));
}

#[test]
fn a_category_is_taken_off_the_map_by_a_word() {
    let from = "{ name = \"One › Say \\\"hi\\\"\\\\ 日本\\n\", id = 4 }";
    assert!(tenant().read_with(from, "\"none\"").unwrap().sections.unwrap().category_map.rows.is_empty());
}

#[test]
fn before_anything_was_saved_the_file_must_have_it_all() {
    let new = Tenant { saved: Settings::NEW, ..tenant() };
    let problems = new.read(&new.write(Ids::Written)).unwrap_err();
    assert!(problems.contains(&"Not in the file: won.stage: Select a stage for won quotes".to_owned()));
    let inactive = tenant().write(Ids::Written).replace("name = \"Three\", id = 3", "id = 1");
    let read = new.read(&inactive.replace("id = 9", "id = 2")).unwrap().sections.unwrap();
    assert!(read.include_unquoted_sales);
    assert_eq!(read.won, Won { stage: 1, status: 2 });
}

/// What the file says, what it says instead, and what is said about that line.
const REFUSALS: [(&str, &str, &str); 24] = [
    ("format = 1", "", "Not in the file: format: Put \"format = 1\" at the top of the file"),
    ("format = 1", "format = 2", "format: Format 1 is the only one that can be read here"),
    ("[won]", "[win]", "win: There is no such setting. Check its spelling or leave it out"),
    (
        "probability",
        "probabilty",
        "created.probabilty: There is no such setting. Check its spelling or leave it out",
    ),
    (
        "product = { name",
        "product = { title",
        "codes.product.title: There is no such setting. Check its spelling or leave it out",
    ),
    (
        "probability = 50",
        "probability = 101",
        "created.probability: Probability must be a whole number between 0 and 100",
    ),
    (
        "probability = 50",
        "probability = 0.5",
        "created.probability: Probability must be a whole number between 0 and 100",
    ),
    (
        "include_unquoted_sales = true",
        "include_unquoted_sales = 1",
        "include_unquoted_sales: must be true or false",
    ),
    (
        "stage = { name = \"Two\", id = 2 }",
        "stage = { name = \"Two\", id = 1 }",
        "created.stage: Id 1 is \"One\" here, not \"Two\". Other tenants have other ids: leave the id out to go by the name",
    ),
    (
        "stage = { name = \"Two\", id = 2 }",
        "stage = { name = \"Two\", id = 77 }",
        "created.stage: Id 77 of \"Two\" is not in this Autotask. Other tenants have other ids: leave the id out to go by the name",
    ),
    (
        "stage = { name = \"Two\", id = 2 }",
        "stage = { id = 77 }",
        "created.stage: Select a stage for new quotes that is active in Autotask",
    ),
    (
        "stage = { name = \"Two\", id = 2 }",
        "stage = { name = \"2\" }",
        "created.stage: Select a stage for new quotes that is active in Autotask",
    ),
    (
        "stage = { name = \"Two\", id = 2 }",
        "stage = { name = \"Three\", id = 3 }",
        "created.stage: Select a stage for new quotes that is active in Autotask",
    ),
    ("stage = { name = \"Two\", id = 2 }", "stage = {}", "created.stage: Give a name, an id or both"),
    ("stage = { name = \"Two\", id = 2 }", "stage = \"Two\"", "created.stage: Write it as { name = \"…\" }"),
    (
        "stage = \"Leave at current stage\"",
        "stage = 0",
        "lost.stage: Write it as { name = \"…\" }, or \"Leave at current stage\"",
    ),
    ("id = 2 }", "id = \"2\" }", "created.stage: Its id must be a whole number"),
    ("name = \"Two\", id = 2", "name = 2", "created.stage: Put its name in quotation marks"),
    ("brand = \"Contoso\"", "brand = \"Fabrikam\"", "services.brand: Select a brand"),
    ("brand = \"Contoso\"", "brand = true", "services.brand: must be text in quotation marks"),
    (
        "\"Services\" = \"none\"",
        "\"Gone\" = { name = \"One\" }",
        "category_map.rows[Gone]: There is no category called \"Gone\"",
    ),
    (
        "\"Services\" = \"none\"",
        "\"Services\" = { id = 3 }",
        "category_map.rows[Services]: Select an Autotask category for Services that is active in Autotask",
    ),
    (
        "shipping =",
        "shipping",
        "This cannot be read as TOML. Check its quotation marks, brackets and equals signs",
    ),
    ("status = { id = 9 }", "stage = { id = 9 }", "This is in the file twice. Keep one of them"),
];

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (from, to, problem) in REFUSALS {
        let text = tenant().write(Ids::Written);
        let before = text.split(from).next().unwrap();
        let line = before.matches('\n').count() + 1;
        let place = if problem.starts_with("Not in") { String::new() } else { format!("Line {line}: ") };
        assert_eq!(tenant().read_with(from, to), Err(vec![format!("{place}{problem}")]), "{to}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file() {
    let text =
        "[services]\nbrand = 5\n[won]\ncolour = 1\n[created]\nstage = { id = 8 }\nstatus = 3\nlost = 1";
    let paths: Vec<_> = read(text, &tenant().against(), &[])
        .unwrap_err()
        .into_iter()
        .map(|one| (one.line, one.path))
        .collect();
    let expected = [
        (Some(2), "services.brand"),
        (Some(4), "won.colour"),
        (Some(6), "created.stage"),
        (Some(7), "created.status"),
        (Some(8), "created.lost"),
        (None, "format"),
    ];
    assert_eq!(paths, expected.map(|(line, path)| (line, path.to_owned())));
    let sections = read("format = 1\ncreated = 7\n", &tenant().against(), &[]).unwrap_err();
    assert_eq!(sections.len(), 1, "{sections:?}");
}

#[test]
fn a_long_file_is_refused_before_it_is_read() {
    let problems = tenant().read(&"#".repeat(MAX_BYTES + 1)).unwrap_err();
    assert_eq!(problems, ["The file may have at most 512 KiB. Leave out what stays as it is"]);
    assert!(tenant().read(&format!("format = 1\n#{}", "x".repeat(MAX_BYTES - 12))).is_ok());
}

#[test]
fn editors_of_every_system_are_understood() {
    let text = format!("\u{feff}{}", tenant().write(Ids::Written).replace('\n', "\r\n"));
    assert_eq!(tenant().read(&text), Ok(tenant().saved));
}

/// Names with everything that could break a file: quotation marks, brackets, ends of lines, numbers, other scripts.
fn name() -> BoxedStrategy<String> {
    let hard = [
        "\"", "\\", "\n", "\r", "\t", "'", "'''", "\"\"\"", "#", "[", "=", "(#2)", "7", " ", "日本",
        "\u{202e}", "\0", "é",
    ];
    prop_oneof![
        vec(select(hard.to_vec()), 1..6).prop_map(|pieces| pieces.concat()),
        select(vec!["1", "2", "none", "Leave at current stage", "Twin", "twin", "Two (#2)", "  "])
            .prop_map(str::to_owned),
        any::<String>(),
    ]
    .boxed()
}

/// A name as the catalogue keeps it: with something in it, and no spaces around it.
fn kept_name() -> impl Strategy<Value = String> {
    name().prop_map(|name| format!("n{}", name.trim()).trim().to_owned())
}

fn options() -> impl Strategy<Value = Vec<ListOption>> {
    let one = (name(), option::of(name()), option::of(1..20_i64), any::<bool>()).boxed();
    let many = prop_oneof![vec(one.clone(), 1..6), vec(one, 51..60)];
    many.prop_map(|all| {
        let option =
            |(value, (label, detail, parent, active))| ListOption { value, label, detail, parent, active };
        (1..).zip(all).map(option).collect()
    })
}

prop_compose! {
    fn any_tenant()(
        all in vec(options(), 8),
        categories in vec(kept_name(), 1..8),
        brand in kept_name(),
        ids in vec(1..70_i64, 24),
        probability in option::of(0..=100_u8),
        optional in any::<[bool; 4]>(),
    ) -> Tenant {
        let mut lists = Lists::default();
        for (list, options) in USED.into_iter().chain([List::ProductCategories]).zip(all) {
            lists.set(list, options);
        }
        let mut categories = categories;
        categories.sort();
        categories.dedup();
        categories.insert(0, "Services".to_owned());
        let some = |index: usize| optional[index].then_some(ids[index + 20]);
        let mapped = categories.iter().filter(|category| !is_bundle(category)).zip(&ids[12..]);
        let sections = Sections {
            include_unquoted_sales: optional[3],
            created: Created { category: ids[0], default_owner: ids[1], stage: ids[2], status: ids[3], probability, shipping: some(0), create_missing_customers: optional[0] },
            won: Won { stage: ids[4], status: ids[5] },
            lost: Lost { stage: some(1), status: ids[6] },
            category_map: CategoryMap { fallback: some(2), rows: mapped.filter(|(_, id)| *id % 3 > 0).map(|(path, id)| (path.clone(), *id)).collect() },
            services: Services { brand: brand.clone(), category: "Services".to_owned() },
        };
        let codes = BillingCodes { product: ids[7], recurring_service: ids[8], payment_surcharge: ids[9], non_recurring_service: ids[10] };
        let saved = Settings::NEW.with_opportunities(Opportunities { sections, codes });
        Tenant { lists, brands: vec![brand], categories, saved }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_what_was_written_changes_nothing(tenant in any_tenant()) {
        for ids in [Ids::Written, Ids::LeftOut] {
            let text = tenant.write(ids);
            prop_assert_eq!(tenant.read(&text), Ok(tenant.saved.clone()), "{}", text);
        }
    }
}
