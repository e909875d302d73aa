//! The header: who asks whom for what.

use super::field::Direction;
use super::structure::{Rule, structure};
use super::word::{Word, vocabulary};
use crate::json::Str;
use crate::limits;

vocabulary! {
    /// Who a message is for.
    pub enum MessageClass {
        /// The payment system as a whole.
        Service = "Service",
        /// A display, a keyboard, a printer or a reader.
        Device = "Device",
        /// Whoever wants to know.
        Event = "Event",
    }
}

vocabulary! {
    /// Whether a message asks, answers or tells.
    pub enum MessageType {
        /// Asks.
        Request = "Request",
        /// Answers.
        Response = "Response",
        /// Tells.
        Notification = "Notification",
    }
}

vocabulary! {
    /// What a message is about.
    pub enum Category {
        Abort = "Abort",
        Admin = "Admin",
        BalanceInquiry = "BalanceInquiry",
        Batch = "Batch",
        CardAcquisition = "CardAcquisition",
        CardReaderApdu = "CardReaderAPDU",
        CardReaderInit = "CardReaderInit",
        CardReaderPowerOff = "CardReaderPowerOff",
        Diagnosis = "Diagnosis",
        Display = "Display",
        EnableService = "EnableService",
        Event = "Event",
        GetTotals = "GetTotals",
        Input = "Input",
        InputUpdate = "InputUpdate",
        Login = "Login",
        Logout = "Logout",
        Loyalty = "Loyalty",
        /// In Adyen's list without a use.
        None = "None",
        Payment = "Payment",
        Pin = "PIN",
        Print = "Print",
        Reconciliation = "Reconciliation",
        Reversal = "Reversal",
        Sound = "Sound",
        StoredValue = "StoredValue",
        TransactionStatus = "TransactionStatus",
        Transmit = "Transmit",
    }
}

impl Category {
    /// The class that messages of this category have.
    #[must_use]
    pub const fn class(self) -> Option<MessageClass> {
        match self {
            Self::Display
            | Self::Input
            | Self::InputUpdate
            | Self::Print
            | Self::Sound
            | Self::Pin
            | Self::CardReaderApdu
            | Self::CardReaderInit
            | Self::CardReaderPowerOff => Some(MessageClass::Device),
            Self::Event => Some(MessageClass::Event),
            // Of either class in the versions of nexo.
            Self::None | Self::Transmit => None,
            _ => Some(MessageClass::Service),
        }
    }
}

/// The member that the body is, for each category.
macro_rules! body_names {
    ($($variant:ident = $wire:literal,)+) => {
        impl Category {
            /// What the body of a request of this category is called.
            #[must_use]
            pub const fn request_body(self) -> &'static str {
                match self {
                    Self::Event => "EventNotification",
                    Self::InputUpdate => "InputUpdate",
                    $( Self::$variant => concat!($wire, "Request"), )+
                }
            }

            /// What the body of an answer of this category is called.
            #[must_use]
            pub const fn response_body(self) -> &'static str {
                match self {
                    Self::Event => "EventResponse",
                    Self::InputUpdate => "InputUpdateResponse",
                    $( Self::$variant => concat!($wire, "Response"), )+
                }
            }
        }
    };
}
body_names! {
    Abort = "Abort",
    Admin = "Admin",
    BalanceInquiry = "BalanceInquiry",
    Batch = "Batch",
    CardAcquisition = "CardAcquisition",
    CardReaderApdu = "CardReaderAPDU",
    CardReaderInit = "CardReaderInit",
    CardReaderPowerOff = "CardReaderPowerOff",
    Diagnosis = "Diagnosis",
    Display = "Display",
    EnableService = "EnableService",
    GetTotals = "GetTotals",
    Input = "Input",
    Login = "Login",
    Logout = "Logout",
    Loyalty = "Loyalty",
    None = "None",
    Payment = "Payment",
    Pin = "PIN",
    Print = "Print",
    Reconciliation = "Reconciliation",
    Reversal = "Reversal",
    Sound = "Sound",
    StoredValue = "StoredValue",
    TransactionStatus = "TransactionStatus",
    Transmit = "Transmit",
}

