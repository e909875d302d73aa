//! The ways into opi-core, for a machine with neither an operating system nor an allocator.
#![no_std]

#[cfg(feature = "allocates")]
extern crate alloc;

use core::hint::black_box;
use core::panic::PanicInfo;

use opi_core::drive::{Input, Misuse, Output};
use opi_core::frame;
use opi_core::journal::{self, Full, Ledger, Record, Replay, UnknownVersion};
use opi_core::json::{self, Document, Limits, Mark, Value, WriteError, Writer};
use opi_core::money::{Currency, Decimal, Money, MoneyError};
use opi_core::nexo::additional::Form;
use opi_core::nexo::envelope::{self, CryptoFailure, Key, KeyError, Nonce, Opened, Passphrase, SealError};
use opi_core::nexo::front::{self, Front, record};
use opi_core::nexo::{self, Envelope, Secured};
use opi_core::opi::Session;
use opi_core::opi::message::{Decoder, Fault, Message, Part, Style};
use opi_core::sim;
use opi_core::time::{Instant, WallTime};
use opi_core::trace;
use opi_core::xml::{Reader, Token, Tolerance, XmlError};

unsafe extern "C" {
    /// Defined nowhere: what can panic cannot be linked.
    fn panic_path_survived() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe { panic_path_survived() }
}

#[unsafe(no_mangle)]
pub fn entry_frame(mut chunk: &[u8], decoder: &mut frame::Decoder) {
    while let Ok(Some(piece)) = decoder.next(&mut chunk) {
        black_box(piece);
    }
}

#[unsafe(no_mangle)]
pub fn entry_xml(mut window: &[u8], last: bool, reader: &mut Reader) -> Result<(), XmlError> {
    while let Some(token) = reader.next(&mut window, last)? {
        match token {
            Token::Text(raw) | Token::Attribute { value: raw, .. } | Token::Value { value: raw, .. } => {
                raw.runs().for_each(|run| _ = black_box(run));
            }
            Token::End => break,
            other => _ = black_box(other),
        }
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub fn entry_json(document: &[u8], limits: Limits, out: &mut dyn core::fmt::Write) -> Result<(), json::Error> {
    let mut reader = json::Reader::new(document, limits);
    while let Some(token) = reader.next()? {
        _ = write!(out, "{token:?}");
        match token {
            json::Token::Name(text) | json::Token::String(text) => {
                _ = black_box((text.copy_to::<40>(), text.cut_to::<40>(), text.char_count(), text == "known"));
            }
            json::Token::Number(number) => _ = black_box((number.decimal(), number.integer())),
            other => _ = black_box(other),
        }
    }
    Ok(())
}

/// Each step into the document is one call.
#[unsafe(no_mangle)]
pub fn entry_value<'a>(
    document: &'a [u8],
    marks: &'a mut [Mark],
    inner: Option<Value<'a>>,
    name: &str,
) -> Option<Value<'a>> {
    let value = match inner {
        Some(inner) => inner,
        None => Document::parse_marked(document, Limits::default(), marks).ok()?.root(),
    };
    _ = black_box((value.kind(), value.text(), value.number(), value.boolean(), value.is_null()));
    match value.object() {
        Some(object) => {
            object.into_iter().for_each(|member| _ = black_box(member));
            object.get(name)
        }
        None => value.array()?.into_iter().last(),
    }
}

#[unsafe(no_mangle)]
pub fn entry_json_write(value: Value<'_>, text: json::Str<'_>, out: &mut [u8]) -> Result<usize, WriteError> {
    let mut writer = Writer::new(out);
    writer.begin_object();
    writer.name(text);
    writer.begin_array();
    writer.text(text);
    writer.text_fmt(text);
    writer.value(value);
    writer.integer(black_box(i64::MIN));
    writer.decimal(black_box(Decimal::default()));
    writer.boolean(black_box(true));
    writer.null();
    writer.end_array();
    writer.end_object();
    writer.finish()
}

#[unsafe(no_mangle)]
pub fn entry_nexo(document: &[u8], out: &mut [u8], dialect: &'static nexo::Dialect) -> Option<usize> {
    let document = Document::parse(document).ok()?;
    let mut report = nexo::Report::new();
    let message = nexo::Message::read(document, nexo::Envelope::direction_of(document)?, dialect, &mut report);
    _ = black_box((report.errors().as_str(), report.warnings().as_str()));
    message?.write(dialect, out).ok()
}

#[unsafe(no_mangle)]
pub fn entry_nexo_shown(message: &nexo::Message<'_>, out: &mut dyn core::fmt::Write) {
    _ = write!(out, "{message:?}");
}

