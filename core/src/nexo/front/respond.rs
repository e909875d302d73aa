//! The answers of dialogues that ended.

use core::fmt::Write;

use super::dialogue::{Dialogue, End, Given, Task};
use super::gathered::Gathered;
use super::outcome::{Stopper, Told, tell};
use super::settings::Settings;
use super::transaction::{Ended, Transaction};
use crate::id::{Id, Reference};
use crate::json::{Document, Limits, Str, Writer};
use crate::limits;
use crate::money::{Currency, Decimal, Money};
use crate::nexo::additional::Additional;
use crate::nexo::asked::Kind;
use crate::nexo::body::{
    AmountsResp, CardData, DiagnosisResponse, DisplayRequest, DisplayResponse, EnableServiceResponse,
    GetTotalsResponse, HostStatus, Input, InputRequest, InputResponse, InputResult, OriginalPOITransaction,
    OutputResult, POIData, POIStatus, PaymentAcquirerData, PaymentInstrumentData, PaymentReceipt, PaymentResponse,
    PaymentResult, PrintResponse, ReconciliationResponse, Response, ReversalResponse, SaleData,
    TransactionIdentification, TransactionTotals,
};
use crate::nexo::refusal::{Answer, stamp};
use crate::nexo::remark::{Filling, Remark, UNAVAILABLE};
use crate::nexo::vocabulary::{
    ErrorCondition, GlobalStatus, InputCommand, PaymentInstrumentType, PaymentType, ResultType,
};
use crate::nexo::{
    Amount, Body, CardNumber, Category, Dialect, Digits, Direction, Envelope, Field, List, Message, Path, Reading,
    Report, RequestBody, ResponseBody, Structure,
};
use crate::operation::{Facts, Finished, Original, Outcome};
use crate::secret::Pan;

/// What all answers of a dialogue are written from.
pub(super) struct Scribe<'s> {
    pub(super) settings: &'s Settings,
    pub(super) dialogue: &'s Dialogue,
    pub(super) gathered: &'s Gathered<'s>,
}

