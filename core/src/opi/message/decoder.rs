//! Tokens in, parts out: one message at a time, in bounded memory whatever its length.

use super::facts::{Diagnosis, PrivateFacts};
use super::fault::{Fault, FaultKind};
use super::header::{Header, IXRETAIL, Kind, Namespace};
use super::node::{Given, Node, OpenFragment, Slot};
use super::part::{FragmentOf, Part, Piece};
use super::payment::Authorisation;
use super::place::{self, Container, Element, Inner, Outer};
use super::record::{self, Record, Role, Spec};
use super::request_type::RequestType;
use super::value::{Flaw, Found};
use super::vocabulary::DeviceTarget;
use crate::limits;
use crate::text::Text;
use crate::xml::{Name, Raw, Reader, Token, Tolerance};

/// Reads one message after the other, piece by piece, from a window the caller owns.
///
/// Names are compared without prefix and namespace, attributes and elements may come in any order, what is not known
/// is passed over, and most values may be an attribute or a child element: implementations differ in all of that.
/// A value that stands twice has the value of the last one, and an element is later than an attribute.
#[derive(Clone)]
pub struct Decoder {
    reader: Reader,
    header: Header,
    /// The open elements.
    nodes: heapless::Vec<Node, { limits::XML_DEPTH }>,
    inner: Inner,
    outer: Outer,
    facts: PrivateFacts,
    diagnosis: Diagnosis,
    /// The value being read: of an attribute that comes in pieces, or of an element that is one value.
    value: Text<{ limits::VALUE }>,
    /// The text of the record being read.
    own: Text<{ limits::REMARK }>,
    /// Whose value the attribute being read is.
    attribute: Option<(Slot, u8)>,
    fragment: Option<OpenFragment>,
    /// A part that comes after the piece of a fragment.
    waiting: Option<Given>,
    given: Option<Given>,
    header_given: bool,
    /// The request type was read off the children.
    derived: bool,
    skipped: u32,
    failed: Option<Fault>,
}

/// What one run over the tokens gave.
enum Step<'a> {
    Given(Given),
    Piece(FragmentOf, Raw<'a>),
    Incomplete,
}

impl Decoder {
    /// A decoder at the start of a message.
    #[must_use]
    pub const fn new(tolerance: Tolerance) -> Self {
        Self {
            reader: Reader::new(tolerance),
            header: Header::EMPTY,
            nodes: heapless::Vec::new(),
            inner: Inner::Empty,
            outer: Outer::Empty,
            facts: PrivateFacts::EMPTY,
            diagnosis: Diagnosis::EMPTY,
            value: Text::new(),
            own: Text::new(),
            attribute: None,
            fragment: None,
            waiting: None,
            given: None,
            header_given: false,
            derived: false,
            skipped: 0,
            failed: None,
        }
    }

    /// Forgets everything but the tolerance: the next byte is the first of another message.
    pub fn reset(&mut self) {
        self.reader.reset();
        self.header = Header::default();
        self.nodes.clear();
        self.inner = Inner::Empty;
        self.outer = Outer::Empty;
        self.facts = PrivateFacts::default();
        self.diagnosis = Diagnosis::default();
        self.value.clear();
        self.own.clear();
        self.attribute = None;
        self.fragment = None;
        self.waiting = None;
        self.given = None;
        self.header_given = false;
        self.derived = false;
        self.skipped = 0;
        self.failed = None;
    }

