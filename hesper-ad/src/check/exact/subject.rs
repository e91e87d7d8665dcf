//! An op as the exact check sees it, whatever its type: compiled once, and not for each op anew.

use crate::bound::{Measured, Sizes};
use crate::check::kernels::built_plans;
use crate::dims::Dims;
use crate::dual::{Dual, DualValue};
use crate::field::{Element, Exact};
use crate::op::DiffOp;
use crate::op_plan::Plans;
use crate::sample::{Numbers, Rng, Sample, Sampling};
use crate::signature::Signature;
use crate::spec::{Forward, Primals, Spec, SpecError};
use crate::tensor::Tensor;
use hesper_shader::domain::F64;

/// The spec of some op in the domains that the exact check runs it in, and its plans.
pub(super) trait Subject {
    fn signature(&self) -> &Signature;
    fn sampling(&self) -> &Sampling;
    fn draw(&self, numbers: Numbers, dims: &Dims, rng: &mut Rng) -> Sample;
    fn small_shapes(&self) -> Vec<Dims>;
    fn large_shapes(&self) -> Vec<Dims>;
    fn least_shape(&self) -> Dims;
    /// The name of the op's type, with its path.
    fn type_name(&self) -> &'static str;
    /// Whether the type has just one value.
    fn is_unit(&self) -> bool;
    fn plans(&self, dims: &Dims) -> Result<Plans, String>;
    fn forward(&self, domain: &Exact, primals: &Primals<Element>) -> Passed<Forward<Element>>;
    fn backward(
        &self,
        domain: &Exact,
        primals: &Primals<Element>,
        cotangents: &[Tensor<Element>],
    ) -> Passed<Vec<Tensor<Element>>>;
    fn forward_real(&self, primals: &Primals<f64>) -> Passed<Forward<f64>>;
    fn forward_size(
        &self,
        domain: &Sizes<'_>,
        primals: &Primals<Measured>,
    ) -> Passed<Forward<Measured>>;
    fn backward_size(
        &self,
        domain: &Sizes<'_>,
        primals: &Primals<Measured>,
        cotangents: &[Tensor<Measured>],
    ) -> Passed<Vec<Tensor<Measured>>>;
    fn tangent_size(
        &self,
        domain: &Dual<Sizes<'_>>,
        primals: &Primals<DualValue<Measured>>,
    ) -> Passed<Forward<DualValue<Measured>>>;
}

type Passed<T> = Result<T, SpecError>;

impl<O: DiffOp> Subject for Spec<'_, O> {
    fn signature(&self) -> &Signature {
        Spec::signature(self)
    }

    fn sampling(&self) -> &Sampling {
        Spec::sampling(self)
    }

    fn draw(&self, numbers: Numbers, dims: &Dims, rng: &mut Rng) -> Sample {
        self.draw_with(numbers, dims, rng)
    }

    fn small_shapes(&self) -> Vec<Dims> {
        Spec::small_shapes(self)
    }

    fn large_shapes(&self) -> Vec<Dims> {
        Spec::large_shapes(self)
    }

    fn least_shape(&self) -> Dims {
        Spec::least_shape(self)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<O>()
    }

    fn is_unit(&self) -> bool {
        size_of::<O>() == 0
    }

    fn plans(&self, dims: &Dims) -> Result<Plans, String> {
        built_plans(self, dims, false)
    }

    fn forward(&self, domain: &Exact, primals: &Primals<Element>) -> Passed<Forward<Element>> {
        self.forward_at(domain, primals)
    }

    fn backward(
        &self,
        domain: &Exact,
        primals: &Primals<Element>,
        cotangents: &[Tensor<Element>],
    ) -> Passed<Vec<Tensor<Element>>> {
        self.backward_at(domain, primals, cotangents)
    }

    fn forward_real(&self, primals: &Primals<f64>) -> Passed<Forward<f64>> {
        self.forward_at(&F64, primals)
    }

    fn forward_size(
        &self,
        domain: &Sizes<'_>,
        primals: &Primals<Measured>,
    ) -> Passed<Forward<Measured>> {
        self.forward_at(domain, primals)
    }

    fn backward_size(
        &self,
        domain: &Sizes<'_>,
        primals: &Primals<Measured>,
        cotangents: &[Tensor<Measured>],
    ) -> Passed<Vec<Tensor<Measured>>> {
        self.backward_at(domain, primals, cotangents)
    }

    fn tangent_size(
        &self,
        domain: &Dual<Sizes<'_>>,
        primals: &Primals<DualValue<Measured>>,
    ) -> Passed<Forward<DualValue<Measured>>> {
        self.forward_at(domain, primals)
    }
}
