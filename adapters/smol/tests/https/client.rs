//! What a client sends, what it makes of what comes back, and how it is stopped.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use opi_smol::https::{AnswerError, ConnectError, Limits, NotSent, StatusCode, limits};
use smol::Timer;
use smol::future::FutureExt;

use crate::pki::Shop;
use crate::raw::{echo, field, message, plain, plain_client, rest, terminal, write};

/// Sends `{}` to a terminal that answers with these bytes and closes.
fn answered(bytes: impl Into<Vec<u8>>) -> Result<(StatusCode, Vec<u8>), AnswerError> {
    let bytes = bytes.into();
    let (address, serving) = terminal(move |mut stream| {
        assert_eq!(message(&mut stream).1, b"{}");
        write(&mut stream, bytes);
        let _ = stream.shutdown(Shutdown::Write);
        rest(&mut stream);
    });
    let result = smol::block_on(async {
        let mut request = plain_client(address).connect().await.unwrap().send(b"{}".to_vec());
        request.sent().await.unwrap();
        let answer = request.answer().await;
        // Whatever came: the request has left, and its answer is given once.
        assert!(request.may_have_left());
        assert_eq!(request.answer().await, Err(AnswerError::Taken));
        assert!(request.sent().await.is_ok());
        answer
    });
    serving.join().unwrap();
    result.map(|answer| (answer.status, answer.body))
}

#[test]
fn a_request_is_one_post_with_a_length() {
    let (address, serving) = terminal(|mut stream| {
        let asked = message(&mut stream);
        write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
        // The connection is not used again.
        assert_eq!(rest(&mut stream), "");
        asked
    });
    let answer = smol::block_on(async {
        let client = plain_client(address);
        let mut request = client.connect().await.unwrap().send(b"{\"a\":\"\xc3\xa4\"}".to_vec());
        request.answer().await.unwrap()
    });
    assert_eq!((answer.status, answer.body.as_slice()), (StatusCode::OK, b"[]".as_slice()));
    assert!(!format!("{answer:?}").contains("91"), "only the length is shown: {answer:?}");
    let (head, body) = serving.join().unwrap();
    assert!(head.starts_with("POST /nexo/ HTTP/1.1\r\n"), "{head}");
    assert_eq!(field(&head, "host"), Some(address.to_string().as_str()));
    assert_eq!(field(&head, "content-type"), Some("application/json"));
    assert_eq!(field(&head, "connection"), Some("close"));
    assert_eq!(field(&head, "transfer-encoding"), None);
    assert_eq!(body, b"{\"a\":\"\xc3\xa4\"}");
}

#[test]
fn bodies_of_any_size_go_both_ways() {
    smol::block_on(async {
        let Shop { server, client, _files } = Shop::new().await;
        let echoing = echo(server);
        let sizes = [0, 1, 2, 100, 1000, 4096, 16_383, 16_384, 16_385, 40_000, limits::REQUEST_BODY];
        for size in sizes {
            let body: Vec<u8> = (0..size).map(|place| (place * 7 + place / 251) as u8).collect();
            let mut request = client.connect().await.unwrap().send(body.clone());
            request.sent().await.unwrap();
            let answer = request.answer().await.unwrap();
            assert!(answer.status == StatusCode::OK && answer.body == body, "{size} bytes");
        }
        drop(echoing);
    });
}

#[test]
fn answers_come_in_any_form() {
    let ok = |body: &str| Ok((StatusCode::OK, body.as_bytes().to_vec()));
    assert_eq!(answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), ok("hello"));
    assert_eq!(answered("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), ok(""));
    assert_eq!(
        answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x\r\nllo\r\n0\r\n\r\n"),
        ok("hello")
    );
    // Without a length, up to the end of the connection.
    assert_eq!(answered("HTTP/1.0 200\r\n\r\nhello"), ok("hello"));
    assert_eq!(answered("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"), ok("1"));
    let status = |status| answered(format!("HTTP/1.1 {status} x\r\nContent-Length: 1\r\n\r\n1")).unwrap().0.as_u16();
    for number in [202, 301, 400, 401, 404, 413, 500, 503, 599] {
        assert_eq!(status(number), number);
    }
    assert_eq!(answered("HTTP/1.1 204 No Content\r\n\r\n"), Ok((StatusCode::NO_CONTENT, Vec::new())));
}

#[test]
fn half_an_answer_is_none() {
    for cut in [
        "",
        "HTTP/1.1",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ] {
        let error = answered(cut).unwrap_err();
        assert!(matches!(error, AnswerError::Lost(_)), "{cut}: {error}");
    }
    for nonsense in ["nonsense\r\n\r\n", "\x15\x03\x03\x00\x02\x02\x28", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
    {
        let error = answered(nonsense).unwrap_err();
        assert!(matches!(error, AnswerError::Unreadable(_)), "{nonsense}: {error}");
    }
}

#[test]
fn an_answer_has_its_limit() {
    let (fits, limit) = (limits::ANSWER_BODY, AnswerError::TooLong(limits::ANSWER_BODY));
    let counted = |size: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n{}", "x".repeat(size));
    let chunked = |size: usize| {
        let chunk = "x".repeat(size);
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n{chunk}\r\n0\r\n\r\n")
    };
    let endless = |size: usize| format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(size));
    for form in [&counted as &dyn Fn(usize) -> String, &chunked, &endless] {
        assert_eq!(answered(form(fits)).unwrap().1.len(), fits);
        assert_eq!(answered(form(fits + 1)), Err(limit.clone()));
    }
    let head = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(limits::HEAD));
    assert!(matches!(answered(head), Err(AnswerError::Unreadable(_))));
    let fields: String = (0..=limits::FIELDS).map(|number| format!("x-{number}: y\r\n")).collect();
    assert!(matches!(answered(format!("HTTP/1.1 200 OK\r\n{fields}\r\n")), Err(AnswerError::Unreadable(_))));
}

