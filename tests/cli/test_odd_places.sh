#!/usr/bin/env bash
# Where a file of the release, or the journal of one, would be, lies something else: a named pipe, a folder, a link that leads out of the folder. No
# command waits for ever or writes elsewhere, and the store stays.
. tests/cli/lib.sh
need_program
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
echo precious >"$tmp/elsewhere"
ln -s "$tmp/elsewhere" out/results.db-files
run_fails 1 "this is no file, where the journal" soon run study.yaml --to html,csv --quiet
[ "$(cat "$tmp/elsewhere")" = precious ] || fail "what a link leads to was changed"
again
finish
