(** Along a curve through the inputs every node of a tape moves, and what the sweep pulls through a node is the adjoint of how it moves. *)

From Coq Require Import Reals ZArith List Arith Bool Lia Lra.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums Table Tape Sweep Derivatives Recording.
Import ListNotations.
Open Scope R_scope.

Local Arguments real_at : simpl never.

(** Where the numbers of the operands make a node smooth. *)
Definition smooth_node (at_ : nat -> R) (n : node) : Prop :=
  match n with
  | Unary op x => smooth_unary op (at_ x)
  | Binary op x y => smooth_binary op (at_ x) (at_ y)
  | Powi x n => (0 <= n)%Z \/ at_ x <> 0
  | Compare _ x y => at_ x <> at_ y
  | _ => True
  end.

Definition is_real (n : node) : Prop :=
  match n with NegInfinity | Float _ => False | _ => True end.

(** Whether a node behind a tape depends on the inputs. *)
Definition node_depends (inputs : list nat) (before : list node) (n : node) : bool :=
  is_in (length before) inputs || existsb (fun x => nth x (depends inputs before) false) (operands n).

(** At a point: each node that is no input is real, and smooth if it depends on the inputs. So masks may compare numbers that do not depend on
    the point, and others where they are not equal. Minus infinity has no place here. *)
Definition smooth given (inputs : list nat) (x : nat -> option R) (tape : list node) : Prop :=
  forall before n after, tape = before ++ n :: after -> is_in (length before) inputs = false ->
    is_real n /\ (node_depends inputs before n = true -> smooth_node (real_at (values given x before)) n).

(** Inputs are nodes of the tape that yield numbers, and are no constants: those are recorded once, for all who need them. *)
Definition fit_inputs (inputs : list nat) (tape : list node) : Prop :=
  forall id, In id inputs ->
    match nth_error tape id with None | Some (Constant _) | Some (Compare _ _ _) => False | _ => True end.

Lemma depends_snoc inputs tape n :
  length (depends inputs tape) = length tape ->
  depends inputs (tape ++ [n]) = depends inputs tape ++ [node_depends inputs tape n].
Proof.
  intros len. unfold depends at 1. rewrite fold_left_app. simpl. fold (depends inputs tape). rewrite len. reflexivity.
Qed.

Lemma length_depends inputs tape : length (depends inputs tape) = length tape.
Proof.
  induction tape as [|n tape IH] using rev_ind; trivial.
  rewrite depends_snoc, !app_length, IH; trivial.
Qed.

Lemma is_in_true id ids : is_in id ids = true <-> In id ids.
Proof.
  unfold is_in. rewrite existsb_exists. split.
  - intros (k & here & eq). apply Nat.eqb_eq in eq. subst. trivial.
  - intros here. exists id. split; trivial. apply Nat.eqb_refl.
Qed.

Lemma pull_operands n y dy share : In share (pull n y dy) -> In (fst share) (operands n).
Proof.
  destruct n as [| | | | |op x|op a b|x n|terms| |]; simpl; try tauto.
  - intros [<-|[]]. left. reflexivity.
  - destruct (derivative op (At x) (At y) (At dy)); simpl; [|tauto]. intros [<-|[]]. left. reflexivity.
  - intros [<-|[<-|[]]]; simpl; auto.
  - destruct n as [|[| |]|]; simpl; try tauto; intros [<-|[]]; left; reflexivity.
  - intros here. apply in_map_iff in here. destruct here as (? & <- & ?). trivial.
  - intros [<-|[<-|[]]]; simpl; auto.
Qed.

Lemma filter_forall_in {A} (l : list A) (P : A -> R -> Prop) t :
  (forall a, In a l -> locally t (P a)) -> locally t (fun s => forall a, In a l -> P a s).
Proof.
  induction l as [|a l IH]; intros each.
  - apply filter_forall. intros s a [].
  - assert (locally t (P a)) as first_one by (apply each; left; reflexivity).
    assert (locally t (fun s => forall a, In a l -> P a s)) as others by (apply IH; intros; apply each; right; trivial).
    generalize (filter_and _ _ first_one others). apply filter_imp. intros s [now rest] b [<-|here]; auto.
