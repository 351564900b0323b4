#!/usr/bin/env bash
# Progress on stderr of a terminal: one line drawn anew with stage, counts and time left; with --quiet nothing. Lines of a stderr that is none: test_outputs.sh.
. "$(dirname "$0")/lib.sh"
need_program
command -v script >/dev/null || { echo "skipped: no script(1)"; exit 77; }
script -qec true /dev/null </dev/null >/dev/null 2>&1 || { echo "skipped: no pseudo-terminal can be made here"; exit 77; }
mkdir -p "$tmp/study"
cp -r studies/digital-consumption-2025h1/model.yaml studies/digital-consumption-2025h1/data "$tmp/study"
cd "$tmp" || exit 1
# so many interviews take more than a second on any machine: progress of a command without stages of its own
n=200000
sanitized && n=50000
synth="$program synth study/model.yaml -n $n -o x.csv"
started=$SECONDS
script -qec "$synth" /dev/null </dev/null >tty 2>&1 || fail "synth on a terminal: $(tail -2 tty)"
tr '\r' '\n' <tty >lines
grep -Eq "synthetic interviews  \[#*\.*\] [0-9]+/$n  [0-9]+ s left" lines || fail "on a terminal: $(tail -3 lines)"
# every tenth of a second
[ "$(grep -o "/$n" lines | wc -l)" -le $((10 * (SECONDS - started + 1))) ] || fail "the line is drawn too often"
script -qec "$synth --lang zh" /dev/null </dev/null >tty 2>&1
grep -q '约剩 [0-9]* 秒' tty || fail "in Chinese: $(tr '\r' '\n' <tty | tail -3)"
script -qec "$synth --quiet" /dev/null </dev/null >tty 2>&1
! grep -q 'synthetic interviews  \[' tty || fail "--quiet is not quiet on a terminal"
# a run says no time left before a good part of it is done: the first stages alone tell little of the others
cat >run.yaml <<END
study: t
title: {zh: 题, en: T}
data: {p: {file: made.sav, generate: {model: study/model.yaml, n: $n, seed: 1}}}
design: {weights: none}
indicators: {a: {mean: age}}
tables: [{id: t1, title: {zh: 表, en: Table}, indicators: [a]}]
END
script -qec "$program run run.yaml --to csv --lang en" /dev/null </dev/null >tty 2>&1 || fail "run on a terminal: $(tail -2 tty)"
tr '\r' '\n' <tty >lines
grep -q '\[[2-4]/10\]' lines || fail "no stages are drawn: $(tail -3 lines)"
grep -E '\[[1-4]/10\].* s left' lines && fail "time left is told too early"
finish
