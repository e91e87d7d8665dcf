(** Each row of the table: its formula is the derivative of what it means, where it is smooth. *)

From Coq Require Import Reals ZArith List Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Table Tape.
Import ListNotations.
Open Scope R_scope.

(** Where an operation is defined and has a derivative. Those that are piecewise constant have the derivative 0 where they are constant around
    the point. *)
Definition smooth_unary (op : unary) (x : R) : Prop :=
  match op with
  | Abs => x <> 0
  | Sign | Floor | Ceil | RoundTiesEven | Trunc | QuantizeToF16 | Exponent =>
      locally x (fun z => unary_of op z = unary_of op x)
  | Sqrt | InverseSqrt | Ln | Log2 => 0 < x
  | Tan => cos x <> 0
  | Asin | Acos | Atanh => -1 < x < 1
  | Acosh => 1 < x
  | Negate | Exp | Exp2 | Sin | Cos | Sinh | Cosh | Tanh | Atan | Asinh | Erf => True
  end.

Definition smooth_binary (op : binary) (x y : R) : Prop :=
  match op with
  | Add | Subtract | Multiply => True
  | Divide => y <> 0
  | Remainder => y <> 0 /\ locally (x / y) (fun z => trunc_of z = trunc_of (x / y))
  | Max | Min => x <> y
  | Pow => 0 < x
  (* Off the cut: the first operand is the ordinate. *)
  | Atan2 => x <> 0 \/ 0 < y
  end.

(** What a formula is worth where these are the numbers and the masks of a run. *)
Fixpoint worth (values : list R) (decisions : list bool) (f : formula) : R :=
  match f with
  | At id => real_at values id
  | Number c => ratio c
  | Apply op x => unary_of op (worth values decisions x)
  | Apply2 op x y => binary_of op (worth values decisions x) (worth values decisions y)
  | Power x n => powerRZ (worth values decisions x) n
  | Where op x y on_true on_false =>
      if holds op (worth values decisions x) (worth values decisions y)
      then worth values decisions on_true else worth values decisions on_false
  | Chosen mask on_true on_false =>
      if nth mask decisions false then worth values decisions on_true else worth values decisions on_false
  end.

Lemma is_derive_locally_constant (f : R -> R) x :
  locally x (fun z => f z = f x) -> is_derive f x 0.
Proof.
  intros constant. apply (is_derive_ext_loc (fun _ => f x)).
  - revert constant. apply filter_imp. intros z eq. symmetry. exact eq.
  - apply (is_derive_const (V := R_NormedModule)).
Qed.

Lemma nonzero_around (f : R -> R) x : continuous f x -> f x <> 0 -> locally x (fun z => f z <> 0).
Proof.
  intros smooth off. apply (smooth (fun y => y <> 0)). apply (open_neq 0). exact off.
Qed.

Lemma ln_2_positive : 0 < ln 2.
Proof. rewrite <- ln_1. apply ln_increasing; lra. Qed.

(** ** Rows of their own *)

Lemma is_derive_erf x : is_derive erf_of x ((ratio erf_head + ratio erf_rest) * exp (- x ^ 2)).
Proof.
  set (g := fun t => (ratio erf_head + ratio erf_rest) * exp (- t ^ 2)).
  assert (forall t, continuous g t) as smooth.
  { intros t. apply (ex_derive_continuous (V := R_NormedModule)). unfold g. auto_derive. trivial. }
  apply (is_derive_RInt g erf_of 0 x); [|apply smooth].
  apply filter_forall. intros y. apply (RInt_correct (V := R_CompleteNormedModule)).
  apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros t _. apply smooth.
Qed.

Lemma is_derive_asin x : -1 < x < 1 -> is_derive asin x (/ sqrt (1 - x ^ 2)).
Proof.
  intros range. apply is_derive_Reals.
  replace (/ sqrt (1 - x ^ 2)) with (derive_pt asin x (derivable_pt_asin x range)).
  - apply derive_pt_eq_1 with (derivable_pt_asin x range). reflexivity.
  - rewrite derive_pt_asin. rewrite Rsqr_pow2. unfold Rdiv. ring.
