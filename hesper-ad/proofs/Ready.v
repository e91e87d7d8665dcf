(** What the theorem on the sweep asks of a tape besides smoothness can be computed. *)

From Coq Require Import Reals ZArith List Arith Bool Lia.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Vjp Table Tape Sweep Recording Tangents SweepProof.
Import ListNotations.

Fixpoint formed_behind (ids ms : nat) (tape : list node) : bool :=
  match tape with
  | [] => true
  | n :: rest =>
      forallb (fun x => x <? ids) (operands n) &&
      match n with Select mask _ _ => mask <? ms | _ => true end &&
      formed_behind (S ids) (ms + if is_compare n then 1 else 0) rest
  end.

Definition can_be_input (tape : list node) (id : nat) : bool :=
  match nth_error tape id with None | Some (Constant _) | Some (Compare _ _ _) => false | _ => true end.

Fixpoint different (ids : list nat) : bool :=
  match ids with [] => true | id :: rest => negb (is_in id rest) && different rest end.

Definition ready (tape : list node) (outputs : list (nat * nat)) (inputs : list nat) : bool :=
  formed_behind 0 0 tape && different inputs && forallb (can_be_input tape) inputs &&
  forallb (fun o => (fst o <? length tape) && (snd o <? length tape)) outputs.

Lemma formed_behind_right tape : forall before, formed_behind (length before) (masks before) tape = true ->
  forall b n a, before ++ tape = b ++ n :: a -> (length before <= length b)%nat ->
    (forall x, In x (operands n) -> (x < length b)%nat) /\
    match n with Select mask _ _ => (mask < masks b)%nat | _ => True end.
Proof.
  induction tape as [|m rest IH]; intros before formed b n a eq beyond.
  { rewrite app_nil_r in eq. subst. rewrite app_length in beyond. simpl in beyond. lia. }
  simpl in formed. apply andb_prop in formed. destruct formed as [formed others].
  apply andb_prop in formed. destruct formed as [below mask_below].
  destruct (Nat.eq_dec (length b) (length before)) as [same|further].
  - destruct (app_eq_app _ _ _ _ eq) as (mid & [[eq1 eq2]|[eq1 eq2]]).
    + rewrite eq1, app_length in same. destruct mid; [|simpl in same; lia]. rewrite app_nil_r in eq1. subst b.
      injection eq2 as -> _. split.
      * intros x here. apply (proj1 (forallb_forall _ _) below) in here. apply Nat.ltb_lt, here.
      * match goal with |- match ?node with _ => _ end => destruct node end; trivial. apply Nat.ltb_lt, mask_below.
    + rewrite eq1, app_length in same. destruct mid; [|simpl in same; lia]. rewrite app_nil_r in eq1. subst b.
      injection eq2 as -> _. split.
      * intros x here. apply (proj1 (forallb_forall _ _) below) in here. apply Nat.ltb_lt, here.
      * match goal with |- match ?node with _ => _ end => destruct node end; trivial. apply Nat.ltb_lt, mask_below.
  - apply (IH (before ++ [m])) with a.
    + rewrite masks_snoc, app_length, Nat.add_1_r. exact others.
    + rewrite <- app_assoc. exact eq.
    + rewrite app_length. simpl. lia.
Qed.

Lemma different_right ids : different ids = true -> NoDup ids.
Proof.
  induction ids as [|id rest IH]; simpl; intros once; constructor; apply andb_prop in once; destruct once as [out once]; auto.
  intros here. apply is_in_true in here. rewrite here in out. discriminate.
Qed.

(** A tape that the crate's sweep was recorded on, and is recorded alike by this one, has the VJP behind it. *)
Theorem recorded_sweep_is_vjp given tape before outputs inputs results x :
  sweep (firstn before tape) outputs inputs = (tape, results) ->
  ready (firstn before tape) outputs inputs = true ->
  smooth given inputs (at_point inputs x) (firstn before tape) ->
  forall curve v, moves inputs curve x v ->
    exists u, moves (map fst outputs) (fun s => computes given inputs tape (curve s)) (computes given inputs tape x) u /\
      total outputs (fun o => computes given inputs tape x (snd o) * u (fst o))%R =
      total (combine inputs results) (fun pair => computes given inputs tape x (snd pair) * v (fst pair))%R.
Proof.
  intros swept is_ready smooth_tape curve v moving. unfold ready in is_ready.
  apply andb_prop in is_ready. destruct is_ready as [is_ready below].
  apply andb_prop in is_ready. destruct is_ready as [is_ready fit].
  apply andb_prop in is_ready. destruct is_ready as [formed once].
  assert (outputs_below : forall o, In o outputs ->
    (fst o < length (firstn before tape))%nat /\ (snd o < length (firstn before tape))%nat).
  { intros o here. apply (proj1 (forallb_forall _ _) below) in here. apply andb_prop in here.
    destruct here as [first_below second_below]. split; apply Nat.ltb_lt; trivial. }
  pose proof (sweep_is_vjp given (firstn before tape) outputs inputs x) as right_. rewrite swept in right_.
  destruct right_ as (_ & _ & pairs); trivial.
  - intros b n a eq. apply (formed_behind_right (firstn before tape) [] formed b n a eq). simpl. lia.
  - apply different_right, once.
  - intros id here. apply (proj1 (forallb_forall _ _) fit) in here. unfold can_be_input in here.
    destruct (nth_error (firstn before tape) id) as [[]|]; trivial; discriminate.
  - destruct (pairs curve v moving) as (u & [start each] & sum). exists u. split; [|exact sum].
    assert (kept : forall z y, In y (map fst outputs) -> computes given inputs tape z y = computes given inputs (firstn before tape) z y).
    { intros z y here. apply in_map_iff in here. destruct here as (o & <- & here). unfold computes.
      rewrite <- (firstn_skipn before tape) at 1. apply value_kept. apply outputs_below, here. }
    split; [destruct moving; subst; reflexivity|]. intros y here.
    apply (is_derive_ext (fun s : R => computes given inputs (firstn before tape) (curve s) y)); [|apply each, here].
    intros s. symmetry. apply kept, here.
Qed.
