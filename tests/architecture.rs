//! The architecture, checked: who may import whom, and how long files and functions may be.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{Attribute, Item, UseTree, visit::Visit};

const MAX_FILE: usize = 400;
const MAX_FUNCTION: usize = 60;

/// Modules that anybody may import and that import nobody but each other.
const LEAVES: [&str; 6] = ["clock", "config", "crypto", "error", "failpoint", "quiet"];

/// What each module may import beside the leaves: `main → app → {web, api, worker} → service →
/// {db, autotask, quote_manager} → domain`.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::from([
        ("main", vec!["cli"]),
        ("cli", vec!["app", "demo", "db", "domain", "emulator", "service"]),
        ("demo", vec!["app", "domain", "emulator", "service"]),
        ("app", vec!["api", "autotask", "db", "service", "web", "worker"]),
        ("web", vec!["service", "domain"]),
        ("api", vec!["service", "domain"]),
        ("worker", vec!["service", "db", "autotask", "domain"]),
        ("service", vec!["db", "autotask", "quote_manager", "domain"]),
        ("db", vec!["domain"]),
        ("autotask", vec![]),
        ("quote_manager", vec!["domain"]),
        ("domain", vec![]),
        ("emulator", vec![]),
    ])
}

/// Libraries that belong to one module alone.
const OWNERS: [(&str, &[&str]); 7] = [
    ("sqlx", &["db"]),
    ("reqwest", &["autotask", "quote_manager"]),
    ("axum", &["api", "app", "emulator", "web"]),
    ("askama", &["web"]),
    ("argon2", &["crypto"]),
    ("chacha20poly1305", &["crypto"]),
    ("clap", &["cli", "config", "main"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    assert!(found.len() > 50, "the sources were not found");
    found
}

/// The top-level module that a file under `src` belongs to.
fn module_of(path: &Path) -> Option<String> {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).ok()?;
    let first = below.components().next()?.as_os_str().to_str()?;
    let module = first.trim_end_matches(".rs");
    (module != "lib" && module != "build").then(|| module.to_owned())
}

fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// Collects `crate::X` and the first part of every other path.
#[derive(Default)]
struct Imports {
    own: BTreeSet<String>,
    libraries: BTreeSet<String>,
}

impl Imports {
    fn note(&mut self, parts: &[String]) {
        match parts {
            [first, second, ..] if first == "crate" || first == "opportune" => {
                self.own.insert(second.clone());
            }
            [first, ..] => {
                self.libraries.insert(first.clone());
            }
            [] => {}
        }
    }

    fn tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |part: String| [before, &[part]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(path.ident.to_string())),
            UseTree::Name(name) => self.note(&with(name.ident.to_string())),
            UseTree::Rename(rename) => self.note(&with(rename.ident.to_string())),
            UseTree::Glob(_) => self.note(before),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(item, before)),
        }
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast Item) {
        let is_test = matches!(item, Item::Mod(module) if is_test_only(&module.attrs));
        if !is_test {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if parts.len() > 1 {
            self.note(&parts);
        }
        syn::visit::visit_path(self, path);
    }
}

#[test]
fn modules_import_only_what_is_below_them() {
    let allowed = allowed();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(module) = module_of(&path) else { continue };
        let mut imports = Imports::default();
        imports.visit_file(&syn::parse_file(&text).unwrap());
        let none = Vec::new();
        let may = allowed.get(module.as_str()).unwrap_or(&none);
        let is_leaf = LEAVES.contains(&module.as_str());
        assert!(
            is_leaf || allowed.contains_key(module.as_str()),
            "{module} has no place in the architecture"
        );
        for import in &imports.own {
            let is_fine =
                import == &module || LEAVES.contains(&import.as_str()) || may.contains(&import.as_str());
            if !is_fine {
                wrong.push(format!("{} imports crate::{import}", path.display()));
            }
        }
        for (library, owners) in OWNERS {
            if imports.libraries.contains(library) && !owners.contains(&module.as_str()) {
                wrong.push(format!("{} imports {library}", path.display()));
            }
        }
        seen.insert(module);
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(["domain", "db", "worker", "web"].iter().all(|module| seen.contains(*module)), "{seen:?}");
}

#[test]
fn files_and_functions_stay_short() {
    let mut long = Vec::new();
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > MAX_FILE {
            long.push(format!("{} has {} lines", path.display(), lines.len()));
        }
        for (start, line) in lines.iter().enumerate() {
            if let Some(length) = function_length(&lines[start..], line)
                && length > MAX_FUNCTION
            {
                long.push(format!("{}:{} is a function of {length} lines", path.display(), start + 1));
            }
        }
    }
    assert_eq!(long, Vec::<String>::new());
}

/// The lines of the function that begins with `line`; formatted code closes it at the same indentation.
fn function_length(lines: &[&str], line: &str) -> Option<usize> {
    let text = line.trim_start();
    let is_function = [
        "fn ",
        "pub fn ",
        "async fn ",
        "pub async fn ",
        "pub(super) fn ",
        "pub(super) async fn ",
        "pub(crate) fn ",
    ]
    .iter()
    .any(|start| text.starts_with(start));
    let indent = line.len() - text.len();
    let end = format!("{}}}", " ".repeat(indent));
    let has_body = |lines: &[&str]| lines.iter().take(20).any(|line| line.trim_end().ends_with('{'));
    if !is_function || line.trim_end().ends_with([';', '}']) || !has_body(lines) {
        return None;
    }
    lines.iter().position(|line| *line == end).map(|last| last + 1)
}

#[test]
fn nothing_is_left_undone() {
    let marks = [
        ["to", "do!("].concat(),
        ["FIX", "ME"].concat(),
        ["#[ign", "ore"].concat(),
        ["#[al", "low("].concat(),
    ];
    let mut found = Vec::new();
    for (path, text) in sources() {
        for (number, line) in (1..).zip(text.lines()) {
            if marks.iter().any(|mark| line.contains(mark.as_str())) {
                found.push(format!("{}:{number}", path.display()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}
