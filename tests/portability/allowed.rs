//! What an implementation of WGSL may yield where the reference executor yields some number.

use crate::seen::Dispatched;
use hesper_ad::accuracy::{Allowance, Allowed};
use hesper_shader::domain::Domain;
use hesper_shader::reference::{Binding, Options, run_with};
use hesper_shader::tree::{ParamKind, Scalar};
use hesper_shader::{Content, Memory};
use std::error::Error;

/// What decides where WGSL's accuracy bounds nothing, or rounding could have decided a comparison: relatively, and absolutely below 1. It is the widest that the
/// known programs' own checks grant a device.
const NEAR: f32 = 2e-3;

/// What a component is compared by; the runners know these numbers.
#[derive(Clone, Copy)]
enum Rule {
    /// Not at all.
    Not = 0,
    /// The bits are the same.
    Same = 1,
    /// A real within WGSL's bounds.
    Bounded = 2,
    /// A real that is near.
    Near = 3,
}

/// Bounds and rules, laid out as the arguments themselves.
pub(crate) struct Bounds {
    pub(crate) low: Vec<Content>,
    pub(crate) high: Vec<Content>,
    pub(crate) rules: Vec<Content>,
}

/// What may come out of a dispatch.
///
/// # Errors
/// Where the reference executor's own numbers are not within the bounds, which are wrong then.
pub(crate) fn bounds(ran: &Dispatched) -> Result<Bounds, Box<dyn Error>> {
    let bounded = wgsl_allows(ran);
    let mut bounds = Bounds {
        low: ran.after.clone(),
        high: ran.after.clone(),
        rules: Vec::new(),
    };
    for (i, (param, after)) in ran.tree.params.iter().zip(&ran.after).enumerate() {
        let Content::Elements(memory) = after else {
            bounds.rules.push(after.clone());
            continue;
        };
        let is_any = param.any_order.is_some();
        let rules = match memory {
            Memory::F32(reals) => {
                let is_half = is_half(param.kind);
                let allowed = bounded.as_ref().filter(|_| !is_half);
                let allowed = allowed.and_then(|all| all.get(i)?.as_ref());
                let mut components = Vec::new();
                for (at, real) in reals.iter().enumerate() {
                    let within = allowed.and_then(|all| all.get(at)).map(|a| a.bounds());
                    components.push(component(*real, within).map_err(|[low, high]| {
                        let (kernel, param) = (&ran.tree.name, &param.name);
                        format!("{kernel}: {param}, component {at}: {real:?} is not within {low:?} and {high:?}")
                    })?);
                }
                let part = |f: fn(&Component) -> f32| {
                    Content::Elements(Memory::F32(components.iter().map(f).collect()))
                };
                bounds.low[i] = part(|c| c.low);
                bounds.high[i] = part(|c| c.high);
                match is_half {
                    // As a half, the number that has it is in range.
                    true => part(|c| f32::from(c.rule as u8)),
                    false => part(|c| f32::from_bits(c.rule as u32)),
                }
            }
            integers => {
                let rule = if is_any { Rule::Not } else { Rule::Same };
                Content::Elements(Memory::U32(vec![rule as u32; integers.len()]))
            }
        };
        bounds.rules.push(rules);
    }
    Ok(bounds)
}

fn is_half(kind: ParamKind) -> bool {
    matches!(kind, ParamKind::Storage { element, .. } if element.scalar == Scalar::F16)
}

/// A real, with what it may be instead.
struct Component {
    low: f32,
    high: f32,
    rule: Rule,
}

fn component(real: f32, within: Option<[f64; 2]>) -> Result<Component, [f64; 2]> {
    let [low, high] = within.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    let all = |rule| Component {
        low: real,
        high: real,
        rule,
    };
    // WGSL lets a compiler assume that there is no NaN and no infinity.
    if !real.is_finite() {
        return Ok(all(Rule::Not));
    }
    if low == f64::NEG_INFINITY || high == f64::INFINITY {
        let by = NEAR * real.abs().max(1.0);
        let (low, high, rule) = (real - by, real + by, Rule::Near);
        return Ok(Component { low, high, rule });
    }
    let outwards = |x: f64, next: fn(f32) -> f32, past: fn(f64, f64) -> bool| {
        let rounded = x as f32;
        if past(rounded.into(), x) {
            rounded
        } else {
            next(rounded)
        }
    };
    let low_real = outwards(low, f32::next_down, |rounded, x| rounded <= x);
    let high_real = outwards(high, f32::next_up, |rounded, x| rounded >= x);
    if !(low_real <= real && real <= high_real) {
        return Err([low, high]);
    }
    Ok(Component {
        low: low_real,
        high: high_real,
        rule: Rule::Bounded,
    })
}

/// The dispatch in the domain of what WGSL allows; nothing where rounding could have decided a comparison there.
fn wgsl_allows(ran: &Dispatched) -> Option<Vec<Option<Vec<Allowed>>>> {
    let domain = Allowance::default();
    let mut memories: Vec<_> = ran
        .before
        .iter()
        .map(|passed| match passed {
            Content::Elements(memory) => Some(memory.map_reals(|x| domain.from_f32(x))),
            Content::Value(_) => None,
        })
        .collect();
    let mut bindings = Vec::new();
    let params = ran.tree.params.iter().zip(&ran.before);
    for ((param, passed), memory) in params.zip(&mut memories) {
        bindings.push(match (passed, memory) {
            (Content::Elements(_), Some(memory)) => match param.kind.writes() {
                true => Binding::Write(memory),
                false => Binding::Read(memory),
            },
            (Content::Value(value), _) => Binding::Value(value.map_real(|x| domain.from_f32(x))),
            (Content::Elements(_), None) => return None,
        });
    }
    run_with(
        &domain,
        &ran.tree,
        ran.groups,
        &mut bindings,
        &Options::fast(),
    )
    .ok()?;
    drop(bindings);
    if domain.take_undecided().is_some() {
        return None;
    }
    let reals = memories.into_iter().map(|memory| match memory {
        Some(Memory::F32(reals)) => Some(reals),
        _ => None,
    });
    Some(reals.collect())
}
