//! Addresses that somebody hopes we would follow. Every case is served as a zone answer and read from the database,
//! and a server that nobody should come to watches.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::json;

use super::{
    USER, access, client, limits,
    server::{Answer, Server},
};
use crate::autotask::{Access, Call, Client, DISCOVERY_URL, Failure, address};

/// Hosts inside our network, in every way to write them.
const INSIDE: &str = "127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7F.1 0177.0.0.1 017700000001 127.0.0.1. \
    127.255.255.254 0 0.0.0.0 0x0 localhost localhost. LOCALHOST localhost.localdomain sub.localhost [::1] [::] \
    [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::1] \
    [fe80::1] [fc00::1] [fd00:ec2::254] [ff02::1] [::ffff:a9fe:a9fe] 169.254.169.254 2852039166 0xa9fea9fe \
    0251.0376.0251.0376 169.254.43518 10.0.0.1 172.16.0.1 192.168.0.1 100.64.0.1 198.18.0.1 224.0.0.1 255.255.255.255 \
    metadata.google.internal ①②⑦.⓪.⓪.① 127。0。0。1 １２７.0.0.1 %31%32%37.0.0.1 127.0.0.1%00 127.0.0.1%2f";

/// Hosts that look like Autotask's to somebody who reads quickly.
const ALIKE: &str = "autotask.net www.autotask.net ww14.autotask.net api.autotask.net webservices14.autotask.net. \
    webservices14..autotask.net .webservices14.autotask.net WEBSERVICES14.AUTOTASK.NET webservices14.Autotask.net \
    Webservices14.autotask.net webservices14.autotask.net.evil.example webservices14.autotask.net-evil.example \
    webservices14.autotask.com webservices14.autotask.network webservices14.autotask.ne webservices14autotask.net \
    webservices14-autotask.net evil-autotask.net evilautotask.net webservices14.evilautotask.net \
    webservices14.evil.autotask.net evil.webservices14.autotask.net xwebservices14.autotask.net webservicesx.autotask.net \
    webservices-14.autotask.net webservices14x.autotask.net webservices12345.autotask.net webservices1_4.autotask.net \
    prde.autotask.net.evil.example prde1.autotask.net xpres.autotask.net wеbservices14.autotask.net \
    xn--wbservices14-5fg.autotask.net webservices14.аutotask.net webservices14.xn--utotask-2fg.net \
    webservices１４.autotask.net webservices14.autotask。net webservices14%2eautotask.net webservices14.autotask%2enet \
    webservices14.autotask.net%00 webservices14.autotask.net%20 evil.example%23.autotask.net evil.example";

/// Whole addresses; `SINK` is the watching server's host and port.
const WHOLE: [&str; 46] = [
    "https://evil@webservices14.autotask.net/ATServicesRest/",
    "https://evil:pass@webservices14.autotask.net/ATServicesRest/",
    "https://:@webservices14.autotask.net/ATServicesRest/",
    "https://@webservices14.autotask.net/ATServicesRest/",
    "https://webservices14.autotask.net@SINK/ATServicesRest/",
    "http://webservices14.autotask.net@SINK/ATServicesRest/",
    "https://webservices14.autotask.net:pass@SINK/",
    "http://webservices14.autotask.net%40SINK/",
    "http://SINK/webservices14.autotask.net/",
    "http://SINK/?https://webservices14.autotask.net/",
    "http://SINK#webservices14.autotask.net/",
    "http://SINK\\@webservices14.autotask.net/",
    "https://webservices14.autotask.net\\@SINK/",
    "https://webservices14.autotask.net\\.evil.example/",
    "https://SINK#@webservices14.autotask.net/",
    "https://webservices14.autotask.net:8443/ATServicesRest/",
    "https://webservices14.autotask.net:443/ATServicesRest/",
    "https://webservices14.autotask.net:0/ATServicesRest/",
    "https://webservices14.autotask.net:/ATServicesRest/",
    "https://webservices14.autotask.net:99999/ATServicesRest/",
    "https://webservices14.autotask.net",
    "https://webservices14.autotask.net/ATServicesRest",
    "https://webservices14.autotask.net/../ATServicesRest/",
    "https://webservices14.autotask.net/%2e%2e/ATServicesRest/",
    "https://webservices14.autotask.net/ATServicesRest/?x=/",
    "https://webservices14.autotask.net/ATServicesRest/#/",
    "https://webservices14.autotask.net/ATServicesRest/\r\nSecret2: x/",
    "https://webservices14.autotask.net/\r\n\r\nGET http://SINK/",
    "https://webservices14.autotask.net/\tATServicesRest/",
    "https://webservices14.autotask.net/AT ServicesRest/",
    " https://webservices14.autotask.net/ATServicesRest/",
    "https://webservices14.autotask.net/ATServicesRest/\n",
    "https:\\\\webservices14.autotask.net\\ATServicesRest\\",
    "https:webservices14.autotask.net/ATServicesRest/",
    "https:///webservices14.autotask.net/ATServicesRest/",
    "HTTPS://webservices14.autotask.net/ATServicesRest/",
    "//webservices14.autotask.net/ATServicesRest/",
    "webservices14.autotask.net/ATServicesRest/",
    "ftp://webservices14.autotask.net/ATServicesRest/",
    "wss://webservices14.autotask.net/ATServicesRest/",
    "file:///etc/passwd/",
    "gopher://SINK/_GET/",
    "javascript:alert(1)//",
    "data:text/html,x/",
    "blob:https://webservices14.autotask.net/",
    "",
];