Qed.

Lemma is_derive_acos x : -1 < x < 1 -> is_derive acos x (- / sqrt (1 - x ^ 2)).
Proof.
  intros range. apply is_derive_Reals.
  replace (- / sqrt (1 - x ^ 2)) with (derive_pt acos x (derivable_pt_acos x range)).
  - apply derive_pt_eq_1 with (derivable_pt_acos x range). reflexivity.
  - rewrite derive_pt_acos. rewrite Rsqr_pow2. unfold Rdiv. ring.
Qed.

Lemma cosh_positive x : 0 < cosh x.
Proof. unfold cosh. pose proof (exp_pos x). pose proof (exp_pos (- x)). lra. Qed.

Lemma cosh_sinh x : cosh x ^ 2 - sinh x ^ 2 = 1.
Proof. unfold cosh, sinh. assert (exp x * exp (- x) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0). nra. Qed.

Lemma is_derive_tanh x : is_derive tanh x (1 - tanh x ^ 2).
Proof.
  pose proof (cosh_positive x). pose proof (cosh_sinh x) as unit.
  unfold tanh. evar_last.
  - apply is_derive_div; [apply is_derive_Reals, derivable_pt_lim_sinh|apply is_derive_Reals, derivable_pt_lim_cosh|lra].
  - cbn. field. lra.
Qed.

Lemma atan2_algebra A B q da db : q * q = B ^ 2 + A ^ 2 -> 0 < q -> 0 < q + B ->
  2 * ((da * (q + B) - A * (((1 + 1) * db * (B * 1) + (1 + 1) * da * (A * 1)) / (2 * q) + db)) /
    ((q + B) * ((q + B) * 1)) * / (1 + (A / (q + B))²)) = (B * da - A * db) / (B ^ 2 + A ^ 2).
Proof.
  intros root positive half. rewrite <- root.
  assert (ordinate : A * A = q * q - B * B) by lra.
  replace (1 + (A / (q + B))²) with (2 * q / (q + B)).
  2: { unfold Rsqr. field_simplify_eq; [|lra]. ring [ordinate]. }
  field_simplify_eq; [|lra]. ring [ordinate].
Qed.

(** Abscissa and ordinate may move together. *)
Lemma is_derive_atan2 (a b : R -> R) (t da db : R) :
  is_derive a t da -> is_derive b t db -> a t <> 0 \/ 0 < b t ->
  is_derive (fun s => atan2_of (a s) (b s)) t
    ((b t * da - a t * db) / (b t ^ 2 + a t ^ 2)).
