//! Revisions of the settings.

use opportune::{
    db::{self, NewRevision, Revision, UserRow},
    domain::{
        ids::UserId,
        settings::{BillingCodes, CategoryMap, Created, Lost, OpportunitySettings, Sections, Services, Won},
    },
};

use super::{Fixture, id};
use crate::harness::on_both;

fn settings(probability: u8) -> OpportunitySettings {
    let sections = Sections {
        include_unquoted_sales: true,
        created: Created {
            category: 1,
            default_owner: 2,
            stage: 3,
            status: 4,
            probability: Some(probability),
            shipping: None,
        },
        won: Won { stage: 5, status: 6 },
        lost: Lost { stage: None, status: 7 },
        codes: BillingCodes {
            product: 8,
            recurring_service: 9,
            payment_surcharge: 10,
            non_recurring_service: 11,
        },
        category_map: CategoryMap { fallback: Some(12), rows: [("Hardware".to_owned(), 13)].into() },
        services: Services { brand: "Ours".to_owned(), category: "Services".to_owned() },
    };
    OpportunitySettings { enabled: true, sections: Some(sections) }
}

fn save(settings: &OpportunitySettings) -> NewRevision<'_> {
    NewRevision { settings, saved_by: None, note: None, form_id: None }
}

on_both! {
    async fn a_tenant_starts_off_with_nothing_chosen(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.read().await.unwrap();
        let first = Revision { revision: 0, settings: OpportunitySettings::NEW, saved_by: None };
        assert_eq!(db::settings(&mut tx, f.tenant).await.unwrap(), first);
        assert_eq!(db::settings_revision(&mut tx, f.tenant, 0).await.unwrap(), None);
    }

    async fn every_save_is_a_revision_that_stays(db) {
        let f = Fixture::open(db).await;
        let user = UserRow { id: id(), tenant_id: f.tenant.0, email: "r@example.com".to_owned(), name: "R".to_owned(), password_hash: "h".to_owned() };
        let (one, two) = (settings(1), settings(2));
        let mut tx = f.db.write().await.unwrap();
        db::put_user(&mut tx, &user, 1).await.unwrap();
        let by = NewRevision { saved_by: Some(UserId(user.id)), note: Some("why"), form_id: Some("form"), ..save(&one) };
        assert!(db::save_settings(&mut tx, f.tenant, 0, &by, 1).await.unwrap());
        assert!(db::save_settings(&mut tx, f.tenant, 1, &save(&two), 2).await.unwrap());
        let first = Revision { revision: 1, settings: one, saved_by: Some(UserId(user.id)) };
        let second = Revision { revision: 2, settings: two, saved_by: None };
        assert_eq!(db::settings(&mut tx, f.tenant).await.unwrap(), second);
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
