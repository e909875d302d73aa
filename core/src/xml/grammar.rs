//! The token grammar, in nom's streaming mode over the window: `Incomplete` says that the window must grow.
//!
//! Whether a function accepts, refuses or waits depends on the bytes up to the one that decides, never on the bytes
//! behind, so the answer is the same however the document is cut. The end of the document needs no word of its own:
//! nothing here can be complete at the end of an unfinished document.

use nom::bytes::streaming::tag;
use nom::error::{ErrorKind, ParseError};
use nom::sequence::preceded;
use nom::{Err, IResult, Needed, Parser};

use super::encoding::{self, Decoded, Encoding};
use super::error::XmlErrorKind as Kind;
use super::scan;
use super::token::{Name, flag};
use crate::limits::{XML_DECLARED, XML_EQUALS, XML_NAME, XML_REFERENCE};
use crate::proof::{Mistake, mistake};

/// What is wrong, and how many bytes of the window are left there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    pub(super) left: usize,
}

impl ParseError<&[u8]> for Fault {
    fn from_error_kind(input: &[u8], _: ErrorKind) -> Self {
        Self { kind: Kind::Markup, left: input.len() }
    }

    fn append(_: &[u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

pub(super) type Refusal = Err<Fault>;
pub(super) type Parsed<'a, T> = IResult<&'a [u8], T, Fault>;

pub(super) const INCOMPLETE: Refusal = Err::Incomplete(Needed::Unknown);

pub(super) const fn fault(kind: Kind, at: &[u8]) -> Refusal {
    Err::Error(Fault { kind, left: at.len() })
}

/// `parser`, with its errors told as `kind`.
fn expect<'a, P>(kind: Kind, mut parser: P) -> impl FnMut(&'a [u8]) -> Parsed<'a, P::Output>
where
    P: Parser<&'a [u8], Error = Fault>,
{
    move |input| parser.parse(input).map_err(|error| error.map(|fault| Fault { kind, ..fault }))
}

fn split(input: &[u8], at: usize) -> (&[u8], &[u8]) {
    input.split_at_checked(at).unwrap_or((input, &[]))
}

/// A qualified name (Namespaces in XML 1.0 §4) and the byte behind it seen, but not taken.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn name(encoding: Encoding, input: &[u8]) -> Parsed<'_, Name<'_>> {
    // The usual case: ASCII, no prefix.
    #[cfg(target_pointer_width = "64")]
    {
        let len = scan::name(input);
        if let (Some(&first), Some(&behind)) = (input.first(), input.get(len))
            && scan::is(scan::NAME_START, first)
            && behind < 0x80
            && behind != b':'
            && len <= XML_NAME
        {
            let (name, rest) = split(input, len);
            return Ok((rest, Name::new(name, 0)));
        }
    }
    any_name(encoding, input)
}

#[cold]
fn any_name(encoding: Encoding, input: &[u8]) -> Parsed<'_, Name<'_>> {
    let mut at = 0;
    let mut prefix = 0;
    // Whether a character that may begin a name must come now.
    let mut begins = true;
    loop {
        if at > XML_NAME {
            return Err(fault(Kind::NameTooLong, input));
        }
        let (_, rest) = split(input, at);
        let (starts, belongs, len) = match rest.first() {
            None => return Err(INCOMPLETE),
            Some(b':') if prefix == 0 && !begins => {
                prefix = at;
                begins = true;
                at += 1;
                continue;
            }
            Some(b':') => return Err(fault(Kind::Name, rest)),
            Some(&byte @ ..0x80) => (scan::is(scan::NAME_START, byte), scan::is(scan::NAME, byte), 1),
            Some(_) => match encoding.decode(rest) {
                Decoded::Char { char, len, .. } => {
                    (encoding::is_foreign_name_start(char), encoding::is_foreign_name_char(char), len)
                }
                Decoded::Short => return Err(INCOMPLETE),
                Decoded::Bad(_) => (false, false, 1),
            },
        };
        if begins && !starts {
            return Err(fault(Kind::Name, rest));
        }
        if !belongs {
            let (name, rest) = split(input, at);
            return Ok((rest, Name::new(name, prefix)));
        }
        begins = false;
        at += len;
    }
}

/// White space around `=`, bounded because a name waits in the window before it.
fn few_blanks(input: &[u8]) -> Parsed<'_, ()> {
    let len = scan::blank(input);
    let (_, rest) = split(input, len);
    if len > XML_EQUALS {
        let (_, too_many) = split(input, XML_EQUALS);
        return Err(fault(Kind::Attribute, too_many));
    }
    if rest.is_empty() { Err(INCOMPLETE) } else { Ok((rest, ())) }
}

