//! The machine: registers, the timer, the reset, the debugger, and memory that outlives a reset. The one file with
//! unsafe code.

use core::cell::Cell;
use core::ptr::{read_volatile, write_volatile};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use cortex_m::peripheral::scb::SystemHandler;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use cortex_m_semihosting::nr;
use critical_section::Mutex;

/// Bytes of the memory that plays the flash.
pub const FLASH: usize = 64 * 1024;

/// Where the memory that plays the flash begins: QEMU keeps the 16 MiB from here in a file, so they outlive it.
const FLASH_BEGIN: usize = 0x2100_0000;

/// Ticks of the processor's clock for a millisecond: 25 MHz.
const MILLISECOND: u32 = 25_000;

static MILLIS: AtomicU32 = AtomicU32::new(0);
/// When the machine is to be reset; the last value: never.
static RESET_AT: AtomicU32 = AtomicU32::new(u32::MAX);

/// What else is done at every tick.
static ON_TICK: Mutex<Act> = Mutex::new(Cell::new(None));
type Act = Cell<Option<fn()>>;

#[exception]
fn SysTick() {
    let now = MILLIS.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
    if let Some(act) = critical_section::with(|section| ON_TICK.borrow(section).get()) {
        act();
    }
    if now >= RESET_AT.load(Ordering::Relaxed) {
        // Wherever the program is: in the middle of a frame, of a record, of a word.
        cortex_m::peripheral::SCB::sys_reset();
    }
}

/// Has this done at every tick of the timer, inside its interrupt.
pub fn on_tick(act: fn()) {
    critical_section::with(|section| ON_TICK.borrow(section).set(Some(act)));
}

/// Starts the timer.
pub fn start() {
    let Some(mut core) = cortex_m::Peripherals::take() else {
        loop {
            cortex_m::asm::wfi();
        }
    };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(MILLISECOND - 1);
    core.SYST.clear_current();
    core.SYST.enable_counter();
    core.SYST.enable_interrupt();
    // SAFETY: nothing masks by priority here; the priority is that of the timer alone.
    unsafe { core.SCB.set_priority(SystemHandler::SysTick, 0) };
}

/// Milliseconds since the machine started.
pub fn millis() -> u32 {
    MILLIS.load(Ordering::Relaxed)
}

/// Has the machine reset in so many milliseconds.
pub fn reset_in(millis: u32) {
    RESET_AT.store(self::millis().saturating_add(millis), Ordering::Relaxed);
}

/// Resets the machine.
pub fn reset() -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}

unsafe extern "C" {
    /// The lowest byte that the stack may reach, and the one behind its first: from the linker script of `cortex-m-rt`.
    static mut _stack_end: u32;
    static mut _stack_start: u32;
}

/// What an untouched word of the stack holds.
const PAINT: u32 = 0xCCCC_CCCC;

/// Paints what is free of the stack, so that [`stack_used`] tells how deep it was since.
#[inline(never)]
pub fn paint_stack() {
    // An interrupt would have its registers painted over.
    critical_section::with(|_| {
        let (mut word, top) = (&raw mut _stack_end, cortex_m::register::msp::read() as *mut u32);
        while word < top {
            // SAFETY: between the end of the stack and its pointer there is nothing. The frame of this function is above.
            unsafe { write_volatile(word, PAINT) };
            word = word.wrapping_add(1);
        }
    });
}

/// Bytes of the stack at its deepest since it was painted, what was on it then included.
pub fn stack_used() -> usize {
    let (mut word, top) = (&raw const _stack_end, &raw const _stack_start);
    // SAFETY: words of the stack, which are there whatever they hold.
    while word < top && unsafe { read_volatile(word) } == PAINT {
        word = word.wrapping_add(1);
    }
    top as usize - word as usize
}

/// The memory that plays the flash, once.
pub fn flash() -> Option<&'static mut [u8; FLASH]> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    if TAKEN.swap(true, Ordering::Relaxed) {
        return None;
    }
    // SAFETY: lent once. The memory is there, nothing else is in it, and every value of a byte is one.
    Some(unsafe { &mut *(FLASH_BEGIN as *mut [u8; FLASH]) })
}

/// The registers of the Ethernet controller.
const ETHERNET: usize = 0x4020_0000;

/// Reads a register of the Ethernet controller.
pub fn read(register: usize) -> u32 {
    // SAFETY: the controller's 256 bytes of registers; reading them touches no memory of the program.
    unsafe { read_volatile((ETHERNET + (register & 0xFC)) as *const u32) }
}

/// Writes a register of the Ethernet controller.
pub fn write(register: usize, value: u32) {
    // SAFETY: as for reading; the controller works without access to the memory of the program.
    unsafe { write_volatile((ETHERNET + (register & 0xFC)) as *mut u32, value) }
}

/// Seconds since 1970 on the clock of the host: a till has a clock with a battery instead.
pub fn seconds() -> i64 {
    // SAFETY: the call takes no argument and returns a number.
    let seconds = unsafe { cortex_m_semihosting::syscall1(nr::TIME, 0) };
    seconds as i64
}

/// The command line: a till has settings instead.
pub fn command_line(line: &mut [u8]) -> Option<&str> {
    let block = [line.as_mut_ptr() as usize, line.len()];
    // SAFETY: the call fills the lent bytes and says in the block how many.
    let failed = unsafe { cortex_m_semihosting::syscall(nr::GET_CMDLINE, &block) };
    // SAFETY: the debugger wrote to the block.
    let length = unsafe { read_volatile(&raw const block[1]) };
    let line = line.get(..length).filter(|_| failed == 0)?;
    core::str::from_utf8(line).ok().map(|line| line.trim_end_matches('\0'))
}
