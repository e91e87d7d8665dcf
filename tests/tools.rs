//! Independent judges of generated code: tools on the `PATH`, and naga's own WGSL parser.

use hesper_shader::lower::{LowerError, Lowered};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// What a tool says of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It accepts.
    Accepted,
    /// It refuses, with this message.
    Refused(String),
    /// It is not on the `PATH`, or could not be run, for this reason.
    Absent(String),
}

impl Verdict {
    /// Panics where the tool refuses; where it is absent, says so once.
    #[track_caller]
    pub fn require(self, what: &str) {
        match self {
            Verdict::Accepted => {}
            Verdict::Refused(message) => panic!("{what}: {message}"),
            Verdict::Absent(reason) => crate::tell(&format!("SKIPPED: {reason}")),
        }
    }
}

/// naga's WGSL parser and validator: what was written is standard WGSL to another eye than the writer's. The parser knows subgroups, but
/// not the line that enables them.
pub fn naga_parses(wgsl: &str) -> Verdict {
    match naga(wgsl) {
        Ok(_) => Verdict::Accepted,
        Err(message) => Verdict::Refused(format!("naga: {message}")),
    }
}

/// What naga reads in a text.
///
/// # Errors
/// What it finds wrong, and the text.
pub fn naga(wgsl: &str) -> Result<(naga::Module, naga::valid::ModuleInfo), String> {
    let wgsl = wgsl.strip_prefix("enable subgroups;").unwrap_or(wgsl);
    let refused = |message: String| format!("{message}\n{wgsl}");
    let module =
        naga::front::wgsl::parse_str(wgsl).map_err(|error| refused(error.emit_to_string(wgsl)))?;
    let flags = naga::valid::ValidationFlags::all();
    let mut validator = naga::valid::Validator::new(
        flags,
        naga::valid::Capabilities::SUBGROUP
            | naga::valid::Capabilities::SHADER_FLOAT16
            | naga::valid::Capabilities::SHADER_FLOAT16_IN_FLOAT32,
    );
    validator
        .subgroup_stages(naga::valid::ShaderStages::COMPUTE)
        .subgroup_operations(naga::valid::SubgroupOperationSet::all());
    let info = validator
        .validate(&module)
        .map_err(|error| refused(error.emit_to_string(wgsl)))?;
    Ok((module, info))
}

/// Tint, the WGSL compiler of Chromium; it also checks that barriers are in uniform control flow.
pub fn tint(wgsl: &str) -> Verdict {
    judge(
        "tint",
        &["--format", "wgsl", "-o", null_device()],
        "wgsl",
        wgsl.as_bytes(),
    )
}

/// The Khronos SPIR-V validator, for Vulkan 1.1.
pub fn spirv_val(words: &[u32]) -> Verdict {
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    judge("spirv-val", &["--target-env", "vulkan1.1"], "spv", &bytes)
}

/// The Khronos compiler of GLSL, by either of its names.
pub fn glslang(glsl: &str) -> Verdict {
    let arguments = ["-G", "--target-env", "spirv1.3", "-o", null_device()];
    let run = |tool| judge(tool, &arguments, "comp", glsl.as_bytes());
    match run("glslang") {
        Verdict::Absent(_) => run("glslangValidator"),
        verdict => verdict,
    }
}

/// Slang, whose compiler reads HLSL, which it then writes anew.
pub fn slang(hlsl: &str) -> Verdict {
    // In HLSL the exponent is a float, in Slang an integer.
    let frexp = ["", "2", "3", "4"].map(|n| {
        format!(
            "float{n} frexp(float{n} x, out float{n} e) {{ int{n} i; float{n} f = frexp(x, i); e = i; return f; }}"
        )
    });
    let lines: Vec<String> = hlsl.lines().map(lengths_turned).chain(frexp).collect();
    let arguments = ["-lang", "hlsl", "-target", "hlsl"];
    judge("slangc", &arguments, "hlsl", lines.join("\n").as_bytes())
}

