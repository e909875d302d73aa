//! Writes a trace while the conversation goes on.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};

use opi_core::drive::{Input, Link, Misuse, Output};
use opi_core::journal::Unresolved;
use opi_core::opi::Settings;
use opi_core::time::Instant;
use opi_core::trace::mask;
use serde::Serialize;

use super::input::Kept;
use super::settings::{KeptSettings, KeptUnresolved};
use super::{Bounds, HEADER, Head, Step, Told, VERSION, What, characters, link_name};
use crate::clock::now_local;

/// The trace of one till.
pub(crate) struct Recorder {
    out: Box<dyn Write + Send>,
    /// Lines that wait for what came in before them to be masked.
    lines: VecDeque<Line>,
    streams: HashMap<Link, Stream>,
    frame_limit: u32,
}

enum Line {
    Whole(Step),
    /// So many bytes came in.
    Received {
        t: u64,
        link: Link,
        length: usize,
    },
}

/// What came in on one connection and is not written yet.
#[derive(Default)]
struct Stream {
    bytes: Vec<u8>,
    /// How many of them are masked. There a frame begins.
    masked: usize,
}

impl Stream {
    /// Masks the frames that are complete. What has no sound length is masked when the connection ends.
    fn mask_frames(&mut self, frame_limit: u32) {
        while let Some((header, rest)) = self.bytes.get_mut(self.masked..).and_then(<[u8]>::split_first_chunk_mut) {
            let length = u32::from_be_bytes(*header);
            let payload = usize::try_from(length).ok().and_then(|length| rest.get_mut(..length));
            let Some(payload) = payload.filter(|_| (1..=frame_limit).contains(&length)) else { return };
            mask(payload, true);
            self.masked += HEADER + payload.len();
        }
    }

    /// Masks all the rest: nothing follows.
    fn end(&mut self, frame_limit: u32) {
        let rest = self.bytes.get_mut(self.masked..).unwrap_or_default();
        // What does not begin with a length is a text from its first byte.
        let framed = rest.first_chunk().is_some_and(|header| (1..=frame_limit).contains(&u32::from_be_bytes(*header)));
        mask(rest.get_mut(if framed { HEADER } else { 0 }..).unwrap_or_default(), false);
        self.masked = self.bytes.len();
    }
}

impl Recorder {
    /// Begins a trace of a session that nothing has happened to yet.
    pub(crate) fn new(
        mut out: Box<dyn Write + Send>,
        settings: &Settings,
        unresolved: Option<&Unresolved>,
    ) -> io::Result<Self> {
        let head = Head {
            opi_trace: VERSION,
            begun: now_local().with_zone().to_string(),
            bounds: Bounds::OURS,
            settings: KeptSettings::new(settings),
            unresolved: unresolved.map(KeptUnresolved::new),
        };
        write(&mut *out, &head)?;
        out.flush()?;
        let frame_limit = settings.frame_limit;
        Ok(Self { out, lines: VecDeque::new(), streams: HashMap::new(), frame_limit })
    }

    pub(crate) fn input(&mut self, now: Instant, input: &Input<'_>) -> io::Result<()> {
        let t = now.as_millis();
        match input {
            Input::Received(link, bytes) => {
                let (link, length) = (*link, bytes.len());
                self.lines.push_back(Line::Received { t, link, length });
                let stream = self.streams.entry(link).or_default();
                stream.bytes.extend_from_slice(bytes);
                stream.mask_frames(self.frame_limit);
            }
            input => {
                if let Input::Closed(link) | Input::Connected(link) | Input::Accepted(link) = input {
                    self.end(*link);
                }
                self.lines.push_back(Line::Whole(Step { t, what: What::In(Kept::new(input)) }));
            }
        }
        self.write()
    }

    /// The store had one more request without an end: it was set as unresolved.
    pub(crate) fn take_up(&mut self, now: Instant, unresolved: &Unresolved) -> io::Result<()> {
        let kept = Kept::TakeUp { unresolved: Box::new(KeptUnresolved::new(unresolved)) };
        self.lines.push_back(Line::Whole(Step { t: now.as_millis(), what: What::In(kept) }));
        self.write()
    }

    /// The input before was refused.
    pub(crate) fn refused(&mut self, now: Instant, misuse: &Misuse) -> io::Result<()> {
        self.told(now, Told::refused(misuse))
    }

    /// Takes an output down, unless it is a frame to be sent.
    pub(crate) fn output(&mut self, now: Instant, output: &Output<'_>) -> io::Result<()> {
        match output {
            Output::Send { .. } => return Ok(()),
            Output::Close(link) => self.end(*link),
            _ => {}
        }
        self.told(now, Told::new(output))?;
        // The till now waits: what there is can be read meanwhile.
        if matches!(output, Output::Wait(_)) { self.out.flush() } else { Ok(()) }
    }

    pub(crate) fn sent(&mut self, now: Instant, link: Link, frame: &[u8]) -> io::Result<()> {
        self.told(now, Told::frame(link, frame))
    }

    fn told(&mut self, now: Instant, told: Told) -> io::Result<()> {
        self.lines.push_back(Line::Whole(Step { t: now.as_millis(), what: What::Out(told) }));
        self.write()
    }

    fn end(&mut self, link: Link) {
        if let Some(stream) = self.streams.get_mut(&link) {
            stream.end(self.frame_limit);
        }
    }

    /// Writes what is masked.
    fn write(&mut self) -> io::Result<()> {
        while let Some(line) = self.lines.front() {
            match line {
                Line::Whole(step) => write(&mut *self.out, step)?,
                Line::Received { t, link, length } => {
                    let stream = self.streams.entry(*link).or_default();
                    if stream.masked < *length {
                        return Ok(());
                    }
                    stream.masked -= length;
                    let bytes = characters(&stream.bytes.drain(..length).collect::<Vec<u8>>());
                    let kept = Kept::Received { link: link_name(*link), bytes };
                    write(&mut *self.out, &Step { t: *t, what: What::In(kept) })?;
                }
            }
            self.lines.pop_front();
        }
        Ok(())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.streams.values_mut().for_each(|stream| stream.end(self.frame_limit));
        // Nobody is left to be told.
        let _ = self.write();
        let _ = self.out.flush();
    }
}

fn write(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    out.write_all(&text)
}
