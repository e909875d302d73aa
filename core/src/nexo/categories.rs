//! What a terminal serves: a switch for each category.

use core::fmt;

use super::{Category, Vocabulary};

/// A set of categories.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Categories(u32);

impl Categories {
    /// None.
    pub const NONE: Self = Self(0);

    /// What can be served at all.
    pub const ALL: Self = Self::DEFAULT
        .with(Category::StoredValue)
        .with(Category::BalanceInquiry)
        .with(Category::Admin)
        .with(Category::CardReaderApdu);

    /// What is served unless the settings say otherwise: everything that every application can do or refuse.
    /// `StoredValue` is off: it is the example of what is not implemented (Adyen, Structuring and validating Terminal
    /// API messages).
    pub const DEFAULT: Self = Self::NONE
        .with(Category::Login)
        .with(Category::Logout)
        .with(Category::Payment)
        .with(Category::Reversal)
        .with(Category::TransactionStatus)
        .with(Category::Abort)
        .with(Category::Diagnosis)
        .with(Category::Display)
        .with(Category::Input)
        .with(Category::Print)
        .with(Category::CardAcquisition)
        .with(Category::EnableService)
        .with(Category::GetTotals)
        .with(Category::Reconciliation);

    /// This one, too.
    #[must_use]
    pub const fn with(self, category: Category) -> Self {
        Self(self.0 | bit(category))
    }

    /// Without this one.
    #[must_use]
    pub const fn without(self, category: Category) -> Self {
        Self(self.0 & !bit(category))
    }

    /// Whether it is in the set.
    #[must_use]
    pub const fn has(self, category: Category) -> bool {
        self.0 & bit(category) != 0
    }
}

const fn bit(category: Category) -> u32 {
    1u32.wrapping_shl(category as u32)
}

impl fmt::Debug for Categories {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(Category::ALL.iter().filter(|category| self.has(**category))).finish()
    }
}
