//! A simulated terminal behind byte pipes, in virtual time: pipes take and give as few bytes as they like, and break where
//! they are told to.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write};
use opi_core::limits::SIM_TRANSMIT;
use opi_core::sim::{Conn, Entry, Input, Output, Setup, Terminal};
use opi_core::time::{Instant, WallTime};
use opi_embedded_io::blocking;

/// Bytes that a pipe holds: fewer than a frame, so that sending has to wait.
const PIPE: usize = 100;

pub fn wall(now: u64) -> WallTime {
    WallTime::new(1_775_000_000, 120).after(std::time::Duration::from_millis(now))
}

/// Which connections of a till a wire carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Request,
    Abort,
    Device,
}

/// Where a pipe breaks.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub role: Role,
    pub to_terminal: bool,
    /// Bytes that pass before it does, counted over all connections of the role.
    pub after: usize,
}

#[derive(Debug)]
struct Pipe {
    role: Role,
    conn: Option<Conn>,
    till_has_it: bool,
    /// Nobody is at its other end, and it does not end.
    is_silent: bool,
    to_terminal: VecDeque<u8>,
    to_till: VecDeque<u8>,
    broken: bool,
}

pub struct World {
    terminal: Box<Terminal>,
    tx: Vec<u8>,
    pub now: u64,
    pipes: Vec<Pipe>,
    /// Connections of the terminal that no wire took yet.
    calls: VecDeque<Conn>,
    listening: usize,
    pub booked: Vec<Entry>,
    pub complaints: Vec<&'static str>,
    /// Bytes taken or given at one time.
    pub chop: usize,
    pub cut: Option<Cut>,
    /// Bytes that passed, by role and direction.
    pub passed: [[usize; 2]; 3],
    /// Nobody answers at the terminal's port.
    pub unreachable: bool,
    /// So many connections come in from the terminal's side that say nothing and stay.
    pub silent: usize,
    /// The terminal takes nothing more once it has so many bytes of requests.
    pub stuck_after: usize,
    quiet: u32,
    /// Whether the till has no power: nothing of it passes any more.
    pub power: Option<Rc<Cell<bool>>>,
}

#[derive(Clone)]
pub struct Shared(pub Rc<RefCell<World>>);

impl Shared {
    pub fn new(setup: Setup, chop: usize) -> Self {
        Self(Rc::new(RefCell::new(World {
            terminal: Box::new(Terminal::new(setup)),
            tx: vec![0; SIM_TRANSMIT],
            now: 0,
            pipes: Vec::new(),
            calls: VecDeque::new(),
            listening: 0,
            booked: Vec::new(),
            complaints: Vec::new(),
            chop,
            cut: None,
            passed: [[0; 2]; 3],
            unreachable: false,
            silent: 0,
            stuck_after: usize::MAX,
            quiet: 0,
            power: None,
        })))
    }

    pub fn wire(&self, role: Role) -> PipeWire {
        PipeWire { world: self.clone(), role, pipe: None, listening: false }
    }

    /// How many of the silent connections the till keeps.
    pub fn silent_kept(&self) -> usize {
        self.0.borrow().pipes.iter().filter(|pipe| pipe.is_silent && pipe.till_has_it).count()
    }

    /// Lets the terminal do what it can, or time pass.
    pub fn step(&self) {
        self.0.borrow_mut().step();
    }
}

impl World {
    fn terminal(&mut self, input: Input<'_>) {
        self.terminal.handle_input(Instant::from_millis(self.now), input);
    }

    fn pipe_of(&mut self, conn: Conn) -> Option<&mut Pipe> {
        self.pipes.iter_mut().find(|pipe| pipe.conn == Some(conn))
    }

    fn step(&mut self) {
        let mut moved = false;
        for at in 0..self.pipes.len() {
            let Some(conn) = self.pipes[at].conn else { continue };
            let role = self.pipes[at].role;
            if role != Role::Device && self.passed[role as usize][1] > self.stuck_after {
                continue;
            }
            let bytes: Vec<u8> = self.pipes[at].to_terminal.drain(..).collect();
            if !bytes.is_empty() {
                self.terminal(Input::Received(conn, &bytes));
                moved = true;
            } else if !self.pipes[at].till_has_it || self.pipes[at].broken {
                self.pipes[at].conn = None;
                self.terminal(Input::Closed(conn));
                moved = true;
            }
        }
        moved |= self.drain();
        self.quiet = if moved { 0 } else { self.quiet + 1 };
        // Waiting for a person takes longer than the way of a byte.
        self.now += if self.quiet > 40 { 25 } else { 1 };
        self.terminal(Input::Tick);
        self.drain();
    }

    fn drain(&mut self) -> bool {
        let mut moved = false;
        loop {
            match self.terminal.poll_output(&mut self.tx) {
                Output::Wait { .. } => return moved,
                Output::Connect(conn) if self.listening > 0 => self.calls.push_back(conn),
                Output::Connect(conn) => self.terminal(Input::ConnectFailed(conn)),
                Output::Send { conn, length } => {
                    let bytes = self.tx[..length].to_vec();
                    if let Some(pipe) = self.pipe_of(conn) {
                        pipe.to_till.extend(bytes);
                    }
                }
                Output::Close(conn) => {
                    if let Some(pipe) = self.pipe_of(conn) {
                        pipe.conn = None;
                    }
                    self.calls.retain(|call| *call != conn);
                }
                Output::Booked(entry) => self.booked.push(entry),
                Output::Complaint(what) => self.complaints.push(what),
                other => panic!("{other:?}"),
            }
            moved = true;
        }
    }

