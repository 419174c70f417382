//! The real router on a SQLite file in a temporary folder, with a tenant and its token.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use opportune::{
    app,
    clock::Clock,
    config::{Config, Role, WorkerConfig},
    db::{self, ConnectionRow, Outcome, SourceConnection},
    domain::{
        author::Author,
        hold::Hold,
        ids::TenantId,
        lists::{List, ListOption},
    },
    service::Services,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use tempfile::TempDir;
use tower::ServiceExt;

/// A server without a network.
pub struct Rig {
    pub services: Services,
    pub token: String,
    tenant: TenantId,
    pub router: Router,
    folder: TempDir,
}

/// What it answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }

    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn database_url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("test.db").display())
}

impl Rig {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            database_url: database_url(&folder),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            metrics_listen: None,
            role: Role::Web,
            key_file: Some(folder.path().join("key")),
            key: None,
            quote_manager_url: opportune::service::sources::QUOTE_MANAGER.to_owned(),
            discovery_url: opportune::autotask::DISCOVERY_URL.to_owned(),
            worker: WorkerConfig::default(),
            secure_cookies: false,
            test_server: true,
        };
        let services = app::services(&config, Clock::system()).await.unwrap();
        let tenant = services.add_tenant("Contoso MSP").await.unwrap();
        services.set_enabled(tenant, &Author::SYSTEM, true).await.unwrap();
        let token = services.add_token(tenant, "test").await.unwrap();
        let router = app::router(&services, &config);
        Self { services, token, tenant, router, folder }
    }

    /// Sends a request with the token and a JSON body.
    pub async fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let token = format!("Bearer {}", self.token);
        self.send_with(method, path, body, &[("authorization", &token), ("content-type", "application/json")])
            .await
    }

    /// Sends a request with these headers.
    pub async fn send_with(&self, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Connects Quote Manager, as far as the tables know.
    pub async fn connect_source(&self) {
        let (source, now) = ("quote-manager", self.services.clock.now());
        let row = SourceConnection { key_saved_at: now, since: now, ..SourceConnection::default() };
        let mut tx = self.services.db.write().await.unwrap();
        db::put_source_connection(&mut tx, self.tenant, source, &row).await.unwrap();
        db::restart_source_poll(&mut tx, self.tenant, source, "{}", now).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Connects Autotask, as far as the table knows.
    pub async fn connect(&self) {
        let row = ConnectionRow::default();
        let mut tx = self.services.db.write().await.unwrap();
        db::put_connection(&mut tx, self.tenant, &row, self.services.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Holds the push that waits, as the worker does when settings are missing.
    pub async fn hold(&self) {
        let now = self.services.clock.now();
        let reason = serde_json::to_string(&Hold::SetupNeeded).unwrap();
        let mut tx = self.services.db.write().await.unwrap();
        let lease = db::claim_push(&mut tx, now, now + 60_000, 1).await.unwrap().unwrap();
        let outcome = Outcome {
            state: "held",
            reason: Some(&reason),
            run_at: now,
            tries: 0,
            version: 1,
            opportunity_id: None,
            ticket_id: None,
        };
        assert!(db::finish_push(&mut tx, &lease, &outcome, now).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Puts two options into a list that is whole and into one that has pages.
    pub async fn fetch_lists(&self) {
        let option = |value: i64| ListOption {
            value,
            label: format!("Option {value}"),
            detail: Some("C-1".to_owned()),
            parent: None,
            active: true,
        };
        let mut tx = self.services.db.write().await.unwrap();
        for list in [List::Stages, List::Companies] {
            let options = [(0, option(1)), (1, option(2))];
            db::put_options(&mut tx, self.tenant, list, &options, 1).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Puts one option into every list that settings are chosen from: settings that can be saved.
    pub async fn sections(&self) -> Value {
        let only =
            ListOption { value: 1, label: "Only".to_owned(), detail: None, parent: None, active: true };
        let mut tx = self.services.db.write().await.unwrap();
        for list in List::ALL.into_iter().filter(|list| !list.is_large()) {
            db::put_options(&mut tx, self.tenant, list, &[(0, only.clone())], 1).await.unwrap();
        }
        tx.commit().await.unwrap();
        let view = self.services.settings_view(self.tenant).await.unwrap();
        json!({
            "include_unquoted_sales": true,
            "created": { "category": 1, "default_owner": 1, "stage": 1, "status": 1, "probability": 50 },
            "won": { "stage": 1, "status": 1 },
            "lost": { "status": 1 },
            "codes": { "product": 1, "recurring_service": 1, "payment_surcharge": 1, "non_recurring_service": 1 },
            "category_map": { "rows": { "Services": 1 } },
            "services": { "brand": view.brands[0], "category": "Services" },
        })
    }

    /// Lets as many pushes wait as a tenant may have, in a moment.
    pub async fn fill(&self) {
        let tenant = self.tenant.0.simple();
        let sql = format!(
            "INSERT INTO document (id, tenant_id, kind, number, customer, version, body, content_hash, received_at, updated_at) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) \
             SELECT RANDOMBLOB(16), x'{tenant}', 'quote', 'W-' || i, 'Waiting', 1, '{{}}', x'00', 1, 1 FROM n; \
             INSERT INTO push (id, tenant_id, document_id, change, state, run_at, tries, lease_token, lease_until, version, created_at, updated_at) \
             SELECT RANDOMBLOB(16), tenant_id, id, 'created', 'waiting', 1, 0, 0, 0, 0, 1, 1 FROM document"
        );
        let mut connection = SqliteConnection::connect(&database_url(&self.folder)).await.unwrap();
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }

    /// Takes the table of the pushes away.
    pub async fn break_database(&self) {
        let mut connection = SqliteConnection::connect(&database_url(&self.folder)).await.unwrap();
        connection.execute("ALTER TABLE push RENAME TO gone").await.unwrap();
    }
}
