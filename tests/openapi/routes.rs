//! Every route is described, and every status that is described can come, with the body that is described.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{
    rig::{Answer, Rig},
    shape::Shapes,
};

const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "PATCH"];
/// Addresses under `/api` that are about the interface and not of it.
const NOT_REST: [&str; 3] = ["/api/openapi.json", "/api/docs", "/api/{*rest}"];
const NO_PUSH: &str = "019ab0b5-7f3e-7c52-9d0a-2b1c5e8f4a60";
const TOO_LONG: usize = 2 * 1024 * 1024 + 1;

/// The addresses under `/api` that the router knows, which it tells in its debug output alone.
fn routed(rig: &Rig) -> BTreeSet<String> {
    let debug = format!("{:?}", rig.router);
    debug.split('"').filter(|text| text.starts_with("/api")).map(str::to_owned).collect()
}

fn described(shapes: &Shapes) -> BTreeSet<String> {
    shapes.0["paths"].as_object().unwrap().keys().cloned().collect()
}

fn filled(path: &str) -> String {
    path.replace("{number}", "N-1")
        .replace("{id}", NO_PUSH)
        .replace("{list}", "contacts")
        .replace("{source}", "quote-manager")
}

#[tokio::test]
async fn every_route_is_described() {
    let rig = Rig::open().await;
    let mut described = described(&Shapes::new());
    described.extend(NOT_REST.map(str::to_owned));
    assert_eq!(routed(&rig), described);
}

#[tokio::test]
async fn an_address_takes_the_methods_that_are_described() {
    let (rig, shapes) = (Rig::open().await, Shapes::new());
    for path in described(&shapes) {
        for method in METHODS {
            let answer = rig.send(method, &filled(&path), "{}").await;
            let is_described = shapes.0["paths"][&path].get(method.to_lowercase()).is_some();
            assert_eq!(answer.status != StatusCode::METHOD_NOT_ALLOWED, is_described, "{method} {path}");
            if !is_described {
                assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
                assert!(!answer.header(header::ALLOW).is_empty(), "{method} {path}");
                assert_eq!(shapes.breaches(&answer.json(), &shapes.named("Problem")), Vec::<String>::new());
            } else if answer.status == StatusCode::NOT_FOUND {
                assert_ne!(answer.json()["detail"], "There is nothing at this address.", "{method} {path}");
            }
        }
    }
}

/// What came of one request: the operation that it belongs to, and the answer.
struct Asked {
    path: &'static str,
    method: &'static str,
    answer: Answer,
}

async fn ask(rig: &Rig, method: &'static str, path: &'static str, address: &str, body: &str) -> Asked {
    Asked { path, method, answer: rig.send(method, address, body).await }
}

/// Documents, taken in and refused in every way.
async fn documents(rig: &Rig, shapes: &Shapes) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (path, name) in [("/api/v1/quotes/{number}", "Quote"), ("/api/v1/sales/{number}", "Sale")] {
        let example = shapes.named(name)["examples"][0].to_string();
        let address = filled(path);
        let gone = address.replace("N-1", "N-2");
        let token = format!("Bearer {}", rig.token);
        let as_text = [("authorization", token.as_str()), ("content-type", "text/plain")];
        asked.push(ask(rig, "PUT", path, &address, &example).await);
        asked.push(ask(rig, "PUT", path, &address, "{").await);
        asked.push(ask(rig, "PUT", path, &address, "{}").await);
        asked.push(ask(rig, "PUT", path, &address, &" ".repeat(TOO_LONG)).await);
        asked.push(ask(rig, "PUT", path, &address.replace("N-1", "%FF"), &example).await);
        let answer = rig.send_with("PUT", &address, &example, &as_text).await;
        asked.push(Asked { path, method: "PUT", answer });
        asked.push(ask(rig, "GET", path, &address, "").await);
        asked.push(ask(rig, "GET", path, &gone, "").await);
    }
    asked
}

/// New documents of a tenant of which so many wait that no more are taken.
async fn too_many(shapes: &Shapes) -> Vec<Asked> {
    let rig = Rig::open().await;
    rig.fill().await;
    let mut asked = Vec::new();
    for (path, name) in [("/api/v1/quotes/{number}", "Quote"), ("/api/v1/sales/{number}", "Sale")] {
        let example = shapes.named(name)["examples"][0].to_string();
        asked.push(ask(&rig, "PUT", path, &filled(path), &example).await);
    }
    assert!(asked.iter().all(|asked| asked.answer.header(header::RETRY_AFTER) == "60"));
    asked
}

