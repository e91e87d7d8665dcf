//! What verification is at, told on the standard error where it takes longer than a second.

use std::cell::RefCell;
use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a check may take before there is a word, and how often there is another on a terminal.
const PATIENCE: Duration = Duration::from_secs(1);

/// Elsewhere, how long a check may take before there is another word; then there is one after ten times as long, and so on.
const LONG: Duration = Duration::from_secs(10);

/// Takes the cursor to the line's start and erases it.
const ERASE: &str = "\r\x1b[2K";

/// Tells what is being checked for as long as it lives: a line that counts seconds on a terminal, elsewhere one line for an op that takes
/// longer than a second, and one for a check that takes longer than ten. Where the op's own Rust is running all that time, the line says so:
/// nothing else would, of a loop there that never ends.
pub struct Progress {
    stage: Arc<Mutex<Stage>>,
    /// What this thread told of before.
    before: Option<Arc<Mutex<Stage>>>,
    ends: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

thread_local! {
    /// What this thread's verification is at.
    static STAGE: RefCell<Option<Arc<Mutex<Stage>>>> = const { RefCell::new(None) };
}

/// What a verification is at.
struct Stage {
    op: String,
    check: String,
    since: Instant,
    /// Which of the op's functions runs at which sizes, and since when.
    running: Option<(String, Instant)>,
    /// The first check that failed.
    failed: Option<String>,
}

impl Stage {
    /// `checking Op: exact field, running forward at n=2`; with what failed before.
    fn text(&self, now: Instant) -> String {
        let Stage { op, check, .. } = self;
        let failed = self.failed.as_ref();
        let failed = failed.map_or(String::new(), |what| format!(" ({what} FAILS)"));
        let running = self.running.as_ref();
        let running = running.filter(|(_, since)| now.duration_since(*since) >= PATIENCE);
        let running = running.map(|(what, _)| format!(", running {what}"));
        let running = running.unwrap_or_default();
        format!("checking {op}{failed}: {check}{running}")
    }
}

/// When there is a word off a terminal.
struct Words {
    next: Duration,
    /// The check of the last word.
    since: Option<Instant>,
}

impl Words {
    fn new() -> Words {
        Words {
            next: PATIENCE,
            since: None,
        }
    }

    /// What there is to say now.
    fn word(&mut self, stage: &Stage, now: Instant) -> Option<String> {
        if self.since.is_some_and(|since| since != stage.since) {
            (self.next, self.since) = (LONG, Some(stage.since));
        }
        let took = now.duration_since(stage.since);
        if took < self.next {
            return None;
        }
        self.since = Some(stage.since);
        let first = self.next == PATIENCE;
        self.next = if first { LONG } else { 10 * self.next };
        let text = stage.text(now);
        Some(match first {
            true => format!("{text} …"),
            false => format!("{text}, {} s …", took.as_secs()),
        })
    }
}

impl Progress {
    /// Begins with an op; says nothing where it is not `shown`.
    pub fn new(op: &str, shown: bool) -> Progress {
        let stage = Arc::new(Mutex::new(Stage {
            op: op.to_string(),
            check: "its signature".to_string(),
            since: Instant::now(),
            running: None,
            failed: None,
        }));
        let before = STAGE.replace(Some(stage.clone()));
        let (ends, hears) = channel::<()>();
        let told = stage.clone();
        let tell = move || {
            let (terminal, mut drawn) = (stderr().is_terminal(), false);
            let mut words = Words::new();
            while let Err(RecvTimeoutError::Timeout) = hears.recv_timeout(PATIENCE) {
                let (stage, now) = (lock(&told), Instant::now());
                let took = now.duration_since(stage.since);
                if terminal && took >= PATIENCE {
                    let (text, seconds) = (stage.text(now), took.as_secs());
                    draw(&format!("{ERASE}{text}, {seconds} s"));
                    drawn = true;
                } else if !terminal && let Some(word) = words.word(&stage, now) {
                    say(&word);
                }
            }
            if drawn {
                draw(ERASE);
            }
        };
        // Without a thread to tell, there is no word: the check itself matters more.
        let teller = shown.then(|| thread::Builder::new().spawn(tell).ok());
        Progress {
            stage,
            before,
            ends: Some(ends),
            teller: teller.flatten(),
        }
    }

    /// The op is called this.
    pub(crate) fn of(&self, op: &str) {
        lock(&self.stage).op = op.to_string();
    }