    /// Reads the next part from the front of `input` and moves `input` past what was used.
    ///
    /// `Ok(None)` means that the next part is not complete in `input`: call again with the bytes that are left and
    /// more behind them, or with `last` set if there are no more. Bytes that were used are never needed again, and of
    /// a window of [`WINDOW_MIN`](limits::WINDOW_MIN) bytes some are always used. With `last`, `Ok(None)` never comes
    /// and [`Part::End`] closes the message.
    ///
    /// # Errors
    /// What is wrong with the message, from then on at every call until [`reset`](Self::reset).
    pub fn next<'a, 'w: 'a>(&'a mut self, input: &mut &'w [u8], last: bool) -> Result<Option<Part<'a>>, Fault> {
        if let Some(fault) = self.failed {
            return Err(fault);
        }
        match self.step(input, last) {
            Ok(Step::Incomplete) => Ok(None),
            Ok(Step::Piece(of, raw)) => Ok(Some(Part::Fragment { of, piece: Piece::new(raw) })),
            Ok(Step::Given(given)) => Ok(self.part(given)),
            Err(fault) => Err(*self.failed.insert(fault)),
        }
    }

    /// The root element, once [`Part::Header`] was given and until [`reset`](Self::reset).
    ///
    /// It may know more than at first: some values are also read from children of the root.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        if self.header_given { Some(&self.header) } else { None }
    }

    /// Bytes of the document used so far.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.reader.offset()
    }

    /// How many values were left out because they could not be read. None of them decides about money.
    #[must_use]
    pub const fn skipped(&self) -> u32 {
        self.skipped
    }

    fn part(&self, given: Given) -> Option<Part<'_>> {
        match given {
            Given::Header => Some(Part::Header(&self.header)),
            Given::Inner => self.inner.part(),
            Given::Outer => self.outer.part(),
            Given::CardCircuits => Some(Part::CardCircuits),
            Given::OutputEnd => Some(Part::OutputEnd),
            Given::Facts => Some(Part::PrivateFacts(&self.facts)),
            Given::Diagnosis => Some(Part::Diagnosis(&self.diagnosis)),
            Given::End => Some(Part::End),
        }
    }

    fn step<'a>(&mut self, input: &mut &'a [u8], last: bool) -> Result<Step<'a>, Fault> {
        match self.given.take() {
            Some(Given::Inner) => self.inner = Inner::Empty,
            Some(Given::Outer) => self.outer = Outer::Empty,
            Some(Given::Facts) => self.facts = PrivateFacts::default(),
            _ => {}
        }
        if let Some(given) = self.waiting.take() {
            return Ok(self.give(given));
        }
        // Where the fragment begins in this window.
        let mut from = *input;
        loop {
            let inside = self.fragment;
            let token = self.reader.next(input, last)?;
            let given = match token {
                Some(token) => self.take(token)?,
                None => None,
            };
            match inside {
                Some(fragment) if given.is_some() || token.is_none() || self.fragment.is_none() => {
                    let mut piece = from.get(..from.len() - input.len()).unwrap_or_default();
                    if self.fragment.is_none() || (token.is_none() && self.ends(fragment)) {
                        // An end tag has no second `</` in it, and nothing comes behind it.
                        let end = piece.windows(2).rposition(|pair| pair == b"</");
                        piece = piece.get(..end.unwrap_or(0)).unwrap_or_default();
                        self.fragment = None;
                    }
                    if !piece.is_empty() {
                        self.waiting = given;
                        return Ok(Step::Piece(fragment.of, self.reader.verbatim(piece)));
                    }
                }
                Some(_) => continue,
                None => {}
            }
            if let Some(given) = given {
                return Ok(self.give(given));
            }
            if token.is_none() {
                return Ok(Step::Incomplete);
            }
            from = input;
        }
    }

    fn give<'a>(&mut self, given: Given) -> Step<'a> {
        self.given = Some(given);
        Step::Given(given)
    }

    /// Whether the reader stands in the end tag of the fragment's owner.
    fn ends(&self, fragment: OpenFragment) -> bool {
        self.reader.in_end_tag() && self.reader.depth() == fragment.depth
    }

    fn take(&mut self, token: Token<'_>) -> Result<Option<Given>, Fault> {
        match token {
            Token::Open(name) => {
                let node = self.open(name)?;
                // The reader has the same bound, so this cannot fail.
                let _ = self.nodes.push(node);
                Ok(None)
            }
            Token::Attribute { name, value, more } => {
                self.attribute = if name.is_xmlns() { None } else { self.find_attribute(name.local()) };
                self.value.clear();
                self.attribute_piece(value, more)?;
                Ok(None)
            }
            Token::Value { value, more } => {
                self.attribute_piece(value, more)?;
                Ok(None)
            }
            Token::Enter => Ok(self.enter()),
            Token::Text(text) => {
                match self.nodes.last() {
                    Some(Node::Leaf(..) | Node::Stray(_) | Node::InLeaf) => add(&mut self.value, text),
                    Some(Node::Record(_) | Node::Group(..)) => add(&mut self.own, text),
                    _ => {}
                }
                Ok(None)
            }
            Token::Close => self.close(),
            Token::End => Ok(Some(Given::End)),
        }
    }

    fn specs(&self, slot: Slot) -> &'static [Spec] {
        match slot {
            Slot::Header => Header::SPECS,
            Slot::Inner => self.inner.specs(),
            Slot::Outer => self.outer.specs(),
            Slot::Facts => PrivateFacts::SPECS,
            Slot::Diagnosis => Diagnosis::SPECS,
        }
    }

    fn find(&self, slot: Slot, group: &str, name: &[u8]) -> Option<(Slot, u8)> {
        record::find(self.specs(slot), group, name).map(|index| (slot, index))
    }

    fn group(&self, slot: Slot, index: u8) -> &'static str {
        self.specs(slot).get(usize::from(index)).map_or("", |spec| spec.group)
    }

    fn find_attribute(&self, name: &[u8]) -> Option<(Slot, u8)> {
        let own = match *self.nodes.last()? {
            Node::Container(Container::Root) => self.find(Slot::Header, "", name),
            Node::Record(slot) => self.find(slot, "", name),
            Node::Group(slot, index) => self.find(slot, self.group(slot, index), name),
            // Their text is being read into the same place.
            Node::Leaf(..) | Node::Stray(_) | Node::InLeaf => return None,
            Node::Container(_) | Node::Unknown => None,
        };
        own.or_else(|| self.find(Slot::Diagnosis, "", name))
    }

    fn attribute_piece(&mut self, value: Raw<'_>, more: bool) -> Result<(), Fault> {
        let Some((slot, index)) = self.attribute else { return Ok(()) };
        if !more
            && self.value.is_empty()
            && let Some(text) = value.as_plain()
        {
            return self.put(slot, index, &Found { text, cut: false, element: false });
        }
        add(&mut self.value, value);
        if more { Ok(()) } else { self.put_value(slot, index, false) }
    }

    /// The value that was collected is complete.
    fn put_value(&mut self, slot: Slot, index: u8, element: bool) -> Result<(), Fault> {
        let value = core::mem::take(&mut self.value);
        self.put(slot, index, &Found { text: value.as_str(), cut: value.is_cut(), element })
    }

    fn put(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Fault> {
        let number = usize::from(index);
        let result = match slot {
            Slot::Header => self.header.put(number, found),
            Slot::Inner => self.inner.put(number, found),
            Slot::Outer => self.outer.put(number, found),
            Slot::Facts => self.facts.put(number, found),
            Slot::Diagnosis => self.diagnosis.put(number, found),
        };
        let Err(flaw) = result else { return Ok(()) };
        let spec = self.specs(slot).get(number);
        let fatal = match spec.map(|spec| spec.role) {
            Some(Role::Vital | Role::Amount) if matches!(self.inner, Inner::Total(..)) => self.inner.decides_money(),
            Some(Role::Vital) => true,
            _ => false,
        };
        let name = spec.map_or("", |spec| if spec.name.is_empty() { "TotalAmount" } else { spec.name });
        self.flaw(fatal, name, flaw)
    }

    fn flaw(&mut self, fatal: bool, name: &'static str, flaw: Flaw) -> Result<(), Fault> {
        if fatal {
            return Err(Fault { offset: self.reader.offset(), kind: FaultKind::Field { name, flaw } });
        }
        self.skipped = self.skipped.saturating_add(1);
        Ok(())
    }

    /// What the element is that begins.
    fn open(&mut self, name: Name<'_>) -> Result<Node, Fault> {
        let local = name.local();
        let Some(&top) = self.nodes.last() else {
            return self.open_root(name);
        };
        if matches!(top, Node::Leaf(..) | Node::Stray(_) | Node::InLeaf) {
            return Ok(Node::InLeaf);
        }
        if let Some((slot, group)) = self.around(top) {
            if group.is_empty()
                && let Some(index) = record::find_group(self.specs(slot), local)
            {
                if let Some(presence) = record::find_presence(self.specs(slot), self.group(slot, index)) {
                    self.put(slot, presence, &Found { text: "", cut: false, element: true })?;
                }
                self.own.clear();
                return Ok(Node::Group(slot, index));
            }
            if let Some((slot, index)) = self.find(slot, group, local) {
                self.value.clear();
                return Ok(Node::Leaf(slot, index));
            }
        }
        let kind = self.header.kind;
        let element = match top {
            Node::Container(container) => place::below(container, kind, local),
            _ => None,
        };
        let element = element
            .or_else(|| if self.inner.is_empty() { place::inside(&self.outer, local) } else { None })
            .or_else(|| place::anywhere(kind, local));
        Ok(match element {
            Some(Element::Container(Container::Private)) if self.in_private() => Node::Unknown,
            Some(Element::Container(container)) => Node::Container(container),
            Some(Element::Inner(new)) if self.inner.is_empty() => {
                self.inner = new();
                self.derive_request_type();
                self.own.clear();
                Node::Record(Slot::Inner)
            }
            Some(Element::Outer(new)) if self.inner.is_empty() && self.outer.is_empty() => {
                self.outer = new();
                self.derive_request_type();
                Node::Record(Slot::Outer)
            }
            _ => self.stray(top, local),
        })
    }

    fn open_root(&mut self, name: Name<'_>) -> Result<Node, Fault> {
        let Some(kind) = Kind::from_name(name.local()) else {
            let tag = u32::try_from(name.as_bytes().len()).unwrap_or(u32::MAX).saturating_add(1);
            return Err(Fault { offset: self.reader.offset().saturating_sub(tag), kind: FaultKind::Root });
        };
        self.header.kind = kind;
        Ok(Node::Container(Container::Root))
    }

    /// The record, and the group in it, whose values may stand below this element.
    fn around(&self, top: Node) -> Option<(Slot, &'static str)> {
        match top {
            Node::Record(slot) => Some((slot, "")),
            Node::Group(slot, index) => Some((slot, self.group(slot, index))),
            Node::Container(Container::Private) => Some((Slot::Facts, "")),
            // Only some documents say how e-journals are nested.
            Node::Unknown if self.inner.is_empty() && matches!(self.outer, Outer::TransactionInfo(_)) => {
                Some((Slot::Outer, ""))
            }
            _ => None,
        }
    }

    /// A value outside of the record it belongs to.
    fn stray(&mut self, top: Node, name: &[u8]) -> Node {
        if let Some((slot, index)) = self.find(Slot::Diagnosis, "", name) {
            self.value.clear();
            return Node::Leaf(slot, index);
        }
        if top == Node::Container(Container::Root)
            && name == b"ReferenceNumber"
            && let Some((slot, index)) = self.find(Slot::Header, "", name)
        {
            self.value.clear();
            return Node::Leaf(slot, index);
        }
        if self.inner.is_empty()
            && self.outer.is_empty()
            && place::is_stray_authorisation(self.header.kind, name)
            && let Some(index) = record::find(Authorisation::SPECS, "", name)
        {
            self.inner = Inner::Authorisation(Authorisation::default());
            self.value.clear();
            return Node::Stray(index);
        }
        Node::Unknown
    }

    fn in_private(&self) -> bool {
        self.nodes.contains(&Node::Container(Container::Private))
    }

    /// A device request that does not say what it is: the question decides, if there is one.
    fn derive_request_type(&mut self) {
        let missing = self.header.request_type.is_none();
        let request_type = match (&self.inner, &self.outer) {
            (Inner::Output(_), _) if missing => RequestType::Output,
            (Inner::InputCommand(_), _) if missing || self.derived => RequestType::Input,
            (Inner::Empty, Outer::Event(_)) if missing => RequestType::Event,
            _ => return,
        };
        self.header.request_type = Some(request_type);
        self.derived = true;
    }

    /// The start tag is complete.
    fn enter(&mut self) -> Option<Given> {
        self.attribute = None;
        match *self.nodes.last()? {
            Node::Container(Container::Root) => {
                self.header.namespace = match self.reader.namespace() {
                    "" => Namespace::None,
                    IXRETAIL => Namespace::IxRetail,
                    _ => Namespace::Other,
                };
                self.header_given = true;
                Some(Given::Header)
            }
            Node::Container(Container::CardCircuits) => Some(Given::CardCircuits),
            Node::Container(Container::Private) => {
                self.keep_fragment(FragmentOf::PrivateData);
                None
            }
            Node::Record(Slot::Inner) => {
                let Inner::Output(output) = &self.inner else { return None };
                let journal = output.target == Some(DeviceTarget::EJournal);
                if let Some(top) = self.nodes.last_mut() {
                    *top = Node::Container(Container::Output);
                }
                if journal {
                    self.keep_fragment(FragmentOf::EJournal);
                }
                Some(Given::Inner)
            }
            _ => None,
        }
    }

    fn keep_fragment(&mut self, of: FragmentOf) {
        if self.fragment.is_none() {
            self.fragment = Some(OpenFragment { of, depth: self.nodes.len() });
        }
    }

    /// The text of a record or of a group in it is a value of its own; child elements are not part of it.
    fn own_text(&mut self, node: Node) -> Result<(), Fault> {
        let (slot, group) = match node {
            Node::Record(slot) => (slot, ""),
            Node::Group(slot, index) => (slot, self.group(slot, index)),
            _ => return Ok(()),
        };
        let own = core::mem::take(&mut self.own);
        match record::find_text(self.specs(slot), group) {
            Some(index) => self.put(slot, index, &Found { text: own.as_str(), cut: own.is_cut(), element: true }),
            None => Ok(()),
        }
    }

    fn close(&mut self) -> Result<Option<Given>, Fault> {
        let Some(node) = self.nodes.pop() else { return Ok(None) };
        if self.fragment.is_some_and(|fragment| fragment.depth > self.nodes.len()) {
            self.fragment = None;
        }
        self.own_text(node)?;
        Ok(match node {
            Node::Leaf(slot, index) => {
                self.put_value(slot, index, true)?;
                None
            }
            Node::Stray(index) => {
                self.put_value(Slot::Inner, index, true)?;
                Some(Given::Inner)
            }
            Node::Record(Slot::Inner) => {
                if let Inner::Total(total, _) = &self.inner
                    && let Err((name, flaw)) = total.check()
                {
                    self.flaw(self.inner.decides_money(), name, flaw)?;
                }
                Some(Given::Inner)
            }
            Node::Record(Slot::Outer) => Some(Given::Outer),
            Node::Container(Container::Output) => Some(Given::OutputEnd),
            Node::Container(Container::Private) if self.facts != PrivateFacts::default() => Some(Given::Facts),
            Node::Container(Container::Root) if self.diagnosis != Diagnosis::default() => Some(Given::Diagnosis),
            _ => None,
        })
    }
}

/// Adds the characters of a piece.
fn add<const N: usize>(text: &mut Text<N>, piece: Raw<'_>) {
    // A text takes everything, if need be by being cut.
    let _ = piece.write_to(text);
}
