//! An application behind a terminal of the Terminal API: what a simulated card holder and a simulated host do.
//!
//! [`Application`] does the [`Wish`]es of a [`Front`](crate::nexo::front::Front), in virtual time like everything here.
//!
//! *After each wish, stop or passing of time, call [`poll`](Application::poll) until it gives [`Step::Wait`]; do what each
//! step says.*
//!
//! What it does is a [`Script`], what goes wrong on the way to the till a [`Fault`]. Scripts that ask the cashier, or play
//! with words of OPI, approve. [`Step::Booked`] comes at the moment money moves (I4).

mod fault;
mod plan;
mod trade;

pub use fault::{Fault, Leaves};

use self::plan::{Move, Plan};
use self::trade::facts;
use super::chance::Chance;
use super::ledger::{Direction, Ledger, Trade};
use super::receipts::{self, Prompt, Row, Slip};
use super::{Brand, Dialect, Entry, Script, Scripts};
use crate::drive::{Answer, Event, Total};
use crate::id::Id;
use crate::money::Decimal;
use crate::nexo::body::{CardAcquisitionResponse, PaymentInstrumentData, Response};
use crate::nexo::front::{Performed, Refused, Transaction, Wish, WishId};
use crate::nexo::vocabulary::{ErrorCondition, InputCommand, PaymentInstrumentType};
use crate::nexo::{ResponseBody, Word};
use crate::operation::{Facts, Finished, Operation, Outcome, Reason, Request, SettledBy};
use crate::receipt::{self, Copy, Line, Purpose, Sheet, SheetId};
use crate::text::Text;
use crate::time::Instant;

/// How a simulated application is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// How requests for money go.
    pub scripts: Scripts,
    /// What goes wrong.
    pub fault: Fault,
    /// How many requests for money the fault strikes, from the first.
    pub fault_count: u32,
    /// Start of all chance.
    pub seed: u64,
    /// Whether it can print itself.
    pub has_printer: bool,
    /// Whether somebody answers its questions.
    pub has_customer: bool,
}

impl Setup {
    /// Does what the amount says, and nothing goes wrong.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            scripts: Scripts::always(Script::ByAmount),
            fault: Fault::None,
            fault_count: u32::MAX,
            seed,
            has_printer: true,
            has_customer: true,
        }
    }
}

