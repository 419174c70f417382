//! `/api/v1/settings/opportunities`: what the Opportunities page saves, and its switch. Tickets are answered alike.
//!
//! A change names the revision that it is made on. `If-Match: *` stands for whichever is the newest: for tools that own
//! the settings and want theirs to count whatever others saved.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    error::Problem,
    extract::{Caller, Editor, IfMatch, JsonBody},
    openapi::{AnyRefusal, SettingsRefusal},
    schema::{OpportunitySections, Switch},
};
use crate::{
    clock,
    domain::{ids::TenantId, settings::page::Page},
    service::{
        Services,
        settings_document::{Expected, Put, SettingsDocument},
    },
};

/// The settings of the Opportunities page as they are.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpportunitySettings {
    /// The newest revision's number, also in the `ETag`; 0 before anything was saved.
    #[schema(minimum = 0)]
    revision: i64,
    /// Whether the sync is on.
    enabled: bool,
    /// Whether every required setting is saved. Until then quotes are held.
    complete: bool,
    /// What is saved, as `PUT` takes it; null before anything was.
    #[schema(value_type = Option<OpportunitySections>, required = true)]
    sections: Option<Value>,
    /// The name of every id in `sections`, by its path, such as `created.stage` or
    /// `category_map.rows[Hardware/Laptops]`.
    labels: BTreeMap<String, String>,
    /// When it was saved; null before anything was.
    #[schema(format = DateTime, required = true)]
    saved_at: Option<String>,
    /// Who saved it: a person's name, `API token` with its name, `The operator` or `Opportune`.
    #[schema(required = true)]
    saved_by: Option<String>,
}

impl OpportunitySettings {
    fn new(document: SettingsDocument) -> Self {
        let SettingsDocument { revision, enabled, sections, labels, saved_at, saved_by } = document;
        Self {
            revision,
            enabled,
            complete: sections.is_some(),
            sections,
            labels,
            saved_at: saved_at.map(|at| clock::timestamp(at).to_string()),
            saved_by,
        }
    }

    fn etag(&self) -> HeaderValue {
        // Digits and quotation marks are always a header's value.
        HeaderValue::try_from(format!("\"{}\"", self.revision)).unwrap_or(HeaderValue::from_static("\"\""))
    }
}

impl IntoResponse for OpportunitySettings {
    fn into_response(self) -> Response {
        ([(header::ETAG, self.etag())], Json(self)).into_response()
    }
}

/// A problem that says what is saved now.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaleProblem {
    /// The status's own name.
    title: &'static str,
    /// The HTTP status.
    #[schema(value_type = i32, minimum = 412, maximum = 412)]
    status: u16,
    /// What is wrong and what to do about it.
    detail: String,
    /// The settings as they are.
    current: OpportunitySettings,
}

impl IntoResponse for StaleProblem {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/problem+json");
        let headers = [(header::ETAG, self.current.etag()), (header::CONTENT_TYPE, kind)];
        (StatusCode::PRECONDITION_FAILED, headers, Json(self)).into_response()
    }
}

/// Gives the settings
///
/// `sections` is what `PUT` takes; the names of its ids are beside it, in `labels`.
#[utoipa::path(
    get,
    path = "/api/v1/settings/opportunities",
    operation_id = "get_opportunity_settings",
    tag = "Settings",
    responses(
        (status = 200, description = "The settings.", body = OpportunitySettings,
            headers(("ETag" = String, description = "The revision, for `If-Match`."))),
        AnyRefusal
    )
)]
pub async fn show(State(services): State<Services>, Caller(tenant): Caller) -> Result<Response, Problem> {
    get(&services, tenant, Page::Opportunities).await
}

/// The settings of a page.
pub(super) async fn get(services: &Services, tenant: TenantId, page: Page) -> Result<Response, Problem> {
    let document = services.settings_document(tenant, page).await?;
    Ok(OpportunitySettings::new(document).into_response())
}

/// Saves the settings
///
/// The body is `sections` as `GET` gives them, with what is to be different. What is absent is not chosen any more. What
/// is saved already makes no revision. Ids that are inactive in Autotask may stay, but not be newly chosen.
#[utoipa::path(
    put,
    path = "/api/v1/settings/opportunities",
    operation_id = "put_opportunity_settings",
    tag = "Settings",
    params(("If-Match" = String, Header, description = "The `ETag` of the settings that these were made from, or `*` for whichever are there.")),
    request_body(content = OpportunitySections, description = "The sections"),
    responses(
        (status = 200, description = "The settings as they are now.", body = OpportunitySettings,
            headers(("ETag" = String, description = "The revision, for `If-Match`."))),
        (status = 412, description = "The settings were saved since; nothing was changed. `current` has them.",
            body = StaleProblem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = Problem,
            content_type = "application/problem+json"),
        SettingsRefusal,
        AnyRefusal
    )
)]
pub async fn put(
    State(services): State<Services>,
    editor: Editor,
    if_match: IfMatch,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    save(&services, editor, if_match, Page::Opportunities, &body).await
}

/// Saves the settings of a page on top of the revision that the sender names.
pub(super) async fn save(
    services: &Services,
    Editor { tenant, author }: Editor,
    IfMatch(expected): IfMatch,
    page: Page,
    body: &Value,
) -> Result<Response, Problem> {
    let Some(expected) = expected else {
        let detail = "Send the ETag of the settings that yours were made from in the header If-Match. \
                      GET this address gives it.";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, detail));
    };
    Ok(answer(services.put_sections(tenant, page, &author, &expected, body).await?))
}

/// Turns the sync on or off
///
/// What waits while it is off goes on when it is on again. Turning it on sends nothing from before.
#[utoipa::path(
    put,
    path = "/api/v1/settings/opportunities/enabled",
    operation_id = "put_opportunities_enabled",
    tag = "Settings",
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the settings, where the switch is to be set only on top of them.")),
    request_body(content = Switch, description = "The switch"),
    responses(
        (status = 200, description = "The settings as they are now.", body = OpportunitySettings,
            headers(("ETag" = String, description = "The revision, for `If-Match`."))),
        (status = 412, description = "The settings were saved since; nothing was changed. `current` has them.",
            body = StaleProblem, content_type = "application/problem+json"),
        SettingsRefusal,
        AnyRefusal
    )
)]
pub async fn switch(
    State(services): State<Services>,
    editor: Editor,
    if_match: IfMatch,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    turn(&services, editor, if_match, Page::Opportunities, &body).await
}

/// Turns the sync of a page on or off.
pub(super) async fn turn(
    services: &Services,
    Editor { tenant, author }: Editor,
    IfMatch(expected): IfMatch,
    page: Page,
    body: &Value,
) -> Result<Response, Problem> {
    let expected = expected.unwrap_or(Expected::Any);
    Ok(answer(services.put_enabled(tenant, page, &author, &expected, body).await?))
}

fn answer(put: Put) -> Response {
    match put {
        Put::Done(document) => OpportunitySettings::new(*document).into_response(),
        Put::Stale(document) => {
            let current = OpportunitySettings::new(*document);
            let detail = format!(
                "The settings are at revision {} now. Compare yours with them, then send yours with the new ETag.",
                current.revision
            );
            let status = StatusCode::PRECONDITION_FAILED;
            StaleProblem { title: "Precondition Failed", status: status.as_u16(), detail, current }
                .into_response()
        }
    }
}
