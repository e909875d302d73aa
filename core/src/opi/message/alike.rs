//! What both decoders tell of a message, in the same words: for the fuzz targets, which compare them.

use core::fmt::{Result, Write};

use super::facts::{Diagnosis, PrivateFacts};
use super::header::Header;
use super::part::Part;
use super::payment::TotalAmount;
use super::place::{Inner, Outer};
use super::record::{Spec, Written, same};
use super::shape::{Excerpt, Shape};
use super::till;
use super::value::Shown;

/// Whether it is the name of a value that a till does not look at. What stands inside of one may be taken for something
/// else, see [`till`].
pub(crate) fn is_untold(name: &[u8]) -> bool {
    let alone: [&[Spec]; 3] = [TotalAmount::SPECS, PrivateFacts::SPECS, Diagnosis::SPECS];
    let mut all = alone.iter().chain(Inner::ALL).chain(Outer::ALL).flat_map(|specs| specs.iter());
    all.any(|spec| !spec.told && (same(spec.name(), name) || spec.also.is(name)))
}

impl Part<'_> {
    /// Writes what a till is told of this part.
    pub(crate) fn tell(&self, out: &mut dyn Write) -> Result {
        let (name, record): (_, &dyn Written) = match self {
            Part::Header(it) => ("Header", *it),
            Part::Total(it, place) => {
                write!(out, "{place:?} ")?;
                ("Total", *it)
            }
            Part::Terminal(it) => ("Terminal", *it),
            Part::Authorisation(it) => ("Authorisation", *it),
            Part::OriginalHeader(it) => ("OriginalHeader", *it),
            Part::CardValue(it) => ("CardValue", *it),
            Part::CardCircuit(it) => ("CardCircuit", *it),
            Part::ErrorDetail(it) => ("ErrorDetail", *it),
            Part::Diagnosis(it) => ("Diagnosis", *it),
            // Told only if there is something to tell.
            Part::PrivateFacts(it) if told(PrivateFacts::SPECS).all(|spec| shown(*it, spec).is_none()) => return Ok(()),
            Part::PrivateFacts(it) => ("PrivateFacts", *it),
            Part::Identification(it) => ("Identification", *it),
            Part::Acq(it) => ("Acq", *it),
            Part::Submission(it) => ("Submission", *it),
            Part::DiagnosisResult(it) => ("DiagnosisResult", *it),
            Part::OutputBegin(it) => ("OutputBegin", *it),
            Part::TextLine(it) => {
                write!(out, "{} ", it.text.is_cut())?;
                ("TextLine", *it)
            }
            Part::TransactionInfo(it) => ("TransactionInfo", *it),
            Part::Input(it) => ("Input", *it),
            Part::OutputEnd => return out.write_str("OutputEnd\n"),
            Part::Event(_) => return out.write_str("Event\n"),
            Part::End => return out.write_str("End\n"),
            _ => return Ok(()),
        };
        out.write_str(name)?;
        for spec in told(record.specs()) {
            match shown(record, spec) {
                Some(Shown::Text(text)) => value(out, spec, text)?,
                Some(Shown::Word(word)) => value(out, spec, word)?,
                Some(Shown::Number(number)) => write!(out, " {}={number}", spec.name())?,
                Some(Shown::Decimal(decimal)) => write!(out, " {}={decimal}", spec.name())?,
                None => {}
            }
        }
        out.write_str("\n")
    }
}

impl till::Part<'_> {
    /// Writes what this part tells.
    pub(crate) fn tell(&self, out: &mut dyn Write) -> Result {
        use super::facts::{Acq, DiagnosisResult, ErrorDetail, Identification, Submission};
        use super::header::OriginalHeader;
        use super::instrument::{CardCircuit, CardValue};
        use super::output::{InputCommand, Output, TextLine, TransactionInfo};
        use super::payment::{Authorisation, Terminal};

        let (name, specs, excerpt) = match *self {
            Self::Header(it) => ("Header", Header::SPECS, it.values),
            Self::Total(it, place) => {
                write!(out, "{place:?} ")?;
                ("Total", TotalAmount::SPECS, it)
            }
            Self::Terminal(it) => ("Terminal", Terminal::SPECS, it),
            Self::Authorisation(it) => ("Authorisation", Authorisation::SPECS, it),
            Self::OriginalHeader(it) => ("OriginalHeader", OriginalHeader::SPECS, it),
            Self::CardValue(it) => ("CardValue", CardValue::SPECS, it),
            Self::CardCircuit(it) => ("CardCircuit", CardCircuit::SPECS, it),
            Self::ErrorDetail(it) => ("ErrorDetail", ErrorDetail::SPECS, it),
            Self::Diagnosis(it) => ("Diagnosis", Diagnosis::SPECS, it),
            Self::PrivateFacts(it) => ("PrivateFacts", PrivateFacts::SPECS, it),
            Self::Identification(it) => ("Identification", Identification::SPECS, it),
            Self::Acq(it) => ("Acq", Acq::SPECS, it),
            Self::Submission(it) => ("Submission", Submission::SPECS, it),
            Self::DiagnosisResult(it) => ("DiagnosisResult", DiagnosisResult::SPECS, it),
            Self::OutputBegin(it) => ("OutputBegin", Output::SPECS, it),
            Self::TextLine(it) => {
                write!(out, "{} ", it.free::<{ crate::limits::TEXT_LINE }>(TextLine::text).is_cut())?;
                ("TextLine", TextLine::SPECS, it)
            }
            Self::TransactionInfo(it) => ("TransactionInfo", TransactionInfo::SPECS, it),
            Self::Input(it) => ("Input", InputCommand::SPECS, it),
            Self::OutputEnd => return out.write_str("OutputEnd\n"),
            Self::Event => return out.write_str("Event\n"),
            Self::End => return out.write_str("End\n"),
            Self::Other | Self::Fragment { .. } => return Ok(()),
        };
        out.write_str(name)?;
        told(specs).try_for_each(|spec| packed(out, spec, excerpt))?;
        out.write_str("\n")
    }
}

fn told(specs: &'static [Spec]) -> impl Iterator<Item = &'static Spec> {
    specs.iter().filter(|spec| spec.told)
}

fn shown<'r>(record: &'r dyn Written, spec: &Spec) -> Option<Shown<'r>> {
    record.field(spec.field.0.into())?.shown(0)
}

fn packed(out: &mut dyn Write, spec: &Spec, excerpt: Excerpt<'_>) -> Result {
    let field = spec.field;
    if let Some(words) = spec.shape.words() {
        return excerpt.listed(field).map_or(Ok(()), |place| value(out, spec, words.at(place.into())));
    }
    match spec.shape {
        Shape::Decimal => excerpt.decimal(field).map_or(Ok(()), |decimal| write!(out, " {}={decimal}", spec.name())),
        Shape::Number(_) => excerpt.number(field).map_or(Ok(()), |number| write!(out, " {}={number}", spec.name())),
        Shape::Bool if excerpt.has(field) => value(out, spec, if excerpt.is(field) { "true" } else { "false" }),
        Shape::Bool => Ok(()),
        // An empty text is none.
        _ => excerpt.text(field).filter(|text| !text.is_empty()).map_or(Ok(()), |text| value(out, spec, text)),
    }
}

/// Some words are read in any case of letters, and kept as they are listed or as they came.
fn value(out: &mut dyn Write, spec: &Spec, text: &str) -> Result {
    write!(out, " {}=", spec.name())?;
    let fold = matches!(spec.shape, Shape::Word(_));
    text.chars().try_for_each(|char| out.write_char(if fold { char.to_ascii_lowercase() } else { char }))
}
