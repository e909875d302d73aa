//! Whole messages.

use super::body::{
    AbortRequest, AdminRequest, AdminResponse, BalanceInquiryRequest, BalanceInquiryResponse, CardAcquisitionRequest,
    CardAcquisitionResponse, CardReaderAPDURequest, CardReaderAPDUResponse, DiagnosisRequest, DiagnosisResponse,
    DisplayRequest, DisplayResponse, EnableServiceRequest, EnableServiceResponse, EventNotification, GetTotalsRequest,
    GetTotalsResponse, InputRequest, InputResponse, InputUpdate, LoginRequest, LoginResponse, LogoutRequest,
    LogoutResponse, PaymentRequest, PaymentResponse, PrintRequest, PrintResponse, ReconciliationRequest,
    ReconciliationResponse, Response, ReversalRequest, ReversalResponse, StoredValueRequest, StoredValueResponse,
    TransactionStatusRequest, TransactionStatusResponse,
};
use super::dialect::Dialect;
use super::field::{Direction, Field, Reading};
use super::header::{Category, MessageHeader};
use super::raw::Raw;
use super::report::{Path, Reason, Report};
use super::structure::structure;
use super::text::Base64;
use crate::json::{Document, Kind, Object, Str, Value, WriteError, Writer};
#[cfg(feature = "serde")]
use serde::ser::SerializeMap;

impl Direction {
    /// The one member of the document.
    #[must_use]
    pub const fn envelope(self) -> &'static str {
        match self {
            Self::Request => "SaleToPOIRequest",
            Self::Response => "SaleToPOIResponse",
        }
    }
}

/// A message whose header was read, and whose body was not yet.
///
/// A terminal looks at the header first, whatever stands first: a request that it does not serve is not read.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Which envelope.
    pub direction: Direction,
    /// The header: what of it could be read.
    pub header: MessageHeader<'a>,
    members: Object<'a>,
    /// What stands beside the header, if that is one member.
    beside: Option<(Str<'a>, Value<'a>)>,
    /// The header as it stands.
    #[cfg(feature = "nexo-crypto")]
    written: Option<Value<'a>>,
    secured: bool,
    dialect: &'static Dialect,
}

pub(super) const HEADER: &str = "MessageHeader";
pub(super) const BLOB: &str = "NexoBlob";
pub(super) const TRAILER: &str = "SecurityTrailer";

impl<'a> Envelope<'a> {
    /// Which envelope the document is; `None` if neither.
    #[must_use]
    pub fn direction_of(document: Document<'a>) -> Option<Direction> {
        let object = document.root().object()?;
        [Direction::Request, Direction::Response]
            .into_iter()
            .find(|direction| object.get(direction.envelope()).is_some())
    }

    /// Opens the envelope and reads the header; `None` if there is no such envelope, which is reported.
    pub fn read(
        document: Document<'a>,
        direction: Direction,
        dialect: &'static Dialect,
        report: &mut Report,
    ) -> Option<Self> {
        let reading = &mut Reading::new(report, dialect, direction);
        let name = direction.envelope();
        let (top, at) = (&Path::TOP, &Path::TOP.child(name));
        let Some(members) = document.root().object() else {
            reading.error_of_whole(top, Reason::Expected(Kind::Object));
            return None;
        };
        let mut message = None;
        for (member, value) in members {
            if member == *name {
                message = Some(value);
            } else {
                reading.unexpected(top, member);
            }
        }
        let Some(message) = message else {
            reading.error(at, Reason::Missing);
            return None;
        };
        let members = reading.object(message, at)?;
        // Looked through once: to pass over a body costs as much as to read it.
        let (mut written, mut secured) = (None, false);
        let (mut beside, mut others) = (None, 0_usize);
        for (member, value) in members {
            if member == *HEADER {
                written = Some(value);
                continue;
            }
            if member == *BLOB {
                secured = !value.is_null();
            }
            beside = Some((member, value));
            others = others.saturating_add(1);
        }
        let header = required(written, &at.child(HEADER), reading).unwrap_or_default();
        Some(Self {
            direction,
            header,
            members,
            beside: beside.filter(|_| others == 1),
            #[cfg(feature = "nexo-crypto")]
            written,
            secured,
            dialect,
        })
    }

