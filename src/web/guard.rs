//! Who may send a form: asked before any handler runs, so that none can forget to ask.
//!
//! A form needs an editor unless this file says otherwise. One that comes in after its session has ended leads to the
//! sign-in and from there back to the page that it belongs to; what was typed into the settings is kept meanwhile.

use axum::{
    body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    WebState,
    error::PageError,
    extract::{read, session_token},
};
use crate::{
    domain::{ids::ParkedFormId, person::Role, settings::form::SettingsForm},
    error::Error,
};

/// Forms of people who are not signed in.
const OPEN: [&str; 2] = ["/sign-in", "/sign-out"];
/// Where forms of the settings are sent to.
const SETTINGS: [&str; 2] = ["/apps/autotask/opportunities", "/apps/autotask/tickets"];
/// Pages that forms are on, the longer addresses first.
const PAGES: [&str; 11] = [
    SETTINGS[0],
    SETTINGS[1],
    "/apps/autotask/connection",
    "/apps/autotask",
    "/account",
    "/activity/backfill",
    "/catalogue/brands",
    "/catalogue/categories",
    "/catalogue/items",
    "/history",
    "/repairs",
];
/// The longest form that is kept, in bytes: several times the largest category map.
const MAX_PARKED: usize = 512 * 1024;

/// The role that sending a form to this route takes.
fn needed(route: &str) -> Role {
    match route {
        "/session" => Role::Viewer,
        _ if is_below(route, "/account") => Role::Viewer,
        _ if is_below(route, "/apps/autotask/connection") => Role::Administrator,
        _ if is_below(route, "/settings") => Role::Administrator,
        _ => Role::Editor,
    }
}

fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Lets a request through to its handler if whoever sent it may send it.
pub async fn check(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let Some(route) = route.filter(|route| !request.method().is_safe() && !OPEN.contains(&route.as_str()))
    else {
        return next.run(request).await;
    };
    let visitor = match session_token(request.headers(), &state) {
        Some(token) => state.services.visitor(&token).await,
        None => Ok(None),
    };
    match visitor {
        Ok(Some(visitor)) if visitor.role >= needed(&route) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        Ok(Some(_)) => PageError::Forbidden { needed: needed(&route) }.into_response(),
        Ok(None) => signed_out(&state, request).await.into_response(),
        Err(error) => PageError::from(error).into_response(),
    }
}

/// Where a form leads whose session has ended.
async fn signed_out(state: &WebState, request: Request) -> PageError {
    let page = page_of(request.uri().path());
    match keep(state, &page, request).await {
        Ok(Some(id)) => PageError::SignIn { next: format!("{page}?unsaved={id}") },
        Ok(None) => PageError::SignIn { next: page },
        Err(error) => error.into(),
    }
}

/// Keeps a settings form. Only its own fields are kept, so that nothing else that was sent can come back.
async fn keep(state: &WebState, page: &str, request: Request) -> Result<Option<ParkedFormId>, Error> {
    let token = session_token(request.headers(), state).filter(|_| SETTINGS.contains(&page));
    let Some(token) = token else { return Ok(None) };
    let Some(whose) = state.services.former_visitor(&token).await? else { return Ok(None) };
    let Ok(bytes) = body::to_bytes(request.into_body(), MAX_PARKED).await else { return Ok(None) };
    match read::<SettingsForm>(&bytes) {
        Ok(form) if !form.form_id.is_empty() => state.services.park(whose, &form).await.map(Some),
        _ => Ok(None),
    }
}

/// The page that a form is on, by the address that the form is sent to.
fn page_of(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((push, "retry" | "company" | "opportunity" | "stop" | "resume"))
            if is_below(push, "/activity") =>
        {
            push.to_owned()
        }
        _ => PAGES.into_iter().find(|page| is_below(path, page)).unwrap_or("/apps").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_needs_an_editor_unless_it_is_named() {
        for (route, role) in [
            ("/account/theme", Role::Viewer),
            ("/session", Role::Viewer),
            ("/accounting", Role::Editor),
            ("/anything/new", Role::Editor),
            ("/apps/autotask/opportunities", Role::Editor),
            ("/apps/autotask/connection/test", Role::Administrator),
            ("/settings/users", Role::Administrator),
        ] {
            assert_eq!(needed(route), role, "{route}");
        }
    }

    #[test]
    fn a_form_leads_back_to_its_page() {
        for (path, page) in [
            ("/activity/0192/retry", "/activity/0192"),
            ("/activity/0192/company", "/activity/0192"),
            ("/apps/autotask/opportunities/sync", "/apps/autotask/opportunities"),
            ("/apps/autotask/tickets/sync", "/apps/autotask/tickets"),
            ("/apps/autotask/connection/test", "/apps/autotask/connection"),
            ("/apps/autotask/lists/refresh", "/apps/autotask"),
            ("/account/password", "/account"),
            ("/activity/backfill", "/activity/backfill"),
            ("/catalogue/brands/merge", "/catalogue/brands"),
            ("/history/12/undo", "/history"),
            ("/repairs/0192/ignore", "/repairs"),
            ("/somewhere/else", "/apps"),
            ("//evil.example/retry", "/apps"),
        ] {
            assert_eq!(page_of(path), page, "{path}");
        }
    }
}
