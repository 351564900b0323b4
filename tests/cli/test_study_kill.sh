#!/usr/bin/env bash
# kill -9 at 50 instants of a run of a small study and at 6 of the bundled one (instants drawn with a fixed seed, spread over the time that a
# whole run takes). After each: the store is sound and holds the last complete run whole. After the next run: everything there, no litter.
. tests/cli/lib.sh
need_program
store=${SX_BUILD:-build/dev}/tests/t_property_test_study_store
small_kills=50 kills=6
sanitized && { small_kills=20 kills=3; echo "sanitized build: 20 and 3 kills in the place of 50 and 6; SX_FULL=1: all"; }
[ -x "$store" ] || { echo "skipped: $store is not built"; exit 77; }
seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", (b - a) / 1e9 }'; }

# added STUDY-FOLDER: what stands in it besides the study itself. A rollback journal that no longer holds anything may stay until the next
# run that writes.
added() { (cd "$1" && find . -type f | sort | comm -13 "$tmp/$(basename "$1").files" - | sed '/^.\/out\/results.db-journal$/d' | tr '\n' ' '); }

# whole STUDY-FOLDER WANTED-DIGEST WHEN
whole() {
  local got
  got=$("$store" whole "$1/out/results.db" 2>"$tmp/err") || { fail "$3: the store is broken: $(cat "$tmp/err")"; return; }
  [ "${got##* }" = "$2" ] || fail "$3: the last complete run is not the same: $got, not $2"
}

# kills STUDY-FOLDER TIMES SEED WANTED-FILES
kills() {
  local study=$1 times=$2 wanted=$4 again=${5:-2} started ended whole_run digest delays delay i=0 last=0 pid finished=0
  "$program" run "$study/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || { fail "first run: $(cat "$tmp/err")"; return; }
  started=$(date +%s%N)
  "$program" run "$study/study.yaml" --force --quiet >"$tmp/out" 2>"$tmp/err" || { fail "forced run: $(cat "$tmp/err")"; return; }
  ended=$(date +%s%N)
  whole_run=$(seconds "$started" "$ended")
  digest=$("$store" whole "$study/out/results.db") || fail "the store is broken before any kill"
  digest=${digest##* }
  delays=$(awk -v n="$times" -v t="$whole_run" -v seed="$3" 'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "%.4f\n", 1.05 * t * (i + rand()) / n }')
  for delay in $delays; do
    i=$((i + 1))
    "$program" run "$study/study.yaml" --force --quiet >"$tmp/out" 2>"$tmp/err" &
    pid=$!
    sleep "$delay"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null && finished=$((finished + 1))
    whole "$study" "$digest" "kill $i after $delay s"
    [ $((i % 10)) = 0 ] || continue
    "$program" run "$study/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "the run after kill $i: $(cat "$tmp/err")"
    whole "$study" "$digest" "the run after kill $i"
    [ "$(added "$study")" = "$wanted" ] || fail "litter after kill $i and the next run: $(added "$study")"
  done
  if [ "$finished" = "$times" ]; then # the machine was busier while the run was timed
    [ "$again" = 0 ] && { fail "all $times runs ended before they were killed: the instants do not hit"; return; }
    kills "$1" "$2" "$3" "$4" $((again - 1))
    return
  fi
  "$program" run "$study/study.yaml" --force --quiet >"$tmp/out" 2>"$tmp/err" || fail "the last run: $(cat "$tmp/err")"
  whole "$study" "$digest" "the last run"
  [ "$(added "$study")" = "$wanted" ] || fail "litter: $(added "$study")"
  [ ! -e "$study/out/results.db-journal" ] || fail "a run that writes leaves results.db-journal"
  echo "$times kills over $whole_run s: $((times - finished)) hit"
}

pages="./out/report.en.html ./out/report.zh.html ./out/results.db "
cp -r tests/unit/study/data "$tmp/small"
(cd "$tmp/small" && find . -type f | sort) >"$tmp/small.files"
kills "$tmp/small" $small_kills 20250630 "$pages"

mkdir "$tmp/digital"
cp -r studies/digital-consumption-2025h1/. "$tmp/digital"
rm -rf "$tmp/digital/out" "$tmp/digital"/interviews*.sav
smaller "$tmp/digital/study.yaml"
(cd "$tmp/digital" && find . -type f | sort) >"$tmp/digital.files"
# killed while the interviews are made: the next run makes them whole
for delay in 0.05 0.3 0.6 0.9 1.2; do
  "$program" run "$tmp/digital/study.yaml" --quiet >/dev/null 2>&1 &
  sleep $delay
  kill -9 $! 2>/dev/null
  wait $! 2>/dev/null
done
kills "$tmp/digital" $kills 20250630 "./interviews-2024s2.sav ./interviews.sav $pages"
finish
