//! Runs a driver in node, and compares what it believes with the books of the terminals.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::certificates::{Certificates, POI_ID};
use crate::shop::{Form, Kind, Open, PASSPHRASE, Terminal, write_keys};

/// Plays a driver with terminals of its own.
pub(crate) fn drive(driver: &str, kind: Kind, form: Form, terminals: &[Terminal]) {
    let scripts = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/npm"));
    let library = scripts.join("node_modules/@adyen/api-library");
    assert!(library.exists(), "the client is not installed: npm ci --prefix {}", scripts.display());
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::new(folder.path());
    write_keys(folder.path());
    let open = |terminal| Open::new(terminal, kind, form, folder.path(), &certificates);
    let open: Vec<_> = terminals.iter().map(open).collect();

    let settings = json!({
        "secured": form == Form::Secured,
        "poiid": POI_ID,
        "root": certificates.root(),
        "key": {"KeyIdentifier": "mykey", "KeyVersion": 1, "AdyenCryptoVersion": 1, "Passphrase": PASSPHRASE},
        "samples": concat!(env!("CARGO_MANIFEST_DIR"), "/../../core/tests/data/nexo"),
        "terminals": open.iter().map(|it| (it.name, it.endpoint.as_str())).collect::<BTreeMap<_, _>>(),
        "faults": open.iter().map(|it| it.name).collect::<Vec<_>>(),
        "behindOpi": kind == Kind::Bridge,
    });
    let file = folder.path().join("settings.json");
    std::fs::write(&file, settings.to_string()).unwrap();
    let output = Command::new("node").arg(scripts.join("main.js")).arg(driver).arg(&file).output();
    let output = output.unwrap_or_else(|error| panic!("node cannot be started: {error}"));
    let (told, complaints) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{kind:?} {form:?}\n{told}{complaints}");

    let sorted = |mut lines: Vec<String>| {
        lines.sort_unstable();
        lines
    };
    let believed = sorted(told.lines().filter_map(|line| line.strip_prefix("booked ")).map(str::to_owned).collect());
    let booked = sorted(open.iter().flat_map(Open::booked).collect());
    assert_eq!(believed, booked, "{kind:?} {form:?}: what the till believes, and what was booked\n{told}");
    let summary = told.lines().last().unwrap_or_default();
    println!("npm client, {kind:?}, {form:?}: {summary}, {} bookings agree", booked.len());
}
