//! Whole messages: what the six have in common.

use super::card::{CardServiceRequest, CardServiceResponse};
use super::decoder::Decoder;
use super::device::{DeviceRequest, DeviceResponse};
use super::encode::{EncodeError, Style};
use super::fault::{Fault, FaultKind};
use super::header::{Header, Kind};
use super::part::Part;
use super::service::{ServiceRequest, ServiceResponse};
use crate::xml::Tolerance;

/// Takes the parts of one message.
pub(super) trait Collect {
    fn begin(header: &Header) -> Self;
    fn take(&mut self, part: Part<'_>);
    /// The message is complete; the header may know more than at first.
    fn end(&mut self, header: &Header, skipped: u32);
}

/// Keeps `value` if there is room, and counts it otherwise.
pub(super) fn keep<T: Clone, const N: usize>(list: &mut heapless::Vec<T, N>, value: &T, left_out: &mut u32) {
    if list.push(value.clone()).is_err() {
        *left_out = left_out.saturating_add(1);
    }
}

/// A message with its header, its count of what was left out, and the kind that its default header has.
macro_rules! message {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* $field:ident: $type:ty ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
        pub struct $name {
            /// The root element. Its kind is not looked at when the message is written.
            pub header: Header,
            $( $(#[$field_meta])* pub $field: $type, )+
            /// How many values and elements of the received message are missing here: unreadable ones that do not
            /// decide about money, and those for which a list had no room.
            pub left_out: u32,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    header: Header { kind: Kind::$name, ..Header::default() },
                    $( $field: Default::default(), )+
                    left_out: 0,
                }
            }
        }
    };
}
pub(super) use message;

/// Any of the six messages, kept whole.
///
/// It is as large as the largest of them (a receipt with [`LINES`](crate::limits::LINES) lines): for tools, tests and
/// tills with memory to spare. A [`Decoder`] needs far less.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[allow(clippy::large_enum_variant)] // No allocator to put them elsewhere.
pub enum Message {
    /// The till asks for a card operation.
    CardServiceRequest(CardServiceRequest),
    /// The terminal's final answer to it.
    CardServiceResponse(CardServiceResponse),
    /// The till asks for a service.
    ServiceRequest(ServiceRequest),
    /// The terminal's final answer to it.
    ServiceResponse(ServiceResponse),
    /// The terminal asks the till to show, print, store or ask something.
    DeviceRequest(DeviceRequest),
    /// The till's answer to it.
    DeviceResponse(DeviceResponse),
}

impl Message {
    /// Reads one message from all of `document`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn decode(document: &[u8], tolerance: Tolerance) -> Result<Self, Fault> {
        let mut decoder = Decoder::new(tolerance);
        let mut input = document;
        let Some(Part::Header(header)) = decoder.next(&mut input, true)? else {
            // With everything there, the header is the first part of a message or there is a fault.
            return Err(Fault { offset: 0, kind: FaultKind::Root });
        };
        match header.kind {
            Kind::CardServiceRequest => collect(&mut decoder, input).map(Self::CardServiceRequest),
            Kind::CardServiceResponse => collect(&mut decoder, input).map(Self::CardServiceResponse),
            Kind::ServiceRequest => collect(&mut decoder, input).map(Self::ServiceRequest),
            Kind::ServiceResponse => collect(&mut decoder, input).map(Self::ServiceResponse),
            Kind::DeviceRequest => collect(&mut decoder, input).map(Self::DeviceRequest),
            Kind::DeviceResponse => collect(&mut decoder, input).map(Self::DeviceResponse),
        }
    }

    /// Writes the message as XML into `out` and says how long it is. There is no frame header.
    ///
    /// # Errors
    /// The buffer is too small, or something cannot be written.
    pub fn encode(&self, style: &Style, out: &mut [u8]) -> Result<usize, EncodeError> {
        match self {
            Self::CardServiceRequest(message) => message.encode(style, out),
            Self::CardServiceResponse(message) => message.encode(style, out),
            Self::ServiceRequest(message) => message.encode(style, out),
            Self::ServiceResponse(message) => message.encode(style, out),
            Self::DeviceRequest(message) => message.encode(style, out),
            Self::DeviceResponse(message) => message.encode(style, out),
        }
    }

    /// The root element.
    #[must_use]
    pub const fn header(&self) -> &Header {
        match self {
            Self::CardServiceRequest(message) => &message.header,
            Self::CardServiceResponse(message) => &message.header,
            Self::ServiceRequest(message) => &message.header,
            Self::ServiceResponse(message) => &message.header,
            Self::DeviceRequest(message) => &message.header,
            Self::DeviceResponse(message) => &message.header,
        }
    }
}

fn collect<M: Collect>(decoder: &mut Decoder, mut input: &[u8]) -> Result<M, Fault> {
    let mut message = M::begin(decoder.header().unwrap_or(&Header::default()));
    while let Some(part) = decoder.next(&mut input, true)? {
        if let Part::End = part {
            break;
        }
        message.take(part);
    }
    message.end(decoder.header().unwrap_or(&Header::default()), decoder.skipped());
    Ok(message)
}
