//! Previews: what is shown is what a push then sends, and nothing is sent by looking.

mod documents;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use opportune::{
    db,
    domain::{
        document::Kind,
        intake,
        plan::{Key, Link, Target},
        settings::form::SettingsForm,
    },
    emulator::LogEntry,
    service::preview::{Effect, Field, MAX_READS, Outcome, Preview, Record, Request, Which},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Database, Reply, TestApp, on_both, on_postgres, on_sqlite};

const ROOT: &str = "/ATServicesRest/V1.0/";

/// A preview that reads little and writes nothing.
async fn preview(app: &TestApp, which: Which) -> Preview {
    preview_with(app, None, which).await
}

/// The same with a form that was not saved.
async fn preview_with(app: &TestApp, form: Option<&SettingsForm>, which: Which) -> Preview {
    app.calls();
    let preview = app.services.preview(app.tenant, form, which).await.unwrap();
    let requests = app.requests();
    assert!(requests.len() <= MAX_READS, "{} reads", requests.len());
    for request in requests {
        let is_read = request.method == "GET" || request.path.ends_with("/query");
        assert!(is_read && request.effect.is_none(), "a preview sent {} {}", request.method, request.path);
    }
    preview
}

fn is_write(entry: &LogEntry) -> bool {
    entry.method != "GET" && !entry.path.ends_with("/query")
}

/// Ids that were not known yet when a preview was made, by what stood for them.
#[derive(Default)]
struct Ids {
    given: BTreeSet<i64>,
    by_token: BTreeMap<String, i64>,
}

impl Ids {
    /// Puts the ids that Autotask gave in place of what stands for them; `sent` tells which id a new one stands for.
    fn fill(&mut self, shown: &mut Value, sent: &Value) {
        let Value::Object(members) = shown else { return };
        for (name, value) in members {
            let Some(token) = value.as_str().filter(|text| text.starts_with('{')) else { continue };
            let id = sent[name].as_i64().unwrap_or_else(|| panic!("{name} of {sent} is no id"));
            assert!(self.given.contains(&id), "{token} stands for {id}, which nothing before it made");
            assert_eq!(*self.by_token.entry(token.to_owned()).or_insert(id), id, "{token}");
            *value = json!(id);
        }
    }

    fn path(&self, path: &str) -> String {
        self.by_token.iter().fold(path.to_owned(), |path, (token, id)| path.replace(token, &id.to_string()))
    }
}

/// Fails unless the requests that were shown are, byte for byte, those that were then sent.
fn assert_sent(number: &str, preview: &Preview, sent: &[LogEntry]) {
    let shown: Vec<&Request> = preview.records.iter().filter_map(|record| record.request.as_ref()).collect();
    let (mut ids, mut pairs) = (Ids::default(), Vec::new());
    for (request, entry) in shown.iter().zip(sent) {
        let mut body = request.body.clone().map_or(Value::Null, Value::Object);
        ids.fill(&mut body, &entry.body);
        let path = format!("{ROOT}{}", ids.path(&request.path));
        pairs.push((
            format!("{} {path} {body}", request.method),
            format!("{} {} {}", entry.method, entry.path, entry.body),
        ));
        ids.given.extend(entry.response["itemId"].as_i64());
    }
    for (shown, sent) in &pairs {
        assert_eq!(shown, sent, "{number}");
    }
    assert_eq!(shown.len(), sent.len(), "{number}: {shown:#?} and {sent:#?}");
}

/// Previews a document as it is about to be sent, sends it, and compares.
async fn preview_and_send(app: &TestApp, kind: &str, number: &str, body: &Value, before: bool) {
    let given = match kind {
        "quote" => intake::quote(number, body).unwrap(),
        _ => intake::sale(number, body).unwrap(),
    };
    let early = preview(app, Which::Given(Box::new(given))).await;
    let reply = app.put(&format!("{kind}s/{number}"), body).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    let shown = if before { early } else { preview(app, Which::Number(number.to_owned())).await };
    assert_eq!(shown.problems, [], "{number}");
    assert_eq!(shown.notes.iter().filter(|note| note.contains("looked up")).count(), 0, "{number}");
    app.calls();
    app.settle().await;
    let sent: Vec<_> = app.requests().into_iter().filter(is_write).collect();
    assert_eq!(app.push(number).await["status"], "sent", "{number}: {}", app.push(number).await);
    assert_sent(number, &shown, &sent);
    let again = preview(app, Which::Number(number.to_owned())).await;
    let is_done = matches!(again.outcome, Outcome::Nothing | Outcome::Skipped(_));
    assert!(is_done && again.records.is_empty(), "{number}: {again:#?}");
}