impl Scribe<'_> {
    /// The answer of a transaction at the front of `out`, and what is kept of it.
    pub(super) fn transaction(&self, transaction: &Transaction, end: &End, out: &mut [u8]) -> Option<(Ended, usize)> {
        // Without the receipts rather than not at all.
        [true, false].into_iter().find_map(|receipts| self.transaction_with(transaction, end, receipts, out))
    }

    fn transaction_with(
        &self,
        transaction: &Transaction,
        end: &End,
        receipts: bool,
        out: &mut [u8],
    ) -> Option<(Ended, usize)> {
        let none = Facts::default();
        let finished = match end {
            End::Finished(finished) => Some(finished),
            _ => None,
        };
        let facts = finished.map_or(&none, |finished| &finished.facts);
        let approved = finished.is_some_and(|finished| finished.outcome == Outcome::Approved);
        let booked = approved.then(|| facts.amount.or(transaction.amount)).flatten();
        let mut additional = Additional::new();
        let told = self.tell(end, &mut additional)?;
        if approved {
            self.add_facts(facts, booked, &mut additional);
        }
        let receipts_cut = self.gathered.is_cut() || (!receipts && !self.gathered.is_empty());
        self.add_remarks(receipts_cut, &mut additional);
        let json = if self.dialogue.json { additional.to_json() } else { None };
        let said = json.as_ref().map(|json| json.as_str()).or(additional.as_option());
        let response = Response { additional_response: said.map(Into::into), ..response(told, &additional) };

        let receipts: Option<List<'_, PaymentReceipt<'_>>> = if receipts { self.gathered_list() } else { None };
        let name = poi_transaction(transaction, facts);
        let at = stamp(transaction.at);
        let named = TransactionIdentification::new(name.as_str().into(), at.as_str().into());
        let sale_data = SaleData {
            sale_transaction_id: transaction
                .sale_transaction
                .as_ref()
                .map(|given| TransactionIdentification::new(given.id.as_str().into(), given.stamp.as_str().into())),
            ..SaleData::default()
        };
        let mask = facts.masked_card_number.as_ref().map(masked);
        let currency = booked.map(Money::currency);
        let currency = currency.as_ref().map(Currency::code);
        let body: ResponseBody<'_> = if transaction.kind.category() == Category::Reversal {
            let original = transaction.original.as_ref().map(|original| OriginalPOITransaction {
                poi_transaction_id: Some(TransactionIdentification::new(
                    original.id.as_str().into(),
                    original.stamp.as_str().into(),
                )),
                ..OriginalPOITransaction::default()
            });
            ReversalResponse {
                poi_data: Some(POIData::new(named)),
                original_poi_transaction: original,
                reversed_amount: booked.and_then(amount),
                payment_receipt: receipts,
                ..ReversalResponse::new(response)
            }
            .into()
        } else {
            PaymentResponse {
                sale_data: Some(sale_data),
                poi_data: Some(POIData::new(named)),
                payment_result: approved
                    .then(|| self.result(transaction, facts, (booked, currency), mask.as_ref(), named)),
                payment_receipt: receipts,
                ..PaymentResponse::new(response)
            }
            .into()
        };
        let length = self.write(body, out)?;
        let ended = Ended { transaction: transaction.clone(), approved, booked, original: original(facts) };
        Some((ended, length))
    }

    fn result<'a>(
        &'a self,
        transaction: &Transaction,
        facts: &'a Facts,
        (booked, currency): (Option<Money>, Option<&'a str>),
        mask: Option<&'a Id<{ limits::PAN }>>,
        named: TransactionIdentification<'a>,
    ) -> PaymentResult<'a> {
        let payment_type = match transaction.kind {
            Kind::Refund => PaymentType::Refund,
            Kind::Reservation => PaymentType::FirstReservation,
            Kind::Completion => PaymentType::Completion,
            _ => PaymentType::Normal,
        };
        let card = CardData {
            payment_brand: facts.card_circuit.as_ref().map(|brand| brand.as_str().into()),
            masked_pan: mask.map(|mask| CardNumber::from(mask.as_str())),
            ..CardData::default()
        };
        // Of a part that was approved nobody knows whether it is cash or tip, unless it was said.
        let whole = booked.map(Money::minor) >= transaction.amount.map(Money::minor);
        let asked = |amount: Option<Money>| amount.filter(|_| whole);
        let amounts = booked.and_then(amount).map(|authorized| AmountsResp {
            currency: currency.map(Str::from),
            cash_back_amount: facts.cash_back.or(asked(transaction.cash_back)).and_then(amount),
            tip_amount: facts.tip.or(asked(transaction.tip)).and_then(amount),
            ..AmountsResp::new(authorized)
        });
        let terminal = facts.terminal_id.as_ref().map_or(self.settings.poi_id.as_str(), Id::as_str);
        PaymentResult {
            payment_type: Some(payment_type.into()),
            payment_instrument_data: Some(PaymentInstrumentData {
                card_data: Some(card),
                ..PaymentInstrumentData::new(PaymentInstrumentType::Card.into())
            }),
            amounts_resp: amounts,
            payment_acquirer_data: Some(PaymentAcquirerData {
                approval_code: facts.approval_code.as_ref().map(|code| code.as_str().into()),
                acquirer_transaction_id: Some(named),
                ..PaymentAcquirerData::new(self.settings.merchant_id.as_str().into(), terminal.into())
            }),
            ..PaymentResult::default()
        }
    }

    /// The facts that tills look for beside the result (observed on terminals). Amounts are in minor units here.
    fn add_facts(&self, facts: &Facts, booked: Option<Money>, additional: &mut Additional) {
        let texts = self.settings.texts;
        if let Some(id) = &facts.terminal_id {
            additional.fact(texts, "tid", id);
        }
        if let Some(code) = &facts.approval_code {
            additional.fact(texts, "authCode", code);
        }
        if let Some(brand) = &facts.card_circuit {
            additional.fact(texts, "paymentMethod", brand.as_str());
        }
        if let Some(money) = booked {
            additional.fact(texts, "posAuthAmountValue", money.minor());
            additional.fact(texts, "posAuthAmountCurrency", money.currency());
        }
    }

    /// What of the request was not used, and what else is to be said.
    fn add_remarks(&self, receipts_cut: bool, additional: &mut Additional) {
        let texts = self.settings.texts;
        if !self.dialogue.warnings.is_empty() {
            additional.lines(texts, "warnings", self.dialogue.warnings.as_str());
        }
        if receipts_cut {
            additional.remark(texts, Remark::ReceiptCut, &Filling::default());
        }
        if self.dialogue.clear {
            additional.remark(texts, Remark::ClearText, &Filling::default());
        }
    }

    /// How it ended; what is said about it goes to `additional`.
    fn tell(&self, end: &End, additional: &mut Additional) -> Option<Told> {
        let texts = self.settings.texts;
        let failure = |condition, remark| Told { result: ResultType::Failure, condition: Some(condition), remark };
        let told = match end {
            End::Finished(finished) => {
                let told = tell(finished, self.dialogue.stopper())?;
                if told.result == ResultType::Failure {
                    self.add_reason(finished, additional);
                }
                told
            }
            End::Done | End::Responded => Told { result: ResultType::Success, condition: None, remark: None },
            End::Answer(Given::Cancelled | Given::Nothing) => failure(ErrorCondition::Cancel, None),
            End::Answer(_) => Told { result: ResultType::Success, condition: None, remark: None },
            End::Refused { condition, message, reason } => {
                if *condition == ErrorCondition::UnavailableService && message.is_empty() {
                    additional.sentence(UNAVAILABLE);
                }
                if !reason.is_empty() {
                    additional.fact(texts, "refusalReason", reason.as_str());
                }
                if !message.is_empty() {
                    additional.lines(texts, "message", message.as_str());
                }
                failure(*condition, None)
            }
            End::Withdrawn => failure(ErrorCondition::Aborted, Some(Remark::StoppedByMerchant)),
            End::NotStored => failure(ErrorCondition::UnavailableDevice, Some(Remark::NotStored)),
            End::TimedOut => failure(ErrorCondition::UnavailableDevice, None),
        };
        if let Some(remark) = told.remark {
            additional.remark(texts, remark, &Filling::default());
        }
        Some(told)
    }

    fn add_reason(&self, finished: &Finished, additional: &mut Additional) {
        let texts = self.settings.texts;
        let facts = &finished.facts;
        if let Some(code) = facts.host_decline_reason.as_ref().or(facts.terminal_decline_reason.as_ref()) {
            additional.fact(texts, "refusalReason", code);
        }
        if let Some(reason) =
            finished.reason.filter(|_| tell(finished, Stopper::Nobody).is_some_and(|told| told.remark.is_none()))
        {
            additional.lines(texts, "message", reason);
        }
    }

    /// The answer of any other dialogue at the front of `out`. `kept` is its request.
    pub(super) fn other(&self, end: &End, kept: &[u8], out: &mut [u8]) -> Answer {
        match self.other_written(end, kept, out) {
            Some(length) => Answer { status: 200, length },
            None => Answer::NO_ROOM,
        }
    }

    fn other_written(&self, end: &End, kept: &[u8], out: &mut [u8]) -> Option<usize> {
        let mut additional = Additional::new();
        let told = self.tell(end, &mut additional)?;
        self.add_remarks(false, &mut additional);
        let response = response(told, &additional);
        match &self.dialogue.task {
            Task::Diagnosis { hosts } => self.diagnosis(response, told, end, *hosts, out),
            Task::Totals(of) => {
                let totals: Option<List<'_, TransactionTotals<'_>>> =
                    if told.result == ResultType::Failure { None } else { self.gathered_list() };
                let period = (told.result != ResultType::Failure).then_some(Str::from("1"));
                match of {
                    None => self.write(
                        GetTotalsResponse {
                            poi_reconciliation_id: period,
                            transaction_totals: totals,
                            ..GetTotalsResponse::new(response)
                        },
                        out,
                    ),
                    Some(of) => self.write(
                        ReconciliationResponse {
                            reconciliation_type: Some((*of).into()),
                            poi_reconciliation_id: period,
                            transaction_totals: totals,
                            ..ReconciliationResponse::new(response)
                        },
                        out,
                    ),
                }
            }
            Task::Kept | Task::Transaction(..) => self.kept(end, kept, response, out),
        }
    }

    fn diagnosis(&self, response: Response<'_>, told: Told, end: &End, hosts: bool, out: &mut [u8]) -> Option<usize> {
        // What could not be asked says how the terminal is; the question itself was answered.
        let asked = !matches!(end, End::Finished(finished) if finished.outcome == Outcome::NotSent);
        let host = told.condition != Some(ErrorCondition::UnreachableHost);
        if told.result == ResultType::Failure && asked && host {
            return self.write(DiagnosisResponse::new(response), out);
        }
        let status = if asked { GlobalStatus::Ok } else { GlobalStatus::Unreachable };
        let host = [HostStatus { is_reachable_flag: Some(host), ..HostStatus::new("0".into()) }];
        let response = Response { result: ResultType::Success.into(), error_condition: None, ..response };
        self.write(
            DiagnosisResponse {
                poi_status: Some(POIStatus { communication_ok_flag: Some(asked), ..POIStatus::new(status.into()) }),
                host_status: (hosts && asked).then_some(List::from(&host)),
                ..DiagnosisResponse::new(response)
            },
            out,
        )
    }

    fn kept(&self, end: &End, kept: &[u8], response: Response<'_>, out: &mut [u8]) -> Option<usize> {
        let bounds = Limits { bytes: usize::MAX, ..Limits::default() };
        let document = Document::parse_within(kept, bounds).ok()?;
        let mut report = Report::new();
        let envelope = Envelope::read(document, Direction::Request, self.settings.dialect, &mut report)?;
        let Some(Body::Request(request)) = envelope.body(&mut report) else { return None };
        if let (End::Responded, Some(body)) = (end, self.gathered.responded(self.dialogue.ids.category)) {
            // As the application gave it.
            return self.write_value(out, |to, _| to.value(body));
        }
        match request {
            RequestBody::Display(request) => self.display(request, response, out),
            RequestBody::Input(request) => self.input(request, end, response, out),
            RequestBody::Print(request) => self.write(
                PrintResponse {
                    document_qualifier: Some(request.print_output.document_qualifier),
                    ..PrintResponse::new(response)
                },
                out,
            ),
            RequestBody::EnableService(_) => self.write(EnableServiceResponse::new(response), out),
            _ => self.write_value(out, |to, dialect| {
                to.begin_object();
                to.name(EnableServiceResponse::REQUIRED.first().copied().unwrap_or_default());
                response.write(to, dialect);
                to.end_object();
            }),
        }
    }

    fn display(&self, request: DisplayRequest<'_>, response: Response<'_>, out: &mut [u8]) -> Option<usize> {
        self.write_value(out, |to, dialect| {
            to.begin_object();
            to.name(DisplayResponse::REQUIRED.first().copied().unwrap_or_default());
            to.begin_array();
            for output in request.display_output {
                OutputResult::new(output.device, output.info_qualify, response).write(to, dialect);
            }
            to.end_array();
            to.end_object();
        })
    }

    fn input(&self, request: InputRequest<'_>, end: &End, response: Response<'_>, out: &mut [u8]) -> Option<usize> {
        let asked = request.input_data;
        let mut digits = heapless::String::<24>::new();
        let mut chosen = heapless::Vec::<u32, { limits::NEXO_MENU }>::new();
        let mut input = Input::new(asked.input_command);
        match end {
            End::Answer(Given::Yes) => input.confirmed_flag = Some(true),
            End::Answer(Given::No) => input.confirmed_flag = Some(false),
            End::Answer(Given::Text(text)) if asked.input_command.is(InputCommand::DigitString) => {
                input.digit_input = Some(Digits::from(text.as_str()));
            }
            End::Answer(Given::Text(text)) => input.text_input = Some(text.as_str().into()),
            End::Answer(Given::Number(number)) if asked.input_command.is(InputCommand::GetMenuEntry) => {
                let entries = request.display_output.and_then(|output| output.menu_entry).map_or(0, List::len);
                for entry in 1..=entries {
                    let is = *number == Decimal::new(u64::try_from(entry).unwrap_or(0), 0).unwrap_or_default();
                    chosen.push(u32::from(is)).ok()?;
                }
                input.menu_entry_number = Some(List::from(chosen.as_slice()));
            }
            End::Answer(Given::Number(number)) => {
                write!(digits, "{number}").ok()?;
                if asked.input_command.is(InputCommand::DigitString) {
                    input.digit_input = Some(Digits::from(digits.as_str()));
                } else {
                    input.text_input = Some(digits.as_str().into());
                }
            }
            _ => {}
        }
        let given = matches!(end, End::Answer(given) if !matches!(given, Given::Cancelled | Given::Nothing));
        let result = InputResult {
            input: given.then_some(input),
            ..InputResult::new(asked.device, asked.info_qualify, response)
        };
        let shown = request
            .display_output
            .map(|output| OutputResult::new(output.device, output.info_qualify, Response::success()));
        self.write(InputResponse { output_result: shown, ..InputResponse::new(result) }, out)
    }

    fn header(&self) -> crate::nexo::MessageHeader<'_> {
        self.dialogue.ids.header(self.settings.poi_id.as_str())
    }

    /// The answer with a body that has no type of its own here.
    fn write_value(&self, out: &mut [u8], body: impl FnOnce(&mut Writer<'_>, &'static Dialect)) -> Option<usize> {
        let dialect = self.settings.dialect;
        let mut to = Writer::new(out);
        to.begin_object();
        to.name(Direction::Response.envelope());
        to.begin_object();
        to.name("MessageHeader");
        self.header().write(&mut to, dialect);
        to.name(self.dialogue.ids.category.response_body());
        body(&mut to, dialect);
        to.end_object();
        to.end_object();
        to.finish().ok()
    }

    fn write<'a>(&'a self, body: impl Into<ResponseBody<'a>>, out: &mut [u8]) -> Option<usize> {
        Message::response(self.header(), body.into()).write(self.settings.dialect, out).ok()
    }

    /// What was gathered, as a list of a body. What it is made of was written here, so nothing is reported.
    fn gathered_list<'a, T: Field<'a> + Clone>(&'a self) -> Option<List<'a, T>> {
        let array = self.gathered.array().filter(|array| !array.is_empty())?;
        let mut report = Report::new();
        let reading = &mut Reading::new(&mut report, self.settings.dialect, Direction::Response);
        List::read(array.value(), &Path::TOP, reading)
    }
}