    /// Whether the body is sealed.
    #[must_use]
    pub const fn is_secured(&self) -> bool {
        self.secured
    }

    /// The header as it stands, with what nobody reads.
    #[cfg(feature = "nexo-crypto")]
    pub(super) fn written_header(&self) -> Option<Object<'a>> {
        self.written?.object()
    }

    /// Reads the body; `None` if there is none that can be used, which is reported.
    pub fn body(&self, report: &mut Report) -> Option<Body<'a>> {
        let reading = &mut Reading::new(report, self.dialect, self.direction);
        let at = &Path::TOP.child(self.direction.envelope());
        if self.is_secured() {
            return self.secured(at, reading).map(Body::Secured);
        }
        let (category, value) = match self.written_body(at, reading)? {
            (category, Some(value)) => (category, value),
            _ => return Some(Body::None),
        };
        match self.direction {
            Direction::Request => {
                RequestBody::read(category, value, &at.child(category.request_body()), reading).map(Body::Request)
            }
            Direction::Response => {
                ResponseBody::read(category, value, &at.child(category.response_body()), reading).map(Body::Response)
            }
        }
    }

    /// Reads the body of a request in clear. It is large, so it is not put into a [`Body`] to be taken out again.
    pub(super) fn request(&self, report: &mut Report) -> Option<RequestBody<'a>> {
        let reading = &mut Reading::new(report, self.dialect, self.direction);
        let at = &Path::TOP.child(self.direction.envelope());
        let (category, value) = self.written_body(at, reading)?;
        RequestBody::read(category, value?, &at.child(category.request_body()), reading)
    }

    /// The body as it stands, and its category; without a body where there is none to be.
    fn written_body(&self, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<(Category, Option<Value<'a>>)> {
        // Without a listed category nobody can say which body is meant. Of a request that was reported with the header.
        let Some(category) = self.header.category() else {
            if self.direction == Direction::Response && self.header.message_category.is_some() {
                reading.error(&at.child(HEADER).child("MessageCategory"), Reason::InvalidValue);
            }
            return None;
        };
        let name = match self.direction {
            Direction::Request => category.request_body(),
            Direction::Response => category.response_body(),
        };
        // Nearly every message is a header and a body.
        let mut found = self.beside.filter(|(member, _)| *member == *name).map(|(_, value)| value);
        if found.is_none() {
            for (member, value) in self.members {
                if member == *name {
                    found = Some(value);
                } else if member != *HEADER {
                    reading.unexpected(at, member);
                }
            }
        }
        let Some(value) = found else {
            if self.direction == Direction::Response && category == Category::Abort {
                return Some((category, None));
            }
            // Observed on terminals: two lines.
            reading.error(&at.child(name), Reason::Missing);
            reading.error_of_whole(at, Reason::Missing);
            return None;
        };
        Some((category, Some(value)))
    }

    fn secured(&self, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Secured<'a>> {
        let (mut blob, mut trailer) = (None, None);
        for (member, value) in self.members {
            if member == *BLOB {
                blob = Some(value);
            } else if member == *TRAILER {
                trailer = Some(value);
            } else if member != *HEADER {
                reading.unexpected(at, member);
            }
        }
        let nexo_blob = required(blob, &at.child(BLOB), reading);
        let security_trailer = required(trailer, &at.child(TRAILER), reading);
        Some(Secured { nexo_blob: nexo_blob?, security_trailer: security_trailer? })
    }
}

fn required<'a, F: Field<'a>>(value: Option<Value<'a>>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<F> {
    match value {
        Some(value) => F::read(value, at, reading),
        None => {
            reading.error(at, Reason::Missing);
            None
        }
    }
}

/// A whole message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Message<'a> {
    /// Which envelope.
    pub direction: Direction,
    /// The header.
    pub header: MessageHeader<'a>,
    /// The body.
    pub body: Body<'a>,
}

impl<'a> Message<'a> {
    /// A request.
    #[must_use]
    pub const fn request(header: MessageHeader<'a>, body: RequestBody<'a>) -> Self {
        Self { direction: Direction::Request, header, body: Body::Request(body) }
    }

