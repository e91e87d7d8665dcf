(** What the crate recorded is what the proofs are about.

    [Recorded.v] is printed by the tests from what the recorder makes of the catalogue's specs. Here: the sweep of [Sweep.v], run on these tapes,
    records the same nodes as the crate's; and at these sizes each op's recorded [forward] computes what the general definition says, its recorded
    [backward] what the general VJP says. So each recorded backward pass is the VJP of the recorded forward pass. *)

From Coq Require Import Reals ZArith List Arith Lia Lra.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Vjp Table Tape Sweep Ready Primitives Softmax Norms Attention.
From Hesper Require Recorded.
Import ListNotations.

(** ** The sweep *)

(** The tape up to where the crate's sweep began, swept here, is the tape that the crate recorded. *)
Definition swept_alike (tape : list node) (before : nat) (outputs : list (nat * nat)) (inputs results : list nat) : Prop :=
  sweep (firstn before tape) outputs inputs = (tape, results).

Theorem every_kind_is_swept :
  swept_alike Recorded.every_kind Recorded.every_kind_before Recorded.every_kind_outputs Recorded.every_kind_inputs Recorded.every_kind_results.
Proof. vm_compute. reflexivity. Qed.

(** Which one of the kinds of node it is. *)
Definition kind (n : node) : nat :=
  match n with
  | Given _ => 0 | Constant _ => 1 | NegInfinity => 2 | Float _ => 3 | Same _ => 4 | Unary _ _ => 5
  | Binary _ _ _ => 6 | Powi _ _ => 7 | Sum _ => 8 | Compare _ _ _ => 9 | Select _ _ _ => 10
  end.
Scheme Equality for unary.
Scheme Equality for binary.

(** That tape leaves no kind of node and no primitive out. *)
Theorem every_kind_is_there :
  let tape := firstn Recorded.every_kind_before Recorded.every_kind in
  (forall n, existsb (fun m => kind m =? kind n)%nat tape = true) /\
  (forall op, existsb (fun m => match m with Unary op' _ => unary_beq op op' | _ => false end) tape = true) /\
  (forall op, existsb (fun m => match m with Binary op' _ _ => binary_beq op op' | _ => false end) tape = true).
Proof. repeat split; intros []; vm_compute; reflexivity. Qed.

Theorem softmax_is_swept :
  swept_alike Recorded.softmax_derived Recorded.softmax_derived_before Recorded.softmax_derived_outputs Recorded.softmax_derived_inputs Recorded.softmax_derived_results.
Proof. vm_compute. reflexivity. Qed.

Theorem cross_entropy_is_swept :
  swept_alike Recorded.cross_entropy_derived Recorded.cross_entropy_derived_before Recorded.cross_entropy_derived_outputs Recorded.cross_entropy_derived_inputs Recorded.cross_entropy_derived_results.
Proof. vm_compute. reflexivity. Qed.

Theorem rms_norm_is_swept :
  swept_alike Recorded.rms_norm_derived Recorded.rms_norm_derived_before Recorded.rms_norm_derived_outputs Recorded.rms_norm_derived_inputs Recorded.rms_norm_derived_results.
Proof. vm_compute. reflexivity. Qed.

Theorem layer_norm_is_swept :
  swept_alike Recorded.layer_norm_derived Recorded.layer_norm_derived_before Recorded.layer_norm_derived_outputs Recorded.layer_norm_derived_inputs Recorded.layer_norm_derived_results.
Proof. vm_compute. reflexivity. Qed.

Theorem matmul_is_swept :
  swept_alike Recorded.matmul_derived Recorded.matmul_derived_before Recorded.matmul_derived_outputs Recorded.matmul_derived_inputs Recorded.matmul_derived_results.
Proof. vm_compute. reflexivity. Qed.

Theorem attention_is_swept :
  swept_alike Recorded.attention_derived Recorded.attention_derived_before Recorded.attention_derived_outputs Recorded.attention_derived_inputs Recorded.attention_derived_results.
Proof. vm_compute. reflexivity. Qed.

(** So all of them have what [recorded_sweep_is_vjp] asks for, but for smoothness: a matter of the point. *)
Theorem recorded_tapes_are_ready :
  ready (firstn Recorded.every_kind_before Recorded.every_kind) Recorded.every_kind_outputs Recorded.every_kind_inputs = true /\
  ready (firstn Recorded.softmax_derived_before Recorded.softmax_derived) Recorded.softmax_derived_outputs Recorded.softmax_derived_inputs = true /\
  ready (firstn Recorded.cross_entropy_derived_before Recorded.cross_entropy_derived) Recorded.cross_entropy_derived_outputs Recorded.cross_entropy_derived_inputs = true /\
  ready (firstn Recorded.rms_norm_derived_before Recorded.rms_norm_derived) Recorded.rms_norm_derived_outputs Recorded.rms_norm_derived_inputs = true /\
  ready (firstn Recorded.layer_norm_derived_before Recorded.layer_norm_derived) Recorded.layer_norm_derived_outputs Recorded.layer_norm_derived_inputs = true /\
  ready (firstn Recorded.matmul_derived_before Recorded.matmul_derived) Recorded.matmul_derived_outputs Recorded.matmul_derived_inputs = true /\
  ready (firstn Recorded.attention_derived_before Recorded.attention_derived) Recorded.attention_derived_outputs Recorded.attention_derived_inputs = true.
Proof. vm_compute. repeat split. Qed.

(** ** The passes *)

Open Scope R_scope.

(** The greatest of a row, as the code computes it; over the columns that are allowed. *)
Definition greatest {A C} (cols : list C) (allowed : A -> C -> bool) (x : A * C -> R) (a : A) : R :=
  match filter (allowed a) cols with
  | [] => 0
  | first :: rest => fold_left (fun m c => Rmax m (x (a, c))) rest (x (a, first))
  end.
Definition all {A C} (a : A) (c : C) : bool := true.

(** What a run is given, and an element of what it yields. *)
Definition listed (numbers : list R) (position : nat) : R := nth position numbers 0.
Definition element (results : list R) (position : nat) : R := nth position results 0.

(** The position of an element of a matrix with so many columns. *)
Definition at_ (cols : nat) (y : nat * nat) : nat := (fst y * cols + snd y)%nat.
Definition two : list nat := seq 0 2.
Definition three : list nat := seq 0 3.
Definition matrix : list (nat * nat) := cells two three.
(** The labels of the two rows. *)
Definition label (row : nat) : nat := nth row [2; 1]%nat 0%nat.

(** Runs a tape, and unfolds a definition, down to the functions of the reals. *)
Ltac compute_both :=
  cbv [run replay fold_left step fst snd app length number_at nth nothing meaning decided map value constant_in neg_infinity_in
    unary_in binary_in powi_in sum_in compare_in reals unary_of binary_of powerRZ pow Pos.to_nat Pos.iter_op Nat.add Init.Nat.add
    ratio digits exponent divisor sum_of fold_right total listed element at_ two three seq cells list_prod both Nat.mul Nat.sub
    Init.Nat.mul Init.Nat.sub beside left right all greatest filter mean count Z.of_nat Pos.of_succ_nat Pos.succ
    matrix label Nat.eq_dec nat_rec nat_rect sumbool_rec sumbool_rect f_equal_nat].

(** All of a list, one by one. *)
Ltac each_of here :=
  cbv [matrix both cells list_prod two three seq map app In] in here;
  repeat (destruct here as [<-|here]); [..|contradiction].

(** *** Softmax *)

Definition softmax_3 : (nat * nat -> R) -> nat * nat -> R := softmax three all (greatest three all).
Definition softmax_run (x : nat * nat -> R) (y : nat * nat) : R :=
  element (run reals (listed (map x matrix)) Recorded.softmax_forward Recorded.softmax_forward_y) (at_ 3 y).
Definition softmax_run_backward (x dy : nat * nat -> R) (y : nat * nat) : R :=
  element (run reals (listed (map x matrix ++ map dy matrix)) Recorded.softmax_backward Recorded.softmax_backward_dx) (at_ 3 y).

Theorem softmax_recorded x : vjp matrix matrix softmax_run x (softmax_run_backward x).
Proof.
  apply (vjp_ext matrix matrix softmax_3 softmax_run x (softmax_backward three (softmax_3 x))).
  - intros z y here. unfold softmax_run, Recorded.softmax_forward, Recorded.softmax_forward_y, softmax_3, softmax, raised.
    each_of here; compute_both; reflexivity.
  - intros dy y here.
    unfold softmax_run_backward, Recorded.softmax_backward, Recorded.softmax_backward_dx, softmax_backward, softmax_3, softmax, raised.
    each_of here; compute_both; reflexivity.
  - apply vjp_softmax. intros a _. exists 0%nat. split; [left|]; reflexivity.
Qed.

(** *** Cross-entropy, with the labels 2 and 1 *)

Definition row_greatest : (nat * nat -> R) -> nat -> R := greatest three all.
Definition cross_entropy_run (x : nat * nat -> R) (y : nat) : R :=
  element (run reals (listed (map x matrix)) Recorded.cross_entropy_forward Recorded.cross_entropy_forward_y) y.
Definition cross_entropy_run_backward (x : nat * nat -> R) (dy : nat -> R) (y : nat * nat) : R :=
  element (run reals (listed (map x matrix ++ map dy two)) Recorded.cross_entropy_backward Recorded.cross_entropy_backward_dx) (at_ 3 y).

Theorem cross_entropy_recorded x : vjp matrix two cross_entropy_run x (cross_entropy_run_backward x).
Proof.
  apply (vjp_ext matrix two (cross_entropy three label row_greatest) cross_entropy_run x
    (cross_entropy_backward Nat.eq_dec label x (row_greatest x) (sum_exp three row_greatest x))).
  - intros z y here.
    unfold cross_entropy_run, Recorded.cross_entropy_forward, Recorded.cross_entropy_forward_y, cross_entropy, sum_exp, row_greatest, label.
    each_of here; compute_both; reflexivity.
  - intros dy y here.
    unfold cross_entropy_run_backward, Recorded.cross_entropy_backward, Recorded.cross_entropy_backward_dx,
      cross_entropy_backward, target, sum_exp, row_greatest, label.
    each_of here; compute_both; reflexivity.
  - apply vjp_cross_entropy; [apply seq_NoDup|]. intros a here. each_of here; simpl; auto.
Qed.

(** What the forward pass saves. *)
Theorem cross_entropy_saves x : 
  run reals (listed (map x matrix)) Recorded.cross_entropy_forward Recorded.cross_entropy_forward_greatest = map (row_greatest x) two /\
  run reals (listed (map x matrix)) Recorded.cross_entropy_forward Recorded.cross_entropy_forward_total = map (sum_exp three row_greatest x) two.
Proof.
  unfold Recorded.cross_entropy_forward, Recorded.cross_entropy_forward_greatest, Recorded.cross_entropy_forward_total, sum_exp, row_greatest.
  split; compute_both; reflexivity.
Qed.

(** *** RMSNorm *)

(** Numbers, and a factor for each column. *)
Definition rms_inputs : list (nat * nat + nat) := both matrix three.
Definition rms_run (eps : R) (x : nat * nat + nat -> R) (y : nat * nat) : R :=
  element (run reals (listed (map x rms_inputs ++ [eps])) Recorded.rms_norm_forward Recorded.rms_norm_forward_y) (at_ 3 y).
Definition rms_run_backward (eps : R) (x : nat * nat + nat -> R) (dy : nat * nat -> R) : nat * nat + nat -> R :=
  let results := run reals (listed (map x rms_inputs ++ [eps] ++ map dy matrix)) Recorded.rms_norm_backward in
  beside (fun y => element (results Recorded.rms_norm_backward_dx) (at_ 3 y))
    (fun c => element (results Recorded.rms_norm_backward_dgamma) c).

Theorem rms_norm_recorded eps x :
  (forall a, In a two -> 0 < mean three (fun k => x (inl (a, k)) ^ 2) + eps) ->
  vjp rms_inputs matrix (rms_run eps) x (rms_run_backward eps x).
Proof.
  intros positive.
  apply (vjp_ext rms_inputs matrix (rms_norm three eps) (rms_run eps) x (rms_norm_backward two three x (rms_scale three eps (left x)))).
  - intros z y here. unfold rms_run, rms_inputs, Recorded.rms_norm_forward, Recorded.rms_norm_forward_y, rms_norm, rms_scale.
    each_of here; compute_both; reflexivity.
  - intros dy y here.
    unfold rms_run_backward, rms_inputs, Recorded.rms_norm_backward, Recorded.rms_norm_backward_dx, Recorded.rms_norm_backward_dgamma,
      rms_norm_backward, slope, rms_scale.
    unfold rms_inputs in here. each_of here; compute_both; reflexivity.
  - apply vjp_rms_norm. exact positive.
Qed.

Theorem rms_norm_saves eps x :
  run reals (listed (map x rms_inputs ++ [eps])) Recorded.rms_norm_forward Recorded.rms_norm_forward_r = map (rms_scale three eps (left x)) two.
Proof.
  unfold rms_inputs, Recorded.rms_norm_forward, Recorded.rms_norm_forward_r, rms_scale. compute_both. reflexivity.
Qed.

(** *** LayerNorm *)

(** Numbers, a factor and a summand for each column. *)
Definition layer_inputs : list (nat * nat + nat + nat) := both (both matrix three) three.
Definition layer_run (eps : R) (x : nat * nat + nat + nat -> R) (y : nat * nat) : R :=
  element (run reals (listed (map x layer_inputs ++ [eps])) Recorded.layer_norm_forward Recorded.layer_norm_forward_y) (at_ 3 y).
Definition layer_run_backward (eps : R) (x : nat * nat + nat + nat -> R) (dy : nat * nat -> R) : nat * nat + nat + nat -> R :=
  let results := run reals (listed (map x layer_inputs ++ [eps] ++ map dy matrix)) Recorded.layer_norm_backward in
  beside
    (beside (fun y => element (results Recorded.layer_norm_backward_dx) (at_ 3 y))
      (fun c => element (results Recorded.layer_norm_backward_dgamma) c))
    (fun c => element (results Recorded.layer_norm_backward_dbeta) c).

Theorem layer_norm_recorded eps x :
  (forall a, In a two -> 0 < mean three (fun k => centred three (left (left x)) (a, k) ^ 2) + eps) ->
  vjp layer_inputs matrix (layer_run eps) x (layer_run_backward eps x).
Proof.
  intros positive.
  apply (vjp_ext layer_inputs matrix (layer_norm three eps) (layer_run eps) x
    (layer_norm_backward two three x (row_mean three (left (left x))) (layer_scale three eps (left (left x))))).
  - intros z y here.
    unfold layer_run, layer_inputs, Recorded.layer_norm_forward, Recorded.layer_norm_forward_y, layer_norm, normal, layer_scale, centred, row_mean.
    each_of here; compute_both; reflexivity.
  - intros dy y here.
    unfold layer_run_backward, layer_inputs, Recorded.layer_norm_backward, Recorded.layer_norm_backward_dx,
      Recorded.layer_norm_backward_dgamma, Recorded.layer_norm_backward_dbeta,
      layer_norm_backward, slope, layer_scale, centred, row_mean.
    unfold layer_inputs in here. each_of here; compute_both; reflexivity.
  - apply vjp_layer_norm; [discriminate|exact positive].
Qed.

Theorem layer_norm_saves eps x :
  run reals (listed (map x layer_inputs ++ [eps])) Recorded.layer_norm_forward Recorded.layer_norm_forward_m
    = map (row_mean three (left (left x))) two /\
  run reals (listed (map x layer_inputs ++ [eps])) Recorded.layer_norm_forward Recorded.layer_norm_forward_r
    = map (layer_scale three eps (left (left x))) two.
Proof.
  unfold layer_inputs, Recorded.layer_norm_forward, Recorded.layer_norm_forward_m, Recorded.layer_norm_forward_r, layer_scale, centred, row_mean.
  split; compute_both; reflexivity.
Qed.

(** *** Matrix product *)

Definition factors : list (nat * nat + nat * nat) := both (cells two three) (cells three two).
Definition square : list (nat * nat) := cells two two.
Definition matmul_run (x : nat * nat + nat * nat -> R) (y : nat * nat) : R :=
  element (run reals (listed (map x factors)) Recorded.matmul_forward Recorded.matmul_forward_y) (at_ 2 y).
Definition matmul_run_backward (x : nat * nat + nat * nat -> R) (dy : nat * nat -> R) : nat * nat + nat * nat -> R :=
  let results := run reals (listed (map x factors ++ map dy square)) Recorded.matmul_backward in
  beside (fun y => element (results Recorded.matmul_backward_da) (at_ 3 y))
    (fun y => element (results Recorded.matmul_backward_db) (at_ 2 y)).

Theorem matmul_recorded x : vjp factors square matmul_run x (matmul_run_backward x).
Proof.
  apply (vjp_ext factors square (product three) matmul_run x (product_backward two two x)).
  - intros z y here. unfold matmul_run, factors, Recorded.matmul_forward, Recorded.matmul_forward_y, product.
    unfold square in here. each_of here; compute_both; reflexivity.
  - intros dy y here.
    unfold matmul_run_backward, factors, square, Recorded.matmul_backward, Recorded.matmul_backward_da, Recorded.matmul_backward_db, product_backward.
    unfold factors in here. each_of here; compute_both; reflexivity.
  - apply vjp_product.
Qed.

(** *** Causal attention *)

(** The reals with minus infinity, which masks: its exponential is 0, and the maximum passes over it. *)
Inductive extended := Real (x : R) | MinusInfinity | Undefined.
Definition extended_reals : domain := {|
  value := extended;
  constant_in := fun n => Real (ratio n);
  neg_infinity_in := MinusInfinity;
  unary_in := fun op x =>
    match op, x with
    | op, Real x => Real (unary_of op x)
    | Exp, MinusInfinity => Real 0
    | _, _ => Undefined
    end;
  binary_in := fun op x y =>
    match op, x, y with
    | op, Real x, Real y => Real (binary_of op x y)
    | Max, Real x, MinusInfinity | Max, MinusInfinity, Real x => Real x
    | Subtract, MinusInfinity, Real _ => MinusInfinity
    | _, _, _ => Undefined
    end;
  powi_in := fun x n => match x with Real x => Real (powerRZ x n) | _ => Undefined end;
  sum_in := fold_right (fun x sum => match x, sum with Real x, Real y => Real (x + y) | _, _ => Undefined end) (Real 0);
  compare_in := fun op x y => match x, y with Real x, Real y => holds op x y | _, _ => false end;
|}.
Definition real_of (x : extended) : R := match x with Real x => x | _ => 0 end.

Definition one : list nat := [0]%nat.
Definition causal (query key : nat) : bool := (key <=? query)%nat.
Definition queries : list (nat * nat * nat) := cells (cells one two) two.
Definition keys_ : list (nat * nat * nat) := cells (cells one three) two.
Definition attention_inputs : list (inputs (H := nat) (I := nat) (J := nat) (D := nat) (W := nat)) := both (both queries keys_) keys_.
Definition attention_2 (s : R) := attention (H := nat) (I := nat) (J := nat) (D := nat) (W := nat)
  three two causal (greatest three (fun row => causal (snd row))) s.
Definition at_head (y : nat * nat * nat) : nat := at_ 2 (snd (fst y), snd y).
Definition extended_listed (numbers : list R) (position : nat) : extended := Real (nth position numbers 0).
Definition attention_run (s : R) (x : inputs -> R) (y : nat * nat * nat) : R :=
  real_of (nth (at_head y) (run extended_reals (extended_listed (map x attention_inputs ++ [s]))
    Recorded.attention_forward Recorded.attention_forward_y) Undefined).
Definition attention_run_backward (s : R) (x : inputs -> R) (dy : nat * nat * nat -> R) : inputs -> R :=
  let results := run extended_reals (extended_listed (map x attention_inputs ++ [s] ++ map dy queries)) Recorded.attention_backward in
  beside
    (beside (fun y => real_of (nth (at_head y) (results Recorded.attention_backward_dq) Undefined))
      (fun y => real_of (nth (at_head y) (results Recorded.attention_backward_dk) Undefined)))
    (fun y => real_of (nth (at_head y) (results Recorded.attention_backward_dv) Undefined)).

Ltac compute_attention :=
  cbv [attention_inputs queries keys_ one causal extended_listed extended_reals real_of at_head inputs may Nat.leb softmax raised scale
    greatest products products_backward products_t products_t_backward softmax_backward weights scores attention attention_backward];
  compute_both.

Theorem attention_recorded s x : vjp attention_inputs queries (attention_run s) x (attention_run_backward s x).
Proof.
  apply (vjp_ext attention_inputs queries (attention_2 s) (attention_run s) x
    (attention_backward two three two two causal (greatest three (fun row => causal (snd row))) s x)).
  - intros z y here. unfold attention_run, attention_2, Recorded.attention_forward, Recorded.attention_forward_y.
    cbv [queries one] in here. each_of here; compute_attention; reflexivity.
  - intros dy y here.
    set (general := attention_backward two three two two causal (greatest three (fun row => causal (snd row))) s x dy).
    set (numbers := extended_listed (map x attention_inputs ++ [s] ++ map dy queries)).
    assert (run extended_reals numbers Recorded.attention_backward Recorded.attention_backward_dq
      = map (fun y => Real (general (inl (inl y)))) queries) as dq by
      (unfold general, numbers, Recorded.attention_backward, Recorded.attention_backward_dq; compute_attention;
        unfold Rdiv; rewrite ?Rmult_0_l, ?Rmult_0_r; reflexivity).
    assert (run extended_reals numbers Recorded.attention_backward Recorded.attention_backward_dk
      = map (fun y => Real (general (inl (inr y)))) keys_) as dk by
      (unfold general, numbers, Recorded.attention_backward, Recorded.attention_backward_dk; compute_attention;
        unfold Rdiv; rewrite ?Rmult_0_l, ?Rmult_0_r; reflexivity).
    assert (run extended_reals numbers Recorded.attention_backward Recorded.attention_backward_dv
      = map (fun y => Real (general (inr y))) keys_) as dv by
      (unfold general, numbers, Recorded.attention_backward, Recorded.attention_backward_dv; compute_attention;
        unfold Rdiv; rewrite ?Rmult_0_l, ?Rmult_0_r; reflexivity).
    unfold attention_run_backward. cbv zeta. fold numbers. rewrite dq, dk, dv. clear dq dk dv. clearbody general.
    cbv [attention_inputs queries keys_ one] in here. each_of here; reflexivity.
  - apply vjp_attention. intros i here. exists 0%nat. split; [left; reflexivity|reflexivity].
Qed.
