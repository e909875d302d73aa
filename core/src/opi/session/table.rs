//! The states of a request and how it moves between them: all of it, and nothing else.
//!
//! **Theory of operation.** A request that may move money is stored before anything else (I2); then the listener for
//! callbacks must be up, the terminal connected, the frame sent, the answer read, and the end stored. Until the frame
//! may have left as a whole, every fault leads to `NotSent`: the terminal acts on whole frames only (I4). From then
//! on every fault leads to `Unknown`, and only an answer leads anywhere else. There is no edge back to
//! [`Sending`](Phase::Sending) for a request that may move money: nothing is sent twice (I1). Each phase but [`Idle`](Phase::Idle) has a
//! [`Deadline`](Signal::Deadline) edge (I9).
//!
//! An abort is no signal here once the frame has left: it never decides an outcome (I8).

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
    /// The terminal may have acted on it.
    Unknown(Reason),
    /// Classify the answer.
    Classify,
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
        Await, Classify, Connect as DoConnect, Listen, NotSent, Rest, StoreIntent, Tell, TellUnstored, Transmit,
        Unknown,
    };
    use Phase::{Connecting, Idle, Opening, Recording, Reporting, Sending, Storing, Waiting};
    use Signal::{
        Answered, ConnectFailed, Connected, Deadline, Foreign, ListenFailed, Listening, Lost, NotEncodable, OtherWords,
        Sent, SentPerhaps, SentShort, StartMoney, StartService, StoreFailed, Stored, Told, Unreadable, Withdrawn,
    };
    &[
        edge(Idle, StartMoney, Storing, StoreIntent),
        edge(Idle, StartService, Opening, Listen),
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
        edge(Sending, SentPerhaps, Recording, Unknown(Reason::ConnectionLost)),
        edge(Sending, Answered, Recording, Classify),
        edge(Sending, Unreadable, Recording, Unknown(Reason::Unreadable)),
        edge(Sending, Foreign, Recording, Unknown(Reason::ForeignAnswer)),
        edge(Sending, Lost, Recording, Unknown(Reason::ConnectionLost)),
        edge(Sending, Deadline, Recording, Unknown(Reason::Deadline)),
        //
        edge(Waiting, Answered, Recording, Classify),
        edge(Waiting, Unreadable, Recording, Unknown(Reason::Unreadable)),
        edge(Waiting, Foreign, Recording, Unknown(Reason::ForeignAnswer)),
        edge(Waiting, Lost, Recording, Unknown(Reason::ConnectionLost)),
        edge(Waiting, Deadline, Recording, Unknown(Reason::Deadline)),
        //
        edge(Recording, OtherWords, Opening, Listen),
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
