#!/usr/bin/env bash
# The main job as typed: the bundled study from nothing to two reports; a second run that computes nothing; the same bits on 1, 2 and 8 threads;
# interviews through CSV in another order. What stands in the store is judged by tests/property/test_study_digital.c.
. tests/cli/lib.sh
need_program
store=${SX_BUILD:-build/dev}/tests/t_property_test_study_store
[ -x "$store" ] || { echo "skipped: $store is not built"; exit 77; }
fresh() { mkdir -p "$1" && cp -r studies/digital-consumption-2025h1/. "$1" && rm -rf "$1/out" "$1"/interviews*.sav && smaller "$1/study.yaml" >&2; }
unstamped() { sed "s/20[0-9-]*T[0-9:]*Z/TIME/g; s#$(dirname "$(dirname "$1")")#HERE#g" "$1"; }

study=$tmp/one
fresh "$tmp/new"
(cd "$tmp/new" && find . -type f | sort) >"$tmp/before"
"$program" check "$tmp/new/study.yaml" >"$tmp/out" 2>"$tmp/err" || fail "check before the interviews are there: $(cat "$tmp/err")"
[ ! -e "$tmp/new/interviews.sav" ] || fail "check makes the interviews"
ran "$study" # on one thread, as typed
grep -q '^run 1: [0-9]* steps, 0 reused' "$study.said" || fail "run says: $(cat "$study.said")"
for file in interviews.sav out/report.zh.html out/report.en.html out/results.db; do
  [ -s "$study/$file" ] || fail "no $file"
done
for line in report.zh.html report.en.html results.db; do
  grep -q " study/out/$line$" "$study.said" || fail "run does not say where $line is"
done
listed=$(cd "$study" && find . -type f | sort | comm -13 "$tmp/before" - | tr '\n' ' ')
[ "$listed" = "./interviews-2024s2.sav ./interviews.sav ./out/report.en.html ./out/report.zh.html ./out/results.db " ] ||
  fail "the run leaves something else: $listed"
"$program" describe "$study/interviews.sav" --quiet >"$tmp/d" 2>&1 || fail "describe"
grep -q '^SYNTHETIC DATA' "$tmp/d" || fail "describe does not say that the interviews are synthetic: $(head -5 "$tmp/d")"
read -r compared agreeing share <<<"$("$store" share "$study/out/results.db")"
awk -v s="${share:-0}" 'BEGIN { exit !(s >= 0.9) }' || fail "agree: $agreeing of $compared"
sed 's/<[^>]*>//g' "$study/out/report.en.html" | grep -q "Of the published figures $compared can be compared, and $agreeing of them agree" || fail "the report does not say that $agreeing of $compared agree"

# what holds official figures alone bears no mark of synthetic data: nine tables, each with a title that says where they come from; the others do
for lang in zh en; do
  tr '\n' ' ' <"$study/out/report.$lang.html" | grep -oE '<(fig)?caption[^>]*>([^<]|<[^/]|</[^cf])*' >"$tmp/captions"
  [ "$(grep -vc 'class="tag"' "$tmp/captions")" = 9 ] && [ "$(grep -c 'class="tag"' "$tmp/captions")" -gt 40 ] ||
    fail "report.$lang.html: captions without the mark: $(grep -v 'class="tag"' "$tmp/captions" | sed 's/<[^>]*>//g')"
done

# the brackets of a unit behind a year stand on the unit's own line
grep -q 'first half of 2025<span class="u">(%)</span>' "$study/out/report.en.html" || fail "the unit behind a year is not in its brackets"
! grep -q '(<span class="u"' "$study/out/report.en.html" || fail "a bracket is parted from its unit"

# nothing changed: nothing is computed, and the store and the pages stay as they are, byte for byte
before=$(cd "$study" && sha256sum out/* interviews.sav)
"$program" run "$study/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "second run: $(cat "$tmp/err")"
grep -Eq '^run 1: ([0-9]+) steps, \1 reused' "$tmp/out" || fail "second run: $(cat "$tmp/out")"
[ "$before" = "$(cd "$study" && sha256sum out/* interviews.sav)" ] || fail "the second run changed a file"

# other numbers of threads, the last with --out: everything elsewhere, nothing beside the study, whose own outputs stay as they are. Sanitized builds leave out
# 2 threads, and below the rows in another order: no other code of ours runs for them.
sanitized && some=8 || some="2 8"
for threads in $some; do
  other=$tmp/t$threads
  fresh "$other"
  out=$other/out elsewhere=
  [ $threads = 8 ] && { cp -r "$study/out" "$out"; out=$tmp/elsewhere/deep; elsewhere="--out $out"; }
  "$program" run "$other/study.yaml" --threads $threads $elsewhere --quiet >"$tmp/out" 2>"$tmp/err" || fail "--threads $threads: $(cat "$tmp/err")"
  grep -q '^run 1: [0-9]* steps, 0 reused' "$tmp/out" || fail "--threads $threads says: $(cat "$tmp/out")"
  cmp "$study/interviews.sav" "$other/interviews.sav" || fail "interviews differ on $threads threads"
  "$store" same "$study/out/results.db" "$out/results.db" 0 >"$tmp/out" 2>&1 || fail "$threads threads: $(cat "$tmp/out")"
  for lang in zh en; do
    cmp <(unstamped "$study/out/report.$lang.html") <(unstamped "$out/report.$lang.html") || fail "report.$lang.html differs on $threads threads"
  done
done
[ "$before" = "$(cd "$other" && sha256sum out/* interviews.sav)" ] || fail "--out touched out/"
[ "$listed" = "$(cd "$other" && find . -type f | sort | comm -13 "$tmp/before" - | tr '\n' ' ')" ] || fail "--out leaves something beside the study"

sanitized && finish
# The interviews in another order. CSV keeps no declared missing, so the reference goes through CSV too; nor does it keep sets, so one banner table is left out.
fresh "$tmp/csv"
for file in interviews interviews-2024s2; do
  "$program" convert "$study/$file.sav" "$tmp/csv/$file.csv" --quiet 2>"$tmp/err" || fail "convert: $(cat "$tmp/err")"
done
sed -i 's/file: interviews.sav/file: interviews.csv/; /generate: {model: model.yaml/d; s/interviews-2024s2.sav/interviews-2024s2.csv/; /id: by_group_goods/,/sig:/d' "$tmp/csv/study.yaml"
cp -r "$tmp/csv" "$tmp/shuffled"
{ head -1 "$tmp/csv/interviews.csv"; tail -n +2 "$tmp/csv/interviews.csv" | shuf --random-source=<(yes 20250630); } >"$tmp/shuffled/interviews.csv"
cmp -s "$tmp/csv/interviews.csv" "$tmp/shuffled/interviews.csv" && fail "the rows were not shuffled"
for s in csv shuffled; do
  "$program" run "$tmp/$s/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "$s: $(cat "$tmp/err")"
done
# 1e-11: p values as small as 1e-113 magnify the rounding of their statistic by its square, some 500 times.
"$store" same "$tmp/csv/out/results.db" "$tmp/shuffled/out/results.db" 1e-11 >"$tmp/out" 2>&1 || fail "another order of the rows: $(cat "$tmp/out")"
finish
