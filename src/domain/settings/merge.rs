//! Two people's changes to the same settings, brought together field by field.

use super::{
    OpportunitySettings,
    fields::{self, Value, Values},
};

/// What came of a merge.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// Both sides' changes; theirs where both changed one field differently.
    pub settings: OpportunitySettings,
    /// The paths of what only they changed.
    pub theirs: Vec<String>,
    /// What both changed, differently.
    pub clashes: Vec<Clash>,
}

/// A field that two people changed to different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Where the field is in documents.
    pub path: String,
    /// Its label.
    pub label: String,
    /// What both began from; `None` where it was never saved.
    pub was: Option<Value>,
    /// What they made of it.
    pub theirs: Value,
    /// What you made of it.
    pub yours: Value,
}

/// Brings what `theirs` and `yours` made of `base` together. A field that one side changed is as that side has it;
/// the same change on both sides is no clash. Sections that were saved once stay: a side without them changes none.
pub fn merge(
    base: &OpportunitySettings,
    theirs: &OpportunitySettings,
    yours: &OpportunitySettings,
) -> Merged {
    let mut settings = theirs.clone();
    if settings.sections.is_none() {
        settings.sections.clone_from(&yours.sections);
    }
    let mut merged = Merged { settings, theirs: Vec::new(), clashes: Vec::new() };
    let [was, they, you] = [base, theirs, yours].map(Values::of);
    for field in fields::united(&[theirs, yours]) {
        let (Some(theirs), Some(yours)) = (they.get(&field.path), you.get(&field.path)) else { continue };
        let was = was.get(&field.path);
        if theirs == yours {
            continue;
        }
        if was.as_ref() == Some(&theirs) {
            merged.settings.set(&field.path, &yours);
        } else if was.as_ref() == Some(&yours) {
            merged.theirs.push(field.path);
        } else {
            merged.clashes.push(Clash { path: field.path, label: field.label, was, theirs, yours });
        }
    }
    merged
}
