//! The events of an operation for people.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::time::Instant;

use anstyle::{AnsiColor, Style};
use opi_core::drive::{Misuse, PeerFault, Question, QuestionKind, Total, Why};
use opi_core::journal::{Unresolved, type_and_terminal};
use opi_core::money::Money;
use opi_core::operation::{Finished, Outcome, Reason};
use opi_core::receipt::{Alignment, Copy, Line, Purpose};
use opi_core::secret::Masked;
use opi_smol::WholeSheet;
use unicode_width::UnicodeWidthStr;

use crate::plain::plain;
use crate::view::{View, Written};

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const PROMPT: Style = AnsiColor::Cyan.on_default();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();

/// Narrowest paper drawn, in columns: a title fits.
const PAPER: usize = 24;

/// Prompts, receipts and the outcome on standard output; questions, progress and remarks on standard error.
pub(crate) struct Screen {
    /// Whether standard error is a window: only there a line of progress is written over again.
    live: bool,
    /// A line of progress stands on the window.
    drawn: bool,
    waits: Option<(Why, Instant)>,
    /// A question stands on the window, and the cursor behind it.
    asking: bool,
    written: Written,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let live = std::io::stderr().is_terminal();
        Self { live, drawn: false, waits: None, asking: false, written: Written::default() }
    }

    fn out(&mut self, text: &str) {
        self.wipe();
        let mut out = anstream::stdout().lock();
        self.written.note(writeln!(out, "{text}").and_then(|()| out.flush()));
    }

    fn aside(&mut self, text: &str) {
        self.wipe();
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Takes the line of progress away.
    fn wipe(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(anstream::stderr(), "\r\x1b[2K");
        }
    }
}

impl View for Screen {
    fn started(&mut self, request_id: &str, request_type: &str) {
        self.out(&format!("{DIM}{} {}{DIM:#}", plain(request_type), plain(request_id)));
    }

    fn waiting(&mut self, why: Why) {
        if self.waits.is_none_or(|(before, _)| before != why) {
            self.waits = Some((why, Instant::now()));
        }
    }

    fn still_waiting(&mut self) {
        let Some((why, since)) = self.waits.filter(|_| self.live && !self.asking) else { return };
        self.wipe();
        let seconds = since.elapsed().as_secs();
        let mut out = anstream::stderr();
        let _ = write!(out, "{DIM}… {why}, {seconds} s (Ctrl-C aborts){DIM:#}").and_then(|()| out.flush());
        self.drawn = true;
    }

    fn sheet(&mut self, sheet: &WholeSheet) {
        match sheet.purpose {
            Purpose::CashierDisplay => self.prompt("terminal", &sheet.lines),
            Purpose::CustomerDisplay => self.prompt("customer", &sheet.lines),
            Purpose::Receipt(Copy::Customer) => self.out(&paper("customer", &sheet.lines)),
            Purpose::Receipt(Copy::Merchant) => self.out(&paper("merchant", &sheet.lines)),
            Purpose::Offer => self.out(&paper("offer", &sheet.lines)),
            Purpose::Journal if sheet.kept => self.out(&format!("{DIM}journal record kept{DIM:#}")),
            Purpose::Journal => {}
            _ => self.out(&paper("sheet", &sheet.lines)),
        }
        if sheet.cut {
            self.aside(&format!("{OPEN}too long: the end is missing{OPEN:#}"));
        }
        if sheet.purpose.must_be_kept() && !sheet.kept {
            self.aside(&format!("{OPEN}not kept: the terminal was told so{OPEN:#}"));
        }
    }

    fn question(&mut self, question: &Question, asking: bool) {
        self.asking = asking;
        if !asking {
            return;
        }
        let how = match question.kind {
            QuestionKind::Confirmation | QuestionKind::Delivery | QuestionKind::ForecourtEvent => "y or n",
            QuestionKind::AnyKey => "press Enter",
            QuestionKind::Menu => "number of the entry",
            QuestionKind::Number => "a number",
            QuestionKind::Text => "a text",
            _ => "an answer",
        };
        self.wipe();
        let mut out = anstream::stderr();
        let _ = write!(out, "{PROMPT}? {how}:{PROMPT:#} ").and_then(|()| out.flush());
    }

    fn answered(&mut self, _id: u32, answer: &str) {
        // What was typed stands there already.
        if !std::mem::take(&mut self.asking) {
            self.out(&format!("{DIM}  answer{DIM:#}  {}", plain(answer)));
        }
    }

    fn withdrawn(&mut self, _id: u32) {
        let line_end = if std::mem::take(&mut self.asking) { "\n" } else { "" };
        self.aside(&format!("{line_end}the question does not stand any more"));
    }