fn hostile(sink: SocketAddr) -> Vec<String> {
    let port = sink.port();
    let hosts = INSIDE.split_whitespace().chain(ALIKE.split_whitespace());
    let mut addresses: Vec<String> = hosts
        .flat_map(|host| {
            [
                format!("https://{host}/ATServicesRest/"),
                format!("http://{host}:{port}/ATServicesRest/"),
                format!("https://{host}:{port}/ATServicesRest/"),
            ]
        })
        .collect();
    addresses.extend(WHOLE.map(|address| address.replace("SINK", &sink.to_string())));
    addresses.push(format!("https://webservices{}.autotask.net/ATServicesRest/", "1".repeat(64)));
    addresses.push(format!("https://webservices14.autotask.net/{}/", "a".repeat(100_000)));
    addresses
}

fn is_told(failure: &Failure) -> bool {
    let Failure::Refused(sentence) = failure else { return false };
    sentence.starts_with("The zone's address ") && sentence.ends_with(". Nothing was sent there.")
}

#[tokio::test]
async fn nobody_is_led_outside_autotask() {
    let (sink, client) = (Server::sink().await, client());
    let current: Arc<Mutex<String>> = Arc::default();
    let served = Arc::clone(&current);
    let discovery = Server::start(move |_, request| {
        let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        let url = served.lock().unwrap().clone();
        Answer::json(200, &json!({ "url": url, "webUrl": format!("http://{host}/") }))
    })
    .await;
    let addresses = hostile(sink.address);
    assert!(addresses.len() >= 200, "{}", addresses.len());
    for url in &addresses {
        current.lock().unwrap().clone_from(url);
        let found = client.zone(&discovery.origin(), USER).await;
        assert!(found.as_ref().is_err_and(is_told), "{url} answered: {found:?}");
        for discovery_url in [DISCOVERY_URL.to_owned(), discovery.origin()] {
            let access = Access { discovery_url, zone_url: url.clone(), ..access(&discovery.origin()) };
            let exchange = client.send(&access, &Call::read("Opportunities/1")).await;
            assert!(exchange.result.as_ref().is_err_and(is_told), "{url} stored: {exchange:?}");
        }
    }
    assert_eq!(discovery.asked().len(), addresses.len(), "one look-up each, and no call");
    assert_eq!(sink.asked().len(), 0);
}

#[tokio::test]
async fn a_look_up_goes_to_autotask_or_to_the_operators_server_alone() {
    let (sink, client) = (Server::sink().await, client());
    for url in hostile(sink.address).iter().filter(|url| address::discovery(url).is_err()) {
        let found = client.zone(url, USER).await;
        let is_told = |failure: &Failure| matches!(failure, Failure::Refused(sentence) if sentence.contains("look-ups"));
        assert!(found.as_ref().is_err_and(is_told), "{url}: {found:?}");
    }
    assert_eq!(sink.asked().len(), 0);
    for plain in ["http://webservices.autotask.net", "https://evil.autotask.net", "https://autotask.net:8443"]
    {
        assert!(address::discovery(plain).is_err(), "{plain}");
    }
}

