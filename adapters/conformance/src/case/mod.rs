//! The cases: each plays one thing that happens in shops, and names the rule that was broken.

mod cashier;
mod connections;
mod outcomes;
mod restart;
mod storing;
mod timing;
mod writing;

use std::path::PathBuf;

use crate::play::Play;
use crate::process::Program;
use crate::rule::Broken;
use crate::scene::{Scene, trouble};
use crate::scratch::Scratch;

/// One thing to be played.
pub(crate) struct Case {
    name: String,
    /// Whether it needs to decide what is stored.
    stores: bool,
    /// What is loaded into the till for it, if anything.
    shim: Option<Vec<(&'static str, String)>>,
    play: Box<Course>,
}

/// What happens, on the ground given.
type Course = dyn Fn(&Ground) -> Result<(), Broken> + Send + Sync;

/// What a case stands on.
pub(crate) struct Ground {
    program: Program,
    folder: Option<PathBuf>,
}

impl Ground {
    /// A terminal and a till that is ready.
    fn begin(&self, scene: Scene) -> Result<Play, Broken> {
        Play::begin(&self.program, self.folder.as_deref(), scene)
    }
}

impl Case {
    fn new(name: impl Into<String>, play: impl Fn(&Ground) -> Result<(), Broken> + Send + Sync + 'static) -> Self {
        Self { name: name.into(), stores: false, shim: None, play: Box::new(play) }
    }

    /// Only with a store that the test has.
    fn storing(mut self) -> Self {
        self.stores = true;
        self
    }

    /// Only with what changes the writes of the till.
    fn shim(mut self, told: Vec<(&'static str, String)>) -> Self {
        self.shim = Some(told);
        self
    }

    /// What is played.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it can be played: `Err` says why not.
    pub(crate) fn is_playable(&self, own_journal: bool, shim: bool) -> Result<(), &'static str> {
        if self.stores && own_journal {
            return Err("the till has its own journal");
        }
        if self.shim.is_some() && !shim {
            return Err("no C compiler, or not Linux");
        }
        Ok(())
    }

    pub(crate) fn play(&self, words: &[String], own_journal: bool, shim: Option<&PathBuf>) -> Result<(), Broken> {
        let folder = Scratch::new(&self.name).map_err(|error| trouble(&error.to_string()))?;
        let told = |told: &Vec<(&'static str, String)>| {
            told.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        };
        let preload = self.shim.as_ref().zip(shim).map(|(what, library)| (library.clone(), told(what)));
        let program = Program { words: words.to_vec(), preload };
        (self.play)(&Ground { program, folder: own_journal.then(|| folder.0.clone()) })
    }
}

/// All of them. The first ones tell most of a till that is new.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for add in [
        outcomes::plain,
        writing::cases,
        storing::cases,
        connections::cases,
        timing::cases,
        cashier::cases,
        restart::cases,
        outcomes::cases,
    ] {
        add(&mut cases);
    }
    cases
}
