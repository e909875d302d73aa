//! `opi sim --terminal-api`: a simulated terminal that speaks the Terminal API.

use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::process::ExitCode;

use opi_core::sim::application::{Fault, Setup};
use opi_smol::front::{Records, Service, Simulated, serve};
use opi_smol::https::Server;

use crate::args::SimArgs;
use crate::simulate;

/// The port of terminals (Adyen docs: local integration).
pub(super) const PORT: u16 = 8443;

/// Serves tills; the error is one of usage.
pub(crate) fn run(args: &SimArgs) -> Result<ExitCode, String> {
    let mut setup = Setup::new(args.simulated.seed.unwrap_or_else(simulate::chance));
    if let Some(name) = &args.simulated.script {
        setup.scripts = simulate::scripts(name)?;
    }
    if let Some(name) = &args.simulated.fault {
        let fault = Fault::by_name(name);
        setup.fault =
            fault.ok_or_else(|| format!("--fault '{name}': none of the Terminal API, see `opi sim --list`"))?;
    }
    let (settings, keys, security) = (args.front.settings()?, args.front.keys()?, args.front.security()?);
    let notifier = args.front.notifier()?;
    let listen = args.listen.unwrap_or((Ipv4Addr::LOCALHOST, PORT).into());
    let served = smol::block_on(async {
        let mut ledger = match &args.ledger {
            Some(path) => Some(simulate::open_ledger(path).map_err(|error| format!("{}: {error}", path.display()))?),
            None => None,
        };
        let server = Server::bind(listen, &security).await.map_err(|error| error.to_string())?;
        let (address, seed) = (server.local_addr(), setup.seed);
        simulate::say(&format!("listening on {address} (Terminal API, {}, seed {seed})", settings.poi_id));
        let mut application = Simulated::new(setup, |entry| {
            if let Some(ledger) = &mut ledger {
                simulate::enter(ledger, entry);
            }
            simulate::say(&simulate::booked(entry));
        });
        let service = Service { server, settings, keys, records: Records::in_memory() };
        serve(service, &mut application, |happening| notifier.tell(happening)).await.map_err(|error| error.to_string())
    });
    match served {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The faults, for `opi sim --list`.
pub(crate) fn list() -> impl Iterator<Item = String> {
    let head = "\nFaults of --terminal-api, for --fault:".to_owned();
    let faults = Fault::ALL.iter().map(|fault| format!("  {:<26} {}", fault.name(), fault.text()));
    let amounts = "\nWith --terminal-api, scripts that ask the cashier approve, and without --script the amount decides: its \
                   last three digits\n124 to 128 and 134 decline as at Adyen's test terminals, 51 declines, 07 is stopped by \
                   the card holder, 10 has a tip, 30 is\npartly approved, 70 times out, 82 is unknown for eight seconds, 90 \
                   does not reach the host; see the scripts by these names.";
    std::iter::once(head).chain(faults).chain([amounts.to_owned()])
}
