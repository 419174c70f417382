//! Holds requests to Autotask, and the emulator's answers, to the vendor's swagger (`swagger.json`, made by `extract.py`).
//!
//! The swagger knows no errors, no operators and no later pages; what the tests know of them is in the constants here.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use jiff::{Timestamp, civil::DateTime};
use serde::Deserialize;
use serde_json::Value;

/// The operators of a filter. Autotask drops any other without a word, and then matches too much.
const OPERATORS: [&str; 15] = [
    "and",
    "beginsWith",
    "contains",
    "endsWith",
    "eq",
    "exist",
    "gt",
    "gte",
    "in",
    "lt",
    "lte",
    "notExist",
    "noteq",
    "notIn",
    "or",
];

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    serde_json::from_str(include_str!("swagger.json")).expect("swagger.json is the extract")
});

#[derive(Deserialize)]
struct Contract {
    /// By path and method: the models of the body and of the answer.
    calls: BTreeMap<String, BTreeMap<String, Models>>,
    /// By model and field: the field's type.
    models: BTreeMap<String, BTreeMap<String, String>>,
}

type Models = (Option<String>, String);

/// Who broke the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Request,
    Answer,
}

/// One breach of the contract.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    pub side: Side,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.side, self.what)
    }
}

/// One request and its answer, as the emulator's log has them.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    pub method: &'a str,
    /// The path with its query.
    pub path: &'a str,
    pub body: &'a Value,
    /// None where the connection was cut.
    pub status: Option<u16>,
    pub response: &'a Value,
    /// Whether a fault was scripted for the request, so that the answer is not Autotask's.
    pub scripted: bool,
}

/// Everything that is wrong with a request and its answer.
pub fn violations(exchange: &Exchange<'_>) -> Vec<Violation> {
    let (path, query) = exchange.path.split_once('?').unwrap_or((exchange.path, ""));
    let path = PathOf::of(path);
    let found = path.as_ref().and_then(|path| CONTRACT.call(path, exchange.method));
    let search = search(query);
    let body = search.as_ref().unwrap_or(exchange.body);

    let mut request = Findings::in_request();
    let known = path.as_ref().is_some_and(|path| CONTRACT.calls_at(path).is_some());
    match &found {
        Some(models) => request.body(exchange.method, path.as_ref(), models, body),
        None if known => request.add(format!("{} is no method of {}", exchange.method, exchange.path)),
        None => request.add(format!("there is no path {}", exchange.path)),
    }
    let model = found.as_ref().map(|(_, model)| model.as_str());
    // What a later page was asked for stands in its token, which nobody but the server reads.
    let is_partial = query.contains("paging=") || included(body).is_some();
    let mut answer = Findings::in_answer(model.filter(|_| is_partial));
    if !exchange.scripted {
        answer.answer(exchange, model);
    }
    let on = |side| {
        move |what: String| Violation { side, what: format!("{} {}: {what}", exchange.method, exchange.path) }
    };
    let request = request.found.into_iter().map(on(Side::Request));
    request.chain(answer.found.into_iter().map(on(Side::Answer))).collect()
}

/// The query of a GET, which carries it in its address.
fn search(query: &str) -> Option<Value> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (_, text) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("search"))?;
    Some(serde_json::from_str(&text).unwrap_or(Value::String(text.into_owned())))
}

/// The fields that a query asks for; none is all of them.
fn included(query: &Value) -> Option<&Vec<Value>> {
    let (_, fields) =
        query.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case("IncludeFields"))?;
    fields.as_array().filter(|fields| !fields.is_empty())
}

/// A path in parts, below the API's root.
struct PathOf<'a>(Vec<&'a str>);

impl<'a> PathOf<'a> {
    /// The web server in front of Autotask takes paths in any case, and the vendor's own pages write them in several.
    fn of(path: &'a str) -> Option<Self> {
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let root = parts.first()?;
        if !root.eq_ignore_ascii_case("ATServicesRest") {
            return None;
        }
        // The addresses of later pages come from answers; the swagger does not list them.
        if parts.ends_with(&["query", "next"]) {
            parts.pop();
        }
        Some(Self(parts.split_off(1)))
    }

