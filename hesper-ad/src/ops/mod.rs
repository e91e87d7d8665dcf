//! The op catalogue: one file per op with its mathematics, spec and kernels.
//!
//! [`catalogue`] lists them all; to add one, see `docs/adding-an-op.md`. What each computes is gathered in `docs/ops.md`.

pub mod abs;
pub mod adam;
pub mod adamw;
pub mod add;
pub mod alibi;
pub mod attention;
pub mod avg_pool2d;
pub mod axis;
pub mod batch_matmul;
pub mod batch_norm;
pub mod batch_norm_evaluation;
pub mod bias_add;
pub mod binary_cross_entropy;
pub mod broadcast_add;
pub mod broadcast_mul;
pub mod causal_mask;
pub mod clamp;
pub mod coarsened;
pub mod columns;
pub mod concat;
pub mod conv1d;
pub mod conv2d;
pub mod conv2d_tiled;
pub mod conv_transpose1d;
pub mod conv_transpose2d;
pub mod convolution;
pub mod cross_entropy;
pub mod cumulative_sum;
pub mod div;
pub mod dropout;
pub mod elementwise;
pub mod embedding;
pub mod exp;
pub mod flatten;
pub mod fused_attention;
pub mod gather;
pub mod gelu;
pub mod gelu_tanh;
pub mod group_norm;
pub mod grouped_attention;
pub mod heads;
pub mod huber;
pub mod hypot;
pub mod kl_divergence;
pub mod l2_normalize;
pub mod layer_norm;
pub mod linear;
pub mod lion;
pub mod log;
pub mod log_softmax;
pub mod log_sum_exp;
pub mod lora_linear;
pub mod mask;
pub mod matmul;
pub mod matmul_f16;
pub mod max;
pub mod max_pool2d;
pub mod maximum;
pub mod mean;
pub mod merge_heads;
pub mod minimum;
pub mod moment;
pub mod mse;
pub mod mul;
pub mod multi_head_attention;
pub mod muon;
pub mod muon_step;
pub mod neg;
pub mod newton_schulz;
pub mod norm;
pub mod online_softmax;
pub mod reduce;
pub mod relu;
pub mod relu_squared_mul;
pub mod rms_norm;
pub mod rms_prop;
pub mod rope;
pub mod rotated_dot;
pub mod scale;
pub mod scaled_add;
pub mod scaled_dot;
pub mod scatter_add;
pub mod select;
pub mod selective_scan;
pub mod sgd;
pub mod sgd_nesterov;
pub mod sigmoid;
pub mod silu;
pub mod slice;
pub mod softcap;
pub mod softmax;
pub mod softplus;
pub mod split_heads;
pub mod sqrt;
pub mod sum;
pub mod swiglu;
pub mod tanh;
pub mod to_f16;
pub mod to_f32;
pub mod token_embedding;
pub mod transpose;
pub mod unit_norm;
pub mod upsample_bilinear;
pub mod upsample_nearest;
pub mod weighted_cross_entropy;
pub mod window;

#[cfg(test)]
mod integers_tests;

