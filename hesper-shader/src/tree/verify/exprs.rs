//! Types of expressions, recomputed from their operands.

use super::{Verifier, VerifyProblem, valid_type};
use crate::tree::{
    BinaryOp, BuiltinValue, Expr, ExprId, ExprKind, Literal, ParamId, ParamKind, Portion, Scalar,
    Type, UnaryOp,
};

impl Verifier<'_> {
    pub(super) fn expr(&mut self, index: usize, expr: &Expr) {
        if !valid_type(expr.ty) {
            return self.problem(VerifyProblem::InvalidType(expr.ty), expr.loc);
        }
        let mut ordered = true;
        expr.kind
            .for_each_operand(|operand| ordered &= operand.index() < index);
        if !ordered {
            return self.problem(VerifyProblem::OperandOrder, expr.loc);
        }
        match self.type_of(expr) {
            Err(problem) => self.problem(problem, expr.loc),
            Ok(found) if found != expr.ty => {
                self.problem(
                    VerifyProblem::WrongType {
                        found,
                        recorded: expr.ty,
                    },
                    expr.loc,
                );
            }
            Ok(_) => {}
        }
    }

    /// Whether it stands once, before an array of runtime length, which alone has one.
    fn is_head(&self, param: ParamId) -> bool {
        let field = self.tree.field(param);
        field.is_some_and(|(_, leaf)| leaf.portion == Portion::Head)
    }

    fn ty(&self, id: ExprId) -> Type {
        self.function[id].ty
    }

    /// The type of what an expression computes; its operands are known to exist.
    fn type_of(&self, expr: &Expr) -> Result<Type, VerifyProblem> {
        match &expr.kind {
            ExprKind::Literal(literal) => literal_type(*literal, expr.ty),
            ExprKind::NegInfinity => Ok(Type::F32),
            ExprKind::Uniform(param) => match self.tree.params.get(param.index()).map(|p| p.kind) {
                Some(ParamKind::Uniform(scalar)) => Ok(Type::scalar(scalar)),
                _ => Err(VerifyProblem::BadHandle("uniform")),
            },
            ExprKind::Length(param) => match self.tree.params.get(param.index()).map(|p| p.kind) {
                Some(ParamKind::Storage { .. }) if !self.is_head(*param) => Ok(Type::U32),
                _ => Err(VerifyProblem::BadHandle("length")),
            },
            // naga has these numbers only where lanes follow the flattened index.
            ExprKind::BuiltinValue(
                value @ (BuiltinValue::SubgroupId | BuiltinValue::SubgroupInvocationId),
            ) if self.tree.workgroup_size[1..].iter().any(|n| *n > 1) => {
                Err(VerifyProblem::SubgroupShape(*value))
            }
            ExprKind::BuiltinValue(value) => Ok(value.ty()),
            ExprKind::Argument(position) => match self.function.arguments.get(*position as usize) {
                Some((_, ty)) => Ok(*ty),
                None => Err(VerifyProblem::BadHandle("argument")),
            },
            ExprKind::Unary(op, a) => unary_type(*op, self.ty(*a)),
            ExprKind::Binary(op, a, b) => binary_type(*op, self.ty(*a), self.ty(*b)),
            ExprKind::Math(function, operands) => {
                let types: Vec<Type> = operands.iter().map(|id| self.ty(*id)).collect();
                let bad = || VerifyProblem::MathOperands {
                    function: *function,
                    operands: list(&types),
                };
                function.result(&types).ok_or_else(bad)
            }
            ExprKind::Select {
                condition,
                on_true,
                on_false,
            } => {
                let types = [self.ty(*condition), self.ty(*on_true), self.ty(*on_false)];
                let fits = types[0] == Type::BOOL && types[1] == types[2];
                if fits {
                    Ok(types[1])
                } else {
                    Err(refused("select", &types))
                }
            }
            ExprKind::Convert(a) => {
                let from = self.ty(*a);
                if from.size == expr.ty.size {
                    Ok(expr.ty)
                } else {
                    Err(refused("as", &[from, expr.ty]))
                }
            }
            ExprKind::Compose(parts) => {
                let types: Vec<Type> = parts.iter().map(|id| self.ty(*id)).collect();
                let fits = (2..=4).contains(&types.len())
                    && types.iter().all(|t| t.is_scalar() && *t == types[0]);
                if fits {
                    Ok(Type::vector(types.len() as u8, types[0].scalar))
                } else {
                    Err(refused("vector", &types))
                }
            }
            ExprKind::Splat(a) => {
                let part = self.ty(*a);
                let fits =
                    part.is_scalar() && part.scalar == expr.ty.scalar && !expr.ty.is_scalar();
                if fits {
                    Ok(expr.ty)
                } else {
                    Err(refused("splat", &[part]))
                }
            }
            ExprKind::Component(a, index) => {
                let vector = self.ty(*a);
                if !vector.is_scalar() && *index < vector.size {
                    Ok(vector.component())
                } else {
                    Err(refused("component", &[vector]))
                }
            }
            ExprKind::Result => Ok(expr.ty),
        }
    }
}

/// A real literal is of the format that it is used in.
fn literal_type(literal: Literal, ty: Type) -> Result<Type, VerifyProblem> {
    match literal {
        Literal::F32(number) if ty == Type::F16 && number.to_f64().abs() < HALF_END => Ok(ty),
        Literal::F32(number) if ty == Type::F16 || !number.to_f32().is_finite() => {
            Err(VerifyProblem::LiteralRange(number.to_string()))
        }
        _ => Ok(Type::scalar(literal.scalar())),
    }
}

/// Half way from the greatest number of binary16 to the next that it would have.
const HALF_END: f64 = 65_520.0;

fn unary_type(op: UnaryOp, a: Type) -> Result<Type, VerifyProblem> {
    let (fits, symbol) = match op {
        UnaryOp::Negate => (a.scalar.is_float() || a.scalar == Scalar::I32, "-"),
        UnaryOp::Not => (a.scalar.is_integer() || a.scalar == Scalar::Bool, "!"),
    };
    if fits {
        Ok(a)
    } else {
        Err(refused(symbol, &[a]))
    }
}

fn binary_type(op: BinaryOp, a: Type, b: Type) -> Result<Type, VerifyProblem> {
    use BinaryOp::*;
    let integer_or_bool = a.scalar.is_integer() || a.scalar == Scalar::Bool;
    let fits = match op {
        Add | Subtract | Multiply | Divide | Remainder => a == b && a.scalar.is_numeric(),
        WrappingAdd | WrappingSubtract | WrappingMultiply => a == b && a.scalar.is_integer(),
        And | Or | Xor => a == b && integer_or_bool,
        ShiftLeft | ShiftRight => a.scalar.is_integer() && b == a.with_scalar(Scalar::U32),
        Equal | NotEqual => a == b,
        Less | LessEqual | Greater | GreaterEqual => a == b && a.scalar.is_numeric(),
    };
    match (fits, op.is_comparison()) {
        (false, _) => Err(refused(op.symbol(), &[a, b])),
        (true, true) => Ok(a.with_scalar(Scalar::Bool)),
        (true, false) => Ok(a),
    }
}

fn refused(operation: &str, types: &[Type]) -> VerifyProblem {
    VerifyProblem::Operands {
        operation: operation.to_string(),
        operands: list(types),
    }
}

fn list(types: &[Type]) -> String {
    types
        .iter()
        .map(|t| format!("`{t}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
