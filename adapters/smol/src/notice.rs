//! What [`Till::next`](crate::Till::next) tells: the session's events, owned and put together.

use std::{fmt, io};

use opi_core::drive::{PeerFault, Question, QuestionId, Total, Why};
use opi_core::id::{Id, RequestId};
use opi_core::limits;
use opi_core::operation::{Finished, Reason};
use opi_core::receipt::{Line, Purpose, SheetId};
use opi_core::trace::mask;
use serde::Serialize;

use crate::config::RAW_TEXT;

/// Something a till wants to know.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// A request got its number.
    Started {
        /// The number.
        request_id: RequestId,
        /// The request type as it goes on the wire.
        request_type: String,
    },
    /// The answer to a request that may move money is lost or says nothing. The terminal is asked about it; the end
    /// follows.
    InDoubt {
        /// The request.
        request_id: RequestId,
        /// Why.
        reason: Reason,
    },
    /// A prompt, a receipt or a journal, complete.
    Sheet(WholeSheet),
    /// The terminal asks the cashier. What is asked came as a display sheet right before; answer with
    /// [`Till::answer`](crate::Till::answer).
    Question(Question),
    /// The question does not stand any more.
    QuestionWithdrawn(QuestionId),
    /// The terminal answered an abort. It never decides the outcome (I8).
    AbortAnswered {
        /// Whether the terminal says that it took the abort.
        accepted: bool,
    },
    /// A total of a reconciliation.
    Total(Total),
    /// A brand that the terminal takes.
    CardCircuit {
        /// The code.
        code: String,
        /// The name for people.
        name: Option<String>,
    },
    /// A fact of the terminal's identity or state, by its name in the protocol.
    Detail {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The raw private data of an answer; [`from_private_xml`](crate::private_data::from_private_xml) reads it.
    PrivateText(RawText),
    /// The till now waits for something else.
    Waiting(Why),
    /// The terminal did something that it must not do. The session handles it; this is for the log.
    Fault(PeerFault),
    /// The network or the store failed. The session handles it; this is for the log.
    Trouble(Trouble),
    /// The operation ended.
    Finished(Box<Finished>),
}

/// A prompt, a receipt or a journal with everything on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WholeSheet {
    /// Its name in this session.
    pub id: SheetId,
    /// What it is for.
    pub purpose: Purpose,
    /// The request it belongs to; `None` if it came while none was running.
    pub request: Option<RequestId>,
    /// The device as the terminal named it.
    pub target: Id<{ limits::VOCABULARY }>,
    /// The lines, from the top: by their rows if the terminal gave rows.
    pub lines: Vec<Line>,
    /// The raw text of a journal, empty for other sheets.
    pub journal: RawText,
    /// Whether lines are missing at the end, because there were more than
    /// [`SHEET_LINES`](crate::config::SHEET_LINES).
    pub cut: bool,
    /// Approval code or transaction reference that the sheets of its request showed so far, if it was to be stored: by
    /// it a lost answer is found again.
    pub reference: Option<Id<{ limits::LONG_ID }>>,
    /// Whether it was stored, where it had to be. Not so: the terminal was told that it was not handled.
    pub kept: bool,
}

/// Text that stays as the terminal sent it, at most [`RAW_TEXT`] bytes. Shown and serialised with card data masked
/// (I12).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawText {
    kept: String,
    cut: bool,
}

impl RawText {
    /// The text as received. It may hold card data: mask it before it is shown or logged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.kept
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether something is missing at the end.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Adds as much as there is room for; once something was cut, nothing more is added.
    pub(crate) fn append(&mut self, more: &str) {
        if self.cut {
            return;
        }
        let fits = more.floor_char_boundary(RAW_TEXT.saturating_sub(self.kept.len()));
        self.kept.push_str(more.get(..fits).unwrap_or_default());
        self.cut = fits < more.len();
    }
}

impl fmt::Display for RawText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.kept.clone().into_bytes();
        mask(&mut shown, !self.cut);
        String::from_utf8_lossy(&shown).fmt(out)?;
        if self.cut { out.write_str("…") } else { Ok(()) }
    }
}

impl fmt::Debug for RawText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

impl Serialize for RawText {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// What failed on this machine or between it and the terminal.
#[derive(Debug)]
pub struct Trouble {
    /// What was being done.
    pub doing: &'static str,
    /// Why it failed.
    pub error: io::Error,
}

impl Trouble {
    /// What was being done, if it was the storing of a record.
    pub const STORING: &'static str = "storing a record";
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.doing, self.error)
    }
}

impl std::error::Error for Trouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn raw_text_is_given_whole_and_shown_masked() {
        let mut text = RawText::default();
        // The number comes in two pieces.
        text.append("<Card>4111 1111 11");
        text.append("11 1111</Card><CV2>987</CV2>");
        assert_eq!(text.as_str(), "<Card>4111 1111 1111 1111</Card><CV2>987</CV2>");
        let private = Notice::PrivateText(text.clone());
        for shown in [format!("{text}"), format!("{private:?}"), serde_json::to_string(&text).unwrap()] {
            assert!(shown.contains("**** **** **** 1111</Card><CV2>***</CV2>"), "{shown}");
        }
    }
}