Qed.

Section Curve.
Variable given : nat -> R.
Variable inputs : list nat.
Variable curve : R -> nat -> R.
Variable v : nat -> R.
Hypothesis input_moves : forall i, In i inputs -> is_derive (fun s => curve s i) 0 (v i).

(** The inputs' numbers at a time. *)
Definition over (s : R) (id : nat) : option R := if is_in id inputs then Some (curve s id) else None.
Notation values_at s := (values given (over s)).
Notation decisions_at s := (decisions given (over s)).

(** How the nodes of a tape move, and why the sweep's shares are right. *)
Record tangents (tape : list node) (tau : nat -> R) : Prop := {
  node_moves : forall i, (i < length tape)%nat -> is_derive (fun s => real_at (values_at s tape) i) 0 (tau i);
  inputs_move : forall i, (i < length tape)%nat -> In i inputs -> tau i = v i;
  others_rest : forall i, (i < length tape)%nat -> nth i (depends inputs tape) false = false ->
    tau i = 0 /\ locally 0 (fun s => real_at (values_at s tape) i = real_at (values_at 0 tape) i);
  masks_rest : locally 0 (fun s => decisions_at s tape = decisions_at 0 tape);
  shares_are_adjoint : forall i n, nth_error tape i = Some n -> is_in i inputs = false ->
    forall vs ms dy,
      (forall j, (j < length tape)%nat -> real_at vs j = real_at (values_at 0 tape) j) ->
      (forall m, (m < masks tape)%nat -> nth m ms false = nth m (decisions_at 0 tape) false) ->
      total (pull n i dy) (fun share => worth vs ms (snd share) * tau (fst share)) = real_at vs dy * tau i;
}.

Section Node.
Variable tape : list node.
Variable tau : nat -> R.
Hypothesis so_far : tangents tape tau.
Variable n : node.
Hypothesis operands_below : forall x, In x (operands n) -> (x < length tape)%nat.
Hypothesis mask_below : match n with Select mask _ _ => (mask < masks tape)%nat | _ => True end.

Let moves_of x : In x (operands n) -> is_derive (fun s => real_at (values_at s tape) x) 0 (tau x).
Proof. intros here. apply (node_moves _ _ so_far), operands_below, here. Qed.

(** The last node moves so, and its shares are adjoint to that. *)
Definition moves_like (d : R) : Prop :=
  is_derive (fun s => meaning reals given (replay reals given (over s) tape) n) 0 d /\
  forall vs ms y dy,
    (forall x, In x (operands n) -> real_at vs x = real_at (values_at 0 tape) x) ->
    (forall m, (m < masks tape)%nat -> nth m ms false = nth m (decisions_at 0 tape) false) ->
    real_at vs y = meaning reals given (replay reals given (over 0) tape) n ->
    total (pull n y dy) (fun share => worth vs ms (snd share) * tau (fst share)) = real_at vs dy * d.

(** Where no operand depends on the inputs. *)
Lemma resting_node :
  (forall x, In x (operands n) -> nth x (depends inputs tape) false = false) ->
  moves_like 0 /\ locally 0 (fun s => meaning reals given (replay reals given (over s) tape) n
    = meaning reals given (replay reals given (over 0) tape) n).
Proof.
  intros rest.
  assert (steady : locally 0 (fun s => meaning reals given (replay reals given (over s) tape) n
    = meaning reals given (replay reals given (over 0) tape) n)).
  { assert (locally 0 (fun s => forall x, In x (operands n) ->
      real_at (values_at s tape) x = real_at (values_at 0 tape) x)) as operands_rest.
    { apply filter_forall_in. intros x here. apply (others_rest _ _ so_far); auto. }
    generalize (filter_and _ _ operands_rest (masks_rest _ _ so_far)). apply filter_imp.
    intros s [same same_masks]. unfold values, decisions, real_at in *.
    destruct n as [| | | |x|op x|op x y|x k|terms|op x y|m x y]; simpl in *; trivial;
      rewrite ?same_masks; repeat (rewrite same by auto); trivial.
    f_equal. apply map_ext_in. exact same. }
  split; trivial. split.
  - apply (is_derive_locally_constant (fun s => meaning reals given (replay reals given (over s) tape) n)). exact steady.
  - intros vs ms y dy _ _ _. rewrite Rmult_0_r. apply total_zero. intros share here.
    apply pull_operands in here. destruct (others_rest _ _ so_far (fst share)) as [-> _]; auto. ring.
Qed.

Lemma smooth_node_moves : is_real n -> smooth_node (real_at (values_at 0 tape)) n -> exists d, moves_like d.
Proof.
  unfold moves_like. intros real_n smooth_n.
  destruct n as [k|c| |b|x|op x|op x y|x k|terms|op x y|m x y]; simpl in *; try contradiction.
  - exists 0. split; [apply (is_derive_const (V := R_NormedModule))|]. intros. simpl. ring.
  - exists 0. split; [apply (is_derive_const (V := R_NormedModule))|]. intros. simpl. ring.
  - exists (tau x). split; [apply moves_of; auto|]. intros. simpl. ring.
  - destruct (unary_derivative op (real_at (values_at 0 tape) x) smooth_n) as (l & is_l & formula_l).
    exists (tau x * l). split.
    + apply (is_derive_comp (unary_of op) (fun s => real_at (values_at s tape) x)); [exact is_l|apply moves_of; auto].
    + intros vs ms y dy same _ is_y.
      specialize (formula_l vs ms x y dy (same x (or_introl eq_refl)) is_y).
      destruct (derivative op (At x) (At y) (At dy)); simpl; rewrite ?formula_l; [ring|].
      transitivity (real_at vs dy * l * tau x); [rewrite <- formula_l; ring|ring].
  - destruct (binary_derivative op (fun s => real_at (values_at s tape) x) (fun s => real_at (values_at s tape) y)
      (tau x) (tau y)) as (l & is_l & formula_l); [apply moves_of; auto|apply moves_of; auto|exact smooth_n|].
    exists l. split; [exact is_l|]. intros vs ms z dy same _ is_z.
    specialize (formula_l vs ms x y z dy (same x (or_introl eq_refl)) (same y (or_intror (or_introl eq_refl))) is_z).
    simpl. rewrite <- formula_l. ring.
  - exists (tau x * (IZR k * powerRZ (real_at (values_at 0 tape) x) (k - 1))). split.
    + apply (is_derive_comp (fun z => powerRZ z k) (fun s => real_at (values_at s tape) x));
        [apply is_derive_powerRZ, smooth_n|apply moves_of; auto].
    + intros vs ms y dy same _ _. specialize (same x (or_introl eq_refl)).
      assert (general : forall k, total [(x, mul (At dy) (mul (integer k) (Power (At x) (k - 1))))]
        (fun share => worth vs ms (snd share) * tau (fst share)) =
        real_at vs dy * (tau x * (IZR k * powerRZ (real_at (values_at 0 tape) x) (k - 1)))).
      { intros. cbn [total fold_right fst snd mul integer worth binary_of]. rewrite ratio_integer.
        
        rewrite same. ring. }
      destruct k as [|[k|k|]|k]; try apply general; simpl; ring.
  - exists (total terms tau). split.
    + apply (is_derive_ext (fun s => total terms (fun x => real_at (values_at s tape) x))).
      * intros s. unfold sum_of, total, values, real_at. induction terms as [|x rest IH]; simpl; trivial. f_equal.
        apply IH; intros; [apply operands_below|apply moves_of]; right; trivial.
      * apply (is_derive_total terms (fun s x => real_at (values_at s tape) x)). intros. apply moves_of. trivial.
    + intros vs ms y dy _ _ _. rewrite total_map. simpl. apply total_scal.
  - exists 0. split; [apply (is_derive_const (V := R_NormedModule))|]. intros. simpl. ring.
  - set (chosen := nth m (decisions_at 0 tape) false).
    exists (if chosen then tau x else tau y). split.
    + apply (is_derive_ext_loc (fun s => if chosen then real_at (values_at s tape) x else real_at (values_at s tape) y)).
      * generalize (masks_rest _ _ so_far). apply filter_imp. intros s same. unfold chosen. rewrite <- same. reflexivity.
      * destruct chosen; apply moves_of; auto.
    + intros vs ms z dy _ same _. rewrite (same m mask_below). fold chosen.
      rewrite ratio_integer. destruct chosen; ring.
Qed.

(** A comparison does not change its mind around the point. *)
Lemma mask_rests :
  (node_depends inputs tape n = true -> smooth_node (real_at (values_at 0 tape)) n) ->
  locally 0 (fun s => decided reals (replay reals given (over s) tape) n = decided reals (replay reals given (over 0) tape) n).
Proof.
  destruct n as [k|c| |b|x|op x|op x y|x k|terms|op x y|m x y];
    try (intros _; apply filter_forall; reflexivity).
  intros smooth_n. simpl in *.
  change (locally 0 (fun s => [holds op (real_at (values_at s tape) x) (real_at (values_at s tape) y)]
    = [holds op (real_at (values_at 0 tape) x) (real_at (values_at 0 tape) y)])).
  destruct (node_depends inputs tape (Compare op x y)) eqn:depending.
  - specialize (smooth_n eq_refl).
    assert (continuous (fun s => real_at (values_at s tape) x - real_at (values_at s tape) y) 0) as smooth_difference.
    { apply (continuous_minus (V := R_NormedModule));
        apply (ex_derive_continuous (V := R_NormedModule)); eexists; apply moves_of; auto. }
    destruct (Rlt_dec (real_at (values_at 0 tape) x) (real_at (values_at 0 tape) y)) as [below|above].
    + assert (locally 0 (fun s => real_at (values_at s tape) x - real_at (values_at s tape) y < 0)) as stays
        by (apply (smooth_difference (fun z => z < 0)), (open_lt 0); lra).
      revert stays. apply filter_imp. intros s order. f_equal. unfold holds.
      destruct op; repeat match goal with |- context [if ?d then _ else _] => destruct d end; trivial; exfalso; lra.
    + assert (locally 0 (fun s => real_at (values_at s tape) x - real_at (values_at s tape) y > 0)) as stays
        by (apply (smooth_difference (fun z => z > 0)), (open_gt 0); lra).
      revert stays. apply filter_imp. intros s order. f_equal. unfold holds.
      destruct op; repeat match goal with |- context [if ?d then _ else _] => destruct d end; trivial; exfalso; lra.
  - unfold node_depends in depending. simpl in depending.
    apply orb_false_elim in depending. destruct depending as [_ depending].
    apply orb_false_elim in depending. destruct depending as [rest_x depending].
    apply orb_false_elim in depending. destruct depending as [rest_y _].
    destruct (others_rest _ _ so_far x) as [_ steady_x]; auto.
    destruct (others_rest _ _ so_far y) as [_ steady_y]; auto.
    generalize (filter_and _ _ steady_x steady_y). apply filter_imp. intros s [-> ->]. reflexivity.
Qed.

End Node.

Lemma prefix_well_formed tape n : well_formed (tape ++ [n]) -> well_formed tape.
Proof.
  intros wf before m after eq. apply (wf before m (after ++ [n])). rewrite eq, <- app_assoc. reflexivity.
Qed.

Theorem all_move tape : well_formed tape -> fit_inputs inputs tape -> smooth given inputs (over 0) tape ->
  exists tau, tangents tape tau.
Proof.
  intros wf fit smooth_tape.
  assert (no_compare : forall id, In id inputs -> match nth_error tape id with Some (Compare _ _ _) => False | _ => True end).
  { intros id here. specialize (fit id here). destruct (nth_error tape id) as [[]|]; trivial. }
  clear fit. induction tape as [|n tape IH] using rev_ind.
  - exists (fun _ => 0). split; simpl; try (intros; lia).
    + apply filter_forall. reflexivity.
    + intros [|i]; discriminate.
  - destruct IH as [tau so_far].
    + exact (prefix_well_formed _ _ wf).
    + intros before m after eq. apply (smooth_tape before m (after ++ [n])). rewrite eq, <- app_assoc. reflexivity.
    + intros id here. specialize (no_compare id here). destruct (le_lt_dec (length tape) id).
      * rewrite (proj2 (nth_error_None tape id)) by trivial. trivial.
      * rewrite nth_error_app1 in no_compare by trivial. exact no_compare.
    + destruct (wf tape n [] eq_refl) as [below mask_below].
      set (k := length tape).
      assert (last : exists d,
        is_derive (fun s => yields given (over s) tape n) 0 d /\
        (In k inputs -> d = v k) /\
        (node_depends inputs tape n = false -> d = 0 /\
          locally 0 (fun s => yields given (over s) tape n = yields given (over 0) tape n)) /\
        (is_in k inputs = false -> forall vs ms y dy,
          (forall x, In x (operands n) -> real_at vs x = real_at (values_at 0 tape) x) ->
          (forall m, (m < masks tape)%nat -> nth m ms false = nth m (decisions_at 0 tape) false) ->
          real_at vs y = yields given (over 0) tape n ->
          total (pull n y dy) (fun share => worth vs ms (snd share) * tau (fst share)) = real_at vs dy * d)).
      { unfold yields, over. fold k. fold over. destruct (is_in k inputs) eqn:input.
        - exists (v k). apply is_in_true in input. split; [apply input_moves, input|]. split; trivial.
          split; [|discriminate]. unfold node_depends. fold k. rewrite (proj2 (is_in_true k inputs)) by trivial. discriminate.
        - assert (not_here : In k inputs -> forall d, d = v k).
          { intros here. apply is_in_true in here. congruence. }
          destruct (smooth_tape tape n [] eq_refl input) as [real_n smooth_n].
          destruct (node_depends inputs tape n) eqn:depending.
          + destruct (smooth_node_moves tape tau so_far n below mask_below real_n (smooth_n eq_refl)) as (d & moves_d & adjoint).
            exists d. split; [exact moves_d|]. split; [intros here; apply not_here, here|]. split; [discriminate|].
            intros _. exact adjoint.
          + unfold node_depends in depending. apply orb_false_elim in depending. destruct depending as [_ depending].
            destruct (resting_node tape tau so_far n below mask_below) as [[moves_0 adjoint] steady].
            { intros x here. destruct (nth x (depends inputs tape) false) eqn:eq; trivial.
              assert (existsb (fun x => nth x (depends inputs tape) false) (operands n) = true)
                by (apply existsb_exists; exists x; auto). congruence. }
            exists 0. split; [exact moves_0|]. split; [intros here; apply not_here, here|]. split; [auto|].
            intros _. exact adjoint. }
      destruct last as (d & moves_d & input_d & rest_d & adjoint_d).
      exists (fun i => if i =? k then d else tau i).
      assert (older : forall i, (i < k)%nat -> (i =? k) = false) by (intros; apply Nat.eqb_neq; lia).
      assert (cases : forall i, (i < length (tape ++ [n]))%nat -> (i < k)%nat \/ i = k)
        by (intros i below_i; rewrite app_length in below_i; simpl in below_i; fold k in below_i; lia).
      split.
      * intros i below_i. destruct (cases i below_i) as [old| ->].
        -- rewrite older by trivial. apply (is_derive_ext (fun s => real_at (values_at s tape) i)).
           ++ intros s. symmetry. apply value_kept, old.
           ++ apply (node_moves _ _ so_far), old.
        -- rewrite Nat.eqb_refl. apply (is_derive_ext (fun s => yields given (over s) tape n)); trivial.
           intros s. symmetry. apply value_last.
      * intros i below_i here. destruct (cases i below_i) as [old| ->].
        -- rewrite older by trivial. apply (inputs_move _ _ so_far); trivial.
        -- rewrite Nat.eqb_refl. auto.
      * intros i below_i resting. rewrite depends_snoc in resting by apply length_depends.
        destruct (cases i below_i) as [old| ->].
        -- rewrite older by trivial. rewrite app_nth1 in resting by (rewrite length_depends; exact old).
           destruct (others_rest _ _ so_far i old resting) as [zero steady]. split; trivial.
           revert steady. apply filter_imp. intros s eq. rewrite !value_kept by exact old. exact eq.
        -- rewrite Nat.eqb_refl. unfold k in resting. rewrite app_nth2, length_depends, Nat.sub_diag in resting by (rewrite length_depends; lia).
           destruct (rest_d resting) as [zero steady]. split; trivial.
           revert steady. apply filter_imp. intros s eq. unfold k. rewrite !value_last. exact eq.
      * assert (locally 0 (fun s => decided reals (replay reals given (over s) tape) n
          = decided reals (replay reals given (over 0) tape) n)) as last_rests.
        { destruct (is_in k inputs) eqn:input.
          - apply is_in_true in input. specialize (no_compare k input). unfold k in no_compare.
            rewrite nth_error_app2, Nat.sub_diag in no_compare by lia. simpl in no_compare.
            destruct n; try contradiction; apply filter_forall; reflexivity.
          - apply (mask_rests tape tau so_far n below mask_below). apply (smooth_tape tape n [] eq_refl input). }
        generalize (filter_and _ _ (masks_rest _ _ so_far) last_rests). apply filter_imp.
        intros s [old new]. rewrite !decisions_snoc, old, new. reflexivity.
      * intros i m at_i not_input vs ms dy same same_masks.
        assert (same_old : forall j, (j < k)%nat -> real_at vs j = real_at (values_at 0 tape) j).
        { intros j old. rewrite same by (rewrite app_length; simpl; fold k; lia). apply value_kept, old. }
        assert (same_masks_old : forall j, (j < masks tape)%nat -> nth j ms false = nth j (decisions_at 0 tape) false).
        { intros j old. rewrite same_masks by (rewrite masks_snoc; lia). apply decision_kept, old. }
        assert (of_old : forall m i, (forall x, In x (operands m) -> (x < k)%nat) ->
          total (pull m i dy) (fun share => worth vs ms (snd share) * (if fst share =? k then d else tau (fst share))) =
          total (pull m i dy) (fun share => worth vs ms (snd share) * tau (fst share))).
        { intros m' i' small. apply total_ext_in. intros share here. rewrite older; trivial.
          apply small. exact (pull_operands _ _ _ _ here). }
        destruct (le_lt_dec k i) as [new|old].
        -- assert (i = k) as ->.
           { assert (i < length (tape ++ [n]))%nat by (apply nth_error_Some; congruence). destruct (cases i); trivial. lia. }
           unfold k in at_i. rewrite nth_error_app2, Nat.sub_diag in at_i by lia. injection at_i as <-.
           rewrite of_old, Nat.eqb_refl by exact below.
           apply (adjoint_d not_input); trivial.
           ++ intros x here. apply same_old, below, here.
           ++ rewrite same by (rewrite app_length; simpl; fold k; lia). apply value_last.
        -- rewrite nth_error_app1 in at_i by exact old.
           destruct (nth_error_split _ _ at_i) as (before & after & eq & len).
           destruct (wf before m (after ++ [n])) as [small _]; [rewrite eq, <- app_assoc; reflexivity|].
           rewrite of_old, older by (trivial; intros x here; specialize (small x here); lia).
           apply (shares_are_adjoint _ _ so_far i m at_i not_input); trivial.
Qed.

End Curve.