Proof.
  intros of_a of_b off.
  assert (positive : 0 < b t ^ 2 + a t ^ 2) by (destruct off; nra).
  set (r s := sqrt (b s ^ 2 + a s ^ 2)).
  assert (root : r t * r t = b t ^ 2 + a t ^ 2) by (apply sqrt_sqrt; lra).
  assert (r_positive : 0 < r t) by (apply sqrt_lt_R0; lra).
  assert (half : 0 < r t + b t) by (destruct off; nra).
  apply (is_derive_ext_loc (fun s => 2 * atan (a s / (r s + b s)))).
  - assert (continuous a t) as smooth_a by (apply (ex_derive_continuous (V := R_NormedModule)); eexists; apply of_a).
    assert (continuous b t) as smooth_b by (apply (ex_derive_continuous (V := R_NormedModule)); eexists; apply of_b).
    unfold atan2_of, r. destruct off as [off|off].
    + generalize (nonzero_around a t smooth_a off). apply filter_imp. intros s nonzero.
      destruct (Req_EM_T (a s) 0); [contradiction|reflexivity].
    + assert (locally t (fun s => 0 < b s)) as stays by (apply (smooth_b (fun y => 0 < y)), (open_gt 0), off).
      revert stays. apply filter_imp. intros s above.
      destruct (Req_EM_T (a s) 0) as [zero|]; [|reflexivity].
      destruct (Rlt_dec (b s) 0); [lra|]. rewrite zero. unfold Rdiv. rewrite Rmult_0_l, atan_0. exact (Rmult_0_r 2).
  - set (q := r t) in *. unfold r in *. evar_last.
    + apply (is_derive_scal (fun s => atan (a s / (sqrt (b s ^ 2 + a s ^ 2) + b s)))).
      apply (is_derive_comp atan (fun s => a s / (sqrt (b s ^ 2 + a s ^ 2) + b s))).
      * apply is_derive_atan.
      * apply is_derive_div; [exact of_a| |exact (Rgt_not_eq _ _ half)].
        apply (is_derive_plus (fun s => sqrt (b s ^ 2 + a s ^ 2)) b); [|exact of_b].
        apply is_derive_sqrt; [|exact positive].
        apply (is_derive_plus (fun s => b s ^ 2) (fun s => a s ^ 2)); apply is_derive_pow; eassumption.
    + unfold scal, plus; simpl. unfold mult; simpl.
      apply (atan2_algebra (a t) (b t) q da db); assumption.
Qed.


Lemma is_derive_power (n : nat) (x : R) : is_derive (fun y => y ^ n) x (INR n * x ^ Init.Nat.pred n).
Proof. auto_derive; trivial. ring. Qed.

Lemma is_derive_powerRZ (n : Z) (x : R) :
  (0 <= n)%Z \/ x <> 0 -> is_derive (fun y => powerRZ y n) x (IZR n * powerRZ x (n - 1)).
Proof.
  destruct n as [|n|n]; intros defined.
  - simpl. rewrite Rmult_0_l. apply (is_derive_const (V := R_NormedModule)).
  - evar_last; [apply (is_derive_power (Pos.to_nat n))|].
    rewrite INR_IZR_INZ, positive_nat_Z. f_equal.
    rewrite pow_powerRZ. f_equal. lia.
  - destruct defined as [|off]; [lia|].
    evar_last; [apply (is_derive_inv (fun y => y ^ Pos.to_nat n)); [apply (is_derive_power (Pos.to_nat n))|apply pow_nonzero, off]|].
    assert (x ^ Pos.to_nat n <> 0) by (apply pow_nonzero, off).
    replace (Z.neg n - 1)%Z with (Z.neg (Pos.succ n)) by lia. simpl powerRZ.
    rewrite INR_IZR_INZ, positive_nat_Z, Pos2Nat.inj_succ, <- Pos2Z.opp_pos, opp_IZR.
    assert (x ^ Pos.to_nat n = x * x ^ Init.Nat.pred (Pos.to_nat n)) as one_more.
    { destruct (Pos2Nat.is_succ n) as [k ->]. reflexivity. }
    simpl. rewrite one_more in *. field. split; trivial. intros zero. apply H. rewrite zero. ring.
Qed.

(** ** All rows *)

Lemma ratio_integer n : ratio (Decimal n 0 1) = IZR n.
Proof. reflexivity. Qed.

