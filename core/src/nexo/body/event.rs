//! What happened at a terminal.

use super::output::DisplayOutput;
use crate::json::Str;
use crate::nexo::list::List;
use crate::nexo::report::Reason;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::text::{Base64, Time};
use crate::nexo::vocabulary::EventToNotify;
use crate::nexo::word::Word;

structure! {
    /// Tells of an event. Who hears it says nothing.
    pub struct EventNotification<'a> checked by message_of_a_reject {
        required {
            time_stamp: Time<'a> = "TimeStamp";
            event_to_notify: Word<'a, EventToNotify> = "EventToNotify";
        }
        optional {
            /// A form.
            event_details: Str<'a> = "EventDetails";
            /// Must be there if a message is rejected.
            rejected_message: Base64<'a> = "RejectedMessage";
            maintenance_required_flag: bool = "MaintenanceRequiredFlag";
            customer_language: Str<'a> = "CustomerLanguage", 2..=2;
            display_output: List<'a, DisplayOutput<'a>> = "DisplayOutput";
        }
    }
}

/// nexo Sale to POI 3.0 schema; the event is told all the same.
fn message_of_a_reject(event: &EventNotification<'_>, rule: &mut Rule<'_, '_, '_>) {
    if event.event_to_notify.is(EventToNotify::Reject) && event.rejected_message.is_none() {
        rule.reading.warn(&rule.at.child("RejectedMessage"), Reason::Missing);
    }
}
