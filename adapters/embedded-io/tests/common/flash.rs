//! NOR flash with a power supply that fails: in the middle of a word, in the middle of erasing a page.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// What the power cut leaves of the word or the page that it hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Torn {
    /// Nothing happened yet. The word looks erased, but must not be written again.
    Nothing,
    /// All of it happened.
    All,
    /// Some bits did.
    Some,
    /// Anything may be read.
    Garbage,
}

pub const TORN: [Torn; 4] = [Torn::Nothing, Torn::All, Torn::Some, Torn::Garbage];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Erased,
    Written,
    /// Its page was being erased: what it reads says nothing.
    Undefined,
}

/// `W` bytes are a word, `P` bytes a page. Clones are the same flash.
#[derive(Clone)]
pub struct Flash<const W: usize, const P: usize> {
    bytes: Rc<RefCell<Vec<u8>>>,
    words: Rc<RefCell<Vec<Word>>>,
    pub torn: Rc<Cell<Torn>>,
    /// Words written and pages erased until the power fails; none: it does not.
    pub left: Rc<Cell<Option<u32>>>,
    /// Words written and pages erased so far.
    pub steps: Rc<Cell<u32>>,
    pub is_off: Rc<Cell<bool>>,
    chance: Rc<Cell<u64>>,
}

impl<const W: usize, const P: usize> Flash<W, P> {
    /// As it comes from the factory, or from another use.
    pub fn new(bytes: usize, fill: u8) -> Self {
        let state = if fill == 0xFF { Word::Erased } else { Word::Written };
        Self {
            bytes: Rc::new(RefCell::new(vec![fill; bytes])),
            words: Rc::new(RefCell::new(vec![state; bytes / W])),
            torn: Rc::new(Cell::new(Torn::Nothing)),
            left: Rc::default(),
            steps: Rc::default(),
            is_off: Rc::default(),
            chance: Rc::new(Cell::new(1)),
        }
    }

    pub fn cut_after(&self, steps: u32, torn: Torn, seed: u64) {
        self.left.set(Some(steps));
        self.torn.set(torn);
        self.chance.set(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    }

    /// The power comes back.
    pub fn on(&self) {
        self.left.set(None);
        self.is_off.set(false);
    }

    /// A copy that goes its own way.
    pub fn image(&self) -> Self {
        let copy = Self::new(0, 0xFF);
        copy.bytes.borrow_mut().clone_from(&self.bytes.borrow());
        copy.words.borrow_mut().clone_from(&self.words.borrow());
        copy
    }

    /// Spoils the word at this byte.
    pub fn spoil(&self, at: usize) {
        self.bytes.borrow_mut()[at] ^= 0x10;
    }

    fn random(&self) -> u8 {
        let mut x = self.chance.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.chance.set(x);
        (x >> 24) as u8
    }

    /// Whether the power lasts for one step more.
    fn step(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        match self.left.get() {
            Some(0) => {
                self.is_off.set(true);
                false
            }
            left => {
                self.left.set(left.map(|left| left - 1));
                true
            }
        }
    }

    fn tear(&self, from: &mut u8, to: u8) {
        *from = match self.torn.get() {
            Torn::Nothing => *from,
            Torn::All => to,
            // Of the bits that were to change.
            Torn::Some => *from ^ ((*from ^ to) & self.random()),
            Torn::Garbage => self.random(),
        };
    }
}

impl<const W: usize, const P: usize> ErrorType for Flash<W, P> {
    type Error = NorFlashErrorKind;
}

impl<const W: usize, const P: usize> ReadNorFlash for Flash<W, P> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        if self.is_off.get() {
            return Err(NorFlashErrorKind::Other);
        }
        let at = offset as usize;
        bytes.copy_from_slice(&self.bytes.borrow()[at..at + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.borrow().len()
    }
}

impl<const W: usize, const P: usize> NorFlash for Flash<W, P> {
    const WRITE_SIZE: usize = W;
    const ERASE_SIZE: usize = P;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for page in (from as usize..to as usize).step_by(P) {
            if self.is_off.get() {
                return Err(NorFlashErrorKind::Other);
            }
            let lasts = self.step();
            let (mut bytes, mut words) = (self.bytes.borrow_mut(), self.words.borrow_mut());
            for byte in &mut bytes[page..page + P] {
                if lasts { *byte = 0xFF } else { self.tear(byte, 0xFF) }
            }
            words[page / W..(page + P) / W].fill(if lasts { Word::Erased } else { Word::Undefined });
            if !lasts {
                return Err(NorFlashErrorKind::Other);
            }
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, from: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, from.len())?;
        for (at, word) in from.chunks(W).enumerate().map(|(count, word)| (offset as usize + count * W, word)) {
            if self.is_off.get() {
                return Err(NorFlashErrorKind::Other);
            }
            let lasts = self.step();
            let (mut bytes, mut words) = (self.bytes.borrow_mut(), self.words.borrow_mut());
            assert_eq!(words[at / W], Word::Erased, "a word at {at} that was not erased is written");
            words[at / W] = Word::Written;
            for (to, from) in bytes[at..at + W].iter_mut().zip(word) {
                if lasts { *to = *from } else { self.tear(to, *from) }
            }
            if !lasts {
                return Err(NorFlashErrorKind::Other);
            }
        }
        Ok(())
    }
}
