(** What the recorder made of the catalogue's specs at small sizes, and of a run with every kind of node. Written by the tests:
    [HESPER_UPDATE=1 cargo test -p tests proofs]. *)

From Coq Require Import ZArith List.
From Hesper Require Import Table Tape.
Import ListNotations.

(** Every kind of node. *)

Definition every_kind : list node :=
  [Given 0; Given 1; Given 2; Same 0; Same 1; Compare Equal 3 4;
   Compare Less 3 4; Compare LessEqual 3 4; Compare Greater 3 4; Compare GreaterEqual 3 4; Constant (Decimal 25 (-2) 1); Binary Multiply 4 10;
   Float 2143289344; Binary Add 4 12; NegInfinity; Unary Negate 3; Unary Abs 3; Unary Sign 3;
   Unary Floor 3; Unary Ceil 3; Unary RoundTiesEven 3; Unary Trunc 3; Unary QuantizeToF16 3; Unary Exponent 3;
   Unary Sqrt 3; Unary InverseSqrt 3; Unary Exp 3; Unary Exp2 3; Unary Ln 3; Unary Log2 3;
   Unary Sin 3; Unary Cos 3; Unary Tan 3; Unary Sinh 3; Unary Cosh 3; Unary Tanh 3;
   Unary Asin 3; Unary Acos 3; Unary Atan 3; Unary Asinh 3; Unary Acosh 3; Unary Atanh 3;
   Unary Erf 3; Binary Add 3 4; Binary Subtract 3 4; Binary Multiply 3 4; Binary Divide 3 4; Binary Remainder 3 4;
   Binary Max 3 4; Binary Min 3 4; Binary Pow 3 4; Binary Atan2 3 4; Powi 3 (-2); Powi 3 0;
   Powi 3 1; Powi 3 2; Powi 3 3; Select 0 3 4; Select 1 3 4; Select 2 3 4;
   Select 3 3 4; Select 4 3 4; Sum [3; 3; 11; 13; 14; 15; 16; 17; 18; 19; 20; 21; 22; 23; 24; 25; 26; 27; 28; 29; 30; 31; 32; 33; 34; 35; 36; 37; 38; 39; 40; 41; 42; 43; 44; 45; 46; 47; 48; 49; 50; 51; 52; 53; 54; 55; 56; 57; 58; 59; 60; 61]; Constant (Decimal 0 0 1); Select 4 2 63; Select 4 63 2;
   Select 3 2 63; Select 3 63 2; Select 2 2 63; Select 2 63 2; Select 1 2 63; Select 1 63 2;
   Select 0 2 63; Select 0 63 2; Constant (Decimal 3 0 1); Powi 3 2; Binary Multiply 74 75; Binary Multiply 2 76;
   Constant (Decimal 2 0 1); Powi 3 1; Binary Multiply 78 79; Binary Multiply 2 80; Constant (Decimal (-2) 0 1); Powi 3 (-3);
   Binary Multiply 82 83; Binary Multiply 2 84; Binary Multiply 4 2; Powi 4 2; Powi 3 2; Binary Add 87 88;
   Binary Divide 86 89; Binary Multiply 3 2; Powi 4 2; Powi 3 2; Binary Add 92 93; Binary Divide 91 94;
   Unary Negate 95; Constant (Decimal 1 0 1); Binary Subtract 4 97; Binary Pow 3 98; Binary Multiply 4 99; Binary Multiply 2 100;
   Unary Ln 3; Binary Multiply 102 50; Binary Multiply 2 103; Compare LessEqual 3 4; Select 5 2 63; Compare LessEqual 3 4;
   Select 6 63 2; Compare GreaterEqual 3 4; Select 7 2 63; Compare GreaterEqual 3 4; Select 8 63 2; Binary Divide 3 4;
   Unary Trunc 113; Binary Multiply 114 2; Unary Negate 115; Binary Divide 2 4; Binary Divide 2 4; Binary Multiply 118 46;
   Unary Negate 119; Binary Multiply 2 4; Binary Multiply 2 3; Unary Negate 2; Constant (Decimal 11283791670955125738961589031215451716 (-37) 1); Constant (Decimal 88101258657997713688171443421284936883 (-75) 1);
   Binary Add 124 125; Powi 3 2; Unary Negate 127; Unary Exp 128; Binary Multiply 126 129; Binary Multiply 2 130;
   Powi 3 2; Binary Subtract 97 132; Binary Divide 2 133; Powi 3 2; Binary Subtract 135 97; Unary Sqrt 136;
   Binary Divide 2 137; Powi 3 2; Binary Add 139 97; Unary Sqrt 140; Binary Divide 2 141; Powi 3 2;
   Binary Add 97 143; Binary Divide 2 144; Powi 3 2; Binary Subtract 97 146; Unary Sqrt 147; Binary Divide 2 148;
   Unary Negate 149; Powi 3 2; Binary Subtract 97 151; Unary Sqrt 152; Binary Divide 2 153; Powi 35 2;
   Binary Subtract 97 155; Binary Multiply 2 156; Unary Sinh 3; Binary Multiply 2 158; Unary Cosh 3; Binary Multiply 2 160;
   Powi 32 2; Binary Add 97 162; Binary Multiply 2 163; Unary Sin 3; Binary Multiply 2 165; Unary Negate 166;
   Unary Cos 3; Binary Multiply 2 168; Unary Ln 78; Binary Multiply 3 170; Binary Divide 2 171; Binary Divide 2 3;
   Unary Ln 78; Binary Multiply 27 174; Binary Multiply 2 175; Binary Multiply 2 26; Binary Multiply 2 25; Binary Multiply 78 3;
   Binary Divide 178 179; Unary Negate 180; Binary Multiply 78 24; Binary Divide 2 182; Unary Sign 3; Binary Multiply 2 184;
   Unary Negate 2; Binary Multiply 2 10; Binary Multiply 2 4; Sum [2; 2; 64; 66; 68; 70; 72; 77; 81; 2; 85; 90; 101; 106; 110; 2; 117; 121; 2; 2; 131; 134; 138; 142; 145; 150; 154; 157; 159; 161; 164; 167; 169; 172; 173; 176; 177; 181; 183; 185; 186]; Sum [65; 67; 69; 71; 73; 96; 104; 108; 112; 116; 120; 122; 123; 2; 2; 187]].
Definition every_kind_before : nat :=
  63.
Definition every_kind_outputs : list (nat * nat) :=
  [(62, 2)].
Definition every_kind_inputs : list nat :=
  [3; 4].
Definition every_kind_results : list nat :=
  [189; 190].