    /// An answer.
    #[must_use]
    pub const fn response(header: MessageHeader<'a>, body: ResponseBody<'a>) -> Self {
        Self { direction: Direction::Response, header, body: Body::Response(body) }
    }

    /// Reads header and body; `None` if either is of no use, which is reported.
    pub fn read(
        document: Document<'a>,
        direction: Direction,
        dialect: &'static Dialect,
        report: &mut Report,
    ) -> Option<Self> {
        let envelope = Envelope::read(document, direction, dialect, report)?;
        Some(Self { direction, header: envelope.header, body: envelope.body(report)? })
    }

    /// Writes it; gives its length.
    ///
    /// # Errors
    /// The buffer is too small.
    pub fn write(&self, dialect: &'static Dialect, buffer: &mut [u8]) -> Result<usize, WriteError> {
        let mut out = Writer::new(buffer);
        self.write_to(&mut out, dialect);
        out.finish()
    }

    /// Writes it as a JSON value.
    pub fn write_to(&self, out: &mut Writer<'_>, dialect: &'static Dialect) {
        out.begin_object();
        out.name(self.direction.envelope());
        out.begin_object();
        out.name(HEADER);
        self.header.write(out, dialect);
        match &self.body {
            Body::Request(body) => body.write(out, dialect),
            Body::Response(body) => body.write(out, dialect),
            Body::Secured(secured) => {
                out.name(BLOB);
                secured.nexo_blob.write(out, dialect);
                out.name(TRAILER);
                secured.security_trailer.write(out, dialect);
            }
            Body::None => {}
        }
        out.end_object();
        out.end_object();
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Message<'_> {
    /// As on the wire, with secrets masked.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        struct Inside<'m>(&'m Message<'m>);
        impl serde::Serialize for Inside<'_> {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let mut members = to.serialize_map(None)?;
                members.serialize_entry(HEADER, &self.0.header)?;
                match &self.0.body {
                    Body::Request(body) => members.serialize_entry(body.category().request_body(), body)?,
                    Body::Response(body) => members.serialize_entry(body.category().response_body(), body)?,
                    Body::Secured(secured) => {
                        members.serialize_entry(BLOB, &secured.nexo_blob)?;
                        members.serialize_entry(TRAILER, &secured.security_trailer)?;
                    }
                    Body::None => {}
                }
                members.end()
            }
        }

        let mut envelope = to.serialize_map(Some(1))?;
        envelope.serialize_entry(self.direction.envelope(), &Inside(self))?;
        envelope.end()
    }
}

/// What stands beside the header.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the large ones on; not large on every machine")]
pub enum Body<'a> {
    /// A request, or an event.
    Request(RequestBody<'a>),
    /// An answer.
    Response(ResponseBody<'a>),
    /// A sealed message.
    Secured(Secured<'a>),
    /// Nothing: the answer to an abort has no body.
    None,
}

/// A sealed message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Secured<'a> {
    /// The whole message, encrypted.
    pub nexo_blob: Base64<'a>,
    /// What is needed to open it, but the key.
    pub security_trailer: SecurityTrailer<'a>,
}

structure! {
    /// What is needed to open a sealed message, but the key.
    pub struct SecurityTrailer<'a> {
        required {
            adyen_crypto_version: u32 = "AdyenCryptoVersion";
            key_identifier: Str<'a> = "KeyIdentifier";
            key_version: u32 = "KeyVersion";
            nonce: Base64<'a> = "Nonce";
            hmac: Base64<'a> = "Hmac";
        }
    }
}

