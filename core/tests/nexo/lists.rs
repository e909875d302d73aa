//! The lists of the code are those of the documents: no member and no word more or less.

use opi_core::json::{Document, Str};
use opi_core::nexo::body::*;
use opi_core::nexo::vocabulary::*;
use opi_core::nexo::{
    Category, Dialect, Leniencies, MessageClass, MessageHeader, MessageReference, MessageType, Structure, Vocabulary,
    Word,
};

use crate::catalogue::{Need, WORDS, members};

fn same_members<S: Structure>() {
    // In a reversal, another rule holds for it.
    let of = |needs: fn(Need) -> bool| {
        let mut names: Vec<_> =
            members(S::NAME).into_iter().filter(|member| needs(member.need)).map(|member| member.name).collect();
        names.sort_unstable();
        names
    };
    let sorted = |names: &[&'static str]| {
        let mut names = names.to_vec();
        names.sort_unstable();
        names
    };
    assert_eq!(sorted(S::REQUIRED), of(|need| need == Need::Required), "required of {}", S::NAME);
    let mut optional = of(|need| need != Need::Required);
    // Each of these belongs to another value of the type, so the samples leave it out.
    match S::NAME {
        "ReconciliationRequest" => optional.insert(0, "AcquirerID"),
        "TransactionStatusRequest" => assert!(optional.contains(&"ReceiptReprintFlag")),
        _ => {}
    }
    assert_eq!(sorted(S::OPTIONAL), optional, "optional of {}", S::NAME);
}

#[test]
#[allow(elided_lifetimes_in_paths, reason = "one of them has no lifetime")]
fn the_members_are_those_of_the_documents() {
    macro_rules! all {
        ($($name:ident),+ $(,)?) => { $( same_members::<$name>(); )+ };
    }
    all!(
        AbortRequest,
        AdminRequest,
        AdminResponse,
        AmountsReq,
        AmountsResp,
        BalanceInquiryRequest,
        BalanceInquiryResponse,
        CapturedSignature,
        CardAcquisitionRequest,
        CardAcquisitionResponse,
        CardAcquisitionTransaction,
        CardData,
        CardReaderAPDURequest,
        CardReaderAPDUResponse,
        CheckData,
        ConvertedAmount,
        CurrencyConversion,
        DiagnosisRequest,
        DiagnosisResponse,
        DisplayOutput,
        DisplayRequest,
        DisplayResponse,
        EnableServiceRequest,
        EnableServiceResponse,
        EventNotification,
        GetTotalsRequest,
        GetTotalsResponse,
        HostStatus,
        Input,
        InputData,
        InputRequest,
        InputResponse,
        InputResult,
        InputUpdate,
        Instalment,
        LoginRequest,
        LoginResponse,
        LogoutRequest,
        LogoutResponse,
        LoyaltyAccount,
        LoyaltyAccountID,
        LoyaltyAccountReq,
        LoyaltyAccountStatus,
        LoyaltyAcquirerData,
        LoyaltyAmount,
        LoyaltyData,
        LoyaltyResult,
        MenuEntry,
        MessageReference,
        MobileData,
        OriginalPOITransaction,
        OutputBarcode,
        OutputContent,
        OutputResult,
        OutputText,
        PaymentAccountReq,
        PaymentAccountStatus,
        PaymentAcquirerData,
        PaymentData,
        PaymentInstrumentData,
        PaymentReceipt,
        PaymentRequest,
        PaymentResponse,
        PaymentResult,
        PaymentToken,
        PaymentTotals,
        PaymentTransaction,
        POIData,
        POIStatus,
        POISystemData,
        PredefinedContent,
        PrintOutput,
        PrintRequest,
        PrintResponse,
        ReconciliationRequest,
        ReconciliationResponse,
        RepeatedMessageResponse,
        Response,
        ReversalRequest,
        ReversalResponse,
        SaleData,
        SaleSoftware,
        SaleTerminalData,
        SaleToIssuerData,
        SensitiveCardData,
        SensitiveMobileData,
        SignaturePoint,
        SponsoredMerchant,
        StoredValueAccountID,
        StoredValueAccountStatus,
        StoredValueData,
        StoredValueRequest,
        StoredValueResponse,
        StoredValueResult,
        TotalFilter,
        TrackData,
        TransactionConditions,
        TransactionIdentification,
        TransactionStatusRequest,
        TransactionStatusResponse,
        TransactionTotals,
    );
    // Its service id is asked for by a rule.
    assert_eq!(MessageHeader::REQUIRED.len() + MessageHeader::OPTIONAL.len(), members("MessageHeader").len());
}

/// Reads and writes every word in every case that the dialects have.
fn same_words<E: Vocabulary>(name: &str) {
    let (_, words) = WORDS.iter().find(|(other, _)| *other == name).unwrap_or_else(|| panic!("no {name}"));
    let mut listed: Vec<_> = E::ALL.iter().map(|word| word.as_str()).collect();
    let mut expected: Vec<_> = words.split_whitespace().collect();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected, "{name}");

    for (place, word) in E::ALL.iter().enumerate() {
        assert_eq!(usize::from(word.index()), place);
        let quoted = format!("\"\\u{:04x}{}\"", u32::from(word.as_str().as_bytes()[0]), &word.as_str()[1..]);
        let escaped = Document::parse(quoted.as_bytes()).unwrap().root().text().unwrap();
        let capitals = word.as_str().to_ascii_uppercase();
        for text in [Str::from(word.as_str()), escaped] {
            assert!(Word::<E>::read_as(text, Leniencies::NONE).is(*word), "{text:?}");
        }
        let is_capitals = capitals == word.as_str();
        assert_eq!(Word::<E>::read_as(Str::from(&*capitals), Leniencies::NONE).is(*word), is_capitals, "{capitals}");
        assert!(Word::<E>::read_as(Str::from(&*capitals), Dialect::CAPITALS.lenient).is(*word), "{capitals}");
        // A piece of a word, or more than a word, is another.
        for other in [&word.as_str()[1..], &format!("{}s", word.as_str()), ""] {
            let read = Word::<E>::read_as(Str::from(other), Dialect::ADYEN.lenient);
            assert!(!read.is(*word) && read.text() == *other, "{other}");
        }
    }
}

#[test]
fn the_words_are_those_of_the_documents() {
    let mut compared = 0;
    macro_rules! all {
        ($($name:ident),+ $(,)?) => { $( same_words::<$name>(stringify!($name)); compared += 1; )+ };
    }
    all!(
        AccountType,
        Alignment,
        AuthenticationMethod,
        BarcodeType,
        Category,
        CharacterHeight,
        CharacterStyle,
        CharacterWidth,
        CheckTypeCode,
        CustomerOrderReq,
        Device,
        DocumentQualifier,
        EntryMode,
        ErrorCondition,
        EventToNotify,
        ForceEntryMode,
        GlobalStatus,
        IdentificationSupport,
        IdentificationType,
        InfoQualify,
        InputCommand,
        InstalmentType,
        LoyaltyHandling,
        LoyaltyUnit,
        MenuEntryTag,
        MessageClass,
        MessageType,
        OutputFormat,
        PaymentInstrumentType,
        PaymentType,
        PeriodUnit,
        PrinterStatus,
        ReconciliationType,
        ResponseMode,
        ResultType,
        ReversalReason,
        ServicesEnabled,
        StoredValueAccountType,
        StoredValueTransactionType,
        TokenRequestedType,
        TotalDetails,
        TrackFormat,
        TransactionAction,
        TransactionType,
    );
    assert_eq!(compared, WORDS.len());
}
