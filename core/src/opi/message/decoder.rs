//! Tokens in, parts out: one message at a time, in bounded memory whatever its length.

use super::facts::{Diagnosis, Language, PrivateFacts};
use super::fault::{Fault, FaultKind};
use super::header::{Header, IXRETAIL, Kind, Namespace};
use super::node::{Given, Node, OpenFragment, Slot};
use super::part::{FragmentOf, Part, Piece, Place};
use super::payment::{Authorisation, TotalAmount};
use super::place::{self, Container, Element, Inner, Outer};
use super::record::{self, Group};
use super::records::{Records, Wrong};
use super::request_type::RequestType;
use super::value::{Found, Lost};
use super::vocabulary::{Coding, DeviceTarget};
use crate::limits;
use crate::text::Text;
use crate::xml::{Name, Raw, Reader, Token, Tolerance};

/// Reads one message after the other, piece by piece, from a window the caller owns.
///
/// Names are compared without prefix and namespace, attributes and elements may come in any order, what is not known
/// is passed over, and most values may be an attribute or a child element: implementations differ in all of that.
/// A value that stands twice has the value of the last one, and an element is later than an attribute.
///
/// ```
/// use opi_core::id::Id;
/// use opi_core::opi::message::{Decoder, Fault, Part};
/// use opi_core::xml::Tolerance;
///
/// let mut window = &br#"<CardServiceResponse WorkstationID="lane-1" RequestID="1001" RequestType="CardPayment"
///     OverallResult="Success"><Tender><TotalAmount Currency="CHF">25.00</TotalAmount></Tender></CardServiceResponse>"#[..];
/// let mut decoder = Decoder::new(Tolerance::FIELD);
/// let mut amount = None;
/// // `true`: the window reaches to the end of the message.
/// while let Some(part) = decoder.next(&mut window, true)? {
///     match part {
///         Part::Header(header) => assert_eq!(header.request_id.as_ref().map(Id::as_str), Some("1001")),
///         Part::Total(total, _) => amount = total.money(),
///         Part::End => break,
///         _ => {} // what a till does not know it passes over
///     }
/// }
/// assert_eq!(amount.map(|amount| amount.minor()), Some(2500));
/// # Ok::<(), Fault>(())
/// ```
#[derive(Clone)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub struct Decoder {
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
    lost: Lost,
    failed: Option<Fault>,
    /// The open elements.
    nodes: heapless::Vec<Node, { limits::XML_DEPTH }>,
    /// The value being read: of an attribute that comes in pieces, or of an element that is one value.
    value: Text<{ limits::VALUE }>,
    /// The text of the record being read.
    own: Text<{ limits::REMARK }>,
    reader: Reader,
    records: Records,
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
    pub fn new(tolerance: Tolerance) -> Self {
        Self {
            reader: Reader::new(tolerance),
            nodes: heapless::Vec::new(),
            records: Records::blank(),
            value: Text::new(),
            own: Text::new(),
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

    /// Forgets everything but the tolerance: the next byte is the first of another message.
    pub fn reset(&mut self) {
        self.reader.reset();
        self.nodes.clear();
        self.records.header = Header::default();
        self.records.inner = Inner::Empty;
        self.records.outer = Outer::Empty;
        self.records.facts = PrivateFacts::default();
        self.records.diagnosis = Diagnosis::default();
        self.records.language = Language::default();
        self.value.clear();
        self.own.clear();
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
        if self.header_given { Some(&self.records.header) } else { None }
    }

    /// The part given last, as long as the next one was not asked for; `None` for a fragment.
    #[must_use]
    pub fn given(&self) -> Option<Part<'_>> {
        self.given.and_then(|given| self.part(given))
    }

    /// Bytes of a fragment of this message once more: in its encoding.
    #[must_use]
    pub fn piece<'a>(&self, bytes: &'a [u8]) -> Piece<'a> {
        Piece::new(self.reader.verbatim(bytes))
    }

    /// Bytes of the document used so far.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.reader.offset()
    }

    /// How many values were left out because they could not be read. None of them decides about money by what it says;
    /// for those that do by being there see [`lost`](Self::lost).
    #[must_use]
    pub const fn skipped(&self) -> u32 {
        self.skipped
    }

    /// What showed in the values that were left out, such as an approval code that is too long to be kept: a refusal
    /// beside it is not to be believed.
    #[must_use]
    pub const fn lost(&self) -> Lost {
        self.lost
    }

    fn part(&self, given: Given) -> Option<Part<'_>> {
        match given {
            Given::Header => Some(Part::Header(&self.records.header)),
            Given::Inner => self.records.inner.part(),
            Given::Outer => self.records.outer.part(),
            Given::CardCircuits => Some(Part::CardCircuits),
            Given::OutputEnd => Some(Part::OutputEnd),
            Given::Facts => Some(Part::PrivateFacts(&self.records.facts)),
            Given::Language(place) => Some(Part::Language(&self.records.language, place)),
            Given::Diagnosis => Some(Part::Diagnosis(&self.records.diagnosis)),
            Given::End => Some(Part::End),
        }
    }

    fn step<'a>(&mut self, input: &mut &'a [u8], last: bool) -> Result<Step<'a>, Fault> {
        match self.given.take() {
            Some(Given::Inner) => self.records.inner = Inner::Empty,
            Some(Given::Outer) => self.records.outer = Outer::Empty,
            Some(Given::Facts) => self.records.facts = PrivateFacts::default(),
            Some(Given::Language(_)) => self.records.language = Language::default(),
            _ => {}
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
    fn step_outside<'a>(&mut self, input: &mut &'a [u8], last: bool) -> Result<Option<Step<'a>>, Fault> {
        while self.fragment.is_none() {
            // Matched as it comes: a token that is converted with its `Result` is copied.
            match self.reader.next(input, last) {
                Ok(Some(token)) => {
                    if let Some(given) = self.take(token)? {
                        return Ok(Some(self.give(given)));
                    }
                }
                Ok(None) => return Ok(Some(Step::Incomplete)),
                Err(error) => return Err(error.into()),
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
    ) -> Result<Option<Step<'a>>, Fault> {
        // Where the fragment begins in this window.
        let from = *input;
        loop {
            let token = self.reader.next_calmly(input, last)?;
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

    fn find_attribute(&self, name: &[u8]) -> Option<(Slot, u8)> {
        let own = match *self.nodes.last()? {
            Node::Container(Container::Root) => self.records.find(Slot::Header, Group::OWN, name),
            Node::Record(slot) => self.records.find(slot, Group::OWN, name),
            Node::Group(slot, index) => self.records.find(slot, self.records.group(slot, index), name),
            // Their text is being read into the same place.
            Node::Leaf(..) | Node::Stray(_) | Node::InLeaf => return None,
            Node::Container(Container::Tender | Container::Reconciliation) => {
                self.records.find(Slot::Language, Group::OWN, name)
            }
            Node::Container(_) | Node::Unknown => None,
        };
        own.or_else(|| self.records.find(Slot::Diagnosis, Group::OWN, name))
    }

    fn attribute_piece(&mut self, value: Raw<'_>, more: bool) -> Result<(), Fault> {
        let Some((slot, index)) = self.attribute else { return Ok(()) };
        if !more
            && self.value.is_empty()
            && let Some(bytes) = value.as_plain_bytes()
        {
            return self.put(slot, index, &Found::attribute(bytes));
        }
        add(&mut self.value, value);
        if more { Ok(()) } else { self.put_value(slot, index, false) }
    }

    /// The value that was collected is complete.
    fn put_value(&mut self, slot: Slot, index: u8, element: bool) -> Result<(), Fault> {
        let found = Found::text_of(&self.value, element);
        let result = self.records.put(slot, index, &found);
        self.value.clear();
        self.judge(result)
    }

    fn put(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Fault> {
        let result = self.records.put(slot, index, found);
        self.judge(result)
    }

    fn judge(&mut self, result: Result<(), Wrong>) -> Result<(), Fault> {
        match result {
            Ok(()) => Ok(()),
            Err(Wrong { fatal: true, name, flaw, .. }) => {
                Err(Fault { offset: self.reader.offset(), kind: FaultKind::Field { name, flaw } })
            }
            Err(wrong) => {
                self.skipped = self.skipped.saturating_add(1);
                self.lost = self.lost.max(wrong.lost);
                Ok(())
            }
        }
    }

    /// What the element is that begins.
    fn open(&mut self, name: Name<'_>) -> Result<Node, Fault> {
        let local = name.local();
        let Some(&top) = self.nodes.last() else {
            return self.open_root(name);
        };
        if let Node::Leaf(slot, index) = top
            && let Some(coding) = record::find_coding(self.records.specs(slot), index)
            && let Some(name) = Coding::LISTED.iter().find(|coding| coding.as_str().as_bytes() == local)
        {
            self.put(slot, coding, &Found::word_of(name.as_str()))?;
        }
        if matches!(top, Node::Leaf(..) | Node::Stray(_) | Node::InLeaf) {
            return Ok(Node::InLeaf);
        }
        if let Some((slot, group)) = self.around(top) {
            if group.is_own()
                && let Some(index) = record::find_group(self.records.specs(slot), local)
            {
                if let Some(presence) = record::find_presence(self.records.specs(slot), self.records.group(slot, index))
                {
                    self.put(slot, presence, &Found::word_of(""))?;
                }
                self.own.clear();
                return Ok(Node::Group(slot, index));
            }
            if let Some((slot, index)) = self.records.find(slot, group, local) {
                self.value.clear();
                return Ok(Node::Leaf(slot, index));
            }
        }
        let kind = self.records.header.kind;
        let element = match top {
            Node::Container(container) => place::below(container, kind, local),
            _ => None,
        };
        let element = element
            .or_else(
                || if self.records.inner.is_empty() { place::inside(&self.records.outer, kind, local) } else { None },
            )
            .or_else(|| place::anywhere(kind, local));
        Ok(match element {
            Some(Element::Container(Container::Private)) if self.in_private() => Node::Unknown,
            Some(Element::Container(container)) => Node::Container(container),
            Some(element @ (Element::Inner(_) | Element::Total(_))) if self.records.inner.is_empty() => {
                match element {
                    Element::Inner(name) => self.records.inner.begin(name),
                    Element::Total(place) => self.records.inner = Inner::Total(TotalAmount::blank(), place),
                    _ => {}
                }
                self.derive_request_type();
                self.own.clear();
                Node::Record(Slot::Inner)
            }
            Some(Element::Outer(name)) if self.records.inner.is_empty() && self.records.outer.is_empty() => {
                self.records.outer.begin(name);
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
        self.records.header.kind = kind;
        Ok(Node::Container(Container::Root))
    }

    /// The record, and the group in it, whose values may stand below this element.
    fn around(&self, top: Node) -> Option<(Slot, Group)> {
        match top {
            Node::Record(slot) => Some((slot, Group::OWN)),
            Node::Group(slot, index) => Some((slot, self.records.group(slot, index))),
            Node::Container(Container::Private) => Some((Slot::Facts, Group::OWN)),
            // Only some documents say how e-journals are nested.
            Node::Unknown
                if self.records.inner.is_empty() && matches!(self.records.outer, Outer::TransactionInfo(_)) =>
            {
                Some((Slot::Outer, Group::OWN))
            }
            _ => None,
        }
    }

    /// A value outside of the record it belongs to.
    fn stray(&mut self, top: Node, name: &[u8]) -> Node {
        if let Some((slot, index)) = self.records.find(Slot::Diagnosis, Group::OWN, name) {
            self.value.clear();
            return Node::Leaf(slot, index);
        }
        if top == Node::Container(Container::Root)
            && name == b"ReferenceNumber"
            && let Some((slot, index)) = self.records.find(Slot::Header, Group::OWN, name)
        {
            self.value.clear();
            return Node::Leaf(slot, index);
        }
        if self.records.inner.is_empty()
            && self.records.outer.is_empty()
            && place::is_stray_authorisation(self.records.header.kind, name)
            && let Some(index) = record::find(Authorisation::SPECS, Group::OWN, name)
        {
            self.records.inner = Inner::Authorisation(Authorisation::default());
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
        let missing = self.records.header.request_type.is_none();
        let request_type = match (&self.records.inner, &self.records.outer) {
            (Inner::Output(_), _) if missing => RequestType::Output,
            (Inner::InputCommand(_), _) if missing || self.derived => RequestType::Input,
            (Inner::Empty, Outer::Event(_)) if missing => RequestType::Event,
            _ => return,
        };
        self.records.header.request_type = Some(request_type);
        self.derived = true;
    }

    /// The start tag is complete.
    fn enter(&mut self) -> Option<Given> {
        self.attribute = None;
        match *self.nodes.last()? {
            Node::Container(Container::Root) => {
                self.records.header.namespace = match self.reader.namespace() {
                    "" => Namespace::None,
                    IXRETAIL => Namespace::IxRetail,
                    _ => Namespace::Other,
                };
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
                let Inner::Output(output) = &self.records.inner else { return None };
                let journal = output.target.as_ref().is_some_and(DeviceTarget::is_journal);
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
        self.records.language.language_code.is_some().then_some(Given::Language(place))
    }

    fn keep_fragment(&mut self, of: FragmentOf) {
        if self.fragment.is_none() {
            self.fragment = Some(OpenFragment { of, depth: self.nodes.len() });
        }
    }

    /// The text of a record or of a group in it is a value of its own; child elements are not part of it.
    fn own_text(&mut self, node: Node) -> Result<(), Fault> {
        let (slot, group) = match node {
            Node::Record(slot) => (slot, Group::OWN),
            Node::Group(slot, index) => (slot, self.records.group(slot, index)),
            _ => return Ok(()),
        };
        let result = match self.records.text(slot, group) {
            Some(index) => {
                let found = Found::text_of(&self.own, true);
                self.records.put(slot, index, &found)
            }
            None => Ok(()),
        };
        self.own.clear();
        self.judge(result)
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
                if let Inner::Total(total, _) = &self.records.inner
                    && let Err((name, flaw)) = total.check()
                {
                    let fatal = self.records.inner.decides_money();
                    self.judge(Err(Wrong { fatal, lost: Lost::Nothing, name, flaw }))?;
                }
                Some(Given::Inner)
            }
            Node::Record(Slot::Outer) => Some(Given::Outer),
            Node::Container(Container::Output) => Some(Given::OutputEnd),
            Node::Container(Container::Private) if !record::is_blank(&self.records.facts) => Some(Given::Facts),
            Node::Container(Container::Root) if !record::is_blank(&self.records.diagnosis) => Some(Given::Diagnosis),
            _ => None,
        })
    }
}

/// Adds the characters of a piece.
fn add<const N: usize>(text: &mut Text<N>, piece: Raw<'_>) {
    match piece.as_plain() {
        Some(plain) => text.append(plain),
        // A text takes everything, if need be by being cut.
        None => _ = piece.write_to(text),
    }
}
