//! TLS and the secured form, between the command and the command.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::json;
use tempfile::TempDir;

use super::simulated::SimulatedApi;
use super::terminal::POIID;
use crate::process::{end, stderr};

/// A certificate for this name.
fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// Writes a root, and a terminal's certificate under it with its key.
fn certificates(folder: &Path, poi_id: &str) {
    let mut root = named("Terminal Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = named(&format!("{poi_id}.test.terminal.adyen.com")).signed_by(&key, &root).unwrap();
    fs::write(folder.join("root.pem"), root.pem()).unwrap();
    fs::write(folder.join("terminal.pem"), leaf.pem()).unwrap();
    fs::write(folder.join("terminal.key"), key.serialize_pem()).unwrap();
}

fn shared_key(folder: &Path, name: &str, passphrase: &str) -> String {
    let path = folder.join(name);
    let key = json!({ "keyIdentifier": "shop", "keyVersion": 1, "passphrase": passphrase });
    fs::write(&path, key.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A terminal with TLS and a key, and what its till is given.
fn terminal(folder: &Path, poi_id: &str, till_key: &str) -> SimulatedApi {
    certificates(folder, poi_id);
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (certificate, key, root) = (file("terminal.pem"), file("terminal.key"), file("root.pem"));
    let ours = shared_key(folder, "terminal.json", "open sesame");
    let of_terminal = ["--tls-cert", &certificate, "--tls-key", &key, "--shared-key", &ours, "--script", "approve"];
    SimulatedApi::start_with("https", &of_terminal, &["--tls-ca", &root, "--shared-key", till_key])
}

const PAY: [&str; 8] = ["pay", "25.00", "EUR", "--json", "--timeout", "1", "--timeout-recovery", "0.05"];

#[test]
fn a_payment_goes_through_tls_in_secured_form() {
    let folder = TempDir::new().unwrap();
    let key = shared_key(folder.path(), "till.json", "open sesame");
    let terminal = terminal(folder.path(), POIID, &key);
    let (paid, status) = end(&terminal.till(&PAY));
    assert_eq!((&paid["outcome"], status), (&json!("approved"), 0), "{paid}");
    let (reference, time) = (paid["trxReferenceNumber"].as_str().unwrap(), paid["timeStamp"].as_str().unwrap());
    let (end, status) = end(&terminal.till(&["reverse", "--json", "--original", reference, "--time", time]));
    assert_eq!((&end["outcome"], status), (&json!("approved"), 0), "{end}");
}

#[test]
fn a_terminal_that_cannot_open_it_decides_nothing_and_is_quoted() {
    let folder = TempDir::new().unwrap();
    let key = shared_key(folder.path(), "till.json", "open sesamE");
    let output = terminal(folder.path(), POIID, &key).till(&PAY);
    let (end, status) = end(&output);
    assert_eq!((&end["outcome"], status), (&json!("unknown"), 4), "{end}");
    assert!(stderr(&output).contains("crypto error"), "{}", stderr(&output));
}

#[test]
fn another_terminal_gets_nothing() {
    let folder = TempDir::new().unwrap();
    let key = shared_key(folder.path(), "till.json", "open sesame");
    let output = terminal(folder.path(), "P400Plus-987654321", &key).till(&PAY);
    let (end, status) = end(&output);
    assert_eq!((&end["outcome"], &end["reason"], status), (&json!("not_sent"), &json!("not_connected"), 3), "{end}");
    assert!(stderr(&output).contains("certificate"), "{}", stderr(&output));
}
