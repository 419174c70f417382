//! Style sheet, script and icon: embedded, served under names that carry their content's hash.

use axum::{Router, http::header, routing::get};
use sha2::{Digest, Sha256};

/// The addresses of the assets.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The script.
    pub script: String,
    /// The icon.
    pub icon: String,
}

/// Where assets are served.
const ROOT: &str = "/static";

/// The files of `static/` that are the page's one script, in the order in which they run. They share no names: each is
/// a block of its own.
const SCRIPTS: [&str; 4] = [
    include_str!("../../static/app.js"),
    include_str!("../../static/combobox.js"),
    include_str!("../../static/session.js"),
    include_str!("../../static/map.js"),
];

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The routes of the assets, and their addresses.
pub fn assets<S: Clone + Send + Sync + 'static>() -> (Router<S>, Assets) {
    let files = memory_serve::load!().index_file(None).enable_hashed_routes(true);
    let manifest = files.manifest();
    let address = |path: &str| format!("{ROOT}{}", manifest.get(path).unwrap_or(path));
    let (css, icon) = (address("/app.css"), address("/favicon.svg"));
    let code = script();
    let script = format!("{ROOT}/{}.js", hash(&code));
    let headers =
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, FOR_EVER)];
    let router = Router::new()
        .nest(ROOT, files.into_router())
        .route(&script, get(async move || (headers, code.clone())));
    (router, Assets { css, script, icon })
}

/// All scripts as one, so that a page asks for one.
pub(in crate::web) fn script() -> String {
    SCRIPTS.map(|code| ["{\n", code, "}\n"].concat()).concat()
}

/// A name that changes with the text: two texts in circulation never share one.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().take(8).fold(String::new(), |name, byte| name + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::SCRIPTS;

    #[test]
    fn scripts_can_stand_in_one_block_each() {
        for code in SCRIPTS {
            let is_module = |line: &str| line.starts_with("import ") || line.starts_with("export ");
            assert!(!code.lines().any(is_module), "{code}");
            assert!(code.ends_with('\n'));
        }
    }
}
