//! Writes the kernels of the catalogue and of the known programs as launches that anything that runs WGSL can repeat: one JSON file each, with the text, what is
//! bound, and what may come out. `.ci/portability.sh` has Dawn and Chromium run them.
//!
//! ```text
//! cargo run -p tests --bin portability -- FOLDER
//! ```
#![allow(clippy::print_stdout, reason = "a program that reports")]

mod allowed;
mod case;
mod catalogue;
mod seen;

use examples::kernels::PROGRAMS;
use hesper_ad::ops;
use seen::Seen;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: portability FOLDER");
        return ExitCode::FAILURE;
    };
    match run(Path::new(&folder)) {
        Ok((kernels, launches)) => {
            println!("{launches} launches of {kernels} kernels");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How many kernels and launches there are.
fn run(folder: &Path) -> Result<(usize, usize), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let (mut kernels, mut launches) = (BTreeSet::new(), 0);
    let mut missing: BTreeSet<String> = BTreeSet::new();
    missing.extend(ops::kernels().iter().map(|kernel| kernel.name().into()));
    let seen = Seen::default();
    for op in ops::catalogue()? {
        catalogue::run(&*op, &seen)?;
    }
    let mut all = vec![("catalogue", seen.take())];
    for program in PROGRAMS {
        missing.extend(
            (program.kernels)()
                .iter()
                .map(|kernel| kernel.name().into()),
        );
        let seen = Seen::default();
        (program.check)(&seen.device())?;
        all.push((program.name, seen.take()));
    }
    for (source, dispatches) in all {
        for dispatch in dispatches {
            let case = case::json(source, &dispatch)?;
            missing.remove(&dispatch.tree.name);
            kernels.insert((source, dispatch.tree.name.clone()));
            let file = folder.join(format!("{launches:04}.json"));
            std::fs::write(file, case.to_string())?;
            launches += 1;
        }
    }
    match missing.is_empty() {
        true => Ok((kernels.len(), launches)),
        false => Err(format!("nothing launches {missing:?}").into()),
    }
}
