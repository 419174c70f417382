//! `/api/v1/second-sender`: whether another tool creates opportunities for the same quotes.

use axum::{Json, extract::State};

use super::{
    answers::{Resumed, SecondSender},
    error::Problem,
    extract::{Caller, Editor},
    openapi::AnyRefusal,
};
use crate::service::Services;

/// Shows whether another tool sends too
///
/// Documents that get Autotask ids which Opportune did not make show that another tool creates opportunities for the same
/// quotes. Their ids are adopted. After the third such document nothing is sent any more, so that no quote gets two
/// opportunities, until somebody lets Opportune go on.
#[utoipa::path(
    get,
    path = "/api/v1/second-sender",
    operation_id = "show_second_sender",
    tag = "Repairs",
    responses((status = 200, description = "What is known of it.", body = SecondSender), AnyRefusal)
)]
pub async fn show(
    State(services): State<Services>,
    Caller(tenant): Caller,
) -> Result<Json<SecondSender>, Problem> {
    Ok(Json(SecondSender::from(&services.second_sender(tenant).await?)))
}

/// Starts sending again
///
/// To be done once the other tool creates no opportunities any more. What was held for it is sent, and documents are
/// counted anew. Where nothing kept Opportune from sending it changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/second-sender/resume",
    operation_id = "resume_second_sender",
    tag = "Repairs",
    responses((status = 200, description = "Opportune sends.", body = Resumed), AnyRefusal)
)]
pub async fn resume(State(services): State<Services>, editor: Editor) -> Result<Json<Resumed>, Problem> {
    let released = services.start_sending_again(editor.tenant, &editor.author).await?;
    Ok(Json(Resumed { released: released.unwrap_or_default() }))
}
