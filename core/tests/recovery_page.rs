//! The page on recovery shows the table of states as it is. `UPDATE_GUIDE=1 cargo test --test recovery_page` writes it.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;

use opi_core::session::table::{EDGES, Edge, Effect, Phase, Signal};

const BEGIN: &str = "<!-- made from the table: begin -->\n";
const END: &str = "<!-- made from the table: end -->";

/// Edges between the same phases with the same effect.
struct Group {
    first: Edge,
    signals: Vec<Signal>,
}

fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for edge in EDGES {
        let same = |group: &&mut Group| {
            (group.first.from, group.first.to, group.first.effect) == (edge.from, edge.to, edge.effect)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.signals.push(edge.on),
            None => groups.push(Group { first: *edge, signals: vec![edge.on] }),
        }
    }
    groups
}

fn names(signals: &[Signal]) -> String {
    signals.iter().map(|signal| format!("{signal:?}")).collect::<Vec<_>>().join(", ")
}

/// What is done, and the invariants that it serves.
fn meaning(edge: &Edge) -> (String, &'static str) {
    let (does, serves) = match edge.effect {
        Effect::StoreIntent => ("store the intent; refused while a result is unresolved", "I2 I5 I6"),
        Effect::Listen if edge.from == Phase::Weighing => {
            ("ask in other words, with a new number; never for money", "I1 I5")
        }
        Effect::Listen if edge.on == Signal::Stored => ("ask for the listener", "I2 I9"),
        Effect::Listen => ("ask for the listener", "I9"),
        Effect::Connect => ("connect the terminal", "I9"),
        Effect::Transmit => ("send the frame, the only time", "I1 I2"),
        Effect::Await => ("wait for the answer: idle deadline and hard cap", "I9"),
        Effect::NotSent(reason) => {
            return (
                format!("end as `NotSent`: {reason}"),
                match (edge.from, edge.on) {
                    (_, Signal::Withdrawn) => "I4 I8",
                    (Phase::Storing, _) => "I2 I4",
                    _ => "I4",
                },
            );
        }
        Effect::Doubt(reason) => return (format!("doubt: {reason}"), "I1 I4 I9"),
        Effect::Classify => ("say what the answer means; a late one counts", "I4 I8"),
        Effect::Resume => ("begin to ask about the unresolved request", "I1 I6"),
        Effect::Pause => ("leave the terminal alone for a while", "I9 I10"),
        Effect::ListenAgain => ("ask for the listener, for the receipts", "I3 I9"),
        Effect::Reach => ("connect the terminal, to ask it", "I9"),
        Effect::Ask => ("send a question that moves no money, with a number of its own", "I1 I5"),
        Effect::Hear => ("wait for its answer", "I9"),
        Effect::Weigh => ("settle the request if the answer is about it", "I4"),
        Effect::Unreached => ("the terminal cannot be asked: try again, or no more", "I10 I11"),
        Effect::Miss => ("the question came to nothing: try again, or the next one", "I10 I11"),
        Effect::PassOver => ("the question got no answer: the next one", "I10 I11"),
        Effect::Conclude => ("close the connections and store the end; `Unknown` blocks the lane", "I4 I6"),
        Effect::GiveUp => ("ask no more; the end stays what it was", "I6 I8"),
        Effect::Tell => ("tell the end; a stored one that is known frees the lane", "I6"),
        Effect::TellUnstored => ("tell the end, and that it is not stored", "I6 I9"),
        Effect::Rest => ("forget the request", "I11"),
    };
    (does.to_owned(), serves)
}

fn picture() -> String {
    let mut page = String::from("\n```mermaid\nstateDiagram-v2\n    [*] --> Idle\n");
    let mut pairs: Vec<(Phase, Phase, Vec<Signal>)> = Vec::new();
    for group in groups() {
        let (from, to) = (group.first.from, group.first.to);
        match pairs.iter_mut().find(|pair| (pair.0, pair.1) == (from, to)) {
            Some(pair) => pair.2.extend(group.signals),
            None => pairs.push((from, to, group.signals)),
        }
    }
    for (from, to, signals) in pairs {
        writeln!(page, "    {from:?} --> {to:?}: {}", names(&signals)).unwrap();
    }
    page += "```\n\n| from | on | to | what is done | serves |\n| --- | --- | --- | --- | --- |\n";
    for group in groups() {
        let Edge { from, to, .. } = group.first;
        let (does, serves) = meaning(&group.first);
        writeln!(page, "| {from:?} | {} | {to:?} | {does} | {serves} |", names(&group.signals)).unwrap();
    }
    page.push('\n');
    page
}

#[test]
fn the_picture_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recovery.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (front, rest) = page.split_once(BEGIN).unwrap();
    let (shown, back) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        std::fs::write(&path, [front, BEGIN, &picture(), END, back].concat()).unwrap();
    } else {
        assert!(shown == picture(), "core/docs/recovery.md is stale: UPDATE_GUIDE=1 cargo test --test recovery_page");
    }
}

#[test]
fn every_edge_serves_an_invariant_of_the_guide() {
    let architecture = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let architecture = std::fs::read_to_string(architecture).unwrap();
    for edge in EDGES {
        let (_, serves) = meaning(edge);
        assert!(!serves.is_empty(), "{edge:?}");
        for invariant in serves.split(' ') {
            assert!(architecture.contains(&format!("| {invariant} |")), "{edge:?}: {invariant}");
        }
    }
}
