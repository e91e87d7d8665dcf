(** RMSNorm and LayerNorm along rows: [hesper-ad/src/ops/rms_norm.rs], [layer_norm.rs]. *)

From Coq Require Import Reals ZArith List Lra Lia.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Vjp Primitives.
Import ListNotations.
Open Scope R_scope.

(** A size as a number. *)
Definition count {A} (L : list A) : R := IZR (Z.of_nat (length L)).

Lemma total_of_one {A} (L : list A) a : total L (fun _ => a) = count L * a.
Proof. rewrite total_const. unfold count. rewrite INR_IZR_INZ. reflexivity. Qed.

(** [1/√z] along a curve. *)
Lemma is_derive_inverse_root (z : R -> R) (dz : R) : 0 < z 0 -> is_derive z 0 dz ->
  is_derive (fun t => 1 / sqrt (z t)) 0 (- (1 / sqrt (z 0)) * (1 / sqrt (z 0)) * (1 / sqrt (z 0)) * dz / 2).
Proof.
  intros positive of_z. assert (0 < sqrt (z 0)) by (apply sqrt_lt_R0, positive).
  apply (is_derive_ext (fun t => / sqrt (z t))); [intros t; unfold Rdiv; rewrite Rmult_1_l; reflexivity|].
  evar_last.
  - apply is_derive_inv; [|apply Rgt_not_eq; assumption].
    apply (is_derive_comp sqrt z); [|exact of_z]. apply (is_derive_sqrt (fun y => y) (z 0) 1); [apply (is_derive_id (K := R_AbsRing))|exact positive].
  - unfold scal; simpl; unfold mult; simpl. field. lra.
Qed.

Section Rows.
Context {A C : Type}.
Variables (rows : list A) (cols : list C).
Variable eps : R.

Definition mean (f : C -> R) : R := total cols f / count cols.

(** ** RMSNorm, of numbers and a factor for each column *)

Definition rms_scale (x : A * C -> R) (a : A) : R := 1 / sqrt (mean (fun k => x (a, k) ^ 2) + eps).
Definition rms_norm (at_ : A * C + C -> R) (y : A * C) : R :=
  at_ (inl y) * rms_scale (left at_) (fst y) * at_ (inr (snd y)).
(** As the code computes it, from the saved [r]. *)
Definition slope (gamma : C -> R) (r : A -> R) (dy : A * C -> R) (y : A * C) : R := r (fst y) * gamma (snd y) * dy y.
Definition rms_norm_backward (at_ : A * C + C -> R) (r : A -> R) (dy : A * C -> R) : A * C + C -> R :=
  let scaled y := at_ (inl y) * r (fst y) in
  let slope := slope (right at_) r dy in
  beside (fun y => slope y - scaled y * mean (fun k => slope (fst y, k) * scaled (fst y, k)))
    (fun c => total rows (fun a => dy (a, c) * scaled (a, c))).

Lemma rms_scale_moves curve x v a : In a rows -> moves (cells rows cols) curve x v ->
  0 < mean (fun k => x (a, k) ^ 2) + eps ->
  is_derive (fun t => rms_scale (curve t) a) 0
    (- rms_scale x a * rms_scale x a * rms_scale x a * mean (fun k => x (a, k) * v (a, k))).
Proof.
  intros at_a [start each] positive. subst x. evar_last.
  - apply (is_derive_inverse_root (fun t => mean (fun k => curve t (a, k) ^ 2) + eps)); [exact positive|].
    apply (is_derive_plus (fun t => mean (fun k => curve t (a, k) ^ 2)) (fun _ => eps)); [|apply (is_derive_const (V := R_NormedModule))].
    unfold mean. apply (is_derive_ext (fun t => / count cols * total cols (fun k => curve t (a, k) ^ 2))); [intros; apply Rmult_comm|].
    apply is_derive_scal, (is_derive_total cols (fun t k => curve t (a, k) ^ 2)). intros k at_k.
    apply (is_derive_pow (fun t => curve t (a, k))), each, in_prod; trivial.
  - fold (rms_scale (curve 0) a). unfold plus, zero; simpl. unfold mean.
    rewrite (total_ext cols (fun k => (1 + 1) * v (a, k) * (curve 0 (a, k) * 1)) (fun k => 2 * (curve 0 (a, k) * v (a, k))))
      by (intros; ring).
    rewrite total_scal. change (1 / sqrt (total cols (fun k => curve 0 (a, k) * (curve 0 (a, k) * 1)) / count cols + eps))
      with (rms_scale (curve 0) a). unfold Rdiv. generalize (/ count cols). intros inverse. field.
Qed.