    fn has_no_power(&self) -> bool {
        self.power.as_ref().is_some_and(|off| off.get())
    }

    fn new_pipe(&mut self, role: Role, conn: Conn) -> usize {
        self.pipes.push(Pipe {
            role,
            conn: Some(conn),
            till_has_it: true,
            is_silent: false,
            to_terminal: VecDeque::new(),
            to_till: VecDeque::new(),
            broken: false,
        });
        self.pipes.len() - 1
    }

    /// Lets so many bytes pass, or fewer: then the pipe is broken.
    fn pass(&mut self, pipe: usize, to_terminal: bool, wanted: usize) -> usize {
        if self.has_no_power() {
            return 0;
        }
        let role = self.pipes[pipe].role;
        let passed = &mut self.passed[role as usize][usize::from(to_terminal)];
        let mut may = wanted.min(self.chop);
        if let Some(cut) = self.cut.filter(|cut| cut.role == role && cut.to_terminal == to_terminal) {
            let left = cut.after.saturating_sub(*passed);
            if left < may {
                may = left;
                self.pipes[pipe].broken = true;
                self.cut = None;
                if !to_terminal {
                    self.pipes[pipe].to_till.truncate(left);
                }
            }
        }
        *passed += may;
        may
    }
}

pub struct PipeWire {
    world: Shared,
    role: Role,
    pipe: Option<usize>,
    listening: bool,
}

impl PipeWire {
    fn let_go(&mut self) {
        let mut world = self.world.0.borrow_mut();
        if let Some(pipe) = self.pipe.take() {
            world.pipes[pipe].till_has_it = false;
        }
        if core::mem::take(&mut self.listening) {
            world.listening -= 1;
            if world.listening == 0 {
                while let Some(conn) = world.calls.pop_front() {
                    world.terminal(Input::ConnectFailed(conn));
                }
            }
        }
    }
}

impl Drop for PipeWire {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl ErrorType for PipeWire {
    type Error = ErrorKind;
}

impl ReadReady for PipeWire {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        let world = self.world.0.borrow();
        if world.has_no_power() {
            return Ok(false);
        }
        let pipe = &world.pipes[self.pipe.ok_or(ErrorKind::NotConnected)?];
        Ok(pipe.broken || !pipe.to_till.is_empty() || (pipe.conn.is_none() && !pipe.is_silent))
    }
}

impl Read for PipeWire {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        let mut world = self.world.0.borrow_mut();
        let at = self.pipe.ok_or(ErrorKind::NotConnected)?;
        let length = into.len().min(world.pipes[at].to_till.len());
        if length > 0 && !world.pipes[at].broken {
            let length = world.pass(at, false, length);
            for (to, from) in into.iter_mut().zip(world.pipes[at].to_till.drain(..length)) {
                *to = from;
            }
            if length > 0 {
                return Ok(length);
            }
        }
        if world.pipes[at].broken {
            return Err(ErrorKind::ConnectionReset);
        }
        assert!(world.pipes[at].conn.is_none(), "read without having asked");
        Ok(0)
    }
}

impl Write for PipeWire {
    fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        let mut world = self.world.0.borrow_mut();
        let at = self.pipe.ok_or(ErrorKind::NotConnected)?;
        if world.pipes[at].broken || world.pipes[at].conn.is_none() {
            return Err(ErrorKind::BrokenPipe);
        }
        let room = PIPE - world.pipes[at].to_terminal.len();
        let length = world.pass(at, true, from.len().min(room));
        world.pipes[at].to_terminal.extend(&from[..length]);
        if length == 0 { Err(ErrorKind::BrokenPipe) } else { Ok(length) }
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl blocking::Wire for PipeWire {
    fn open(&mut self) -> Result<(), ErrorKind> {
        self.let_go();
        let mut world = self.world.0.borrow_mut();
        if self.role == Role::Device {
            self.listening = true;
            world.listening += 1;
            return Ok(());
        }
        if world.unreachable {
            return Err(ErrorKind::ConnectionRefused);
        }
        let conn = (0..8).map(Conn::Till).find(|conn| world.pipe_of(*conn).is_none()).unwrap();
        self.pipe = Some(world.new_pipe(self.role, conn));
        world.terminal(Input::Accepted(conn));
        Ok(())
    }

    fn is_open(&mut self) -> Result<bool, ErrorKind> {
        if self.role == Role::Device && self.pipe.is_none() {
            let mut world = self.world.0.borrow_mut();
            if world.silent > 0 {
                world.silent -= 1;
                let pipe = world.new_pipe(Role::Device, Conn::Device(0));
                world.pipes[pipe].conn = None;
                world.pipes[pipe].is_silent = true;
                self.pipe = Some(pipe);
            } else {
                let Some(conn) = world.calls.pop_front() else { return Ok(false) };
                self.pipe = Some(world.new_pipe(Role::Device, conn));
                world.terminal(Input::Connected(conn));
            }
            self.listening = false;
            world.listening -= 1;
        }
        Ok(true)
    }

    fn write_ready(&mut self) -> Result<bool, ErrorKind> {
        let world = self.world.0.borrow();
        let pipe = &world.pipes[self.pipe.ok_or(ErrorKind::NotConnected)?];
        Ok(pipe.to_terminal.len() < PIPE || pipe.broken || pipe.conn.is_none())
    }

    fn close(&mut self) {
        self.let_go();
    }
}

impl blocking::Clock for Shared {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.borrow().now)
    }

    fn wall(&self) -> WallTime {
        wall(self.0.borrow().now)
    }

    fn rest(&self) {
        self.step();
    }
}
