//! All that a run allocates, once for a dispatch, and the start of each workgroup.

use super::Options;
use super::binding::Binding;
use super::columns::Column;
use super::error::{ExecError, Fault, internal};
use super::frame::Frame;
use super::mask::Mask;
use super::places::Memories;
use super::position::Position;
use super::reals::Reals;
use super::shadow::{self, Shadow};
use crate::domain::Domain;
use crate::tree::{Access, Loc, Param, ParamKind, Tree, WorkgroupVar};

/// Components of one workgroup variable, at most; a device has a few thousand for all.
const MAX_WORKGROUP_COMPONENTS: u64 = 1 << 28;

/// A dispatch and the workgroup that runs.
pub(super) struct Machine<'a, 'b, D: Domain> {
    pub(super) tree: &'a Tree,
    pub(super) options: Options,
    pub(super) position: Position,
    pub(super) reals: Reals<'a, D>,
    pub(super) memory: Memories<'a, 'b, D::Value>,
    /// One for each helper function, then the kernel's own.
    pub(super) frames: Vec<Frame<D::Value>>,
    /// Masks to reuse.
    pub(super) masks: Vec<Mask>,
    /// Blocks within blocks and calls.
    pub(super) depth: usize,
}

impl<'a, 'b, D: Domain<Mask = bool>> Machine<'a, 'b, D> {
    /// Allocates what a dispatch needs.
    pub(super) fn new(
        domain: &'a D,
        tree: &'a Tree,
        groups: [u32; 3],
        bindings: &'a mut [Binding<'b, D::Value>],
        options: Options,
    ) -> Result<Self, ExecError> {
        check_sizes(tree).map_err(|fault| fault.at(tree, tree.loc))?;
        let size = tree.workgroup_size;
        let position = Position {
            size,
            groups,
            group: [0; 3],
        };
        let lanes = position.lanes();
        let reals = Reals::new(domain, lanes);
        let frames = tree
            .all_functions()
            .map(|function| {
                Frame::new(function, tree, bindings, &reals, lanes)
                    .map_err(|fault| fault.at(tree, function.loc))
            })
            .collect::<Result<_, _>>()?;
        let variable = |v: &WorkgroupVar| Column::zeros(v.element, v.count() as usize, reals.zero);
        let memory = Memories {
            tree,
            workgroup: tree.workgroup.iter().map(variable).collect(),
            shadow: options.detect_races.then(|| shadow_of(tree, bindings)),
            bindings,
            elements: vec![0; lanes],
        };
        Ok(Machine {
            tree,
            options,
            position,
            reals,
            memory,
            frames,
            masks: Vec::new(),
            depth: 0,
        })
    }

    /// Runs the kernel for one workgroup.
    pub(super) fn workgroup(&mut self, group: [u32; 3]) -> Result<(), ExecError> {
        self.position.group = group;
        self.reals.domain.enter_workgroup();
        self.enter()
            .map_err(|fault| self.error(self.tree.loc, fault))?;
        let mut active = self.mask();
        active.fill();
        let entry = self.frames.len().saturating_sub(1);
        self.block(entry, &self.tree.entry.body, &mut active, None)?;
        self.masks.push(active);
        Ok(())
    }

    fn enter(&mut self) -> Result<(), Fault> {
        for variable in &mut self.memory.workgroup {
            variable.fill_zero(self.reals.zero);
        }
        if let Some(shadow) = &mut self.memory.shadow {
            shadow.enter_workgroup()?;
        }
        for frame in &mut self.frames {
            frame.enter_workgroup(&self.position)?;
        }
        Ok(())
    }

    /// A mask to overwrite.
    pub(super) fn mask(&mut self) -> Mask {
        let lanes = self.position.lanes();
        self.masks.pop().unwrap_or_else(|| Mask::none(lanes))
    }

    /// An empty mask.
    pub(super) fn empty_mask(&mut self) -> Mask {
        let mut mask = self.mask();
        mask.clear();
        mask
    }

    pub(super) fn error(&self, loc: Loc, fault: Fault) -> ExecError {
        fault.at(self.tree, loc)
    }
}

/// A shadow of all that can be written.
fn shadow_of<V: Copy>(tree: &Tree, bindings: &[Binding<'_, V>]) -> Shadow {
    let written = |(param, binding): (&Param, &Binding<'_, V>)| match param.kind {
        ParamKind::Storage {
            element,
            access: Access::ReadWrite,
        } => binding.length(element),
        _ => 0,
    };
    Shadow::new(
        tree.params.iter().zip(bindings).map(written).collect(),
        tree.workgroup.iter().map(|v| v.count() as usize).collect(),
    )
}

fn check_sizes(tree: &Tree) -> Result<(), Fault> {
    let invocations = product(&tree.workgroup_size);
    if invocations == 0 {
        return Err(internal("a workgroup without invocations"));
    }
    at_most(
        "invocations in a workgroup",
        invocations,
        shadow::MAX_LANES as u64,
    )?;
    for variable in &tree.workgroup {
        let components = product(&variable.dims).saturating_mul(variable.element.size.into());
        at_most(
            "components of a workgroup variable",
            components,
            MAX_WORKGROUP_COMPONENTS,
        )?;
    }
    Ok(())
}

fn at_most(what: &'static str, need: u64, limit: u64) -> Result<(), Fault> {
    if need > limit {
        return Err(Fault::Limit { what, need, limit });
    }
    Ok(())
}

fn product(factors: &[u32]) -> u64 {
    let multiply = |product: u64, n: &u32| product.saturating_mul((*n).into());
    factors.iter().fold(1, multiply)
}
