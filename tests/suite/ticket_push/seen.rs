//! What people see of tickets: the push, the preview, and what comparing with Autotask finds.

use opportune::{
    domain::{document::Kind, route::Sync},
    service::preview::{Effect, Outcome, Which},
};
use serde_json::{Value, json};

use super::{chosen, start};
use crate::{
    cases::table::line,
    documents::Draft,
    harness::{TestApp, on_both},
};

fn sale<'a>(app: &'a TestApp, number: &str) -> Draft<'a> {
    let work = line("service", json!({ "id": "2", "name": "Installation", "quantity": "2" }));
    app.sale(number).line("HDMI cable", "3 × 11.50").item(work)
}

/// The writes that a preview shows, in order: method, path and body.
fn foreseen(preview: &opportune::service::preview::Preview) -> Vec<(&'static str, String, Value)> {
    let requests = preview.records.iter().filter_map(|record| record.request.clone());
    requests
        .map(|request| (request.method, request.path, request.body.map_or(Value::Null, Value::Object)))
        .collect()
}

/// Puts the id that Autotask gave in the place of what stands for it.
fn with_ids(text: &str, ticket: &Value) -> String {
    text.replace("\"{ticket}\"", &ticket.to_string()).replace("{ticket}", &ticket.to_string())
}

on_both! {
    async fn a_push_says_what_became_of_the_sale(db) {
        let app = start(db).await;
        app.quote("Q-before").line("HDMI cable", "3 × 11.50").send().await;
        let recurring = line("recurring_service", json!({ "id": "3", "name": "Managed workstation" }));
        sale(&app, "S-1").item(recurring).send().await;
        let push = app.push("S-1").await;
        let ticket = app.ticket("S-1")["id"].clone();
        assert_eq!((&push["ticket_id"], &push["opportunity_id"], push["sync"].as_str()), (&ticket, &Value::Null, Some("tickets")));
        let said = "Not sent: \"Managed workstation\". Tickets cannot carry recurring services; opportunities can.";
        assert_eq!(push["reason"], said);
        let detail = app.get(&format!("pushes/{}", push["id"].as_str().unwrap())).await.body;
        let written = detail["written"].as_array().unwrap();
        let entities: Vec<&str> = written.iter().map(|one| one["entity"].as_str().unwrap()).collect();
        assert_eq!(entities, ["Tickets", "TicketCharges", "TicketCharges"]);
        let label = |nth: usize, name: &str| {
            let fields = written[nth]["fields"].as_array().unwrap();
            let field = fields.iter().find(|field| field["name"] == name).unwrap();
            (field["label"].as_str().unwrap_or_default().to_owned(), field["source"].as_str().unwrap().to_owned())
        };
        assert_eq!(label(0, "status"), ("New".into(), "from When a sale is made".into()));
        assert_eq!(label(0, "queueID"), ("Procurement".into(), "from When a sale is made".into()));
        assert_eq!(label(1, "chargeType"), ("Operational".into(), "the same for every sale".into()));
        assert_eq!(label(2, "billingCodeID").1, "from When an item is quoted or sold");
    }

    async fn a_preview_is_what_is_sent(db) {
        let app = start(db).await;
        app.quote("Q-before").line("HDMI cable", "3 × 11.50").send().await;
        let mut sold = sale(&app, "S-1");
        sold.put().await;
        let look = async || app.services.preview(app.tenant, None, Which::Stored(Kind::Sale, "S-1".into())).await.unwrap();
        let preview = look().await;
        assert_eq!((preview.sync, &preview.outcome, preview.problems.len()), (Sync::Tickets, &Outcome::Create, 0));
        app.calls();
        app.settle().await;
        let check = |preview: &opportune::service::preview::Preview| {
            let ticket = app.ticket("S-1")["id"].clone();
            let sent: Vec<String> = app.requests().iter().filter(|call| !call.path.ends_with("/query") && call.method != "GET")
                .map(|call| format!("{} {} {}", call.method, call.path.strip_prefix("/ATServicesRest/V1.0/").unwrap(), call.body)).collect();
            let told: Vec<String> = foreseen(preview).iter().map(|(method, path, body)| with_ids(&format!("{method} {path} {body}"), &ticket)).collect();
            assert_eq!(sent, told);
        };
        check(&preview);
        let charge = app.charge("S-1", "HDMI cable");
        app.edit("TicketCharges", &charge["id"], json!({ "isBilled": true })).await;
        app.edit("Tickets", &app.ticket("S-1")["id"].clone(), json!({ "title": "Theirs" })).await;
        sold.change(0, "quantity", json!("4"));
        sold.change(1, "quantity", json!("4"));
        sold.set("title", json!("Another title"));
        sold.put().await;
        let preview = look().await;
        let billed = preview.records.iter().find(|record| record.name == "HDMI cable").unwrap();
        assert_eq!(billed.effect, Effect::Leave("It is billed already.".into()));
        assert!(preview.notes.iter().any(|note| note.starts_with("Changed in Autotask and kept: Title is \"Theirs\"")), "{:?}", preview.notes);
        app.calls();
        app.settle().await;
        check(&preview);
        sold.set("status", json!("cancelled"));
        sold.put().await;
        let preview = look().await;
        app.calls();
        app.settle().await;
        check(&preview);
        assert_eq!(app.ticket("S-1")["status"], chosen::COMPLETE);
    }

    async fn comparing_finds_tickets_that_are_gone_or_there_twice_and_nothing_of_their_work(db) {
        let app = start(db).await;
        for number in ["S-1", "S-2", "S-3"] {
            sale(&app, number).send().await;
        }
        let id = |number: &str| app.ticket(number)["id"].clone();
        let (gone, doubled) = (id("S-1"), id("S-2"));
        app.edit("Tickets", &id("S-3"), json!({ "status": chosen::IN_PROGRESS, "title": "Theirs", "queueID": 29_681_446 })).await;
        let mut twin = app.ticket("S-2");
        twin.as_object_mut().unwrap().remove("id");
        let twin = app.appear("Tickets", &[twin]).await[0];
        app.vanish("Tickets", &gone).await;
        app.services.request_reconcile(app.tenant).await.unwrap();
        app.settle().await;
        let repairs = app.get("repairs").await.body["repairs"].as_array().unwrap().clone();
        let is_about_tickets = |one: &&Value| !one["reason"].as_str().unwrap().contains("worker");
        let told: Vec<(&str, &str)> =
            repairs.iter().filter(is_about_tickets).map(|one| (one["reason"].as_str().unwrap(), one["fix"].as_str().unwrap())).collect();
        let missing = format!("Ticket {gone} of sale S-1 is no longer in Autotask");
        let twice = format!("Several tickets carry S-2: {doubled} and {twin}");
        let fix = format!("Opportune uses {doubled}. Clear the external ID of the others in Autotask, or link the right ticket.");
        assert!(told.contains(&(twice.as_str(), fix.as_str())), "{told:?}");
        assert!(told.iter().any(|(reason, fix)| *reason == missing && fix.starts_with("Link another ticket, or stop the sync of the sale.")), "{told:?}");
        assert_eq!(told.len(), 2, "{told:?}");
    }

    async fn the_pages_lead_to_the_ticket(db) {
        let app = start(db).await;
        sale(&app, "S-1").send().await;
        let ticket = app.ticket("S-1")["id"].clone();
        let url = format!("http://{}/Mvc/ServiceDesk/TicketDetail.mvc?ticketId={ticket}", app.emulator);
        let page = app.http.get(url).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Installation") && page.contains("\"externalID\": \"S-1\""), "{page}");
    }
}