Theorem vjp_rms_norm at_ :
  (forall a, In a rows -> 0 < mean (fun k => at_ (inl (a, k)) ^ 2) + eps) ->
  vjp (both (cells rows cols) cols) (cells rows cols) rms_norm at_ (rms_norm_backward at_ (rms_scale (left at_))).
Proof.
  intros positive curve v moving.
  set (r := rms_scale (left at_)).
  set (dr a := - r a * r a * r a * mean (fun k => at_ (inl (a, k)) * v (inl (a, k)))).
  exists (fun y => v (inl y) * r (fst y) * at_ (inr (snd y)) + at_ (inl y) * dr (fst y) * at_ (inr (snd y))
    + at_ (inl y) * r (fst y) * v (inr (snd y))). split.
  - split; [destruct moving; subst; reflexivity|]. intros [a c] here. apply in_prod_iff in here. destruct here as [at_a at_c].
    simpl. pose proof (rms_scale_moves _ _ _ a at_a (moves_left _ _ _ _ _ moving) (positive a at_a)) as scale_moves.
    destruct moving as [start each].
    assert (is_derive (fun t => curve t (inl (a, c))) 0 (v (inl (a, c)))) as x_moves
      by (apply each, in_or_app; left; apply in_map, in_prod; trivial).
    assert (is_derive (fun t => curve t (inr c)) 0 (v (inr c))) as gamma_moves
      by (apply each, in_or_app; right; apply in_map; trivial).
    evar_last.
    + apply (is_derive_mult (fun t => curve t (inl (a, c)) * rms_scale (left (curve t)) a) (fun t => curve t (inr c)));
        [|exact gamma_moves|intros; apply Rmult_comm].
      apply (is_derive_mult (fun t => curve t (inl (a, c))) (fun t => rms_scale (left (curve t)) a));
        [exact x_moves|exact scale_moves|intros; apply Rmult_comm].
    + subst at_. fold r. unfold plus, mult; simpl. unfold dr. unfold left, r. ring.
  - intros w. unfold both, cells. rewrite total_inl_inr, !total_pairs. simpl.
    rewrite (total_ext cols (fun c => total rows (fun a => w (a, c) * (at_ (inl (a, c)) * r a)) * v (inr c))
      (fun c => total rows (fun a => w (a, c) * (at_ (inl (a, c)) * r a) * v (inr c)))) by (intros; rewrite total_scal_r; reflexivity).
    rewrite (total_swap cols rows), <- total_plus. apply total_ext. intros a. unfold slope. simpl.
    set (n := count cols). set (xv := total cols (fun k => at_ (inl (a, k)) * v (inl (a, k)))).
    set (wx := total cols (fun k => w (a, k) * at_ (inl (a, k)) * at_ (inr k))).
    assert (mean (fun k => r a * right at_ k * w (a, k) * (at_ (inl (a, k)) * r a)) = r a * r a * wx / n) as ->.
    { unfold mean, wx. fold n. rewrite <- total_scal. f_equal. apply total_ext. intros k. unfold right. ring. }
    assert (dr a = - r a * r a * r a * (xv / n)) as -> by reflexivity.
    rewrite (total_ext cols _ (fun c => (r a * at_ (inr c) * w (a, c) * v (inl (a, c)) + w (a, c) * (at_ (inl (a, c)) * r a) * v (inr c))
      + (- r a * r a * r a * (xv / n)) * (w (a, c) * at_ (inl (a, c)) * at_ (inr c)))) by (intros; ring).
    rewrite !total_plus, total_scal. fold wx.
    rewrite (total_ext cols (fun c => (r a * right at_ c * w (a, c) - at_ (inl (a, c)) * r a * (r a * r a * wx / n)) * v (inl (a, c)))
      (fun c => r a * at_ (inr c) * w (a, c) * v (inl (a, c)) - r a * (r a * r a * wx / n) * (at_ (inl (a, c)) * v (inl (a, c)))))
      by (intros; unfold right; ring).
    rewrite total_minus, total_scal. fold xv. unfold Rdiv. ring.
Qed.

(** ** LayerNorm, of numbers, a factor and a summand for each column *)

Definition row_mean (x : A * C -> R) (a : A) : R := mean (fun k => x (a, k)).
Definition centred (x : A * C -> R) (y : A * C) : R := x y - row_mean x (fst y).
Definition layer_scale (x : A * C -> R) (a : A) : R := 1 / sqrt (mean (fun k => centred x (a, k) ^ 2) + eps).
Definition normal (x : A * C -> R) (y : A * C) : R := centred x y * layer_scale x (fst y).
Definition layer_norm (at_ : A * C + C + C -> R) (y : A * C) : R :=
  normal (left (left at_)) y * at_ (inl (inr (snd y))) + at_ (inr (snd y)).
