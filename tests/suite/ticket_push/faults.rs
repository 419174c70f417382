//! Writes of tickets and charges whose outcome nobody told, and what is billed or gone in between.

use serde_json::{Value, json};

use super::{chosen, start};
use crate::{
    cases::table::line,
    documents::Draft,
    harness::{MINUTE, SECOND, TestApp, on_both},
};

/// The kinds of fault that leave the outcome of a write unknown.
const UNKNOWN: [&str; 2] = ["cut_before", "cut_after"];

fn sale<'a>(app: &'a TestApp, number: &str) -> Draft<'a> {
    let work = line("service", json!({ "id": "2", "name": "Installation", "quantity": "2" }));
    app.sale(number).line("HDMI cable", "3 × 11.50").item(work)
}

async fn fault(app: &TestApp, method: &str, path: &str, kind: &str) {
    app.fault(json!({ "method": method, "path": path, "kind": kind })).await;
}

/// Waits for as long as an unknown outcome is looked into.
async fn settled(app: &TestApp, number: &str) {
    app.after(40 * SECOND).await;
    app.after(6 * MINUTE).await;
    app.expect(number, "sent", "").await;
    assert_eq!(app.failures().len(), 1, "the fault was not hit once");
}

fn quantity(app: &TestApp, number: &str) -> Option<f64> {
    app.charge(number, "Installation")["unitQuantity"].as_f64()
}

