#!/usr/bin/env bash
# Two synthetic waves that share people: on the command line and in a study, with the overlap found again by `compare`.
. tests/cli/lib.sh
need_program
model=$PWD/studies/digital-consumption-2025h1/model.yaml

"$program" synth "$model" -n 3100 --seed 1 -o "$tmp/now.csv" --quiet || fail "no wave"
"$program" synth "$model" -n 3100 --seed 2 --wave 2024-S2 --panel 1 --share 0.4 --stay 0.7 -o "$tmp/then.csv" --quiet || fail "no earlier wave"
grep -q '^synthetic: digital-consumption-2025h1, 2024-S2; seed 2' "$tmp/then.csv.meta" || fail "the wave is not in the mark: $(cat "$tmp/then.csv.meta")"
cut -d, -f1 "$tmp/now.csv" | sort >"$tmp/a"; cut -d, -f1 "$tmp/then.csv" | sort >"$tmp/b"
[ "$(comm -12 "$tmp/a" "$tmp/b" | grep -c '^[0-9]')" = 1240 ] || fail "not 0.4 x 100 people of each of 31 strata: $(comm -12 "$tmp/a" "$tmp/b" | grep -c '^[0-9]')"
# 100 interviews a stratum: nobody of the panel has another weight in the other wave
python3 - "$tmp" <<'E2' || fail "a person of the panel has changed province or weight"
import csv, sys
now = {r["id"]: r for r in csv.DictReader(open(sys.argv[1] + "/now.csv"))}
both = [r for r in csv.DictReader(open(sys.argv[1] + "/then.csv")) if r["id"] in now]
assert len(both) == 1240
assert all(r[k] == now[r["id"]][k] for r in both for k in ("province", "sex", "birth_year", "education", "base_weight"))
assert all(r["interview_date"][:7] == "2024-12" for r in both) and all(r["interview_date"][:7] == "2025-06" for r in now.values())
same = sum(r["attempts"] == now[r["id"]]["attempts"] for r in both)
assert same < 800, same  # the number of calls is never kept; .70 are expected where all draws stay
uses = sum(r["online_game"] == now[r["id"]]["online_game"] for r in both)
assert uses > 900, uses  # .70 of the draws stay, and of the others more than half agree
E2

run_fails 2 "goes with --panel" "$program" synth "$model" --share 0.3 -o "$tmp/x.csv"
run_fails 2 "is not a seed" "$program" synth "$model" --panel x -o "$tmp/x.csv"
run_fails 2 "between 0 and 1" "$program" synth "$model" --panel 7 --stay 2 -o "$tmp/x.csv"
run_fails 2 "sample's own" "$program" synth "$model" --seed 7 --panel 7 -o "$tmp/x.csv"
run_fails 2 "declares no wave '2023-S1'" "$program" synth "$model" --wave 2023-S1 -o "$tmp/x.csv"
[ ! -e "$tmp/x.csv" ] || fail "a refused sample left a file"

study() { printf 'study: s\nlanguages: [en]\ndata: {t: {file: t.sav, generate: {model: "%s", n: 3100, seed: 2, %s}}}\ndesign: {weights: base_weight, strata: province}\nindicators: {users: {total: netizen}}\n' "$model" "$1" >"$tmp/s.yaml"; }
study 'wave: 2024-S2, panel: {seed: 1, n: 3100, share: 0.4, stay: 0.7}'
"$program" run "$tmp/s.yaml" --out "$tmp/res" --quiet || fail "the study does not run"
"$program" convert "$tmp/t.sav" "$tmp/t.csv" --quiet
cut -d, -f1 "$tmp/t.csv" | sort | cmp -s - "$tmp/b" || fail "the study's sample is not that of the command"
study 'wave: 2024-S2, panel: {seed: 1, n: 3100, share: 0.5, stay: 0.7}'
"$program" run "$tmp/s.yaml" --out "$tmp/res" --quiet || fail "the study does not run again"
"$program" convert "$tmp/t.sav" "$tmp/t.csv" --quiet
[ "$(cut -d, -f1 "$tmp/t.csv" | sort | comm -12 - "$tmp/a" | grep -c '^[0-9]')" = 1550 ] || fail "another panel did not make the file anew"
study 'panel: {seed: 2}'
run_fails 2 "s.yaml:3:.*the panel's seed" "$program" check "$tmp/s.yaml"
study 'panel: {seed: 1, share: 3, sty: 1}'
run_fails 2 "share is between 0 and 1" "$program" check "$tmp/s.yaml"
run_fails 2 "did you mean 'stay'" "$program" check "$tmp/s.yaml"
study 'wave: 2023'
run_fails 2 "declares no wave '2023'" "$program" check "$tmp/s.yaml"
finish
