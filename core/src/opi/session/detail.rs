//! Facts of an answer that are told by their names on the wire, one after the other.

use crate::limits;
use crate::money::Figures;
use crate::opi::message::till::Part;
use crate::opi::message::{
    Acq, DiagnosisResult, ErrorDetail, Field, Identification, OriginalHeader, OverallResult, PrivateFacts, Submission,
};
use crate::text::Text;

/// The facts of a part, in the order in which they are told.
type Facts = [(&'static str, Field)];

const IDENTIFICATION: &Facts = &[
    ("TerminalID", Identification::terminal_id),
    ("TerminalIP", Identification::terminal_ip),
    ("AppVersion", Identification::app_version),
    ("Ep2MID", Identification::ep2_mid),
    ("TerminalStatus", Identification::terminal_status),
    ("TerminalSubStatus", Identification::terminal_sub_status),
    ("Hardware", Identification::hardware),
    ("SerialNumber", Identification::serial_number),
    ("ConfigurationName", Identification::configuration_name),
    ("ConfigurationVersion", Identification::configuration_version),
];
const PRIVATE: &Facts = &[
    ("ErrorCode", PrivateFacts::error_code),
    ("ErrorText", PrivateFacts::error_text),
    ("SoftwareVersion", PrivateFacts::software_version),
    ("RebootInfo", PrivateFacts::reboot_info),
];
const ERROR: &Facts = &[("ErrorCode", ErrorDetail::code), ("ErrorText", ErrorDetail::description)];
const ORIGINAL: &Facts = &[
    ("OriginalRequestType", OriginalHeader::request_type),
    ("OriginalWorkstationID", OriginalHeader::workstation_id),
    ("OriginalRequestID", OriginalHeader::request_id),
    ("OriginalOverallResult", OriginalHeader::overall_result),
];
const SUBMISSION: &Facts = &[("Successful", Submission::successful), ("Failed", Submission::failed)];

/// Writes down the value of the part's fact with this number, from 0, and gives its name; `None` if there are not so many.
/// What the part does not say is empty.
pub(super) fn detail(part: &Part<'_>, number: u8, value: &mut Text<{ limits::LENT }>) -> Option<&'static str> {
    value.clear();
    let (facts, it): (&Facts, _) = match part {
        Part::Identification(it) => (IDENTIFICATION, it),
        Part::Acq(it) => (&[("Acq", Acq::name)], it),
        Part::DiagnosisResult(it) => (&[("DiagnosisResult", DiagnosisResult::text)], it),
        Part::PrivateFacts(it) => (PRIVATE, it),
        Part::ErrorDetail(it) => (ERROR, it),
        Part::OriginalHeader(it) => (ORIGINAL, it),
        Part::Submission(it) => (SUBMISSION, it),
        _ => return None,
    };
    let (name, field) = *facts.get(usize::from(number))?;
    match part {
        Part::Submission(_) => {
            if let Some(count) = it.number(field) {
                value.append(Figures::of(u64::from(count), 0, 0).as_str());
            }
        }
        // As it is listed, in whatever case of letters it came.
        Part::OriginalHeader(_) if field == OriginalHeader::overall_result => {
            let result = it.text(field).and_then(OverallResult::from_text);
            value.append(result.as_ref().map_or("", OverallResult::as_str));
        }
        _ => value.append(it.word(field)),
    }
    Some(name)
}