#[unsafe(no_mangle)]
pub fn entry_decode(mut window: &[u8], last: bool, decoder: &mut Decoder) -> Result<(), Fault> {
    while let Some(part) = decoder.next(&mut window, last)? {
        if let Part::End = black_box(part) {
            break;
        }
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub fn entry_message(document: &[u8], out: &mut [u8], tolerance: Tolerance, style: &Style) -> Option<usize> {
    let message = Message::decode(document, tolerance).ok()?;
    frame::encode(out, |out| message.encode(style, out)).ok()
}

#[unsafe(no_mangle)]
pub fn entry_money(text: &str, out: &mut dyn core::fmt::Write) -> Result<Money, MoneyError> {
    let money = Money::parse(text, Currency::CHF)?;
    _ = write!(out, "{money}");
    Ok(money)
}

#[unsafe(no_mangle)]
pub fn entry_replay(mut piece: &[u8], replay: &mut Replay, ledger: &mut Ledger<8>) -> Result<(), UnknownVersion> {
    while let Some(found) = replay.next(&mut piece)? {
        ledger.enter(&found);
    }
    while let Some(found) = replay.finish()? {
        ledger.enter(&found);
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub fn entry_record(record: &Record<'_>, out: &mut [u8]) -> Result<usize, Full> {
    journal::encode(record, out)
}

#[unsafe(no_mangle)]
pub fn entry_front_input(front: &mut Front<'_>, now: Instant, input: front::Input<'_>) -> Result<(), front::Misuse> {
    front.handle_input(now, input)
}

#[unsafe(no_mangle)]
pub fn entry_front_output<'s>(front: &'s mut Front<'_>, tx: &mut [u8]) -> front::Output<'s> {
    front.poll_output(tx)
}

#[unsafe(no_mangle)]
pub fn entry_front_restart(front: &mut Front<'_>, now: Instant, at: WallTime, mut stored: &[u8]) -> bool {
    while let Ok((entry, length)) = record::decode(stored) {
        front.restore(&entry);
        black_box(front.needs(now, at, &entry));
        stored = stored.get(length..).unwrap_or_default();
    }
    stored.is_empty()
}

#[unsafe(no_mangle)]
pub fn entry_front_record(stored: &record::Record<'_>, out: &mut [u8]) -> Result<usize, record::Full> {
    record::encode(stored, out)
}

/// What is only shown.
#[unsafe(no_mangle)]
pub fn entry_additional(text: &str, out: &mut dyn core::fmt::Write) -> core::fmt::Result {
    for (name, value) in Form::read(text).into_iter().flat_map(Form::pairs) {
        write!(out, "{name}: {value}")?;
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub fn entry_input(session: &mut Session<'_, 2>, now: Instant, input: Input<'_>) -> Result<(), Misuse> {
    session.handle_input(now, input)
}

#[unsafe(no_mangle)]
pub fn entry_output<'s>(session: &'s mut Session<'_, 2>, tx: &mut [u8]) -> Output<'s> {
    session.poll_output(tx)
}

#[unsafe(no_mangle)]
pub fn entry_nexo_input(session: &mut nexo::Session<'_>, now: Instant, input: Input<'_>) -> Result<(), Misuse> {
    session.handle_input(now, input)
}

#[unsafe(no_mangle)]
pub fn entry_nexo_output<'s>(session: &'s mut nexo::Session<'_>, tx: &mut [u8]) -> Output<'s> {
    session.poll_output(tx)
}

/// For the allocator only: the key schedule and the rounds of decryption in the cipher's crate check indices that count
/// from constant to constant, which no input can change and the optimiser does not see.
#[unsafe(no_mangle)]
pub fn shared_key(identifier: &str, passphrase: &str) -> Result<Key, KeyError> {
    Key::derive(identifier, 1, &Passphrase::new(passphrase)?)
}

/// For the allocator only, like [`shared_key`]. Decryption aside it links without a way to panic.
#[unsafe(no_mangle)]
pub fn secured_opened<'s>(
    outer: &Envelope<'_>,
    secured: &Secured<'_>,
    keys: &[Key],
    scratch: &'s mut [u8],
) -> Result<Opened<'s>, CryptoFailure> {
    envelope::open(outer, secured, keys, scratch, Limits::default())
}

#[unsafe(no_mangle)]
pub fn entry_seal(message: Document<'_>, key: &Key, nonce: Nonce, out: &mut [u8]) -> Result<usize, SealError> {
    envelope::seal(message, key, nonce, out)
}

#[unsafe(no_mangle)]
pub fn entry_mask(frame: &mut [u8], message: &mut [u8], whole: bool) {
    trace::mask(frame, whole);
    trace::mask_json(message, whole);
}

/// For the allocator only: a simulator may panic, though it should not.
#[unsafe(no_mangle)]
pub fn simulated_terminal(terminal: &mut sim::Terminal, now: Instant, input: sim::Input<'_>, tx: &mut [u8]) {
    terminal.handle_input(now, input);
    black_box(terminal.poll_output(tx));
}

#[cfg(feature = "panics")]
#[unsafe(no_mangle)]
pub fn entry_panics(bytes: &[u8]) -> u8 {
    bytes[3]
}
