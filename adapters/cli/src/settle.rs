//! `opi resolve`: a person's decision about a request whose end is unknown.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use opi_core::drive::Why;
use opi_core::id::RequestId;
use opi_core::journal::Unresolved;
use opi_core::opi::{Profile, Settings};
use opi_smol::{Config, JournalStore, Listener, Notice, Terminal, Till};
use serde_json::json;

use crate::args::ResolveArgs;
use crate::exit;
use crate::json::line;
use crate::keep;

/// Records the decision.
pub(crate) fn run(args: &ResolveArgs) -> ExitCode {
    match smol::block_on(resolve(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err((status, why)) => {
            eprintln!("{why}");
            status.into()
        }
    }
}

async fn resolve(args: &ResolveArgs) -> Result<(), (u8, String)> {
    let not_stored = |why: String| (exit::NOT_SENT, why);
    let refused = |why: String| (exit::REFUSED, why);
    let folder = keep::folder(args.lane.journal.as_ref(), &args.lane.workstation).map_err(not_stored)?;
    let store = JournalStore::open(&folder).map_err(|error| not_stored(error.to_string()))?;
    // Nothing is sent and nothing comes in: no dialect, terminal or port matters.
    let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(|error| not_stored(format!("cannot listen: {error}")))?;
    let settings = Settings::new(args.lane.workstation.clone(), &Profile::NEXI, RequestId::FIRST);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let terminal = Terminal::Opi { address, listener, settings };
    let mut till =
        Till::new(Config { terminal, store: Box::new(store) }).await.map_err(|error| refused(error.to_string()))?;
    let Some(unresolved) = till.unresolved() else {
        return Err(refused("nothing is unresolved".into()));
    };
    if unresolved.request_id != args.request {
        return Err(refused(format!("request {} is not the one.\n{}", args.request, keep::ways_out(&unresolved))));
    }
    till.resolve(args.request, args.charged, &args.note).map_err(|why| refused(why.to_string()))?;
    stored(&mut till).await.map_err(not_stored)?;
    tell(args, &unresolved);
    if let Some(next) = till.unresolved() {
        eprintln!("{}", keep::ways_out(&next));
    }
    Ok(())
}

/// Waits until the decision is stored.
async fn stored(till: &mut Till) -> Result<(), String> {
    let mut trouble = None;
    loop {
        match till.next().await {
            Notice::Trouble(why) => trouble = Some(why.to_string()),
            Notice::Waiting(Why::Idle | Why::Unresolved) => break,
            _ => {}
        }
    }
    trouble.map_or(Ok(()), |why| Err(format!("not decided, because it could not be stored: {why}")))
}

fn tell(args: &ResolveArgs, unresolved: &Unresolved) {
    let word = if args.charged { "charged" } else { "not charged" };
    if args.lane.json {
        println!(
            "{}",
            line(&json!({ "event": "resolved", "requestId": unresolved.request_id, "charged": args.charged,
                "amount": unresolved.amount, "settledBy": "person", "note": args.note }))
        );
    } else {
        let amount = unresolved.amount.map(|amount| format!(" {amount}")).unwrap_or_default();
        println!("RESOLVED request {}{amount}: {word}, as you say", unresolved.request_id);
    }
}
