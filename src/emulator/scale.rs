//! A large tenant, for tests of scale: the built-in one, grown in code to the sizes below, the same at every start.

use serde_json::{Value, json};

use super::{
    seed::{PicklistValue, Seed},
    store::Row,
};

const COMPANIES: usize = 5_000;
const RESOURCES: usize = 300;
const BILLING_CODES: usize = 220;
const PRODUCT_CATEGORIES: usize = 800;
const PRODUCTS: usize = 20_000;

/// Where the ids of grown rows start, well above those of the built-in tenant and of each other.
const FIRST_COMPANY: usize = 40_000_000;
const FIRST_RESOURCE: usize = 41_000_000;
const FIRST_BILLING_CODE: usize = 42_000_000;
const FIRST_CATEGORY: usize = 43_000_000;
const FIRST_PRODUCT: usize = 44_000_000;

/// Of so many rows one is inactive.
const INACTIVE_EVERY: usize = 20;

const PLACES: [&str; 25] = [
    "Adirondack",
    "Berkshire",
    "Catskill",
    "Champlain",
    "Delaware",
    "Erie",
    "Finger Lakes",
    "Genesee",
    "Green Mountain",
    "Housatonic",
    "Hudson",
    "Kinderhook",
    "Lakeside",
    "Mohawk",
    "Niagara",
    "Oneida",
    "Pine Bush",
    "Quarry Hill",
    "Riverbend",
    "Saratoga",
    "Taconic",
    "Unadilla",
    "Valley",
    "Walloomsac",
    "York",
];
const TRADES: [&str; 20] = [
    "Accounting",
    "Architects",
    "Bakery",
    "Builders",
    "Brewing",
    "Clinic",
    "Dental",
    "Engineering",
    "Freight",
    "Grocers",
    "Insurance",
    "Law",
    "Lumber",
    "Machining",
    "Optics",
    "Pharmacy",
    "Plumbing",
    "Printing",
    "Schools",
    "Veterinary",
];
const FORMS: [&str; 10] = [
    "Associates",
    "Company",
    "Cooperative",
    "Corporation",
    "Group",
    "Holdings",
    "Limited",
    "Partners",
    "Trust",
    "Works",
];
const FIRST_NAMES: [&str; 20] = [
    "Amara", "Beth", "Carlos", "Dmitri", "Elif", "Farid", "Grace", "Hana", "Ivan", "Jonas", "Keiko", "Luis",
    "Mina", "Nadia", "Omar", "Paula", "Quinn", "Rosa", "Sven", "Tariq",
];
const LAST_NAMES: [&str; 15] = [
    "Abbott", "Bauer", "Castillo", "Dube", "Eriksen", "Fontaine", "Grant", "Horvat", "Ito", "Jensen",
    "Kowalski", "Lopez", "Mbeki", "Novak", "Owens",
];
const MAKERS: [&str; 20] = [
    "Altura",
    "Borealis",
    "Cobalt",
    "Dravid",
    "Estrel",
    "Fjord",
    "Granite",
    "Helion",
    "Indigo",
    "Juniper Hill",
    "Kestrel",
    "Lumen",
    "Meridian",
    "Norvik",
    "Orchard",
    "Pallas",
    "Quartz",
    "Rivet",
    "Solace",
    "Tundra",
];
const FAMILIES: [&str; 28] = [
    "Access Point",
    "Adapter",
    "Backup Appliance",
    "Battery",
    "Bracket",
    "Cable",
    "Camera",
    "Charger",
    "Console",
    "Dock",
    "Drive",
    "Firewall",
    "Headset",
    "Keyboard",
    "Laptop",
    "License",
    "Memory",
    "Monitor",
    "Phone",
    "Power Supply",
    "Printer",
    "Projector",
    "Rack",
    "Router",
    "Scanner",
    "Server",
    "Switch",
    "Workstation",
];
const USES: [&str; 28] = [
    "Branch",
    "Campus",
    "Classroom",
    "Clinic",
    "Compact",
    "Data Center",
    "Desktop",
    "Edge",
    "Enterprise",
    "Field",
    "Fleet",
    "Home Office",
    "Industrial",
    "Kiosk",
    "Lab",
    "Mobile",
    "Outdoor",
    "Portable",
    "Rackmount",
    "Refurbished",
    "Retail",
    "Rugged",
    "Secure",
    "Small Office",
    "Standby",
    "Studio",
    "Warehouse",
    "Wireless",
];

/// Kinds of billing code by `useType`, in the order in which they take turns: material, recurring, product, work type.
const CODE_KINDS: [(i64, &str); 4] = [(4, "Material"), (5, "Recurring"), (7, "Products"), (1, "Work")];