async fn previews_are_what_is_sent(db: &Database, count: usize) {
    let app = TestApp::start(db).await;
    app.save_settings(|form| "29681713".clone_into(&mut form.category_map.fallback)).await;
    link_role(&app).await;
    let documents = documents::documents(count + 1);
    for (nth, pair) in documents.windows(2).enumerate() {
        let [(kind, body), (next_kind, next)] = pair else { unreachable!() };
        let number = format!("{}-{nth}", if *kind == "quote" { "Q" } else { "S" });
        preview_and_send(&app, kind, &number, body, nth % 2 == 0).await;
        // Its next state is another document's: edited, won, lost or reopened.
        if kind == next_kind && nth % 3 == 0 && (*kind == "quote" || next["status"] == body["status"]) {
            let mut next = next.clone();
            next["customer"] = body["customer"].clone();
            next["contact"] = body["contact"].clone();
            preview_and_send(&app, kind, &number, &next, nth % 2 == 1).await;
        }
    }
    assert_every_kind_was_sent(&app);
}

/// The labor "Linked work" is one of Autotask's roles.
async fn link_role(app: &TestApp) {
    let labor = json!({ "id": "1", "kind": "labor", "name": "Linked work", "sku": "LAB-1", "quantity": "1", "unit_price": "1" });
    app.quote("Q-role").item(labor).send().await;
    let mut tx = app.services.db.write().await.unwrap();
    let stored = db::find_document(&mut tx, app.tenant, Kind::Quote, "Q-role").await.unwrap().unwrap();
    let link = Link { id: 29_681_251, ..Link::default() };
    db::put_link(&mut tx, app.tenant, stored.id, &Key::new(Target::Role, "sku lab-1"), &link, 1)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// The generated documents are worth something only if they bring about every kind of write.
fn assert_every_kind_was_sent(app: &TestApp) {
    let writes: Vec<_> = app.autotask.log().into_iter().filter(is_write).collect();
    let types: BTreeSet<_> = writes.iter().filter_map(|entry| entry.body["quoteItemType"].as_i64()).collect();
    assert_eq!(types, BTreeSet::from([1, 2, 3, 6, 10, 11, 13]));
    for (method, end) in [
        ("POST", "/Products"),
        ("POST", "/Services"),
        ("POST", "/QuoteLocations"),
        ("PATCH", "/Opportunities"),
        ("PATCH", "/Items"),
        ("PATCH", "/Quotes"),
        ("DELETE", ""),
    ] {
        assert!(
            writes.iter().any(|entry| entry.method == method && entry.path.ends_with(end)),
            "no {method} {end}"
        );
    }
}

fn record(preview: &Preview, target: Target) -> &Record {
    let found = preview.records.iter().find(|record| record.target == target);
    found.unwrap_or_else(|| panic!("no {target:?} in {preview:#?}"))
}

fn field<'a>(preview: &'a Preview, target: Target, name: &str) -> &'a Field {
    let found = record(preview, target).fields.iter().find(|field| field.name == name);
    found.unwrap_or_else(|| panic!("{target:?} has no {name}"))
}

fn causes(preview: &Preview) -> Vec<(&str, Option<&str>)> {
    preview.problems.iter().map(|problem| (problem.cause.as_str(), problem.path.as_deref())).collect()
}

/// The saved settings as the form shows them.
async fn saved(app: &TestApp) -> SettingsForm {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    SettingsForm::of(&view.settings)
}

fn number(number: &str) -> Which {
    Which::Number(number.to_owned())
}