pub use abs::Abs;
pub use adam::{Adam, adam};
pub use adamw::AdamW;
pub use add::Add;
pub use alibi::Alibi;
pub use attention::{Attention, attention};
pub use avg_pool2d::AvgPool2d;
pub use batch_matmul::BatchMatMul;
pub use batch_norm::BatchNorm;
pub use batch_norm_evaluation::BatchNormEvaluation;
pub use bias_add::BiasAdd;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use broadcast_add::BroadcastAdd;
pub use broadcast_mul::BroadcastMul;
pub use causal_mask::CausalMask;
pub use clamp::Clamp;
pub use concat::Concat;
pub use conv_transpose1d::ConvTranspose1d;
pub use conv_transpose2d::ConvTranspose2d;
pub use conv1d::Conv1d;
pub use conv2d::Conv2d;
pub use cross_entropy::SoftmaxCrossEntropy;
pub use cumulative_sum::CumulativeSum;
pub use div::Div;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use exp::Exp;
pub use flatten::Flatten;
pub use fused_attention::FusedAttention;
pub use gather::Gather;
pub use gelu::Gelu;
pub use gelu_tanh::GeluTanh;
pub use group_norm::GroupNorm;
pub use grouped_attention::GroupedAttention;
pub use huber::Huber;
pub use hypot::Hypot;
pub use kl_divergence::KlDivergence;
pub use l2_normalize::L2Normalize;
pub use layer_norm::LayerNorm;
pub use linear::{Linear, linear};
pub use lion::Lion;
pub use log::Log;
pub use log_softmax::LogSoftmax;
pub use log_sum_exp::LogSumExp;
pub use lora_linear::{LoraLinear, lora_linear};
pub use mask::Masked;
pub use matmul::MatMul;
pub use matmul_f16::MatMulF16;
pub use max::Max;
pub use max_pool2d::MaxPool2d;
pub use maximum::Maximum;
pub use mean::Mean;
pub use merge_heads::MergeHeads;
pub use minimum::Minimum;
pub use moment::Moment;
pub use mse::Mse;
pub use mul::Mul;
pub use multi_head_attention::{MultiHeadAttention, multi_head_attention};
pub use muon::{Muon, muon};
pub use muon_step::MuonStep;
pub use neg::Neg;
pub use newton_schulz::NewtonSchulz;
pub use norm::Norm;
pub use relu::Relu;
pub use relu_squared_mul::ReluSquaredMul;
pub use rms_norm::RmsNorm;
pub use rms_prop::RmsProp;
pub use rope::Rope;
pub use rotated_dot::{RotatedDot, rotated_dot};
pub use scale::Scale;
pub use scaled_add::ScaledAdd;
pub use scaled_dot::ScaledDot;
pub use scatter_add::ScatterAdd;
pub use select::Where;
pub use selective_scan::SelectiveScan;
pub use sgd::Sgd;
pub use sgd_nesterov::SgdNesterov;
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use slice::Slice;
pub use softcap::Softcap;
pub use softmax::Softmax;
pub use softplus::Softplus;
pub use split_heads::SplitHeads;
pub use sqrt::Sqrt;
pub use sum::Sum;
pub use swiglu::Swiglu;
pub use tanh::Tanh;
pub use to_f16::ToF16;
pub use to_f32::ToF32;
pub use token_embedding::TokenEmbedding;
pub use transpose::Transpose;
pub use unit_norm::UnitNorm;
pub use upsample_bilinear::UpsampleBilinear;
pub use upsample_nearest::UpsampleNearest;
pub use weighted_cross_entropy::CrossEntropy;
pub use window::Window;

use crate::compose::compose;
use crate::error::OpError;
use crate::graph;
use crate::op::Op;
use hesper_shader::{Kernel, f16};

/// Elements of a tensor up to which elementwise kernels of the catalogue are checked for what wraps: 8 GiB of `f32`.
pub const MOST_ELEMENTS: usize = 1 << 31;

/// Every op of the catalogue, in alphabetical order, then compositions.
///
/// # Errors
/// Where a composition does not fit together.
pub fn catalogue() -> Result<Vec<Box<dyn Op>>, OpError> {
    Ok(vec![
        Box::new(Abs),
        Box::new(adam()?),
        Box::new(AdamW),
        Box::new(Add),
        Box::new(Alibi),
        Box::new(attention()?),
        Box::new(AvgPool2d::EXAMPLE),
        Box::new(BatchMatMul::PLAIN),
        Box::new(BatchMatMul::TRANSPOSED),
        Box::new(BatchNorm),
        Box::new(BatchNormEvaluation),
        Box::new(BiasAdd),
        Box::new(BinaryCrossEntropy),
        Box::new(BroadcastAdd),
        Box::new(BroadcastMul),
        Box::new(CausalMask),
        Box::new(Clamp),
        Box::new(Concat),
        Box::new(Conv1d::EXAMPLE),
        Box::new(Conv2d::EXAMPLE),
        Box::new(ConvTranspose1d::EXAMPLE),
        Box::new(ConvTranspose2d::EXAMPLE),
        Box::new(CrossEntropy::MEAN),
        Box::new(CrossEntropy::SUM),
        Box::new(CumulativeSum),
        Box::new(Div),
        Box::new(Dropout::EXAMPLE),
        Box::new(Embedding),
        Box::new(Exp),
        Box::new(Flatten),
        Box::new(FusedAttention::new()?),
        Box::new(Gather),
        Box::new(Gelu),
        Box::new(GeluTanh),
        Box::new(GroupedAttention::EXAMPLE),
        Box::new(GroupNorm),
        Box::new(Huber),
        Box::new(Hypot),
        Box::new(KlDivergence),
        Box::new(L2Normalize),
        Box::new(LayerNorm),
        Box::new(linear()?),
        Box::new(Lion),
        Box::new(Log),
        Box::new(LogSoftmax),
        Box::new(LogSumExp),
        Box::new(lora_linear()?),
        Box::new(Masked),
        Box::new(MatMul),
        Box::new(MatMulF16),
        Box::new(Max),
        Box::new(Maximum),
        Box::new(MaxPool2d::EXAMPLE),
        Box::new(Mean),
        Box::new(MergeHeads::EXAMPLE),
        Box::new(Minimum),
        Box::new(Moment),
        Box::new(Mse),
        Box::new(Mul),
        Box::new(MuonStep),
        Box::new(Neg),
        Box::new(NewtonSchulz),
        Box::new(Norm),
        Box::new(Relu),
        Box::new(ReluSquaredMul),
        Box::new(RmsNorm),
        Box::new(RmsProp),
        Box::new(Rope::HALVES),
        Box::new(Rope::PAIRS),
        Box::new(Scale),
        Box::new(ScaledAdd),
        Box::new(ScaledDot),
        Box::new(ScatterAdd),
        Box::new(SelectiveScan),
        Box::new(Sgd),
        Box::new(SgdNesterov),
        Box::new(Sigmoid),
        Box::new(Silu),
        Box::new(Slice::EXAMPLE),
        Box::new(Softcap),
        Box::new(Softmax),
        Box::new(SoftmaxCrossEntropy),
        Box::new(Softplus),
        Box::new(SplitHeads::EXAMPLE),
        Box::new(Sqrt),
        Box::new(Sum),
        Box::new(Swiglu),
        Box::new(Tanh),
        Box::new(TokenEmbedding),
        Box::new(ToF16),
        Box::new(ToF32),
        Box::new(Transpose),
        Box::new(UnitNorm),
        Box::new(UpsampleBilinear::EXAMPLE),
        Box::new(UpsampleNearest::EXAMPLE),
        Box::new(Where),
        Box::new(rotated_dot()?),
        Box::new(compose(Softmax, Relu)?),
        Box::new(compose(SoftmaxCrossEntropy, MatMul)?),
    ])
}