/// Pushes, shown and sent again.
async fn pushes(rig: &Rig) -> Vec<Asked> {
    const LIST: &str = "/api/v1/pushes";
    const ONE: &str = "/api/v1/pushes/{id}";
    const RETRY: &str = "/api/v1/pushes/{id}/retry";
    let list = ask(rig, "GET", LIST, LIST, "").await;
    rig.hold().await;
    let held = ask(rig, "GET", LIST, "/api/v1/pushes?status=held", "").await;
    let rows = held.answer.json();
    assert_eq!(rows["pushes"].as_array().unwrap().len(), 1);
    assert_eq!(rows["pushes"][0]["reason"], "Setup needed");
    let one = format!("/api/v1/pushes/{}", rows["pushes"][0]["id"].as_str().unwrap());
    let retry = format!("{one}/retry");
    vec![
        list,
        held,
        ask(rig, "GET", LIST, "/api/v1/pushes?status=lost", "").await,
        ask(rig, "GET", LIST, "/api/v1/pushes?stat=held", "").await,
        ask(rig, "GET", ONE, &one, "").await,
        ask(rig, "GET", ONE, &filled(ONE), "").await,
        ask(rig, "GET", ONE, "/api/v1/pushes/x", "").await,
        ask(rig, "POST", RETRY, &retry, "").await,
        ask(rig, "POST", RETRY, &retry, "").await,
        ask(rig, "POST", RETRY, &filled(RETRY), "").await,
    ]
}

/// Repairs: listed, ignored, looked for.
async fn repairs(rig: &Rig) -> Vec<Asked> {
    const LIST: &str = "/api/v1/repairs";
    const CHECK: &str = "/api/v1/repairs/check";
    const IGNORE: &str = "/api/v1/repairs/{id}/ignore";
    let list = ask(rig, "GET", LIST, LIST, "").await;
    let id = list.answer.json()["repairs"][0]["id"].as_str().unwrap().to_owned();
    let refused = ask(rig, "POST", CHECK, CHECK, "").await;
    rig.connect().await;
    vec![
        list,
        refused,
        ask(rig, "POST", CHECK, CHECK, "").await,
        ask(rig, "GET", LIST, LIST, "").await,
        ask(rig, "GET", LIST, "/api/v1/repairs?after=x", "").await,
        ask(rig, "POST", IGNORE, &IGNORE.replace("{id}", &id), "").await,
        ask(rig, "POST", IGNORE, &filled(IGNORE), "").await,
    ]
}

/// Another tool that sends too: looked for, and gone on in spite of it.
async fn second_sender(rig: &Rig) -> Vec<Asked> {
    const SHOW: &str = "/api/v1/second-sender";
    const RESUME: &str = "/api/v1/second-sender/resume";
    vec![ask(rig, "GET", SHOW, SHOW, "").await, ask(rig, "POST", RESUME, RESUME, "").await]
}

