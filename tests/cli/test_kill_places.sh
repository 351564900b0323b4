#!/usr/bin/env bash
# A run is killed at every one of its calls that change a file of the release (of those that write the store alone, at every ninth): of a first
# release, of one over another, of formats that are added. Whoever comes next, `audit` or `run`, finds one release whole, pages and store
# together, and nothing beside it. Then at random instants.
. tests/cli/lib.sh
need_program
killer=$build_dir/tests/libkill_at.so
store=$build_dir/tests/t_property_test_study_store
[ -e "$killer" ] && [ -x "$store" ] || { echo "skipped: $killer is not built"; exit 77; }
killer=$(realpath "$killer")

# state OUT: every file but the store, and the number and rows of the store's last run.
state() {
  [ -z "$(find "$1" -type f ! -name 'results.db*')" ] || sums "$1"
  [ ! -e "$1/results.db" ] || "$store" whole "$1/results.db" 2>&1 | sed 's/^/run /'
}

# no temporary file of a run that was killed before anything took its place: audit does not look for them, the next run does
release() { state "$1" | grep -v '\.tmp-[0-9]*$'; }

# calls STUDY ARGUMENTS...: how many there are when nothing is killed; what the release then is comes into $tmp/new.
calls() {
  local study=$1
  shift
  rm -rf "$tmp/w" "$tmp/log"
  cp -a "$study" "$tmp/w"
  (cd "$tmp/w" && KILL_BELOW=$tmp/w/out/ KILL_LOG=$tmp/log LD_PRELOAD=$killer "$program" run study.yaml --quiet "$@" >/dev/null 2>"$tmp/err") || fail "not killed: $(cat "$tmp/err")"
  state "$tmp/w/out" >"$tmp/new"
  wc -l <"$tmp/log"
}

# killed STUDY N ARGUMENTS...: a copy of the study, whose run was killed at its N-th call, in $tmp/w.
killed() {
  local study=$1 n=$2
  shift 2
  rm -rf "$tmp/w"
  cp -a "$study" "$tmp/w"
  (cd "$tmp/w" && KILL_AT=$n KILL_BELOW=$tmp/w/out/ LD_PRELOAD=$killer exec "$program" run study.yaml --quiet "$@") >/dev/null 2>&1 &
  wait $! 2>/dev/null
  [ $? = 137 ] || fail "call $n: the run was not killed"
}

# every NAME STUDY ARGUMENTS...: STUDY/out is the release before, if there is one.
every() {
  local name=$1 study=$2 n first last journals=0 back=0 whole=0
  shift 2
  mkdir -p "$study/out"
  state "$study/out" >"$tmp/old"
  last=$(calls "$study" "$@")
  [ "$last" -gt 30 ] || fail "$name: only $last calls: the shim sees nothing"
  first=$(awk '/\.tmp-/ { print $1; exit }' "$tmp/log")
  for n in $(seq 1 9 $((first - 1))) $(seq "$first" "$last"); do # before that the store alone is written
    killed "$study" "$n" "$@"
    [ ! -e "$tmp/w/out/results.db-files" ] || journals=$((journals + 1))
    rm -rf "$tmp/x"
    cp -a "$tmp/w" "$tmp/x"
    "$program" audit "$tmp/x/out" >/dev/null 2>"$tmp/err"
    release "$tmp/x/out" | sed '/results.db-\(journal\|lock\)/d' >"$tmp/got"
    if cmp -s "$tmp/got" "$tmp/new"; then
      whole=$((whole + 1))
    elif cmp -s "$tmp/got" "$tmp/old" || { [ ! -s "$tmp/old" ] && ! grep -v '^run ' "$tmp/got" >/dev/null; }; then
      back=$((back + 1))
    else
      fail "$name: killed at call $n ($(sed -n "${n}p" "$tmp/log")), after audit: $(diff "$tmp/old" "$tmp/got" | head -5) $(cat "$tmp/err")"
    fi
    [ ! -e "$tmp/x/out/results.db-files" ] || fail "$name: call $n: audit leaves the journal: $(cat "$tmp/err")"
    "$program" run "$tmp/w/study.yaml" --quiet "$@" >/dev/null 2>"$tmp/err" || fail "$name: the run after call $n: $(cat "$tmp/err")"
    state "$tmp/w/out" >"$tmp/got"
    cmp -s "$tmp/got" "$tmp/new" || fail "$name: killed at call $n ($(sed -n "${n}p" "$tmp/log")), after the next run: $(diff "$tmp/new" "$tmp/got" | head -5)"
    ls "$tmp/w/out" | grep -q -e '-files$' -e '\.tmp-' && fail "$name: litter after call $n: $(ls "$tmp/w/out")"
  done
  [ $journals -gt 6 ] && [ $back -gt 6 ] && [ $whole -gt 0 ] || fail "$name: of $((back + whole)) kills $journals within a journal, $back with the old release, $whole with the new: too few"
  echo "$name: $((back + whole)) kills at $last calls, $journals of them within a journal; then $back times the release before, $whole times the new one"
}

