//! `opi decode`: files and streams in, one JSON object for each message out.

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use opi_core::frame;
use opi_core::limits;
use opi_core::nexo::envelope::Key;
use opi_core::opi::message::{Decoder, Part};
use opi_core::opi::session::Gathering;
use opi_core::xml::Tolerance;
use serde::Serialize;

use crate::args::DecodeArgs;
use crate::describe::Collector;
use crate::json::line;
use crate::terminal_api;

/// How much is read at once. A message is shown as soon as its last byte is there, however it was cut.
const CHUNK: usize = 64 * 1024;

/// Longest message of the Terminal API, in bytes. The longest known have some 10 KiB.
const MOST_JSON: usize = 16 * 1024 * 1024;

/// Decodes all files; the status says whether all could be read. The error is one of usage.
pub(crate) fn run(args: &DecodeArgs) -> Result<ExitCode, String> {
    let mut readable = true;
    let mut key = None;
    if let Some(path) = &args.shared_key {
        let (read, warning) = terminal_api::key::read(path)?;
        key = Some(read);
        warning.iter().for_each(|warning| drop(writeln!(io::stderr(), "{warning}")));
    }
    for name in &args.files {
        let mut reading = Reading { args, name, key: key.as_ref(), readable: true };
        let read = match name.as_str() {
            "-" => reading.stream(&mut io::stdin().lock()),
            path => File::open(path).and_then(|mut file| reading.stream(&mut file)),
        };
        match read {
            Ok(()) => {}
            // Nobody reads any more: there is nothing left to do.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            Err(error) => {
                reading.readable = false;
                let _ = writeln!(io::stderr(), "{name}: {error}");
            }
        }
        readable &= reading.readable;
    }
    Ok(if readable { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One input being read.
struct Reading<'a> {
    args: &'a DecodeArgs,
    name: &'a str,
    key: Option<&'a Key>,
    readable: bool,
}

/// A message of that input, and where it came from.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a, M> {
    #[serde(flatten)]
    message: M,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
}

impl Reading<'_> {
    fn stream(&mut self, input: &mut impl Read) -> io::Result<()> {
        if self.args.frames { self.frames(input) } else { self.whole(input) }
    }

    /// All bytes are one message.
    fn whole(&mut self, input: &mut impl Read) -> io::Result<()> {
        let mut document = Document::new(self.args);
        let mut chunk = vec![0; CHUNK];
        let mut begun = false;
        loop {
            let bytes = read(input, &mut chunk)?;
            if !begun && bytes.trim_ascii_start().first().is_some_and(|first| matches!(first, b'{' | b'[')) {
                return self.json(bytes.to_vec(), input);
            }
            begun = true;
            if let Err((offset, why)) = document.feed(bytes, bytes.is_empty()) {
                self.refuse(offset, &why);
                return Ok(());
            }
            if bytes.is_empty() {
                return self.show(document, None);
            }
        }
    }

    /// All bytes are one message of the Terminal API, of which these were read.
    fn json(&mut self, mut text: Vec<u8>, input: &mut impl Read) -> io::Result<()> {
        input.take(MOST_JSON as u64).read_to_end(&mut text)?;
        if text.len() > MOST_JSON {
            self.refuse(count(MOST_JSON), "longer than any message");
            return Ok(());
        }
        match terminal_api::Message::read(&text, self.key) {
            Ok(message) => self.write(message, None),
            Err((offset, why)) => {
                self.refuse(offset, &why);
                Ok(())
            }
        }
    }

    /// Each message has its length in front. A message that cannot be read costs that message; a length that cannot
    /// be right costs the rest of the stream.
    fn frames(&mut self, input: &mut impl Read) -> io::Result<()> {
        let mut frames = frame::Decoder::new(limits::FRAME_BYTES);
        let mut document: Option<Document> = None;
        let mut chunk = vec![0; CHUNK];
        // Bytes of the stream before the ones in hand, and where the frame in progress begins.
        let mut before = 0u64;
        let mut begin = 0u64;
        loop {
            let bytes = read(input, &mut chunk)?;
            if bytes.is_empty() {
                if !frames.is_between_frames() {
                    self.refuse(before, "the stream ends inside a frame");
                }
                return Ok(());
            }
            let mut rest = bytes;
            loop {
                if frames.is_between_frames() {
                    begin = before + count(bytes.len() - rest.len());
                }
                let piece = match frames.next(&mut rest) {
                    Ok(Some(piece)) => piece,
                    Ok(None) => break,
                    Err(error) => {
                        self.refuse(begin, &error.to_string());
                        return Ok(());
                    }
                };
                if piece.is_first() {
                    document = Some(Document::new(self.args));
                }
                let Some(reading) = &mut document else { continue };
                if let Err((offset, why)) = reading.feed(piece.bytes, piece.is_last()) {
                    self.refuse(begin + count(frame::HEADER) + offset, &why);
                    document = None;
                } else if piece.is_last()
                    && let Some(document) = document.take()
                {
                    self.show(document, Some(begin))?;
                }
            }
            before += count(bytes.len());
        }
    }

    fn show(&self, document: Document, offset: Option<u64>) -> io::Result<()> {
        self.write(document.collector.finish(&document.gathering.facts(None), document.decoder.lost()), offset)
    }

    fn write(&self, message: impl Serialize, offset: Option<u64>) -> io::Result<()> {
        let found = Found { message, file: self.name, offset };
        let mut out = io::stdout().lock();
        writeln!(out, "{}", line(&found))?;
        out.flush()
    }

    fn refuse(&mut self, offset: u64, why: &str) {
        self.readable = false;
        let _ = writeln!(io::stderr(), "{}: byte {offset}: {why}", self.name);
    }
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// The next bytes; none at the end.
fn read<'c>(input: &mut impl Read, chunk: &'c mut [u8]) -> io::Result<&'c [u8]> {
    loop {
        match input.read(chunk) {
            Ok(length) => return Ok(chunk.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// One message being read.
struct Document {
    decoder: Decoder,
    collector: Collector,
    /// Bytes of a token that is not complete.
    unread: Vec<u8>,
    /// What a session would gather from it, and the bytes that it has not used.
    gathering: Gathering,
    to_gather: Vec<u8>,
}

impl Document {
    fn new(args: &DecodeArgs) -> Self {
        let tolerance = if args.strict { Tolerance::STRICT } else { Tolerance::FIELD };
        Self {
            decoder: Decoder::new(tolerance),
            collector: Collector::new(args.profile),
            unread: Vec::new(),
            gathering: Gathering::new(tolerance),
            to_gather: Vec::new(),
        }
    }

    /// Reads on; the error is the byte of the message and what is wrong there.
    fn feed(&mut self, bytes: &[u8], last: bool) -> Result<(), (u64, String)> {
        self.unread.extend_from_slice(bytes);
        let mut used = 0;
        loop {
            let mut rest = self.unread.get(used..).unwrap_or_default();
            let before = rest.len();
            match self.decoder.next(&mut rest, last) {
                Ok(Some(Part::End) | None) => {
                    used += before - rest.len();
                    break;
                }
                Ok(Some(part)) => {
                    self.collector.take(&part);
                    used += before - rest.len();
                }
                Err(fault) => return Err((u64::from(fault.offset), fault.to_string())),
            }
        }
        self.unread.drain(..used);
        self.to_gather.extend_from_slice(bytes);
        let mut rest = self.to_gather.as_slice();
        self.gathering.read(&mut rest, last).map_err(|fault| (u64::from(fault.offset), fault.to_string()))?;
        let used = self.to_gather.len() - rest.len();
        self.to_gather.drain(..used);
        Ok(())
    }
}
