(** The operations of [hesper-shader/src/domain/primitives.rs], what they mean over the reals, and their derivatives as that table has them.

    The names are the table's; a test compares the two lists. That the formulas are the table's too is [RecordedProofs.every_kind_is_swept]: what the
    crate's own sweep recorded by its table is what [Sweep.sweep] makes of these. *)

From Coq Require Import Reals ZArith List.
From Coquelicot Require Import Coquelicot.
Import ListNotations.
Open Scope R_scope.

Inductive comparison := Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual.

Inductive unary :=
  | Negate | Abs | Sign | Floor | Ceil | RoundTiesEven | Trunc | QuantizeToF16 | Exponent
  | Sqrt | InverseSqrt | Exp | Exp2 | Ln | Log2 | Sin | Cos | Tan | Sinh | Cosh | Tanh
  | Asin | Acos | Atan | Asinh | Acosh | Atanh | Erf.

Inductive binary :=
  | Add | Subtract | Multiply | Divide | Remainder | Max | Min | Pow | Atan2.

(** ** Their meaning *)

(** The comparisons that a mask is made of. *)
Definition holds (op : comparison) (x y : R) : bool :=
  match op with
  | Equal => if Req_EM_T x y then true else false
  | NotEqual => if Req_EM_T x y then false else true
  | Less => if Rlt_dec x y then true else false
  | LessEqual => if Rle_dec x y then true else false
  | Greater => if Rlt_dec y x then true else false
  | GreaterEqual => if Rle_dec y x then true else false
  end.

Definition sign_of (x : R) : R := if Rlt_dec 0 x then 1 else if Rlt_dec x 0 then -1 else 0.
Definition floor_of (x : R) : R := IZR (Int_part x).
Definition ceil_of (x : R) : R := - floor_of (- x).
Definition trunc_of (x : R) : R := if Rlt_dec x 0 then ceil_of x else floor_of x.
(** The nearest integer; of two that are as near, the even one. *)
Definition round_of (x : R) : R :=
  let up := Int_part (x + / 2) in
  if Req_EM_T (IZR up) (x + / 2) then (if Z.even up then IZR up else IZR (up - 1)) else IZR up.
(** The [e] with [1/2 <= |x|/2^e < 1]. *)
Definition exponent_of (x : R) : R :=
  if Req_EM_T x 0 then 0 else IZR (Int_part (ln (Rabs x) / ln 2) + 1).
(** Eleven bits, or as many as are left above [2^-24]. From 65520 on binary16 has no number: what stands here then means nothing. *)
Definition quantized (x : R) : R :=
  let unit := Rpower 2 (Rmax (exponent_of x - 11) (-24)) in round_of (x / unit) * unit.

(** An exact constant: [digits · 10^exponent / divisor], as [hesper-shader/src/number.rs] has it. *)
Record number := Decimal { digits : Z; exponent : Z; divisor : positive }.
Definition ratio (n : number) : R :=
  match exponent n, divisor n with
  | 0%Z, 1%positive => IZR (digits n)
  | e, d => IZR (digits n) * powerRZ 10 e / IZR (Zpos d)
  end.

(** [2/√π] to 75 digits, as the table has it: a number of 38 digits and one for the rest. *)
Definition erf_head := Decimal 11283791670955125738961589031215451716 (-37) 1.
Definition erf_rest := Decimal 88101258657997713688171443421284936883 (-75) 1.

(** The error function, but for that its factor is [2/√π] to 75 digits only. *)
Definition erf_of (x : R) : R := RInt (fun t => (ratio erf_head + ratio erf_rest) * exp (- t ^ 2)) 0 x.

(** The angle in (-π, π] of the point with the abscissa [x] and the ordinate [y], by that of half the angle. *)
Definition atan2_of (y x : R) : R :=
  if Req_EM_T y 0 then (if Rlt_dec x 0 then PI else 0) else 2 * atan (y / (sqrt (x ^ 2 + y ^ 2) + x)).

Definition unary_of (op : unary) (x : R) : R :=
  match op with
  | Negate => - x
  | Abs => Rabs x
  | Sign => sign_of x
  | Floor => floor_of x
  | Ceil => ceil_of x
  | RoundTiesEven => round_of x
  | Trunc => trunc_of x
  | QuantizeToF16 => quantized x
  | Exponent => exponent_of x
  | Sqrt => sqrt x
  | InverseSqrt => 1 / sqrt x
  | Exp => exp x
  | Exp2 => exp (x * ln 2)
  | Ln => ln x
  | Log2 => ln x / ln 2
  | Sin => sin x
  | Cos => cos x
  | Tan => tan x
  | Sinh => sinh x
  | Cosh => cosh x
  | Tanh => tanh x
  | Asin => asin x
  | Acos => acos x
  | Atan => atan x
  | Asinh => ln (x + sqrt (x ^ 2 + 1))
  | Acosh => ln (x + sqrt (x ^ 2 - 1))
  | Atanh => ln ((1 + x) / (1 - x)) / 2
  | Erf => erf_of x
  end.

Definition binary_of (op : binary) (x y : R) : R :=
  match op with
  | Add => x + y
  | Subtract => x - y
  | Multiply => x * y
  | Divide => x / y
  | Remainder => x - y * trunc_of (x / y)
  | Max => Rmax x y
  | Min => Rmin x y
  | Pow => Rpower x y
  | Atan2 => atan2_of x y
  end.

(** Sums of any number of terms. *)
Definition sum_of (terms : list R) : R := fold_right Rplus 0 terms.

(** ** Their derivatives *)

(** A formula over the numbers of a run, which go by their positions. *)
Inductive formula :=
  | At (id : nat)
  | Number (n : number)
  | Apply (op : unary) (x : formula)
  | Apply2 (op : binary) (x y : formula)
  | Power (x : formula) (n : Z)
  | Where (op : comparison) (x y on_true on_false : formula)
  | Chosen (mask : nat) (on_true on_false : formula).

Definition integer (n : Z) : formula := Number (Decimal n 0 1).
Definition add := Apply2 Add.
Definition sub := Apply2 Subtract.
Definition mul := Apply2 Multiply.
Definition div := Apply2 Divide.
Definition neg := Apply Negate.

(** The derivative at [x], where the operation yields [y], times [t]; none where it is 0 almost everywhere. *)
Definition derivative (op : unary) (x y t : formula) : option formula :=
  match op with
  | Negate => Some (neg t)
  | Abs => Some (mul t (Apply Sign x))
  | Sign | Floor | Ceil | RoundTiesEven | Trunc | QuantizeToF16 | Exponent => None
  | Sqrt => Some (div t (mul (integer 2) y))
  | InverseSqrt => Some (neg (div (mul t y) (mul (integer 2) x)))
  | Exp => Some (mul t y)
  | Exp2 => Some (mul t (mul y (Apply Ln (integer 2))))
  | Ln => Some (div t x)
  | Log2 => Some (div t (mul x (Apply Ln (integer 2))))
  | Sin => Some (mul t (Apply Cos x))
  | Cos => Some (neg (mul t (Apply Sin x)))
  | Tan => Some (mul t (add (integer 1) (Power y 2)))
  | Sinh => Some (mul t (Apply Cosh x))
  | Cosh => Some (mul t (Apply Sinh x))
  | Tanh => Some (mul t (sub (integer 1) (Power y 2)))
  | Asin => Some (div t (Apply Sqrt (sub (integer 1) (Power x 2))))
  | Acos => Some (neg (div t (Apply Sqrt (sub (integer 1) (Power x 2)))))
  | Atan => Some (div t (add (integer 1) (Power x 2)))
  | Asinh => Some (div t (Apply Sqrt (add (Power x 2) (integer 1))))
  | Acosh => Some (div t (Apply Sqrt (sub (Power x 2) (integer 1))))
  | Atanh => Some (div t (sub (integer 1) (Power x 2)))
  | Erf => Some (mul t (mul (add (Number erf_head) (Number erf_rest)) (Apply Exp (neg (Power x 2)))))
  end.

(** The derivative by the first operand at [x], [y], where the operation yields [r], times [t]. *)
Definition by_first (op : binary) (x y r t : formula) : formula :=
  match op with
  | Add | Subtract | Remainder => t
  | Multiply => mul t y
  | Divide => div t y
  | Max => Where GreaterEqual x y t (integer 0)
  | Min => Where LessEqual x y t (integer 0)
  | Pow => mul t (mul y (Apply2 Pow x (sub y (integer 1))))
  | Atan2 => div (mul y t) (add (Power y 2) (Power x 2))
  end.

(** The derivative by the second operand, times [t]. *)
Definition by_second (op : binary) (x y r t : formula) : formula :=
  match op with
  | Add => t
  | Subtract => neg t
  | Multiply => mul t x
  | Divide => neg (mul (div t y) r)
  | Remainder => neg (mul (Apply Trunc (div x y)) t)
  | Max => Where GreaterEqual x y (integer 0) t
  | Min => Where LessEqual x y (integer 0) t
  | Pow => mul t (mul (Apply Ln x) r)
  | Atan2 => neg (div (mul x t) (add (Power y 2) (Power x 2)))
  end.
