//! What an operator sees and relies on: metrics, reasons for waiting, one id through the log, what crashes do, how much
//! is taken in, and how long what is done is kept.

mod crashes;
mod full;
mod metrics;
mod request_ids;
mod retention;
mod waits;

use reqwest::header;

use crate::harness::TestApp;

impl TestApp {
    /// A page as an administrator sees it, with its apostrophes and quotation marks.
    async fn look(&self, path: &str) -> String {
        let password = "a sentence is fine";
        self.services.put_user(self.tenant, "ops@example.com", "Ops", password.into()).await.unwrap();
        let token = self.services.sign_in("ops@example.com", password.into(), "10.0.0.1").await.unwrap();
        let request = self.http.get(self.url(path)).header(header::COOKIE, format!("session={token}"));
        let text = request.send().await.unwrap().text().await.unwrap();
        text.replace("&#39;", "'").replace("&#34;", "\"")
    }
}