(** The table's formula, or none, is the cotangent times a derivative. *)
Local Arguments real_at : simpl never.

Theorem unary_derivative op (x : R) : smooth_unary op x ->
  exists l, is_derive (unary_of op) x l /\
    forall values decisions ix iy it,
      real_at values ix = x -> real_at values iy = unary_of op x ->
      match derivative op (At ix) (At iy) (At it) with
      | Some f => worth values decisions f
      | None => 0
      end = real_at values it * l.
Proof.
  pose proof ln_2_positive as ln_2.
  destruct op; unfold smooth_unary, unary_of; simpl; intros smooth;
    try (exists 0; split; [apply (is_derive_locally_constant _ _ smooth)|intros; lra]).
  - exists (-1). split; [auto_derive; trivial; lra|intros; lra].
  - exists (sign_of x). split; [|intros ? ? ? ? ? -> _; reflexivity].
    unfold sign_of. destruct (Rlt_dec 0 x); [|destruct (Rlt_dec x 0); [|lra]].
    + apply (is_derive_ext_loc (fun y => y)); [|apply (is_derive_id (K := R_AbsRing))].
      generalize (open_gt 0 x r). apply filter_imp. intros y above. rewrite Rabs_pos_eq; trivial. lra.
    + apply (is_derive_ext_loc (fun y => - y)); [|auto_derive; trivial; lra].
      generalize (open_lt 0 x r). apply filter_imp. intros y below. rewrite Rabs_left; trivial.
  - assert (sqrt x <> 0) by (apply Rgt_not_eq, sqrt_lt_R0, smooth).
    exists (/ (2 * sqrt x)). split; [auto_derive; trivial; field; trivial|].
    intros ? ? ? ? ? _ ->. rewrite ratio_integer. field; trivial.
  - assert (sqrt x <> 0) by (apply Rgt_not_eq, sqrt_lt_R0, smooth).
    exists (- (1 / sqrt x / (2 * x))). split; [|intros ? ? ? ? ? -> ->; rewrite ratio_integer; field; split; trivial; lra].
    auto_derive; [repeat split; trivial|].
    assert (sqrt x * sqrt x = x) as root by (apply sqrt_sqrt; lra).
    replace (2 * x) with (2 * (sqrt x * sqrt x)) by (rewrite root; reflexivity). field. trivial.
  - exists (exp x). split; [auto_derive; trivial; lra|]. intros ? ? ? ? ? _ ->. reflexivity.
  - exists (exp (x * ln 2) * ln 2). split; [auto_derive; trivial; lra|]. intros ? ? ? ? ? _ ->. rewrite ratio_integer. reflexivity.
  - exists (/ x). split; [auto_derive; trivial; lra|]. intros ? ? ? ? ? -> _. reflexivity.
  - exists (/ (x * ln 2)). split; [auto_derive; trivial; field; lra|]. intros ? ? ? ? ? -> _. rewrite ratio_integer. reflexivity.
  - exists (cos x). split; [auto_derive; trivial; lra|]. intros ? ? ? ? ? -> _. reflexivity.
  - exists (- sin x). split; [auto_derive; trivial; lra|]. intros ? ? ? ? ? -> _. lra.
  - exists (1 + tan x ^ 2). split; [|intros ? ? ? ? ? _ ->; rewrite ratio_integer; simpl; ring].
    evar_last; [apply is_derive_tan, smooth|]. simpl. lra.
  - exists (cosh x). split; [apply is_derive_Reals, derivable_pt_lim_sinh|]. intros ? ? ? ? ? -> _. reflexivity.
  - exists (sinh x). split; [apply is_derive_Reals, derivable_pt_lim_cosh|]. intros ? ? ? ? ? -> _. reflexivity.
  - exists (1 - tanh x ^ 2). split; [apply is_derive_tanh|]. intros ? ? ? ? ? _ ->. rewrite ratio_integer. simpl. lra.
  - exists (/ sqrt (1 - x ^ 2)). split; [apply is_derive_asin, smooth|].
    intros ? ? ? ? ? -> _. rewrite ratio_integer. reflexivity.
  - exists (- / sqrt (1 - x ^ 2)). split; [apply is_derive_acos, smooth|].
    intros ? ? ? ? ? -> _. rewrite ratio_integer. unfold Rdiv. change (x * (x * 1)) with (x ^ 2). ring.
  - exists (/ (1 + x²)). split; [apply is_derive_atan|].
    intros ? ? ? ? ? -> _. rewrite ratio_integer, Rsqr_pow2. reflexivity.
  - assert (0 < x ^ 2 + 1) by nra. set (root := sqrt (x ^ 2 + 1)).
    assert (0 < root) by (apply sqrt_lt_R0; trivial).
    assert (root * root = x ^ 2 + 1) by (apply sqrt_sqrt; lra).
    assert (0 < x + root) by nra.
    exists (/ root). split; [|intros ? ? ? ? ? -> _; rewrite ratio_integer; reflexivity].
    auto_derive; [replace (x * (x * 1) + 1) with (x ^ 2 + 1) by ring; repeat split; trivial|].
    replace (x * (x * 1) + 1) with (x ^ 2 + 1) by ring. fold root. field. lra.
  - assert (0 < x ^ 2 - 1) by nra. set (root := sqrt (x ^ 2 - 1)).
    assert (0 < root) by (apply sqrt_lt_R0; trivial).
    exists (/ root). split; [|intros ? ? ? ? ? -> _; rewrite ratio_integer; reflexivity].
    auto_derive; [replace (x * (x * 1) + - (1)) with (x ^ 2 - 1) by ring; repeat split; trivial; fold root; lra|].
    replace (x * (x * 1) + - (1)) with (x ^ 2 - 1) by ring. fold root. field. lra.
  - exists (/ (1 - x ^ 2)). split; [|intros ? ? ? ? ? -> _; rewrite ratio_integer; reflexivity].
    auto_derive.
    + repeat split; trivial; [lra|]. apply Rdiv_lt_0_compat; lra.
    + field. repeat split; nra.
  - exists ((ratio erf_head + ratio erf_rest) * exp (- x ^ 2)). split; [apply is_derive_erf|].
    intros ? ? ? ? ? -> _. reflexivity.
Qed.

(** The same for both operands, which may move together. *)
Theorem binary_derivative op (a b : R -> R) (da db : R) :
  is_derive a 0 da -> is_derive b 0 db -> smooth_binary op (a 0) (b 0) ->
  exists l, is_derive (fun s => binary_of op (a s) (b s)) 0 l /\
    forall values decisions ia ib iy it,
      real_at values ia = a 0 -> real_at values ib = b 0 ->
      real_at values iy = binary_of op (a 0) (b 0) ->
      worth values decisions (by_first op (At ia) (At ib) (At iy) (At it)) * da +
      worth values decisions (by_second op (At ia) (At ib) (At iy) (At it)) * db = real_at values it * l.
Proof.
  intros of_a of_b.
  assert (smooth_a : continuous a 0) by (apply (ex_derive_continuous (V := R_NormedModule)); eexists; apply of_a).
  assert (smooth_b : continuous b 0) by (apply (ex_derive_continuous (V := R_NormedModule)); eexists; apply of_b).
  assert (smooth_difference : continuous (fun s => a s - b s) 0) by (apply (continuous_minus (V := R_NormedModule)); trivial).
  destruct op; unfold smooth_binary, binary_of; simpl; intros smooth.
  - exists (da + db). split; [apply (is_derive_plus a b); trivial|]. intros. lra.
  - exists (da - db). split; [apply (is_derive_minus a b); trivial|]. intros. lra.
  - exists (da * b 0 + a 0 * db). split; [|intros ? ? ? ? ? ? -> -> _; ring].
    apply (is_derive_mult a b); trivial. intros; apply Rmult_comm.
  - exists (da / b 0 - a 0 * db / (b 0 * b 0)). split.
    + evar_last; [apply is_derive_div; eassumption|]. simpl. field. trivial.
    + intros ? ? ? ? ? ? _ -> ->. field. trivial.
  - destruct smooth as [off steady].
    exists (da - trunc_of (a 0 / b 0) * db). split; [|intros ? ? ? ? ? ? -> -> _; ring].
    apply (is_derive_ext_loc (fun s => a s - b s * trunc_of (a 0 / b 0))).
    + assert (continuous (fun s => a s / b s) 0) as quotient.
      { apply (continuous_mult a (fun s => / b s)); trivial. apply continuous_Rinv_comp; trivial. }
      assert (locally 0 (fun s => trunc_of (a s / b s) = trunc_of (a 0 / b 0))) as same_trunc by exact (quotient _ steady).
      revert same_trunc. apply filter_imp. intros s same. rewrite same. reflexivity.
    + evar_last; [apply (is_derive_minus a (fun s => b s * trunc_of (a 0 / b 0))); [exact of_a|]|].
      * apply (is_derive_ext (fun s => trunc_of (a 0 / b 0) * b s)); [intros; apply Rmult_comm|].
        apply is_derive_scal, of_b.
      * reflexivity.
  - destruct (Rlt_dec (a 0) (b 0)) as [below|above].
    + exists db. split.
      * apply (is_derive_ext_loc b); trivial.
        assert (locally 0 (fun s => a s - b s < 0)) as stays by (apply (smooth_difference (fun y => y < 0)), (open_lt 0); lra).
        revert stays. apply filter_imp. intros s order. symmetry. apply Rmax_right. simpl in *. lra.
      * intros ? ? ? ? ? ? -> -> _. rewrite ratio_integer. destruct (Rle_dec (b 0) (a 0)); lra.
    + exists da. split.
      * apply (is_derive_ext_loc a); trivial.
        assert (locally 0 (fun s => a s - b s > 0)) as stays by (apply (smooth_difference (fun y => y > 0)), (open_gt 0); lra).
        revert stays. apply filter_imp. intros s order. symmetry. apply Rmax_left. simpl in *. lra.
      * intros ? ? ? ? ? ? -> -> _. rewrite ratio_integer. destruct (Rle_dec (b 0) (a 0)); lra.
  - destruct (Rlt_dec (a 0) (b 0)) as [below|above].
    + exists da. split.
      * apply (is_derive_ext_loc a); trivial.
        assert (locally 0 (fun s => a s - b s < 0)) as stays by (apply (smooth_difference (fun y => y < 0)), (open_lt 0); lra).
        revert stays. apply filter_imp. intros s order. symmetry. apply Rmin_left. simpl in *. lra.
      * intros ? ? ? ? ? ? -> -> _. rewrite ratio_integer. destruct (Rle_dec (a 0) (b 0)); lra.
    + exists db. split.
      * apply (is_derive_ext_loc b); trivial.
        assert (locally 0 (fun s => a s - b s > 0)) as stays by (apply (smooth_difference (fun y => y > 0)), (open_gt 0); lra).
        revert stays. apply filter_imp. intros s order. symmetry. apply Rmin_right. simpl in *. lra.
      * intros ? ? ? ? ? ? -> -> _. rewrite ratio_integer. destruct (Rle_dec (a 0) (b 0)); lra.
  - exists (Rpower (a 0) (b 0) * (da * b 0 / a 0 + ln (a 0) * db)). split.
    + unfold Rpower. evar_last.
      * apply (is_derive_comp exp (fun s => b s * ln (a s))); [apply is_derive_exp|].
        apply (is_derive_mult b (fun s => ln (a s))); [exact of_b| |intros; apply Rmult_comm].
        apply (is_derive_comp ln a); [apply is_derive_ln, smooth|exact of_a].
      * unfold scal, plus, mult; simpl. unfold mult; simpl. field. lra.
    + intros ? ? ? ? ? ? -> -> ->. rewrite ratio_integer.
      replace (b 0 - 1) with (b 0 + - (1)) by lra. rewrite Rpower_plus, Rpower_Ropp, Rpower_1 by trivial. field. lra.
  - exists ((b 0 * da - a 0 * db) / (b 0 ^ 2 + a 0 ^ 2)). split; [apply is_derive_atan2; trivial|].
    intros ? ? ? ? ? ? -> -> _. simpl. field. destruct smooth; nra.
Qed.
