//! A terminal over HTTPS.

use std::collections::HashMap;
use std::future::{Future as _, poll_fn};
use std::task::Poll;
use std::time::{Duration, Instant};

use opi_core::nexo::front::{ExchangeId, Misuse, Settings};
use opi_core::time;
use smol::Timer;
use smol::future::FutureExt as _;

use super::application::{Application, Leaving};
use super::counter::{Counter, Effect, Lent, NAP, OpenError};
use super::records::Records;
use super::sealing::{Form, Keys, Received};
use crate::clock::now_local;
use crate::https::{Exchange, Server, StatusCode, TurnedAway};

/// What a terminal is made of.
#[derive(Debug)]
pub struct Service {
    /// Where tills reach it.
    pub server: Server,
    /// How it is set.
    pub settings: Settings,
    /// Its shared keys.
    pub keys: Keys,
    /// What it remembers.
    pub records: Records,
}

/// Something that happened at a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// A client got no exchange.
    TurnedAway(TurnedAway),
    /// Something the till should be told: a request that is not answered, in clear.
    Notify(Vec<u8>),
    /// Nothing can be stored any more.
    NotStored(String),
    /// An answer could not be sealed.
    NotSealed(String),
    /// The terminal begins anew.
    Restarted,
}

/// Why a terminal serves no more.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stopped {
    /// The records cannot be read.
    Open(OpenError),
    /// The server is gone.
    Server,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open(error) => error.fmt(out),
            Self::Server => out.write_str("the server is gone"),
        }
    }
}

impl std::error::Error for Stopped {}

/// Serves tills until that is impossible.
///
/// # Errors
/// See [`Stopped`].
pub async fn serve<A: Application>(
    mut service: Service,
    application: &mut A,
    mut tell: impl FnMut(Happening),
) -> Result<(), Stopped> {
    let begun = Instant::now();
    let mut next = 0;
    loop {
        let mut lent = Lent::default();
        let counter =
            Counter::open(&service.settings, &mut lent, application, &mut service.records).map_err(Stopped::Open)?;
        let mut run = Run { counter, server: &service.server, keys: &service.keys, begun, open: HashMap::new(), next };
        run.serve(&mut tell).await?;
        next = run.next;
        for (_, (exchange, _)) in run.open.drain() {
            exchange.close();
        }
        drop(run);
        application.restart();
        tell(Happening::Restarted);
    }
}

/// A terminal until its restart.
struct Run<'r, 'm, A> {
    counter: Counter<'m, A>,
    server: &'r Server,
    keys: &'r Keys,
    begun: Instant,
    open: HashMap<ExchangeId, (Exchange, Form)>,
    /// The number of the next exchange. Those of a server are its own affair.
    next: u64,
}

enum Event {
    Came(Option<Exchange>),
    TurnedAway(TurnedAway),
    Gone(ExchangeId),
    Time,
}

impl<A: Application> Run<'_, '_, A> {
    fn now(&self) -> time::Instant {
        time::Instant::from_millis(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Until the terminal is to restart.
    async fn serve(&mut self, tell: &mut impl FnMut(Happening)) -> Result<(), Stopped> {
        loop {
            let now = self.now();
            let (effects, until) = self.counter.drain(now);
            for effect in effects {
                match effect {
                    Effect::Reply { exchange, status, body } => self.reply(exchange, status, body, tell),
                    Effect::Notify(message) => tell(Happening::Notify(message)),
                    Effect::NotStored(why) => tell(Happening::NotStored(why)),
                    Effect::Restart => return Ok(()),
                }
            }
            match self.event(until).await {
                Event::Came(None) => return Err(Stopped::Server),
                Event::Came(Some(exchange)) => self.take(exchange),
                Event::TurnedAway(client) => tell(Happening::TurnedAway(client)),
                Event::Gone(exchange) => {
                    self.open.remove(&exchange);
                    let now = self.now();
                    self.counter.gone(now, exchange);
                }
                Event::Time => {}
            }
        }
    }

    async fn event(&mut self, until: Option<time::Instant>) -> Event {
        let nap = Instant::now() + NAP;
        // The terminal reads milliseconds, rounded down.
        let until = until.map(|until| self.begun + Duration::from_millis(until.as_millis().saturating_add(1)));
        let until = until.map_or(nap, |until| until.min(nap));
        let mut gone: Vec<_> =
            self.open.iter().map(|(id, (exchange, _))| (*id, Box::pin(exchange.abandoned()))).collect();
        let gone = poll_fn(move |context| {
            for (id, abandoned) in &mut gone {
                if abandoned.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Event::Gone(*id));
                }
            }
            Poll::Pending
        });
        let came = async { Event::Came(self.server.next().await) };
        let turned_away = async {
            match self.server.turned_away().await {
                Some(client) => Event::TurnedAway(client),
                None => std::future::pending().await,
            }
        };
        let ready = async {
            self.counter.application().ready().await;
            Event::Time
        };
        let time = async {
            Timer::at(until).await;
            Event::Time
        };
        // What the application has to say comes before new requests.
        ready.or(gone).or(came).or(turned_away).or(time).await
    }

    fn take(&mut self, mut exchange: Exchange) {
        let body = std::mem::take(&mut exchange.body);
        let (message, form) = match self.keys.open(body) {
            Received::Message(message, form) => (message, form),
            Received::Refused { status, body } => {
                // Its client may be gone.
                let _ = exchange.reply(status_of(status), body);
                return;
            }
        };
        if self.counter.application().loses(&message) {
            return exchange.close();
        }
        let id = ExchangeId(self.next);
        self.next += 1;
        let clear = form == Form::ClearDespiteKeys;
        let now = self.now();
        match self.counter.receive(now, now_local(), id, &message, clear) {
            Ok(()) => drop(self.open.insert(id, (exchange, form))),
            Err(Misuse::TooLong) => drop(exchange.reply(StatusCode::PAYLOAD_TOO_LARGE, Vec::new())),
            Err(_) => exchange.close(),
        }
    }

    fn reply(&mut self, id: ExchangeId, status: u16, body: Leaving, tell: &mut impl FnMut(Happening)) {
        let Some((exchange, form)) = self.open.remove(&id) else { return };
        let mut sealed = |body| match self.keys.seal(body, form) {
            Ok(body) => Some(body),
            Err(error) => {
                tell(Happening::NotSealed(error.to_string()));
                None
            }
        };
        match body {
            Leaving::Never => drop(self.open.insert(id, (exchange, form))),
            Leaving::Closed => exchange.close(),
            Leaving::Torn(body) => match sealed(body) {
                Some(mut body) => {
                    body.truncate(body.len() / 2);
                    let _ = exchange.reply(status_of(status), body);
                }
                None => exchange.close(),
            },
            Leaving::Whole(body) => match sealed(body) {
                Some(body) => drop(exchange.reply(status_of(status), body)),
                None => exchange.close(),
            },
            Leaving::Late(time, body) => {
                let Some(body) = sealed(body) else { return exchange.close() };
                smol::spawn(async move {
                    Timer::after(time).await;
                    let _ = exchange.reply(status_of(status), body);
                })
                .detach();
            }
        }
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