cp -r tests/unit/study/data "$tmp/first"
every "a first release" "$tmp/first" --to html,csv

cp -r "$tmp/first" "$tmp/second"
"$program" run "$tmp/second/study.yaml" --to html,csv,zip --quiet >/dev/null 2>"$tmp/err" || fail "the release before: $(cat "$tmp/err")"
cp -a "$tmp/second" "$tmp/added"
# a file that is replaced, a new one, one that goes
sed -i 's/A tiny study}/A small study}/; s/age >= 60/age >= 55/; s/^languages: .*/languages: [en]/' "$tmp/second/study.yaml"
every "another release" "$tmp/second" --to html,csv,json-stat,zip
every "formats that are added" "$tmp/added" --to html,csv,json-stat,px,zip

# Who puts things right is killed meanwhile, at each of its own calls.
calls "$tmp/second" --to html,csv,json-stat,zip >/dev/null
state "$tmp/second/out" >"$tmp/old"
killed "$tmp/second" "$(awk '$2 == "rename" { n = $1 } END { print n }' "$tmp/log")" --to html,csv,json-stat,zip
cp -a "$tmp/w" "$tmp/x3"
rm "$tmp/log"
KILL_BELOW=$tmp/w/out/ KILL_LOG=$tmp/log LD_PRELOAD=$killer "$program" audit "$tmp/w/out" >/dev/null 2>&1
n_back=$(wc -l <"$tmp/log")
for n in $(seq 1 "$n_back"); do
  rm -rf "$tmp/w"
  cp -a "$tmp/x3" "$tmp/w"
  (KILL_AT=$n KILL_BELOW=$tmp/w/out/ LD_PRELOAD=$killer exec "$program" audit "$tmp/w/out") >/dev/null 2>&1 &
  wait $! 2>/dev/null
  "$program" audit "$tmp/w/out" >/dev/null 2>"$tmp/err" || fail "audit killed at call $n, then: $(cat "$tmp/err")"
  state "$tmp/w/out" | cmp -s - "$tmp/old" || fail "audit killed at call $n, then: $(state "$tmp/w/out" | diff "$tmp/old" - | head -5)"
done
[ "$n_back" -gt 12 ] || fail "putting back has only $n_back calls"
echo "audit killed at each of its $n_back calls"

# At random instants of the last half of a run of all formats.
rm -rf "$tmp/second/out"
cp -a "$tmp/first" "$tmp/random"
"$program" run "$tmp/random/study.yaml" --to all --quiet >/dev/null 2>"$tmp/err" || fail "all formats: $(cat "$tmp/err")"
state "$tmp/random/out" >"$tmp/old"
cp "$tmp/second/study.yaml" "$tmp/random/study.yaml"
began=$(date +%s%N)
calls "$tmp/random" --to all >/dev/null
took=$((($(date +%s%N) - began) / 1000000))
one=0 other=0
for i in $(seq 1 12); do
  rm -rf "$tmp/w"
  cp -a "$tmp/random" "$tmp/w"
  "$program" run "$tmp/w/study.yaml" --to all --quiet >/dev/null 2>&1 &
  pid=$!
  sleep "$(awk -v t="$took" -v i="$i" 'BEGIN { printf "%.3f", t / 1000 * (0.5 + 0.5 * i / 12) }')"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  "$program" audit "$tmp/w/out" >/dev/null 2>"$tmp/err" || fail "random kill $i, audit: $(cat "$tmp/err")"
  release "$tmp/w/out" | sed '/results.db-\(journal\|lock\)/d' >"$tmp/got"
  if cmp -s "$tmp/got" "$tmp/new"; then
    one=$((one + 1))
  elif cmp -s "$tmp/got" "$tmp/old"; then
    other=$((other + 1))
  else
    fail "random kill $i: $(diff "$tmp/old" "$tmp/got" | head -5)"
  fi