/// These characters.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn word<'a>(word: &'static str, input: &'a [u8]) -> Parsed<'a, ()> {
    tag(word).map(|_| ()).parse(input)
}

/// `=` and the opening quote.
fn equals_quote(input: &[u8]) -> Parsed<'_, u8> {
    let equals = |input| expect(Kind::Attribute, |input| word("=", input))(input);
    let (rest, _) = (few_blanks, equals, few_blanks).parse(input)?;
    match *rest {
        [] => Err(INCOMPLETE),
        [quote @ (b'"' | b'\''), ref rest @ ..] => Ok((rest, quote)),
        _ => Err(fault(Kind::Attribute, rest)),
    }
}

/// The name of an attribute, `=` and the opening quote.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn attribute_head(encoding: Encoding, input: &[u8]) -> Parsed<'_, (Name<'_>, u8)> {
    let (rest, name) = name(encoding, input)?;
    #[cfg(target_pointer_width = "64")]
    if let [b'=', quote @ (b'"' | b'\''), rest @ ..] = rest {
        return Ok((rest, (name, *quote)));
    }
    let (rest, quote) = equals_quote(rest)?;
    Ok((rest, (name, quote)))
}

/// The parts of the XML declaration, in their order (XML 1.0 §2.8, production 23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Declared {
    Version,
    Encoding,
    Standalone,
}

impl Declared {
    /// Whether the value may be that of this part (XML 1.0 §2.8 and §4.3.3, productions 26, 32 and 81).
    pub(super) fn allows(self, value: &[u8]) -> bool {
        match (self, value) {
            (Self::Version, [b'1', b'.', minor @ ..]) => !minor.is_empty() && minor.iter().all(u8::is_ascii_digit),
            (Self::Encoding, [b'A'..=b'Z' | b'a'..=b'z', name @ ..]) => {
                name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
            }
            (Self::Standalone, value) => value == b"yes" || value == b"no",
            _ => false,
        }
    }
}

/// A part of the XML declaration and its value.
pub(super) fn declared(input: &[u8]) -> Parsed<'_, (Declared, &[u8])> {
    let (name, declared) = match input.first() {
        Some(b'v') => ("version", Declared::Version),
        Some(b'e') => ("encoding", Declared::Encoding),
        _ => ("standalone", Declared::Standalone),
    };
    let name = |input| word(name, input);
    let (rest, ((), quote)) = expect(Kind::Declaration, (name, equals_quote))(input)?;
    let (value, end) = split(rest, scan::plain(rest, &[quote]).min(XML_DECLARED));
    match end {
        [] => Err(INCOMPLETE),
        [first, rest @ ..] if *first == quote => Ok((rest, (declared, value))),
        _ => Err(fault(Kind::Declaration, end)),
    }
}

/// `<?` and the target of a processing instruction, or `<?xml`.
pub(super) fn instruction_head(encoding: Encoding, input: &[u8]) -> Parsed<'_, Name<'_>> {
    preceded(|input| word("<?", input), |input| name(encoding, input)).parse(input)
}

/// `</` and a name.
pub(super) fn end_head(encoding: Encoding, input: &[u8]) -> Parsed<'_, Name<'_>> {
    preceded(|input| word("</", input), |input| name(encoding, input)).parse(input)
}

/// What `<!` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Comment,
    Cdata,
    Doctype,
}

/// The opening of a comment, a CDATA section or a DTD.
pub(super) fn section(input: &[u8]) -> Parsed<'_, Section> {
    let (tag, section) = match input.get(2) {
        Some(b'-') => ("<!--", Section::Comment),
        Some(b'[') => ("<![CDATA[", Section::Cdata),
        _ => ("<!DOCTYPE", Section::Doctype),
    };
    match word(tag, input) {
        Ok((rest, ())) => Ok((rest, section)),
        Err(error) => Err(error.map(|_| Fault { kind: Kind::Markup, left: input.len() })),
    }
}

/// XML 1.0 §4.6.
const PREDEFINED: [(&str, char); 5] = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("apos", '\'')];

