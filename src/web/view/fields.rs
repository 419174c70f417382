//! Form controls. The macros in `templates/macros.html` turn them into HTML.

use super::parts::Tag;

/// The id of the control that posts `name`: its brackets as dashes (`created[stage]` is `created-stage`).
pub fn id_of(name: &str) -> String {
    name.replace("][", "-").replace('[', "-").replace(']', "")
}

/// One choice of a [`Select`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is the chosen one.
    pub selected: bool,
}

/// A choice among known values.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// The name that is posted.
    pub name: String,
    /// The visible label.
    pub label: String,
    /// Help under the control; empty for none.
    pub hint: String,
    /// Whether it may stay empty.
    pub optional: bool,
    /// The first choice, whose value is empty: `Select a stage`, or what an optional field means when empty.
    pub prompt: Option<String>,
    /// The other choices, in the order they are shown.
    pub options: Vec<Choice>,
    /// Why the posted value was refused.
    pub error: Option<String>,
    /// A word about the value: `Suggested`, `Inactive in Autotask`.
    pub tag: Option<Tag>,
    /// Of a list that is too long for a native select: what it is typed with.
    pub typed: Option<Typed>,
    /// What the chosen value leads to, where that should be known: `New quotes are held until you choose …`.
    pub note: Option<String>,
    /// What a typed text that no option is called may have meant; each leads to the form with that choice.
    pub near: Vec<Choice>,
    /// Where these buttons post the form to.
    pub draft: &'static str,
    /// Of a list that was never loaded: the saved value, posted as it is while nothing can be chosen.
    pub kept: Option<String>,
}

/// How a long list is chosen from: by typing, with the list that several fields of the form share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The id of the [`SharedList`].
    pub list: String,
    /// The text in the field.
    pub value: String,
}

/// The options of a long list, once a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedList {
    /// The element's id.
    pub id: String,
    /// What each option is shown as.
    pub options: Vec<String>,
}

impl Select {
    /// A required select without choices.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        let draft = "/apps/autotask/opportunities/draft";
        Self { name: name.into(), label: label.into(), draft, ..Self::default() }
    }

    /// The same with help under it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with a first choice that stands for nothing chosen.
    #[must_use]
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = Some(prompt.into());
        self
    }

    /// The same, allowed to stay empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The element's id.
    pub fn id(&self) -> String {
        id_of(&self.name)
    }

    /// The ids that describe the element; empty for none.
    pub fn described_by(&self) -> String {
        described_by(&self.id(), &self.hint, self.note.as_deref(), self.error.as_deref())
    }

    /// Whether it is required and nothing is chosen.
    pub fn is_missing(&self) -> bool {
        let is_typed = self.typed.as_ref().is_some_and(|typed| !typed.value.trim().is_empty());
        let is_kept = self.kept.as_ref().is_some_and(|kept| !kept.is_empty());
        !(self.optional || is_typed || is_kept || self.options.iter().any(|choice| choice.selected))
    }
}

/// A choice among a few values that are all shown.
#[derive(Clone, Debug)]
pub struct Radios {
    /// The name that is posted.
    pub name: String,
    /// What is chosen.
    pub legend: String,
    /// The values, each with what it leads to.
    pub options: Vec<(Choice, &'static str)>,
    /// Why the posted value was refused.
    pub error: Option<String>,
}

impl Radios {
    /// The id of the first one; an error leads there.
    pub fn id(&self) -> String {
        id_of(&self.name)
    }

    /// The id of one of them.
    pub fn id_at(&self, index: &usize) -> String {
        match index {
            0 => self.id(),
            index => format!("{}-{index}", self.id()),
        }
    }
}

/// One line of free text.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The name that is posted.
    pub name: String,
    /// The visible label.
    pub label: String,
    /// Help under the control; empty for none.
    pub hint: String,
    /// Whether it may stay empty.
    pub optional: bool,
    /// The value, as it was typed.
    pub value: String,
    /// Whether it takes a short number: narrow, with a keypad on a phone.
    pub numeric: bool,
    /// Why the posted value was refused.
    pub error: Option<String>,
    /// A word about the value.
    pub tag: Option<Tag>,
    /// What the value leads to, where that should be known.
    pub note: Option<String>,
}

impl Text {
    /// A required, empty text.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { name: name.into(), label: label.into(), ..Self::default() }
    }

    /// The same with help under it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same, allowed to stay empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The same for a short number.
    #[must_use]
    pub fn numeric(mut self) -> Self {
        self.numeric = true;
        self
    }

    /// The element's id.
    pub fn id(&self) -> String {
        id_of(&self.name)
    }

    /// The ids that describe the element; empty for none.
    pub fn described_by(&self) -> String {
        described_by(&self.id(), &self.hint, self.note.as_deref(), self.error.as_deref())
    }
}

/// A field that is a choice where there is a list, and free text where there is none yet.
#[derive(Clone, Debug)]
pub enum Control {
    /// A choice.
    Select(Select),
    /// Free text.
    Text(Text),
}

impl Control {
    /// The name that is posted.
    pub fn name(&self) -> &str {
        match self {
            Self::Select(select) => &select.name,
            Self::Text(text) => &text.name,
        }
    }

    /// Where its error goes.
    pub fn error_mut(&mut self) -> &mut Option<String> {
        match self {
            Self::Select(select) => &mut select.error,
            Self::Text(text) => &mut text.error,
        }
    }
}

fn described_by(id: &str, hint: &str, note: Option<&str>, error: Option<&str>) -> String {
    let parts = [("error", error.is_some()), ("note", note.is_some()), ("hint", !hint.is_empty())];
    let ids: Vec<_> =
        parts.iter().filter(|(_, is_there)| *is_there).map(|(part, _)| format!("{id}-{part}")).collect();
    ids.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_names() {
        assert_eq!(id_of("created[category]"), "created-category");
        assert_eq!(
            id_of("category_map[rows][0][autotask_category]"),
            "category_map-rows-0-autotask_category"
        );
        assert_eq!(id_of("note"), "note");
    }
}
