//! Writes a trace while the conversation goes on.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};

use opi_core::drive::{Input, Link, Misuse, Output};
use opi_core::journal::Unresolved;
use opi_core::time::Instant;
use serde::Serialize;

#[cfg(feature = "terminal-api")]
use super::api::KeptApiSettings;
use super::input::Kept;
use super::settings::{KeptSettings, KeptUnresolved};
use super::wire::Wire;
use super::{Bounds, Head, Step, Told, VERSION, What, characters, link_name};
use crate::clock::now_local;
use crate::machine::Settings;

/// The trace of one till.
pub(crate) struct Recorder {
    out: Box<dyn Write + Send>,
    /// Lines that wait for what came in before them to be masked.
    lines: VecDeque<Line>,
    streams: HashMap<Link, Stream>,
    wire: Wire,
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
    fn mask_frames(&mut self, wire: Wire) {
        let Some(frame_limit) = wire.frame_limit() else { return };
        while let Some((header, rest)) = self.bytes.get_mut(self.masked..).and_then(<[u8]>::split_first_chunk_mut) {
            let length = u32::from_be_bytes(*header);
            let payload = usize::try_from(length).ok().and_then(|length| rest.get_mut(..length));
            let Some(payload) = payload.filter(|_| (1..=frame_limit).contains(&length)) else { return };
            wire.mask(payload, true);
            self.masked += wire.header() + payload.len();
        }
    }

    /// Masks all the rest: nothing follows. It is `whole` if it ended as it should.
    fn end(&mut self, wire: Wire, whole: bool) {
        let rest = self.bytes.get_mut(self.masked..).unwrap_or_default();
        // What does not begin with a length is a text from its first byte.
        let is_framed = |header: &[u8; 4]| {
            wire.frame_limit().is_some_and(|limit| (1..=limit).contains(&u32::from_be_bytes(*header)))
        };
        let header = if rest.first_chunk().is_some_and(is_framed) { wire.header() } else { 0 };
        wire.mask(rest.get_mut(header..).unwrap_or_default(), whole);
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
        let wire = match settings {
            Settings::Opi(settings) => Wire::Opi { frame_limit: settings.frame_limit },
            #[cfg(feature = "terminal-api")]
            Settings::Api(_) => Wire::Api,
        };
        let head = Head {
            opi_trace: VERSION,
            begun: now_local().with_zone().to_string(),
            bounds: Bounds::ours(wire),
            settings: match settings {
                Settings::Opi(settings) => Some(KeptSettings::new(settings)),
                #[cfg(feature = "terminal-api")]
                Settings::Api(_) => None,
            },
            #[cfg(feature = "terminal-api")]
            api_settings: match settings {
                Settings::Opi(_) => None,
                Settings::Api(settings) => Some(KeptApiSettings::new(settings)),
            },
            unresolved: unresolved.map(KeptUnresolved::new),
        };
        write(&mut *out, &head)?;
        out.flush()?;
        Ok(Self { out, lines: VecDeque::new(), streams: HashMap::new(), wire })
    }

    pub(crate) fn input(&mut self, now: Instant, input: &Input<'_>) -> io::Result<()> {
        let t = now.as_millis();
        match input {
            Input::Received(link, bytes) => {
                let (link, length) = (*link, bytes.len());
                self.lines.push_back(Line::Received { t, link, length });
                let stream = self.streams.entry(link).or_default();
                stream.bytes.extend_from_slice(bytes);
                stream.mask_frames(self.wire);
            }
            input => {
                match input {
                    Input::Closed(link) | Input::Connected(link) | Input::Accepted(link) => self.end(*link, false),
                    Input::Complete { link, .. } => self.end(*link, true),
                    _ => {}
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
            Output::Close(link) => self.end(*link, false),
            _ => {}
        }
        self.told(now, Told::new(output))?;
        // The till now waits: what there is can be read meanwhile.
        if matches!(output, Output::Wait(_)) { self.out.flush() } else { Ok(()) }
    }

    pub(crate) fn sent(&mut self, now: Instant, link: Link, frame: &[u8]) -> io::Result<()> {
        self.told(now, Told::frame(link, frame, self.wire))
    }

    fn told(&mut self, now: Instant, told: Told) -> io::Result<()> {
        self.lines.push_back(Line::Whole(Step { t: now.as_millis(), what: What::Out(told) }));
        self.write()
    }

    fn end(&mut self, link: Link, whole: bool) {
        if let Some(stream) = self.streams.get_mut(&link) {
            stream.end(self.wire, whole);
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
        self.streams.values_mut().for_each(|stream| stream.end(self.wire, false));
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
