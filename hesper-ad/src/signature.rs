//! What an op takes and yields: named ports with symbolic shapes.

use crate::dims::{Derived, Dims, names};
use std::collections::BTreeSet;

/// The ports of an op, by name, with shapes in symbolic dimensions.
///
/// ```
/// use hesper_ad::Signature;
/// let signature = Signature::new("CrossEntropy")
///     .input("logits", ["rows", "classes"])
///     .integer("labels", ["rows"], "classes")
///     .output("loss", ["rows"])
///     .saved("lse", ["rows"]);
/// assert!(signature.validate().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    name: String,
    ports: Vec<Port>,
    /// The ports whose reals are kept in binary16.
    halves: Vec<String>,
}

/// One port.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// Its name: a kernel parameter of that name binds to it.
    pub name: String,
    /// What passes through it.
    pub role: PortRole,
    /// Its shape, outermost first; empty for one number. `2*half` is twice the dimension `half`, and `(n-k)/2+1` follows from `n` and `k`.
    pub dims: Vec<String>,
}

/// What passes through a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortRole {
    /// Reals in, differentiated.
    Input,
    /// Reals in, without a cotangent: eps, tables, masks.
    Constant,
    /// Whole numbers in, below the size of a dimension: labels, indices.
    Integer {
        /// The dimension, or a size as a port's may be; also a mere number, such as `2` of a mask.
        below: String,
    },
    /// Reals out, with a cotangent.
    Output,
    /// What the forward kernels keep for the backward ones.
    Saved,
}

/// Why a signature makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Two ports, or a port and a dimension, share a name.
    #[error("the name `{0}` is used twice")]
    Duplicate(String),
    /// A port whose name is no identifier: no parameter of a kernel could have it.
    #[error(
        "the port name `{0}` is no identifier: name it as a parameter of a kernel is named, with letters, digits and `_`, no digit first"
    )]
    PortName(String),
    /// A dimension that is neither an identifier nor derived from some.
    #[error(
        "the dimension `{dim}` of `{port}` is no identifier: give it a name of letters, digits and `_`, no digit first, write a multiple of one as `2*half`, or what follows from others as `(n-k)/2+1`"
    )]
    DimName {
        /// The port that has it.
        port: String,
        /// The dimension.
        dim: String,
    },
    /// A name that the cotangent of another port has.
    #[error("`{name}` is also the name of the cotangent of `{of}`")]
    Cotangent {
        /// The name.
        name: String,
        /// The port whose cotangent has it.
        of: String,
    },
    /// Nothing to differentiate.
    #[error("there is no differentiable input")]
    NoInput,
    /// Nothing to differentiate.
    #[error("there is no output")]
    NoOutput,
    /// Halves that are no tensor of reals.
    #[error(
        "`{0}` is to be kept as `f16`, and is no input, constant, output or saved result that is a tensor of reals; cotangents are `f32`"
    )]
    Half(String),
    /// A bound on integers that is no dimension of any port.
    #[error("`{port}` lies below `{dim}`, which is no dimension of any port")]
    UnknownDim {
        /// The integer port.
        port: String,
        /// The unknown dimension.
        dim: String,
    },
}

impl Signature {
    /// An op without ports.
    pub fn new(name: impl Into<String>) -> Signature {
        Signature {
            name: name.into(),
            ports: Vec::new(),
            halves: Vec::new(),
        }
    }

    /// Adds a differentiable input.
    pub fn input<const N: usize>(self, name: &str, dims: [&str; N]) -> Signature {
        self.port(name, PortRole::Input, dims)
    }

    /// Adds a real input without cotangent. Of rank 0, it binds to a by-value `f32` of a kernel.
    pub fn constant<const N: usize>(self, name: &str, dims: [&str; N]) -> Signature {
        self.port(name, PortRole::Constant, dims)
    }

