//! Transactions, and what is paid with.

use crate::nexo::word::vocabulary;

vocabulary! {
    /// How a request ended.
    pub enum ResultType {
        Success = "Success",
        Failure = "Failure",
        Partial = "Partial",
    }
}

vocabulary! {
    /// Why a request was not done.
    pub enum ErrorCondition {
        /// An abort request was accepted.
        ///
        Aborted = "Aborted",
        /// Try later.
        ///
        Busy = "Busy",
        /// Somebody pressed cancel on the terminal.
        ///
        Cancel = "Cancel",
        /// A device is out of order.
        ///
        DeviceOut = "DeviceOut",
        /// The transaction asked about still runs.
        ///
        InProgress = "InProgress",
        /// A card was put in while an input was asked for.
        ///
        InsertedCard = "InsertedCard",
        /// The card is not known, or not accepted.
        ///
        InvalidCard = "InvalidCard",
        /// There is no session.
        ///
        LoggedOut = "LoggedOut",
        /// The message is wrong; the additional response says where.
        ///
        MessageFormat = "MessageFormat",
        /// Not now, or not in this combination.
        ///
        NotAllowed = "NotAllowed",
        /// The transaction meant is not known.
        ///
        NotFound = "NotFound",
        /// The goods cannot be paid with this card.
        ///
        PaymentRestriction = "PaymentRestriction",
        /// The host or the card refuses: do not repeat.
        ///
        Refusal = "Refusal",
        /// There is no such device.
        ///
        UnavailableDevice = "UnavailableDevice",
        /// Not implemented, not configured, or an old version of the protocol.
        ///
        UnavailableService = "UnavailableService",
        /// The host was not reached: may be repeated.
        ///
        UnreachableHost = "UnreachableHost",
        /// The PIN was wrong.
        ///
        WrongPin = "WrongPIN",
    }
}

vocabulary! {
    /// What a payment is for.
    pub enum PaymentType {
        Normal = "Normal",
        Refund = "Refund",
        OneTimeReservation = "OneTimeReservation",
        FirstReservation = "FirstReservation",
        UpdateReservation = "UpdateReservation",
        Completion = "Completion",
        CashAdvance = "CashAdvance",
        CashDeposit = "CashDeposit",
        Recurring = "Recurring",
        Instalment = "Instalment",
        IssuerInstalment = "IssuerInstalment",
        PaidOut = "PaidOut",
    }
}

vocabulary! {
    /// What is paid with.
    pub enum PaymentInstrumentType {
        Card = "Card",
        Cash = "Cash",
        Check = "Check",
        Mobile = "Mobile",
        StoredValue = "StoredValue",
    }
}

vocabulary! {
    /// How a card was read.
    pub enum EntryMode {
        Contactless = "Contactless",
        File = "File",
        Icc = "ICC",
        Keyed = "Keyed",
        MagStripe = "MagStripe",
        Manual = "Manual",
        Mobile = "Mobile",
        Rfid = "RFID",
        Scanned = "Scanned",
        SynchronousIcc = "SynchronousICC",
        Tapped = "Tapped",
    }
}

vocabulary! {
    /// How a card shall be read.
    pub enum ForceEntryMode {
        CheckReader = "CheckReader",
        Contactless = "Contactless",
        File = "File",
        Icc = "ICC",
        Keyed = "Keyed",
        MagStripe = "MagStripe",
        Manual = "Manual",
        Rfid = "RFID",
        Scanned = "Scanned",
        SynchronousIcc = "SynchronousICC",
        Tapped = "Tapped",
    }
}

vocabulary! {
    /// How the cardholder was recognised.
    pub enum AuthenticationMethod {
        Bypass = "Bypass",
        ManualVerification = "ManualVerification",
        MerchantAuthentication = "MerchantAuthentication",
        OfflinePin = "OfflinePIN",
        OnlinePin = "OnlinePIN" | "OnLinePIN",
        PaperSignature = "PaperSignature",
        SecureCertificate = "SecureCertificate",
        SecureNoCertificate = "SecureNoCertificate",
        SecuredChannel = "SecuredChannel",
        SignatureCapture = "SignatureCapture",
        UnknownMethod = "UnknownMethod",
    }
}

vocabulary! {
    /// Which account is meant.
    pub enum AccountType {
        CardTotals = "CardTotals",
        Checking = "Checking",
        CreditCard = "CreditCard",
        Default = "Default",
        EpurseCard = "EpurseCard",
        Investment = "Investment",
        Savings = "Savings",
        Universal = "Universal",
    }
}

