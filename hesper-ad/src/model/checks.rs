//! Nothing trains before its gradients are verified.

use super::error::ModelError;
use super::files;
use super::identity::{hash, identity};
use crate::op::Op;
use crate::ops::Add;
use crate::options::{Options, Target};
use hesper_shader::{Device, DeviceKind};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// How ops are checked before a model trains with them: each once, as long as its ports, plans, kernels and spec stay as they are.
///
/// What has passed is known for as long as this is there, and beyond that where certificates are [kept](Checks::kept_in).
pub struct Checks {
    options: Options,
    folder: Option<PathBuf>,
    tell: Box<dyn Fn(&Passed)>,
    /// What each op that has passed is.
    passed: RefCell<BTreeSet<String>>,
}

/// An op that passed its checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The op's name.
    pub op: String,
    /// Whether every check passed, the exact ones among them.
    pub is_exact: bool,
    /// Whether that was known from before.
    pub is_known: bool,
}

/// A graph and an optimiser that may train; some parameters may have optimisers of their own.
#[derive(Clone)]
pub struct Trusted<'op> {
    pub(super) graph: &'op dyn Op,
    pub(super) optimiser: &'op dyn Op,
    /// Optimisers of the parameters that have their own, and which those are.
    pub(super) own: Vec<(&'op dyn Op, Vec<String>)>,
}

impl<'op> Trusted<'op> {
    /// Takes on trust what nobody has checked: for inference, and for graphs that were checked elsewhere.
    pub fn unchecked(graph: &'op dyn Op, optimiser: &'op dyn Op) -> Trusted<'op> {
        let own = Vec::new();
        Trusted {
            graph,
            optimiser,
            own,
        }
    }

    /// The same, with an optimiser for these parameters alone that nobody has checked: see [`Checks::require_own`].
    pub fn unchecked_own(mut self, optimiser: &'op dyn Op, parameters: &[&str]) -> Trusted<'op> {
        let parameters = parameters.iter().map(|name| name.to_string());
        self.own.push((optimiser, parameters.collect()));
        self
    }
}

impl Checks {
    /// Checks with these options.
    pub fn new(options: Options) -> Checks {
        Checks {
            options,
            folder: None,
            tell: Box::new(|_| ()),
            passed: RefCell::default(),
        }
    }

    /// Exact checks, and the kernels on the reference device, which looks for what others hide, and on the one that will run them.
    pub fn on(device: &Device) -> Checks {
        let own = match device.kind() {
            DeviceKind::Reference => None,
            DeviceKind::Gpu | DeviceKind::Software => Some(Target::Device(device.clone())),
        };
        Checks::new(Options {
            targets: [Target::F32].into_iter().chain(own).collect(),
            ..Options::default()
        })
    }

    /// Keeps the certificates of what passes in a folder, a file for each, and believes those that it finds there. A file says what it is a
    /// certificate of; where anything of that differs, the op is checked again. What it cannot tell is that this crate's checks are others than they were.
    pub fn kept_in(mut self, folder: impl Into<PathBuf>) -> Checks {
        self.folder = Some(folder.into());
        self
    }

    /// Hands each op that has passed to `tell`, when it has.
    pub fn telling(mut self, tell: impl Fn(&Passed) + 'static) -> Checks {
        self.tell = Box::new(tell);
        self
    }

