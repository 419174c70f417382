//! What the emulator knows of Autotask's entities: their fields, and where each entity may be written.
//!
//! To add an entity, add its fields to `metadata.json` and one line to [`CAPABILITIES`].

use std::{collections::BTreeMap, io};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    seed::PicklistValue,
    store::Row,
    user_defined::{self, UserDefinedField},
};

/// Where and how an entity may be written: the letters C, U and D stand for create, update and delete.
const CAPABILITIES: &[Capability] = &[
    root("Opportunities", "CU"),
    root("Quotes", "CU"),
    child("QuoteItems", "CUD", Parent { entity: "Quotes", segment: "Items", key: "quoteID" }),
    root("QuoteLocations", "CU"),
    root("Products", "CU"),
    root("Services", "CU"),
    root("Companies", "CU"),
    child("CompanyLocations", "CUD", Parent { entity: "Companies", segment: "Locations", key: "companyID" }),
    child("Contacts", "CUD", Parent { entity: "Companies", segment: "Contacts", key: "companyID" }),
    root("Resources", "U"),
    root("BillingCodes", ""),
    root("ShippingTypes", ""),
    root("OpportunityCategories", "U"),
    root("Roles", "CU"),
    root("Tickets", "CU"),
    child("TicketCharges", "CUD", Parent { entity: "Tickets", segment: "Charges", key: "ticketID" }),
    root("TaxCategories", "CU"),
    root("TaxRegions", "CU"),
    root("PaymentTerms", "CU"),
];

/// The entities whose changes Autotask can announce by webhook.
const WITH_WEBHOOKS: [&str; 3] = ["Companies", "Contacts", "Tickets"];

const fn root(entity: &'static str, writes: &'static str) -> Capability {
    Capability { entity, writes, parent: None }
}

const fn child(entity: &'static str, writes: &'static str, parent: Parent) -> Capability {
    Capability { entity, writes, parent: Some(parent) }
}

#[derive(Clone, Copy, Debug)]
struct Capability {
    entity: &'static str,
    writes: &'static str,
    parent: Option<Parent>,
}

/// The entity under whose address a child is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parent {
    /// The parent's name in addresses, like `Quotes`.
    pub(super) entity: &'static str,
    /// The child's name below one parent, like `Items`.
    pub(super) segment: &'static str,
    /// The child's field that holds the parent's id.
    pub(super) key: &'static str,
}

/// The types that `entityInformation/fields` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum DataType {
    Integer,
    Long,
    Decimal,
    Double,
    String,
    Boolean,
    DateTime,
}

impl DataType {
    /// The name that Autotask gives the type.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Long => "long",
            Self::Decimal => "decimal",
            Self::Double => "double",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::DateTime => "datetime",
        }
    }
}

/// One field of an entity; what `metadata.json` leaves out is false, empty, or in `isQueryable` true.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "Autotask's metadata has these flags")]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) data_type: DataType,
    /// The longest text in characters; 0 is no limit.
    #[serde(default)]
    pub(super) length: usize,
    #[serde(default)]
    pub(super) is_required: bool,
    #[serde(default)]
    pub(super) is_read_only: bool,
    #[serde(default = "yes")]
    pub(super) is_queryable: bool,
    /// The singular name of the entity whose id this field holds.
    #[serde(default)]
    pub(super) reference_entity_type: String,
    #[serde(default)]
    pub(super) is_pick_list: bool,
    /// The entity whose rows are this picklist's values.
    pub(super) picklist_from: Option<String>,
}

fn yes() -> bool {
    true
}

impl Field {
    /// Required and read-only together mean: given once, at creation.
    pub(super) fn is_create_only(&self) -> bool {
        self.is_required && self.is_read_only
    }

