//! `opportune check`: says what is wrong on this machine and with the connections, and how to mend it.

use std::{fmt::Write, net::SocketAddr};

use clap::Args;
use serde::Serialize;

use super::{DatabaseArgs, json, say};
use crate::{
    app,
    clock::{Clock, Millis},
    config::{Config, Role, WorkerConfig},
    db::{self, Db},
    domain::{ids::TenantId, settings::page::Page},
    error::{Error, Result},
    service::{
        Services,
        checklist::{Line, Outcome},
        connect::AUTOTASK,
        settings::SettingsView,
    },
};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Check the connection of this tenant alone
    tenant: Option<String>,
    /// Print the lines as one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// What one line is about and how it went.
#[derive(Debug, Serialize)]
struct Item {
    /// The tenant; none for the machine.
    tenant: Option<String>,
    label: String,
    outcome: Outcome,
    took_ms: Option<u64>,
    sentence: String,
    fix: String,
}

/// A push that nobody takes for this long wants a look …
const LATE: Millis = 60 * 1_000;
/// … and for this long means that there is no worker.
const SILENT: Millis = 6 * LATE;

impl Item {
    fn new(label: &str, outcome: Outcome, sentence: impl Into<String>, fix: impl Into<String>) -> Self {
        let (sentence, fix) = (sentence.into(), fix.into());
        Self { tenant: None, label: label.to_owned(), outcome, took_ms: None, sentence, fix }
    }

    fn of(tenant: &str, line: Line) -> Self {
        let Line { check, outcome, took_ms, sentence, fix } = line;
        Self {
            tenant: Some(tenant.to_owned()),
            label: check.label().to_owned(),
            outcome,
            took_ms,
            sentence,
            fix,
        }
    }
}

impl CheckArgs {
    pub(super) async fn run(self) -> Result<()> {
        let items = self.items().await?;
        say(&if self.json { json(&items)? } else { text(&items) })?;
        match items.iter().filter(|item| item.outcome == Outcome::Failed).count() {
            0 => Ok(()),
            1 => Err(Error::Conflict("1 check failed.".to_owned())),
            many => Err(Error::Conflict(format!("{many} checks failed."))),
        }
    }

    async fn items(&self) -> Result<Vec<Item>> {
        let config = self.config();
        let mut items = vec![key_file(&config)];
        items.extend(database(&config).await);
        if items.iter().any(|item| item.outcome == Outcome::Failed) {
            return Ok(items);
        }
        let services = app::services(&config, Clock::system()).await?;
        items.push(worker(&services).await?);
        for (tenant, name) in services.tenants(self.tenant.as_deref()).await? {
            match services.test_saved(tenant).await? {
                Some(list) => items.extend(list.lines.into_iter().map(|line| Item::of(&name, line))),
                None => items.push(Item {
                    tenant: Some(name.clone()),
                    ..Item::new(
                        "Autotask",
                        Outcome::Warning,
                        "Autotask is not connected.",
                        "Connect it on the page /apps/autotask/connection.",
                    )
                }),
            }
            items.extend(tickets(&services, tenant, &name).await?);
        }
        Ok(items)
    }

