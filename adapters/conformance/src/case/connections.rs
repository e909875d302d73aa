//! Connections in both directions: refused, too many, not wanted any more.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use opi_core::opi::Profile;
use opi_core::sim::{Callback, Fault, Script};

use super::storing::nothing_left;
use super::{Case, Ground};
use crate::play::{Play, SLACK};
use crate::rule::{Broken, Rule};
use crate::scene::{LANE, Scene, millis, trouble};
use crate::terminal::{Reach, Sight};
use crate::wire;

pub(super) fn cases(cases: &mut Vec<Case>) {
    cases.push(Case::new("the listener's port is taken", port_taken));
    cases.push(Case::new("the terminal refuses", refused));
    cases.push(Case::new("the terminal resets", |ground| {
        let mut scene = Scene::new(&Profile::NEXI)?;
        scene.reach = Reach::Resets;
        let mut play = ground.begin(scene)?;
        play.pay();
        let (outcome, request) = play.finish()?;
        play.judge(&outcome, request)
    }));
    for (name, callback) in [
        ("per message", Callback::PerRequest),
        ("that stays", Callback::Persistent),
        ("of its own: none", Callback::Single),
    ] {
        cases.push(Case::new(format!("a device connection {name}"), move |ground| {
            // The dialect that takes device messages on the connection of the request, too.
            let mut scene = Scene::new(&Profile::CCV_NL)?;
            scene.setup.callback = callback;
            let mut play = ground.begin(scene)?;
            play.pay();
            let (outcome, request) = play.finish()?;
            play.judge(&outcome, request)?;
            if outcome == "approved" {
                return Ok(());
            }
            Err(play.broken(Rule::TakesEveryConnection, &format!("the payment is {outcome}")))
        }));
    }
    cases.push(Case::new("silent device connections in all slots", crowded));
    cases.push(Case::new("a device connection after the end", late));
    cases.push(Case::new("connections are closed", closes));
}

/// What the till answers to a line for its display, said on a connection of its own.
pub(super) fn ask_display(play: &mut Play, number: &str, patience: Duration) -> Result<bool, Broken> {
    let listen = play.scene.job.listen;
    let message = wire::frame(&wire::prompt(LANE, number));
    let asked = std::thread::spawn(move || -> Option<String> {
        let mut stream = TcpStream::connect_timeout(&listen, Duration::from_secs(1)).ok()?;
        stream.set_read_timeout(Some(patience)).ok()?;
        stream.write_all(&message).ok()?;
        let mut bytes = Vec::new();
        let mut buffer = [0; 1024];
        while wire::frames(&bytes).0.is_empty() {
            let length = stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
            bytes.extend_from_slice(buffer.get(..length)?);
        }
        wire::frames(&bytes).0.pop()
    });
    while !asked.is_finished() {
        play.pass(millis(10))?;
    }
    let answer = asked.join().map_err(|_| trouble("a thread of the test failed"))?;
    Ok(answer.is_some_and(|answer| answer.contains("DeviceResponse")))
}

fn port_taken(ground: &Ground) -> Result<(), Broken> {
    let scene = Scene::new(&Profile::NEXI)?;
    let taken = TcpListener::bind(scene.job.listen).map_err(|error| trouble(&error.to_string()))?;
    let mut play = match ground.begin(scene) {
        // A till that opens its port at the start may say no there.
        Err(Broken { rule: Rule::Runs, .. }) => return Ok(()),
        play => play?,
    };
    play.pay();
    let (outcome, request) = play.finish()?;
    drop(taken);
    play.judge(&outcome, request)?;
    nothing_left(&mut play, Rule::ListensBeforeSending, &outcome)
}

fn refused(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.reach = Reach::Refuses;
    scene.job.connect = millis(8000);
    let mut play = ground.begin(scene)?;
    play.pay();
    let end = play.finish_within(millis(4000)).map_err(|_| {
        Broken::new(Rule::ReportsEveryOutput, "a refused connection is not told: the session waits for its deadline")
    })?;
    play.judge(&end.0, end.1)?;
    nothing_left(&mut play, Rule::TellsTheTruth, &end.0)
}

fn crowded(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.setup.callback = Callback::PerRequest;
    let mut play = ground.begin(scene)?;
    // The first payment opens the port of those that open it late.
    play.pay();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    let to: SocketAddr = (Ipv4Addr::LOCALHOST, play.scene.job.listen.port()).into();
    let silent: Vec<_> = (0..5).map(|_| TcpStream::connect(to)).collect();
    play.pass(millis(50))?;
    play.pay();
    let (outcome, request) = match play.finish() {
        Err(Broken { rule: Rule::DrainsOutputs | Rule::LosesNoByte, seen }) => {
            return Err(Broken::new(Rule::TakesEveryConnection, seen));
        }
        end => end?,
    };
    drop(silent);
    play.judge(&outcome, request)?;
    if outcome == "approved" {
        return Ok(());
    }
    let seen = format!("with silent connections in all slots a payment is {outcome}");
    Err(play.broken(Rule::TakesEveryConnection, &seen))
}

fn late(ground: &Ground) -> Result<(), Broken> {
    let mut play = ground.begin(Scene::new(&Profile::NEXI)?)?;
    play.pay();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    for number in ["7001", "7002"] {
        if !ask_display(&mut play, number, millis(3000))? {
            let seen = "a message that came after the end of a payment was not answered";
            return Err(play.broken(Rule::TakesEveryConnection, seen));
        }
    }
    Ok(())
}

fn closes(ground: &Ground) -> Result<(), Broken> {
    let mut scene = Scene::new(&Profile::NEXI)?;
    scene.setup = scene.setup.with_script(Script::Approve).with_fault(Fault::NeverAnswers);
    scene.setup.fault_count = 1;
    scene.job.idle = millis(700);
    let mut play = ground.begin(scene)?;
    play.pay();
    let (outcome, request) = play.finish()?;
    play.judge(&outcome, request)?;
    // The connection on which no answer came is of no use any more.
    let closed = play.until(SLACK, |play| play.saw(|sight| matches!(sight, Sight::Closed(0))).is_some())?;
    if closed {
        return Ok(());
    }
    Err(play.broken(Rule::ClosesWhatItIsTold, "the connection of a lost answer is still open"))
}
