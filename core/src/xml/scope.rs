//! What the reader must remember: the names of the open elements, the attribute names of the current tag, and the
//! namespaces in scope, all in one bounded arena.
//!
//! The arena is two stacks that grow towards each other. From the bottom: what lives as long as its element, which
//! is its name and its namespace declarations. From the top: what lives as long as the tag, its attribute names.
//!
//! Both stacks keep more than they must, as long as there is room: the name of the element closed last, and attribute
//! names of tags before. Elements stand in rows, so these are what most likely comes next, and a name that was checked
//! once is only compared.

use core::fmt;

use super::error::XmlErrorKind as Kind;
use super::token::Name;
use crate::limits::{XML_ATTRIBUTES, XML_BINDINGS, XML_DEPTH, XML_SCOPE};

/// Bound to the prefix `xml` in every document (Namespaces in XML 1.0 §3).
const XML_NAMESPACE: &[u8] = b"http://www.w3.org/XML/1998/namespace";
/// Bound to the prefix `xmlns`; nothing else may be.
const XMLNS_NAMESPACE: &[u8] = b"http://www.w3.org/2000/xmlns/";

#[derive(Clone, Debug)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Scope {
    /// End of the lower stack.
    low: u16,
    /// Begin of the upper stack.
    high: u16,
    /// Which attributes the tag has: one bit for each place in the list.
    used: u64,
    /// Which place in the list is most likely the next one of the tag.
    next: u8,
    /// The first place of the last tag with attributes.
    first: u8,
    /// Length of the name that the element closed last left behind at the end of the lower stack; 0 if it had a prefix
    /// or something else stands there now.
    sibling: u8,
    /// One bit for each attribute name in the list: a clear bit proves that a name is not there.
    seen: u64,
    /// Length of the prefix of the tag's name.
    tag_prefix: u8,
    /// Attributes of the tag that have a prefix and declare no namespace.
    prefixed: u8,
    /// The namespace name under declaration did not fit.
    overflow: bool,
    bindings: heapless::Vec<Binding, XML_BINDINGS>,
    elements: heapless::Vec<Element, XML_DEPTH>,
    /// The attribute names of the tag, and of tags before.
    attributes: heapless::Vec<Attribute, XML_ATTRIBUTES>,
    arena: [u8; XML_SCOPE],
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
            used: 0,
            next: 0,
            first: 0,
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
        self.used = 0;
        self.forget_unused();
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
    #[cfg_attr(target_pointer_width = "64", inline(always))]
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

    #[cfg_attr(target_pointer_width = "64", inline(always))]
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
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn close(&mut self) {
        if let Some(element) = self.elements.pop() {
            self.low = element.at;
            self.sibling = if element.prefix == 0 { element.len } else { 0 };
            self.bindings.truncate(usize::from(element.bindings));
        }
    }

    /// The attribute name at the front of `input`, if `=` is behind it and it is one of the few that are most likely there:
    /// its place and its length. Names with a prefix and declarations of namespaces are never taken for likely.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn likely_attribute(&self, input: &[u8]) -> Option<(u8, usize)> {
        let likely = self.attributes.get(usize::from(self.next)..)?.iter().take(LIKELY);
        for (known, place) in likely.zip(self.next..) {
            let len = usize::from(known.len);
            if input.get(len) == Some(&b'=')
                && input.get(..len) == Some(self.bytes(known.at, len))
                && known.plain
                && !self.is_used(place)
            {
                return Some((place, len));
            }
        }
        None
    }

    /// Adds the attribute at this place to the tag.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn use_attribute(&mut self, place: u8) {
        self.used |= 1_u64.wrapping_shl(place.into());
        self.next = place.wrapping_add(1);
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn is_used(&self, place: u8) -> bool {
        self.used & 1_u64.wrapping_shl(place.into()) != 0
    }

    /// Adds an attribute of the tag.
    pub(super) fn attribute(&mut self, name: Name<'_>) -> Result<(), Kind> {
        let bytes = name.as_bytes();
        let len = bytes.len();
        let (Some(first), Some(middle), Some(last)) = (bytes.first(), bytes.get(len / 2), bytes.last()) else {
            return Err(Kind::Name);
        };
        let prefix = tiny(name.prefix().len());
        let declares = name.is_xmlns();
        self.prefixed += u8::from(prefix != 0 && !declares);
        let bit = tiny((len ^ usize::from(*first) ^ usize::from(*middle) << 2 ^ usize::from(*last) << 4) % 64);
        if self.seen & 1 << bit != 0
            && let Some(place) = self.place_of(bytes)
        {
            if self.is_used(place) {
                return Err(Kind::DuplicateAttribute);
            }
            self.use_attribute(place);
            return Ok(());
        }
        if self.attributes.is_full() || usize::from(self.high.saturating_sub(self.low)) < len {
            self.forget_unused();
        }
        let start = usize::from(self.high).checked_sub(len).filter(|start| *start >= usize::from(self.low));
        let Some(room) = start.and_then(|start| self.arena.get_mut(start..start + len)) else {
            return Err(Kind::Scope);
        };
        room.copy_from_slice(bytes);
        self.high -= small(len);
        if self.high.saturating_sub(self.low) < u16::from(self.sibling) {
            self.sibling = 0;
        }
        let place = tiny(self.attributes.len());
        let attribute = Attribute { at: self.high, len: tiny(len), prefix, bit, plain: prefix == 0 && !declares };
        self.attributes.push(attribute).map_err(|_| Kind::Attributes)?;
        self.seen |= 1 << bit;
        self.use_attribute(place);
        Ok(())
    }

    /// Where this attribute name stands in the list.
    fn place_of(&self, name: &[u8]) -> Option<u8> {
        let is = |known: &Attribute| usize::from(known.len) == name.len() && self.bytes(known.at, name.len()) == name;
        self.attributes.iter().position(is).map(tiny)
    }

    /// Keeps the attribute names of this tag only: what tags before left must not cost a document its room.
    #[cold]
    fn forget_unused(&mut self) {
        let (mut kept, mut high) = (heapless::Vec::new(), HIGH);
        self.seen = 0;
        for (attribute, place) in self.attributes.iter().zip(0..) {
            if !self.is_used(place) {
                continue;
            }
            high = high.saturating_sub(attribute.len.into());
            // Up, the last byte first: names do not overwrite each other, nor themselves.
            for at in (0..usize::from(attribute.len)).rev() {
                let byte = self.arena.get(usize::from(attribute.at) + at).copied();
                if let (Some(byte), Some(slot)) = (byte, self.arena.get_mut(usize::from(high) + at)) {
                    *slot = byte;
                }
            }
            self.seen |= 1 << attribute.bit;
            // There are not more than before.
            let _ = kept.push(Attribute { at: high, ..*attribute });
        }
        let count = kept.len();
        self.attributes = kept;
        self.high = high;
        self.used = u64::MAX.checked_shr(u64::BITS - u32::from(tiny(count))).unwrap_or(0);
        self.next = tiny(count);
        self.first = 0;
    }

    /// Begins a namespace declaration for a prefix, empty for the default namespace.
    pub(super) fn bind(&mut self, prefix: &[u8]) -> Result<(), Kind> {
        self.overflow = false;
        let binding = Binding { at: self.low, len: 0, prefix: tiny(prefix.len()) };
        self.bindings.push(binding).map_err(|_| Kind::Bindings)?;
        if self.keep(prefix) { Ok(()) } else { Err(Kind::Scope) }
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
    #[cfg_attr(target_pointer_width = "64", inline(always))]
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
        let of_tag =
            || self.attributes.iter().zip(0..).filter(|(_, place)| self.is_used(*place)).map(|(known, _)| known);
        for (count, attribute) in of_tag().enumerate() {
            let Some(expanded) = self.expand(attribute)? else { continue };
            for earlier in of_tag().take(count) {
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
            self.forget_unused();
            if end > usize::from(self.high) {
                return false;
            }
        }
        let Some(room) = self.arena.get_mut(start..end) else { return false };
        room.copy_from_slice(bytes);
        self.low = small(end);
        true
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn forget_tag(&mut self) {
        if self.used != 0 {
            self.first = self.used.trailing_zeros().to_le_bytes()[0];
        }
        self.next = self.first;
        self.used = 0;
        self.prefixed = 0;
    }
}

/// Adds to the namespace name under declaration.
impl fmt::Write for Scope {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.overflow |= !self.keep(text.as_bytes());
        if !self.overflow
            && let Some(binding) = self.bindings.last_mut()
        {
            binding.len = binding.len.saturating_add(small(text.len()));
        }
        Ok(())
    }
}

/// Whether this byte cannot belong to a name.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn ends_name(byte: u8) -> bool {
    matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r')
}

/// How many attribute names of tags before are compared with what comes: in a row of elements, some leave some out.
const LIKELY: usize = 4;

/// The arena's length as a position in it.
#[expect(clippy::cast_possible_truncation, reason = "checked by the assertion below")]
const HIGH: u16 = XML_SCOPE as u16;
const _: () = assert!(XML_SCOPE <= u16::MAX as usize, "positions in the arena are kept in 16 bits");
const _: () = assert!(XML_ATTRIBUTES <= 64, "which of them a tag has is kept in 64 bits");
const _: () = assert!(XML_ATTRIBUTES < 256 && XML_BINDINGS < 256 && crate::limits::XML_NAME < 256, "kept in 8 bits");

fn prefix_of_name(name: &[u8]) -> &[u8] {
    let colon = name.iter().position(|&byte| byte == b':').unwrap_or(0);
    name.get(..colon).unwrap_or_default()
}
