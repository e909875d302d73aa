//! The steps of a dialogue, script by script.

use core::time::Duration;

use heapless::Vec;

use super::chance::Chance;
use super::dialect::{Dialect, Routing};
use super::receipts::Prompt;
use super::{Fault, Script};
use crate::limits;

/// One step of a terminal towards its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Show(Prompt),
    ShowCustomer(Prompt),
    Ask(Ask),
    /// Withdraws the question asked right before.
    Withdraw,
    /// May the goods be handed out?
    Deliver,
    Event,
    /// The offer to pay in the card's own currency.
    Offer,
    /// Waits for a card. An abort ends the waiting.
    Wait(Duration),
    /// Money moves.
    Charge,
    Merchant,
    Customer,
    /// Both copies in one message.
    BothCopies,
    Journal,
    LongJournal,
    /// Displays and copies in one message.
    Together,
    /// The device of this number.
    Target(usize),
    /// A slip of a service operation.
    Slip,
    /// A message to somebody else.
    Foreign,
    /// The terminal restarts.
    Restart,
    /// The answer is lost, with its connection.
    Drop,
    /// The end of the dialogue.
    Answer,
}

impl Step {
    /// Whether the terminal holds the receipt unless this step was answered with success.
    pub(super) const fn must_arrive(self) -> bool {
        matches!(
            self,
            Self::Merchant
                | Self::Customer
                | Self::BothCopies
                | Self::Journal
                | Self::LongJournal
                | Self::Together
                | Self::Slip
        )
    }

    pub(super) const fn is_show(self) -> bool {
        matches!(self, Self::Show(_) | Self::ShowCustomer(_))
    }

    pub(super) const fn is_question(self) -> bool {
        matches!(self, Self::Ask(_))
    }
}

/// A question to the cashier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Confirm(Prompt),
    AnyKey,
    Menu,
    Number,
    Text,
}

impl Ask {
    pub(super) const fn command(self) -> &'static str {
        match self {
            Self::Confirm(_) => "GetConfirmation",
            Self::AnyKey => "GetAnyKey",
            Self::Menu => "GetMenu",
            Self::Number => "GetDecimals",
            Self::Text => "GetChar",
        }
    }
}

/// Every device target that was seen in any dialect.
pub(super) const TARGETS: &[&str] = &[
    "CashierDisplay",
    "CustomerDisplay",
    "Printer",
    "PrinterReceipt",
    "JournalPrinter",
    "E-Journal",
    "DeliveryBox",
    "CashierKeyboard",
    "CashierTerminal",
    "CustomerKeyboard",
    "CustomerTerminal",
    "ICCrw",
    "CardReader",
    "PinEntryDeviceCardReader",
    "PinPad",
    "PEDReaderPrinter",
    "MSR",
    "RFID",
    "BarcodeScanner",
    "Log",
    "Display",
];

/// How the answer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// `None` leaves it out.
    pub(super) result: Option<&'static str>,
    /// The answer names the card.
    pub(super) card: bool,
    /// The answer has an approval.
    pub(super) approval: bool,
    /// Reasons of the host and the terminal.
    pub(super) host: u16,
    pub(super) terminal: u16,
    /// Amounts and card are part of the answer.
    pub(super) tender: bool,
}

impl Verdict {
    pub(super) const APPROVED: Self =
        Self { result: Some("Success"), card: true, approval: true, host: 0, terminal: 0, tender: true };

    /// A refusal before anything happened.
    pub(super) const fn refused(result: &'static str) -> Self {
        Self { result: Some(result), card: false, approval: false, host: 0, terminal: 0, tender: false }
    }

    /// Stopped by the card holder or the cashier.
    pub(super) const fn stopped(dialect: &Dialect) -> Self {
        if dialect.says_aborted {
            return Self::refused("Aborted");
        }
        // Nexi: "cardholder pressed stop".
        Self { terminal: 107, ..Self::refused("Failure") }
    }

    pub(super) fn of(script: Script, dialect: &Dialect, chance: &mut Chance) -> Self {
        match script {
            Script::Decline => Self { card: true, host: 51, tender: true, ..Self::refused("Failure") },
            Script::AbortByCardholder => Self::stopped(dialect),
            Script::TimedOutNoEvidence => Self { tender: true, ..Self::refused("TimedOut") },
            Script::TimedOutWithEvidence => Self { result: Some("TimedOut"), ..Self::APPROVED },
            Script::UnknownResult => Self { result: Some("Perhaps"), ..Self::APPROVED },
            Script::MissingResult => Self { result: None, ..Self::APPROVED },
            Script::PartialFailure => Self { result: Some("PartialFailure"), ..Self::APPROVED },
            // A dialect without reasons has a result for it.
            Script::AuthorisationUnknown if !dialect.diagnosis => {
                Self { card: true, tender: true, ..Self::refused("CommunicationError") }
            }
            Script::HostUnreachable if !dialect.diagnosis => Self::refused("CommunicationError"),
            Script::AuthorisationUnknown => Self { terminal: 1, card: true, tender: true, ..Self::refused("Failure") },
            Script::HostUnreachable => {
                let terminal = if chance.coin() { 569 } else { 579 };
                Self { terminal, ..Self::refused("Failure") }
            }
            Script::PrintLastTicket => Self::refused("PrintLastTicket"),
            Script::LoggedOut => Self::refused("LoggedOut"),
            Script::Busy => Self::refused("Busy"),
            Script::DeviceUnavailable => Self::refused("DeviceUnavailable"),
            _ => Self::APPROVED,
        }
    }
}

