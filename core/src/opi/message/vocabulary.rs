//! The words of the wire. Every list is open: a word nobody has listed is kept as text.

use core::fmt;

use super::shape::Shape;
use super::value::{Flaw, Found, Shown, Value};
use super::words::Words;
use crate::id::Id;
use crate::limits;

/// The place of a word in its list. One search for all lists: comparisons for each word would be kilobytes.
pub(super) fn find(words: Words, aliases: &[(&str, u8)], text: &[u8], any_case: bool) -> Option<usize> {
    let same = |word: &str| {
        word.len() == text.len()
            && if any_case { word.as_bytes().eq_ignore_ascii_case(text) } else { word.as_bytes() == text }
    };
    let alias = || aliases.iter().find(|(alias, _)| same(alias)).map(|(_, place)| usize::from(*place));
    words.place(same).or_else(alias)
}

/// Listed words as variants, everything else as [`Other`](RequestType::Other) text.
macro_rules! vocabulary {
    (@any_case exact) => { false };
    (@any_case any_case) => { true };
    (@one $name:ident, $limit:expr, $case:tt;
        $( $(#[$doc:meta])* $variant:ident = $wire:literal $(or $alias:literal)* ),+) => {
        impl $name {
            /// Every listed word.
            pub const LISTED: &'static [Self] = &[$(Self::$variant),+];

            const WORDS: Words = words![$($wire),+];
            const ALIASES: &'static [(&'static str, u8)] = {
                #[allow(dead_code)]
                enum Place { $($variant),+ }
                &[$($(($alias, Place::$variant as u8),)*)+]
            };

            /// Reads a word; `None` if it is not listed and longer than a word may be.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                match find(Self::WORDS, Self::ALIASES, text.as_bytes(), vocabulary!(@any_case $case)) {
                    Some(place) => Self::at(place),
                    None => Id::of(Some(text)).map(|id| Self::Other(Unlisted(id))),
                }
            }

            fn at(place: usize) -> Option<Self> {
                #[allow(dead_code)]
                enum Place { $($variant),+ }
                $( if place == Place::$variant as usize { return Some(Self::$variant); } )+
                None
            }

            /// The word as it is written on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    Self::Other(text) => text.as_str(),
                    listed => Self::WORDS.at(usize::from(listed.place())),
                }
            }

            /// Its place in the list, at the end of it if it is none of it: then these are the numbers that a compiler
            /// gives the variants anyway.
            #[allow(dead_code)]
            pub(super) const fn place(&self) -> u8 {
                enum Place { $($variant,)+ Other }
                match self {
                    $( Self::$variant => Place::$variant as u8, )+
                    Self::Other(_) => Place::Other as u8,
                }
            }

            /// A listed word as it is written on the wire, by itself: for constants only, which need not the list then.
            #[allow(dead_code)]
            pub(crate) const fn listed(&self) -> &'static str {
                match self {
                    $( Self::$variant => $wire, )+
                    Self::Other(_) => "",
                }
            }

            /// The number of a listed word.
            #[allow(dead_code)]
            pub(crate) fn number(&self) -> Option<u8> {
                if let Self::Other(_) = self { None } else { Some(self.place()) }
            }

            /// The listed word with this number.
            #[allow(dead_code)]
            pub(crate) fn numbered(number: u8) -> Option<&'static str> {
                let word = Self::WORDS.at(usize::from(number));
                if word.is_empty() { None } else { Some(word) }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.as_str())
            }
        }
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
        impl Value for $name {
            const SHAPE: Shape = Shape::Word(Shape::length($limit));
            fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
                let Some(text) = found.listed()? else { return Ok(()) };
                *into = Some(Self::from_text(text).ok_or(Flaw::TooLong)?);
                Ok(())
            }
            #[cfg_attr(target_pointer_width = "64", inline(always))]
            fn shown(&self) -> Shown<'_> {
                Shown::Text(self.as_str())
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident($limit:expr, $case:tt) {
            $( $(#[$doc:meta])* $variant:ident = $wire:literal $(or $alias:literal)* ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$doc])* #[doc = concat!("`", $wire, "`")] $variant, )+
            /// Any other word, as received.
            Other(Unlisted<{ $limit }>),
        }
        vocabulary!(@one $name, $limit, $case; $( $(#[$doc])* $variant = $wire $(or $alias)* ),+);
    };
}

/// A word that is not listed. Only `from_text` of a vocabulary makes one, so a listed word is never hidden in it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unlisted<const N: usize>(pub(super) Id<N>);

impl<const N: usize> Unlisted<N> {
    /// The word as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl<const N: usize> fmt::Debug for Unlisted<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

vocabulary! {
    /// How a request ended. Read in any case of letters (`Loggedout` is seen), written as listed.
    pub enum OverallResult(limits::WORD, any_case) {
        /// Done.
        Success = "Success",
        /// Done in part: look at the authorisation.
        PartialFailure = "PartialFailure",
        /// Not done.
        Failure = "Failure",
        /// A device is missing; after an abort only "not confirmed".
        DeviceUnavailable = "DeviceUnavailable",
        /// Another operation is running.
        Busy = "Busy",
        /// Not logged in.
        LoggedOut = "LoggedOut",
        /// Stopped before the money moved.
        Aborted = "Aborted",
        /// Too late: the result depends on the evidence.
        TimedOut = "TimedOut",
        /// The host was not reached.
        CommunicationError = "CommunicationError",
        /// The request was not understood.
        FormatError = "FormatError",
        /// The request was not readable.
        ParsingError = "ParsingError",
        /// The request was not valid.
        ValidationError = "ValidationError",
        /// Something mandatory was missing.
        MissingMandatoryData = "MissingMandatoryData",
        /// The card is not known.
        UnknownCard = "UnknownCard",
        /// The function does not exist here.
        NotSupported = "NotSupported",
        /// Blocked until the last receipt is fetched, CCV and Nexi.
        PrintLastTicket = "PrintLastTicket",
        /// A success of a service, Nexi.
        Activated = "Activated",
        /// A success of a service, Nexi.
        AlreadyActivated = "AlreadyActivated",
        /// A success of a service, Nexi.
        Deactivated = "Deactivated",
        /// A success of a service, Nexi.
        AlreadyDeactivated = "AlreadyDeactivated",
        /// A success of a service, Nexi.
        DayClosed = "DayClosed",
        /// The terminal does not know, Nexi.
        Unknown = "Unknown",
    }
}

impl OverallResult {
    /// Whether a service request that ended so was done (the Nexi words of success included).
    #[must_use]
    pub const fn is_service_success(&self) -> bool {
        matches!(
            self,
            Self::Success
                | Self::Activated
                | Self::AlreadyActivated
                | Self::Deactivated
                | Self::AlreadyDeactivated
                | Self::DayClosed
        )
    }
}

vocabulary! {
    /// A device of the till or of the terminal.
    pub enum DeviceTarget(limits::DEVICE_WORD, exact) {
        /// What the cashier reads.
        CashierDisplay = "CashierDisplay",
        /// What the customer reads.
        CustomerDisplay = "CustomerDisplay",
        /// Customer copy (Nexi, CCV), merchant copy (German).
        Printer = "Printer",
        /// Customer copy (German).
        PrinterReceipt = "PrinterReceipt",
        /// Merchant copy (Nexi, CCV).
        JournalPrinter = "JournalPrinter",
        /// A record to be stored.
        EJournal = "E-Journal",
        /// The same. A word of its own, because targets are echoed byte for byte.
        EJournalUnhyphenated = "EJournal",
        /// May the goods be delivered? (unattended)
        DeliveryBox = "DeliveryBox",
        /// Where the cashier types.
        CashierKeyboard = "CashierKeyboard",
        /// The cashier's display and keyboard.
        CashierTerminal = "CashierTerminal",
        /// Where the customer types.
        CustomerKeyboard = "CustomerKeyboard",
        /// The customer's display and keyboard.
        CustomerTerminal = "CustomerTerminal",
        /// Chip card reader and writer.
        IccReaderWriter = "ICCrw",
        /// Card reader.
        CardReader = "CardReader",
        /// PIN pad with a card reader.
        PinEntryDeviceCardReader = "PinEntryDeviceCardReader",
        /// PIN pad.
        PinPad = "PinPad",
        /// PIN pad with a card reader and a printer.
        PedReaderPrinter = "PEDReaderPrinter",
        /// Magnetic stripe reader.
        MagneticStripeReader = "MSR",
        /// Contactless reader.
        Rfid = "RFID",
        /// Barcode scanner.
        BarcodeScanner = "BarcodeScanner",
        /// Log.
        Log = "Log",
        /// Any display.
        Display = "Display",
    }
}

vocabulary! {
    /// What the terminal asks an input device for.
    pub enum Command(limits::DEVICE_WORD, exact) {
        /// Yes or no.
        GetConfirmation = "GetConfirmation",
        /// Any key.
        GetAnyKey = "GetAnyKey",
        /// A number.
        GetDecimals = "GetDecimals",
        /// Free text.
        GetChar = "GetChar",
        /// One of several.
        GetMenu = "GetMenu",
        /// An amount.
        GetAmount = "GetAmount",
        /// An amount, nothing shown.
        GetAmountNoPrompt = "GetAmountNoPrompt",
        /// A soft key.
        GetOptionKey = "GetOptionKey",
        /// Check a PIN.
        CheckPin = "CheckPIN",
        /// Take a PIN.
        ProcessPin = "ProcessPIN",
        /// Ask for a card.
        RequestCard = "RequestCard",
        /// Ask for a card of a kind.
        RequestTypeCard = "RequestTypeCard",
        /// Read a card.
        ReadCard = "ReadCard",
        /// Pass data on.
        TransferData = "TransferData",
        /// Check a MAC.
        ValidateMac = "ValidateMAC",
        /// Make a MAC.
        CalculateMac = "CalculateMAC",
        /// Renew keys.
        UpdateKeys = "UpdateKeys",
        /// Track 2 of a card.
        GetTrack2 = "GetTrack2",
    }
}

impl DeviceTarget {
    /// Whether what goes there is a record of the structured journal.
    #[must_use]
    pub const fn is_journal(&self) -> bool {
        matches!(self, Self::EJournal | Self::EJournalUnhyphenated)
    }
}

vocabulary! {
    /// What a printed output is (Nexi, CCV). Read in any case of letters: an offer must never pass for a receipt.
    pub enum TicketType(limits::DEVICE_WORD, any_case) {
        /// For the customer.
        CustomerReceipt = "CustomerReceipt",
        /// For the merchant.
        MerchantReceipt = "MerchantReceipt",
        /// An offer to pay in another currency: not a receipt.
        DccOffer = "DccOffer",
    }
}

vocabulary! {
    /// State of a printer or of the e-journal, as the till declares it (Nexi, CCV).
    pub enum DeviceStatus(limits::DEVICE_WORD, exact) {
        /// The till takes it.
        Available = "Available",
        /// The till cannot take it.
        Unavailable = "Unavailable",
        /// The terminal shall print it.
        PrintLocal = "PrintLocal",
        /// The till takes it, paper is short.
        PaperLow = "PaperLow",
        /// No paper.
        PaperEmpty = "PaperEmpty",
        /// The till takes it, memory is short.
        MemoryLow = "MemoryLow",
    }
}

impl DeviceStatus {
    /// Whether the device takes what is sent to it.
    #[must_use]
    pub const fn works(&self) -> bool {
        !matches!(self, Self::Unavailable | Self::PaperEmpty)
    }
}

vocabulary! {
    /// What a line of a reconciliation counts.
    pub enum PaymentType(limits::DEVICE_WORD, exact) {
        /// Credited to cardholders (refunds) or to the merchant, as the dialect says.
        Credit = "Credit",
        /// Debited.
        Debit = "Debit",
        /// Tips.
        Gratuity = "Gratuity",
        /// Tips given back.
        GratuityRefund = "GratuityRefund",
        /// Donations.
        Donation = "Donation",
    }
}

vocabulary! {
    /// How a payment was authorised.
    pub enum AuthorisationType(limits::DEVICE_WORD, any_case) {
        /// By the host.
        Online = "Online" or "OnlineAuth",
        /// By the terminal.
        Offline = "Offline",
        /// By voice.
        Manual = "Manual",
        /// By the merchant.
        Inhouse = "Inhouse",
    }
}

vocabulary! {
    /// What happened at the pump (IFSF).
    pub enum EventType(limits::DEVICE_WORD, exact) {
        /// A card is in the reader.
        CardInserted = "CardInserted",
        /// A pump was chosen.
        DispenserSelected = "DispenserSelected",
        /// An authorisation is wanted.
        ObtainAuth = "ObtainAuth",
    }
}

/// Listed words only: how a line looks is not worth the bytes of an unlisted word in every line, nor is a wish.
macro_rules! closed_vocabulary {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $wire:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub enum $name {
            $( $(#[$doc])* #[doc = concat!("`", $wire, "`")] $variant, )+
        }
        impl $name {
            /// Every word.
            pub const LISTED: &'static [Self] = &[$(Self::$variant),+];

            #[allow(dead_code)]
            pub(super) const WORDS: Words = words![$($wire),+];

            /// Reads a word; `None` if it is not listed.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                Self::from_bytes(text.as_bytes())
            }

            fn from_bytes(word: &[u8]) -> Option<Self> {
                let place = find(Self::WORDS, &[], word, false)?;
                Self::LISTED.get(place).copied()
            }

            /// The word as it is written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                Self::WORDS.at(self as usize)
            }
        }
        impl Value for $name {
            const SHAPE: Shape = Shape::listed(stringify!($name));
            fn read(found: &Found<'_>, into: &mut Option<Self>) -> Result<(), Flaw> {
                match found.word() {
                    b"" => {}
                    word => *into = Some(Self::from_bytes(word).ok_or(Flaw::Unlisted)?),
                }
                Ok(())
            }
            #[cfg_attr(target_pointer_width = "64", inline(always))]
            fn shown(&self) -> Shown<'_> {
                Shown::Word(self.as_str())
            }
        }
    };
}

closed_vocabulary! {
    /// Where a line stands.
    pub enum Alignment {
        /// At the left.
        Left = "Left",
        /// At the right.
        Right = "Right",
        /// In the middle.
        Center = "Center",
        /// Filled.
        Justified = "Justified",
    }
}

closed_vocabulary! {
    /// Size of the characters of a line.
    pub enum Size {
        /// Normal.
        Single = "Single",
        /// Twice.
        Double = "Double",
        /// Half.
        Half = "Half",
    }
}

closed_vocabulary! {
    /// Style of the characters of a line.
    pub enum CharStyle {
        /// None.
        Normal = "Normal",
        /// Bold.
        Bold = "Bold",
        /// Italic.
        Italic = "Italic",
        /// Underlined.
        Underlined = "Underlined",
    }
}

closed_vocabulary! {
    /// Colour of a line.
    pub enum Color {
        /// White.
        White = "White",
        /// Black.
        Black = "Black",
        /// Red.
        Red = "Red",
        /// Green.
        Green = "Green",
        /// Yellow.
        Yellow = "Yellow",
        /// Blue.
        Blue = "Blue",
        /// Grey.
        Grey = "Grey",
        /// Brown.
        Brown = "Brown",
    }
}

closed_vocabulary! {
    /// What a cashier may do (IFSF).
    pub enum ClerkPermission {
        /// Little.
        Low = "Low",
        /// More.
        Medium = "Medium",
        /// Everything.
        High = "High",
    }
}

closed_vocabulary! {
    /// The child element that a value stands in, which says how it is coded (IFSF).
    pub enum Coding {
        /// As characters.
        Ascii = "Ascii",
        /// As bytes in hexadecimal digits.
        Byte = "Byte",
        /// As bytes in hexadecimal digits, of data that is not a track.
        Hex = "Hex",
    }
}
