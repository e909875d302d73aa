//! What goes wrong between a till of the Terminal API and its terminal.

use crate::sim::named::named;

named! {
    /// What goes wrong. Every fault strikes requests for money only, so that `TransactionStatus` can be watched.
    Fault {
        None "none" "nothing"
        LostRequest "lost-request" "the connection ends before the terminal takes the request: it never came"
        DropBeforeAuthorisation "drop-before-authorisation" "the connection ends, then the card holder cancels; nothing is charged"
        DropAfterAuthorisation "drop-after-authorisation" "charged, then the connection ends without an answer"
        HalfAnswer "half-answer" "charged, but the answer breaks off in the middle"
        NoAnswer "no-answer" "charged, but the answer never comes and the connection stays"
        SlowAnswer "slow-answer" "the answer comes five seconds late"
        ForeignAnswer "foreign-answer" "the answer has the ids of another request"
        UnknownCondition "unknown-condition" "charged, but the answer is a failure with a condition that nobody knows"
        Restart "restart" "the terminal restarts during the request; whether it charged first is chance"
    }
}

/// How the answer to a request for money leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leaves {
    /// As it is.
    #[default]
    Whole,
    /// Not at all, and the connection ends.
    Closed,
    /// Its first half, and the connection ends.
    Half,
    /// Not at all.
    Never,
    /// Five seconds late.
    Late,
    /// With the ids of another request.
    Foreign,
    /// As a failure that nobody knows.
    UnknownCondition,
}

impl Fault {
    pub(super) const fn leaves(self) -> Leaves {
        match self {
            Self::DropBeforeAuthorisation | Self::DropAfterAuthorisation | Self::LostRequest => Leaves::Closed,
            Self::HalfAnswer => Leaves::Half,
            Self::NoAnswer => Leaves::Never,
            Self::SlowAnswer => Leaves::Late,
            Self::ForeignAnswer => Leaves::Foreign,
            Self::UnknownCondition => Leaves::UnknownCondition,
            Self::None | Self::Restart => Leaves::Whole,
        }
    }
}
