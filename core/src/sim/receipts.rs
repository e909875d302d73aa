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

/// One line of a receipt.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) text: Text<96>,
    pub(super) centred: bool,
    pub(super) bold: bool,
    /// The paper is cut behind it.
    pub(super) cut: bool,
}

impl Row {
    pub(super) fn of(text: &str) -> Self {
        Self { text: Text::from_cut(text), ..Self::default() }
    }

    fn centred(text: &str) -> Self {
        Self { centred: true, ..Self::of(text) }
    }

    /// A name on the left and a value on the right edge of 24 columns.
    fn pair(name: &str, value: core::fmt::Arguments<'_>) -> Self {
        let mut right: Text<48> = Text::new();
        let _ = right.write_fmt(value);
        let width = 24usize.saturating_sub(name.chars().count());
        let mut row = Self::default();
        let _ = write!(row.text, "{name}{:>width$}", right.as_str());
        row
    }
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

/// The lines of a receipt, as XML.
pub(super) fn receipt(page: &mut Page<'_>, trade: &Trade, slip: Slip<'_>) {
    rows(trade, slip, |row| {
        page.tag("TextLine");
        page.attribute_if("Alignment", row.centred.then_some("Center"));
        page.attribute_if("CharStyle1", row.bold.then_some("Bold"));
        page.attribute_if("PaperCut", row.cut.then_some(true));
        if !row.text.as_str().is_empty() {
            page.text(row.text.as_str());
        }
        page.end("TextLine");
    });
}

/// The lines of a receipt, one after the other.
pub(super) fn rows(trade: &Trade, slip: Slip<'_>, mut take: impl FnMut(&Row)) {
    let german = slip.german;
    take(&Row { bold: true, ..Row::centred("MUSTER KAFFEE & CO") });
    take(&Row::centred("Seestrasse 1, 8000 Zürich"));
    take(&Row::default());
    take(&Row::of(match (slip.merchant, german) {
        (true, true) => "Händlerbeleg",
        (true, false) => "Merchant copy",
        (false, true) => "Kundenbeleg",
        (false, false) => "Customer copy",
    }));
    if slip.again {
        take(&Row::of(if german { "*** Kopie ***" } else { "*** Copy ***" }));
    }
    take(&Row::of(match (trade.direction, german) {
        (Direction::Debit, true) => "Buchung",
        (Direction::Debit, false) => "Purchase",
        (Direction::Credit, true) => "Gutschrift",
        (Direction::Credit, false) => "Credit",
        (Direction::Held, true) => "Reservation",
        (Direction::Held, false) => "Pre-authorisation",
    }));
    take(&Row::of(slip.brand.name));
    take(&Row::of(slip.brand.card));
    let mut stamp: Text<40> = Text::new();
    let _ = write!(stamp, "{}", trade.at.without_zone());
    take(&Row::of(stamp.as_str()));
    take(&Row::pair("Trm-Id:", format_args!("{}", slip.terminal_id)));
    take(&Row::pair("Trx. Seq-Cnt:", format_args!("{}", trade.stan)));
    take(&Row::pair("Trx. Ref-No:", format_args!("{:011}", trade.trx_reference)));
    take(&Row::pair("Auth. Code:", format_args!("{:06}", trade.approval)));
    if let Some(tip) = trade.tip {
        take(&Row::pair(if german { "Trinkgeld" } else { "Tip" }, format_args!("{}", tip.value())));
    }
    if let Some(cash) = trade.cash_back {
        take(&Row::pair(if german { "Bargeld" } else { "Cash" }, format_args!("{}", cash.value())));
    }
    let mut total: Text<24> = Text::new();
    let _ = write!(total, "Total-EFT {}:", trade.amount.currency());
    take(&Row::pair(total.as_str(), format_args!("{}", trade.amount.value())));
    take(&Row { cut: true, ..Row::default() });
}
