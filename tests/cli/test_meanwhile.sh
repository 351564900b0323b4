#!/usr/bin/env bash
# An audit while a run publishes, or while a person changes a page; a run that is interrupted when it has published. A preloaded library (kill_at.c) says when.
. tests/cli/lib.sh
need_program
killer=$build_dir/tests/libkill_at.so
[ -e "$killer" ] || { echo "skipped: $killer is not built"; exit 77; }
killer=$(realpath "$killer")
mkdir "$tmp/st"
cp -r tests/unit/study/data/. "$tmp/st"
cd "$tmp/st" || exit 1
soon() { timeout 60 "$program" "$@"; }
"$program" run study.yaml --to html,csv --quiet >o 2>e || fail "the release: $(cat e)"
sums out >before
cp -a out kept
again() { rm -rf out && cp -a kept out; }
sed 's/A tiny study}/A small study}/; s/age >= 60/age >= 55/' study.yaml >other.yaml
soon run other.yaml --to html,csv --quiet >o 2>e || fail "another release: exit $?: $(cat e)"
sums out >after
again

# a run puts its files in place between the store's record and the pages; it commits when the audit lets the store go, or cannot and puts the old ones back
cat >publish.sh <<END
"$program" run other.yaml --out out --to html,csv --quiet >said 2>&1 &
for i in \$(seq 1 400); do [ -e out/results.db-files ] && break; sleep 0.02; done
sleep 0.3
END
KILL_READ=out/report.en.html KILL_COMMAND="sh publish.sh" LD_PRELOAD=$killer soon audit out >o 2>e || fail "audit while a run publishes: exit $?: $(cat o e said)"
"$program" audit out >o 2>e || fail "audit after it: $(cat o e said)" # waits for that run
[ -s said ] || sums out | diff after - >d || fail "no run published meanwhile: $(cat d said)"
KILL_READ=out/report.en.html KILL_COMMAND="echo edited >>out/report.en.html" LD_PRELOAD=$killer soon audit out >o 2>e
[ $? = 3 ] || fail "audit while a person changes a page: $(cat o e)"
# interrupted at each call behind the commit, the removal of SQLite's journal
again
KILL_LOG=$tmp/log KILL_BELOW=$PWD/out/ LD_PRELOAD=$killer "$program" run other.yaml --out out --to html,csv --quiet >o 2>e || fail "not interrupted: $(cat e)"
commit=$(awk '$3 ~ /results.db-journal$/ && $2 == "unlink" { n = $1 } END { print n }' "$tmp/log")
last=$(wc -l <"$tmp/log")
[ -n "$commit" ] && [ "$last" -gt "$commit" ] || fail "no calls behind the commit: $(tail -5 "$tmp/log")"
for n in $(seq $((commit + 1)) "$last"); do
  again
  KILL_AT=$n KILL_SIGNAL=2 KILL_BELOW=$PWD/out/ LD_PRELOAD=$killer "$program" run other.yaml --out out --to html,csv --quiet >o 2>e
  code=$?
  [ $code = 0 ] || fail "interrupted at call $n of $last, behind the commit: exit $code: $(cat e)"
  sums out | diff after - >d || fail "interrupted at call $n: $(cat d)"
done
# and well before it
again
run_fails 130 "interrupted; nothing was left half-written" env KILL_AT=1 KILL_SIGNAL=2 KILL_BELOW="$PWD/out/" LD_PRELOAD="$killer" "$program" run other.yaml --out out --to html,csv --quiet --force
sums out | diff before - >d || fail "interrupted before the commit: $(cat d)"
finish
