//! Where requests may go: Autotask's own hosts, or exactly the server that the operator named.
//!
//! Addresses arrive from the network (zone information) and from the database, so they are vetted every time that
//! they are used: first as written, here; then as resolved, in [`super::resolve`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Where Autotask tells which zone an API user belongs to.
pub const DISCOVERY_URL: &str = "https://webservices.autotask.net";

/// The longest address that is looked at, in bytes.
const LONGEST: usize = 200;
/// Hosts of the vendor's pre-release zones, which bear no number.
const PRE_RELEASE: [&str; 2] = ["prde", "pres"];

/// Whose server answers at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realm {
    /// The vendor's, on the internet.
    Autotask,
    /// One that the operator named: the emulator.
    Named,
}

impl Realm {
    /// Whether this realm's servers may be at an address. A name of the vendor's never leads into our own network; the
    /// operator's server may be there, but not where machines ask for their own identity (link-local).
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Autotask => is_global(address),
            Self::Named => !is_nobodys(address),
        }
    }
}

/// Vets the address where zones are looked up.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn discovery(raw: &str) -> Result<(Url, Realm), &'static str> {
    let url = plain(raw.trim_end_matches('/'), true)?;
    let realm = realm(&url)?;
    Ok((url, realm))
}

/// Vets a zone's address against the address where it was looked up.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn zone(discovery_url: &str, raw: &str) -> Result<Realm, &'static str> {
    let (asked, asked_realm) = discovery(discovery_url)?;
    let url = plain(raw, false)?;
    if !url.path().ends_with('/') {
        return Err("does not end with a slash");
    }
    same_side(&asked, asked_realm, &url)
}

/// Vets the address where people open Autotask: pages link to it.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn web(discovery_url: &str, raw: &str) -> Result<(), &'static str> {
    let (asked, asked_realm) = discovery(discovery_url)?;
    let url = plain(raw, false)?;
    let is_vendors = url.scheme() == "https" && url.port().is_none() && is_below_vendor(&url);
    match asked_realm {
        Realm::Autotask if is_vendors => Ok(()),
        Realm::Autotask => Err("is outside Autotask"),
        Realm::Named => same_side(&asked, asked_realm, &url).map(drop),
    }
}

fn same_side(asked: &Url, asked_realm: Realm, url: &Url) -> Result<Realm, &'static str> {
    match asked_realm {
        Realm::Autotask if realm(url)? == Realm::Autotask => Ok(Realm::Autotask),
        Realm::Autotask => Err("is outside Autotask"),
        Realm::Named if asked.origin() == url.origin() => Ok(Realm::Named),
        Realm::Named => Err("is another server than the one that was asked"),
    }
}

/// An address that reads the same to every parser: whatever one would drop, decode or complete is refused.
fn plain(raw: &str, may_lack_slash: bool) -> Result<Url, &'static str> {
    if raw.len() > LONGEST {
        return Err("is too long");
    }
    let url = Url::parse(raw).map_err(|_| "is not an address")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("holds a query or a fragment");
    }
    let is_same = url.as_str() == raw || may_lack_slash && url.as_str().strip_suffix('/') == Some(raw);
    if is_same { Ok(url) } else { Err("is not written in its plain form") }
}

fn realm(url: &Url) -> Result<Realm, &'static str> {
    if is_below_vendor(url) {
        let is_listed =
            url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(is_listed);
        return if is_listed { Ok(Realm::Autotask) } else { Err("is no address of Autotask's API") };
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is not an http or https address");
    }
    let is_refused = match url.host() {
        Some(Host::Ipv4(address)) => is_nobodys(address.into()),
        Some(Host::Ipv6(address)) => is_nobodys(address.into()),
        Some(Host::Domain(_)) => false,
        None => true,
    };
    if is_refused { Err("leads to an address that no server has") } else { Ok(Realm::Named) }
}

fn is_below_vendor(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    host == "autotask.net" || host.ends_with(".autotask.net")
}

/// `webservices`, `webservices14` and the pre-release hosts.
fn is_listed(host: &str) -> bool {
    let Some(label) = host.strip_suffix(".autotask.net") else { return false };
    let is_number = |rest: &str| rest.len() <= 4 && rest.bytes().all(|byte| byte.is_ascii_digit());
    PRE_RELEASE.contains(&label) || label.strip_prefix("webservices").is_some_and(is_number)
}

/// Link-local (cloud metadata is there), unspecified and multicast.
fn is_nobodys(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_link_local() || v4.octets()[0] == 0 || v4.octets()[0] >= 224,
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_multicast() || v6.segments()[0] & 0xffc0 == 0xfe80,
    }
}

/// Whether an address is one of the public internet. An IPv4 address that is wrapped in an IPv6 one is not: who is
/// behind it is the wrapping's business.
fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !NOT_GLOBAL_V4.iter().any(|(net, bits)| is_within_v4(v4, *net, *bits)),
        IpAddr::V6(v6) => {
            is_within_v6(v6, 0x2000, 0, 3)
                && !NOT_GLOBAL_V6.iter().any(|(first, second, bits)| is_within_v6(v6, *first, *second, *bits))
        }
    }
}

/// IANA's special-purpose registry: this network, private, shared (CGNAT), loopback, link-local, protocol
/// assignments, documentation, 6to4 relays, benchmarking, multicast, reserved and broadcast.
const NOT_GLOBAL_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Within `2000::/3`, outside of which nothing is global: Teredo, ORCHID and other protocol assignments,
/// documentation, 6to4, documentation again. The first two segments and the length of the prefix.
const NOT_GLOBAL_V6: [(u16, u16, u32); 4] =
    [(0x2001, 0, 23), (0x2001, 0x0db8, 32), (0x2002, 0, 16), (0x3fff, 0, 20)];

fn is_within_v4(address: Ipv4Addr, net: [u8; 4], bits: u32) -> bool {
    (u32::from(address) ^ u32::from(Ipv4Addr::from(net))) >> (32 - bits) == 0
}

fn is_within_v6(address: Ipv6Addr, first: u16, second: u16, bits: u32) -> bool {
    let net = Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0);
    (u128::from(address) ^ u128::from(net)) >> (128 - bits) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_global() {
        let global =
            ["8.8.8.8", "20.190.1.1", "100.63.255.255", "172.32.0.1", "192.0.1.1", "223.255.255.254"];
        let global_v6 = ["2606:4700::1111", "2a00:1450::1", "2001:200::1", "2003::1"];
        for address in global.into_iter().chain(global_v6) {
            assert!(is_global(address.parse().unwrap()), "{address}");
        }
        let other = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1 169.254.169.254 \
            172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 \
            198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 \
            ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:20::1 \
            2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1";
        for address in other.split_whitespace() {
            assert!(!is_global(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_operators_server_may_be_in_our_network_but_not_at_the_clouds_metadata() {
        for address in ["127.0.0.1", "10.1.2.3", "::1", "fd00::1", "8.8.8.8"] {
            assert!(Realm::Named.allows(address.parse().unwrap()), "{address}");
        }
        for address in ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "::ffff:169.254.169.254", "::"]
        {
            assert!(!Realm::Named.allows(address.parse().unwrap()), "{address}");
        }
    }
}
