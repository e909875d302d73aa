//! The rules of an adapter: what the contract asks of it, in words.

use std::fmt;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident $name:literal $text:literal)*) => {
        /// A rule that an adapter can break.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $text] $variant),*
        }

        impl Rule {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What it asks.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

rules! {
    Runs "runs"
        "The till starts, says `ready`, takes orders, and does not end before it is told to."
    DrainsOutputs "drains-outputs"
        "After each input, `poll_output` is called and what it says is done until it says `Wait`."
    ReportsEveryOutput "reports-every-output"
        "What was done about an output is reported as soon as it is known, failures too: waiting for the deadline is no report."
    ReportsOnce "reports-once"
        "Each output is reported once, and nothing that was not asked for: the session refuses no report of the adapter."
    ConfirmsWhatIsStored "confirms-what-is-stored"
        "`Stored` is reported when the record would survive a power cut, and not before (I2, I3)."
    ReportsWhatIsNotStored "reports-what-is-not-stored"
        "A record that could not be stored is reported with `StoreFailed`: no request leaves, and no receipt counts as kept."
    ListensBeforeSending "listens-before-sending"
        "`Listening` is reported when callbacks can come in, `ListenFailed` when they cannot; no request leaves before."
    WritesToTheEnd "writes-to-the-end"
        "A write takes what it takes: the rest of the frame is written by further ones, and `Sent` means all of it."
    CountsWhatWasWritten "counts-what-was-written"
        "`SendFailed` says how much of the frame can have left. Less than the frame is proof, and the payment is `not_sent`."
    TellsTheTruth "tells-the-truth"
        "What the till says of a payment agrees with the money that moved: never `not_sent`, `declined` or `aborted` for one that was charged."
    NeverSendsTwice "never-sends-twice"
        "Bytes leave once. A broken connection is reported, and nothing is repeated on another (I1)."
    LosesNoByte "loses-no-byte"
        "What came in is reported in order and whole, at most `room` at a time; what does not fit now is read later."
    ReportsTheEnd "reports-the-end"
        "The end of a connection is reported as `Closed` when it is seen."
    KeepsDeadlines "keeps-deadlines"
        "The session is woken with `Tick` at `Wait::until`, whatever else is under way."
    ClosesWhatItIsTold "closes-what-it-is-told"
        "After `Close` the connection is gone, and nothing that had not left leaves any more."
    ReadsWhileWaiting "reads-while-waiting"
        "Connections are read and served while a record is being stored and while the cashier thinks."
    HearsTheTill "hears-the-till"
        "An abort and the cashier's answers are given to the session when they come, not when an operation has ended."
    TakesEveryConnection "takes-every-connection"
        "Every connection that the terminal opens is accepted while there is a slot; if there is none, `Crowded` is reported and it waits."
    RestartFindsWhatWasStored "restart-finds-what-was-stored"
        "After a power cut the session is told of the request without an end (`set_unresolved`), and the lane is blocked until it is settled (I6)."
    UsesNoNumberTwice "uses-no-number-twice"
        "Request numbers are reserved and stored before they are used; after a restart the session begins beyond all of them (I5)."
    ShowsNoCardNumber "shows-no-card-number"
        "No card number is written to a log or a display by the adapter (I12)."
    SleepsWhileWaiting "sleeps-while-waiting"
        "While there is nothing to do the processor rests."
}

impl Rule {
    /// The rule of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A rule that was broken, and what was seen.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// What was seen.
    pub seen: String,
}

impl Broken {
    pub(crate) fn new(rule: Rule, seen: impl Into<String>) -> Self {
        Self { rule, seen: seen.into() }
    }
}
