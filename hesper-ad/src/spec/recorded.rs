//! A pass of a spec as it was recorded, for given sizes and integers.

use super::{Spec, SpecError, panic_message};
use crate::context::Context;
use crate::dims::Dims;
use crate::progress::Running;
use crate::sample::Point;
use crate::signature::{Port, Signature};
use crate::tape::Real;
use crate::tape::{Edit, Id, Node, Places, Recording, Tape, Values, record as record_run};
use crate::tensor::Tensor;
use hesper_shader::domain::{Domain, RealUnary};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// The integer inputs by name.
type Integers = BTreeMap<String, Tensor<u32>>;

/// Operations up to which a part is recorded twice, to see that it does the same again.
const TWICE: usize = 10_000;

/// Which formulas of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// `forward`.
    Forward,
    /// `backward`.
    Backward,
    /// The VJP that follows from `forward`.
    Derived,
}

impl Part {
    /// Its name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Part::Forward => "forward",
            Part::Backward => "backward",
            Part::Derived => "the VJP derived from forward",
        }
    }
}

/// What a part computes, and where its results stand.
pub(super) struct Recorded {
    part: Part,
    dims: Dims,
    integers: Integers,
    pub(super) tape: Tape,
    /// For each node whether a square root depends on it, once somebody asked.
    roots: OnceCell<Vec<bool>>,
    /// Where values stand in a replay, once there was one.
    places: OnceCell<Places>,
    /// The nodes of the outputs, or of the inputs' cotangents.
    pub(super) results: Vec<Tensor<Id>>,
    /// Whether some VJP in it was derived.
    pub(super) derived: bool,
    /// The nodes of what a forward pass saves.
    pub(super) saved: BTreeMap<String, Tensor<Id>>,
}

/// Runs a part of an op, and records it. Its panics, and what it asks for in vain, become errors.
pub(super) fn record(
    spec: &Spec<'_>,
    part: Part,
    dims: &Dims,
    integers: &Integers,
) -> Result<Recorded, SpecError> {
    check_integers(&spec.signature, part, dims, integers)?;
    let once = || record_once(spec, part, dims, integers);
    let first = once()?;
    if first.tape.len() > TWICE {
        return Ok(first);
    }
    // A formula with chance or a memory of its own would be checked as one thing and used as another.
    let again = once()?;
    let same =
        (&first.tape, &first.results, &first.saved) == (&again.tape, &again.results, &again.saved);
    match same {
        true => Ok(first),
        false => Err(SpecError::Problem {
            pass: part.name(),
            message: "it does something else each time it runs; it may depend on sizes and whole numbers alone, so give it chance as an input".to_string(),
        }),
    }
}

fn record_once(
    spec: &Spec<'_>,
    part: Part,
    dims: &Dims,
    integers: &Integers,
) -> Result<Recorded, SpecError> {
    let (op, signature) = (spec.op, &spec.signature);
    let mut cx = Context::new(dims.clone(), BTreeMap::new(), integers.clone());
    let _running = Running::new(part.name(), dims);
    let (results, recording) = record_run(spec.most, op.type_name(), || {
        let mut positions = 0..;
        let mut given = |port: &Port| {
            let one = |_: &()| Real::given(positions.next().unwrap_or_default());
            Tensor::filled(port.shape(dims), ()).map(one)
        };
        let inputs: Vec<Tensor> = signature.inputs().map(&mut given).collect();
        let constants = signature.constants();
        cx.set_constants(
            constants
                .map(|port| (port.name.clone(), given(port)))
                .collect(),
        );
        match part {
            Part::Forward => op.forward(&mut cx, &inputs),
            Part::Backward | Part::Derived => {
                let cotangents: Vec<Tensor> = signature.outputs().map(&mut given).collect();
                match part {
                    Part::Derived => cx.pull_back(op, &inputs, &cotangents),
                    _ => op.backward(&mut cx, &inputs, &cotangents),
                }
            }
        }
    });
    let problem = |message| SpecError::Problem {
        pass: part.name(),
        message,
    };
    let mut problems = cx.problems().into_iter().chain(recording.problem.clone());
    if let (true, Some(message)) = (recording.is_too_long, recording.problem.clone()) {
        let pass = part.name();
        return Err(SpecError::TooLong { pass, message });
    }
    if let Some(message) = problems.next() {
        return Err(problem(message));
    }
    let results = results.map_err(|payload| SpecError::Panic {
        pass: part.name(),
        message: panic_message(&*payload),
    })?;
    let nodes = |(name, t): (String, &Tensor)| nodes(&recording, &name, t).map_err(problem);
    let names: Vec<String> = match part {
        Part::Forward => signature.outputs().map(|p| p.name.clone()).collect(),
        Part::Backward | Part::Derived => signature.inputs().map(Port::cotangent).collect(),
    };
    let results = names.into_iter().zip(&results).map(nodes);
    let results = results.collect::<Result<Vec<_>, _>>()?;
    let mut saved = BTreeMap::new();
    match part {
        Part::Forward => {
            check_shapes(part, dims, signature.outputs(), &results, |p| {
                p.name.clone()
            })?;
            for (name, t) in cx.saved() {
                saved.insert(name.clone(), nodes((name.clone(), t))?);
            }
            check_saved(signature, dims, &saved)?;
        }
        Part::Backward | Part::Derived => {
            check_shapes(part, dims, signature.inputs(), &results, Port::cotangent)?;
        }
    }
    Ok(Recorded {
        part,
        dims: dims.clone(),
        integers: integers.clone(),
        tape: recording.tape,
        roots: OnceCell::new(),
        places: OnceCell::new(),
        results,
        derived: cx.is_derived(),
        saved,
    })
}

