//! `opi serve`: tills of the Terminal API pay on a terminal that speaks OPI.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use opi_core::id::WorkstationId;
use opi_core::nexo::Category;
use opi_core::opi::{Language, Settings};
use opi_smol::front::{Bridge, Records, Service, serve};
use opi_smol::https::Server;
use opi_smol::{Config, JournalStore, Listener, Terminal, Till};

use super::args::FrontArgs;
use super::sim::PORT;
use crate::address::resolve;
use crate::dialect::Dialect;
use crate::keep;
use crate::simulate::say;
use crate::values::{host, seconds, workstation};

/// The file of what the terminal remembers towards its tills, beside the journal of the OPI lane.
const RECORDS: &str = "terminal-api.records";

const EXAMPLES: &str = "\
Examples:
  opi serve --terminal-api --listen 0.0.0.0:8443 --tls-cert terminal.pem --tls-key terminal.key \\
            --poiid P400Plus-123456789 --shared-key key.json --terminal 192.168.1.50
  opi serve --terminal-api --plain --listen 127.0.0.1:8443 --poiid P400Plus-123456789 --terminal 192.168.1.50

Receipts come in the answer of a payment. After a power cut, start it again with the same --journal: the terminal is asked \
how the last payment ended, and until that is known a till that asks for it is told that it is in progress.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    front: FrontArgs,
    /// Where tills of the Terminal API reach it [default: 127.0.0.1:8443]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// The terminal that speaks OPI
    #[arg(long, value_name = "HOST[:PORT]", value_parser = host, help_heading = "OPI terminal")]
    terminal: String,
    /// Where that terminal calls back (channel 1) [default: every address, and the port of the dialect]
    #[arg(long, value_name = "ADDR:PORT", help_heading = "OPI terminal")]
    listen_opi: Option<SocketAddr>,
    /// The dialect of that terminal
    #[arg(long, value_enum, default_value_t = Dialect::Nexi, help_heading = "OPI terminal")]
    profile: Dialect,
    /// Name of the lane towards that terminal: 1 to 40 of A-Z a-z 0-9 _ -
    #[arg(long, value_name = "ID", default_value = "lane-1", value_parser = workstation, help_heading = "OPI terminal")]
    workstation: WorkstationId,
    /// Language of the prompts, two letters
    #[arg(long, value_name = "LANG", default_value = "en", help_heading = "OPI terminal")]
    language: String,
    /// Pause before that terminal is asked about a lost answer, in seconds [default: 2]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "OPI terminal")]
    timeout_recovery: Option<Duration>,
    /// Longest silence of that terminal, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "OPI terminal")]
    timeout_idle: Option<Duration>,
    /// Folder of the journal [default: opi/LANE in the state folder of the user, such as ~/.local/state]
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Answer the terminal's questions for a yes or a no with yes: is the signature right?
    #[arg(long, help_heading = "Questions")]
    yes: bool,
    /// Answer them with no
    #[arg(long, conflicts_with = "yes", help_heading = "Questions")]
    no: bool,
}

/// Serves tills; the error is one of usage.
pub(crate) fn run(args: &ServeArgs) -> Result<ExitCode, String> {
    if !args.front.terminal_api {
        return Err("--terminal-api is missing: there is no other protocol to serve".into());
    }
    match smol::block_on(serve_tills(args)?) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The error outside is one of usage.
fn serve_tills(args: &ServeArgs) -> Result<impl Future<Output = Result<(), String>>, String> {
    let mut settings = args.front.settings()?;
    // OPI cannot read a card ahead of its payment.
    settings.categories = settings.categories.without(Category::CardAcquisition).without(Category::EnableService);
    let (keys, security, notifier) = (args.front.keys()?, args.front.security()?, args.front.notifier()?);
    let consent = if args.yes { Some(true) } else { args.no.then_some(false) };
    Ok(async move {
        let folder = keep::folder(args.journal.as_ref(), &args.workstation)?;
        let till = till(args, &folder).await?;
        let records = Records::open(folder.join(RECORDS)).map_err(|error| error.to_string())?;
        let mut bridge = Bridge::new(till, &folder, consent, say).map_err(|error| error.to_string())?;
        let listen = args.listen.unwrap_or((Ipv4Addr::LOCALHOST, PORT).into());
        let server = Server::bind(listen, &security).await.map_err(|error| error.to_string())?;
        let (address, name) = (server.local_addr(), &settings.poi_id);
        say(&format!("listening on {address} (Terminal API, {name}), paying at {}", args.terminal));
        let service = Service { server, settings, keys, records };
        serve(service, &mut bridge, |happening| notifier.tell(happening)).await.map_err(|error| error.to_string())
    })
}

/// The till that pays on the OPI terminal.
async fn till(args: &ServeArgs, folder: &std::path::Path) -> Result<Till, String> {
    let profile = args.profile.profile();
    let store = JournalStore::open(folder).map_err(|error| error.to_string())?;
    store.lost().iter().for_each(|lost| say(&format!("journal: passed over {lost}")));
    let address = resolve(&args.terminal, profile.request_port).await?;
    let every: std::net::IpAddr =
        if address.is_ipv6() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    let listen = args.listen_opi.unwrap_or((every, profile.device_port).into());
    let listener = Listener::bind(listen).await.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let mut settings = Settings::new(args.workstation.clone(), profile, keep::first_of_journal());
    settings.language = Language::new(&args.language).map_err(|_| "--language: two letters, such as de")?;
    settings.application_sender = Some("opi".into());
    let timeouts = &mut settings.timeouts;
    timeouts.probe_pause = args.timeout_recovery.unwrap_or(Duration::from_secs(2));
    timeouts.idle = args.timeout_idle.unwrap_or(timeouts.idle);
    let terminal = Terminal::Opi { address, listener, settings };
    Till::new(Config { terminal, store: Box::new(store) }).await.map_err(|error| error.to_string())
}
