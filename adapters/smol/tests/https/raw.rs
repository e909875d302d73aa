//! The other side by hand: bytes on a socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use opi_smol::https::{Client, ClientConfig, Limits, Security, Server, StatusCode, Trust};

/// Longer than anything here takes.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Limits that a test can wait for.
pub const QUICK: Limits = Limits {
    handshake_time: Duration::from_millis(500),
    head_time: Duration::from_millis(500),
    body_time: Duration::from_millis(500),
    answer_time: Duration::from_secs(20),
    stall_time: Duration::from_millis(500),
    ..Limits::USUAL
};

/// A server without TLS.
pub async fn plain(limits: Limits) -> Server {
    Server::with_limits("127.0.0.1:0".parse().unwrap(), &Security::Plain, limits).await.unwrap()
}

/// A client without TLS.
pub fn plain_client(to: SocketAddr) -> Client {
    Client::new(ClientConfig { endpoint: format!("http://{to}").parse().unwrap(), trust: Trust::Plain }).unwrap()
}

pub fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Gives every body back as the answer.
pub fn echo(server: Server) -> smol::Task<()> {
    smol::spawn(async move {
        while let Some(mut exchange) = server.next().await {
            let body = std::mem::take(&mut exchange.body);
            let _ = exchange.reply(StatusCode::OK, body);
        }
    })
}

/// Everything until the peer closes; an error of the socket ends it, too.
pub fn rest(stream: &mut TcpStream) -> String {
    let (mut all, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = stream.read(&mut piece) {
        all.extend_from_slice(&piece[..length]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// One message with a length: its head and its body.
pub fn message(stream: &mut impl Read) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut body = vec![0; field(&head, "content-length").map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

/// The value of a header field.
pub fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut values = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    values.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// The number in a status line.
pub fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("no status in {answer:?}")).parse().unwrap()
}

/// A terminal by hand that serves one connection on a thread of its own.
pub fn terminal<T: Send + 'static>(serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        serve(stream)
    });
    (address, serving)
}

/// Closes so that the peer's unread bytes are lost, as when a machine is switched off and on.
pub fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

/// Writes without minding that the peer may be gone.
pub fn write(stream: &mut TcpStream, bytes: impl AsRef<[u8]>) {
    let _ = stream.write_all(bytes.as_ref());
}
