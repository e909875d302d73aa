//! What people read: prompts and receipts.

use core::fmt::Write;

use super::dialect::Brand;
use super::ledger::{Direction, Trade};
use super::page::Page;
use super::plan::Ask;
use crate::text::Text;

/// A prompt, in German or English. German has umlauts, so that encodings show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    InsertCard,
    PleaseWait,
    Approved,
    Declined,
    Cancelled,
    Confirm,
    Signature,
    Offer,
    Tip,
    CashBack,
    Contacting,
    NoTicket,
}

impl Prompt {
    pub(super) const fn text(self, german: bool) -> &'static str {
        match (self, german) {
            (Self::InsertCard, true) => "Bitte Karte einführen",
            (Self::InsertCard, false) => "Please insert card",
            (Self::PleaseWait, true) => "Bitte warten, Karte wird geprüft",
            (Self::PleaseWait, false) => "Please wait",
            (Self::Approved, true) => "Zahlung ausgeführt",
            (Self::Approved, false) => "Approved",
            (Self::Declined, true) => "Karte abgelehnt",
            (Self::Declined, false) => "Declined",
            (Self::Cancelled, true) => "Vorgang abgebrochen",
            (Self::Cancelled, false) => "Cancelled",
            (Self::Confirm, true) => "Ausführen?",
            (Self::Confirm, false) => "Go on?",
            (Self::Signature, true) => "Unterschrift prüfen: richtig?",
            (Self::Signature, false) => "Signature correct?",
            (Self::Offer, true) => "Währung wählen",
            (Self::Offer, false) => "Choose currency",
            (Self::Tip, true) => "Trinkgeld?",
            (Self::Tip, false) => "Tip?",
            (Self::CashBack, true) => "Bargeld auszahlen",
            (Self::CashBack, false) => "Hand out cash",
            (Self::Contacting, true) => "Verbindung wird aufgebaut",
            (Self::Contacting, false) => "Connecting",
            (Self::NoTicket, true) => "Kein Beleg vorhanden",
            (Self::NoTicket, false) => "No ticket available",
        }
    }
}

/// The lines of a question.
pub(super) fn question(page: &mut Page<'_>, ask: Ask, german: bool) {
    let text = match (ask, german) {
        (Ask::Confirm(prompt), _) => prompt.text(german),
        (Ask::AnyKey, true) => "Weiter mit beliebiger Taste",
        (Ask::AnyKey, false) => "Press any key",
        (Ask::Menu, true) => "Konto wählen",
        (Ask::Menu, false) => "Select account",
        (Ask::Number, true) => "Kilometerstand eingeben",
        (Ask::Number, false) => "Enter mileage",
        (Ask::Text, true) => "Kennzeichen eingeben",
        (Ask::Text, false) => "Enter registration",
    };
    page.tag("TextLine").attribute("Row", 0).text(text);
    page.end("TextLine");
    match ask {
        Ask::Menu => {
            let items = if german { ["Firma", "Privat"] } else { ["Company", "Private"] };
            for (item, number) in items.iter().zip(1..) {
                page.tag("TextLine").attribute("Row", number).attribute("MenuItem", number).text(item);
                page.end("TextLine");
            }
        }
        Ask::Number | Ask::Text => {
            page.tag("TextLine").attribute("Row", 1).attribute("Echo", true).attribute("Cursor", true);
            page.end("TextLine");
        }
        _ => {}
    }
}

pub(super) fn line(page: &mut Page<'_>, text: &str) {
    page.tag("TextLine").text(text);
    page.end("TextLine");
}

/// One line with a name on the left and a value on the right edge of 24 columns.
fn pair(page: &mut Page<'_>, name: &str, value: core::fmt::Arguments<'_>) {
    let mut right: Text<48> = Text::new();
    let _ = right.write_fmt(value);
    let width = 24usize.saturating_sub(name.chars().count());
    let mut text: Text<96> = Text::new();
    let _ = write!(text, "{name}{:>width$}", right.as_str());
    line(page, text.as_str());
}

/// What a receipt says besides its transaction.
#[derive(Clone, Copy)]
pub(super) struct Slip<'a> {
    pub(super) brand: Brand,
    pub(super) terminal_id: &'a str,
    pub(super) german: bool,
    pub(super) merchant: bool,
    pub(super) again: bool,
}

/// The lines of a receipt.
pub(super) fn receipt(page: &mut Page<'_>, trade: &Trade, slip: Slip<'_>) {
    let german = slip.german;
    page.tag("TextLine").attribute("Alignment", "Center").attribute("CharStyle1", "Bold").text("MUSTER KAFFEE & CO");
    page.end("TextLine");
    page.tag("TextLine").attribute("Alignment", "Center").text("Seestrasse 1, 8000 Zürich");
    page.end("TextLine");
    page.tag("TextLine");
    page.end("TextLine");
    line(
        page,
        match (slip.merchant, german) {
            (true, true) => "Händlerbeleg",
            (true, false) => "Merchant copy",
            (false, true) => "Kundenbeleg",
            (false, false) => "Customer copy",
        },
    );
    if slip.again {
        line(page, if german { "*** Kopie ***" } else { "*** Copy ***" });
    }
    line(
        page,
        match (trade.direction, german) {
            (Direction::Debit, true) => "Buchung",
            (Direction::Debit, false) => "Purchase",
            (Direction::Credit, true) => "Gutschrift",
            (Direction::Credit, false) => "Credit",
            (Direction::Held, true) => "Reservation",
            (Direction::Held, false) => "Pre-authorisation",
        },
    );
    line(page, slip.brand.name);
    line(page, slip.brand.card);
    let mut stamp: Text<40> = Text::new();
    let _ = write!(stamp, "{}", trade.at.without_zone());
    line(page, stamp.as_str());
    pair(page, "Trm-Id:", format_args!("{}", slip.terminal_id));
    pair(page, "Trx. Seq-Cnt:", format_args!("{}", trade.stan));
    pair(page, "Trx. Ref-No:", format_args!("{:011}", trade.trx_reference));
    pair(page, "Auth. Code:", format_args!("{:06}", trade.approval));
    if let Some(tip) = trade.tip {
        pair(page, if german { "Trinkgeld" } else { "Tip" }, format_args!("{}", tip.value()));
    }
    if let Some(cash) = trade.cash_back {
        pair(page, if german { "Bargeld" } else { "Cash" }, format_args!("{}", cash.value()));
    }
    let currency = trade.amount.currency();
    let mut total: Text<24> = Text::new();
    let _ = write!(total, "Total-EFT {currency}:");
    pair(page, total.as_str(), format_args!("{}", trade.amount.value()));
    page.tag("TextLine").attribute("PaperCut", true);
    page.end("TextLine");
}