    fn fits(&self, template: &str) -> bool {
        let template: Vec<&str> = template.split('/').skip(1).collect();
        let same = |(part, wanted): (&&str, &&str)| {
            if wanted.starts_with('{') {
                part.parse::<i64>().is_ok()
            } else {
                part.eq_ignore_ascii_case(wanted)
            }
        };
        template.len() == self.0.len() && self.0.iter().zip(&template).all(same)
    }

    /// Whether it is a path of queries.
    fn queries(&self) -> bool {
        self.0.get(2).is_some_and(|part| part.eq_ignore_ascii_case("query"))
    }
}

impl Contract {
    fn calls_at(&self, path: &PathOf<'_>) -> Option<&BTreeMap<String, Models>> {
        self.calls.iter().find(|(template, _)| path.fits(template)).map(|(_, calls)| calls)
    }

    fn call(&self, path: &PathOf<'_>, method: &str) -> Option<Models> {
        self.calls_at(path)?.get(method).cloned()
    }

    /// The model of the rows that a model of an answer carries.
    fn rows(&self, model: &str) -> Option<&str> {
        let items = self.models.get(model)?.get("items")?;
        Some(items.trim_matches(['[', ']']))
    }

    /// The fields of the rows that a query on this path asks for.
    fn queried(&self, path: &PathOf<'_>) -> Option<&BTreeMap<String, String>> {
        let first = PathOf(path.0.iter().take(3).copied().collect());
        self.models.get(self.rows(&self.call(&first, "POST")?.1)?)
    }
}

/// What is found wrong with one side of an exchange.
struct Findings {
    found: Vec<String>,
    /// Whether objects must have all their fields.
    is_whole: bool,
    /// The model of rows that need not.
    partial: Option<&'static str>,
}

impl Findings {
    fn in_request() -> Self {
        Self { found: Vec::new(), is_whole: false, partial: None }
    }

    /// In an answer of `partial`, rows are not whole.
    fn in_answer(partial: Option<&str>) -> Self {
        Self { found: Vec::new(), is_whole: true, partial: partial.and_then(|model| CONTRACT.rows(model)) }
    }

    fn add(&mut self, what: String) {
        self.found.push(what);
    }

    fn body(&mut self, method: &str, path: Option<&PathOf<'_>>, (model, _): &Models, body: &Value) {
        let asked = path.filter(|path| path.queries()).and_then(|path| CONTRACT.queried(path));
        match (asked, model) {
            (Some(fields), _) => self.query(body, fields),
            (None, None) if body.is_null() => {}
            (None, None) => self.add(format!("a body where none is expected: {body}")),
            (None, Some(model)) => {
                self.model(model, body, "body");
                if ["PATCH", "PUT"].contains(&method) && body.get("id").is_none_or(Value::is_null) {
                    self.add("an update without id".to_owned());
                }
            }
        }
    }

    /// A query of rows with these fields.
    fn query(&mut self, query: &Value, fields: &BTreeMap<String, String>) {
        self.model("QueryModel", query, "query");
        for field in included(query).into_iter().flatten().filter_map(Value::as_str) {
            self.known(field, fields, "IncludeFields");
        }
        let filter = query.get("Filter").or_else(|| query.get("filter")).and_then(Value::as_array);
        match filter {
            None => self.add("a query without a filter".to_owned()),
            Some(conditions) if conditions.is_empty() => self.add("a query with an empty filter".to_owned()),
            Some(conditions) => conditions.iter().for_each(|condition| self.condition(condition, fields)),
        }
    }

