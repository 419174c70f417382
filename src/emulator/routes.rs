//! Which call an address and a method make.

use axum::http::Method;

use super::{
    answer::Answer,
    metadata::{Entity, Metadata},
};

/// What to do with an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Query,
    NextPage,
    Count,
    Info,
    Fields,
    UserDefinedFields,
    Read { id: i64, parent: Option<i64> },
    List { parent: i64 },
    Create { parent: Option<i64> },
    Update { parent: Option<i64>, replace: bool },
    Delete { id: i64, parent: Option<i64> },
}

/// One call of the API.
#[derive(Debug)]
pub(super) struct Route<'m> {
    pub(super) entity: &'m Entity,
    pub(super) action: Action,
}

/// Where a request leads.
#[derive(Debug)]
pub(super) enum Destination<'m> {
    Zone,
    VersionInformation,
    Version,
    Modules,
    ThresholdInformation,
    Entity(Route<'m>),
}

impl Destination<'_> {
    /// What requests at once are counted by; none for what asks for no credentials.
    pub(super) fn endpoint(&self) -> Option<&'static str> {
        match self {
            Self::Zone | Self::VersionInformation => None,
            Self::Version => Some("Version"),
            Self::Modules => Some("Modules"),
            Self::ThresholdInformation => Some("ThresholdInformation"),
            Self::Entity(route) => Some(route.entity.plural),
        }
    }
}

/// Finds where `path`, the part after the API's root, and the method lead.
pub(super) fn find<'m>(
    metadata: &'m Metadata,
    method: &Method,
    path: &str,
) -> Result<Destination<'m>, Answer> {
    let path = path.to_ascii_lowercase();
    let special = match path.trim_end_matches('/') {
        "versioninformation" => Destination::VersionInformation,
        "v1.0/zoneinformation" => Destination::Zone,
        "v1.0/version" => Destination::Version,
        "v1.0/modules" => Destination::Modules,
        "v1.0/thresholdinformation" => Destination::ThresholdInformation,
        _ => {
            let below = path.strip_prefix("v1.0/").ok_or_else(Answer::not_found)?;
            return resolve(metadata, method, below).map(Destination::Entity);
        }
    };
    if method == Method::GET { Ok(special) } else { Err(Answer::method_not_allowed(method)) }
}

/// Finds the call that `path`, the part after the API's version in lower case, and the method make. An address that has no call
/// at all is not found; one that has calls, though not by this method, does not allow it.
fn resolve<'m>(metadata: &'m Metadata, method: &Method, path: &str) -> Result<Route<'m>, Answer> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let (entity, calls) = calls(metadata, &segments).ok_or_else(Answer::not_found)?;
    if calls.is_empty() {
        return Err(Answer::not_found());
    }
    let action = calls.into_iter().find(|(allowed, _)| allowed == method).map(|(_, action)| action);
    action.map(|action| Route { entity, action }).ok_or_else(|| Answer::method_not_allowed(method))
}

type Calls = Vec<(Method, Action)>;

fn calls<'m>(metadata: &'m Metadata, segments: &[&str]) -> Option<(&'m Entity, Calls)> {
    match segments {
        [first, second, segment, rest @ ..] if second.parse::<i64>().is_ok() => {
            let entity = metadata.child(first, segment)?;
            Some((entity, below_parent(entity, second.parse().ok()?, rest)?))
        }
        [first, rest @ ..] => {
            let entity = metadata.entity(first)?;
            Some((entity, at_root(entity, rest)?))
        }
        [] => None,
    }
}

fn at_root(entity: &Entity, rest: &[&str]) -> Option<Calls> {
    let here = entity.parent.is_none();
    Some(match rest {
        [] if here => writes(entity, None),
        ["query"] => vec![(Method::GET, Action::Query), (Method::POST, Action::Query)],
        ["query", "next"] => vec![(Method::GET, Action::NextPage), (Method::POST, Action::NextPage)],
        ["query", "count"] => vec![(Method::GET, Action::Count), (Method::POST, Action::Count)],
        ["entityinformation", rest @ ..] => information(rest)?,
        [id] => row(entity, id.parse().ok()?, None, here),
        _ => return None,
    })
}

fn below_parent(entity: &Entity, parent: i64, rest: &[&str]) -> Option<Calls> {
    Some(match rest {
        [] => {
            let mut calls = writes(entity, Some(parent));
            calls.push((Method::GET, Action::List { parent }));
            calls
        }
        ["entityinformation", rest @ ..] => information(rest)?,
        [id] => row(entity, id.parse().ok()?, Some(parent), true),
        _ => return None,
    })
}

fn writes(entity: &Entity, parent: Option<i64>) -> Calls {
    let mut calls = Vec::new();
    if entity.can_create() {
        calls.push((Method::POST, Action::Create { parent }));
    }
    if entity.can_update() {
        calls.push((Method::PATCH, Action::Update { parent, replace: false }));
        calls.push((Method::PUT, Action::Update { parent, replace: true }));
    }
    calls
}

fn row(entity: &Entity, id: i64, parent: Option<i64>, deletable: bool) -> Calls {
    let mut calls = vec![(Method::GET, Action::Read { id, parent })];
    if deletable && entity.can_delete() {
        calls.push((Method::DELETE, Action::Delete { id, parent }));
    }
    calls
}

fn information(rest: &[&str]) -> Option<Calls> {
    let action = match rest {
        [] => Action::Info,
        ["fields"] => Action::Fields,
        ["userdefinedfields"] => Action::UserDefinedFields,
        _ => return None,
    };
    Some(vec![(Method::GET, action)])
}
