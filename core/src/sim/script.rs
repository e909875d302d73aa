//! What the terminal, its host and the card holder do.

use core::fmt;

use super::named::named;
use crate::limits;
use crate::money::Money;

named! {
    /// How one request for money goes.
    Script {
        Approve "approve" "prompts, receipts, approved"
        Decline "decline" "the host declines with reason 51"
        AbortByCardholder "abort-by-cardholder" "the card holder presses stop (reason 107)"
        SlowCard "slow-card" "waits 20 seconds for a card, then approves; can be aborted meanwhile"
        Tip "tip" "the card holder adds ten percent"
        Dcc "dcc" "the card holder pays in the card's own currency"
        PartialApproval "partial-approval" "approved for half of the amount"
        Cashback "cashback" "hands out the cash asked for and lists it in the answer"
        SignatureQuestion "signature-question" "asks the cashier whether the signature is right; no means no charge"
        Confirmation "confirmation" "asks the cashier to confirm before the card is read"
        PrintLastTicket "print-last-ticket" "refused until the last receipts were reprinted"
        LoggedOut "logged-out" "refused, and logged out until the next login or activation"
        Busy "busy" "refused as busy"
        DeviceUnavailable "device-unavailable" "refused as unavailable"
        TimedOutNoEvidence "timed-out-no-evidence" "no card in time: TimedOut without a sign of a card"
        TimedOutWithEvidence "timed-out-with-evidence" "charged, then TimedOut with an approval code"
        UnknownResult "unknown-result" "charged, but the result is a word that nobody knows"
        MissingResult "missing-result" "charged, but the answer has no result"
        AuthorisationUnknown "authorisation-unknown" "charged, but the terminal lost the host's answer (reason 1, or CommunicationError)"
        HostUnreachable "host-unreachable" "the payment host cannot be reached (reason 569 or 579, or CommunicationError)"
        PartialFailure "partial-failure" "charged, answered as PartialFailure with an approval code"
        OldFirmware "old-firmware" "approves, but knows Login and Logoff only, no activation"
        DeliveryBox "delivery-box" "asks whether the goods can be handed out before it charges"
        Menu "menu" "asks the cashier to choose from a menu"
        AmountEntry "amount-entry" "asks the cashier for a number"
        TextEntry "text-entry" "asks the cashier for a text"
        AnyKey "any-key" "asks the cashier for any key"
        Event "event" "reports a forecourt event before it goes on"
        AbortInput "abort-input" "asks the cashier, then withdraws the question"
        LateApprovalAfterAbort "late-approval-after-abort" "takes the abort, and approves all the same"
        ManyOutputs "many-outputs" "shows and prints in one device message"
        LongJournal "long-journal" "sends an e-journal of 64 KiB"
        AllTargets "all-targets" "sends one output to every device there is"
        ByAmount "by-amount" "the last two digits of the amount choose the script, see Script::of_amount"
    }
}

impl Script {
    /// What [`ByAmount`](Self::ByAmount) makes of an amount. Digits are the last two of the minor units:
    ///
    /// | digits | script | digits | script |
    /// | --- | --- | --- | --- |
    /// | 07 | abort-by-cardholder | 61 | logged-out |
    /// | 10 | tip | 62 | busy |
    /// | 20 | dcc | 63 | device-unavailable |
    /// | 30 | partial-approval | 70 | timed-out-no-evidence |
    /// | 40 | cashback | 71 | timed-out-with-evidence |
    /// | 41 | signature-question | 80 | unknown-result |
    /// | 42 | confirmation | 81 | missing-result |
    /// | 43 | delivery-box | 82 | authorisation-unknown |
    /// | 44 | menu | 83 | partial-failure |
    /// | 51 | decline | 90 | host-unreachable |
    /// | 60 | print-last-ticket | other | approve |
    #[must_use]
    pub const fn of_amount(amount: Money) -> Self {
        match amount.minor() % 100 {
            7 => Self::AbortByCardholder,
            10 => Self::Tip,
            20 => Self::Dcc,
            30 => Self::PartialApproval,
            40 => Self::Cashback,
            41 => Self::SignatureQuestion,
            42 => Self::Confirmation,
            43 => Self::DeliveryBox,
            44 => Self::Menu,
            51 => Self::Decline,
            60 => Self::PrintLastTicket,
            61 => Self::LoggedOut,
            62 => Self::Busy,
            63 => Self::DeviceUnavailable,
            70 => Self::TimedOutNoEvidence,
            71 => Self::TimedOutWithEvidence,
            80 => Self::UnknownResult,
            81 => Self::MissingResult,
            82 => Self::AuthorisationUnknown,
            83 => Self::PartialFailure,
            90 => Self::HostUnreachable,
            _ => Self::Approve,
        }
    }
}

/// Scripts in a row: each request for money takes the next, the last one stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scripts(heapless::Vec<Script, { limits::SIM_SCRIPTS }>);

impl Scripts {
    /// One script for everything.
    #[must_use]
    pub fn always(script: Script) -> Self {
        Self(core::iter::once(script).collect())
    }

    /// Reads one name per line. Blanks around it, empty lines and everything behind `#` do not count.
    ///
    /// # Errors
    /// A name that is no script, no name at all, or more than [`limits::SIM_SCRIPTS`].
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let mut scripts = heapless::Vec::new();
        for (line, number) in text.lines().zip(1u32..) {
            let name = line.split('#').next().unwrap_or_default().trim();
            if name.is_empty() {
                continue;
            }
            let script = Script::by_name(name).ok_or(ScriptError::NoSuchScript { line: number })?;
            scripts.push(script).map_err(|_| ScriptError::TooMany)?;
        }
        if scripts.is_empty() { Err(ScriptError::Empty) } else { Ok(Self(scripts)) }
    }

    /// The script of request `index`, counted from 0.
    #[must_use]
    pub fn at(&self, index: usize) -> Script {
        self.0.get(index).or(self.0.last()).copied().unwrap_or(Script::Approve)
    }
}

impl From<Script> for Scripts {
    fn from(script: Script) -> Self {
        Self::always(script)
    }
}

/// Why a text is no row of scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptError {
    /// No script has this name.
    NoSuchScript {
        /// The line, counted from 1.
        line: u32,
    },
    /// There is no name.
    Empty,
    /// More than [`limits::SIM_SCRIPTS`].
    TooMany,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchScript { line } => write!(out, "line {line}: no script has this name"),
            Self::Empty => out.write_str("no script is named"),
            Self::TooMany => write!(out, "more than {} scripts", limits::SIM_SCRIPTS),
        }
    }
}

impl core::error::Error for ScriptError {}
