//! Every way into opi-core, for a machine with neither an operating system nor an allocator.
#![no_std]

#[cfg(feature = "allocates")]
extern crate alloc;

use core::panic::PanicInfo;
use core::slice;

use opi_core::frame;
use opi_core::opi::message::{Decoder, Part, Style, Message};
use opi_core::xml::{Reader, Token, Tolerance};

unsafe extern "C" {
    /// Defined nowhere: a panic path that survives optimisation cannot be linked.
    fn panic_path_survived() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe { panic_path_survived() }
}

unsafe fn bytes<'a>(from: *const u8, len: usize) -> &'a [u8] {
    unsafe { slice::from_raw_parts(from, len) }
}

unsafe fn bytes_mut<'a>(from: *mut u8, len: usize) -> &'a mut [u8] {
    unsafe { slice::from_raw_parts_mut(from, len) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_frame(input: *const u8, len: usize, limit: u32) -> u32 {
    let mut input = unsafe { bytes(input, len) };
    let mut decoder = frame::Decoder::new(limit);
    let mut sum = 0u32;
    while let Ok(Some(piece)) = decoder.next(&mut input) {
        sum = sum.wrapping_add(piece.at).wrapping_add(piece.of);
    }
    sum
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_xml(input: *const u8, len: usize, strict: bool) -> u32 {
    let mut input = unsafe { bytes(input, len) };
    let mut reader = Reader::new(if strict { Tolerance::STRICT } else { Tolerance::FIELD });
    loop {
        match reader.next(&mut input, true) {
            Ok(Some(Token::End)) => return reader.offset(),
            Ok(Some(Token::Text(raw) | Token::Value { value: raw, .. } | Token::Attribute { value: raw, .. })) => {
                for run in raw.runs() {
                    core::hint::black_box(matches!(run, opi_core::xml::Run::Char(_)));
                }
            }
            Ok(_) => {}
            Err(error) => return error.offset,
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_decode(input: *const u8, len: usize) -> u32 {
    let mut input = unsafe { bytes(input, len) };
    let mut decoder = Decoder::new(Tolerance::FIELD);
    while let Ok(Some(part)) = decoder.next(&mut input, true) {
        if let Part::End = part {
            break;
        }
    }
    decoder.offset()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_message(input: *const u8, len: usize, out: *mut u8, room: usize) -> usize {
    let (input, out) = unsafe { (bytes(input, len), bytes_mut(out, room)) };
    let Ok(message) = Message::decode(input, Tolerance::FIELD) else { return 0 };
    frame::encode(out, |out| message.encode(&Style::CCV, out)).unwrap_or(0)
}

#[cfg(feature = "panics")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_panics(input: *const u8, len: usize) -> u8 {
    unsafe { bytes(input, len) }[3]
}
