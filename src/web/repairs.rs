//! `/activity/{push}/opportunity` and `/activity/{push}/stop`: what a person does about a document whose opportunity or
//! ticket is not as Opportune left it.

use serde::Deserialize;

use super::{
    activity::record,
    catalogue::{back_to, refused, render, summary},
    error::Page,
    extract::{Form, Id, Signed},
    view::{LinkOpportunity, Nav, Shell, StopSync, Text},
};
use crate::{
    domain::{ids::PushId, person::Role, route::Sync},
    error::FieldErrors,
    service::activity::PushDetail,
};

/// What the two forms post.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RepairForm {
    opportunity: String,
    ticket: String,
    reason: String,
}

/// Asks which opportunity or ticket is the document's.
pub async fn ask_link(signed: Signed, Id(id): Id<PushId>) -> Page {
    signed.require(Role::Editor)?;
    link_page(&signed, id, RepairForm::default(), &FieldErrors::default()).await
}

/// Links another opportunity or ticket.
pub async fn link(signed: Signed, Id(id): Id<PushId>, Form(form): Form<RepairForm>) -> Page {
    let tenant = signed.visitor.tenant;
    let typed = if form.ticket.is_empty() { &form.opportunity } else { &form.ticket };
    match signed.services().link_record(tenant, &signed.author(), id, typed).await {
        Ok((head, title)) => {
            let news = [("done", head.noun()), ("name", title.as_str())];
            Ok(back_to(&format!("/activity/{id}"), &news))
        }
        Err(error) => link_page(&signed, id, form, &refused(error)?).await,
    }
}

/// Asks why the sync of the document is to stop.
pub async fn ask_stop(signed: Signed, Id(id): Id<PushId>) -> Page {
    signed.require(Role::Editor)?;
    stop_page(&signed, id, RepairForm::default(), &FieldErrors::default()).await
}

/// Stops the sync of the document.
pub async fn stop(signed: Signed, Id(id): Id<PushId>, Form(form): Form<RepairForm>) -> Page {
    match signed.services().stop_sync(signed.visitor.tenant, &signed.author(), id, &form.reason).await {
        Ok(()) => Ok(back_to(&format!("/activity/{id}"), &[("done", "stopped")])),
        Err(error) => stop_page(&signed, id, form, &refused(error)?).await,
    }
}

/// Starts the sync of the document again.
pub async fn resume(signed: Signed, Id(id): Id<PushId>) -> Page {
    signed.services().resume_sync(signed.visitor.tenant, &signed.author(), id).await?;
    Ok(back_to(&format!("/activity/{id}"), &[("done", "resumed")]))
}

async fn link_page(signed: &Signed, id: PushId, form: RepairForm, errors: &FieldErrors) -> Page {
    let detail = signed.services().push(signed.visitor.tenant, id).await?;
    let (follows, stays) = match detail.push.sync {
        Sync::Opportunities => {
            ("its title, dates, amounts and items", "Its owner, category, stage and status")
        }
        Sync::Tickets => ("its title, description and charges", "Its queue, status, priority and due date"),
    };
    let noun = detail.push.sync.head().noun();
    let typed = if detail.push.sync == Sync::Tickets { form.ticket } else { form.opportunity };
    let field = Text::new(noun, format!("Autotask id of the {noun}")).numeric();
    let hint = format!("It is the number at the end of the {noun}'s address in Autotask.");
    let view = LinkOpportunity {
        shell: shell(signed, id, &detail, &format!("Link another {noun}")),
        errors: summary(errors),
        id: id.to_string(),
        document: named(&detail),
        noun,
        follows,
        stays,
        current: record(&detail.push, detail.web_url.as_deref()),
        record: Text { value: typed, error: errors.get(noun).map(str::to_owned), ..field }.hint(hint),
    };
    render(&view.errors, &view)
}

async fn stop_page(signed: &Signed, id: PushId, form: RepairForm, errors: &FieldErrors) -> Page {
    let detail = signed.services().push(signed.visitor.tenant, id).await?;
    let view = StopSync {
        shell: shell(signed, id, &detail, "Stop syncing"),
        errors: summary(errors),
        id: id.to_string(),
        document: named(&detail),
        reason: Text {
            value: form.reason,
            error: errors.get("reason").map(str::to_owned),
            ..Text::new("reason", "Reason")
        }
        .hint("It is shown with the push and in the history. At most 200 characters."),
    };
    render(&view.errors, &view)
}

/// `quote Q-1`.
pub fn named(detail: &PushDetail) -> String {
    format!("{} {}", detail.push.kind, detail.push.number)
}

fn shell(signed: &Signed, id: PushId, detail: &PushDetail, title: &str) -> Shell {
    let (number, back) = (&detail.push.number, format!("/activity/{id}"));
    let crumbs = [("Activity", Some("/activity")), (number.as_str(), Some(back.as_str())), (title, None)];
    signed.shell(&format!("{title} — {number} — Activity"), Nav::Activity, &crumbs)
}

/// What a redirect after a repair tells; `None` for what is none.
pub fn news(done: &str, name: &str, released: u64) -> Option<(String, String)> {
    let (heading, text) = match done {
        "company" => {
            let others = match released.saturating_sub(1) {
                0 => String::new(),
                1 => " So does 1 other that waited for this customer.".to_owned(),
                count => format!(" So do {count} others that waited for this customer."),
            };
            (format!("The customer is linked with '{name}'"), format!("The push goes on.{others}"))
        }
        "opportunity" => (
            "Another opportunity is linked".to_owned(),
            format!("It was called '{name}'. The push goes on with it."),
        ),
        "ticket" => (
            "Another ticket is linked".to_owned(),
            format!("It was called '{name}'. The push goes on with it."),
        ),
        "stopped" => {
            ("The sync is stopped".to_owned(), "Nothing of it is sent until you start it again.".to_owned())
        }
        "resumed" => ("The sync goes on".to_owned(), "The newest state is sent now.".to_owned()),
        _ => return None,
    };
    Some((heading, text))
}
