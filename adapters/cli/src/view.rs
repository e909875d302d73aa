//! What the user gets to see of an operation, whoever the user is.

use std::io::{self, Write};

use opi_core::drive::{Misuse, PeerFault, Question, Total, Why};
use opi_core::id::RequestId;
use opi_core::journal::Unresolved;
use opi_core::money::Money;
use opi_core::operation::{Finished, Reason};
use opi_smol::WholeSheet;

/// A person ([`Screen`](crate::show::Screen)) or a program ([`Lines`](crate::json::Lines)).
///
/// Nothing here can fail: a reader that went away must not stop a payment.
pub(crate) trait View {
    /// A request got its number.
    fn started(&mut self, request_id: &str, request_type: &str);
    /// Something else is waited for.
    fn waiting(&mut self, why: Why);
    /// A second passed and nothing happened.
    fn still_waiting(&mut self);
    /// The answer is lost or says nothing; the terminal is asked about it.
    fn in_doubt(&mut self, reason: Reason);
    /// The terminal shows, prints or keeps something.
    fn sheet(&mut self, sheet: &WholeSheet);
    /// The terminal asks something. `asking` says whether the answer comes from the keyboard.
    fn question(&mut self, question: &Question, asking: bool);
    /// The question got this answer.
    fn answered(&mut self, id: u32, answer: &str);
    /// The question does not stand any more.
    fn withdrawn(&mut self, id: u32);
    /// The terminal answered an abort.
    fn abort_answered(&mut self, accepted: bool);
    /// A total of a reconciliation.
    fn total(&mut self, total: &Total);
    /// A brand that the terminal takes.
    fn circuit(&mut self, code: &str, name: Option<&str>);
    /// A fact of the terminal.
    fn detail(&mut self, name: &str, value: &str);
    /// The terminal did something that it must not do.
    fn fault(&mut self, fault: &PeerFault);
    /// A word to the user about this program, not from the terminal.
    fn note(&mut self, text: &str);
    /// The session refused to begin.
    fn refused(&mut self, why: &Misuse);
    /// The terminal is asked about a request of an earlier run.
    fn recovering(&mut self, unresolved: &Unresolved);
    /// What came of it, and the amount that was asked for.
    fn recovered(&mut self, finished: &Finished, asked: Option<Money>);
    /// That request of the same amount was approved after all, so nothing new was sent. The last call.
    fn approved_before(&mut self, request_id: RequestId);
    /// Nothing is unresolved. The last call.
    fn nothing_unresolved(&mut self);
    /// The end, and the amount that was asked for. The last call.
    fn finished(&mut self, finished: &Finished, asked: Option<Money>);
}

/// Why nothing new was sent after an earlier request of the same amount was approved.
pub(crate) fn already(request_id: RequestId) -> String {
    format!(
        "request {request_id} of the same amount was approved after all, so nothing new was sent; if this is another one, \
         ask again"
    )
}

/// What was written to standard output. A reader that went away wanted no more; any other fault is told once, since
/// receipts may be lost by it.
#[derive(Default)]
pub(crate) struct Written {
    told: bool,
}

impl Written {
    pub(crate) fn note(&mut self, written: io::Result<()>) {
        let Err(error) = written else { return };
        if error.kind() != io::ErrorKind::BrokenPipe && !std::mem::replace(&mut self.told, true) {
            let _ = writeln!(io::stderr(), "standard output: {error}; the payment goes on, its receipts are not shown");
        }
    }
}
