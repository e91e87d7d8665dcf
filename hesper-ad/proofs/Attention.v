(** Attention as a composition: [hesper-ad/src/ops/attention.rs], of [batch_matmul.rs], [scale.rs], [causal_mask.rs] and [softmax.rs]; and what
    [fused_attention.rs] does instead of one of its sums. *)

From Coq Require Import Reals List Lra.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Vjp Primitives Softmax.
Import ListNotations.
Open Scope R_scope.

(** ** Products of pairs of matrices, one for each head *)

Section Products.
Context {H I P J : Type}.
Variables (heads : list H) (rows : list I) (inner : list P) (cols : list J).

(** [y = a·b]. *)
Definition products (ab : H * I * P + H * P * J -> R) (y : H * I * J) : R :=
  let '(h, i, j) := y in total inner (fun p => ab (inl (h, i, p)) * ab (inr (h, p, j))).
Definition products_backward (ab : H * I * P + H * P * J -> R) (w : H * I * J -> R) : H * I * P + H * P * J -> R :=
  beside (fun a => let '(h, i, p) := a in total cols (fun j => w (h, i, j) * ab (inr (h, p, j))))
    (fun b => let '(h, p, j) := b in total rows (fun i => ab (inl (h, i, p)) * w (h, i, j))).

(** [y = a·bᵀ]. *)
Definition products_t (ab : H * I * P + H * J * P -> R) (y : H * I * J) : R :=
  let '(h, i, j) := y in total inner (fun p => ab (inl (h, i, p)) * ab (inr (h, j, p))).
Definition products_t_backward (ab : H * I * P + H * J * P -> R) (w : H * I * J -> R) : H * I * P + H * J * P -> R :=
  beside (fun a => let '(h, i, p) := a in total cols (fun j => w (h, i, j) * ab (inr (h, j, p))))
    (fun b => let '(h, j, p) := b in total rows (fun i => ab (inl (h, i, p)) * w (h, i, j))).

(** A product's cotangent goes to both factors, in every order of sums. *)
Lemma pairing (a va : I -> P -> R) (b vb : P -> J -> R) (w : I -> J -> R) :
  total rows (fun i => total cols (fun j => w i j * total inner (fun p => va i p * b p j + a i p * vb p j))) =
  total rows (fun i => total inner (fun p => total cols (fun j => w i j * b p j) * va i p)) +
  total inner (fun p => total cols (fun j => total rows (fun i => a i p * w i j) * vb p j)).
Proof.
  rewrite (total_ext rows _ (fun i => total inner (fun p => total cols (fun j => w i j * b p j) * va i p) +
    total inner (fun p => total cols (fun j => a i p * w i j * vb p j)))).
  - rewrite total_plus. f_equal. rewrite total_swap. apply total_ext. intros p.
    rewrite total_swap. apply total_ext. intros j. rewrite total_scal_r. reflexivity.
  - intros i. rewrite <- total_plus.
    rewrite (total_ext cols _ (fun j => total inner (fun p => w i j * (va i p * b p j + a i p * vb p j))))
      by (intros j; rewrite total_scal; reflexivity).
    rewrite total_swap. apply total_ext. intros p.
    rewrite <- total_scal_r, <- total_plus. apply total_ext. intros j. ring.
Qed.

Theorem vjp_products ab :
  vjp (both (cells (cells heads rows) inner) (cells (cells heads inner) cols)) (cells (cells heads rows) cols)
    products ab (products_backward ab).
Proof.
  intros curve v [start each].
  exists (fun y => let '(h, i, j) := y in
    total inner (fun p => v (inl (h, i, p)) * ab (inr (h, p, j)) + ab (inl (h, i, p)) * v (inr (h, p, j)))).
  split.
  - split; [subst; reflexivity|]. intros [[h i] j] here. apply in_prod_iff in here. destruct here as [here at_j].
    apply in_prod_iff in here. destruct here as [at_h at_i]. simpl.
    apply (is_derive_total inner (fun t p => curve t (inl (h, i, p)) * curve t (inr (h, p, j)))). intros p at_p. subst ab.
    apply (is_derive_mult (fun t => curve t (inl (h, i, p))) (fun t => curve t (inr (h, p, j)))).
    + apply each, in_or_app. left. apply in_map. repeat apply in_prod; trivial.
    + apply each, in_or_app. right. apply in_map. repeat apply in_prod; trivial.
    + intros; apply Rmult_comm.
  - intros w. unfold both, cells. rewrite total_inl_inr, !total_pairs, <- total_plus. apply total_ext. intros h.
    apply (pairing (fun i p => ab (inl (h, i, p))) (fun i p => v (inl (h, i, p)))
      (fun p j => ab (inr (h, p, j))) (fun p j => v (inr (h, p, j))) (fun i j => w (h, i, j))).
Qed.

Theorem vjp_products_t ab :
  vjp (both (cells (cells heads rows) inner) (cells (cells heads cols) inner)) (cells (cells heads rows) cols)
    products_t ab (products_t_backward ab).
Proof.
  intros curve v [start each].
  exists (fun y => let '(h, i, j) := y in
    total inner (fun p => v (inl (h, i, p)) * ab (inr (h, j, p)) + ab (inl (h, i, p)) * v (inr (h, j, p)))).
  split.
  - split; [subst; reflexivity|]. intros [[h i] j] here. apply in_prod_iff in here. destruct here as [here at_j].
    apply in_prod_iff in here. destruct here as [at_h at_i]. simpl.
    apply (is_derive_total inner (fun t p => curve t (inl (h, i, p)) * curve t (inr (h, j, p)))). intros p at_p. subst ab.
    apply (is_derive_mult (fun t => curve t (inl (h, i, p))) (fun t => curve t (inr (h, j, p)))).
    + apply each, in_or_app. left. apply in_map. repeat apply in_prod; trivial.
    + apply each, in_or_app. right. apply in_map. repeat apply in_prod; trivial.
    + intros; apply Rmult_comm.
  - intros w. unfold both, cells. rewrite total_inl_inr, !total_pairs, <- total_plus. apply total_ext. intros h.
    rewrite (total_swap cols inner).
    apply (pairing (fun i p => ab (inl (h, i, p))) (fun i p => v (inl (h, i, p)))
      (fun p j => ab (inr (h, j, p))) (fun p j => v (inr (h, j, p))) (fun i j => w (h, i, j))).
Qed.

End Products.

(** ** Attention *)

Section Attention.
Context {H I J D W : Type}.
Variables (heads : list H) (rows : list I) (keys : list J) (dims : list D) (width : list W).
(** The keys that a query may look at: for causal attention those up to its own position. *)
Variable allowed : I -> J -> bool.
Variable shift : (H * I * J -> R) -> H * I -> R.
(** The factor of the scores. *)
Variable s : R.
Hypothesis somewhere : forall i, In i rows -> exists j, In j keys /\ allowed i j = true.

(** Queries, keys and values. *)
Definition inputs : Type := H * I * D + H * J * D + H * J * W.

Definition may (row : H * I) (key : J) : bool := allowed (snd row) key.
Definition scores (qk : H * I * D + H * J * D -> R) : H * I * J -> R := products_t dims qk.
Definition weights (qk : H * I * D + H * J * D -> R) : H * I * J -> R := softmax keys may shift (scale s (scores qk)).
Definition attention (x : inputs -> R) : H * I * W -> R := products keys (beside (weights (left x)) (right x)).

(** As the code computes it: the chain rule through the four ops. *)
Definition attention_backward (x : inputs -> R) (dy : H * I * W -> R) : inputs -> R :=
  let p := weights (left x) in
  let d := products_backward rows width (beside p (right x)) dy in
  beside (products_t_backward rows keys (left x) (scale s (softmax_backward keys p (left d)))) (right d).

Theorem vjp_attention x :
  vjp (both (both (cells (cells heads rows) dims) (cells (cells heads keys) dims)) (cells (cells heads keys) width))
    (cells (cells heads rows) width) attention x (attention_backward x).
Proof.
  assert (each_row : forall row, In row (cells heads rows) -> exists j, In j keys /\ may row j = true).
  { intros [h i] here. apply in_prod_iff in here. apply somewhere, here. }
  refine (vjp_chain _ _ _ (fun x => beside (weights (left x)) (right x)) (products keys) x
    (fun w => beside (products_t_backward rows keys (left x) (scale s (softmax_backward keys (weights (left x)) (left w)))) (right w))
    (products_backward rows width (beside (weights (left x)) (right x))) _ (vjp_products heads rows keys width _)).
  apply (vjp_first _ (cells (cells heads rows) keys) (cells (cells heads keys) width) weights x
    (fun w => products_t_backward rows keys (left x) (scale s (softmax_backward keys (weights (left x)) w)))).
  refine (vjp_chain _ (cells (cells heads rows) keys) _ (fun qk => scale s (scores qk)) (softmax keys may shift) (left x)
    (fun w => products_t_backward rows keys (left x) (scale s w)) (softmax_backward keys (weights (left x))) _ _).
  - exact (vjp_chain _ _ _ scores (scale s) (left x) _ (scale s)
      (vjp_products_t heads rows dims keys (left x)) (vjp_scale _ s _)).
  - exact (vjp_softmax (cells heads rows) keys may shift each_row (scale s (scores (left x)))).
Qed.

(** The fused kernels take [Σ dy·y] along the width for the sum over all keys in the softmax's VJP: they are equal. *)
Theorem delta_along_the_width x dy h i :
  total keys (fun j => weights (left x) (h, i, j) * left (products_backward rows width (beside (weights (left x)) (right x)) dy) (h, i, j)) =
  total width (fun c => dy (h, i, c) * attention x (h, i, c)).
Proof.
  unfold attention, products, products_backward, left, right. simpl.
  rewrite (total_ext keys _ (fun j => total width (fun c => weights (fun k => x (inl k)) (h, i, j) * (dy (h, i, c) * x (inr (h, j, c))))))
    by (intros j; rewrite total_scal; reflexivity).
  rewrite total_swap. apply total_ext. intros c. rewrite <- total_scal. apply total_ext. intros j. ring.
Qed.

End Attention.
