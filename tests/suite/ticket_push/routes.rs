//! Which sync a sale goes by, that nothing is billed twice, and what a save of the settings does to what waits.

use opportune::domain::settings::{BilledBy, TicketSections, WhichSales};
use serde_json::{Value, json};

use super::{sections, start};
use crate::{
    documents::Draft,
    harness::{TestApp, on_both},
    push::chosen::CLOSED_WON,
};

fn billed_by(billed_by: BilledBy) -> TicketSections {
    TicketSections { billed_by, ..sections() }
}

fn sale<'a>(app: &'a TestApp, number: &str) -> Draft<'a> {
    let sale = app.sale(number).line("HDMI cable", "3 × 11.50");
    sale.with("surcharge", json!({ "amount": "3.45" })).with("coupon", json!({ "amount": "10.00" }))
}

fn of_quote<'a>(app: &'a TestApp, number: &str, quote: &str) -> Draft<'a> {
    sale(app, number).with("quote_number", json!(quote))
}

/// How many opportunities and tickets a document has.
fn records(app: &TestApp, number: &str) -> (usize, usize) {
    (app.opportunities(number).len(), app.tickets(number).len())
}

const CHARGES: [&str; 3] = ["HDMI cable", "Payment surcharge", "Coupon"];

on_both! {
    async fn an_unquoted_sale_is_an_opportunity_or_a_ticket_and_never_both(db) {
        let app = start(db).await;
        sale(&app, "S-1").send().await;
        assert_eq!(records(&app, "S-1"), (0, 1));
        assert_eq!(app.push("S-1").await["sync"], "tickets");
        app.save_tickets(true, Some(billed_by(BilledBy::Opportunities))).await;
        sale(&app, "S-2").send().await;
        assert_eq!(records(&app, "S-2"), (1, 0));
        // What is there stays what it is.
        sale(&app, "S-1").with("title", json!("Changed")).send().await;
        app.save_tickets(true, Some(billed_by(BilledBy::Tickets))).await;
        sale(&app, "S-2").with("title", json!("Changed")).send().await;
        assert_eq!((records(&app, "S-1"), records(&app, "S-2")), ((0, 1), (1, 0)));
        assert_eq!(app.ticket("S-1")["title"], "S-1 Changed");
    }

    async fn a_quoted_sale_that_is_a_ticket_wins_its_quote_without_its_charges(db) {
        let app = start(db).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").send().await;
        of_quote(&app, "S-1", "Q-1").send().await;
        app.expect("Q-1", "sent", "").await;
        app.expect("S-1", "sent", "").await;
        let opportunity = app.opportunity("Q-1");
        assert_eq!((opportunity["stage"].as_i64(), opportunity["amount"].as_f64()), (Some(CLOSED_WON), Some(34.5)));
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
        assert_eq!(app.charge_names("S-1"), CHARGES);
        assert_eq!(app.ticket("S-1")["opportunityID"], opportunity["id"]);
    }

    async fn a_quoted_sale_before_its_quote_is_a_ticket_at_once(db) {
        let app = start(db).await;
        of_quote(&app, "S-1", "Q-1").send().await;
        app.expect("S-1", "sent", "").await;
        assert_eq!(app.ticket("S-1")["opportunityID"], Value::Null);
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").send().await;
        assert_eq!(app.opportunity("Q-1")["stage"], CLOSED_WON);
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
    }

    async fn a_sale_that_its_quotes_opportunity_bills_never_becomes_a_ticket(db) {
        let app = start(db).await;
        app.save_tickets(true, Some(billed_by(BilledBy::Opportunities))).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").send().await;
        of_quote(&app, "S-1", "Q-1").send().await;
        assert_eq!(app.item_names("Q-1"), CHARGES);
        app.save_tickets(true, Some(billed_by(BilledBy::Tickets))).await;
        of_quote(&app, "S-1", "Q-1").with("title", json!("Changed")).send().await;
        assert_eq!(app.tickets("S-1"), Vec::<Value>::new());
        // Another sale is another thing.
        of_quote(&app, "S-2", "Q-1").send().await;
        assert_eq!(app.charge_names("S-2"), CHARGES);
        assert_eq!(app.item_names("Q-1"), CHARGES);
    }

    async fn only_sales_without_a_quote_where_those_alone_are_chosen(db) {
        let app = start(db).await;
        app.save_tickets(true, Some(TicketSections { which: WhichSales::Unquoted, ..sections() })).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").send().await;
        of_quote(&app, "S-1", "Q-1").send().await;
        sale(&app, "S-2").send().await;
        assert_eq!(app.item_names("Q-1"), CHARGES);
        assert_eq!((records(&app, "S-1"), records(&app, "S-2")), ((0, 0), (0, 1)));
    }

    async fn tickets_go_on_while_the_opportunities_sync_is_off(db) {
        let app = start(db).await;
        app.switch(false).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").put().await;
        of_quote(&app, "S-1", "Q-1").send().await;
        sale(&app, "S-2").send().await;
        assert_eq!((records(&app, "S-1"), records(&app, "S-2"), records(&app, "Q-1")), ((0, 1), (0, 1), (0, 0)));
        app.save_tickets(false, Some(sections())).await;
        let reply = sale(&app, "S-3").put().await;
        assert_eq!(reply.body["note"], "The opportunities sync is off. The document is kept and can be sent later.");
    }

    async fn what_waits_goes_on_when_its_own_sync_is_on_again(db) {
        let app = start(db).await;
        let mut sold = sale(&app, "S-1");
        sold.send().await;
        app.save_tickets(false, Some(sections())).await;
        app.calls();
        sold.set("title", json!("Changed"));
        sold.send().await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").send().await;
        app.expect("Q-1", "sent", "").await;
        app.expect("S-1", "waiting", "").await;
        assert!(app.requests().iter().all(|call| !call.path.contains("Tickets")));
        app.save_tickets(true, Some(sections())).await;
        app.expect("S-1", "sent", "").await;
        assert_eq!(app.ticket("S-1")["title"], "S-1 Changed");
    }

    async fn what_waits_goes_by_the_sync_that_a_save_gives_it(db) {
        let app = start(db).await;
        app.save_tickets(true, Some(billed_by(BilledBy::Opportunities))).await;
        sale(&app, "S-1").put().await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").put().await;
        of_quote(&app, "S-2", "Q-1").put().await;
        of_quote(&app, "S-3", "Q-9").put().await;
        // Nothing bills them but the tickets from now on.
        app.switch(false).await;
        for number in ["S-1", "S-2", "S-3"] {
            app.expect(number, "sent", "").await;
            assert_eq!(records(&app, number), (0, 1), "{number}");
        }
        app.expect("Q-1", "waiting", "").await;
        app.switch(true).await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
    }

    async fn what_waits_as_a_ticket_goes_with_its_quote_where_that_bills_it(db) {
        let app = start(db).await;
        app.save_tickets(true, Some(billed_by(BilledBy::Opportunities))).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").send().await;
        app.switch(false).await;
        of_quote(&app, "S-1", "Q-1").put().await;
        sale(&app, "S-2").put().await;
        assert_eq!(app.push("S-1").await["sync"], "tickets");
        app.switch(true).await;
        app.expect("S-1", "skipped", "The sale is sent with its quote Q-1.").await;
        app.expect("S-2", "sent", "").await;
        assert_eq!((records(&app, "S-1"), records(&app, "S-2")), ((0, 0), (1, 0)));
        assert_eq!(app.item_names("Q-1"), CHARGES);
    }

    async fn earlier_sales_go_by_the_sync_that_takes_them(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-0").line("HDMI cable", "3 × 11.50").send().await;
        of_quote(&app, "S-0", "Q-0").send().await;
        app.switch(false).await;
        app.quote("Q-1").line("HDMI cable", "3 × 11.50").put().await;
        of_quote(&app, "S-1", "Q-1").put().await;
        sale(&app, "S-2").put().await;
        let unsent = async || app.services.unsent_count(app.tenant).await.unwrap();
        assert_eq!(unsent().await, 2, "Q-1 with its sale, and S-2");
        app.save_tickets(true, Some(sections())).await;
        assert_eq!(unsent().await, 3, "S-1 by itself; S-0 went with its quote");
        app.switch(true).await;
        let all = opportune::service::backfill::Selection::All(opportune::service::backfill::UnsentFilter::default());
        let foreseen = app.services.foresee(app.tenant, &all).await.unwrap();
        assert_eq!((foreseen.count, foreseen.left_out, foreseen.enabled, foreseen.holds), (3, 0, true, vec![]));
        let id = opportune::domain::ids::BackfillId(app.clock.new_id());
        let by = opportune::domain::author::Author::SYSTEM;
        assert_eq!(app.services.backfill(app.tenant, &by, id, &all).await.unwrap(), 3);
        app.settle().await;
        assert_eq!((records(&app, "S-1"), records(&app, "S-2"), records(&app, "Q-1")), ((0, 1), (0, 1), (1, 0)));
        assert_eq!(app.item_names("Q-1"), ["HDMI cable"]);
        assert_eq!(app.tickets("S-0"), Vec::<Value>::new());
    }
}
