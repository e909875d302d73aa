//! What the reader must remember, where memory is scarce: the same as `scope.rs`, with nothing kept beyond its need, and
//! with their lengths beside the names.
//!
//! The arena is two stacks that grow towards each other. From the bottom: names of open elements and, behind each, the
//! namespaces it declares, every one with its length at its end. From the top: the attribute names of the tag, every one
//! with its length in front.

use core::fmt;

use super::error::XmlErrorKind as Kind;
use super::token::Name;
use crate::limits::{XML_ATTRIBUTES, XML_BINDINGS, XML_DEPTH, XML_NAME, XML_SCOPE};

/// Bound to the prefix `xml` in every document (Namespaces in XML 1.0 §3).
const XML_NAMESPACE: &[u8] = b"http://www.w3.org/XML/1998/namespace";
/// Bound to the prefix `xmlns`; nothing else may be.
const XMLNS_NAMESPACE: &[u8] = b"http://www.w3.org/2000/xmlns/";

#[derive(Clone, Debug)]
#[repr(C)] // Small parts first: there, short instructions reach them.
pub(super) struct Scope {
    /// End of the lower stack.
    low: u16,
    /// Begin of the upper stack.
    high: u16,
    /// End of the name of the innermost open element; 0 if none is open.
    innermost: u16,
    /// Where the namespace under declaration begins.
    begun: u16,
    elements: u8,
    bindings: u8,
    attributes: u8,
    /// Length of the prefix of the tag's name.
    tag_prefix: u8,
    /// Attributes of the tag that have a prefix and declare no namespace.
    prefixed: u8,
    /// The namespace name under declaration did not fit.
    overflow: bool,
    arena: [u8; XML_SCOPE],
}

/// What stands on the lower stack.
#[derive(Clone, Copy)]
struct Entry<'s> {
    /// Where it begins.
    at: usize,
    /// The name, or the prefix, a colon, and the namespace name, empty to take the namespace back.
    bytes: &'s [u8],
    binds: bool,
}

/// An expanded name (Namespaces in XML 1.0 §2.1).
type Expanded<'s> = (&'s [u8], &'s [u8]);

/// Set in the second byte of the length of a namespace.
const BINDS: u8 = 0x80;