    /// Adds an input of whole numbers, each below `below`: the size of a dimension, one derived from some, as `classes+1`, or a number.
    pub fn integer<const N: usize>(self, name: &str, dims: [&str; N], below: &str) -> Signature {
        let below = below.to_string();
        self.port(name, PortRole::Integer { below }, dims)
    }

    /// Adds an output.
    pub fn output<const N: usize>(self, name: &str, dims: [&str; N]) -> Signature {
        self.port(name, PortRole::Output, dims)
    }

    /// Adds a result that the forward kernels keep for the backward ones; the spec hands it to
    /// [`Context::save`](crate::Context::save).
    pub fn saved<const N: usize>(self, name: &str, dims: [&str; N]) -> Signature {
        self.port(name, PortRole::Saved, dims)
    }

    /// Keeps the reals of a port in binary16: kernels take it as a buffer of `f16`. Its cotangent stays `f32`, in which what is small does not become 0. The spec
    /// speaks of reals as ever; what is given to kernels is rounded, and what they yield may be as far off as WGSL allows an `f16`.
    ///
    /// ```
    /// use hesper_ad::Signature;
    /// let signature = Signature::new("Product")
    ///     .input("a", ["m", "k"])
    ///     .input("b", ["k", "n"])
    ///     .output("y", ["m", "n"])
    ///     .f16("b");
    /// assert!(signature.is_f16("b") && !signature.is_f16("db"));
    /// ```
    pub fn f16(mut self, port: &str) -> Signature {
        self.halves.push(port.to_string());
        self
    }

    /// Whether the port's reals are kept in binary16.
    pub fn is_f16(&self, port: &str) -> bool {
        self.halves.iter().any(|name| name == port)
    }

    fn port<const N: usize>(self, name: &str, role: PortRole, dims: [&str; N]) -> Signature {
        self.with(Port {
            name: name.to_string(),
            role,
            dims: dims.map(str::to_string).to_vec(),
        })
    }

    /// Adds a port.
    pub fn with(mut self, port: Port) -> Signature {
        self.ports.push(port);
        self
    }

    /// The op's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All ports in order.
    pub fn ports(&self) -> &[Port] {
        &self.ports
    }

    /// The port of a name.
    pub fn find(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|p| p.name == name)
    }

    /// The differentiable inputs in order.
    pub fn inputs(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|p| p.role == PortRole::Input)
    }

    /// The real inputs without cotangent, in order.
    pub fn constants(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|p| p.role == PortRole::Constant)
    }

    /// The integer inputs in order, with the dimension that bounds them.
    pub fn integers(&self) -> impl Iterator<Item = (&Port, &str)> {
        self.ports.iter().filter_map(|p| match &p.role {
            PortRole::Integer { below } => Some((p, below.as_str())),
            _ => None,
        })
    }

    /// The outputs in order.
    pub fn outputs(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|p| p.role == PortRole::Output)
    }

    /// The saved results in order.
    pub fn saves(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|p| p.role == PortRole::Saved)
    }

    /// The dimensions in order of appearance; of a multiple, what it is a multiple of, and of a derived size, what it follows from.
    pub fn dims(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = self.ports.iter().flat_map(|p| &p.dims);
        all.flat_map(|dim| names(dim))
            .filter(|d| seen.insert(*d))
            .collect()
    }

    /// The sizes that ports derive from dimensions.
    pub(crate) fn derived(&self) -> impl Iterator<Item = &str> {
        let all = self.ports.iter().flat_map(|p| &p.dims);
        all.map(String::as_str).filter(|dim| !is_name(dim))
    }

    /// Whether the signature makes sense.
    ///
    /// # Errors
    /// The first of [`SignatureError`] that applies.
    pub fn validate(&self) -> Result<(), SignatureError> {
        self.validate_names()?;
        let mut taken: BTreeSet<&str> = self.dims().into_iter().collect();
        for port in &self.ports {
            if !taken.insert(&port.name) {
                return Err(SignatureError::Duplicate(port.name.clone()));
            }
        }
        for port in self.inputs().chain(self.outputs()) {
            let name = port.cotangent();
            if taken.contains(name.as_str()) {
                let of = port.name.clone();
                return Err(SignatureError::Cotangent { name, of });
            }
        }
        let is_tensor = |port: &&Port| match port.role {
            PortRole::Integer { .. } => false,
            // It binds to a number by value.
            PortRole::Constant => !port.dims.is_empty(),
            PortRole::Input | PortRole::Output | PortRole::Saved => true,
        };
        for name in &self.halves {
            if self.find(name).filter(is_tensor).is_none() {
                return Err(SignatureError::Half(name.clone()));
            }
        }
        for (port, below) in self.integers() {
            let known = names(below).all(|name| self.dims().contains(&name));
            if !known || Derived::parse(below).is_none() {
                let (port, dim) = (port.name.clone(), below.to_string());
                return Err(SignatureError::UnknownDim { port, dim });
            }
        }
        match (self.inputs().next(), self.outputs().next()) {
            (None, _) => Err(SignatureError::NoInput),
            (_, None) => Err(SignatureError::NoOutput),
            _ => Ok(()),
        }
    }

    /// Every name is one that a kernel's parameter can have.
    fn validate_names(&self) -> Result<(), SignatureError> {
        for port in &self.ports {
            if !is_name(&port.name) {
                return Err(SignatureError::PortName(port.name.clone()));
            }
            let mut dims = port.dims.iter();
            if let Some(dim) = dims.find(|dim| !is_dim(dim)) {
                let (port, dim) = (port.name.clone(), dim.clone());
                return Err(SignatureError::DimName { port, dim });
            }
        }
        Ok(())
    }
}

