//! The ways into opi-core that a till on a small machine takes, layer by layer. `report` links and measures them.
#![no_std]

use core::hint::black_box;
use core::mem::MaybeUninit;
use core::panic::PanicInfo;

use opi_core::drive::{Input, Misuse, Output};
use opi_core::frame;
use opi_core::id::WorkstationId;
use opi_core::journal::{self, Full, Ledger, Record, Replay, UnknownVersion};
use opi_core::limits::WINDOW_MIN;
use opi_core::money::{Currency, Money, MoneyError};
use opi_core::opi::message::till::{Decoder, Part};
use opi_core::opi::message::{EncodeError, Fault, Message, Reply, Style};
use opi_core::opi::{ConfigError, Memory, Session, Settings};
use opi_core::time::{Instant, local_seconds};
use opi_core::xml::{Reader, Tolerance, WriteError, Writer, XmlError};

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
pub fn layer_words(text: &str) -> Result<Money, MoneyError> {
    black_box((local_seconds(text), WorkstationId::new(text).is_ok()));
    Money::parse(text, Currency::CHF)
}

#[unsafe(no_mangle)]
pub fn layer_frame(mut chunk: &[u8], decoder: &mut frame::Decoder, out: &mut [u8]) -> bool {
    while let Ok(Some(piece)) = decoder.next(&mut chunk) {
        black_box(piece);
    }
    frame::encode(out, |_| Ok::<_, ()>(1)).is_ok()
}

#[unsafe(no_mangle)]
pub fn layer_xml(mut window: &[u8], reader: &mut Reader) -> Result<(), XmlError> {
    while let Some(token) = reader.next(&mut window, true)? {
        black_box(token);
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub fn layer_xml_written(text: &str, out: &mut [u8]) -> Result<usize, WriteError> {
    let mut writer = Writer::new(out);
    writer.open("element");
    writer.attribute("name", text);
    writer.text(text);
    writer.close();
    writer.finish()
}

#[unsafe(no_mangle)]
pub fn layer_message(mut window: &[u8], decoder: &mut Decoder) -> Result<(), Fault> {
    while let Some(part) = decoder.next(&mut window, true)? {
        if let Part::End = black_box(part) {
            break;
        }
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub fn layer_message_written(reply: &Reply<'_>, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
    reply.encode(style, out)
}

#[unsafe(no_mangle)]
pub fn layer_journal(record: &Record<'_>, out: &mut [u8]) -> Result<usize, Full> {
    journal::encode(record, out)
}

#[unsafe(no_mangle)]
pub fn layer_journal_read(mut piece: &[u8], replay: &mut Replay, ledger: &mut Ledger<8>) -> Result<(), UnknownVersion> {
    while let Some(found) = replay.next(&mut piece)? {
        ledger.enter(&found);
    }
    while let Some(found) = replay.finish()? {
        ledger.enter(&found);
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub fn layer_session_new(
    settings: Settings,
    memory: Memory<'static, 1>,
    at: &mut MaybeUninit<Session<'static, 1>>,
) -> Result<(), ConfigError> {
    at.write(Session::with(settings, memory.checked()?));
    Ok(())
}

#[unsafe(no_mangle)]
pub fn layer_session_input(session: &mut Session<'_, 1>, now: Instant, input: Input<'_>) -> Result<(), Misuse> {
    session.handle_input(now, input)
}

#[unsafe(no_mangle)]
pub fn layer_session_output<'s>(session: &'s mut Session<'_, 1>, tx: &mut [u8]) -> Output<'s> {
    session.poll_output(tx)
}

/// Beside a till: messages as a whole, all six families, both directions.
#[unsafe(no_mangle)]
pub fn beside_whole_messages(document: &[u8], out: &mut [u8], style: &Style) -> Option<usize> {
    Message::decode(document, Tolerance::FIELD).ok()?.encode(style, out).ok()
}

/// As many bytes as a value has: the size of a symbol is what a linker tells.
macro_rules! bytes {
    ($($name:ident: $count:expr;)+) => {$(
        #[unsafe(no_mangle)]
        pub static $name: [u8; $count] = [0; $count];
    )+};
}

bytes! {
    RAM_SESSION_1: size_of::<Session<'static, 1>>();
    RAM_SESSION_2: size_of::<Session<'static, 2>>();
    RAM_SESSION_1_AND_WINDOWS: size_of::<Session<'static, 1>>() + 3 * WINDOW_MIN;
    RAM_DECODER: size_of::<Decoder>();
    RAM_SETTINGS: size_of::<Settings>();
    RAM_LEDGER_8: size_of::<Ledger<8>>();
    RAM_REPLAY: size_of::<Replay>();
}
