//! Sheets: what a terminal wants shown, printed or kept.

use core::fmt;

use crate::id::Id;
use crate::limits;
use crate::secret::Masked;
use crate::text::Text;

/// Names one sheet, counted from 1 unless the settings of the session say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct SheetId(pub u32);

/// What a sheet is for. Where a copy goes is decided by the dialect, not by its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Purpose {
    /// A prompt for the cashier.
    CashierDisplay,
    /// A prompt for the customer.
    CustomerDisplay,
    /// A receipt, to be kept and printed.
    Receipt(Copy),
    /// A structured record of the transaction, to be kept. Not for printing.
    Journal,
    /// An offer to pay in the card's own currency: shown to the customer, never filed as a receipt.
    Offer,
}

impl Purpose {
    /// Whether the sheet must be stored before the terminal is told that it was handled (I3).
    #[must_use]
    pub const fn must_be_kept(self) -> bool {
        matches!(self, Self::Receipt(_) | Self::Journal)
    }
}

/// Whose copy a receipt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Copy {
    /// The card holder's.
    Customer,
    /// The merchant's; one with a signature line must be kept.
    Merchant,
}

/// One line of a sheet. `Debug` masks card numbers (I12); the text itself is as the terminal wrote it.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Line {
    /// The text, leading and trailing blanks included.
    pub text: Text<{ limits::TEXT_LINE }>,
    /// Place from the top; where given, lines are ordered by it.
    pub row: Option<u16>,
    /// Columns to leave free on the left.
    pub column: Option<u16>,
    /// Where the text stands in the line.
    pub alignment: Alignment,
    /// Heavier letters.
    pub bold: bool,
    /// Letters of double width.
    pub double_width: bool,
    /// Letters of double height.
    pub double_height: bool,
    /// The paper is to be cut after this line.
    pub paper_cut: bool,
    /// The entry of a menu that this line is.
    pub menu_item: Option<u16>,
}

impl fmt::Debug for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Line")
            .field("text", &Masked(self.text.as_str()))
            .field("row", &self.row)
            .field("column", &self.column)
            .field("alignment", &self.alignment)
            .field("bold", &self.bold)
            .field("double_width", &self.double_width)
            .field("double_height", &self.double_height)
            .field("paper_cut", &self.paper_cut)
            .field("menu_item", &self.menu_item)
            .finish()
    }
}

/// Where a text stands in its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Alignment {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right edge.
    Right,
}

/// The beginning of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Sheet {
    /// Its name in this session.
    pub id: SheetId,
    /// What it is for.
    pub purpose: Purpose,
    /// The request it belongs to; `None` if it came while none was running.
    pub request: Option<crate::id::RequestId>,
    /// The device as the terminal named it.
    pub target: Id<{ limits::VOCABULARY }>,
}
