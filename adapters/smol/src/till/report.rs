//! Reports to the session and to the trace, and troubles.

use std::io;

use opi_core::drive::{Input, Misuse};

use super::Till;
use crate::notice::{Notice, Trouble};
use crate::trace::Recorder;

impl Till {
    /// Gives an input to the session, and to the trace.
    pub(super) fn give(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        let now = self.clock.now();
        self.record(|trace| trace.input(now, &input));
        #[cfg(feature = "log")]
        log::trace!(target: "opi", "<- {}", opi_core::trace::Given(&input));
        let told = self.machine.handle_input(now, input);
        if let Err(misuse) = &told {
            #[cfg(feature = "log")]
            log::debug!(target: "opi", "refused: {misuse}");
            self.record(|trace| trace.refused(now, misuse));
        }
        told
    }

    pub(super) fn record(&mut self, what: impl FnOnce(&mut Recorder) -> io::Result<()>) {
        if let Some(mut trace) = self.trace.take() {
            let written = what(&mut trace).map(|()| trace);
            self.trace = self.recorded(written);
        }
    }

    /// A trace that could not be written ends.
    pub(super) fn recorded(&mut self, written: io::Result<Recorder>) -> Option<Recorder> {
        written.map_err(|error| self.trouble("writing the trace", error)).ok()
    }

    /// Reports to the session and does all that it wants done.
    pub(super) fn tell(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        let told = self.give(input);
        self.drain();
        told
    }

    /// Reports from inside the drain.
    pub(super) fn report(&mut self, input: Input<'_>) {
        let told = self.give(input);
        self.note_misuse(told);
    }

    /// The session refused what this adapter reported: a mistake of the two of them, and better seen than hidden.
    pub(super) fn note_misuse(&mut self, told: Result<(), Misuse>) {
        if let Err(misuse) = told {
            self.trouble("reporting to the session", io::Error::other(misuse));
        }
    }

    pub(super) fn trouble(&mut self, doing: &'static str, error: io::Error) {
        self.notices.push_back(Notice::Trouble(Trouble { doing, error }));
    }
}