(** Softmax where rows = 2, cols = 3. *)

Definition softmax_forward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Binary Max 0 1; Binary Max 6 2; Binary Subtract 0 7; Unary Exp 8; Binary Subtract 1 7; Unary Exp 10;
   Binary Subtract 2 7; Unary Exp 12; Sum [9; 11; 13]; Binary Divide 9 14; Binary Divide 11 14; Binary Divide 13 14;
   Binary Max 3 4; Binary Max 18 5; Binary Subtract 3 19; Unary Exp 20; Binary Subtract 4 19; Unary Exp 22;
   Binary Subtract 5 19; Unary Exp 24; Sum [21; 23; 25]; Binary Divide 21 26; Binary Divide 23 26; Binary Divide 25 26].
Definition softmax_forward_y : list nat :=
  [15; 16; 17; 27; 28; 29].
Definition softmax_backward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Binary Max 0 1; Binary Max 12 2; Binary Subtract 0 13; Unary Exp 14; Binary Subtract 1 13; Unary Exp 16;
   Binary Subtract 2 13; Unary Exp 18; Sum [15; 17; 19]; Binary Divide 15 20; Binary Divide 17 20; Binary Divide 19 20;
   Binary Max 3 4; Binary Max 24 5; Binary Subtract 3 25; Unary Exp 26; Binary Subtract 4 25; Unary Exp 28;
   Binary Subtract 5 25; Unary Exp 30; Sum [27; 29; 31]; Binary Divide 27 32; Binary Divide 29 32; Binary Divide 31 32;
   Binary Multiply 21 6; Binary Multiply 22 7; Binary Multiply 23 8; Sum [36; 37; 38]; Binary Subtract 6 39; Binary Multiply 21 40;
   Binary Subtract 7 39; Binary Multiply 22 42; Binary Subtract 8 39; Binary Multiply 23 44; Binary Multiply 33 9; Binary Multiply 34 10;
   Binary Multiply 35 11; Sum [46; 47; 48]; Binary Subtract 9 49; Binary Multiply 33 50; Binary Subtract 10 49; Binary Multiply 34 52;
   Binary Subtract 11 49; Binary Multiply 35 54].
Definition softmax_backward_dx : list nat :=
  [41; 43; 45; 51; 53; 55].
Definition softmax_derived : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Same 0; Same 1; Same 2; Same 3; Same 4; Same 5;
   Binary Max 12 13; Binary Max 18 14; Binary Subtract 12 19; Unary Exp 20; Binary Subtract 13 19; Unary Exp 22;
   Binary Subtract 14 19; Unary Exp 24; Sum [21; 23; 25]; Binary Divide 21 26; Binary Divide 23 26; Binary Divide 25 26;
   Binary Max 15 16; Binary Max 30 17; Binary Subtract 15 31; Unary Exp 32; Binary Subtract 16 31; Unary Exp 34;
   Binary Subtract 17 31; Unary Exp 36; Sum [33; 35; 37]; Binary Divide 33 38; Binary Divide 35 38; Binary Divide 37 38;
   Binary Divide 11 38; Binary Divide 11 38; Binary Multiply 43 41; Unary Negate 44; Binary Divide 10 38; Binary Divide 10 38;
   Binary Multiply 47 40; Unary Negate 48; Binary Divide 9 38; Binary Divide 9 38; Binary Multiply 51 39; Unary Negate 52;
   Sum [45; 49; 53]; Sum [42; 54]; Binary Multiply 55 37; Unary Negate 56; Sum [46; 54]; Binary Multiply 58 35;
   Unary Negate 59; Sum [50; 54]; Binary Multiply 61 33; Unary Negate 62; Sum [57; 60; 63]; Constant (Decimal 0 0 1);
   Compare GreaterEqual 30 17; Select 0 64 65; Compare GreaterEqual 30 17; Select 1 65 64; Compare GreaterEqual 15 16; Select 2 67 65;
   Compare GreaterEqual 15 16; Select 3 65 67; Binary Divide 8 26; Binary Divide 8 26; Binary Multiply 75 29; Unary Negate 76;
   Binary Divide 7 26; Binary Divide 7 26; Binary Multiply 79 28; Unary Negate 80; Binary Divide 6 26; Binary Divide 6 26;
   Binary Multiply 83 27; Unary Negate 84; Sum [77; 81; 85]; Sum [74; 86]; Binary Multiply 87 25; Unary Negate 88;
   Sum [78; 86]; Binary Multiply 90 23; Unary Negate 91; Sum [82; 86]; Binary Multiply 93 21; Unary Negate 94;
   Sum [89; 92; 95]; Compare GreaterEqual 18 14; Select 4 96 65; Compare GreaterEqual 18 14; Select 5 65 96; Compare GreaterEqual 12 13;
   Select 6 98 65; Compare GreaterEqual 12 13; Select 7 65 98; Sum [94; 102]; Sum [91; 104]; Sum [88; 100];
   Sum [62; 71]; Sum [59; 73]; Sum [56; 69]].
Definition softmax_derived_before : nat :=
  42.
Definition softmax_derived_outputs : list (nat * nat) :=
  [(27, 6); (28, 7); (29, 8); (39, 9); (40, 10); (41, 11)].
Definition softmax_derived_inputs : list nat :=
  [12; 13; 14; 15; 16; 17].
Definition softmax_derived_results : list nat :=
  [105; 106; 107; 108; 109; 110].

(** SoftmaxCrossEntropy where rows = 2, classes = 3. *)

Definition cross_entropy_forward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Binary Max 0 1; Binary Max 6 2; Binary Max 3 4; Binary Max 8 5; Binary Subtract 0 7; Unary Exp 10;
   Binary Subtract 1 7; Unary Exp 12; Binary Subtract 2 7; Unary Exp 14; Sum [11; 13; 15]; Binary Subtract 3 9;
   Unary Exp 17; Binary Subtract 4 9; Unary Exp 19; Binary Subtract 5 9; Unary Exp 21; Sum [18; 20; 22];
   Unary Ln 16; Binary Subtract 2 7; Binary Subtract 24 25; Unary Ln 23; Binary Subtract 4 9; Binary Subtract 27 28].
Definition cross_entropy_forward_y : list nat :=
  [26; 29].
Definition cross_entropy_forward_greatest : list nat :=
  [7; 9].
Definition cross_entropy_forward_total : list nat :=
  [16; 23].
