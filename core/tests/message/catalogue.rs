//! Every attribute and child element that implementations are seen to send, at its place, in both directions.
//!
//! The table is written by hand from what is known of the implementations; none of it is taken from the code.

use opi_core::opi::message::{Message, Style};
use opi_core::xml::Tolerance;
use roxmltree::{Document, Node};

use crate::whole::without_fragments;
use crate::{decode, read, read_windowed};

/// Where, and what stands there: `@Name=value` is an attribute, `Name=value` a child element, `=value` the text.
/// A step of a path may give an attribute that the element needs to be known: `Output[OutDeviceTarget=E-Journal]`.
type Row = (&'static [&'static str], &'static str, &'static str);

const CARD_REQUEST: &str = "CardServiceRequest";
const CARD_RESPONSE: &str = "CardServiceResponse";
const SERVICE_REQUEST: &str = "ServiceRequest";
const SERVICE_RESPONSE: &str = "ServiceResponse";
const DEVICE_REQUEST: &str = "DeviceRequest";
const DEVICE_RESPONSE: &str = "DeviceResponse";

const REQUESTS: &[&str] = &[CARD_REQUEST, SERVICE_REQUEST];
const RESPONSES: &[&str] = &[CARD_RESPONSE, SERVICE_RESPONSE];
const ALL: &[&str] = &[CARD_REQUEST, CARD_RESPONSE, SERVICE_REQUEST, SERVICE_RESPONSE, DEVICE_REQUEST, DEVICE_RESPONSE];

