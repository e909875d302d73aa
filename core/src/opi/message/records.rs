//! All records with all their values.

use super::facts::{Diagnosis, Language, PrivateFacts};
use super::header::Header;
use super::header::{IXRETAIL, Kind, Namespace};
use super::keep::Keep;
use super::node::{Given, Slot};
use super::part::{FragmentOf, Part, Piece, Place};
use super::payment::{Authorisation, TotalAmount};
use super::place::{Inner, InnerName, Outer, OuterName};
use super::record::{self, Record, Spec};
use super::request_type::Demand;
use super::value::{Flaw, Found};
use super::vocabulary::DeviceTarget;

/// One record of each kind that may be open at the same time.
#[derive(Clone)]
pub(super) struct Records {
    pub(super) header: Header,
    pub(super) inner: Inner,
    pub(super) outer: Outer,
    pub(super) facts: PrivateFacts,
    pub(super) diagnosis: Diagnosis,
    pub(super) language: Language,
}

impl Records {
    fn open(&self, slot: Slot) -> Option<&dyn Record> {
        match slot {
            Slot::Header => Some(&self.header),
            Slot::Inner => self.inner.record(),
            Slot::Outer => self.outer.record(),
            Slot::Facts => Some(&self.facts),
            Slot::Diagnosis => Some(&self.diagnosis),
            Slot::Language => Some(&self.language),
        }
    }

    fn open_mut(&mut self, slot: Slot) -> Option<&mut dyn Record> {
        match slot {
            Slot::Header => Some(&mut self.header),
            Slot::Inner => self.inner.record_mut(),
            Slot::Outer => self.outer.record_mut(),
            Slot::Facts => Some(&mut self.facts),
            Slot::Diagnosis => Some(&mut self.diagnosis),
            Slot::Language => Some(&mut self.language),
        }
    }
}

impl Keep for Records {
    type Part<'a> = Part<'a>;

    const AUTHORISATION: &'static [Spec] = Authorisation::SPECS;

    fn blank() -> Self {
        Self {
            header: Header::blank(),
            inner: Inner::Empty,
            outer: Outer::Empty,
            facts: PrivateFacts::blank(),
            diagnosis: Diagnosis::blank(),
            language: Language::blank(),
        }
    }

    fn clear(&mut self) {
        self.header = Header::default();
        self.inner = Inner::Empty;
        self.outer = Outer::Empty;
        self.facts = PrivateFacts::default();
        self.diagnosis = Diagnosis::default();
        self.language = Language::default();
    }

    fn forget(&mut self, given: Given) {
        match given {
            Given::Inner => self.inner = Inner::Empty,
            Given::Outer => self.outer = Outer::Empty,
            Given::Facts => self.facts = PrivateFacts::default(),
            Given::Language(_) => self.language = Language::default(),
            _ => {}
        }
    }

    fn begin_message(&mut self, kind: Kind) {
        self.header.kind = kind;
    }

    fn kind(&self) -> Kind {
        self.header.kind
    }

    fn set_namespace(&mut self, name: &str) {
        self.header.namespace = match name {
            "" => Namespace::None,
            IXRETAIL => Namespace::IxRetail,
            _ => Namespace::Other,
        };
    }

    fn has_request_type(&self) -> bool {
        self.header.request_type.is_some()
    }

    fn set_request_type(&mut self, demand: Demand) {
        self.header.request_type = Some(demand.request_type());
    }

    fn lane_is_blank(&mut self) {
        self.header.blank_lane = true;
    }

    fn begin_inner(&mut self, name: InnerName) {
        self.inner.begin(name);
    }

    fn begin_total(&mut self, place: Place) {
        self.inner = Inner::Total(TotalAmount::blank(), place);
    }

    fn begin_outer(&mut self, name: OuterName) {
        self.outer.begin(name);
    }

    fn is_inner_empty(&self) -> bool {
        self.inner.is_empty()
    }

    fn is_outer_empty(&self) -> bool {
        self.outer.is_empty()
    }

    fn outer(&self) -> Option<OuterName> {
        self.outer.name()
    }

    fn total(&self) -> Option<Place> {
        if let Inner::Total(_, place) = &self.inner { Some(*place) } else { None }
    }

    fn check_total(&self) -> Result<(), (&'static str, Flaw)> {
        if let Inner::Total(total, _) = &self.inner { total.check() } else { Ok(()) }
    }

    fn implies(&self) -> Option<Demand> {
        match (&self.inner, &self.outer) {
            (Inner::Output(_), _) => Some(Demand::Output),
            (Inner::InputCommand(_), _) => Some(Demand::Input),
            (Inner::Empty, Outer::Event(_)) => Some(Demand::Event),
            _ => None,
        }
    }

    fn begins_journal(&self) -> Option<bool> {
        let Inner::Output(output) = &self.inner else { return None };
        Some(output.target.as_ref().is_some_and(DeviceTarget::is_journal))
    }

    fn specs(&self, slot: Slot) -> &'static [Spec] {
        self.open(slot).map_or(&[], |record| record.specs())
    }

    fn has(&self, slot: Slot) -> bool {
        match slot {
            Slot::Facts => !record::is_blank(&self.facts),
            Slot::Diagnosis => !record::is_blank(&self.diagnosis),
            Slot::Language => self.language.language_code.is_some(),
            Slot::Header | Slot::Inner | Slot::Outer => true,
        }
    }

    fn read(&mut self, slot: Slot, index: u8, found: &Found<'_>) -> Result<(), Flaw> {
        let field = self.open_mut(slot).and_then(|record| record.field_mut(usize::from(index)));
        field.map_or(Ok(()), |field| field.put(found))
    }

    #[cfg(target_pointer_width = "64")]
    fn own_text(&self, slot: Slot) -> Option<u8> {
        self.open(slot)?.own_text()
    }

    fn part(&self, given: Given) -> Option<Part<'_>> {
        match given {
            Given::Header => Some(Part::Header(&self.header)),
            Given::Inner => self.inner.part(),
            Given::Outer => self.outer.part(),
            Given::CardCircuits => Some(Part::CardCircuits),
            Given::OutputEnd => Some(Part::OutputEnd),
            Given::Facts => Some(Part::PrivateFacts(&self.facts)),
            Given::Language(place) => Some(Part::Language(&self.language, place)),
            Given::Diagnosis => Some(Part::Diagnosis(&self.diagnosis)),
            Given::End => Some(Part::End),
        }
    }

    fn fragment<'a>(of: FragmentOf, piece: Piece<'a>) -> Part<'a>
    where
        Self: 'a,
    {
        Part::Fragment { of, piece }
    }
}
