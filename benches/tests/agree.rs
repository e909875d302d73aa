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