/// Mutants of the catalogue that mean the same as their ops, each with the reason: a list for [`mutate::Equal`](crate::mutate::Equal).
pub const EQUAL_MUTANTS: &str = include_str!("equal_mutants.txt");

/// Every kernel of the catalogue, in alphabetical order.
pub fn kernels() -> Vec<Kernel> {
    vec![
        graph::accumulate(),
        abs::abs(),
        abs::abs_backward(),
        adamw::adamw(),
        adamw::adamw_backward(),
        adamw::adamw_backward_moments(),
        add::add(),
        add::add_backward(),
        alibi::alibi(),
        alibi::alibi_backward(),
        avg_pool2d::avg_pool2d(),
        avg_pool2d::avg_pool2d_backward(),
        batch_matmul::batch_matmul(),
        batch_norm::batch_norm(),
        batch_norm::batch_norm_backward(),
        batch_norm_evaluation::batch_norm_evaluation(),
        batch_norm_evaluation::batch_norm_evaluation_backward(),
        batch_norm_evaluation::batch_norm_evaluation_dgamma_dbeta(),
        bias_add::bias_add(),
        bias_add::bias_add_backward(),
        binary_cross_entropy::binary_cross_entropy(),
        binary_cross_entropy::binary_cross_entropy_backward(),
        broadcast_add::broadcast_add(),
        broadcast_add::broadcast_add_backward(),
        broadcast_add::broadcast_add_db(),
        broadcast_mul::broadcast_mul(),
        broadcast_mul::broadcast_mul_db(),
        causal_mask::causal_mask(),
        causal_mask::causal_mask_backward(),
        clamp::clamp(),
        clamp::clamp_backward(),
        columns::column_sums(),
        concat::concat(),
        concat::concat_backward(),
        conv2d::conv2d(),
        conv2d::conv2d_db(),
        conv2d::conv2d_df(),
        conv2d_tiled::conv2d_df_tiled(),
        conv2d::conv2d_dx(),
        conv2d_tiled::conv2d_dx_tiled(),
        conv2d_tiled::conv2d_tiled(),
        weighted_cross_entropy::cross_entropy_backward(),
        weighted_cross_entropy::cross_entropy_mean(),
        weighted_cross_entropy::cross_entropy_rows(),
        weighted_cross_entropy::cross_entropy_sum(),
        cumulative_sum::cumulative_sum(),
        cumulative_sum::cumulative_sum_backward(),
        div::div(),
        div::div_backward(),
        dropout::dropout(),
        embedding::embedding(),
        embedding::embedding_clear(),
        embedding::embedding_links(),
        embedding::embedding_scatter(),
        exp::exp(),
        exp::exp_backward(),
        flatten::flatten(),
        fused_attention::fused_attention(),
        fused_attention::fused_attention_delta(),
        fused_attention::fused_attention_dkv(),
        fused_attention::fused_attention_dq(),
        gather::gather(),
        gather::gather_backward(),
        gelu::gelu(),
        gelu::gelu_backward(),
        gelu_tanh::gelu_tanh(),
        gelu_tanh::gelu_tanh_backward(),
        group_norm::group_norm(),
        group_norm::group_norm_backward(),
        group_norm::group_norm_dgamma_dbeta(),
        grouped_attention::grouped_attention(),
        grouped_attention::grouped_attention_dkv(),
        grouped_attention::grouped_attention_dq(),
        huber::huber(),
        huber::huber_backward(),
        hypot::hypot(),
        hypot::hypot_backward(),
        kl_divergence::kl_divergence(),
        kl_divergence::kl_divergence_backward(),
        l2_normalize::l2_normalize(),
        l2_normalize::l2_normalize_backward(),
        layer_norm::layer_norm(),
        layer_norm::layer_norm_backward(),
        layer_norm::layer_norm_dgamma_dbeta(),
        lion::lion(),
        lion::lion_backward(),
        log::log(),
        log::log_backward(),
        log_softmax::log_softmax(),
        log_softmax::log_softmax_backward(),
        log_sum_exp::log_sum_exp(),
        log_sum_exp::log_sum_exp_backward(),
        mask::masked(),
        mask::masked_backward(),
        matmul::matmul::<f32>(),
        matmul::matmul::<f16>(),
        max::max(),
        max::max_backward(),
        max_pool2d::max_pool2d(),
        max_pool2d::max_pool2d_backward(),
        maximum::maximum(),
        maximum::maximum_backward(),
        mean::mean(),
        mean::mean_backward(),
        minimum::minimum(),
        minimum::minimum_backward(),
        moment::moment(),
        moment::moment_backward(),
        mse::mse(),
        mse::mse_backward(),
        mse::mse_partial(),
        mul::mul(),
        mul::mul_backward(),
        muon_step::muon_step(),
        muon_step::muon_step_backward(),
        neg::neg(),
        neg::neg_backward(),
        newton_schulz::newton_schulz(),
        newton_schulz::newton_schulz_backward(),
        newton_schulz::newton_schulz_polynomial(),
        newton_schulz::newton_schulz_slope(),
        newton_schulz::newton_schulz_symmetric(),
        norm::norm(),
        norm::norm_backward(),
        norm::norm_partial(),
        relu::relu(),
        relu::relu_backward(),
        relu_squared_mul::relu_squared_mul(),
        relu_squared_mul::relu_squared_mul_backward(),
        rms_norm::rms_norm(),
        rms_norm::rms_norm_backward(),
        rms_norm::rms_norm_dgamma(),
        rms_prop::rms_prop(),
        rms_prop::rms_prop_backward(),
        rope::rope(),
        scale::scale(),
        scaled_add::scaled_add(),
        scaled_add::scaled_add_backward(),
        scaled_dot::scaled_dot(),
        scaled_dot::scaled_dot_backward(),
        scatter_add::scatter_add(),
        scatter_add::scatter_add_dsrc(),
        scatter_add::scatter_add_dx(),
        select::select(),
        select::select_backward(),
        selective_scan::selective_scan(),
        selective_scan::selective_scan_da(),
        selective_scan::selective_scan_db_dw(),
        selective_scan::selective_scan_states(),
        sgd::sgd(),
        sgd::sgd_backward(),
        sgd_nesterov::sgd_nesterov(),
        sgd_nesterov::sgd_nesterov_backward(),
        sigmoid::sigmoid(),
        sigmoid::sigmoid_backward(),
        silu::silu(),
        silu::silu_backward(),
        slice::slice(),
        slice::slice_backward(),
        softcap::softcap(),
        softcap::softcap_backward(),
        softmax::softmax(),
        softmax::softmax_backward(),
        cross_entropy::softmax_cross_entropy(),
        cross_entropy::softmax_cross_entropy_backward(),
        softplus::softplus(),
        softplus::softplus_backward(),
        sqrt::sqrt(),
        sqrt::sqrt_backward(),
        sum::sum(),
        sum::sum_backward(),
        sum::sum_short(),
        heads::swap_axes(),
        swiglu::swiglu(),
        swiglu::swiglu_backward(),
        tanh::tanh(),
        tanh::tanh_backward(),
        to_f16::convert::<f16, f32>(),
        to_f16::convert::<f32, f16>(),
        to_f16::convert::<f32, f32>(),
        transpose::transpose(),
        unit_norm::unit_norm(),
        unit_norm::unit_norm_along(),
        unit_norm::unit_norm_backward(),
        upsample_bilinear::upsample_bilinear(),
        upsample_bilinear::upsample_bilinear_backward(),
        upsample_nearest::upsample_nearest(),
        upsample_nearest::upsample_nearest_backward(),
    ]
}
