(** What a VJP is, and what keeps it: the chain rule, values that are shared, inputs side by side.

    A tensor is a function from indices; the list of its indices says over what to sum. A curve through a point [x] moves with the
    velocity [v]; where a function takes every such curve to one that has a velocity too, and cotangents paired with it are the
    pulled cotangents paired with [v], these are its vector-Jacobian product at [x]. Along curves, not lines alone, the notion composes;
    that what it determines are the partial derivatives of the function, transposed, is [vjp_transposes_partials]. *)

From Coq Require Import Reals List Lra FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Hesper Require Import Sums.
Import ListNotations.
Open Scope R_scope.

(** A curve is at [x] at time 0, and has the velocity [v] there. *)
Definition moves {I} (L : list I) (curve : R -> I -> R) (x v : I -> R) : Prop :=
  curve 0 = x /\ forall i, In i L -> is_derive (fun t => curve t i) 0 (v i).

(** [pull] takes cotangents of the results [M] of [f] at [x] to those of its inputs [L]. *)
Definition vjp {I J} (L : list I) (M : list J) (f : (I -> R) -> J -> R) (x : I -> R)
    (pull : (J -> R) -> I -> R) : Prop :=
  forall curve v, moves L curve x v ->
    exists u, moves M (fun t => f (curve t)) (f x) u /\
      forall w, total M (fun j => w j * u j) = total L (fun i => pull w i * v i).

(** The chain rule preserves being a VJP. *)
Theorem vjp_chain {I J K} (L : list I) (M : list J) (N : list K) f g x pull_f pull_g :
  vjp L M f x pull_f -> vjp M N g (f x) pull_g ->
  vjp L N (fun x => g (f x)) x (fun w => pull_f (pull_g w)).
Proof.
  intros of_f of_g curve v moving.
  destruct (of_f curve v moving) as (u & moving_f & pairs_f).
  destruct (of_g _ u moving_f) as (z & moving_g & pairs_g).
  exists z. split; [exact moving_g|]. intros w. rewrite pairs_g. apply pairs_f.
Qed.

Lemma vjp_same {I} (L : list I) x : vjp L L (fun x => x) x (fun w => w).
Proof. intros curve v moving. exists v. split; [exact moving|reflexivity]. Qed.

