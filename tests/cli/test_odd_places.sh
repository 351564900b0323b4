#!/usr/bin/env bash
# Where a file of the release, or the journal of one, would be, lies something else: a named pipe, a folder, a link that leads out of the folder. No
# command waits for ever or writes elsewhere, and the store stays. An audit while a run publishes; a run that is interrupted when it has published.
. tests/cli/lib.sh
need_program
killer=$(realpath "$build_dir/tests/libkill_at.so" 2>/dev/null)
mkdir "$tmp/st"
cp -r tests/unit/study/data/. "$tmp/st"
cd "$tmp/st" || exit 1
soon() { timeout 60 "$program" "$@"; }
"$program" run study.yaml --to html,csv --quiet >o 2>e || fail "the release: $(cat e)"
csv=$(basename "$(ls out/*.csv | head -1)")
sums out >before
cp -a out kept
again() { rm -rf out && cp -a kept out; }

# ---- a named pipe, where a file of the release was
for name in "$csv" report.en.html; do
  rm "out/$name"
  mkfifo "out/$name"
  soon audit out >o 2>e
  code=$?
  [ $code = 1 ] || [ $code = 3 ] || fail "audit with a pipe for $name: exit $code: $(cat e)"
  grep -q "$name" o e || fail "audit with a pipe for $name does not name it: $(cat o e)"
  soon run study.yaml --to html,csv --quiet >o 2>e || fail "run with a pipe for $name: exit $?: $(cat e)"
  [ -f "out/$name" ] || fail "the pipe $name is there still"
  sums out | diff before - >d || fail "a pipe for $name, then a run: $(cat d)"
done
mkfifo out/results.db-files
run_fails 1 "results.db-files: this is no file, where the journal of a run would be: move it away" soon audit out
rm out/results.db-files

# ---- journals that name what no run puts into its place
hash=$(printf '%064d' 0)
journal() { printf 'shuxiao files 1 open\nrun 9 x\n99999999\n%s\nend\n' "$1" >out/results.db-files; }
mkdir out/folder
echo mine >out/folder/text
mkfifo out/pipe
for name in folder pipe; do
  for kind in + = -; do
    journal "$kind $hash $name"
    soon audit out >o 2>e || fail "a journal that names a $name ($kind): exit $?: $(cat e)"
    [ ! -e out/results.db-files ] && [ -s out/folder/text ] && [ -p out/pipe ] || fail "a journal that names a $name ($kind): $(ls out)"
  done
done
mkdir "out/x.tmp-99999999-old"
journal "= $hash x"
soon audit out >o 2>e || fail "a journal whose old file is a folder: exit $?: $(cat e)"
sha256sum <out/results.db >db
for name in . .. results.db results.db.lock results.db-journal results.db-files; do
  journal "+ $(cut -c1-64 db) $name"
  run_fails 1 "results.db-files: '+ .*' is no line of a journal: move the file away" soon audit out
  sha256sum <out/results.db | cmp -s - db || fail "a journal that names $name: the store is not what it was"
done
again

# ---- a link in the place of the journal or of a temporary file
sed 's/A tiny study}/A small study}/; s/age >= 60/age >= 55/' study.yaml >other.yaml
ln -s "$tmp/elsewhere" out/results.db-files
soon run other.yaml --to html,csv --quiet >o 2>e || fail "a run over a link: exit $?: $(cat e)"
[ ! -e "$tmp/elsewhere" ] || fail "the journal was written through a link: $(cat "$tmp/elsewhere")"
[ ! -L out/results.db-files ] || fail "the link is there still"
sums out >after
echo precious >"$tmp/elsewhere"
ln -s "$tmp/elsewhere" out/results.db-files
run_fails 1 "this is no file, where the journal" soon run study.yaml --to html,csv --quiet
[ "$(cat "$tmp/elsewhere")" = precious ] || fail "what a link leads to was changed"
again

# ---- while another program does something: needs the shim
[ -e "$killer" ] || { echo "libkill_at.so is not built: what another program does meanwhile is not tested"; finish; }
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