(** As the code computes it, from the saved [m] and [r]. *)
Definition layer_norm_backward (at_ : A * C + C + C -> R) (m r : A -> R) (dy : A * C -> R) : A * C + C + C -> R :=
  let normal y := (at_ (inl (inl y)) - m (fst y)) * r (fst y) in
  let slope := slope (right (left at_)) r dy in
  beside
    (beside
      (fun y => slope y - mean (fun k => slope (fst y, k)) - normal y * mean (fun k => slope (fst y, k) * normal (fst y, k)))
      (fun c => total rows (fun a => dy (a, c) * normal (a, c))))
    (fun c => total rows (fun a => dy (a, c))).

Hypothesis some_cols : cols <> [].

Lemma count_nonzero : count cols <> 0.
Proof. unfold count. apply not_0_IZR. destruct cols; [contradiction|simpl; lia]. Qed.

(** Deviations from the mean add up to nothing. *)
Lemma centred_total x a : total cols (fun k => centred x (a, k)) = 0.
Proof.
  unfold centred. simpl. rewrite total_minus, total_of_one. unfold row_mean, mean. pose proof count_nonzero. field. trivial.
Qed.

Lemma centred_moves curve x v a c : In a rows -> In c cols -> moves (cells rows cols) curve x v ->
  is_derive (fun t => centred (curve t) (a, c)) 0 (centred v (a, c)).
Proof.
  intros at_a at_c [start each]. unfold centred. simpl.
  apply (is_derive_minus (fun t => curve t (a, c)) (fun t => row_mean (curve t) a)); [apply each, in_prod; trivial|].
  unfold row_mean, mean. apply (is_derive_ext (fun t => / count cols * total cols (fun k => curve t (a, k)))); [intros; apply Rmult_comm|].
  evar_last; [apply is_derive_scal, (is_derive_total cols (fun t k => curve t (a, k)))|apply Rmult_comm].
  intros k at_k. apply each, in_prod; trivial.
Qed.

Lemma all_centred_move curve x v : moves (cells rows cols) curve x v ->
  moves (cells rows cols) (fun t => centred (curve t)) (centred x) (centred v).
Proof.
  intros moving. split; [destruct moving; subst; reflexivity|].
  intros [a c] here. apply in_prod_iff in here. apply (centred_moves curve x v); tauto.
Qed.

Lemma layer_scale_moves curve x v a : In a rows -> moves (cells rows cols) curve x v ->
  0 < mean (fun k => centred x (a, k) ^ 2) + eps ->
  is_derive (fun t => layer_scale (curve t) a) 0
    (- layer_scale x a * layer_scale x a * layer_scale x a * mean (fun k => centred x (a, k) * v (a, k))).
Proof.
  intros at_a moving positive.
  assert (mean (fun k => centred x (a, k) * v (a, k)) = mean (fun k => centred x (a, k) * centred v (a, k))) as ->.
  { unfold mean. f_equal.
    rewrite (total_ext cols (fun k => centred x (a, k) * centred v (a, k))
      (fun k => centred x (a, k) * v (a, k) - centred x (a, k) * row_mean v a)) by (intros; unfold centred; simpl; ring).
    rewrite total_minus, total_scal_r, centred_total. ring. }
  exact (rms_scale_moves _ _ _ a at_a (all_centred_move _ _ _ moving) positive).
Qed.

Theorem vjp_layer_norm at_ :
  (forall a, In a rows -> 0 < mean (fun k => centred (left (left at_)) (a, k) ^ 2) + eps) ->
  vjp (both (both (cells rows cols) cols) cols) (cells rows cols) layer_norm at_
    (layer_norm_backward at_ (row_mean (left (left at_))) (layer_scale (left (left at_)))).
