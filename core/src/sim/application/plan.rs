//! How a request for money goes, step by step.

use core::time::Duration;

use heapless::Vec;

use super::fault::Fault;
use crate::limits;
use crate::money::Money;
use crate::nexo::front::Refused;
use crate::nexo::vocabulary::ErrorCondition;
use crate::operation::{Outcome, Reason};
use crate::receipt::Copy;
use crate::sim::Script;
use crate::sim::receipts::Prompt;

/// One step towards the end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Move {
    Show(Prompt),
    /// For a card. What stops it ends the transaction, unless the terminal goes on all the same.
    Wait(Duration),
    Charge,
    Receipt(Copy),
    Restart,
    /// Nobody knows for so long how it ended.
    Doubt(Duration),
    End(Outcome, Option<Reason>),
    Refuse(Refused<'static>),
}

pub(super) type Plan = Vec<Move, { limits::SIM_ACTS }>;

/// How long a card holder takes who takes long.
const SLOW: Duration = Duration::from_secs(20);

/// Longer than any dialogue.
const HOLD: Duration = Duration::from_secs(3600);

/// How long a terminal does not know what its host decided.
const DOUBT: Duration = Duration::from_secs(8);

/// What the amount asks for. The last three digits are those of Adyen's test terminals (Adyen docs: test cards and amounts),
/// the last two those of [`Script::of_amount`].
pub(super) fn of_amount(amount: Option<Money>) -> Result<Script, Refused<'static>> {
    let Some(amount) = amount else { return Ok(Script::Approve) };
    let (condition, message, reason) = match amount.minor() % 1000 {
        124 => (ErrorCondition::Refusal, "210 Not enough balance", "NOT_ENOUGH_BALANCE"),
        125 => (ErrorCondition::Refusal, "199 Card blocked", "BLOCK_CARD"),
        126 => (ErrorCondition::Refusal, "228 Card expired", "CARD_EXPIRED"),
        127 => (ErrorCondition::Refusal, "214 Declined online", "INVALID_AMOUNT"),
        128 => (ErrorCondition::InvalidCard, "214 Declined online", "INVALID_CARD"),
        134 => (ErrorCondition::WrongPin, "129 Invalid online PIN", "INVALID_PIN"),
        _ => return Ok(Script::of_amount(amount)),
    };
    Err(Refused { condition, message, reason })
}

/// The steps of a script under a fault.
pub(super) fn plan(script: Result<Script, Refused<'static>>, fault: Fault, coin: bool, holds: bool) -> Plan {
    let mut plan = Plan::new();
    // No plan has more steps than there is room.
    let mut add = |step| _ = plan.push(step);
    let refused = |condition| Move::Refuse(Refused::new(condition));
    let stopped = Move::End(Outcome::Aborted, Some(Reason::Stopped));
    let script = match script {
        Ok(script) => script,
        Err(refusal) => {
            add(Move::Show(Prompt::InsertCard));
            add(Move::Show(Prompt::Declined));
            add(Move::Refuse(refusal));
            return plan;
        }
    };
    match script {
        Script::Busy => add(refused(ErrorCondition::Busy)),
        Script::DeviceUnavailable => add(refused(ErrorCondition::UnavailableDevice)),
        Script::LoggedOut => add(refused(ErrorCondition::LoggedOut)),
        _ => add(Move::Show(Prompt::InsertCard)),
    }
    if holds {
        add(Move::Wait(HOLD));
    }
    if fault == Fault::DropBeforeAuthorisation {
        add(stopped);
    }
    match script {
        Script::SlowCard | Script::LateApprovalAfterAbort => add(Move::Wait(SLOW)),
        Script::AbortByCardholder => add(stopped),
        Script::TimedOutNoEvidence => add(Move::End(Outcome::Aborted, Some(Reason::TimedOut))),
        _ => {}
    }
    add(Move::Show(Prompt::PleaseWait));
    match script {
        Script::Decline => {
            add(Move::Show(Prompt::Declined));
            add(Move::Refuse(Refused { message: "214 Declined online", ..Refused::new(ErrorCondition::Refusal) }));
        }
        Script::HostUnreachable => add(refused(ErrorCondition::UnreachableHost)),
        _ => {}
    }
    if fault == Fault::Restart && coin {
        add(Move::Restart);
    }
    add(Move::Charge);
    if fault == Fault::Restart && !coin {
        add(Move::Restart);
    }
    if is_doubted(script) {
        add(Move::Doubt(DOUBT));
    }
    add(Move::Show(Prompt::Approved));
    add(Move::Receipt(Copy::Merchant));
    add(Move::Receipt(Copy::Customer));
    let partial = matches!(script, Script::PartialApproval).then_some(Reason::PartialApproval);
    let careful = matches!(script, Script::PartialFailure).then_some(Reason::CheckReceipt);
    add(Move::End(Outcome::Approved, partial.or(careful)));
    plan
}

/// Scripts in which the terminal does not know at first what its host decided.
const fn is_doubted(script: Script) -> bool {
    matches!(
        script,
        Script::TimedOutWithEvidence | Script::UnknownResult | Script::MissingResult | Script::AuthorisationUnknown
    )
}
