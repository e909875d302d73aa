//! The leaves: how many bytes at the front are of one kind.

/// What stands behind white space: RFC 8259 §2.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn behind_blank(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    loop {
        rest = match rest {
            [0x21..=0xff, ..] => return rest,
            // Behind a line break stands what indents the next line.
            [b'\n', more @ ..] => behind_spaces(more),
            [b' ' | b'\t' | b'\r', more @ ..] => more,
            _ => return rest,
        };
    }
}

/// What stands behind spaces, or behind the first of them: eight at once where the machine has registers for them.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn behind_spaces(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((word, more)) = rest.split_first_chunk::<8>() {
        let others = u64::from_le_bytes(*word) ^ (ONES * 0x20);
        if others != 0 {
            return rest.get((others.trailing_zeros() / 8) as usize..).unwrap_or_default();
        }
        rest = more;
    }
    rest
}

#[cfg(not(target_pointer_width = "64"))]
fn behind_spaces(bytes: &[u8]) -> &[u8] {
    bytes
}

/// A one in each byte of a word.
#[cfg(target_pointer_width = "64")]
const ONES: u64 = 0x0101_0101_0101_0101;

/// Length of the run at the front without a quote, a backslash and a control character (below 20). Many bytes at once
/// where the machine has wide registers.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(super) fn plain(bytes: &[u8]) -> usize {
    const TOPS: u64 = ONES * 0x80;
    let mut rest = bytes;
    while let Some((word, more)) = rest.split_first_chunk::<8>() {
        // Each term has the top bit of a byte set if the byte is of its kind, or from 80 on. The subtractions can
        // borrow from a hit out of the bytes above it, never out of those below, so the lowest hit is right.
        let word = u64::from_le_bytes(*word);
        let (quote, backslash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
        let hits = word.wrapping_sub(ONES * 0x20) | quote.wrapping_sub(ONES) | backslash.wrapping_sub(ONES);
        let hits = hits & !word & TOPS;
        if hits != 0 {
            return bytes.len() - rest.len() + (hits.trailing_zeros() / 8) as usize;
        }
        rest = more;
        if bytes.len() - rest.len() == BLOCK {
            rest = behind_blocks(rest);
        }
    }
    bytes.len() - rest.len() + plain_bytewise(rest)
}

/// Bytes that are looked at together in a text that is longer.
#[cfg(target_pointer_width = "64")]
const BLOCK: usize = 32;

/// What stands behind the blocks at the front that end no run.
#[cfg(target_pointer_width = "64")]
#[inline(never)]
fn behind_blocks(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((block, more)) = rest.split_first_chunk::<BLOCK>() {
        // Without a branch, so that a compiler takes registers of 16 bytes and more for it.
        let ends = |byte: u8| u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
        if block.iter().fold(0, |any, byte| any | ends(*byte)) != 0 {
            break;
        }
        rest = more;
    }
    rest
}

/// Length of the run at the front without a quote, a backslash and a control character (below 20).
#[cfg(not(target_pointer_width = "64"))]
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    plain_bytewise(bytes)
}

#[inline]
fn plain_bytewise(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\').unwrap_or(bytes.len())
}

/// Length of the digits at the front.
#[inline]
pub(super) fn digits(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len())
}

/// Of a checked document that goes on behind an opening quote: where the closing quote stands, and whether there is an
/// escape before it.
#[inline]
pub(super) fn quoted(bytes: &[u8]) -> (usize, bool) {
    let (mut at, mut escaped) = (0, false);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        at += plain(rest);
        match bytes.get(at) {
            Some(b'\\') => {
                escaped = true;
                at += 2;
            }
            _ => return (at.min(bytes.len()), escaped),
        }
    }
}

/// Of a checked document: what stands behind all that separates its values.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn behind_separators(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [byte, more @ ..] = rest {
        // Of all that is so low, only white space stands between values.
        if *byte > b' ' && *byte != b',' && *byte != b':' {
            break;
        }
        rest = if *byte == b'\n' { behind_spaces(more) } else { more };
    }
    rest
}

/// Of a checked document that goes on with a number or a word: its length.
#[inline]
pub(super) fn simple(bytes: &[u8]) -> usize {
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

/// Of a checked document that goes on with an object or an array: its length. Only brackets and strings are looked at.
pub(super) fn container(bytes: &[u8]) -> usize {
    let (mut rest, mut depth) = (bytes, 0_usize);
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match byte {
            b'"' => rest = behind.get(quoted(behind).0 + 1..).unwrap_or_default(),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            b'\n' => rest = behind_spaces(behind),
            _ => {}
        }
    }
    bytes.len() - rest.len()
}
