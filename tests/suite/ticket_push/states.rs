//! Sales that are cancelled, and placed again.

use serde_json::json;

use super::{chosen, sections, table};
use crate::{
    cases::table::{Case, cable, line, sale},
    harness::on_both,
};

fn new(name: &'static str) -> Case {
    sale(name, &[cable(), line("service", json!({ "name": "Installation" }))])
}

fn cases() -> Vec<Case> {
    let edit = |body: &mut serde_json::Value| body["title"] = json!("Changed");
    vec![
        new("cancelled").becomes("cancelled"),
        new("cancelled at once").with("status", json!("cancelled")),
        new("cancelled with a charge that is billed").billed("Installation").becomes("cancelled"),
        new("cancelled with all billed").billed("Installation").billed("HDMI cable").becomes("cancelled"),
        new("cancelled after a person completed it")
            .ticket(json!({ "status": chosen::COMPLETE }))
            .becomes("cancelled"),
        new("cancelled while a person works on it")
            .ticket(json!({ "status": chosen::IN_PROGRESS }))
            .becomes("cancelled"),
        new("cancelled with an edit").then(|body| {
            edit(body);
            body["status"] = json!("cancelled");
        }),
        new("edited after it was cancelled").becomes("cancelled").then(edit),
        new("placed again").becomes("cancelled").becomes("placed"),
        new("placed again with a charge that is billed")
            .billed("Installation")
            .becomes("cancelled")
            .becomes("placed"),
        new("placed again after a person moved it")
            .becomes("cancelled")
            .ticket(json!({ "status": chosen::IN_PROGRESS }))
            .becomes("placed"),
    ]
}

on_both! {
    async fn states_of_tickets_are_as_in_their_snapshot(db) {
        let mut table = table(db).await;
        for case in cases() {
            table.case(case).await;
        }
        table.finish("ticket_states", 11);
    }

    async fn another_status_for_cancelled_sales_leaves_completed_ones(db) {
        let mut table = table(db).await;
        let other = opportune::domain::settings::TicketSections { cancelled_status: chosen::WAITING_MATERIALS, ..sections() };
        table.app.save_tickets(true, Some(other)).await;
        table.case(new("cancelled").becomes("cancelled")).await;
        table.case(new("cancelled after it was completed").ticket(json!({ "status": chosen::COMPLETE })).becomes("cancelled")).await;
        table.finish("ticket_states_with_another_status", 2);
    }
}