Definition cross_entropy_backward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Binary Max 0 1; Binary Max 8 2; Binary Max 3 4; Binary Max 10 5;
   Binary Subtract 0 9; Unary Exp 12; Binary Subtract 1 9; Unary Exp 14; Binary Subtract 2 9; Unary Exp 16;
   Sum [13; 15; 17]; Binary Subtract 3 11; Unary Exp 19; Binary Subtract 4 11; Unary Exp 21; Binary Subtract 5 11;
   Unary Exp 23; Sum [20; 22; 24]; Constant (Decimal 0 0 1); Binary Subtract 0 9; Unary Exp 27; Binary Divide 28 18;
   Binary Subtract 29 26; Binary Multiply 30 6; Binary Subtract 1 9; Unary Exp 32; Binary Divide 33 18; Binary Subtract 34 26;
   Binary Multiply 35 6; Constant (Decimal 1 0 1); Binary Subtract 2 9; Unary Exp 38; Binary Divide 39 18; Binary Subtract 40 37;
   Binary Multiply 41 6; Binary Subtract 3 11; Unary Exp 43; Binary Divide 44 25; Binary Subtract 45 26; Binary Multiply 46 7;
   Binary Subtract 4 11; Unary Exp 48; Binary Divide 49 25; Binary Subtract 50 37; Binary Multiply 51 7; Binary Subtract 5 11;
   Unary Exp 53; Binary Divide 54 25; Binary Subtract 55 26; Binary Multiply 56 7].
Definition cross_entropy_backward_dx : list nat :=
  [31; 36; 42; 47; 52; 57].
Definition cross_entropy_derived : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Same 0; Same 1; Same 2; Same 3;
   Same 4; Same 5; Binary Max 8 9; Binary Max 14 10; Binary Max 11 12; Binary Max 16 13;
   Binary Subtract 8 15; Unary Exp 18; Binary Subtract 9 15; Unary Exp 20; Binary Subtract 10 15; Unary Exp 22;
   Sum [19; 21; 23]; Binary Subtract 11 17; Unary Exp 25; Binary Subtract 12 17; Unary Exp 27; Binary Subtract 13 17;
   Unary Exp 29; Sum [26; 28; 30]; Unary Ln 24; Binary Subtract 10 15; Binary Subtract 32 33; Unary Ln 31;
   Binary Subtract 12 17; Binary Subtract 35 36; Unary Negate 7; Unary Negate 38; Binary Divide 7 31; Unary Negate 6;
   Unary Negate 41; Binary Divide 6 24; Binary Multiply 40 30; Unary Negate 44; Binary Multiply 40 28; Unary Negate 46;
   Binary Multiply 40 26; Unary Negate 48; Binary Multiply 43 23; Unary Negate 50; Binary Multiply 43 21; Unary Negate 52;
   Binary Multiply 43 19; Unary Negate 54; Sum [39; 45; 47; 49]; Constant (Decimal 0 0 1); Compare GreaterEqual 16 13; Select 0 56 57;
   Compare GreaterEqual 16 13; Select 1 57 56; Compare GreaterEqual 11 12; Select 2 59 57; Compare GreaterEqual 11 12; Select 3 57 59;
   Sum [42; 51; 53; 55]; Compare GreaterEqual 14 10; Select 4 66 57; Compare GreaterEqual 14 10; Select 5 57 66; Compare GreaterEqual 8 9;
   Select 6 68 57; Compare GreaterEqual 8 9; Select 7 57 68; Sum [54; 72]; Sum [52; 74]; Sum [41; 50; 70];
   Sum [48; 63]; Sum [38; 46; 65]; Sum [44; 61]].
Definition cross_entropy_derived_before : nat :=
  38.
Definition cross_entropy_derived_outputs : list (nat * nat) :=
  [(34, 6); (37, 7)].
Definition cross_entropy_derived_inputs : list nat :=
  [8; 9; 10; 11; 12; 13].
Definition cross_entropy_derived_results : list nat :=
  [75; 76; 77; 78; 79; 80].

(** RMSNorm where rows = 2, cols = 3. *)

Definition rms_norm_forward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Constant (Decimal 3 0 1); Powi 0 2;
   Powi 1 2; Powi 2 2; Sum [11; 12; 13]; Binary Divide 14 10; Constant (Decimal 1 0 1); Binary Add 15 9;
   Unary Sqrt 17; Binary Divide 16 18; Powi 3 2; Powi 4 2; Powi 5 2; Sum [20; 21; 22];
   Binary Divide 23 10; Binary Add 24 9; Unary Sqrt 25; Binary Divide 16 26; Binary Multiply 0 19; Binary Multiply 28 6;
   Binary Multiply 1 19; Binary Multiply 30 7; Binary Multiply 2 19; Binary Multiply 32 8; Binary Multiply 3 27; Binary Multiply 34 6;
   Binary Multiply 4 27; Binary Multiply 36 7; Binary Multiply 5 27; Binary Multiply 38 8].
Definition rms_norm_forward_y : list nat :=
  [29; 31; 33; 35; 37; 39].
Definition rms_norm_forward_r : list nat :=
  [19; 27].
Definition rms_norm_backward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Constant (Decimal 3 0 1); Powi 0 2;
   Powi 1 2; Powi 2 2; Sum [17; 18; 19]; Binary Divide 20 16; Constant (Decimal 1 0 1); Binary Add 21 9;
   Unary Sqrt 23; Binary Divide 22 24; Powi 3 2; Powi 4 2; Powi 5 2; Sum [26; 27; 28];
   Binary Divide 29 16; Binary Add 30 9; Unary Sqrt 31; Binary Divide 22 32; Binary Multiply 0 25; Binary Multiply 1 25;
   Binary Multiply 2 25; Binary Multiply 3 33; Binary Multiply 4 33; Binary Multiply 5 33; Binary Multiply 25 6; Binary Multiply 40 10;
   Binary Multiply 25 7; Binary Multiply 42 11; Binary Multiply 25 8; Binary Multiply 44 12; Binary Multiply 33 6; Binary Multiply 46 13;
   Binary Multiply 33 7; Binary Multiply 48 14; Binary Multiply 33 8; Binary Multiply 50 15; Binary Multiply 41 34; Binary Multiply 43 35;
   Binary Multiply 45 36; Binary Multiply 47 37; Binary Multiply 49 38; Binary Multiply 51 39; Sum [52; 53; 54]; Binary Divide 58 16;
   Sum [55; 56; 57]; Binary Divide 60 16; Binary Multiply 34 59; Binary Subtract 41 62; Binary Multiply 35 59; Binary Subtract 43 64;
   Binary Multiply 36 59; Binary Subtract 45 66; Binary Multiply 37 61; Binary Subtract 47 68; Binary Multiply 38 61; Binary Subtract 49 70;
   Binary Multiply 39 61; Binary Subtract 51 72; Binary Multiply 10 34; Binary Multiply 13 37; Sum [74; 75]; Binary Multiply 11 35;
   Binary Multiply 14 38; Sum [77; 78]; Binary Multiply 12 36; Binary Multiply 15 39; Sum [80; 81]].
