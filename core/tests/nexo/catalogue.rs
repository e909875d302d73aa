//! Every member and every word of Terminal API messages, written by hand from what is documented of them. None of it is
//! taken from the code: it is the oracle of the other tests.
//!
//! Sources: Adyen's OpenAPI description, the nexo Sale to POI 3.0 schema, and the typed models of Adyen's client library
//! for the members that only it has.

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// `text`: any. `text2`: two characters; `text1-10`: so many.
    Text(usize, usize),
    /// `digits3`: as text, with digits only.
    Digits(usize, usize),
    /// `code`: text, which may be an integer.
    Code(usize, usize),
    /// `card`: text that is a card number.
    Card(usize, usize),
    /// `secret2-3`.
    Secret(usize, usize),
    /// `time`
    Time,
    /// `bytes`, `bytes4`: base64, so many characters.
    Bytes(usize, usize),
    /// `flag`
    Flag,
    /// `count`, `count1-500`
    Count(u64, u64),
    /// `amount`
    Amount,
    /// `rate`: an amount without a range.
    Rate,
    /// `any`: passed on as it stands.
    Any,
    /// `=Enumeration`
    Word(&'static str),
    /// `#Enumeration`
    Cluster(&'static str),
    /// Another object.
    Object(&'static str),
}

/// What it costs if the member is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Optional,
    /// `*`: it must be there.
    Required,
    /// `+`: a rule asks for it in requests, as the samples of this catalogue are.
    Asked,
    /// `~`: a rule asks for it in answers, as the samples of this catalogue are.
    Answered,
    /// `!`: a rule asks for it in both.
    Both,
    /// `%`: a rule asks for it in both, but an answer is of use without it.
    Wanted,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) need: Need,
    pub(crate) list: bool,
    pub(crate) holds: Holds,
    /// The word of the sample, if it must be a certain one.
    pub(crate) word: Option<&'static str>,
}

/// The members of an object.
pub(crate) fn members(object: &str) -> Vec<Member> {
    let (_, members) = OBJECTS.iter().find(|(name, _)| *name == object).unwrap_or_else(|| panic!("no object {object}"));
    members.split_whitespace().map(member).collect()
}

/// Whether the object has just one of its members.
pub(crate) fn is_choice(object: &str) -> bool {
    object == "RepeatedResponseMessageBody"
}

fn member(text: &'static str) -> Member {
    let (name, holds) = text.split_once(':').unwrap();
    let need = match name.as_bytes()[0] {
        b'*' => Need::Required,
        b'+' => Need::Asked,
        b'~' => Need::Answered,
        b'!' => Need::Both,
        b'%' => Need::Wanted,
        _ => Need::Optional,
    };
    let name = name.trim_start_matches(['*', '+', '~', '!', '%']);
    let (holds, word) = holds.split_once('/').map_or((holds, None), |(holds, word)| (holds, Some(word)));
    let list = holds.ends_with("[]");
    let holds = holds.trim_end_matches("[]");
    let end = holds.find(|letter: char| letter.is_ascii_digit()).unwrap_or(holds.len());
    let range = |all: (usize, usize)| {
        let bounds = &holds[end..];
        match bounds.split_once('-') {
            Some((low, high)) => (low.parse().unwrap(), high.parse().unwrap()),
            None if bounds.is_empty() => all,
            None => (bounds.parse().unwrap(), bounds.parse().unwrap()),
        }
    };
    let (low, high) = if holds.starts_with(['=', '#']) { (0, 0) } else { range((0, 100)) };
    let holds = match &holds[..end] {
        "text" => Holds::Text(low, high),
        "digits" => Holds::Digits(low, high),
        "code" => Holds::Code(low, high),
        "card" => Holds::Card(low, high),
        "secret" => Holds::Secret(low, high),
        "time" => Holds::Time,
        "bytes" => Holds::Bytes(low, high),
        "flag" => Holds::Flag,
        "count" => Holds::Count(low as u64, range((0, 4_294_967_295)).1 as u64),
        "amount" => Holds::Amount,
        "rate" => Holds::Rate,
        "any" => Holds::Any,
        _ if holds.starts_with('=') => Holds::Word(&holds[1..]),
        _ if holds.starts_with('#') => Holds::Cluster(&holds[1..]),
        _ => Holds::Object(holds),
    };
    Member { name, need, list, holds, word }
}

