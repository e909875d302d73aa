//! What several tests need: tills, and frames by hand.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use opi_core::id::{RequestId, WorkstationId};
use opi_core::opi::{Profile, Settings};
use opi_smol::{Config, Listener, Notice, OpenError, Store, Till};

pub fn settings(workstation: &str, profile: &'static Profile) -> Settings {
    Settings::new(WorkstationId::new(workstation).unwrap(), profile, RequestId::new(1000).unwrap())
}

pub async fn listener() -> Listener {
    Listener::bind("127.0.0.1:0").await.unwrap()
}

pub async fn till(
    workstation: &str,
    profile: &'static Profile,
    terminal: SocketAddr,
    listener: &Listener,
    store: impl Store + 'static,
) -> Result<Till, OpenError> {
    let settings = settings(workstation, profile);
    Till::new(Config { terminal, listener: listener.clone(), settings, store: Box::new(store) }).await
}

/// Nobody listens there.
pub fn nowhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 1))
}

/// Connects from this address of the machine.
pub fn connect_from(source: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(IpAddr::V4(source), 0).into()).unwrap();
    socket.connect(&to.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// A payload with its length in front.
pub fn frame(payload: &str) -> Vec<u8> {
    let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes().to_vec();
    frame.extend_from_slice(payload.as_bytes());
    frame
}

pub fn read_frame(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut payload = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
    stream.read_exact(&mut payload)?;
    Ok(String::from_utf8(payload).unwrap())
}

/// Whether the other side closes the connection without a word.
pub fn is_turned_away(stream: &mut TcpStream) -> bool {
    // A stranger may still be told nothing but the end, or a reset when bytes of his were on the way.
    let _ = stream.write_all(b"\0");
    match stream.read(&mut [0; 1]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

/// A prompt for the cashier, as a Nexi terminal writes it.
pub fn prompt(workstation: &str, request_id: &str, text: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <DeviceRequest xmlns=\"http://www.nrf-arts.org/IXRetail/namespace\" WorkstationID=\"{workstation}\" \
         RequestID=\"{request_id}\" RequestType=\"Output\" TerminalID=\"20001234\">\
         <Output OutDeviceTarget=\"CashierDisplay\"><TextLine Row=\"0\">{text}</TextLine></Output></DeviceRequest>"
    )
}

/// The first line of the next sheet.
pub async fn next_sheet(till: &mut Till) -> String {
    loop {
        match till.next().await {
            Notice::Sheet(sheet) => return sheet.lines[0].text.as_str().to_owned(),
            Notice::Waiting(_) => {}
            other => panic!("{other:?}"),
        }
    }
}
