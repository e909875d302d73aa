//! Typed OPI messages, both directions.

#[macro_use]
mod record;
mod card;
mod decoder;
mod device;
mod encode;
mod facts;
mod fault;
mod fragment;
mod header;
mod output;
mod part;
mod payment;
mod place;
mod reply;
mod service;
mod value;
mod vocabulary;
mod whole;

pub use card::{CardServiceRequest, CardServiceResponse};
pub use decoder::Decoder;
pub use device::{DeviceRequest, DeviceResponse, OutputLine, OutputSound};
pub use encode::{EncodeError, Style};
pub use facts::{
    Acq, Agent, Device, Diagnosis, DiagnosisResult, ErrorDetail, Identification, PrivateFacts, Submission,
};
pub use fault::{Fault, FaultKind};
pub use fragment::{Fragment, FragmentError};
pub use header::{Header, IXRETAIL, Kind, Namespace, OriginalHeader, RequestText};
pub use output::{
    Buzzer, DccInfo, Event, EventResult, InputCommand, InputResult, Output, OutputResult, TextLine, TransactionInfo,
};
pub use part::{FragmentOf, Part, Piece, Place};
pub use payment::{
    Acquirer, Authorisation, CardCircuit, CardValue, Circuit, Loyalty, OriginalTransaction, PosData, SaleItem,
    Terminal, Timestamp, TotalAmount, Track,
};
pub use reply::{Echo, Reply, Verdict};
pub use service::{ServiceRequest, ServiceResponse};
pub use value::Flaw;
pub use vocabulary::{
    Alignment, AuthorisationType, CharStyle, Color, Command, DeviceStatus, DeviceTarget, EventType, OverallResult,
    PaymentType, RequestType, Size, TicketType, Unlisted,
};
pub use whole::Message;
