//! What goes wrong.

use super::named::named;

named! {
    /// What goes wrong on the wire or in the terminal.
    Fault {
        None "none" "nothing goes wrong"
        Split "split" "every frame leaves one byte at a time"
        SplitRandom "split-random" "every frame leaves in pieces of random length"
        Merged "merged" "frames leave together in one write wherever the order allows it"
        Slow "slow" "every frame leaves in small pieces with pauses"
        HalfFrame "half-frame" "half of the answer, then the connection is closed; the card was charged"
        DropBeforeRequest "drop-before-request" "the connection is closed as soon as it is accepted"
        DropBeforeAnswer "drop-before-answer" "the connection is closed after the prompts; nothing is charged"
        DropAfterCharge "drop-after-charge" "the connection is closed instead of the answer; the card was charged"
        DropAfterAnswer "drop-after-answer" "the connection is closed right behind the answer"
        WrongRequestId "wrong-request-id" "the answer has another RequestID"
        WrongWorkstation "wrong-workstation" "the answer has another WorkstationID"
        WrongType "wrong-type" "the answer has another RequestType"
        Oversize "oversize" "the answer announces 0x7fffffff bytes"
        ZeroLength "zero-length" "the answer is a frame of no bytes"
        NoCallback "no-callback" "prompts, questions and receipts are not sent at all"
        CallbackRefused "callback-refused" "the terminal cannot reach the till: prompts are lost, receipts are held"
        DuplicateAnswer "duplicate-answer" "the answer comes twice"
        LateAnswerAfterAbort "late-answer-after-abort" "after an abort the answer comes five seconds late"
        WrongEncoding "wrong-encoding" "messages declare ISO-8859-1 and are UTF-8"
        Latin1 "latin1" "messages declare UTF-8 and are ISO-8859-1"
        Bom "bom" "a byte-order mark stands before each message"
        Doctype "doctype" "the answer has a document type declaration"
        Garbage "garbage" "the answer is a frame of random bytes"
        NeverAnswers "never-answers" "the request is taken, then nothing comes; nothing is charged"
        RebootInFlight "reboot-in-flight" "the terminal restarts during the request; whether it charged first is chance"
        DuplicateReceipt "duplicate-receipt" "each receipt is sent twice with the same RequestID"
        ForeignDeviceRequest "foreign-device-request" "a device message for another WorkstationID comes first"
    }
}

impl Fault {
    /// Whether it belongs to the wire, and so strikes every frame. All others strike requests for money only, so that
    /// recovery can be watched.
    #[must_use]
    pub const fn is_of_the_wire(self) -> bool {
        matches!(
            self,
            Self::None
                | Self::Split
                | Self::SplitRandom
                | Self::Merged
                | Self::Slow
                | Self::WrongEncoding
                | Self::Latin1
                | Self::Bom
        )
    }
}
