//! `opi journal`: what the journal of a lane says of each transaction.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use opi_core::id::RequestId;
use opi_core::journal::{Entry, Found, Intent, type_and_terminal};
use opi_core::money::Money;
use opi_core::operation::{Facts, Outcome, Reason, SettledBy};
use opi_core::receipt::{Copy, Purpose, SheetId};
use opi_core::secret::Masked;
use serde::Serialize;

use crate::args::LaneArgs;
use crate::json::{FactsShown, line};
use crate::keep;
use crate::plain::plain;

/// One request that may have moved money.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    request_id: RequestId,
    workstation_id: Option<String>,
    request_type: Option<String>,
    /// Where it was sent, if requests name that.
    terminal: Option<String>,
    /// What was asked for.
    amount: Option<Money>,
    reference: Option<String>,
    at: Option<String>,
    outcome: &'static str,
    reason: Option<Reason>,
    settled_by: Option<SettledBy>,
    note: Option<String>,
    facts: FactsShown,
    receipts: Vec<Receipt>,
    steps: Vec<Step>,
}

/// A sheet that was stored for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    purpose: &'static str,
    lines: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
}

/// A record of it, in the order of the journal.
#[derive(Serialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Step {
    Intent,
    Sent,
    Sheet { purpose: &'static str },
    Result { outcome: &'static str, settled_by: SettledBy },
    Resolution { outcome: &'static str, by: SettledBy },
}

impl Transaction {
    fn new(request_id: RequestId) -> Self {
        Self {
            request_id,
            workstation_id: None,
            request_type: None,
            terminal: None,
            amount: None,
            reference: None,
            at: None,
            outcome: Outcome::Unknown.name(),
            reason: None,
            settled_by: None,
            note: None,
            facts: FactsShown::default(),
            receipts: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn intend(&mut self, intent: &Intent) {
        // A new segment repeats the intents that are open.
        if self.at.is_some() {
            return;
        }
        self.workstation_id = Some(intent.workstation_id.to_string());
        let (request_type, terminal) = type_and_terminal(intent.request_type.as_str());
        self.request_type = Some(request_type.to_owned());
        self.terminal = terminal.map(str::to_owned);
        self.amount = intent.amount;
        self.reference = intent.reference.as_ref().map(ToString::to_string);
        self.at = Some(intent.at.with_zone().to_string());
        self.steps.push(Step::Intent);
    }

    fn end(&mut self, outcome: Outcome, by: SettledBy, facts: &Facts) {
        self.outcome = outcome.name();
        self.settled_by = (outcome != Outcome::Unknown).then_some(by);
        self.facts = FactsShown::from(facts).or(std::mem::take(&mut self.facts));
    }
}

/// Puts transactions together from records.
#[derive(Default)]
struct Ledger {
    transactions: Vec<Transaction>,
    place: HashMap<RequestId, usize>,
    open: HashMap<SheetId, (Vec<String>, String)>,
    dropped: Vec<String>,
}

impl Ledger {
    fn transaction(&mut self, request_id: RequestId) -> Option<&mut Transaction> {
        let place = *self.place.entry(request_id).or_insert_with(|| {
            self.transactions.push(Transaction::new(request_id));
            self.transactions.len() - 1
        });
        self.transactions.get_mut(place)
    }

    fn enter(&mut self, found: &Found) {
        match found {
            Found::Entry { entry, .. } => self.record(entry),
            Found::Dropped(dropped) => self.dropped.push(dropped.to_string()),
            _ => {}
        }
    }

    fn record(&mut self, entry: &Entry) {
        match entry {
            Entry::Intent(intent) => {
                if let Some(transaction) = self.transaction(intent.request_id) {
                    transaction.intend(intent);
                }
            }
            Entry::Sent { request_id } => {
                let Some(transaction) = self.transaction(*request_id) else { return };
                // A new segment repeats it, too.
                if !transaction.steps.iter().any(|step| matches!(step, Step::Sent)) {
                    transaction.steps.push(Step::Sent);
                }
            }
            Entry::Line { sheet, line } => {
                self.open.entry(*sheet).or_default().0.push(Masked(line.text.as_str()).to_string());
            }
            Entry::Text { sheet, text } => self.open.entry(*sheet).or_default().1.push_str(text.as_str()),
            Entry::Sheet { sheet, purpose, request, .. } => {
                let (lines, text) = self.open.remove(sheet).unwrap_or_default();
                // A reprint asked for by itself is no transaction.
                let Some(request_id) = request.filter(|request| self.place.contains_key(request)) else { return };
                let purpose = name(*purpose);
                if let Some(transaction) = self.transaction(request_id) {
                    transaction.receipts.push(Receipt { purpose, lines, text: Masked(&text).to_string() });
                    transaction.steps.push(Step::Sheet { purpose });
                }
            }
            Entry::Result(finished) => {
                let Some(transaction) = finished.request_id.and_then(|request_id| self.transaction(request_id)) else {
                    return;
                };
                let (outcome, settled_by) = (finished.outcome, finished.settled_by);
                transaction.end(outcome, settled_by, &finished.facts);
                transaction.reason = finished.reason;
                transaction.steps.push(Step::Result { outcome: outcome.name(), settled_by });
            }
            Entry::Resolution(resolution) => {
                let Some(transaction) = self.transaction(resolution.request_id) else { return };
                let (outcome, by) = (resolution.outcome, resolution.by);
                transaction.end(outcome, by, &resolution.facts);
                transaction.note = Some(resolution.note.to_string()).filter(|note| !note.is_empty());
                transaction.steps.push(Step::Resolution { outcome: outcome.name(), by });
            }
            _ => {}
        }
    }
}

const fn name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Receipt(Copy::Customer) => "customer",
        Purpose::Receipt(Copy::Merchant) => "merchant",
        Purpose::Journal => "journal",
        _ => "sheet",
    }
}

/// Shows the journal.
pub(crate) fn run(args: &LaneArgs) -> ExitCode {
    let read = keep::folder(args.journal.as_ref(), &args.workstation).and_then(|folder| show(&folder, args.json));
    match read {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn show(folder: &Path, json: bool) -> Result<(), String> {
    let mut ledger = Ledger::default();
    opi_smol::journal::read(folder, |found| ledger.enter(found)).map_err(|error| error.to_string())?;
    for dropped in &ledger.dropped {
        eprintln!("journal: passed over {dropped}");
    }
    let mut out = io::stdout().lock();
    for transaction in &ledger.transactions {
        let text = if json { line(transaction) } else { for_people(transaction) };
        // Nobody reads any more: there is nothing left to do.
        if writeln!(out, "{text}").is_err() {
            break;
        }
    }
    Ok(())
}

fn for_people(it: &Transaction) -> String {
    let amount = it.amount.map(|amount| amount.to_string()).unwrap_or_default();
    let mut text = format!(
        "{:>9}  {}  {:<18} {amount:>14}  {}",
        it.request_id.to_string(),
        it.at.as_deref().unwrap_or("(intent lost)"),
        plain(it.request_type.as_deref().unwrap_or("?")),
        it.outcome.to_uppercase().replace('_', " ")
    );
    if let Some(reason) = it.reason {
        text += &format!(" ({})", reason.text());
    }
    match it.settled_by {
        Some(SettledBy::RepeatLastMessage) => text += ", as the terminal repeated",
        Some(SettledBy::TicketReprint) => text += ", by its receipt",
        Some(SettledBy::Person) => text += ", as a person decided",
        _ => {}
    }
    if let Some(charged) = it.facts.amount.filter(|charged| Some(*charged) != it.amount) {
        text += &format!("  charged {charged}");
    }
    for (word, fact) in [("trx", &it.facts.trx_reference_number), ("stan", &it.facts.stan)] {
        if let Some(fact) = fact {
            text += &format!("  {word} {}", plain(fact));
        }
    }
    let sheets: Vec<_> = it.receipts.iter().map(|receipt| receipt.purpose).collect();
    if !sheets.is_empty() {
        text += &format!("  [{}]", sheets.join(", "));
    }
    if let Some(note) = &it.note {
        text += &format!("  \"{}\"", plain(note));
    }
    text
}
