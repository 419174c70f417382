//! Names become addresses, and those are vetted before anything connects to them. What was vetted is what is
//! connected to: the connection takes its addresses from here, so that a name that changes meanwhile (rebinding)
//! changes nothing.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Realm;

/// The machine's own resolver.
#[derive(Debug)]
pub struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// A resolver whose addresses are left out where a realm's servers may not be.
#[derive(Debug)]
pub struct Vetted<R> {
    resolver: R,
    realm: Realm,
}

impl<R> Vetted<R> {
    /// Vets what `resolver` finds.
    pub fn new(resolver: R, realm: Realm) -> Self {
        Self { resolver, realm }
    }
}

impl<R: Resolve> Resolve for Vetted<R> {
    fn resolve(&self, name: Name) -> Resolving {
        let (realm, host) = (self.realm, name.as_str().to_owned());
        let found = self.resolver.resolve(name);
        Box::pin(async move {
            let allowed: Vec<SocketAddr> =
                found.await?.filter(|address| realm.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(format!("{host} leads to no address that requests may go to").into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
