//! Messages made from the catalogue, and every place in them.

use serde_json::{Map, Value, json};

use crate::catalogue::{self, Holds, Member, Need};

/// What is put into a message.
pub(crate) enum Fill<'c> {
    /// Every member; where an object has one of several, the one with this number.
    All(usize),
    /// What must be there only.
    Least(usize),
    /// What these bytes say.
    By(&'c mut dyn Iterator<Item = u8>),
}

impl Fill<'_> {
    fn number(&mut self, below: usize) -> usize {
        match self {
            Self::By(bytes) => {
                (usize::from(bytes.next().unwrap_or(0)) << 8 | usize::from(bytes.next().unwrap_or(0))) % below
            }
            _ => 0,
        }
    }

    fn takes(&mut self, member: &Member) -> bool {
        match self {
            Self::All(_) => true,
            Self::Least(_) => member.need != Need::Optional,
            Self::By(bytes) => member.need != Need::Optional || bytes.next().unwrap_or(0) & 1 == 1,
        }
    }

    fn variant(&mut self, of: usize) -> usize {
        match self {
            Self::All(variant) | Self::Least(variant) => *variant % of,
            Self::By(_) => self.number(of),
        }
    }
}

/// An object of the catalogue.
pub(crate) fn object(name: &str, fill: &mut Fill<'_>) -> Value {
    let mut members = catalogue::members(name);
    if catalogue::is_choice(name) {
        let variant = fill.variant(members.len());
        let member = members.swap_remove(variant);
        return json!({ member.name: value(&member, fill) });
    }
    let mut object = Map::new();
    for member in &members {
        if fill.takes(member) {
            object.insert(member.name.to_owned(), value(member, fill));
        }
    }
    // The rule that a display shows one thing at a place, and that a reprint says what.
    if let Some(outputs) = object.get_mut("DisplayOutput").and_then(Value::as_array_mut) {
        outputs.truncate(1);
    }
    if let Some(header) = object.get_mut("MessageHeader") {
        *header = header_of(header.clone(), "Service", "Payment", "Response");
    }
    if name == "TransactionStatusRequest" {
        object.insert("ReceiptReprintFlag".to_owned(), Value::Bool(true));
    }
    Value::Object(object)
}

fn header_of(mut header: Value, class: &str, category: &str, message_type: &str) -> Value {
    header["MessageClass"] = json!(class);
    header["MessageCategory"] = json!(category);
    header["MessageType"] = json!(message_type);
    header
}

fn value(member: &Member, fill: &mut Fill<'_>) -> Value {
    if !member.list {
        return single(member, fill);
    }
    let count = 1 + fill.number(3);
    Value::Array((0..count).map(|_| single(member, fill)).collect())
}

fn single(member: &Member, fill: &mut Fill<'_>) -> Value {
    match member.holds {
        Holds::Text(..) if member.name.ends_with("Currency") => json!(["EUR", "CHF", "JPY"][fill.number(3)]),
        Holds::Text(low, high) | Holds::Code(low, high) | Holds::Secret(low, high) => json!(text(low, high, fill)),
        Holds::Digits(low, high) => {
            let length = low.max(1) + fill.number(high.min(12) - low.max(1) + 1);
            json!((0..length).map(|_| char::from(b'0' + fill.number(10) as u8)).collect::<String>())
        }
        Holds::Card(..) => json!(["4111111111111111", "541333 **** 0011", "6703444444444449"][fill.number(3)]),
        Holds::Time => {
            json!(
                ["2026-04-08T08:15:00.000Z", "2026-04-08", "2026-04-08T10:15:00+02:00", "2019-06-12T15:09:36"]
                    [fill.number(4)]
            )
        }
        Holds::Bytes(4, 4) => json!(["AA==", "kAA=", "+/8="][fill.number(3)]),
        Holds::Bytes(..) => json!(["PHA+VGhhbmsgeW91PC9wPg==", "AAAA", "//79"][fill.number(3)]),
        Holds::Flag => json!(fill.number(2) == 0),
        Holds::Count(low, high) => {
            json!(low + fill.number(usize::try_from((high - low).min(60_000)).unwrap() + 1) as u64)
        }
        Holds::Amount => {
            let (units, parts) = (1 + fill.number(50_000) * fill.number(1_900), fill.number(1_000));
            let (zeros, exponent) = ("0".repeat(fill.number(4)), ["", "", "e0", "E+00"][fill.number(4)]);
            serde_json::from_str(&format!("{units}.{parts:03}{zeros}{exponent}")).unwrap()
        }
        Holds::Rate => serde_json::from_str(&format!("0.{:09}", 1 + fill.number(60_000))).unwrap(),
        Holds::Any => {
            [json!({ "ContentType": "id-envelopedData", "Deep": [1, { "x": null }] }), json!("text"), json!(7)]
                [fill.number(3)]
            .clone()
        }
        Holds::Word(enumeration) => {
            let words = catalogue::words(enumeration);
            json!(member.word.unwrap_or_else(|| words[fill.number(words.len())]))
        }
        Holds::Cluster(enumeration) => {
            let words = catalogue::words(enumeration);
            let most = if enumeration == "DocumentQualifier" { 2 } else { words.len() };
            let mut some: Vec<_> = words.into_iter().filter(|_| fill.number(2) == 0).collect();
            some.truncate(most);
            if enumeration == "DocumentQualifier" && some.is_empty() {
                some.push("Voucher");
            }
            json!(some)
        }
        Holds::Object(name) => object(name, fill),
    }
}