/// A number that a bound keeps small.
fn tiny(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// The arena's length as a position in it.
#[expect(clippy::cast_possible_truncation, reason = "checked by the assertion below")]
const HIGH: u16 = XML_SCOPE as u16;
const _: () = assert!(XML_SCOPE < 1 << 15, "lengths in the arena are kept in 15 bits");
const _: () =
    assert!(XML_DEPTH < 256 && XML_ATTRIBUTES < 256 && XML_BINDINGS < 256 && XML_NAME < 256, "kept in 8 bits");

impl Scope {
    #[inline(never)]
    pub(super) const fn new() -> Self {
        Self {
            low: 0,
            high: HIGH,
            innermost: 0,
            begun: 0,
            elements: 0,
            bindings: 0,
            attributes: 0,
            tag_prefix: 0,
            prefixed: 0,
            overflow: false,
            arena: [0; XML_SCOPE],
        }
    }

    pub(super) const fn clear(&mut self) {
        self.low = 0;
        self.innermost = 0;
        self.elements = 0;
        self.bindings = 0;
        self.forget_tag();
    }

    pub(super) fn depth(&self) -> usize {
        self.elements.into()
    }

    /// Begins an element.
    pub(super) fn open(&mut self, name: Name<'_>) -> Result<(), Kind> {
        if self.depth() == XML_DEPTH {
            return Err(Kind::Depth);
        }
        self.elements += 1;
        self.tag_prefix = tiny(name.prefix().len());
        self.begun = self.low;
        if !self.keep(name.as_bytes()) || !self.end_entry(0) {
            return Err(Kind::Scope);
        }
        self.innermost = self.low;
        Ok(())
    }

    /// No names of elements before are kept.
    pub(super) const fn open_sibling(&self, _: &[u8]) -> Option<usize> {
        None
    }

    /// The name of the innermost open element; empty if none is open.
    pub(super) fn innermost(&self) -> &[u8] {
        self.entry(self.innermost.into()).map_or(&[], |entry| entry.bytes)
    }

    /// Ends the innermost element.
    pub(super) fn close(&mut self) {
        let mut end = usize::from(self.low);
        while let Some(entry) = self.entry(end) {
            end = entry.at;
            if !entry.binds {
                break;
            }
            self.bindings = self.bindings.saturating_sub(1);
        }
        self.low = small(end);
        self.elements = self.elements.saturating_sub(1);
        while let Some(entry) = self.entry(end).filter(|entry| entry.binds) {
            end = entry.at;
        }
        self.innermost = small(end);
    }

    /// Adds an attribute of the tag.
    pub(super) fn attribute(&mut self, name: Name<'_>) -> Result<(), Kind> {
        let (bytes, prefix) = (name.as_bytes(), name.prefix().len());
        if self.attributes_from(self.high).any(|known| known == bytes) {
            return Err(Kind::DuplicateAttribute);
        }
        let start = usize::from(self.high).saturating_sub(bytes.len() + 1);
        let room = self.arena.get_mut(start..usize::from(self.high)).filter(|_| start >= usize::from(self.low));
        let Some([len, room @ ..]) = room else { return Err(Kind::Scope) };
        if room.len() != bytes.len() {
            return Err(Kind::Scope);
        }
        if usize::from(self.attributes) == XML_ATTRIBUTES {
            return Err(Kind::Attributes);
        }
        *len = tiny(bytes.len());
        room.copy_from_slice(bytes);
        self.high = small(start);
        self.attributes += 1;
        self.prefixed += u8::from(prefix != 0 && !name.is_xmlns());
        Ok(())
    }

    /// Begins a namespace declaration for a prefix, empty for the default namespace.
    pub(super) fn bind(&mut self, prefix: &[u8]) -> Result<(), Kind> {
        if usize::from(self.bindings) == XML_BINDINGS {
            return Err(Kind::Bindings);
        }
        self.bindings += 1;
        self.overflow = false;
        self.begun = self.low;
        if self.keep(prefix) && self.keep(b":") { Ok(()) } else { Err(Kind::Scope) }
    }

    /// Ends a namespace declaration.
    pub(super) fn bound(&mut self) -> Result<(), Kind> {
        if self.overflow || !self.end_entry(BINDS) {
            return Err(Kind::Scope);
        }
        let Some(entry) = self.entry(self.low.into()) else { return Ok(()) };
        let (prefix, namespace) = divided(entry.bytes);
        // Compared, not matched: a pattern of bytes is code for each of them.
        let allowed = if prefix == b"xml" || namespace == XML_NAMESPACE {
            prefix == b"xml" && namespace == XML_NAMESPACE
        } else {
            prefix != b"xmlns" && namespace != XMLNS_NAMESPACE && (prefix.is_empty() || !namespace.is_empty())
        };
        if allowed { Ok(()) } else { Err(Kind::Binding) }
    }

    /// Ends the tag: every prefix must have a namespace, and no two attributes the same expanded name.
    pub(super) fn enter(&mut self) -> Result<(), Kind> {
        if self.tag_prefix != 0 || self.prefixed != 0 {
            self.check_prefixes()?;
        }
        self.forget_tag();
        Ok(())
    }

    fn check_prefixes(&self) -> Result<(), Kind> {
        let prefix = self.innermost_prefix();
        if prefix == b"xmlns" {
            return Err(Kind::Binding);
        }
        if !prefix.is_empty() && self.resolve(prefix).is_none() {
            return Err(Kind::UnboundPrefix);
        }
        // The last one first: what is wrong with the first of them is told.
        let (mut result, mut at) = (Ok(()), self.high);
        while let Some(name) = self.attributes_from(at).next() {
            at = at.saturating_add(small(name.len() + 1));
            match self.expand(name) {
                Err(kind) => result = Err(kind),
                Ok(Some(expanded)) => {
                    if self.attributes_from(at).any(|name| self.expand(name) == Ok(Some(expanded))) {
                        result = Err(Kind::DuplicateAttribute);
                    }
                }
                Ok(None) => {}
            }
        }
        result
    }

    /// Namespace and local name of an attribute with a prefix; declarations of namespaces have none to compare.
    fn expand<'s>(&'s self, name: &'s [u8]) -> Result<Option<Expanded<'s>>, Kind> {
        let (prefix, local) = divided(name);
        if prefix.is_empty() || prefix == b"xmlns" {
            return Ok(None);
        }
        self.resolve(prefix).map(|namespace| Some((namespace, local))).ok_or(Kind::UnboundPrefix)
    }

    /// The namespace name of the innermost open element; empty if it has none.
    pub(super) fn namespace(&self) -> &str {
        let namespace = self.resolve(self.innermost_prefix()).unwrap_or_default();
        core::str::from_utf8(namespace).unwrap_or_default()
    }

    fn innermost_prefix(&self) -> &[u8] {
        divided(self.innermost()).0
    }

    fn resolve(&self, prefix: &[u8]) -> Option<&[u8]> {
        if prefix == b"xml" {
            return Some(XML_NAMESPACE);
        }
        let mut end = usize::from(self.low);
        loop {
            let entry = self.entry(end)?;
            end = entry.at;
            let (bound, namespace) = divided(entry.bytes);
            if entry.binds && bound == prefix {
                return Some(namespace);
            }
        }
    }

    /// What ends there on the lower stack.
    fn entry(&self, end: usize) -> Option<Entry<'_>> {
        let [before @ .., low, high] = self.arena.get(..end)? else { return None };
        let at = before.len().checked_sub(usize::from(u16::from_le_bytes([*low, *high & !BINDS])))?;
        Some(Entry { at, bytes: before.get(at..)?, binds: *high & BINDS != 0 })
    }

    /// The attribute names of the tag from this place on the upper stack, the last first.
    fn attributes_from(&self, at: u16) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.arena.get(usize::from(at)..).unwrap_or_default();
        core::iter::from_fn(move || {
            let [len, behind @ ..] = rest else { return None };
            let (name, behind) = behind.split_at_checked(usize::from(*len))?;
            rest = behind;
            Some(name)
        })
    }

    /// Puts the length behind what was kept since an entry was begun.
    fn end_entry(&mut self, binds: u8) -> bool {
        let [low, high] = self.low.saturating_sub(self.begun).to_le_bytes();
        self.keep(&[low, high | binds])
    }

    /// Puts bytes on the lower stack, if they fit.
    fn keep(&mut self, bytes: &[u8]) -> bool {
        let (start, high) = (usize::from(self.low), usize::from(self.high));
        let room = self.arena.get_mut(start..high).and_then(|room| room.get_mut(..bytes.len()));
        let Some(room) = room else { return false };
        room.copy_from_slice(bytes);
        self.low = small(start + bytes.len());
        true
    }

    const fn forget_tag(&mut self) {
        self.high = HIGH;
        self.attributes = 0;
        self.prefixed = 0;
    }
}

/// Adds to the namespace name under declaration.
impl fmt::Write for Scope {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.overflow |= !self.keep(text.as_bytes());
        Ok(())
    }
}

/// What stands before the first colon, and what stands behind it; nothing and all of it if there is none.
fn divided(name: &[u8]) -> (&[u8], &[u8]) {
    match name.iter().position(|&byte| byte == b':').and_then(|colon| name.split_at_checked(colon)) {
        Some((prefix, [_, local @ ..])) => (prefix, local),
        _ => (&[], name),
    }
}

/// A position in the arena.
fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
