//! The network between a till and its terminal, with somebody in it who counts what passes and cuts.

use std::collections::BTreeMap;
use std::net::{Shutdown, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use smol::channel::{Receiver, Sender, bounded};
use smol::future::{or, pending};
use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::net::{TcpListener, TcpStream};
use smol::{Task, block_on};
use socket2::SockRef;

use crate::process::Places;

/// What is done to the network at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Both ends of the connection get a reset; what was on its way is lost.
    Reset,
    /// The same, right behind what was on its way.
    ResetBehind,
    /// All connections get a reset, and new ones too, until the network is back.
    Down,
    /// From here on nothing arrives any more, in any direction, and nobody is told.
    Silence,
    /// What was on its way arrives, and the end of the connection behind it; the other direction goes on.
    HalfClose,
    /// Nothing: somebody else does something.
    Pass,
}

/// What happens at a step beside the cut, before anything is passed on.
pub(crate) type Blow = Box<dyn FnMut() + Send>;

/// What has passed, and what is to be done about it.
#[derive(Default)]
struct State {
    /// Beginnings of connections, chunks, ends.
    steps: Vec<String>,
    strike: Option<(usize, Cut)>,
    blow: Option<Blow>,
    /// In force since the strike.
    outage: Option<Cut>,
    /// Connections. One whose sender is dropped gets a reset.
    open: BTreeMap<usize, Sender<()>>,
    next: usize,
}

/// Two ports, one for each channel.
pub(crate) struct Proxy {
    state: Arc<Mutex<State>>,
    doors: Vec<Task<()>>,
}

/// What to do with what came.
#[derive(Clone, Copy)]
enum Verdict {
    Pass,
    Swallow,
    PassAndEnd,
    Reset,
    PassAndReset,
}