on_both! {
    async fn a_ticket_or_charge_without_an_answer_is_there_once(db) {
        let app = start(db).await;
        for kind in UNKNOWN {
            let number = format!("S-ticket-{kind}");
            // The search comes first at that path.
            fault(&app, "POST", "V1.0/Tickets", "latency").await;
            fault(&app, "POST", "V1.0/Tickets", kind).await;
            sale(&app, &number).send().await;
            settled(&app, &number).await;
            assert_eq!(app.charge_names(&number), ["HDMI cable", "Installation"], "{kind}");
            let number = format!("S-charge-{kind}");
            fault(&app, "POST", "/Charges", kind).await;
            sale(&app, &number).send().await;
            settled(&app, &number).await;
            assert_eq!(app.charge_names(&number), ["HDMI cable", "Installation"], "{kind}");
        }
        assert_eq!(app.rows("Tickets").len(), 2 * UNKNOWN.len());
    }

    async fn equal_charges_are_all_there_whichever_got_no_answer(db) {
        let app = start(db).await;
        let work = |id: &str| line("service", json!({ "id": id, "name": "Work" }));
        for kind in UNKNOWN {
            let number = format!("S-{kind}");
            fault(&app, "POST", "/Charges", "latency").await;
            fault(&app, "POST", "/Charges", kind).await;
            app.sale(&number).item(work("1")).item(work("2")).item(work("3")).send().await;
            settled(&app, &number).await;
            assert_eq!(app.charge_names(&number), ["Work", "Work", "Work"], "{kind}");
        }
    }

    async fn a_change_without_an_answer_arrives_once(db) {
        let app = start(db).await;
        for kind in UNKNOWN {
            let number = format!("S-{kind}");
            let mut sale = sale(&app, &number);
            sale.send().await;
            fault(&app, "PATCH", "/Charges", kind).await;
            sale.change(1, "quantity", json!("5"));
            sale.send().await;
            settled(&app, &number).await;
            assert_eq!(quantity(&app, &number), Some(5.0), "{kind}");
            fault(&app, "DELETE", "/Charges", kind).await;
            sale.lines().truncate(1);
            sale.send().await;
            settled(&app, &number).await;
            assert_eq!(app.charge_names(&number), ["HDMI cable"], "{kind}");
            fault(&app, "PATCH", "V1.0/Tickets", kind).await;
            sale.cancel().await;
            settled(&app, &number).await;
            assert_eq!(app.ticket(&number)["status"], chosen::COMPLETE, "{kind}");
            assert_eq!(app.charge_names(&number), Vec::<String>::new(), "{kind}");
        }
    }

    async fn a_charge_that_is_billed_between_two_calls_stays(db) {
        let app = start(db).await;
        let mut sale = sale(&app, "S-1");
        sale.send().await;
        let charge = app.charge("S-1", "Installation");
        // It is asked about, found open, and on an invoice when the change arrives.
        let refusal = json!({ "errors": ["A TicketCharge that has been billed may not be changed or deleted."] });
        app.fault(json!({ "method": "PATCH", "path": "/Charges", "kind": "status", "status": 500, "body": refusal })).await;
        app.fault(json!({ "method": "POST", "path": "TicketCharges/query", "kind": "latency" })).await;
        sale.change(1, "quantity", json!("5"));
        sale.put().await;
        app.edit("TicketCharges", &charge["id"], json!({ "isBilled": true })).await;
        app.settle().await;
        app.failures();
        assert_eq!(quantity(&app, "S-1"), Some(2.0));
        app.expect("S-1", "sent", "Billed in Autotask already and left as they are: \"Installation\".").await;
        app.calls();
        sale.set("surcharge", json!({ "amount": "3.45" }));
        sale.send().await;
        assert_eq!(app.calls(), 1, "the surcharge alone: what is known to be billed is not asked about");
        app.expect("S-1", "sent", "Billed in Autotask already and left as they are: \"Installation\".").await;
    }

    async fn what_autotask_refuses_for_another_reason_is_held(db) {
        let app = start(db).await;
        let mut sale = sale(&app, "S-1");
        sale.send().await;
        let refusal = json!({ "errors": ["The ticket is locked."] });
        app.fault(json!({ "method": "PATCH", "path": "/Charges", "kind": "status", "status": 500, "body": refusal })).await;
        sale.change(1, "quantity", json!("5"));
        sale.send().await;
        app.expect("S-1", "held", "Autotask refused: The ticket is locked.").await;
        app.failures();
        app.retry("S-1").await;
        app.expect("S-1", "sent", "").await;
        assert_eq!(quantity(&app, "S-1"), Some(5.0));
    }

    async fn a_ticket_of_that_number_is_adopted_with_its_charges(db) {
        let app = start(db).await;
        let rows = [json!({ "companyID": crate::push::chosen::NORTHWIND_TRADERS, "externalID": "S-1", "title": "Old", "status": 1, "priority": 2 })];
        let ticket = app.appear("Tickets", &rows).await[0];
        let charge = json!({
            "ticketID": ticket, "name": "Installation", "unitQuantity": 2, "unitPrice": 100, "chargeType": 1, "billingCodeID": 29_681_304,
            "datePurchased": "2026-11-23T00:00:00", "isBilled": false,
        });
        app.appear("TicketCharges", &[charge]).await;
        sale(&app, "S-1").send().await;
        app.expect("S-1", "sent", "").await;
        let mut names = app.charge_names("S-1");
        names.sort();
        assert_eq!(names, ["HDMI cable", "Installation"]);
        assert_eq!(app.push("S-1").await["ticket_id"], Value::from(ticket));
    }

    async fn a_ticket_that_is_gone_is_held_and_another_one_can_be_linked(db) {
        let app = start(db).await;
        let mut sale = sale(&app, "S-1");
        sale.send().await;
        let gone = app.ticket("S-1")["id"].clone();
        app.vanish("Tickets", &gone).await;
        sale.set("title", json!("Another title"));
        sale.send().await;
        app.expect("S-1", "held", &format!("Tickets {gone} is no longer in Autotask")).await;
        app.failures();
        let push = app.push("S-1").await;
        assert_eq!(push["fix"], "Link another ticket, or stop the sync, on the push's page. Opportune makes no second one by itself.");
        let fields = json!({ "companyID": crate::push::chosen::NORTHWIND_TRADERS, "title": "By hand", "status": 1, "priority": 2 });
        let other = app.add("Tickets", fields).await;
        let id = push["id"].as_str().unwrap().parse().unwrap();
        let by = &opportune::domain::author::Author::SYSTEM;
        let (head, title) = app.services.link_record(app.tenant, by, id, &other.to_string()).await.unwrap();
        assert_eq!((head, title.as_str()), (opportune::domain::plan::Target::Ticket, "By hand"));
        app.settle().await;
        app.expect("S-1", "sent", "").await;
        let charges: Vec<Value> = app.rows("TicketCharges").into_iter().filter(|row| row["ticketID"] == other).collect();
        assert_eq!(charges.len(), 2);
        assert_eq!(app.push("S-1").await["ticket_id"], other);
    }
}
