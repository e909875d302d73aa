//! Requests: which are taken, and what becomes of them.

use heapless::Vec;

use super::dialogue::no_amount;
use super::hear::{Heard, Root, Word};
use super::ledger::{Direction, Trade};
use super::plan::{self, Copies, Plan, Step, Verdict};
use super::receipts::Prompt;
use super::speak::{Body, Reply, Speech};
use super::state::{Act, Job, Kind, Order, Phase};
use super::{Conn, Fault, Script, Terminal};
use crate::money::{Currency, Decimal, Money};

/// A result, and what it is about.
type Refusal = (&'static str, &'static str);

impl Terminal {
    /// A till asks for something.
    pub(super) fn request(&mut self, conn: Conn, heard: &Heard, readable: bool) {
        if !readable {
            return self.refuse(conn, heard, "ParsingError");
        }
        if heard.too_long {
            return self.refuse(conn, heard, "FormatError");
        }
        if heard.workstation.is_empty() || heard.request_id.is_empty() || heard.request_type.is_empty() {
            return self.refuse(conn, heard, "MissingMandatoryData");
        }
        let card = heard.root == Root::CardServiceRequest;
        let request_type = heard.request_type.clone();
        match (request_type.as_str(), card) {
            ("AbortRequest", _) => self.abort(conn, heard),
            ("GetStatus", false) => {
                let status = self.status();
                self.reply(conn, heard, "Success", Body::Status(status));
            }
            _ if self.job.is_some() => self.refuse(conn, heard, "Busy"),
            ("RepeatLastMessage", _) => self.repeat(conn, heard),
            ("TicketReprint", _) => self.reprint(conn, heard),
            (
                "CardPayment"
                | "PaymentRefund"
                | "PaymentReversal"
                | "CardReservation"
                | "CardPreAuthorisation"
                | "CardFinancialAdvice",
                true,
            ) => self.money(conn, heard),
            (_, true) => self.refuse(conn, heard, "NotSupported"),
            (name, false) => self.service(conn, heard, name),
        }
    }

