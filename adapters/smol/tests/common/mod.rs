//! What several tests need: tills, and frames by hand.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[cfg(feature = "sim")]
pub mod terminal;

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use opi_core::drive::{Answer, QuestionKind};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::money::Decimal;
use opi_core::operation::{Finished, Request};
use opi_core::opi::{Profile, Settings};
use opi_core::receipt::{Copy, Purpose};
use opi_smol::{
    Config, Entry, Listener, MemoryStore, Notice, OpenError, Store, Storing, Terminal, Till, Trouble, WholeSheet,
};

pub fn settings(workstation: &str, profile: &'static Profile) -> Settings {
    let number = RequestId::new(1000).unwrap();
    let mut settings = Settings::new(WorkstationId::new(workstation).unwrap(), profile, number);
    settings.timeouts.probe_pause = std::time::Duration::from_millis(50);
    settings
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
    let terminal = Terminal::Opi { address: terminal, listener: listener.clone(), settings };
    Till::new(Config { terminal, store: Box::new(store) }).await
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

/// What a till was told from the start of an operation to its end.
#[derive(Debug, Default)]
pub struct Told {
    pub sheets: Vec<WholeSheet>,
    pub questions: usize,
    pub faults: usize,
    pub troubles: Vec<Trouble>,
}

impl Told {
    /// Takes a notice in and answers every question.
    pub fn take(&mut self, till: &mut Till, notice: Notice) -> Option<Box<Finished>> {
        match notice {
            Notice::Sheet(sheet) => self.sheets.push(sheet),
            Notice::Question(question) => {
                self.questions += 1;
                let answer = match question.kind {
                    QuestionKind::Number | QuestionKind::Menu => Answer::Number(Decimal::parse("1").unwrap()),
                    QuestionKind::Text => Answer::Text("ABCDEF"),
                    _ => Answer::Yes,
                };
                till.answer(question.id, answer).unwrap_or_else(|misuse| panic!("{misuse}: {question:?}"));
            }
            Notice::Fault(_) => self.faults += 1,
            Notice::Trouble(trouble) => {
                assert_ne!(trouble.doing, "reporting to the session", "{trouble}");
                self.troubles.push(trouble);
            }
            Notice::Finished(finished) => return Some(finished),
            _ => {}
        }
        None
    }

    pub fn receipts(&self, copy: Copy) -> Vec<&WholeSheet> {
        self.sheets.iter().filter(|sheet| sheet.purpose == Purpose::Receipt(copy)).collect()
    }
}

/// Runs an operation to its end.
pub async fn run(till: &mut Till, request: &Request) -> (Box<Finished>, Told) {
    let mut told = Told::default();
    let finished = till.run(request, |till, notice| assert!(told.take(till, notice).is_none())).await.unwrap();
    (finished, told)
}

/// A store that says no to some entries, and takes its time for the others.
#[derive(Clone)]
pub struct Moody {
    pub refuses: fn(&Entry) -> bool,
    /// How often it is asked until it is done.
    pub polls: u32,
    pub kept: MemoryStore,
}

impl Store for Moody {
    fn persist(&mut self, entry: Entry) -> Storing {
        if (self.refuses)(&entry) {
            return Box::pin(std::future::ready(Err(std::io::ErrorKind::StorageFull.into())));
        }
        let (mut kept, polls) = (self.kept.clone(), self.polls);
        Box::pin(async move {
            for _ in 0..polls {
                smol::future::yield_now().await;
            }
            kept.persist(entry).await
        })
    }
}
