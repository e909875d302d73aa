//! Facts of an answer that are told by their names on the wire, one after the other.

use crate::limits;
use crate::money::Figures;
use crate::opi::message::till::Part;
use crate::opi::message::{
    Acq, DiagnosisResult, ErrorDetail, Identification, OriginalHeader, OverallResult, PrivateFacts, Submission,
};
use crate::text::Text;

/// Writes down the value of the part's fact with this number, from 0, and gives its name; `None` if there are not so many.
/// What the part does not say is empty.
pub(super) fn detail(part: &Part<'_>, number: u8, value: &mut Text<{ limits::STEP }>) -> Option<&'static str> {
    value.clear();
    let (name, text) = match part {
        Part::Identification(it) => match number {
            0 => ("TerminalID", it.word(Identification::terminal_id)),
            1 => ("TerminalIP", it.word(Identification::terminal_ip)),
            2 => ("AppVersion", it.word(Identification::app_version)),
            3 => ("Ep2MID", it.word(Identification::ep2_mid)),
            4 => ("TerminalStatus", it.word(Identification::terminal_status)),
            5 => ("TerminalSubStatus", it.word(Identification::terminal_sub_status)),
            6 => ("Hardware", it.word(Identification::hardware)),
            7 => ("SerialNumber", it.word(Identification::serial_number)),
            8 => ("ConfigurationName", it.word(Identification::configuration_name)),
            9 => ("ConfigurationVersion", it.word(Identification::configuration_version)),
            _ => return None,
        },
        Part::Acq(acquirer) if number == 0 => ("Acq", acquirer.word(Acq::name)),
        Part::DiagnosisResult(result) if number == 0 => ("DiagnosisResult", result.word(DiagnosisResult::text)),
        Part::PrivateFacts(facts) => match number {
            0 => ("ErrorCode", facts.word(PrivateFacts::error_code)),
            1 => ("ErrorText", facts.word(PrivateFacts::error_text)),
            2 => ("SoftwareVersion", facts.word(PrivateFacts::software_version)),
            3 => ("RebootInfo", facts.word(PrivateFacts::reboot_info)),
            _ => return None,
        },
        Part::ErrorDetail(error) => match number {
            0 => ("ErrorCode", error.word(ErrorDetail::code)),
            1 => ("ErrorText", error.word(ErrorDetail::description)),
            _ => return None,
        },
        Part::OriginalHeader(original) => match number {
            0 => ("OriginalRequestType", original.word(OriginalHeader::request_type)),
            1 => ("OriginalWorkstationID", original.word(OriginalHeader::workstation_id)),
            2 => ("OriginalRequestID", original.word(OriginalHeader::request_id)),
            3 => {
                // As it is listed, in whatever case of letters it came.
                let result = original.text(OriginalHeader::overall_result).and_then(OverallResult::from_text);
                value.append(result.as_ref().map_or("", OverallResult::as_str));
                return Some("OriginalOverallResult");
            }
            _ => return None,
        },
        Part::Submission(submission) => {
            let (name, field) = match number {
                0 => ("Successful", Submission::successful),
                1 => ("Failed", Submission::failed),
                _ => return None,
            };
            if let Some(count) = submission.number(field) {
                value.append(Figures::of(u64::from(count), 0, 0).as_str());
            }
            return Some(name);
        }
        _ => return None,
    };
    value.append(text);
    Some(name)
}
