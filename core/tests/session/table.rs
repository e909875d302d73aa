//! The table of states says what it promises.

use opi_core::opi::session::table::{EDGES, Effect, Phase, Signal};

const PHASES: [Phase; 8] = [
    Phase::Idle,
    Phase::Storing,
    Phase::Opening,
    Phase::Connecting,
    Phase::Sending,
    Phase::Waiting,
    Phase::Recording,
    Phase::Reporting,
];

#[test]
fn no_two_edges_compete() {
    for (place, edge) in EDGES.iter().enumerate() {
        let again = EDGES[place + 1..].iter().any(|other| (other.from, other.on) == (edge.from, edge.on));
        assert!(!again, "{edge:?}");
    }
}

/// I9: only rest has no deadline; the end is told at once.
#[test]
fn every_phase_that_waits_has_a_deadline() {
    for phase in PHASES {
        let has = EDGES.iter().any(|edge| edge.from == phase && edge.on == Signal::Deadline);
        assert_eq!(has, !matches!(phase, Phase::Idle | Phase::Reporting), "{phase:?}");
    }
}

/// I1: once the frame may have left, no path leads to another frame of the same request.
#[test]
fn nothing_leads_back_to_sending() {
    let mut reached = vec![Phase::Sending];
    for _ in PHASES {
        for edge in EDGES {
            let another_request = matches!(edge.on, Signal::StartMoney | Signal::StartService | Signal::OtherWords);
            if reached.contains(&edge.from) && !another_request && edge.from != edge.to {
                assert_ne!(edge.to, Phase::Sending, "{edge:?}");
                if !reached.contains(&edge.to) {
                    reached.push(edge.to);
                }
            }
        }
    }
}

/// I4: `NotSent` is said only while the terminal cannot have the whole frame, `Unknown` from then on.
#[test]
fn not_sent_and_unknown_are_kept_apart() {
    for edge in EDGES {
        let before = matches!(edge.from, Phase::Storing | Phase::Opening | Phase::Connecting);
        let proved = edge.from == Phase::Sending && matches!(edge.on, Signal::SentShort | Signal::NotEncodable);
        match edge.effect {
            Effect::NotSent(_) => assert!(before || proved, "{edge:?}"),
            Effect::Unknown(_) => {
                assert!(matches!(edge.from, Phase::Sending | Phase::Waiting) && !proved, "{edge:?}");
            }
            _ => {}
        }
    }
}

/// I2: the way of money to the listener, and so to the terminal, leads over the store.
#[test]
fn money_is_stored_first() {
    let first: Vec<_> = EDGES.iter().filter(|edge| edge.on == Signal::StartMoney).collect();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].to, Phase::Storing);
    for edge in EDGES.iter().filter(|edge| edge.from == Phase::Storing && edge.to != Phase::Recording) {
        assert_eq!(edge.on, Signal::Stored, "{edge:?}");
    }
}

/// I8: an abort is a signal only before the frame leaves.
#[test]
fn an_abort_decides_nothing_once_the_frame_is_leaving() {
    for edge in EDGES.iter().filter(|edge| edge.on == Signal::Withdrawn) {
        assert!(matches!(edge.from, Phase::Storing | Phase::Opening | Phase::Connecting), "{edge:?}");
    }
}
