(** A spec as data: [hesper-ad/src/tape]'s nodes, and what they compute in a number domain, as [tape/replay.rs] does. *)

From Coq Require Import Reals ZArith List Arith Bool.
From Hesper Require Import Table.
Import ListNotations.
Open Scope R_scope.

(** One operation; its operands stand before it. The names are those of Rust's [Node]. *)
Inductive node :=
  | Given (position : nat)
  | Constant (n : number)
  | NegInfinity
  | Float (bits : Z)
  | Same (x : nat)
  | Unary (op : unary) (x : nat)
  | Binary (op : binary) (x y : nat)
  | Powi (x : nat) (n : Z)
  | Sum (terms : list nat)
  | Compare (op : comparison) (x y : nat)
  | Select (mask : nat) (on_true on_false : nat).

Definition operands (n : node) : list nat :=
  match n with
  | Given _ | Constant _ | NegInfinity | Float _ => []
  | Same x | Unary _ x | Powi x _ => [x]
  | Binary _ x y | Compare _ x y | Select _ x y => [x; y]
  | Sum terms => terms
  end.

(** What a number is during a run. *)
Record domain := {
  value : Type;
  constant_in : number -> value;
  neg_infinity_in : value;
  unary_in : unary -> value -> value;
  binary_in : binary -> value -> value -> value;
  powi_in : value -> Z -> value;
  sum_in : list value -> value;
  compare_in : comparison -> value -> value -> bool;
}.

(** The reals. Minus infinity is none of them: what stands for it here means nothing, and theorems ask that it does not occur. *)
Definition reals : domain := {|
  value := R;
  constant_in := ratio;
  neg_infinity_in := 0;
  unary_in := unary_of;
  binary_in := binary_of;
  powi_in := powerRZ;
  sum_in := sum_of;
  compare_in := holds;
|}.

Section Replay.
Variable D : domain.
(** What the run is given, by position. *)
Variable given : nat -> value D.
(** Nodes whose numbers come from elsewhere, whatever they compute: those that a derivative is taken by. *)
Variable over : nat -> option (value D).

(** The numbers of the nodes so far, and the masks. *)
Definition state : Type := list (value D) * list bool.

Definition number_at (values : list (value D)) (id : nat) : value D := nth id values (neg_infinity_in D).

Definition meaning (s : state) (n : node) : value D :=
  let at_ := number_at (fst s) in
  match n with
  | Given position => given position
  | Constant c => constant_in D c
  | NegInfinity | Float _ => neg_infinity_in D
  | Same x => at_ x
  | Unary op x => unary_in D op (at_ x)
  | Binary op x y => binary_in D op (at_ x) (at_ y)
  | Powi x n => powi_in D (at_ x) n
  | Sum terms => sum_in D (map at_ terms)
  (* It yields no number; nothing reads what stands in its place. *)
  | Compare _ _ _ => constant_in D (Decimal 0 0 1)
  | Select mask x y => if nth mask (snd s) false then at_ x else at_ y
  end.

Definition decided (s : state) (n : node) : list bool :=
  match n with
  | Compare op x y => [compare_in D op (number_at (fst s) x) (number_at (fst s) y)]
  | _ => []
  end.

Definition step (s : state) (n : node) : state :=
  (fst s ++ [match over (length (fst s)) with Some v => v | None => meaning s n end], snd s ++ decided s n).

Definition replay (tape : list node) : state := fold_left step tape ([], []).

End Replay.

(** A number of a run over the reals. *)
Definition real_at (values : list R) (id : nat) : R := number_at reals values id.

(** A run where every node computes. *)
Definition nothing {V} (id : nat) : option V := None.
Definition run (D : domain) (given : nat -> value D) (tape : list node) (ids : list nat) : list (value D) :=
  map (number_at D (fst (replay D given nothing tape))) ids.

Definition is_compare (n : node) : bool := match n with Compare _ _ _ => true | _ => false end.
Definition masks (tape : list node) : nat := length (filter is_compare tape).

(** Operands stand before what reads them, comparisons before what selects by them. *)
Definition well_formed (tape : list node) : Prop :=
  forall before n after, tape = before ++ n :: after ->
    (forall x, In x (operands n) -> (x < length before)%nat) /\
    match n with Select mask _ _ => (mask < masks before)%nat | _ => True end.
