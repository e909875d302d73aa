//! What the reader must remember: the names of the open elements, the attribute names of the current tag, and the
//! namespaces in scope, all in one bounded arena.
//!
//! The arena is two stacks that grow towards each other. From the bottom: what lives as long as its element, which
//! is its name and its namespace declarations. From the top: what lives as long as the tag, its attribute names.
//!
//! Both stacks are read once more above their tops. Elements stand in rows, so the name of the element closed last and
//! the attribute names of the last tag are what most likely comes next. A name that was checked is only compared.

use super::error::XmlErrorKind as Kind;
use super::token::Name;
use crate::limits::{XML_ATTRIBUTES, XML_BINDINGS, XML_DEPTH, XML_SCOPE};

/// Bound to the prefix `xml` in every document (Namespaces in XML 1.0 §3).
const XML_NAMESPACE: &[u8] = b"http://www.w3.org/XML/1998/namespace";
/// Bound to the prefix `xmlns`; nothing else may be.
const XMLNS_NAMESPACE: &[u8] = b"http://www.w3.org/2000/xmlns/";

#[derive(Clone, Debug)]
pub(super) struct Scope {
    arena: [u8; XML_SCOPE],
    /// End of the lower stack.
    low: u16,
    /// Begin of the upper stack.
    high: u16,
    elements: heapless::Vec<Element, XML_DEPTH>,
    /// The attributes of the tag, and behind them what tags before had there.
    attributes: heapless::Vec<Attribute, XML_ATTRIBUTES>,
    bindings: heapless::Vec<Binding, XML_BINDINGS>,
    /// How many attributes the tag has so far.
    count: u8,
    /// Whether the tag is not the same as the tags before: then it has all attributes there are.
    differs: bool,
    /// Length of the name that the element closed last left behind at the end of the lower stack; 0 if it had a prefix
    /// or something else stands there now.
    sibling: u8,
    /// One bit for each attribute name of a tag that differs: a clear bit proves that a name is new.
    seen: u64,
    /// Length of the prefix of the tag's name.
    tag_prefix: u8,
    /// Attributes of the tag that have a prefix and declare no namespace.
    prefixed: u8,
    /// The namespace name under declaration did not fit.
    overflow: bool,
}

#[derive(Clone, Copy, Debug)]
struct Element {
    at: u16,
    len: u8,
    prefix: u8,
    /// Bindings in scope outside of this element.
    bindings: u8,
}

#[derive(Clone, Copy, Debug)]
struct Attribute {
    at: u16,
    len: u8,
    /// 0 if there is none.
    prefix: u8,
    /// Which bit of `seen` is its.
    bit: u8,
    /// Neither in a namespace nor the declaration of one.
    plain: bool,
}

/// The prefix and directly behind it the namespace name in UTF-8, empty to take the namespace back.
#[derive(Clone, Copy, Debug)]
struct Binding {
    at: u16,
    len: u16,
    prefix: u8,
}

/// An expanded name (Namespaces in XML 1.0 §2.1).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Expanded<'s> {
    namespace: &'s [u8],
    local: &'s [u8],
}

