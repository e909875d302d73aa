//! Runs one operation of the till and lets a view follow it.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opi_core::drive::{Misuse, Question};
use opi_core::id::RequestId;
use opi_core::operation::{Facts, Finished, Operation, Outcome, Reason, Request, SettledBy};
use opi_core::opi::{Language, Profile, Settings};
use opi_core::sim::Setup;
use opi_smol::sim::Running;
use opi_smol::{Config, FileStore, Listener, MemoryStore, Notice, Store, Till};
use smol::future;

use crate::args::TillArgs;
use crate::ask::{Keyboard, Reply, Source, Standing, reply};
use crate::exit;
use crate::json::Lines;
use crate::replay;
use crate::show::Screen;
use crate::signal::Interrupts;
use crate::simulate;
use crate::view::View;

/// Runs the operation to its end.
pub(crate) fn run(operation: Operation, args: &TillArgs, terminal: Setup) -> ExitCode {
    let mut view: Box<dyn View> = if args.json { Box::new(Lines::default()) } else { Box::new(Screen::new()) };
    let mut request = Request::new(operation, opi_smol::now_local());
    request.reference.clone_from(&args.reference);
    smol::block_on(async {
        let (till, _simulated) = match open(args, terminal, view.as_mut()).await {
            Ok(opened) => opened,
            Err(Unopened { reason, why }) => {
                view.note(&why);
                return end(view.as_mut(), &not_sent(reason), &request.operation);
            }
        };
        let standing = Standing::new(args);
        let mut run = Run { till, view: view.as_mut(), standing, request_id: None, presses: 0 };
        let status = run.drive(&request).await;
        if args.terminal.is_some() {
            run.let_numbers_pass().await;
        }
        status
    })
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

/// Connects the till with a terminal: the one named, or a simulated one that lives as long as the second value.
async fn open(args: &TillArgs, setup: Setup, view: &mut dyn View) -> Result<(Till, Option<Running>), Unopened> {
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
    let (terminal, simulated) = match named {
        Some(terminal) => (terminal, None),
        None => {
            let started = simulate::start(setup, listener.local_addr()).await;
            let simulated = started.map_err(|error| not_connected(error.to_string()))?;
            view.note(&format!("no --terminal: a simulated one ({}) at {}", profile.title, simulated.address()));
            (simulated.address(), Some(simulated))
        }
    };
    let store: Box<dyn Store> = match &args.journal {
        Some(path) => Box::new(
            FileStore::open(path)
                .map_err(|error| Unopened { reason: Reason::NotStored, why: format!("{}: {error}", path.display()) })?,
        ),
        None => Box::new(MemoryStore::new()),
    };
    let config = Config { terminal, listener, settings: settings(args, profile), store };
    let till = match &args.trace {
        Some(path) => {
            let file = replay::create(path)
                .map_err(|error| Unopened { reason: Reason::NotStored, why: format!("{}: {error}", path.display()) })?;
            Till::traced(config, file).await
        }
        None => Till::new(config).await,
    };
    Ok((till.map_err(|error| not_connected(error.to_string()))?, simulated))
}

/// `HOST[:PORT]` as an address; an IPv6 address with a port stands in brackets.
pub(crate) async fn resolve(name: &str, default_port: u16) -> Result<SocketAddr, String> {
    let found = match smol::net::resolve(name).await {
        Ok(found) => Ok(found),
        Err(_) => smol::net::resolve((name.trim_matches(['[', ']']), default_port)).await,
    };
    let found = found.map_err(|error| format!("{name}: {error}"))?;
    // Terminals speak IPv4; a name with both kinds of address is taken by that.
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first()).copied();
    first.ok_or_else(|| format!("{name}: no address"))
}

fn settings(args: &TillArgs, profile: &'static Profile) -> Settings {
    let mut settings = Settings::new(args.workstation.clone(), profile, first_request());
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

/// A number beyond those of earlier runs, without a memory of them: tenths of seconds, which come around every three
/// years. A till keeps its last number instead (I5).
fn first_request() -> RequestId {
    let tenths = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() / 100);
    let number = tenths % u128::from(RequestId::LAST.get());
    u32::try_from(number).ok().and_then(|number| RequestId::new(number).ok()).unwrap_or(RequestId::FIRST)
}

/// One operation under way.
struct Run<'v> {
    till: Till,
    view: &'v mut dyn View,
    standing: Standing,
    /// The number used last, aborts not counted.
    request_id: Option<RequestId>,
    /// How often Ctrl-C was pressed.
    presses: u32,
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
        if let Err(why) = self.till.start(request) {
            self.view.refused(&why);
            return exit::of_misuse(&why);
        }
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
                        let moves_money = request.operation.moves_money();
                        let outcome = if moves_money { Outcome::Unknown } else { Outcome::Aborted };
                        let (request_id, facts) = (self.request_id, Facts::default());
                        let finished = Finished {
                            request_id,
                            outcome,
                            reason: None,
                            settled_by: SettledBy::Answer,
                            facts,
                            stored: false,
                        };
                        return end(self.view, &finished, &request.operation);
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
                    Notice::Finished(finished) => {
                        return end(self.view, &finished, &request.operation);
                    }
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

    /// Waits until the numbers used here lie in the past, so that the next run takes others (I5).
    async fn let_numbers_pass(&self) {
        let Some(last) = self.request_id else { return };
        let last = last.get().saturating_add(self.presses);
        // At most a second: a clock that was set back must not hold anybody up.
        for _ in 0..20 {
            if first_request().get() > last {
                break;
            }
            smol::Timer::after(Duration::from_millis(50)).await;
        }
    }

    fn follow(&mut self, notice: Notice) {
        match notice {
            Notice::Started { request_id, request_type } => {
                self.request_id = Some(request_id);
                self.view.started(&request_id.to_string(), &request_type);
            }
            Notice::InDoubt { reason, .. } => self.view.in_doubt(reason),
            Notice::Sheet(sheet) => self.view.sheet(&sheet),
            Notice::AbortAnswered { accepted } => self.view.abort_answered(accepted),
            Notice::Total(total) => self.view.total(&total),
            Notice::CardCircuit { code, name } => self.view.circuit(&code, name.as_deref()),
            Notice::Detail { name, value } => self.view.detail(name, &value),
            Notice::Waiting(why) => self.view.waiting(why),
            Notice::Fault(fault) => self.view.fault(&fault),
            Notice::Trouble(trouble) => self.view.note(&trouble.to_string()),
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