Definition rms_norm_backward_dx : list nat :=
  [63; 65; 67; 69; 71; 73].
Definition rms_norm_backward_dgamma : list nat :=
  [76; 79; 82].
Definition rms_norm_derived : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Same 0; Same 1;
   Same 2; Same 3; Same 4; Same 5; Same 6; Same 7;
   Same 8; Constant (Decimal 3 0 1); Powi 16 2; Powi 17 2; Powi 18 2; Sum [26; 27; 28];
   Binary Divide 29 25; Constant (Decimal 1 0 1); Binary Add 30 9; Unary Sqrt 32; Binary Divide 31 33; Powi 19 2;
   Powi 20 2; Powi 21 2; Sum [35; 36; 37]; Binary Divide 38 25; Binary Add 39 9; Unary Sqrt 40;
   Binary Divide 31 41; Binary Multiply 16 34; Binary Multiply 43 22; Binary Multiply 17 34; Binary Multiply 45 23; Binary Multiply 18 34;
   Binary Multiply 47 24; Binary Multiply 19 42; Binary Multiply 49 22; Binary Multiply 20 42; Binary Multiply 51 23; Binary Multiply 21 42;
   Binary Multiply 53 24; Binary Multiply 15 24; Binary Multiply 15 53; Binary Multiply 55 42; Binary Multiply 55 21; Binary Multiply 14 23;
   Binary Multiply 14 51; Binary Multiply 59 42; Binary Multiply 59 20; Binary Multiply 13 22; Binary Multiply 13 49; Binary Multiply 63 42;
   Binary Multiply 63 19; Binary Multiply 12 24; Binary Multiply 12 47; Binary Multiply 67 34; Binary Multiply 67 18; Binary Multiply 11 23;
   Binary Multiply 11 45; Binary Multiply 71 34; Binary Multiply 71 17; Binary Multiply 10 22; Binary Multiply 10 43; Binary Multiply 75 34;
   Binary Multiply 75 16; Sum [58; 62; 66]; Binary Divide 79 41; Binary Divide 79 41; Binary Multiply 81 42; Unary Negate 82;
   Constant (Decimal 2 0 1); Binary Multiply 84 41; Binary Divide 83 85; Binary Divide 86 25; Binary Divide 86 25; Binary Multiply 88 39;
   Unary Negate 89; Powi 21 1; Binary Multiply 84 91; Binary Multiply 87 92; Powi 20 1; Binary Multiply 84 94;
   Binary Multiply 87 95; Powi 19 1; Binary Multiply 84 97; Binary Multiply 87 98; Sum [70; 74; 78]; Binary Divide 100 33;
   Binary Divide 100 33; Binary Multiply 102 34; Unary Negate 103; Binary Multiply 84 33; Binary Divide 104 105; Binary Divide 106 25;
   Binary Divide 106 25; Binary Multiply 108 30; Unary Negate 109; Powi 18 1; Binary Multiply 84 111; Binary Multiply 107 112;
   Powi 17 1; Binary Multiply 84 114; Binary Multiply 107 115; Powi 16 1; Binary Multiply 84 117; Binary Multiply 107 118;
   Sum [77; 119]; Sum [73; 116]; Sum [69; 113]; Sum [65; 99]; Sum [61; 96]; Sum [57; 93];
   Sum [64; 76]; Sum [60; 72]; Sum [56; 68]].
Definition rms_norm_derived_before : nat :=
  55.
Definition rms_norm_derived_outputs : list (nat * nat) :=
  [(44, 10); (46, 11); (48, 12); (50, 13); (52, 14); (54, 15)].
Definition rms_norm_derived_inputs : list nat :=
  [16; 17; 18; 19; 20; 21; 22; 23; 24].
Definition rms_norm_derived_results : list nat :=
  [120; 121; 122; 123; 124; 125; 126; 127; 128].

(** LayerNorm where rows = 2, cols = 3. *)

Definition layer_norm_forward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Sum [0; 1; 2]; Constant (Decimal 3 0 1); Binary Divide 13 14; Sum [3; 4; 5]; Binary Divide 16 14;
   Binary Subtract 0 15; Binary Subtract 1 15; Binary Subtract 2 15; Binary Subtract 3 17; Binary Subtract 4 17; Binary Subtract 5 17;
   Powi 18 2; Powi 19 2; Powi 20 2; Powi 21 2; Powi 22 2; Powi 23 2;
   Sum [24; 25; 26]; Binary Divide 30 14; Sum [27; 28; 29]; Binary Divide 32 14; Constant (Decimal 1 0 1); Binary Add 31 12;
   Unary Sqrt 35; Binary Divide 34 36; Binary Add 33 12; Unary Sqrt 38; Binary Divide 34 39; Binary Multiply 18 37;
   Binary Multiply 19 37; Binary Multiply 20 37; Binary Multiply 21 40; Binary Multiply 22 40; Binary Multiply 23 40; Binary Multiply 41 6;
   Binary Add 47 9; Binary Multiply 42 7; Binary Add 49 10; Binary Multiply 43 8; Binary Add 51 11; Binary Multiply 44 6;
   Binary Add 53 9; Binary Multiply 45 7; Binary Add 55 10; Binary Multiply 46 8; Binary Add 57 11].
Definition layer_norm_forward_y : list nat :=
  [48; 50; 52; 54; 56; 58].
Definition layer_norm_forward_m : list nat :=
  [15; 17].
Definition layer_norm_forward_r : list nat :=
  [37; 40].
