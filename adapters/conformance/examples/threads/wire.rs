//! Connections: a thread that reads and a thread that writes for each.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use opi_core::drive::Link;

use crate::{Happened, News};

/// One connection.
#[derive(Default)]
pub(crate) struct Wire {
    /// Not there while it is being made.
    up: Option<Up>,
    pub(crate) is_reading: bool,
    pub(crate) is_sending: bool,
    /// The terminal sends no more.
    pub(crate) has_ended: bool,
}

struct Up {
    stream: Arc<TcpStream>,
    /// How much the reader may read next.
    room: Sender<usize>,
    frames: Sender<Vec<u8>>,
}

/// The connections that there are, each with its count: what a thread tells of an earlier one is old news.
#[derive(Default)]
pub(crate) struct Wires {
    count: u64,
    open: HashMap<Link, (u64, Wire)>,
}

impl Wires {
    pub(crate) fn get(&mut self, link: Link, count: u64) -> Option<&mut Wire> {
        self.open.get_mut(&link).filter(|(which, _)| *which == count).map(|(_, wire)| wire)
    }

    pub(crate) fn connect(&mut self, link: Link, terminal: SocketAddr, news: Sender<News>) {
        self.count += 1;
        let count = self.count;
        self.open.insert(link, (count, Wire::default()));
        // The session says when it takes too long; what comes of it then is old news.
        thread::spawn(move || {
            let happened = TcpStream::connect(terminal).map_or(Happened::ConnectFailed, Happened::Connected);
            news.send(News::Wire(link, count, happened))
        });
    }

    /// The connection is there; `false` if it is gone already.
    pub(crate) fn up(&mut self, link: Link, stream: TcpStream, news: Sender<News>) -> bool {
        if stream.set_nodelay(true).is_err() {
            return false;
        }
        self.count += 1;
        let (stream, count) = (Arc::new(stream), self.count);
        let room = read(link, count, Arc::clone(&stream), news.clone());
        let frames = write(link, count, Arc::clone(&stream), news);
        self.open.insert(link, (count, Wire { up: Some(Up { stream, room, frames }), ..Wire::default() }));
        true
    }

    pub(crate) fn send(&mut self, link: Link, frame: Vec<u8>) -> bool {
        let Some((_, wire)) = self.open.get_mut(&link) else { return false };
        wire.is_sending = wire.up.as_ref().is_some_and(|up| up.frames.send(frame).is_ok());
        wire.is_sending
    }

    /// Ends the connection: a writer that is in the middle of a frame fails, and nothing more leaves.
    pub(crate) fn close(&mut self, link: Link) {
        if let Some(up) = self.open.remove(&link).and_then(|(_, wire)| wire.up) {
            let _ = up.stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets every reader read as much as there is room for.
    pub(crate) fn read_on(&mut self, room_of: impl Fn(Link) -> usize) {
        for (link, (_, wire)) in &mut self.open {
            let space = room_of(*link);
            if let Some(up) = wire.up.as_ref().filter(|_| !wire.is_reading && !wire.has_ended && space > 0) {
                wire.is_reading = up.room.send(space).is_ok();
            }
        }
    }
}

fn read(link: Link, count: u64, stream: Arc<TcpStream>, news: Sender<News>) -> Sender<usize> {
    let (room, inbox) = channel();
    thread::spawn(move || {
        for space in inbox {
            let mut bytes = vec![0; space];
            let happened = match (&*stream).read(&mut bytes) {
                Ok(length @ 1..) => {
                    bytes.truncate(length);
                    Happened::Received(bytes)
                }
                _ => Happened::Closed,
            };
            let is_over = matches!(happened, Happened::Closed);
            if news.send(News::Wire(link, count, happened)).is_err() || is_over {
                return;
            }
        }
    });
    room
}

fn write(link: Link, count: u64, stream: Arc<TcpStream>, news: Sender<News>) -> Sender<Vec<u8>> {
    let (frames, inbox) = channel::<Vec<u8>>();
    thread::spawn(move || {
        for frame in inbox {
            // `write_all` does not say how much of it left.
            let mut written = 0;
            while let Some(rest) = frame.get(written..).filter(|rest| !rest.is_empty()) {
                match (&*stream).write(rest) {
                    Ok(taken @ 1..) => written += taken,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    _ => break,
                }
            }
            let happened = if written == frame.len() { Happened::Sent } else { Happened::SendFailed(written) };
            if news.send(News::Wire(link, count, happened)).is_err() {
                return;
            }
        }
    });
    frames
}
