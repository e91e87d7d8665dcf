(** The reverse sweep of [hesper-ad/src/tape/sweep.rs]: a tape becomes one with its VJP recorded behind it.

    It is a program like that one, step for step: [Recorded.v] has tapes that the crate recorded, and [RecordedProofs.v] runs this on them
    and finds the same nodes in the same order. *)

From Coq Require Import ZArith List Arith Bool.
From Hesper Require Import Table Tape.
Import ListNotations.

(** ** Recording *)

Definition push (tape : list node) (n : node) : list node * nat := (tape ++ [n], length tape).

Definition same_number (a b : number) : bool :=
  (digits a =? digits b)%Z && (exponent a =? exponent b)%Z && (divisor a =? divisor b)%positive.

(** The node of a constant, which has one alone. *)
Fixpoint find_constant (tape : list node) (c : number) (from : nat) : option nat :=
  match tape with
  | [] => None
  | Constant c' :: rest => if same_number c c' then Some from else find_constant rest c (S from)
  | _ :: rest => find_constant rest c (S from)
  end.
Definition constant (tape : list node) (c : number) : list node * nat :=
  match find_constant tape c 0 with
  | Some id => (tape, id)
  | None => push tape (Constant c)
  end.

(** Records a formula, operands first. *)
Fixpoint record (f : formula) (tape : list node) : list node * nat :=
  match f with
  | At id => (tape, id)
  | Number c => constant tape c
  | Apply op x => let (tape, x) := record x tape in push tape (Unary op x)
  | Apply2 op x y =>
      let (tape, x) := record x tape in
      let (tape, y) := record y tape in
      push tape (Binary op x y)
  | Power x n => let (tape, x) := record x tape in push tape (Powi x n)
  | Where op x y on_true on_false =>
      let (tape, x) := record x tape in
      let (tape, y) := record y tape in
      let (tape, on_true) := record on_true tape in
      let (tape, on_false) := record on_false tape in
      let mask := masks tape in
      let (tape, _) := push tape (Compare op x y) in
      push tape (Select mask on_true on_false)
  | Chosen mask on_true on_false =>
      let (tape, on_true) := record on_true tape in
      let (tape, on_false) := record on_false tape in
      push tape (Select mask on_true on_false)
  end.

(** Formulas for several nodes, recorded one after the other. *)
Fixpoint record_all (shares : list (nat * formula)) (tape : list node) : list node * list (nat * nat) :=
  match shares with
  | [] => (tape, [])
  | (id, f) :: rest =>
      let (tape, c) := record f tape in
      let (tape, others) := record_all rest tape in
      (tape, (id, c) :: others)
  end.

(** ** The sweep *)

(** Each operand's share of the cotangent [dy] of a node [y]. *)
Definition pull (n : node) (y dy : nat) : list (nat * formula) :=
  match n with
  | Given _ | Constant _ | NegInfinity | Float _ => []
  (* A decision is constant around almost every point. *)
  | Compare _ _ _ => []
  | Same x => [(x, At dy)]
  | Unary op x =>
      match derivative op (At x) (At y) (At dy) with
      | Some dx => [(x, dx)]
      | None => []
      end
  | Binary op a b =>
      [(a, by_first op (At a) (At b) (At y) (At dy)); (b, by_second op (At a) (At b) (At y) (At dy))]
  | Powi x 0 => []
  | Powi x 1 => [(x, At dy)]
  | Powi x n => [(x, mul (At dy) (mul (integer n) (Power (At x) (n - 1))))]
  | Sum terms => map (fun x => (x, At dy)) terms
  | Select mask x y => [(x, Chosen mask (At dy) (integer 0)); (y, Chosen mask (integer 0) (At dy))]
  end.

Definition is_in (id : nat) (ids : list nat) : bool := existsb (Nat.eqb id) ids.

(** Which nodes depend on the inputs. *)
Definition depends (inputs : list nat) (tape : list node) : list bool :=
  fold_left (fun known n => known ++ [is_in (length known) inputs || existsb (fun x => nth x known false) (operands n)])
    tape [].

(** What nodes contribute to the cotangents of others: for whom, and the node of the contribution. *)
Definition contributions := list (nat * nat).
Definition parts (bag : contributions) (id : nat) : list nat :=
  map snd (filter (fun part => fst part =? id) bag).
Definition without (bag : contributions) (id : nat) : contributions :=
  filter (fun part => negb (fst part =? id)) bag.
Definition contribute (depending : list bool) (bag shares : contributions) : contributions :=
  bag ++ filter (fun part => nth (fst part) depending false) shares.

(** The sum of what a node's readers contribute. *)
Definition total_of (parts : list nat) (tape : list node) : list node * nat :=
  match parts with
  | [only] => (tape, only)
  | _ => push tape (Sum parts)
  end.

Definition visit (original : list node) (inputs : list nat) (depending : list bool)
    (at_ : list node * contributions) (id : nat) : list node * contributions :=
  let (tape, bag) := at_ in
  match is_in id inputs, parts bag id with
  | true, _ | _, [] => (tape, bag)
  | false, found =>
      let (tape, dy) := total_of found tape in
      let (tape, shares) := record_all (pull (nth id original NegInfinity) id dy) tape in
      (tape, contribute depending (without bag id) shares)
  end.

(** The cotangent of an input. *)
Definition cotangent (bag : contributions) (id : nat) (tape : list node) : list node * nat :=
  match parts bag id with
  | [] => constant tape (Decimal 0 0 1)
  | found => total_of found tape
  end.

Fixpoint collect (inputs : list nat) (bag : contributions) (tape : list node) : list node * list nat :=
  match inputs with
  | [] => (tape, [])
  | id :: rest =>
      let (tape, result) := cotangent bag id tape in
      let (tape, results) := collect rest bag tape in
      (tape, result :: results)
  end.

(** The tape with the cotangents of [inputs] recorded behind it, and their nodes, where [outputs] have the cotangents beside them. *)
Definition sweep (tape : list node) (outputs : list (nat * nat)) (inputs : list nat) : list node * list nat :=
  let depending := depends inputs tape in
  let swept := fold_left (visit tape inputs depending) (rev (seq 0 (length tape)))
    (tape, contribute depending [] outputs) in
  let (tape, bag) := swept in
  collect inputs bag tape.