/// A reference to a character or to one of the five predefined entities: never more than one character.
pub(super) fn reference(input: &[u8]) -> Parsed<'_, char> {
    let malformed = fault(Kind::Reference, input);
    let (rest, ()) = word("&", input)?;
    let in_body = |&byte: &u8| scan::is(scan::NAME, byte) || matches!(byte, b'#' | b':' | 0x80..);
    let len = rest.iter().take_while(|byte| in_body(byte)).take(XML_REFERENCE + 1).count();
    if len > XML_REFERENCE {
        return Err(malformed);
    }
    let (body, end) = split(rest, len);
    let (rest, ()) = word(";", end)
        .map_err(|error| error.map(|fault| Fault { kind: Kind::Reference, left: input.len().max(fault.left) }))?;
    let char = match body {
        [b'#', b'x', digits @ ..] => number(digits, 16).ok_or(malformed)?,
        [b'#', digits @ ..] => number(digits, 10).ok_or(malformed)?,
        [first, ..] if scan::is(scan::NAME_START, *first) || *first >= 0x80 || *first == b':' => {
            let entity = PREDEFINED.iter().find(|(name, _)| name.as_bytes() == body);
            entity.ok_or(fault(Kind::Entity, input))?.1
        }
        _ => return Err(malformed),
    };
    Ok((rest, char))
}

/// The legal character with this number.
fn number(digits: &[u8], radix: u32) -> Option<char> {
    if digits.is_empty() {
        return None;
    }
    let mut number = 0_u32;
    for &digit in digits {
        number = number.saturating_mul(radix).saturating_add(char::from(digit).to_digit(radix)?);
    }
    char::from_u32(number).filter(|char| encoding::is_char(*char))
}

/// Checked characters, as many as the window holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) flags: u8,
    /// Whether what ends the characters was reached, and taken.
    pub(super) closed: bool,
}

/// What stands at a place where a scan stopped.
enum Stop {
    /// It belongs to the characters: its length and its flags.
    Part(usize, u8),
    /// It ends the characters: its length.
    Close(usize),
    Bad(Kind),
    /// More bytes are needed to tell.
    Unsure,
}

/// What characters are the data of, which says what may stand in them and what ends them.
#[derive(Clone, Copy)]
pub(super) enum Data {
    /// Text, up to `<`, which is not taken.
    Text,
    /// An attribute value in these quotes, up to the second, which is taken.
    Value(u8),
    /// A CDATA section, up to `]]>`, which is taken.
    Cdata,
    /// A comment, up to `-->`, which is taken.
    Comment,
    /// A processing instruction, up to `?>`, which is taken.
    Instruction,
}

impl Data {
    /// Where a scan of it stops.
    const fn stops(self) -> [u8; 3] {
        match self {
            Self::Text => [b'<', b'&', b']'],
            Self::Value(quote) => [quote, b'&', b'<'],
            Self::Cdata => [b']'; 3],
            Self::Comment => [b'-'; 3],
            Self::Instruction => [b'?'; 3],
        }
    }

    /// What has to be replaced in it.
    const fn flags(self) -> u8 {
        match self {
            Self::Text => flag::REFERENCE | flag::LINE_END | flag::FOREIGN,
            Self::Value(_) => flag::REFERENCE | flag::BLANK | flag::FOREIGN,
            Self::Cdata => flag::LINE_END | flag::FOREIGN,
            Self::Comment | Self::Instruction => 0,
        }
    }

    /// What stands at a stop.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn stop(self, input: &[u8]) -> Stop {
        match (self, input) {
            (Self::Text | Self::Value(_), [b'&', ..]) => reference_stop(input),
            (Self::Text, [b'<', ..]) => Stop::Close(0),
            (Self::Text, [_, b']', b'>', ..]) => Stop::Bad(Kind::CdataEnd),
            (Self::Value(_), [b'<', ..]) => Stop::Bad(Kind::LessThan),
            (Self::Value(_), _) => Stop::Close(1),
            (Self::Cdata, [_, b']', b'>', ..]) | (Self::Comment, [_, b'-', b'>', ..]) => Stop::Close(3),
            (Self::Comment, [_, b'-', _, ..]) => Stop::Bad(Kind::Comment),
            (Self::Instruction, [_, b'>', ..]) => Stop::Close(2),
            (Self::Text | Self::Cdata, [_, b']']) | (Self::Comment, [_, b'-']) | (_, [_]) => Stop::Unsure,
            _ => Stop::Part(1, 0),
        }
    }
}

