//! Mistakes to be found: each breaks one promise on purpose, so that a proof which finds nothing is known to be able to
//! find something. Without the feature `proof` none can be made.

#[cfg(feature = "proof")]
use core::sync::atomic::{AtomicU8, Ordering};

/// Which sessions can make a mistake.
#[cfg(feature = "proof")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Those of every protocol.
    Any,
    /// That of OPI.
    Opi,
    /// That of the Terminal API.
    TerminalApi,
    /// None: what reads, writes, seals and masks, and the terminal's side of the Terminal API.
    Bytes,
}

macro_rules! mistakes {
    ($($of:ident $name:ident $text:literal)*) => {
        /// A mistake that a session, a ledger, a reader, a writer or a mask can be told to make.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[cfg_attr(not(feature = "proof"), allow(unreachable_pub, reason = "the module is private then"))]
        #[cfg_attr(not(feature = "proof"), allow(dead_code, reason = "some are made where another feature is"))]
        #[allow(missing_docs, reason = "each has its sentence in the list, see `text`")]
        pub enum Mistake {
            $($name,)*
        }

        #[cfg(feature = "proof")]
        impl Mistake {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Those that this session can make.
            pub fn of(session: Of) -> impl Iterator<Item = Self> {
                let of = [$((Self::$name, Of::$of)),*].into_iter();
                of.filter(move |(_, of)| [Of::Any, session].contains(of)).map(|(mistake, _)| mistake)
            }

            /// Those that no session makes.
            pub fn of_bytes() -> impl Iterator<Item = Self> {
                let of = [$((Self::$name, Of::$of)),*].into_iter();
                of.filter(|(_, of)| *of == Of::Bytes).map(|(mistake, _)| mistake)
            }

            /// What goes wrong.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

mistakes! {
    Any SendsBeforePersist "a payment is sent without its intent being stored (I2)"
    Any AcknowledgesBeforeStored "a receipt is acknowledged before it is stored (I3)"
    Any AcceptsForeignAnswers "an answer with another RequestID is taken for ours (I4)"
    Any LetsAnAbortDecide "an abort that was taken ends the payment as aborted (I8)"
    Any TakesSilenceForARefusal "a lost answer is told as declined (I4)"
    Any ResendsAfterTimeOut "a payment without an answer is sent again (I1)"
    Any UsesANumberAgain "requests get the number of the one before (I5)"
    Any UsesABlockAgain "after a restart a reserved block of numbers is used again (I5)"
    Any ForgetsTheBlocker "an unknown result does not block the lane (I6)"
    Any ForgetsTheBlockerAtRestart "an unresolved request does not block the lane after a restart (I6)"
    Any BelievesAnotherTillsAnswer "another till's repeated answer settles our payment (I4)"
    Opi BelievesAnyReceipt "any receipt of the same amount settles our payment (I4)"
    Opi BelievesAnOldReceipt "a receipt of the payment before settles our payment (I4)"
    Opi BelievesAReceiptOfAnother "with several unresolved a receipt settles the first of them by its amount (I4)"
    Any SaysNotSentAfterAWholeFrame "a failed sending counts as not sent though all of it can have left (I4)"
    Any SaysStoredWhatIsNot "an end is told as stored though it is not"
    Any StoresNoEndOfAWithdrawal "of a request withdrawn while its intent was being stored no end is stored (I6)"
    Any ForgetsTheFifth "of many unresolved requests the fifth is forgotten (I6)"
    Opi AnswersTwice "a device request is answered twice (I7)"
    Opi LeavesUnanswered "a device request is not answered (I7)"
    Opi AnswersForTheCashier "a question that nobody answered is answered with yes (I7)"
    Any WaitsForever "the wait for the answer has no deadline (I9)"
    Any TellsItAgain "the same news are told again and again (I10)"
    Any AsksForever "the terminal is asked the same for ever (I11)"
    Any ShowsCardNumbers "a card number is shown (I12)"
    TerminalApi BelievesAForgetfulTerminal "a request is taken for never received though the terminal may have forgotten it (I4)"
    TerminalApi BelievesNotFoundAtOnce "a request is taken for never received though it may still arrive (I4)"
    TerminalApi EndsByADuplicate "the refusal of a second sending ends the first (I4)"
    TerminalApi JudgesByTheOuterResult "that the status could be told is taken for an approval (I4)"
    TerminalApi ResendsAfterInProgress "a payment that the terminal works on is sent again (I1)"
    Bytes FrameForgetsHalfAHeader "the front of a header at the end of a chunk is forgotten"
    Bytes XmlSplitsALineEnd "a line end of two bytes that is cut becomes two"
    Bytes XmlReadsTwoLineEnds "a line end of two bytes is read as two"
    Bytes XmlWritesALineEnd "a carriage return is written as it is"
    Bytes MessageSaysYes "no is written as yes"
    Bytes JsonWritesAControl "a control character is written as it is"
    Bytes NexoSaysYes "no is written as yes"
    Bytes FrontForgetsIds "an id that was used is taken for new"
    Bytes EnvelopeBelievesAnyCode "a secured message opens whatever its code says"
    Bytes JournalReadsWhatIsDamaged "a record is found whatever its checksum says"
    Bytes TraceShowsCdata "what stands in CDATA is not masked"
    Bytes TraceShowsEscapedNames "a value whose name has escapes is not masked"
}

#[cfg(feature = "proof")]
const NONE: u8 = u8::MAX;
#[cfg(feature = "proof")]
static MADE: AtomicU8 = AtomicU8::new(NONE);

/// Makes this mistake from now on, everywhere in this process; `None` makes none.
#[cfg(feature = "proof")]
pub fn make(mistake: Option<Mistake>) {
    MADE.store(mistake.map_or(NONE, |mistake| mistake as u8), Ordering::SeqCst);
}

/// Whether this mistake is to be made.
#[cfg(feature = "proof")]
pub(crate) fn mistake(which: Mistake) -> bool {
    MADE.load(Ordering::Relaxed) == which as u8
}

#[cfg(not(feature = "proof"))]
pub(crate) const fn mistake(_: Mistake) -> bool {
    false
}
