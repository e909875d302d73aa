//! The states of a request and how it moves between them: all of it, and nothing else.
//!
//! **Theory of operation.** A request that may move money is stored before anything else (I2); then the listener for
//! callbacks must be up, the terminal connected, the frame sent, the answer read, and the end stored. Until the frame
//! may have left as a whole, every fault leads to `NotSent`: the terminal acts on whole frames only (I4).
//!
//! From then on every fault leads to [`Weighing`](Phase::Weighing). There a request that moves no money simply ends;
//! about money the terminal is asked again, with questions that move nothing: pause, connect, ask, hear, weigh what was
//! heard. What settles it ends it; when there is nothing more to ask, it ends as `Unknown` and blocks the lane (I6).
//!
//! There is no edge back to [`Sending`](Phase::Sending) for a request that may move money: nothing is sent twice (I1).
//! Each phase that waits has a [`Deadline`](Signal::Deadline) edge (I9), and the questions are few, so every way leads
//! to [`Idle`](Phase::Idle) (I11). An abort is no signal once the frame has left: it never decides an outcome (I8); it
//! only ends the pauses.

use crate::operation::Reason;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// No request is in progress.
    Idle,
    /// Its intent is being stored.
    Storing,
    /// The listener is being asked for.
    Opening,
    /// The terminal is being connected.
    Connecting,
    /// The frame is leaving.
    Sending,
    /// The terminal has it.
    Waiting,
    /// What came of it is weighed. Left at once.
    Weighing,
    /// The terminal is given some time before it is asked about it.
    Pausing,
    /// The listener is being asked for, once more.
    Reopening,
    /// The terminal is being connected, to ask it.
    Reaching,
    /// The question is leaving.
    Asking,
    /// The terminal has the question.
    Hearing,
    /// Its end is being stored.
    Recording,
    /// Its end is being told.
    Reporting,
}

/// What moves a request on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// The till wants something that may move money.
    StartMoney,
    /// The till wants something else.
    StartService,
    /// The record is stored.
    Stored,
    /// The record is not stored.
    StoreFailed,
    /// Callbacks can come in.
    Listening,
    /// Callbacks cannot come in.
    ListenFailed,
    /// The terminal is connected.
    Connected,
    /// The terminal is not connected.
    ConnectFailed,
    /// The request cannot be written.
    NotEncodable,
    /// The whole frame was handed over.
    Sent,
    /// Less than the frame can have left.
    SentShort,
    /// Sending failed, but the whole frame can have left.
    SentPerhaps,
    /// The right answer came.
    Answered,
    /// The answer to the request itself came after all, while the terminal was being asked about it.
    AnsweredLate,
    /// An answer came that cannot be read.
    Unreadable,
    /// The connection ended.
    Lost,
    /// The connection ended, or time ran out, after an answer to something else.
    Foreign,
    /// Time ran out.
    Deadline,
    /// The till took its wish back.
    Withdrawn,
    /// The terminal does not know the verb of a service, and the dialect has another one. Never for money.
    OtherWords,
    /// The till wants an unresolved request settled.
    Recover,
    /// The terminal is to be asked (again).
    Again,
    /// It is settled, or there is nothing more to ask.
    Concluded,
    /// The end was told.
    Told,
}

/// What a session does on an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Store the intent.
    StoreIntent,
    /// Ask for the listener.
    Listen,
    /// Connect the terminal.
    Connect,
    /// Send the frame.
    Transmit,
    /// Wait for the answer.
    Await,
    /// The terminal never had the whole frame.
    NotSent(Reason),
    /// The terminal may have acted on it: is there something to ask?
    Doubt(Reason),
    /// Classify the answer.
    Classify,
    /// Begin to ask about an unresolved request.
    Resume,
    /// Let some time pass.
    Pause,
    /// Ask for the listener, to ask the terminal.
    ListenAgain,
    /// Connect the terminal, to ask it.
    Reach,
    /// Send the question.
    Ask,
    /// Wait for the answer to the question.
    Hear,
    /// Weigh the answer to the question.
    Weigh,
    /// The terminal cannot be asked now.
    Unreached,
    /// The question came to nothing; it may be asked again.
    Miss,
    /// The question got no answer in time; the next one may.
    PassOver,
    /// End as weighed.
    Conclude,
    /// The cashier does not want to wait any longer.
    GiveUp,
    /// Tell the end, as stored.
    Tell,
    /// Tell the end, as not stored.
    TellUnstored,
    /// Forget the request.
    Rest,
}

/// One edge of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The phase it starts in.
    pub from: Phase,
    /// What happens.
    pub on: Signal,
    /// The phase it leads to. A request that moves no money has nothing to record and goes on to
    /// [`Phase::Reporting`].
    pub to: Phase,
    /// What is done.
    pub effect: Effect,
}

const fn edge(from: Phase, on: Signal, to: Phase, effect: Effect) -> Edge {
    Edge { from, on, to, effect }
}

