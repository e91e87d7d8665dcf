//! A spec's passes as the programs that the proofs are about.

use super::recorded::{Part, Recorded};
use super::{Spec, SpecError};
use crate::dims::Dims;
use crate::tape::{Id, Swept, definition, list};
use crate::tensor::Tensor;
use std::collections::BTreeMap;

impl Spec<'_> {
    /// Both passes and the derived VJP for these sizes and integers, as definitions in Coq that begin with `name`.
    ///
    /// # Errors
    /// As [`forward_at`](Spec::forward_at).
    pub(crate) fn program(
        &self,
        name: &str,
        dims: &Dims,
        integers: &BTreeMap<String, Tensor<u32>>,
    ) -> Result<String, SpecError> {
        let part = |part| self.recorded(part, dims, integers);
        let (forward, backward) = (part(Part::Forward)?, part(Part::Backward)?);
        let derived = part(Part::Derived)?;
        let saved = forward.saved.iter();
        let outputs = self.signature.outputs().map(|port| port.name.clone());
        let cotangents = self.signature.inputs().map(|port| port.cotangent());
        let swept = self.swept(&forward, &derived);
        let mut text = definition(&format!("{name}_forward"), "list node", &forward.tape.coq());
        for (port, ids) in outputs.zip(&forward.results) {
            text += &result(&format!("{name}_forward_{port}"), ids);
        }
        for (port, ids) in saved {
            text += &result(&format!("{name}_forward_{port}"), ids);
        }
        text += &definition(
            &format!("{name}_backward"),
            "list node",
            &backward.tape.coq(),
        );
        for (port, ids) in cotangents.zip(&backward.results) {
            text += &result(&format!("{name}_backward_{port}"), ids);
        }
        Ok(text + &swept.coq(&format!("{name}_derived"), &derived.tape))
    }

    /// Where the sweep stands on a derived tape, which is: what the run is given, cotangents last; the inputs again, each a node of its own; what
    /// `forward` records; the sweep.
    fn swept(&self, forward: &Recorded, derived: &Recorded) -> Swept {
        let dims = forward.dims();
        let count = |ports: &mut dyn Iterator<Item = Vec<usize>>| {
            ports
                .map(|shape| shape.iter().product::<usize>())
                .sum::<usize>()
        };
        let inputs = count(&mut self.signature.inputs().map(|port| port.shape(dims)));
        let constants = count(&mut self.signature.constants().map(|port| port.shape(dims)));
        let cotangents = count(&mut self.signature.outputs().map(|port| port.shape(dims)));
        let given = inputs + constants;
        let moved = |id: Id| match id as usize {
            id if id < inputs => id + given + cotangents,
            id if id < given => id,
            id => id + cotangents + inputs,
        };
        let ids = |of: &Recorded| -> Vec<Id> {
            of.results.iter().flat_map(|t| t.data()).copied().collect()
        };
        let cotangent = |at: usize| (given + at) as Id;
        let outputs = ids(forward).into_iter().enumerate();
        Swept {
            before: forward.tape.len() + cotangents + inputs,
            outputs: outputs
                .map(|(at, y)| (moved(y) as Id, cotangent(at)))
                .collect(),
            inputs: (0..inputs)
                .map(|at| (at + given + cotangents) as Id)
                .collect(),
            results: ids(derived),
        }
    }
}

/// The nodes of a result.
fn result(name: &str, ids: &Tensor<Id>) -> String {
    definition(name, "list nat", &list(ids.data(), "; "))
}
