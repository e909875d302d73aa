//! The leaves: how many bytes at the front are of one kind. Many bytes at once where the machine has wide registers.

/// A byte of ASCII that may begin a name, without the colon.
pub(super) const NAME_START: u8 = 1;
/// A byte of ASCII that may stand in a name, without the colon.
pub(super) const NAME: u8 = 2;
/// White space: XML 1.0 §2.3, production 3.
pub(super) const BLANK: u8 = 4;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    // No other byte is of any class.
    let mut byte = 0_u8;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => NAME_START | NAME,
            b'0'..=b'9' | b'-' | b'.' => NAME,
            b' ' | b'\t' | b'\n' | b'\r' => BLANK,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

#[inline(always)]
pub(super) fn is(class: u8, byte: u8) -> bool {
    // A byte cannot be out of the table.
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}

/// Length of the run of ASCII name bytes at the front, colons excluded.
#[inline(always)]
pub(super) fn name(bytes: &[u8]) -> usize {
    let sure = letters(bytes);
    let rest = bytes.get(sure..).unwrap_or_default();
    sure + rest.iter().position(|&byte| !is(NAME, byte)).unwrap_or(rest.len())
}

/// A length up to which there are only letters and digits at the front. There may be more.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn letters(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((word, more)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        // Without its top bit no byte carries into the next. Adding sets the top bit of what is not less.
        let low = word & !TOPS;
        let not_less = |bytes: u64, least: u8| bytes.wrapping_add(ONES * u64::from(0x80 - least));
        let lower = low | (ONES * 0x20);
        let letter = not_less(lower, b'a') & !not_less(lower, b'z' + 1);
        let digit = not_less(low, b'0') & !not_less(low, b'9' + 1);
        let others = (!(letter | digit) | word) & TOPS;
        if others != 0 {
            return bytes.len() - rest.len() + (others.trailing_zeros() / 8) as usize;
        }
        rest = more;
    }
    bytes.len() - rest.len()
}

/// A length up to which there are only letters and digits at the front. There may be more.
#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
fn letters(_: &[u8]) -> usize {
    0
}

/// A one, or a top bit, in each byte of a word.
#[cfg(target_pointer_width = "64")]
const ONES: u64 = 0x0101_0101_0101_0101;
#[cfg(target_pointer_width = "64")]
const TOPS: u64 = 0x8080_8080_8080_8080;

/// Length of the white space at the front.
#[inline(always)]
pub(super) fn blank(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| !is(BLANK, byte)).unwrap_or(bytes.len())
}

/// Length of the run at the front without a stop byte, a control byte (below 20) and a byte from 80 on.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(super) fn plain<const N: usize>(bytes: &[u8], stops: [u8; N]) -> usize {
    let spread = stops.map(|stop| ONES * u64::from(stop));
    let mut rest = bytes;
    while let Some((word, more)) = rest.split_first_chunk::<8>() {
        // Each term has the top bit of a byte set if the byte is of its kind. The subtractions can borrow from a
        // hit into the bytes above it, never into those below, so the lowest hit is right.
        let word = u64::from_le_bytes(*word);
        let mut hits = word.wrapping_sub(ONES * 0x20);
        for stop in spread {
            hits |= (word ^ stop).wrapping_sub(ONES);
        }
        hits = ((hits & !word) | word) & TOPS;
        if hits != 0 {
            return bytes.len() - rest.len() + (hits.trailing_zeros() / 8) as usize;
        }
        rest = more;
    }
    bytes.len() - rest.len() + plain_bytewise(rest, stops)
}

/// Length of the run at the front without a stop byte, a control byte (below 20) and a byte from 80 on.
#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
pub(super) fn plain<const N: usize>(bytes: &[u8], stops: [u8; N]) -> usize {
    plain_bytewise(bytes, stops)
}

#[inline(always)]
fn plain_bytewise<const N: usize>(bytes: &[u8], stops: [u8; N]) -> usize {
    bytes.iter().position(|byte| !(0x20..0x80).contains(byte) || stops.contains(byte)).unwrap_or(bytes.len())
}
