//! All that must hold of a case.

use super::compare::{Tally, compare, describe};
use super::enclosure::Enclosure;
use super::generate::Case;
use super::reference::{in_domain, on_reference, sanitized};
use crate::tools::{self, Verdict};
use hesper_shader::Memory;
use hesper_shader::lower::{Lowered, lower};
use hesper_shader::tree::verify::Verified;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a case; yields the buffers that it may write, in order of the parameters.
pub type Executor<'a> = dyn Fn(&Case) -> Result<Vec<Memory<f32>>, String> + 'a;

/// Who is asked besides the verifier, the lowering and the reference executor.
pub struct Judges<'a> {
    /// Whether Tint judges the text.
    pub tint: bool,
    /// Who else runs the kernel; `None` where there is nobody.
    pub executor: Option<&'a Executor<'a>>,
    /// How many invocations its subgroups have; `None` where it does not run kernels with subgroups.
    pub subgroup_size: Option<u32>,
}

/// The size of subgroups where the executor does not say.
pub const SUBGROUP_SIZE: u32 = 8;

/// How often naga may change a text before it stays.
const MOST_REWRITINGS: usize = 8;

/// What failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Where.
    pub stage: Stage,
    /// How.
    pub message: String,
}

/// The checks, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The verifier accepts the tree.
    Verify,
    /// It lowers, to the same text every time, and to all other languages.
    Lower,
    /// naga reads the text, and comes to write it so that it stays as it is from then on.
    Naga,
    /// Tint accepts the text.
    Tint,
    /// The reference executor's sanitizer finds nothing.
    Sanitizer,
    /// Without the sanitizer the reference executor yields the same, to the bit.
    Reference,
    /// Its results are within WGSL's accuracy, and nothing rounded decides.
    Enclosure,
    /// Nobody panics.
    Panic,
    /// The other executor runs it.
    Run,
    /// And yields what WGSL allows.
    Results,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.stage, self.message)
    }
}

fn failure(stage: Stage) -> impl FnOnce(String) -> Failure {
    move |message| Failure { stage, message }
}

/// Checks a case.
///
/// # Errors
/// The first check that fails.
pub fn check(case: &Case, judges: &Judges<'_>) -> Result<Tally, Failure> {
    catch_unwind(AssertUnwindSafe(|| checked(case, judges))).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        let text = text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
        Err(failure(Stage::Panic)(text.unwrap_or_default()))
    })
}

fn checked(case: &Case, judges: &Judges<'_>) -> Result<Tally, Failure> {
    let verified = case.verified().map_err(failure(Stage::Verify))?;
    let wgsl = texts(&verified).map_err(failure(Stage::Lower))?;
    stays_as_it_is(&wgsl).map_err(failure(Stage::Naga))?;
    if judges.tint
        && let Verdict::Refused(message) = tools::tint(&wgsl)
    {
        return Err(failure(Stage::Tint)(message));
    }
    results(case, judges)
}

/// The WGSL; the other texts only have to be there.
fn texts(tree: &Verified) -> Result<String, String> {
    let lowered = || lower(tree).map_err(|error| error.to_string());
    let wgsl = |lowered: &Lowered| lowered.wgsl().map_err(|error| error.to_string());
    let first = lowered()?;
    let text = wgsl(&first)?;
    if wgsl(&lowered()?)? != text {
        return Err("another run of the lowering gives another text".to_string());
    }
    let others = [first.msl(), first.hlsl(), first.glsl()];
    for other in others {
        other.map_err(|error| error.to_string())?;
    }
    first.spirv().map_err(|error| error.to_string())?;
    Ok(text)
}

/// Whether naga reads a text, and comes to write what it read to the letter, apart from the names it makes up. Constants it evaluates
/// step by step, a step each time.
fn stays_as_it_is(wgsl: &str) -> Result<(), String> {
    let mut text = rewritten(wgsl)?;
    for _ in 0..MOST_REWRITINGS {
        let again = rewritten(&text)?;
        if renumbered(&again) == renumbered(&text) {
            return Ok(());
        }
        text = again;
    }
    let again = rewritten(&text)?;
    Err(format!(
        "the text changes whenever naga rewrites it\n{text}\n{again}"
    ))
}

/// The text with made-up names, `_e12` or longer, numbered in order.
fn renumbered(wgsl: &str) -> String {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut out = String::new();
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = wgsl;
    while let Some(start) = rest.find(is_name) {
        let (before, from) = rest.split_at(start);
        let (name, after) = from.split_at(from.find(|c| !is_name(c)).unwrap_or(from.len()));
        out.push_str(before);
        if name.starts_with("_e") {
            let next = known.len();
            let number = known.entry(name).or_insert(next);
            out.push_str(&format!("_{number}"));
        } else {
            out.push_str(name);
        }
        rest = after;
    }
    out + rest
}

fn rewritten(wgsl: &str) -> Result<String, String> {
    use naga::back::wgsl::{WriterFlags, write_string};
    let (module, info) = tools::naga(wgsl)?;
    write_string(&module, &info, WriterFlags::empty()).map_err(|error| error.to_string())
}

fn results(case: &Case, judges: &Judges<'_>) -> Result<Tally, Failure> {
    let size = judges.subgroup_size.unwrap_or(SUBGROUP_SIZE);
    let watched = sanitized(case, size).map_err(failure(Stage::Sanitizer))?;
    let reference = on_reference(case, size).map_err(failure(Stage::Reference))?;
    if watched.is_some_and(|watched| bits(&watched) != bits(&reference)) {
        let message = "with the sanitizer another result".to_string();
        return Err(failure(Stage::Reference)(message));
    }
    let enclosure = Enclosure::default();
    let allowed = in_domain(&enclosure, case, size).map_err(failure(Stage::Enclosure))?;
    if enclosure.is_undecided() {
        let message = "a rounded number decides; the generator is wrong".to_string();
        return Err(failure(Stage::Enclosure)(message));
    }
    let explain = |d| describe(&case.tree, &d);
    let tally = compare(&allowed, &reference)
        .map_err(explain)
        .map_err(failure(Stage::Enclosure))?;
    let runs = judges.subgroup_size.is_some() || !case.tree.uses_subgroups();
    match judges.executor.filter(|_| runs) {
        None => Ok(tally),
        Some(executor) => {
            let found = executor(case).map_err(failure(Stage::Run))?;
            compare(&allowed, &found)
                .map_err(explain)
                .map_err(failure(Stage::Results))
        }
    }
}

fn bits(memories: &[Memory<f32>]) -> Vec<Memory<u32>> {
    let bits = |memory: &Memory<f32>| memory.map_reals(f32::to_bits);
    memories.iter().map(bits).collect()
}