const CATALOGUE: &[Row] = &[
    // The root element.
    (
        ALL,
        "",
        "@RequestType=Diagnosis @WorkstationID=lane-1 @RequestID=17.1 @ApplicationSender=#CASHBOXNAME# @POPID=001",
    ),
    (REQUESTS, "", "@ElmeTunnelCallback=true @ReferenceNumber=R-1"),
    (RESPONSES, "", "@ReferenceNumber=R-1 @ElmeErrorCode=7 @ElmeErrorText=wrong"),
    (&[CARD_RESPONSE, SERVICE_RESPONSE, DEVICE_RESPONSE], "", "@OverallResult=PrintLastTicket"),
    (&[CARD_RESPONSE], "", "@SystemStatus=Online"),
    (&[DEVICE_REQUEST, DEVICE_RESPONSE], "", "@TerminalID=11149001 @SequenceID=2"),
    (&[DEVICE_RESPONSE], "", "@ReferenceRequestID=1502"),
    // The till.
    (
        REQUESTS,
        "POSdata",
        "@LanguageCode=nl @RequestTransactionInformation=true @RequestToken=true @RequestFullPAN=false \
         @RequestReceiptHeader=true @TrxReferenceNumber=00731559184 POSTimeStamp=2026-05-04T10:00:00+02:00 ShiftNumber=3 \
         ClerkID=12 PrinterStatus=Available PrinterStatus=Unavailable PrinterStatus=PrintLocal PrinterStatus=PaperLow \
         PrinterStatus=PaperEmpty JournalPrinterStatus=PrintLocal E-JournalStatus=MemoryLow ForceAcceptance=true \
         ServiceLevel=S OutdoorPosition=4 ManualPAN=true Contactless=true ContactlessReceipt=false Chip=true Swipe=false \
         ClerkPermission=Low ClerkPermission=Medium ClerkPermission=High TightControl=true SplitPayment=false \
         VoiceReferral=true TransactionNumber=88123 Reference=order-1 CardHolderLocation=MOTO StoreID=S7 \
         DiagnosisMethod=OnLine DiagnosisMethod=Local DiagnosisMethod=POPInit DiagnosisMethod=POPInitAll \
         DiagnosisMethod=PrinterStatus UsePreselectedCard=false waitingCard=true choicePayKind=true unattended=true \
         split=false ReversalReceiptNo=0815",
    ),
    // The money.
    (
        &[CARD_REQUEST, SERVICE_REQUEST],
        "TotalAmount",
        "=24 @Currency=CHF @PaymentAmount=24 @CashBackAmount=20 @GratuityAmount=1 @DonationAmount=2 @Changeable=true \
         @OriginalAmount=23 @AvailableAmount=100",
    ),
    (
        &[CARD_RESPONSE],
        "Tender/TotalAmount",
        "=24 @Currency=CHF @PaymentAmount=24 @CashBackAmount=20 @GratuityAmount=1 @DonationAmount=2 @Changeable=true \
         @OriginalAmount=23 @AvailableAmount=100",
    ),
    (
        &[SERVICE_RESPONSE],
        "Reconciliation/TotalAmount",
        "=24 @Currency=CHF @NumberPayments=3 @PaymentType=Credit @PaymentType=Debit @PaymentType=Gratuity \
         @PaymentType=GratuityRefund @PaymentType=Donation @CardCircuit=VISA @Acquirer=A1 @NumberHeld=1 @AmountHeld=5",
    ),
    // The card request.
    (
        &[CARD_REQUEST],
        "OriginalTransaction",
        "@TerminalID=T1 @TerminalBatch=007 @STAN=021601 @TimeStamp=2026-05-04T09:00:00 @TrackingReference=track-1 \
         @AcquirerTransactionReference=acq-1 @ApprovalCode=TM1234",
    ),
    (
        &[CARD_REQUEST, CARD_RESPONSE],
        "SaleItem",
        "@ItemID=1 ProductCode=102 Amount=56 UnitMeasure=EA UnitMeasure=FOT UnitMeasure=GLI UnitMeasure=GLL \
         UnitMeasure=GRM UnitMeasure=INH UnitMeasure=KGM UnitMeasure=LBR UnitMeasure=MTR UnitMeasure=CM UnitMeasure=LTR \
         UnitMeasure=CL UnitPrice=1.41 Quantity=40 TaxCode=A AdditionalProductCode=4006381333931 \
         AdditionalProductInfo=UNLEADED TypeMovement=3 SaleChannel=ThirdPartyOwned VATRate=19.5 RebateLabel=five",
    ),
    (
        &[CARD_REQUEST, CARD_RESPONSE],
        "CardValue",
        "Track1=a Track2=;7=1? Track3=b Track1/Byte=0A Track2/Ascii=;7=1? Track3/Ascii=b ICC=9F02 Barcode=99001122 \
         InString=typed CardPAN=700400######0011 StartDate=2401 ExpiryDate=12/27 EndDate=2712 CardCircuit=GermanDebitEcCash \
         IssueNumber=1 ServiceCode=201 Token=tok TokenSalt=0A0B CV2=123 PostCode=8001 Address=Marktgasse.1 Mileage=120000 \
         Registration=ZH-1",
    ),
    (
        &[CARD_REQUEST],
        "EncryptedCardValue",
        "Track2=0A0B CardPAN=0C EncryptionID=1 EncryptionKey=0D EncryptionRSA=key-1",
    ),
    (
        &[CARD_REQUEST, CARD_RESPONSE],
        "Loyalty",
        "@LoyaltyFlag=true @LoyaltyTimeStamp=2026-05-04T10:00:00Z LoyaltyCard@LoyaltyPAN=70040000000001 \
         MOPrule@CardPAN=700400######0011 MOPrule@CardCircuit=VISA LoyaltyAmount=5 LoyaltyAmount@OriginalLoyaltyAmount=6.5 \
         LoyaltyApprovalCode=L1 LoyaltyApprovalCode@LoyaltyAcquirerID=LA LoyaltyApprovalCode@LoyaltyAcquirerBatch=LB \
         Enabled=true CustomerName=Muster Points=120 Bonus=true Incentive=5 Updated=2026-05-01",
    ),
    (&[CARD_REQUEST], "CardCircuitCollection/CardCircuit", "=VISA @CardCircuitState=Denied @DisplayName=Visa"),
    (&[CARD_REQUEST], "Acquirer", "@TerminalID=T1 @MerchantID=M1 @AcquirerID=A1 @MerchantReference=ref @CreditPlan=3"),
    (&[CARD_REQUEST, SERVICE_REQUEST], "PrivateData", "=answer-txt=Danke lastReceiptNumber=3"),
    (&[CARD_REQUEST], "Encryption", "=a Any=b"),
    (&[CARD_REQUEST], "Validation", "=a Any=b"),
    // The card response.
    (
        RESPONSES,
        "Terminal",
        "@TerminalID=T1 @TerminalBatch=007 @STAN=021601 @MerchantID=M1 @APACS50TN=12345678 @DeviceID=D1",
    ),
    (ALL_ANSWERS, "ErrorDetail/Error", "@Category=Format @Code=204 @Description=missing @Severity=3"),
    (ALL_ANSWERS, "ErrorDetail", "Response=Rejected"),
    (&[CARD_RESPONSE], "Tender", "@LanguageCode=fr RestrictionCodes=102"),
    (
        &[CARD_RESPONSE],
        "Tender/Authorisation",
        "@AcquirerID=undefined @TimeStamp=2026-05-04T10:00:00-00:00 @ApprovalCode=TM1234 @AcquirerBatch=012 \
         @CardCircuit=ECMC @CardPAN=700400######0011 @MaskedCardNumber=XXXXXXXXXXXX0119 @PANprint=XXXX0011 \
         @TrxReferenceNumber=00731559184 @ActionCode=51 @ReturnCode=0 @ResponseCode=05 @IssuerID=I1 @StartDate=2401 \
         @ExpiryDate=1227 @IssueNumber=1 @Token=tok @Merchant=M1 @AuthorisationType=Online @AuthorisationType=Offline \
         @AuthorisationType=Manual @AuthorisationType=Inhouse @ReceiptNumber=0815 @ReceiptCopies=2 @CaptureReference=cap \
         @TrackingReference=track-1 @FiscalReceipt=true @TimeDisplay=false @LoyaltyAllowed=true @AIDParameter=A0000000031010 \
         @CardVerification=Signature @CV2Result=M @PostCodeResult=N @AddressResult=U",
    ),
    (
        RESPONSES,
        "OriginalHeader",
        "@ApplicationSender=till @POPID=001 @RequestType=CardPayment @WorkstationID=lane-1 @RequestID=17.1 \
         @OverallResult=Success",
    ),
    (&[CARD_RESPONSE], "CardDetails", "ExpiryDate=1227 CurrencyCode=978 SequenceNumber=01"),
    (
        RESPONSES,
        "PrivateData",
        "CardHolderAuthentication=PIN CardTechnologyType=NFC CardVerificationMethod=NoCVM SoftwareVersion=1.2 \
         ErrorCode=1002700 ErrorText=gut RebootInfo=2026-05-05T03:12:00 HashData/PANHash=0a1b =type=initialise",
    ),
    (RESPONSES, "PrivateData/Diagnosis", "@HostDeclineReason=51 @TerminalDeclineReason=107"),
    // The service request.
    (&[SERVICE_REQUEST], "", "Agent=MobilePhonePrepaid EncryptionRSA=key-1"),
    (
        &[SERVICE_REQUEST],
        "PINPadProgramLoad",
        "ForceApplication=true ForceContactless=true ForceFirmware=false ForceOperatingSystem=false InstallEncrypt=true",
    ),
    (&[SERVICE_REQUEST], "PrivateData/PrinterParam[Type=Printer]/Receipt[Type=Merchant]", "=yes"),
    (&[SERVICE_REQUEST], "PrivateData/SignatureParam/GetConfirmation", "@Timeout=180 =yes"),
    // The service response.
    (&[SERVICE_RESPONSE], "Authorisation", "@ApprovalCode=1 @AcquirerBatch=2 @AcquirerID=3 @TimeStamp=4"),
    (&[SERVICE_RESPONSE], "Reconciliation", "@LanguageCode=de"),
    (&[SERVICE_RESPONSE], "Submission", "@LanguageCode=de"),
    (
        &[SERVICE_RESPONSE],
        "Submission",
        "Successful=7.5 Failed=1.2 Successful@NumberPayments=7 Failed@NumberPayments=1",
    ),
    (
        &[SERVICE_RESPONSE],
        "",
        "DiagnosisResult=fine EncryptionModulus=C0FFEE EncryptionExponent=010001 Reference=ref-1",
    ),
    (
        &[SERVICE_RESPONSE],
        "Versions/Devices/Device",
        "@POPID=001 SerialNumber=S1 TimeStamp=2026-05-04T10:00:00 PTID=P1 Manufacturer=Maker Model=M1 ApplicationName=App \
         ApplicationVersion=1.0 ContactlessKernelName=Kernel ContactlessKernelVersion=2.0 FirmwareName=Firm \
         FirmwareVersion=3.0 OSName=System OSVersion=4.0 EncryptionModuleName=Crypt EncryptionModuleVersion=5.0 Product=X1",
    ),
    (
        &[SERVICE_RESPONSE],
        "PrivateData/Identification",
        "@TerminalID=20001234 @TerminalIP=10.0.0.9 @AppVersion=1.0 @Ep2MID=E1 @TerminalStatus=ACTIVE @TerminalSubStatus=IDLE \
         @Hardware=RX5000 @SerialNumber=S1 @ConfigurationName=shop @ConfigurationVersion=2",
    ),
    (&[SERVICE_RESPONSE], "CardCircuitCollection/CardCircuit", "=TWNT @DisplayName=TWINT"),
    (&[SERVICE_RESPONSE], "PrivateData", "Acq=PAYMENT"),
    // The device request.
    (
        &[DEVICE_REQUEST],
        "Output",
        "@OutDeviceTarget=CashierDisplay @OutDeviceTarget=CustomerDisplay @OutDeviceTarget=Printer \
         @OutDeviceTarget=PrinterReceipt @OutDeviceTarget=JournalPrinter @OutDeviceTarget=E-Journal @OutDeviceTarget=EJournal \
         @OutDeviceTarget=DeliveryBox @OutDeviceTarget=PEDReaderPrinter @OutDeviceTarget=Log @OutDeviceTarget=Display \
         @InputSynchronize=true @Complete=true @Immediate=false @Category=1 @Code=2 @TimeOut=30 \
         @TicketType=CustomerReceipt @TicketType=MerchantReceipt @TicketType=DccOffer @ReceiptCopies=2 TextLine=Danke \
         Buzzer=true OutSecureData=0A MAC=0B ImageFile=logo.bmp",
    ),
    (
        &[DEVICE_REQUEST],
        "Output/TextLine",
        "=Danke @Row=1 @Column=2 @CharSet=3 @Erase=true @Echo=true @Cursor=false @TimeOut=4 @Color=White @Color=Black \
         @Color=Red @Color=Green @Color=Yellow @Color=Blue @Color=Grey @Color=Brown @Alignment=Left @Alignment=Right \
         @Alignment=Center @Alignment=Justified @Height=Single @Height=Double @Height=Half @Width=Single @Width=Double \
         @Width=Half @CharStyle1=Normal @CharStyle1=Bold @CharStyle2=Italic @CharStyle3=Underlined @PaperCut=true \
         @MenuItem=3 @Hidden=false",
    ),
    (&[DEVICE_REQUEST], "Output/Buzzer", "=false @DurationBeep=100 @CounterBeep=3 @DurationPause=50"),
    (&[DEVICE_REQUEST], "Output/OutSecureData", "Hex=0A"),
    (&[DEVICE_REQUEST], "Output/MAC", "Hex=0B"),
    (
        &[DEVICE_REQUEST],
        "Input",
        "@InDeviceTarget=CashierKeyboard @InDeviceTarget=CashierTerminal @InDeviceTarget=CustomerKeyboard \
         @InDeviceTarget=CustomerTerminal @InDeviceTarget=ICCrw @InDeviceTarget=CardReader \
         @InDeviceTarget=PinEntryDeviceCardReader @InDeviceTarget=PinPad @InDeviceTarget=MSR @InDeviceTarget=RFID \
         @InDeviceTarget=BarcodeScanner InSecureData=0A InSecureData/Hex=0B Command=GetConfirmation Command=GetAnyKey \
         Command=GetDecimals Command=GetChar Command=GetMenu Command=GetAmount Command=GetAmountNoPrompt \
         Command=GetOptionKey Command=CheckPIN Command=ProcessPIN Command=RequestCard Command=RequestTypeCard \
         Command=ReadCard Command=TransferData Command=ValidateMAC Command=CalculateMAC Command=UpdateKeys \
         Command=GetTrack2",
    ),
    (
        &[DEVICE_REQUEST],
        "Input/Command",
        "@Length=4 @MinLength=1 @MaxLength=6 @Decimals=2 @Separator=Comma @CardReadElement=Magstripe @CardReadElement=ICC \
         @CardReadElement=EMV @TimeOut=60 @DataRequired=FailureAcknowledgement @DataRequired=SecurityCodeMatchOnly",
    ),
    (&[DEVICE_REQUEST], "Event", "@EventType=CardInserted @EventType=DispenserSelected @EventType=ObtainAuth"),
    (&[DEVICE_REQUEST], "Event/EventData", "Dispenser=4 TotalAmount=99 CardIdent=7004 DataRequired=Mileage"),
    (&[DEVICE_REQUEST], "Event/EventData/TotalAmount", "@Currency=GBP"),
    (
        &[DEVICE_REQUEST],
        "Event/EventData/ProductsAllowed/ProductCode",
        "=102 @Name=Diesel @UnitMeasure=LTR @Quantity=99.5",
    ),
    (
        &[DEVICE_REQUEST],
        "Output[OutDeviceTarget=E-Journal]/TransactionInfo",
        "CardLabelName=Visa CardNumber=XXXXXXXXXXXX0119 TransactionRefNumber=00731559184 TrxReferenceNumber=00731559184 \
         AuthorisationCode=415908 AuthorizationCode=415908 DateAndTime=2026-05-04T10:00:00 AcquirerIdentifier=00000001731 \
         TotalAmount=24",
    ),
    (
        &[DEVICE_REQUEST],
        "Output[OutDeviceTarget=E-Journal]/TransactionInfo/TotalAmount",
        "@Currency=CHF DetailedAmount=24",
    ),
    (
        &[DEVICE_REQUEST],
        "Output[OutDeviceTarget=E-Journal]/DccInfo",
        "CardHolderBillingAmount=26.1 CardHolderBillingCurrencyName=EUR CardHolderBillingCurrencyCode=978 \
         ExchangeRate=1.0783 Exchangerate=1.0783 CommissionPercentage=3.95 MarkupPercentage=3.95",
    ),
    // The device response.
    (&[DEVICE_RESPONSE], "Output", "@OutDeviceTarget=Printer @OutResult=DeviceUnavailable"),
    (
        &[DEVICE_RESPONSE],
        "Input",
        "@InDeviceTarget=CashierKeyboard @InResult=Aborted InputValue= SecureData=0A SecureData/Hex=0B",
    ),
    (
        &[DEVICE_RESPONSE],
        "Input/InputValue",
        "InBoolean=true InBoolean=false InNumber=12.5 InString=AB Track1=a Track2=b Track3=c Track2/Ascii=b Track3/Byte=0C \
         ICC=9F02 Barcode=99001122 CardPAN=700400######0011 StartDate=2401 ExpiryDate=2712",
    ),
    (
        &[DEVICE_RESPONSE],
        "EventResult",
        "Dispenser=4 ProductCode=102 ModifiedRequest=CardPreAuthorisation TotalAmount=99",
    ),
    (&[DEVICE_RESPONSE], "EventResult/TotalAmount", "@Currency=GBP"),
    (&[DEVICE_RESPONSE], "EventResult/SaleItem", "@ItemID=1 ProductCode=102 Amount=56"),
    (&[DEVICE_RESPONSE], "EventResult/Acquirer", "@MerchantID=M1 @AcquirerID=A1"),
    (&[DEVICE_RESPONSE], "EventResult/AuthResponse", "AuthARC=00 AuthCode=415908 AuthResult=Approved"),
    (
        &[DEVICE_RESPONSE],
        "EventResult/TransactionLimits",
        "AuthFlags=3 LimitFloor=10 LimitPostComms=20 Ceiling=30 CeilingCDCVM=40 CeilingCash=50 CeilingFPA=60 ReadTLV=9",
    ),
];

