//! All cases, some at a time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::case;
use crate::rule::Broken;
use crate::scratch::Scratch;

/// What is to be tested.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The till and its first arguments.
    pub program: Vec<String>,
    /// The till keeps its own journal; what needs another one is left out.
    pub own_journal: bool,
    /// Only cases whose name contains this.
    pub only: Option<String>,
    /// Cases at the same time. Most of their time is waiting.
    pub jobs: usize,
}

/// What came of one case.
#[derive(Debug)]
pub struct Found {
    /// Its name.
    pub case: String,
    /// `None` if it could not be played, and why.
    pub skipped: Option<&'static str>,
    /// The rule that was broken, if one was.
    pub broken: Option<Broken>,
}

/// Plays the cases, and tells each as soon as it has ended.
pub fn run(plan: &Plan, told: impl Fn(&Found) + Sync) -> Vec<Found> {
    let cases: Vec<_> = case::all()
        .into_iter()
        .filter(|case| plan.only.as_ref().is_none_or(|part| case.name().contains(part.as_str())))
        .collect();
    let scratch = Scratch::new("shim").ok();
    let shim = scratch.as_ref().and_then(|scratch| build_shim(&scratch.0));
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs.max(1) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let skipped = case.is_playable(plan.own_journal, shim.is_some()).err();
                    let broken = match skipped {
                        Some(_) => None,
                        None => case.play(&plan.program, plan.own_journal, shim.as_ref()).err(),
                    };
                    let one = Found { case: case.name().to_owned(), skipped, broken };
                    told(&one);
                    found.lock().unwrap_or_else(PoisonError::into_inner).push(one);
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Builds what makes writes short. `None` without a C compiler, or elsewhere than on Linux.
fn build_shim(folder: &Path) -> Option<PathBuf> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let (source, library) = (folder.join("shim.c"), folder.join("shim.so"));
    std::fs::write(&source, include_str!("shim.c")).ok()?;
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).arg("-ldl").output();
    built.is_ok_and(|output| output.status.success()).then_some(library)
}
