#!/usr/bin/env bash
# Checks the proofs of this folder: all of them compile, nothing in them is left open, and what each theorem assumes are axioms of the real
# numbers. Needs Coq and Coquelicot (Debian: apt-get install coq libcoq-coquelicot); without them it says `SKIP: …` and checks nothing.
set -euo pipefail
export LC_ALL=C

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# The axioms that Coq's reals are made of, and the excluded middle, which their theory of functions and Coquelicot's auto_derive use.
allowed="
ClassicalDedekindReals.sig_forall_dec
ClassicalDedekindReals.sig_not_dec
FunctionalExtensionality.functional_extensionality_dep
Classical_Prop.classic
"

skip() {
    echo "SKIP: $*; the proofs were not checked"
    exit 0
}
fail() {
    echo "check.sh: $*" >&2
    exit 1
}

compile() { coqc -q -w -ambiguous-paths -R "$build" Hesper "$1"; }

command -v coqc >/dev/null 2>&1 || skip "there is no coqc here"
command -v coqdep >/dev/null 2>&1 || skip "there is no coqdep here"
echo "From Coquelicot Require Import Coquelicot." >"$build/Probe.v"
compile "$build/Probe.v" >"$build/probe.log" 2>&1 || skip "coqc finds no Coquelicot: $(tail -n 1 "$build/probe.log")"
rm "$build"/Probe.* "$build"/.Probe.*
echo "checking the proofs with $(coqc --version | head -n 1)"

cp "$folder"/*.v "$build"
cd "$build"

# Nothing is left open, nothing is switched off, nothing is assumed outside of a section.
open='\b(Admitted|admit|give_up|Abort|Axioms?|Parameters?|Conjecture|Unset|bypass_check)\b'
if grep -nE "$open" -- *.v; then
    fail "a file leaves something open, or assumes it"
fi
outside=$(awk '
    FNR == 1 { depth = 0 }
    /^ *(Section|Module) / { depth++ }
    /^ *End / { depth-- }
    /^ *((Local|Global|#\[[a-z]*\]) )?(Hypothes[ie]s|Variables?|Context)[ \t]/ && depth == 0 { print FILENAME ":" FNR ": " $0 }
' ./*.v)
[ -z "$outside" ] || fail "a file assumes something outside of a section: $outside"

# Each theorem is asked for its assumptions.
theorems=$(grep -hoE '^(Theorem|Corollary) [A-Za-z_0-9]+' -- *.v | cut -d ' ' -f 2)
count=0
for theorem in $theorems; do
    grep -qx "Print Assumptions $theorem\." Check.v || fail "the theorem $theorem is not in Check.v"
    count=$((count + 1))
done
[ "$count" -gt 0 ] || fail "there are no theorems"

for file in $(coqdep -sort -R . Hesper -- *.v 2>/dev/null); do
    file=${file#./}
    echo "  $file"
    compile "$file" >"$file.log" 2>&1 || {
        cat "$file.log" >&2
        fail "$file does not compile"
    }
done
[ -e Check.v.log ] || fail "Check.v was not compiled"

# A report for each: that it is closed, or its axioms, each at the beginning of a line.
asked=$(grep -c '^Print Assumptions ' Check.v)
reports=$(grep -cE '^(Axioms:|Closed under the global context)$' Check.v.log || true)
[ "$reports" = "$asked" ] || fail "Coq reported on $reports of $asked theorems"
axioms=$(grep -E '^[A-Za-z_]' Check.v.log | grep -vE '^(Axioms:|Closed under)' | awk '{ print $1 }' | sort -u)
for axiom in $axioms; do
    grep -qx "$axiom" <<<"$allowed" || fail "$axiom is not among the axioms that are allowed"
done

echo "axioms: $(tr '\n' ' ' <<<"$axioms")"
echo "proved: $count theorems, nothing open, no other axiom"
