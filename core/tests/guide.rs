//! The guide speaks of tests that exist.
#![allow(clippy::unwrap_used)]

use std::path::Path;

/// Looks up all tests that a page of the guide names; gives how many.
fn named_tests(page: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = std::fs::read_to_string(root.join("core/docs").join(page)).unwrap();
    let mut named = 0;
    for name in page.split('`').filter(|it| it.contains(".rs::")) {
        let (file, test) = name.split_once("::").unwrap();
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(source.contains(&format!("fn {test}(")), "{file} has no test {test}");
        named += 1;
    }
    named
}

#[test]
fn every_test_that_the_rules_name_exists() {
    let named = named_tests("rules.md");
    assert!(named > 30, "only {named} names were found: has the form of the page changed?");
}

#[test]
fn every_test_that_the_attacks_name_exists() {
    let named = named_tests("attacks.md");
    assert!(named > 20, "only {named} names were found: has the form of the page changed?");
}

/// As many places are marked in a file as the page names.
#[test]
fn every_hot_place_is_marked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/speed.md")).unwrap();
    let (_, table) = page.split_once("| place |").unwrap();
    let mut named = std::collections::BTreeMap::<&str, usize>::new();
    for row in table.lines().filter(|row| row.starts_with("| `")) {
        *named.entry(row.split('`').nth(1).unwrap()).or_default() += 1;
    }
    assert_eq!(named.values().sum::<usize>(), 10);
    for (file, places) in named {
        let source = std::fs::read_to_string(root.join("src").join(file)).unwrap();
        assert_eq!(source.matches("// Hot: ").count(), places, "{file}");
    }
}