/// Adds what the sizes above leave room for.
pub(super) fn grow(seed: &mut Seed) {
    let material = first(seed, "BillingCodes", |row| row.get("useType") == Some(&json!(4)));
    let owner = first(seed, "Resources", |row| row.get("isActive") == Some(&json!(true)));
    let person = seed.entities.get("Resources").and_then(|rows| rows.first()).cloned().unwrap_or_default();
    fill(seed, "Resources", RESOURCES, |nth| resource(nth, &person));
    fill(seed, "BillingCodes", BILLING_CODES, billing_code);
    fill(seed, "Companies", COMPANIES, |nth| company(nth, &owner));
    let categories = seed.picklists.entry("Products".into()).or_default();
    let categories = categories.entry("productCategory".into()).or_default();
    for nth in 0..PRODUCT_CATEGORIES.saturating_sub(categories.len()) {
        categories.push(category(nth));
    }
    let categories: Vec<String> = categories.iter().map(|category| category.value.clone()).collect();
    fill(seed, "Products", PRODUCTS, |nth| product(nth, &categories, &material));
}

/// The id of the first row that will do.
fn first(seed: &Seed, plural: &str, will_do: impl Fn(&Row) -> bool) -> Value {
    let row = seed.entities.get(plural).into_iter().flatten().find(|row| will_do(row));
    row.and_then(|row| row.get("id")).cloned().unwrap_or_default()
}

fn fill(seed: &mut Seed, plural: &str, size: usize, row: impl Fn(usize) -> Value) {
    let rows = seed.entities.entry(plural.into()).or_default();
    let missing = size.saturating_sub(rows.len());
    rows.extend(
        (0..missing).filter_map(|nth| if let Value::Object(row) = row(nth) { Some(row) } else { None }),
    );
}

/// The `nth` of all pairs.
fn pair(nth: usize, first: &[&str], second: &[&str]) -> String {
    format!("{} {}", first[nth % first.len()], second[nth / first.len() % second.len()])
}

fn is_active(nth: usize) -> bool {
    nth % INACTIVE_EVERY != INACTIVE_EVERY - 1
}

fn company(nth: usize, owner: &Value) -> Value {
    let form = FORMS[nth / (PLACES.len() * TRADES.len()) % FORMS.len()];
    json!({
        "id": FIRST_COMPANY + nth,
        "companyName": format!("{} {form}", pair(nth, &PLACES, &TRADES)),
        "companyNumber": format!("L{nth:05}"),
        "companyType": 1,
        "phone": format!("518-555-{:04}", nth % 10_000),
        "ownerResourceID": owner,
        "isActive": is_active(nth),
    })
}

/// A person like `base`, under another name.
fn resource(nth: usize, base: &Row) -> Value {
    let (first, last) =
        (FIRST_NAMES[nth % FIRST_NAMES.len()], LAST_NAMES[nth / FIRST_NAMES.len() % LAST_NAMES.len()]);
    let user = format!("{first}.{last}").to_lowercase();
    let mut row = base.clone();
    for (name, value) in [
        ("id", json!(FIRST_RESOURCE + nth)),
        ("firstName", json!(first)),
        ("lastName", json!(last)),
        ("email", json!(format!("{user}@northwind-it.example"))),
        ("userName", json!(user)),
        ("title", json!("Account Manager")),
        ("isActive", json!(is_active(nth))),
    ] {
        row.insert(name.into(), value);
    }
    Value::Object(row)
}

fn billing_code(nth: usize) -> Value {
    let (kind, label) = CODE_KINDS[nth % CODE_KINDS.len()];
    json!({
        "id": FIRST_BILLING_CODE + nth,
        "name": format!("{label}: {}", pair(nth / CODE_KINDS.len(), &FAMILIES, &USES)),
        "useType": kind,
        "billingCodeType": 0,
        "unitCost": 0.0,
        "unitPrice": 0.0,
        "isActive": is_active(nth),
    })
}

fn category(nth: usize) -> PicklistValue {
    PicklistValue {
        value: (FIRST_CATEGORY + nth).to_string(),
        label: pair(nth, &USES, &FAMILIES),
        is_default_value: false,
        sort_order: i32::try_from(nth).unwrap_or(i32::MAX),
        parent_value: String::new(),
        is_active: is_active(nth),
        is_system: false,
    }
}

fn product(nth: usize, categories: &[String], billing_code: &Value) -> Value {
    let series = 100 + nth / (MAKERS.len() * FAMILIES.len());
    let sku = format!("LG-{nth:05}");
    let cents = u32::try_from(nth * 37 % 200_000).unwrap_or_default() + 999;
    let dollars = |cents: u32| f64::from(cents) / 100.0;
    json!({
        "id": FIRST_PRODUCT + nth,
        "name": format!("{} {series}", pair(nth, &MAKERS, &FAMILIES)),
        "sku": sku,
        "manufacturerName": MAKERS[nth % MAKERS.len()],
        "manufacturerProductName": format!("{sku}-M"),
        "productCategory": categories.get(nth % categories.len().max(1)).and_then(|value| value.parse::<i64>().ok()),
        "productBillingCodeID": billing_code,
        "unitPrice": dollars(cents),
        "unitCost": dollars(cents * 3 / 4),
        "periodType": 1,
        "isSerialized": false,
        "isActive": is_active(nth),
    })
}
