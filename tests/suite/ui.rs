//! What `shader!` accepts and refuses, and what the compiler then says: one mistake per file of `ui/fail`, with its expected text.
//!
//! After a wanted change run `TRYBUILD=overwrite cargo test -p tests --test suite ui` and read the new texts as prose.

use std::process::Command;

/// The compiler whose texts are committed; others word their errors differently.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn ui() {
    let version = compiler();
    if !version.starts_with(COMPILER) {
        tests::tell(&format!(
            "SKIPPED: compile-fail cases: their texts are those of {COMPILER}x, this is {version}"
        ));
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    match Command::new(rustc).arg("--version").output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_string(),
        Err(error) => format!("no compiler that can be asked ({error})"),
    }
}
