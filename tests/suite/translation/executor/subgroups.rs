//! What the invocations of a subgroup exchange.

use super::Outcome;
use super::arithmetic::binary;
use super::functions::{greatest, least};
use super::invocation::Invocation;
use super::memory::World;
use super::values::Value;
use hesper_shader::domain::Domain;
use naga::{
    BinaryOperator, CollectiveOperation, Direction, Expression, GatherMode, Handle, Statement,
    SubgroupOperation,
};

/// The lanes that exchange, lowest first, and what each gives.
struct Given<V> {
    lanes: Vec<usize>,
    values: Vec<Value<V>>,
}

/// Whether the statement is an exchange among a subgroup.
pub(super) fn is_exchange(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::SubgroupBallot { .. }
            | Statement::SubgroupGather { .. }
            | Statement::SubgroupCollectiveOperation { .. }
    )
}

/// Does the exchange for these lanes of a subgroup, which wait at the statement.
pub(super) fn exchange<'m, D: Domain<Mask = bool>>(
    statement: &'m Statement,
    subgroup: &mut [Invocation<'m, D::Value>],
    lanes: Vec<usize>,
    world: &World<'m, D>,
) -> Outcome<()> {
    let give = |handle: Handle<Expression>| -> Outcome<Vec<Value<D::Value>>> {
        lanes
            .iter()
            .map(|lane| subgroup[*lane].value(handle, world))
            .collect()
    };
    let (result, got) = match statement {
        Statement::SubgroupBallot { result, predicate } => {
            let holds = match predicate {
                Some(predicate) => give(*predicate)?,
                None => vec![Value::Bool(true); lanes.len()],
            };
            (*result, vec![ballot(&lanes, &holds)?; lanes.len()])
        }
        Statement::SubgroupGather {
            mode,
            argument,
            result,
        } => {
            let values = give(*argument)?;
            let operand = match mode {
                GatherMode::BroadcastFirst | GatherMode::QuadSwap(_) => Vec::new(),
                GatherMode::Broadcast(n)
                | GatherMode::Shuffle(n)
                | GatherMode::ShuffleDown(n)
                | GatherMode::ShuffleUp(n)
                | GatherMode::ShuffleXor(n)
                | GatherMode::QuadBroadcast(n) => give(*n)?,
            };
            let lanes = lanes.clone();
            (*result, gather(mode, &operand, &Given { lanes, values })?)
        }
        Statement::SubgroupCollectiveOperation {
            op,
            collective_op,
            argument,
            result,
        } => {
            let values = give(*argument)?;
            let got = collective(world.domain, *op, *collective_op, &values)?;
            (*result, got)
        }
        other => return Err(format!("{other:?} is no exchange")),
    };
    for (lane, value) in lanes.into_iter().zip(got) {
        subgroup[lane].set(result, value)?;
        subgroup[lane].waits = None;
    }
    Ok(())
}

fn ballot<V: Copy + std::fmt::Debug>(lanes: &[usize], holds: &[Value<V>]) -> Outcome<Value<V>> {
    let mut words = [0u32; 4];
    for (lane, holds) in lanes.iter().zip(holds) {
        let word = words.get_mut(lane / 32).ok_or("more than 128 lanes")?;
        *word |= u32::from(holds.truth()?) << (lane % 32);
    }
    Ok(Value::Parts(words.map(Value::U32).to_vec()))
}

/// What each lane gets of another. A lane that names one that is not there keeps its own value: WGSL does not say what it gets.
fn gather<V: Copy + std::fmt::Debug>(
    mode: &GatherMode,
    operand: &[Value<V>],
    given: &Given<V>,
) -> Outcome<Vec<Value<V>>> {
    let quad = |lane: usize, within: usize| Some(lane / 4 * 4 + within);
    let got = given.lanes.iter().enumerate().map(|(at, lane)| {
        let n = operand.get(at).map_or(Ok(0), Value::index)?;
        let from = match mode {
            GatherMode::BroadcastFirst => given.lanes.first().copied(),
            GatherMode::Broadcast(_) | GatherMode::Shuffle(_) => Some(n),
            GatherMode::ShuffleDown(_) => lane.checked_add(n),
            GatherMode::ShuffleUp(_) => lane.checked_sub(n),
            GatherMode::ShuffleXor(_) => Some(lane ^ n),
            GatherMode::QuadBroadcast(_) => quad(*lane, n),
            GatherMode::QuadSwap(Direction::X) => Some(lane ^ 1),
            GatherMode::QuadSwap(Direction::Y) => Some(lane ^ 2),
            GatherMode::QuadSwap(Direction::Diagonal) => Some(lane ^ 3),
        };
        let there = given.lanes.iter().position(|l| Some(*l) == from);
        Ok(given.values[there.unwrap_or(at)].clone())
    });
    got.collect()
}

/// All values combined, or for each lane those up to it, or before it.
fn collective<D: Domain<Mask = bool>>(
    domain: &D,
    op: SubgroupOperation,
    how: CollectiveOperation,
    values: &[Value<D::Value>],
) -> Outcome<Vec<Value<D::Value>>> {
    let mut sums: Vec<Value<D::Value>> = Vec::with_capacity(values.len());
    for value in values {
        sums.push(match sums.last() {
            Some(sum) => combine(domain, op, sum, value)?,
            None => value.clone(),
        });
    }
    match how {
        CollectiveOperation::Reduce => {
            let all = sums.last().cloned().ok_or("an exchange among nobody")?;
            Ok(vec![all; values.len()])
        }
        CollectiveOperation::InclusiveScan => Ok(sums),
        CollectiveOperation::ExclusiveScan => {
            let first = sums.first().ok_or("an exchange among nobody")?;
            let identity = identity(domain, op, first)?;
            sums.pop();
            sums.insert(0, identity);
            Ok(sums)
        }
    }
}

fn combine<D: Domain<Mask = bool>>(
    domain: &D,
    op: SubgroupOperation,
    x: &Value<D::Value>,
    y: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    let op = match op {
        SubgroupOperation::Min => return least(domain, x, y),
        SubgroupOperation::Max => return greatest(domain, x, y),
        SubgroupOperation::All => BinaryOperator::LogicalAnd,
        SubgroupOperation::Any => BinaryOperator::LogicalOr,
        SubgroupOperation::Add => BinaryOperator::Add,
        SubgroupOperation::Mul => BinaryOperator::Multiply,
        SubgroupOperation::And => BinaryOperator::And,
        SubgroupOperation::Or => BinaryOperator::InclusiveOr,
        SubgroupOperation::Xor => BinaryOperator::ExclusiveOr,
    };
    binary(domain, op, x, y)
}

/// Zero or one, of the value's type.
fn identity<D: Domain>(
    domain: &D,
    op: SubgroupOperation,
    like: &Value<D::Value>,
) -> Outcome<Value<D::Value>> {
    let n: i32 = match op {
        SubgroupOperation::Add => 0,
        SubgroupOperation::Mul => 1,
        other => return Err(format!("an exclusive scan by {other:?}")),
    };
    like.map(&|like| {
        Ok(match like {
            Value::Real(_) => {
                Value::Real(domain.constant(hesper_shader::Number::integer(n.into())))
            }
            Value::I32(_) => Value::I32(n),
            Value::U32(_) => Value::U32(n as u32),
            other => return Err(format!("an exclusive scan of {other:?}")),
        })
    })
}
