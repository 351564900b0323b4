#!/usr/bin/env bash
# shared_run.sh [FOLDER]: the bundled study as one run from nothing leaves it, on one thread, with its two pages: made once in a build, kept there by the content of
# the program and of the study, copied to FOLDER. What the run said is FOLDER.said. A test that asks how a run goes on, or reads what it left, starts from
# this copy, which it may alter; one that asks how a run from nothing goes makes its own. Without FOLDER: makes it (what ctest runs first).
. tests/cli/lib.sh
need_program
kept=$build_dir/shared_run
name=digital-consumption-2025h1
mkdir -p "$kept" "$tmp/new"
cp -r studies/$name "$tmp/new/study"
rm -rf "$tmp/new/study/out" "$tmp/new"/study/interviews*.sav # of a run in the tree
smaller "$tmp/new/study/study.yaml"
key=$(cd "$tmp/new" && { sha256sum <"$program"; find study -type f -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -c1-32)
exec 9>"$kept/lock"
flock 9 # tests run side by side
if [ ! -d "$kept/$key" ]; then
  (cd "$tmp/new" && "$program" run study/study.yaml --threads 1 --quiet >said 2>err) || { cat "$tmp/new/err" >&2; fail "the bundled study"; finish; }
  find "$kept" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} + # of other programs
  cp -r "$tmp/new" "$kept/new" && mv "$kept/new" "$kept/$key" || fail "$kept/$key cannot be written"
fi
if [ $# -gt 0 ]; then
  mkdir -p "$1" && cp -r "$kept/$key/study/." "$1" && cp "$kept/$key/said" "$1.said" || fail "$1 cannot be written"
fi
finish