/// Characters up to what ends them: leaps from stop to stop.
///
/// `Incomplete` and an error only come if there is no character before.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(super) fn piece(data: Data, encoding: Encoding, input: &[u8]) -> Parsed<'_, Piece<'_>> {
    let mut at = 0;
    let mut flags = 0;
    let (end, refusal) = loop {
        let (_, rest) = split(input, at);
        at += scan::plain(rest, &data.stops());
        let (_, rest) = split(input, at);
        let found = match rest {
            [] => Stop::Unsure,
            [b'\n' | b'\t', ..] => Stop::Part(1, flag::BLANK),
            [b'\r', b'\n', ..] => Stop::Part(2, flag::BLANK | flag::LINE_END),
            [b'\r', _, ..] => Stop::Part(1, flag::BLANK | flag::LINE_END),
            [b'\r'] if !mistake(Mistake::XmlSplitsALineEnd) => Stop::Unsure,
            [b'\r'] => Stop::Part(1, flag::BLANK | flag::LINE_END),
            [0..=0x1F, ..] => Stop::Bad(Kind::Character),
            [0x80..=0xFF, ..] => match encoding.decode(rest) {
                Decoded::Char { len, foreign, .. } => Stop::Part(len, if foreign { flag::FOREIGN } else { 0 }),
                Decoded::Short => Stop::Unsure,
                Decoded::Bad(kind) => Stop::Bad(kind),
            },
            [..] => data.stop(rest),
        };
        match found {
            Stop::Part(len, new) => {
                at += len;
                flags |= new;
            }
            Stop::Close(len) => break (Some(len), INCOMPLETE),
            Stop::Bad(kind) => break (None, fault(kind, rest)),
            Stop::Unsure => break (None, INCOMPLETE),
        }
    };
    if at == 0 && end.is_none() {
        return Err(refusal);
    }
    let (bytes, rest) = split(input, at);
    let (_, rest) = split(rest, end.unwrap_or(0));
    Ok((rest, Piece { bytes, flags: flags & data.flags(), closed: end.is_some() }))
}

/// A reference as a part of text or of a value.
fn reference_stop(input: &[u8]) -> Stop {
    match reference(input) {
        Ok((rest, _)) => Stop::Part(input.len() - rest.len(), flag::REFERENCE),
        Err(Err::Incomplete(_)) => Stop::Unsure,
        Err(Err::Error(fault) | Err::Failure(fault)) => Stop::Bad(fault.kind),
    }
}

/// The same, for each kind of data where flash is not scarce.
#[cfg_attr(target_pointer_width = "64", inline(never))]
fn any_text(encoding: Encoding, input: &[u8]) -> Parsed<'_, Piece<'_>> {
    piece(Data::Text, encoding, input)
}

#[cfg_attr(target_pointer_width = "64", inline(never))]
fn any_value(encoding: Encoding, quote: u8, input: &[u8]) -> Parsed<'_, Piece<'_>> {
    piece(Data::Value(quote), encoding, input)
}

/// [`Data::Text`].
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn text(encoding: Encoding, input: &[u8]) -> Parsed<'_, Piece<'_>> {
    // The usual case: nothing to look at in between but line feeds.
    #[cfg(target_pointer_width = "64")]
    {
        const STOPS: [u8; 3] = Data::Text.stops();
        let mut at = scan::plain(input, &STOPS);
        loop {
            let (bytes, rest) = split(input, at);
            match rest {
                [b'<', ..] if at > 0 => return Ok((rest, Piece { bytes, flags: 0, closed: true })),
                [b'\n', behind @ ..] => at += 1 + scan::plain(behind, &STOPS),
                _ => break,
            }
        }
    }
    any_text(encoding, input)
}

/// [`Data::Value`].
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn value(encoding: Encoding, quote: u8, input: &[u8]) -> Parsed<'_, Piece<'_>> {
    // The usual case: nothing to look at in between.
    #[cfg(target_pointer_width = "64")]
    {
        let (bytes, rest) = split(input, scan::plain(input, &Data::Value(quote).stops()));
        if let [first, rest @ ..] = rest
            && *first == quote
        {
            return Ok((rest, Piece { bytes, flags: 0, closed: true }));
        }
    }
    any_value(encoding, quote, input)
}
