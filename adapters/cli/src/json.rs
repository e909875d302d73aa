//! The events of an operation for programs: one JSON object a line.

use std::io::Write;

use opi_core::drive::{Misuse, PeerFault, Question, Total, Why};
use opi_core::journal::{Unresolved, type_and_terminal};
use opi_core::money::Money;
use opi_core::operation::{Facts, Finished, Reason, SettledBy};
use opi_core::receipt::{Copy, Purpose};
use opi_core::secret::Masked;
use opi_smol::WholeSheet;
use serde::Serialize;
use serde_json::{Value, json};

use crate::plain::is_active;
use crate::view::{View, Written};

/// Writes JSON lines to standard output.
#[derive(Default)]
pub(crate) struct Lines {
    written: Written,
}

impl Lines {
    fn put(&mut self, value: &impl Serialize) {
        let mut out = std::io::stdout().lock();
        self.written.note(writeln!(out, "{}", line(value)).and_then(|()| out.flush()));
    }
}

/// The value as one line of JSON, every character that a window could act upon escaped.
pub(crate) fn line(value: &impl Serialize) -> String {
    // Maps with keys that are no text are the only values that cannot be written; there are none here.
    let text = serde_json::to_string(value).unwrap_or_default();
    if !text.contains(is_active) {
        return text;
    }
    // Outside of strings JSON is ASCII without controls, so these can only stand in a string.
    text.chars()
        .map(|character| match character {
            character if is_active(character) => format!("\\u{:04x}", u32::from(character)),
            character => character.to_string(),
        })
        .collect()
}

/// The last line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    event: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    #[serde(flatten)]
    facts: FactsShown,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    settled_by: SettledBy,
    stored: bool,
}

impl End {
    fn new(event: &'static str, finished: &Finished) -> Self {
        Self {
            event,
            outcome: finished.outcome.name(),
            reason: finished.reason,
            message: finished.reason.map(Reason::text),
            facts: (&finished.facts).into(),
            request_id: finished.request_id.map(|id| id.to_string()),
            settled_by: finished.settled_by,
            stored: finished.stored,
        }
    }
}

/// [`Facts`] with the unknown ones left out.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FactsShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tip: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cash_back: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) approval_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) masked_card_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) card_circuit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stan: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terminal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terminal_batch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trx_reference_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receipt_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_stamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) overall_result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host_decline_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terminal_decline_reason: Option<String>,
}

impl FactsShown {
    /// These, and the others where one is missing.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            amount: self.amount.or(others.amount),
            tip: self.tip.or(others.tip),
            cash_back: self.cash_back.or(others.cash_back),
            approval_code: self.approval_code.or(others.approval_code),
            masked_card_number: self.masked_card_number.or(others.masked_card_number),
            card_circuit: self.card_circuit.or(others.card_circuit),
            stan: self.stan.or(others.stan),
            terminal_id: self.terminal_id.or(others.terminal_id),
            terminal_batch: self.terminal_batch.or(others.terminal_batch),
            trx_reference_number: self.trx_reference_number.or(others.trx_reference_number),
            receipt_number: self.receipt_number.or(others.receipt_number),
            time_stamp: self.time_stamp.or(others.time_stamp),
            overall_result: self.overall_result.or(others.overall_result),
            host_decline_reason: self.host_decline_reason.or(others.host_decline_reason),
            terminal_decline_reason: self.terminal_decline_reason.or(others.terminal_decline_reason),
        }
    }
}

impl From<&Facts> for FactsShown {
    fn from(facts: &Facts) -> Self {
        Self {
            amount: facts.amount,
            tip: facts.tip,
            cash_back: facts.cash_back,
            approval_code: facts.approval_code.as_ref().map(ToString::to_string),
            masked_card_number: facts.masked_card_number.as_ref().map(ToString::to_string),
            card_circuit: facts.card_circuit.as_ref().map(ToString::to_string),
            stan: facts.stan.as_ref().map(ToString::to_string),
            terminal_id: facts.terminal_id.as_ref().map(ToString::to_string),
            terminal_batch: facts.terminal_batch.as_ref().map(ToString::to_string),
            trx_reference_number: facts.trx_reference_number.as_ref().map(ToString::to_string),
            receipt_number: facts.receipt_number.as_ref().map(ToString::to_string),
            time_stamp: facts.time_stamp.as_ref().map(ToString::to_string),
            overall_result: facts.overall_result.as_ref().map(ToString::to_string),
            host_decline_reason: facts.host_decline_reason.as_ref().map(ToString::to_string),
            terminal_decline_reason: facts.terminal_decline_reason.as_ref().map(ToString::to_string),
        }
    }
}

impl View for Lines {
    fn started(&mut self, request_id: &str, request_type: &str) {
        self.put(&json!({ "event": "started", "requestId": request_id, "requestType": request_type }));
    }

    fn waiting(&mut self, why: Why) {
        self.put(&json!({ "event": "waiting", "why": why }));
    }

    fn still_waiting(&mut self) {}

    fn sheet(&mut self, sheet: &WholeSheet) {
        let lines: Vec<_> = sheet.lines.iter().map(|line| Masked(line.text.as_str()).to_string()).collect();
        let mut event = match sheet.purpose {
            Purpose::CashierDisplay => json!({ "event": "display", "device": "cashier", "lines": lines }),
            Purpose::CustomerDisplay => json!({ "event": "display", "device": "customer", "lines": lines }),
            Purpose::Receipt(Copy::Customer) => json!({ "event": "receipt", "copy": "customer", "lines": lines }),
            Purpose::Receipt(Copy::Merchant) => json!({ "event": "receipt", "copy": "merchant", "lines": lines }),
            Purpose::Offer => json!({ "event": "offer", "lines": lines }),
            Purpose::Journal => {
                json!({ "event": "journal", "lines": lines, "text": sheet.journal })
            }
            _ => json!({ "event": "sheet", "purpose": sheet.purpose, "lines": lines }),
        };
        if let Value::Object(fields) = &mut event {
            if sheet.purpose.must_be_kept() {
                fields.insert("kept".into(), sheet.kept.into());
            }
            if sheet.cut {
                fields.insert("cut".into(), true.into());
            }
        }
        self.put(&event);
    }