#[test]
fn autotasks_own_zones_and_the_named_server_are_let_through() {
    let named = "http://127.0.0.1:9090";
    let number = |number: &str| format!("https://webservices{number}.autotask.net/ATServicesRest/");
    for zone in ["", "1", "14", "29", "999"].map(number) {
        assert_eq!(address::zone(DISCOVERY_URL, &zone), Ok(address::Realm::Autotask), "{zone}");
        assert!(address::zone(named, &zone).is_err(), "{zone}");
    }
    assert!(address::zone(DISCOVERY_URL, "https://prde.autotask.net/atservicesrest/").is_ok());
    assert!(address::zone(DISCOVERY_URL, "https://pres.autotask.net/atservicesrest/").is_ok());
    assert_eq!(address::zone(named, "http://127.0.0.1:9090/ATServicesRest/"), Ok(address::Realm::Named));
    for other in ["http://127.0.0.1:9091/", "https://127.0.0.1:9090/", "http://localhost:9090/"] {
        assert!(address::zone(named, other).is_err(), "{other}");
    }
}

#[test]
fn pages_link_to_autotask_alone() {
    assert_eq!(address::web(DISCOVERY_URL, "https://ww14.autotask.net/"), Ok(()));
    assert_eq!(address::web("http://127.0.0.1:9090", "http://127.0.0.1:9090/"), Ok(()));
    let wrong =
        ["javascript:alert(1)", "http://ww14.autotask.net/", "https://ww14.autotask.net.evil.example/", "/x"];
    for url in wrong {
        assert!(address::web(DISCOVERY_URL, url).is_err(), "{url}");
    }
    assert!(address::web("http://127.0.0.1:9090", "http://127.0.0.1:9091/").is_err());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let sink = Server::sink().await;
    for location in [sink.origin(), "http://169.254.169.254/latest/meta-data/".to_owned()] {
        for status in [301, 302, 303, 307, 308] {
            let header = format!("Location: {location}");
            let server = Server::start(move |_, _| Answer::http(status, &[&header], "")).await;
            let look_up = client().zone(&server.origin(), USER).await;
            assert!(matches!(look_up, Err(Failure::Temporary(_))), "{status}: {look_up:?}");
            let create = Call::create("Quotes", json!({}));
            let exchange = client().send(&access(&server.origin()), &create).await;
            assert!(matches!(exchange.result, Err(Failure::Unknown(_))), "{status}: {exchange:?}");
            assert_eq!(server.asked().len(), 2);
        }
    }
    assert_eq!(sink.asked().len(), 0);
}

/// A resolver in somebody else's hands.
#[derive(Clone)]
struct Lying(Vec<SocketAddr>);

impl Resolve for Lying {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = self.0.clone();
        Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
    }
}

#[tokio::test]
async fn a_name_that_leads_into_our_network_is_not_followed() {
    let sink = Server::sink().await;
    let port = sink.address.port();
    let addresses = ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1", "::1"];
    let answer = addresses.map(|address| SocketAddr::new(address.parse().unwrap(), port)).to_vec();
    let client = Client::with(limits(), || Lying(answer.clone())).unwrap();
    for host in ["webservices14.autotask.net", "prde.autotask.net"] {
        let zone_url = format!("https://{host}/ATServicesRest/");
        let access =
            Access { discovery_url: DISCOVERY_URL.to_owned(), zone_url, ..access("http://127.0.0.1") };
        let exchange = client.send(&access, &Call::create("Quotes", json!({}))).await;
        let expected = format!("the connection failed ({host} leads to no address that requests may go to)");
        assert_eq!(exchange.result, Err(Failure::NotSent(expected)));
    }
    assert!(matches!(client.zone(DISCOVERY_URL, USER).await, Err(Failure::NotSent(_))));
    assert_eq!(sink.asked().len(), 0);
    // The same resolver leads to the same server for a name that the operator gave: the watching server does see.
    let exchange = client.send(&access("http://emulator.test"), &Call::read("Quotes/1")).await;
    assert_eq!((exchange.status, sink.asked().len()), (Some(200), 1));
}