const ALL_ANSWERS: &[&str] = &[CARD_RESPONSE, SERVICE_RESPONSE, DEVICE_RESPONSE];

/// One thing at one place.
#[derive(Clone)]
struct Item {
    /// Elements from the root on, each with the attribute it needs.
    steps: Vec<(String, Option<(String, String)>)>,
    attribute: Option<String>,
    value: String,
}

impl Item {
    fn new(root: &str, path: &str, item: &str) -> Self {
        let (place, value) = item.split_once('=').unwrap();
        let (below, attribute) = match place.split_once('@') {
            Some((below, attribute)) => (below, Some(attribute.to_owned())),
            None => (place, None),
        };
        let steps = [root].into_iter().chain(path.split('/')).chain(below.split('/')).filter(|step| !step.is_empty());
        let steps = steps.map(|step| match step.trim_end_matches(']').split_once('[') {
            Some((name, needs)) => {
                let (attribute, value) = needs.split_once('=').unwrap();
                (name.to_owned(), Some((attribute.to_owned(), value.to_owned())))
            }
            None => (step.to_owned(), None),
        });
        Self { steps: steps.collect(), attribute, value: value.to_owned() }
    }

    /// A document with nothing else in it.
    fn document(&self) -> String {
        let mut document = String::new();
        for (name, needs) in &self.steps {
            document += &format!("<{name}");
            // A device request says what it is, or its children would.
            if name == DEVICE_REQUEST && self.attribute.as_deref() != Some("RequestType") {
                document += " RequestType='Output'";
            }
            if let Some((name, value)) = needs {
                document += &format!(" {name}='{value}'");
            }
            document += ">";
        }
        match &self.attribute {
            Some(attribute) => {
                document.truncate(document.len() - 1);
                document += &format!(" {attribute}='{}'>", self.value);
            }
            None => document += &self.value,
        }
        for (name, _) in self.steps.iter().rev() {
            document += &format!("</{name}>");
        }
        document
    }