/// What is to be done next.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step<'a> {
    /// Money moved just now.
    Booked(&'a Entry),
    /// Tell the terminal: [`Input::Told`](crate::nexo::front::Input::Told).
    Tell(WishId, Event<'a>),
    /// Tell the terminal: [`Input::Performed`](crate::nexo::front::Input::Performed).
    Performed(WishId, Performed<'a>),
    /// The terminal restarts: all connections end, and what was not stored is forgotten.
    Restart,
    /// Nothing until a wish comes, or then.
    Wait(Option<Instant>),
}

/// A simulated application: see the [module](self).
#[derive(Debug)]
pub struct Application {
    setup: Setup,
    chance: Chance,
    ledger: Ledger,
    /// Requests for money so far.
    count: u32,
    /// The transaction that the terminal accepted last.
    accepted: Option<Transaction>,
    now: Instant,
    job: Option<Job>,
    sheets: u32,
    leaves: Leaves,
    /// The next request for money waits until it is stopped.
    holds: bool,
    booked: Option<Entry>,
    sheet: Option<Sheet>,
    line: Line,
    total: Total,
    finished: Finished,
}

/// What is being done.
#[derive(Debug)]
struct Job {
    wish: WishId,
    what: What,
    plan: Plan,
    at: usize,
    /// How far the sheet of this step is: its beginning, its lines, its end.
    row: usize,
    until: Option<Instant>,
    trade: Option<Trade>,
    goes_on: bool,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Money,
    /// The total that is told next.
    Totals {
        index: usize,
        closure: bool,
    },
    Nothing,
    Done,
    Answer(Answer<'static>),
    Card,
    Refuse(ErrorCondition),
    /// Waits until it is stopped.
    Silent,
}

impl Application {
    /// Nothing is booked yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            chance: Chance::new(setup.seed),
            ledger: Ledger::default(),
            count: 0,
            accepted: None,
            now: Instant::default(),
            job: None,
            sheets: 0,
            leaves: Leaves::Whole,
            holds: false,
            booked: None,
            sheet: None,
            line: Line::default(),
            total: Total::default(),
            finished: finished(Outcome::Done, None, Facts::default()),
            setup,
        }
    }

    /// The terminal accepted a transaction: its wish follows.
    pub fn accept(&mut self, transaction: &Transaction) {
        self.accepted = Some(transaction.clone());
    }

    /// The next request for money waits for its card until it is stopped.
    pub const fn hold(&mut self) {
        self.holds = true;
    }

    /// Whether the next request for money never comes.
    #[must_use]
    pub fn loses_next(&mut self) -> bool {
        let loses = self.fault() == Fault::LostRequest;
        self.count = self.count.saturating_add(u32::from(loses));
        loses
    }

    /// How the answer to the last request for money leaves.
    #[must_use]
    pub const fn leaves(&self) -> Leaves {
        self.leaves
    }

    const fn fault(&self) -> Fault {
        if self.count < self.setup.fault_count { self.setup.fault } else { Fault::None }
    }

    /// The terminal wants this.
    pub fn perform(&mut self, now: Instant, wish: WishId, what: &Wish<'_>) {
        self.now = now;
        let what = match what {
            Wish::Operation { request, last, .. } => return self.operate(wish, request, *last),
            Wish::Settle(transaction) => return self.settle(wish, transaction),
            Wish::Display(_) => What::Done,
            Wish::Print(_) if self.setup.has_printer => What::Done,
            Wish::Print(_) => What::Refuse(ErrorCondition::UnavailableDevice),
            Wish::Input(_) if !self.setup.has_customer => What::Silent,
            Wish::Input(input) => What::Answer(answer(input.input_data.input_command.listed())),
            Wish::ReadCard(_) => What::Card,
            Wish::Other(_) => What::Refuse(ErrorCondition::UnavailableService),
        };
        self.begin(wish, what, Plan::new(), None);
    }

    /// The terminal does not want it any more.
    pub fn stop(&mut self, now: Instant, wish: WishId) {
        self.now = now;
        let Some(job) = self.job.as_mut().filter(|job| job.wish == wish) else { return };
        if !matches!(job.what, What::Money) {
            self.job = None;
            return;
        }
        let charged = job.plan.get(..job.at).is_some_and(|gone| gone.iter().any(|it| matches!(it, Move::Charge)));
        job.until = None;
        if matches!(job.plan.get(job.at), Some(Move::Wait(_))) {
            job.at = job.at.saturating_add(1);
        }
        if !charged && !job.goes_on {
            // It may be within a prompt; the rest of that is not shown.
            (job.at, job.row) = (0, 0);
            job.plan.clear();
            _ = job.plan.push(Move::End(Outcome::Aborted, Some(Reason::Stopped)));
        }
    }

    /// The power went and came back. What was booked stays: that is with the host.
    pub fn restart(&mut self) {
        self.job = None;
        self.leaves = Leaves::Whole;
    }

    fn begin(&mut self, wish: WishId, what: What, plan: Plan, trade: Option<Trade>) {
        self.job = Some(Job { wish, what, plan, at: 0, row: 0, until: None, trade, goes_on: false });
    }

    fn operate(&mut self, wish: WishId, request: &Request, last: bool) {
        let what = match &request.operation {
            operation if operation.moves_money() => return self.trade(wish, request, last),
            Operation::Reconciliation { closure } => What::Totals { index: 0, closure: *closure },
            _ => What::Nothing,
        };
        self.begin(wish, what, Plan::new(), None);
    }

    fn trade(&mut self, wish: WishId, request: &Request, last: bool) {
        let fault = self.fault();
        let index = usize::try_from(self.count).unwrap_or(usize::MAX);
        self.count = self.count.saturating_add(1);
        self.leaves = fault.leaves();
        let amount = request.operation.amount();
        let script = match self.setup.scripts.at(index) {
            Script::ByAmount => plan::of_amount(amount),
            script => Ok(script),
        };
        let trade = match self.trade_of(request, last, script.ok()) {
            Ok(trade) => trade,
            Err(condition) => return self.begin(wish, What::Refuse(condition), Plan::new(), None),
        };
        let holds = core::mem::take(&mut self.holds);
        let plan = plan::plan(script, fault, self.chance.coin(), holds);
        self.begin(wish, What::Money, plan, Some(trade));
        if let Some(job) = &mut self.job {
            job.goes_on = matches!(script, Ok(Script::LateApprovalAfterAbort));
        }
    }

    /// What the host says of a transaction after a restart.
    fn settle(&mut self, wish: WishId, transaction: &Transaction) {
        self.accepted = Some(transaction.clone());
        let (workstation, request_id) = self.asking();
        let found = self.ledger.find(|trade| trade.workstation == workstation && trade.request_id == request_id);
        let trade = found.cloned();
        let mut plan = Plan::new();
        // A plan has room for three.
        if trade.is_some() {
            _ = plan.push(Move::Receipt(Copy::Merchant));
            _ = plan.push(Move::Receipt(Copy::Customer));
            _ = plan.push(Move::End(Outcome::Approved, None));
        } else {
            _ = plan.push(Move::End(Outcome::Aborted, Some(Reason::Stopped)));
        }
        self.leaves = Leaves::Whole;
        self.begin(wish, What::Money, plan, trade);
    }

    /// What is to be done next, now.
    pub fn poll(&mut self, now: Instant) -> Step<'_> {
        self.now = now;
        let Some(job) = &self.job else { return Step::Wait(None) };
        let wish = job.wish;
        match job.what {
            What::Money => self.money(),
            What::Totals { index, closure } => self.totals(wish, index, closure),
            What::Nothing => self.end(wish, Outcome::Done, None, Facts::default()),
            What::Done => self.performed(wish, Performed::Done),
            What::Answer(answer) => self.performed(wish, Performed::Answer(answer)),
            What::Refuse(condition) => self.performed(wish, Performed::Refused(Refused::new(condition))),
            What::Card => self.performed(wish, Performed::Responded(&CARD)),
            What::Silent => Step::Wait(None),
        }
    }

    fn performed(&mut self, wish: WishId, performed: Performed<'static>) -> Step<'_> {
        self.job = None;
        Step::Performed(wish, performed)
    }

    fn end(&mut self, wish: WishId, outcome: Outcome, reason: Option<Reason>, facts: Facts) -> Step<'_> {
        self.job = None;
        self.finished = finished(outcome, reason, facts);
        Step::Tell(wish, Event::Finished(&self.finished))
    }

    fn totals(&mut self, wish: WishId, index: usize, closure: bool) -> Step<'_> {
        let Some(line) = self.ledger.totals().get(index).copied() else {
            if closure {
                self.ledger.close();
            }
            return self.end(wish, Outcome::Done, None, Facts::default());
        };
        if let Some(job) = &mut self.job {
            job.what = What::Totals { index: index.saturating_add(1), closure };
        }
        let way = if line.direction == Direction::Credit { "Credit" } else { "Debit" };
        self.total = Total {
            amount: Some(line.amount),
            number_payments: Some(line.count),
            payment_type: Some(Text::from_cut(way)),
            card_circuit: Some(Text::from_cut(line.card_circuit)),
            acquirer: None,
        };
        Step::Tell(wish, Event::Total(&self.total))
    }

    fn money(&mut self) -> Step<'_> {
        loop {
            let Some(job) = &mut self.job else { return Step::Wait(None) };
            let wish = job.wish;
            let Some(step) = job.plan.get(job.at).copied() else { return Step::Wait(None) };
            match step {
                Move::Wait(time) | Move::Doubt(time) => {
                    let begins = job.until.is_none();
                    let until = *job.until.get_or_insert(self.now.after(time));
                    if begins && matches!(step, Move::Doubt(_)) {
                        self.finished =
                            finished(Outcome::Unknown, Some(Reason::AuthorisationUnknown), Facts::default());
                        return Step::Tell(wish, Event::Finished(&self.finished));
                    }
                    if self.now < until {
                        return Step::Wait(Some(until));
                    }
                    (job.at, job.until) = (job.at.saturating_add(1), None);
                }
                Move::Charge => {
                    job.at = job.at.saturating_add(1);
                    let entry = job.trade.as_ref().and_then(|trade| self.ledger.book(trade, BRAND.code));
                    match entry {
                        Some(entry) => return Step::Booked(self.booked.insert(entry)),
                        // The totals have no place for it: what is not booked is not charged.
                        None => {
                            return self.end(wish, Outcome::Declined, Some(Reason::TerminalRefused), Facts::default());
                        }
                    }
                }
                Move::Restart => return Step::Restart,
                Move::Show(prompt) => {
                    return self.show(wish, Purpose::CashierDisplay, |_, row| prompt_row(prompt, row));
                }
                Move::Receipt(copy) => {
                    return self.show(wish, Purpose::Receipt(copy), |trade, row| receipt_row(trade, copy, row));
                }
                Move::Refuse(refused) => return self.performed(wish, Performed::Refused(refused)),
                Move::End(outcome, reason) => {
                    let facts = job.trade.as_ref().filter(|_| outcome == Outcome::Approved).map(facts);
                    return self.end(wish, outcome, reason, facts.unwrap_or_default());
                }
            }
        }
    }

    /// The next piece of a sheet.
    fn show(
        &mut self,
        wish: WishId,
        purpose: Purpose,
        row: impl FnOnce(Option<&Trade>, usize) -> Option<Row>,
    ) -> Step<'_> {
        let Some(job) = &mut self.job else { return Step::Wait(None) };
        if job.row == 0 {
            job.row = 1;
            self.sheets = self.sheets.wrapping_add(1);
            let target = Id::new(if purpose.must_be_kept() { "Printer" } else { "CashierDisplay" }).unwrap_or_default();
            let sheet = Sheet { id: SheetId(self.sheets), purpose, request: None, target };
            return Step::Tell(wish, Event::SheetBegun(self.sheet.insert(sheet)));
        }
        let sheet = SheetId(self.sheets);
        let Some(row) = row(job.trade.as_ref(), job.row.saturating_sub(1)) else {
            (job.at, job.row) = (job.at.saturating_add(1), 0);
            return Step::Tell(wish, Event::SheetEnded { sheet, kept: true });
        };
        job.row = job.row.saturating_add(1);
        self.line = Line {
            text: Text::from_cut(row.text.as_str()),
            alignment: if row.centred { receipt::Alignment::Center } else { receipt::Alignment::Left },
            bold: row.bold,
            paper_cut: row.cut,
            ..Line::default()
        };
        Step::Tell(wish, Event::Line(sheet, &self.line))
    }
}