/// A line of HLSL with `(int[8][4])0` for `(int[4][8])0`: in types without a name, Slang reads the lengths of arrays of arrays from the
/// inside out, HLSL from the outside in.
fn lengths_turned(line: &str) -> String {
    let turned = || {
        let (before, cast) = line.strip_suffix("])0;")?.rsplit_once('(')?;
        let (element, lengths) = cast.split_once('[')?;
        let lengths: Vec<&str> = lengths.rsplit("][").collect();
        Some(format!("{before}({element}[{}])0;", lengths.join("][")))
    };
    turned().unwrap_or_else(|| line.to_string())
}

/// Apple's compiler of MSL, which only macOS has.
pub fn metal(msl: &str) -> Verdict {
    let arguments = ["-sdk", "macosx", "metal", "-o", null_device(), "-c"];
    judge("xcrun", &arguments, "metal", msl.as_bytes())
}

/// Writes a kernel in one language and has a tool judge the text.
pub type Judge = fn(&Lowered) -> Result<Verdict, LowerError>;

/// Every judge of what a kernel is lowered to, by name.
pub const JUDGES: [(&str, Judge); 6] = [
    ("naga", |l| Ok(naga_parses(&l.wgsl()?))),
    ("tint", |l| Ok(tint(&l.wgsl()?))),
    ("spirv-val", |l| Ok(spirv_val(&l.spirv()?))),
    ("glslang", |l| match l.glsl() {
        Err(LowerError::Writer { message, .. }) if message.contains("f16") => {
            Ok(Verdict::Absent(format!("no GLSL for glslang: {message}")))
        }
        text => Ok(glslang(&text?)),
    }),
    ("slangc", |l| Ok(slang(&l.hlsl()?))),
    ("metal", |l| Ok(metal(&l.msl()?))),
];

/// Has a tool judge texts, and says how many it accepts or why it judges none.
///
/// # Panics
/// Where it refuses a text, where there was none, and where it judges some of them only.
#[track_caller]
pub fn require_all(tool: &str, verdicts: impl IntoIterator<Item = (String, Verdict)>) {
    let (mut accepted, mut reasons) = (0, Vec::new());
    for (name, verdict) in verdicts {
        match verdict {
            Verdict::Accepted => accepted += 1,
            Verdict::Refused(message) => panic!("{name}: {message}"),
            Verdict::Absent(reason) => reasons.push(reason),
        }
    }
    match (accepted, reasons.first()) {
        (0, None) => panic!("{tool} was shown nothing"),
        (0, Some(reason)) => crate::tell(&format!("SKIPPED: {reason}")),
        (_, Some(reason)) => panic!("{tool} judged {accepted} texts only: {reason}"),
        (_, None) => crate::tell(&format!("{tool} accepts {accepted} texts")),
    }
}

/// Runs `tool` with `arguments` and a file of these contents.
fn judge(tool: &str, arguments: &[&str], extension: &str, contents: &[u8]) -> Verdict {
    let file = match Scratch::new(extension, contents) {
        Ok(file) => file,
        Err(error) => return Verdict::Absent(format!("no scratch file: {error}")),
    };
    let output = Command::new(tool)
        .args(arguments)
        .arg(&file.0)
        .stdin(Stdio::null())
        .output();
    match output {
        Err(error) => Verdict::Absent(format!("{tool} does not run: {error}")),
        Ok(output) if output.status.success() => Verdict::Accepted,
        Ok(output) => Verdict::Refused(format!(
            "{tool}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// A file in the system's temporary directory, removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(extension: &str, contents: &[u8]) -> std::io::Result<Scratch> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hesper-{}-{number}.{extension}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::File::create(&path)?.write_all(contents)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A leftover in the temporary directory harms nobody.
        let _ = std::fs::remove_file(&self.0);
    }
}

const fn null_device() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}
