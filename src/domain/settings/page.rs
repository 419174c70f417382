//! Which page a setting is on.

/// The page or pages that a setting, or a form of settings, is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Opportunities.
    #[default]
    Opportunities,
    /// Tickets.
    Tickets,
    /// Quote Manager, whose settings are in no form's sections.
    QuoteManager,
    /// Either of the first two: the codes, or a form that carries the sections of the other page along.
    Both,
}

impl Page {
    /// The page of the setting at a path.
    pub fn of(path: &str) -> Self {
        match path.split('.').next() {
            Some("tickets") => Self::Tickets,
            Some("codes") => Self::Both,
            Some("quote_manager") => Self::QuoteManager,
            _ => Self::Opportunities,
        }
    }

    /// The page that has all of these settings; the codes alone are on Opportunities. Quote Manager has none of the others.
    pub fn of_all<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let pages: Vec<_> = paths.into_iter().map(Self::of).collect();
        if !pages.is_empty() && pages.iter().all(|page| *page == Self::QuoteManager) {
            return Self::QuoteManager;
        }
        let pages = pages.into_iter().filter(|page| matches!(page, Self::Opportunities | Self::Tickets));
        let both = |one: Self, other| if one == other { one } else { Self::Both };
        pages.reduce(both).unwrap_or_default()
    }

    /// What a form says for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opportunities => "opportunities",
            Self::Tickets => "tickets",
            Self::QuoteManager => "quote_manager",
            Self::Both => "both",
        }
    }

    /// The page of that [`Self::name`]; Opportunities for any other text.
    pub fn from_name(name: &str) -> Self {
        [Self::Tickets, Self::Both].into_iter().find(|page| page.name() == name).unwrap_or_default()
    }

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::Opportunities => "Opportunities",
            Self::Tickets => "Tickets",
            Self::QuoteManager => "Quote Manager",
            Self::Both => "Opportunities and Tickets",
        }
    }

    /// Whether the sections of Opportunities are on it.
    pub fn has_opportunities(self) -> bool {
        matches!(self, Self::Opportunities | Self::Both)
    }

    /// Whether the sections of Tickets are on it.
    pub fn has_tickets(self) -> bool {
        matches!(self, Self::Tickets | Self::Both)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_both_pages_need_both() {
        for (paths, page) in [
            (&["created.stage", "codes.product"][..], Page::Opportunities),
            (&["tickets.queue", "codes.product"], Page::Tickets),
            (&["tickets.queue", "category_map.rows[Hardware.Tickets]"], Page::Both),
            (&["codes.product"], Page::Opportunities),
            (&["enabled"], Page::Opportunities),
            (&["quote_manager.paused", "quote_manager.codes[quote.status 7]"], Page::QuoteManager),
            (&["quote_manager.paused", "tickets.queue"], Page::Tickets),
            (&["quote_manager.paused", "codes.product"], Page::Opportunities),
            (&[], Page::Opportunities),
        ] {
            assert_eq!(Page::of_all(paths.iter().copied()), page, "{paths:?}");
        }
    }
}
