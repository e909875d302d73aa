//! The tills of the examples take the test for adapters, with all its rules: once as they are, with their own journals,
//! and once with a store that is slow, fails and says nothing.

use opi_conformance::{Found, Plan, run};

use crate::made::{Kind, ordered};

fn keeps_all_rules(kind: Kind) {
    for own_journal in [false, true] {
        let found = run(&Plan { program: ordered(kind), own_journal, only: None, jobs: 16 }, |_| {});
        let broken: Vec<&Found> = found.iter().filter(|found| found.broken.is_some()).collect();
        assert!(broken.is_empty(), "{kind:?}, own journal {own_journal}: {broken:#?}");
        let played = found.iter().filter(|found| found.skipped.is_none()).count();
        assert!(played > 100, "{kind:?}, own journal {own_journal}: only {played} cases were played");
        println!("{kind:?}, own journal {own_journal}: {played} cases, all rules hold");
    }
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn the_till_in_c_keeps_all_rules() {
    keeps_all_rules(Kind::C);
}

#[test]
#[ignore = "needs what .ci/run installs, which plays it"]
fn the_till_in_python_keeps_all_rules() {
    keeps_all_rules(Kind::Python);
}