(** What agrees with a function on its results, and with its VJP on its inputs, has that VJP. *)
Lemma vjp_ext {I J} (L : list I) (M : list J) f g x pull pull' :
  (forall x j, In j M -> g x j = f x j) -> (forall w i, In i L -> pull' w i = pull w i) ->
  vjp L M f x pull -> vjp L M g x pull'.
Proof.
  intros same same_pull of_f curve v moving.
  destruct (of_f curve v moving) as (u & [_ each] & pairs).
  exists u. split.
  - split; [destruct moving; subst; reflexivity|]. intros j here.
    apply (is_derive_ext (fun t => f (curve t) j)); [|apply each, here]. intros t. symmetry. apply same, here.
  - intros w. rewrite pairs. apply total_ext_in. intros i here. rewrite same_pull; trivial.
Qed.

(** Results of two kinds side by side. *)
Definition beside {J K} (y : J -> R) (z : K -> R) : J + K -> R :=
  fun at_ => match at_ with inl j => y j | inr k => z k end.
Definition both {J K} (M : list J) (N : list K) : list (J + K) := map inl M ++ map inr N.
Definition left {J K} (w : J + K -> R) : J -> R := fun j => w (inl j).
Definition right {J K} (w : J + K -> R) : K -> R := fun k => w (inr k).

Lemma moves_both {J K} (M : list J) (N : list K) y z x_y x_z u_y u_z :
  moves M y x_y u_y -> moves N z x_z u_z ->
  moves (both M N) (fun t => beside (y t) (z t)) (beside x_y x_z) (beside u_y u_z).
Proof.
  intros [start_y each_y] [start_z each_z]. split; [subst; reflexivity|].
  intros [j|k] here; unfold both in here; apply in_app_or in here;
    destruct here as [here|here]; apply in_map_iff in here; destruct here as (? & eq & ?);
    inversion eq; subst; simpl; auto.
Qed.

Lemma moves_left {J K} (M : list J) (N : list K) c x u :
  moves (both M N) c x u -> moves M (fun t => left (c t)) (left x) (left u).
Proof.
  intros [start each]. split; [subst; reflexivity|].
  intros j here. apply (each (inl j)). apply in_or_app. left. apply in_map. trivial.
Qed.

Lemma moves_right {J K} (M : list J) (N : list K) c x u :
  moves (both M N) c x u -> moves N (fun t => right (c t)) (right x) (right u).
Proof.
  intros [start each]. split; [subst; reflexivity|].
  intros k here. apply (each (inr k)). apply in_or_app. right. apply in_map. trivial.
Qed.

(** Cotangents of a value that two functions read add up. *)
Theorem vjp_shared {I J K} (L : list I) (M : list J) (N : list K) f g x pull_f pull_g :
  vjp L M f x pull_f -> vjp L N g x pull_g ->
  vjp L (both M N) (fun x => beside (f x) (g x)) x
    (fun w i => pull_f (left w) i + pull_g (right w) i).
Proof.
  intros of_f of_g curve v moving.
  destruct (of_f curve v moving) as (u & moving_f & pairs_f).
  destruct (of_g curve v moving) as (z & moving_g & pairs_g).
  exists (beside u z). split; [exact (moves_both _ _ _ _ _ _ _ _ moving_f moving_g)|].
  intros w. unfold both. rewrite total_inl_inr. simpl.
  change (total M (fun j => left w j * u j) + total N (fun k => right w k * z k)
          = total L (fun i => (pull_f (left w) i + pull_g (right w) i) * v i)).
  rewrite pairs_f, pairs_g, <- total_plus. apply total_ext. intros i. lra.
Qed.

(** A function of the first of two inputs, the second passed on. *)
Theorem vjp_first {I J K} (L : list I) (M : list J) (N : list K) f x pull :
  vjp L M f (left x) pull ->
  vjp (both L N) (both M N) (fun x => beside (f (left x)) (right x)) x
    (fun w => beside (pull (left w)) (right w)).
Proof.
  intros of_f curve v moving.
  destruct (of_f _ _ (moves_left _ _ _ _ _ moving)) as (u & moving_f & pairs).
  exists (beside u (right v)).
  split; [exact (moves_both _ _ _ _ _ _ _ _ moving_f (moves_right _ _ _ _ _ moving))|].
  intros w. unfold both. rewrite !total_inl_inr. simpl.
  change (total M (fun j => left w j * u j) + total N (fun k => right w k * right v k)
          = total L (fun i => pull (left w) i * left v i) + total N (fun k => right w k * right v k)).
  rewrite pairs. reflexivity.
Qed.

(** The point moved along one coordinate. *)
Definition nudged {I} (dec : forall a b : I, {a = b} + {a <> b}) (x : I -> R) (i : I) (t : R) : I -> R :=
  fun k => x k + (if dec k i then t else 0).

(** What a VJP is made of: each pulled cotangent is the sum of the cotangents times the partial derivatives. So there is one at most. *)
Theorem vjp_transposes_partials {I J} (dec : forall a b : I, {a = b} + {a <> b})
    (L : list I) (M : list J) f x pull i :
  NoDup L -> In i L -> vjp L M f x pull ->
  exists partial, (forall j, In j M -> is_derive (fun t => f (nudged dec x i t) j) 0 (partial j)) /\
    forall w, pull w i = total M (fun j => w j * partial j).
Proof.
  intros once here of_f.
  destruct (of_f (nudged dec x i) (fun k => if dec k i then 1 else 0)) as (u & [_ each] & pairs).
  - split.
    + extensionality k. unfold nudged. destruct (dec k i); lra.
    + intros k _. unfold nudged. destruct (dec k i); auto_derive; trivial; lra.
  - exists u. split; [exact each|]. intros w. rewrite pairs.
    rewrite (total_only dec L i); trivial.
    + destruct (dec i i); [lra|congruence].
    + intros k _ other. destruct (dec k i); [congruence|lra].
Qed.

Corollary vjp_unique {I J} (dec : forall a b : I, {a = b} + {a <> b})
    (L : list I) (M : list J) f x pull pull' w i :
  NoDup L -> In i L -> vjp L M f x pull -> vjp L M f x pull' -> pull w i = pull' w i.
Proof.
  intros once here of_f of_f'.
  destruct (vjp_transposes_partials dec L M f x pull i once here of_f) as (p & is_p & ->).
  destruct (vjp_transposes_partials dec L M f x pull' i once here of_f') as (q & is_q & ->).
  apply total_ext_in. intros j at_j. f_equal.
  exact (eq_trans (eq_sym (is_derive_unique _ _ _ (is_p j at_j))) (is_derive_unique _ _ _ (is_q j at_j))).
Qed.