    fn config(&self) -> Config {
        Config {
            database_url: self.database.database_url.clone(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            metrics_listen: None,
            role: Role::Web,
            key_file: self.database.key_file.clone(),
            key: self.database.key.clone(),
            worker: WorkerConfig::default(),
            secure_cookies: false,
            discovery_url: AUTOTASK.to_owned(),
            test_server: false,
        }
    }
}

/// The key is looked for, never made: a new one opens nothing that is saved.
fn key_file(config: &Config) -> Item {
    const LABEL: &str = "Key file";
    if config.key.is_some() {
        return Item::new("Key", Outcome::Passed, "It is in OPPORTUNE_KEY.", "");
    }
    match app::key_file(config) {
        Err(error) => Item::new(LABEL, Outcome::Failed, "No key file is named.", error.to_string()),
        Ok(path) if !path.exists() => Item::new(
            LABEL,
            Outcome::Failed,
            format!("There is no key file at {}.", path.display()),
            "Put it back from the backup: without it the saved secrets cannot be read. The first start makes a new one.",
        ),
        Ok(path) => match crate::crypto::Sealer::from_file(&path) {
            Ok(_) => Item::new(LABEL, Outcome::Passed, path.display().to_string(), ""),
            Err(error) => {
                Item::new(LABEL, Outcome::Failed, "The key file cannot be used.", error.to_string())
            }
        },
    }
}

async fn database(config: &Config) -> Vec<Item> {
    let db = match Db::open_as_it_is(&config.database_url).await {
        Ok(db) => db,
        Err(error) => {
            let fix = "Check DATABASE_URL and that the database runs.";
            return vec![Item::new("Database", Outcome::Failed, error.to_string(), fix)];
        }
    };
    let answers = Item::new("Database", Outcome::Passed, "It answers.", "");
    let migrations = match db.missing_migrations().await {
        Ok(0) => Item::new("Migrations", Outcome::Passed, "The schema is up to date.", ""),
        Ok(missing) => Item::new(
            "Migrations",
            Outcome::Failed,
            format!("The schema lacks {missing} of this version's migrations."),
            "Run: opportune migrate",
        ),
        Err(error) => {
            Item::new("Migrations", Outcome::Failed, error.to_string(), "Check that the database runs.")
        }
    };
    vec![answers, migrations]
}

async fn worker(services: &Services) -> Result<Item> {
    let now = services.clock.now();
    let mut tx = services.db.read().await?;
    let late = db::oldest_due(&mut tx, now).await?.map_or(0, |due| now - due);
    let sentence = format!("A quote has been due for {} seconds.", late / 1_000);
    Ok(match late {
        ..LATE => Item::new("Worker", Outcome::Passed, "No quote is overdue.", ""),
        LATE..SILENT => Item::new("Worker", Outcome::Warning, sentence, "Check again in a few minutes."),
        _ => Item::new(
            "Worker",
            Outcome::Failed,
            sentence,
            "Check that opportune serve runs, with role all or worker.",
        ),
    })
}

/// What keeps sales from becoming tickets, where they should.
async fn tickets(services: &Services, tenant: TenantId, name: &str) -> Result<Vec<Item>> {
    let SettingsView { settings, lists, .. } = services.settings_view(tenant).await?;
    if !settings.tickets.enabled {
        return Ok(Vec::new());
    }
    let item = |outcome, sentence: String, fix: &str| Item {
        tenant: Some(name.to_owned()),
        ..Item::new("Tickets", outcome, sentence, fix)
    };
    if settings.tickets.sections.is_none() {
        let sentence = "The sync is on and was never set up. Sales are held.".to_owned();
        return Ok(vec![item(Outcome::Failed, sentence, "Save the page /apps/autotask/tickets.")]);
    }
    let inactive = settings.inactive(&lists).into_iter();
    let inactive = inactive.filter(|choice| Page::of(choice.path).has_tickets());
    let told = inactive.map(|choice| {
        let sentence = format!("{} is inactive in Autotask: {}.", choice.label, choice.field);
        item(Outcome::Warning, sentence, "Choose another on the page /apps/autotask/tickets.")
    });
    Ok(told.collect())
}

fn text(items: &[Item]) -> String {
    let mut text = String::new();
    let mut about: Option<&Option<String>> = None;
    for item in items {
        if about != Some(&item.tenant) {
            let heading = item.tenant.as_deref().unwrap_or("This machine");
            let _ = writeln!(text, "{}{heading}", if about.is_some() { "\n" } else { "" });
            about = Some(&item.tenant);
        }
        let took = item.took_ms.map(|millis| format!("{millis} ms")).unwrap_or_default();
        let line = format!("  {:<12}{:<36}{took:>9}  {}", item.outcome.label(), item.label, item.sentence);
        let _ = writeln!(text, "{}", line.trim_end());
        if !item.fix.is_empty() {
            let _ = writeln!(text, "{:59}→ {}", "", item.fix);
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_under_what_they_are_about() {
        let tenant = Item {
            tenant: Some("Northwind".to_owned()),
            took_ms: Some(12),
            ..Item::new("Address found", Outcome::Failed, "It was not found.", "Check DNS.")
        };
        let said = text(&[Item::new("Database", Outcome::Passed, "It answers.", ""), tenant]);
        let lines: Vec<String> =
            said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let expected = [
            "This machine",
            "Passed Database It answers.",
            "",
            "Northwind",
            "Failed Address found 12 ms It was not found.",
            "→ Check DNS.",
        ];
        assert_eq!(lines, expected);
    }
}