Definition layer_norm_backward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Given 16; Given 17;
   Given 18; Sum [0; 1; 2]; Constant (Decimal 3 0 1); Binary Divide 19 20; Sum [3; 4; 5]; Binary Divide 22 20;
   Binary Subtract 0 21; Binary Subtract 1 21; Binary Subtract 2 21; Binary Subtract 3 23; Binary Subtract 4 23; Binary Subtract 5 23;
   Powi 24 2; Powi 25 2; Powi 26 2; Powi 27 2; Powi 28 2; Powi 29 2;
   Sum [30; 31; 32]; Binary Divide 36 20; Sum [33; 34; 35]; Binary Divide 38 20; Constant (Decimal 1 0 1); Binary Add 37 12;
   Unary Sqrt 41; Binary Divide 40 42; Binary Add 39 12; Unary Sqrt 44; Binary Divide 40 45; Binary Multiply 24 43;
   Binary Multiply 25 43; Binary Multiply 26 43; Binary Multiply 27 46; Binary Multiply 28 46; Binary Multiply 29 46; Binary Multiply 43 6;
   Binary Multiply 53 13; Binary Multiply 43 7; Binary Multiply 55 14; Binary Multiply 43 8; Binary Multiply 57 15; Binary Multiply 46 6;
   Binary Multiply 59 16; Binary Multiply 46 7; Binary Multiply 61 17; Binary Multiply 46 8; Binary Multiply 63 18; Sum [54; 56; 58];
   Binary Divide 65 20; Sum [60; 62; 64]; Binary Divide 67 20; Binary Multiply 54 47; Binary Multiply 56 48; Binary Multiply 58 49;
   Binary Multiply 60 50; Binary Multiply 62 51; Binary Multiply 64 52; Sum [69; 70; 71]; Binary Divide 75 20; Sum [72; 73; 74];
   Binary Divide 77 20; Binary Subtract 54 66; Binary Multiply 47 76; Binary Subtract 79 80; Binary Subtract 56 66; Binary Multiply 48 76;
   Binary Subtract 82 83; Binary Subtract 58 66; Binary Multiply 49 76; Binary Subtract 85 86; Binary Subtract 60 68; Binary Multiply 50 78;
   Binary Subtract 88 89; Binary Subtract 62 68; Binary Multiply 51 78; Binary Subtract 91 92; Binary Subtract 64 68; Binary Multiply 52 78;
   Binary Subtract 94 95; Binary Multiply 13 47; Binary Multiply 16 50; Sum [97; 98]; Binary Multiply 14 48; Binary Multiply 17 51;
   Sum [100; 101]; Binary Multiply 15 49; Binary Multiply 18 52; Sum [103; 104]; Sum [13; 16]; Sum [14; 17];
   Sum [15; 18]].
Definition layer_norm_backward_dx : list nat :=
  [81; 84; 87; 90; 93; 96].
Definition layer_norm_backward_dgamma : list nat :=
  [99; 102; 105].
Definition layer_norm_backward_dbeta : list nat :=
  [106; 107; 108].
Definition layer_norm_derived : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Given 16; Given 17;
   Given 18; Same 0; Same 1; Same 2; Same 3; Same 4;
   Same 5; Same 6; Same 7; Same 8; Same 9; Same 10;
   Same 11; Sum [19; 20; 21]; Constant (Decimal 3 0 1); Binary Divide 31 32; Sum [22; 23; 24]; Binary Divide 34 32;
   Binary Subtract 19 33; Binary Subtract 20 33; Binary Subtract 21 33; Binary Subtract 22 35; Binary Subtract 23 35; Binary Subtract 24 35;
   Powi 36 2; Powi 37 2; Powi 38 2; Powi 39 2; Powi 40 2; Powi 41 2;
   Sum [42; 43; 44]; Binary Divide 48 32; Sum [45; 46; 47]; Binary Divide 50 32; Constant (Decimal 1 0 1); Binary Add 49 12;
   Unary Sqrt 53; Binary Divide 52 54; Binary Add 51 12; Unary Sqrt 56; Binary Divide 52 57; Binary Multiply 36 55;
   Binary Multiply 37 55; Binary Multiply 38 55; Binary Multiply 39 58; Binary Multiply 40 58; Binary Multiply 41 58; Binary Multiply 59 25;
   Binary Add 65 28; Binary Multiply 60 26; Binary Add 67 29; Binary Multiply 61 27; Binary Add 69 30; Binary Multiply 62 25;
   Binary Add 71 28; Binary Multiply 63 26; Binary Add 73 29; Binary Multiply 64 27; Binary Add 75 30; Binary Multiply 18 27;
   Binary Multiply 18 64; Binary Multiply 17 26; Binary Multiply 17 63; Binary Multiply 16 25; Binary Multiply 16 62; Binary Multiply 15 27;
   Binary Multiply 15 61; Binary Multiply 14 26; Binary Multiply 14 60; Binary Multiply 13 25; Binary Multiply 13 59; Binary Multiply 77 58;
   Binary Multiply 77 41; Binary Multiply 79 58; Binary Multiply 79 40; Binary Multiply 81 58; Binary Multiply 81 39; Binary Multiply 83 55;
   Binary Multiply 83 38; Binary Multiply 85 55; Binary Multiply 85 37; Binary Multiply 87 55; Binary Multiply 87 36; Sum [90; 92; 94];
   Binary Divide 101 57; Binary Divide 101 57; Binary Multiply 103 58; Unary Negate 104; Constant (Decimal 2 0 1); Binary Multiply 106 57;
   Binary Divide 105 107; Sum [96; 98; 100]; Binary Divide 109 54; Binary Divide 109 54; Binary Multiply 111 55; Unary Negate 112;
   Binary Multiply 106 54; Binary Divide 113 114; Binary Divide 108 32; Binary Divide 108 32; Binary Multiply 117 51; Unary Negate 118;
   Binary Divide 115 32; Binary Divide 115 32; Binary Multiply 121 49; Unary Negate 122; Powi 41 1; Binary Multiply 106 124;
   Binary Multiply 116 125; Powi 40 1; Binary Multiply 106 127; Binary Multiply 116 128; Powi 39 1; Binary Multiply 106 130;
   Binary Multiply 116 131; Powi 38 1; Binary Multiply 106 133; Binary Multiply 120 134; Powi 37 1; Binary Multiply 106 136;
   Binary Multiply 120 137; Powi 36 1; Binary Multiply 106 139; Binary Multiply 120 140; Sum [89; 126]; Unary Negate 142;
   Sum [91; 129]; Unary Negate 144; Sum [93; 132]; Unary Negate 146; Sum [95; 135]; Unary Negate 148;
   Sum [97; 138]; Unary Negate 150; Sum [99; 141]; Unary Negate 152; Sum [143; 145; 147]; Binary Divide 154 32;
   Binary Divide 154 32; Binary Multiply 156 35; Unary Negate 157; Sum [149; 151; 153]; Binary Divide 159 32; Binary Divide 159 32;
   Binary Multiply 161 33; Unary Negate 162; Sum [152; 160]; Sum [150; 160]; Sum [148; 160]; Sum [146; 155];
   Sum [144; 155]; Sum [142; 155]; Sum [82; 88]; Sum [80; 86]; Sum [78; 84]; Sum [16; 13];
   Sum [17; 14]; Sum [18; 15]].
