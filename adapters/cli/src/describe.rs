//! One message as the JSON object that `opi decode` writes. Secrets masked or left out (I12).

use opi_core::money::Money;
use opi_core::operation::{Facts, Reason};
use opi_core::opi::Routing;
use opi_core::opi::message::{
    DeviceTarget, Header, IXRETAIL, InputCommand, InputResult, Kind, Lost, Namespace, OriginalHeader,
    OriginalTransaction, Output, OverallResult, Part, Place, RequestType, TextLine, TicketType, TotalAmount,
    TransactionInfo,
};
use opi_core::opi::session::{Evidence, classify};
use opi_core::receipt::{Copy, Purpose};
use serde::Serialize;
use serde_json::Value;

use crate::dialect::Reading;
use crate::json::FactsShown;

/// What is left out was not in the message.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    root: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workstation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overall_result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(flatten)]
    facts: FactsShown,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_transaction: Option<Original>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_header: Option<Repeated>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<Sheet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Question>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reconciliation: Vec<Total>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    card_circuits: Vec<Circuit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identification: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnosis_result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submission: Option<Submitted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dcc: Option<Dcc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Happened>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reboot_info: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorShown>,
    namespace: Option<&'static str>,
}

/// `OriginalHeader`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Repeated {
    request_type: Option<String>,
    workstation_id: Option<String>,
    request_id: Option<String>,
    overall_result: Option<String>,
}

/// `OriginalTransaction`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Original {
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal_batch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stan: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_stamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_code: Option<String>,
}

/// An `Output`: what a terminal wants shown, or what a till made of it.
#[derive(Serialize)]
#[serde(untagged, rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Sheet {
    Wanted {
        target: Option<String>,
        ticket_type: Option<String>,
        receipt: Option<&'static str>,
        lines: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        transaction_info: Option<Box<Transaction>>,
        #[serde(skip)]
        place: Routed,
        #[serde(skip)]
        rows: Vec<Option<u16>>,
    },
    Handled {
        target: Option<String>,
        result: Option<String>,
    },
}

/// What decides whose copy an output is.
#[derive(Default)]
struct Routed {
    target: Option<DeviceTarget>,
    ticket: Option<TicketType>,
}

/// The facts of an e-journal.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card_label_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked_card_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trx_reference_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_and_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acquirer_identifier: Option<String>,
}

/// `Submission`: how many stored transactions were submitted.
#[derive(Serialize)]
struct Submitted {
    successful: Option<u32>,
    failed: Option<u32>,
}

/// `DccInfo`: what the cardholder is billed in another currency. The merchant's amount stays what it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dcc {
    amount: Option<Money>,
    exchange_rate: Option<String>,
    markup_percentage: Option<String>,
}

/// `Event`: what happened at the pump.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Happened {
    event_type: Option<String>,
    dispensers: Vec<String>,
    data_required: Vec<String>,
}

/// An `Input`: what a terminal asks, or what a till answered.
#[derive(Serialize)]
#[serde(untagged, rename_all = "camelCase")]
enum Question {
    Asked {
        target: Option<String>,
        command: Option<String>,
    },
    Answered {
        target: Option<String>,
        result: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
    },
}

/// One line of a reconciliation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Total {
    payment_type: Option<String>,
    card_circuit: Option<String>,
    acquirer: Option<String>,
    number_payments: Option<u32>,
    amount: Option<Money>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Circuit {
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// The text of anything that has one.
fn text<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}

/// The text unless it is empty.
fn some(text: impl ToString) -> Option<String> {
    Some(text.to_string()).filter(|text| !text.is_empty())
}

/// Puts a message together from its parts.
pub(crate) struct Collector {
    reading: Reading,
    message: Message,
    result: Option<OverallResult>,
    kind: Kind,
    request_type: Option<RequestType>,
    journal_amount: Option<Money>,
    printer_receipt: bool,
}

impl Collector {
    pub(crate) fn new(reading: Reading) -> Self {
        Self {
            reading,
            message: Message::default(),
            result: None,
            kind: Kind::default(),
            request_type: None,
            journal_amount: None,
            printer_receipt: false,
        }
    }

