//! Typed OPI messages, both directions.

#[macro_use]
mod record;
mod decoder;
mod encode;
mod facts;
mod fault;
mod header;
mod output;
mod part;
mod payment;
mod place;
mod value;
mod vocabulary;

pub use decoder::Decoder;
pub use encode::{EncodeError, Style};
pub use facts::{
    Acq, Agent, Device, Diagnosis, DiagnosisResult, ErrorDetail, Identification, PrivateFacts, Submission,
};
pub use fault::{Fault, FaultKind};
pub use header::{Header, IXRETAIL, Kind, Namespace, OriginalHeader, RequestText};
pub use output::{
    Buzzer, DccInfo, Event, EventResult, InputCommand, InputResult, Output, OutputResult, TextLine, TransactionInfo,
};
pub use part::{FragmentOf, Part, Piece, Place};
pub use payment::{
    Acquirer, Authorisation, CardCircuit, CardValue, Circuit, Loyalty, OriginalTransaction, PosData, SaleItem,
    Terminal, Timestamp, TotalAmount, Track,
};
pub use value::Flaw;
pub use vocabulary::{
    Alignment, AuthorisationType, CharStyle, Color, Command, DeviceStatus, DeviceTarget, EventType, OverallResult,
    PaymentType, RequestType, Size, TicketType, Unlisted,
};