vocabulary! {
    /// Why a payment is taken back.
    pub enum ReversalReason {
        CustCancel = "CustCancel",
        Malfunction = "Malfunction",
        MerchantCancel = "MerchantCancel",
        Unable2Compl = "Unable2Compl",
    }
}

vocabulary! {
    /// Which totals are closed or asked for.
    pub enum ReconciliationType {
        AcquirerReconciliation = "AcquirerReconciliation",
        AcquirerSynchronisation = "AcquirerSynchronisation",
        PreviousReconciliation = "PreviousReconciliation",
        SaleReconciliation = "SaleReconciliation",
    }
}

vocabulary! {
    /// What totals are split by.
    pub enum TotalDetails {
        OperatorId = "OperatorID",
        PoiId = "POIID",
        SaleId = "SaleID",
        ShiftNumber = "ShiftNumber",
        TotalsGroupId = "TotalsGroupID",
    }
}

vocabulary! {
    /// What a total counts.
    pub enum TransactionType {
        Award = "Award",
        CashAdvance = "CashAdvance",
        /// So spelled in the schema.
        ///
        CompletedDeffered = "CompletedDeffered",
        CompletedReservation = "CompletedReservation",
        Credit = "Credit",
        Debit = "Debit",
        Declined = "Declined",
        Failed = "Failed",
        FirstReservation = "FirstReservation",
        IssuerInstalment = "IssuerInstalment",
        OneTimeReservation = "OneTimeReservation",
        Rebate = "Rebate",
        Redemption = "Redemption",
        ReverseAward = "ReverseAward",
        ReverseCredit = "ReverseCredit",
        ReverseDebit = "ReverseDebit",
        ReverseRebate = "ReverseRebate",
        ReverseRedemption = "ReverseRedemption",
        UpdateReservation = "UpdateReservation",
    }
}

vocabulary! {
    /// What is done with a stored value.
    pub enum StoredValueTransactionType {
        Activate = "Activate",
        Duplicate = "Duplicate",
        Load = "Load",
        Reserve = "Reserve",
        Reverse = "Reverse",
        Unload = "Unload",
    }
}

vocabulary! {
    /// Where a value is stored.
    pub enum StoredValueAccountType {
        GiftCard = "GiftCard",
        Other = "Other",
        PhoneCard = "PhoneCard",
    }
}

vocabulary! {
    /// What an account is known by.
    pub enum IdentificationType {
        AccountNumber = "AccountNumber",
        BarCode = "BarCode",
        IsoTrack2 = "ISOTrack2",
        Pan = "PAN",
        PhoneNumber = "PhoneNumber",
    }
}

vocabulary! {
    /// What carries a loyalty account.
    pub enum IdentificationSupport {
        HybridCard = "HybridCard",
        LinkedCard = "LinkedCard",
        LoyaltyCard = "LoyaltyCard",
        NoCard = "NoCard",
    }
}

vocabulary! {
    /// What is done about loyalty.
    pub enum LoyaltyHandling {
        Allowed = "Allowed",
        Forbidden = "Forbidden",
        Processed = "Processed",
        Proposed = "Proposed",
        Required = "Required",
    }
}

vocabulary! {
    /// What loyalty is counted in.
    pub enum LoyaltyUnit {
        Monetary = "Monetary",
        Point = "Point",
    }
}

vocabulary! {
    /// For how long a token stands for a card.
    pub enum TokenRequestedType {
        Customer = "Customer",
        Transaction = "Transaction",
    }
}

vocabulary! {
    /// Which orders of a customer are asked for.
    pub enum CustomerOrderReq {
        Both = "Both",
        Closed = "Closed",
        Open = "Open",
    }
}

vocabulary! {
    /// How instalments are paid.
    pub enum InstalmentType {
        DeferredInstalments = "DeferredInstalments",
        EqualInstalments = "EqualInstalments",
        InequalInstalments = "InequalInstalments",
    }
}

vocabulary! {
    /// How often instalments are paid.
    pub enum PeriodUnit {
        Annual = "Annual",
        Daily = "Daily",
        Monthly = "Monthly",
        Weekly = "Weekly",
    }
}

vocabulary! {
    /// How a track is coded.
    pub enum TrackFormat {
        Aamva = "AAMVA",
        Cmc7 = "CMC-7" | "CMC7",
        E13b = "E-13B" | "E13B",
        Iso = "ISO",
        JisI = "JIS-I" | "JISI",
        JisIi = "JIS-II" | "JISII",
    }
}

vocabulary! {
    /// Whose check it is.
    pub enum CheckTypeCode {
        Company = "Company",
        Personal = "Personal",
    }
}