    /// Takes the next part.
    pub(crate) fn take(&mut self, part: &Part<'_>) {
        let message = &mut self.message;
        match part {
            Part::Header(header) => self.header(header),
            Part::PosData(data) => {
                message.facts.trx_reference_number = text(data.trx_reference_number.as_ref());
                message.facts.time_stamp = text(data.pos_time_stamp.as_ref());
            }
            Part::Total(total, place) => self.total(total, *place),
            Part::OriginalHeader(header) => message.original_header = Some(Repeated::from(*header)),
            Part::OriginalTransaction(original) => self.original(original),
            Part::CardCircuit(circuit) => message
                .card_circuits
                .push(Circuit { code: text(circuit.code.as_ref()), display_name: some(&circuit.display_name) }),
            Part::Identification(identification) => message.identification = serde_json::to_value(identification).ok(),
            Part::DiagnosisResult(result) => message.diagnosis_result = some(&result.text),
            Part::ErrorDetail(error) => message.errors.push(ErrorShown {
                category: text(error.category.as_ref()),
                code: text(error.code.as_ref()),
                severity: text(error.severity.as_ref()),
                description: some(&error.description),
            }),
            Part::Submission(it) => {
                message.submission = Some(Submitted { successful: it.successful, failed: it.failed });
            }
            Part::DccInfo(dcc) => {
                let amount = dcc.billing_amount.zip(dcc.billing_currency_name);
                message.dcc = Some(Dcc {
                    amount: amount.and_then(|(number, currency)| Money::from_decimal(number, currency).ok()),
                    exchange_rate: text(dcc.exchange_rate.as_ref()),
                    markup_percentage: text(dcc.commission_percentage.as_ref()),
                });
            }
            Part::Event(event) => {
                message.event = Some(Happened {
                    event_type: text(event.event_type.as_ref()),
                    dispensers: event.dispensers.iter().map(ToString::to_string).collect(),
                    data_required: event.data_required.iter().map(ToString::to_string).collect(),
                });
            }
            Part::PrivateFacts(facts) => {
                message.error_code = text(facts.error_code.as_ref());
                message.error_text = some(&facts.error_text);
                message.reboot_info = text(facts.reboot_info.as_ref());
            }
            Part::OutputBegin(output) => self.output(output),
            Part::TextLine(line) => self.line(line),
            Part::TransactionInfo(info) => self.transaction(info),
            Part::Input(input) => message.input = Some(Question::from(*input)),
            Part::InputResult(input) => message.input = Some(Question::from(*input)),
            Part::OutputResult(output) => message
                .outputs
                .push(Sheet::Handled { target: text(output.target.as_ref()), result: text(output.result.as_ref()) }),
            _ => {}
        }
    }

    fn header(&mut self, header: &Header) {
        self.kind = header.kind;
        self.request_type.clone_from(&header.request_type);
        self.result.clone_from(&header.overall_result);
        self.message = Message {
            root: header.kind.name(),
            request_type: text(header.request_type.as_ref()),
            workstation_id: text(header.workstation_id.as_ref()),
            request_id: text(header.request_id.as_ref()),
            sequence_id: text(header.sequence_id.as_ref()),
            overall_result: text(header.overall_result.as_ref()),
            reference_number: text(header.reference_number.as_ref()),
            namespace: match header.namespace {
                Namespace::IxRetail => Some(IXRETAIL),
                Namespace::Other => Some("other"),
                Namespace::None => None,
            },
            ..Message::default()
        };
    }

    fn total(&mut self, total: &TotalAmount, place: Place) {
        match place {
            Place::Reconciliation => self.message.reconciliation.push(Total {
                payment_type: text(total.payment_type.as_ref()),
                card_circuit: text(total.card_circuit.as_ref()),
                acquirer: text(total.acquirer.as_ref()),
                number_payments: total.number_payments,
                amount: total.money(),
            }),
            Place::TransactionInfo => self.journal_amount = total.money(),
            Place::Message | Place::Tender | Place::Event | Place::EventResult => {}
        }
    }

    fn original(&mut self, original: &OriginalTransaction) {
        self.message.original_transaction = Some(Original {
            terminal_id: text(original.terminal_id.as_ref()),
            terminal_batch: text(original.terminal_batch.as_ref()),
            stan: text(original.stan.as_ref()),
            time_stamp: text(original.time_stamp.as_ref()),
            approval_code: text(original.approval_code.as_ref()),
        });
        // A request has no number of its own: the one it names is the only one.
        self.message.facts.stan = text(original.stan.as_ref());
    }

    fn output(&mut self, output: &Output) {
        self.printer_receipt |= output.target == Some(DeviceTarget::PrinterReceipt);
        self.message.outputs.push(Sheet::Wanted {
            target: text(output.target.as_ref()),
            ticket_type: text(output.ticket_type.as_ref()),
            receipt: None,
            lines: Vec::new(),
            transaction_info: None,
            place: Routed { target: output.target.clone(), ticket: output.ticket_type.clone() },
            rows: Vec::new(),
        });
    }

