//! Any bytes.

use crate::secret;
use crate::trace::{mask, mask_json};

/// The longest that is looked at.
const LONGEST: usize = 2048;

/// Masks the bytes.
pub(super) fn raw(data: &[u8], is_xml: bool, whole: bool) {
    let data = data.get(..LONGEST).unwrap_or(data);
    let Ok(mut masked) = heapless::Vec::<u8, LONGEST>::from_slice(data) else { return };
    let mask = if is_xml { mask } else { mask_json };
    mask(&mut masked, whole);
    assert_eq!(secret::card_number(&masked), None, "a card number stays readable");
    let once = masked.clone();
    mask(&mut masked, whole);
    assert_eq!(core::str::from_utf8(&masked), core::str::from_utf8(&once), "masking twice is more than masking once");
    assert_eq!(masked, once, "masking twice is more than masking once");
}
