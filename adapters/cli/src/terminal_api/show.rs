//! One Terminal API message as the JSON object that `opi decode` writes. Secrets masked (I12).

use opi_core::json::{Document, Limits, Str, Value};
use opi_core::nexo::envelope::{self, Key, Opened};
use opi_core::nexo::{
    AdditionalResponse, Body, CardNumber, Dialect, Direction, Envelope, Field, Path, Reading, Report, Vocabulary,
};
use opi_core::secret::Masked;
use serde::Serialize;
use serde_json::{Map, Value as Shown};

/// Members of which nothing is shown (I12): the names of nexo for tracks, expiry dates, codes, tokens, and what was
/// keyed in.
const HIDDEN: [&str; 15] = [
    "CardSeqNumb",
    "ExpiryDate",
    "TrackValue",
    "Value",
    "TokenValue",
    "AccountNumber",
    "MSISDN",
    "IMSI",
    "IMEI",
    "StoredValueID",
    "CheckTrack2",
    "EncrPINBlock",
    "APDUData",
    "Password",
    "SensitiveMobileData",
];

/// Members that hold a card number.
const CARD_NUMBERS: [&str; 4] = ["PAN", "MaskedPan", "MaskedPAN", "CheckCardNumber"];

/// Members that hold pairs, of which those about the expiry are hidden.
const PAIRS: [&str; 2] = ["AdditionalResponse", "SaleToAcquirerData"];

/// What is left out was not in the message.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    /// Which envelope; `None` for what terminals say without one.
    root: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poi_id: Option<String>,
    /// It came in secured form.
    secured: bool,
    /// What forbids a terminal to process it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<String>,
    /// What a terminal does not use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    message: Shown,
}

impl Message {
    /// Reads a message, and opens it if there is a key. The error is the byte and what is wrong there.
    pub(crate) fn read(bytes: &[u8], key: Option<&Key>) -> Result<Self, (u64, String)> {
        let document = parse(bytes)?;
        let Some(direction) = Envelope::direction_of(document) else {
            return Ok(Self::of(document, None, false));
        };
        let mut report = Report::new();
        let outer = Envelope::read(document, direction, &Dialect::ADYEN, &mut report);
        let (Some(outer), Some(key)) = (outer.filter(Envelope::is_secured), key) else {
            return Ok(Self::of(document, Some(direction), outer.is_some_and(|outer| outer.is_secured())));
        };
        let Some(Body::Secured(secured)) = outer.body(&mut report) else {
            return Ok(Self::of(document, Some(direction), true));
        };
        let mut scratch = vec![0; bytes.len()];
        let keys = std::slice::from_ref(key);
        match envelope::open(&outer, &secured, keys, &mut scratch, Limits::default()) {
            Ok(Opened::Document(inner)) => Ok(Self::of(inner, Envelope::direction_of(inner), true)),
            Ok(Opened::BadJson(error)) => Err((0, format!("what is encrypted is not JSON: {error}"))),
            Err(failure) => Err((0, failure.to_string())),
        }
    }

    fn of(document: Document<'_>, direction: Option<Direction>, secured: bool) -> Self {
        let mut report = Report::new();
        let envelope = direction.and_then(|it| Envelope::read(document, it, &Dialect::ADYEN, &mut report));
        if let Some(envelope) = &envelope {
            envelope.body(&mut report);
        }
        let header = envelope.map(|envelope| envelope.header).unwrap_or_default();
        Self {
            root: direction.map(Direction::envelope),
            category: header.category().map(|category| Vocabulary::as_str(category).to_owned()),
            service_id: header.service_id.map(owned),
            sale_id: header.sale_id.map(owned),
            poi_id: header.poi_id.map(owned),
            secured,
            errors: lines(report.errors().as_str()),
            warnings: lines(report.warnings().as_str()),
            message: shown(document.root(), ""),
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Document<'_>, (u64, String)> {
    Document::parse(bytes).map_err(|error| (u64::try_from(error.offset).unwrap_or(u64::MAX), error.to_string()))
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn owned(text: Str<'_>) -> String {
    Masked(&text.chars().collect::<String>()).to_string()
}

/// The value of a member with this name.
fn shown(value: Value<'_>, name: &str) -> Shown {
    if let Some(object) = value.object() {
        let members = object.into_iter().map(|(name, value)| {
            let name: String = name.chars().collect();
            let value = shown(value, &name);
            (Masked(&name).to_string(), value)
        });
        return Shown::Object(members.collect::<Map<_, _>>());
    }
    if let Some(array) = value.array() {
        return array.into_iter().map(|element| shown(element, name)).collect();
    }
    if value.is_null() {
        return Shown::Null;
    }
    if HIDDEN.contains(&name) {
        return "***".into();
    }
    if CARD_NUMBERS.contains(&name) {
        return as_field::<CardNumber<'_>>(value);
    }
    if PAIRS.contains(&name) {
        return as_field::<AdditionalResponse<'_>>(value);
    }
    if let Some(text) = value.text() {
        return owned(text).into();
    }
    if let Some(number) = value.number() {
        // A card number is not written as one; a number that looks like one is masked all the same.
        let masked = Masked(number.raw()).to_string();
        return serde_json::from_str(&masked).unwrap_or(Shown::String(masked));
    }
    value.boolean().into()
}

/// As the core shows it.
fn as_field<'a, F: Field<'a> + std::fmt::Display>(value: Value<'a>) -> Shown {
    let mut report = Report::new();
    let mut reading = Reading::new(&mut report, &Dialect::ADYEN, Direction::Response);
    F::read(value, &Path::TOP, &mut reading).map_or_else(|| "***".into(), |field| field.to_string().into())
}