/// A number that a bound of the arena keeps small.
fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// A number that a bound on names or counts keeps small.
fn tiny(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

impl Scope {
    pub(super) const fn new() -> Self {
        Self {
            arena: [0; XML_SCOPE],
            low: 0,
            high: HIGH,
            elements: heapless::Vec::new(),
            attributes: heapless::Vec::new(),
            bindings: heapless::Vec::new(),
            count: 0,
            differs: false,
            sibling: 0,
            seen: 0,
            tag_prefix: 0,
            prefixed: 0,
            overflow: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.low = 0;
        self.sibling = 0;
        self.elements.clear();
        self.bindings.clear();
        self.forget_tag();
        self.differ();
    }

    pub(super) fn depth(&self) -> usize {
        self.elements.len()
    }

    /// Begins an element.
    pub(super) fn open(&mut self, name: Name<'_>) -> Result<(), Kind> {
        self.push_element(name.as_bytes().len(), tiny(name.prefix().len()))?;
        if self.keep(name.as_bytes()) { Ok(()) } else { Err(Kind::Scope) }
    }

    /// Begins an element if `input` goes on with the name of the element closed last; gives the name's length.
    #[inline(always)]
    pub(super) fn open_sibling(&mut self, input: &[u8]) -> Option<usize> {
        let len = usize::from(self.sibling);
        let name = input.get(..len)?;
        if len == 0 || !ends_name(*input.get(len)?) || self.bytes(self.low, len) != name {
            return None;
        }
        self.push_element(len, 0).ok()?;
        self.low += u16::from(self.sibling);
        self.sibling = 0;
        Some(len)
    }

    #[inline(always)]
    fn push_element(&mut self, len: usize, prefix: u8) -> Result<(), Kind> {
        let element = Element { at: self.low, len: tiny(len), prefix, bindings: tiny(self.bindings.len()) };
        self.tag_prefix = prefix;
        self.elements.push(element).map_err(|_| Kind::Depth)
    }

    /// The name of the innermost open element; empty if none is open.
    #[inline]
    pub(super) fn innermost(&self) -> &[u8] {
        self.elements.last().map_or(&[], |element| self.bytes(element.at, usize::from(element.len)))
    }

    /// Ends the innermost element.
    #[inline(always)]
    pub(super) fn close(&mut self) {
        if let Some(element) = self.elements.pop() {
            self.low = element.at;
            self.sibling = if element.prefix == 0 { element.len } else { 0 };
            self.bindings.truncate(usize::from(element.bindings));
        }
    }

    /// Length of the attribute name at the front of `input`, if it is the one that the tags before had here and `=` is
    /// behind it. Names with a prefix and declarations of namespaces are never taken for known.
    #[inline(always)]
    pub(super) fn known_attribute(&self, input: &[u8]) -> Option<usize> {
        let known = self.attributes.get(usize::from(self.count))?;
        let len = usize::from(known.len);
        let name = input.get(..len)?;
        (known.plain && input.get(len) == Some(&b'=') && self.bytes(known.at, len) == name).then_some(len)
    }

    /// Adds the attribute that the tags before had here.
    #[inline(always)]
    pub(super) fn repeat_attribute(&mut self) {
        self.count = self.count.saturating_add(1);
    }

    /// Adds an attribute of the tag.
    #[inline]
    pub(super) fn attribute(&mut self, name: Name<'_>) -> Result<(), Kind> {
        let bytes = name.as_bytes();
        let len = bytes.len();
        let (Some(first), Some(middle), Some(last)) = (bytes.first(), bytes.get(len / 2), bytes.last()) else {
            return Err(Kind::Name);
        };
        if !self.differs {
            self.differ();
        }
        let bit = tiny((len ^ usize::from(*first) ^ usize::from(*middle) << 2 ^ usize::from(*last) << 4) % 64);
        if self.seen & 1 << bit != 0 && self.has_attribute(bytes) {
            return Err(Kind::DuplicateAttribute);
        }
        self.seen |= 1 << bit;
        let prefix = tiny(name.prefix().len());
        let declares = name.is_xmlns();
        self.prefixed += u8::from(prefix != 0 && !declares);
        let start = usize::from(self.high).checked_sub(len).filter(|start| *start >= usize::from(self.low));
        let Some(room) = start.and_then(|start| self.arena.get_mut(start..start + len)) else {
            return Err(Kind::Scope);
        };
        room.copy_from_slice(bytes);
        self.high -= small(len);
        if self.high - self.low < u16::from(self.sibling) {
            self.sibling = 0;
        }
        let attribute = Attribute { at: self.high, len: tiny(len), prefix, bit, plain: prefix == 0 && !declares };
        self.attributes.push(attribute).map_err(|_| Kind::Attributes)?;
        self.count += 1;
        Ok(())
    }

    /// From here on the tag is not as the tags before: forgets what they had behind this place.
    fn differ(&mut self) {
        self.differs = true;
        self.attributes.truncate(usize::from(self.count));
        self.high = self.attributes.last().map_or(HIGH, |last| last.at);
        self.seen = self.attributes.iter().fold(0, |seen, attribute| seen | 1 << attribute.bit);
    }

    fn has_attribute(&self, name: &[u8]) -> bool {
        self.attributes
            .iter()
            .any(|known| usize::from(known.len) == name.len() && self.bytes(known.at, name.len()) == name)
    }

    /// Begins a namespace declaration for a prefix, empty for the default namespace.
    pub(super) fn bind(&mut self, prefix: &[u8]) -> Result<(), Kind> {
        self.overflow = false;
        let binding = Binding { at: self.low, len: 0, prefix: tiny(prefix.len()) };
        self.bindings.push(binding).map_err(|_| Kind::Bindings)?;
        if self.keep(prefix) { Ok(()) } else { Err(Kind::Scope) }
    }

    /// Adds to the namespace name under declaration.
    pub(super) fn extend(&mut self, text: &str) {
        self.overflow |= !self.keep(text.as_bytes());
        if !self.overflow
            && let Some(binding) = self.bindings.last_mut()
        {
            binding.len = binding.len.saturating_add(small(text.len()));
        }
    }

    /// Ends a namespace declaration.
    pub(super) fn bound(&self) -> Result<(), Kind> {
        let Some(binding) = self.bindings.last() else { return Ok(()) };
        if self.overflow {
            return Err(Kind::Scope);
        }
        let allowed = match (self.prefix_of(binding), self.namespace_of(binding)) {
            (b"xml", namespace) => namespace == XML_NAMESPACE,
            (b"xmlns", _) | (_, XML_NAMESPACE | XMLNS_NAMESPACE) => false,
            (prefix, namespace) => prefix.is_empty() || !namespace.is_empty(),
        };
        if allowed { Ok(()) } else { Err(Kind::Binding) }
    }

    /// Ends the tag: every prefix must have a namespace, and no two attributes the same expanded name.
    #[inline(always)]
    pub(super) fn enter(&mut self) -> Result<(), Kind> {
        if self.tag_prefix != 0 || self.prefixed != 0 {
            self.check_prefixes()?;
        }
        self.forget_tag();
        Ok(())
    }

    #[cold]
    fn check_prefixes(&self) -> Result<(), Kind> {
        match prefix_of_name(self.innermost()) {
            b"" => {}
            b"xmlns" => return Err(Kind::Binding),
            prefix if self.resolve(prefix).is_none() => return Err(Kind::UnboundPrefix),
            _ => {}
        }
        self.check_attributes()
    }

    fn check_attributes(&self) -> Result<(), Kind> {
        for (count, attribute) in self.attributes.iter().take(usize::from(self.count)).enumerate() {
            let Some(expanded) = self.expand(attribute)? else { continue };
            for earlier in self.attributes.iter().take(count) {
                if self.expand(earlier)? == Some(expanded) {
                    return Err(Kind::DuplicateAttribute);
                }
            }
        }
        Ok(())
    }

    /// Namespace and local name of an attribute with a prefix; declarations of namespaces have none to compare.
    fn expand(&self, attribute: &Attribute) -> Result<Option<Expanded<'_>>, Kind> {
        let name = self.bytes(attribute.at, usize::from(attribute.len));
        let Some((prefix, [_, local @ ..])) = name.split_at_checked(usize::from(attribute.prefix)) else {
            return Ok(None);
        };
        if prefix.is_empty() || prefix == b"xmlns" {
            return Ok(None);
        }
        self.resolve(prefix).map(|namespace| Some(Expanded { namespace, local })).ok_or(Kind::UnboundPrefix)
    }

    /// The namespace name of the innermost open element; empty if it has none.
    pub(super) fn namespace(&self) -> &str {
        let namespace = self.resolve(prefix_of_name(self.innermost())).unwrap_or_default();
        core::str::from_utf8(namespace).unwrap_or_default()
    }

    fn resolve(&self, prefix: &[u8]) -> Option<&[u8]> {
        if prefix == b"xml" {
            return Some(XML_NAMESPACE);
        }
        let binding = self.bindings.iter().rev().find(|binding| self.prefix_of(binding) == prefix)?;
        Some(self.namespace_of(binding))
    }

    fn prefix_of(&self, binding: &Binding) -> &[u8] {
        self.bytes(binding.at, usize::from(binding.prefix))
    }

    fn namespace_of(&self, binding: &Binding) -> &[u8] {
        self.bytes(binding.at.saturating_add(u16::from(binding.prefix)), usize::from(binding.len))
    }

    fn bytes(&self, at: u16, len: usize) -> &[u8] {
        self.arena.get(usize::from(at)..).and_then(|rest| rest.get(..len)).unwrap_or_default()
    }

    /// Puts bytes on the lower stack, if they fit.
    #[inline]
    fn keep(&mut self, bytes: &[u8]) -> bool {
        let start = usize::from(self.low);
        let end = start + bytes.len();
        self.sibling = 0;
        if end > usize::from(self.high) {
            // What tags before left behind must not cost a document its room.
            self.differ();
            if end > usize::from(self.high) {
                return false;
            }
        }
        let Some(room) = self.arena.get_mut(start..end) else { return false };
        room.copy_from_slice(bytes);
        self.low = small(end);
        true
    }

    #[inline(always)]
    fn forget_tag(&mut self) {
        self.count = 0;
        self.differs = false;
        self.prefixed = 0;
    }
}

/// Whether this byte cannot belong to a name.
#[inline(always)]
fn ends_name(byte: u8) -> bool {
    matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r')
}

/// The arena's length as a position in it.
#[expect(clippy::cast_possible_truncation, reason = "checked by the assertion below")]
const HIGH: u16 = XML_SCOPE as u16;
const _: () = assert!(XML_SCOPE <= u16::MAX as usize, "positions in the arena are kept in 16 bits");
const _: () = assert!(XML_ATTRIBUTES < 256 && XML_BINDINGS < 256 && crate::limits::XML_NAME < 256, "kept in 8 bits");

fn prefix_of_name(name: &[u8]) -> &[u8] {
    let colon = name.iter().position(|&byte| byte == b':').unwrap_or(0);
    name.get(..colon).unwrap_or_default()
}
