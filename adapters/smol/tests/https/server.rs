//! What a server answers to clients of any kind, byte by byte.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use opi_smol::https::{Limits, Reason, Security, Server, StatusCode};
use smol::Timer;
use smol::future::FutureExt;

use crate::pki::Shop;
use crate::raw::{connect, echo, field, message, plain, plain_client, rest, status, write};

/// Sends all of it at once, and gives back all that comes until the server closes.
async fn ask(server: &Server, text: impl Into<String>) -> String {
    let (to, text) = (server.local_addr(), text.into());
    smol::unblock(move || {
        let mut stream = connect(to);
        stream.write_all(text.as_bytes()).unwrap();
        rest(&mut stream)
    })
    .await
}

fn post(target: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {target} HTTP/1.1\r\nHost: terminal\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
}

#[test]
fn only_a_post_to_the_path_is_an_exchange() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        for target in ["/nexo", "/nexo/", "/nexo?a=b", "/nexo/?:8443/nexo/", "http://terminal:8443/nexo"] {
            let asking = ask(&server, post(target, "{}"));
            let answering = async {
                let exchange = server.next().await.unwrap();
                assert_eq!(exchange.body, b"{}", "{target}");
                exchange.reply(StatusCode::OK, b"[1]".to_vec()).unwrap();
                std::future::pending().await
            };
            let answer = asking.or(answering).await;
            assert_eq!(status(&answer), 200, "{target}");
            assert_eq!(field(&answer, "content-type"), Some("application/json"));
            assert!(answer.ends_with("\r\n\r\n[1]"), "{answer}");
        }
        for (target, reason) in
            [("/", "/"), ("/nexo/x", "/nexo/x"), ("/NEXO", "/NEXO"), ("/sync", "/sync"), ("/?/nexo", "/")]
        {
            assert_eq!(status(&ask(&server, post(target, "{}")).await), 404, "{target}");
            assert_eq!(server.turned_away().await.unwrap().reason, Reason::Path(reason.to_owned()));
        }
        for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"] {
            let answer = ask(&server, post("/nexo", "{}").replacen("POST", method, 1)).await;
            assert_eq!((status(&answer), field(&answer, "allow")), (405, Some("POST")), "{method}");
            assert_eq!(server.turned_away().await.unwrap().reason, Reason::Method(method.to_owned()));
        }
        for nonsense in ["nonsense\r\n\r\n", "POST /nexo HTTP/1.1\r\nContent-Length: x\r\n\r\n", "\x16\x03\x01\x02"] {
            assert!(!ask(&server, nonsense).await.contains(" 200 "));
            assert!(matches!(server.turned_away().await.unwrap().reason, Reason::Http(_)));
        }
        // None of those was taken for a request.
        assert!(smol::future::poll_once(server.next()).await.is_none());
    });
}

#[test]
fn a_body_may_come_in_any_pieces() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        let to = server.local_addr();
        let body: Vec<u8> = (0..=255).collect();
        // Chunks of 1, 2, 3, ... bytes, with an extension and a trailer, one byte per packet; no content type, or any.
        let mut text =
            b"POST /nexo/ HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
                .to_vec();
        let (mut left, mut size) = (&body[..], 1);
        while !left.is_empty() {
            let (chunk, after) = left.split_at(size.min(left.len()));
            text.extend_from_slice(format!("{:X};n=v\r\n", chunk.len()).as_bytes());
            text.extend_from_slice(chunk);
            text.extend_from_slice(b"\r\n");
            (left, size) = (after, size + 1);
        }
        text.extend_from_slice(b"0\r\nTrailer: x\r\n\r\n");
        let echoing = echo(server);
        smol::unblock(move || {
            let mut stream = connect(to);
            for byte in text {
                stream.write_all(&[byte]).unwrap();
            }
            let (head, answer) = message(&mut stream);
            assert_eq!((status(&head), answer), (200, body));
        })
        .await;
        drop(echoing);
    });
}

#[test]
fn an_empty_answer_is_an_answer() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        let asking = ask(&server, post("/nexo", ""));
        let answering = async {
            let exchange = server.next().await.unwrap();
            assert_eq!(exchange.body, b"");
            exchange.reply(StatusCode::OK, Vec::new()).unwrap();
            std::future::pending().await
        };
        let answer = asking.or(answering).await;
        assert_eq!((status(&answer), field(&answer, "content-length")), (200, Some("0")));
        assert_eq!(field(&answer, "content-type"), None);
        assert!(answer.ends_with("\r\n\r\n"));
    });
}

#[test]
fn a_connection_serves_one_request_after_the_other() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        let to = server.local_addr();
        let echoing = echo(server);
        smol::unblock(move || {
            let mut stream = connect(to);
            for round in 0..20 {
                let body = format!("{{\"round\":{round}}}");
                write(&mut stream, post("/nexo", &body).replace("Connection: close\r\n", ""));
                assert_eq!(message(&mut stream).1, body.as_bytes());
            }
            // Sent ahead, they are answered in their order.
            write(&mut stream, post("/nexo", "one").replace("Connection: close\r\n", "") + &post("/nexo", "two"));
            assert_eq!((message(&mut stream).1, message(&mut stream).1), (b"one".to_vec(), b"two".to_vec()));
            assert_eq!(rest(&mut stream), "");
            // HTTP/1.0 has one request per connection.
            let mut stream = connect(to);
            write(&mut stream, "POST /nexo HTTP/1.0\r\nContent-Length: 3\r\n\r\nold");
            assert!(rest(&mut stream).ends_with("\r\n\r\nold"));
        })
        .await;
        drop(echoing);
    });
}