    /// The same, with the attribute as a child element.
    fn as_element(&self) -> Option<Self> {
        let mut other = self.clone();
        other.steps.push((other.attribute.take()?, None));
        Some(other)
    }

    /// Whether it is that element, or content of it, or has that text, in an element that is kept as written.
    fn is_within(&self, known: &str) -> bool {
        let kept = self.steps.iter().any(|(name, _)| name == "PrivateData" || name == "Output");
        kept && (self.value.starts_with(known) || self.steps.iter().any(|(name, _)| name == known))
    }

    fn is_in(&self, document: &Document<'_>) -> bool {
        let mut found: Vec<Node<'_, '_>> = vec![document.root()];
        for (name, needs) in &self.steps {
            let fits = |node: &Node<'_, '_>| {
                let needed = needs.as_ref().is_none_or(|(name, value)| node.attribute(name.as_str()) == Some(value));
                node.tag_name().name() == name && needed
            };
            found = found.iter().flat_map(Node::children).filter(fits).collect();
        }
        found.iter().any(|node| match &self.attribute {
            Some(attribute) => node.attribute(attribute.as_str()) == Some(&self.value),
            None => node.text().unwrap_or_default() == self.value,
        })
    }
}

fn items() -> impl Iterator<Item = Item> {
    CATALOGUE.iter().flat_map(|(roots, path, items)| {
        roots.iter().flat_map(move |root| items.split_whitespace().map(move |item| Item::new(root, path, item)))
    })
}

