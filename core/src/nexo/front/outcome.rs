//! How an operation ended, in the words of the Terminal API.

use crate::nexo::remark::Remark;
use crate::nexo::vocabulary::{ErrorCondition, ResultType};
use crate::operation::{Finished, Outcome, Reason};

/// How an end is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// `Result`.
    pub result: ResultType,
    /// `ErrorCondition`, of a failure.
    pub condition: Option<ErrorCondition>,
    /// What is said about it, where there is a text.
    pub remark: Option<Remark>,
}

impl Told {
    const fn failure(condition: ErrorCondition) -> Self {
        Self { result: ResultType::Failure, condition: Some(condition), remark: None }
    }

    const fn with(self, remark: Remark) -> Self {
        Self { remark: Some(remark), ..self }
    }
}

/// Who asked to stop what then was aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopper {
    /// The till: an abort.
    Till,
    /// The terminal, since time was up.
    Time,
    /// Nobody: the shopper pressed cancel.
    Nobody,
}

/// How an end is told; `None` for an outcome that is unknown, which is no end: a failure would say that no money moved.
#[must_use]
pub const fn tell(finished: &Finished, stopper: Stopper) -> Option<Told> {
    use ErrorCondition as Is;
    Some(match (finished.outcome, finished.reason) {
        (Outcome::Unknown, _) => return None,
        (Outcome::Approved, Some(Reason::PartialApproval)) => {
            Told { result: ResultType::Partial, condition: None, remark: None }
        }
        (Outcome::Approved | Outcome::Done, _) => Told { result: ResultType::Success, condition: None, remark: None },
        (Outcome::Aborted, Some(Reason::TimedOut)) => Told::failure(Is::Cancel).with(Remark::NoCard),
        (Outcome::Aborted, _) | (_, Some(Reason::Stopped | Reason::Withdrawn)) => match stopper {
            Stopper::Till => Told::failure(Is::Aborted).with(Remark::StoppedByMerchant),
            Stopper::Time => Told::failure(Is::Cancel).with(Remark::NoCard),
            Stopper::Nobody => Told::failure(Is::Cancel).with(Remark::StoppedByShopper),
        },
        (Outcome::Declined | Outcome::NotSent, reason) => match reason {
            Some(Reason::UnknownCard) => Told::failure(Is::InvalidCard),
            Some(Reason::HostUnreachable) => Told::failure(Is::UnreachableHost),
            Some(Reason::TimedOut) => Told::failure(Is::Cancel).with(Remark::NoCard),
            Some(Reason::NotSupported) => Told::failure(Is::UnavailableService),
            Some(Reason::Rejected | Reason::NotEncodable) => Told::failure(Is::MessageFormat),
            Some(Reason::Busy | Reason::PrintLastTicket) => Told::failure(Is::Busy),
            Some(Reason::LoggedOut) => Told::failure(Is::LoggedOut),
            Some(
                Reason::DeviceUnavailable
                | Reason::NotStored
                | Reason::NotListening
                | Reason::NotConnected
                | Reason::NotTransmitted,
            ) => Told::failure(Is::UnavailableDevice),
            // Declined by the host, the terminal or the card, or not sent for a reason that nobody told.
            _ => Told::failure(match finished.outcome {
                Outcome::Declined => Is::Refusal,
                _ => Is::UnavailableDevice,
            }),
        },
    })
}
