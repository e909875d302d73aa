//! The leaves: how many bytes at the front are of one kind.

/// Length of the white space at the front: RFC 8259 §2.
#[inline]
pub(super) fn blank(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(bytes.len())
}

/// Length of the run at the front without a quote, a backslash and a control character (below 20).
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\').unwrap_or(bytes.len())
}

/// Length of the digits at the front.
#[inline]
pub(super) fn digits(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len())
}

/// Of a checked document that goes on behind an opening quote: where the closing quote stands, and whether there is an
/// escape before it.
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

/// Of a checked document that goes on with a value: the length of the value.
pub(super) fn value(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0_usize, 0_usize);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at += quoted(bytes.get(at..).unwrap_or_default()).0 + 1,
            b'{' | b'[' => {
                depth += 1;
                continue;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => continue,
            _ => {
                let rest = bytes.get(at..).unwrap_or_default();
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
                at += rest.iter().position(ends).unwrap_or(rest.len());
            }
        }
        if depth == 0 {
            break;
        }
    }
    at.min(bytes.len())
}
