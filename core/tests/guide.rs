//! The guide speaks of tests that exist.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[test]
fn every_test_that_the_rules_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let rules = std::fs::read_to_string(root.join("core/docs/rules.md")).unwrap();
    let mut named = 0;
    for name in rules.split('`').filter(|it| it.contains(".rs::")) {
        let (file, test) = name.split_once("::").unwrap();
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(source.contains(&format!("fn {test}(")), "{file} has no test {test}");
        named += 1;
    }
    assert!(named > 30, "only {named} names were found: has the form of the page changed?");
}
