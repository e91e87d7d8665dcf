(** What is recorded behind a tape computes what its formula is worth, and changes nothing of what stood there. *)

From Coq Require Import Reals ZArith List Arith Bool Lia Lra.
From Hesper Require Import Sums Table Tape Sweep Derivatives.
Import ListNotations.
Open Scope R_scope.

Section Values.
Variable given : nat -> R.
Variable over : nat -> option R.

Definition values (tape : list node) : list R := fst (replay reals given over tape).
Definition decisions (tape : list node) : list bool := snd (replay reals given over tape).

Lemma replay_snoc tape n :
  replay reals given over (tape ++ [n]) = step reals given over (replay reals given over tape) n.
Proof. unfold replay. rewrite fold_left_app. reflexivity. Qed.

Lemma length_values tape : length (values tape) = length tape.
Proof.
  induction tape as [|n tape IH] using rev_ind; trivial.
  unfold values. rewrite replay_snoc. simpl. rewrite !app_length. f_equal. exact IH.
Qed.

Lemma masks_snoc tape n : masks (tape ++ [n]) = (masks tape + if is_compare n then 1 else 0)%nat.
Proof. unfold masks. rewrite filter_app, app_length. simpl. destruct (is_compare n); reflexivity. Qed.

Lemma length_decisions tape : length (decisions tape) = masks tape.
Proof.
  induction tape as [|n tape IH] using rev_ind; trivial.
  unfold decisions. rewrite replay_snoc, masks_snoc. simpl. rewrite app_length. f_equal; [exact IH|destruct n; reflexivity].
Qed.

(** What a node yields behind a tape. *)
Definition yields (tape : list node) (n : node) : R :=
  match over (length tape) with Some v => v | None => meaning reals given (replay reals given over tape) n end.

Lemma values_snoc tape n : values (tape ++ [n]) = values tape ++ [yields tape n].
Proof.
  unfold values at 1. rewrite replay_snoc. simpl. unfold yields.
  change (length (fst (replay reals given over tape))) with (length (values tape)). rewrite length_values. reflexivity.
Qed.

Lemma decisions_snoc tape n :
  decisions (tape ++ [n]) = decisions tape ++ decided reals (replay reals given over tape) n.
Proof. unfold decisions at 1. rewrite replay_snoc. reflexivity. Qed.

Lemma values_prefix tape more : exists vs, values (tape ++ more) = values tape ++ vs.
Proof.
  induction more as [|n more [vs IH]] using rev_ind; [exists []; rewrite !app_nil_r; reflexivity|].
  rewrite app_assoc, values_snoc, IH, <- app_assoc. eauto.
Qed.

Lemma decisions_prefix tape more : exists ms, decisions (tape ++ more) = decisions tape ++ ms.
Proof.
  induction more as [|n more [ms IH]] using rev_ind; [exists []; rewrite !app_nil_r; reflexivity|].
  rewrite app_assoc, decisions_snoc, IH, <- app_assoc. eauto.
Qed.

Lemma value_kept tape more id : (id < length tape)%nat -> real_at (values (tape ++ more)) id = real_at (values tape) id.
Proof.
  intros below. destruct (values_prefix tape more) as [vs ->]. apply app_nth1. rewrite length_values. exact below.
Qed.

Lemma decision_kept tape more m :
  (m < masks tape)%nat -> nth m (decisions (tape ++ more)) false = nth m (decisions tape) false.
Proof.
  intros below. destruct (decisions_prefix tape more) as [ms ->]. apply app_nth1. rewrite length_decisions. exact below.
Qed.

Lemma value_last tape n : real_at (values (tape ++ [n])) (length tape) = yields tape n.
Proof.
  rewrite values_snoc. unfold real_at, number_at. rewrite app_nth2; rewrite length_values; [|lia].
  rewrite Nat.sub_diag. reflexivity.
Qed.