    fn line(&mut self, line: &TextLine) {
        if let Some(Sheet::Wanted { lines, rows, .. }) = self.message.outputs.last_mut() {
            lines.push(line.text.to_string());
            rows.push(line.row);
        }
    }

    fn transaction(&mut self, info: &TransactionInfo) {
        if let Some(Sheet::Wanted { transaction_info, .. }) = self.message.outputs.last_mut() {
            *transaction_info = Some(Box::new(Transaction {
                amount: self.journal_amount.take(),
                card_label_name: text(info.card_label_name.as_ref()),
                masked_card_number: text(info.card_number.as_ref()),
                trx_reference_number: text(info.trx_reference_number.as_ref()),
                approval_code: text(info.authorisation_code.as_ref()),
                date_and_time: text(info.date_and_time.as_ref()),
                acquirer_identifier: text(info.acquirer_identifier.as_ref()),
            }));
        }
    }

    /// The message; all its parts were given. `facts` is what a session gathers from it, `lost` what showed in values that
    /// could not be read.
    pub(crate) fn finish(self, facts: &Facts, lost: Lost) -> Message {
        let routing = self.routing();
        let mut message = self.message;
        for output in &mut message.outputs {
            if let Sheet::Wanted { receipt, lines, place, rows, .. } = output {
                *receipt = place.target.as_ref().and_then(|target| role(routing, target, place.ticket.as_ref()));
                by_row(lines, rows);
            }
        }
        message.facts = FactsShown::from(facts).or(message.facts);
        // It stands where it belongs already, and a result too long for a fact is still a result.
        message.facts.overall_result = None;
        if matches!(self.kind, Kind::CardServiceResponse | Kind::ServiceResponse) {
            let moves_money = self.kind == Kind::CardServiceResponse
                && self.request_type.is_none_or(|request_type| request_type.moves_money());
            let evidence = Evidence {
                moves_money,
                result: self.result.as_ref(),
                facts,
                lost,
                prompted: false,
                late: false,
                asked: None,
            };
            let (outcome, reason) = classify(&evidence);
            (message.outcome, message.reason) = (Some(outcome.name()), reason);
        }
        message
    }

    /// Whose rules say which copy a receipt is.
    fn routing(&self) -> Routing {
        match self.reading {
            Reading::Nexi | Reading::CcvNl => Routing::ByTicketType,
            Reading::OpiDe | Reading::Ifsf => Routing::ByPrinter,
            // Only German terminals have a PrinterReceipt, or number device requests beside the card request's number.
            Reading::Auto => {
                let compound = self.message.request_id.as_ref().is_some_and(|id| id.contains('.'));
                let german = self.printer_receipt || (self.message.sequence_id.is_some() && !compound);
                if german { Routing::ByPrinter } else { Routing::ByTicketType }
            }
        }
    }
}

fn role(routing: Routing, target: &DeviceTarget, ticket: Option<&TicketType>) -> Option<&'static str> {
    match routing.purpose(target, ticket)? {
        Purpose::Receipt(Copy::Customer) => Some("customer"),
        Purpose::Receipt(Copy::Merchant) => Some("merchant"),
        _ => None,
    }
}

/// Orders lines by their rows, if all have one.
fn by_row(lines: &mut Vec<String>, rows: &[Option<u16>]) {
    let Some(rows) = rows.iter().copied().collect::<Option<Vec<_>>>() else { return };
    if rows.is_sorted() {
        return;
    }
    let mut ordered: Vec<_> = rows.into_iter().zip(lines.drain(..)).collect();
    ordered.sort_by_key(|(row, _)| *row);
    lines.extend(ordered.into_iter().map(|(_, line)| line));
}

impl From<&OriginalHeader> for Repeated {
    fn from(header: &OriginalHeader) -> Self {
        Self {
            request_type: text(header.request_type.as_ref()),
            workstation_id: text(header.workstation_id.as_ref()),
            request_id: text(header.request_id.as_ref()),
            overall_result: text(header.overall_result.as_ref()),
        }
    }
}

impl From<&InputCommand> for Question {
    fn from(input: &InputCommand) -> Self {
        Self::Asked { target: text(input.target.as_ref()), command: text(input.command.as_ref()) }
    }
}

impl From<&InputResult> for Question {
    fn from(input: &InputResult) -> Self {
        let boolean = input.in_boolean.map(Value::Bool);
        let number = || text(input.in_number.as_ref()).map(Value::String);
        let typed = || some(&input.in_string).map(Value::String);
        Self::Answered {
            target: text(input.target.as_ref()),
            result: text(input.result.as_ref()),
            value: boolean.or_else(number).or_else(typed),
        }
    }
}
