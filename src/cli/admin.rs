//! `opportune admin`: tenants, people, API tokens and connections.

use std::io::{self, Read};

use clap::{Args, Subcommand};
use secrecy::SecretString;

use super::{DatabaseArgs, say};
use crate::{
    domain::person,
    error::{Error, Result},
    service::{
        Services,
        connect::{AUTOTASK, Connected, Consent, Entered},
        sources::{QUOTE_MANAGER, SourceConnected},
    },
};

#[derive(Debug, Args)]
pub struct AdminArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// An emulator's address in place of Quote Manager's, for tests
    #[arg(long, env = "OPPORTUNE_QUOTE_MANAGER_URL", default_value = QUOTE_MANAGER)]
    quote_manager_url: String,
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Add a tenant
    AddTenant { tenant: String },
    /// Add a person, or set their password; the password is read from standard input
    AddUser {
        tenant: String,
        email: String,
        name: String,
        /// viewer, editor or administrator; without it, a new person is an administrator and a known one keeps their role
        #[arg(long)]
        role: Option<person::Role>,
    },
    /// Add an API token and print it once
    AddToken { tenant: String, name: String },
    /// Set a tenant's Autotask credentials; the secret is read from standard input
    Connect {
        tenant: String,
        user_name: String,
        integration_code: String,
        /// The currency of Autotask's amounts
        #[arg(long, default_value = "USD")]
        currency: String,
        /// Where the zone is looked up; an emulator's address for tests
        #[arg(long, default_value = AUTOTASK)]
        discovery_url: String,
    },
    /// Connect a tenant's Kaseya Quote Manager; its API key is read from standard input
    ConnectQuoteManager { tenant: String },
    /// Seal every secret with a new key, while everything runs
    RotateKey {
        /// Then forget the older keys: backups that were made before cannot be opened any more
        #[arg(long)]
        forget_old: bool,
    },
    /// Fetch a tenant's Autotask lists anew
    RefreshLists { tenant: String },
}

impl AdminArgs {
    pub async fn run(self) -> Result<()> {
        let services = self.database.services(&self.quote_manager_url).await?;
        self.command.run(&services).await
    }
}

impl AdminCommand {
    async fn run(self, services: &Services) -> Result<()> {
        match self {
            Self::AddTenant { tenant } => {
                services.add_tenant(&tenant).await?;
                say(&format!("Tenant {tenant} is there. Next: opportune admin add-user"))
            }
            Self::AddUser { tenant, email, name, role } => {
                let tenant = services.tenant(&tenant).await?;
                let password = from_standard_input("password")?;
                match role {
                    Some(role) => services.put_user_as(tenant, &email, &name, password, role).await?,
                    None => services.put_user(tenant, &email, &name, password).await?,
                }
                say(&format!("{name} can sign in as {email}."))
            }
            Self::AddToken { tenant, name } => {
                let tenant = services.tenant(&tenant).await?;
                say(&services.add_token(tenant, &name).await?)
            }
            Self::Connect { tenant, user_name, integration_code, currency, discovery_url } => {
                let tenant = services.tenant(&tenant).await?;
                let secret = from_standard_input("secret")?;
                let discovery_url = Some(discovery_url);
                let entered = Entered { user_name, secret, integration_code, currency, discovery_url };
                let saved = services.save_connection(tenant, None, &entered, Consent::default()).await?;
                connected(saved)?;
                services.refresh_lists(tenant).await?;
                say("Connected. The lists are fetched.")
            }
            Self::ConnectQuoteManager { tenant } => {
                let tenant = services.tenant(&tenant).await?;
                let key = from_standard_input("API key")?;
                read_from(services.save_source_connection(tenant, "quote-manager", None, &key).await?)?;
                say(
                    "Connected. The worker reads what is there; quotes from before now are not sent by themselves.",
                )
            }
            Self::RotateKey { forget_old } => {
                let sealed = services.rotate_key().await?;
                if forget_old {
                    services.forget_old_keys().await?;
                }
                say(&format!("{sealed} secrets are sealed with the new key."))
            }
            Self::RefreshLists { tenant } => {
                let tenant = services.tenant(&tenant).await?;
                services.refresh_lists(tenant).await?;
                say("The lists are fetched.")
            }
        }
    }
}

/// Refuses what was not saved, with the line of the test that says why.
fn connected(saved: Connected) -> Result<()> {
    match saved {
        Connected::Done { .. } => Ok(()),
        Connected::Wrong(errors) => {
            let sentences: Vec<String> =
                errors.iter().flat_map(|(_, sentences)| sentences.to_vec()).collect();
            Err(Error::Conflict(format!("Not saved. {}.", sentences.join(". "))))
        }
        Connected::Failed { checklist, .. } => {
            let why = checklist.failed().map(|line| format!(" {} {}", line.sentence, line.fix));
            Err(Error::Conflict(format!("Not saved.{}", why.unwrap_or_default())))
        }
        Connected::OtherCompany { before, now } => Err(Error::Conflict(format!(
            "Not saved. Before, {before} was connected, and this is {now}. Connect it on the connection page, which asks about it."
        ))),
    }
}

/// Refuses a key that was not saved, with the line of the test that says why.
fn read_from(saved: SourceConnected) -> Result<()> {
    match saved {
        SourceConnected::Done(_) => Ok(()),
        SourceConnected::Wrong(errors) => {
            let sentences: Vec<String> =
                errors.iter().flat_map(|(_, sentences)| sentences.to_vec()).collect();
            Err(Error::Conflict(format!("Not saved. {}.", sentences.join(". "))))
        }
        SourceConnected::Failed(checklist) => {
            let why = checklist.failed().map(|line| format!(" {} {}", line.sentence, line.fix));
            Err(Error::Conflict(format!("Not saved.{}", why.unwrap_or_default())))
        }
    }
}

/// Secrets are never arguments: those can be read in the list of processes.
fn from_standard_input(what: &str) -> Result<SecretString> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(Error::internal)?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Error::Conflict(format!("Give the {what} on standard input.")));
    }
    Ok(SecretString::from(text.to_owned()))
}
