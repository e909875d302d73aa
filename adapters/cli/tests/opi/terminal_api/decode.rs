//! `opi decode` on messages of the Terminal API.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{events, run, stderr, stdout};

fn sample(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../core/tests/data/nexo");
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn every_sample_that_is_json_is_shown_with_all_that_stands_in_it() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../core/tests/data/nexo");
    let mut shown = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read(&path).unwrap();
        let output = run(&["decode", path.to_str().unwrap()]);
        // The independent reading says whether it can be read, and what stands in it. Of card data one sample
        // has the number of a gift card.
        match serde_json::from_slice::<Value>(&text) {
            Ok(mut expected) => {
                let gift_card =
                    "/SaleToPOIRequest/StoredValueRequest/StoredValueData/0/StoredValueAccountID/StoredValueID";
                if let Some(number) = expected.pointer_mut(gift_card) {
                    *number = json!("***");
                }
                assert_eq!(output.status.code(), Some(0), "{}: {}", path.display(), stderr(&output));
                assert_eq!(events(&output)[0]["message"], expected, "{}", path.display());
                shown += 1;
            }
            Err(_) => assert_eq!(output.status.code(), Some(1), "{}", path.display()),
        }
    }
    assert!(shown > 15, "{shown}");
}

#[test]
fn what_is_wrong_is_told_with_it() {
    let output =
        run(&["decode", &sample("06-payment-missing-currency.json"), &sample("05-payment-unknown-fields.json")]);
    let [missing, unknown] = events(&output).try_into().unwrap();
    assert_eq!((&missing["root"], &missing["category"]), (&json!("SaleToPOIRequest"), &json!("Payment")));
    assert!(missing["errors"][0].as_str().unwrap().contains("Currency: Missing"), "{missing}");
    assert!(
        unknown["errors"].is_null() && unknown["warnings"].as_array().is_some_and(|it| !it.is_empty()),
        "{unknown}"
    );
}

#[test]
fn a_secured_message_is_opened_with_its_key_only() {
    let folder = TempDir::new().unwrap();
    let secured = sample("21-secured-envelope.json");
    let trailer: Value = serde_json::from_slice(&fs::read(&secured).unwrap()).unwrap();
    let trailer = &trailer["SaleToPOIRequest"]["SecurityTrailer"];
    let decode = |passphrase: &str| {
        let path = folder.path().join("key.json");
        let key = json!({ "keyIdentifier": trailer["KeyIdentifier"], "keyVersion": trailer["KeyVersion"],
            "passphrase": passphrase });
        fs::write(&path, key.to_string()).unwrap();
        run(&["decode", "--shared-key", path.to_str().unwrap(), &secured])
    };
    let opened = &events(&decode("mysupersecretpassphrase"))[0];
    assert_eq!(opened["secured"], true);
    assert_eq!(opened["message"]["SaleToPOIRequest"]["DiagnosisRequest"], json!({ "HostDiagnosisFlag": false }));
    let closed = decode("mysupersecretpassphrasE");
    assert_eq!(closed.status.code(), Some(1), "{}", stdout(&closed));
    let clear = &events(&run(&["decode", &secured]))[0];
    assert_eq!((&clear["secured"], &clear["category"]), (&json!(true), &json!("Diagnosis")));
}

#[test]
fn no_card_data_is_shown() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("message.json");
    let message = json!({ "SaleToPOIResponse": { "MessageHeader": {}, "PaymentResponse": {
        "Response": { "Result": "Success", "AdditionalResponse": "cardNumber=4111111111111111&expiryMonth=12" },
        "CardData": { "MaskedPan": "411111 **** 1111", "SensitiveCardData": {
            "PAN": "4111111111111111", "ExpiryDate": "1230", "TrackData": [{ "Value": "4111111111111111=3012" }] } },
        "note 4111111111111111": 4_111_111_111_111_111u64 } } });
    fs::write(&path, message.to_string()).unwrap();
    let output = run(&["decode", path.to_str().unwrap()]);
    let text = stdout(&output);
    for secret in ["4111111111111111", "3012", "1230", "expiryMonth=12"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(events(&output).len(), 1, "{text}");
}
