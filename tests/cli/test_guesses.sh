#!/usr/bin/env bash
# What is guessed of a file's design, and the study that is written from it: a guess is never run by itself.
. tests/cli/lib.sh
need_program

# 12 cases; PREFIX 1..N with the format of printf; ANSWERS are questions, not weights
make_file() {
  awk -v name="$1" -v n="$2" -v w="$3" 'BEGIN {
    printf "id,%s,spend", w
    for (k = 1; k <= n; k++) printf "," name, k
    for (k = 1; k <= 9; k++) printf ",q%d", k
    print ""
    for (i = 1; i <= 12; i++) {
      printf "P%02d,%g,%d", i, 10 + i / 4, 100 + 37 * i * i % 89
      for (k = 1; k <= n; k++) printf ",%g", (i + k) % 3 ? 15.5 + i / 8 : 0
      for (k = 1; k <= 9; k++) printf ",%d", (i * k) % 2
      print ""
    }
  }'
}
for case in "jk%02d:44:jk[01-44]" "WTREP%02d:8:WTREP[01-08]" "w%d:80:w[1-80]"; do
  IFS=: read -r format n pattern <<<"$case"
  for w in w wt WGT weight; do
    make_file "$format" "$n" $w >"$tmp/d.csv"
    "$program" describe "$tmp/d.csv" >"$tmp/out" 2>"$tmp/err" || fail "describe: $(cat "$tmp/err")"
    grep -qF -- "--weights $w " "$tmp/out" || fail "$w is not guessed as a weight: $(tail -4 "$tmp/out")"
    grep -qF -- "--repweights '$pattern'" "$tmp/out" || fail "$pattern is not guessed: $(tail -4 "$tmp/out")"
    [ "$(grep -c -- '--weights' "$tmp/out")" = 1 ] || fail "a replicate weight is guessed as a weight: $(tail -4 "$tmp/out")"
    ! grep -q "'q\[" "$tmp/out" || fail "questions are taken for replicate weights"
  done
  rm -rf "$tmp/s"
  "$program" new "$tmp/s" --from "$tmp/d.csv" >"$tmp/out" 2>"$tmp/err" || fail "new: $(cat "$tmp/err")"
  grep -qF "# replicates: {weights: \"$pattern\", type: ...}   # confirm" "$tmp/s/study.yaml" || fail "new: no line for $pattern"
  ! grep -q "mean_${format%%%*}" "$tmp/s/study.yaml" || fail "new: replicate weights stand among the indicators"
  grep -q 'share_q1' "$tmp/s/study.yaml" || fail "new: the questions are no indicators"
  "$program" run "$tmp/s/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "new, run: $(cat "$tmp/err")"
  run_fails 2 "no weights given.*--repweights '$(sed 's/[][]/\\&/g' <<<"$pattern")'" "$program" mean "$tmp/d.csv" spend
done

# seven columns, a negative one, or other numbers are no replicate weights
make_file "jk%02d" 7 w >"$tmp/d.csv"
! "$program" describe "$tmp/d.csv" | grep -q -- --repweights || fail "seven columns are taken for replicates"
make_file "jk%02d" 9 w | sed '2s/,16/,-16/' | sed '2s/,15/,-15/' >"$tmp/d.csv"
! "$program" describe "$tmp/d.csv" | grep -q -- --repweights || fail "negative numbers are taken for replicates"

# two that may be the stratum: the line that an error proposes can be typed
printf 'id,region,stratum,w,spend\na,1,1,2,3\nb,1,1,2,5\nc,2,2,1,9\nd,2,2,1,4\n' >"$tmp/d.csv"
run_fails 2 "perhaps --weights w --strata stratum (or region)$" "$program" mean "$tmp/d.csv" spend

# nothing looks like a weight: no study that runs without one by itself
printf 'id,spend,user\na,3,1\nb,5,0\nc,9,1\nd,2,1\n' >"$tmp/d.csv"
rm -rf "$tmp/s"
"$program" new "$tmp/s" --from "$tmp/d.csv" >"$tmp/out" 2>"$tmp/err" || fail "new: $(cat "$tmp/err")"
! grep -q '^ *weights: *none' "$tmp/s/study.yaml" || fail "an unweighted study by itself"
line=$(grep -n '^  weights:' "$tmp/s/study.yaml" | cut -d: -f1)
run_fails 2 "study.yaml:$line:12: .*name the weight variable here, or write none" "$program" check "$tmp/s/study.yaml"
run_fails 2 "study.yaml:$line:12:" "$program" run "$tmp/s/study.yaml" --quiet
sed -i 's/^  weights: "[^"]*"/  weights: none/' "$tmp/s/study.yaml"
"$program" run "$tmp/s/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "unweighted when said: $(cat "$tmp/err")"
finish
