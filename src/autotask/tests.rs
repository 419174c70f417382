//! The client against servers that are written by hand: each answers as a test tells it to, byte by byte.

mod calls;
mod hostile;
mod server;
mod zones;

use std::time::Duration;

use super::{Access, Client, resolve::System, send::Limits};

const USER: &str = "api@msp.example";
const SECRET: &str = "canary-secret-4711";

/// Limits that no test waits for.
fn limits() -> Limits {
    let long = Duration::from_secs(20);
    Limits { connect: long, read: long, write: long, answer: 8 * 1024 * 1024 }
}

fn client() -> Client {
    Client::with(limits(), || System).unwrap()
}

/// Access to a server of the test's own.
fn access(origin: &str) -> Access {
    Access {
        discovery_url: origin.to_owned(),
        zone_url: format!("{origin}/ATServicesRest/"),
        user_name: USER.to_owned(),
        secret: SECRET.into(),
        integration_code: "canary-code-4712".to_owned(),
    }
}