on_both! {
    async fn a_form_is_previewed_as_it_stands_and_not_saved(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("Dell WD19S dock", "2 × 100.00").put().await;
        let mut form = saved(&app).await;
        "80".clone_into(&mut form.created.probability);
        let shown = preview_with(&app, Some(&form), number("Q-1")).await;
        let probability = field(&shown, Target::Opportunity, "probability");
        assert_eq!((&probability.value, probability.source.as_str()), (&json!(80), "from When a quote is created"));
        let stage = field(&shown, Target::Opportunity, "stage");
        assert_eq!(stage.label.as_deref(), Some("Proposal Sent"));
        assert_eq!(record(&shown, Target::Product).effect, Effect::Found(29_681_910));
        let shown = preview(&app, number("Q-1")).await;
        assert_eq!(field(&shown, Target::Opportunity, "probability").value, json!(50), "nothing was saved");
        let pushes = app.pushes("Q-1").await;
        assert_eq!((pushes.len(), &pushes[0]["status"]), (1, &json!("waiting")), "a preview is no push");
    }

    async fn what_the_form_lacks_is_told_with_its_place_and_the_rest_is_shown(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("Unheard of", "1 × 5.00").put().await;
        let mut form = saved(&app).await;
        form.created.stage.clear();
        "7".clone_into(&mut form.codes.product);
        form.category_map.rows.clear();
        let shown = preview_with(&app, Some(&form), number("Q-1")).await;
        assert_eq!(causes(&shown), [
            ("Select a product material code that is active in Autotask", Some("codes.product")),
            ("Select a stage for new quotes", Some("created.stage")),
            ("Category \"Hardware/Accessories\" is not mapped", Some("category_map")),
        ]);
        let stage = field(&shown, Target::Opportunity, "stage");
        assert_eq!((&stage.value, stage.label.as_deref()), (&Value::Null, Some("not chosen yet")));
        assert_eq!(field(&shown, Target::Opportunity, "amount").value, json!(5));
        assert_eq!(field(&shown, Target::QuoteItem, "productID").label.as_deref(), Some("the product's id"));
    }

    async fn every_problem_is_told_at_once(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").customer("Nobody Inc").with("currency", json!("EUR")).put().await;
        let shown = preview(&app, number("Q-1")).await;
        let told: Vec<_> = causes(&shown).into_iter().map(|(cause, _)| cause).collect();
        assert_eq!(told, [
            "The document is in EUR, the Autotask connection in USD",
            "Customer is not in Autotask: Nobody Inc",
        ]);
        assert_eq!(record(&shown, Target::Company).effect, Effect::Missing);
    }

    async fn without_autotask_it_shows_what_is_known_and_says_so(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("Unheard of", "1 × 5.00").put().await;
        app.fault(json!({ "path": "Companies/query", "kind": "status", "status": 503 })).await;
        let shown = preview(&app, number("Q-1")).await;
        assert!(shown.notes[0].starts_with("Not everything was looked up: "), "{:?}", shown.notes);
        assert_eq!(shown.problems, []);
        assert_eq!(record(&shown, Target::Product).effect, Effect::Unknown);
        assert_eq!(field(&shown, Target::Opportunity, "title").value, json!("Q-1 Office refresh"));
        app.failures();
    }

    async fn what_a_person_closed_is_left_alone_and_the_rest_stays(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("Dell WD19S dock", "2 × 100.00").line("Unheard of", "1 × 5.00");
        quote.send().await;
        assert_eq!(preview(&app, number("Q-1")).await.outcome, Outcome::Nothing);
        app.edit("Opportunities", &app.opportunity("Q-1")["id"], json!({ "status": 3 })).await;
        quote.change(0, "quantity", json!("3"));
        quote.set("status", json!("won"));
        quote.put().await;
        let shown = preview(&app, number("Q-1")).await;
        assert_eq!(shown.outcome, Outcome::Update);
        let left = shown.records.iter().find(|record| matches!(record.effect, Effect::Leave(_)));
        assert_eq!(left.unwrap().target, Target::Opportunity);
        assert_eq!(shown.notes, ["1 item stays as it is."]);
        let item = record(&shown, Target::QuoteItem);
        assert_eq!((item.fields.len(), &item.fields[0].value), (1, &json!(3)));
    }

    async fn what_a_person_changed_is_told_and_kept(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1");
        quote.send().await;
        let opportunity = app.opportunity("Q-1")["id"].clone();
        app.edit("Opportunities", &opportunity, json!({ "probability": 90, "stage": 29_681_508, "nextStep": "Call" })).await;
        quote.set("status", json!("won"));
        assert_eq!(quote.put().await.status, 202);
        let shown = preview(&app, Which::Number("Q-1".to_owned())).await;
        assert_eq!(shown.notes, ["Changed in Autotask and kept: Probability is 90; Opportune wrote 50."]);
        app.settle().await;
        app.expect("Q-1", "sent", "Changed in Autotask and kept: Probability.").await;
    }

    async fn what_is_up_to_date_can_be_seen_as_if_it_were_new(db) {
        let app = TestApp::start(db).await;
        let quote = app.quote("Q-1").line("Dell WD19S dock", "2 × 100.00");
        quote.put().await;
        let before = preview(&app, number("Q-1")).await;
        app.settle().await;
        assert_eq!(preview(&app, number("Q-1")).await.outcome, Outcome::Nothing);
        let saved = app.services.settings_view(app.tenant).await.unwrap().settings;
        let mut form = SettingsForm::of(&saved);
        "7".clone_into(&mut form.created.probability);
        let shown = app.services.preview_or_as_new(app.tenant, Some(&form), number("Q-1")).await.unwrap();
        assert_eq!(shown.outcome, Outcome::Nothing);
        assert_eq!(field(&shown, Target::Opportunity, "probability").value, json!(7));
        let creates = |preview: &Preview| {
            let creates = preview.records.iter().filter(|record| record.effect == Effect::Create);
            creates.map(|record| record.target).collect::<Vec<_>>()
        };
        assert_eq!(creates(&shown), creates(&before));
        assert!(creates(&shown).contains(&Target::QuoteItem));
    }

    async fn a_sale_goes_with_its_quote(db) {
        let app = TestApp::start(db).await;
        let quote = app.quote("Q-1").line("Dell WD19S dock", "2 × 100.00");
        quote.send().await;
        app.sale("S-1").with("quote_number", json!("Q-1")).with("surcharge", json!({ "amount": "3.00" })).put().await;
        let sale = preview(&app, number("S-1")).await;
        assert_eq!(sale.outcome, Outcome::Skipped("The sale is sent with its quote Q-1.".to_owned()));
        let shown = preview(&app, number("Q-1")).await;
        app.calls();
        app.settle().await;
        let sent: Vec<_> = app.requests().into_iter().filter(is_write).collect();
        assert!(sent.len() >= 3, "{sent:#?}");
        assert_sent("Q-1", &shown, &sent);
    }

    async fn a_new_customer_is_shown_as_it_is_then_sent(db) {
        let app = TestApp::start(db).await;
        app.save_settings(|form| form.created.create_missing_customers = true.to_string()).await;
        let customer = json!({ "id": "7", "name": "Brightwater Clinic", "phone": "518-555-0300" });
        let contact = json!({ "name": "Nora Quist", "email": "nora@brightwater.example" });
        let quote = app.quote("Q-1").with("customer", customer).with("contact", contact);
        preview_and_send(&app, "quote", "Q-1", &quote.body, true).await;
    }

    async fn the_page_carries_the_form_along_and_names_every_value(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("Dell WD19S dock", "2 × 100.00").put().await;
        app.services.put_user(app.tenant, "a@example.com", "A", "correct horse battery".to_owned().into()).await.unwrap();
        let token = app.services.sign_in("a@example.com", "correct horse battery".to_owned().into(), "10.0.0.1").await.unwrap();
        let page = async |method, query: &str, body: &'static str| {
            let request = app.http.request(method, app.url(&format!("/apps/autotask/opportunities/preview{query}")));
            let request = request.header("cookie", format!("session={token}")).header("sec-fetch-site", "same-origin");
            let reply = Reply::of(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await;
            (reply.status.as_u16(), reply.body.as_str().unwrap_or_default().to_owned())
        };
        let (status, html) = page(Method::POST, "", "created[probability]=80&note=keep+me").await;
        assert_eq!(status, 200, "{html}");
        for part in [
            "This is what Autotask would receive", "Q-1 Office refresh", "matched from the quote's customer",
            r#"name="created[probability]" value="80""#, r#"value="keep me""#,
            r#"formaction="/apps/autotask/opportunities/draft#created-stage""#, "Save these settings",
        ] {
            assert!(html.contains(part) || html.contains(&part.replace('\'', "&#39;")), "no {part} in {html}");
        }
        let (status, html) = page(Method::GET, "?quote=Q-1", "").await;
        assert!(status == 200 && html.contains("Proposal Sent (29681503)") && !html.contains("Save these settings"));
        let (status, html) = page(Method::GET, "?number=Q-9", "").await;
        assert!(status == 404 && html.contains("There is no quote or sale with the number Q-9"), "{status}");
        let (status, html) = page(Method::GET, "?quote=", "").await;
        assert!(status == 200 && html.contains("Q-EXAMPLE"), "{status}");
    }

    async fn the_calls_of_a_preview_are_counted(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("Unheard of", "1 × 5.00").put().await;
        let own = async || {
            let mut tx = app.services.db.read().await.unwrap();
            db::own_calls(&mut tx, app.tenant, app.services.clock.now()).await.unwrap()
        };
        let before = own().await;
        preview(&app, number("Q-1")).await;
        assert_eq!(own().await - before, 2, "the company and the products");
    }
}

#[tokio::test]
async fn two_hundred_previews_are_byte_for_byte_what_is_then_sent() {
    on_sqlite(async |db: &Database| Box::pin(previews_are_what_is_sent(db, 200)).await).await;
}

#[tokio::test]
async fn previews_are_what_is_then_sent_on_postgres() {
    on_postgres(async |db: &Database| Box::pin(previews_are_what_is_sent(db, 40)).await).await;
}
