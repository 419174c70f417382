use proptest::{collection::btree_map, prelude::*};

use super::*;
use crate::domain::lists::{ListOption, Lists};

/// Hardware (1), Hardware › Laptops (2), Software (3), two of Cables (4, 5), Old (6, inactive).
fn lists() -> Lists {
    let mut lists = Lists::default();
    let rows = [
        (1, "Hardware", None),
        (2, "Laptops", Some(1)),
        (3, "Software", None),
        (4, "Cables", None),
        (5, "Cables", None),
        (6, "Old", None),
    ];
    for (value, label, parent) in rows {
        let option = ListOption { value, label: label.to_owned(), detail: None, parent, active: value != 6 };
        lists.push(List::ProductCategories, option);
    }
    lists
}

const CATEGORIES: [&str; 5] = ["=Sum", "Bundle", "Hardware/Laptops", "Hardware/Old", "Software"];

fn import(file: &str) -> Result<Import, String> {
    compare_bytes(file.as_bytes())
}

fn compare_bytes(file: &[u8]) -> Result<Import, String> {
    let saved = CategoryMap {
        fallback: None,
        rows: [("Software".to_owned(), 3), ("Hardware/Old".to_owned(), 6)].into(),
    };
    let categories = CATEGORIES.map(str::to_owned);
    compare(file, Catalogue { categories: &categories, lists: &lists(), saved: Some(&saved) })
}

/// The changes as `category: before → after`.
fn changes(import: &Import) -> Vec<String> {
    let text = |value: Option<i64>| value.map_or("-".to_owned(), |value| value.to_string());
    import
        .changes()
        .map(|change| format!("{}: {} → {}", change.category, text(change.before), text(change.after)))
        .collect()
}

#[test]
fn names_or_ids_or_both_say_what_changes() {
    for file in [
        "category,autotask_category_id,autotask_category\nHardware/Laptops,2,Hardware › Laptops\nSoftware,,\n",
        "category,autotask_category_id\nHardware/Laptops,2\nSoftware,\n",
        "autotask_category,category\nlaptops,Hardware › Laptops\n,Software\n",
        "\u{feff}Category;Autotask_category\r\n\"Hardware/Laptops\";\"Hardware › Laptops\"\r\nSoftware;\r\n",
        "Kaseya Quote Manager category\tAutotask category\nHardware/Laptops\tLaptops\n\nSoftware\n",
    ] {
        let import = import(file).unwrap();
        assert_eq!(changes(&import), ["Hardware/Laptops: - → 2", "Software: 3 → -"], "{file}");
        assert_eq!((import.unchanged, import.unknown.len(), import.wrong.len()), (0, 0, 0), "{file}");
    }
}

#[test]
fn what_the_file_does_not_name_stays() {
    let import = import("category,autotask_category_id\nSoftware,3\nHardware/Old,6\n").unwrap();
    assert_eq!((changes(&import), import.unchanged), (Vec::new(), 2), "an inactive category may stay");
}

#[test]
fn wrong_lines_are_told_by_their_numbers() {
    let file = "category,autotask_category_id,autotask_category\n\"Hardware/Laptops\",x,\n\"Dro\nnes\",1,\nBundle,1,\n\
                Software,2,Software\n=Sum,,Cables\n";
    for line_end in ["\n", "\r\n"] {
        let import = import(&file.replace('\n', line_end)).unwrap();
        assert_eq!(import.unknown.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 5]);
    }
    let import = import(file).unwrap();
    assert_eq!(import.unknown, [(3, "Dro\nnes".to_owned()), (5, "Bundle".to_owned())]);
    let told: Vec<_> = import.wrong.iter().map(|(line, sentence)| (*line, sentence.as_str())).collect();
    let expected = [
        (2, "\"x\" is not the id of an Autotask category"),
        (6, "Id 2 is Hardware › Laptops, not \"Software\". Correct one, or leave one empty"),
        (7, "Several Autotask categories are called \"Cables\". Give one of their ids: 4, 5"),
    ];
    assert_eq!(told, expected);
    for (line, sentence) in [
        ("Software,6,", "Old is not active in Autotask. Choose an active category"),
        ("Software,99,", "Unknown value, ID 99 is not active in Autotask. Choose an active category"),
        ("Software,,Nothing", "No Autotask category is called \"Nothing\""),
        ("Software,3,\nSoftware,3,", "Software stands on line 2 already. Keep one of the two"),
    ] {
        let import =
            super::tests::import(&format!("category,autotask_category_id,autotask_category\n{line}\n"))
                .unwrap();
        assert_eq!(import.wrong.first().map(|(_, told)| told.as_str()), Some(sentence));
        assert_eq!(changes(&import), Vec::<String>::new());
    }
}

#[test]
fn a_file_that_cannot_be_read_says_how_it_should_be() {
    let columns = "The first line must name the columns: category, and autotask_category_id or autotask_category or both";
    for (file, sentence) in [
        (b"".to_vec(), columns),
        (b"category,other\na,b\n".to_vec(), columns),
        (
            vec![0xff, 0xfe, 0],
            "The file is not in UTF-8. Save it as \"CSV UTF-8\" in your spreadsheet, then import it again",
        ),
        (
            vec![b'a'; MAX_BYTES + 1],
            "The file is longer than 512 KB. Split it and import one part after the other",
        ),
    ] {
        assert_eq!(compare_bytes(&file), Err(sentence.to_owned()));
    }
}

#[test]
fn cells_that_look_like_formulas_are_written_as_text() {
    for cell in ["=1+1", "+1", "-1", "@a", "\tx", "'=1", "''+1"] {
        assert_eq!(guarded(cell), format!("'{cell}"));
    }
    assert_eq!(["a", "", "'a", "'"].map(guarded), ["a", "", "'a", "'"]);
}

proptest! {
    #[test]
    fn guarding_is_undone_by_reading(cell in "['=+@a-]{0,5}") {
        prop_assert_eq!(unguarded(&guarded(&cell)), cell);
    }

    #[test]
    fn what_is_exported_changes_nothing_when_imported(rows in btree_map("[='A-Z,;\"][ -~]{0,6}", 1_i64..7, 0..8)) {
        let rows: BTreeMap<String, i64> = rows.into_iter().map(|(path, value)| (path.trim().to_owned(), value)).collect();
        let categories: Vec<String> = rows.keys().cloned().collect();
        let saved = CategoryMap { fallback: None, rows };
        let catalogue = Catalogue { categories: &categories, lists: &lists(), saved: Some(&saved) };
        let import = compare(write(catalogue).unwrap().as_bytes(), catalogue).unwrap();
        prop_assert_eq!(import, Import { unchanged: catalogue.mappable().count(), ..Import::default() });
    }

    #[test]
    fn no_file_breaks_the_reader(file in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = compare_bytes(&file);
    }
}