    fn in_doubt(&mut self, reason: Reason) {
        self.aside(&format!("unknown so far: {reason}; asking the terminal"));
    }

    fn abort_answered(&mut self, accepted: bool) {
        self.aside(if accepted {
            "the terminal takes the abort; its outcome follows"
        } else {
            "the terminal does not take the abort; waiting for its outcome"
        });
    }

    fn total(&mut self, total: &Total) {
        let mut text = String::from("total ");
        let words = [total.payment_type.as_ref(), total.card_circuit.as_ref(), total.acquirer.as_ref()];
        for word in words.into_iter().flatten() {
            let _ = write!(text, " {:<10}", plain(&word.to_string()));
        }
        if let Some(number) = total.number_payments {
            let _ = write!(text, " {number:>5}");
        }
        if let Some(amount) = total.amount {
            let _ = write!(text, " {:>16}", amount.to_string());
        }
        self.out(&text);
    }

    fn circuit(&mut self, code: &str, name: Option<&str>) {
        self.out(&format!("{:<8} {}", plain(code), plain(name.unwrap_or_default())));
    }

    fn detail(&mut self, name: &str, value: &str) {
        self.out(&format!("{name:<22} {}", plain(&Masked(value).to_string())));
    }

    fn fault(&mut self, fault: &PeerFault) {
        self.aside(&format!("{OPEN}fault of the terminal:{OPEN:#} {fault}"));
    }

    fn note(&mut self, text: &str) {
        self.aside(text);
    }

    fn refused(&mut self, why: &Misuse) {
        self.aside(&format!("{BAD}refused:{BAD:#} {why}"));
    }

    fn recovering(&mut self, unresolved: &Unresolved) {
        let amount = unresolved.amount.map(|amount| format!(" of {amount}")).unwrap_or_default();
        self.out(&format!(
            "{DIM}the end of {} {}{amount} is not known; asking the terminal{DIM:#}",
            plain(type_and_terminal(unresolved.request_type.as_str()).0),
            unresolved.request_id
        ));
    }

    fn recovered(&mut self, finished: &Finished, asked: Option<Money>) {
        self.out(&format!("{DIM}earlier request:{DIM:#} {}", outcome(finished, asked)));
    }

    fn nothing_unresolved(&mut self) {
        self.out("nothing is unresolved");
    }

    fn finished(&mut self, finished: &Finished, asked: Option<Money>) {
        let text = outcome(finished, asked);
        self.out(&text);
    }
}

impl Screen {
    fn prompt(&mut self, who: &str, lines: &[Line]) {
        let lines: Vec<_> = lines
            .iter()
            .map(|line| {
                let text = line.text.to_string();
                let text = plain(text.trim()).into_owned();
                match line.menu_item {
                    Some(item) => format!("{item}: {text}"),
                    None => text,
                }
            })
            .filter(|text| !text.is_empty())
            .collect();
        // The entries of a menu stand one below the other, as on the terminal.
        let text = lines.join(if lines.len() > 2 { "\n          " } else { " / " });
        self.out(&format!("{PROMPT}{who:>8}{PROMPT:#}  {text}"));
    }
}

/// The lines as a slip of paper, its text as the terminal formatted it.
fn paper(title: &str, lines: &[Line]) -> String {
    let texts: Vec<_> = lines.iter().map(|line| plain(line.text.as_str())).collect();
    let columns = |line: &Line, text: &str| usize::from(line.column.unwrap_or(0)).min(PAPER) + text.width();
    let width = lines.iter().zip(&texts).map(|(line, text)| columns(line, text)).max().unwrap_or(0).max(PAPER);
    let mut out =
        format!("{DIM}┌─{DIM:#} {BOLD}{title}{BOLD:#} {DIM}{}┐{DIM:#}\n", "─".repeat(width - title.width() - 1));
    let mut cut = false;
    for (line, text) in lines.iter().zip(&texts) {
        if cut {
            let _ = writeln!(out, "{DIM}├{}┤{DIM:#}", "╌".repeat(width + 2));
        }
        cut = line.paper_cut;
        let free = width - columns(line, text);
        let indent = usize::from(line.column.unwrap_or(0)).min(PAPER);
        let left = indent
            + match line.alignment {
                Alignment::Left => 0,
                Alignment::Center => free / 2,
                Alignment::Right => free,
            };
        let right = width - left - text.width();
        let style = if line.bold || line.double_width || line.double_height { BOLD } else { Style::new() };
        let _ = writeln!(out, "{DIM}│{DIM:#} {:left$}{style}{text}{style:#}{:right$} {DIM}│{DIM:#}", "", "");
    }
    let _ = write!(out, "{DIM}└{}┘{DIM:#}", "─".repeat(width + 2));
    out
}