/// Every edge. What is not here does not happen.
pub const EDGES: &[Edge] = {
    use Effect::{
        Ask, Await, Classify, Conclude, Connect as DoConnect, Doubt, GiveUp, Hear, Listen, ListenAgain, Miss, NotSent,
        PassOver, Pause, Reach, Rest, Resume, StoreIntent, Tell, TellUnstored, Transmit, Unreached, Weigh,
    };
    use Phase::{
        Asking, Connecting, Hearing, Idle, Opening, Pausing, Reaching, Recording, Reopening, Reporting, Sending,
        Storing, Waiting, Weighing,
    };
    use Signal::{
        Again, Answered, AnsweredLate, Concluded, ConnectFailed, Connected, Deadline, Foreign, ListenFailed, Listening,
        Lost, NotEncodable, OtherWords, Recover, Sent, SentPerhaps, SentShort, StartMoney, StartService, StoreFailed,
        Stored, Told, Unreadable, Withdrawn,
    };
    &[
        edge(Idle, StartMoney, Storing, StoreIntent),
        edge(Idle, StartService, Opening, Listen),
        edge(Idle, Recover, Weighing, Resume),
        //
        edge(Storing, Stored, Opening, Listen),
        edge(Storing, StoreFailed, Recording, NotSent(Reason::NotStored)),
        edge(Storing, Deadline, Recording, NotSent(Reason::NotStored)),
        edge(Storing, Withdrawn, Recording, NotSent(Reason::Withdrawn)),
        //
        edge(Opening, Listening, Connecting, DoConnect),
        edge(Opening, ListenFailed, Recording, NotSent(Reason::NotListening)),
        edge(Opening, Deadline, Recording, NotSent(Reason::NotListening)),
        edge(Opening, Withdrawn, Recording, NotSent(Reason::Withdrawn)),
        //
        edge(Connecting, Connected, Sending, Transmit),
        edge(Connecting, ConnectFailed, Recording, NotSent(Reason::NotConnected)),
        edge(Connecting, Lost, Recording, NotSent(Reason::NotConnected)),
        edge(Connecting, Deadline, Recording, NotSent(Reason::NotConnected)),
        edge(Connecting, Withdrawn, Recording, NotSent(Reason::Withdrawn)),
        //
        edge(Sending, NotEncodable, Recording, NotSent(Reason::NotEncodable)),
        edge(Sending, Sent, Waiting, Await),
        edge(Sending, SentShort, Recording, NotSent(Reason::NotTransmitted)),
        edge(Sending, SentPerhaps, Weighing, Doubt(Reason::ConnectionLost)),
        edge(Sending, Answered, Weighing, Classify),
        edge(Sending, Unreadable, Weighing, Doubt(Reason::Unreadable)),
        edge(Sending, Foreign, Weighing, Doubt(Reason::ForeignAnswer)),
        edge(Sending, Lost, Weighing, Doubt(Reason::ConnectionLost)),
        edge(Sending, Deadline, Weighing, Doubt(Reason::Deadline)),
        //
        edge(Waiting, Answered, Weighing, Classify),
        edge(Waiting, Unreadable, Weighing, Doubt(Reason::Unreadable)),
        edge(Waiting, Foreign, Weighing, Doubt(Reason::ForeignAnswer)),
        edge(Waiting, Lost, Weighing, Doubt(Reason::ConnectionLost)),
        edge(Waiting, Deadline, Weighing, Doubt(Reason::Deadline)),
        //
        edge(Weighing, OtherWords, Opening, Listen),
        edge(Weighing, Again, Pausing, Pause),
        edge(Weighing, Concluded, Recording, Conclude),
        //
        edge(Pausing, AnsweredLate, Weighing, Classify),
        edge(Pausing, Deadline, Reopening, ListenAgain),
        edge(Pausing, Withdrawn, Weighing, GiveUp),
        //
        edge(Reopening, AnsweredLate, Weighing, Classify),
        edge(Reopening, Listening, Reaching, Reach),
        edge(Reopening, ListenFailed, Weighing, Unreached),
        edge(Reopening, Deadline, Weighing, Unreached),
        //
        edge(Reaching, Connected, Asking, Ask),
        edge(Reaching, ConnectFailed, Weighing, Unreached),
        edge(Reaching, Lost, Weighing, Unreached),
        edge(Reaching, Deadline, Weighing, Unreached),
        //
        edge(Asking, Sent, Hearing, Hear),
        edge(Asking, Answered, Weighing, Weigh),
        edge(Asking, AnsweredLate, Weighing, Classify),
        edge(Asking, NotEncodable, Weighing, Miss),
        edge(Asking, SentShort, Weighing, Miss),
        edge(Asking, SentPerhaps, Weighing, Miss),
        edge(Asking, Unreadable, Weighing, Miss),
        edge(Asking, Foreign, Weighing, Miss),
        edge(Asking, Lost, Weighing, Miss),
        edge(Asking, Deadline, Weighing, Miss),
        //
        edge(Hearing, Answered, Weighing, Weigh),
        edge(Hearing, AnsweredLate, Weighing, Classify),
        edge(Hearing, Unreadable, Weighing, Miss),
        edge(Hearing, Foreign, Weighing, Miss),
        edge(Hearing, Lost, Weighing, Miss),
        edge(Hearing, Deadline, Weighing, PassOver),
        //
        edge(Recording, Stored, Reporting, Tell),
        edge(Recording, StoreFailed, Reporting, TellUnstored),
        edge(Recording, Deadline, Reporting, TellUnstored),
        //
        edge(Reporting, Told, Idle, Rest),
    ]
};

/// The edge that a signal takes, if there is one.
#[must_use]
pub fn edge_for(from: Phase, on: Signal) -> Option<Edge> {
    EDGES.iter().find(|edge| edge.from == from && edge.on == on).copied()
}
