//! Wrong usage is told before anything runs, with the exit status 2.

use crate::process::{run, stderr, stdout};

#[test]
fn wrong_usage_is_refused_before_anything_runs() {
    let table: &[(&[&str], &str)] = &[
        (&["pay"], "required"),
        (&["pay", "25.00"], "CURRENCY"),
        (&["pay", "25.001", "CHF"], "decimals"),
        (&["pay", "25.5", "JPY"], "decimals"),
        (&["pay", "25,00", "CHF"], "amount '25,00'"),
        (&["pay", "1e3", "CHF"], "amount '1e3'"),
        (&["pay", "0.00", "CHF"], "nothing to move"),
        (&["pay", "-5", "CHF"], "unexpected argument"),
        (&["pay", "99999999999999999999", "CHF"], "too large"),
        (&["pay", "25.00", "XYZ"], "not a currency"),
        (&["pay", "25.00", "CHF", "--cash-back", "30.00"], "cash part is more"),
        (&["pay", "25.00", "CHF", "--profile", "zvt"], "possible values"),
        (&["pay", "25.00", "CHF", "--workstation", "lane 1"], "character"),
        (&["pay", "25.00", "CHF", "--reference", "reference-of-more-than-20"], "longer"),
        (&["pay", "25.00", "CHF", "--language", "deu"], "two letters"),
        (&["pay", "25.00", "CHF", "--timeout", "0"], "seconds"),
        (&["pay", "25.00", "CHF", "--timeout", "NaN"], "seconds"),
        (&["pay", "25.00", "CHF", "--yes", "--no"], "cannot be used with"),
        (&["pay", "25.00", "CHF", "--script", "no-such-script"], "opi sim --list"),
        (&["pay", "25.00", "CHF", "--fault", "no-such-fault"], "opi sim --list"),
        (&["pay", "25.00", "CHF", "--script", "tip", "--terminal", "127.0.0.1:1"], "not with --terminal"),
        (&["pay", "25,00", "CHF"], "Usage: opi pay"),
        (&["pay", "25.00", "CHF", "--terminal", "127.0.0.1:99999"], "1 to 65535"),
        (&["pay", "25.00", "CHF", "--terminal", ""], "host is missing"),
        (&["sim", "--till", "127.0.0.1:"], "1 to 65535"),
        (&["reverse", "25.00"], "CURRENCY"),
        (&["reverse", "--stan", "12345678901234567"], "longer than 16"),
        (&["resolve", "17", "--note", "x"], "--charged"),
        (&["resolve", "17", "--charged", "--not-charged", "--note", "x"], "cannot be used with"),
        (&["resolve", "17", "--charged"], "--note"),
        (&["resolve", "0", "--charged", "--note", "x"], "outside the allowed"),
        (&["recover"], "--terminal"),
        (&["no-such-command"], "unrecognized"),
        (&[], "Usage"),
    ];
    for (arguments, what) in table {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(what), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_operation_that_the_dialect_does_not_have_is_wrong_usage() {
    let output = run(&["complete", "5.00", "CHF", "--profile", "nexi"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("no such operation"), "{}", stderr(&output));
    let output = run(&["reverse", "--profile", "opi-de"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn help_shows_examples_for_people_who_have_never_seen_it() {
    let help = stdout(&run(&["--help"]));
    for needed in ["opi pay 25.00 CHF", "Exit status:", "opi sim", "opi decode", "not Oracle's"] {
        assert!(help.contains(needed), "{needed}");
    }
    for command in ["pay", "refund", "recover", "resolve", "journal", "sim", "decode"] {
        assert!(stdout(&run(&[command, "--help"])).contains("Example"), "{command}");
    }
}

#[test]
fn the_list_of_the_simulator_names_scripts_and_faults() {
    let output = run(&["sim", "--list"]);
    assert_eq!(output.status.code(), Some(0));
    let list = stdout(&output);
    for needed in ["approve", "decline", "tip", "dcc", "split", "merged", "drop-after-charge"] {
        assert!(list.lines().any(|line| line.trim_start().starts_with(&format!("{needed} "))), "{needed}");
    }
}
