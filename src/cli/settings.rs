//! `opportune settings`: the settings as a TOML file.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};

use super::{DatabaseArgs, say};
use crate::{
    domain::{
        author::Author,
        settings::{
            diff::{Change, NEVER_SAVED},
            file::{Ids, Problem},
            form::SettingsForm,
        },
    },
    error::{Error, Result},
    service::{Services, settings::Saved, settings_file::FileRead, sources::QUOTE_MANAGER},
};

#[derive(Debug, Args)]
pub struct SettingsArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: SettingsCommand,
}

#[derive(Debug, Subcommand)]
enum SettingsCommand {
    /// Write the settings as a TOML file
    Export {
        #[arg(long)]
        tenant: String,
        /// The file [default: standard output]
        #[arg(long)]
        file: Option<PathBuf>,
        /// Leave out the ids, for another tenant, whose ids differ
        #[arg(long)]
        names_only: bool,
    },
    /// Show what a TOML file would change, and with --yes save it
    Import {
        #[arg(long)]
        tenant: String,
        #[arg(long)]
        file: PathBuf,
        /// Only show what would change
        #[arg(long, conflicts_with = "yes")]
        dry_run: bool,
        /// Save it
        #[arg(long)]
        yes: bool,
        /// Why, for the history
        #[arg(long, default_value = "")]
        note: String,
    },
}

impl SettingsArgs {
    pub async fn run(self) -> Result<()> {
        let services = self.database.services(QUOTE_MANAGER).await?;
        match self.command {
            SettingsCommand::Export { tenant, file, names_only } => {
                let ids = if names_only { Ids::LeftOut } else { Ids::Written };
                let text = services.settings_file(services.tenant(&tenant).await?, &tenant, ids).await?;
                write(file.as_deref(), &text)
            }
            SettingsCommand::Import { tenant, file, dry_run, yes, note } => {
                let import = Import { tenant, dry_run, yes, note };
                import.run(&services, &read(&file)?).await
            }
        }
    }
}

/// What is done with a file that was read.
struct Import {
    tenant: String,
    dry_run: bool,
    yes: bool,
    note: String,
}

impl Import {
    async fn run(self, services: &Services, text: &str) -> Result<()> {
        let tenant = services.tenant(&self.tenant).await?;
        let (form, revision, changes) = match services.read_settings_file(tenant, text).await? {
            FileRead::Fits { form, revision, changes } => (form, revision, changes),
            FileRead::Wrong(problems) => return Err(refusal(&problems)),
        };
        if changes.is_empty() {
            return say("Nothing to save. These settings were already up to date.");
        }
        say(&changes.iter().map(line).collect::<Vec<_>>().join("\n"))?;
        if self.dry_run {
            return say("Nothing was saved: this was a dry run.");
        }
        if !self.yes {
            return Err(Error::Conflict(
                "Nothing was saved. Run it again with --yes to save this.".to_owned(),
            ));
        }
        let form = SettingsForm { note: self.note, ..*form };
        match services.save_settings_at(tenant, &Author::OPERATOR, revision, &form).await? {
            Saved::Done { revision, .. } => say(&format!("Saved as revision {revision}.")),
            _ => Err(Error::Conflict(
                "Nothing was saved: the settings changed at the same moment. Run it again.".to_owned(),
            )),
        }
    }
}

/// A change as `label: before → after`.
fn line(change: &Change) -> String {
    let before = change.before.as_deref().unwrap_or(NEVER_SAVED);
    format!("{}: {before} → {}", change.label, change.after)
}

fn refusal(problems: &[Problem]) -> Error {
    let lines: Vec<_> = problems.iter().map(|problem| format!("\n  {problem}.")).collect();
    Error::Conflict(format!("Nothing was saved. The file cannot be used:{}", lines.concat()))
}

fn read(path: &Path) -> Result<String> {
    let unreadable =
        |error: io::Error| Error::Conflict(format!("{} cannot be read: {error}.", path.display()));
    fs::read_to_string(path).map_err(unreadable)
}

fn write(path: Option<&Path>, text: &str) -> Result<()> {
    let Some(path) = path else {
        let mut out = io::stdout().lock();
        return out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::internal);
    };
    let unwritable =
        |error: io::Error| Error::Conflict(format!("{} cannot be written: {error}.", path.display()));
    fs::write(path, text).map_err(unwritable)
}
