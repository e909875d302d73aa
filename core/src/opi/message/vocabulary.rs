//! The words of the wire. Every list is open: a word nobody has listed is kept as text.

use core::fmt;

use super::value::{Flaw, Found, Value};
use crate::id::Id;
use crate::limits;

/// Listed words as variants, everything else as [`Other`](RequestType::Other) text.
macro_rules! vocabulary {
    (@same $text:ident $wire:literal) => { $text == $wire };
    (@same $text:ident $wire:literal any_case) => { $text.eq_ignore_ascii_case($wire) };
    (@one $name:ident, $limit:expr, $case:tt;
        $( $(#[$doc:meta])* $variant:ident = $wire:literal $(or $alias:literal)* ),+) => {
        impl $name {
            /// Every listed word.
            pub const LISTED: &'static [Self] = &[$(Self::$variant),+];

            /// Reads a word; `None` if it is not listed and longer than a word may be.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                $( if vocabulary!(@same_as $case text $wire $($alias)*) { return Some(Self::$variant); } )+
                Id::new(text).ok().map(|id| Self::Other(Unlisted(id)))
            }

            /// The word as it is written on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )+
                    Self::Other(text) => text.as_str(),
                }
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
            fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
                let text = found.word();
                if text.is_empty() {
                    return Ok(None);
                }
                if found.cut {
                    return Err(Flaw::TooLong);
                }
                Self::from_text(text).map(Some).ok_or(Flaw::TooLong)
            }
            fn wire(&self, _: u8, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.as_str())
            }
        }
    };
    (@same_as exact $text:ident $($wire:literal)+) => { matches!($text, $($wire)|+) };
    (@same_as any_case $text:ident $($wire:literal)+) => { $($text.eq_ignore_ascii_case($wire))||+ };
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
pub struct Unlisted<const N: usize>(Id<N>);

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
    /// What a message asks for, on all three pairs of messages. Compared byte for byte, because it must be echoed.
    pub enum RequestType(limits::WORD, exact) {
        // Card requests seen in all dialects.
        /// A sale.
        CardPayment = "CardPayment",
        /// A credit.
        PaymentRefund = "PaymentRefund",
        /// A void: the last transaction (Nexi), by STAN (German), by the full original (IFSF).
        PaymentReversal = "PaymentReversal",
        /// Pre-authorisation, Nexi Switzerland.
        CardReservation = "CardReservation",
        /// Pre-authorisation, IFSF.
        CardPreAuthorisation = "CardPreAuthorisation",
        /// Completion of a pre-authorisation, IFSF.
        CardFinancialAdvice = "CardFinancialAdvice",
        /// The last receipt again.
        TicketReprint = "TicketReprint",
        /// The last final answer again.
        RepeatLastMessage = "RepeatLastMessage",
        /// Stop the running operation; never its result (I8).
        AbortRequest = "AbortRequest",
        // Gift and other cards: IFSF, ATS, EFTLink.
        /// Read a card that does not pay.
        CardSwipe = "CardSwipe",
        /// Read a loyalty card.
        LoyaltySwipe = "LoyaltySwipe",
        /// Balance of a stored-value card.
        CardBalanceQuery = "CardBalanceQuery",
        /// Activate a stored-value card.
        CardActivate = "CardActivate",
        /// Block a stored-value card.
        CardStop = "CardStop",
        /// Load a stored-value card.
        StoreValueInCard = "StoreValueInCard",
        /// Unload a stored-value card.
        RefundValueFromCard = "RefundValueFromCard",
        /// Change the PIN.
        PinChange = "PINchange",
        // Loyalty: IFSF, ATS.
        /// Give points.
        LoyaltyAward = "LoyaltyAward",
        /// Use points.
        LoyaltyRedemption = "LoyaltyRedemption",
        /// Balance of points.
        LoyaltyBalanceQuery = "LoyaltyBalanceQuery",
        /// Link two loyalty cards.
        LoyaltyLinkCard = "LoyaltyLinkCard",
        /// Move points.
        LoyaltyPointsTransfer = "LoyaltyPointsTransfer",
        /// Take points back.
        LoyaltyAwardReversal = "LoyaltyAwardReversal",
        /// Give used points back.
        LoyaltyRedemptionReversal = "LoyaltyRedemptionReversal",
        /// Void of a payment with loyalty.
        PaymentLoyaltyReversal = "PaymentLoyaltyReversal",
        /// Credit of a payment with loyalty.
        PaymentLoyaltyRefund = "PaymentLoyaltyRefund",
        /// A sale that gives points.
        CardPaymentLoyaltyAward = "CardPaymentLoyaltyAward",
        /// A sale that uses points.
        CardPaymentLoyaltyRedemption = "CardPaymentLoyaltyRedemption",
        /// A sale with a loyalty card read.
        CardPaymentLoyaltySwipe = "CardPaymentLoyaltySwipe",
        /// A pre-authorisation with a loyalty card read.
        CardPreAuthorisationLoyaltySwipe = "CardPreAuthorisationLoyaltySwipe",
        /// A completion that gives points.
        CardFinancialAdviceLoyaltyAward = "CardFinancialAdviceLoyaltyAward",
        // Vendor requests: ATS.
        /// Void of a credit.
        RefundReversal = "RefundReversal",
        /// Void of a pre-authorisation.
        PreAuthReversal = "PreAuthReversal",
        /// Open a bar tab.
        CardBarTab = "CardBarTab",
        /// Void of a bar tab.
        BarTabReversal = "BarTabReversal",
        /// Check a card.
        CardValidation = "CardValidation",
        /// Check a card, first step.
        CardValidation1 = "CardValidation1",
        /// Check a card, second step.
        CardValidation2 = "CardValidation2",
        /// Make a token.
        CardTokenise = "CardTokenise",
        /// Make a token, the other spelling.
        CardTokenize = "CardTokenize",
        /// A sale by token.
        CardTokenPayment = "CardTokenPayment",
        /// A credit by token.
        CardTokenRefund = "CardTokenRefund",
        /// A pre-authorisation by token.
        CardTokenPreAuth = "CardTokenPreAuth",
        /// A sale that makes a token.
        PaymentTokenPayment = "PaymentTokenPayment",
        /// A credit that makes a token.
        PaymentTokenRefund = "PaymentTokenRefund",
        /// A sale, second form.
        CardPayment2 = "CardPayment2",
        /// A completion with a fixed amount.
        FinancialAdviceRingFenceFix = "FinancialAdviceRingFenceFix",
        // Vendor requests: a French IFSF simulator.
        /// The last final answer again, cards only.
        CardRepeatLastMessage = "CardRepeatLastMessage",
        /// Take points back for a credit.
        LoyaltyAwardRefund = "LoyaltyAwardRefund",
        /// Give used points back for a credit.
        LoyaltyRedemptionRefund = "LoyaltyRedemptionRefund",
        /// Load a logo.
        LogoDownload = "LogoDownload",
        // Service requests.
        /// Open a session.
        Login = "Login",
        /// Close a session.
        Logoff = "Logoff",
        /// Close a session, the spelling of some dialects.
        LogOff = "LogOff",
        /// Close a session, the word of some dialects.
        Logout = "Logout",
        /// Open the shift, Nexi.
        ActivateTerminal = "ActivateTerminal",
        /// Close the shift, Nexi.
        DeactivateTerminal = "DeactivateTerminal",
        /// State of the terminal.
        GetStatus = "GetStatus",
        /// Identity of the terminal, Nexi.
        GetInfo = "GetInfo",
        /// Brands the terminal takes.
        GetCardCircuits = "GetCardCircuits",
        /// X report: the shift stays open.
        Reconciliation = "Reconciliation",
        /// Z report: the shift is closed.
        ReconciliationWithClosure = "ReconciliationWithClosure",
        /// X report over all terminals, IFSF.
        GlobalReconciliation = "GlobalReconciliation",
        /// Z report over all terminals, IFSF.
        GlobalReconciliationWithClosure = "GlobalReconciliationWithClosure",
        /// Submit stored transactions, IFSF.
        SendOfflineTransactions = "SendOfflineTransactions",
        /// Final balance and logoff, Nexi.
        CloseDay = "CloseDay",
        /// Submit stored transactions, Nexi.
        TransmitTrx = "TransmitTrx",
        /// Load the configuration, Nexi.
        ContactTms = "ContactTMS",
        /// Initialise the acquirers, Nexi.
        ContactAcq = "ContactAcq",
        /// Restart the application, Nexi.
        RestartTerminal = "RestartTerminal",
        /// Self test and host test.
        Diagnosis = "Diagnosis",
        /// Menu of the terminal.
        Administration = "Administration",
        /// Initialise, ELME.
        Initialisation = "Initialisation",
        /// State, ELME.
        StatusQuery = "StatusQuery",
        /// Prepaid and the like, IFSF.
        OnlineAgent = "OnlineAgent",
        /// A reference, ATS.
        GetReference = "GetReference",
        /// A key, ATS.
        EncryptionRsaPublicKey = "EncryptionRSAPublicKey",
        /// Take a device, ATS.
        AcquireDevice = "AcquireDevice",
        /// Give a device back, ATS.
        ReleaseDevice = "ReleaseDevice",
        /// Look up a rule, ATS.
        RuleLookup = "RuleLookup",
        /// Load the PIN pad, ATS.
        PinPadProgramLoad = "PINPadProgramLoad",
        /// Versions, ATS.
        QuerySoftwareVersions = "QuerySoftwareVersions",
        /// Memory, ATS.
        MemoryReport = "MemoryReport",
        /// Configuration, EFTLink.
        GetConfig = "GetConfig",
        /// Start, EFTLink.
        Initialise = "Initialise",
        /// Stop, EFTLink.
        Shutdown = "Shutdown",
        /// Release, EFTLink.
        Uninitialise = "Uninitialise",
        // Device requests.
        /// Show or print.
        Output = "Output",
        /// Ask.
        Input = "Input",
        /// Show encrypted, IFSF.
        SecureOutput = "SecureOutput",
        /// Ask encrypted, IFSF.
        SecureInput = "SecureInput",
        /// Stop asking, IFSF.
        AbortInput = "AbortInput",
        /// Stop showing, IFSF.
        AbortOutput = "AbortOutput",
        /// Something happened at the pump, IFSF.
        Event = "Event",
    }
}