    fn status(&self) -> &'static str {
        match (self.logged_in, &self.job, self.holds_receipt) {
            (_, Some(_), _) => "ACTIVE BUSY",
            (false, ..) => "INACTIVE LOGGED_OUT",
            (true, None, true) => "ACTIVE REPRINT_TICKET",
            (true, None, false) => "ACTIVE IDLE",
        }
    }

    fn refuse(&mut self, conn: Conn, heard: &Heard, result: &'static str) {
        self.reply(conn, heard, result, Body::Bare);
    }

    fn reply(&mut self, conn: Conn, heard: &Heard, result: &'static str, body: Body) {
        let reply = Reply {
            card: heard.root == Root::CardServiceRequest,
            workstation: heard.workstation.clone(),
            request_id: heard.request_id.clone(),
            request_type: heard.request_type.clone(),
            reference: heard.reference.clone(),
            german: heard.is_german(),
            result: Some(result),
            body,
            fault: Fault::None,
        };
        self.act(Act::Say(conn, Speech::Reply(reply)));
    }

    fn abort(&mut self, conn: Conn, heard: &Heard) {
        let ours = self.job.as_ref().is_some_and(|job| job.order.workstation == heard.workstation);
        let result = if self.job.is_none() {
            "Failure"
        } else if ours && self.stop() {
            "Success"
        } else {
            // Nexi Q30: the abort is not possible now.
            "DeviceUnavailable"
        };
        self.refuse(conn, heard, result);
    }

    fn repeat(&mut self, conn: Conn, heard: &Heard) {
        match self.last.clone() {
            _ if !self.setup.dialect.repeats => self.refuse(conn, heard, "NotSupported"),
            Some(last) => self.reply(conn, heard, "Success", Body::Repeat(last)),
            None => self.refuse(conn, heard, "Failure"),
        }
    }

    fn reprint(&mut self, conn: Conn, heard: &Heard) {
        let trade = self.ledger.last().cloned();
        let copies = self.copies(heard);
        let plan = match trade {
            Some(_) => plan::of_reprint(copies, self.setup.dialect),
            None => [Step::Show(Prompt::NoTicket), Step::Answer].into_iter().collect(),
        };
        self.begin(conn, heard, Kind::Reprint { trade }, plan, false);
    }

    fn copies(&self, heard: &Heard) -> Copies {
        // A request that says nothing of a printer has one (minimal requests seen in the field).
        let to_till = |status: &Word| status.is_empty() || *status == *"Available" || *status == *"PaperLow";
        Copies {
            customer: to_till(&heard.printer),
            merchant: to_till(&heard.journal_printer),
            journal: *"Available" == *heard.e_journal.as_str(),
        }
    }

    fn begin(&mut self, conn: Conn, heard: &Heard, kind: Kind, plan: Plan, struck: bool) {
        let order = Order {
            card: heard.root == Root::CardServiceRequest,
            workstation: heard.workstation.clone(),
            request_id: heard.request_id.clone(),
            request_type: heard.request_type.clone(),
            reference: heard.reference.clone(),
            german: heard.is_german(),
        };
        self.job = Some(Job {
            conn: Some(conn),
            order,
            kind,
            plan,
            at: 0,
            phase: Phase::Ready,
            call: None,
            ahead: Vec::new(),
            batch: Vec::new(),
            sequence: 0,
            struck,
            doubled: false,
            undelivered: false,
        });
    }

    fn money(&mut self, conn: Conn, heard: &Heard) {
        if !self.logged_in {
            return self.refuse(conn, heard, "LoggedOut");
        }
        if self.holds_receipt {
            return self.refuse(conn, heard, "PrintLastTicket");
        }
        if heard.printer == *"PrintLocal" && !self.setup.has_printer {
            // .NET SDK of Nexi: unavailable, and a receipt is pending.
            self.holds_receipt = true;
            return self.refuse(conn, heard, "DeviceUnavailable");
        }
        let (asked, original) = match self.understand(heard) {
            Ok(understood) => understood,
            Err((result, why)) => return self.reply(conn, heard, result, Body::Error(why)),
        };
        let mut script = self.setup.scripts.at(self.requests);
        if script == Script::ByAmount {
            script = Script::of_amount(asked.unwrap_or_else(|| no_amount(self)));
        }
        self.requests += 1;
        let struck = self.setup.fault.is_of_the_wire() || self.strikes < self.setup.fault_count;
        if struck && !self.setup.fault.is_of_the_wire() {
            self.strikes = self.strikes.saturating_add(1);
        }
        if struck && self.setup.fault == Fault::NeverAnswers {
            return;
        }
        let mut trade = self.trade(heard, asked, original.as_ref());
        trade.settle(script);
        let verdict = Verdict::of(script, self.setup.dialect, &mut self.chance);
        let fault = if struck { self.setup.fault } else { Fault::None };
        let plan = plan::of_trade(script, fault, self.copies(heard), self.setup.dialect, &mut self.chance);
        self.begin(conn, heard, Kind::Money { script, trade, verdict, charged: false }, plan, struck);
    }

    /// The amount, and the earlier transaction that is meant.
    fn understand(&self, heard: &Heard) -> Result<(Option<Money>, Option<Trade>), Refusal> {
        if !heard.has_pos_data {
            return Err(("MissingMandatoryData", "POSdata"));
        }
        let asked = match &heard.amount {
            None => None,
            Some(text) => {
                let currency =
                    Currency::new(heard.currency.as_str()).map_err(|_| ("FormatError", "TotalAmount/@Currency"))?;
                if self.setup.currency.is_some_and(|ours| ours != currency) {
                    return Err(("ValidationError", "TotalAmount/@Currency not configured"));
                }
                Some(Money::parse(text.as_str(), currency).map_err(|_| ("FormatError", "TotalAmount"))?)
            }
        };
        let reversal = heard.request_type == *"PaymentReversal";
        if asked.is_none() && !reversal {
            return Err(("MissingMandatoryData", "TotalAmount"));
        }
        if asked.is_some_and(|amount| amount.minor() == 0) && !reversal {
            return Err(("ValidationError", "TotalAmount is zero"));
        }
        let refers = reversal || matches!(heard.request_type.as_str(), "CardFinancialAdvice" | "PaymentRefund");
        if !refers {
            return Ok((asked, None));
        }
        let stan = heard.original_stan.as_ref().map(|text| text.as_str().trim_start_matches('0').parse::<u32>());
        let reference = heard.trx_reference.as_ref().map(|text| text.as_str().parse::<u64>());
        let held = heard.request_type == *"CardFinancialAdvice";
        let named = stan.is_some() || reference.is_some();
        let found = self.ledger.find(|trade| {
            !trade.reversed
                && trade.request_type != *"PaymentReversal"
                && (trade.direction == Direction::Held) == held
                && stan.as_ref().is_none_or(|stan| *stan == Ok(trade.stan))
                && reference.as_ref().is_none_or(|reference| *reference == Ok(trade.trx_reference))
        });
        match found {
            Some(found) if named || reversal || held => Ok((asked, Some(found.clone()))),
            None if reversal || named => Err(("Failure", "no such transaction")),
            _ => Ok((asked, None)),
        }
    }

    fn trade(&mut self, heard: &Heard, asked: Option<Money>, original: Option<&Trade>) -> Trade {
        let direction = match (heard.request_type.as_str(), original) {
            ("PaymentReversal", Some(original)) if original.direction == Direction::Credit => Direction::Debit,
            ("PaymentRefund" | "PaymentReversal", _) => Direction::Credit,
            ("CardReservation" | "CardPreAuthorisation", _) => Direction::Held,
            _ => Direction::Debit,
        };
        // A reversal takes back the whole transaction, whatever amount goes with it.
        let whole = original.filter(|_| heard.request_type == *"PaymentReversal").map(|original| original.amount);
        let amount = whole.or(asked).unwrap_or_else(|| no_amount(self));
        let cash_back = heard
            .cash_back
            .as_ref()
            .and_then(|text| Decimal::parse(text.as_str()).ok())
            .and_then(|cash| Money::from_decimal(cash, amount.currency()).ok());
        let drawn = self.chance.below(self.setup.dialect.brands.len());
        let reference = 10_000_000_000 + self.chance.next() % 80_000_000_000;
        Trade {
            workstation: heard.workstation.clone(),
            request_id: heard.request_id.clone(),
            request_type: heard.request_type.clone(),
            asked,
            amount,
            tip: None,
            cash_back,
            dcc: false,
            direction,
            brand: original.map_or(drawn, |original| original.brand),
            stan: self.ledger.next_stan(),
            approval: u32::try_from(100_000 + self.chance.below(900_000)).unwrap_or(0),
            trx_reference: reference,
            at: self.wall(),
            takes_up: original.filter(|_| heard.request_type != *"PaymentRefund").map(|original| original.stan),
            reversed: false,
        }
    }

    fn service(&mut self, conn: Conn, heard: &Heard, name: &str) {
        let activates = self.setup.dialect.activates && self.setup.scripts.at(self.requests) != Script::OldFirmware;
        let was = self.logged_in;
        match name {
            "ActivateTerminal" | "DeactivateTerminal" if !activates => self.refuse(conn, heard, "NotSupported"),
            "ActivateTerminal" => {
                self.logged_in = true;
                self.refuse(conn, heard, if was { "AlreadyActivated" } else { "Activated" });
            }
            "DeactivateTerminal" => {
                self.logged_in = false;
                self.refuse(conn, heard, if was { "Deactivated" } else { "AlreadyDeactivated" });
            }
            "Login" => {
                self.logged_in = true;
                self.reply(conn, heard, "Success", Body::Login);
            }
            "Logoff" | "LogOff" | "Logout" => {
                self.logged_in = false;
                self.refuse(conn, heard, "Success");
            }
            "GetInfo" => self.reply(conn, heard, "Success", Body::Info),
            "GetCardCircuits" => self.reply(conn, heard, "Success", Body::Circuits),
            "Diagnosis" => self.reply(conn, heard, "Success", Body::Diagnosis),
            "TransmitTrx" | "SendOfflineTransactions" => {
                let count = self.ledger.count();
                self.reply(conn, heard, "Success", Body::Submission(count));
            }
            "Reconciliation" => self.report_on(conn, heard, "Success", false, false),
            "ReconciliationWithClosure" => self.report_on(conn, heard, "Success", true, false),
            "CloseDay" if !was => self.refuse(conn, heard, "LoggedOut"),
            "CloseDay" => self.report_on(conn, heard, "DayClosed", true, true),
            "ContactTMS" | "ContactAcq" | "Initialisation" => {
                let kind = Kind::Service { result: "Success", report: false, closes: false, logs_off: false };
                let plan = [Step::Show(Prompt::Contacting), Step::Answer].into_iter().collect();
                self.begin(conn, heard, kind, plan, false);
            }
            "RestartTerminal" => {
                self.refuse(conn, heard, "Success");
                self.restart();
            }
            _ => self.refuse(conn, heard, "NotSupported"),
        }
    }

    fn report_on(&mut self, conn: Conn, heard: &Heard, result: &'static str, closes: bool, logs_off: bool) {
        self.report = self.ledger.totals().iter().copied().collect();
        let kind = Kind::Service { result, report: true, closes, logs_off };
        let plan = [Step::Slip, Step::Answer].into_iter().collect();
        self.begin(conn, heard, kind, plan, false);
    }
}

impl Trade {
    /// Makes of the amount asked for what the card holder and the host make of it.
    fn settle(&mut self, script: Script) {
        let (minor, currency) = (self.amount.minor(), self.amount.currency());
        match script {
            Script::Tip if self.direction == Direction::Debit => {
                let tip = (minor / 10).max(1);
                self.tip = Some(Money::from_minor(tip, currency));
                self.amount = Money::from_minor(minor.saturating_add(tip), currency);
            }
            Script::PartialApproval if minor > 1 => self.amount = Money::from_minor(minor / 2, currency),
            Script::Dcc => self.dcc = true,
            _ => {}
        }
    }
}
