//! What is recorded with `--trace` of a conversation in the Terminal API can be read and replayed; every other test of
//! these commands records one, too.

use super::simulated::SimulatedApi;
use crate::process::{end, run, stderr, stdout};
use crate::trace::Trace;

const PAY: [&str; 4] = ["pay", "25.00", "EUR", "--json"];

/// A payment that is approved, as it was recorded.
fn recorded(trace: &Trace) -> String {
    let terminal = SimulatedApi::start(&["--script", "approve"]);
    let output = crate::process::finish(terminal.start_till(&[&PAY[..], &["--trace", trace.path()]].concat()));
    assert_eq!(end(&output).0["outcome"], "approved", "{}", stderr(&output));
    std::fs::read_to_string(trace.path()).unwrap()
}

#[test]
fn the_messages_of_a_trace_can_be_read() {
    let trace = Trace::new();
    recorded(&trace);
    let shown = stdout(&run(&["replay", "--frames", trace.path()]));
    for part in ["request  to the terminal", "request  from the terminal", "\"PaymentRequest\"", "\"PaymentReceipt\""] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(shown.ends_with("outputs\n"), "{shown}");
}

#[test]
fn what_was_changed_is_found() {
    let trace = Trace::new();
    let text = recorded(&trace);
    for changed in [
        // Other than what is sent, other than what came in, another HTTP status, another amount asked for.
        text.replacen("\\\"PaymentRequest\\\"", "\\\"PaymentRequesT\\\"", 1),
        text.replacen("\\\"Result\\\":\\\"Success\\\"", "\\\"Result\\\":\\\"Failure\\\"", 1),
        text.replacen("\"in\":\"complete\"", "\"in\":\"closed\"", 1),
        text.replacen("\"minor\":2500", "\"minor\":2501", 1),
        text.replacen("\"saleId\":\"lane-1\"", "\"saleId\":\"lane-2\"", 1),
    ] {
        assert_ne!(changed, text);
        std::fs::write(trace.path(), &changed).unwrap();
        let replayed = run(&["replay", trace.path()]);
        assert!(stdout(&replayed).starts_with("different at line "), "{}{}", stdout(&replayed), stderr(&replayed));
        assert_eq!(replayed.status.code(), Some(1));
    }
    for (changed, why) in [
        (text.replacen("\"answer\":131072", "\"answer\":131073", 1), "131073"),
        (text.replacen("\"dialect\":\"adyen\"", "\"dialect\":\"nobody\"", 1), "line 1"),
        (text.replacen("\"apiSettings\"", "\"settings\"", 1), "line 1"),
    ] {
        assert_ne!(changed, text);
        std::fs::write(trace.path(), &changed).unwrap();
        let replayed = run(&["replay", trace.path()]);
        assert!(stderr(&replayed).contains(why), "{why}: {}", stderr(&replayed));
        assert_eq!(replayed.status.code(), Some(1));
    }
}