/// `Variant(Type)`: the bodies of one envelope, each for the category of its name.
macro_rules! bodies {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by $body_name:ident {
            $( $(#[$doc:meta])* $variant:ident($type:ty), )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "there is no heap to put the large ones on; not large on every machine")]
        pub enum $name<'a> {
            $( $(#[$doc])* #[doc = concat!("Category `", stringify!($variant), "`.")] $variant($type), )+
            /// A category that is not implemented.
            Unlisted(Category, Raw<'a>),
        }

        impl<'a> $name<'a> {
            /// The category of the message it belongs to.
            #[must_use]
            pub const fn category(&self) -> Category {
                match self {
                    $( Self::$variant(_) => Category::$variant, )+
                    Self::Unlisted(category, _) => *category,
                }
            }

            fn read(category: Category, value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
                match category {
                    $( Category::$variant => {
                        let mut body = None;
                        Field::read_to(&mut body, value, at, reading);
                        // Not `map`, which would copy it once more.
                        match body {
                            Some(body) => Some(Self::$variant(body)),
                            None => None,
                        }
                    } )+
                    _ => Field::read(value, at, reading).map(|raw| Self::Unlisted(category, raw)),
                }
            }

            fn write(&self, out: &mut Writer<'_>, dialect: &'static Dialect) {
                out.name(self.category().$body_name());
                match self {
                    $( Self::$variant(body) => body.write(out, dialect), )+
                    Self::Unlisted(_, raw) => raw.write(out, dialect),
                }
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(body) => body.serialize(to), )+
                    Self::Unlisted(_, raw) => raw.serialize(to),
                }
            }
        }

        $(
            impl<'a> From<$type> for $name<'a> {
                fn from(body: $type) -> Self {
                    Self::$variant(body)
                }
            }
        )+
    };
}

bodies! {
    /// What is asked or told.
    pub enum RequestBody by request_body {
        Abort(AbortRequest<'a>),
        Admin(AdminRequest<'a>),
        BalanceInquiry(BalanceInquiryRequest<'a>),
        CardAcquisition(CardAcquisitionRequest<'a>),
        CardReaderApdu(CardReaderAPDURequest<'a>),
        Diagnosis(DiagnosisRequest<'a>),
        Display(DisplayRequest<'a>),
        EnableService(EnableServiceRequest<'a>),
        Event(EventNotification<'a>),
        GetTotals(GetTotalsRequest<'a>),
        Input(InputRequest<'a>),
        InputUpdate(InputUpdate<'a>),
        Login(LoginRequest<'a>),
        Logout(LogoutRequest),
        Payment(PaymentRequest<'a>),
        Print(PrintRequest<'a>),
        Reconciliation(ReconciliationRequest<'a>),
        Reversal(ReversalRequest<'a>),
        StoredValue(StoredValueRequest<'a>),
        TransactionStatus(TransactionStatusRequest<'a>),
    }
}

bodies! {
    /// What is answered.
    pub enum ResponseBody by response_body {
        Admin(AdminResponse<'a>),
        BalanceInquiry(BalanceInquiryResponse<'a>),
        CardAcquisition(CardAcquisitionResponse<'a>),
        CardReaderApdu(CardReaderAPDUResponse<'a>),
        Diagnosis(DiagnosisResponse<'a>),
        Display(DisplayResponse<'a>),
        EnableService(EnableServiceResponse<'a>),
        GetTotals(GetTotalsResponse<'a>),
        Input(InputResponse<'a>),
        Login(LoginResponse<'a>),
        Logout(LogoutResponse<'a>),
        Payment(PaymentResponse<'a>),
        Print(PrintResponse<'a>),
        Reconciliation(ReconciliationResponse<'a>),
        Reversal(ReversalResponse<'a>),
        StoredValue(StoredValueResponse<'a>),
        TransactionStatus(TransactionStatusResponse<'a>),
    }
}

impl<'a> ResponseBody<'a> {
    /// How the request ended, as the answer's own `Response` says; `None` where each device has its own.
    #[must_use]
    pub const fn response(&self) -> Option<&Response<'a>> {
        Some(match self {
            Self::Admin(body) => &body.response,
            Self::BalanceInquiry(body) => &body.response,
            Self::CardAcquisition(body) => &body.response,
            Self::CardReaderApdu(body) => &body.response,
            Self::Diagnosis(body) => &body.response,
            Self::EnableService(body) => &body.response,
            Self::GetTotals(body) => &body.response,
            Self::Input(body) => &body.input_result.response,
            Self::Login(body) => &body.response,
            Self::Logout(body) => &body.response,
            Self::Payment(body) => &body.response,
            Self::Print(body) => &body.response,
            Self::Reconciliation(body) => &body.response,
            Self::Reversal(body) => &body.response,
            Self::StoredValue(body) => &body.response,
            Self::TransactionStatus(body) => &body.response,
            Self::Display(_) | Self::Unlisted(..) => return None,
        })
    }
}
