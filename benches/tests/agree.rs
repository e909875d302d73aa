//! The peers do the same work as opi-core, or the benches compare nothing.

#[test]
fn frames() {
    opi_benches::framing::check();
}

#[test]
fn documents() {
    opi_benches::pull::check();
}

#[test]
fn receipts() {
    opi_benches::typed::check();
}

#[test]
fn json() {
    opi_benches::json::check();
}

#[test]
fn answers() {
    opi_benches::answer::check();
}

#[test]
fn payments() {
    opi_benches::payment::check();
}

#[test]
fn journals() {
    opi_benches::journal::check();
}

#[test]
fn requests_of_the_terminal_api() {
    opi_benches::terminal_api::check();
}

#[test]
fn frames_of_all_sizes() {
    opi_benches::flat::check();
}
