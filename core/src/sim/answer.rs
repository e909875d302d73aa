//! Answers to requests.

use super::dialect::Header;
use super::ledger::{Direction, Trade};
use super::page::Page;
use super::plan::Verdict;
use super::receipts::Prompt;
use super::speak::{Body, Head, Reply, Speaker, language};
use super::{Brand, Fault};
use crate::id::Id;
use crate::money::Money;

impl Speaker<'_> {
    pub(super) fn reply(&self, page: &mut Page<'_>, reply: &Reply) {
        let is = |fault| reply.fault == fault;
        let name = if reply.card { "CardServiceResponse" } else { "ServiceResponse" };
        let head = Head {
            workstation: if is(Fault::WrongWorkstation) { "SOMEBODY-ELSE" } else { reply.workstation.as_str() },
            request_id: if is(Fault::WrongRequestId) { "7" } else { reply.request_id.as_str() },
            request_type: if is(Fault::WrongType) { "CardSwipe" } else { reply.request_type.as_str() },
            result: reply.result,
            reference: reply.reference.as_ref().map(Id::as_str),
            device: None,
        };
        self.open(page, name, &head, reply.fault);
        match &reply.body {
            Body::Trade(verdict, trade) => self.trade(page, *verdict, trade, reply.german),
            Body::Repeat(last) => {
                page.tag("OriginalHeader").attribute("RequestType", last.trade.request_type.as_str());
                page.attribute("WorkstationID", last.trade.workstation.as_str());
                page.attribute("RequestID", last.trade.request_id.as_str());
                page.attribute_if("OverallResult", last.verdict.result);
                page.end("OriginalHeader");
                self.trade(page, last.verdict, &last.trade, reply.german);
            }
            body => self.service(page, body, reply.german),
        }
        page.end(name);
    }

    fn service(&self, page: &mut Page<'_>, body: &Body, german: bool) {
        page.tag("Terminal").attribute("TerminalID", &self.setup.terminal_id);
        page.end("Terminal");
        match body {
            Body::Totals => {
                page.tag("Reconciliation").attribute("LanguageCode", language(german));
                for total in self.report {
                    let payment_type = if total.direction == Direction::Credit { "Credit" } else { "Debit" };
                    page.tag("TotalAmount").attribute("NumberPayments", total.count);
                    page.attribute("PaymentType", payment_type).attribute("Currency", total.amount.currency());
                    page.attribute("CardCircuit", total.card_circuit).text(total.amount.value());
                    page.end("TotalAmount");
                }
                page.end("Reconciliation");
            }
            Body::Status(status) => {
                page.tag("PrivateData").tag("Identification").attribute("TerminalID", &self.setup.terminal_id);
                page.attribute("TerminalStatus", status.split(' ').next().unwrap_or_default());
                page.attribute("TerminalSubStatus", status.split(' ').nth(1).unwrap_or_default());
                page.end("Identification");
                page.end("PrivateData");
            }
            Body::Info => {
                page.tag("PrivateData").tag("Identification");
                page.leaf("TerminalID", &self.setup.terminal_id);
                page.leaf("TerminalIP", "127.0.0.1");
                page.leaf("AppVersion", "1.0.0");
                page.leaf("Ep2MID", "100000012345678");
                page.leaf("Hardware", "SIMULATED");
                page.leaf("SerialNumber", "000000000001");
                page.leaf("ConfigurationName", self.setup.dialect.name);
                page.leaf("ConfigurationVersion", 1);
                page.end("Identification");
                page.leaf("Acq", "MUSTER ACQUIRING");
                self.circuits(page);
                page.end("PrivateData");
            }
            Body::Circuits => {
                page.tag("CardCircuitCollection");
                self.circuits(page);
                page.end("CardCircuitCollection");
            }
            Body::Login => {
                page.tag("PrivateData");
                if self.setup.dialect.header == Header::Thales {
                    page.leaf("ErrorCode", "1002700");
                    page.leaf("SoftwareVersion", "7.12.3");
                    page.leaf(
                        "RebootInfo",
                        self.setup.wall.after(core::time::Duration::from_secs(72_000)).without_zone(),
                    );
                }
                page.end("PrivateData");
            }
            Body::Submission(count) => {
                page.tag("Submission").attribute("LanguageCode", language(german));
                page.tag("Successful").attribute("NumberPayments", count);
                page.end("Successful");
                page.tag("Failed").attribute("NumberPayments", 0);
                page.end("Failed");
                page.end("Submission");
            }
            Body::Diagnosis => page.leaf("DiagnosisResult", "Host online"),
            Body::Error(text) => {
                page.tag("ErrorDetail").tag("Error").attribute("Category", 1).attribute("Code", 204);
                page.attribute("Severity", 2).attribute("Description", text);
                page.end("Error");
                page.end("ErrorDetail");
            }
            Body::Bare | Body::Trade(..) | Body::Repeat(_) => {}
        }
    }

    fn circuits(&self, page: &mut Page<'_>) {
        for brand in self.setup.dialect.brands {
            page.tag("CardCircuit").attribute("DisplayName", brand.name).text(brand.code);
            page.end("CardCircuit");
        }
    }

    fn trade(&self, page: &mut Page<'_>, verdict: Verdict, trade: &Trade, german: bool) {
        let dialect = self.setup.dialect;
        let brand = self.brand(trade);
        page.tag("Terminal").attribute("TerminalID", &self.setup.terminal_id);
        if dialect.header != Header::Thales {
            page.attribute("TerminalBatch", self.ledger.batch);
        }
        page.attribute("STAN", format_args!("{:06}", trade.stan));
        page.end("Terminal");
        if verdict.tender {
            page.tag("Tender").attribute("LanguageCode", language(german));
            if verdict.card {
                page.tag("TotalAmount").attribute("Currency", trade.amount.currency());
                page.attribute_if("CashBackAmount", trade.cash_back.map(Money::value));
                if dialect.says_aborted {
                    page.attribute_if("GratuityAmount", trade.tip.map(Money::value));
                }
                page.text(trade.amount.value());
                page.end("TotalAmount");
            }
            self.authorisation(page, verdict, trade, brand);
            page.end("Tender");
        }
        if dialect.diagnosis {
            let (host, terminal) = (verdict.host, verdict.terminal);
            page.tag("PrivateData").tag("Diagnosis");
            // Both forms are seen.
            if trade.stan.is_multiple_of(2) {
                page.attribute("HostDeclineReason", host).attribute("TerminalDeclineReason", terminal);
            } else {
                page.leaf("HostDeclineReason", host);
                page.leaf("TerminalDeclineReason", terminal);
            }
            page.end("Diagnosis");
            page.end("PrivateData");
        } else if dialect.header == Header::Thales && verdict.card {
            page.tag("PrivateData");
            page.leaf("CardTechnologyType", "NFC");
            page.leaf("CardVerificationMethod", "NoCVM");
            page.leaf("ErrorCode", if verdict.approval { "1002700" } else { "1002711" });
            page.leaf("ErrorText", (if verdict.approval { Prompt::Approved } else { Prompt::Declined }).text(german));
            page.end("PrivateData");
            page.tag("CardValue");
            page.leaf("CardCircuit", brand.code);
            page.leaf("ExpiryDate", "1230");
            page.end("CardValue");
        }
    }

    fn authorisation(&self, page: &mut Page<'_>, verdict: Verdict, trade: &Trade, brand: Brand) {
        let dialect = self.setup.dialect;
        let approval = format_args!("{:06}", trade.approval);
        let reference = format_args!("{:011}", trade.trx_reference);
        let code = brand.code;
        page.tag("Authorisation");
        match dialect.header {
            // The brand OTHR alone says that no card was read (Q30, release notes of the Nexi OPI Proxy).
            _ if !verdict.card => {
                page.attribute_if("CardCircuit", dialect.diagnosis.then_some("OTHR"));
            }
            Header::Nexi | Header::Ccv => {
                if dialect.header == Header::Nexi {
                    page.attribute("AcquirerID", "00000001731");
                }
                page.attribute("TimeStamp", self.stamp(trade.at));
                page.attribute_if("ApprovalCode", verdict.approval.then_some(approval));
                page.attribute("CardCircuit", code).attribute("MaskedCardNumber", brand.card);
                page.attribute_if("TrxReferenceNumber", verdict.approval.then_some(reference));
                page.attribute("ReceiptCopies", 2);
            }
            Header::Thales => {
                page.attribute("AuthorisationType", "Online").attribute("CardCircuit", code);
                page.attribute("CardPAN", brand.card).attribute("Merchant", "VU-000000000001");
                page.attribute_if("ApprovalCode", verdict.approval.then_some(approval));
                page.attribute("ReceiptNumber", trade.stan).attribute("ActionCode", verdict.host);
                page.attribute("TimeStamp", self.stamp(trade.at)).attribute("AcquirerID", "undefined");
            }
            Header::Ifsf => {
                page.attribute("AcquirerID", "ACQ1").attribute("TimeStamp", self.stamp(trade.at));
                page.attribute_if("ApprovalCode", verdict.approval.then_some(approval));
                page.attribute("CardCircuit", code).attribute("CardPAN", brand.card);
                page.attribute("AuthorisationType", "Online");
                page.attribute_if("ActionCode", (verdict.host != 0).then_some(verdict.host));
            }
        }
        page.end("Authorisation");
    }
}
