//! Facts of an answer that are told by their names on the wire, one after the other.

use crate::id::Id;
use crate::limits;
use crate::money::Figures;
use crate::opi::message::{OverallResult, Part, RequestType};
use crate::text::Text;

/// Writes down the value of the part's fact with this number, from 0, and gives its name; `None` if there are not so many.
/// What the part does not say is empty.
pub(super) fn detail(part: &Part<'_>, number: u8, value: &mut Text<{ limits::STEP }>) -> Option<&'static str> {
    fn text<const N: usize>(id: &Option<Id<N>>) -> &str {
        id.as_ref().map_or("", Id::as_str)
    }
    value.clear();
    let (name, text) = match part {
        Part::Identification(it) => match number {
            0 => ("TerminalID", text(&it.terminal_id)),
            1 => ("TerminalIP", text(&it.terminal_ip)),
            2 => ("AppVersion", text(&it.app_version)),
            3 => ("Ep2MID", text(&it.ep2_mid)),
            4 => ("TerminalStatus", text(&it.terminal_status)),
            5 => ("TerminalSubStatus", text(&it.terminal_sub_status)),
            6 => ("Hardware", text(&it.hardware)),
            7 => ("SerialNumber", text(&it.serial_number)),
            8 => ("ConfigurationName", text(&it.configuration_name)),
            9 => ("ConfigurationVersion", text(&it.configuration_version)),
            _ => return None,
        },
        Part::Acq(acquirer) if number == 0 => ("Acq", acquirer.name.as_str()),
        Part::DiagnosisResult(result) if number == 0 => ("DiagnosisResult", result.text.as_str()),
        Part::PrivateFacts(facts) => match number {
            0 => ("ErrorCode", text(&facts.error_code)),
            1 => ("ErrorText", facts.error_text.as_str()),
            2 => ("SoftwareVersion", text(&facts.software_version)),
            3 => ("RebootInfo", text(&facts.reboot_info)),
            _ => return None,
        },
        Part::ErrorDetail(error) => match number {
            0 => ("ErrorCode", text(&error.code)),
            1 => ("ErrorText", error.description.as_str()),
            _ => return None,
        },
        Part::OriginalHeader(original) => match number {
            0 => ("OriginalRequestType", original.request_type.as_ref().map_or("", RequestType::as_str)),
            1 => ("OriginalWorkstationID", text(&original.workstation_id)),
            2 => ("OriginalRequestID", text(&original.request_id)),
            3 => ("OriginalOverallResult", original.overall_result.as_ref().map_or("", OverallResult::as_str)),
            _ => return None,
        },
        Part::Submission(submission) => {
            let (name, count) = match number {
                0 => ("Successful", submission.successful),
                1 => ("Failed", submission.failed),
                _ => return None,
            };
            if let Some(count) = count {
                value.append(Figures::of(u64::from(count), 0, 0).as_str());
            }
            return Some(name);
        }
        _ => return None,
    };
    value.append(text);
    Some(name)
}
