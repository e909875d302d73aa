//! Puts sheets together from their events.

use std::collections::VecDeque;

use opi_core::id::Id;
use opi_core::limits;
use opi_core::receipt::{Line, Sheet, SheetId};

use crate::config::{SHEET_LINES, SHEETS};
use crate::notice::{RawText, WholeSheet};

/// What names a transaction on its receipt.
type Reference = Id<{ limits::LONG_ID }>;

/// The sheets that have begun and not ended.
#[derive(Default)]
pub(crate) struct Sheets(VecDeque<WholeSheet>);

impl Sheets {
    pub(crate) fn begin(&mut self, sheet: &Sheet) {
        if self.0.len() >= SHEETS {
            // A sheet whose end never came.
            self.0.pop_front();
        }
        self.0.push_back(WholeSheet {
            id: sheet.id,
            purpose: sheet.purpose,
            request: sheet.request,
            target: sheet.target.clone(),
            lines: Vec::new(),
            journal: RawText::default(),
            cut: false,
            reference: None,
            kept: false,
        });
    }

    pub(crate) fn line(&mut self, id: SheetId, line: &Line) {
        let Some(sheet) = self.find(id) else { return };
        if sheet.lines.len() >= SHEET_LINES {
            sheet.cut = true;
        } else {
            sheet.lines.push(line.clone());
        }
    }

    pub(crate) fn journal_text(&mut self, id: SheetId, text: &str) {
        if let Some(sheet) = self.find(id) {
            sheet.journal.append(text);
        }
    }

    /// The sheet as it is to be stored, everything having come in. `None` if something of it is missing.
    pub(crate) fn storable(&mut self, id: SheetId, reference: Option<&Reference>) -> Option<WholeSheet> {
        let sheet = self.find(id).filter(|sheet| !sheet.cut && !sheet.journal.is_cut())?;
        order(&mut sheet.lines);
        sheet.reference = reference.cloned();
        Some(WholeSheet { kept: true, ..sheet.clone() })
    }

    pub(crate) fn end(&mut self, id: SheetId, kept: bool) -> Option<WholeSheet> {
        let place = self.0.iter().position(|sheet| sheet.id == id)?;
        let mut sheet = self.0.remove(place)?;
        order(&mut sheet.lines);
        Some(WholeSheet { kept, ..sheet })
    }

    fn find(&mut self, id: SheetId) -> Option<&mut WholeSheet> {
        self.0.iter_mut().find(|sheet| sheet.id == id)
    }
}

/// Orders lines by their rows. A line without one stays below the line it came after.
fn order(lines: &mut Vec<Line>) {
    let mut row = 0;
    let mut placed: Vec<_> = lines
        .drain(..)
        .map(|line| {
            row = line.row.unwrap_or(row);
            (row, line)
        })
        .collect();
    placed.sort_by_key(|(row, _)| *row);
    lines.extend(placed.into_iter().map(|(_, line)| line));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::RAW_TEXT;
    use opi_core::receipt::{Copy, Purpose};
    use opi_core::text::Text;

    fn begun(sheets: &mut Sheets, id: u32) {
        let target = Id::new("Printer").unwrap();
        sheets.begin(&Sheet { id: SheetId(id), purpose: Purpose::Receipt(Copy::Merchant), request: None, target });
    }

    fn line(text: &str, row: Option<u16>) -> Line {
        Line { text: Text::from(text), row, ..Line::default() }
    }

    #[test]
    fn side_by_side_sheets_keep_their_lines_and_rows_decide_the_order() {
        let mut sheets = Sheets::default();
        begun(&mut sheets, 1);
        begun(&mut sheets, 2);
        for (id, text, row) in [(1, "c", Some(3)), (2, "x", None), (1, "a", Some(1)), (1, "b", None), (2, "y", None)] {
            sheets.line(SheetId(id), &line(text, row));
        }
        let texts =
            |sheet: WholeSheet| sheet.lines.iter().map(|line| line.text.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(texts(sheets.storable(SheetId(1), None).unwrap()), ["a", "b", "c"]);
        assert_eq!(texts(sheets.end(SheetId(1), true).unwrap()), ["a", "b", "c"]);
        assert_eq!(texts(sheets.end(SheetId(2), true).unwrap()), ["x", "y"]);
        assert_eq!(sheets.end(SheetId(2), true), None, "an ended sheet is forgotten");
    }

    #[test]
    fn a_sheet_with_something_missing_is_never_stored_as_whole() {
        let mut sheets = Sheets::default();
        begun(&mut sheets, 1);
        for _ in 0..=SHEET_LINES {
            sheets.line(SheetId(1), &line("", None));
        }
        assert_eq!(sheets.storable(SheetId(1), None), None);
        begun(&mut sheets, 2);
        sheets.journal_text(SheetId(2), &"a".repeat(RAW_TEXT - 1));
        assert!(sheets.storable(SheetId(2), None).is_some());
        sheets.journal_text(SheetId(2), "ä");
        assert_eq!(sheets.storable(SheetId(2), None), None);
        let ended = sheets.end(SheetId(2), false).unwrap();
        assert!(ended.journal.is_cut() && !ended.kept && ended.journal.as_str().len() == RAW_TEXT - 1);
    }

    #[test]
    fn sheets_without_an_end_do_not_pile_up() {
        let mut sheets = Sheets::default();
        for id in 0..100 {
            begun(&mut sheets, id);
        }
        assert_eq!(sheets.0.len(), SHEETS);
        assert!(sheets.end(SheetId(99), false).is_some());
    }
}
