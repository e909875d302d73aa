//! Typed OPI messages, both directions.
//!
//! * [`Decoder`] reads a message as a stream of [`Part`]s from a window the caller owns, in bounded memory whatever
//!   the length of the message.
//! * [`CardServiceRequest`] and the other five hold a message as a whole; [`Message`] is any of them. They are written
//!   with `encode`, in the [`Style`] of a dialect.
//! * Every element with data is a record: a bounded struct whose names on the wire stand once, for both directions.
//!
//! The reader is lenient (names without namespaces, any order, attribute or element, unknown things passed over), the
//! writer strict. What decides about money or about whose answer it is must be readable, or the message is refused
//! ([`Fault`]); any other value that cannot be read is left out and counted.
//!
//! Card data is [`Pan`](crate::secret::Pan) or [`Secret`](crate::secret::Secret), whose `Debug` and serde forms are
//! masks (I12).

#[macro_use]
mod words;
#[macro_use]
mod record;
#[macro_use]
mod vocabulary;
#[cfg(feature = "fuzzing")]
mod alike;
mod card;
mod collected;
mod decoder;
mod device;
mod encode;
mod event;
mod facts;
mod fault;
mod fragment;
mod goods;
mod header;
mod instrument;
mod keep;
mod node;
mod output;
mod part;
mod payment;
mod place;
mod reading;
mod records;
mod reply;
mod request_type;
mod results;
mod sending;
mod service;
mod shape;
pub mod till;
mod value;
mod whole;

#[cfg(feature = "fuzzing")]
pub(crate) use alike::is_untold;
pub use card::{CardServiceRequest, CardServiceResponse};
pub use decoder::Decoder;
pub use device::{DeviceRequest, DeviceResponse, OutputData, OutputImage, OutputLine, OutputMac, OutputSound};
pub use encode::{EncodeError, Style};
pub use event::{AuthResponse, Event, EventResult, TransactionLimits};
pub use facts::{
    Acq, Agent, Device, Diagnosis, DiagnosisResult, EncryptionExponent, EncryptionRsa, ErrorDetail, ErrorResponse,
    Identification, Language, PinPadProgramLoad, PrivateFacts, ServiceReference, Submission,
};
pub use fault::{Fault, FaultKind};
pub use fragment::{Fragment, FragmentError};
pub use goods::{Product, RestrictionCode, SaleItem};
pub use header::{Header, IXRETAIL, Kind, Namespace, OriginalHeader, RequestText};
pub use instrument::{Acquirer, CardCircuit, CardDetails, CardValue, Loyalty, Track};
pub use output::{
    Buzzer, DccInfo, ImageFile, InputCommand, InputResult, Mac, OutSecureData, Output, OutputResult, TextLine,
    TransactionInfo,
};
pub use part::{FragmentOf, Part, Piece, Place};
pub use payment::{Authorisation, Circuit, OriginalTransaction, PosData, Terminal, Timestamp, TotalAmount};
pub(crate) use record::Field;
pub use reply::{Answered, Echo, Reply, Typed, Verdict};
pub(crate) use request_type::Demand;
pub use request_type::{RequestType, Verb};
pub use results::{DeviceName, Results};
pub(crate) use sending::Sending;
pub use service::{ServiceRequest, ServiceResponse};
pub use value::{Flaw, Lost};
pub use vocabulary::{
    Alignment, AuthorisationType, CharStyle, ClerkPermission, Coding, Color, Command, DeviceStatus, DeviceTarget,
    EventType, OverallResult, PaymentType, Size, TicketType, Unlisted,
};
pub use whole::Message;