/// Previews, made and refused in every way.
async fn previews(rig: &Rig, shapes: &Shapes) -> Vec<Asked> {
    const PREVIEW: &str = "/api/v1/preview";
    let example = &shapes.named("Quote")["examples"][0];
    let given = json!({ "quote": example, "number": "N-9" }).to_string();
    let token = format!("Bearer {}", rig.token);
    let as_text = [("authorization", token.as_str()), ("content-type", "text/plain")];
    let too_long = " ".repeat(TOO_LONG);
    let bodies =
        [&given, r#"{"quote":"N-1"}"#, r#"{"sale":"N-7"}"#, r#"{"quote":{},"more":1}"#, "{", &too_long];
    let mut asked = Vec::new();
    for body in bodies {
        asked.push(ask(rig, "POST", PREVIEW, PREVIEW, body).await);
    }
    let answer = rig.send_with("POST", PREVIEW, &given, &as_text).await;
    asked.push(Asked { path: PREVIEW, method: "POST", answer });
    asked
}

/// Lists, whole and by the page.
async fn lists(rig: &Rig) -> Vec<Asked> {
    const LIST: &str = "/api/v1/lists/{list}";
    rig.fetch_lists().await;
    vec![
        ask(rig, "GET", LIST, "/api/v1/lists/stages", "").await,
        ask(rig, "GET", LIST, "/api/v1/lists/companies?limit=1", "").await,
        ask(rig, "GET", LIST, "/api/v1/lists/companies?limit=0", "").await,
        ask(rig, "GET", LIST, "/api/v1/lists/stages?limit=1", "").await,
        ask(rig, "GET", LIST, "/api/v1/lists/colours", "").await,
    ]
}

/// The settings of both pages and their switches, saved and refused in every way.
async fn settings(rig: &Rig) -> Vec<Asked> {
    let sections = rig.sections().await;
    let tickets = json!({
        "tickets": {
            "which": "all", "category": 1, "queue": 1, "status": 1, "priority": 1, "due_days": 7, "title": "{number}",
            "cancelled_status": 1, "billed_by": "opportunities",
        },
        "codes": sections["codes"],
    });
    let opportunities = ["/api/v1/settings/opportunities", "/api/v1/settings/opportunities/enabled"];
    let mut asked = settings_of(rig, opportunities, &sections.to_string()).await;
    let pages = ["/api/v1/settings/tickets", "/api/v1/settings/tickets/enabled"];
    asked.extend(settings_of(rig, pages, &tickets.to_string()).await);
    asked
}

async fn settings_of(rig: &Rig, [settings, switch]: [&'static str; 2], sections: &str) -> Vec<Asked> {
    let mut asked = put_in_every_way(rig, settings, sections).await;
    asked.extend(put_in_every_way(rig, switch, "{\"enabled\":true}").await);
    asked.push(ask(rig, "PUT", settings, settings, sections).await);
    asked.push(ask(rig, "GET", settings, settings, "").await);
    asked
}

async fn put_in_every_way(rig: &Rig, path: &'static str, body: &str) -> Vec<Asked> {
    let mut asked = Vec::new();
    let put = async |etag: &str, kind: &str, body: &str| {
        let token = format!("Bearer {}", rig.token);
        let headers = [("authorization", token.as_str()), ("content-type", kind), ("if-match", etag)];
        Asked { path, method: "PUT", answer: rig.send_with("PUT", path, body, &headers).await }
    };
    asked.push(put("*", "application/json", body).await);
    asked.push(put("\"99\"", "application/json", body).await);
    asked.push(put("99", "application/json", body).await);
    asked.push(put("*", "application/json", "{").await);
    asked.push(put("*", "application/json", "{}").await);
    asked.push(put("*", "application/json", &" ".repeat(TOO_LONG)).await);
    asked.push(put("*", "text/plain", body).await);
    asked
}

/// Sources: shown, read, and how one is read.
async fn sources(rig: &Rig) -> Vec<Asked> {
    const LIST: &str = "/api/v1/sources";
    const ONE: &str = "/api/v1/sources/{source}";
    const READ: &str = "/api/v1/sources/{source}/read";
    const SETTINGS: &str = "/api/v1/settings/quote-manager";
    let body = json!({ "every_minutes": 5, "codes": { "quote.status 7": "won" } }).to_string();
    let mut asked = put_in_every_way(rig, SETTINGS, &body).await;
    asked.push(ask(rig, "PUT", SETTINGS, SETTINGS, &body).await);
    asked.push(ask(rig, "GET", SETTINGS, SETTINGS, "").await);
    asked.push(ask(rig, "POST", READ, &filled(READ), "").await);
    asked.push(ask(rig, "POST", READ, "/api/v1/sources/none/read", "").await);
    asked.push(ask(rig, "GET", ONE, "/api/v1/sources/none", "").await);
    rig.connect_source().await;
    asked.push(ask(rig, "POST", READ, &filled(READ), "").await);
    asked.push(ask(rig, "GET", ONE, &filled(ONE), "").await);
    asked.push(ask(rig, "GET", LIST, LIST, "").await);
    asked
}

/// Brands, categories and items: put, listed and refused.
async fn catalogue(rig: &Rig) -> Vec<Asked> {
    let mut asked = Vec::new();
    let lists = [
        ("/api/v1/brands", r#"{"brands":[{"name":"Contoso"}]}"#),
        ("/api/v1/categories", r#"{"categories":[{"path":"Hardware"}]}"#),
        ("/api/v1/items", r#"{"items":[{"kind":"product","name":"Cable","brand":"Contoso"}]}"#),
    ];
    let token = format!("Bearer {}", rig.token);
    let as_text = [("authorization", token.as_str()), ("content-type", "text/plain")];
    for (path, body) in lists {
        for body in [body, "{", "{}", &" ".repeat(TOO_LONG)] {
            asked.push(ask(rig, "PUT", path, path, body).await);
        }
        let answer = rig.send_with("PUT", path, body, &as_text).await;
        asked.push(Asked { path, method: "PUT", answer });
        asked.push(ask(rig, "GET", path, path, "").await);
        asked.push(ask(rig, "GET", path, &format!("{path}?limit=0"), "").await);
    }
    asked
}

async fn without_a_token(rig: &Rig, shapes: &Shapes) -> Vec<(String, String, Answer)> {
    let mut asked = Vec::new();
    for path in described(shapes) {
        for method in shapes.0["paths"][&path].as_object().unwrap().keys() {
            for headers in [&[][..], &[("authorization", "Bearer no-such-token")]] {
                let answer = rig.send_with(&method.to_uppercase(), &filled(&path), "{}", headers).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
                assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
                asked.push((path.clone(), method.to_uppercase(), answer));
            }
        }
    }
    asked
}

#[tokio::test]
async fn every_described_status_comes_with_its_body() {
    let (rig, shapes) = (Rig::open().await, Shapes::new());
    let mut all = without_a_token(&rig, &shapes).await;
    let mut others = documents(&rig, &shapes).await;
    others.extend(too_many(&shapes).await);
    others.extend(pushes(&rig).await);
    others.extend(lists(&rig).await);
    others.extend(settings(&rig).await);
    others.extend(catalogue(&rig).await);
    others.extend(previews(&rig, &shapes).await);
    others.extend(repairs(&rig).await);
    others.extend(second_sender(&rig).await);
    others.extend(sources(&rig).await);
    let others = others.into_iter();
    all.extend(others.map(|asked| (asked.path.to_owned(), asked.method.to_owned(), asked.answer)));
    let mut came: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (path, method, answer) in all {
        let status = answer.status.as_str().to_owned();
        let response = &shapes.0["paths"][&path][method.to_lowercase()]["responses"][&status];
        let content = &response["content"][answer.header(header::CONTENT_TYPE)]["schema"];
        assert!(content.is_object(), "{method} {path} answers {status} {}", answer.text);
        assert_eq!(
            shapes.breaches(&answer.json(), content),
            Vec::<String>::new(),
            "{method} {path} {status}"
        );
        came.entry((path, method)).or_default().insert(status);
    }
    for (path, methods) in shapes.0["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            // A fault of ours cannot be asked for.
            let statuses =
                operation["responses"].as_object().unwrap().keys().filter(|status| *status != "500");
            let came = &came[&(path.clone(), method.to_uppercase())];
            assert_eq!(&statuses.cloned().collect::<BTreeSet<_>>(), came, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_fault_is_answered_as_described() {
    let (rig, shapes) = (Rig::open().await, Shapes::new());
    rig.break_database().await;
    let answer = rig.send("GET", "/api/v1/pushes", "").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let problem = answer.json();
    assert_eq!(shapes.breaches(&problem, &shapes.named("Problem")), Vec::<String>::new());
    assert!(problem["reference"].is_string() && !problem["detail"].as_str().unwrap().contains("sql"));
}

#[tokio::test]
async fn the_document_is_served_without_a_token() {
    let (rig, shapes) = (Rig::open().await, Shapes::new());
    let answer = rig.send_with("GET", "/api/openapi.json", "", &[]).await;
    assert_eq!((answer.status, answer.header(header::CONTENT_TYPE)), (StatusCode::OK, "application/json"));
    let document = answer.json();
    assert_eq!(document, shapes.0);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["security"], json!([{ "token": [] }]));
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

#[tokio::test]
async fn the_page_shows_all_of_it_without_sign_in_or_script() {
    let (rig, shapes) = (Rig::open().await, Shapes::new());
    let answer = rig.send_with("GET", "/api/docs", "", &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/html"));
    assert!(!answer.text.contains("<script"));
    let ids: Vec<_> =
        answer.text.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id is used twice");
    for link in answer.text.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&link), "{link} leads nowhere");
    }
    for path in described(&shapes) {
        assert!(answer.text.contains(&path), "{path}");
    }
    for (name, schema) in shapes.0["components"]["schemas"].as_object().unwrap() {
        assert!(ids.contains(&format!("schema-{}", name.to_lowercase()).as_str()), "{name}");
        let fields = schema["properties"].as_object().into_iter().flatten();
        for (field, _) in fields.filter(|(_, property): &(&String, &Value)| !property.is_null()) {
            assert!(answer.text.contains(&format!("<code>{field}</code>")), "{name}.{field}");
        }
    }
}
