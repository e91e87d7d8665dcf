//! Prints a kernel of the catalogue, or of the programs in `kernels`, as WGSL, SPIR-V, MSL, HLSL, GLSL or as the tree it is lowered from.
//!
//! ```sh
//! cargo run --release --example emit_wgsl -- softmax
//! cargo run --release --example emit_wgsl -- matmul --target msl
//! cargo run --release --example emit_wgsl -- softmax softmax_backward   # one module
//! cargo run --release --example emit_wgsl -- softmax --target spirv --output softmax.spv
//! cargo run --release --example emit_wgsl -- --list
//! ```

use clap::{Parser, ValueEnum};
use examples::kernels::PROGRAMS;
use hesper_ad::ops;
use hesper_shader::Kernel;
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Prints a kernel of the catalogue or of a known program in the language of your choice.
#[derive(Parser)]
struct Options {
    /// Name of the kernel; several make one module.
    #[arg(required_unless_present = "list")]
    names: Vec<String>,
    /// What to print.
    #[arg(long, value_enum, default_value = "wgsl")]
    target: Target,
    /// Write to a file instead; SPIR-V then is binary.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// List the kernels.
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    Wgsl,
    /// Words in hexadecimal, eight to a line.
    Spirv,
    Msl,
    Hlsl,
    Glsl,
    /// The kernel's own tree.
    Tree,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut kernels = ops::kernels();
    kernels.extend(PROGRAMS.iter().flat_map(|program| (program.kernels)()));
    if options.list {
        let lines: String = kernels
            .iter()
            .map(|k| format!("{}\n", summary(k)))
            .collect();
        return print(lines.as_bytes());
    }
    let of_name = |name: &String| {
        let found = kernels.iter().find(|kernel| kernel.name() == name);
        found.cloned().ok_or_else(|| unknown(name, &kernels))
    };
    let chosen = options.names.iter().map(of_name);
    let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
    let contents = emit(&chosen, options.target, options.output.is_some())?;
    match &options.output {
        Some(file) => {
            std::fs::write(file, contents).map_err(|e| format!("{}: {e}", file.display()).into())
        }
        None => print(&contents),
    }
}

fn emit(kernels: &[Kernel], target: Target, binary: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    let lowered = match kernels {
        [kernel] => kernel.lowered()?.clone(),
        several => Kernel::module(several)?.ok_or("no kernel was named")?,
    };
    let trees = || -> Result<String, Box<dyn Error>> {
        let trees = kernels.iter().map(|kernel| Ok(kernel.tree()?.to_string()));
        Ok(trees
            .collect::<Result<Vec<_>, Box<dyn Error>>>()?
            .join("\n"))
    };
    let text = match target {
        Target::Wgsl => lowered.wgsl()?.to_string(),
        Target::Msl => lowered.msl()?,
        Target::Hlsl => lowered.hlsl()?,
        Target::Glsl => lowered.glsl()?,
        Target::Tree => trees()?,
        Target::Spirv => {
            let words = lowered.spirv()?;
            if binary {
                return Ok(words.iter().flat_map(|w| w.to_le_bytes()).collect());
            }
            words
                .chunks(8)
                .map(|line| line.iter().map(|w| format!("{w:08x} ")).collect::<String>() + "\n")
                .collect()
        }
    };
    Ok(text.into_bytes())
}

/// Writes to standard output; a reader that has seen enough is no error.
fn print(contents: &[u8]) -> Result<(), Box<dyn Error>> {
    match std::io::stdout().write_all(contents) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

fn summary(kernel: &Kernel) -> String {
    let docs = kernel
        .tree()
        .ok()
        .and_then(|tree| tree.docs.first().cloned())
        .unwrap_or_default();
    format!("{:32} {docs}", kernel.name())
}

fn unknown(name: &str, kernels: &[Kernel]) -> String {
    let names: Vec<&str> = kernels.iter().map(Kernel::name).collect();
    format!(
        "there is no kernel `{name}`; there are: {}",
        names.join(", ")
    )
}