/// The words of an enumeration.
pub(crate) fn words(enumeration: &str) -> Vec<&'static str> {
    let (_, words) =
        WORDS.iter().find(|(name, _)| *name == enumeration).unwrap_or_else(|| panic!("no enumeration {enumeration}"));
    words.split_whitespace().collect()
}

/// Class, category, and the objects of request and answer.
pub(crate) const BODIES: &[(&str, &str, Option<&str>, Option<&str>)] = &[
    ("Service", "Abort", Some("AbortRequest"), None),
    ("Service", "Admin", Some("AdminRequest"), Some("AdminResponse")),
    ("Service", "BalanceInquiry", Some("BalanceInquiryRequest"), Some("BalanceInquiryResponse")),
    ("Service", "CardAcquisition", Some("CardAcquisitionRequest"), Some("CardAcquisitionResponse")),
    ("Device", "CardReaderAPDU", Some("CardReaderAPDURequest"), Some("CardReaderAPDUResponse")),
    ("Service", "Diagnosis", Some("DiagnosisRequest"), Some("DiagnosisResponse")),
    ("Device", "Display", Some("DisplayRequest"), Some("DisplayResponse")),
    ("Service", "EnableService", Some("EnableServiceRequest"), Some("EnableServiceResponse")),
    ("Event", "Event", Some("EventNotification"), None),
    ("Service", "GetTotals", Some("GetTotalsRequest"), Some("GetTotalsResponse")),
    ("Device", "Input", Some("InputRequest"), Some("InputResponse")),
    ("Device", "InputUpdate", Some("InputUpdate"), None),
    ("Service", "Login", Some("LoginRequest"), Some("LoginResponse")),
    ("Service", "Logout", Some("LogoutRequest"), Some("LogoutResponse")),
    ("Service", "Payment", Some("PaymentRequest"), Some("PaymentResponse")),
    ("Device", "Print", Some("PrintRequest"), Some("PrintResponse")),
    ("Service", "Reconciliation", Some("ReconciliationRequest"), Some("ReconciliationResponse")),
    ("Service", "Reversal", Some("ReversalRequest"), Some("ReversalResponse")),
    ("Service", "StoredValue", Some("StoredValueRequest"), Some("StoredValueResponse")),
    ("Service", "TransactionStatus", Some("TransactionStatusRequest"), Some("TransactionStatusResponse")),
];

