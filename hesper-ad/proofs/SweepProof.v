(** The reverse sweep is right: what it records behind a tape is the VJP of what the tape computes. By induction over the tape. *)

From Coq Require Import Reals ZArith List Arith Bool Lia Lra FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Vjp Table Tape Sweep Derivatives Recording Tangents.
Import ListNotations.
Open Scope R_scope.

Local Arguments real_at : simpl never.

(** The inputs' numbers at a point. *)
Definition at_point (inputs : list nat) (x : nat -> R) (id : nat) : option R :=
  if is_in id inputs then Some (x id) else None.

(** Each contribution counts for its target, once. *)
Lemma total_by_target (bag : contributions) (L : list nat) (g h : nat -> R) :
  NoDup L -> (forall part, In part bag -> In (fst part) L) ->
  total bag (fun part => g (snd part) * h (fst part)) = total L (fun i => total (parts bag i) g * h i).
Proof.
  intros once. induction bag as [|[i c] bag IH]; intros targets.
  - simpl. symmetry. apply total_zero. intros. simpl. ring.
  - simpl total at 1. rewrite IH by (intros; apply targets; right; trivial).
    rewrite (total_ext L (fun k => total (parts ((i, c) :: bag) k) g * h k)
      (fun k => (if Nat.eq_dec i k then g c * h k else 0) + total (parts bag k) g * h k)).
    + rewrite total_plus. f_equal. rewrite (total_only Nat.eq_dec L i); trivial.
      * destruct (Nat.eq_dec i i); [reflexivity|congruence].
      * apply (targets (i, c)). left. reflexivity.
      * intros k _ other. destruct (Nat.eq_dec i k); [congruence|reflexivity].
    + intros k. unfold parts. simpl. destruct (Nat.eq_dec i k) as [->|different].
      * rewrite Nat.eqb_refl. simpl. ring.
      * rewrite (proj2 (Nat.eqb_neq i k)) by trivial. ring.
Qed.

Lemma total_filter {A} (p : A -> bool) (l : list A) (f : A -> R) :
  (forall a, In a l -> p a = false -> f a = 0) -> total (filter p l) f = total l f.
Proof.
  induction l as [|a l IH]; intros zero; trivial. simpl.
  destruct (p a) eqn:kept; simpl; rewrite IH by (intros; apply zero; trivial; right; trivial); trivial.
  rewrite (zero a); [lra|left; reflexivity|trivial].
Qed.

Lemma total_without (bag : contributions) id (g h : nat -> R) :
  total (without bag id) (fun part => g (snd part) * h (fst part)) + total (parts bag id) g * h id =
  total bag (fun part => g (snd part) * h (fst part)).
Proof.
  induction bag as [|[i c] bag IH]; [simpl; ring|].
  unfold without, parts in *. simpl. destruct (Nat.eqb_spec i id) as [->|]; simpl; rewrite <- IH; ring.
Qed.

Section Swept.
Variable given : nat -> R.
Variable inputs : list nat.
Variable curve : R -> nat -> R.
Variable v : nat -> R.
Variable tape : list node.
Variable tau : nat -> R.
Hypothesis inputs_once : NoDup inputs.
Hypothesis formed : well_formed tape.
Hypothesis fit : fit_inputs inputs tape.
Hypothesis moving : tangents given inputs curve v tape tau.

Notation point := (over inputs curve 0).
Notation now := (values given point).

Lemma over_original : forall id, (length tape <= id)%nat -> point id = None.
Proof.
  intros id beyond. unfold over. destruct (is_in id inputs) eqn:input; trivial.
  apply is_in_true in input. specialize (fit id input).
  rewrite (proj2 (nth_error_None tape id)) in fit by trivial. contradiction.
Qed.

Lemma over_constant : forall id c, nth_error tape id = Some (Constant c) -> point id = None.
Proof.
  intros id c here. unfold over. destruct (is_in id inputs) eqn:input; trivial.
  apply is_in_true in input. specialize (fit id input). rewrite here in fit. contradiction.
Qed.

(** What the contributions still owe. *)
Definition owed (t : list node) (bag : contributions) : R :=
  total bag (fun part => real_at (now t) (snd part) * tau (fst part)).

(** A sweep under way: nodes from [k] on have handed on what they got, but for inputs, which keep it; [sum] is what is owed throughout. *)
Definition under_way (k : nat) (sum : R) (at_ : list node * contributions) : Prop :=
  let (t, bag) := at_ in
  extends tape t /\ owed t bag = sum /\
  forall part, In part bag -> (snd part < length t)%nat /\ (fst part < length tape)%nat /\
    ((fst part < k)%nat \/ In (fst part) inputs).

Lemma owed_extends t t' bag : extends t t' -> (forall part, In part bag -> (snd part < length t)%nat) ->
  owed t' bag = owed t bag.
Proof.
  intros more below. apply total_ext_in. intros part here. rewrite (value_extends given point t t'); auto.
Qed.

(** What does not depend on the inputs does not move: leaving it out changes nothing. *)
Lemma contributed t bag shares :
  (forall part, In part shares -> (fst part < length tape)%nat) ->
  owed t (contribute (depends inputs tape) bag shares) = owed t bag + owed t shares.
Proof.
  intros below. unfold owed, contribute. rewrite total_app. f_equal. apply total_filter.
  intros part here resting. destruct (others_rest _ _ _ _ _ _ moving (fst part) (below part here) resting) as [-> _]. ring.
Qed.

Lemma pull_closed t n y dy : extends tape t -> nth_error tape y = Some n -> (dy < length t)%nat ->
  forall share, In share (pull n y dy) -> closed_on t (snd share).
Proof.
  intros more at_y below share here.
  destruct (nth_error_split _ _ at_y) as (before & after & eq & len).
  destruct (formed before n after eq) as [operands_below mask_below].
  assert (y < length t)%nat as below_y.
  { apply extends_length in more. assert (y < length tape)%nat by (apply nth_error_Some; congruence). lia. }
  assert (operands_t : forall x, In x (operands n) -> (x < length t)%nat) by (intros x in_n; specialize (operands_below x in_n); lia).
  assert (masks_t : match n with Select mask _ _ => (mask < masks t)%nat | _ => True end).
  { destruct n; trivial. apply (Nat.lt_le_trans _ (masks before)); trivial.
    apply extends_masks. apply (extends_trans _ tape); trivial. exists (Select mask on_true on_false :: after). exact eq. }
  unfold closed_on.
  destruct n as [| | | |x|op x|op a b|x k|terms| |m a b]; simpl in here; try contradiction.
  - destruct here as [<-|[]]. exact below.
  - specialize (operands_t x (or_introl eq_refl)).
    destruct op; simpl in here; try contradiction; destruct here as [<-|[]]; simpl; auto.
  - assert (a < length t)%nat by (apply operands_t; left; reflexivity).
    assert (b < length t)%nat by (apply operands_t; right; left; reflexivity).
    destruct here as [<-|[<-|[]]]; destruct op; simpl; auto.
  - specialize (operands_t x (or_introl eq_refl)).
    destruct k as [|[| |]|]; simpl in here; try contradiction; destruct here as [<-|[]]; simpl; auto.
  - apply in_map_iff in here. destruct here as (? & <- & _). exact below.
  - destruct here as [<-|[<-|[]]]; simpl; auto.
Qed.

Lemma visited k sum at_ : (k < length tape)%nat ->
  under_way (S k) sum at_ -> under_way k sum (visit tape inputs (depends inputs tape) at_ k).
Proof.
  destruct at_ as [t bag]. intros below (more & owes & each). unfold visit.
  destruct (is_in k inputs) eqn:input.
  { split; trivial. split; trivial. intros part here. destruct (each part here) as (? & ? & where_).
    split; trivial. split; trivial. destruct where_; auto.
    apply is_in_true in input. destruct (Nat.eq_dec (fst part) k) as [->|]; auto. left. lia. }
  destruct (parts bag k) as [|first_part other_parts] eqn:found.
  { split; trivial. split; trivial. intros part here. destruct (each part here) as (? & ? & where_).
    split; trivial. split; trivial. destruct where_; auto.
    destruct (Nat.eq_dec (fst part) k) as [eq|]; [|left; lia]. exfalso.
    assert (In (snd part) (parts bag k)) as there.
    { unfold parts. apply in_map, filter_In. split; trivial. apply Nat.eqb_eq, eq. }
    rewrite found in there. contradiction. }
  rewrite <- found.
  assert (parts_below : forall id, In id (parts bag k) -> (id < length t)%nat).
  { intros id here. unfold parts in here. apply in_map_iff in here. destruct here as (part & <- & here).
    apply filter_In in here. apply each, here. }
  pose proof (total_of_is_right given point tape over_original (parts bag k) t more parts_below) as summed.
  destruct (total_of (parts bag k) t) as [td dy]. destruct summed as (ext & below_dy & is_dy).
  pose proof (extends_trans _ _ _ more ext) as more_d.
  destruct (nth_error tape k) as [n|] eqn:at_k; [|apply nth_error_None in at_k; lia].
  rewrite (nth_error_nth tape k NegInfinity at_k).
  pose proof (record_all_is_right given point tape over_original over_constant tau (pull n k dy) td more_d
    (pull_closed td n k dy more_d at_k below_dy)) as recorded.
  destruct (record_all (pull n k dy) td) as [t' shares]. destruct recorded as (ext' & each_share & sum_shares).
  destruct (nth_error_split _ _ at_k) as (before & after & eq & len).
  destruct (formed before n after eq) as [operands_below _].
  assert (targets_below : forall part, In part shares -> (fst part < k)%nat).
  { intros part here. destruct (each_share part here) as [target _]. apply in_map_iff in target.
    destruct target as (share & same & target). rewrite <- same. rewrite <- len.
    apply operands_below, (pull_operands _ _ _ _ target). }
  pose proof (extends_trans _ _ _ ext ext') as ext_t.
  split; [eauto using extends_trans|]. split.
  - rewrite contributed by (intros part here; specialize (targets_below part here); lia).
    rewrite (owed_extends t t') by (trivial; intros part here; apply filter_In in here; apply each, here).
    unfold owed at 2. unfold worth_on in sum_shares. rewrite sum_shares.
    rewrite (shares_are_adjoint _ _ _ _ _ _ moving k n at_k input (now td) (decisions given point td) dy).
    + rewrite is_dy, <- owes. apply total_without.
    + intros j old. apply (value_extends given point tape td j more_d old).
    + intros m old. apply (decision_extends given point tape td m more_d old).
  - intros part here. unfold contribute in here. apply in_app_or in here. destruct here as [here|here].
    + apply filter_In in here. destruct here as [here other]. destruct (each part here) as (old & original & where_).
      split; [apply extends_length in ext_t; lia|]. split; trivial.
      destruct where_; auto. left. destruct (Nat.eqb_spec (fst part) k); [discriminate|lia].
    + apply filter_In in here. destruct here as [here _]. specialize (targets_below part here).
      split; [apply each_share, here|]. split; [lia|auto].
Qed.

Lemma all_visited k sum at_ : (k <= length tape)%nat -> under_way k sum at_ ->
  under_way 0 sum (fold_left (visit tape inputs (depends inputs tape)) (rev (seq 0 k)) at_).
Proof.
  revert at_. induction k as [|k IH]; intros at_ below begun; [exact begun|].
  rewrite seq_S, rev_app_distr. simpl. apply IH; [lia|]. apply visited; [lia|exact begun].
Qed.

Lemma collected L bag : forall t, extends tape t -> (forall part, In part bag -> (snd part < length t)%nat) ->
  let (t', results) := collect L bag t in
  extends t t' /\ length results = length L /\ (forall r, In r results -> (r < length t')%nat) /\
  total (combine L results) (fun pair => real_at (now t') (snd pair) * v (fst pair)) =
  total L (fun i => total (parts bag i) (real_at (now t)) * v i).
Proof.
  induction L as [|id L IH]; simpl; intros t more below.
  { split; [apply extends_same|]. split; trivial. split; [contradiction|reflexivity]. }
  assert (parts_below : forall c, In c (parts bag id) -> (c < length t)%nat).
  { intros c here. unfold parts in here. apply in_map_iff in here. destruct here as (part & <- & here).
    apply filter_In in here. apply below, here. }
  assert (one : let (t', r) := cotangent bag id t in
    extends t t' /\ (r < length t')%nat /\ real_at (now t') r = total (parts bag id) (real_at (now t))).
  { unfold cotangent. destruct (parts bag id) as [|c cs] eqn:found.
    - apply (constant_recorded given point tape over_original over_constant t (Decimal 0 0 1) more).
    - apply (total_of_is_right given point tape over_original (c :: cs) t more). rewrite <- found in *. exact parts_below. }
  revert one. destruct (cotangent bag id t) as [t1 r].
  intros (ext & below_r & is_r).
  assert (below_1 : forall part, In part bag -> (snd part < length t1)%nat).
  { intros part here. specialize (below part here). apply extends_length in ext. lia. }
  specialize (IH t1 (extends_trans _ _ _ more ext) below_1).
  destruct (collect L bag t1) as [t2 rs]. destruct IH as (ext' & len & below_rs & sum).
  split; [eauto using extends_trans|]. split; [simpl; congruence|]. split.
  - intros q [<-|here]; [apply extends_length in ext'; lia|auto].
  - simpl. rewrite (value_extends given point t1 t2), is_r, sum by trivial. f_equal.
    apply total_ext_in. intros i here. f_equal. apply total_ext_in. intros c at_c.
    apply (value_extends given point t t1 c ext).
    unfold parts in at_c. apply in_map_iff in at_c. destruct at_c as (part & <- & at_c).
    apply filter_In in at_c. apply below, at_c.
Qed.

Theorem sweep_pairs outputs :
  (forall o, In o outputs -> (fst o < length tape)%nat /\ (snd o < length tape)%nat) ->
  let (tape', results) := sweep tape outputs inputs in
  extends tape tape' /\ length results = length inputs /\ (forall r, In r results -> (r < length tape')%nat) /\
  total outputs (fun o => real_at (now tape') (snd o) * tau (fst o)) =
  total (combine inputs results) (fun pair => real_at (now tape') (snd pair) * v (fst pair)).
Proof.
  intros outputs_below. unfold sweep.
  assert (begun : under_way (length tape) (owed tape outputs) (tape, contribute (depends inputs tape) [] outputs)).
  { split; [apply extends_same|]. split.
    - rewrite contributed by (intros; apply outputs_below; trivial). unfold owed at 1. simpl. ring.
    - intros part here. unfold contribute in here. simpl in here. apply filter_In in here.
      destruct (outputs_below part (proj1 here)). auto. }
  pose proof (all_visited _ _ _ (le_n _) begun) as done.
  destruct (fold_left (visit tape inputs (depends inputs tape)) (rev (seq 0 (length tape))) _) as [t bag].
  destruct done as (more & owes & each).
  assert (below : forall part, In part bag -> (snd part < length t)%nat) by (intros; apply each; trivial).
  pose proof (collected inputs bag t more below) as results_right.
  destruct (collect inputs bag t) as [tape' results]. destruct results_right as (ext & len & below_r & sum).
  pose proof (extends_trans _ _ _ more ext) as all_more.
  split; trivial. split; trivial. split; trivial.
  rewrite sum. transitivity (owed tape outputs).
  - apply total_ext_in. intros o here. rewrite (value_extends given point tape tape'); trivial. apply outputs_below, here.
  - rewrite <- owes. unfold owed.
    rewrite (total_by_target bag inputs (real_at (now t)) tau inputs_once).
    + apply total_ext_in. intros i here. f_equal. apply (inputs_move _ _ _ _ _ _ moving); trivial.
      specialize (fit i here). apply nth_error_Some. destruct (nth_error tape i); [discriminate|contradiction].
    + intros part here. destruct (each part here) as (_ & _ & [impossible|input]); [lia|trivial].
Qed.

End Swept.

(** What the outputs are as a function of the inputs' numbers. *)
Definition computes (given : nat -> R) (inputs : list nat) (tape : list node) (x : nat -> R) (id : nat) : R :=
  real_at (values given (at_point inputs x) tape) id.

(** The sweep is right. Behind a tape it records nodes that, for whatever the outputs' cotangents are, yield the VJP of what the tape computes. *)
Theorem sweep_is_vjp given tape outputs inputs x :
  well_formed tape -> NoDup inputs -> fit_inputs inputs tape ->
  smooth given inputs (at_point inputs x) tape ->
  (forall o, In o outputs -> (fst o < length tape)%nat /\ (snd o < length tape)%nat) ->
  let (tape', results) := sweep tape outputs inputs in
  extends tape tape' /\ length results = length inputs /\
  let yields := computes given inputs tape' x in
  forall curve v, moves inputs curve x v ->
    exists u, moves (map fst outputs) (fun s => computes given inputs tape (curve s)) (computes given inputs tape x) u /\
      total outputs (fun o => yields (snd o) * u (fst o)) =
      total (combine inputs results) (fun pair => yields (snd pair) * v (fst pair)).
Proof.
  intros formed once fit smooth_tape outputs_below.
  assert (all : forall curve v, moves inputs curve x v -> exists tau, tangents given inputs curve v tape tau).
  { intros curve v [start each]. apply all_move; trivial. subst x. exact smooth_tape. }
  assert (pairs : forall curve v tau, moves inputs curve x v -> tangents given inputs curve v tape tau ->
    let (tape', results) := sweep tape outputs inputs in
    extends tape tape' /\ length results = length inputs /\ (forall r, In r results -> (r < length tape')%nat) /\
    total outputs (fun o => computes given inputs tape' x (snd o) * tau (fst o)) =
    total (combine inputs results) (fun pair => computes given inputs tape' x (snd pair) * v (fst pair))).
  { intros curve v tau [start each] moving. subst x.
    exact (sweep_pairs given inputs curve v tape tau once formed fit moving outputs outputs_below). }
  assert (still : moves inputs (fun _ => x) x (fun _ => 0))
    by (split; trivial; intros; apply (is_derive_const (V := R_NormedModule))).
  destruct (all _ _ still) as [tau moving]. pose proof (pairs _ _ _ still moving) as kept.
  destruct (sweep tape outputs inputs) as [tape' results]. destruct kept as (more & len & _). clear tau moving still.
  split; trivial. split; trivial. intros yields curve v velocity.
  destruct (all curve v velocity) as [tau moving]. destruct (pairs curve v tau velocity moving) as (_ & _ & _ & sum).
  exists tau. split; [|exact sum]. destruct velocity as [start _]. split; [subst; reflexivity|].
  intros y here. apply in_map_iff in here. destruct here as (o & <- & here).
  apply (node_moves _ _ _ _ _ _ moving). apply outputs_below, here.
Qed.

(** Each result is the sum of the outputs' cotangents times their partial derivatives by that input. *)
Corollary sweep_sums_partials given tape outputs inputs x k :
  well_formed tape -> NoDup inputs -> fit_inputs inputs tape ->
  smooth given inputs (at_point inputs x) tape ->
  (forall o, In o outputs -> (fst o < length tape)%nat /\ (snd o < length tape)%nat) ->
  (k < length inputs)%nat ->
  let (tape', results) := sweep tape outputs inputs in
  exists partial,
    (forall o, In o outputs ->
      is_derive (fun t => computes given inputs tape (nudged Nat.eq_dec x (nth k inputs 0%nat) t) (fst o)) 0 (partial (fst o))) /\
    computes given inputs tape' x (nth k results 0%nat) =
    total outputs (fun o => computes given inputs tape' x (snd o) * partial (fst o)).
Proof.
  intros formed once fit smooth_tape outputs_below below.
  pose proof (sweep_is_vjp given tape outputs inputs x formed once fit smooth_tape outputs_below) as right_.
  destruct (sweep tape outputs inputs) as [tape' results]. destruct right_ as (_ & len & pairs). simpl in pairs.
  set (i := nth k inputs 0%nat).
  destruct (pairs (nudged Nat.eq_dec x i) (fun j => if Nat.eq_dec j i then 1 else 0)) as (u & [_ each] & sum).
  - split.
    + extensionality j. unfold nudged. destruct (Nat.eq_dec j i); lra.
    + intros j _. unfold nudged. destruct (Nat.eq_dec j i); auto_derive; trivial; lra.
  - exists u. split.
    + intros o here. apply each, in_map, here.
    + rewrite sum. unfold i. generalize (computes given inputs tape' x). intros yields.
      clear - len once below. revert inputs results len once below.
      assert (none : forall (L R' : list nat) (f : nat -> R) i, ~ In i L ->
        total (combine L R') (fun pair => f (snd pair) * (if Nat.eq_dec (fst pair) i then 1 else 0)) = 0).
      { intros L R' f i out. apply total_zero. intros [j r] here. simpl. apply in_combine_l in here.
        destruct (Nat.eq_dec j i); [subst; contradiction|lra]. }
      induction k as [|k IH]; intros [|i L] [|r rs] len once below; simpl in *; try lia; inversion once; subst.
      * rewrite none by trivial. destruct (Nat.eq_dec i i); [lra|congruence].
      * rewrite <- IH by (trivial; lia). destruct (Nat.eq_dec i (nth k L 0%nat)) as [eq|]; [|lra].
        exfalso. apply H1. rewrite eq. apply nth_In. lia.
Qed.

(** Where the inputs' numbers are those that they compute themselves, all of this is about plain runs of the tapes. *)
Lemma point_is_run given inputs x tape more :
  (forall id, In id inputs -> (id < length tape)%nat /\ x id = real_at (values given nothing tape) id) ->
  values given (at_point inputs x) (tape ++ more) = values given nothing (tape ++ more).
Proof.
  intros own.
  assert (both : forall rest, (exists after, tape ++ more = rest ++ after) ->
    replay reals given (at_point inputs x) rest = replay reals given nothing rest).
  { induction rest as [|n rest IH] using rev_ind; trivial. intros [after eq].
    rewrite <- app_assoc in eq. simpl in eq.
    rewrite !replay_snoc, IH by (exists (n :: after); exact eq).
    unfold step. f_equal. f_equal. f_equal.
    change (length (fst (replay reals given nothing rest))) with (length (values given nothing rest)). rewrite length_values.
    unfold at_point. destruct (is_in (length rest) inputs) eqn:input; trivial. apply is_in_true in input.
    destruct (own _ input) as [below ->].
    rewrite <- (value_kept given nothing tape more), eq by trivial.
    replace (rest ++ n :: after) with ((rest ++ [n]) ++ after) by (rewrite <- app_assoc; reflexivity).
    rewrite value_kept by (rewrite app_length; simpl; lia). apply value_last. }
  unfold values. rewrite both; trivial. exists []. rewrite app_nil_r. reflexivity.
Qed.
