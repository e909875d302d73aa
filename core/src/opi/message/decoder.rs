//! A message in parts, with every record that it holds.

use super::fault::Fault;
use super::header::Header;
use super::part::Part;
use super::reading::Reading;
use super::records::Records;
use super::value::Lost;
use crate::xml::Tolerance;

/// Reads one message after the other, piece by piece, from a window the caller owns.
///
/// Names are compared without prefix and namespace, attributes and elements may come in any order, what is not known
/// is passed over, and most values may be an attribute or a child element: implementations differ in all of that.
/// A value that stands twice has the value of the last one, and an element is later than an attribute.
///
/// ```
/// use opi_core::id::Id;
/// use opi_core::opi::message::{Decoder, Fault, Part};
/// use opi_core::xml::Tolerance;
///
/// let mut window = &br#"<CardServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="CardPayment"
///     OverallResult="Success"><Tender><TotalAmount Currency="CHF">25.00</TotalAmount></Tender></CardServiceResponse>"#[..];
/// let mut decoder = Decoder::new(Tolerance::FIELD);
/// let mut amount = None;
/// // `true`: the window reaches to the end of the message.
/// while let Some(part) = decoder.next(&mut window, true)? {
///     match part {
///         Part::Header(header) => assert_eq!(header.request_id.as_ref().map(Id::as_str), Some("1001")),
///         Part::Total(total, _) => amount = total.money(),
///         Part::End => break,
///         _ => {} // what a till does not know it passes over
///     }
/// }
/// assert_eq!(amount.map(|amount| amount.minor()), Some(2500));
/// # Ok::<(), Fault>(())
/// ```
#[derive(Clone)]
pub struct Decoder(Reading<Records>);

impl Decoder {
    /// A decoder at the start of a message.
    #[must_use]
    pub fn new(tolerance: Tolerance) -> Self {
        Self(Reading::new(tolerance))
    }

    /// Forgets everything but the tolerance: the next byte is the first of another message.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// Reads the next part from the front of `input` and moves `input` past what was used.
    ///
    /// `Ok(None)` means that the next part is not complete in `input`: call again with the bytes that are left and
    /// more behind them, or with `last` set if there are no more. Bytes that were used are never needed again, and of
    /// a window of [`WINDOW_MIN`](crate::limits::WINDOW_MIN) bytes some are always used. With `last`, `Ok(None)` never
    /// comes and [`Part::End`] closes the message.
    ///
    /// # Errors
    /// What is wrong with the message, from then on at every call until [`reset`](Self::reset).
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn next<'a, 'w: 'a>(&'a mut self, input: &mut &'w [u8], last: bool) -> Result<Option<Part<'a>>, Fault> {
        self.0.next(input, last)
    }

    /// The root element, once [`Part::Header`] was given and until [`reset`](Self::reset).
    ///
    /// It may know more than at first: some values are also read from children of the root.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        if self.0.header_given { Some(&self.0.kept.header) } else { None }
    }

    /// Bytes of the document used so far.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.0.offset()
    }

    /// How many values were left out because they could not be read. None of them decides about money by what it says;
    /// for those that do by being there see [`lost`](Self::lost).
    #[must_use]
    pub const fn skipped(&self) -> u32 {
        self.0.skipped
    }

    /// What showed in the values that were left out, such as an approval code that is too long to be kept: a refusal
    /// beside it is not to be believed.
    #[must_use]
    pub const fn lost(&self) -> Lost {
        self.0.lost
    }
}
