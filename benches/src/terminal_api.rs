//! A request of the Terminal API: validated, and sealed and opened.
//!
//! The peer is serde_json into structures of the same members, texts borrowed where they can be. It refuses no member
//! that stands twice under different types, looks at no condition between members, no length and no category, makes a
//! float of the amount, and has no answer ready when something is wrong.

use std::borrow::Cow;

use opi_core::json::{Document, Limits};
use opi_core::nexo::categories::Categories;
use opi_core::nexo::envelope::{Key, Nonce, Opened, open, seal};
use opi_core::nexo::refusal::Named;
use opi_core::nexo::remark::TextProfile;
use opi_core::nexo::validate::{Memory, Notes, Rules, check as validate};
use opi_core::nexo::{Body, Dialect, Direction, Envelope, Report};
use serde::Deserialize;

/// The smallest payment of the samples.
pub const PAYMENT: &[u8] = include_bytes!("../../core/tests/data/nexo/03-payment-basic.json");

/// A terminal that has seen nobody.
struct Fresh;

impl Memory for Fresh {
    fn was_used(&mut self, _: &str, _: &str) -> bool {
        false
    }

    fn is_logged_in(&self, _: &str) -> bool {
        false
    }

    fn name(&mut self) -> Named {
        unreachable!("the requests are as they must be")
    }
}

/// Validated as a terminal does it. Gives the amount in minor units.
///
/// # Panics
/// It is refused.
pub fn opi_core(document: &[u8], out: &mut [u8]) -> u64 {
    let rules = Rules {
        poi_id: "P400Plus-123456789",
        texts: TextProfile::Current,
        dialect: &Dialect::ADYEN,
        categories: Categories::DEFAULT,
        login_needed: false,
    };
    let mut notes = Notes::new();
    let request = validate(document, &mut notes, &rules, &mut Fresh, out).expect("a sound request");
    request.asked.and_then(|asked| asked.amount).map_or(0, |amount| amount.minor())
}

macro_rules! members {
    ($($name:ident { $($field:ident: $type:ty = $member:literal),+ $(,)? })+) => {$(
        #[derive(Debug, Deserialize)]
        #[allow(missing_docs)]
        pub struct $name<'a> {
            $( #[serde(rename = $member, borrow)] pub $field: $type, )+
        }
    )+};
}

type Str<'a> = Cow<'a, str>;

members! {
    Request { request: SaleToPoi<'a> = "SaleToPOIRequest" }
    SaleToPoi {
        header: Header<'a> = "MessageHeader",
        payment: Payment<'a> = "PaymentRequest",
    }
    Header {
        protocol_version: Str<'a> = "ProtocolVersion",
        message_class: Str<'a> = "MessageClass",
        message_category: Str<'a> = "MessageCategory",
        message_type: Str<'a> = "MessageType",
        service_id: Str<'a> = "ServiceID",
        sale_id: Str<'a> = "SaleID",
        poi_id: Str<'a> = "POIID",
    }
    Payment {
        sale_data: SaleData<'a> = "SaleData",
        transaction: Transaction<'a> = "PaymentTransaction",
    }
    SaleData { id: TransactionId<'a> = "SaleTransactionID" }
    TransactionId {
        id: Str<'a> = "TransactionID",
        at: Str<'a> = "TimeStamp",
    }
    Transaction { amounts: Amounts<'a> = "AmountsReq" }
}

#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Amounts<'a> {
    #[serde(rename = "Currency", borrow)]
    pub currency: Str<'a>,
    #[serde(rename = "RequestedAmount")]
    pub requested: f64,
}

/// serde_json into the structures above.
///
/// # Panics
/// It is no such request.
#[must_use]
pub fn serde_json(document: &[u8]) -> Request<'_> {
    serde_json::from_slice(document).expect("a request")
}

/// A key that nobody uses: deriving one takes 4000 rounds, once.
///
/// # Panics
/// Never.
#[must_use]
pub fn key() -> Key {
    Key::from_derived("mykey", 1, &std::array::from_fn(|at| u8::try_from(at).expect("short"))).expect("a key")
}

/// Seals a message; gives its length in `out`.
///
/// # Panics
/// There is no room.
pub fn sealed(document: &[u8], key: &Key, out: &mut [u8]) -> usize {
    let document = Document::parse(document).expect("JSON");
    seal(document, key, Nonce::new([7; 16]), out).expect("room")
}

/// Opens a message; gives the length of what was sealed.
///
/// # Panics
/// It is not genuine.
pub fn opened(document: &[u8], key: &Key, scratch: &mut [u8]) -> usize {
    let document = Document::parse(document).expect("JSON");
    let mut report = Report::new();
    let envelope = Envelope::read(document, Direction::Request, &Dialect::ADYEN, &mut report).expect("an envelope");
    let Some(Body::Secured(secured)) = envelope.body(&mut report) else { panic!("not sealed") };
    match open(&envelope, &secured, std::slice::from_ref(key), scratch, Limits::default()) {
        Ok(Opened::Document(document)) => document.root().raw().len(),
        _ => panic!("not genuine"),
    }
}

/// Proves that both read the same payment, and that what is sealed is opened.
///
/// # Panics
/// It is not so.
pub fn check() {
    let theirs = serde_json(PAYMENT).request;
    assert_eq!(theirs.header.poi_id, "P400Plus-123456789");
    assert_eq!(opi_core(PAYMENT, &mut [0; 4096]), 1099);
    assert!((theirs.payment.transaction.amounts.requested - 10.99).abs() < 1e-9);

    let (mut out, mut scratch) = ([0; 8192], [0; 8192]);
    let length = sealed(PAYMENT, &key(), &mut out);
    let exact = Document::parse(PAYMENT).expect("JSON").root().raw().len();
    assert_eq!(opened(&out[..length], &key(), &mut scratch), exact);
}