impl Recorded {
    /// Whether it is a record of this part.
    pub(super) fn is_of(&self, part: Part) -> bool {
        self.part == part
    }

    /// Whether it is this part, for these sizes and integers.
    pub(super) fn is(&self, part: Part, dims: &Dims, integers: &Integers) -> bool {
        self.part == part && self.dims == *dims && self.integers == *integers
    }

    /// The same with one operation of its text changed; none where it does not have the operation.
    pub(super) fn edited(&self, edit: &Edit) -> Option<Recorded> {
        let (tape, moved) = self.tape.edited(edit)?;
        let move_all = |t: &Tensor<Id>| t.map(|id| moved[*id as usize]);
        let saved = self.saved.iter();
        Some(Recorded {
            part: self.part,
            dims: self.dims.clone(),
            integers: self.integers.clone(),
            tape,
            roots: OnceCell::new(),
            places: OnceCell::new(),
            results: self.results.iter().map(move_all).collect(),
            derived: self.derived,
            saved: saved.map(|(name, t)| (name.clone(), move_all(t))).collect(),
        })
    }

    /// The edits that change its results.
    pub(super) fn edits(&self) -> Vec<Edit> {
        self.tape.edits(&self.ids().collect::<Vec<Id>>())
    }

    /// The nodes of all results.
    fn ids(&self) -> impl Iterator<Item = Id> {
        let results = self.results.iter().chain(self.saved.values());
        results.flat_map(|t| t.data()).copied()
    }

    /// The sizes.
    pub(super) fn dims(&self) -> &Dims {
        &self.dims
    }

    /// The values of all results in a domain, or of no more than what square roots are taken of.
    ///
    /// # Errors
    /// Where what is given does not fit the ports.
    pub(super) fn replay<D: Domain>(
        &self,
        domain: &D,
        signature: &Signature,
        point: &Point<D::Value>,
        roots_alone: bool,
    ) -> Result<Values<'_, D::Value>, SpecError> {
        let problem = |message| SpecError::Problem {
            pass: self.part.name(),
            message,
        };
        let mut given: Vec<D::Value> = Vec::new();
        let mut give = |port: &Port, name: String, tensor: Option<&Tensor<D::Value>>| {
            let shape = port.shape(&self.dims);
            let tensor = tensor.filter(|t| t.shape() == shape);
            let wanted = || problem(format!("it needs `{name}` of shape {shape:?}"));
            given.extend(tensor.ok_or_else(wanted)?.data());
            Ok(())
        };
        for (at, port) in signature.inputs().enumerate() {
            give(port, port.name.clone(), point.inputs.get(at))?;
        }
        for port in signature.constants() {
            give(port, port.name.clone(), point.constants.get(&port.name))?;
        }
        if self.part != Part::Forward {
            for (at, port) in signature.outputs().enumerate() {
                give(port, port.cotangent(), point.cotangents.get(at))?;
            }
        }
        let places = self.places.get_or_init(|| self.tape.places(self.ids()));
        Ok(match roots_alone {
            true => {
                let needed = self.needed_by_roots();
                self.tape
                    .replay_some(domain, &given, places, |id| needed[id])
            }
            false => self.tape.replay(domain, &given, places),
        })
    }

    /// What has to run for every square root to have its argument.
    fn needed_by_roots(&self) -> &[bool] {
        self.roots.get_or_init(|| {
            self.tape.needed_by(|node| {
                use RealUnary::{Acos, Acosh, Asin, Asinh, InverseSqrt, Sqrt};
                let has_root = |op| matches!(op, Sqrt | InverseSqrt | Asin | Acos | Asinh | Acosh);
                matches!(node, Node::Unary(op, _) if has_root(op))
            })
        })
    }
}

