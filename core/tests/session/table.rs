//! The table of states says what it promises.

use opi_core::session::table::{EDGES, Effect, Phase, Signal};

const PHASES: [Phase; 14] = [
    Phase::Idle,
    Phase::Storing,
    Phase::Opening,
    Phase::Connecting,
    Phase::Sending,
    Phase::Waiting,
    Phase::Weighing,
    Phase::Pausing,
    Phase::Reopening,
    Phase::Reaching,
    Phase::Asking,
    Phase::Hearing,
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

/// I9: only rest has no deadline; what is weighed and what is told takes no time.
#[test]
fn every_phase_that_waits_has_a_deadline() {
    for phase in PHASES {
        let has = EDGES.iter().any(|edge| edge.from == phase && edge.on == Signal::Deadline);
        assert_eq!(has, !matches!(phase, Phase::Idle | Phase::Weighing | Phase::Reporting), "{phase:?}");
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

/// I1: the request's own frame is sent on one edge, and what is asked about it is another effect.
#[test]
fn one_edge_transmits() {
    let sends: Vec<_> = EDGES.iter().filter(|edge| edge.effect == Effect::Transmit).collect();
    assert_eq!(sends.len(), 1);
    assert_eq!((sends[0].from, sends[0].to), (Phase::Connecting, Phase::Sending));
}

/// I11: every way leads to rest.
#[test]
fn every_phase_leads_to_idle() {
    let mut home = vec![Phase::Idle];
    for _ in PHASES {
        for edge in EDGES {
            if home.contains(&edge.to) && !home.contains(&edge.from) {
                home.push(edge.from);
            }
        }
    }
    assert_eq!(home.len(), PHASES.len());
}

/// I4: `NotSent` is said only while the terminal cannot have the whole frame, doubt begins from then on.
#[test]
fn not_sent_and_unknown_are_kept_apart() {
    for edge in EDGES {
        let before = matches!(edge.from, Phase::Storing | Phase::Opening | Phase::Connecting);
        let proved = edge.from == Phase::Sending && matches!(edge.on, Signal::SentShort | Signal::NotEncodable);
        match edge.effect {
            Effect::NotSent(_) => assert!(before || proved, "{edge:?}"),
            Effect::Doubt(_) => {
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

/// I8: an abort is a signal only before the frame leaves; later it only ends the pauses between questions.
#[test]
fn an_abort_decides_nothing_once_the_frame_is_leaving() {
    for edge in EDGES.iter().filter(|edge| edge.on == Signal::Withdrawn) {
        let before = matches!(edge.from, Phase::Storing | Phase::Opening | Phase::Connecting);
        assert!(before || (edge.from == Phase::Pausing && edge.effect == Effect::GiveUp), "{edge:?}");
    }
}