    /// The field as `entityInformation/fields` describes it.
    pub(super) fn describe(&self, picklist: Option<&[PicklistValue]>) -> Value {
        json!({
            "name": self.name,
            "dataType": self.data_type.name(),
            "length": self.length,
            "isRequired": self.is_required,
            "isReadOnly": self.is_read_only,
            "isQueryable": self.is_queryable,
            "isReference": !self.reference_entity_type.is_empty(),
            "referenceEntityType": self.reference_entity_type,
            "isPickList": self.is_pick_list,
            "picklistValues": picklist,
            "picklistParentValueField": "",
            "isSupportedWebhookField": false,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Described {
    name: String,
    has_user_defined_fields: bool,
    fields: Vec<Field>,
}

/// One kind of record, like `Opportunities`.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    /// Its name in addresses, the plural.
    pub(super) plural: &'static str,
    /// Its name in messages and references, the singular.
    pub(super) singular: String,
    pub(super) fields: Vec<Field>,
    pub(super) parent: Option<Parent>,
    /// What the tenant has defined beside Autotask's own fields.
    pub(super) user_defined: Vec<UserDefinedField>,
    writes: &'static str,
    has_user_defined_fields: bool,
}

impl Entity {
    /// The field of this name, in whatever case it is written.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn can_create(&self) -> bool {
        self.writes.contains('C')
    }

    pub(super) fn can_update(&self) -> bool {
        self.writes.contains('U')
    }

    pub(super) fn can_delete(&self) -> bool {
        self.writes.contains('D')
    }

    /// A row with every field, each null.
    pub(super) fn blank(&self) -> Row {
        let mut row: Row = self.fields.iter().map(|field| (field.name.clone(), Value::Null)).collect();
        if self.has_user_defined_fields {
            row.insert(user_defined::MEMBER.into(), user_defined::blank(&self.user_defined));
        }
        row
    }

    /// The answer to `entityInformation`; access 1 is "all", 0 "none".
    pub(super) fn describe(&self) -> Value {
        json!({"info": {
            "name": self.singular,
            "canCreate": self.can_create(),
            "canDelete": self.can_delete(),
            "canQuery": true,
            "canUpdate": self.can_update(),
            "userAccessForCreate": i32::from(self.can_create()),
            "userAccessForDelete": i32::from(self.can_delete()),
            "userAccessForQuery": 1,
            "userAccessForUpdate": i32::from(self.can_update()),
            "hasUserDefinedFields": !self.user_defined.is_empty(),
            "supportsWebhookCallouts": WITH_WEBHOOKS.contains(&self.plural),
        }})
    }
}

/// Every entity in scope.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    entities: Vec<Entity>,
}

impl Metadata {
    /// Reads the built-in description and adds the fields that the tenant has defined; fails when the description and
    /// [`CAPABILITIES`] disagree.
    pub(super) fn load(defined: &BTreeMap<String, Vec<UserDefinedField>>) -> io::Result<Self> {
        let mut described: BTreeMap<String, Described> =
            serde_json::from_str(include_str!("metadata.json")).map_err(io::Error::from)?;
        let entities = CAPABILITIES.iter().map(|capability| {
            let Described { name, has_user_defined_fields, fields } =
                described.remove(capability.entity).ok_or_else(|| {
                    io::Error::other(format!("metadata.json does not describe {}", capability.entity))
                })?;
            Ok(Entity {
                plural: capability.entity,
                singular: name,
                fields,
                parent: capability.parent,
                user_defined: defined.get(capability.entity).cloned().unwrap_or_default(),
                writes: capability.writes,
                has_user_defined_fields,
            })
        });
        Ok(Self { entities: entities.collect::<io::Result<_>>()? })
    }

    /// Sets how long a text field may be; whether there is such a field.
    pub(super) fn set_length(&mut self, plural: &str, name: &str, length: usize) -> bool {
        let mut entities = self.entities.iter_mut().filter(|entity| entity.plural == plural);
        let fields = entities.next().map(|entity| entity.fields.iter_mut()).into_iter().flatten();
        let mut texts = fields.filter(|field| field.name == name && field.data_type == DataType::String);
        texts.next().map(|field| field.length = length).is_some()
    }

    pub(super) fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.entities.iter()
    }

    /// The entity with this plural name, in whatever case it is written.
    pub(super) fn entity(&self, plural: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.plural.eq_ignore_ascii_case(plural))
    }

    /// The entity that references name by this singular; none for those out of scope.
    pub(super) fn referenced(&self, singular: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.singular == singular)
    }

    /// The child entity at `{parent}/{id}/{segment}`.
    pub(super) fn child(&self, parent: &str, segment: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| {
            entity.parent.is_some_and(|found| {
                found.entity.eq_ignore_ascii_case(parent) && found.segment.eq_ignore_ascii_case(segment)
            })
        })
    }
}
