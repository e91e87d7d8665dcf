(** The gradient of any graph without cycles is the sum over its paths; reverse accumulation computes it.

    Nodes are numbered so that operands come before what reads them. A node is read as often as it is listed: in [x·x] there are two edges
    from [x]. A node without operands is an input, or a constant. *)

From Coq Require Import Reals List Arith Lia Lra FinFun FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Vjp.
Import ListNotations.
Open Scope R_scope.

(** One for each operand of a node: [positions (operands j)]. *)
Definition positions {A} (l : list A) : list nat := seq 0 (length l).

Section Graph.
Variable operands : nat -> list nat.
Hypothesis ordered : forall j i, In i (operands j) -> (i < j)%nat.

Definition operand (j p : nat) : nat := nth p (operands j) 0%nat.

Lemma operand_below j p : In p (positions (operands j)) -> (operand j p < j)%nat.
Proof. intros here. apply in_seq in here. apply ordered, nth_In. lia. Qed.

(** A path, from its end on: at each node, the position of the operand that it comes from. *)
Inductive is_path (i : nat) : nat -> list nat -> Prop :=
| path_here : is_path i i []
| path_edge j p rest :
    In p (positions (operands j)) -> is_path i (operand j p) rest -> is_path i j (p :: rest).

(** All paths from [i] to [j], found with as many steps as [fuel]. *)
Fixpoint paths_within (fuel i j : nat) : list (list nat) :=
  match fuel with
  | O => []
  | S fuel =>
      (if Nat.eq_dec i j then [[]] else []) ++
      flat_map (fun p => map (cons p) (paths_within fuel i (operand j p))) (positions (operands j))
  end.
Definition paths (i j : nat) : list (list nat) := paths_within (S j) i j.

Lemma paths_within_enough fuel i j : (j < fuel)%nat -> paths_within fuel i j = paths i j.
Proof.
  enough (forall f g j, (j < f)%nat -> (j < g)%nat -> paths_within f i j = paths_within g i j) as same
    by (intros; apply same; lia).
  clear fuel j. induction f as [|f IH]; intros g j below_f below_g; [lia|].
  destruct g as [|g]; [lia|]. simpl. f_equal.
  rewrite !flat_map_concat_map. f_equal. apply map_ext_in. intros p here.
  pose proof (operand_below _ _ here). rewrite (IH g); trivial; lia.
Qed.

Lemma paths_step i j :
  paths i j = (if Nat.eq_dec i j then [[]] else []) ++
    flat_map (fun p => map (cons p) (paths i (operand j p))) (positions (operands j)).
Proof.
  unfold paths at 1. cbn [paths_within]. f_equal.
  rewrite !flat_map_concat_map. f_equal. apply map_ext_in. intros p here.
  rewrite paths_within_enough; trivial. apply operand_below, here.
Qed.

(** The list has every path, and each once. *)
Theorem paths_are_all i j path : In path (paths i j) <-> is_path i j path.
Proof.
  split.
  - revert j. induction path as [|p rest IH]; intros j here; rewrite paths_step in here;
      apply in_app_or in here; destruct here as [here|here].
    + destruct (Nat.eq_dec i j) as [->|]; [constructor|contradiction].
    + apply in_flat_map in here. destruct here as (q & _ & here).
      apply in_map_iff in here. destruct here as (? & eq & _). discriminate eq.
    + destruct (Nat.eq_dec i j); [|contradiction]. destruct here as [eq|[]]. discriminate eq.
    + apply in_flat_map in here. destruct here as (q & at_q & here).
      apply in_map_iff in here. destruct here as (? & eq & here). inversion eq; subst.
      constructor; trivial. apply IH, here.
  - induction 1 as [|j p rest at_p _ IH]; rewrite paths_step; apply in_or_app.
    + left. destruct (Nat.eq_dec i i); [left; reflexivity|congruence].
    + right. apply in_flat_map. exists p. split; trivial. apply in_map, IH.
Qed.