Definition layer_norm_derived_before : nat :=
  77.
Definition layer_norm_derived_outputs : list (nat * nat) :=
  [(66, 13); (68, 14); (70, 15); (72, 16); (74, 17); (76, 18)].
Definition layer_norm_derived_inputs : list nat :=
  [19; 20; 21; 22; 23; 24; 25; 26; 27; 28; 29; 30].
Definition layer_norm_derived_results : list nat :=
  [164; 165; 166; 167; 168; 169; 170; 171; 172; 173; 174; 175].

(** MatMul where m = 2, k = 3, n = 2. *)

Definition matmul_forward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Binary Multiply 0 6; Binary Multiply 1 8; Binary Multiply 2 10; Sum [12; 13; 14]; Binary Multiply 0 7; Binary Multiply 1 9;
   Binary Multiply 2 11; Sum [16; 17; 18]; Binary Multiply 3 6; Binary Multiply 4 8; Binary Multiply 5 10; Sum [20; 21; 22];
   Binary Multiply 3 7; Binary Multiply 4 9; Binary Multiply 5 11; Sum [24; 25; 26]].
Definition matmul_forward_y : list nat :=
  [15; 19; 23; 27].
Definition matmul_backward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Binary Multiply 12 6; Binary Multiply 13 7;
   Sum [16; 17]; Binary Multiply 12 8; Binary Multiply 13 9; Sum [19; 20]; Binary Multiply 12 10; Binary Multiply 13 11;
   Sum [22; 23]; Binary Multiply 14 6; Binary Multiply 15 7; Sum [25; 26]; Binary Multiply 14 8; Binary Multiply 15 9;
   Sum [28; 29]; Binary Multiply 14 10; Binary Multiply 15 11; Sum [31; 32]; Binary Multiply 0 12; Binary Multiply 3 14;
   Sum [34; 35]; Binary Multiply 0 13; Binary Multiply 3 15; Sum [37; 38]; Binary Multiply 1 12; Binary Multiply 4 14;
   Sum [40; 41]; Binary Multiply 1 13; Binary Multiply 4 15; Sum [43; 44]; Binary Multiply 2 12; Binary Multiply 5 14;
   Sum [46; 47]; Binary Multiply 2 13; Binary Multiply 5 15; Sum [49; 50]].
Definition matmul_backward_da : list nat :=
  [18; 21; 24; 27; 30; 33].
Definition matmul_backward_db : list nat :=
  [36; 39; 42; 45; 48; 51].
Definition matmul_derived : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Same 0; Same 1;
   Same 2; Same 3; Same 4; Same 5; Same 6; Same 7;
   Same 8; Same 9; Same 10; Same 11; Binary Multiply 16 22; Binary Multiply 17 24;
   Binary Multiply 18 26; Sum [28; 29; 30]; Binary Multiply 16 23; Binary Multiply 17 25; Binary Multiply 18 27; Sum [32; 33; 34];
   Binary Multiply 19 22; Binary Multiply 20 24; Binary Multiply 21 26; Sum [36; 37; 38]; Binary Multiply 19 23; Binary Multiply 20 25;
   Binary Multiply 21 27; Sum [40; 41; 42]; Binary Multiply 15 27; Binary Multiply 15 21; Binary Multiply 15 25; Binary Multiply 15 20;
   Binary Multiply 15 23; Binary Multiply 15 19; Binary Multiply 14 26; Binary Multiply 14 21; Binary Multiply 14 24; Binary Multiply 14 20;
   Binary Multiply 14 22; Binary Multiply 14 19; Binary Multiply 13 27; Binary Multiply 13 18; Binary Multiply 13 25; Binary Multiply 13 17;
   Binary Multiply 13 23; Binary Multiply 13 16; Binary Multiply 12 26; Binary Multiply 12 18; Binary Multiply 12 24; Binary Multiply 12 17;
   Binary Multiply 12 22; Binary Multiply 12 16; Sum [60; 66]; Sum [58; 64]; Sum [56; 62]; Sum [48; 54];
   Sum [46; 52]; Sum [44; 50]; Sum [55; 67]; Sum [49; 61]; Sum [53; 65]; Sum [47; 59];
   Sum [51; 63]; Sum [45; 57]].
Definition matmul_derived_before : nat :=
  44.
Definition matmul_derived_outputs : list (nat * nat) :=
  [(31, 12); (35, 13); (39, 14); (43, 15)].
Definition matmul_derived_inputs : list nat :=
  [16; 17; 18; 19; 20; 21; 22; 23; 24; 25; 26; 27].
Definition matmul_derived_results : list nat :=
  [68; 69; 70; 71; 72; 73; 74; 75; 76; 77; 78; 79].

(** Attention where heads = 1, rows = 2, keys = 3, dim = 2, width = 2. *)

Definition attention_forward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Given 16; Binary Multiply 0 4;
   Binary Multiply 1 5; Sum [17; 18]; Binary Multiply 0 6; Binary Multiply 1 7; Sum [20; 21]; Binary Multiply 0 8;
   Binary Multiply 1 9; Sum [23; 24]; Binary Multiply 2 4; Binary Multiply 3 5; Sum [26; 27]; Binary Multiply 2 6;
   Binary Multiply 3 7; Sum [29; 30]; Binary Multiply 2 8; Binary Multiply 3 9; Sum [32; 33]; Binary Multiply 16 19;
   Binary Multiply 16 22; Binary Multiply 16 25; Binary Multiply 16 28; Binary Multiply 16 31; Binary Multiply 16 34; NegInfinity;
   Binary Max 35 41; Binary Max 42 41; Binary Subtract 35 43; Unary Exp 44; Binary Subtract 41 43; Unary Exp 46;
   Binary Subtract 41 43; Unary Exp 48; Sum [45; 47; 49]; Binary Divide 45 50; Binary Divide 47 50; Binary Divide 49 50;
   Binary Max 38 39; Binary Max 54 41; Binary Subtract 38 55; Unary Exp 56; Binary Subtract 39 55; Unary Exp 58;
   Binary Subtract 41 55; Unary Exp 60; Sum [57; 59; 61]; Binary Divide 57 62; Binary Divide 59 62; Binary Divide 61 62;
   Binary Multiply 51 10; Binary Multiply 52 12; Binary Multiply 53 14; Sum [66; 67; 68]; Binary Multiply 51 11; Binary Multiply 52 13;
   Binary Multiply 53 15; Sum [70; 71; 72]; Binary Multiply 63 10; Binary Multiply 64 12; Binary Multiply 65 14; Sum [74; 75; 76];
   Binary Multiply 63 11; Binary Multiply 64 13; Binary Multiply 65 15; Sum [78; 79; 80]].
