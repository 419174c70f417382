//! `/api/docs`: the OpenAPI document as a page. It is read as JSON, so this knows of REST only what the document says.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Map, Value};

use super::{
    WebState,
    error::Page,
    extract::{frame, html},
    view::{
        ApiDocs, ApiReference, CodeSample, FieldRow, Group, Operation, Piece, ResponseRow, Schema, TypeRef,
    },
};

/// Shows the REST interface.
pub async fn show(State(state): State<WebState>) -> Page {
    html(&ApiDocs { frame: frame(&state, &state.api.title), api: Arc::clone(&state.api) })
}

/// What the page says, out of an OpenAPI document.
pub fn reference(openapi: &Value) -> ApiReference {
    let intro = text(&openapi["info"]["description"]);
    ApiReference {
        title: text(&openapi["info"]["title"]).to_owned(),
        intro: intro.split("\n\n").map(prose).collect(),
        token: prose(text(&openapi["components"]["securitySchemes"]["token"]["description"])),
        groups: list(&openapi["tags"]).iter().map(|tag| group(tag, openapi)).collect(),
        schemas: members(&openapi["components"]["schemas"]).map(|(name, it)| schema(name, it)).collect(),
    }
}

fn group(tag: &Value, openapi: &Value) -> Group {
    let name = text(&tag["name"]);
    let operations = members(&openapi["paths"]).flat_map(|(path, methods)| {
        let of_group = members(methods).filter(|(_, it)| text(&it["tags"][0]) == name);
        of_group.map(|(method, it)| operation(path, method, it, openapi))
    });
    Group { name: name.to_owned(), about: prose(text(&tag["description"])), operations: operations.collect() }
}

fn operation(path: &str, method: &str, it: &Value, openapi: &Value) -> Operation {
    let method = method.to_uppercase();
    let body = it.get("requestBody").and_then(|body| content(body));
    let example = body.and_then(|schema| example_of(schema, openapi));
    let summary = text(&it["summary"]);
    let sample = CodeSample {
        label: format!("Request with curl: {summary}"),
        code: curl(&method, path, example.as_ref()),
    };
    Operation {
        id: text(&it["operationId"]).to_owned(),
        method,
        path: path.to_owned(),
        summary: summary.to_owned(),
        about: prose(text(&it["description"])),
        parameters: list(&it["parameters"]).iter().map(parameter).collect(),
        body: body.map(kind),
        responses: members(&it["responses"]).map(response).collect(),
        sample,
    }
}

fn parameter(it: &Value) -> FieldRow {
    FieldRow {
        name: text(&it["name"]).to_owned(),
        kind: kind(&it["schema"]),
        required: it["required"] == true,
        about: prose(text(&it["description"])),
    }
}

fn response((status, it): (&String, &Value)) -> ResponseRow {
    ResponseRow {
        status: status.clone(),
        about: prose(text(&it["description"])),
        body: content(it).map(kind),
    }
}

/// The schema of a body, whichever its media type.
fn content(of: &Value) -> Option<&Value> {
    members(&of["content"]).next().map(|(_, media)| &media["schema"])
}

fn schema(name: &str, it: &Value) -> Schema {
    let required = list(&it["required"]);
    let row = |(name, it): (&String, &Value)| FieldRow {
        name: name.clone(),
        kind: kind(it),
        required: required.iter().any(|one| text(one) == name),
        about: prose(description(it)),
    };
    let mut fields: Vec<FieldRow> = members(&it["properties"]).map(row).collect();
    fields.sort_by_key(|field| !field.required);
    let example = it["examples"].get(0).filter(|_| !fields.is_empty());
    Schema {
        id: anchor(name),
        name: name.to_owned(),
        about: prose(text(&it["description"])),
        value: fields.is_empty().then(|| kind(it)),
        fields,
        example: example
            .map(|example| CodeSample { label: format!("Example of {name}"), code: format!("{example:#}") }),
    }
}

/// An optional field says what it is beside the possibility of null.
fn without_null(schema: &Value) -> &Value {
    let not_null = |one: &&Value| one["type"] != "null";
    list(&schema["oneOf"]).iter().find(not_null).unwrap_or(schema)
}

fn description(schema: &Value) -> &str {
    text(&without_null(schema)["description"])
}

fn kind(schema: &Value) -> TypeRef {
    let schema = without_null(schema);
    if let Some(name) = referred(schema) {
        return TypeRef { words: name.to_owned(), id: Some(anchor(name)), rules: Vec::new() };
    }
    let types = &schema["type"];
    let name =
        types.as_str().or_else(|| list(types).iter().filter_map(Value::as_str).find(|one| *one != "null"));
    let words = match (name.unwrap_or("object"), text(&schema["format"])) {
        ("array", _) => {
            let item = kind(&schema["items"]);
            return TypeRef { words: format!("list of {}", item.words), rules: rules(schema), ..item };
        }
        ("string", "date-time") => "time with zone, RFC 3339",
        ("string", "date") => "date, YYYY-MM-DD",
        ("string", "uuid") => "UUID",
        ("string", "email") => "e-mail address",
        ("string", _) => "text",
        ("integer", _) => "whole number",
        ("boolean", _) => "true or false",
        _ => "object",
    };
    TypeRef { words: words.to_owned(), id: None, rules: rules(schema) }
}

fn rules(schema: &Value) -> Vec<String> {
    let limit =
        |key: &str, before: &str, after: &str| schema.get(key).map(|limit| format!("{before}{limit}{after}"));
    let words = list(&schema["enum"]).iter().map(text).collect::<Vec<_>>().join(", ");
    [
        (!words.is_empty()).then(|| format!("one of {words}")),
        length(schema),
        limit("minimum", "from ", ""),
        limit("maximum", "up to ", ""),
        limit("maxItems", "at most ", " entries"),
        limit("default", "absent is ", ""),
        schema.get("pattern").map(|pattern| format!("pattern {}", text(pattern))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn length(schema: &Value) -> Option<String> {
    let longest = schema.get("maxLength")?;
    Some(match schema.get("minLength") {
        Some(least) => format!("{least} to {longest} characters"),
        None => format!("at most {longest} characters"),
    })
}

fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn example_of(schema: &Value, openapi: &Value) -> Option<Value> {
    openapi["components"]["schemas"][referred(schema)?]["examples"].get(0).cloned()
}

/// A command for a Unix shell. A body comes from standard input, where no quotation marks need escaping.
fn curl(method: &str, path: &str, body: Option<&Value>) -> String {
    let ask = if method == "GET" { String::new() } else { format!("-X {method} ") };
    let path = path.replace("{number}", "NUMBER").replace("{id}", "ID");
    let asked = format!("curl {ask}'http://127.0.0.1:8080{path}' \\\n  -H 'Authorization: Bearer TOKEN'");
    match body {
        Some(body) => format!(
            "{asked} \\\n  -H 'Content-Type: application/json' --data-binary @- <<'JSON'\n{body:#}\nJSON"
        ),
        None => asked,
    }
}

/// Text with code between grave accents.
fn prose(text: &str) -> Vec<Piece> {
    let joined = text.replace('\n', " ");
    let piece = |(index, text): (usize, &str)| Piece { text: text.to_owned(), is_code: index % 2 == 1 };
    joined.split('`').enumerate().map(piece).filter(|piece| !piece.text.is_empty()).collect()
}

fn anchor(name: &str) -> String {
    format!("schema-{}", name.to_lowercase())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