    /// Checks what a model of this graph launches: the [parts](crate::DiffOp::parts) of the graph, the optimiser and the sum of gradients with all checks,
    /// and the graph as a whole by numbers at small shapes, which its wrong connections do not stand. An optimiser that is made of others is a graph too.
    ///
    /// # Errors
    /// [`ModelError::Refused`] with the first certificate that is no pass. Where a certificate cannot be kept, that is an error too.
    pub fn require<'op>(
        &self,
        graph: &'op dyn Op,
        optimiser: &'op dyn Op,
    ) -> Result<Trusted<'op>, ModelError> {
        let wholes = [graph, optimiser];
        let parts = wholes.into_iter().flat_map(primitives);
        for op in parts.chain([&Add as &dyn Op]) {
            self.check(op, Depth::All)?;
        }
        wholes
            .into_iter()
            .try_for_each(|op| self.check_connections(op))?;
        Ok(Trusted::unchecked(graph, optimiser))
    }

    /// Checks another optimiser, which moves these parameters in place of the one for all: matrices by [`Muon`](crate::ops::Muon), say, and all else by
    /// [`AdamW`](crate::ops::AdamW). Each is given its own constants by [`Model::step_by`](super::Model::step_by).
    ///
    /// ```no_run
    /// # use hesper_ad::model::{Checks, Init, Model};
    /// # use hesper_ad::ops::{AdamW, BiasAdd, MatMul, Mse, adamw, muon};
    /// # use hesper_ad::prelude::*;
    /// # use hesper_ad::Rng;
    /// # let graph = Graph::new("Line", [("x", &["rows", "n"]), ("w", &["n", "cols"]), ("b", &["cols"]), ("target", &["rows", "cols"])])
    /// #     .node(MatMul, ["x", "w"], ["xw"]).node(BiasAdd, ["xw", "b"], ["y"]).node(Mse, ["y", "target"], ["loss"]).finish(["loss"])?;
    /// # let workspace = Workspace::new(&Device::reference());
    /// # let (sizes, mut rng) = (Dims::new([("n", 2), ("cols", 3)]), Rng::new(1));
    /// # let batch = Inputs::new();
    /// # let of_w = muon::Settings { lr: 0.02, beta: 0.95, eps: 1e-7, decay: 0.0 };
    /// # let of_b = adamw::Settings { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0.0 };
    /// let muon = muon::muon()?;
    /// let checks = Checks::on(workspace.device());
    /// let trusted = checks.require_own(checks.require(&graph, &AdamW)?, &muon, &["w"])?;
    /// let parameters = [("w", Init::Uniform(1.0)), ("b", Init::Zeros)];
    /// let mut model = Model::new(&workspace, trusted, &parameters, &sizes, &mut rng)?;
    ///
    /// let gradients = model.loss_and_gradients(&batch)?;
    /// let t = model.steps() + 1;
    /// model.step_by(&gradients, |parameter| match parameter {
    ///     "w" => of_w.step().to_vec(),
    ///     _ => of_b.step(t).to_vec(),
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`require`](Checks::require). What a parameter is says the model: [`Model::new`](super::Model::new) refuses names that are none, or have two optimisers.
    pub fn require_own<'op>(
        &self,
        trusted: Trusted<'op>,
        optimiser: &'op dyn Op,
        parameters: &[&str],
    ) -> Result<Trusted<'op>, ModelError> {
        for op in primitives(optimiser) {
            self.check(op, Depth::All)?;
        }
        self.check_connections(optimiser)?;
        Ok(trusted.unchecked_own(optimiser, parameters))
    }

    /// Checks what a graph adds to its parts, which it composes by the chain rule. All checks of the whole would take longer than those of all parts together.
    fn check_connections(&self, op: &dyn Op) -> Result<(), ModelError> {
        match op.parts().is_empty() {
            true => Ok(()),
            false => self.check(op, Depth::Connections),
        }
    }

    /// Checks an op that is no graph's, if that is not done yet.
    pub(super) fn check_all(&self, op: &dyn Op) -> Result<(), ModelError> {
        self.check(op, Depth::All)
    }

    /// Checks an op, if that is not done yet.
    fn check(&self, op: &dyn Op, depth: Depth) -> Result<(), ModelError> {
        let options = Options {
            exact: self.options.exact && depth == Depth::All,
            ..self.options.clone()
        };
        let identity = format!("{}{depth:?}\n", identity(op, &options)?);
        let name = op.name();
        if self.passed.borrow().contains(&identity) {
            return Ok(());
        }
        let folder = self.folder.as_ref();
        let file = folder.map(|folder| file(folder, &name, &identity));
        let known = file.as_deref().and_then(|file| read(file, &identity));
        let is_exact = match known {
            Some(is_exact) => is_exact,
            None => verify(op, depth, &options, &identity, file.as_deref())?,
        };
        self.passed.borrow_mut().insert(identity);
        (self.tell)(&Passed {
            op: name,
            is_exact,
            is_known: known.is_some(),
        });
        Ok(())
    }
}

/// What an op is made of: itself, unless it is a graph.
fn primitives(op: &dyn Op) -> Vec<&dyn Op> {
    let parts = op.parts();
    if parts.is_empty() { vec![op] } else { parts }
}

/// How much of an op is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Everything.
    All,
    /// What a graph adds to its ops.
    Connections,
}

/// Whether an op that passes does so exactly; its certificate goes to the file.
fn verify(
    op: &dyn Op,
    depth: Depth,
    options: &Options,
    identity: &str,
    file: Option<&Path>,
) -> Result<bool, ModelError> {
    let certificate = match depth {
        Depth::All => op.verify(options),
        Depth::Connections => op.verify_connections(options),
    };
    if !certificate.is_pass() {
        return Err(ModelError::Refused(Box::new(certificate)));
    }
    let is_exact = certificate.is_exact();
    if let Some(file) = file {
        let text = format!("{}{certificate}", heading(identity, is_exact));
        let written = files::replace(file, text.as_bytes());
        written.map_err(|error| ModelError::file(file, error))?;
    }
    Ok(is_exact)
}

impl fmt::Display for Passed {
    /// `MatMul exactly` or `MatMul by numbers`, and `, as before` where that was known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.is_exact {
            "exactly"
        } else {
            "by numbers"
        };
        let known = if self.is_known { ", as before" } else { "" };
        write!(f, "{} {how}{known}", self.op)
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (options, folder) = (&self.options, &self.folder);
        write!(f, "Checks({options:?}, kept in {folder:?})")
    }
}

impl fmt::Debug for Trusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trusted({:?}, {:?}", self.graph, self.optimiser)?;
        for (optimiser, parameters) in &self.own {
            write!(f, ", {} by {optimiser:?}", parameters.join(", "))?;
        }
        f.write_str(")")
    }
}

/// Ends what a certificate is of.
const END: &str = "----\n";

/// What a file begins with: what passed, and how.
fn heading(identity: &str, is_exact: bool) -> String {
    let how = if is_exact { "exactly" } else { "by numbers" };
    format!("{identity}{END}passed {how}\n")
}

/// Where the certificate of an op is kept.
fn file(folder: &Path, name: &str, identity: &str) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    folder.join(format!("{name}-{:016x}.txt", hash(identity.bytes())))
}

/// Whether a file says that this very op passed, and if so, whether exactly.
fn read(file: &Path, identity: &str) -> Option<bool> {
    let text = fs::read_to_string(file).ok()?;
    [true, false]
        .into_iter()
        .find(|is_exact| text.starts_with(&heading(identity, *is_exact)))
}
