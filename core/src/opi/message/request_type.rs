//! What is asked for: one list for card, service and device requests.

use core::fmt;

use super::shape::Shape;
use super::value::{Flaw, Found, Shown, Value};
use super::vocabulary::{Unlisted, find};
use super::words::Words;
use crate::id::Id;
use crate::limits;

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

/// A listed [`RequestType`] as a dialect names it: a word by itself, where a request type may be any word of fifty bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verb(&'static str);

impl Verb {
    /// That of a listed word, for constants. What is not listed is no verb, and gives an empty word.
    #[must_use]
    pub const fn of(listed: &RequestType) -> Self {
        Self(listed.listed())
    }

    /// The word as it is written on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// What a till may be asked on channel 1, as far as it knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    Output,
    Input,
    Event,
    AbortInput,
}

impl Demand {
    /// The demand of this word, if it is one.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Output, Self::Input, Self::Event, Self::AbortInput].into_iter().find(|demand| demand.word() == word)
    }

    /// Its word on the wire.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Output => const { RequestType::Output.listed() },
            Self::Input => const { RequestType::Input.listed() },
            Self::Event => const { RequestType::Event.listed() },
            Self::AbortInput => const { RequestType::AbortInput.listed() },
        }
    }

    pub(super) const fn request_type(self) -> RequestType {
        match self {
            Self::Output => RequestType::Output,
            Self::Input => RequestType::Input,
            Self::Event => RequestType::Event,
            Self::AbortInput => RequestType::AbortInput,
        }
    }
}
