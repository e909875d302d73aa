//! What a till looks at: the parts of a message that a session reads, with the values that it reads of them.
//!
//! A [`Decoder`](super::Decoder) keeps every record with every value; this one keeps what is marked `told` where the
//! records are described, packed. It is for a session and for small machines:
//!
//! * Parts that stand for other records are [`Part::Other`], without their values.
//! * Faults are the same: what a flaw of costs more than the value is read for its flaws, even where it is not told.
//! * So is [`lost`](Decoder::lost).
//! * What stands inside of a value that is not told (a value is text, so nothing should) is taken for what it would be
//!   inside of an unknown element.

use super::facts::{Acq, Diagnosis, DiagnosisResult, ErrorDetail, Identification, PrivateFacts, Submission};
use super::fault::Fault;
use super::header::{Header as Root, Kind, OriginalHeader};
use super::instrument::{CardCircuit, CardValue};
use super::keep::Keep;
use super::node::{Given, Slot};
use super::output::{InputCommand, InputResult, Output, OutputResult, TextLine, TransactionInfo};
use super::part::{FragmentOf, Piece, Place};
use super::payment::{self, Authorisation, OriginalTransaction, PosData, Terminal, TotalAmount};
use super::place::{InnerName, OuterName};
use super::reading::Reading;
use super::record::Spec;
use super::request_type::{Demand, RequestType};
use super::shape::{self, Values, needed, pick, room};
use super::value::{Flaw, Found, Lost};
use super::vocabulary::{DeviceTarget, OverallResult};
use crate::xml::Tolerance;

pub use super::shape::Excerpt;

/// Reads messages as a [`Decoder`](super::Decoder) does, and keeps what a till looks at.
#[derive(Clone)]
pub struct Decoder(Reading<Excerpts>);

impl Decoder {
    /// A decoder at the start of a message.
    #[must_use]
    pub fn new(tolerance: Tolerance) -> Self {
        Self(Reading::new(tolerance))
    }

    /// Forgets everything but the tolerance: the next byte is the first of another message.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// Reads the next part from the front of `input` and moves `input` past what was used, see
    /// [`Decoder::next`](super::Decoder::next).
    ///
    /// # Errors
    /// What is wrong with the message, from then on at every call until [`reset`](Self::reset).
    pub fn next<'a, 'w: 'a>(&'a mut self, input: &mut &'w [u8], last: bool) -> Result<Option<Part<'a>>, Fault> {
        self.0.next(input, last)
    }

    /// The root element, once [`Part::Header`] was given and until [`reset`](Self::reset).
    #[must_use]
    pub fn header(&self) -> Option<Header<'_>> {
        self.0.header_given.then(|| self.0.kept.header())
    }

    /// The part given last, as long as the next one was not asked for; `None` for a fragment.
    #[must_use]
    pub fn given(&self) -> Option<Part<'_>> {
        self.0.given.and_then(|given| self.0.kept.part(given))
    }

    /// Bytes of a fragment of this message once more: in its encoding.
    #[must_use]
    pub fn piece<'a>(&self, bytes: &'a [u8]) -> Piece<'a> {
        self.0.piece(bytes)
    }

    /// Bytes of the document used so far.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.0.offset()
    }

    /// What showed in the values that were left out, see [`Decoder::lost`](super::Decoder::lost).
    #[must_use]
    pub const fn lost(&self) -> Lost {
        self.0.lost
    }
}