/// The final line: `APPROVED 25.00 CHF  VISA ************1234  approval 123456  trx 00000012345`.
fn outcome(finished: &Finished, asked: Option<Money>) -> String {
    let (style, word) = match finished.outcome {
        Outcome::Approved => (GOOD, "APPROVED"),
        Outcome::Done => (GOOD, "DONE"),
        Outcome::Declined => (BAD, "DECLINED"),
        Outcome::Aborted => (BAD, "ABORTED"),
        Outcome::NotSent => (BAD, "NOT SENT"),
        Outcome::Unknown => (OPEN, "UNKNOWN"),
    };
    let facts = &finished.facts;
    let mut text = format!("{style}{word}{style:#}");
    match (facts.amount, asked) {
        (Some(amount), _) => _ = write!(text, " {amount}"),
        (None, Some(asked)) if finished.outcome == Outcome::Unknown => _ = write!(text, " {asked} asked"),
        _ => {}
    }
    if let Some(reason) = finished.reason {
        let _ = write!(text, "  {}", reason.text());
        let code = match reason {
            Reason::HostDeclined => facts.host_decline_reason.as_ref(),
            Reason::TerminalRefused | Reason::HostUnreachable => facts.terminal_decline_reason.as_ref(),
            _ => None,
        };
        if let Some(code) = code {
            let _ = write!(text, " ({})", plain(code.as_str()));
        }
    }
    if let Some(tip) = facts.tip {
        let _ = write!(text, "  tip {tip}");
    }
    if let Some(cash) = facts.cash_back {
        let _ = write!(text, "  cash {cash}");
    }
    let card = [
        facts.card_circuit.as_ref().map(ToString::to_string),
        facts.masked_card_number.as_ref().map(ToString::to_string),
    ];
    let card: Vec<_> = card.into_iter().flatten().map(|word| plain(&word).into_owned()).collect();
    if !card.is_empty() {
        let _ = write!(text, "  {}", card.join(" "));
    }
    if let Some(code) = &facts.approval_code {
        let _ = write!(text, "  approval {}", plain(code.as_str()));
    }
    let trx = facts.trx_reference_number.as_ref().map(|id| ("trx", id.as_str()));
    let number = trx
        .or(facts.receipt_number.as_ref().map(|id| ("receipt", id.as_str())))
        .or(facts.stan.as_ref().map(|id| ("stan", id.as_str())));
    if let Some((name, number)) = number {
        let _ = write!(text, "  {name} {}", plain(number));
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use anstream::adapter::strip_str;
    use opi_core::id::Id;
    use opi_core::money::{Currency, Money};
    use opi_core::operation::{Facts, Finished, Outcome, Reason, SettledBy};
    use opi_core::receipt::{Alignment, Line};
    use opi_core::secret::Pan;

    fn line(text: &str, alignment: Alignment) -> Line {
        Line { text: text.into(), alignment, ..Line::default() }
    }

    #[test]
    fn final_line_of_an_approval() {
        let facts = Facts {
            amount: Some(Money::from_minor(2500, Currency::CHF)),
            card_circuit: Some("VISA".into()),
            masked_card_number: Pan::new("************1234"),
            approval_code: Id::new("123456").ok(),
            trx_reference_number: Id::new("00000012345").ok(),
            ..Facts::default()
        };
        let mut finished = Finished {
            request_id: None,
            outcome: Outcome::Approved,
            reason: None,
            settled_by: SettledBy::Answer,
            facts,
            stored: true,
        };
        assert_eq!(
            strip_str(&super::outcome(&finished, None)).to_string(),
            "APPROVED 25.00 CHF  VISA ************1234  approval 123456  trx 00000012345"
        );
        finished.outcome = Outcome::Declined;
        finished.reason = Some(Reason::HostDeclined);
        finished.facts = Facts { host_decline_reason: Id::new("51").ok(), ..Facts::default() };
        assert_eq!(
            strip_str(&super::outcome(&finished, None)).to_string(),
            "DECLINED  declined by the card's bank (51)"
        );
    }

    #[test]
    fn paper_is_a_box_whatever_the_lines_are() {
        let lines = [
            line("Bäckerei Zürich", Alignment::Center),
            line("", Alignment::Left),
            line("  Total            25.00 CHF and more columns", Alignment::Left),
            line("東京", Alignment::Right),
            line("\u{9b}2J", Alignment::Left),
        ];
        for some in 0..=lines.len() {
            let text = strip_str(&super::paper("merchant", &lines[..some])).to_string();
            let mut widths: Vec<_> = text.lines().map(unicode_width::UnicodeWidthStr::width).collect();
            widths.dedup();
            assert_eq!((widths.len(), text.lines().count()), (1, some + 2), "{text}");
        }
    }
}