fn encoded(message: &Message) -> String {
    let mut buffer = [0; 4096];
    let length = message.encode(&Style::IFSF, &mut buffer).unwrap();
    String::from_utf8(buffer[..length].to_vec()).unwrap()
}

/// Not values of their own: they are kept as written, together with what stands around them.
const ONLY_AS_WRITTEN: &[&str] = &[
    // Whatever vendors agreed on.
    "answer-txt=",
    "type=initialise",
    "lastReceiptNumber",
    "PrinterParam",
    "SignatureParam",
    // Read, but written with the other spelling.
    "TrxReferenceNumber",
    "AuthorizationCode",
    "Exchangerate",
    "MarkupPercentage",
];

/// Their values are told before their children are read.
const ONLY_AS_ATTRIBUTE: &[&str] = &["Output", "Tender", "Reconciliation"];

#[test]
fn everything_known_is_read_kept_and_written_where_it_stood() {
    let mut count = 0;
    for item in items() {
        let document = item.document();
        assert!(item.is_in(&Document::parse(&document).unwrap()), "{document}");
        let message = Message::decode(document.as_bytes(), Tolerance::STRICT).unwrap_or_else(|fault| {
            panic!("{document}: {fault:?}");
        });
        let written = encoded(&message);
        assert!(item.is_in(&Document::parse(&written).unwrap()), "{document} became {written}");
        if !ONLY_AS_WRITTEN.iter().any(|known| item.is_within(known)) {
            let written = encoded(&without_fragments(message));
            assert!(item.is_in(&Document::parse(&written).unwrap()), "{document} became {written}");
        }
        assert_eq!(read(document.as_bytes()).skipped, 0, "{document}");
        assert_eq!(read_windowed(document.as_bytes(), 128, 1), read(document.as_bytes()), "{document}");
        count += 1;
    }
    assert!(count > 480, "{count}");
}

/// Nexi terminals send either, and so may all others.
#[test]
fn every_attribute_may_be_a_child_element() {
    for item in items() {
        let Some(other) = item.as_element() else { continue };
        let owner = &item.steps[item.steps.len() - 1].0;
        if item.steps.len() == 1 || ONLY_AS_ATTRIBUTE.contains(&owner.as_str()) {
            continue;
        }
        let [one, other] = [item.document(), other.document()];
        assert_eq!(without_fragments(decode(&one)), without_fragments(decode(&other)), "{other}");
    }
}

/// The table would tell what is missing.
#[test]
fn what_nobody_knows_is_not_written() {
    for (path, item) in [("POSdata", "Foo=1"), ("POSdata", "@Foo=1"), ("", "Foo=1"), ("CardValue", "Track1/Foo=a")] {
        let item = Item::new(CARD_REQUEST, path, item);
        let document = item.document();
        assert!(item.is_in(&Document::parse(&document).unwrap()));
        assert!(!item.is_in(&Document::parse(&encoded(&decode(&document))).unwrap()), "{document}");
    }
}
