//! Random token streams and mutated kernels through the expansion of `shader!`: it gives errors, but never panics, and what it gives is a file of Rust.
//!
//! ```text
//! cargo run --release --manifest-path hesper-macros/fuzz/Cargo.toml -- --inputs 10000000 --seed 1 --threads 2
//! ```
//!
//! The kernels are those of the repository's sources, the compile-fail cases among them. It needs neither nightly Rust nor libFuzzer: an expansion is told nothing
//! about coverage, but there is time for hundreds of thousands in a minute. A failing input is made small and printed, and becomes a line of `hesper-macros`'s tests.
#![forbid(unsafe_code)]
#![allow(clippy::large_enum_variant, reason = "as in the macro itself")]

// The macro's own sources: a crate of a macro exports nothing else.
#[path = "../../src/ast.rs"]
mod ast;
#[path = "../../src/builtins.rs"]
mod builtins;
#[path = "../../src/check/mod.rs"]
mod check;
#[path = "../../src/elsewhere.rs"]
mod elsewhere;
#[path = "../../src/errors.rs"]
mod errors;
#[path = "../../src/expand/mod.rs"]
mod expand;
#[path = "../../src/groups/mod.rs"]
mod groups;
#[path = "../../src/messages.rs"]
mod messages;
#[path = "../../src/methods.rs"]
mod methods;
#[path = "../../src/parse/mod.rs"]
mod parse;
#[path = "../../src/scope.rs"]
mod scope;
#[path = "../../src/shader.rs"]
mod shader;

mod corpus;
mod mutate;
mod random;
mod tokens;

use corpus::Corpus;
use proc_macro2::{TokenStream, TokenTree};
use random::Random;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::process::ExitCode;
use std::time::Instant;
use tokens::{Token, stream, text};

/// Of so many expansions one is parsed as a file of Rust, which takes as long as the expansion.
const PARSED: u64 = 8;

fn main() -> ExitCode {
    let mut options = [("--inputs", 100_000), ("--seed", 1), ("--threads", 1)];
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let known = options.iter_mut().find(|(name, _)| *name == argument);
        match (known, arguments.next().map(|value| value.parse::<u64>())) {
            (Some((_, value)), Some(Ok(given))) => *value = given,
            _ => {
                eprintln!("usage: fuzz [--inputs N] [--seed N] [--threads N]");
                return ExitCode::FAILURE;
            }
        }
    }
    let [(_, inputs), (_, seed), (_, threads)] = options;
    let threads = threads.max(1);
    // Panics are what is looked for: they are told once, with the input.
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let start = Instant::now();
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let workers = (0..threads).map(|worker| {
            let share = inputs / threads + u64::from(worker < inputs % threads);
            scope.spawn(move || run(seed.wrapping_mul(1 << 20).wrapping_add(worker), share))
        });
        let workers: Vec<_> = workers.collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    set_hook(hook);
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
    println!(
        "{} inputs of {} kernels in {:.0} s: {} expand without an error, {} panic, {} of {} parsed are no file of Rust",
        sum(|t| t.inputs),
        tallies.iter().map(|t| t.kernels).max().unwrap_or_default(),
        start.elapsed().as_secs_f64(),
        sum(|t| t.clean),
        sum(|t| t.panics),
        sum(|t| t.unparsed),
        sum(|t| t.parsed),
    );
    let all = sum(|t| t.inputs) == inputs && inputs > 0 && sum(|t| t.clean) > 0;
    match all && sum(|t| t.panics) + sum(|t| t.unparsed) == 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// What came of a thread's inputs.
#[derive(Default)]
struct Tally {
    kernels: u64,
    inputs: u64,
    clean: u64,
    panics: u64,
    parsed: u64,
    unparsed: u64,
}

/// What an expansion comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Clean,
    Errors,
    Panic,
    NotRust,
}

fn expand(tokens: &[Token], parse: bool) -> End {
    let expanded = catch_unwind(AssertUnwindSafe(|| {
        // The path of the runtime, which `shader!` of the library hands over.
        let mut input: TokenStream = quote::quote!([hesper]);
        input.extend(stream(tokens));
        let output = shader::shader(input);
        let is_clean = !has_error(output.clone());
        if parse && syn::parse2::<syn::File>(output).is_err() {
            return End::NotRust;
        }
        if is_clean { End::Clean } else { End::Errors }
    }));
    expanded.unwrap_or(End::Panic)
}

/// Whether there is a `compile_error!` anywhere.
fn has_error(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_error(group.stream()),
        TokenTree::Ident(ident) => ident == "compile_error",
        _ => false,
    })
}

fn run(seed: u64, inputs: u64) -> Tally {
    let corpus = Corpus::read();
    let mut random = Random::new(seed);
    let mut tally = Tally {
        kernels: corpus.kernels.len() as u64,
        ..Tally::default()
    };
    for input in 0..inputs {
        let tokens = mutate::input(&corpus, &mut random);
        let parse = input % PARSED == 0;
        tally.inputs += 1;
        tally.parsed += u64::from(parse);
        let end = expand(&tokens, parse);
        match end {
            End::Clean => tally.clean += 1,
            End::Errors => {}
            End::Panic => tally.panics += 1,
            End::NotRust => tally.unparsed += 1,
        }
        let told = tally.panics + tally.unparsed;
        if matches!(end, End::Panic | End::NotRust) && told <= 5 {
            let small = mutate::shrink(tokens, |fewer| expand(fewer, true) == end);
            let what = if end == End::Panic {
                "panics"
            } else {
                "is no file of Rust"
            };
            eprintln!("{what}: {}", text(&small));
        }
    }
    tally
}
