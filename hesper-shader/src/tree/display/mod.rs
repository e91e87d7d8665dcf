//! The tree as text: stable and pleasant, for snapshots, logs and bug reports.
//!
//! A value used once is written where it is used; named values and those used more often get a `let`. A load stays before any later
//! effect, so the order of the text is the order of evaluation. A tree the verifier refuses prints too, with `?` for what is missing.

mod effects;
mod texts;
mod values;

pub(crate) use texts::Texts;

use super::{
    Access, Barrier, ExprId, ExprKind, Function, ParamId, ParamKind, Stmt, StmtKind, Tree, Type,
};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.docs {
            writeln!(f, "{}", format!("/// {line}").trim_end())?;
        }
        let [x, y, z] = self.workgroup_size;
        if let Some(reason) = &self.any_order {
            writeln!(f, "any_order({reason:?})")?;
        }
        if let Some(number) = self.bound_at.uniforms {
            writeln!(f, "uniforms at {number}")?;
        }
        writeln!(f, "kernel {} workgroup_size({x}, {y}, {z})", self.name)?;
        for buffer in &self.structured {
            let single = if buffer.single { "" } else { "[]" };
            writeln!(f, "buffer {}{single}: {}", buffer.name, buffer.shape)?;
        }
        for (id, param) in (0..).map(ParamId).zip(&self.params) {
            if let Some(reason) = &param.any_order {
                write!(f, "any_order({reason:?}) ")?;
            }
            if let Some(number) = self.bound_at.buffers.get(&id) {
                write!(f, "{number} ")?;
            }
            match param.kind {
                ParamKind::Storage { element, access } => {
                    let element = stored(element, access == Access::Atomic);
                    let dims = self.field(id).map_or(&[][..], |(_, leaf)| &leaf.dims);
                    let element = nested(element, dims);
                    let by = if access.writes() { "&mut " } else { "&" };
                    writeln!(f, "param {}: {by}[{element}]", param.name)?
                }
                ParamKind::Uniform(scalar) => writeln!(f, "param {}: {scalar}", param.name)?,
            }
        }
        for var in &self.workgroup {
            let ty = nested(stored(var.element, var.atomic), &var.dims);
            writeln!(f, "workgroup {}: {ty}", var.name)?;
        }
        for function in &self.functions {
            let arguments: Vec<String> = function
                .arguments
                .iter()
                .map(|(name, ty)| format!("{name}: {ty}"))
                .collect();
            let result = function
                .result
                .map(|ty| format!(" -> {ty}"))
                .unwrap_or_default();
            write!(f, "fn {}({}){result} ", function.name, arguments.join(", "))?;
            writeln!(f, "{}", Printer::new(self, function).print())?;
        }
        writeln!(f, "{}", Printer::new(self, &self.entry).print())
    }
}

/// A type of memory.
fn stored(element: Type, atomic: bool) -> String {
    match atomic {
        true => format!("Atomic<{element}>"),
        false => element.to_string(),
    }
}

/// The type of arrays of these lengths, outermost first.
fn nested(element: String, dims: &[u32]) -> String {
    let array = |inner, n: &u32| format!("[{inner}; {n}]");
    dims.iter().rev().fold(element, array)
}

/// A value whose text waits for its single use.
struct Pending {
    text: String,
    /// Whether the text reads memory, so that it must stand before a later effect.
    loads: bool,
}

struct Printer<'a> {
    tree: &'a Tree,
    function: &'a Function,
    uses: Vec<u32>,
    names: HashMap<ExprId, String>,
    taken: HashMap<&'a str, ExprId>,
    pending: BTreeMap<ExprId, Pending>,
    /// What each value is, where it is written out.
    texts: HashMap<ExprId, String>,
    out: String,
    unnamed: usize,
    depth: usize,
}

impl<'a> Printer<'a> {
    fn new(tree: &'a Tree, function: &'a Function) -> Self {
        let mut uses = vec![0; function.exprs.len()];
        count_uses(function, &function.body, &mut uses);
        Printer {
            tree,
            function,
            uses,
            names: HashMap::new(),
            taken: HashMap::new(),
            pending: BTreeMap::new(),
            texts: HashMap::new(),
            out: String::new(),
            unnamed: 0,
            depth: 1,
        }
    }

    fn print(mut self) -> String {
        self.write();
        self.out
    }