pub(super) type Plan = Vec<Step, { limits::SIM_STEPS }>;

/// Which copies the till wants (POSdata of Nexi and CCV; German terminals always send both).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Copies {
    pub(super) customer: bool,
    pub(super) merchant: bool,
    pub(super) journal: bool,
}

/// What a payment of this script does before its answer.
pub(super) fn of_trade(script: Script, fault: Fault, copies: Copies, dialect: &Dialect, chance: &mut Chance) -> Plan {
    let mut plan = Plan::new();
    let mut add = |step| {
        // No script has more steps than `limits::SIM_STEPS`.
        let _ = plan.push(step);
    };
    if matches!(script, Script::PrintLastTicket | Script::LoggedOut | Script::Busy | Script::DeviceUnavailable) {
        add(Step::Answer);
        return plan;
    }
    if fault == Fault::ForeignDeviceRequest {
        add(Step::Foreign);
    }
    if script == Script::Confirmation {
        add(Step::Ask(Ask::Confirm(Prompt::Confirm)));
    }
    add(Step::Show(Prompt::InsertCard));
    if fault == Fault::LateAnswerAfterAbort {
        add(Step::Wait(Duration::from_secs(3)));
    }
    before_charge(script, &mut add);
    match fault {
        Fault::DropBeforeAnswer => {
            add(Step::Drop);
            return plan;
        }
        Fault::RebootInFlight => {
            if charges(script) && chance.coin() {
                add(Step::Charge);
            }
            add(Step::Restart);
            return plan;
        }
        _ => {}
    }
    if !charges(script) {
        add(Step::Show(if script == Script::Decline { Prompt::Declined } else { Prompt::Cancelled }));
        add(Step::Answer);
        return plan;
    }
    add(Step::Show(Prompt::PleaseWait));
    add(Step::Charge);
    if script == Script::AuthorisationUnknown {
        add(Step::Show(Prompt::Cancelled));
        add(Step::Answer);
        return plan;
    }
    add(Step::ShowCustomer(Prompt::Approved));
    match script {
        Script::ManyOutputs => add(Step::Together),
        Script::AllTargets => (0..TARGETS.len()).map(Step::Target).for_each(&mut add),
        _ => {}
    }
    if script != Script::ManyOutputs {
        hand_over(script, copies, dialect, &mut add);
    }
    add(if fault == Fault::DropAfterCharge { Step::Drop } else { Step::Answer });
    plan
}

fn before_charge(script: Script, add: &mut impl FnMut(Step)) {
    match script {
        Script::SlowCard => add(Step::Wait(Duration::from_secs(20))),
        Script::TimedOutNoEvidence => add(Step::Wait(Duration::from_secs(2))),
        Script::LateApprovalAfterAbort => add(Step::Wait(Duration::from_secs(10))),
        Script::Dcc => {
            add(Step::Show(Prompt::Offer));
            add(Step::Offer);
        }
        Script::Tip => add(Step::ShowCustomer(Prompt::Tip)),
        Script::Cashback => add(Step::Show(Prompt::CashBack)),
        Script::SignatureQuestion => add(Step::Ask(Ask::Confirm(Prompt::Signature))),
        Script::DeliveryBox => add(Step::Deliver),
        Script::Menu => add(Step::Ask(Ask::Menu)),
        Script::AmountEntry => add(Step::Ask(Ask::Number)),
        Script::TextEntry => add(Step::Ask(Ask::Text)),
        Script::AnyKey => add(Step::Ask(Ask::AnyKey)),
        Script::Event => add(Step::Event),
        Script::AbortInput => {
            add(Step::Ask(Ask::Confirm(Prompt::Confirm)));
            add(Step::Withdraw);
        }
        _ => {}
    }
}

/// Receipts come before the answer.
fn hand_over(script: Script, copies: Copies, dialect: &Dialect, add: &mut impl FnMut(Step)) {
    if dialect.routing == Routing::PrinterReceipt {
        add(Step::BothCopies);
        return;
    }
    if copies.merchant {
        add(Step::Merchant);
    }
    if copies.customer {
        add(Step::Customer);
    }
    if copies.journal && dialect.journal {
        add(if script == Script::LongJournal { Step::LongJournal } else { Step::Journal });
    }
}

/// The receipts once more.
pub(super) fn of_reprint(copies: Copies, dialect: &Dialect) -> Plan {
    let mut plan = Plan::new();
    let mut add = |step| {
        // No script has more steps than `limits::SIM_STEPS`.
        let _ = plan.push(step);
    };
    hand_over(Script::Approve, copies, dialect, &mut add);
    add(Step::Answer);
    plan
}

const fn charges(script: Script) -> bool {
    !matches!(
        script,
        Script::Decline | Script::AbortByCardholder | Script::TimedOutNoEvidence | Script::HostUnreachable
    )
}
