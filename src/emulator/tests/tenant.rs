//! The built-in tenant and the large one keep their own rules.

use std::collections::HashSet;

use super::{
    super::{metadata::Field, store::Store, values},
    *,
};

fn resolves(store: &Store, field: &Field, value: &Value) -> bool {
    let metadata = store.metadata();
    match (value.as_i64(), metadata.referenced(&field.reference_entity_type)) {
        (Some(id), Some(target)) => store.row(target.plural, id).is_some(),
        _ => true,
    }
}

/// Checks every `step`th row.
fn keeps_its_rules(emulator: &Emulator, step: usize) {
    let inner = emulator.lock();
    let metadata = inner.store.metadata();
    for entity in metadata.entities() {
        for row in inner.store.rows(entity.plural).step_by(step) {
            let at = |name: &str| format!("{} {} {name}", entity.plural, row["id"]);
            for name in row.keys().filter(|name| *name != "userDefinedFields") {
                assert!(entity.field(name).is_some(), "{} is not known", at(name));
            }
            for field in &entity.fields {
                let value = &row[&field.name];
                assert_eq!(values::convert(field, value).as_ref(), Ok(value), "{}", at(&field.name));
                assert!(resolves(&inner.store, field, value), "{}", at(&field.name));
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let listed = || inner.store.picklist(entity, field).iter().any(|item| item.value == text);
                assert!(
                    !field.is_pick_list || value.is_null() || listed(),
                    "{} is not listed",
                    at(&field.name)
                );
            }
        }
    }
}

#[test]
fn the_built_in_tenant_keeps_its_own_rules() {
    let emulator = Emulator::open(Options::default()).unwrap();
    keeps_its_rules(&emulator, 1);
    for entity in [
        "Companies",
        "CompanyLocations",
        "Contacts",
        "Resources",
        "BillingCodes",
        "Products",
        "Services",
        "Roles",
        "ShippingTypes",
        "OpportunityCategories",
        "TaxCategories",
        "TaxRegions",
        "PaymentTerms",
    ] {
        assert!(!emulator.entities(entity).is_empty(), "{entity}");
    }
}

#[test]
fn the_large_tenant_has_its_sizes_and_no_name_twice() {
    let open = || Emulator::open(Options { scale: true, ..Options::default() }).unwrap();
    let emulator = open();
    keeps_its_rules(&emulator, 101);
    for (entity, size, name) in [
        ("Companies", 5_000, "companyName"),
        ("Resources", 300, "email"),
        ("BillingCodes", 220, "name"),
        ("Products", 20_000, "name"),
        ("Products", 20_000, "sku"),
    ] {
        let rows = emulator.entities(entity);
        assert_eq!(rows.len(), size, "{entity}");
        let grown: Vec<_> = rows.iter().filter(|row| row["id"].as_i64() >= Some(40_000_000)).collect();
        assert!(grown.len() > size / 2, "{entity}");
        let names: HashSet<_> = grown.iter().map(|row| row[name].as_str().unwrap().to_lowercase()).collect();
        assert_eq!(names.len(), grown.len(), "{entity} {name}");
        assert!(rows.iter().any(|row| row["isActive"] == false), "{entity}");
    }
    let inner = emulator.lock();
    let metadata = inner.store.metadata();
    let products = metadata.entity("Products").unwrap();
    let categories = inner.store.picklist(products, products.field("productCategory").unwrap());
    let labels: HashSet<_> = categories.iter().map(|category| &category.label).collect();
    assert_eq!((categories.len(), labels.len()), (800, 800));
    let last = |emulator: &Emulator| emulator.entities("Companies").pop();
    drop(inner);
    assert_eq!(last(&emulator), last(&open()), "it is the same at every start");
}
