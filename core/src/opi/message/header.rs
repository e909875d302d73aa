//! The root element: which message it is, whose it is, and how it ended.

use super::request_type::RequestType;
use super::vocabulary::OverallResult;
use super::words::Words;
use crate::id::Id;
use crate::limits;
use crate::text::Text;

/// Which of the six messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Kind {
    /// The till asks for a card operation.
    #[default]
    CardServiceRequest,
    /// The terminal's final answer to it.
    CardServiceResponse,
    /// The till asks for a service.
    ServiceRequest,
    /// The terminal's final answer to it.
    ServiceResponse,
    /// The terminal asks the till to show, print, store or ask something.
    DeviceRequest,
    /// The till's answer to it.
    DeviceResponse,
}

impl Kind {
    /// All six.
    pub const ALL: [Self; 6] = [
        Self::CardServiceRequest,
        Self::CardServiceResponse,
        Self::ServiceRequest,
        Self::ServiceResponse,
        Self::DeviceRequest,
        Self::DeviceResponse,
    ];

    const NAMES: Words = words![
        "CardServiceRequest",
        "CardServiceResponse",
        "ServiceRequest",
        "ServiceResponse",
        "DeviceRequest",
        "DeviceResponse",
    ];

    /// The local name of the root element.
    #[must_use]
    pub const fn name(self) -> &'static str {
        Self::NAMES.at(self as usize)
    }

    /// The message whose root element has this local name.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.get(Self::NAMES.place(|known| known.as_bytes() == name)?).copied()
    }

    /// Whether it answers another message.
    #[must_use]
    pub const fn is_response(self) -> bool {
        matches!(self, Self::CardServiceResponse | Self::ServiceResponse | Self::DeviceResponse)
    }
}

/// Namespace of the root element. Only told: German terminals, ATS and EFTLink send none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Namespace {
    /// None.
    #[default]
    None,
    /// [`IXRETAIL`].
    IxRetail,
    /// Any other.
    Other,
}

/// The namespace of OPI, without a slash at its end.
pub const IXRETAIL: &str = "http://www.nrf-arts.org/IXRetail/namespace";

/// The identifier of a request as a peer sent it: opaque, echoed byte for byte.
pub type RequestText = Id<{ limits::REQUEST_ID }>;

record! {
    /// The attributes of the root element.
    ///
    /// An identifier that is missing or empty is `None`: comparing is the session's work.
    pub struct Header = "" with {
        /// Which of the six messages.
        kind: Kind = Kind::CardServiceRequest,
        /// Namespace of the root element.
        namespace: Namespace = Namespace::None,
        /// The lane stood there, but empty (old firmware): it is echoed so. Not written otherwise.
        #[cfg_attr(feature = "serde", serde(skip))]
        blank_lane: bool = false,
    } {
        /// The lane.
        workstation_id: Option<Id<{ limits::WORKSTATION_ID }>> = attribute ["WorkstationID"] as vital, told;
        /// The request.
        request_id: Option<RequestText> = attribute ["RequestID"] as vital, told;
        /// What is asked. A `DeviceRequest` without it is what its children are.
        request_type: Option<RequestType> = attribute ["RequestType"] as vital, told;
        /// How it ended. A response without it has an unknown result, it is not malformed.
        overall_result: Option<OverallResult> = attribute ["OverallResult"] as vital, told;
        /// Reference of the merchant.
        reference_number: Option<Id<{ limits::REFERENCE_RECEIVED }>> = attribute ["ReferenceNumber"];
        /// Product that wrote the message.
        application_sender: Text<{ limits::NAME }> = attribute ["ApplicationSender"];
        /// Point of payment.
        pop_id: Option<Id<{ limits::SHORT_ID }>> = attribute ["POPID"], told;
        /// Terminal.
        terminal_id: Option<Id<{ limits::SHORT_ID }>> = attribute ["TerminalID"], told;
        /// Number of a device request within a card request (German, IFSF).
        sequence_id: Option<Id<{ limits::SHORT_ID }>> = attribute ["SequenceID"], told;
        /// Card request that a device response belongs to (ATS).
        reference_request_id: Option<RequestText> = attribute ["ReferenceRequestID"];
        /// State of the system (ATS).
        system_status: Option<Id<{ limits::SHORT_ID }>> = attribute ["SystemStatus"];
        /// Device requests shall come through this connection (ELME).
        elme_tunnel_callback: Option<bool> = attribute ["ElmeTunnelCallback"];
        /// Error (ELME).
        elme_error_code: Option<Id<{ limits::NUMBER_ID }>> = attribute ["ElmeErrorCode"];
        /// Error (ELME).
        elme_error_text: Text<{ limits::NAME }> = attribute ["ElmeErrorText"];
    }
}

impl Header {
    /// The header of an answer to this one: what is to be echoed (ATS and all others), byte for byte.
    #[must_use]
    pub fn answer(&self, kind: Kind, result: OverallResult) -> Self {
        let device = kind == Kind::DeviceResponse;
        Self {
            kind,
            namespace: self.namespace,
            workstation_id: self.workstation_id.clone(),
            request_id: self.request_id.clone(),
            request_type: self.request_type.clone(),
            overall_result: Some(result),
            reference_number: self.reference_number.clone(),
            application_sender: self.application_sender.clone(),
            pop_id: self.pop_id.clone(),
            terminal_id: if device { self.terminal_id.clone() } else { None },
            sequence_id: if device { self.sequence_id.clone() } else { None },
            ..Self::default()
        }
    }
}

record! {
    /// The header of the message that a `RepeatLastMessage` repeats.
    pub struct OriginalHeader = "OriginalHeader" {
        /// The lane.
        workstation_id: Option<Id<{ limits::WORKSTATION_ID }>> = attribute ["WorkstationID"] as vital, told;
        /// The request; CCV terminals send `N` or `N.M`.
        request_id: Option<RequestText> = attribute ["RequestID"] as vital, told;
        /// What was asked.
        request_type: Option<RequestType> = attribute ["RequestType"] as vital, told;
        /// How it ended.
        overall_result: Option<OverallResult> = attribute ["OverallResult"] as vital, told;
        /// Product that wrote the message.
        application_sender: Text<{ limits::NAME }> = attribute ["ApplicationSender"];
        /// Point of payment.
        pop_id: Option<Id<{ limits::SHORT_ID }>> = attribute ["POPID"];
    }
}
