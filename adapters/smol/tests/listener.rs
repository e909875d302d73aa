//! One port for several tills: who is let in, and whose it is.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::Write;
use std::net::Ipv4Addr;
use std::time::Duration;

use common::{connect_from, frame, is_turned_away, listener, next_sheet, nowhere, prompt, read_frame, settings, till};
use opi_core::opi::Profile;
use opi_smol::{Config, MemoryStore, OpenError, Till};
use smol::future::FutureExt;

const TERMINAL: Ipv4Addr = Ipv4Addr::LOCALHOST;
const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Says one thing to the till on a thread of its own, and gives back what it answers.
fn ask(from: Ipv4Addr, to: std::net::SocketAddr, pieces: Vec<Vec<u8>>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut stream = connect_from(from, to);
        for piece in pieces {
            stream.write_all(&piece).unwrap();
            std::thread::sleep(Duration::from_micros(50));
        }
        read_frame(&mut stream).unwrap()
    })
}

async fn serve(till: &mut Till, asked: std::thread::JoinHandle<String>) -> String {
    let answer = smol::unblock(move || asked.join().unwrap());
    let serving = async {
        loop {
            till.next().await;
        }
    };
    answer.or(serving).await
}

#[test]
fn only_the_terminal_s_own_address_is_let_in() {
    smol::block_on(async {
        let listener = listener().await;
        let to = listener.local_addr();
        // Before there is a till, nobody is.
        assert!(smol::unblock(move || is_turned_away(&mut connect_from(TERMINAL, to))).await);
        let mut till = till("lane-1", &Profile::NEXI, nowhere(), &listener, MemoryStore::new()).await.unwrap();
        assert!(smol::unblock(move || is_turned_away(&mut connect_from(STRANGER, to))).await);
        let asked = ask(TERMINAL, to, vec![frame(&prompt("lane-1", "1.1", "Karte"))]);
        assert_eq!(next_sheet(&mut till).await, "Karte");
        assert!(serve(&mut till, asked).await.contains("Success"));
    });
}

#[test]
fn tills_on_one_port_get_what_is_theirs_even_byte_by_byte() {
    smol::block_on(async {
        let listener = listener().await;
        let (to, profile) = (listener.local_addr(), &Profile::NEXI);
        let mut one = till("lane-1", profile, nowhere(), &listener, MemoryStore::new()).await.unwrap();
        let mut two = till("lane-2", profile, nowhere(), &listener, MemoryStore::new()).await.unwrap();
        for split in [false, true] {
            let pieces = |lane: &str, text: &str| -> Vec<Vec<u8>> {
                let whole = frame(&prompt(lane, &format!("{text}.1"), text));
                if split { whole.iter().map(|byte| vec![*byte]).collect() } else { vec![whole] }
            };
            let for_two = ask(TERMINAL, to, pieces("lane-2", "22"));
            let for_one = ask(TERMINAL, to, pieces("lane-1", "11"));
            assert_eq!(next_sheet(&mut one).await, "11");
            assert_eq!(next_sheet(&mut two).await, "22");
            for (till, asked, id) in [(&mut one, for_one, "11.1"), (&mut two, for_two, "22.1")] {
                let answer = serve(till, asked).await;
                assert!(
                    answer.contains("DeviceResponse") && answer.contains(id) && answer.contains("Success"),
                    "{answer}"
                );
            }
        }
        // Of two lanes, no name says neither.
        let unnamed = prompt("", "9.9", "wessen?");
        for payload in [unnamed.as_str(), &prompt("lane-3", "9.9", "wessen?"), "<html/>"] {
            let whole = frame(payload);
            let turned_away = smol::unblock(move || {
                let mut stream = connect_from(TERMINAL, to);
                stream.write_all(&whole).unwrap();
                is_turned_away(&mut stream)
            });
            assert!(turned_away.await, "{payload}");
        }
        // The only one left gets it.
        drop(one);
        let asked = ask(TERMINAL, to, vec![frame(&unnamed)]);
        let answer = serve(&mut two, asked).await;
        assert!(answer.contains("9.9"), "{answer}");
    });
}

#[test]
fn a_lane_is_served_once_and_free_again_when_its_till_is_gone() {
    smol::block_on(async {
        let (listener, profile) = (listener().await, &Profile::NEXI);
        let open = || till("lane-1", profile, nowhere(), &listener, MemoryStore::new());
        let first = open().await.unwrap();
        assert!(matches!(open().await, Err(OpenError::LaneTaken)));
        drop(first);
        assert!(open().await.is_ok());
    });
}

/// Connections that say nothing do not keep out the one that has something to say, for the ten minutes after which they
/// are given up: the longest silent one makes room.
#[test]
fn silent_connections_make_room() {
    smol::block_on(async {
        let (listener, mut settings) = (listener().await, settings("lane-1", &Profile::NEXI));
        settings.timeouts.grace = Duration::from_millis(300);
        let terminal = nowhere();
        let terminal = opi_smol::Terminal::Opi { address: terminal, listener: listener.clone(), settings };
        let config = Config { terminal, store: Box::new(MemoryStore::new()) };
        let mut till = Till::new(config).await.unwrap();
        let to = listener.local_addr();
        let silent: Vec<_> = (0..6).map(|_| connect_from(Ipv4Addr::LOCALHOST, to)).collect();
        let speaker = std::thread::spawn(move || {
            // So that all of the silent ones were taken before.
            std::thread::sleep(Duration::from_millis(100));
            let mut stream = connect_from(Ipv4Addr::LOCALHOST, to);
            let ask = "<DeviceRequest WorkstationID=\"lane-1\" RequestID=\"7\" RequestType=\"Output\">\
                       <Output OutDeviceTarget=\"CashierDisplay\"/></DeviceRequest>";
            stream.write_all(&frame(ask)).unwrap();
            read_frame(&mut stream)
        });
        let answered = async {
            while !speaker.is_finished() {
                smol::Timer::after(Duration::from_millis(10)).await;
            }
        };
        let serving = async {
            loop {
                till.next().await;
            }
        };
        smol::future::or(answered, serving).await;
        let reply = speaker.join().unwrap().unwrap();
        assert!(reply.contains("OutResult=\"Success\""), "{reply}");
        drop(silent);
    });
}

#[test]
fn the_port_is_closed_with_its_last_till() {
    smol::block_on(async {
        let listener = listener().await;
        let to = listener.local_addr();
        let till = till("lane-1", &Profile::NEXI, nowhere(), &listener, MemoryStore::new()).await.unwrap();
        drop(listener);
        assert!(std::net::TcpStream::connect(to).is_ok(), "the till keeps it open");
        drop(till);
        for _ in 0..500 {
            if std::net::TcpStream::connect(to).is_err() {
                return;
            }
            smol::Timer::after(Duration::from_millis(10)).await;
        }
        panic!("still open");
    });
}
