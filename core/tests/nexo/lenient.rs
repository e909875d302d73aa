//! What is read although no document has it: each leniency by itself, and nothing more.

use opi_core::nexo::{AbsentForm, Dialect, Direction, Leniencies};
use serde_json::{Value, json};

use crate::{read, written};

const STRICT: Dialect = with(Leniencies::NONE);

const fn with(lenient: Leniencies) -> Dialect {
    let mut dialect = Dialect::ADYEN;
    dialect.lenient = lenient;
    dialect
}

/// A member of a payment, where it stands, what a strict reader tells of it, and what is written if it is read.
const CASES: &[(Leniencies, &str, &str, &str, &str)] = &[
    (
        Leniencies::BOOLEAN_TEXT,
        "/PaymentData/SplitPaymentFlag",
        r#""true""#,
        "PaymentData, field SplitPaymentFlag: Expected JSON boolean",
        "true",
    ),
    (
        Leniencies::INTEGER_DIGITS,
        "/PaymentTransaction/TransactionConditions/MerchantCategoryCode",
        "5411",
        "PaymentTransaction.TransactionConditions, field MerchantCategoryCode: Expected JSON string",
        r#""5411""#,
    ),
    (
        Leniencies::INTEGER_DIGITS,
        "/PaymentTransaction/OriginalPOITransaction/AcquirerID",
        "12",
        "PaymentTransaction.OriginalPOITransaction, field AcquirerID: Expected JSON string",
        r#""12""#,
    ),
    (
        Leniencies::INTEGER_DIGITS,
        "/PaymentData/PaymentInstrumentData/CardData/SensitiveCardData/PAN",
        "4111111111111111",
        "PaymentData.PaymentInstrumentData.CardData.SensitiveCardData, field PAN: Expected JSON string",
        r#""4111111111111111""#,
    ),
    (
        Leniencies::AMOUNT_TEXT,
        "/PaymentTransaction/AmountsReq/TipAmount",
        r#""1.10""#,
        "PaymentTransaction.AmountsReq, field TipAmount: Expected JSON number",
        "1.1",
    ),
    (
        Leniencies::ANY_CASE,
        "/PaymentData/PaymentType",
        r#""rEFUND""#,
        "PaymentData, field PaymentType: Invalid value",
        r#""Refund""#,
    ),
];

fn payment() -> Value {
    let header = json!({ "MessageClass": "Service", "MessageCategory": "Payment", "MessageType": "Request",
                         "ServiceID": "1", "SaleID": "POS-1", "POIID": "P400-1" });
    let sale = json!({ "SaleTransactionID": { "TransactionID": "T", "TimeStamp": "2026-04-08T08:15:00Z" } });
    let transaction = json!({ "AmountsReq": { "Currency": "EUR", "RequestedAmount": 1 }, "TransactionConditions": {},
                              "OriginalPOITransaction": {} });
    let data = json!({ "PaymentInstrumentData": { "PaymentInstrumentType": "Card",
                                                  "CardData": { "SensitiveCardData": {} } } });
    json!({ "SaleToPOIRequest": {
        "MessageHeader": header,
        "PaymentRequest": { "SaleData": sale, "PaymentTransaction": transaction, "PaymentData": data },
    } })
}

fn put(pointer: &str, value: &str) -> String {
    let mut document = payment();
    let (object, name) = pointer.rsplit_once('/').unwrap();
    let object = document.pointer_mut(&format!("/SaleToPOIRequest/PaymentRequest{object}")).unwrap();
    object[name] = serde_json::from_str(value).unwrap();
    document.to_string()
}

/// A dialect that lives as long as the tests.
fn kept(dialect: Dialect) -> &'static Dialect {
    Box::leak(Box::new(dialect))
}

#[test]
fn each_leniency_reads_what_it_names_and_no_other_does() {
    let all = [
        Leniencies::BOOLEAN_TEXT,
        Leniencies::INTEGER_DIGITS,
        Leniencies::AMOUNT_TEXT,
        Leniencies::ANY_CASE,
        Leniencies::NULL_ABSENT,
        Leniencies::OTHER_SPELLINGS,
    ];
    for (leniency, pointer, value, told, again) in CASES {
        let document = put(pointer, value);
        for lenient in all {
            let found = read(&document, Direction::Request, kept(with(lenient)));
            if lenient == *leniency {
                assert_eq!(found.lines(), (String::new(), String::new()), "{pointer}");
                let written: Value = serde_json::from_slice(&written(&found.message.unwrap(), &STRICT)).unwrap();
                let written = written.pointer(&format!("/SaleToPOIRequest/PaymentRequest{pointer}")).unwrap();
                assert_eq!(written.to_string(), *again, "{pointer}");
            } else {
                assert_eq!(found.lines().0, format!("At SaleToPOIRequest.PaymentRequest.{told}"), "{pointer}");
            }
        }
    }
}

