(** Finite sums over lists of indices: of numbers, of rows and columns, of operands. *)

From Coq Require Import Reals List Arith Lra Lia.
From Coquelicot Require Import Coquelicot.
Import ListNotations.
Open Scope R_scope.

(** The sum of [f i] for the [i] of a list, from the left; zero for none. *)
Definition total {I} (L : list I) (f : I -> R) : R := fold_right (fun i sum => f i + sum) 0 L.

Section Sums.
Context {I : Type}.
Implicit Types (L : list I) (f g : I -> R).

Lemma total_ext_in L f g : (forall i, In i L -> f i = g i) -> total L f = total L g.
Proof.
  induction L as [|i L IH]; simpl; intros same; trivial.
  rewrite (same i), IH; auto.
Qed.

Lemma total_ext L f g : (forall i, f i = g i) -> total L f = total L g.
Proof. intros same. apply total_ext_in. auto. Qed.

Lemma total_plus L f g : total L (fun i => f i + g i) = total L f + total L g.
Proof. induction L; simpl; lra. Qed.

Lemma total_minus L f g : total L (fun i => f i - g i) = total L f - total L g.
Proof. induction L; simpl; lra. Qed.

Lemma total_opp L f : total L (fun i => - f i) = - total L f.
Proof. induction L; simpl; lra. Qed.

Lemma total_scal L a f : total L (fun i => a * f i) = a * total L f.
Proof. induction L; simpl; lra. Qed.

Lemma total_scal_r L a f : total L (fun i => f i * a) = total L f * a.
Proof. induction L; simpl; lra. Qed.

Lemma total_div L a f : total L (fun i => f i / a) = total L f / a.
Proof. unfold Rdiv. apply total_scal_r. Qed.

Lemma total_zero L f : (forall i, In i L -> f i = 0) -> total L f = 0.
Proof.
  induction L as [|i L IH]; simpl; intros zero; trivial.
  rewrite (zero i), IH; auto. lra.
Qed.

Lemma total_const L a : total L (fun _ => a) = INR (length L) * a.
Proof. induction L as [|i L IH]; [simpl; lra|]. change (a + total L (fun _ => a) = INR (S (length L)) * a). rewrite IH, S_INR. lra. Qed.

Lemma total_app L L' f : total (L ++ L') f = total L f + total L' f.
Proof. induction L; simpl; lra. Qed.

(** The entry of one index alone. *)
Lemma total_only (dec : forall a b : I, {a = b} + {a <> b}) L i f :
  NoDup L -> In i L -> (forall k, In k L -> k <> i -> f k = 0) -> total L f = f i.
Proof.
  induction L as [|a L IH]; simpl; intros once here others; [contradiction|].
  inversion once as [|? ? out once' eq]; subst.
  destruct (dec a i) as [->|different].
  - rewrite total_zero; [lra|]. intros k at_k. apply others; auto. congruence.
  - destruct here as [|here]; [congruence|].
    rewrite (others a), IH; auto. lra.
Qed.

Lemma total_nonneg L f : (forall i, In i L -> 0 <= f i) -> 0 <= total L f.
Proof.
  induction L as [|i L IH]; simpl; intros pos; [lra|].
  assert (0 <= f i) by auto. assert (0 <= total L f) by auto. lra.
Qed.

Lemma total_pos L f i : In i L -> 0 < f i -> (forall k, In k L -> 0 <= f k) -> 0 < total L f.
Proof.
  induction L as [|a L IH]; simpl; intros here positive rest; [contradiction|].
  destruct here as [->|here].
  - assert (0 <= total L f) by (apply total_nonneg; auto). lra.
  - assert (0 <= f a) by auto. assert (0 < total L f) by auto. lra.
Qed.

Lemma is_derive_total L (f : R -> I -> R) (df : I -> R) t :
  (forall i, In i L -> is_derive (fun s => f s i) t (df i)) ->
  is_derive (fun s => total L (f s)) t (total L df).
Proof.
  induction L as [|i L IH]; simpl; intros each.
  - apply (is_derive_const (V := R_NormedModule)).
  - apply (is_derive_plus (fun s => f s i) (fun s => total L (f s))); auto.
Qed.

End Sums.

Lemma total_swap {I J} (L : list I) (M : list J) (f : I -> J -> R) :
  total L (fun i => total M (f i)) = total M (fun j => total L (fun i => f i j)).
Proof.
  induction L; simpl.
  - symmetry. apply total_zero. trivial.
  - rewrite IHL, <- total_plus. trivial.
Qed.

Lemma total_map {I J} (g : I -> J) L (f : J -> R) : total (map g L) f = total L (fun i => f (g i)).
Proof. induction L; simpl; congruence. Qed.

Lemma total_flat_map {I J} (g : I -> list J) L (f : J -> R) :
  total (flat_map g L) f = total L (fun i => total (g i) f).
Proof. induction L; simpl; trivial. rewrite total_app. congruence. Qed.

Lemma total_pairs {I J} (L : list I) (M : list J) (f : I * J -> R) :
  total (list_prod L M) f = total L (fun i => total M (fun j => f (i, j))).
Proof.
  induction L; simpl; trivial.
  rewrite total_app, total_map. congruence.
Qed.

Lemma total_inl_inr {I J} (L : list I) (M : list J) (f : I + J -> R) :
  total (map inl L ++ map inr M) f = total L (fun i => f (inl i)) + total M (fun j => f (inr j)).
Proof. rewrite total_app, !total_map. reflexivity. Qed.
