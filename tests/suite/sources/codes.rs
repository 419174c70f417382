//! Numbers whose meaning nobody knows hold what has them, until somebody says what they mean.

use opportune::service::sources::{SeenCode, settings::SourceSaved};
use serde_json::json;

use crate::harness::{TestApp, on_both};

on_both! {
    async fn an_unknown_code_holds_the_quote_until_it_is_said_what_it_means(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        let mut quotes = Vec::new();
        for id in [101, 102] {
            let quote = shop.quote(id).line(801, 1, 11.50).line_with("title", json!("Managed Server"));
            let quote = quote.line_with("isRecurring", json!(true)).line_with("recurringType", json!(id - 100));
            quote.put();
            quotes.push(quote);
        }
        shop.cycle().await;
        app.expect("QO101", "held", "It is not known what 1 means as quoteline.recurringType of Kaseya Quote Manager").await;
        let codes = shop.view().await.codes;
        let recurring: Vec<SeenCode> = codes.into_iter().filter(|seen| seen.field == "quoteline.recurringType").collect();
        let seen = |code| SeenCode { field: "quoteline.recurringType".to_owned(), code, documents: 1, held: 1 };
        assert_eq!(recurring, [seen(1), seen(2)]);
        let mark = shop.mark();
        shop.say("quoteline.recurringType 1", "monthly").await;
        assert_eq!(shop.calls_since(mark), Vec::<String>::new(), "what was read is enough");
        app.expect("QO101", "sent", "").await;
        app.expect("QO102", "held", "It is not known what 2 means as quoteline.recurringType of Kaseya Quote Manager").await;
        assert_eq!(app.get("quotes/QO101").await.body["document"]["lines"][0]["period"], "monthly");
    }

    async fn a_code_that_is_said_anew_changes_what_has_it(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.say("quoteline.discountMethod 1", "unit").await;
        shop.quote(101).line(801, 2, 11.50).line_with("discountMethod", json!(1)).line_with("discountValue", json!(1.25)).send().await;
        app.expect("QO101", "sent", "").await;
        assert_eq!(app.items("QO101")[0]["unitDiscount"].as_f64(), Some(1.25));
        shop.say("quoteline.discountMethod 1", "percent").await;
        assert_eq!(app.items("QO101")[0]["unitDiscount"].as_f64(), Some(0.0));
        assert_eq!(app.items("QO101")[0]["percentageDiscount"].as_f64(), Some(1.25));
    }

    async fn what_cannot_be_meant_is_not_saved(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        let saved = shop.save(|form| {
            form.settings.codes = [("quote.status 7".to_owned(), "maybe".to_owned())].into();
            form.settings.every_minutes = 0;
            form.settings.currency = Some("dollars".to_owned());
        }).await;
        let SourceSaved::Wrong(errors) = saved else { panic!("{saved:?}") };
        let paths: Vec<&str> = errors.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["codes[quote.status 7]", "currency", "every_minutes"]);
        assert_eq!(shop.view().await.settings.every_minutes, 1);
    }

    async fn two_people_may_say_what_two_codes_mean(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        let revision = shop.view().await.revision;
        shop.say("product.type 1", "product").await;
        let saved = shop.save(|form| {
            form.revision = revision;
            form.settings.codes = [("product.type 2".to_owned(), "labor".to_owned())].into();
        }).await;
        assert!(matches!(saved, SourceSaved::Done { merged: Some(of), .. } if of == revision), "{saved:?}");
        let codes = shop.view().await.settings.codes;
        assert_eq!((codes["product.type 1"].as_str(), codes["product.type 2"].as_str()), ("product", "labor"));
        let saved = shop.save(|form| {
            form.revision = revision;
            form.settings.codes = [("product.type 1".to_owned(), "service".to_owned())].into();
        }).await;
        let SourceSaved::Clash { clashes, form, .. } = saved else { panic!("{saved:?}") };
        assert_eq!(clashes.len(), 1);
        assert_eq!(clashes[0].label, "Quote Manager code product.type 1");
        assert_eq!(form.settings.codes["product.type 2"], "labor", "what only the other changed is kept");
    }

    async fn amounts_in_a_currency_that_nobody_said_wait(db) {
        let app = TestApp::start_unconnected(db, false).await;
        let shop = app.quote_manager();
        shop.quote(101).line(801, 1, 11.50).put();
        shop.connect().await;
        assert_eq!(app.get("quotes/QO101").await.status, 404);
        let error = shop.view().await.error.unwrap();
        assert!(error.starts_with("Nobody said in which currency"), "{error}");
        shop.save(|form| form.settings.currency = Some("EUR".to_owned())).await;
        app.settle().await;
        assert_eq!(app.get("quotes/QO101").await.body["document"]["currency"], "EUR");
        shop.save(|form| form.settings.currency = Some("USD".to_owned())).await;
        app.settle().await;
        assert_eq!(app.get("quotes/QO101").await.body["document"]["currency"], "USD");
        assert_eq!(shop.view().await.error, None);
    }
}
