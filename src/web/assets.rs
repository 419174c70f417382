//! Style sheet, script and icon: embedded, compressed once, served under names that carry their content's hash.

use axum::Router;

/// The addresses of the assets.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The script.
    pub script: String,
    /// The script that tells when the session is about to end.
    pub session: String,
    /// The icon.
    pub icon: String,
}

/// Where assets are served.
const ROOT: &str = "/static";

/// The routes of the assets, and their addresses.
pub fn assets<S: Clone + Send + Sync + 'static>() -> (Router<S>, Assets) {
    let files = memory_serve::load!().index_file(None).enable_hashed_routes(true);
    let manifest = files.manifest();
    let address = |path: &str| format!("{ROOT}{}", manifest.get(path).unwrap_or(path));
    let assets = Assets {
        css: address("/app.css"),
        script: address("/app.js"),
        session: address("/session.js"),
        icon: address("/favicon.svg"),
    };
    (Router::new().nest(ROOT, files.into_router()), assets)
}
