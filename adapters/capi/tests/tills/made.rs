//! The programs under test, made once for each run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A till of the examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In C, with the sanitizers for addresses, leaks and undefined behaviour: each ends it with a status of its own.
    C,
    /// In C as it is delivered, under valgrind.
    Valgrind,
    /// In Python over ctypes.
    Python,
}

/// What a sanitizer or valgrind ends a till with. None of its own statuses.
pub(crate) const INVALID: i32 = 99;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo puts the library that belongs to this test.
fn libraries() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The command `opi`, built beside this test.
pub(crate) fn opi() -> &'static Path {
    static OPI: OnceLock<PathBuf> = OnceLock::new();
    OPI.get_or_init(|| {
        let profile = libraries().parent().unwrap().to_owned();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "--package", "opi-cli"]).current_dir(root());
        cargo.env("CARGO_TARGET_DIR", profile.parent().unwrap());
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        run(&mut cargo);
        profile.join("opi")
    })
}

/// The sources of the till, compiled with these flags.
fn compiled(name: &str, flags: &[&str]) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let flags = ["-O1", "-g", "-fno-omit-frame-pointer"].iter().chain(flags).copied().collect::<Vec<_>>().join(" ");
    let mut make = Command::new("make");
    make.current_dir(root().join("examples/c")).arg("--always-make");
    make.arg(format!("OPI_LIB={}", libraries().join("libopi_capi.a").display()));
    make.arg(format!("PROGRAM={}", program.display())).env("CFLAGS", flags);
    run(&mut make);
    program
}

/// The till in C as it is delivered.
fn plain() -> &'static Path {
    static PLAIN: OnceLock<PathBuf> = OnceLock::new();
    PLAIN.get_or_init(|| compiled("till", &[]))
}

fn script() -> PathBuf {
    root().join("examples/python/till.py")
}

fn shared_library() -> PathBuf {
    libraries().join("libopi_capi.so")
}

/// The words that start a till that is given orders. That in C is without the sanitizers: the test for adapters loads a
/// library of its own into it.
pub(crate) fn ordered(kind: Kind) -> Vec<String> {
    let library = format!("OPI_LIB={}", shared_library().display());
    let words: Vec<String> = match kind {
        Kind::C | Kind::Valgrind => vec![plain().display().to_string()],
        Kind::Python => vec!["env".to_owned(), library, "python3".to_owned(), script().display().to_string()],
    };
    [words, vec!["orders".to_owned()]].concat()
}

/// The command that starts a till of this kind.
pub(crate) fn till(kind: Kind) -> Command {
    static SANITIZED: OnceLock<PathBuf> = OnceLock::new();
    match kind {
        Kind::C => {
            let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
            let mut till = Command::new(SANITIZED.get_or_init(|| compiled("till-sanitized", &flags)));
            till.env("ASAN_OPTIONS", format!("exitcode={INVALID}:detect_stack_use_after_return=1"));
            till.env("LSAN_OPTIONS", format!("exitcode={INVALID}"));
            till.env("UBSAN_OPTIONS", format!("exitcode={INVALID}:print_stacktrace=1"));
            till
        }
        Kind::Valgrind => {
            let mut till = Command::new("valgrind");
            till.args(["--quiet", "--leak-check=full", "--show-leak-kinds=all", "--errors-for-leak-kinds=all"]);
            till.arg(format!("--error-exitcode={INVALID}"));
            till.arg(plain());
            till
        }
        Kind::Python => {
            let mut till = Command::new("python3");
            till.arg(script()).env("OPI_LIB", shared_library());
            till
        }
    }
}