#[test]
fn the_caller_s_deadline_ends_a_wait_and_closes_the_connection() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        let mut request = plain_client(server.local_addr()).connect().await.unwrap().send(b"payment".to_vec());
        let begun = Instant::now();
        let soon = || async {
            Timer::after(Duration::from_millis(100)).await;
        };
        request.sent().await.unwrap();
        // A wait that lost its race loses nothing.
        for _ in 0..3 {
            let answer = async { drop(request.answer().await.map(|answer| panic!("{answer:?}"))) };
            answer.or(soon()).await;
        }
        let exchange = server.next().await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(10) && !exchange.is_abandoned());
        exchange.reply(StatusCode::OK, b"late".to_vec()).unwrap();
        assert_eq!(request.answer().await.unwrap().body, b"late");

        let mut request = plain_client(server.local_addr()).connect().await.unwrap().send(b"payment".to_vec());
        request.sent().await.unwrap();
        let exchange = server.next().await.unwrap();
        drop(request);
        exchange.abandoned().await;
    });
}

#[test]
fn a_terminal_that_never_finishes_tls_can_be_given_up() {
    smol::block_on(async {
        let Shop { server, _files, .. } = Shop::new().await;
        let (address, serving) = terminal(|mut stream| {
            let mut all = Vec::new();
            let _ = stream.read_to_end(&mut all);
            all
        });
        drop(server);
        let trusted = _files.write("again.pem", &crate::pki::root().pem());
        let client = crate::pki::client(address.port(), &trusted);
        let connecting = async { Some(client.connect().await.map(drop)) };
        let soon = async {
            Timer::after(Duration::from_millis(100)).await;
            None
        };
        assert!(connecting.or(soon).await.is_none());
        // All that came is a greeting.
        let greeting = smol::unblock(|| serving.join().unwrap()).await;
        assert_eq!(greeting[..2], [0x16, 0x03]);
    });
}

#[test]
fn names_that_lead_nowhere_or_elsewhere() {
    smol::block_on(async {
        let client = |endpoint: &str| {
            let config = opi_smol::https::ClientConfig {
                endpoint: endpoint.parse().unwrap(),
                trust: opi_smol::https::Trust::Plain,
            };
            opi_smol::https::Client::new(config).unwrap()
        };
        let server = plain(Limits::USUAL).await;
        let port = server.local_addr().port();
        client(&format!("http://localhost:{port}")).connect().await.unwrap();
        let shop = Shop::new().await;
        let trusted = shop._files.write("again.pem", &crate::pki::root().pem());
        let config = opi_smol::https::ClientConfig {
            endpoint: "https://terminal.invalid".parse().unwrap(),
            trust: opi_smol::https::Trust::Terminal { certificates: trusted, poi_id: crate::pki::POI_ID.to_owned() },
        };
        let error = opi_smol::https::Client::new(config).unwrap().connect().await.unwrap_err();
        assert!(matches!(&error, ConnectError::Host(host, _) if host == "terminal.invalid"), "{error}");
    });
}

#[test]
fn an_answer_before_the_end_of_the_request_proves_that_it_was_not_read() {
    let (address, serving) = terminal(|mut stream| {
        stream.read_exact(&mut [0; 100]).unwrap();
        stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig").unwrap();
        // Reads no more, and does not close either.
        std::thread::sleep(Duration::from_millis(500));
    });
    smol::block_on(async {
        let mut request = plain_client(address).connect().await.unwrap().send(vec![b'x'; 64 << 20]);
        let early = request.sent().await;
        assert!(matches!(early, Err(NotSent::AnsweredEarly(StatusCode::PAYLOAD_TOO_LARGE))), "{early:?}");
        assert!(!request.may_have_left());
        assert_eq!(request.answer().await.unwrap().body, b"big");
    });
    serving.join().unwrap();
}
