//! What clients cannot do to a server.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use opi_smol::https::{Limits, Reason, Server, StatusCode, limits};
use smol::Timer;

use crate::pki::{Files, NAME, for_servers, root};
use crate::raw::{QUICK, connect, echo, field, message, plain, rest, status, write};

const HEAD: &str = "POST /nexo HTTP/1.1\r\nHost: terminal\r\n";

/// Sends pieces with pauses until the server closes, and gives back what it said and how long it took.
fn trickle(to: SocketAddr, begin: &str, piece: &'static str) -> (String, Duration) {
    let (mut stream, begun) = (connect(to), Instant::now());
    write(&mut stream, begin);
    let mut writing = stream.try_clone().unwrap();
    std::thread::spawn(move || {
        while writing.write_all(piece.as_bytes()).is_ok() && begun.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    (rest(&mut stream), begun.elapsed())
}

#[test]
fn slow_clients_are_cut_off() {
    smol::block_on(async {
        let server = plain(QUICK).await;
        let to = server.local_addr();
        let quickly = |took: Duration| assert!(took < Duration::from_secs(5), "{took:?}");
        // Silent from the beginning, in the middle of the head, and with a head that never ends.
        for (begin, piece) in [("", ""), (HEAD, ""), (HEAD, "x: y\r\n"), ("POST /nexo HTTP/1.1\r\nHost: ", "t")] {
            let (_, took) = smol::unblock(move || trickle(to, begin, piece)).await;
            quickly(took);
            assert!(matches!(server.turned_away().await.unwrap().reason, Reason::Http(_)), "{begin} {piece}");
        }
        // In the middle of the body.
        for (begin, piece) in [
            ("Content-Length: 1000\r\n\r\n", ""),
            ("Content-Length: 1000\r\n\r\n", "x"),
            ("Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        ] {
            let (said, took) = smol::unblock(move || trickle(to, &format!("{HEAD}{begin}"), piece)).await;
            quickly(took);
            assert_eq!((status(&said), field(&said, "connection")), (408, Some("close")), "{begin} {piece}");
            assert_eq!(server.turned_away().await.unwrap().reason, Reason::Slow);
        }
        // Idle after an answer.
        let echoing = echo(server);
        let took = smol::unblock(move || {
            let mut stream = connect(to);
            write(&mut stream, format!("{HEAD}Content-Length: 2\r\n\r\n{{}}"));
            assert_eq!(message(&mut stream).1, b"{}");
            let begun = Instant::now();
            assert_eq!(rest(&mut stream), "");
            begun.elapsed()
        })
        .await;
        quickly(took);
        drop(echoing);
    });
}

#[test]
fn a_slow_handshake_is_cut_off() {
    smol::block_on(async {
        let (files, root, key) = (Files::new(), root(), rcgen::KeyPair::generate().unwrap());
        let leaf = for_servers(NAME).signed_by(&key, &root).unwrap().pem();
        let security = files.security(&[&leaf], &key);
        let server = Server::with_limits("127.0.0.1:0".parse().unwrap(), &security, QUICK).await.unwrap();
        let to = server.local_addr();
        // Nothing, and the beginning of a record that never ends.
        for begin in ["", "\x16\x03\x01\x02\x00\x01"] {
            let (said, took) = smol::unblock(move || trickle(to, begin, "")).await;
            assert!(said.is_empty() && took < Duration::from_secs(5), "{took:?}");
            assert!(matches!(server.turned_away().await.unwrap().reason, Reason::Handshake(_)));
        }
    });
}

#[test]
fn too_long_a_body_is_refused_and_the_client_can_read_so() {
    smol::block_on(async {
        const LIMIT: usize = 5000;
        let server = plain(Limits { request_body: LIMIT, ..Limits::USUAL }).await;
        let to = server.local_addr();
        let chunks = |bytes: usize| format!("{bytes:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(bytes));
        for (body, fits) in [
            (format!("Content-Length: {LIMIT}\r\n\r\n{}", "x".repeat(LIMIT)), true),
            (format!("Transfer-Encoding: chunked\r\n\r\n{}", chunks(LIMIT)), true),
            (format!("Content-Length: {}\r\n\r\n{}", LIMIT + 1, "x".repeat(LIMIT + 1)), false),
            (format!("Content-Length: {}\r\n\r\n", u64::MAX / 2), false),
            (format!("Content-Length: {}\r\nExpect: 100-continue\r\n\r\n", LIMIT + 1), false),
            (format!("Transfer-Encoding: chunked\r\n\r\n{}", chunks(LIMIT + 1)), false),
            // Far more than the machine buffers: the client is still writing when it is refused.
            (format!("Content-Length: 33554432\r\n\r\n{}", "x".repeat(32 << 20)), false),
            (format!("Transfer-Encoding: chunked\r\n\r\n{}", chunks(32 << 20)), false),
        ] {
            let asked = smol::unblock(move || {
                let mut stream = connect(to);
                let mut writing = stream.try_clone().unwrap();
                let text = format!("{HEAD}Connection: close\r\n{body}");
                let writer = std::thread::spawn(move || write(&mut writing, text));
                let said = rest(&mut stream);
                drop(stream);
                writer.join().unwrap();
                said
            });
            if fits {
                let exchange = server.next().await.unwrap();
                assert_eq!(exchange.body.len(), LIMIT);
                exchange.reply(StatusCode::OK, Vec::new()).unwrap();
                assert_eq!(status(&asked.await), 200);
            } else {
                let said = asked.await;
                assert_eq!((status(&said), said.matches("HTTP/1.1").count()), (413, 1), "{said}");
                assert_eq!(server.turned_away().await.unwrap().reason, Reason::Body { limit: LIMIT });
            }
        }
        assert!(smol::future::poll_once(server.next()).await.is_none());
    });
}

#[test]
fn a_head_has_its_limits() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        let to = server.local_addr();
        let fields = |count: usize| (0..count).map(|number| format!("x-{number}: y\r\n")).collect::<String>();
        for (head, fits) in [
            (format!("x: {}\r\n", "y".repeat(8 * 1024)), true),
            (format!("x: {}\r\n", "y".repeat(limits::HEAD)), false),
            (format!("x: {}\r\n", "y".repeat(1 << 20)), false),
            (fields(limits::FIELDS - 3), true),
            (fields(limits::FIELDS), false),
        ] {
            let asked = smol::unblock(move || {
                let mut stream = connect(to);
                write(&mut stream, format!("{HEAD}{head}Connection: close\r\nContent-Length: 0\r\n\r\n"));
                rest(&mut stream)
            });
            if fits {
                server.next().await.unwrap().reply(StatusCode::OK, Vec::new()).unwrap();
                assert_eq!(status(&asked.await), 200);
            } else {
                assert_eq!(status(&asked.await), 431);
                assert!(matches!(server.turned_away().await.unwrap().reason, Reason::Http(_)));
            }
        }
    });
}

#[test]
fn connections_beyond_the_limit_are_closed_until_there_is_room() {
    smol::block_on(async {
        let server = plain(Limits { connections: 3, ..Limits::USUAL }).await;
        let to = server.local_addr();
        let request = format!("{HEAD}Content-Length: 2\r\n\r\n{{}}");
        let mut waiting = Vec::new();
        for _ in 0..3 {
            let mut stream = connect(to);
            write(&mut stream, &request);
            waiting.push((stream, server.next().await.unwrap()));
        }
        let told = smol::unblock(move || {
            let mut one_more = connect(to);
            (one_more.local_addr().unwrap(), rest(&mut one_more))
        })
        .await;
        assert_eq!(told.1, "");
        let turned_away = server.turned_away().await.unwrap();
        assert_eq!((turned_away.peer, turned_away.reason), (told.0, Reason::Connections));
        // One that waits in vain gives its place back.
        let (stream, exchange) = waiting.pop().unwrap();
        drop(stream);
        exchange.abandoned().await;
        let begun = Instant::now();
        loop {
            let mut stream = connect(to);
            write(&mut stream, &request);
            let next = async { server.next().await };
            let later = async {
                Timer::after(Duration::from_millis(100)).await;
                None
            };
            if smol::future::or(next, later).await.is_some() {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "a place is free again");
        }
    });
}

#[test]
fn a_request_nobody_answers_has_an_end() {
    smol::block_on(async {
        let server = plain(Limits { answer_time: Duration::from_secs(1), ..QUICK }).await;
        let to = server.local_addr();
        let ask = || {
            smol::unblock(move || {
                let mut stream = connect(to);
                write(&mut stream, format!("{HEAD}Content-Length: 2\r\n\r\n{{}}"));
                rest(&mut stream)
            })
        };
        // Dropped by the program.
        let asked = ask();
        drop(server.next().await.unwrap());
        assert_eq!(status(&asked.await), 500);
        assert_eq!(server.turned_away().await.unwrap().reason, Reason::Dropped);
        // Kept too long.
        let asked = ask();
        let kept = server.next().await.unwrap();
        assert_eq!(status(&asked.await), 504);
        assert_eq!(server.turned_away().await.unwrap().reason, Reason::NoAnswer);
        assert!(kept.reply(StatusCode::OK, Vec::new()).is_err());
    });
}

#[test]
fn requests_nobody_takes_are_refused_and_not_piled_up() {
    smol::block_on(async {
        let server = plain(Limits { connections: 1000, ..Limits::USUAL }).await;
        let to = server.local_addr();
        let request = format!("{HEAD}Content-Length: 2\r\n\r\n{{}}");
        let clients: Vec<_> = (0..=limits::EXCHANGES)
            .map(|_| {
                let mut stream = connect(to);
                write(&mut stream, &request);
                stream
            })
            .collect();
        assert_eq!(server.turned_away().await.unwrap().reason, Reason::Exchanges);
        for _ in 0..limits::EXCHANGES {
            server.next().await.unwrap().reply(StatusCode::OK, b"{}".to_vec()).unwrap();
        }
        let mut statuses = Vec::new();
        for mut client in clients {
            statuses.push(status(&smol::unblock(move || message(&mut client).0).await));
        }
        statuses.sort_unstable();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), limits::EXCHANGES);
        assert_eq!(statuses.last(), Some(&503));
    });
}

#[test]
fn a_client_that_does_not_read_its_answer_is_cut_off() {
    smol::block_on(async {
        let server = plain(Limits { connections: 1, ..QUICK }).await;
        let to = server.local_addr();
        let mut deaf = connect(to);
        write(&mut deaf, format!("{HEAD}Content-Length: 2\r\n\r\n{{}}"));
        // More than two kernels buffer.
        server.next().await.unwrap().reply(StatusCode::OK, vec![b'x'; 64 << 20]).unwrap();
        let begun = Instant::now();
        let mut stream = loop {
            let mut stream = connect(to);
            write(&mut stream, format!("{HEAD}Content-Length: 2\r\n\r\n{{}}"));
            let next = async { server.next().await };
            let later = async {
                Timer::after(Duration::from_millis(200)).await;
                None
            };
            if let Some(exchange) = smol::future::or(next, later).await {
                exchange.reply(StatusCode::OK, b"[]".to_vec()).unwrap();
                break stream;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "its place is free again");
        };
        assert_eq!(smol::unblock(move || message(&mut stream).1).await, b"[]");
        drop(deaf);
    });
}
