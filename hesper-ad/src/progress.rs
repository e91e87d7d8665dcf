//! What verification is at, told on the standard error where it takes longer than a second.

use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a check may take before there is a word, and how often there is another on a terminal.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes the cursor to the line's start and erases it.
const ERASE: &str = "\r\x1b[2K";

/// Tells what is being checked for as long as it lives: a line that counts seconds on a terminal, elsewhere one line for an op that takes
/// longer than a second.
pub struct Progress {
    told: Option<Sender<String>>,
    teller: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins with an op; says nothing where it is not `shown`.
    pub fn new(op: &str, shown: bool) -> Progress {
        if !shown {
            return Progress {
                told: None,
                teller: None,
            };
        }
        let (told, hears) = channel::<String>();
        let op = op.to_string();
        let teller = thread::Builder::new().spawn(move || {
            let (mut check, mut since) = (String::new(), Instant::now());
            let (terminal, mut told) = (stderr().is_terminal(), false);
            loop {
                match hears.recv_timeout(PATIENCE) {
                    Ok(next) => (check, since) = (next, Instant::now()),
                    Err(RecvTimeoutError::Timeout) if terminal => {
                        let seconds = since.elapsed().as_secs();
                        draw(&format!("{ERASE}checking {op}: {check}, {seconds} s"));
                        told = true;
                    }
                    Err(RecvTimeoutError::Timeout) if !told => {
                        tell(&format!("checking {op}: {check} …"));
                        told = true;
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            if terminal && told {
                draw(ERASE);
            }
        });
        // Without a thread to tell, there is no word: the check itself matters more.
        Progress {
            told: Some(told),
            teller: teller.ok(),
        }
    }

    /// Goes on to another check.
    pub fn at(&self, check: &str) {
        if let Some(told) = &self.told {
            // One that hears nothing any more has nothing to tell.
            told.send(check.to_string()).unwrap_or_default();
        }
    }

    /// Erases the line from a terminal, before a program prints there while others are still checked.
    pub fn clear() {
        if stderr().is_terminal() && std::io::stdout().is_terminal() {
            draw(ERASE);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.told = None;
        if let Some(teller) = self.teller.take() {
            // It only writes; if that failed, so be it.
            teller.join().unwrap_or_default();
        }
    }
}

fn draw(text: &str) {
    let mut to = stderr().lock();
    // A terminal that is gone needs no progress.
    to.write_all(text.as_bytes())
        .and_then(|()| to.flush())
        .unwrap_or_default();
}

#[allow(clippy::print_stderr)]
fn tell(line: &str) {
    // A test that passes keeps it to itself.
    eprintln!("{line}");
}
