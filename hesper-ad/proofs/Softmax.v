(** Softmax along rows, masked or not, and softmax cross-entropy: [hesper-ad/src/ops/softmax.rs], [causal_mask.rs], [cross_entropy.rs]. *)

From Coq Require Import Reals List Lra Lia.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Vjp Primitives.
Import ListNotations.
Open Scope R_scope.

Section Rows.
Context {A C : Type}.
Variables (rows : list A) (cols : list C).
(** Columns that a row may look at. A masked number is minus infinity in the code, and its exponential 0. *)
Variable allowed : A -> C -> bool.
(** What is subtracted in each row to keep exponentials in range: any function of the numbers, smooth or not. The code takes the maximum. *)
Variable shift : (A * C -> R) -> A -> R.

Definition raised (x : A * C -> R) (at_ : A * C) : R :=
  if allowed (fst at_) (snd at_) then exp (x at_ - shift x (fst at_)) else 0.
Definition softmax (x : A * C -> R) (at_ : A * C) : R :=
  raised x at_ / total cols (fun k => raised x (fst at_, k)).
(** As the code computes it, from the results [y]. *)
Definition softmax_backward (y dy : A * C -> R) (at_ : A * C) : R :=
  y at_ * (dy at_ - total cols (fun k => y (fst at_, k) * dy (fst at_, k))).

Hypothesis somewhere : forall a, In a rows -> exists c, In c cols /\ allowed a c = true.

Let plain (x : A * C -> R) (at_ : A * C) : R := if allowed (fst at_) (snd at_) then exp (x at_) else 0.

Lemma raised_plain x at_ : raised x at_ = plain x at_ * exp (- shift x (fst at_)).
Proof.
  unfold raised, plain. destruct (allowed (fst at_) (snd at_)); [|ring]. rewrite <- exp_plus. f_equal.
Qed.

Lemma plain_positive x a : In a rows -> 0 < total cols (fun k => plain x (a, k)).
Proof.
  intros here. destruct (somewhere a here) as (c & at_c & may). apply (total_pos cols _ c); trivial; unfold plain; simpl.
  - rewrite may. apply exp_pos.
  - intros k _. destruct (allowed a k); [left; apply exp_pos|right; reflexivity].
Qed.

Lemma total_raised x a : total cols (fun k => raised x (a, k)) = total cols (fun k => plain x (a, k)) * exp (- shift x a).
Proof. rewrite <- total_scal_r. apply total_ext. intros k. apply raised_plain. Qed.

(** The shift cancels. *)
Lemma softmax_plain x a c : In a rows -> softmax x (a, c) = plain x (a, c) / total cols (fun k => plain x (a, k)).
Proof.
  intros here. unfold softmax. simpl. rewrite total_raised, raised_plain. simpl.
  pose proof (plain_positive x a here). pose proof (exp_pos (- shift x a)). field. lra.
Qed.

Lemma softmax_moves curve x v a c : In a rows -> In c cols -> moves (cells rows cols) curve x v ->
  is_derive (fun t => softmax (curve t) (a, c)) 0
    (softmax x (a, c) * (v (a, c) - total cols (fun k => softmax x (a, k) * v (a, k)))).
Proof.
  intros at_a at_c [start each].
  apply (is_derive_ext (fun t => plain (curve t) (a, c) / total cols (fun k => plain (curve t) (a, k)))).
  { intros t. symmetry. apply softmax_plain, at_a. }
  assert (moving : forall k, In k cols -> is_derive (fun t => plain (curve t) (a, k)) 0 (plain x (a, k) * v (a, k))).
  { intros k at_k. unfold plain. simpl. destruct (allowed a k).
    - evar_last.
      + apply (is_derive_comp exp (fun t => curve t (a, k))); [apply is_derive_exp|]. apply each, in_prod; trivial.
      + rewrite start. apply Rmult_comm.
    - rewrite Rmult_0_l. apply (is_derive_const (V := R_NormedModule)). }
  pose proof (plain_positive x a at_a) as positive.
  evar_last.
  - apply is_derive_div; [apply moving, at_c| |rewrite start; lra].
    apply (is_derive_total cols (fun t k => plain (curve t) (a, k))). intros k at_k. apply moving, at_k.
  - cbv beta. rewrite start, softmax_plain by trivial.
    rewrite (total_ext cols (fun k => softmax x (a, k) * v (a, k))
      (fun k => plain x (a, k) * v (a, k) / total cols (fun k => plain x (a, k)))).
    + rewrite total_div. field. lra.
    + intros k. rewrite softmax_plain by trivial. field. lra.
Qed.

Theorem vjp_softmax x :
  vjp (cells rows cols) (cells rows cols) softmax x (softmax_backward (softmax x)).