fn text(low: usize, high: usize, fill: &mut Fill<'_>) -> String {
    const LETTERS: [char; 8] = ['A', 'z', '7', '-', '"', '\\', '\u{20ac}', '\u{1f4b3}'];
    let low = low.max(1);
    let length = low + fill.number(high - low + 1);
    (0..length).map(|_| LETTERS[fill.number(LETTERS.len())]).collect()
}

/// One message of the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) document: Value,
    pub(crate) envelope: &'static str,
    pub(crate) body: &'static str,
}

impl Sample {
    fn new(
        class: &str,
        category: &str,
        direction: (&'static str, &str),
        body: &'static str,
        fill: &mut Fill<'_>,
    ) -> Self {
        let (envelope, message_type) = direction;
        let header = header_of(object("MessageHeader", fill), class, category, message_type);
        let document = json!({ envelope: { "MessageHeader": header, body: object(body, fill) } });
        Self { document, envelope, body }
    }

    /// The direction as the core has it.
    pub(crate) fn direction(&self) -> opi_core::nexo::Direction {
        if self.is_request() { opi_core::nexo::Direction::Request } else { opi_core::nexo::Direction::Response }
    }

    pub(crate) fn is_request(&self) -> bool {
        self.envelope == "SaleToPOIRequest"
    }
}

/// A message for each body of the catalogue, and for each variant where there are several.
pub(crate) fn samples(mut fill: impl FnMut(usize) -> Fill<'static>) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (class, category, request, response) in catalogue::BODIES {
        if let Some(body) = request {
            let message_type = if *category == "Event" { "Notification" } else { "Request" };
            samples.push(Sample::new(class, category, ("SaleToPOIRequest", message_type), body, &mut fill(0)));
        }
        if let Some(body) = response {
            let variants = if *category == "TransactionStatus" { 6 } else { 1 };
            for variant in 0..variants {
                let fill = &mut fill(variant);
                samples.push(Sample::new(class, category, ("SaleToPOIResponse", "Response"), body, fill));
            }
        }
    }
    samples
}

/// One message, as the bytes say.
pub(crate) fn random(mut bytes: impl Iterator<Item = u8>) -> Sample {
    let fill = &mut Fill::By(&mut bytes);
    loop {
        let (class, category, request, response) = catalogue::BODIES[fill.number(catalogue::BODIES.len())];
        let body =
            if fill.number(2) == 0 { request.map(|body| (body, true)) } else { response.map(|body| (body, false)) };
        let Some((body, request)) = body.or(request.map(|body| (body, true))) else { continue };
        let direction = match (request, category) {
            (true, "Event") => ("SaleToPOIRequest", "Notification"),
            (true, _) => ("SaleToPOIRequest", "Request"),
            (false, _) => ("SaleToPOIResponse", "Response"),
        };
        return Sample::new(class, category, direction, body, fill);
    }
}

/// A member of a message.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// What it is a member of, in the catalogue.
    pub(crate) object: String,
    /// The JSON pointer of the object it is a member of.
    pub(crate) pointer: String,
    /// The path of that object as lines tell it.
    pub(crate) path: String,
    pub(crate) member: Member,
    /// Whether the object has one of several members.
    pub(crate) choice: bool,
}

impl Place {
    /// `At ..., field ...: ` and the reason.
    pub(crate) fn line(&self, reason: &str) -> String {
        format!("At {}, field {}: {reason}", self.path, self.member.name)
    }

    pub(crate) fn of<'d>(&self, document: &'d mut Value) -> &'d mut Map<String, Value> {
        document.pointer_mut(&self.pointer).and_then(Value::as_object_mut).unwrap()
    }
}

/// Every member that the message has, and every object.
pub(crate) fn places(sample: &Sample) -> Vec<Place> {
    let mut found = Vec::new();
    let root = format!("/{}", sample.envelope);
    for object in ["MessageHeader", sample.body] {
        walk(&sample.document, format!("{root}/{object}"), format!("{}.{object}", sample.envelope), object, &mut found);
    }
    found
}

fn walk(document: &Value, pointer: String, path: String, object: &str, found: &mut Vec<Place>) {
    let members = document.pointer(&pointer).unwrap().as_object().unwrap();
    for member in catalogue::members(object) {
        let Some(value) = members.get(member.name) else { continue };
        let choice = catalogue::is_choice(object);
        found.push(Place { object: object.to_owned(), pointer: pointer.clone(), path: path.clone(), member, choice });
        let Holds::Object(name) = member.holds else { continue };
        let (pointer, path) = (format!("{pointer}/{}", member.name), format!("{path}.{}", member.name));
        match value.as_array() {
            None => walk(document, pointer, path, name, found),
            Some(elements) => {
                for index in 0..elements.len() {
                    walk(document, format!("{pointer}/{index}"), format!("{path}[{index}]"), name, found);
                }
            }
        }
    }
}
