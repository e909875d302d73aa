//! Stopping what runs.

use super::output::DisplayOutput;
use crate::json::Str;
use crate::nexo::header::MessageReference;
use crate::nexo::structure::structure;

structure! {
    /// Asks to stop the request that runs. There is no answer: what became of it, its own answer tells.
    pub struct AbortRequest<'a> {
        required {
            /// In any words.
            abort_reason: Str<'a> = "AbortReason";
            message_reference: MessageReference<'a> = "MessageReference";
        }
        optional {
            display_output: DisplayOutput<'a> = "DisplayOutput";
        }
    }
}
