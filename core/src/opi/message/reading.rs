//! Tokens in, parts out: one message at a time, in bounded memory whatever its length. What is kept of its records is
//! not decided here, see [`Keep`].

use core::fmt::Write;

use super::collected::{Collected, Into};
use super::fault::{Fault, FaultKind};
use super::header::Kind;
use super::keep::{Keep, Wrong};
use super::node::{Given, Node, OpenFragment, Slot};
use super::part::{FragmentOf, Piece, Place};
use super::place::{self, Container, Element, InnerName, OuterName};
use super::record::{self, Group};
use super::request_type::Demand;
use super::value::{Flaw, Found, Lost};
use super::vocabulary::Coding;
use crate::limits;
use crate::xml::{Name, Raw, Reader, Token, Tolerance};

/// How far a message is read.
#[derive(Clone)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Reading<K> {
    /// Whose value the attribute being read is.
    attribute: Option<(Slot, u8)>,
    fragment: Option<OpenFragment>,
    /// A part that comes after the piece of a fragment.
    waiting: Option<Given>,
    pub(super) given: Option<Given>,
    pub(super) header_given: bool,
    /// The request type was read off the children.
    derived: bool,
    pub(super) skipped: u32,
    pub(super) lost: Lost,
    /// Why the message is not to be used.
    failed: Option<Fault>,
    /// The open elements.
    nodes: heapless::Vec<Node, { limits::XML_DEPTH }>,
    /// The text of the record being read, and the value being read: of an attribute that comes in pieces, or of an
    /// element that is one value.
    collected: Collected,
    reader: Reader,
    pub(super) kept: K,
}

/// The message is not to be used; why is kept in [`Reading::failed`]. A fault is larger than what is given for a token.
struct Failed;

/// What one run over the tokens gave.
enum Step<'a> {
    Given(Given),
    Piece(FragmentOf, Raw<'a>),
    Incomplete,
}

impl<K: Keep> Reading<K> {
    pub(super) fn new(tolerance: Tolerance) -> Self {
        Self {
            reader: Reader::new(tolerance),
            nodes: heapless::Vec::new(),
            kept: K::blank(),
            collected: Collected::new(),
            attribute: None,
            fragment: None,
            waiting: None,
            given: None,
            header_given: false,
            derived: false,
            skipped: 0,
            lost: Lost::Nothing,
            failed: None,
        }
    }

    pub(super) fn reset(&mut self) {
        self.reader.reset();
        self.nodes.clear();
        self.kept.clear();
        self.collected.clear();
        self.attribute = None;
        self.fragment = None;
        self.waiting = None;
        self.given = None;
        self.header_given = false;
        self.derived = false;
        self.skipped = 0;
        self.lost = Lost::Nothing;
        self.failed = None;
    }

