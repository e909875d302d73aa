//! Runs one operation of the till and lets a view follow it.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use opi_core::drive::{Misuse, Question};
use opi_core::id::RequestId;
use opi_core::journal::Unresolved;
use opi_core::operation::{Facts, Finished, Operation, Outcome, Reason, Request, SettledBy};
use opi_core::opi::{Language, Profile, Settings};
use opi_core::sim::Setup;
use opi_smol::sim::Running;
use opi_smol::{Config, Listener, Notice, Terminal, Till, Trouble};
use smol::future;

use crate::address::resolve;
use crate::args::TillArgs;
use crate::ask::{Keyboard, Reply, Source, Standing, reply};
use crate::exit;
use crate::json::Lines;
use crate::keep::{self, Kept};
use crate::replay;
use crate::show::Screen;
use crate::signal::Interrupts;
use crate::simulate;
use crate::terminal_api::ApiTerminal;
use crate::view::View;

/// What a till pays on.
#[expect(clippy::large_enum_variant, reason = "there is one, and it is taken apart at once")]
pub(crate) enum Place {
    /// A terminal that speaks OPI; one that is simulated is made of this.
    Opi(Setup),
    /// A terminal that speaks the Terminal API.
    Api(ApiTerminal),
}

/// Runs the operation to its end. An abort may name the request that it stops.
pub(crate) fn run(operation: Operation, args: &TillArgs, place: Place, stops: Option<RequestId>) -> ExitCode {
    let mut view = view(args);
    let mut request = Request::new(operation, opi_smol::now_local());
    request.reference.clone_from(&args.reference);
    smol::block_on(async {
        let mut opened = match open(args, &request.operation, stops, place, view.as_mut()).await {
            Ok(opened) => opened,
            Err(Unopened { reason, why }) => {
                view.note(&why);
                return end(view.as_mut(), &not_sent(reason), &request.operation);
            }
        };
        opened.run(args, view.as_mut()).drive(&request).await
    })
}

/// `opi recover`: asks the terminal about every request whose end is unknown.
pub(crate) fn recover(args: &TillArgs, place: Place) -> ExitCode {
    let mut view = view(args);
    smol::block_on(async {
        // What is asked is how the last request ended; the store matters as for that.
        let mut opened = match open(args, &Operation::RepeatLast, None, place, view.as_mut()).await {
            Ok(opened) => opened,
            Err(Unopened { why, .. }) => {
                view.note(&why);
                return exit::UNKNOWN.into();
            }
        };
        opened.run(args, view.as_mut()).settle_all().await
    })
}

fn view(args: &TillArgs) -> Box<dyn View> {
    if args.json { Box::new(Lines::default()) } else { Box::new(Screen::new()) }
}

fn end(view: &mut dyn View, finished: &Finished, operation: &Operation) -> ExitCode {
    view.finished(finished, operation.amount());
    exit::of(finished.outcome)
}

/// The end of a request that was never begun.
fn not_sent(reason: Reason) -> Finished {
    let outcome = Outcome::NotSent;
    Finished {
        request_id: None,
        outcome,
        reason: Some(reason),
        settled_by: SettledBy::Answer,
        facts: Facts::default(),
        stored: false,
    }
}

/// Why there is no till.
struct Unopened {
    reason: Reason,
    why: String,
}

/// A till on its terminal.
struct Opened {
    till: Till,
    folder: Option<PathBuf>,
    /// A simulated one lives as long as this.
    _simulated: Option<Running>,
}

impl Opened {
    fn run<'v>(&'v mut self, args: &TillArgs, view: &'v mut dyn View) -> Run<'v> {
        let Self { till, folder, .. } = self;
        Run {
            till,
            folder: folder.as_deref(),
            view,
            standing: Standing::new(args),
            request_id: None,
            presses: 0,
            unkept: false,
            unstored: false,
        }
    }
}