#[test]
fn a_client_that_asks_first_is_told_to_go_on() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        let to = server.local_addr();
        let echoing = echo(server);
        smol::unblock(move || {
            let mut stream = connect(to);
            write(
                &mut stream,
                post("/nexo", "").replace("Content-Length: 0", "Content-Length: 2\r\nExpect: 100-continue"),
            );
            assert_eq!(status(&message(&mut stream).0), 100);
            write(&mut stream, "{}");
            assert_eq!(message(&mut stream).1, b"{}");
        })
        .await;
        drop(echoing);
    });
}

#[test]
fn while_one_waits_for_its_answer_others_are_served() {
    smol::block_on(async {
        let Shop { server, client, .. } = &Shop::new().await;
        let payment = async {
            let mut request = client.connect().await.unwrap().send(b"payment".to_vec());
            request.answer().await.unwrap()
        };
        let till = async {
            // Only once the payment is there.
            Timer::after(Duration::from_millis(50)).await;
            for round in 0..10 {
                let body = format!("status {round}").into_bytes();
                let mut request = client.connect().await.unwrap().send(body.clone());
                assert_eq!(request.answer().await.unwrap().body, body);
            }
            let mut request = client.connect().await.unwrap().send(b"abort".to_vec());
            let aborted = request.answer().await.unwrap();
            assert_eq!((aborted.status, aborted.body.len()), (StatusCode::OK, 0));
        };
        let terminal = async {
            let payment = server.next().await.unwrap();
            assert_eq!(payment.body, b"payment");
            let mut numbers = vec![payment.id];
            loop {
                let mut exchange = server.next().await.unwrap();
                numbers.push(exchange.id);
                let body = std::mem::take(&mut exchange.body);
                if body == b"abort" {
                    exchange.reply(StatusCode::OK, Vec::new()).unwrap();
                    payment.reply(StatusCode::OK, b"aborted".to_vec()).unwrap();
                    numbers.sort_unstable();
                    numbers.dedup();
                    assert_eq!(numbers.len(), 12, "each exchange has a number of its own");
                    return std::future::pending().await;
                }
                exchange.reply(StatusCode::OK, body).unwrap();
            }
        };
        let both = smol::future::zip(payment, till);
        assert_eq!(both.or(terminal).await.0.body, b"aborted");
    });
}

#[test]
fn a_client_that_goes_away_is_noticed_and_its_request_stays() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        let to = server.local_addr();
        let mut stream = connect(to);
        write(&mut stream, post("/nexo", "payment"));
        let exchange = server.next().await.unwrap();
        assert!(smol::future::poll_once(exchange.abandoned()).await.is_none());
        assert!(!exchange.is_abandoned());
        drop(stream);
        exchange.abandoned().await;
        assert!(exchange.is_abandoned());
        assert!(format!("{exchange:?}").contains("7 bytes"), "only the length is shown");
        assert!(exchange.reply(StatusCode::OK, Vec::new()).is_err());
        // Gone before anybody took the request, which is handed out all the same.
        let mut stream = connect(to);
        write(&mut stream, post("/nexo", "payment"));
        Timer::after(Duration::from_secs(1)).await;
        drop(stream);
        Timer::after(Duration::from_millis(50)).await;
        let exchange = server.next().await.unwrap();
        assert_eq!(exchange.body, b"payment");
        exchange.abandoned().await;
        // A client of ours that gives up closes its connection.
        let client = plain_client(to);
        let mut request = client.connect().await.unwrap().send(b"payment".to_vec());
        let waiting = async { request.answer().await.map(|_| None) };
        let serving = async { Ok(server.next().await) };
        let exchange = waiting.or(serving).await.unwrap().unwrap();
        assert!(request.may_have_left());
        drop(request);
        exchange.abandoned().await;
    });
}

#[test]
fn a_server_that_is_dropped_closes_its_port_and_connections() {
    smol::block_on(async {
        // An address of its own, where no other test takes the port over.
        let server = Server::bind("127.0.0.9:0".parse().unwrap(), &Security::Plain).await.unwrap();
        let to = server.local_addr();
        let mut stream = connect(to);
        write(&mut stream, post("/nexo", "payment"));
        let exchange = server.next().await.unwrap();
        drop(server);
        let begun = Instant::now();
        assert_eq!(stream.read(&mut [0; 16]).unwrap_or(0), 0, "no answer");
        assert!(begun.elapsed() < Duration::from_secs(5));
        exchange.abandoned().await;
        while std::net::TcpStream::connect(to).is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(10), "the port is closed");
            Timer::after(Duration::from_millis(10)).await;
        }
    });
}
