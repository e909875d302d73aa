//! "Not sent" is said only when it is proven: connections that are cut at every place, clear and under TLS.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opi_smol::https::{Client, Limits, Server};
use smol::Timer;
use smol::future::FutureExt;

use crate::pki::{self, Files, NAME, for_servers, root};
use crate::raw::{plain, plain_client, reset, rest, terminal, write};

/// A wire that carries so many bytes to the server and is then cut, for the client with or without notice.
fn wire(server: SocketAddr, carries: usize, with_reset: bool) -> (SocketAddr, std::thread::JoinHandle<()>) {
    terminal(move |mut client| {
        let mut onward = TcpStream::connect(server).unwrap();
        onward.set_nodelay(true).unwrap();
        let (mut back, mut to_client) = (onward.try_clone().unwrap(), client.try_clone().unwrap());
        let over = Arc::new(AtomicBool::new(false));
        let cut = Arc::clone(&over);
        let backward = std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = back.read(&mut piece) {
                if cut.load(Ordering::SeqCst) || to_client.write_all(&piece[..length]).is_err() {
                    return;
                }
            }
        });
        // A client that waits has sent all it has.
        client.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let (mut carried, mut piece) = (0, [0; 4096]);
        while carried < carries {
            let room = piece.len().min(carries - carried);
            let Ok(length @ 1..) = client.read(&mut piece[..room]) else { break };
            write(&mut onward, &piece[..length]);
            carried += length;
        }
        over.store(true, Ordering::SeqCst);
        if with_reset {
            reset(client);
        } else {
            drop(client);
        }
        let _ = onward.shutdown(std::net::Shutdown::Both);
        backward.join().unwrap();
    })
}

/// Sends one request over a wire that is cut: whether the server got it, and what the client says.
async fn send(server: &Server, client: &Client, body: &[u8]) -> (bool, Option<bool>) {
    let mut said = None;
    if let Ok(connection) = client.connect().await {
        let mut request = connection.send(body.to_vec());
        let sent = request.sent().await;
        if sent.is_ok() {
            request.answer().await.expect_err("nobody answers");
        }
        assert!(sent.is_ok() || !request.may_have_left(), "a failure to send proves that nothing whole left");
        said = Some(request.may_have_left());
    }
    let later = async {
        Timer::after(Duration::from_millis(3)).await;
        None
    };
    let got = async { server.next().await }.or(later).await;
    (got.is_some(), said)
}

/// Cuts at every `step`th byte until a whole request came through.
async fn cut_everywhere(server: &Server, client_of: impl Fn(u16) -> Client, body: &[u8], step: usize) {
    for carries in (0..10_000).step_by(step) {
        let (address, cutting) = wire(server.local_addr(), carries, carries % 2 == 0);
        let client = client_of(address.port());
        let (got, said) = send(server, &client, body).await;
        smol::unblock(move || cutting.join().unwrap()).await;
        assert!(!got || said == Some(true), "cut after {carries} bytes: got {got}, said {said:?}");
        if got {
            return;
        }
    }
    panic!("the whole request would have come through by now");
}

#[test]
fn a_whole_request_is_never_called_not_sent() {
    smol::block_on(async {
        let server = plain(Limits::USUAL).await;
        let client = |port| plain_client(format!("127.0.0.1:{port}").parse().unwrap());
        cut_everywhere(&server, client, b"{\"amount\":25}", 1).await;

        let (files, root, key) = (Files::new(), root(), rcgen::KeyPair::generate().unwrap());
        let leaf = for_servers(NAME).signed_by(&key, &root).unwrap().pem();
        let security = files.security(&[&leaf], &key);
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), &security).await.unwrap();
        let trusted = files.write("root.pem", &root.pem());
        cut_everywhere(&server, |port| pki::client(port, &trusted), b"{\"amount\":25}", 7).await;
    });
}

#[test]
fn a_request_that_the_machine_did_not_take_whole_is_proven_not_sent() {
    // Larger than what two kernels buffer, so that sending stops before the end.
    let body = vec![b'x'; 32 << 20];
    for reads in [0, 1, 100, 100_000] {
        for with_reset in [false, true] {
            let (address, serving) = terminal(move |mut stream| {
                stream.read_exact(&mut vec![0; reads]).unwrap();
                if with_reset { reset(stream) } else { drop(stream) }
            });
            smol::block_on(async {
                // Gone before the connection was seen to be up: nothing to prove.
                let Ok(connection) = plain_client(address).connect().await else { return };
                let mut request = connection.send(body.clone());
                let error = request.sent().await.unwrap_err();
                assert!(!request.may_have_left(), "{error}");
            });
            serving.join().unwrap();
        }
    }
}

#[test]
fn what_was_never_polled_never_left_and_half_of_it_is_known_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = plain_client(listener.local_addr().unwrap());
    smol::block_on(async {
        let mut request = client.connect().await.unwrap().send(vec![b'x'; 32 << 20]);
        assert!(!request.may_have_left());
        // The terminal reads nothing: the deadline comes in the middle of sending.
        let sending = async { drop(request.sent().await.map(|()| panic!("nobody reads"))) };
        let soon = async {
            Timer::after(Duration::from_millis(200)).await;
        };
        sending.or(soon).await;
        assert!(!request.may_have_left());
    });
    let (mut stream, _) = listener.accept().unwrap();
    assert!(rest(&mut stream).len() < 32 << 20);
}

/// "Not found" is believed, so what was given up must not arrive behind it: the machine throws it away.
#[test]
fn what_is_given_up_ends_by_a_reset_and_what_is_answered_does_not() {
    for answered in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = plain_client(listener.local_addr().unwrap());
        let (mut stream, mut piece) = smol::block_on(async {
            let mut request = client.connect().await.unwrap().send(b"payment".to_vec());
            let (mut stream, _) = listener.accept().unwrap();
            request.sent().await.unwrap();
            let (mut piece, mut got) = ([0; 4096], Vec::new());
            while !got.ends_with(b"payment") {
                let length = stream.read(&mut piece).unwrap();
                got.extend_from_slice(&piece[..length]);
            }
            if answered {
                write(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
                assert_eq!(request.answer().await.unwrap().body, b"{}");
            }
            (stream, piece)
        });
        let end = stream.read(&mut piece).map_err(|error| error.kind());
        assert_eq!(end, if answered { Ok(0) } else { Err(std::io::ErrorKind::ConnectionReset) });
    }
}

#[test]
fn a_terminal_that_dies_with_the_request_leaves_it_open() {
    smol::block_on(async {
        let pki::Shop { server, client, _files } = pki::Shop::new().await;
        let mut request = client.connect().await.unwrap().send(b"payment".to_vec());
        request.sent().await.unwrap();
        let exchange = server.next().await.unwrap();
        drop(server);
        let error = request.answer().await.unwrap_err();
        assert!(matches!(error, opi_smol::https::AnswerError::Lost(_)), "{error}");
        assert!(request.may_have_left());
        drop(exchange);
    });
}
