(** The VJPs of what ops are made of, for tensors of any size: functions of each element, sums, matrix products. *)

From Coq Require Import Reals List Lra.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Vjp Derivatives.
Import ListNotations.
Open Scope R_scope.

Section Elements.
Context {I : Type}.
Variable L : list I.

(** A function of each element. *)
Lemma vjp_elements (f df : R -> R) (x : I -> R) :
  (forall i, In i L -> is_derive f (x i) (df (x i))) ->
  vjp L L (fun x i => f (x i)) x (fun w i => w i * df (x i)).
Proof.
  intros of_f curve v [start each]. exists (fun i => df (x i) * v i). split.
  - split; [subst; reflexivity|]. intros i here. evar_last.
    + apply (is_derive_comp f (fun t => curve t i)); [|apply each, here]. rewrite start. apply of_f, here.
    + apply Rmult_comm.
  - intros w. apply total_ext. intros i. ring.
Qed.

Theorem vjp_exp x : vjp L L (fun x i => exp (x i)) x (fun w i => w i * exp (x i)).
Proof. apply vjp_elements. intros. apply is_derive_exp. Qed.

Theorem vjp_log x : (forall i, In i L -> 0 < x i) -> vjp L L (fun x i => ln (x i)) x (fun w i => w i * / x i).
Proof. intros positive. apply (vjp_elements ln Rinv). intros. apply is_derive_ln. auto. Qed.

Theorem vjp_sqrt x : (forall i, In i L -> 0 < x i) ->
  vjp L L (fun x i => sqrt (x i)) x (fun w i => w i * / (2 * sqrt (x i))).
Proof.
  intros positive. apply (vjp_elements sqrt (fun y => / (2 * sqrt y))). intros i here.
  auto_derive; [auto|]. rewrite Rmult_1_l. reflexivity.
Qed.

Theorem vjp_inverse x : (forall i, In i L -> x i <> 0) ->
  vjp L L (fun x i => / x i) x (fun w i => w i * - / (x i * x i)).
Proof.
  intros off. apply (vjp_elements Rinv (fun y => - / (y * y))). intros i here. specialize (off i here).
  auto_derive; trivial. field. trivial.
Qed.

Theorem vjp_tanh x : vjp L L (fun x i => tanh (x i)) x (fun w i => w i * (1 - tanh (x i) ^ 2)).
Proof. apply (vjp_elements tanh (fun y => 1 - tanh y ^ 2)). intros. apply is_derive_tanh. Qed.

(** A sum hands its cotangent to all terms. *)
Theorem vjp_sum x : vjp L [tt] (fun x _ => total L x) x (fun w _ => w tt).
Proof.
  intros curve v [start each]. exists (fun _ => total L v). split.
  - split; [subst; reflexivity|]. intros _ _. apply is_derive_total. exact each.
  - intros w. simpl. rewrite total_scal. ring.
Qed.

(** Products with a constant: [hesper-ad/src/ops/scale.rs]. *)
Definition scale (s : R) (x : I -> R) : I -> R := fun i => s * x i.

Theorem vjp_scale s x : vjp L L (scale s) x (scale s).
Proof.
  intros curve v [start each]. exists (fun i => s * v i). split.
  - split; [subst; reflexivity|]. intros i here. apply is_derive_scal, each, here.
  - intros w. apply total_ext. intros i. unfold scale. ring.
Qed.

End Elements.

(** ** Matrix products *)

(** [y = a·b] of one pair of matrices: [hesper-ad/src/ops/matmul.rs]. *)
Section Product.
Context {I P J : Type}.
Variables (rows : list I) (inner : list P) (cols : list J).
Definition cells {A B} (L : list A) (M : list B) : list (A * B) := list_prod L M.

Definition product (ab : I * P + P * J -> R) (y : I * J) : R :=
  total inner (fun p => ab (inl (fst y, p)) * ab (inr (p, snd y))).
Definition product_backward (ab : I * P + P * J -> R) (w : I * J -> R) : I * P + P * J -> R :=
  beside (fun a => total cols (fun j => w (fst a, j) * ab (inr (snd a, j))))
    (fun b => total rows (fun i => ab (inl (i, fst b)) * w (i, snd b))).

Theorem vjp_product ab :
  vjp (both (cells rows inner) (cells inner cols)) (cells rows cols) product ab (product_backward ab).
Proof.
  intros curve v [start each].
  exists (fun y => total inner (fun p => v (inl (fst y, p)) * ab (inr (p, snd y)) + ab (inl (fst y, p)) * v (inr (p, snd y)))).
  split.
  - split; [subst; reflexivity|]. intros [i j] here. apply in_prod_iff in here. destruct here as [at_i at_j]. simpl.
    apply (is_derive_total inner (fun t p => curve t (inl (i, p)) * curve t (inr (p, j)))). intros p at_p. subst ab.
    apply (is_derive_mult (fun t => curve t (inl (i, p))) (fun t => curve t (inr (p, j)))).
    + apply each, in_or_app. left. apply in_map, in_prod; trivial.
    + apply each, in_or_app. right. apply in_map, in_prod; trivial.
    + intros; apply Rmult_comm.
  - intros w. unfold both, cells. rewrite total_inl_inr, !total_pairs. simpl.
    rewrite (total_ext rows _ (fun i => total inner (fun p => total cols (fun j => w (i, j) * ab (inr (p, j))) * v (inl (i, p))) +
      total inner (fun p => total cols (fun j => ab (inl (i, p)) * w (i, j) * v (inr (p, j)))))).
    + rewrite total_plus. f_equal. rewrite total_swap. apply total_ext. intros p.
      rewrite total_swap. apply total_ext. intros j. rewrite total_scal_r. reflexivity.
    + intros i. rewrite <- total_plus.
      rewrite (total_ext cols _ (fun j => total inner (fun p => w (i, j) * (v (inl (i, p)) * ab (inr (p, j)) + ab (inl (i, p)) * v (inr (p, j))))))
        by (intros j; rewrite total_scal; reflexivity).
      rewrite total_swap. apply total_ext. intros p.
      rewrite <- total_scal_r, <- total_plus. apply total_ext. intros j. ring.
Qed.
End Product.
