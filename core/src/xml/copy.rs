//! Copies of short pieces where the machine has wide registers: a call of `memcpy` takes longer than they do.

use super::scan;

/// Copies a piece that is short most of the time. Both are of the same length.
#[inline(always)]
pub(super) fn short(to: &mut [u8], from: &[u8]) {
    if from.len() > 16 {
        to.copy_from_slice(from);
    } else if ends::<8>(to, from).is_none() && ends::<4>(to, from).is_none() {
        few(to, from);
    }
}

/// Copies characters, and says whether none of them has to be escaped. Both are of the same length.
#[inline(always)]
pub(super) fn plain(to: &mut [u8], from: &[u8]) -> bool {
    if let (Some(last_to), Some(last)) = (to.last_chunk_mut::<32>(), from.last_chunk::<32>()) {
        // The last bytes once more with some that are before them.
        *last_to = *last;
        let mut is_plain = !scan::has_special(last);
        for (to, from) in to.as_chunks_mut::<32>().0.iter_mut().zip(from.as_chunks::<32>().0) {
            *to = *from;
            is_plain &= !scan::has_special(from);
        }
        is_plain
    } else if let Some((first, last)) = ends::<16>(to, from) {
        let mut both = [0; 32];
        let (front, back) = both.split_at_mut(16);
        front.copy_from_slice(&first);
        back.copy_from_slice(&last);
        !scan::has_special(&both)
    } else if let Some((first, last)) = ends::<8>(to, from) {
        !(scan::has_special_in(u64::from_le_bytes(first)) | scan::has_special_in(u64::from_le_bytes(last)))
    } else if let Some((first, last)) = ends::<4>(to, from) {
        let both = u64::from(u32::from_le_bytes(first)) | u64::from(u32::from_le_bytes(last)) << 32;
        !scan::has_special_in(both)
    } else {
        !scan::has_special_in(u64::from_le_bytes(few(to, from)))
    }
}

/// Copies less than four bytes. Gives them, blanks behind them.
#[inline(always)]
fn few(to: &mut [u8], from: &[u8]) -> [u8; 8] {
    // One by one: what is a loop here becomes a call.
    match (to, from) {
        ([to], [from]) => {
            *to = *from;
            [*from, b' ', b' ', b' ', b' ', b' ', b' ', b' ']
        }
        ([to, to2, rest @ ..], [from, from2, more @ ..]) => {
            (*to, *to2) = (*from, *from2);
            match (rest, more) {
                ([to], [from3]) => {
                    *to = *from3;
                    [*from, *from2, *from3, b' ', b' ', b' ', b' ', b' ']
                }
                _ => [*from, *from2, b' ', b' ', b' ', b' ', b' ', b' '],
            }
        }
        _ => [b' '; 8],
    }
}

/// Copies both ends of a piece of `N` bytes or more; of up to twice as many, that is all of it.
#[inline(always)]
fn ends<const N: usize>(to: &mut [u8], from: &[u8]) -> Option<([u8; N], [u8; N])> {
    let (first, last) = (*from.first_chunk::<N>()?, *from.last_chunk::<N>()?);
    *to.first_chunk_mut::<N>()? = first;
    *to.last_chunk_mut::<N>()? = last;
    Some((first, last))
}
