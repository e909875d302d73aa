//! Any calls to the writer of JSON, against a writer in the simplest words.

use core::fmt::{self, Write};

use super::transcript::Transcript;
use crate::json::{WriteError, Writer};
use crate::limits::JSON_DEPTH;
use crate::money::Decimal;

/// Calls of one document.
const CALLS: usize = 200;

/// Room for the longest of them.
const ROOM: usize = 16 * CALLS;

/// Texts, and how RFC 8259 has them between quotes.
const TEXTS: [(&str, &str); 8] = [
    ("", ""),
    ("a", "a"),
    ("4111", "4111"),
    ("\"/\\", "\\\"/\\\\"),
    ("\u{8}\u{c}", "\\b\\f"),
    ("\r\n\t", "\\r\\n\\t"),
    ("\u{1}\u{1f}", "\\u0001\\u001f"),
    ("\u{7f}é", "\u{7f}é"),
];

/// Writes what the data asks for, call by call.
///
/// # Panics
/// What is written is not what the simple writer wrote, another mistake is told than the first one made, or a document
/// needs another room than it has bytes.
pub(super) fn calls(data: &[u8]) {
    let data = data.get(..CALLS).unwrap_or(data);
    let mut model = Model { text: heapless::String::new(), open: heapless::Vec::new(), over: false, wrong: None };
    let mut buffer = [0; ROOM];
    let mut writer = Writer::new(&mut buffer);
    for call in data {
        make(*call, &mut writer, Some(&mut model));
    }
    let wanted = match model.wrong {
        Some(wrong) => Err(wrong),
        None if model.over => Ok(model.text.len()),
        None => Err(WriteError::Place),
    };
    assert!(writer.written() <= model.text.len(), "more is written than was asked for");
    _ = write!(Transcript::default(), "{writer:?}");
    let told = writer.finish();
    assert_eq!(told, wanted, "another mistake is told than the first one made");
    if let Err(error) = told {
        _ = write!(Transcript::default(), "{error}");
        return;
    }
    let length = model.text.len();
    assert_eq!(buffer.get(..length), Some(model.text.as_bytes()), "another document");
    for (room, told) in [(length, Ok(length)), (length.saturating_sub(1), Err(WriteError::Full))] {
        let mut writer = Writer::new(buffer.get_mut(..room).unwrap_or_default());
        for call in data {
            make(*call, &mut writer, None);
        }
        assert_eq!(writer.finish(), told, "a document needs another room than it has bytes");
    }
}

/// One call; its upper half says what is written.
fn make(call: u8, writer: &mut Writer<'_>, model: Option<&mut Model>) {
    let what = call >> 4;
    let (text, quoted) = *TEXTS.get(usize::from(what % 8)).expect("one of eight");
    let mut ignored = Model { text: heapless::String::new(), open: heapless::Vec::new(), over: false, wrong: None };
    let model = model.unwrap_or(&mut ignored);
    match call & 15 {
        0 | 1 => {
            writer.begin_object();
            model.begin(true);
        }
        2 => {
            writer.end_object();
            model.end(true);
        }
        3 | 4 => {
            writer.begin_array();
            model.begin(false);
        }
        5 => {
            writer.end_array();
            model.end(false);
        }
        6..=8 => {
            writer.name(text);
            model.name(quoted);
        }
        9 => {
            writer.text(text);
            model.value(format_args!("\"{quoted}\""));
        }
        10 => {
            writer.text_fmt(text);
            model.value(format_args!("\"{quoted}\""));
        }
        11 => {
            writer.integer(-i64::from(what));
            model.value(format_args!("{}", -i64::from(what)));
        }
        12 => {
            writer.decimal(Decimal::new(u64::from(what), 1).expect("one decimal"));
            // Without zeros at its end.
            match (what / 10, what % 10) {
                (whole, 0) => model.value(format_args!("{whole}")),
                (whole, tenths) => model.value(format_args!("{whole}.{tenths}")),
            }
        }
        13 => {
            writer.boolean(what & 1 == 0);
            model.value(format_args!("{}", what & 1 == 0));
        }
        14 if what == 15 => {
            writer.text_fmt(Unshowable);
            if model.may_stand() {
                model.fail(WriteError::Display);
            }
            model.value(format_args!("\"\""));
        }
        _ => {
            writer.null();
            model.value(format_args!("null"));
        }
    }
}

/// What fails to be shown.
struct Unshowable;

impl fmt::Display for Unshowable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

struct Open {
    is_object: bool,
    is_empty: bool,
    /// A name stands there whose value has to follow.
    is_named: bool,
}

/// The documents that a writer should write, in the simplest words.
struct Model {
    text: heapless::String<ROOM>,
    open: heapless::Vec<Open, { JSON_DEPTH as usize }>,
    over: bool,
    wrong: Option<WriteError>,
}

impl Model {
    fn fail(&mut self, error: WriteError) {
        self.wrong.get_or_insert(error);
    }

    fn may_stand(&self) -> bool {
        self.open.last().map_or(!self.over, |open| !open.is_object || open.is_named)
    }

    /// What stands in front of a name, or of a value without one.
    fn comma(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        if !core::mem::take(&mut open.is_empty) && !open.is_named {
            self.text.push(',').expect("room for all calls");
        }
        open.is_named = false;
    }

    fn value(&mut self, value: fmt::Arguments<'_>) {
        if !self.may_stand() {
            return self.fail(WriteError::Place);
        }
        self.comma();
        self.text.write_fmt(value).expect("room for all calls");
        self.over = self.open.is_empty();
    }

    fn begin(&mut self, is_object: bool) {
        if !self.may_stand() {
            return self.fail(WriteError::Place);
        }
        self.comma();
        if self.open.is_full() {
            return self.fail(WriteError::Depth);
        }
        self.text.push(if is_object { '{' } else { '[' }).expect("room for all calls");
        _ = self.open.push(Open { is_object, is_empty: true, is_named: false });
    }

    fn end(&mut self, is_object: bool) {
        match self.open.last() {
            Some(open) if open.is_object == is_object && !open.is_named => {}
            _ => return self.fail(WriteError::Place),
        }
        self.open.pop();
        self.text.push(if is_object { '}' } else { ']' }).expect("room for all calls");
        self.over = self.open.is_empty();
    }

    fn name(&mut self, name: &str) {
        match self.open.last() {
            Some(open) if open.is_object && !open.is_named => {}
            _ => return self.fail(WriteError::Place),
        }
        self.comma();
        write!(self.text, "\"{name}\":").expect("room for all calls");
        if let Some(open) = self.open.last_mut() {
            open.is_named = true;
        }
    }
}