Lemma different_app {A} (l l' : list A) :
  NoDup l -> NoDup l' -> (forall a, In a l -> ~ In a l') -> NoDup (l ++ l').
Proof.
  induction 1 as [|a l out once IH]; simpl; intros once' apart; trivial.
  constructor; [|apply IH; auto]. intros here. apply in_app_or in here. destruct here; [contradiction|].
  apply (apart a); auto.
Qed.

Lemma different_edges (rest : nat -> list (list nat)) (l : list nat) :
  NoDup l -> (forall p, NoDup (rest p)) -> NoDup (flat_map (fun p => map (cons p) (rest p)) l).
Proof.
  induction 1 as [|p l out once IH]; simpl; intros own; [constructor|].
  apply different_app; [|apply IH, own|].
  - apply Injective_map_NoDup; [|apply own]. intros a b eq. congruence.
  - intros path here there. apply in_map_iff in here. destruct here as (? & <- & _).
    apply in_flat_map in there. destruct there as (q & at_q & there).
    apply in_map_iff in there. destruct there as (? & eq & _). congruence.
Qed.

Theorem paths_are_different i j : NoDup (paths i j).
Proof.
  unfold paths. generalize (S j) as fuel. intros fuel. revert i j.
  induction fuel as [|fuel IH]; intros i j; simpl; [constructor|].
  apply different_app.
  - destruct (Nat.eq_dec i j); repeat constructor. intros [].
  - apply different_edges; [apply seq_NoDup|auto].
  - intros path here there. destruct (Nat.eq_dec i j); [|contradiction]. destruct here as [<-|[]].
    apply in_flat_map in there. destruct there as (q & _ & there).
    apply in_map_iff in there. destruct there as (? & eq & _). discriminate eq.
Qed.

(** The derivative of node [j] by its operand at position [p]. *)
Variable d : nat -> nat -> R.

(** The product of the derivatives along a path to [j]. *)
Fixpoint along (j : nat) (path : list nat) : R :=
  match path with
  | [] => 1
  | p :: rest => d j p * along (operand j p) rest
  end.

Definition sum_over_paths (i j : nat) : R := total (paths i j) (along j).

Lemma sum_over_paths_step i j :
  sum_over_paths i j = (if Nat.eq_dec i j then 1 else 0) +
    total (positions (operands j)) (fun p => d j p * sum_over_paths i (operand j p)).
Proof.
  unfold sum_over_paths at 1. rewrite paths_step, total_app, total_flat_map. f_equal.
  - destruct (Nat.eq_dec i j); simpl; lra.
  - apply total_ext. intros p. unfold sum_over_paths. rewrite total_map, <- total_scal. reflexivity.
Qed.

Lemma sum_over_paths_above i j : (j < i)%nat -> sum_over_paths i j = 0.
Proof.
  revert i. induction j as [j IH] using lt_wf_ind. intros i above. rewrite sum_over_paths_step.
  destruct (Nat.eq_dec i j); [lia|]. rewrite total_zero; [lra|].
  intros p here. pose proof (operand_below _ _ here). rewrite IH; trivial; try lia. lra.
Qed.

Lemma sum_over_paths_self j : sum_over_paths j j = 1.
Proof.
  rewrite sum_over_paths_step. destruct (Nat.eq_dec j j); [|congruence].
  rewrite total_zero; [lra|]. intros p here. rewrite sum_over_paths_above; [lra|]. apply operand_below, here.
Qed.

(** Reverse accumulation: node by node from the last, a node's cotangent goes to its operands. *)
Definition scatter (j : nat) (w : nat -> R) : nat -> R :=
  fun k => w k + total (positions (operands j)) (fun p => if Nat.eq_dec (operand j p) k then w j * d j p else 0).
Fixpoint accumulate (n : nat) (w : nat -> R) : nat -> R :=
  match n with
  | O => w
  | S j => accumulate j (scatter j w)
  end.

Lemma scatter_above j w k : (j <= k)%nat -> scatter j w k = w k.
Proof.
  intros above. unfold scatter. rewrite total_zero; [lra|]. intros p here.
  pose proof (operand_below _ _ here). destruct (Nat.eq_dec (operand j p) k); [lia|reflexivity].
Qed.

Lemma accumulate_above n w k : (n <= k)%nat -> accumulate n w k = w k.
Proof.
  revert w. induction n as [|n IH]; intros w above; simpl; trivial.
  rewrite IH by lia. apply scatter_above. lia.
Qed.

(** It is the sum over all paths from a node to those that have cotangents. *)
Theorem accumulation_is_sum_over_paths n w i :
  (i < n)%nat -> accumulate n w i = total (seq 0 n) (fun j => w j * sum_over_paths i j).
Proof.
  revert w. induction n as [|n IH]; intros w below; [lia|].
  cbn [accumulate]. rewrite seq_S, total_app. simpl (total [_] _).
  destruct (Nat.eq_dec i n) as [->|different].
  - rewrite accumulate_above, scatter_above by lia. rewrite total_zero.
    + rewrite sum_over_paths_self. simpl. lra.
    + intros j here. apply in_seq in here. rewrite sum_over_paths_above by lia. lra.
  - rewrite IH by lia. unfold scatter.
    rewrite (total_ext _ _ (fun j => w j * sum_over_paths i j +
      total (positions (operands n)) (fun p => if Nat.eq_dec (operand n p) j then w n * d n p * sum_over_paths i j else 0))).
    2: { intros j. rewrite Rmult_plus_distr_r, <- total_scal_r. f_equal. apply total_ext. intros p.
         destruct (Nat.eq_dec (operand n p) j); lra. }
    rewrite total_plus. f_equal. rewrite total_swap, sum_over_paths_step.
    destruct (Nat.eq_dec i n); [lia|]. simpl (0 + n)%nat.
    rewrite Rplus_0_l, Rplus_0_r, <- total_scal. apply total_ext_in. intros p here.
    rewrite (total_only Nat.eq_dec _ (operand n p)).
    + destruct (Nat.eq_dec (operand n p) (operand n p)); [lra|congruence].
    + apply seq_NoDup.
    + apply in_seq. pose proof (operand_below _ _ here). lia.
    + intros k _ other. destruct (Nat.eq_dec (operand n p) k); [congruence|reflexivity].
Qed.

(** ** A graph of differentiable functions *)

Variable functions : nat -> (nat -> R) -> R.
Variable inputs : list nat.
Hypothesis inputs_once : NoDup inputs.
Hypothesis inputs_are_given : forall i, In i inputs -> operands i = [].

Definition is_input (j : nat) : bool := if in_dec Nat.eq_dec j inputs then true else false.

Fixpoint value_within (fuel : nat) (x : nat -> R) (j : nat) : R :=
  match fuel with
  | O => 0
  | S fuel =>
      if is_input j then x j else functions j (fun p => if p <? length (operands j) then value_within fuel x (operand j p) else 0)
  end.
(** What the nodes compute where the inputs are [x]. *)
Definition value (x : nat -> R) (j : nat) : R := value_within (S j) x j.

Definition arguments (x : nat -> R) (j p : nat) : R :=
  if p <? length (operands j) then value x (operand j p) else 0.

Lemma value_step x j : value x j = if is_input j then x j else functions j (arguments x j).
Proof.
  assert (enough_fuel : forall f g j, (j < f)%nat -> (j < g)%nat -> value_within f x j = value_within g x j).
  { induction f as [|f IH]; intros g k below_f below_g; [lia|]. destruct g as [|g]; [lia|]. simpl.
    destruct (is_input k); trivial. f_equal. extensionality p.
    destruct (Nat.ltb_spec p (length (operands k))) as [inside|]; trivial.
    assert (operand k p < k)%nat by (apply operand_below, in_seq; lia). apply IH; lia. }
  unfold value at 1. cbn [value_within]. destruct (is_input j); trivial. f_equal. extensionality p.
  unfold arguments. destruct (Nat.ltb_spec p (length (operands j))) as [inside|]; trivial.
  assert (operand j p < j)%nat by (apply operand_below, in_seq; lia). apply enough_fuel; lia.
Qed.

(** For every graph: where each node's function has these derivatives, the sum over all paths is the VJP of the whole. *)
Theorem vjp_is_sum_over_paths (outputs : list nat) (x : nat -> R) :
  (forall j, ~ In j inputs ->
    vjp (positions (operands j)) [tt] (fun a _ => functions j a) (arguments x j) (fun w p => w tt * d j p)) ->
  vjp inputs outputs value x (fun w i => total outputs (fun j => w j * sum_over_paths i j)).
Proof.
  intros local curve v [start each].
  set (u j := total inputs (fun i => sum_over_paths i j * v i)).
  assert (tangent : forall j, is_derive (fun t => value (curve t) j) 0 (u j)).
  { induction j as [j IH] using lt_wf_ind.
    destruct (in_dec Nat.eq_dec j inputs) as [given|computed].
    - assert (u j = v j) as ->.
      { unfold u. rewrite (total_only Nat.eq_dec _ j); trivial.
        - rewrite sum_over_paths_self. lra.
        - intros i _ other. rewrite sum_over_paths_step, inputs_are_given by trivial.
          destruct (Nat.eq_dec i j); [congruence|]. simpl. lra. }
      apply (is_derive_ext (fun t => curve t j)); [|apply each, given].
      intros t. rewrite value_step. unfold is_input. destruct (in_dec Nat.eq_dec j inputs); [reflexivity|contradiction].
    - destruct (local j computed (fun t => arguments (curve t) j) (fun p => u (operand j p))) as (z & [_ moving] & pairs).
      + split; [subst; reflexivity|]. intros p here.
        apply (is_derive_ext (fun t => value (curve t) (operand j p))).
        * intros t. unfold arguments. apply in_seq in here.
          destruct (Nat.ltb_spec p (length (operands j))); [reflexivity|lia].
        * apply IH, operand_below, here.
      + assert (u j = z tt) as ->.
        { specialize (pairs (fun _ => 1)). simpl in pairs. rewrite Rmult_1_l, Rplus_0_r in pairs. rewrite pairs.
          unfold u. rewrite (total_ext_in _ _ (fun i => total (positions (operands j))
            (fun p => 1 * d j p * (sum_over_paths i (operand j p) * v i)))).
          - rewrite total_swap. apply total_ext. intros p. rewrite <- total_scal. reflexivity.
          - intros i here. rewrite sum_over_paths_step.
            destruct (Nat.eq_dec i j); [subst; contradiction|].
            rewrite Rplus_0_l, <- total_scal_r. apply total_ext. intros p. lra. }
        apply (is_derive_ext (fun t => functions j (arguments (curve t) j))); [|apply moving; left; reflexivity].
        intros t. rewrite value_step. unfold is_input.
        destruct (in_dec Nat.eq_dec j inputs); [contradiction|reflexivity]. }
  exists u. split; [split; [subst; reflexivity|intros; apply tangent]|].
  intros w. unfold u.
  rewrite (total_ext _ _ (fun j => total inputs (fun i => w j * sum_over_paths i j * v i))).
  - rewrite total_swap. apply total_ext. intros i. rewrite total_scal_r. reflexivity.
  - intros j. rewrite <- total_scal. apply total_ext. intros i. lra.
Qed.

(** The cotangents of the outputs where accumulation starts: those of an output that is listed twice add up. *)
Definition seeds (outputs : list nat) (w : nat -> R) (k : nat) : R :=
  total outputs (fun j => if Nat.eq_dec j k then w j else 0).

Corollary vjp_is_accumulated (n : nat) (outputs : list nat) (x : nat -> R) :
  (forall j, In j inputs \/ In j outputs -> (j < n)%nat) ->
  (forall j, ~ In j inputs ->
    vjp (positions (operands j)) [tt] (fun a _ => functions j a) (arguments x j) (fun w p => w tt * d j p)) ->
  vjp inputs outputs value x (fun w => accumulate n (seeds outputs w)).
Proof.
  intros below local.
  apply (vjp_ext inputs outputs value _ x (fun w i => total outputs (fun j => w j * sum_over_paths i j)));
    [reflexivity| |apply vjp_is_sum_over_paths, local].
  intros w i here. rewrite accumulation_is_sum_over_paths by auto.
  rewrite (total_ext _ _ (fun k => total outputs (fun j => if Nat.eq_dec j k then w j * sum_over_paths i k else 0))).
  - rewrite total_swap. apply total_ext_in. intros j at_j. rewrite (total_only Nat.eq_dec _ j).
    + destruct (Nat.eq_dec j j); [reflexivity|congruence].
    + apply seq_NoDup.
    + apply in_seq. split; [lia|]. apply below. right. trivial.
    + intros k _ other. destruct (Nat.eq_dec j k); [congruence|reflexivity].
  - intros k. unfold seeds. rewrite <- total_scal_r. apply total_ext. intros j.
    destruct (Nat.eq_dec j k); lra.
Qed.

End Graph.