Definition attention_forward_y : list nat :=
  [69; 73; 77; 81].
Definition attention_forward_masked : list nat :=
  [35; 41; 41; 38; 39; 41].
Definition attention_forward_p : list nat :=
  [51; 52; 53; 63; 64; 65].
Definition attention_forward_scaled : list nat :=
  [35; 36; 37; 38; 39; 40].
Definition attention_forward_scores : list nat :=
  [19; 22; 25; 28; 31; 34].
Definition attention_backward : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Given 16; Given 17;
   Given 18; Given 19; Given 20; Binary Multiply 0 4; Binary Multiply 1 5; Sum [21; 22];
   Binary Multiply 0 6; Binary Multiply 1 7; Sum [24; 25]; Binary Multiply 0 8; Binary Multiply 1 9; Sum [27; 28];
   Binary Multiply 2 4; Binary Multiply 3 5; Sum [30; 31]; Binary Multiply 2 6; Binary Multiply 3 7; Sum [33; 34];
   Binary Multiply 2 8; Binary Multiply 3 9; Sum [36; 37]; Binary Multiply 16 23; Binary Multiply 16 26; Binary Multiply 16 29;
   Binary Multiply 16 32; Binary Multiply 16 35; Binary Multiply 16 38; NegInfinity; Binary Max 39 45; Binary Max 46 45;
   Binary Subtract 39 47; Unary Exp 48; Binary Subtract 45 47; Unary Exp 50; Binary Subtract 45 47; Unary Exp 52;
   Sum [49; 51; 53]; Binary Divide 49 54; Binary Divide 51 54; Binary Divide 53 54; Binary Max 42 43; Binary Max 58 45;
   Binary Subtract 42 59; Unary Exp 60; Binary Subtract 43 59; Unary Exp 62; Binary Subtract 45 59; Unary Exp 64;
   Sum [61; 63; 65]; Binary Divide 61 66; Binary Divide 63 66; Binary Divide 65 66; Binary Multiply 55 10; Binary Multiply 56 12;
   Binary Multiply 57 14; Sum [70; 71; 72]; Binary Multiply 55 11; Binary Multiply 56 13; Binary Multiply 57 15; Sum [74; 75; 76];
   Binary Multiply 67 10; Binary Multiply 68 12; Binary Multiply 69 14; Sum [78; 79; 80]; Binary Multiply 67 11; Binary Multiply 68 13;
   Binary Multiply 69 15; Sum [82; 83; 84]; Binary Multiply 17 10; Binary Multiply 18 11; Sum [86; 87]; Binary Multiply 17 12;
   Binary Multiply 18 13; Sum [89; 90]; Binary Multiply 17 14; Binary Multiply 18 15; Sum [92; 93]; Binary Multiply 19 10;
   Binary Multiply 20 11; Sum [95; 96]; Binary Multiply 19 12; Binary Multiply 20 13; Sum [98; 99]; Binary Multiply 19 14;
   Binary Multiply 20 15; Sum [101; 102]; Constant (Decimal 0 0 1); Binary Multiply 55 17; Binary Multiply 67 19; Sum [105; 106];
   Binary Multiply 55 18; Binary Multiply 67 20; Sum [108; 109]; Binary Multiply 56 17; Binary Multiply 68 19; Sum [111; 112];
   Binary Multiply 56 18; Binary Multiply 68 20; Sum [114; 115]; Binary Multiply 57 17; Binary Multiply 69 19; Sum [117; 118];
   Binary Multiply 57 18; Binary Multiply 69 20; Sum [120; 121]; Binary Max 39 45; Binary Max 123 45; Binary Subtract 39 124;
   Unary Exp 125; Binary Subtract 45 124; Unary Exp 127; Binary Subtract 45 124; Unary Exp 129; Sum [126; 128; 130];
   Binary Divide 126 131; Binary Divide 128 131; Binary Divide 130 131; Binary Max 42 43; Binary Max 135 45; Binary Subtract 42 136;
   Unary Exp 137; Binary Subtract 43 136; Unary Exp 139; Binary Subtract 45 136; Unary Exp 141; Sum [138; 140; 142];
   Binary Divide 138 143; Binary Divide 140 143; Binary Divide 142 143; Binary Multiply 132 88; Binary Multiply 133 91; Binary Multiply 134 94;
   Sum [147; 148; 149]; Binary Subtract 88 150; Binary Multiply 132 151; Binary Subtract 91 150; Binary Multiply 133 153; Binary Subtract 94 150;
   Binary Multiply 134 155; Binary Multiply 144 97; Binary Multiply 145 100; Binary Multiply 146 103; Sum [157; 158; 159]; Binary Subtract 97 160;
   Binary Multiply 144 161; Binary Subtract 100 160; Binary Multiply 145 163; Binary Subtract 103 160; Binary Multiply 146 165; Binary Multiply 16 152;
   Binary Multiply 16 104; Binary Multiply 16 104; Binary Multiply 16 162; Binary Multiply 16 164; Binary Multiply 16 104; Binary Multiply 167 4;
   Binary Multiply 168 6; Binary Multiply 169 8; Sum [173; 174; 175]; Binary Multiply 167 5; Binary Multiply 168 7; Binary Multiply 169 9;
   Sum [177; 178; 179]; Binary Multiply 170 4; Binary Multiply 171 6; Binary Multiply 172 8; Sum [181; 182; 183]; Binary Multiply 170 5;
   Binary Multiply 171 7; Binary Multiply 172 9; Sum [185; 186; 187]; Binary Multiply 0 167; Binary Multiply 2 170; Sum [189; 190];
   Binary Multiply 0 168; Binary Multiply 2 171; Sum [192; 193]; Binary Multiply 0 169; Binary Multiply 2 172; Sum [195; 196];
   Binary Multiply 1 167; Binary Multiply 3 170; Sum [198; 199]; Binary Multiply 1 168; Binary Multiply 3 171; Sum [201; 202];
   Binary Multiply 1 169; Binary Multiply 3 172; Sum [204; 205]].
Definition attention_backward_dq : list nat :=
  [176; 180; 184; 188].
Definition attention_backward_dk : list nat :=
  [191; 200; 194; 203; 197; 206].
Definition attention_backward_dv : list nat :=
  [107; 110; 113; 116; 119; 122].