const OBJECTS: &[(&str, &str)] = &[
    // The header.
    (
        "MessageHeader",
        "*MessageClass:=MessageClass *MessageCategory:=Category *MessageType:=MessageType !ServiceID:text1-10 \
         *SaleID:text1-64 *POIID:text1-64 ProtocolVersion:text DeviceID:text1-10",
    ),
    (
        "MessageReference",
        "MessageCategory:=Category/Payment ServiceID:text1-10 DeviceID:text1-10 SaleID:text1-64 POIID:text1-64",
    ),
    // Common pieces.
    ("Response", "*Result:=ResultType/Success ErrorCondition:=ErrorCondition AdditionalResponse:text"),
    ("TransactionIdentification", "*TransactionID:text *TimeStamp:time"),
    (
        "SaleData",
        "+SaleTransactionID:TransactionIdentification SaleReferenceID:text SaleTerminalData:SaleTerminalData \
         OperatorID:text OperatorLanguage:text ShiftNumber:text TokenRequestedType:=TokenRequestedType \
         CustomerOrderID:text CustomerOrderReq:#CustomerOrderReq SaleToPOIData:text SaleToAcquirerData:text \
         SaleToIssuerData:SaleToIssuerData SponsoredMerchant:SponsoredMerchant[]",
    ),
    ("SaleTerminalData", "TotalsGroupID:text1-16 SaleCapabilities:any SaleProfile:any TerminalEnvironment:any"),
    ("SaleToIssuerData", "StatementReference:text"),
    (
        "SponsoredMerchant",
        "*MerchantName:text *MerchantCountry:code *MerchantCategoryCode:digits3-4 MerchantAddress:text \
         RegistrationID:text",
    ),
    ("POIData", "*POITransactionID:TransactionIdentification POIReconciliationID:text"),
    (
        "OriginalPOITransaction",
        "SaleID:text1-64 POIID:text1-64 POITransactionID:TransactionIdentification ReuseCardDataFlag:flag \
         ApprovalCode:text CustomerLanguage:text2 AcquirerID:code AmountValue:amount \
         HostTransactionID:TransactionIdentification",
    ),
    // Cards.
    (
        "PaymentInstrumentData",
        "*PaymentInstrumentType:=PaymentInstrumentType CardData:CardData CheckData:CheckData MobileData:MobileData \
         StoredValueAccountID:StoredValueAccountID",
    ),
    (
        "CardData",
        "PaymentBrand:text MaskedPan:card PaymentAccountRef:text EntryMode:#EntryMode CardCountryCode:digits3 \
         ProtectedCardData:any SensitiveCardData:SensitiveCardData PaymentToken:PaymentToken AllowedProductCode:text[] AllowedProduct:any CustomerOrder:any",
    ),
    ("SensitiveCardData", "PAN:card8-28 CardSeqNumb:secret2-3 ExpiryDate:secret4 TrackData:TrackData[]"),
    ("TrackData", "*TrackValue:secret1-104 TrackNumb:count1-3 TrackFormat:=TrackFormat"),
    ("PaymentToken", "*TokenRequestedType:=TokenRequestedType *TokenValue:secret ExpiryDateTime:time"),
    (
        "CheckData",
        "BankID:code AccountNumber:secret CheckNumber:code TrackData:TrackData CheckCardNumber:card \
         TypeCode:=CheckTypeCode Country:text",
    ),
    (
        "MobileData",
        "MobileCountryCode:digits MobileNetworkCode:digits MaskedMSISDN:text Geolocation:any ProtectedMobileData:any \
         SensitiveMobileData:SensitiveMobileData",
    ),
    ("SensitiveMobileData", "*MSISDN:secret IMSI:secret IMEI:secret"),
    (
        "StoredValueAccountID",
        "*StoredValueAccountType:=StoredValueAccountType *EntryMode:#EntryMode \
         *IdentificationType:=IdentificationType *StoredValueID:secret StoredValueProvider:text OwnerName:text \
         ExpiryDate:secret4",
    ),
    // Payments.
    (
        "PaymentRequest",
        "*SaleData:SaleData *PaymentTransaction:PaymentTransaction PaymentData:PaymentData LoyaltyData:LoyaltyData[]",
    ),
    (
        "PaymentTransaction",
        "*AmountsReq:AmountsReq OriginalPOITransaction:OriginalPOITransaction \
         TransactionConditions:TransactionConditions SaleItem:any",
    ),
    (
        "AmountsReq",
        "*Currency:text3 +RequestedAmount:amount CashBackAmount:amount TipAmount:amount PaidAmount:amount \
         MinimumAmountToDeliver:amount MaximumCashBackAmount:amount MinimumSplitAmount:amount",
    ),
    (
        "TransactionConditions",
        "AllowedPaymentBrand:text[] AcquirerID:code[] DebitPreferredFlag:flag AllowedLoyaltyBrand:text[] \
         LoyaltyHandling:=LoyaltyHandling CustomerLanguage:text2 ForceOnlineFlag:flag ForceEntryMode:#ForceEntryMode \
         MerchantCategoryCode:digits3-4",
    ),
    (
        "PaymentData",
        "PaymentType:=PaymentType/Normal SplitPaymentFlag:flag RequestedValidityDate:time \
         CardAcquisitionReference:TransactionIdentification Instalment:Instalment \
         PaymentInstrumentData:PaymentInstrumentData CustomerOrder:any",
    ),
    (
        "Instalment",
        "InstalmentType:#InstalmentType SequenceNumber:count PlanID:text Period:count PeriodUnit:=PeriodUnit \
         FirstPaymentDate:time TotalNbOfPayments:count CumulativeAmount:amount FirstAmount:amount Charges:amount",
    ),
    (
        "PaymentResponse",
        "*Response:Response ~SaleData:SaleData ~POIData:POIData PaymentResult:PaymentResult \
         LoyaltyResult:LoyaltyResult[] PaymentReceipt:PaymentReceipt[] CustomerOrder:any",
    ),
    (
        "PaymentResult",
        "PaymentType:=PaymentType PaymentInstrumentData:PaymentInstrumentData AmountsResp:AmountsResp \
         Instalment:Instalment CurrencyConversion:CurrencyConversion[] MerchantOverrideFlag:flag \
         CapturedSignature:CapturedSignature ProtectedSignature:any CustomerLanguage:text2 OnlineFlag:flag \
         AuthenticationMethod:#AuthenticationMethod ValidityDate:time PaymentAcquirerData:PaymentAcquirerData",
    ),
    (
        "AmountsResp",
        "*AuthorizedAmount:amount Currency:text3 TotalRebatesAmount:amount TotalFeesAmount:amount \
         CashBackAmount:amount TipAmount:amount",
    ),
    (
        "CurrencyConversion",
        "*ConvertedAmount:ConvertedAmount CustomerApprovedFlag:flag Rate:rate Markup:rate Commission:amount \
         Declaration:text",
    ),
    ("ConvertedAmount", "Value:amount Currency:text3"),
    ("CapturedSignature", "*SignaturePoint:SignaturePoint[] AreaSize:SignaturePoint"),
    ("SignaturePoint", "*X:text *Y:text"),
    (
        "PaymentAcquirerData",
        "*MerchantID:text *AcquirerPOIID:text AcquirerID:code AcquirerTransactionID:TransactionIdentification \
         ApprovalCode:text HostReconciliationID:text",
    ),
    (
        "PaymentReceipt",
        "*DocumentQualifier:=DocumentQualifier *OutputContent:OutputContent IntegratedPrintFlag:flag \
         RequiredSignatureFlag:flag",
    ),
    // Loyalty.
    (
        "LoyaltyData",
        "CardAcquisitionReference:TransactionIdentification LoyaltyAccountID:LoyaltyAccountID \
         LoyaltyAmount:LoyaltyAmount",
    ),
    (
        "LoyaltyAccountID",
        "*EntryMode:#EntryMode *IdentificationType:=IdentificationType IdentificationSupport:=IdentificationSupport \
         LoyaltyID:text",
    ),
    ("LoyaltyAmount", "Value:amount Currency:text3 LoyaltyUnit:=LoyaltyUnit"),
    ("LoyaltyAccount", "*LoyaltyAccountID:LoyaltyAccountID LoyaltyBrand:text"),
    (
        "LoyaltyResult",
        "*LoyaltyAccount:LoyaltyAccount CurrentBalance:amount LoyaltyAmount:LoyaltyAmount \
         LoyaltyAcquirerData:LoyaltyAcquirerData Rebates:any",
    ),
    (
        "LoyaltyAcquirerData",
        "LoyaltyAcquirerID:text ApprovalCode:text LoyaltyTransactionID:TransactionIdentification \
         HostReconciliationID:text",
    ),
    // Reversals.
    (
        "ReversalRequest",
        "*OriginalPOITransaction:OriginalOfReversal *ReversalReason:=ReversalReason ReversedAmount:amount \
         SaleData:SaleData CustomerOrder:any",
    ),
    // As `OriginalPOITransaction`, but the transaction must be named.
    (
        "OriginalOfReversal",
        "SaleID:text1-64 POIID:text1-64 +POITransactionID:TransactionIdentification ReuseCardDataFlag:flag \
         ApprovalCode:text CustomerLanguage:text2 AcquirerID:code AmountValue:amount \
         HostTransactionID:TransactionIdentification",
    ),
    (
        "ReversalResponse",
        "*Response:Response POIData:POIData OriginalPOITransaction:OriginalPOITransaction ReversedAmount:amount \
         CustomerOrderID:text PaymentReceipt:PaymentReceipt[]",
    ),
    // Status.
    (
        "TransactionStatusRequest",
        "MessageReference:MessageReference ReceiptReprintFlag:flag +DocumentQualifier:#DocumentQualifier",
    ),
    (
        "TransactionStatusResponse",
        "*Response:Response MessageReference:MessageReference RepeatedMessageResponse:RepeatedMessageResponse",
    ),
    (
        "RepeatedMessageResponse",
        "*MessageHeader:MessageHeader *RepeatedResponseMessageBody:RepeatedResponseMessageBody",
    ),
    (
        "RepeatedResponseMessageBody",
        "PaymentResponse:PaymentResponse ReversalResponse:ReversalResponse StoredValueResponse:StoredValueResponse \
         CardAcquisitionResponse:CardAcquisitionResponse LoyaltyResponse:any \
         CardReaderAPDUResponse:CardReaderAPDUResponse",
    ),
    // Abort, diagnosis, sessions.
    ("AbortRequest", "*AbortReason:text *MessageReference:MessageReference DisplayOutput:DisplayOutput"),
    ("DiagnosisRequest", "POIID:text1-64 HostDiagnosisFlag:flag AcquirerID:code[]"),
    ("DiagnosisResponse", "*Response:Response LoggedSaleID:text[] POIStatus:POIStatus HostStatus:HostStatus[]"),
    (
        "POIStatus",
        "*GlobalStatus:=GlobalStatus SecurityOKFlag:flag PEDOKFlag:flag CardReaderOKFlag:flag \
         PrinterStatus:=PrinterStatus CommunicationOKFlag:flag FraudPreventionFlag:flag CashHandlingDevice:any",
    ),
    ("HostStatus", "*AcquirerID:code IsReachableFlag:flag"),
    (
        "LoginRequest",
        "*DateTime:time *SaleSoftware:SaleSoftware *OperatorLanguage:text SaleTerminalData:SaleTerminalData \
         TrainingModeFlag:flag OperatorID:text ShiftNumber:text TokenRequestedType:=TokenRequestedType \
         CustomerOrderReq:#CustomerOrderReq POISerialNumber:text",
    ),
    ("SaleSoftware", "*ManufacturerID:text *ApplicationName:text *SoftwareVersion:text *CertificationCode:text"),
    ("LoginResponse", "*Response:Response ~POISystemData:POISystemData TokenRequestStatus:flag"),
    ("POISystemData", "*DateTime:time *POISoftware:SaleSoftware POIStatus:POIStatus POITerminalData:any"),
    ("LogoutRequest", "MaintenanceAllowed:flag"),
    ("LogoutResponse", "*Response:Response"),
    // Reading cards, stored values, balances.
    ("CardAcquisitionRequest", "*SaleData:SaleData *CardAcquisitionTransaction:CardAcquisitionTransaction"),
    (
        "CardAcquisitionTransaction",
        "AllowedPaymentBrand:text[] AllowedLoyaltyBrand:text[] LoyaltyHandling:=LoyaltyHandling \
         CustomerLanguage:text2 ForceCustomerSelectionFlag:flag TotalAmount:amount PaymentType:=PaymentType \
         CashBackFlag:flag ForceEntryMode:#ForceEntryMode",
    ),
    (
        "CardAcquisitionResponse",
        "*Response:Response ~SaleData:SaleData ~POIData:POIData PaymentBrand:text[] \
         PaymentInstrumentData:PaymentInstrumentData LoyaltyAccount:LoyaltyAccount[] CustomerOrder:any",
    ),
    (
        "CardReaderAPDURequest",
        "*APDUClass:bytes4 *APDUInstruction:bytes4 *APDUPar1:bytes4 *APDUPar2:bytes4 APDUData:bytes \
         APDUExpectedLength:bytes",
    ),
    ("CardReaderAPDUResponse", "*Response:Response *CardStatusWords:bytes4 APDUData:bytes"),
    ("StoredValueRequest", "*SaleData:SaleData *StoredValueData:StoredValueData[] CustomerLanguage:text2"),
    (
        "StoredValueData",
        "*StoredValueTransactionType:=StoredValueTransactionType StoredValueProvider:text \
         StoredValueAccountID:StoredValueAccountID OriginalPOITransaction:OriginalPOITransaction ItemAmount:amount \
         Currency:text3 ProductCode:code1-20 EanUpc:code",
    ),
    (
        "StoredValueResponse",
        "*Response:Response ~SaleData:SaleData ~POIData:POIData StoredValueResult:StoredValueResult[] \
         PaymentReceipt:PaymentReceipt[]",
    ),
    (
        "StoredValueResult",
        "*StoredValueTransactionType:=StoredValueTransactionType ProductCode:code1-20 EanUpc:code ItemAmount:amount \
         Currency:text3 StoredValueAccountStatus:StoredValueAccountStatus \
         HostTransactionID:TransactionIdentification",
    ),
    ("StoredValueAccountStatus", "*StoredValueAccountID:StoredValueAccountID CurrentBalance:amount"),
    ("BalanceInquiryRequest", "PaymentAccountReq:PaymentAccountReq LoyaltyAccountReq:LoyaltyAccountReq"),
    (
        "PaymentAccountReq",
        "AccountType:=AccountType CardAcquisitionReference:TransactionIdentification \
         PaymentInstrumentData:PaymentInstrumentData",
    ),
    ("LoyaltyAccountReq", "CardAcquisitionReference:TransactionIdentification LoyaltyAccountID:LoyaltyAccountID"),
    (
        "BalanceInquiryResponse",
        "*Response:Response PaymentAccountStatus:PaymentAccountStatus LoyaltyAccountStatus:LoyaltyAccountStatus \
         PaymentReceipt:PaymentReceipt[]",
    ),
    (
        "PaymentAccountStatus",
        "PaymentInstrumentData:PaymentInstrumentData CurrentBalance:amount Currency:text3 \
         PaymentAcquirerData:PaymentAcquirerData LoyaltyAccountStatus:LoyaltyAccountStatus",
    ),
    (
        "LoyaltyAccountStatus",
        "*LoyaltyAccount:LoyaltyAccount CurrentBalance:amount LoyaltyUnit:=LoyaltyUnit Currency:text3",
    ),
    // Services and totals.
    (
        "EnableServiceRequest",
        "*TransactionAction:=TransactionAction/StartTransaction +ServicesEnabled:#ServicesEnabled \
         DisplayOutput:DisplayOutput",
    ),
    ("EnableServiceResponse", "*Response:Response"),
    ("AdminRequest", "ServiceIdentification:bytes"),
    ("AdminResponse", "*Response:Response"),
    ("GetTotalsRequest", "TotalDetails:#TotalDetails TotalFilter:TotalFilter"),
    ("TotalFilter", "POIID:text1-64 SaleID:text1-64 OperatorID:text ShiftNumber:text TotalsGroupID:text1-16"),
    ("GetTotalsResponse", "*Response:Response ~POIReconciliationID:text TransactionTotals:TransactionTotals[]"),
    (
        "TransactionTotals",
        "*PaymentInstrumentType:=PaymentInstrumentType AcquirerID:code ErrorCondition:=ErrorCondition \
         HostReconciliationID:text CardBrand:text POIID:text SaleID:text OperatorID:text ShiftNumber:text \
         TotalsGroupID:text PaymentCurrency:text3 PaymentTotals:PaymentTotals[] LoyaltyUnit:=LoyaltyUnit \
         LoyaltyCurrency:text3 LoyaltyTotals:any",
    ),
    ("PaymentTotals", "*TransactionType:=TransactionType *TransactionCount:count *TransactionAmount:amount"),
    // `AcquirerID` belongs to another type and has a test of its own.
    (
        "ReconciliationRequest",
        "*ReconciliationType:=ReconciliationType/PreviousReconciliation +POIReconciliationID:text",
    ),
    (
        "ReconciliationResponse",
        "*Response:Response *ReconciliationType:=ReconciliationType POIReconciliationID:text \
         TransactionTotals:TransactionTotals[]",
    ),
    // Devices.
    ("DisplayRequest", "*DisplayOutput:DisplayOutput[]"),
    ("DisplayResponse", "*OutputResult:OutputResult[]"),
    (
        "DisplayOutput",
        "*Device:=Device *InfoQualify:=InfoQualify *OutputContent:OutputContent ResponseRequiredFlag:flag \
         MinimumDisplayTime:count0-999 MenuEntry:MenuEntry[] OutputSignature:bytes",
    ),
    (
        "OutputContent",
        "*OutputFormat:=OutputFormat/XHTML PredefinedContent:PredefinedContent OutputText:OutputText[] \
         %OutputXHTML:bytes1-400 OutputBarcode:OutputBarcode",
    ),
    ("PredefinedContent", "*ReferenceID:text Language:text2"),
    (
        "OutputText",
        "*Text:text CharacterSet:count StartRow:count1-500 StartColumn:count1-500 CharacterWidth:=CharacterWidth \
         CharacterHeight:=CharacterHeight CharacterStyle:=CharacterStyle Alignment:=Alignment EndOfLineFlag:flag",
    ),
    ("OutputBarcode", "*BarcodeValue:text BarcodeType:=BarcodeType"),
    (
        "MenuEntry",
        "*OutputFormat:=OutputFormat MenuEntryTag:=MenuEntryTag DefaultSelectedFlag:flag \
         PredefinedContent:PredefinedContent OutputText:OutputText[] OutputXHTML:bytes1-400",
    ),
    ("OutputResult", "*Device:=Device *InfoQualify:=InfoQualify *Response:Response"),
    ("InputRequest", "*InputData:InputData DisplayOutput:DisplayOutput"),
    (
        "InputData",
        "*Device:=Device *InfoQualify:=InfoQualify *InputCommand:=InputCommand NotifyCardInputFlag:flag \
         MaxInputTime:count ImmediateResponseFlag:flag MinLength:count MaxLength:count MaxDecimalLength:count \
         WaitUserValidationFlag:flag DefaultInputString:text StringMask:text FromRightToLeftFlag:flag \
         MaskCharactersFlag:flag BeepKeyFlag:flag GlobalCorrectionFlag:flag DisableCancelFlag:flag \
         DisableCorrectFlag:flag DisableValidFlag:flag MenuBackFlag:flag",
    ),
    ("InputResponse", "*InputResult:InputResult OutputResult:OutputResult"),
    ("InputResult", "*Device:=Device *InfoQualify:=InfoQualify *Response:Response Input:Input"),
    (
        "Input",
        "*InputCommand:=InputCommand ConfirmedFlag:flag FunctionKey:digits TextInput:text DigitInput:digits \
         Password:any MenuEntryNumber:count[]",
    ),
    ("PrintRequest", "*PrintOutput:PrintOutput"),
    (
        "PrintOutput",
        "*DocumentQualifier:=DocumentQualifier *ResponseMode:=ResponseMode *OutputContent:OutputContent \
         IntegratedPrintFlag:flag RequiredSignatureFlag:flag OutputSignature:bytes",
    ),
    ("PrintResponse", "*Response:Response *DocumentQualifier:=DocumentQualifier"),
    (
        "InputUpdate",
        "*MessageReference:MessageReference *OutputContent:OutputContent MenuEntry:MenuEntry[] OutputSignature:bytes \
         MinLength:count MaxLength:count MaxDecimalLength:count",
    ),
    (
        "EventNotification",
        "*TimeStamp:time *EventToNotify:=EventToNotify/Shutdown EventDetails:text RejectedMessage:bytes \
         MaintenanceRequiredFlag:flag CustomerLanguage:text2 DisplayOutput:DisplayOutput[]",
    ),
];