/// Connects the till with its terminal.
async fn open(
    args: &TillArgs,
    operation: &Operation,
    stops: Option<RequestId>,
    place: Place,
    view: &mut dyn View,
) -> Result<Opened, Unopened> {
    let not_stored = |why| Unopened { reason: Reason::NotStored, why };
    let Kept { store, first_request, notes, folder } = keep::open(args, operation, stops).map_err(not_stored)?;
    notes.iter().for_each(|note| view.note(note));
    let (terminal, simulated) = match place {
        Place::Opi(setup) => open_opi(args, setup, first_request, view).await?,
        Place::Api(terminal) => {
            terminal.warning.iter().for_each(|warning| view.note(warning));
            (terminal.lane(args, first_request), None)
        }
    };
    let config = Config { terminal, store };
    let till = match &args.trace {
        Some(path) => {
            let file = replay::create(path).map_err(|error| not_stored(format!("{}: {error}", path.display())))?;
            Till::traced(config, file).await
        }
        None => Till::new(config).await,
    };
    let till = till.map_err(|error| not_stored(error.to_string()))?;
    Ok(Opened { till, folder, _simulated: simulated })
}

/// A terminal that speaks OPI: the one named, or a simulated one.
async fn open_opi(
    args: &TillArgs,
    setup: Setup,
    first_request: RequestId,
    view: &mut dyn View,
) -> Result<(Terminal, Option<Running>), Unopened> {
    let not_connected = |why| Unopened { reason: Reason::NotConnected, why };
    let profile = args.profile.profile();
    let named = match &args.terminal {
        Some(name) => Some(resolve(name, profile.request_port).await.map_err(not_connected)?),
        None => None,
    };
    let listen = args.listen.unwrap_or_else(|| match named {
        Some(terminal) if terminal.is_ipv6() => (Ipv6Addr::UNSPECIFIED, profile.device_port).into(),
        Some(_) => (Ipv4Addr::UNSPECIFIED, profile.device_port).into(),
        None => (Ipv4Addr::LOCALHOST, 0).into(),
    });
    let not_listening =
        |error| Unopened { reason: Reason::NotListening, why: format!("cannot listen on {listen}: {error}") };
    let listener = Listener::bind(listen).await.map_err(not_listening)?;
    let (address, simulated) = match named {
        Some(terminal) => (terminal, None),
        None => {
            let started = simulate::start(setup, listener.local_addr()).await;
            let simulated = started.map_err(|error| not_connected(error.to_string()))?;
            view.note(&format!("no --terminal: a simulated one ({}) at {}", profile.title, simulated.address()));
            (simulated.address(), Some(simulated))
        }
    };
    Ok((Terminal::Opi { address, listener, settings: settings(args, profile, first_request) }, simulated))
}

fn settings(args: &TillArgs, profile: &'static Profile, first_request: RequestId) -> Settings {
    let mut settings = Settings::new(args.workstation.clone(), profile, first_request);
    settings.language = Language::new(&args.language).unwrap_or(Language::ENGLISH);
    settings.shift_number = args.shift;
    settings.application_sender = Some("opi".into());
    let timeouts = &mut settings.timeouts;
    if let Some(limit) = args.timeout {
        (timeouts.hard, timeouts.hard_long) = (limit, limit);
    }
    timeouts.idle = args.timeout_idle.unwrap_or(timeouts.idle);
    timeouts.connect = args.timeout_connect.unwrap_or(timeouts.connect);
    timeouts.probe_pause = args.timeout_recovery.unwrap_or(Duration::from_secs(2));
    settings
}

/// One operation under way.
struct Run<'v> {
    till: &'v mut Till,
    /// Of the journal.
    folder: Option<&'v Path>,
    view: &'v mut dyn View,
    standing: Standing,
    /// The number used last, aborts not counted.
    request_id: Option<RequestId>,
    /// How often Ctrl-C was pressed.
    presses: u32,
    /// A receipt or a journal could not be stored.
    unkept: bool,
    /// Something could not be stored.
    unstored: bool,
}

/// What there is to react to.
enum Wake {
    Notice(Box<Notice>),
    Interrupt,
    Line(Option<String>),
    Second,
}