impl Recorded {
    /// The last element of each result, or of those that are wanted, as formulas; none of an empty result.
    pub(super) fn formulas(&self, signature: &Signature) -> Vec<String> {
        let element = |name: &str, index: &[usize]| match index {
            [] => name.to_string(),
            index => format!("{name}{index:?}"),
        };
        let mut given = Vec::new();
        let mut give = |port: &Port, name: &str| {
            let all = Tensor::filled(port.shape(&self.dims), ());
            given.extend((0..all.len()).map(|at| element(name, &all.index_of(at))));
        };
        signature.inputs().for_each(|port| give(port, &port.name));
        signature
            .constants()
            .for_each(|port| give(port, &port.name));
        let mut results = Vec::new();
        let mut result = |name: &str, tensor: &Tensor<Id>| {
            if let Some(id) = tensor.data().last() {
                let index = tensor.index_of(tensor.len() - 1);
                results.push((element(name, &index), *id));
            }
        };
        if self.part == Part::Forward {
            for (port, tensor) in signature.outputs().zip(&self.results) {
                result(&port.name, tensor);
            }
            self.saved
                .iter()
                .for_each(|(name, tensor)| result(name, tensor));
        } else {
            signature
                .outputs()
                .for_each(|port| give(port, &port.cotangent()));
            for (port, tensor) in signature.inputs().zip(&self.results) {
                result(&port.cotangent(), tensor);
            }
        }
        self.tape.formulas(&given, &results)
    }
}

/// The nodes of a result.
fn nodes(recording: &Recording, name: &str, tensor: &Tensor) -> Result<Tensor<Id>, String> {
    let foreign = |x: &Real| recording.id(x.handle()).is_none();
    if let Some(at) = tensor.data().iter().position(foreign) {
        let (index, x) = (tensor.index_of(at), tensor.data()[at].handle());
        return Err(format!("`{name}{index:?}` is {}", x.as_foreign()));
    }
    Ok(tensor.map(|x| recording.id(x.handle()).unwrap_or_default()))
}

/// Every integer lies below the dimension that bounds it.
fn check_integers(
    signature: &Signature,
    part: Part,
    dims: &Dims,
    integers: &Integers,
) -> Result<(), SpecError> {
    for (port, dim) in signature.integers() {
        let Some(tensor) = integers.get(&port.name) else {
            continue;
        };
        let bound = dims.get(dim).unwrap_or(0);
        let beyond = |n: &u32| usize::try_from(*n).is_ok_and(|n| n >= bound);
        if let Some(at) = tensor.data().iter().position(beyond) {
            let (name, index, value) = (&port.name, tensor.index_of(at), tensor.data()[at]);
            return Err(SpecError::Problem {
                pass: part.name(),
                message: format!(
                    "`{name}{index:?}` is {value}, and must be below `{dim}`, which is {bound}"
                ),
            });
        }
    }
    Ok(())
}

/// Every saved result of the signature is there, in its shape, and no other.
fn check_saved(
    signature: &Signature,
    dims: &Dims,
    saved: &BTreeMap<String, Tensor<Id>>,
) -> Result<(), SpecError> {
    let problem = |message| SpecError::Problem {
        pass: Part::Forward.name(),
        message,
    };
    for port in signature.saves() {
        let tensor = saved
            .get(&port.name)
            .ok_or_else(|| problem(format!("the saved result `{}` is missing", port.name)))?;
        let (port, tensor) = ([port].into_iter(), std::slice::from_ref(tensor));
        check_shapes(Part::Forward, dims, port, tensor, |p| p.name.clone())?;
    }
    let known = |name: &String| signature.saves().any(|p| p.name == **name);
    match saved.keys().find(|name| !known(name)) {
        None => Ok(()),
        Some(name) => Err(problem(format!(
            "`{name}` is saved, but the signature has no such saved result"
        ))),
    }
}

fn check_shapes<'p>(
    part: Part,
    dims: &Dims,
    ports: impl Iterator<Item = &'p Port>,
    tensors: &[Tensor<Id>],
    name: impl Fn(&Port) -> String,
) -> Result<(), SpecError> {
    for (port, tensor) in ports.zip(tensors) {
        let (got, want) = (tensor.shape().to_vec(), port.shape(dims));
        if got != want {
            return Err(SpecError::Shape {
                pass: part.name(),
                name: name(port),
                got,
                want,
            });
        }
    }
    Ok(())
}