    /// Goes on to another check.
    pub fn at(&self, check: &str) {
        let mut stage = lock(&self.stage);
        (stage.check, stage.since) = (check.to_string(), Instant::now());
    }

    /// A check failed: said from now on, for the certificate comes only when all others are done.
    pub(crate) fn failed(&self, check: &str) {
        let mut stage = lock(&self.stage);
        stage.failed.get_or_insert_with(|| check.to_string());
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
        STAGE.set(self.before.take());
        self.ends = None;
        if let Some(teller) = self.teller.take() {
            // It only writes; if that failed, so be it.
            teller.join().unwrap_or_default();
        }
    }
}

/// Says for as long as it lives that one of the op's own functions runs.
pub(crate) struct Running(Option<(String, Instant)>);

impl Running {
    /// The function, and what tells its runs apart: sizes.
    pub(crate) fn new(function: &str, at: impl Display) -> Running {
        let now = Some((format!("{function} at {at}"), Instant::now()));
        Running(replace(now))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        replace(self.0.take());
    }
}

fn replace(running: Option<(String, Instant)>) -> Option<(String, Instant)> {
    STAGE.with_borrow(|stage| {
        let stage = stage.as_ref()?;
        std::mem::replace(&mut lock(stage).running, running)
    })
}

/// What is told of the stage holds even where a thread has panicked meanwhile.
fn lock(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

fn draw(text: &str) {
    let mut to = stderr().lock();
    // A terminal that is gone needs no progress.
    to.write_all(text.as_bytes())
        .and_then(|()| to.flush())
        .unwrap_or_default();
}

#[allow(clippy::print_stderr)]
fn say(line: &str) {
    // A test that passes keeps it to itself.
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;
    use std::cell::RefCell;

    /// Looks at what is told while its functions run.
    #[derive(Default)]
    struct Looks(RefCell<Vec<String>>);

    impl Looks {
        fn look(&self) {
            let later = Instant::now() + 2 * PATIENCE;
            let text = STAGE.with_borrow(|stage| stage.as_ref().map(|s| lock(s).text(later)));
            self.0.borrow_mut().extend(text);
        }
    }

    impl DiffOp for Looks {
        type Inputs<V> = [V; 1];
        type Outputs<V> = [V; 1];

        fn signature(&self) -> Signature {
            self.look();
            Signature::new("Looks").input("x", ["n"]).output("y", ["n"])
        }

        fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
            self.look();
            [x.clone()]
        }

        fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
            self.look();
            [dy.clone()]
        }

        fn plan(&self, _: &mut OpPlan) -> Result<(), OpError> {
            self.look();
            Ok(())
        }
    }

    #[test]
    fn it_is_told_which_function_of_the_op_runs() {
        let op = Looks::default();
        op.verify(&Options::default());
        let told = op.0.borrow();
        assert!(told[0].ends_with("Looks: its signature"), "{}", told[0]);
        for text in [
            // The very first recording.
            "checking Looks: its formulas, running forward at n=2",
            "checking Looks: its formulas, running backward at n=2",
            "checking Looks: whether spec and plan fit the ports, running plan at n=1",
        ] {
            assert!(told.iter().any(|told| told == text), "{text}: {told:?}");
        }
        assert!(STAGE.with_borrow(Option::is_none));
    }

    #[test]
    fn words_become_rare() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut stage = Stage {
            op: "Op".to_string(),
            check: "exact field".to_string(),
            since: start,
            running: Some(("forward at n=2".to_string(), at(5))),
            failed: None,
        };
        let mut words = Words::new();
        for (second, says) in [
            (0, None),
            (1, Some("checking Op: exact field …")),
            (2, None),
            (9, None),
            (
                10,
                Some("checking Op: exact field, running forward at n=2, 10 s …"),
            ),
            (11, None),
            (99, None),
            (
                100,
                Some("checking Op: exact field, running forward at n=2, 100 s …"),
            ),
        ] {
            let word = words.word(&stage, at(second));
            assert_eq!(word.as_deref(), says, "after {second} s");
        }
        // Another check is told of after a while only.
        (stage.check, stage.since, stage.running) = ("dual numbers".to_string(), at(200), None);
        stage.failed = Some("forward kernel = spec".to_string());
        for (second, says) in [
            (205, None),
            (
                210,
                Some("checking Op (forward kernel = spec FAILS): dual numbers, 10 s …"),
            ),
        ] {
            let word = words.word(&stage, at(second));
            assert_eq!(word.as_deref(), says, "after {second} s");
        }
    }
}