done
echo "12 random kills: $other times the release before, $one times the new one"
cp -a "$tmp/added/out" "$tmp/second/out"

# What is said, and what someone changed meanwhile stays.
at() { awk -v what="$1" '$2 == what { n = $1 } END { print n }' "$tmp/log"; } # the last such call
calls "$tmp/second" --to html,csv,json-stat,zip >/dev/null
state "$tmp/second/out" >"$tmp/old"
last_rename=$(at rename)
killed "$tmp/second" "$last_rename" --to html,csv,json-stat,zip
cp -a "$tmp/w" "$tmp/x2"
"$program" audit "$tmp/w/out" >/dev/null 2>"$tmp/err" || fail "audit after a kill: exit $?: $(cat "$tmp/err")"
grep -q 'results.db: a run was killed while its files took their places: those of the release before are back$' "$tmp/err" || fail "not told: $(cat "$tmp/err")"
"$program" audit "$tmp/w/out" >/dev/null 2>"$tmp/err"
[ ! -s "$tmp/err" ] || fail "told twice: $(cat "$tmp/err")"
echo edited >>"$tmp/x2/out/report.en.html"
"$program" diff "$tmp/x2/out" >/dev/null 2>"$tmp/err"
grep -q 'are back; changed by hand since, and left as they are: report.en.html$' "$tmp/err" || fail "an edited file: $(cat "$tmp/err")"
[ "$(tail -n 1 "$tmp/x2/out/report.en.html")" = edited ] || fail "an edited file was replaced"

# A journal that is not ours, and one in a folder that may not be written.
cp -a "$tmp/second" "$tmp/odd"
echo "my notes" >"$tmp/odd/out/results.db-files"
run_fails 1 'results.db-files: this is no journal of a run.*move it away' "$program" audit "$tmp/odd/out"
killed "$tmp/second" "$last_rename" --to html,csv,json-stat,zip
if [ "$(id -u)" != 0 ] || command -v setpriv >/dev/null; then
  as=
  [ "$(id -u)" != 0 ] || as="setpriv --reuid=65534 --regid=65534 --clear-groups"
  chmod -R a+rX "$tmp"
  chmod a-w "$tmp/w/out"
  if $as "$program" --version >/dev/null 2>&1; then
    run_fails 1 'killed while its files took their places, and here they cannot be put right.*try again where the folder is writable' $as "$program" audit "$tmp/w/out"
    [ -e "$tmp/w/out/results.db-files" ] || fail "a folder that may not be written: the journal is gone"
  fi
  chmod u+w "$tmp/w/out"
fi
"$program" audit "$tmp/w/out" >/dev/null 2>"$tmp/err" || fail "audit where it may write: $(cat "$tmp/err")"
state "$tmp/w/out" | cmp -s - "$tmp/old" || fail "the release before is not back"

# While a run puts its files in place a reader waits for it: it takes nothing back.
killed "$tmp/second" "$last_rename" --to html,csv,json-stat,zip
(exec 9>"$tmp/w/out/results.db.lock" && flock 9 && sleep 1 && rm "$tmp/w/out/results.db-files" "$tmp/w/out/results.db.lock") &
sleep 0.3
sums "$tmp/w/out" | sed '/results.db/d' >"$tmp/meanwhile"
"$program" audit "$tmp/w/out" >/dev/null 2>"$tmp/err"
grep -q 'was killed' "$tmp/err" && fail "what a run is doing was taken back: $(cat "$tmp/err")"
sums "$tmp/w/out" | cmp -s - "$tmp/meanwhile" || fail "a reader changed files of a run at work"
wait
finish