    fn write(&mut self) {
        self.out.push_str("{\n");
        for (index, local) in self.function.locals.iter().enumerate() {
            // An array's length stands nowhere else.
            if !local.dims.is_empty() {
                let name = self.local_name(&local.name, index);
                let ty = nested(local.ty.to_string(), &local.dims);
                self.line(&format!("local {name}: {ty}"));
            }
        }
        for (index, expr) in self.function.exprs.iter().enumerate() {
            // Named ambient values have no statement of their own: they head the function.
            if expr.kind.is_ambient()
                && expr.name.is_some()
                && !matches!(expr.kind, ExprKind::Argument(_))
            {
                let id = ExprId(index as u32);
                let text = self.ambient(expr);
                let name = self.choose_name(id);
                self.line(&format!("let {name} = {text}"));
                self.names.insert(id, name);
            }
        }
        self.block(&self.function.body);
        self.out.push('}');
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn block(&mut self, block: &'a [Stmt]) {
        for stmt in block {
            self.stmt(stmt);
        }
        self.flush(|_| true);
    }

    fn nested(&mut self, block: &'a [Stmt]) {
        self.depth += 1;
        self.block(block);
        self.depth -= 1;
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Emit(id) => {
                let (text, loads) = match self.function.get(*id) {
                    Some(expr) => self.compute(expr),
                    None => ("?".to_string(), false),
                };
                self.define(*id, text, loads);
            }
            StmtKind::Atomic { place, op, result } => self.atomic(place, *op, *result),
            StmtKind::UniformLoad { place, result } => {
                let text = format!("workgroup_uniform_load({})", self.place(place));
                self.yields(*result, &text);
            }
            StmtKind::Subgroup { op, value, result } => self.subgroup(*op, *value, *result),
            StmtKind::Aside { body } => {
                self.effect("aside {");
                self.nested(body);
                self.line("}");
            }
            StmtKind::Log {
                text,
                values,
                fails,
            } => self.log(text, values, *fails),
            StmtKind::Load { place, result } => {
                let text = format!("load {}", self.place(place));
                self.define(*result, text, true);
            }
            StmtKind::Store { place, value } => {
                let (value, place) = (self.value(*value), self.place(place));
                self.effect(&format!("store {place} = {value}"));
            }
            StmtKind::If {
                condition,
                accept,
                reject,
            } => {
                let condition = self.value(*condition);
                self.effect(&format!("if {condition} {{"));
                self.nested(accept);
                if !reject.is_empty() {
                    self.line("} else {");
                    self.nested(reject);
                }
                self.line("}");
            }
            StmtKind::For {
                counter,
                trips,
                body,
            } => {
                let trips = self.value(*trips);
                let name = self.choose_name(*counter);
                self.names.insert(*counter, name.clone());
                self.effect(&format!("for {name} in 0..{trips} {{"));
                self.nested(body);
                self.line("}");
            }
            StmtKind::Loop { body } => {
                self.effect("loop {");
                self.nested(body);
                self.line("}");
            }
            StmtKind::Break => self.effect("break"),
            StmtKind::Continue => self.effect("continue"),
            StmtKind::Return(None) => self.effect("return"),
            StmtKind::Return(Some(value)) => {
                let value = self.value(*value);
                self.effect(&format!("return {value}"));
            }
            StmtKind::Barrier(Barrier::Workgroup) => self.effect("workgroup_barrier"),
            StmtKind::Barrier(Barrier::Storage) => self.effect("storage_barrier"),
            StmtKind::Call {
                function,
                arguments,
                result,
            } => {
                let arguments: Vec<String> = arguments.iter().map(|id| self.value(*id)).collect();
                let name = self
                    .tree
                    .functions
                    .get(function.index())
                    .map_or("?", |f| f.name.as_str());
                let call = format!("{name}({})", arguments.join(", "));
                match result {
                    None => self.effect(&format!("call {call}")),
                    Some(result) => self.yields(*result, &format!("call {call}")),
                }
            }
        }
    }

    /// A line with an effect: loads still waiting come first.
    fn effect(&mut self, text: &str) {
        self.flush(|p| p.loads);
        self.line(text);
    }

    /// A line with an effect that yields a value.
    fn yields(&mut self, result: ExprId, text: &str) {
        self.texts.insert(result, text.to_string());
        let bound = self.bound(result);
        self.effect(&format!("let {bound} = {text}"));
    }

    /// Takes a name for a value that has a line of its own.
    fn bound(&mut self, id: ExprId) -> String {
        let name = self.choose_name(id);
        self.names.insert(id, name.clone());
        name
    }

    fn flush(&mut self, which: impl Fn(&Pending) -> bool) {
        let ids: Vec<ExprId> = self
            .pending
            .iter()
            .filter(|(_, p)| which(p))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            if let Some(pending) = self.pending.remove(&id) {
                self.bind(id, &pending.text);
            }
        }
    }

    fn define(&mut self, id: ExprId, text: String, loads: bool) {
        self.texts.insert(id, text.clone());
        let named = self.function.get(id).is_some_and(|e| e.name.is_some());
        if !named && self.uses.get(id.index()) == Some(&1) {
            self.pending.insert(id, Pending { text, loads });
        } else {
            self.bind(id, &text);
        }
    }

    fn bind(&mut self, id: ExprId, text: &str) {
        let name = self.choose_name(id);
        self.line(&format!("let {name} = {text}"));
        self.names.insert(id, name);
    }

    /// The user's name, made unique within the function; `t0`, `t1`, ... in order of the text where there is none.
    fn choose_name(&mut self, id: ExprId) -> String {
        match self.function.get(id).and_then(|e| e.name.as_ref()) {
            None => {
                self.unnamed += 1;
                format!("t{}", self.unnamed - 1)
            }
            Some(name) if *self.taken.entry(name).or_insert(id) == id => name.clone(),
            Some(name) => format!("{name}_{}", id.0),
        }
    }
}

fn count_uses(function: &Function, block: &[Stmt], uses: &mut [u32]) {
    let mut count = |id: ExprId| {
        if let Some(n) = uses.get_mut(id.index()) {
            *n += 1;
        }
    };
    for stmt in block {
        stmt.kind.for_each_operand(&mut count);
        if let StmtKind::Emit(id) = stmt.kind
            && let Some(expr) = function.get(id)
        {
            expr.kind.for_each_operand(&mut count);
        }
    }
    for inner in block.iter().flat_map(|stmt| stmt.kind.blocks()) {
        count_uses(function, inner, uses);
    }
}