Definition attention_derived : list node :=
  [Given 0; Given 1; Given 2; Given 3; Given 4; Given 5;
   Given 6; Given 7; Given 8; Given 9; Given 10; Given 11;
   Given 12; Given 13; Given 14; Given 15; Given 16; Given 17;
   Given 18; Given 19; Given 20; Same 0; Same 1; Same 2;
   Same 3; Same 4; Same 5; Same 6; Same 7; Same 8;
   Same 9; Same 10; Same 11; Same 12; Same 13; Same 14;
   Same 15; Binary Multiply 21 25; Binary Multiply 22 26; Sum [37; 38]; Binary Multiply 21 27; Binary Multiply 22 28;
   Sum [40; 41]; Binary Multiply 21 29; Binary Multiply 22 30; Sum [43; 44]; Binary Multiply 23 25; Binary Multiply 24 26;
   Sum [46; 47]; Binary Multiply 23 27; Binary Multiply 24 28; Sum [49; 50]; Binary Multiply 23 29; Binary Multiply 24 30;
   Sum [52; 53]; Binary Multiply 16 39; Binary Multiply 16 42; Binary Multiply 16 45; Binary Multiply 16 48; Binary Multiply 16 51;
   Binary Multiply 16 54; NegInfinity; Binary Max 55 61; Binary Max 62 61; Binary Subtract 55 63; Unary Exp 64;
   Binary Subtract 61 63; Unary Exp 66; Binary Subtract 61 63; Unary Exp 68; Sum [65; 67; 69]; Binary Divide 65 70;
   Binary Divide 67 70; Binary Divide 69 70; Binary Max 58 59; Binary Max 74 61; Binary Subtract 58 75; Unary Exp 76;
   Binary Subtract 59 75; Unary Exp 78; Binary Subtract 61 75; Unary Exp 80; Sum [77; 79; 81]; Binary Divide 77 82;
   Binary Divide 79 82; Binary Divide 81 82; Binary Multiply 71 31; Binary Multiply 72 33; Binary Multiply 73 35; Sum [86; 87; 88];
   Binary Multiply 71 32; Binary Multiply 72 34; Binary Multiply 73 36; Sum [90; 91; 92]; Binary Multiply 83 31; Binary Multiply 84 33;
   Binary Multiply 85 35; Sum [94; 95; 96]; Binary Multiply 83 32; Binary Multiply 84 34; Binary Multiply 85 36; Sum [98; 99; 100];
   Binary Multiply 20 36; Binary Multiply 20 85; Binary Multiply 20 34; Binary Multiply 20 84; Binary Multiply 20 32; Binary Multiply 20 83;
   Binary Multiply 19 35; Binary Multiply 19 85; Binary Multiply 19 33; Binary Multiply 19 84; Binary Multiply 19 31; Binary Multiply 19 83;
   Binary Multiply 18 36; Binary Multiply 18 73; Binary Multiply 18 34; Binary Multiply 18 72; Binary Multiply 18 32; Binary Multiply 18 71;
   Binary Multiply 17 35; Binary Multiply 17 73; Binary Multiply 17 33; Binary Multiply 17 72; Binary Multiply 17 31; Binary Multiply 17 71;
   Sum [102; 108]; Binary Divide 126 82; Binary Divide 126 82; Binary Multiply 128 85; Unary Negate 129; Sum [104; 110];
   Binary Divide 131 82; Binary Divide 131 82; Binary Multiply 133 84; Unary Negate 134; Sum [106; 112]; Binary Divide 136 82;
   Binary Divide 136 82; Binary Multiply 138 83; Unary Negate 139; Sum [130; 135; 140]; Sum [127; 141]; Binary Multiply 142 81;
   Unary Negate 143; Sum [132; 141]; Binary Multiply 145 79; Unary Negate 146; Sum [137; 141]; Binary Multiply 148 77;
   Unary Negate 149; Sum [144; 147; 150]; Constant (Decimal 0 0 1); Compare GreaterEqual 74 61; Select 0 151 152; Compare GreaterEqual 74 61;
   Select 1 152 151; Compare GreaterEqual 58 59; Select 2 154 152; Compare GreaterEqual 58 59; Select 3 152 154; Sum [114; 120];
   Binary Divide 161 70; Binary Divide 161 70; Binary Multiply 163 73; Unary Negate 164; Sum [116; 122]; Binary Divide 166 70;
   Binary Divide 166 70; Binary Multiply 168 72; Unary Negate 169; Sum [118; 124]; Binary Divide 171 70; Binary Divide 171 70;
   Binary Multiply 173 71; Unary Negate 174; Sum [165; 170; 175]; Sum [162; 176]; Binary Multiply 177 69; Unary Negate 178;
   Sum [167; 176]; Binary Multiply 180 67; Unary Negate 181; Sum [172; 176]; Binary Multiply 183 65; Unary Negate 184;
   Sum [179; 182; 185]; Compare GreaterEqual 62 61; Select 4 186 152; Compare GreaterEqual 62 61; Select 5 152 186; Compare GreaterEqual 55 61;
   Select 6 188 152; Compare GreaterEqual 55 61; Select 7 152 188; Sum [146; 160]; Binary Multiply 195 51; Binary Multiply 195 16;
   Sum [149; 158]; Binary Multiply 198 48; Binary Multiply 198 16; Sum [184; 192]; Binary Multiply 201 39; Binary Multiply 201 16;
   Binary Multiply 197 28; Binary Multiply 197 24; Binary Multiply 197 27; Binary Multiply 197 23; Binary Multiply 200 26; Binary Multiply 200 24;
   Binary Multiply 200 25; Binary Multiply 200 23; Binary Multiply 203 26; Binary Multiply 203 22; Binary Multiply 203 25; Binary Multiply 203 21;
   Sum [206; 210]; Sum [204; 208]; Sum [211; 215]; Sum [209; 213]; Sum [113; 125]; Sum [107; 119];
   Sum [111; 123]; Sum [105; 117]; Sum [109; 121]; Sum [103; 115]].
Definition attention_derived_before : nat :=
  102.
Definition attention_derived_outputs : list (nat * nat) :=
  [(89, 17); (93, 18); (97, 19); (101, 20)].
Definition attention_derived_inputs : list nat :=
  [21; 22; 23; 24; 25; 26; 27; 28; 29; 30; 31; 32; 33; 34; 35; 36].
Definition attention_derived_results : list nat :=
  [214; 212; 216; 217; 218; 219; 207; 205; 152; 152; 220; 221; 222; 223; 224; 225].
