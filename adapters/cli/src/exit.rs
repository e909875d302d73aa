//! Exit statuses.

use std::process::ExitCode;

use opi_core::drive::Misuse;
use opi_core::operation::Outcome;

/// Wrong usage; the same as clap's.
pub(crate) const USAGE: u8 = 2;
/// The terminal never had the request.
pub(crate) const NOT_SENT: u8 = 3;
/// The money may have moved or not.
pub(crate) const UNKNOWN: u8 = 4;
/// Refused by the session.
pub(crate) const REFUSED: u8 = 5;

/// The status for an outcome.
pub(crate) fn of(outcome: Outcome) -> ExitCode {
    match outcome {
        Outcome::Approved | Outcome::Done => 0,
        Outcome::Declined | Outcome::Aborted => 1,
        Outcome::NotSent => NOT_SENT,
        Outcome::Unknown => UNKNOWN,
    }
    .into()
}

/// The status for a refusal.
pub(crate) fn of_misuse(why: &Misuse) -> ExitCode {
    match why {
        // The dialect was chosen on the command line, and so was what it lacks.
        Misuse::Unsupported | Misuse::Incomplete(_) => USAGE,
        _ => REFUSED,
    }
    .into()
}