Definition extends (tape tape' : list node) : Prop := exists more, tape' = tape ++ more.

Lemma extends_same tape : extends tape tape.
Proof. exists []. rewrite app_nil_r. reflexivity. Qed.

Lemma extends_more tape more : extends tape (tape ++ more).
Proof. exists more. reflexivity. Qed.

Lemma extends_trans a b c : extends a b -> extends b c -> extends a c.
Proof. intros [m ->] [m' ->]. exists (m ++ m'). rewrite app_assoc. reflexivity. Qed.

Lemma extends_length a b : extends a b -> (length a <= length b)%nat.
Proof. intros [m ->]. rewrite app_length. lia. Qed.

Lemma extends_masks a b : extends a b -> (masks a <= masks b)%nat.
Proof. intros [m ->]. unfold masks. rewrite filter_app, app_length. lia. Qed.

Lemma value_extends a b id : extends a b -> (id < length a)%nat -> real_at (values b) id = real_at (values a) id.
Proof. intros [m ->]. apply value_kept. Qed.

Lemma decision_extends a b m :
  extends a b -> (m < masks a)%nat -> nth m (decisions b) false = nth m (decisions a) false.
Proof. intros [e ->]. apply decision_kept. Qed.

(** A formula over so many nodes and masks. *)
Fixpoint closed (ids ms : nat) (f : formula) : Prop :=
  match f with
  | At id => (id < ids)%nat
  | Number _ => True
  | Apply _ x | Power x _ => closed ids ms x
  | Apply2 _ x y => closed ids ms x /\ closed ids ms y
  | Where _ x y a b => closed ids ms x /\ closed ids ms y /\ closed ids ms a /\ closed ids ms b
  | Chosen mask a b => (mask < ms)%nat /\ closed ids ms a /\ closed ids ms b
  end.
Definition closed_on (tape : list node) := closed (length tape) (masks tape).

Lemma closed_extends a b f : extends a b -> closed_on a f -> closed_on b f.
Proof.
  intros more. pose proof (extends_length _ _ more). pose proof (extends_masks _ _ more).
  unfold closed_on. induction f; simpl; intuition lia.
Qed.

Definition worth_on (tape : list node) (f : formula) : R := worth (values tape) (decisions tape) f.

Lemma worth_extends a b f : extends a b -> closed_on a f -> worth_on b f = worth_on a f.
Proof.
  intros more. unfold closed_on, worth_on. induction f; simpl; intros closed_f;
    repeat match goal with H : _ /\ _ |- _ => destruct H end;
    repeat match goal with IH : ?P -> _ = _, H : ?P |- _ => rewrite (IH H); clear IH end;
    try (rewrite (decision_extends a b) by trivial); trivial.
  apply value_extends; trivial.
Qed.

(** Where the tape began to be extended: from here on no node's number comes from elsewhere. *)
Variable original : list node.
Hypothesis over_is_original : forall id, (length original <= id)%nat -> over id = None.
Hypothesis over_no_constant : forall id c, nth_error original id = Some (Constant c) -> over id = None.

Lemma computed tape n : extends original tape ->
  yields tape n = meaning reals given (replay reals given over tape) n.
Proof. intros more. unfold yields. rewrite over_is_original; trivial. apply extends_length, more. Qed.

(** [id] yields on [tape'] what [f] is worth on [tape]. *)
Definition records (tape : list node) (f : formula) (tape' : list node) (id : nat) : Prop :=
  extends tape tape' /\ (id < length tape')%nat /\ real_at (values tape') id = worth_on tape f.

Lemma pushed tape n : extends original tape ->
  let (tape', id) := push tape n in
  extends tape tape' /\ (id < length tape')%nat /\
  real_at (values tape') id = meaning reals given (replay reals given over tape) n.
Proof.
  intros more. unfold push. split; [apply extends_more|]. split; [rewrite app_length; simpl; lia|].
  rewrite value_last, computed; trivial.
Qed.

Lemma same_number_true a b : same_number a b = true -> a = b.
Proof.
  unfold same_number. intros eq. apply andb_prop in eq. destruct eq as [eq eq3].
  apply andb_prop in eq. destruct eq as [eq1 eq2].
  apply Z.eqb_eq in eq1, eq2. apply Pos.eqb_eq in eq3.
  destruct a, b; simpl in *; congruence.
Qed.

Lemma find_constant_some tape c from id : find_constant tape c from = Some id ->
  exists before after, tape = before ++ Constant c :: after /\ id = (from + length before)%nat.
Proof.
  revert from. induction tape as [|n tape IH]; simpl; intros from found; [discriminate|].
  assert (deeper : find_constant tape c (S from) = Some id ->
    exists before after, n :: tape = before ++ Constant c :: after /\ id = (from + length before)%nat).
  { intros rest. destruct (IH _ rest) as (before & after & -> & ->). exists (n :: before), after. split; trivial. simpl. lia. }
  destruct n; auto. destruct (same_number c n) eqn:same; auto.
  apply same_number_true in same. subst. injection found as <-. exists [], tape. split; trivial. simpl. lia.
Qed.

Lemma constant_recorded tape c : extends original tape ->
  let (tape', id) := constant tape c in records tape (Number c) tape' id.
Proof.
  intros more. unfold constant. destruct (find_constant tape c 0) as [id|] eqn:found; [|apply (pushed tape (Constant c)), more].
  apply find_constant_some in found. destruct found as (before & after & eq & ->). simpl (0 + _)%nat.
  assert (over (length before) = None) as own.
  { destruct (le_lt_dec (length original) (length before)) as [|inside]; [apply over_is_original; trivial|].
    destruct more as [rest eq']. apply (over_no_constant _ c).
    rewrite <- (nth_error_app1 original rest), <- eq', eq by trivial.
    rewrite nth_error_app2, Nat.sub_diag; trivial. }
  split; [apply extends_same|]. split; [rewrite eq, app_length; simpl; lia|].
  rewrite eq. replace (before ++ Constant c :: after) with ((before ++ [Constant c]) ++ after) by (rewrite <- app_assoc; reflexivity).
  rewrite value_kept by (rewrite app_length; simpl; lia). rewrite value_last. unfold yields. rewrite own. reflexivity.
Qed.

Theorem record_is_right f : forall tape, extends original tape -> closed_on tape f ->
  let (tape', id) := record f tape in records tape f tape' id.
Proof.
  induction f as [id|c|op x IHx|op x IHx y IHy|x IHx n|op x IHx y IHy a IHa b IHb|m a IHa b IHb];
    simpl; intros tape more closed_f.
  - split; [apply extends_same|]. split; trivial.
  - apply constant_recorded, more.
  - specialize (IHx tape more closed_f). destruct (record x tape) as [tx ix]. destruct IHx as (ext & below & eq).
    pose proof (pushed tx (Unary op ix) (extends_trans _ _ _ more ext)) as last.
    destruct (push tx (Unary op ix)) as [t i]. destruct last as (ext' & below' & eq').
    split; [eapply extends_trans; eassumption|]. split; trivial.
    rewrite eq'. unfold worth_on in *. simpl. rewrite <- eq. reflexivity.
  - destruct closed_f as [closed_x closed_y].
    specialize (IHx tape more closed_x). destruct (record x tape) as [tx ix]. destruct IHx as (ext & below & eq).
    pose proof (extends_trans _ _ _ more ext) as more_x.
    specialize (IHy tx more_x (closed_extends _ _ _ ext closed_y)). destruct (record y tx) as [ty iy].
    destruct IHy as (ext_y & below_y & eq_y). rewrite (worth_extends tape tx) in eq_y by trivial.
    pose proof (pushed ty (Binary op ix iy) (extends_trans _ _ _ more_x ext_y)) as last.
    destruct (push ty (Binary op ix iy)) as [t i]. destruct last as (ext' & below' & eq').
    split; [eauto using extends_trans|]. split; trivial.
    rewrite eq'. rewrite <- (value_extends tx ty) in eq by trivial.
    unfold worth_on in *. simpl. rewrite <- eq, <- eq_y. reflexivity.
  - specialize (IHx tape more closed_f). destruct (record x tape) as [tx ix]. destruct IHx as (ext & below & eq).
    pose proof (pushed tx (Powi ix n) (extends_trans _ _ _ more ext)) as last.
    destruct (push tx (Powi ix n)) as [t i]. destruct last as (ext' & below' & eq').
    split; [eapply extends_trans; eassumption|]. split; trivial.
    rewrite eq'. unfold worth_on in *. simpl. rewrite <- eq. reflexivity.
  - destruct closed_f as (closed_x & closed_y & closed_a & closed_b).
    specialize (IHx tape more closed_x). destruct (record x tape) as [tx ix]. destruct IHx as (ext & below & eq).
    pose proof (extends_trans _ _ _ more ext) as more_x.
    specialize (IHy tx more_x (closed_extends _ _ _ ext closed_y)). destruct (record y tx) as [ty iy].
    destruct IHy as (ext_y & below_y & eq_y). rewrite (worth_extends tape tx) in eq_y by trivial.
    pose proof (extends_trans _ _ _ more_x ext_y) as more_y.
    pose proof (extends_trans _ _ _ ext ext_y) as ext_y'.
    specialize (IHa ty more_y (closed_extends _ _ _ ext_y' closed_a)). destruct (record a ty) as [ta ia].
    destruct IHa as (ext_a & below_a & eq_a). rewrite (worth_extends tape ty) in eq_a by trivial.
    pose proof (extends_trans _ _ _ more_y ext_a) as more_a.
    pose proof (extends_trans _ _ _ ext_y' ext_a) as ext_a'.
    specialize (IHb ta more_a (closed_extends _ _ _ ext_a' closed_b)). destruct (record b ta) as [tb ib].
    destruct IHb as (ext_b & below_b & eq_b). rewrite (worth_extends tape ta) in eq_b by trivial.
    pose proof (extends_trans _ _ _ more_a ext_b) as more_b.
    pose proof (extends_trans _ _ _ ext_a' ext_b) as ext_b'.
    pose proof (extends_trans _ _ _ ext_a ext_b) as ext_ab.
    simpl push. cbv beta iota zeta.
    set (tc := tb ++ [Compare op ix iy]). assert (ext_c : extends tb tc) by apply extends_more.
    pose proof (pushed tc (Select (masks tb) ia ib) (extends_trans _ _ _ more_b ext_c)) as last.
    unfold push in *. destruct last as (ext' & below' & eq').
    split; [eauto using extends_trans|]. split; trivial. rewrite eq'.
    unfold worth_on in *. simpl.
    change (snd (replay reals given over tc)) with (decisions tc). change (fst (replay reals given over tc)) with (values tc).
    change (number_at reals (values tc)) with (real_at (values tc)).
    unfold tc at 1. rewrite decisions_snoc, app_nth2; rewrite length_decisions; [|lia]. rewrite Nat.sub_diag. simpl.
    change (fst (replay reals given over tb)) with (values tb).
    change (number_at reals (values tb)) with (real_at (values tb)).
    rewrite (value_extends ty tb iy), eq_y, (value_extends tx tb ix), eq by eauto using extends_trans.
    rewrite (value_extends ta tc ia), eq_a, (value_extends tb tc ib), eq_b by eauto using extends_trans. reflexivity.
  - destruct closed_f as (below_m & closed_a & closed_b).
    specialize (IHa tape more closed_a). destruct (record a tape) as [ta ia]. destruct IHa as (ext & below & eq).
    pose proof (extends_trans _ _ _ more ext) as more_a.
    specialize (IHb ta more_a (closed_extends _ _ _ ext closed_b)). destruct (record b ta) as [tb ib].
    destruct IHb as (ext_b & below_b & eq_b). rewrite (worth_extends tape ta) in eq_b by trivial.
    pose proof (pushed tb (Select m ia ib) (extends_trans _ _ _ more_a ext_b)) as last.
    destruct (push tb (Select m ia ib)) as [t i]. destruct last as (ext' & below' & eq').
    split; [eauto using extends_trans|]. split; trivial. rewrite eq'.
    unfold worth_on in *. simpl.
    change (snd (replay reals given over tb)) with (decisions tb). change (fst (replay reals given over tb)) with (values tb).
    change (number_at reals (values tb)) with (real_at (values tb)).
    rewrite (decision_extends tape tb) by eauto using extends_trans.
    rewrite (value_extends ta tb ia), eq, eq_b by trivial. reflexivity.
Qed.

(** Several formulas, paired with any weights of the nodes that they are for. *)
Theorem record_all_is_right (weight : nat -> R) shares : forall tape, extends original tape ->
  (forall share, In share shares -> closed_on tape (snd share)) ->
  let (tape', recorded) := record_all shares tape in
  extends tape tape' /\
  (forall part, In part recorded -> In (fst part) (map fst shares) /\ (snd part < length tape')%nat) /\
  total recorded (fun part => real_at (values tape') (snd part) * weight (fst part)) =
  total shares (fun share => worth_on tape (snd share) * weight (fst share)).
Proof.
  induction shares as [|[id f] rest IH]; simpl; intros tape more closed_all.
  - split; [apply extends_same|]. split; [contradiction|reflexivity].
  - pose proof (record_is_right f tape more (closed_all _ (or_introl eq_refl))) as first_f.
    destruct (record f tape) as [tf c]. destruct first_f as (ext & below & eq).
    assert (closed_rest : forall share, In share rest -> closed_on tf (snd share)).
    { intros share here. apply (closed_extends tape); auto. }
    specialize (IH tf (extends_trans _ _ _ more ext) closed_rest).
    destruct (record_all rest tf) as [t others]. destruct IH as (ext' & each & sum).
    split; [eapply extends_trans; eassumption|]. split.
    + intros part [<-|here]; simpl.
      * split; [left; reflexivity|]. apply extends_length in ext'. lia.
      * destruct (each part here). auto.
    + simpl. rewrite (value_extends tf t), eq, sum by trivial. f_equal.
      apply total_ext_in. intros share here. rewrite (worth_extends tape tf); auto.
Qed.

Theorem total_of_is_right parts tape : extends original tape ->
  (forall id, In id parts -> (id < length tape)%nat) ->
  let (tape', id) := total_of parts tape in
  extends tape tape' /\ (id < length tape')%nat /\ real_at (values tape') id = total parts (real_at (values tape)).
Proof.
  intros more below.
  assert (summed : let (tape', id) := push tape (Sum parts) in
    extends tape tape' /\ (id < length tape')%nat /\ real_at (values tape') id = total parts (real_at (values tape))).
  { pose proof (pushed tape (Sum parts) more) as last. destruct (push tape (Sum parts)). destruct last as (? & ? & eq).
    split; trivial. split; trivial. rewrite eq. simpl. unfold sum_of, total.
    change (fst (replay reals given over tape)) with (values tape). generalize parts.
    induction parts0 as [|id rest IH]; simpl; trivial. rewrite IH. reflexivity. }
  destruct parts as [|only [|other rest]]; try exact summed.
  simpl. split; [apply extends_same|]. split; [apply below; left; reflexivity|]. lra.
Qed.

End Values.