impl RequestType {
    /// Whether a success moves or reserves money, so that a lost answer must be recovered.
    ///
    /// An unlisted word of a card request is taken as such: guessing wrong the other way would lose money.
    #[must_use]
    pub const fn moves_money(&self) -> bool {
        !self.is_service()
            && !matches!(
                self,
                Self::TicketReprint
                    | Self::RepeatLastMessage
                    | Self::CardRepeatLastMessage
                    | Self::AbortRequest
                    | Self::CardSwipe
                    | Self::LoyaltySwipe
                    | Self::CardBalanceQuery
                    | Self::LoyaltyBalanceQuery
                    | Self::CardValidation
                    | Self::CardValidation1
                    | Self::CardValidation2
                    | Self::CardTokenise
                    | Self::CardTokenize
                    | Self::PinChange
                    | Self::LogoDownload
            )
            && !self.is_device()
    }

    /// Whether it is a request of `ServiceRequest` and of no other message.
    #[must_use]
    pub const fn is_service(&self) -> bool {
        matches!(
            self,
            Self::Login
                | Self::Logoff
                | Self::LogOff
                | Self::Logout
                | Self::ActivateTerminal
                | Self::DeactivateTerminal
                | Self::GetStatus
                | Self::GetInfo
                | Self::GetCardCircuits
                | Self::Reconciliation
                | Self::ReconciliationWithClosure
                | Self::GlobalReconciliation
                | Self::GlobalReconciliationWithClosure
                | Self::SendOfflineTransactions
                | Self::CloseDay
                | Self::TransmitTrx
                | Self::ContactTms
                | Self::ContactAcq
                | Self::RestartTerminal
                | Self::Diagnosis
                | Self::Administration
                | Self::Initialisation
                | Self::StatusQuery
                | Self::OnlineAgent
                | Self::GetReference
                | Self::EncryptionRsaPublicKey
                | Self::AcquireDevice
                | Self::ReleaseDevice
                | Self::RuleLookup
                | Self::PinPadProgramLoad
                | Self::QuerySoftwareVersions
                | Self::MemoryReport
                | Self::GetConfig
                | Self::Initialise
                | Self::Shutdown
                | Self::Uninitialise
        )
    }

    /// Whether it is a request of `DeviceRequest`.
    #[must_use]
    pub const fn is_device(&self) -> bool {
        matches!(
            self,
            Self::Output
                | Self::Input
                | Self::SecureOutput
                | Self::SecureInput
                | Self::AbortInput
                | Self::AbortOutput
                | Self::Event
        )
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
        EJournal = "E-Journal" or "EJournal",
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

vocabulary! {
    /// What a printed output is (Nexi, CCV).
    pub enum TicketType(limits::DEVICE_WORD, exact) {
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

/// Listed words only: how a line looks is not worth the bytes of an unlisted word in every line.
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

            /// Reads a word; `None` if it is not listed.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                match text {
                    $( $wire => Some(Self::$variant), )+
                    _ => None,
                }
            }

            /// The word as it is written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $wire, )+ }
            }
        }
        impl Value for $name {
            fn read(found: &Found<'_>) -> Result<Option<Self>, Flaw> {
                match found.word() {
                    "" => Ok(None),
                    text => Self::from_text(text).map(Some).ok_or(Flaw::Unlisted),
                }
            }
            fn wire(&self, _: u8, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.as_str())
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
