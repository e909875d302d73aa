//! What the session wants done.

use std::io;

use opi_core::drive::{Input, Link};

use super::{Till, Way};
#[cfg(feature = "terminal-api")]
use crate::exchange::Exchange;
use crate::link::Connection;
use crate::notice::Trouble;
use crate::output::{Step, over};

impl Till {
    pub(super) fn drain(&mut self) {
        loop {
            match self.step() {
                Step::Wait(wait) => {
                    self.wait = wait;
                    self.take_up_unresolved();
                    return;
                }
                Step::Done => {}
                // The port is open as long as the till lives.
                Step::Listen => self.report(Input::Listening),
                Step::Connect(link) => {
                    let Some(connection) = self.links.get(link) else { continue };
                    match &self.way {
                        Way::Opi { terminal, .. } => connection.connect(*terminal),
                        #[cfg(feature = "terminal-api")]
                        Way::Api(terminal) => *connection = Connection::Exchange(Exchange::connect(terminal)),
                    }
                }
                Step::Send { link, length } => self.send(link, length),
                Step::Close(link) => {
                    if let Some(connection) = self.links.get(link) {
                        *connection = Connection::Down;
                    }
                }
                Step::Persist(ticket, entry) => self.records.waiting.push_back((ticket, entry)),
                Step::Unstorable(ticket) => {
                    let error = io::Error::new(io::ErrorKind::FileTooLarge, "the sheet is too long to be kept");
                    self.trouble(Trouble::STORING, error);
                    self.report(Input::StoreFailed(ticket));
                }
            }
        }
    }

    fn send(&mut self, link: Link, length: usize) {
        if let Some(mut trace) = self.trace.take() {
            let frame = self.transmit.get(..length).unwrap_or_default();
            let written = trace.sent(self.clock.now(), link, frame).map(|()| trace);
            self.trace = self.recorded(written);
        }
        let Some(connection) = self.links.get(link) else { return };
        if let Err(error) = connection.send(self.transmit.get(..length).unwrap_or_default()) {
            self.trouble("sending to the terminal", error);
            self.report(Input::SendFailed { link, at_most: 0 });
        }
    }

    /// Takes one output over.
    fn step(&mut self) -> Step {
        let now = self.clock.now();
        let Self { machine, transmit, sheets, private_text, notices, trace, .. } = self;
        let mut written = Ok(());
        let step = machine.poll_output(transmit, |output| {
            if let Some(trace) = trace {
                written = trace.output(now, &output);
            }
            #[cfg(feature = "log")]
            log::trace!(target: "opi", "-> {}", opi_core::trace::Shown(&output));
            over(output, sheets, private_text, notices)
        });
        if let Err(error) = written {
            self.trace = None;
            self.trouble("writing the trace", error);
        }
        step
    }
}
