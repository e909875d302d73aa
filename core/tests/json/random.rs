//! Documents that look like chance, from a seed.

/// Numbers that look like chance (Steele, Lea, Flood: SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most).unwrap()).unwrap()
    }

    pub(crate) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const BLANKS: &[&str] = &["", "", "", "", "", " ", "\n", "\r\n", "\t", " \n "];

/// Few of each kind, so that names meet again in other spellings.
const PIECES: &[&str] = &[
    "a",
    "b",
    "Name",
    "",
    "é",
    "€",
    "😀",
    "\u{7f}",
    "\u{2028}",
    "/",
    "\\\"",
    "\\\\",
    "\\/",
    "\\b",
    "\\f",
    "\\n",
    "\\r",
    "\\t",
    "\\u0061",
    "\\u0062",
    "\\u00e9",
    "\\u00E9",
    "\\u20ac",
    "\\ud83d\\ude00",
    "\\uD83D\\uDE00",
    "\\u0000",
    "\\uffff",
    "4111",
    "\\u0034",
];

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "10.99",
    "10.990",
    "1.099e1",
    "1E5",
    "1e+5",
    "100e-2",
    "0.0",
    "0e0",
    "-0.0E-00",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e400",
    "1e-400",
    "0.1000000000000000055511",
    "99999999.999999",
    "123456789012345678901234567890.5",
];

/// What breaks a document, or just changes it.
const SPLINTERS: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "\\x", "u", "/", "//", "/**/", "#", "'",
    "0", "1", "9", "00", ".", "-", "+", "e", "E", "e+", "t", "true", "false", "null", "nul", "True", "NaN", "Infinity",
    " ", "\n", "\r", "\t", "\u{0}", "\u{b}", "\u{c}", "\u{1f}", "\u{7f}", "\u{80}", "\u{a0}", "\u{2028}", "\u{feff}",
    "é", "😀", "{}", "[]", "\"\"", "\"a\":", ",,", ",\"a\":1",
];

/// Bytes that no character begins or ends with, surrogates and characters in too many bytes.
const BROKEN: &[&[u8]] = &[
    &[0x80],
    &[0xbf],
    &[0xc0],
    &[0xc0, 0x80],
    &[0xc1, 0xbf],
    &[0xc3],
    &[0xe0, 0x80, 0x80],
    &[0xe2, 0x82],
    &[0xed, 0xa0, 0x80],
    &[0xed, 0xbf, 0xbf],
    &[0xf0, 0x80, 0x80, 0x80],
    &[0xf4, 0x90, 0x80, 0x80],
    &[0xf8],
    &[0xff],
    &[0xef, 0xbb, 0xbf],
    &[0xef, 0xbb],
];

/// A document that is good but for members that meet by chance.
pub(crate) fn document(random: &mut Random) -> String {
    let mut document = String::new();
    let levels = random.below(6);
    blank(random, &mut document);
    value(random, levels, &mut document);
    blank(random, &mut document);
    document
}

fn blank(random: &mut Random, document: &mut String) {
    document.push_str(random.one(BLANKS));
}

fn string(random: &mut Random, document: &mut String) {
    document.push('"');
    for _ in 0..random.below(5) {
        document.push_str(random.one(PIECES));
    }
    document.push('"');
}

fn value(random: &mut Random, levels: usize, document: &mut String) {
    match random.below(if levels == 0 { 5 } else { 12 }) {
        0 => document.push_str(random.one(&["true", "false", "null"])),
        1 | 2 => document.push_str(random.one(NUMBERS)),
        3 | 4 => string(random, document),
        5..=7 => list(random, ['[', ']'], document, |random, document| value(random, levels - 1, document)),
        _ => list(random, ['{', '}'], document, |random, document| {
            string(random, document);
            blank(random, document);
            document.push(':');
            blank(random, document);
            value(random, levels - 1, document);
        }),
    }
}

fn list(
    random: &mut Random,
    brackets: [char; 2],
    document: &mut String,
    mut item: impl FnMut(&mut Random, &mut String),
) {
    document.push(brackets[0]);
    for place in 0..random.below(4) {
        if place > 0 {
            document.push(',');
        }
        blank(random, document);
        item(random, document);
        blank(random, document);
    }
    document.push(brackets[1]);
}

/// One change somewhere: bytes taken away, put in, replaced or repeated, or the document cut off.
pub(crate) fn change(random: &mut Random, document: &mut Vec<u8>) {
    let from = random.below(document.len() + 1);
    let to = (from + random.below(3)).min(document.len());
    let with: Vec<u8> = match random.below(8) {
        0 => Vec::new(),
        1 => BROKEN[random.below(BROKEN.len())].to_vec(),
        2 => vec![u8::try_from(random.below(256)).unwrap()],
        3 => document[from..].to_vec(),
        _ => random.one(SPLINTERS).as_bytes().to_vec(),
    };
    match random.below(8) {
        0 => document.truncate(from),
        1..=3 => _ = document.splice(from..from, with),
        _ => _ = document.splice(from..to, with),
    }
}
