//! How the terminals of each dialect behave, as data.

use crate::money::Currency;

/// The terminals of one dialect.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// Its name: that of the till's profile.
    pub name: &'static str,
    /// How device messages are numbered.
    pub device_ids: DeviceIds,
    /// How the till's listener is used.
    pub callback: Callback,
    /// The currency of its country.
    pub currency: Currency,
    /// An invented terminal number in its form.
    pub terminal_id: &'static str,
    /// The brands of its cards.
    pub brands: &'static [Brand],
    pub(super) header: Header,
    pub(super) stamp: Stamp,
    pub(super) routing: Routing,
    /// Whether it writes e-journals.
    pub(super) journal: bool,
    /// Whether it knows ActivateTerminal and DeactivateTerminal.
    pub(super) activates: bool,
    /// Whether it knows RepeatLastMessage.
    pub(super) repeats: bool,
    /// Whether it says Aborted; others say Failure with reason 107.
    pub(super) says_aborted: bool,
    /// Whether reasons stand in a Diagnosis; others have an ActionCode.
    pub(super) diagnosis: bool,
}

/// A brand, with an invented card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Brand {
    /// Its code on the wire.
    pub code: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// A masked card number as the dialect writes it.
    pub card: &'static str,
}

/// How device messages are numbered within a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceIds {
    /// `17.1`, `17.2`: CCV firmware, EFTLink.
    Compound,
    /// The RequestID of the request, and a SequenceID: Thales.
    SameWithSequence,
    /// `101-d0`: SumUp's emulator.
    Free,
}

/// How a terminal uses the listener of the till.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Callback {
    /// A connection for each device message.
    PerRequest,
    /// One connection that stays.
    Persistent,
    /// No connection: device messages travel on the connection of the request (CCV mAPI `SINGLE_SOCKET`).
    Single,
}

/// Order and extras of the attributes of root elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    Nexi,
    Ccv,
    Thales,
    Ifsf,
}

/// Form of time stamps in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    Zone,
    /// `-00:00`: local time of unknown distance to UTC (Thales).
    UnknownZone,
}

/// Which device gets which copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Routing {
    /// Customer on Printer with TicketType, merchant on JournalPrinter (Nexi SDKs).
    TicketType,
    /// Customer on Printer without a word, merchant on JournalPrinter (CCV firmware).
    JournalPrinter,
    /// Merchant on Printer, customer on PrinterReceipt, together in one message (Thales, ELME).
    PrinterReceipt,
}

impl Brand {
    /// Numbers that the schemes gave out for tests, in place of masked ones.
    const UNMASKED: [&'static str; 3] = ["4111111111111111", "5555555555554444", "378282246310005"];

    /// With the number of a whole card, which is none of a person.
    pub(super) fn unmasked(self, place: usize) -> Self {
        Self { card: Self::UNMASKED.get(place).copied().unwrap_or(self.card), ..self }
    }
}

impl Dialect {
    /// Nexi Switzerland.
    pub const NEXI: Self = Self {
        name: "nexi",
        device_ids: DeviceIds::Compound,
        callback: Callback::PerRequest,
        currency: Currency::CHF,
        terminal_id: "20001234",
        brands: &[
            Brand { code: "VISA", name: "VISA CREDIT", card: "XXXXXXXXXXXX0119" },
            Brand { code: "ECMC", name: "MASTERCARD", card: "XXXXXXXXXXXX7741" },
            Brand { code: "TWNT", name: "TWINT", card: "XXXXXXXXXXXX5006" },
        ],
        header: Header::Nexi,
        stamp: Stamp::Zone,
        routing: Routing::TicketType,
        journal: true,
        activates: true,
        repeats: true,
        says_aborted: false,
        diagnosis: true,
    };

    /// CCV OPI-NL.
    pub const CCV_NL: Self = Self {
        name: "ccv-nl",
        device_ids: DeviceIds::Compound,
        callback: Callback::PerRequest,
        currency: Currency::EUR,
        terminal_id: "11149001",
        brands: &[
            Brand { code: "MAES", name: "Maestro", card: "673400xxxxxx0003" },
            Brand { code: "VPAY", name: "V PAY", card: "444000xxxxxx4141" },
            Brand { code: "ECMC", name: "MasterCard", card: "541333xxxxxx9999" },
        ],
        header: Header::Ccv,
        stamp: Stamp::Zone,
        routing: Routing::JournalPrinter,
        journal: true,
        activates: false,
        repeats: true,
        says_aborted: false,
        diagnosis: true,
    };

    /// German OPI.
    pub const OPI_DE: Self = Self {
        name: "opi-de",
        device_ids: DeviceIds::SameWithSequence,
        callback: Callback::Persistent,
        currency: Currency::EUR,
        terminal_id: "68270001",
        brands: &[
            Brand { code: "girocard", name: "girocard", card: "672800######0047" },
            Brand { code: "VISA", name: "Visa", card: "401234######1881" },
            Brand { code: "MASTERCARD", name: "Mastercard", card: "541333######0036" },
        ],
        header: Header::Thales,
        stamp: Stamp::UnknownZone,
        routing: Routing::PrinterReceipt,
        journal: false,
        activates: false,
        // Not shown by any public source.
        repeats: false,
        says_aborted: true,
        diagnosis: false,
    };

    /// IFSF-XML: fuel, EFTLink, ATS.
    pub const IFSF: Self = Self {
        name: "ifsf",
        device_ids: DeviceIds::Compound,
        callback: Callback::Persistent,
        currency: Currency::EUR,
        terminal_id: "P3",
        brands: &[
            Brand { code: "VISA", name: "Visa", card: "************1881" },
            Brand { code: "MASTERCARD", name: "Mastercard", card: "************0036" },
            Brand { code: "FLEET", name: "Fleet card", card: "************7000" },
        ],
        header: Header::Ifsf,
        stamp: Stamp::Zone,
        routing: Routing::PrinterReceipt,
        journal: false,
        activates: false,
        repeats: true,
        says_aborted: true,
        diagnosis: false,
    };

    /// All of them.
    pub const ALL: &'static [&'static Self] = &[&Self::NEXI, &Self::CCV_NL, &Self::OPI_DE, &Self::IFSF];

    /// The dialect of the profile of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|dialect| dialect.name == name)
    }
}
