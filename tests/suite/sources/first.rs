//! The first read: what is there is history, and what comes later is not.

use opportune::{
    domain::{author::Author, ids::BackfillId},
    service::{
        backfill::{Selection, UnsentFilter},
        sources::SourceState,
    },
};
use serde_json::json;

use crate::harness::{MINUTE, TestApp, on_both};

impl TestApp {
    /// The numbers of what was received and never sent.
    async fn unsent_numbers(&self) -> Vec<String> {
        let unsent = self.services.unsent(self.tenant, &UnsentFilter::default(), None).await.unwrap();
        let mut numbers: Vec<String> = unsent.rows.into_iter().map(|row| row.number).collect();
        numbers.sort_unstable();
        numbers
    }
}

on_both! {
    async fn categories_and_brands_can_be_mapped_before_a_quote_has_them(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        let id = shop.api.put("category", json!({ "parentID": null, "name": "Cabling" })).unwrap();
        shop.api.put("category", json!({ "parentID": id, "name": "Patch leads" })).unwrap();
        shop.api.put("category", json!({ "parentID": 0, "name": "Two\nlines" })).unwrap();
        shop.api.put("brand", json!({ "name": " Fabrikam " })).unwrap();
        shop.connect().await;
        let view = app.services.settings_view(app.tenant).await.unwrap();
        assert!(["Cabling", "Cabling/Patch leads"].iter().all(|path| view.categories.contains(&(*path).to_owned())));
        assert!(view.categories.iter().all(|path| !path.contains('\n')), "{:?}", view.categories);
        assert!(view.brands.contains(&"Fabrikam".to_owned()), "{:?}", view.brands);
    }

    async fn what_was_there_before_the_connection_is_history(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.quote(101).line(801, 2, 11.50).put();
        shop.quote(102).line(801, 1, 11.50).with("status", json!(3)).with("salesOrderId", json!(501)).put();
        shop.sale(501).line(801, 1, 11.50).with("quoteID", json!(102)).put();
        shop.sale(502).line(802, 1, 19.00).put();
        shop.connect().await;
        assert_eq!(app.unsent_numbers().await, ["QO101", "QO102", "SO502"]);
        assert_eq!(app.get("pushes").await.body["pushes"], json!([]));
        assert_eq!(app.get("quotes/QO101").await.body["document"]["lines"][0]["name"], "HDMI cable");
        let view = shop.view().await;
        assert_eq!((view.state, shop.read("quote").await, shop.read("salesorder").await), (SourceState::Reading, 2, 2));
        shop.quote(103).line(801, 3, 11.50).send().await;
        app.expect("QO103", "sent", "").await;
        assert_eq!(app.items("QO103").len(), 1);
        assert_eq!(app.unsent_numbers().await, ["QO101", "QO102", "SO502"], "they still wait for a person");
        let backfill = BackfillId(app.clock.new_id());
        let all = Selection::All(UnsentFilter::default());
        app.services.backfill(app.tenant, &Author::SYSTEM, backfill, &all).await.unwrap();
        app.settle().await;
        for number in ["QO101", "QO102", "SO502"] {
            app.expect(number, "sent", "").await;
        }
    }

    async fn history_that_somebody_changes_in_quote_manager_is_sent(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        let quote = shop.quote(101).line(801, 2, 11.50);
        quote.put();
        shop.quote(102).line(802, 2, 19.00).put();
        shop.connect().await;
        shop.api.edit("product", 802, json!({ "title": "Wireless mouse", "productNumber": "MSE-2" })).unwrap();
        app.clock.advance(25 * 60 * MINUTE);
        app.settle().await;
        assert_eq!(app.get("quotes/QO102").await.body["document"]["lines"][0]["sku"], "MSE-2", "it was made again");
        assert_eq!(app.unsent_numbers().await, ["QO101", "QO102"], "another name of its product sends nothing");
        quote.with("title", json!("Office refresh, second floor")).send().await;
        app.expect("QO101", "sent", "").await;
        assert_eq!(app.opportunity("QO101")["title"], "QO101 Office refresh, second floor");
        assert_eq!(app.unsent_numbers().await, ["QO102"]);
    }

    async fn a_large_first_read_goes_on_where_it_was_and_lets_new_quotes_through(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        for id in 1..=130 {
            shop.quote(id).line(801, 1, 11.50).put();
        }
        shop.connect().await;
        assert_eq!(shop.view().await.state, SourceState::Importing);
        shop.quote(900).line(801, 1, 11.50).put();
        shop.cycle().await;
        shop.cycle().await;
        app.expect("QO900", "sent", "").await;
        assert_eq!(shop.view().await.state, SourceState::Importing, "two calls for each of 130 quotes take minutes");
        for _ in 0..8 {
            shop.cycle().await;
        }
        assert_eq!(shop.view().await.state, SourceState::Reading);
        assert_eq!(app.unsent_numbers().await.len(), 50, "one page of them");
        assert_eq!(app.services.unsent_count(app.tenant).await.unwrap(), 130);
        let usage = shop.api.usage();
        assert!(usage.most_in_a_minute <= 60 && usage.refused == 0, "{usage:?}");
        assert!(shop.mark() >= 2 * 131, "each has a section and its lines");
        assert!(shop.mark() <= 2 * 131 + 50, "{} calls", shop.mark());
    }
}
