//! Reads schemas: what a value must look like, and which objects of a document they describe.

use opportune::api;
use serde_json::Value;

/// The OpenAPI document.
pub struct Shapes(pub Value);

/// An object in a document: its path as the reader writes it, its JSON pointer, and its schema.
pub struct Place {
    pub path: String,
    pub pointer: String,
    pub schema: Value,
}

impl Place {
    /// The reader's path of a member.
    pub fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The schema's properties.
    pub fn properties(&self) -> Vec<(&str, &Value)> {
        self.schema["properties"].as_object().unwrap().iter().map(|(name, it)| (name.as_str(), it)).collect()
    }

    /// Whether a property must be there.
    pub fn requires(&self, name: &str) -> bool {
        self.schema["required"].as_array().is_some_and(|required| required.iter().any(|one| one == name))
    }
}

impl Shapes {
    pub fn new() -> Self {
        Self(api::document())
    }

    pub fn named(&self, name: &str) -> Value {
        let schema = &self.0["components"]["schemas"][name];
        assert!(schema.is_object(), "{name} is not described");
        schema.clone()
    }

    /// The schema that holds for a value that is not null: references followed.
    pub fn resolve(&self, schema: &Value) -> Value {
        let some = schema["oneOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"));
        let schema = some.unwrap_or(schema);
        match schema["$ref"].as_str() {
            Some(reference) => self.named(reference.rsplit('/').next().unwrap()),
            None => schema.clone(),
        }
    }

    /// Every object in `value`, itself first.
    pub fn places(&self, value: &Value, schema: &Value) -> Vec<Place> {
        let mut found = Vec::new();
        self.walk(value, schema, "", "", &mut found);
        found
    }

    fn walk(&self, value: &Value, schema: &Value, path: &str, pointer: &str, found: &mut Vec<Place>) {
        let schema = self.resolve(schema);
        if let Some(items) = value.as_array() {
            for (index, item) in items.iter().enumerate() {
                let (path, pointer) = (format!("{path}[{index}]"), format!("{pointer}/{index}"));
                self.walk(item, &schema["items"], &path, &pointer, found);
            }
        }
        if let Some(members) = value.as_object() {
            let place = Place { path: path.to_owned(), pointer: pointer.to_owned(), schema: schema.clone() };
            for (name, member) in members {
                let below = &schema["properties"][name];
                self.walk(member, below, &place.path_of(name), &format!("{pointer}/{name}"), found);
            }
            found.push(place);
        }
    }

    /// Where `value` breaks its schema; nothing when it keeps it. Patterns and formats are not looked at.
    pub fn breaches(&self, value: &Value, schema: &Value) -> Vec<String> {
        if let Some(all) = schema["oneOf"].as_array() {
            let fits = all.iter().filter(|one| self.breaches(value, one).is_empty()).count();
            return if fits == 1 { Vec::new() } else { vec![format!("{value} fits {fits} of {all:?}")] };
        }
        let schema = self.resolve(schema);
        let mut breaches = Vec::new();
        if !types(&schema).iter().any(|one| *one == type_of(value)) {
            breaches.push(format!("{value} is not {:?}", types(&schema)));
        }
        if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
            breaches.push(format!("{value} is not one of {}", schema["enum"]));
        }
        for item in value.as_array().into_iter().flatten() {
            breaches.extend(self.breaches(item, &schema["items"]));
        }
        if let Some(members) = value.as_object() {
            breaches.extend(self.member_breaches(members, &schema));
        }
        breaches
    }

    fn member_breaches(&self, members: &serde_json::Map<String, Value>, schema: &Value) -> Vec<String> {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let missing = required.filter(|name| !members.contains_key(*name));
        let mut breaches: Vec<String> = missing.map(|name| format!("{name} is missing")).collect();
        for (name, member) in members {
            let known = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
            match known.filter(|known| known.is_object()) {
                Some(below) => breaches.extend(self.breaches(member, below)),
                None => breaches.push(format!("{name} is not described")),
            }
        }
        breaches
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn a_breach_is_seen() {
    let shapes = Shapes::new();
    let quote = shapes.named("Quote");
    let good = &quote["examples"][0];
    assert_eq!(shapes.breaches(good, &quote), Vec::<String>::new());
    for (pointer, bad) in [
        ("/status", serde_json::json!("placed")),
        ("/title", Value::Null),
        ("/lines", serde_json::json!({})),
        ("/lines/0/kind", serde_json::json!("thing")),
        ("/customer", serde_json::json!({ "id": "1" })),
        ("/owner", serde_json::json!({ "nick": "x" })),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = bad;
        assert_ne!(shapes.breaches(&changed, &quote), Vec::<String>::new(), "{pointer}");
    }
}