impl Proxy {
    /// Stands between a till and a terminal, which do not know it.
    pub(crate) fn between() -> (Self, Places) {
        let mut places = Places::here();
        let mut proxy = Self { state: Arc::default(), doors: Vec::new() };
        places.seen_terminal = proxy.open("channel 0", &places.terminal);
        places.seen_till = proxy.open("channel 1", &places.till);
        (proxy, places)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Strikes at this step, counted from 1, of those that come from now on.
    pub(crate) fn strike(&self, step: usize, cut: Cut, blow: Option<Blow>) {
        let mut state = self.state();
        state.steps.clear();
        (state.strike, state.blow) = (Some((step, cut)), blow);
    }

    /// What has passed since then.
    pub(crate) fn steps(&self) -> Vec<String> {
        self.state().steps.clone()
    }

    /// The network is as new. Connections that a cut left behind are gone.
    pub(crate) fn heal(&self) {
        let mut state = self.state();
        (state.strike, state.blow) = (None, None);
        if state.outage.take().is_some() {
            state.open.clear();
        }
    }

    fn open(&mut self, channel: &'static str, to: &str) -> String {
        let listener = block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (state, to) = (Arc::clone(&self.state), to.parse().unwrap());
        self.doors.push(smol::spawn(async move {
            loop {
                let asked = listener.accept().await.unwrap().0;
                smol::spawn(begin(Arc::clone(&state), channel, asked, to)).detach();
            }
        }));
        address.to_string()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state().open.clear();
    }
}

/// Makes the other half of a connection.
async fn begin(state: Arc<Mutex<State>>, channel: &'static str, asked: TcpStream, to: SocketAddr) {
    let is_silent = state.lock().unwrap().outage == Some(Cut::Silence);
    // The other side of a silent network is not asked.
    let other = if is_silent { None } else { TcpStream::connect(to).await.ok() };
    if other.is_none() && !is_silent {
        // Nobody is there, so nobody was ever here.
        return reset(&[asked]);
    }
    let (held, gone) = bounded(1);
    let (number, verdict) = {
        let mut state = state.lock().unwrap();
        let number = state.next;
        state.next += 1;
        state.open.insert(number, held);
        (number, state.step(number, format!("{channel} connection")))
    };
    let ends = [Some(asked), other];
    let ends: Vec<TcpStream> = ends.into_iter().flatten().collect();
    match verdict {
        Verdict::Reset | Verdict::PassAndReset => return reset(&ends),
        Verdict::PassAndEnd => drop(ends[1].shutdown(Shutdown::Write)),
        Verdict::Pass | Verdict::Swallow => {}
    }
    carry(&state, number, channel, ends, gone).await;
}

/// Carries bytes both ways until both have ended.
async fn carry(state: &Mutex<State>, number: usize, channel: &str, mut ends: Vec<TcpStream>, gone: Receiver<()>) {
    let mut rooms = [vec![0; 64 * 1024], vec![0; 64 * 1024]];
    let mut is_over = [false, ends.len() < 2];
    let mut is_cut = [false; 2];
    for end in &ends {
        end.set_nodelay(true).unwrap();
    }
    while is_over != [true; 2] {
        let woken = {
            let [forth, back] = &mut rooms;
            let mut readers = ends.iter().cloned();
            let (one, other) = (readers.next(), readers.next());
            or(
                async {
                    let _ = gone.recv().await;
                    None
                },
                or(arrived(0, one.filter(|_| !is_over[0]), forth), arrived(1, other.filter(|_| !is_over[1]), back)),
            )
            .await
        };
        let Some((from, Ok(read))) = woken else {
            // A reset goes through as one.
            state.lock().unwrap().open.remove(&number);
            return reset(&ends);
        };
        is_over[from] = read == 0;
        let (direction, what) = (["forth", "back"][from], if read == 0 { "end" } else { "bytes" });
        let verdict = state.lock().unwrap().step(number, format!("{channel} {direction}: {what}"));
        let bytes = &rooms[from][..read];
        if let Some(to) = ends.get_mut(1 - from) {
            if matches!(verdict, Verdict::Pass | Verdict::PassAndEnd | Verdict::PassAndReset) && !is_cut[from] {
                // Whoever does not take it any more says so in the other direction.
                let _ = to.write_all(bytes).await;
            }
            if matches!(verdict, Verdict::PassAndEnd) || (read == 0 && !matches!(verdict, Verdict::Swallow)) {
                is_cut[from] = true;
                let _ = to.shutdown(Shutdown::Write);
            }
        }
        if matches!(verdict, Verdict::Reset | Verdict::PassAndReset) {
            return reset(&ends);
        }
    }
    // Nobody is told of an end that was swallowed.
    if state.lock().unwrap().outage == Some(Cut::Silence) {
        let _ = gone.recv().await;
        reset(&ends);
    }
    state.lock().unwrap().open.remove(&number);
}

async fn arrived(from: usize, stream: Option<TcpStream>, room: &mut [u8]) -> Option<(usize, std::io::Result<usize>)> {
    match stream {
        Some(mut stream) => Some((from, stream.read(room).await)),
        None => pending().await,
    }
}

/// A reset instead of an end, once they are dropped.
fn reset(ends: &[TcpStream]) {
    ends.iter().for_each(|end| drop(SockRef::from(end).set_linger(Some(Duration::ZERO))));
}

impl State {
    /// One more step.
    fn step(&mut self, number: usize, what: String) -> Verdict {
        self.steps.push(what);
        match self.outage {
            Some(Cut::Silence) => return Verdict::Swallow,
            Some(_) => return self.end(number),
            None => {}
        }
        let Some((_, cut)) = self.strike.filter(|(step, _)| *step == self.steps.len()) else { return Verdict::Pass };
        if let Some(blow) = &mut self.blow {
            blow();
        }
        match cut {
            Cut::Pass => Verdict::Pass,
            Cut::HalfClose => Verdict::PassAndEnd,
            Cut::Reset => self.end(number),
            Cut::ResetBehind => {
                self.end(number);
                Verdict::PassAndReset
            }
            Cut::Down => {
                self.outage = Some(cut);
                self.open.clear();
                Verdict::Reset
            }
            Cut::Silence => {
                self.outage = Some(cut);
                Verdict::Swallow
            }
        }
    }

    fn end(&mut self, number: usize) -> Verdict {
        self.open.remove(&number);
        Verdict::Reset
    }
}
