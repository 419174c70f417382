//! `/api/v1/settings/tickets`: what the Tickets page saves, and its switch.

use axum::{extract::State, response::Response};

use super::{
    error::Problem,
    extract::{Caller, Editor, IfMatch, JsonBody},
    openapi::{AnyRefusal, SettingsRefusal},
    schema::{StaleTicketProblem, TicketDocument, TicketSettings, TicketSwitch},
    settings,
};
use crate::{domain::settings::page::Page, service::Services};

/// Gives the settings of tickets
///
/// `sections` is what `PUT` takes; the names of its ids are beside it, in `labels`. The revision is the one of all
/// settings: those of the Opportunities page count it up too.
#[utoipa::path(
    get,
    path = "/api/v1/settings/tickets",
    operation_id = "get_ticket_settings",
    tag = "Settings",
    responses(
        (status = 200, description = "The settings.", body = TicketSettings,
            headers(("ETag" = String, description = "The revision, for `If-Match`."))),
        AnyRefusal
    )
)]
pub async fn show(State(services): State<Services>, Caller(tenant): Caller) -> Result<Response, Problem> {
    settings::get(&services, tenant, Page::Tickets).await
}

/// Saves the settings of tickets
///
/// The body is `sections` as `GET` gives them, with what is to be different. What is absent is not chosen any more. The
/// codes are those of the Opportunities page: a change of them counts for both. What is saved already makes no revision.
/// Ids that are inactive in Autotask may stay, but not be newly chosen.
#[utoipa::path(
    put,
    path = "/api/v1/settings/tickets",
    operation_id = "put_ticket_settings",
    tag = "Settings",
    params(("If-Match" = String, Header, description = "The `ETag` of the settings that these were made from, or `*` for whichever are there.")),
    request_body(content = TicketDocument, description = "The sections"),
    responses(
        (status = 200, description = "The settings as they are now.", body = TicketSettings,
            headers(("ETag" = String, description = "The revision, for `If-Match`."))),
        (status = 412, description = "The settings were saved since; nothing was changed. `current` has them.",
            body = StaleTicketProblem, content_type = "application/problem+json"),
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
    settings::save(&services, editor, if_match, Page::Tickets, &body).await
}

/// Turns the Tickets sync on or off
///
/// What waits while it is off goes on when it is on again. Turning it on sends nothing from before.
#[utoipa::path(
    put,
    path = "/api/v1/settings/tickets/enabled",
    operation_id = "put_tickets_enabled",
    tag = "Settings",
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the settings, where the switch is to be set only on top of them.")),
    request_body(content = TicketSwitch, description = "The switch"),
    responses(
        (status = 200, description = "The settings as they are now.", body = TicketSettings,
            headers(("ETag" = String, description = "The revision, for `If-Match`."))),
        (status = 412, description = "The settings were saved since; nothing was changed. `current` has them.",
            body = StaleTicketProblem, content_type = "application/problem+json"),
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
    settings::turn(&services, editor, if_match, Page::Tickets, &body).await
}
