//! Pages: HTML for people. One file a page; each handler extracts, calls one service function and fills a view.

mod account;
mod activity;
mod api_docs;
mod apps;
mod assets;
mod autotask;
mod backfill;
mod backfill_view;
mod brands;
mod catalogue;
mod categories;
mod category_map;
mod category_map_view;
mod clash;
mod connection;
mod connection_view;
mod customer;
mod error;
mod extract;
mod filler;
mod guard;
mod history;
mod history_export;
mod history_params;
mod history_view;
mod items;
mod lists;
mod opportunities;
mod opportunities_notice;
mod opportunities_view;
mod parked;
mod preview;
mod preview_view;
mod push;
mod repair_list;
mod repairs;
mod settings_file;
mod settings_summary;
mod sign_in;
mod switch_view;
mod tickets;
mod tickets_summary;
mod tickets_view;
mod upload;
pub mod view;
mod waits;
mod words;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware,
    response::Redirect,
    routing::{get, post},
};
use serde_json::Value;
use tower_http::{
    compression::CompressionLayer, csrf::CsrfLayer, limit::RequestBodyLimitLayer,
    set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

use self::assets::{Assets, assets};
use crate::service::Services;

/// The longest form that is read, in bytes.
const MAX_FORM: usize = 1024 * 1024;
/// The longest that a page may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What every page works with.
#[derive(Clone, Debug)]
pub struct WebState {
    services: Services,
    assets: Assets,
    api: Arc<view::ApiReference>,
    secure_cookies: bool,
    test_server: bool,
}

/// Everything from this origin, nothing inline, nothing framed.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// All pages. `openapi` is the document that `/api/docs` shows; `secure_cookies` where pages are served over HTTPS;
/// `test_server` shows that Autotask is the emulator.
pub fn router(services: Services, openapi: &Value, secure_cookies: bool, test_server: bool) -> Router {
    let (files, assets) = assets();
    let api = Arc::new(api_docs::reference(openapi));
    let state = WebState { services, assets, api, secure_cookies, test_server };
    let pages = Router::new()
        .route("/", get(async || Redirect::to("/apps")))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/session", post(account::stay))
        .route("/account", get(account::show))
        .route("/account/theme", post(account::set_theme))
        .route("/account/password", post(account::change_password))
        .route("/account/sessions/end", post(account::end_other_sessions))
        .route("/apps", get(apps::show))
        .route("/apps/autotask", get(autotask::show))
        .route("/apps/autotask/lists/refresh", post(lists::refresh))
        .route("/apps/autotask/connection", get(connection::show).post(connection::save))
        .route("/apps/autotask/connection/test", post(connection::test))
        .route("/apps/autotask/connection/reconnect", post(connection::reconnect))
        .route("/apps/autotask/connection/disconnect", get(connection::ask).post(connection::disconnect))
        .merge(settings_pages())
        .merge(push_pages())
        .route("/api/docs", get(api_docs::show))
        .merge(catalogue::routes())
        .fallback(error::no_such_page)
        .method_not_allowed_fallback(error::no_such_page)
        .layer(middleware::from_fn_with_state(state.clone(), guard::check))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(CsrfLayer::new())
        .layer(RequestBodyLimitLayer::new(MAX_FORM))
        .layer(middleware::from_fn_with_state(state.clone(), error::render))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT));
    let all = HEADERS.into_iter().fold(pages.merge(files), |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    });
    all.layer(CompressionLayer::new()).with_state(state)
}

/// The Opportunities and the Tickets page, with everything that is done from them, and the history of what they saved.
fn settings_pages() -> Router<WebState> {
    Router::new()
        .route("/apps/autotask/opportunities", get(opportunities::show).post(opportunities::save))
        .route("/apps/autotask/opportunities/revision", get(opportunities::revision))
        .route("/apps/autotask/opportunities/saved", get(settings_summary::show))
        .route("/apps/autotask/opportunities/draft", post(opportunities::draft))
        .route("/apps/autotask/opportunities/brands", post(opportunities::add_brand))
        .route("/apps/autotask/opportunities/file", get(settings_file::show).post(settings_file::compare))
        .route("/apps/autotask/opportunities/file.toml", get(settings_file::download))
        .route("/apps/autotask/opportunities/preview", get(preview::show).post(preview::of_form))
        .route("/apps/autotask/opportunities/map", get(category_map::back).post(category_map::tool))
        .route("/apps/autotask/opportunities/map.csv", get(category_map::export))
        .route("/apps/autotask/opportunities/map/import", get(category_map::ask).post(category_map::import))
        .route("/apps/autotask/opportunities/sync", post(opportunities::switch))
        .route("/apps/autotask/opportunities/sync/off", get(opportunities::turn_off))
        .route("/apps/autotask/tickets", get(tickets::show).post(tickets::save))
        .route("/apps/autotask/tickets/saved", get(tickets_summary::show))
        .route("/apps/autotask/tickets/draft", post(tickets::draft))
        .route("/apps/autotask/tickets/preview", get(preview::show).post(preview::of_form))
        .route("/apps/autotask/tickets/sync", post(tickets::switch))
        .route("/apps/autotask/tickets/sync/off", get(tickets::turn_off))
        .route("/history", get(history::show))
        .route("/history.csv", get(history::csv))
        .route("/history.json", get(history::json))
        .route("/history/compare", get(history::compare))
        .route("/history/{revision}", get(history::revision))
        .route("/history/{revision}/undo", post(history::undo))
}

/// What was sent, what waits, what was never sent, and what needs a person.
fn push_pages() -> Router<WebState> {
    Router::new()
        .route("/activity", get(activity::show))
        .route("/activity/backfill", get(backfill::show).post(backfill::send))
        .route("/activity/backfill/confirm", get(backfill::confirm))
        .route("/activity/backfill/{id}", get(backfill::sent))
        .route("/activity/{id}", get(push::show))
        .route("/activity/{id}/retry", post(push::retry))
        .route("/activity/{id}/company", post(customer::link))
        .route("/activity/{id}/opportunity", get(repairs::ask_link).post(repairs::link))
        .route("/activity/{id}/stop", get(repairs::ask_stop).post(repairs::stop))
        .route("/activity/{id}/resume", post(repairs::resume))
        .route("/repairs", get(repair_list::show))
        .route("/repairs/check", post(repair_list::check_now))
        .route("/repairs/{id}/ignore", post(repair_list::ignore))
}
