//! Typed ids: a function that wants a tenant cannot be given a push.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident),+ $(,)?) => { $(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+ };
}

id! {
    /// One MSP; every row and every function that reads one has it.
    TenantId,
    /// A person who signs in.
    UserId,
    /// A stored quote or sale.
    DocumentId,
    /// Bringing one document's state to Autotask.
    PushId,
    /// One step of a push that was begun.
    StepId,
    /// A form that is kept for the person whose session had ended when they sent it.
    ParkedFormId,
    /// Earlier quotes that were chosen to be sent together.
    BackfillId,
}
