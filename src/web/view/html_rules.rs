//! What must be true of the HTML of every page, whatever it shows.

use std::collections::{BTreeMap, BTreeSet};

/// Text that the samples put wherever people's own words appear; unescaped it would run.
pub(super) const CANARY: &str = "<script>canary";

/// Words that our pages do not use.
const UNWANTED_WORDS: [&str; 6] = ["invalid", "please", "sorry", "oops", "error occurred", "click here"];

/// Attributes whose value is a list of ids.
const ID_LISTS: [&str; 3] = ["aria-describedby", "aria-labelledby", "aria-controls"];

#[derive(Debug)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
}

impl Element {
    fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    fn is_control(&self) -> bool {
        match self.name.as_str() {
            "input" => self.get("type") != Some("hidden"),
            name => matches!(name, "select" | "textarea"),
        }
    }
}

/// What is wrong with `html`; nothing for a good page.
pub(super) fn problems(html: &str) -> Vec<String> {
    let elements = elements(html);
    let ids: Vec<&str> = elements.iter().filter_map(|element| element.get("id")).collect();
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    let mut problems = Vec::new();
    if ids.len() != known.len() {
        problems.push(format!("an id is used twice among {ids:?}"));
    }
    if elements.iter().filter(|element| element.name == "h1").count() != 1 {
        problems.push("a page has one h1".to_owned());
    }
    for element in &elements {
        problems.extend(element_problems(element, &elements, &known));
    }
    problems.extend(text_problems(html));
    problems
}

fn element_problems(element: &Element, all: &[Element], ids: &BTreeSet<&str>) -> Vec<String> {
    let mut problems = Vec::new();
    for (attribute, value) in &element.attributes {
        if attribute == "style" || attribute.starts_with("on") {
            problems.push(format!("inline code: {element:?}"));
        }
        if ID_LISTS.contains(&attribute.as_str()) {
            let lost = value.split_whitespace().filter(|id| !ids.contains(id));
            problems.extend(lost.map(|id| format!("{attribute} names {id:?}, which is not there")));
        }
    }
    let target = match element.name.as_str() {
        "label" => element.get("for"),
        "a" => element.get("href").and_then(|href| href.strip_prefix('#')),
        _ => None,
    };
    problems.extend(
        target
            .filter(|id| !ids.contains(id))
            .map(|id| format!("{} to {id:?}, which is not there", element.name)),
    );
    let inline_script = element.name == "script" && element.get("src").is_none();
    if inline_script || element.name == "style" {
        problems.push(format!("inline {}", element.name));
    }
    if element.is_control() && !has_name(element, all) {
        problems.push(format!("a control without a label: {element:?}"));
    }
    problems
}

fn has_name(control: &Element, all: &[Element]) -> bool {
    let labelled = |id| all.iter().any(|element| element.name == "label" && element.get("for") == Some(id));
    control.get("aria-labelledby").is_some() || control.get("id").is_some_and(labelled)
}

fn text_problems(html: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if html.contains(CANARY) {
        problems.push("text is not escaped".to_owned());
    }
    let text = text(html).to_lowercase();
    problems.extend(
        UNWANTED_WORDS.iter().filter(|word| text.contains(*word)).map(|word| format!("says {word:?}")),
    );
    if text.contains('!') {
        problems.push("shouts".to_owned());
    }
    problems
}

/// What is read: the page without its tags.
pub(super) fn text(html: &str) -> String {
    html.split('<')
        .filter_map(|piece| piece.split_once('>'))
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join(" ")
}

fn elements(html: &str) -> Vec<Element> {
    html.split('<')
        .skip(1)
        .filter(|piece| piece.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(element)
        .collect()
}

fn element(piece: &str) -> Element {
    let name_end = piece.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(piece.len());
    let (name, mut rest) = piece.split_at(name_end);
    let mut attributes = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        let end =
            rest.find(|c: char| c == '=' || c == '>' || c == '/' || c.is_whitespace()).unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        let (attribute, after) = rest.split_at(end);
        let quoted = after.strip_prefix("=\"").and_then(|value| value.split_once('"'));
        let (value, after) = quoted.unwrap_or(("", after));
        attributes.insert(attribute.to_owned(), value.to_owned());
        rest = after;
    }
    Element { name: name.to_owned(), attributes }
}

#[test]
fn each_rule_catches_its_breach() {
    let good = r##"<h1>A</h1><label for="a">A</label><input id="a" aria-describedby="b"><p id="b">B</p><a href="#a">A</a>"##;
    assert_eq!(problems(good), Vec::<String>::new());
    for bad in [
        r#"<p id="a"></p><p id="a"></p>"#,
        "<h1>Another</h1>",
        r#"<p style="color: red"></p>"#,
        r#"<p onclick="go()"></p>"#,
        r#"<p aria-describedby="gone"></p>"#,
        r#"<label for="gone"></label>"#,
        r##"<a href="#gone"></a>"##,
        "<script>go()</script>",
        "<style></style>",
        r#"<select id="b"></select>"#,
        "<p>Sorry</p>",
        "<p>Done!</p>",
        "<p>&lt;</p><script>canary",
    ] {
        assert_ne!(problems(&format!("<h1>A</h1>{bad}")), Vec::<String>::new(), "{bad}");
    }
}