    fn question(&mut self, question: &Question, _asking: bool) {
        let mut event = json!({ "event": "question", "id": question.id, "kind": question.kind });
        if let Value::Object(fields) = &mut event {
            let bounds = [
                ("minLength", question.min_length),
                ("maxLength", question.max_length),
                ("decimals", question.decimals),
            ];
            fields.extend(bounds.into_iter().filter_map(|(name, bound)| Some((name.into(), bound?.into()))));
        }
        self.put(&event);
    }

    fn answered(&mut self, id: u32, answer: &str) {
        self.put(&json!({ "event": "answer", "id": id, "answer": answer }));
    }

    fn withdrawn(&mut self, id: u32) {
        self.put(&json!({ "event": "question_withdrawn", "id": id }));
    }

    fn in_doubt(&mut self, reason: Reason) {
        self.put(&json!({ "event": "in_doubt", "reason": reason, "message": reason.text() }));
    }

    fn abort_answered(&mut self, accepted: bool) {
        self.put(&json!({ "event": "abort_answered", "accepted": accepted }));
    }

    fn total(&mut self, total: &Total) {
        let mut event = json!({ "event": "total" });
        if let (Value::Object(fields), Ok(Value::Object(facts))) = (&mut event, serde_json::to_value(total)) {
            fields.extend(facts.into_iter().filter(|(_, fact)| !fact.is_null()));
        }
        self.put(&event);
    }

    fn circuit(&mut self, code: &str, name: Option<&str>) {
        self.put(&match name {
            Some(name) => json!({ "event": "card_circuit", "code": code, "name": name }),
            None => json!({ "event": "card_circuit", "code": code }),
        });
    }

    fn detail(&mut self, name: &str, value: &str) {
        self.put(&json!({ "event": "detail", "name": name, "value": Masked(value).to_string() }));
    }

    fn fault(&mut self, fault: &PeerFault) {
        let mut event = json!({ "event": "fault", "link": fault.link, "what": fault.what });
        if let (Value::Object(fields), Some(offset)) = (&mut event, fault.offset) {
            fields.insert("offset".into(), offset.into());
        }
        self.put(&event);
    }

    fn note(&mut self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    fn refused(&mut self, why: &Misuse) {
        let reason = match why {
            Misuse::Busy => "busy",
            Misuse::Unresolved(_) => "unresolved",
            Misuse::Unsupported => "unsupported",
            Misuse::Incomplete(_) => "incomplete",
            _ => "misuse",
        };
        let message = why.to_string();
        let mut refused = json!({ "event": "refused", "reason": reason, "message": message });
        // The last line says how it ended, whatever happened: nothing was sent.
        let mut finished = json!({ "event": "finished", "outcome": "not_sent", "reason": reason, "message": message });
        if let Misuse::Unresolved(request_id) = why {
            for event in [&mut refused, &mut finished] {
                if let Value::Object(fields) = event {
                    fields.insert("blockedBy".into(), request_id.to_string().into());
                    fields.insert("waysOut".into(), json!(["recover", "resolve"]));
                }
            }
        }
        self.put(&refused);
        self.put(&finished);
    }

    fn recovering(&mut self, unresolved: &Unresolved) {
        let (request_type, terminal) = type_and_terminal(unresolved.request_type.as_str());
        self.put(&json!({ "event": "recovering", "requestId": unresolved.request_id,
            "requestType": request_type, "terminal": terminal, "amount": unresolved.amount }));
    }

    fn recovered(&mut self, finished: &Finished, _asked: Option<Money>) {
        self.put(&End::new("recovered", finished));
    }

    fn nothing_unresolved(&mut self) {
        self.put(&json!({ "event": "finished", "outcome": "done", "message": "nothing is unresolved" }));
    }

    fn finished(&mut self, finished: &Finished, _asked: Option<Money>) {
        self.put(&End::new("finished", finished));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use opi_core::id::Id;
    use opi_core::money::{Currency, Money};
    use opi_core::operation::{Facts, Finished, Outcome, SettledBy};
    use opi_core::secret::Pan;
    use serde_json::{Value, json};

    #[test]
    fn unknown_facts_are_left_out_and_the_card_number_is_masked() {
        let facts = Facts {
            amount: Some(Money::from_minor(2500, Currency::CHF)),
            masked_card_number: Pan::new("4111111111111111"),
            stan: Id::new("000123").ok(),
            ..Facts::default()
        };
        let finished = Finished {
            request_id: None,
            outcome: Outcome::Approved,
            reason: None,
            settled_by: SettledBy::Answer,
            facts,
            stored: true,
        };
        let end = super::End::new("finished", &finished);
        let read: Value = serde_json::from_str(&super::line(&end)).unwrap();
        let expected = json!({ "event": "finished", "outcome": "approved", "stored": true, "settledBy": "answer", "stan": "000123",
            "amount": { "value": "25.00", "currency": "CHF" }, "maskedCardNumber": "************1111" });
        assert_eq!(read, expected);
    }

    #[test]
    fn what_a_window_could_act_upon_is_escaped_and_reads_back() {
        let text = "a\u{9b}2J\u{202e}b\u{7f}\u{1b}\"\\\u{e4}";
        let line = super::line(&text);
        assert!(!line.contains(crate::plain::is_active));
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