    pub(super) fn next<'a, 'w: 'a>(
        &'a mut self,
        input: &mut &'w [u8],
        last: bool,
    ) -> Result<Option<K::Part<'a>>, Fault> {
        let step = if self.failed.is_none() { self.step(input, last) } else { Err(Failed) };
        match (step, self.failed) {
            (Ok(Step::Piece(of, raw)), _) => Ok(Some(K::fragment(of, Piece::new(raw)))),
            (Ok(Step::Given(given)), _) => Ok(self.kept.part(given)),
            (Err(Failed), Some(fault)) => Err(fault),
            (Ok(Step::Incomplete) | Err(Failed), _) => Ok(None),
        }
    }

    pub(super) fn piece<'a>(&self, bytes: &'a [u8]) -> Piece<'a> {
        Piece::new(self.reader.verbatim(bytes))
    }

    pub(super) fn offset(&self) -> u32 {
        self.reader.offset()
    }

    fn step<'a>(&mut self, input: &mut &'a [u8], last: bool) -> Result<Step<'a>, Failed> {
        if let Some(given) = self.given.take() {
            self.kept.forget(given);
        }
        if let Some(given) = self.waiting.take() {
            return Ok(self.give(given));
        }
        loop {
            let step = match self.fragment {
                Some(fragment) => self.step_inside(fragment, input, last)?,
                None => self.step_outside(input, last)?,
            };
            if let Some(step) = step {
                return Ok(step);
            }
        }
    }

    /// Outside of a fragment, until one begins.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn step_outside<'a>(&mut self, input: &mut &'a [u8], last: bool) -> Result<Option<Step<'a>>, Failed> {
        while self.fragment.is_none() {
            // Matched as it comes: a token that is converted with its `Result` is copied.
            match self.reader.next(input, last) {
                Ok(Some(token)) => {
                    if let Some(given) = self.take(token)? {
                        return Ok(Some(self.give(given)));
                    }
                }
                Ok(None) => return Ok(Some(Step::Incomplete)),
                Err(error) => return Err(self.fail(error.into())),
            }
        }
        Ok(None)
    }

    /// Inside of a fragment, until it ends.
    #[inline(never)]
    fn step_inside<'a>(
        &mut self,
        fragment: OpenFragment,
        input: &mut &'a [u8],
        last: bool,
    ) -> Result<Option<Step<'a>>, Failed> {
        // Where the fragment begins in this window.
        let from = *input;
        loop {
            let token = match self.reader.next_calmly(input, last) {
                Ok(token) => token,
                Err(error) => return Err(self.fail(error.into())),
            };
            let given = match token {
                Some(token) => self.take(token)?,
                None => None,
            };
            let is_over = self.fragment.is_none();
            if !is_over && given.is_none() && token.is_some() {
                continue;
            }
            let mut piece = from.get(..from.len() - input.len()).unwrap_or_default();
            if is_over || (token.is_none() && self.ends(fragment)) {
                // An end tag has no second `</` in it, and nothing comes behind it.
                let end = piece.windows(2).rposition(|pair| pair == b"</");
                piece = piece.get(..end.unwrap_or(0)).unwrap_or_default();
                self.fragment = None;
            }
            if !piece.is_empty() {
                self.waiting = given;
                return Ok(Some(Step::Piece(fragment.of, self.reader.verbatim(piece))));
            }
            return Ok(match (given, token) {
                (Some(given), _) => Some(self.give(given)),
                (None, None) => Some(Step::Incomplete),
                (None, Some(_)) => None,
            });
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

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn take(&mut self, token: Token<'_>) -> Result<Option<Given>, Failed> {
        // Hot: in one piece with the reader that gives the token, so that none is ever in memory.
        match token {
            Token::Open(name) => {
                let node = self.open(name)?;
                // The reader has the same bound, so this cannot fail.
                let _ = self.nodes.push(node);
                Ok(None)
            }
            Token::Attribute { name, value, more } => {
                self.attribute = if name.is_xmlns() { None } else { self.find_attribute(name.local()) };
                self.collected.clear_value();
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
                    Some(Node::Leaf(..) | Node::Stray(_) | Node::InLeaf) => add(&mut self.collected.value(), text),
                    Some(Node::Record(_) | Node::Group(..)) => self.collected.own(|own| add(own, text)),
                    _ => {}
                }
                Ok(None)
            }
            Token::Close => self.close(),
            Token::End => Ok(Some(Given::End)),
        }
    }

    fn find_attribute(&self, name: &[u8]) -> Option<(Slot, u8)> {
        let own = match *self.nodes.last()? {
            Node::Container(Container::Root) => self.kept.find(Slot::Header, Group::OWN, name),
            Node::Record(slot) => self.kept.find(slot, Group::OWN, name),
            Node::Group(slot, index) => self.kept.find(slot, self.kept.group(slot, index), name),
            // Their text is being read into the same place.
            Node::Leaf(..) | Node::Stray(_) | Node::InLeaf => return None,
            Node::Container(Container::Tender | Container::Reconciliation) => {
                self.kept.find(Slot::Language, Group::OWN, name)
            }
            Node::Container(_) | Node::Unknown => None,
        };
        own.or_else(|| self.kept.find(Slot::Diagnosis, Group::OWN, name))
    }

    fn attribute_piece(&mut self, value: Raw<'_>, more: bool) -> Result<(), Failed> {
        let Some((slot, index)) = self.attribute else { return Ok(()) };
        if !more
            && !self.collected.has_value()
            && let Some(bytes) = value.as_plain_bytes()
        {
            return self.put(slot, index, &Found::attribute(bytes));
        }
        add(&mut self.collected.value(), value);
        if more { Ok(()) } else { self.put_value(slot, index, false) }
    }

    /// The value that was collected is complete.
    fn put_value(&mut self, slot: Slot, index: u8, element: bool) -> Result<(), Failed> {
        let found = self.collected.value_found(element);
        let result = self.kept.put(slot, index, &found);
        self.collected.clear_value();
        self.judge(slot, index, result)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn put(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Failed> {
        let result = self.kept.put(slot, index, found);
        self.judge(slot, index, result)
    }

    /// Whether the message goes on after a value was read.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn judge(&mut self, slot: Slot, index: u8, result: Result<(), Flaw>) -> Result<(), Failed> {
        match result {
            Ok(()) => Ok(()),
            Err(flaw) => {
                let wrong = self.kept.wrong(slot, index, flaw);
                self.leave_out(&wrong)
            }
        }
    }

    /// Leaves a value out, or fails.
    #[cold]
    fn leave_out(&mut self, wrong: &Wrong) -> Result<(), Failed> {
        let Wrong { fatal, lost, name, flaw } = *wrong;
        if fatal {
            return Err(self.fail(Fault { offset: self.reader.offset(), kind: FaultKind::Field { name, flaw } }));
        }
        self.skipped = self.skipped.saturating_add(1);
        self.lost = self.lost.max(lost);
        Ok(())
    }

    #[cold]
    fn fail(&mut self, fault: Fault) -> Failed {
        self.failed = Some(fault);
        Failed
    }

    /// What the element is that begins.
    fn open(&mut self, name: Name<'_>) -> Result<Node, Failed> {
        let local = name.local();
        let Some(&top) = self.nodes.last() else {
            return self.open_root(name);
        };
        if let Node::Leaf(slot, index) = top
            && let Some(coding) = record::find_coding(self.kept.specs(slot), index)
            && let Some(name) = Coding::LISTED.iter().find(|coding| coding.as_str().as_bytes() == local)
        {
            self.put(slot, coding, &Found::word_of(name.as_str()))?;
        }
        if matches!(top, Node::Leaf(..) | Node::Stray(_) | Node::InLeaf) {
            return Ok(Node::InLeaf);
        }
        if let Some((slot, group)) = self.around(top) {
            if group.is_own()
                && let Some(index) = record::find_group(self.kept.specs(slot), local)
            {
                if let Some(presence) = record::find_presence(self.kept.specs(slot), self.kept.group(slot, index)) {
                    self.put(slot, presence, &Found::word_of(""))?;
                }
                self.collected.clear();
                return Ok(Node::Group(slot, index));
            }
            if let Some((slot, index)) = self.kept.find(slot, group, local) {
                self.collected.clear_value();
                return Ok(Node::Leaf(slot, index));
            }
        }
        let kind = self.kept.kind();
        let element = match top {
            Node::Container(container) => place::below(container, kind, local),
            _ => None,
        };
        let element = element
            .or_else(|| if self.kept.is_inner_empty() { place::inside(self.kept.outer(), kind, local) } else { None })
            .or_else(|| place::anywhere(kind, local));
        Ok(match element {
            Some(Element::Container(Container::Private)) if self.in_private() => Node::Unknown,
            Some(Element::Container(container)) => Node::Container(container),
            Some(element @ (Element::Inner(_) | Element::Total(_))) if self.kept.is_inner_empty() => {
                match element {
                    Element::Inner(name) => self.kept.begin_inner(name),
                    Element::Total(place) => self.kept.begin_total(place),
                    _ => {}
                }
                self.derive_request_type();
                self.collected.clear();
                Node::Record(Slot::Inner)
            }
            Some(Element::Outer(name)) if self.kept.is_inner_empty() && self.kept.is_outer_empty() => {
                self.kept.begin_outer(name);
                self.derive_request_type();
                Node::Record(Slot::Outer)
            }
            _ => self.stray(top, local),
        })
    }

    fn open_root(&mut self, name: Name<'_>) -> Result<Node, Failed> {
        let Some(kind) = Kind::from_name(name.local()) else {
            let tag = u32::try_from(name.as_bytes().len()).unwrap_or(u32::MAX).saturating_add(1);
            let fault = Fault { offset: self.reader.offset().saturating_sub(tag), kind: FaultKind::Root };
            return Err(self.fail(fault));
        };
        self.kept.begin_message(kind);
        Ok(Node::Container(Container::Root))
    }

    /// The record, and the group in it, whose values may stand below this element.
    fn around(&self, top: Node) -> Option<(Slot, Group)> {
        match top {
            Node::Record(slot) => Some((slot, Group::OWN)),
            Node::Group(slot, index) => Some((slot, self.kept.group(slot, index))),
            Node::Container(Container::Private) => Some((Slot::Facts, Group::OWN)),
            // Only some documents say how e-journals are nested.
            Node::Unknown
                if self.kept.is_inner_empty() && matches!(self.kept.outer(), Some(OuterName::TransactionInfo)) =>
            {
                Some((Slot::Outer, Group::OWN))
            }
            _ => None,
        }
    }

    /// A value outside of the record it belongs to.
    fn stray(&mut self, top: Node, name: &[u8]) -> Node {
        if let Some((slot, index)) = self.kept.find(Slot::Diagnosis, Group::OWN, name) {
            self.collected.clear_value();
            return Node::Leaf(slot, index);
        }
        if matches!(top, Node::Container(Container::Root))
            && name == b"ReferenceNumber"
            && let Some((slot, index)) = self.kept.find(Slot::Header, Group::OWN, name)
        {
            self.collected.clear_value();
            return Node::Leaf(slot, index);
        }
        if self.kept.is_inner_empty()
            && self.kept.is_outer_empty()
            && place::is_stray_authorisation(self.kept.kind(), name)
            && let Some(index) = record::find(K::AUTHORISATION, Group::OWN, name)
        {
            self.kept.begin_inner(InnerName::Authorisation);
            self.collected.clear_value();
            return Node::Stray(index);
        }
        Node::Unknown
    }

    fn in_private(&self) -> bool {
        self.nodes.iter().any(|node| matches!(node, Node::Container(Container::Private)))
    }

    /// A device request that does not say what it is: the question decides, if there is one.
    fn derive_request_type(&mut self) {
        let missing = !self.kept.has_request_type();
        match self.kept.implies() {
            Some(demand) if missing || (self.derived && demand == Demand::Input) => {
                self.kept.set_request_type(demand);
                self.derived = true;
            }
            _ => {}
        }
    }

    /// The start tag is complete.
    fn enter(&mut self) -> Option<Given> {
        self.attribute = None;
        match *self.nodes.last()? {
            Node::Container(Container::Root) => {
                self.kept.set_namespace(self.reader.namespace());
                self.header_given = true;
                Some(Given::Header)
            }
            Node::Container(Container::CardCircuits) => Some(Given::CardCircuits),
            Node::Container(Container::Tender) => self.language(Place::Tender),
            Node::Container(Container::Reconciliation) => self.language(Place::Reconciliation),
            Node::Container(Container::Private) => {
                self.keep_fragment(FragmentOf::PrivateData);
                None
            }
            Node::Container(Container::Kept(of)) => {
                self.keep_fragment(of);
                None
            }
            Node::Record(Slot::Inner) => {
                let journal = self.kept.begins_journal()?;
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

    fn language(&self, place: Place) -> Option<Given> {
        self.kept.has(Slot::Language).then_some(Given::Language(place))
    }

    fn keep_fragment(&mut self, of: FragmentOf) {
        if self.fragment.is_none() {
            self.fragment = Some(OpenFragment { of, depth: self.nodes.len() });
        }
    }

    /// The text of a record or of a group in it is a value of its own; child elements are not part of it.
    fn own_text(&mut self, node: Node) -> Result<(), Failed> {
        let (slot, group) = match node {
            Node::Record(slot) => (slot, Group::OWN),
            Node::Group(slot, index) => (slot, self.kept.group(slot, index)),
            _ => return Ok(()),
        };
        let text = self.kept.text(slot, group);
        let result = text.map_or(Ok(()), |index| self.kept.put(slot, index, &self.collected.own_found()));
        self.collected.clear();
        self.judge(slot, text.unwrap_or_default(), result)
    }

    fn close(&mut self) -> Result<Option<Given>, Failed> {
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
                if let Err((name, flaw)) = self.kept.check_total() {
                    let fatal = self.kept.total().is_some_and(Place::decides_money);
                    self.leave_out(&Wrong { fatal, lost: Lost::Nothing, name, flaw })?;
                }
                Some(Given::Inner)
            }
            Node::Record(Slot::Outer) => Some(Given::Outer),
            Node::Container(Container::Output) => Some(Given::OutputEnd),
            Node::Container(Container::Private) if self.kept.has(Slot::Facts) => Some(Given::Facts),
            Node::Container(Container::Root) if self.kept.has(Slot::Diagnosis) => Some(Given::Diagnosis),
            _ => None,
        })
    }
}

/// Adds the characters of a piece.
fn add(to: &mut Into<'_>, piece: Raw<'_>) {
    // Everything is taken, if need be by being cut.
    let _ = match piece.as_plain() {
        Some(plain) => to.write_str(plain),
        None => piece.write_to::<dyn Write>(to),
    };
}