    fn condition(&mut self, condition: &Value, fields: &BTreeMap<String, String>) {
        let op = condition["op"].as_str().unwrap_or_default();
        if !OPERATORS.contains(&op) {
            self.add(format!("'{op}' is no operator"));
        }
        match condition["items"].as_array() {
            Some(items) if !items.is_empty() => items.iter().for_each(|item| self.condition(item, fields)),
            _ if condition["udf"] == true => {}
            _ => self.known(condition["field"].as_str().unwrap_or_default(), fields, "filter"),
        }
    }

    fn known(&mut self, field: &str, fields: &BTreeMap<String, String>, at: &str) {
        if !fields.contains_key(field) {
            self.add(format!("{at}: there is no field '{field}'{}", written(field, fields)));
        }
    }

    fn answer(&mut self, exchange: &Exchange<'_>, model: Option<&str>) {
        let response = exchange.response;
        let is_as_known = match exchange.status {
            Some(200) => {
                return match model {
                    None => self.add("success on a call that the swagger does not list".to_owned()),
                    Some(model) => self.success(model, response),
                };
            }
            Some(401 | 403) => response.is_null(),
            Some(404) => response.as_str().is_some_and(|page| page.starts_with("<!DOCTYPE html")),
            Some(405) => response["Message"].is_string(),
            Some(429 | 500) => has_sentences(response),
            _ => return self.add(format!("unexpected status {:?}", exchange.status)),
        };
        if !is_as_known {
            self.add(format!("{:?} with a body of another shape: {response}", exchange.status));
        }
    }

    fn success(&mut self, model: &str, response: &Value) {
        self.model(model, response, "answer");
        match model {
            "OperationResultModel" if response["itemId"].as_i64().is_none() => {
                self.add(format!("a write that does not answer its id: {response}"));
            }
            _ if CONTRACT.rows(model).is_some() => {
                let count = response["items"].as_array().map(Vec::len);
                if count.is_none() || response["pageDetails"]["count"].as_u64() != count.map(|n| n as u64) {
                    self.add(format!("pageDetails do not count the items: {}", response["pageDetails"]));
                }
            }
            _ => {}
        }
    }

    fn model(&mut self, model: &str, value: &Value, at: &str) {
        let Some(object) = value.as_object() else {
            return self.add(format!("{at} is no {model} but {value}"));
        };
        let fields = &CONTRACT.models[model];
        for (name, value) in object {
            match fields.get(name) {
                None => self.add(format!("{at}: {model} has no '{name}'{}", written(name, fields))),
                Some(kind) => self.value(kind, value, &format!("{at}.{name}")),
            }
        }
        if self.is_whole && self.partial != Some(model) {
            for missing in fields.keys().filter(|name| !object.contains_key(*name)) {
                self.add(format!("{at}: {model} lacks '{missing}'"));
            }
        }
    }

    fn value(&mut self, kind: &str, value: &Value, at: &str) {
        if let Some(element) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
            return self.list(element, value, at);
        }
        let fits = match kind {
            _ if value.is_null() => true,
            "any" => true,
            "int32" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            "int64" => value.is_i64(),
            "double" => value.is_number(),
            "boolean" => value.is_boolean(),
            "string" => value.is_string(),
            "date-time" => value.as_str().is_some_and(is_moment),
            model => return self.model(model, value, at),
        };
        if !fits {
            self.add(format!("{at} is no {kind} but {value}"));
        }
    }

    fn list(&mut self, element: &str, value: &Value, at: &str) {
        match value.as_array() {
            Some(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.value(element, item, &format!("{at}[{n}]"));
                }
            }
            None if value.is_null() => {}
            None => self.add(format!("{at} is no list but {value}")),
        }
    }
}

fn is_moment(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok()
}

fn has_sentences(response: &Value) -> bool {
    let errors = response["errors"].as_array();
    errors.is_some_and(|errors| !errors.is_empty() && errors.iter().all(Value::is_string))
}

/// How a name that is almost right is written.
fn written(name: &str, fields: &BTreeMap<String, String>) -> String {
    let other = fields.keys().find(|other| other.eq_ignore_ascii_case(name));
    other.map_or_else(String::new, |other| format!("; it is written '{other}'"))
}
