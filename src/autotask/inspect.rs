//! What Autotask tells of itself: who it is, what the API user may do, how many calls are used.

use serde::Deserialize;

use super::{Call, Failure, Filter, Row, Session, item, read};

/// Autotask's number of the company whose Autotask it is: in every Autotask it has this id.
const OWN_COMPANY: i64 = 0;

/// `EntityInformation`, as much of it as is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityInformation {
    /// Whether rows can be created at all.
    pub can_create: bool,
    /// Whether this API user may: none, all or some.
    pub user_access_for_create: UserAccess,
}

impl EntityInformation {
    /// Whether this API user can create rows.
    pub fn lets_create(self) -> bool {
        self.can_create && self.user_access_for_create != UserAccess::None
    }
}

/// What a user may do with an entity's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "i64")]
pub enum UserAccess {
    /// Nothing.
    None,
    /// Everything, or as much as the security level says.
    Some,
}

impl From<i64> for UserAccess {
    fn from(value: i64) -> Self {
        if value == 0 { Self::None } else { Self::Some }
    }
}

#[derive(Deserialize)]
struct Info {
    info: EntityInformation,
}

/// `ThresholdStatusResultModel`: the calls of all integrations together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Threshold {
    /// Calls that are allowed in a timeframe.
    pub external_request_threshold: i64,
    /// Calls of the timeframe that ends now.
    pub current_timeframe_request_count: i64,
}

impl Session {
    /// The name of the company whose Autotask it is; empty where Autotask does not tell it.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn own_company(&self) -> Result<String, Failure> {
        let exchange = self.send(&Call::read(format!("Companies/{OWN_COMPANY}"))).await;
        let name = |row: Row| row.get("companyName").and_then(|name| name.as_str().map(str::to_owned));
        Ok(item(&exchange)?.and_then(name).unwrap_or_default())
    }

    /// What the API user may do with an entity.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn rights(&self, entity: &str) -> Result<EntityInformation, Failure> {
        let exchange = self.send(&Call::read(format!("{entity}/entityInformation"))).await;
        Ok(read::<Info>(&exchange)?.info)
    }

    /// How many calls are used and allowed.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn threshold(&self) -> Result<Threshold, Failure> {
        read(&self.send(&Call::read("ThresholdInformation")).await)
    }

    /// Reads one row at most, to see whether it is allowed.
    ///
    /// # Errors
    /// What the call failed with.
    pub async fn can_read(&self, entity: &str) -> Result<(), Failure> {
        let mut call = Call::query(entity, &Filter::every(), &["id"]);
        if let Some(body) = &mut call.body {
            body["MaxRecords"] = serde_json::json!(1);
        }
        super::items(&self.send(&call).await).map(drop)
    }
}