/// Whether a parameter of a kernel can have this name, or what a graph calls a port of one of its nodes: `inner.lse`.
fn is_name(name: &str) -> bool {
    name.split('.').all(|part| {
        let mut chars = part.chars();
        let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
        first && part != "_" && chars.all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// Whether it is a name, or a size that follows from some.
fn is_dim(dim: &str) -> bool {
    let mut all = names(dim).peekable();
    all.peek().is_some() && all.all(is_name) && Derived::parse(dim).is_some()
}

impl Port {
    /// Whether the port is differentiated: an input or an output.
    pub fn has_cotangent(&self) -> bool {
        matches!(self.role, PortRole::Input | PortRole::Output)
    }

    /// The name of the port's cotangent: `dx` for `x`.
    pub fn cotangent(&self) -> String {
        format!("d{}", self.name)
    }

    /// The port's shape where its dimensions have these sizes; a dimension without a size counts as 0.
    pub fn shape(&self, dims: &Dims) -> Vec<usize> {
        let size = |d: &String| dims.get(d).unwrap_or(0);
        self.dims.iter().map(size).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_validated() {
        let base = || {
            Signature::new("Op")
                .input("x", ["rows", "cols"])
                .output("y", ["rows"])
        };
        for (signature, message) in [
            (base(), ""),
            (base().constant("x", []), "the name `x` is used twice"),
            (base().constant("rows", []), "the name `rows` is used twice"),
            (
                base().constant("dx", []),
                "`dx` is also the name of the cotangent of `x`",
            ),
            (
                base().saved("dy", ["rows"]),
                "`dy` is also the name of the cotangent of `y`",
            ),
            (
                base().input("l", ["dx"]),
                "`dx` is also the name of the cotangent of `x`",
            ),
            (
                base().integer("l", ["rows"], "classes"),
                "`l` lies below `classes`, which is no dimension of any port",
            ),
            (base().integer("l", ["rows"], "cols"), ""),
            (base().integer("l", ["rows"], "cols+1"), ""),
            (base().integer("l", ["rows"], "2"), ""),
            (
                base().integer("l", ["rows"], "cols+n"),
                "`l` lies below `cols+n`, which is no dimension of any port",
            ),
            (
                base().constant("m", ["rows"]).f16("m").f16("x").f16("y"),
                "",
            ),
            (
                base().constant("s", []).f16("s"),
                "`s` is to be kept as `f16`, and is no input, constant, output or saved result that is a tensor of reals; cotangents are `f32`",
            ),
            (
                base().f16("dx"),
                "`dx` is to be kept as `f16`, and is no input, constant, output or saved result that is a tensor of reals; cotangents are `f32`",
            ),
            (
                Signature::new("Op").output("y", []),
                "there is no differentiable input",
            ),
            (Signature::new("Op").input("y", []), "there is no output"),
        ] {
            let got = signature.validate().err().map(|e| e.to_string());
            assert_eq!(got.unwrap_or_default(), message);
        }
    }

    #[test]
    fn names_are_identifiers() {
        let port = |name: &str| Signature::new("Op").input(name, ["n"]).output("y", ["n"]);
        let dim = |dim: &str| Signature::new("Op").input("x", [dim]).output("y", ["n"]);
        for (signature, named) in [
            (port("x"), None),
            (port("_x2"), None),
            (port("β"), None),
            (port(""), Some("the port name ``")),
            (port("_"), Some("the port name `_`")),
            (port("3"), Some("the port name `3`")),
            (port("a b"), Some("the port name `a b`")),
            (port("inner.x"), None),
            (port("x."), Some("the port name `x.`")),
            (dim("n"), None),
            (dim("2*n"), None),
            (dim("12*half_n"), None),
            (dim(""), Some("the dimension `` of `x`")),
            (dim("3"), Some("the dimension `3` of `x`")),
            (dim("2n"), Some("the dimension `2n` of `x`")),
            (dim("a b"), Some("the dimension `a b` of `x`")),
            (dim("2 * n"), Some("the dimension `2 * n` of `x`")),
            (dim("n*2"), None),
            (dim("n+1"), None),
            (dim("(n-k)/2+1"), None),
            (dim("n+_"), Some("the dimension `n+_` of `x`")),
            (dim("n-k)/2"), Some("the dimension `n-k)/2` of `x`")),
            (dim("2*3"), Some("the dimension `2*3` of `x`")),
            (dim("+2*n"), Some("the dimension `+2*n` of `x`")),
            (dim("99999999999999999999*n"), Some("the dimension `999")),
        ] {
            let message = signature.validate().err().map(|e| e.to_string());
            let message = message.unwrap_or_default();
            match named {
                None => assert_eq!(message, ""),
                Some(named) => assert!(
                    message.starts_with(named) && message.contains("no digit first"),
                    "{message}"
                ),
            }
        }
    }

    #[test]
    fn dims_keep_their_order() {
        let signature = Signature::new("Op")
            .input("x", ["rows", "cols"])
            .output("y", ["cols", "n"]);
        assert_eq!(signature.dims(), ["rows", "cols", "n"]);
        let dims = Dims::new([("rows", 2), ("cols", 3), ("rows", 5)]);
        assert_eq!(dims.to_string(), "rows=5 cols=3");
        assert_eq!(signature.ports()[1].shape(&dims), [3, 0]);
        let signature = signature.constant("c", ["2*half", "rows"]);
        assert_eq!(signature.dims(), ["rows", "cols", "n", "half"]);
        let dims = Dims::new([("rows", 2), ("half", 3)]);
        assert_eq!(signature.ports()[2].shape(&dims), [6, 2]);
        let signature = Signature::new("Op").input("x", ["n"]).input("w", ["k"]);
        let signature = signature.output("y", ["(n-k)/2+1"]);
        assert_eq!(signature.dims(), ["n", "k"]);
        let dims = Dims::new([("n", 9), ("k", 5)]);
        assert_eq!(signature.ports()[2].shape(&dims), [3]);
    }
}
