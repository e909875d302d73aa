//! A till that we did not write: bytes and text handling only, over the standard library's sockets. It uses nothing
//! of the core but the names of the dialects to set the terminal up.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, missing_docs)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use opi_core::sim::{Callback, Dialect, Fault, Setup};
use opi_core::time::WallTime;
use opi_smol::sim::{Happening, Running, run};

fn read_frame(stream: &mut TcpStream) -> Option<String> {
    let mut header = [0; 4];
    stream.read_exact(&mut header).ok()?;
    let mut payload = vec![0; u32::from_be_bytes(header) as usize];
    stream.read_exact(&mut payload).ok()?;
    Some(String::from_utf8_lossy(&payload).into_owned())
}

fn write_frame(stream: &mut TcpStream, xml: &str) {
    let mut frame = (xml.len() as u32).to_be_bytes().to_vec();
    frame.extend_from_slice(xml.as_bytes());
    stream.write_all(&frame).unwrap();
}

/// The value of the first attribute of this name.
fn attribute<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let from = xml.find(&format!(" {name}=\""))? + name.len() + 3;
    xml.get(from..)?.split('"').next()
}

/// Success for every output.
fn device_response(request: &str) -> String {
    let outputs: String = request
        .match_indices("OutDeviceTarget=\"")
        .map(|(at, found)| request[at + found.len()..].split('"').next().unwrap())
        .map(|target| format!("<Output OutDeviceTarget=\"{target}\" OutResult=\"Success\"/>"))
        .collect();
    let echo = |name| attribute(request, name).map(|value| format!(" {name}=\"{value}\"")).unwrap_or_default();
    format!(
        "<DeviceResponse{}{}{}{} OverallResult=\"Success\">{outputs}</DeviceResponse>",
        echo("WorkstationID"),
        echo("RequestID"),
        echo("RequestType"),
        echo("SequenceID"),
    )
}

/// Answers all device messages that come in, and passes them on.
fn listen() -> (std::net::SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, sender) = (stream.unwrap(), sender.clone());
            thread::spawn(move || {
                while let Some(request) = read_frame(&mut stream) {
                    let response = device_response(&request);
                    // Before the terminal can go on, so that nothing is missing when it has answered.
                    if sender.send(request).is_err() {
                        return;
                    }
                    write_frame(&mut stream, &response);
                }
            });
        }
    });
    (address, receiver)
}

fn start(setup: Setup, till: std::net::SocketAddr) -> (Running, mpsc::Receiver<Happening>) {
    let (sender, receiver) = mpsc::channel();
    let running = smol::block_on(run(till, setup, move |happening| drop(sender.send(happening)))).unwrap();
    (running, receiver)
}

fn pay(terminal: &Running) -> TcpStream {
    let mut stream = TcpStream::connect(terminal.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write_frame(
        &mut stream,
        "<CardServiceRequest WorkstationID=\"raw\" RequestID=\"1\" RequestType=\"CardPayment\"><POSdata LanguageCode=\"en\">\
         <POSTimeStamp>2026-04-01T10:00:00</POSTimeStamp></POSdata><TotalAmount Currency=\"EUR\">25.00</TotalAmount>\
         </CardServiceRequest>",
    );
    stream
}

fn setup(dialect: &'static Dialect) -> Setup {
    Setup::new(dialect, 1, WallTime::new(1_775_000_000, 120))
}

#[test]
fn pays_in_every_dialect() {
    for dialect in Dialect::ALL {
        for fault in [Fault::None, Fault::Split, Fault::Merged, Fault::SplitRandom] {
            let (till, devices) = listen();
            let (terminal, happened) = start(setup(dialect).with_fault(fault), till);
            let answer = read_frame(&mut pay(&terminal)).unwrap();
            assert!(answer.contains("CardServiceResponse"), "{answer}");
            assert_eq!(attribute(&answer, "OverallResult"), Some("Success"), "{} {fault:?}", dialect.name);
            assert_eq!(attribute(&answer, "RequestID"), Some("1"));
            assert!(answer.contains(">25.00</TotalAmount>"));
            let Ok(Happening::Booked(entry)) = happened.try_recv() else { panic!("nothing was booked") };
            assert_eq!(entry.charged.minor(), 2500);
            assert!(happened.try_recv().is_err(), "booked once, and no complaint");
            let devices: Vec<_> = devices.try_iter().collect();
            let text = devices.concat();
            assert!(text.contains("Please insert card") && text.contains("Merchant copy"));
            assert!(text.contains("Customer copy"), "{} {fault:?}", dialect.name);
        }
    }
}

#[test]
fn pays_on_one_socket() {
    let mut setup = setup(&Dialect::OPI_DE);
    setup.callback = Callback::Single;
    let (terminal, happened) = start(setup, "127.0.0.1:9".parse().unwrap());
    let mut stream = pay(&terminal);
    loop {
        let message = read_frame(&mut stream).unwrap();
        if message.contains("<CardServiceResponse") {
            assert_eq!(attribute(&message, "OverallResult"), Some("Success"));
            break;
        }
        write_frame(&mut stream, &device_response(&message));
    }
    assert!(matches!(happened.try_recv(), Ok(Happening::Booked(_))));
}

#[test]
fn half_of_an_answer_arrives_before_the_connection_ends() {
    let (till, _devices) = listen();
    let (terminal, happened) = start(setup(&Dialect::CCV_NL).with_fault(Fault::HalfFrame), till);
    let mut stream = pay(&terminal);
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let announced = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
    assert_eq!(bytes.len(), announced.div_ceil(2) + 2, "half of header and payload");
    assert!(matches!(happened.recv_timeout(Duration::from_secs(5)), Ok(Happening::Booked(_))));
}

#[test]
fn a_till_without_a_listener_is_still_served() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (terminal, happened) = start(setup(&Dialect::NEXI), refused);
    let answer = read_frame(&mut pay(&terminal)).unwrap();
    assert_eq!(attribute(&answer, "OverallResult"), Some("Success"));
    assert!(matches!(happened.try_recv(), Ok(Happening::Booked(_))));
    let next = read_frame(&mut pay(&terminal)).unwrap();
    assert_eq!(attribute(&next, "OverallResult"), Some("PrintLastTicket"), "its receipts did not arrive");
}