Proof.
  intros curve v moving.
  exists (fun at_ => softmax x at_ * (v at_ - total cols (fun k => softmax x (fst at_, k) * v (fst at_, k)))).
  split.
  - split; [destruct moving; subst; reflexivity|]. intros [a c] here. apply in_prod_iff in here.
    apply softmax_moves; tauto.
  - intros w. unfold cells. rewrite !total_pairs. apply total_ext. intros a. unfold softmax_backward. simpl.
    set (y := softmax x). set (py := total cols (fun k => y (a, k) * v (a, k))).
    set (pw := total cols (fun k => y (a, k) * w (a, k))).
    rewrite (total_ext cols _ (fun c => w (a, c) * y (a, c) * v (a, c) - y (a, c) * w (a, c) * py)) by (intros; ring).
    rewrite (total_ext cols (fun c => y (a, c) * (w (a, c) - pw) * v (a, c))
      (fun c => w (a, c) * y (a, c) * v (a, c) - y (a, c) * v (a, c) * pw)) by (intros; ring).
    rewrite !total_minus, !total_scal_r. fold py pw. ring.
Qed.

End Rows.

(** ** Cross-entropy with a label for each row *)

Section CrossEntropy.
Context {A C : Type}.
Variables (rows : list A) (classes : list C).
Variable class_dec : forall a b : C, {a = b} + {a <> b}.
Variable label : A -> C.
Variable shift : (A * C -> R) -> A -> R.
Hypothesis classes_once : NoDup classes.
Hypothesis label_is_class : forall a, In a rows -> In (label a) classes.

Let all (a : A) (c : C) := true.

(** What the forward pass saves as [total]. *)
Definition sum_exp (x : A * C -> R) (a : A) : R := total classes (fun k => exp (x (a, k) - shift x a)).
Definition cross_entropy (x : A * C -> R) (a : A) : R := ln (sum_exp x a) - (x (a, label a) - shift x a).
Definition target (at_ : A * C) : R := if class_dec (label (fst at_)) (snd at_) then 1 else 0.
(** As the code computes it, from what is saved: [greatest] and [l]. *)
Definition cross_entropy_backward (x : A * C -> R) (greatest l dy : A -> R) (at_ : A * C) : R :=
  (exp (x at_ - greatest (fst at_)) / l (fst at_) - target at_) * dy (fst at_).

Let plain (x : A * C -> R) (a : A) : R := total classes (fun k => exp (x (a, k))).

Lemma sum_exp_positive x a : In a rows -> 0 < plain x a.
Proof.
  intros here. apply (total_pos classes _ (label a)); [apply label_is_class, here|apply exp_pos|].
  intros k _. left. apply exp_pos.
Qed.

Lemma sum_exp_plain x a : sum_exp x a = plain x a * exp (- shift x a).
Proof. unfold sum_exp, plain. rewrite <- total_scal_r. apply total_ext. intros k. rewrite <- exp_plus. reflexivity. Qed.

(** The shift cancels. *)
Lemma cross_entropy_plain x a : In a rows -> cross_entropy x a = ln (plain x a) - x (a, label a).
Proof.
  intros here. unfold cross_entropy.
  rewrite sum_exp_plain, ln_mult, ln_exp; [ring|apply sum_exp_positive, here|apply exp_pos].
Qed.

Theorem vjp_cross_entropy x :
  vjp (cells rows classes) rows cross_entropy x (cross_entropy_backward x (shift x) (sum_exp x)).
Proof.
  intros curve v [start each].
  exists (fun a => total classes (fun k => exp (x (a, k)) * v (a, k)) / plain x a - v (a, label a)). split.
  - split; [subst; reflexivity|]. intros a here. pose proof (sum_exp_positive x a here) as positive.
    apply (is_derive_ext (fun t => ln (plain (curve t) a) - curve t (a, label a))).
    { intros t. symmetry. apply cross_entropy_plain, here. }
    apply (is_derive_minus (fun t => ln (plain (curve t) a)) (fun t => curve t (a, label a))).
    + evar_last.
      * apply (is_derive_comp ln (fun t => plain (curve t) a)); [apply is_derive_ln; rewrite start; exact positive|].
        apply (is_derive_total classes (fun t k => exp (curve t (a, k)))). intros k at_k.
        apply (is_derive_comp exp (fun t => curve t (a, k))); [apply is_derive_exp|]. apply each, in_prod; trivial.
      * cbv beta. rewrite start. unfold scal; simpl; unfold mult; simpl. unfold Rdiv. f_equal.
        apply total_ext. intros k. apply Rmult_comm.
    + apply each, in_prod; auto.
  - intros w. unfold cells. rewrite total_pairs. apply total_ext_in. intros a here.
    pose proof (sum_exp_positive x a here) as positive. pose proof (exp_pos (- shift x a)).
    unfold cross_entropy_backward. simpl.
    symmetry. rewrite (total_ext classes _ (fun c => w a * (exp (x (a, c)) * v (a, c) / plain x a)
      - w a * (if class_dec (label a) c then v (a, c) else 0))).
    + rewrite total_minus, !total_scal, total_div,
        (total_only class_dec classes (label a) (fun c => if class_dec (label a) c then v (a, c) else 0)); auto.
      * destruct (class_dec (label a) (label a)); [ring|congruence].
      * intros c _ other. destruct (class_dec (label a) c); congruence.
    + intros c. rewrite sum_exp_plain. replace (x (a, c) - shift x a) with (x (a, c) + - shift x a) by ring. rewrite exp_plus. unfold target. simpl.
      destruct (class_dec (label a) c); field; lra.
Qed.

End CrossEntropy.
