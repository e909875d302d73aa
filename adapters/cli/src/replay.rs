//! Traces: where they are written, and how they are run once more.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;

use opi_smol::trace::{Difference, replay};

use crate::args::ReplayArgs;

/// A file for a trace; one that is there is replaced.
pub(crate) fn create(path: &Path) -> io::Result<Box<dyn io::Write + Send>> {
    Ok(Box::new(BufWriter::new(File::create(path)?)))
}

/// Replays the file.
pub(crate) fn run(args: &ReplayArgs) -> ExitCode {
    let mut out = anstream::stdout();
    let name = args.file.display();
    let replayed = File::open(&args.file).map_err(Into::into).and_then(|file| {
        replay(BufReader::new(file), |millis, link, received, bytes| {
            if args.frames {
                let (seconds, thousandths) = (millis / 1000, millis % 1000);
                let direction = if received { "from" } else { "to" };
                let length = bytes.len();
                let _ = writeln!(out, "{seconds}.{thousandths:03} s  {link}  {direction} the terminal, {length} bytes");
                let _ = writeln!(out, "{}", printable(bytes));
            }
        })
    });
    let mut out = anstream::stdout();
    match replayed {
        Ok(replayed) => {
            if replayed.cut {
                let _ = writeln!(anstream::stderr(), "{name}: the last line is cut off and was left out");
            }
            match replayed.difference {
                None => {
                    let (inputs, outputs) = (replayed.inputs, replayed.outputs);
                    let _ = writeln!(out, "identical: {inputs} inputs, {outputs} outputs");
                    ExitCode::SUCCESS
                }
                Some(Difference { line, recorded, replayed }) => {
                    let _ = writeln!(out, "different at line {line}\n  recorded: {recorded}\n  replayed: {replayed}");
                    ExitCode::FAILURE
                }
            }
        }
        Err(why) => {
            let _ = writeln!(anstream::stderr(), "{name}: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Bytes as a text that moves no cursor.
fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|character| if character.is_control() && character != '\n' { '·' } else { character }).collect()
}