impl Run<'_> {
    async fn drive(&mut self, request: &Request) -> ExitCode {
        let money = request.operation.moves_money();
        if money {
            match self.settle(request).await {
                Ok(None) => {}
                // Whoever did not see how a payment ended asks for it once more. Only they know whether it is another one.
                Ok(Some(approved)) => {
                    self.view.approved_before(approved);
                    return exit::REFUSED.into();
                }
                Err(status) => return status,
            }
        }
        if let Err(why) = self.till.start(request) {
            self.view.refused(&why);
            if let Some(unresolved) = self.till.unresolved() {
                self.view.note(&keep::ways_out(&unresolved));
            }
            return exit::of_misuse(&why);
        }
        let finished = self.follow_to_end(money).await;
        self.view.finished(&finished, request.operation.amount());
        self.advise(&finished, money);
        exit::of(finished.outcome)
    }

    /// `opi recover`.
    async fn settle_all(&mut self) -> ExitCode {
        let mut last = None;
        while let Some(unresolved) = self.till.unresolved() {
            match self.ask_about(&unresolved).await {
                Ok(finished) => {
                    let open = self.till.unresolved().is_some_and(|next| next.request_id == unresolved.request_id);
                    last = Some((finished, unresolved.amount));
                    if open {
                        break;
                    }
                }
                Err(status) => return status,
            }
        }
        let Some((finished, asked)) = last else {
            self.view.nothing_unresolved();
            return ExitCode::SUCCESS;
        };
        self.view.finished(&finished, asked);
        self.advise(&finished, true);
        exit::of(finished.outcome)
    }

    /// Asks the terminal about what blocks the lane before new money moves. What stays open is refused by the session.
    /// Gives the request that turned out to have moved the money that is wanted now, if one did.
    async fn settle(&mut self, request: &Request) -> Result<Option<RequestId>, ExitCode> {
        let mut approved = None;
        while let Some(unresolved) = self.till.unresolved() {
            let finished = self.ask_about(&unresolved).await?;
            self.view.recovered(&finished, unresolved.amount);
            if self.till.unresolved().is_some_and(|next| next.request_id == unresolved.request_id) {
                return Ok(None);
            }
            if finished.outcome == Outcome::Approved && unresolved.amount == request.operation.amount() {
                approved = Some(unresolved.request_id);
            }
        }
        Ok(approved)
    }

    async fn ask_about(&mut self, unresolved: &Unresolved) -> Result<Box<Finished>, ExitCode> {
        self.view.recovering(unresolved);
        if let Err(why) = self.till.recover() {
            self.view.refused(&why);
            return Err(exit::of_misuse(&why));
        }
        self.request_id = Some(unresolved.request_id);
        Ok(self.follow_to_end(true).await)
    }

    /// What a person has to do now, if anything.
    fn advise(&mut self, finished: &Finished, money: bool) {
        if !money {
            return;
        }
        if finished.outcome == Outcome::Unknown {
            match self.till.unresolved().filter(|_| self.folder.is_some()) {
                Some(unresolved) => self.view.note(&keep::ways_out(&unresolved)),
                None => self.view.note(
                    "The money may have moved or not. Do not charge again before this is settled: look at the terminal.",
                ),
            }
        }
        let path = self.folder.unwrap_or(Path::new(""));
        let folder = path.display();
        if self.unkept && finished.stored {
            self.view.note(&format!(
                "A receipt could not be stored in {folder}, and the terminal was told so: make room there or repair it, \
                 then run `opi reprint`."
            ));
        }
        if finished.reason == Some(Reason::NotStored) && finished.outcome == Outcome::NotSent {
            self.view.note(&keep::not_sent(path));
        } else if !finished.stored && finished.outcome != Outcome::NotSent {
            self.view.note(&format!(
                "This end could not be stored in {folder}: write it down now. The request stays open in the journal; \
                 make room there or repair it, then run `opi recover`."
            ));
        } else if self.unstored && !self.unkept && finished.stored {
            self.view.note(&format!(
                "That the request was sent could not be stored in {folder}. Nothing is lost by that, but make room there \
                 or repair it."
            ));
        }
    }

    /// Lets the view follow what is in progress, until it ends or the user leaves.
    async fn follow_to_end(&mut self, money: bool) -> Box<Finished> {
        self.presses = 0;
        let mut interrupts = Interrupts::new().unwrap_or_else(|error: io::Error| {
            self.view.note(&format!("Ctrl-C cannot be caught ({error}) and would leave the result unknown"));
            Interrupts::none()
        });
        let mut keyboard = Keyboard::default();
        let mut asked: Option<Question> = None;
        loop {
            let wake = future::or(
                future::or(async { Wake::Notice(Box::new(self.till.next().await)) }, async {
                    interrupts.next().await;
                    Wake::Interrupt
                }),
                future::or(async { Wake::Line(keyboard.line().await) }, async {
                    smol::Timer::after(Duration::from_secs(1)).await;
                    Wake::Second
                }),
            )
            .await;
            match wake {
                Wake::Second => self.view.still_waiting(),
                Wake::Interrupt => {
                    self.presses += 1;
                    if self.presses > 2 {
                        let outcome = if money { Outcome::Unknown } else { Outcome::Aborted };
                        let (request_id, facts) = (self.request_id, Facts::default());
                        return Box::new(Finished {
                            request_id,
                            outcome,
                            reason: None,
                            settled_by: SettledBy::Answer,
                            facts,
                            stored: false,
                        });
                    }
                    self.interrupt();
                }
                Wake::Line(line) => {
                    if let Some(question) = &asked {
                        let reply = line.map_or(Some(Reply::NotGiven), |line| reply(question.kind, &line));
                        match reply {
                            Some(reply) => {
                                self.answer(question, &reply);
                                asked = None;
                                keyboard.dismiss();
                            }
                            None => self.view.question(question, true),
                        }
                    }
                }
                Wake::Notice(notice) => match *notice {
                    Notice::Finished(finished) => return finished,
                    Notice::Question(question) => {
                        let source = self.standing.source(question.kind);
                        self.view.question(&question, source == Source::Keyboard);
                        match source {
                            Source::Given(reply) => self.answer(&question, &reply),
                            Source::Keyboard => {
                                keyboard.want();
                                asked = Some(question);
                            }
                        }
                    }
                    Notice::QuestionWithdrawn(id) => {
                        self.view.withdrawn(id.0);
                        if asked.as_ref().is_some_and(|question| question.id == id) {
                            asked = None;
                            keyboard.dismiss();
                        }
                    }
                    notice => self.follow(notice),
                },
            }
        }
    }

    fn follow(&mut self, notice: Notice) {
        match notice {
            Notice::Started { request_id, request_type } => {
                self.request_id = Some(request_id);
                self.view.started(&request_id.to_string(), &request_type);
            }
            Notice::InDoubt { reason, .. } => self.view.in_doubt(reason),
            Notice::Sheet(sheet) => {
                self.unkept |= sheet.purpose.must_be_kept() && !sheet.kept;
                self.view.sheet(&sheet);
            }
            Notice::AbortAnswered { accepted } => self.view.abort_answered(accepted),
            Notice::Total(total) => self.view.total(&total),
            Notice::CardCircuit { code, name } => self.view.circuit(&code, name.as_deref()),
            Notice::Detail { name, value } => self.view.detail(name, &value),
            Notice::Waiting(why) => self.view.waiting(why),
            Notice::Fault(fault) => self.view.fault(&fault),
            Notice::Trouble(trouble) => {
                self.unstored |= trouble.doing == Trouble::STORING;
                self.view.note(&trouble.to_string());
            }
            // Raw private data may hold what must not be shown; what is known in it came as details.
            _ => {}
        }
    }

    fn answer(&mut self, question: &Question, reply: &Reply) {
        match self.till.answer(question.id, reply.as_answer()) {
            Ok(()) => self.view.answered(question.id.0, &reply.to_string()),
            // It was withdrawn a moment ago.
            Err(Misuse::NoSuchQuestion) => {}
            Err(why) => {
                self.view.note(&why.to_string());
                let _ = self.till.answer(question.id, Reply::NotGiven.as_answer());
            }
        }
    }

    fn interrupt(&mut self) {
        if self.presses > 1 {
            self.view.note(
                "The terminal has not answered yet. To leave now would leave the result unknown: press Ctrl-C once \
                 more to do so.",
            );
        }
        match self.till.abort() {
            Ok(()) => self.view.note("aborting; waiting for the terminal's outcome"),
            Err(why) if self.presses == 1 => self.view.note(&format!("cannot abort: {why}; waiting for the outcome")),
            Err(_) => {}
        }
    }
}