Proof.
  intros positive curve v moving.
  pose proof (moves_left _ _ _ _ _ moving) as moving_left. pose proof (moves_left _ _ _ _ _ moving_left) as moving_x.
  set (x := left (left at_)) in *. set (r := layer_scale x). set (vx := left (left v)) in *.
  set (z := centred x). set (vz := centred vx).
  set (dr a := - r a * r a * r a * mean (fun k => z (a, k) * vx (a, k))).
  exists (fun y => (vz y * r (fst y) + z y * dr (fst y)) * at_ (inl (inr (snd y)))
    + z y * r (fst y) * v (inl (inr (snd y))) + v (inr (snd y))). split.
  - split; [destruct moving; subst; reflexivity|]. intros [a c] here. apply in_prod_iff in here. destruct here as [at_a at_c].
    simpl. pose proof (layer_scale_moves _ _ _ a at_a moving_x (positive a at_a)) as scale_moves.
    pose proof (centred_moves _ _ _ a c at_a at_c moving_x) as z_moves.
    destruct moving as [start each].
    assert (is_derive (fun t => curve t (inl (inr c))) 0 (v (inl (inr c)))) as gamma_moves.
    { apply each, in_or_app. left. apply in_map, in_or_app. right. apply in_map, at_c. }
    assert (is_derive (fun t => curve t (inr c)) 0 (v (inr c))) as beta_moves
      by (apply each, in_or_app; right; apply in_map; trivial).
    evar_last.
    + apply (is_derive_plus (fun t => normal (left (left (curve t))) (a, c) * curve t (inl (inr c))) (fun t => curve t (inr c)));
        [|exact beta_moves].
      apply (is_derive_mult (fun t => normal (left (left (curve t))) (a, c)) (fun t => curve t (inl (inr c))));
        [|exact gamma_moves|intros; apply Rmult_comm].
      apply (is_derive_mult (fun t => centred (left (left (curve t))) (a, c)) (fun t => layer_scale (left (left (curve t))) a));
        [exact z_moves|exact scale_moves|intros; apply Rmult_comm].
    + subst at_. unfold plus, mult; simpl. unfold normal, dr, vz, z, r, x. simpl. ring.
  - intros w. unfold both, cells. rewrite !total_inl_inr, !total_pairs. simpl.
    assert (columns : forall (f : A -> C -> R) (g : C -> R),
      total cols (fun c => total rows (fun a => f a c) * g c) = total rows (fun a => total cols (fun c => f a c * g c))).
    { intros f g. rewrite (total_swap rows cols). apply total_ext. intros c. rewrite total_scal_r. reflexivity. }
    rewrite (columns (fun a c => w (a, c) * ((at_ (inl (inl (a, c))) - row_mean x a) * r a)) (fun c => v (inl (inr c)))).
    rewrite (columns (fun a c => w (a, c)) (fun c => v (inr c))). rewrite <- !total_plus. apply total_ext. intros a. unfold slope. simpl.
    set (n := count cols). assert (n <> 0) as some by apply count_nonzero.
    set (zv := total cols (fun k => z (a, k) * vx (a, k))).
    set (wg := total cols (fun k => w (a, k) * at_ (inl (inr k)))).
    set (wz := total cols (fun k => w (a, k) * z (a, k) * at_ (inl (inr k)))).
    set (mv := row_mean vx a).
    assert (mean (fun k => r a * right (left at_) k * w (a, k)) = r a * wg / n) as ->.
    { unfold mean, wg. fold n. rewrite <- total_scal. f_equal. apply total_ext. intros k. unfold right, left. ring. }
    assert (mean (fun k => r a * right (left at_) k * w (a, k) * ((at_ (inl (inl (a, k))) - row_mean x a) * r a)) = r a * r a * wz / n) as ->.
    { unfold mean, wz. fold n. rewrite <- total_scal. f_equal. apply total_ext. intros k. unfold right, left, z, centred, x. simpl. unfold left. ring. }
    assert (dr a = - r a * r a * r a * (zv / n)) as -> by reflexivity.
    assert (total cols (fun k => vx (a, k)) = n * mv) as sum_v by (unfold mv, row_mean, mean; fold n; field; trivial).
    assert (total cols (fun k => z (a, k)) = 0) as sum_z by apply centred_total.
    rewrite (total_ext cols _ (fun c => (r a * at_ (inl (inr c)) * w (a, c) * vx (a, c) - r a * mv * (w (a, c) * at_ (inl (inr c)))
      + (- r a * r a * r a * (zv / n)) * (w (a, c) * z (a, c) * at_ (inl (inr c))))
      + w (a, c) * (z (a, c) * r a) * v (inl (inr c)) + w (a, c) * v (inr c)))
      by (intros c; unfold vz, centred; simpl; fold mv; ring).
    rewrite !total_plus, total_minus, !total_scal. fold wg wz.
    rewrite (total_ext cols (fun c => (r a * right (left at_) c * w (a, c) - r a * wg / n - (at_ (inl (inl (a, c))) - row_mean x a) * r a * (r a * r a * wz / n)) * v (inl (inl (a, c))))
      (fun c => r a * at_ (inl (inr c)) * w (a, c) * vx (a, c) - r a * wg / n * vx (a, c) - r a * (r a * r a * wz / n) * (z (a, c) * vx (a, c))))
      by (intros c; unfold z, centred, x, vx, right, left; simpl; unfold left; ring).
    rewrite !total_minus, !total_scal, sum_v. fold zv.
    change (total cols (fun c => w (a, c) * ((at_ (inl (inl (a, c))) - row_mean x a) * r a) * v (inl (inr c))))
      with (total cols (fun c => w (a, c) * (z (a, c) * r a) * v (inl (inr c)))).
    field. trivial.
Qed.

End Rows.