fn response(told: Told, additional: &Additional) -> Response<'_> {
    Response {
        error_condition: told.condition.map(Into::into),
        additional_response: additional.as_option().map(Into::into),
        ..Response::new(told.result.into())
    }
}

/// What this terminal calls the transaction: its own name, and behind a dot the reference of whoever authorised it.
fn poi_transaction(transaction: &Transaction, facts: &Facts) -> Id<{ limits::NEXO_TRANSACTION_ID }> {
    let mut text = heapless::String::<{ limits::NEXO_TRANSACTION_ID }>::new();
    let reference = facts.trx_reference_number.as_ref().map(Id::as_str);
    let reference = reference.or(facts.stan.as_ref().map(Id::as_str)).or(facts.receipt_number.as_ref().map(Id::as_str));
    // Both are short enough.
    _ = text.push_str(transaction.name.as_str());
    if let Some(reference) = reference {
        _ = write!(text, ".{reference}");
    }
    Id::new(text.as_str()).unwrap_or_default()
}

/// How a later operation names the transaction.
fn original(facts: &Facts) -> Original {
    let receipt = facts.receipt_number.as_ref().map(Id::as_str).or(facts.approval_code.as_ref().map(Id::as_str));
    Original {
        trx_reference_number: facts.trx_reference_number.clone(),
        stan: facts.stan.clone(),
        terminal_id: facts.terminal_id.clone(),
        terminal_batch: facts.terminal_batch.clone(),
        time_stamp: facts.time_stamp.clone(),
        reference: receipt.and_then(|text| Reference::new(text).ok()),
    }
}

/// The mask of a card number, never the number (I12).
fn masked(number: &Pan) -> Id<{ limits::PAN }> {
    let mut text = heapless::String::<{ limits::PAN }>::new();
    // A mask has a character for each of the number's.
    _ = write!(text, "{number}");
    Id::new(text.as_str()).unwrap_or_default()
}

fn amount(money: Money) -> Option<Amount> {
    Amount::new(money.decimal())
}
