//! What stands behind moves to the front, item by item where flash is scarce: `memmove`, which nothing else needs, has a
//! kilobyte and a half.

use heapless::LenType;
use heapless::vec::VecView;

/// Moves the bytes from `by` on to the front. Those at the end stay what they were.
#[cfg(target_pointer_width = "64")]
pub(crate) fn to_front(bytes: &mut [u8], by: usize) {
    bytes.copy_within(by.min(bytes.len()).., 0);
}

/// Moves the bytes from `by` on to the front. Those at the end stay what they were.
#[cfg(not(target_pointer_width = "64"))]
#[inline(never)]
pub(crate) fn to_front(bytes: &mut [u8], by: usize) {
    for to in 0..bytes.len() {
        if let Some(byte) = bytes.get(to.saturating_add(by)).copied()
            && let Some(place) = bytes.get_mut(to)
        {
            *place = byte;
        }
    }
}

/// Takes an item out of a list; those behind it move up.
pub(crate) fn take_out<T, L: LenType>(list: &mut VecView<T, L>, place: usize) -> Option<T> {
    let mut rest = list.get_mut(place..)?;
    while let [this, behind @ ..] = rest {
        if let Some(next) = behind.first_mut() {
            core::mem::swap(this, next);
        }
        rest = behind;
    }
    if place < list.len() { list.pop() } else { None }
}
