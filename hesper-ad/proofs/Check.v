(** Every theorem of the proofs, and what it assumes: [check.sh] compares that with the axioms of the reals. *)

From Hesper Require Import Vjp Paths Derivatives Recording Tangents SweepProof Ready Primitives Softmax Norms Attention RecordedProofs.

(** What a VJP is, and what keeps it. *)
Print Assumptions vjp_chain.
Print Assumptions vjp_shared.
Print Assumptions vjp_first.
Print Assumptions vjp_transposes_partials.
Print Assumptions vjp_unique.

(** Any graph. *)
Print Assumptions paths_are_all.
Print Assumptions paths_are_different.
Print Assumptions accumulation_is_sum_over_paths.
Print Assumptions vjp_is_sum_over_paths.
Print Assumptions vjp_is_accumulated.

(** The table of primitives. *)
Print Assumptions unary_derivative.
Print Assumptions binary_derivative.

(** Recording behind a tape. *)
Print Assumptions record_is_right.
Print Assumptions record_all_is_right.
Print Assumptions total_of_is_right.
Print Assumptions all_move.

(** The sweep. *)
Print Assumptions sweep_pairs.
Print Assumptions sweep_is_vjp.
Print Assumptions sweep_sums_partials.
Print Assumptions recorded_sweep_is_vjp.

(** What ops are made of. *)
Print Assumptions vjp_exp.
Print Assumptions vjp_log.
Print Assumptions vjp_sqrt.
Print Assumptions vjp_inverse.
Print Assumptions vjp_tanh.
Print Assumptions vjp_sum.
Print Assumptions vjp_scale.
Print Assumptions vjp_product.

(** The catalogue's ops, of any size. *)
Print Assumptions vjp_softmax.
Print Assumptions vjp_cross_entropy.
Print Assumptions vjp_rms_norm.
Print Assumptions vjp_layer_norm.
Print Assumptions vjp_products.
Print Assumptions vjp_products_t.
Print Assumptions vjp_attention.
Print Assumptions delta_along_the_width.

(** What the crate recorded. *)
Print Assumptions every_kind_is_swept.
Print Assumptions every_kind_is_there.
Print Assumptions softmax_is_swept.
Print Assumptions cross_entropy_is_swept.
Print Assumptions rms_norm_is_swept.
Print Assumptions layer_norm_is_swept.
Print Assumptions matmul_is_swept.
Print Assumptions attention_is_swept.
Print Assumptions recorded_tapes_are_ready.
Print Assumptions softmax_recorded.
Print Assumptions cross_entropy_recorded.
Print Assumptions cross_entropy_saves.
Print Assumptions rms_norm_recorded.
Print Assumptions rms_norm_saves.
Print Assumptions layer_norm_recorded.
Print Assumptions layer_norm_saves.
Print Assumptions matmul_recorded.
Print Assumptions attention_recorded.
