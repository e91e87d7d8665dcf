//! A dispatch as JSON: all that it takes to repeat it elsewhere, and to compare.

use crate::allowed::bounds;
use crate::seen::Dispatched;
use hesper_shader::binding_bytes;
use hesper_shader::lower::lower;
use serde_json::{Value, json};
use std::error::Error;

/// The dispatch. Bytes are in hexadecimal; what is written is given three times more: the least, the greatest, and the rule for each component in its own place.
pub(crate) fn json(source: &str, ran: &Dispatched) -> Result<Value, Box<dyn Error>> {
    let tree = &ran.tree;
    let bounds = bounds(ran)?;
    let [before, low, high, rules] = [&ran.before, &bounds.low, &bounds.high, &bounds.rules]
        .map(|arguments| binding_bytes(tree, arguments));
    let mut bindings = Vec::new();
    for (_, param, _, access) in tree.bindings() {
        let at = bindings.len();
        bindings.push(match access.writes() {
            true => json!({
                "name": param.name,
                "type": "storage",
                "bytes": hex(&before[at]),
                "low": hex(&low[at]),
                "high": hex(&high[at]),
                "rules": hex(&rules[at]),
            }),
            false => json!({
                "name": param.name,
                "type": "read-only-storage",
                "bytes": hex(&before[at]),
            }),
        });
    }
    if let Some(block) = before.get(bindings.len()) {
        bindings.push(json!({ "name": "by value", "type": "uniform", "bytes": hex(block) }));
    }
    let mut features = Vec::new();
    if tree.uses_subgroups() {
        features.push("subgroups");
    }
    if tree.uses_f16() {
        features.push("shader-f16");
    }
    Ok(json!({
        "source": source,
        "kernel": tree.name,
        "features": features,
        "wgsl": lower(tree)?.wgsl()?,
        "groups": ran.groups,
        "bindings": bindings,
    }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
