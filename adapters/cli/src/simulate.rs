//! The simulated terminal: in this process for a till that has none, or as a server for anybody's till.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use opi_core::opi::Profile;
use opi_core::sim::{Dialect, Direction, Entry, Fault, Script, Scripts, Setup};
use opi_smol::sim::{Happening, Running, serve_all};
use serde_json::json;
use smol::net::TcpListener;

use crate::address::resolve;
use crate::args::{SimArgs, SimulatedArgs};
use crate::json::line;
use crate::plain::plain;

/// Makes a terminal of what the command line says of it. The error is one of usage.
pub(crate) fn setup(profile: &Profile, args: &SimulatedArgs) -> Result<Setup, String> {
    let dialect = Dialect::ALL
        .iter()
        .find(|dialect| dialect.name == profile.name)
        .ok_or_else(|| format!("no terminal of {} can be simulated", profile.name))?;
    let mut setup = Setup::new(dialect, args.seed.unwrap_or_else(chance), opi_smol::now_local());
    if let Some(name) = &args.script {
        setup.scripts = scripts(name)?;
    }
    if let Some(name) = &args.fault {
        setup.fault = Fault::by_name(name).ok_or_else(|| format!("--fault '{name}': see `opi sim --list`"))?;
    }
    Ok(setup)
}

pub(crate) fn scripts(name: &str) -> Result<Scripts, String> {
    if let Some(script) = Script::by_name(name) {
        return Ok(Scripts::always(script));
    }
    let text = fs::read_to_string(name).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("--script '{name}': neither a script (see `opi sim --list`) nor a file"),
        _ => format!("--script '{name}': {error}"),
    })?;
    Scripts::parse(&text).map_err(|error| format!("--script '{name}': {error}"))
}

/// A seed for a terminal that nobody wants to see again.
pub(crate) fn chance() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ since.as_secs()
}

/// Starts a terminal in this process that calls back at `till`. It ends when it is dropped.
pub(crate) async fn start(setup: Setup, till: SocketAddr) -> io::Result<Running> {
    opi_smol::sim::run(SocketAddr::new(reachable(till.ip()), till.port()), setup, |_| {}).await
}

/// An address under which a listener on "any address" can be reached from here.
fn reachable(ip: IpAddr) -> IpAddr {
    if ip.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { ip }
}

/// `opi sim`.
pub(crate) fn run(args: &SimArgs, setup: Setup) -> ExitCode {
    if args.list {
        return list();
    }
    let profile = args.profile.profile();
    match smol::block_on(serve_anybody(args, profile, setup)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

async fn serve_anybody(args: &SimArgs, profile: &Profile, setup: Setup) -> Result<(), String> {
    let listen = args.listen.unwrap_or((Ipv4Addr::LOCALHOST, profile.request_port).into());
    let till = match &args.till {
        Some(name) => resolve(name, profile.device_port).await?,
        None => (Ipv4Addr::LOCALHOST, profile.device_port).into(),
    };
    let seed = setup.seed;
    let mut ledger = match &args.ledger {
        Some(path) => Some(open_ledger(path).map_err(|error| format!("{}: {error}", path.display()))?),
        None => None,
    };
    let listener = TcpListener::bind(listen).await.map_err(|error| format!("{listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    say(&format!("listening on {address}, calling back at {till} ({}, seed {seed})", profile.title));
    let tell = |happening| match happening {
        Happening::Booked(entry) => {
            if let Some(ledger) = &mut ledger {
                enter(ledger, &entry);
            }
            say(&booked(&entry));
        }
        Happening::Complaint(what) => say(&format!("complaint: {what}")),
        _ => {}
    };
    serve_all(listener, till, setup, tell).await.map_err(|error| error.to_string())
}

pub(crate) fn open_ledger(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    // A line that a power cut left unfinished must not swallow the next one.
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    if text.last().is_some_and(|last| *last != b'\n') {
        file.write_all(b"\n")?;
    }
    file.sync_all()?;
    // A new file survives only when its folder knows it. Only Unix lets a folder be synchronised.
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}

/// Writes a booking down. The till is told of it afterwards: what is not written here was not charged.
pub(crate) fn enter(ledger: &mut File, entry: &Entry) {
    let booked = json!({
        "workstationId": entry.workstation,
        "requestId": entry.request_id,
        "requestType": entry.request_type,
        "amount": entry.amount,
        "charged": entry.charged,
        "direction": entry.direction,
    });
    if let Err(error) = ledger.write_all(format!("{}\n", line(&booked)).as_bytes()).and_then(|()| ledger.sync_data()) {
        // A terminal that cannot keep its books must not take money.
        let _ = writeln!(io::stderr(), "the ledger cannot be written: {error}");
        std::process::exit(1);
    }
}

/// A line for whoever waits for it, at once.
pub(crate) fn say(line: &str) {
    let mut out = io::stdout().lock();
    // Nobody reads any more: the terminal still serves.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

pub(crate) fn booked(entry: &Entry) -> String {
    let way = match entry.direction {
        Direction::Debit => "to the merchant",
        Direction::Credit => "to the card holder",
        Direction::Held => "held",
    };
    format!(
        "booked {} {way}: {} {} of {}",
        entry.charged,
        plain(entry.request_type.as_str()),
        plain(entry.request_id.as_str()),
        plain(entry.workstation.as_str())
    )
}

fn list() -> ExitCode {
    let mut out = io::stdout().lock();
    let mut lines = vec!["Scripts, for --script:".to_owned()];
    lines.extend(Script::ALL.iter().map(|script| format!("  {:<26} {}", script.name(), script.text())));
    lines.push("\nFaults, for --fault:".to_owned());
    lines.extend(Fault::ALL.iter().map(|fault| format!("  {:<26} {}", fault.name(), fault.text())));
    lines.extend(crate::front::list());
    // Nobody reads any more: there is nothing left to do.
    let _ = lines.iter().try_for_each(|line| writeln!(out, "{line}"));
    ExitCode::SUCCESS
}
