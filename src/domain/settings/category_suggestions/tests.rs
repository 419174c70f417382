use std::time::Instant;

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::domain::lists::ListOption;

/// Lists with these categories, `Parent › Name` below a category of that name; `-Name` is inactive.
fn lists(paths: &[&str]) -> Lists {
    let mut lists = Lists::default();
    for (path, value) in paths.iter().zip(1..) {
        let (parent, label) =
            path.rsplit_once(" › ").map_or((None, *path), |(parent, label)| (Some(parent), label));
        let parent = parent.and_then(|parent| {
            lists
                .options(List::ProductCategories)
                .iter()
                .find(|option| option.label == parent)
                .map(|option| option.value)
        });
        let (label, active) = label.strip_prefix('-').map_or((label, true), |label| (label, false));
        let option = ListOption { value, label: label.to_owned(), detail: None, parent, active };
        lists.push(List::ProductCategories, option);
    }
    lists
}

/// What is suggested for a path, as `path — reason`.
fn suggested(lists: &Lists, mapped: &[(&str, i64)], path: &str) -> Option<String> {
    let found = Suggester::new(lists, mapped.iter().copied()).suggest(path)?;
    Some(format!("{} — {}", lists.path(List::ProductCategories, found.value), found.reason))
}

#[test]
fn each_reason_has_its_example() {
    let lists = lists(&[
        "Hardware",
        "Hardware › Laptops",
        "Hardware › Network & Switches",
        "Phones",
        "Phones › Accessories",
        "Cloud",
        "Cloud › Backup",
        "Software",
        "Software › Security Suites",
        "Cables",
        "-Drones",
    ]);
    for (path, expected) in [
        ("Hardware/Laptops", Some("Hardware › Laptops — same path")),
        ("Cables", Some("Cables — same name")),
        ("Laptops", Some("Hardware › Laptops — same name")),
        ("Computers/Cables", Some("Cables — same name")),
        ("hardware/Laptop", Some("Hardware › Laptops — same name, spelled differently")),
        ("Network and switch", Some("Hardware › Network & Switches — same name, spelled differently")),
        ("Hardware/Accessories", Some("Phones › Accessories — same last part")),
        ("Cloud/Online Backup Cloud", Some("Cloud › Backup — mostly the same words")),
        ("Drones", None),
        ("&", None),
        ("", None),
    ] {
        assert_eq!(suggested(&lists, &[], path).as_deref(), expected, "{path}");
    }
}

#[test]
fn a_sibling_helps_where_no_name_does() {
    let lists = lists(&["Cameras", "Alarms", "-Gone"]);
    let mapped = [("Site/B", 2), ("Site/C", 1), ("Site/A", 2), ("Other/D", 1), ("Site/E", 3)];
    assert_eq!(suggested(&lists, &mapped, "Site/Locks").as_deref(), Some("Alarms — like Site › A"));
    assert_eq!(suggested(&lists, &mapped[4..], "Site/Locks"), None, "an inactive category is no example");
    assert_eq!(suggested(&lists, &mapped, "Locks"), None, "what has no parent has no siblings");
    assert_eq!(
        suggested(&lists, &mapped, "Site/Camera").as_deref(),
        Some("Cameras — same name, spelled differently")
    );
}

#[test]
fn equal_candidates_are_no_exact_match() {
    let lists = lists(&["Sales", "Sales › Parts", "Service", "Service › Parts"]);
    let found = Suggester::new(&lists, []).suggest("Parts").unwrap();
    assert_eq!((found.value, found.reason.is_exact()), (2, false));
    assert_eq!(
        suggested(&lists, &[], "My Service/Parts").as_deref(),
        Some("Service › Parts — same last part")
    );
}

#[test]
fn plurals_are_read_as_people_write_them() {
    for (one, many) in [
        ("laptop", "laptops"),
        ("battery", "batteries"),
        ("switch", "switches"),
        ("box", "boxes"),
        ("glass", "glasses"),
    ] {
        assert_eq!(singular(one), singular(many));
    }
    assert_eq!(["gas", "bus", "access", "chassis"].map(singular), ["gas", "bus", "access", "chassis"]);
}

/// A figure for people, not a bar: the clock of a shared machine proves nothing.
#[test]
#[expect(clippy::print_stderr, reason = "the figure is the point")]
fn hundreds_meet_hundreds() {
    let targets: Vec<String> =
        (0..800).map(|number| format!("Kind {} product {number}", number % 40)).collect();
    let lists = lists(&targets.iter().map(String::as_str).collect::<Vec<_>>());
    let start = Instant::now();
    let suggester = Suggester::new(&lists, []);
    let paths = (0..500).map(|number| format!("Hardware/Kind {} products {number}", number % 40));
    let exact =
        paths.filter_map(|path| suggester.suggest(&path)).filter(|found| found.reason.is_exact()).count();
    eprintln!("500 × 800 suggestions: {:?}", start.elapsed());
    assert_eq!(exact, 500);
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "Laptops",
        "laptop",
        "Cables & Parts",
        "Parts",
        "Network Switches",
        "Phones",
        "",
        "-Old",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn only_active_categories_are_suggested_and_always_the_same(
        targets in vec(name(), 0..12), sources in vec(vec(name(), 1..3), 1..8), mapped in vec((0_usize..8, 0_i64..14), 0..4)
    ) {
        let lists = lists(&targets.iter().map(String::as_str).collect::<Vec<_>>());
        let sources: Vec<String> = sources.iter().map(|parts| parts.join("/")).collect();
        let mapped: Vec<_> = mapped.iter().filter_map(|(place, value)| Some((sources.get(*place)?.as_str(), *value))).collect();
        let (there, back) = (Suggester::new(&lists, mapped.clone()), Suggester::new(&lists, mapped.iter().rev().copied()));
        for path in &sources {
            let found = there.suggest(path);
            prop_assert_eq!(&found, &back.suggest(path));
            if let Some(found) = found {
                prop_assert!(lists.is_active(List::ProductCategories, found.value));
                let label = lists.label(List::ProductCategories, found.value);
                let last = path.rsplit('/').next().unwrap_or_default();
                prop_assert!(!found.reason.is_exact() || words(&label) == words(last), "{} for {}", label, path);
            }
        }
    }

    #[test]
    fn a_category_of_autotask_is_found_by_its_own_path(targets in vec("[A-Z][a-z]{2,6}( [a-z]{2,5})?", 1..10)) {
        let unique: std::collections::BTreeSet<&str> = targets.iter().map(String::as_str).collect();
        let lists = lists(&unique.iter().copied().collect::<Vec<_>>());
        let suggester = Suggester::new(&lists, []);
        for (path, value) in unique.into_iter().zip(1..) {
            prop_assert_eq!(suggester.suggest(path), Some(Suggestion { value, reason: Reason::SameName }));
        }
    }
}