#[test]
fn a_leniency_has_its_limits() {
    let everything = &Dialect::CAPITALS;
    let at = "At SaleToPOIRequest.PaymentRequest.";
    for (pointer, value, told) in [
        ("/PaymentData/SplitPaymentFlag", r#""TRUE""#, "PaymentData, field SplitPaymentFlag: Expected JSON boolean"),
        ("/PaymentData/SplitPaymentFlag", "1", "PaymentData, field SplitPaymentFlag: Expected JSON boolean"),
        (
            "/PaymentTransaction/OriginalPOITransaction/AcquirerID",
            "1.2e1",
            "PaymentTransaction.OriginalPOITransaction, field AcquirerID: Expected JSON string",
        ),
        (
            "/PaymentTransaction/OriginalPOITransaction/AcquirerID",
            "-1",
            "PaymentTransaction.OriginalPOITransaction, field AcquirerID: Expected JSON string",
        ),
        (
            "/PaymentTransaction/AmountsReq/TipAmount",
            r#""1,10""#,
            "PaymentTransaction.AmountsReq, field TipAmount: Invalid value",
        ),
        (
            "/PaymentTransaction/AmountsReq/TipAmount",
            r#""-1""#,
            "PaymentTransaction.AmountsReq, field TipAmount: Invalid value",
        ),
        (
            "/PaymentTransaction/AmountsReq/TipAmount",
            r#""100000000""#,
            "PaymentTransaction.AmountsReq, field TipAmount: Invalid value",
        ),
    ] {
        let found = read(&put(pointer, value), Direction::Request, everything).lines();
        assert_eq!(found.0, format!("{at}{told}"), "{pointer} {value}");
    }
}

#[test]
fn null_is_absent_without_a_word_where_the_dialect_has_it() {
    let document = put("/PaymentData/SplitPaymentFlag", "null");
    assert_eq!(
        read(&document, Direction::Request, &Dialect::ADYEN).lines(),
        (
            String::new(),
            "At SaleToPOIRequest.PaymentRequest.PaymentData, field SplitPaymentFlag: Unexpected".to_owned()
        )
    );
    let found = read(&document, Direction::Request, kept(with(Leniencies::NULL_ABSENT)));
    assert_eq!(found.lines(), (String::new(), String::new()));
    // What must be there is missing all the same.
    let document = put("/PaymentTransaction/AmountsReq/Currency", "null");
    assert_eq!(
        read(&document, Direction::Request, &Dialect::CAPITALS).lines().0,
        "At SaleToPOIRequest.PaymentRequest.PaymentTransaction.AmountsReq, field Currency: Missing"
    );
}

#[test]
fn other_spellings_are_the_same_member_but_not_twice() {
    let card = "/PaymentData/PaymentInstrumentData/CardData";
    let masked = format!("{card}/MaskedPAN");
    let document = put(&masked, r#""541333 **** 0011""#);
    let found = read(&document, Direction::Request, &Dialect::ADYEN);
    assert_eq!(found.lines(), (String::new(), String::new()));
    let again = String::from_utf8(written(&found.message.unwrap(), &STRICT)).unwrap();
    assert!(again.contains(r#""MaskedPan":"541333 **** 0011""#), "{again}");

    let at = "At SaleToPOIRequest.PaymentRequest.PaymentData.PaymentInstrumentData.CardData, field";
    assert_eq!(read(&document, Direction::Request, &STRICT).lines().1, format!("{at} MaskedPAN: Unexpected"));
    // Which of two is meant nobody can say: the first is taken, and the other is told.
    let mut both: Value = serde_json::from_str(&document).unwrap();
    both.pointer_mut(&format!("/SaleToPOIRequest/PaymentRequest{card}")).unwrap()["MaskedPan"] = json!("x");
    let lines = read(&both.to_string(), Direction::Request, &Dialect::ADYEN).lines();
    assert!(lines.1.starts_with(at) && lines.1.lines().count() == 1, "{lines:?}");
}

#[test]
fn dialects_have_names_of_their_own() {
    for dialect in Dialect::ALL {
        assert_eq!(Dialect::by_name(dialect.name), Some(*dialect));
    }
    assert_eq!(Dialect::by_name("esperanto"), None);
    assert_eq!(Dialect::CAPITALS.absent, AbsentForm::Null);
}