pub(crate) const WORDS: &[(&str, &str)] = &[
    ("MessageClass", "Service Device Event"),
    ("MessageType", "Request Response Notification"),
    (
        "Category",
        "Abort Admin BalanceInquiry Batch CardAcquisition CardReaderAPDU CardReaderInit CardReaderPowerOff Diagnosis \
         Display EnableService Event GetTotals Input InputUpdate Login Logout Loyalty None Payment PIN Print \
         Reconciliation Reversal Sound StoredValue TransactionStatus Transmit",
    ),
    ("ResultType", "Success Failure Partial"),
    (
        "ErrorCondition",
        "Aborted Busy Cancel DeviceOut InProgress InsertedCard InvalidCard LoggedOut MessageFormat NotAllowed NotFound \
         PaymentRestriction Refusal UnavailableDevice UnavailableService UnreachableHost WrongPIN",
    ),
    (
        "PaymentType",
        "Normal Refund OneTimeReservation FirstReservation UpdateReservation Completion CashAdvance CashDeposit \
         Recurring Instalment IssuerInstalment PaidOut",
    ),
    ("PaymentInstrumentType", "Card Cash Check Mobile StoredValue"),
    ("EntryMode", "Contactless File ICC Keyed MagStripe Manual Mobile RFID Scanned SynchronousICC Tapped"),
    ("ForceEntryMode", "CheckReader Contactless File ICC Keyed MagStripe Manual RFID Scanned SynchronousICC Tapped"),
    (
        "AuthenticationMethod",
        "Bypass ManualVerification MerchantAuthentication OfflinePIN OnlinePIN PaperSignature SecureCertificate \
         SecureNoCertificate SecuredChannel SignatureCapture UnknownMethod",
    ),
    ("AccountType", "CardTotals Checking CreditCard Default EpurseCard Investment Savings Universal"),
    ("Device", "CashierDisplay CashierInput CustomerDisplay CustomerInput"),
    ("InfoQualify", "CustomerAssistance Display Document Error Input POIReplication Receipt Sound Status Voucher"),
    (
        "InputCommand",
        "DecimalString DigitString GetAnyKey GetConfirmation GetFunctionKey GetMenuEntry Password SiteManager \
         TextString",
    ),
    ("OutputFormat", "BarCode MessageRef Text XHTML"),
    ("Alignment", "Centred Justified Left Right"),
    ("CharacterWidth", "DoubleWidth SingleWidth"),
    ("CharacterHeight", "DoubleHeight HalfHeight SingleHeight"),
    ("CharacterStyle", "Bold Italic Normal Underline"),
    ("MenuEntryTag", "NonSelectable NonSelectableSubMenu Selectable SubMenu"),
    ("DocumentQualifier", "CashierReceipt CustomerReceipt Document Journal SaleReceipt Voucher"),
    ("ResponseMode", "Immediate NotRequired PrintEnd SoundEnd"),
    ("BarcodeType", "Code128 Code25 EAN13 EAN8 PDF417 QRCode UPCA"),
    ("GlobalStatus", "Busy Maintenance OK Unreachable"),
    ("PrinterStatus", "NoPaper OK OutOfOrder PaperJam PaperLow"),
    ("ReversalReason", "CustCancel Malfunction MerchantCancel Unable2Compl"),
    ("ReconciliationType", "AcquirerReconciliation AcquirerSynchronisation PreviousReconciliation SaleReconciliation"),
    ("TotalDetails", "OperatorID POIID SaleID ShiftNumber TotalsGroupID"),
    ("TransactionAction", "AbortTransaction StartTransaction"),
    ("ServicesEnabled", "CardAcquisition Loyalty Payment"),
    (
        "TransactionType",
        "Award CashAdvance CompletedDeffered CompletedReservation Credit Debit Declined Failed FirstReservation \
         IssuerInstalment OneTimeReservation Rebate Redemption ReverseAward ReverseCredit ReverseDebit ReverseRebate \
         ReverseRedemption UpdateReservation",
    ),
    ("StoredValueTransactionType", "Activate Duplicate Load Reserve Reverse Unload"),
    ("StoredValueAccountType", "GiftCard Other PhoneCard"),
    ("IdentificationType", "AccountNumber BarCode ISOTrack2 PAN PhoneNumber"),
    ("IdentificationSupport", "HybridCard LinkedCard LoyaltyCard NoCard"),
    ("LoyaltyHandling", "Allowed Forbidden Processed Proposed Required"),
    ("LoyaltyUnit", "Monetary Point"),
    ("TokenRequestedType", "Customer Transaction"),
    ("CustomerOrderReq", "Both Closed Open"),
    ("InstalmentType", "DeferredInstalments EqualInstalments InequalInstalments"),
    ("PeriodUnit", "Annual Daily Monthly Weekly"),
    (
        "EventToNotify",
        "Abort BeginMaintenance CardInserted CardRemoved Completed CustomerLanguage EndMaintenance Initialised \
         KeyPressed OutOfOrder Reject SaleAdmin SaleWakeUp ScanBarcodeResult SecurityAlarm Shutdown StopAssistance \
         UseAnotherCardForPreauth",
    ),
    ("TrackFormat", "AAMVA CMC-7 E-13B ISO JIS-I JIS-II"),
    ("CheckTypeCode", "Company Personal"),
];