/// One part of a message, as [`Part`](super::Part) has it.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// The root element began. Always the first part.
    Header(Header<'a>),
    /// An amount, and what it is the amount of.
    Total(Excerpt<'a>, Place),
    /// `Terminal`.
    Terminal(Excerpt<'a>),
    /// `Authorisation`, also spelled `Authorization`. May come more than once.
    Authorisation(Excerpt<'a>),
    /// `OriginalHeader`.
    OriginalHeader(Excerpt<'a>),
    /// `CardValue`.
    CardValue(Excerpt<'a>),
    /// `CardCircuit`.
    CardCircuit(Excerpt<'a>),
    /// `ErrorDetail/Error`.
    ErrorDetail(Excerpt<'a>),
    /// Reasons of a decline, wherever they stood. Given before the end of the message.
    Diagnosis(Excerpt<'a>),
    /// German facts. Given at the end of `PrivateData`, if there are any.
    PrivateFacts(Excerpt<'a>),
    /// `Identification`.
    Identification(Excerpt<'a>),
    /// `Acq`.
    Acq(Excerpt<'a>),
    /// `Submission`.
    Submission(Excerpt<'a>),
    /// `DiagnosisResult`.
    DiagnosisResult(Excerpt<'a>),
    /// An output began; its lines and facts follow, then [`OutputEnd`](Part::OutputEnd).
    OutputBegin(Excerpt<'a>),
    /// A line of the output.
    TextLine(Excerpt<'a>),
    /// The facts of a transaction. Its amount comes before it, see [`Place::TransactionInfo`].
    TransactionInfo(Excerpt<'a>),
    /// The output ended.
    OutputEnd,
    /// A question.
    Input(Excerpt<'a>),
    /// An event. Its amount comes before it.
    Event,
    /// Something that a till does not look at.
    Other,
    /// The content of an element as it was written, besides the parts that were found in it.
    Fragment {
        /// Of which element.
        of: FragmentOf,
        /// The next piece of it.
        piece: Piece<'a>,
    },
    /// The message is complete and well-formed. Always the last part; nothing counts before it.
    End,
}

/// The root element, with what a till looks at of its attributes.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// Which of the six messages.
    pub kind: Kind,
    /// The lane stood there, but empty (old firmware): it is echoed so.
    pub blank_lane: bool,
    pub(crate) values: Excerpt<'a>,
}

impl<'a> Header<'a> {
    /// The lane.
    #[must_use]
    pub fn workstation_id(&self) -> Option<&'a str> {
        self.values.text(Root::workstation_id)
    }

    /// The request.
    #[must_use]
    pub fn request_id(&self) -> Option<&'a str> {
        self.values.text(Root::request_id)
    }

    /// What is asked. A `DeviceRequest` without it is what its children are.
    #[must_use]
    pub fn request_type(&self) -> Option<RequestType> {
        RequestType::from_text(self.values.text(Root::request_type)?)
    }

    /// The same, in its word on the wire; empty if there is none.
    pub(crate) fn asks(&self) -> &'a str {
        self.values.word(Root::request_type)
    }

    /// How it ended.
    #[must_use]
    pub fn overall_result(&self) -> Option<OverallResult> {
        OverallResult::from_text(self.values.text(Root::overall_result)?)
    }
}

/// The values that are needed of each record.
macro_rules! told {
    ($($name:ident of $record:ident),+ $(,)?) => {$(
        const $name: &[Spec] = &pick::<{ needed($record::SPECS) }>($record::SPECS);
    )+};
}

told! {
    HEADER of Root,
    TERMINAL of Terminal,
    TOTAL of TotalAmount,
    AUTHORISATION of Authorisation,
    CARD_VALUE of CardValue,
    DIAGNOSIS of Diagnosis,
    ORIGINAL_HEADER of OriginalHeader,
    CARD_CIRCUIT of CardCircuit,
    IDENTIFICATION of Identification,
    ACQ of Acq,
    DIAGNOSIS_RESULT of DiagnosisResult,
    FACTS of PrivateFacts,
    ERROR_DETAIL of ErrorDetail,
    SUBMISSION of Submission,
    OUTPUT of Output,
    TEXT_LINE of TextLine,
    INPUT of InputCommand,
    TRANSACTION of TransactionInfo,
    // For their flaws only.
    POS_DATA of PosData,
    ORIGINAL_TRANSACTION of OriginalTransaction,
    OUTPUT_RESULT of OutputResult,
    INPUT_RESULT of InputResult,
}

const fn of(name: InnerName) -> &'static [Spec] {
    match name {
        InnerName::PosData => POS_DATA,
        InnerName::Terminal => TERMINAL,
        InnerName::Authorisation => AUTHORISATION,
        InnerName::OriginalHeader => ORIGINAL_HEADER,
        InnerName::OriginalTransaction => ORIGINAL_TRANSACTION,
        InnerName::CardValue => CARD_VALUE,
        InnerName::CardCircuit => CARD_CIRCUIT,
        InnerName::ErrorDetail => ERROR_DETAIL,
        InnerName::Identification => IDENTIFICATION,
        InnerName::Acq => ACQ,
        InnerName::Submission => SUBMISSION,
        InnerName::DiagnosisResult => DIAGNOSIS_RESULT,
        InnerName::Output => OUTPUT,
        InnerName::TextLine => TEXT_LINE,
        InnerName::InputCommand => INPUT,
        InnerName::OutputResult => OUTPUT_RESULT,
        InnerName::InputResult => INPUT_RESULT,
        _ => &[],
    }
}

/// Bytes that the largest of the records takes of which one is open at a time.
const INNER_ROOM: usize = {
    let all = [
        TERMINAL,
        TOTAL,
        AUTHORISATION,
        CARD_VALUE,
        ORIGINAL_HEADER,
        CARD_CIRCUIT,
        IDENTIFICATION,
        ACQ,
        DIAGNOSIS_RESULT,
        ERROR_DETAIL,
        SUBMISSION,
        OUTPUT,
        TEXT_LINE,
        INPUT,
    ];
    let (mut most, mut at) = (0, 0);
    while at < all.len() {
        let room = room(all[at]);
        if room > most {
            most = room;
        }
        at += 1;
    }
    most
};

/// The record being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inner {
    Empty,
    Total(Place),
    Of(InnerName),
}

/// What is told of the records that are open.
#[derive(Clone)]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Excerpts {
    kind: Kind,
    blank_lane: bool,
    inner: Inner,
    outer: Option<OuterName>,
    diagnosis: Values<{ room(DIAGNOSIS) }>,
    transaction: Values<{ room(TRANSACTION) }>,
    header: Values<{ room(HEADER) }>,
    facts: Values<{ room(FACTS) }>,
    values: Values<INNER_ROOM>,
}

impl Excerpts {
    fn header(&self) -> Header<'_> {
        Header { kind: self.kind, blank_lane: self.blank_lane, values: self.header.excerpt() }
    }

    fn inner(&self) -> Option<Part<'_>> {
        let values = self.values.excerpt();
        Some(match self.inner {
            Inner::Empty => return None,
            Inner::Total(place) => Part::Total(values, place),
            Inner::Of(name) => match name {
                InnerName::Terminal => Part::Terminal(values),
                InnerName::Authorisation => Part::Authorisation(values),
                InnerName::OriginalHeader => Part::OriginalHeader(values),
                InnerName::CardValue => Part::CardValue(values),
                InnerName::CardCircuit => Part::CardCircuit(values),
                InnerName::ErrorDetail => Part::ErrorDetail(values),
                InnerName::Identification => Part::Identification(values),
                InnerName::Acq => Part::Acq(values),
                InnerName::Submission => Part::Submission(values),
                InnerName::DiagnosisResult => Part::DiagnosisResult(values),
                InnerName::Output => Part::OutputBegin(values),
                InnerName::TextLine => Part::TextLine(values),
                InnerName::InputCommand => Part::Input(values),
                _ => Part::Other,
            },
        })
    }
}

impl Keep for Excerpts {
    type Part<'a> = Part<'a>;

    const AUTHORISATION: &'static [Spec] = AUTHORISATION;

    fn blank() -> Self {
        Self {
            kind: Kind::CardServiceRequest,
            blank_lane: false,
            inner: Inner::Empty,
            outer: None,
            diagnosis: Values::new(),
            transaction: Values::new(),
            header: Values::new(),
            facts: Values::new(),
            values: Values::new(),
        }
    }

    fn clear(&mut self) {
        self.blank_lane = false;
        self.inner = Inner::Empty;
        self.outer = None;
        for slot in [Slot::Diagnosis, Slot::Outer, Slot::Header, Slot::Facts, Slot::Inner] {
            if let Some(values) = self.values_mut(slot) {
                values.clear();
            }
        }
    }

    fn forget(&mut self, given: Given) {
        match given {
            Given::Inner => self.inner = Inner::Empty,
            Given::Outer => self.outer = None,
            Given::Facts => self.facts.packed().clear(),
            _ => {}
        }
    }

    fn begin_message(&mut self, kind: Kind) {
        self.kind = kind;
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn set_namespace(&mut self, _: &str) {}

    fn has_request_type(&self) -> bool {
        self.header().values.text(Root::request_type).is_some()
    }

    fn set_request_type(&mut self, demand: Demand) {
        shape::set(self.header.packed(), Root::request_type, false, demand.word().as_bytes());
    }

    fn lane_is_blank(&mut self) {
        self.blank_lane = true;
    }

    fn begin_inner(&mut self, name: InnerName) {
        self.inner = Inner::Of(name);
        self.values.packed().clear();
    }

    fn begin_total(&mut self, place: Place) {
        self.inner = Inner::Total(place);
        self.values.packed().clear();
    }

    fn begin_outer(&mut self, name: OuterName) {
        self.outer = Some(name);
        self.transaction.packed().clear();
    }

    fn is_inner_empty(&self) -> bool {
        self.inner == Inner::Empty
    }

    fn is_outer_empty(&self) -> bool {
        self.outer.is_none()
    }

    fn outer(&self) -> Option<OuterName> {
        self.outer
    }

    fn total(&self) -> Option<Place> {
        if let Inner::Total(place) = self.inner { Some(place) } else { None }
    }

    fn check_total(&self) -> Result<(), (&'static str, Flaw)> {
        let Inner::Total(_) = self.inner else { return Ok(()) };
        let total = self.values.excerpt();
        let amount = |place| TotalAmount::AMOUNTS.get(place).and_then(|(field, _)| total.decimal(*field));
        payment::check(total.currency(TotalAmount::currency), amount)
    }

    fn implies(&self) -> Option<Demand> {
        match (self.inner, self.outer) {
            (Inner::Of(InnerName::Output), _) => Some(Demand::Output),
            (Inner::Of(InnerName::InputCommand), _) => Some(Demand::Input),
            (Inner::Empty, Some(OuterName::Event)) => Some(Demand::Event),
            _ => None,
        }
    }

    fn begins_journal(&self) -> Option<bool> {
        let Inner::Of(InnerName::Output) = self.inner else { return None };
        let target = self.values.excerpt().word(Output::target);
        Some(DeviceTarget::from_text(target).is_some_and(|target| target.is_journal()))
    }

    fn specs(&self, slot: Slot) -> &'static [Spec] {
        match (slot, self.inner, self.outer) {
            (Slot::Header, ..) => HEADER,
            (Slot::Inner, Inner::Total(_), _) => TOTAL,
            (Slot::Inner, Inner::Of(name), _) => of(name),
            (Slot::Outer, _, Some(OuterName::TransactionInfo)) => TRANSACTION,
            (Slot::Facts, ..) => FACTS,
            (Slot::Diagnosis, ..) => DIAGNOSIS,
            (Slot::Inner | Slot::Outer | Slot::Language, ..) => &[],
        }
    }

    fn has(&self, slot: Slot) -> bool {
        match slot {
            Slot::Facts => !self.facts.excerpt().is_empty(),
            Slot::Diagnosis => !self.diagnosis.excerpt().is_empty(),
            Slot::Language => false,
            Slot::Header | Slot::Inner | Slot::Outer => true,
        }
    }

    fn read(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Flaw> {
        match (self.specs(slot).get(usize::from(index)), self.values_mut(slot)) {
            (Some(spec), Some(values)) => shape::read(spec, found, values),
            _ => Ok(()),
        }
    }

    fn part(&self, given: Given) -> Option<Part<'_>> {
        Some(match given {
            Given::Header => Part::Header(self.header()),
            Given::Inner => return self.inner(),
            Given::Outer => match self.outer? {
                OuterName::TransactionInfo => Part::TransactionInfo(self.transaction.excerpt()),
                OuterName::Event => Part::Event,
                OuterName::EventResult => Part::Other,
            },
            Given::CardCircuits | Given::Language(_) => Part::Other,
            Given::OutputEnd => Part::OutputEnd,
            Given::Facts => Part::PrivateFacts(self.facts.excerpt()),
            Given::Diagnosis => Part::Diagnosis(self.diagnosis.excerpt()),
            Given::End => Part::End,
        })
    }

    fn fragment<'a>(of: FragmentOf, piece: Piece<'a>) -> Part<'a>
    where
        Self: 'a,
    {
        Part::Fragment { of, piece }
    }
}

impl Excerpts {
    fn values_mut(&mut self, slot: Slot) -> Option<&mut shape::Packed> {
        Some(match slot {
            Slot::Header => self.header.packed(),
            Slot::Inner => self.values.packed(),
            Slot::Outer => self.transaction.packed(),
            Slot::Facts => self.facts.packed(),
            Slot::Diagnosis => self.diagnosis.packed(),
            Slot::Language => return None,
        })
    }
}