structure! {
    /// `MessageHeader`. What could not be read is absent: an error answer echoes what there was.
    pub struct MessageHeader<'a> checked by conditions {
        expected {
            message_class: Word<'a, MessageClass> = "MessageClass";
            message_category: Word<'a, Category> = "MessageCategory";
            message_type: Word<'a, MessageType> = "MessageType";
            /// Which till.
            sale_id: Str<'a> = "SaleID", 1..=limits::NEXO_SALE_ID;
            /// Which terminal.
            poi_id: Str<'a> = "POIID", 1..=limits::NEXO_POI_ID;
        }
        optional {
            /// The version of nexo, `3.0`. Only a till that is logged in may leave it out, and not on its login.
            protocol_version: Str<'a> = "ProtocolVersion";
            /// Pairs a request with its answer.
            service_id: Str<'a> = "ServiceID", 1..=limits::NEXO_SERVICE_ID;
            /// Pairs a device request with its answer within a service.
            device_id: Str<'a> = "DeviceID", 1..=limits::NEXO_SERVICE_ID;
        }
    }
}

impl<'a> MessageHeader<'a> {
    /// Of a request with these identities.
    #[must_use]
    pub fn request(category: Category, sale_id: &'a str, poi_id: &'a str, service_id: &'a str) -> Self {
        Self {
            message_class: category.class().map(Word::Listed),
            message_category: Some(Word::Listed(category)),
            message_type: Some(Word::Listed(MessageType::Request)),
            sale_id: Some(Str::from(sale_id)),
            poi_id: Some(Str::from(poi_id)),
            protocol_version: Some(Str::from(PROTOCOL_VERSION)),
            service_id: Some(Str::from(service_id)),
            device_id: None,
        }
    }

    /// Of the answer to this one: everything echoed, and the version stated whether it was asked with one or not
    /// (Adyen, Structuring and validating Terminal API messages, in its examples).
    #[must_use]
    pub fn answer(&self) -> Self {
        Self {
            message_type: Some(Word::Listed(MessageType::Response)),
            protocol_version: Some(self.protocol_version.unwrap_or(Str::from(PROTOCOL_VERSION))),
            ..*self
        }
    }

    /// The category, if it is a listed one.
    #[must_use]
    pub fn category(&self) -> Option<Category> {
        self.message_category.and_then(Word::listed)
    }

    /// Whether this is the header of an answer to a request with that one. Ids that are absent pair with nothing.
    #[must_use]
    pub fn answers(&self, request: &Self) -> bool {
        let same = |mine: Option<Str<'_>>, theirs: Option<Str<'_>>| mine.is_some() && mine == theirs;
        self.message_type.is_some_and(|message_type| message_type.is(MessageType::Response))
            && self.message_category.is_some()
            && self.message_category == request.message_category
            && same(self.sale_id, request.sale_id)
            && same(self.poi_id, request.poi_id)
            && same(self.service_id, request.service_id)
            && (self.device_id == request.device_id || request.device_id.is_none())
    }
}

/// The version of nexo that Adyen speaks.
pub const PROTOCOL_VERSION: &str = "3.0";

/// What one member of the header asks of the others. The version is a question of sessions, hence not judged here.
fn conditions(header: &MessageHeader<'_>, rule: &mut Rule<'_, '_, '_>) {
    let class = header.message_class.and_then(Word::listed);
    let event = class == Some(MessageClass::Event);
    // Adyen, Structuring and validating Terminal API messages: mandatory for every request and response. Event
    // notifications have one only if they belong to a request (Adyen docs: event notifications).
    if header.service_id.is_none() && !event {
        rule.missing("ServiceID");
    }
    let message_type = header.message_type.and_then(Word::listed);
    let fits = match (rule.direction(), message_type) {
        (_, None) => true,
        (Direction::Request, Some(MessageType::Notification)) => event || class.is_none(),
        (Direction::Request, Some(message_type)) => message_type == MessageType::Request,
        (Direction::Response, Some(message_type)) => message_type == MessageType::Response,
    };
    if !fits {
        rule.invalid("MessageType");
    }
    if let (Some(class), Some(right)) = (class, header.category().and_then(Category::class))
        && class != right
    {
        rule.invalid("MessageClass");
    }
}

structure! {
    /// Names another message. Who is not named is as in the header.
    pub struct MessageReference<'a> {
        optional {
            message_category: Word<'a, Category> = "MessageCategory";
            service_id: Str<'a> = "ServiceID", 1..=limits::NEXO_SERVICE_ID;
            device_id: Str<'a> = "DeviceID", 1..=limits::NEXO_SERVICE_ID;
            sale_id: Str<'a> = "SaleID", 1..=limits::NEXO_SALE_ID;
            poi_id: Str<'a> = "POIID", 1..=limits::NEXO_POI_ID;
        }
    }
}
