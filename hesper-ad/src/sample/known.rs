//! Points of an op that are looked at always.

use super::{Rng, Sample, Sampling};
use crate::dims::{Dims, count};
use crate::signature::{Port, PortRole, Signature};
use crate::tape::MOST;
use std::collections::BTreeMap;

/// A point that is looked at always.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    /// What reports call it.
    pub(crate) label: String,
    /// The sizes.
    pub(crate) dims: Dims,
    /// Numbers by port or cotangent, row-major; other ports are drawn.
    pub(crate) values: BTreeMap<String, Vec<f32>>,
}

impl Known {
    /// The whole point, drawn where this says nothing.
    pub(crate) fn complete(
        &self,
        sampling: &Sampling,
        signature: &Signature,
        rng: &mut Rng,
    ) -> Sample {
        let mut sample = sampling.draw(signature, &self.dims, rng);
        for (name, tensor) in sample.named_mut(signature) {
            if let Some(values) = self.values.get(&name) {
                tensor.data_mut().copy_from_slice(values);
            }
        }
        sample
    }

    /// What does not fit the op's ports.
    pub(crate) fn mistake(&self, signature: &Signature) -> Option<String> {
        let at = |what: String| format!("the known point `{}` {what}", self.label);
        let missing = signature
            .dims()
            .into_iter()
            .find(|dim| self.dims.get(dim).is_none());
        if let Some(dim) = missing {
            return Some(at(format!("does not say how large `{dim}` is")));
        }
        let ports = || signature.ports().iter();
        let large = ports().find(|port| count(&port.shape(&self.dims)) > MOST);
        if let Some(port) = large {
            let shape = port.shape(&self.dims);
            return Some(at(format!(
                "gives `{}` the shape {shape:?}, which has more than {MOST} elements",
                port.name
            )));
        }
        self.values.iter().find_map(|(name, values)| {
            let real = |role: &PortRole| matches!(role, PortRole::Input | PortRole::Constant);
            let given = |port: &&Port| real(&port.role) && port.name == *name;
            let seed = |port: &&Port| port.role == PortRole::Output && port.cotangent() == *name;
            let port = ports().find(given).or_else(|| ports().find(seed));
            let Some(port) = port else {
                return Some(at(format!(
                    "gives `{name}`, which is no input, constant or cotangent of an output"
                )));
            };
            let (got, want) = (values.len(), count(&port.shape(&self.dims)));
            (got != want).then(|| {
                at(format!(
                    "gives {got} elements of `{name}`, which has {want}"
                ))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_that_does_not_fit_is_a_message() {
        let signature = Signature::new("Op")
            .input("x", ["n"])
            .constant("eps", [])
            .constant("square", ["n", "n"])
            .constant("twice", ["2*n"])
            .integer("ids", ["n"], "n")
            .output("y", ["n"]);
        let known = |dims: &[(&str, usize)], name: &str, values: &[f32]| Known {
            label: "table".to_string(),
            dims: Dims::new(dims.iter().copied()),
            values: BTreeMap::from([(name.to_string(), values.to_vec())]),
        };
        let n = [("n", 2)];
        for (point, message) in [
            (known(&n, "x", &[1.0, 2.0]), None),
            (known(&n, "dy", &[1.0, 2.0]), None),
            (known(&n, "eps", &[1.0]), None),
            (
                known(&[], "eps", &[1.0]),
                Some("does not say how large `n` is"),
            ),
            (
                known(&n, "x", &[1.0]),
                Some("gives 1 elements of `x`, which has 2"),
            ),
            (
                known(&n, "ids", &[1.0, 2.0]),
                Some("gives `ids`, which is no input, constant or cotangent of an output"),
            ),
            (
                known(&[("n", 1 << 40)], "square", &[1.0]),
                Some("gives `x` the shape [1099511627776], which has more than 30000000 elements"),
            ),
            (
                known(&[("n", 1 << 20)], "square", &[1.0]),
                Some(
                    "gives `square` the shape [1048576, 1048576], which has more than 30000000 elements",
                ),
            ),
            (
                known(&[("n", 20_000_000)], "twice", &[1.0]),
                Some(
                    "gives `square` the shape [20000000, 20000000], which has more than 30000000 elements",
                ),
            ),
            (
                known(&n, "dx", &[1.0, 2.0]),
                Some("gives `dx`, which is no input, constant or cotangent of an output"),
            ),
        ] {
            let message = message.map(|m| format!("the known point `table` {m}"));
            assert_eq!(point.mistake(&signature), message);
        }
    }

    #[test]
    fn a_point_is_drawn_where_it_says_nothing() {
        let signature = Signature::new("Op")
            .input("x", ["n"])
            .input("z", ["n"])
            .output("y", ["n"]);
        let known = Known {
            label: String::new(),
            dims: Dims::new([("n", 2)]),
            values: BTreeMap::from([("x".into(), vec![1.5, 2.5]), ("dy".into(), vec![0.5, 0.25])]),
        };
        let sample = known.complete(&Sampling::default(), &signature, &mut Rng::new(1));
        assert_eq!(sample.inputs[0].data(), [1.5, 2.5]);
        assert_eq!(sample.cotangents[0].data(), [0.5, 0.25]);
        assert!(sample.inputs[1].data().iter().all(|z| *z != 0.0));
    }
}
