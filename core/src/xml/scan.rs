//! The leaves: how many bytes at the front are of one kind. Many bytes at once where the machine has wide registers.

/// A byte of ASCII that may begin a name, without the colon.
pub(super) const NAME_START: u8 = 1;
/// A byte of ASCII that may stand in a name, without the colon.
pub(super) const NAME: u8 = 2;
/// White space: XML 1.0 §2.3, production 3.
pub(super) const BLANK: u8 = 4;

/// Of which classes a byte is.
const fn classes(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'_' => NAME_START | NAME,
        b'0'..=b'9' | b'-' | b'.' => NAME,
        b' ' | b'\t' | b'\n' | b'\r' => BLANK,
        _ => 0,
    }
}

#[cfg(target_pointer_width = "64")]
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    // No other byte is of any class.
    let mut byte = 0_u8;
    while byte < 0x80 {
        table[byte as usize] = classes(byte);
        byte += 1;
    }
    table
};

#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(super) fn is(class: u8, byte: u8) -> bool {
    // A byte cannot be out of the table.
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}

#[cfg(not(target_pointer_width = "64"))]
#[inline(never)]
pub(super) fn is(class: u8, byte: u8) -> bool {
    classes(byte) & class != 0
}

/// Length of the run of ASCII name bytes at the front, colons excluded.
#[cfg(target_pointer_width = "64")]
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn name(bytes: &[u8]) -> usize {
    // Most names have only letters and digits.
    let sure = leap(bytes, word::not_alphanumeric, |byte| !byte.is_ascii_alphanumeric());
    match bytes.get(sure..) {
        Some([b'-' | b'.' | b'_', ..]) => bytes.iter().position(|&byte| !is(NAME, byte)).unwrap_or(bytes.len()),
        _ => sure,
    }
}

/// Length of the white space at the front.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn blank(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| !is(BLANK, byte)).unwrap_or(bytes.len())
}

/// Length of the run at the front without a stop byte, a control byte (below 20) and a byte from 80 on.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn plain<const N: usize>(bytes: &[u8], stops: &[u8; N]) -> usize {
    #[cfg(target_pointer_width = "64")]
    let hits = word::not_plain(stops);
    #[cfg(not(target_pointer_width = "64"))]
    let hits = ();
    leap(bytes, hits, |byte| !(0x20..0x80).contains(&byte) || is_one_of(byte, stops))
}

/// What a writer may have to escape, besides control bytes.
const ESCAPED: [u8; 4] = [b'&', b'<', b'>', b'"'];

/// Length of the run at the front that is written as it is.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn writable(bytes: &[u8]) -> usize {
    #[cfg(target_pointer_width = "64")]
    let hits = word::not_writable(&ESCAPED);
    #[cfg(not(target_pointer_width = "64"))]
    let hits = ();
    leap(bytes, hits, is_special)
}

/// Whether a byte may not be written as it is: one to be escaped, a control byte, or EF, which begins the two characters
/// of the first plane that XML does not allow, besides others.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == 0xEF) | is_one_of(byte, &ESCAPED)
}

/// Whether one of the bytes [is special](is_special).
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(super) fn has_special(bytes: &[u8; 32]) -> bool {
    // So many, and without a branch: compilers have instructions for two halves of it at once.
    bytes.iter().fold(0, |special, byte| special | u8::from(is_special(*byte))) != 0
}

/// The same for the bytes of a word.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(super) fn has_special_in(word: u64) -> bool {
    word::not_writable(&ESCAPED)(word) & word::TOPS != 0
}

/// Stops are lent and compared one by one, so that they stay in registers. A copy of them, or `contains`, goes over the
/// stack, stored as bytes and read as a word: the processor waits for that longer than a short value takes.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn is_one_of<const N: usize>(byte: u8, stops: &[u8; N]) -> bool {
    stops.iter().fold(false, |is, stop| is | (*stop == byte))
}

/// Length of the front without a byte that is a hit: eight bytes at once where the machine has registers for them.
///
/// `hits` sets at least the top bit of the first byte that is a hit, and of none before it.
#[cfg(target_pointer_width = "64")]
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn leap(bytes: &[u8], hits: impl Fn(u64) -> u64, is_hit: impl Fn(u8) -> bool) -> usize {
    let mut rest = bytes;
    while let Some((word, more)) = rest.split_first_chunk::<8>() {
        // Hot: eight bytes of a text or a name in a dozen instructions.
        let hits = hits(u64::from_le_bytes(*word)) & word::TOPS;
        if hits != 0 {
            return bytes.len() - rest.len() + (hits.trailing_zeros() / 8) as usize;
        }
        rest = more;
    }
    match bytes.last_chunk::<8>() {
        // The last word once more with what is behind it: there is no hit before that.
        Some(word) if !rest.is_empty() => {
            let hits = hits(u64::from_le_bytes(*word)) & word::TOPS;
            bytes.len() - 8 + (hits.trailing_zeros() / 8) as usize
        }
        _ => bytes.len() - rest.len() + rest.iter().position(|&byte| is_hit(byte)).unwrap_or(rest.len()),
    }
}

/// Length of the front without a byte that is a hit.
#[cfg(not(target_pointer_width = "64"))]
fn leap(bytes: &[u8], (): (), is_hit: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&byte| is_hit(byte)).unwrap_or(bytes.len())
}

/// Which bytes of a word are hits: their top bits. Other bits mean nothing.
#[cfg(target_pointer_width = "64")]
mod word {
    /// A one in each byte of a word.
    const ONES: u64 = 0x0101_0101_0101_0101;
    /// The top bit of each byte of a word.
    pub(super) const TOPS: u64 = 0x8080_8080_8080_8080;

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn not_alphanumeric(word: u64) -> u64 {
        // Without its top bit no byte carries into the next. Adding sets the top bit of what is not less.
        let low = word & !TOPS;
        let not_less = |bytes: u64, least: u8| bytes.wrapping_add(ONES * u64::from(0x80 - least));
        let lower = low | (ONES * 0x20);
        let letter = not_less(lower, b'a') & !not_less(lower, b'z' + 1);
        let digit = not_less(low, b'0') & !not_less(low, b'9' + 1);
        !(letter | digit) | word
    }

    /// Control bytes and stop bytes: a byte less than the least one that is not, or equal to a stop, makes the
    /// subtraction borrow. It can borrow from a hit out of the bytes above it, never out of those below, so the lowest hit
    /// is right. Bytes from 80 on come out in any way.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn stopped<const N: usize>(word: u64, spread: [u64; N]) -> u64 {
        // Hot: one subtraction for each byte that ends a run, no table.
        spread.iter().fold(word.wrapping_sub(ONES * 0x20), |hits, stop| hits | (word ^ stop).wrapping_sub(ONES))
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn not_plain<const N: usize>(stops: &[u8; N]) -> impl Fn(u64) -> u64 + use<N> {
        let spread = stops.each_ref().map(|stop| ONES * u64::from(*stop));
        move |word| stopped(word, spread) | word
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn not_writable<const N: usize>(stops: &[u8; N]) -> impl Fn(u64) -> u64 + use<N> {
        let spread = stops.each_ref().map(|stop| ONES * u64::from(*stop));
        move |word| {
            let high = word ^ (ONES * 0xEF);
            (stopped(word, spread) & !word) | (high.wrapping_sub(ONES) & !high)
        }
    }
}
