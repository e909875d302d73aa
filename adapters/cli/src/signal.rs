//! Ctrl-C: asks the terminal to stop, and does not leave while the result is open.

use std::io;

use async_signal::{Signal, Signals};
use smol::stream::StreamExt;

/// Ctrl-C, the wish of the system to end, and the end of the window.
pub(crate) struct Interrupts {
    signals: Option<Signals>,
}

impl Interrupts {
    /// Takes over Ctrl-C.
    pub(crate) fn new() -> io::Result<Self> {
        #[cfg(unix)]
        let which = [Signal::Int, Signal::Term, Signal::Hup];
        #[cfg(not(unix))]
        let which = [Signal::Int];
        Ok(Self { signals: Some(Signals::new(which)?) })
    }

    /// Leaves signals as they are.
    pub(crate) const fn none() -> Self {
        Self { signals: None }
    }

    /// The next one. Cancel-safe.
    pub(crate) async fn next(&mut self) {
        if let Some(signals) = &mut self.signals
            && let Some(Ok(_)) = signals.next().await
        {
            return;
        }
        std::future::pending().await
    }
}
