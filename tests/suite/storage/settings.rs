//! Revisions of the settings.

use opportune::{
    db::{self, NewRevision, Revision, UserRow},
    domain::{
        author::Author,
        ids::UserId,
        route::Sync,
        settings::{
            BillingCodes, CategoryMap, Created, Lost, Origin, Sections, Services, Settings, TicketSettings,
            Won,
        },
    },
};

use super::{Fixture, id};
use crate::harness::on_both;

fn settings(probability: u8) -> Settings {
    let sections = Sections {
        include_unquoted_sales: true,
        created: Created {
            category: 1,
            default_owner: 2,
            stage: 3,
            status: 4,
            probability: Some(probability),
            shipping: None,
            create_missing_customers: true,
        },
        won: Won { stage: 5, status: 6 },
        lost: Lost { stage: None, status: 7 },
        category_map: CategoryMap { fallback: Some(12), rows: [("Hardware".to_owned(), 13)].into() },
        services: Services { brand: "Ours".to_owned(), category: "Services".to_owned() },
    };
    let codes =
        BillingCodes { product: 8, recurring_service: 9, payment_surcharge: 10, non_recurring_service: 11 };
    let tickets = TicketSettings { enabled: true, sections: None };
    Settings { enabled: true, codes: Some(codes), sections: Some(sections), tickets }
}

fn save(settings: &Settings) -> NewRevision<'_> {
    NewRevision { settings, by: &Author::SYSTEM, note: None, form_id: None, origin: None }
}

on_both! {
    async fn a_tenant_starts_off_with_nothing_chosen(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.read().await.unwrap();
        let newest = db::settings(&mut tx, f.tenant).await.unwrap();
        assert_eq!(newest, Revision::FIRST);
        assert_eq!((newest.revision, newest.who().as_str()), (0, "Opportune"));
        assert_eq!(newest.settings, Settings::NEW);
        assert_eq!(db::settings_revision(&mut tx, f.tenant, 0).await.unwrap(), None);
        assert!(!db::is_enabled(&mut tx, f.tenant, Sync::Opportunities).await.unwrap());
    }

    async fn every_save_is_a_revision_that_stays(db) {
        let f = Fixture::open(db).await;
        let user = UserRow { id: id(), tenant_id: f.tenant.0, email: "r@example.com".to_owned(), name: "R".to_owned(), password_hash: "h".to_owned() };
        let (one, two) = (settings(1), settings(2));
        let (person, token) = (Author::person(UserId(user.id)), Author::token("nightly"));
        let mut tx = f.db.write().await.unwrap();
        db::put_user(&mut tx, &user, 1).await.unwrap();
        let by = NewRevision { by: &person, note: Some("why"), form_id: Some("form"), ..save(&one) };
        let undo = NewRevision { by: &token, origin: Some(Origin::Undo(1)), ..save(&two) };
        assert!(db::save_settings(&mut tx, f.tenant, 0, &by, 1).await.unwrap());
        assert!(db::save_settings(&mut tx, f.tenant, 1, &undo, 2).await.unwrap());
        let first = Revision {
            revision: 1, settings: one, by: person, name: Some("R".to_owned()), note: Some("why".to_owned()), origin: None, created_at: 1,
        };
        let second = Revision {
            revision: 2, settings: two, by: token, name: None, note: None, origin: Some(Origin::Undo(1)), created_at: 2,
        };
        assert_eq!([first.who(), second.who()], ["R", "API token nightly"]);
        assert_eq!(db::settings(&mut tx, f.tenant).await.unwrap(), second);
        assert!(db::is_enabled(&mut tx, f.tenant, Sync::Opportunities).await.unwrap());
        assert_eq!(db::settings_revision(&mut tx, f.tenant, 1).await.unwrap(), Some(first));
        assert_eq!(db::settings_revision(&mut tx, f.tenant, 2).await.unwrap(), Some(second));
        assert_eq!(db::revision_of_form(&mut tx, f.tenant, "form").await.unwrap(), Some(1));
        assert_eq!(db::revision_of_form(&mut tx, f.tenant, "another").await.unwrap(), None);
        assert_eq!(db::revision_of_form(&mut tx, f.other, "form").await.unwrap(), None);
        assert_eq!(db::settings(&mut tx, f.other).await.unwrap().revision, 0);
        assert_eq!(db::settings_revision(&mut tx, f.other, 1).await.unwrap(), None);
    }

    async fn a_save_on_a_stale_base_changes_nothing(db) {
        let f = Fixture::open(db).await;
        let (one, two) = (settings(1), settings(2));
        let mut tx = f.db.write().await.unwrap();
        assert!(db::save_settings(&mut tx, f.tenant, 0, &save(&one), 1).await.unwrap());
        for base in [0, 2, -1] {
            assert!(!db::save_settings(&mut tx, f.tenant, base, &save(&two), 2).await.unwrap(), "base {base}");
        }
        assert_eq!(db::settings(&mut tx, f.tenant).await.unwrap().settings, one);
    }

    async fn locking_leaves_what_is_saved(db) {
        let f = Fixture::open(db).await;
        let one = settings(1);
        for expected in [0, 1] {
            let mut tx = f.db.write().await.unwrap();
            db::lock_settings(&mut tx, f.tenant).await.unwrap();
            assert_eq!(db::settings(&mut tx, f.tenant).await.unwrap().revision, expected);
            assert_eq!(db::save_settings(&mut tx, f.tenant, 0, &save(&one), 1).await.unwrap(), expected == 0);
            tx.commit().await.unwrap();
        }
    }

    async fn a_form_is_saved_once(db) {
        let f = Fixture::open(db).await;
        let (one, two) = (settings(1), settings(2));
        let mut tx = f.db.write().await.unwrap();
        let form = |settings| NewRevision { form_id: Some("form"), ..save(settings) };
        assert!(db::save_settings(&mut tx, f.tenant, 0, &form(&one), 1).await.unwrap());
        assert!(db::save_settings(&mut tx, f.other, 0, &form(&one), 1).await.unwrap(), "form ids are a tenant's own");
        assert!(db::save_settings(&mut tx, f.tenant, 1, &form(&two), 2).await.is_err());
    }
}