const BRAND: &Brand = match Dialect::NEXI.brands.first() {
    Some(brand) => brand,
    None => panic!("there is a brand"),
};

const CARD: ResponseBody<'static> = ResponseBody::CardAcquisition(CardAcquisitionResponse {
    payment_instrument_data: Some(PaymentInstrumentData::new(Word::Listed(PaymentInstrumentType::Card))),
    ..CardAcquisitionResponse::new(Response::success())
});

fn prompt_row(prompt: Prompt, row: usize) -> Option<Row> {
    (row == 0).then(|| Row::of(prompt.text(false)))
}

fn receipt_row(trade: Option<&Trade>, copy: Copy, row: usize) -> Option<Row> {
    let slip = Slip {
        brand: *BRAND,
        terminal_id: Dialect::NEXI.terminal_id,
        german: false,
        merchant: copy == Copy::Merchant,
        again: false,
    };
    let (mut at, mut found) = (0usize, None);
    receipts::rows(trade?, slip, |line| {
        if at == row {
            found = Some(line.clone());
        }
        at = at.saturating_add(1);
    });
    found
}

fn finished(outcome: Outcome, reason: Option<Reason>, facts: Facts) -> Finished {
    Finished { request_id: None, outcome, reason, settled_by: SettledBy::Answer, facts, stored: true }
}

/// What a willing customer answers.
const fn answer(command: Option<InputCommand>) -> Answer<'static> {
    match command {
        Some(InputCommand::GetConfirmation | InputCommand::GetAnyKey) | None => Answer::Yes,
        Some(InputCommand::DigitString | InputCommand::DecimalString) => match Decimal::new(1234, 0) {
            Some(number) => Answer::Number(number),
            None => Answer::NotGiven,
        },
        Some(InputCommand::GetMenuEntry | InputCommand::GetFunctionKey) => match Decimal::new(1, 0) {
            Some(number) => Answer::Number(number),
            None => Answer::NotGiven,
        },
        _ => Answer::Text("SIMULATED"),
    }
}
