#!/usr/bin/env bash
# shuxiao balance and ras: the worked example of docs/methods/balancing.md, covariances, bounds, margins in every form, what is refused.
. tests/cli/lib.sh
need_program
figures=examples/balance/figures.csv
identities=examples/balance/identities.yaml
page=docs/methods/balancing.md
run() { "$program" "$@" --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }
# value NAME COLUMN: of the row whose first field is NAME
value() {
  awk -F, -v name="$1" -v want="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i } $1 == name { print $c }' "$tmp/e.csv" | tr -d '\r'
}

# the page prints what the commands print
"$program" balance $figures $identities >"$tmp/out" || fail "example"
while IFS= read -r line; do
  line=$(sed 's/ *$//' <<<"$line")
  grep -qF -- "$line" $page || fail "the page lacks: $line"
done < <(sed -n '1p;3,$p' "$tmp/out")
"$program" ras examples/balance/table.csv --rows 5200,3000,1170 --cols 7150,2220 --quiet >"$tmp/out" || fail "ras example"
while IFS= read -r line; do
  grep -qF -- "$(sed 's/ *$//' <<<"$line")" $page || fail "the page lacks: $line"
done <"$tmp/out"

# by hand: gap 3, variances 1, 4, 9
printf 'id,value,se,unit\na,10,1,t\nb,20,2,t\nc,33,3,t\n' >"$tmp/f.csv"
printf -- '- {id: sum, sum: c, of: [a, b]}\n' >"$tmp/i.yaml"
run balance "$tmp/f.csv" "$tmp/i.yaml"
near a "$(value a after)" "$(awk 'BEGIN { printf "%.15g", 10 + 3 / 14 }')"
near c "$(value c after)" "$(awk 'BEGIN { printf "%.15g", 33 - 27 / 14 }')"
near se "$(value b new.se)" "$(awk 'BEGIN { printf "%.15g", sqrt(4 - 16 / 14) }')"
near moved "$(value b moved.se)" "$(awk 'BEGIN { printf "%.15g", 6 / 14 }')"
near chi "$(value a chi.square)" "$(awk 'BEGIN { printf "%.15g", 9 / 14 }')"
[ "$(value a df)" = 1 ] || fail "df"
run balance "$tmp/f.csv" "$tmp/i.yaml" --checks
near off.by "$(value sum off.by)" 3 # c - a - b

# the same identity as a formula in the file's other form; correlations as pairs and as a matrix
printf 'identities:\n  - {id: sum, formula: "c - a == b"}\n' >"$tmp/i2.yaml"
printf 'figure,with,correlation\na,b,0.5\n' >"$tmp/r.csv"
printf '1,1,0\n1,4,0\n0,0,9\n' >"$tmp/v.csv"
run balance "$tmp/f.csv" "$tmp/i2.yaml" --correlations "$tmp/r.csv"
near correlated "$(value a after)" "$(awk 'BEGIN { printf "%.15g", 10 + 3 * 2 / 16 }')"
kept=$(value b after)
run balance "$tmp/f.csv" "$tmp/i2.yaml" --covariance "$tmp/v.csv"
near matrix "$(value b after)" "$kept" 1e-12

# bounds, a fixed figure, the relative distance, a total given as a number
printf 'id,value,se,lower,upper\na,2,10,0,\nb,100,10,,\n' >"$tmp/b.csv"
printf -- '- {id: sum, sum: 60, of: [a, b]}\n' >"$tmp/t.yaml"
run balance "$tmp/b.csv" "$tmp/t.yaml"
[ "$(value a after)" = 0 ] && [ "$(value a at)" = lower ] || fail "bound"
near b "$(value b after)" 60
near unbounded "$(value a unbounded)" -19
near se "$(value a new.se)" "$(awk 'BEGIN { printf "%.15g", sqrt(50) }')"
"$program" balance "$tmp/b.csv" "$tmp/t.yaml" | grep -q "1 at a bound" || fail "note"
"$program" balance "$tmp/b.csv" "$tmp/t.yaml" --lang zh | grep -q "位于界上" || fail "note in Chinese"
printf 'id,value,se\na,50,5\nb,50,5\n' >"$tmp/rel.csv"
printf -- '- {id: sum, formula: "a + b == 110"}\n' >"$tmp/t2.yaml"
run balance "$tmp/rel.csv" "$tmp/t2.yaml" --distance relative
near relative "$(value a after)" 55
"$program" balance "$tmp/rel.csv" "$tmp/t2.yaml" --format md | grep -q '^| a ' || fail "markdown"
"$program" balance "$tmp/rel.csv" "$tmp/t2.yaml" --format json | python3 -c 'import json, sys; assert json.load(sys.stdin)[0]["figure"] == "a"' || fail "json"

# ids that are codes in digits are figures, not numbers
printf 'id,value,se\n110000,10,1\n120000,20,2\n1,33,3\n' >"$tmp/codes.csv"
printf -- '- {id: sum, sum: 1, of: [110000, 120000]}\n' >"$tmp/codes.yaml"
run balance "$tmp/codes.csv" "$tmp/codes.yaml"
near codes "$(value 110000 after)" "$(awk 'BEGIN { printf "%.15g", 10 + 3 / 14 }')"
printf -- '- {id: sum, sum: 1, of: [110000, 5]}\n' >"$tmp/five.yaml"
run_fails 1 "there is no figure '5'" "$program" balance "$tmp/codes.csv" "$tmp/five.yaml"

# a wrong figure that stands in both identities stands out; one that stands in one cannot be told from its neighbours there
sed 's/^total,9370/total,10370/' $figures >"$tmp/wrong.csv"
"$program" balance "$tmp/wrong.csv" $identities --lang en | grep -q "^total: its adjustment is .* look for an error there first" || fail "no hint"
sed 's/^goods,5200/goods,6200/' $figures >"$tmp/wrong.csv"
"$program" balance "$tmp/wrong.csv" $identities --lang en | grep -q "^goods, services, content: .*cannot tell which" || fail "a part is accused alone"

# a part counts once
printf -- '- {id: x, sum: total, of: [goods, goods]}\n' >"$tmp/twice.yaml"
run_fails 2 "twice.yaml:1:35.*'goods' is named twice" "$program" balance $figures "$tmp/twice.yaml"

bad() { # bad CODE PATTERN FIGURES IDENTITIES...
  local code=$1 pattern=$2
  shift 2
  run_fails "$code" "$pattern" "$program" balance "$@"
}
printf 'id,value,se\na,10,-1\nb,20,2\nc,33,3\n' >"$tmp/neg.csv"
bad 2 "neg.csv:2: a: the standard error is -1" "$tmp/neg.csv" "$tmp/i.yaml"
printf 'id,value,se\na,10,1\nb,,2\nc,33,3\n' >"$tmp/none.csv"
bad 1 "none.csv: line 3: figure 'b' has no value" "$tmp/none.csv" "$tmp/i.yaml"
printf 'id,value,se\na,10,1\nb,20,2\nc,33,\n' >"$tmp/none.csv"
bad 1 "figure 'c' has no se" "$tmp/none.csv" "$tmp/i.yaml"
printf 'id,value,se\na,10,1\nb,2x,2\nc,33,3\n' >"$tmp/text.csv"
bad 1 "text.csv:3" "$tmp/text.csv" "$tmp/i.yaml"
printf 'id,value,se\na,10,1\na,20,2\nc,33,3\n' >"$tmp/twice.csv"
printf -- '- {id: same, sum: c, of: [a]}\n' >"$tmp/same.yaml"
bad 2 "occurs twice" "$tmp/twice.csv" "$tmp/same.yaml"
printf 'id,value\na,10\n' >"$tmp/nose.csv"
bad 2 "nose.csv.*no variable called 'se'" "$tmp/nose.csv" "$tmp/same.yaml"
printf -- '- {id: sum, sum: c, of: [a, bb]}\n' >"$tmp/unknown.yaml"
bad 1 "unknown.yaml:1:3: identity 'sum': there is no figure 'bb'" "$tmp/f.csv" "$tmp/unknown.yaml"
printf -- '- {id: sum, formula: "c == a * b"}\n' >"$tmp/product.yaml"
bad 1 "product.yaml:1:3: identity 'sum': .*not linear" "$tmp/f.csv" "$tmp/product.yaml"
printf -- '- {id: sum, formula: "c = a + b"}\n' >"$tmp/single.yaml"
bad 2 "one ==" "$tmp/f.csv" "$tmp/single.yaml"
printf -- '- {id: sum, sums: c, of: [a, b]}\n' >"$tmp/key.yaml"
bad 2 "key.yaml:1:" "$tmp/f.csv" "$tmp/key.yaml"
printf -- '- {id: sum, sum: c, of: [a, b]}\n- {id: more, formula: "c == a + b + 5"}\n' >"$tmp/against.yaml"
bad 1 "against.yaml:[12]:3: .*contradicts '\(sum\|more\)'.*off by" "$tmp/f.csv" "$tmp/against.yaml"
printf 'id,value,se,unit\na,10,1,t\nb,20,2,persons\nc,33,3,t\n' >"$tmp/units.csv"
bad 2 "i.yaml:1:3: identity 'sum' mixes units: 'c' is in t, 'b' in persons\|mixes units" "$tmp/units.csv" "$tmp/i.yaml"
printf -- '- {id: sum, sum: c, of: [a, b], units: any}\n' >"$tmp/any.yaml"
run balance "$tmp/units.csv" "$tmp/any.yaml"
printf 'id,value,se\na,10,0\nb,20,0\nc,33,0\n' >"$tmp/fixed.csv"
bad 1 "i.yaml:1:3: sum: the identity holds only fixed figures and is off by 3" "$tmp/fixed.csv" "$tmp/i.yaml"
printf 'id,value,se,upper\na,10,1,5\nb,20,2,5\nc,33,0,\n' >"$tmp/tight.csv"
bad 1 "tight.csv:[23]: .*the bounds cannot hold: the figure must be at most 5" "$tmp/tight.csv" "$tmp/i.yaml"
printf 'id,value,se,lower,upper\na,10,1,5,4\nb,20,2,,\nc,33,0,,\n' >"$tmp/crossed.csv"
bad 2 "crossed.csv:2: a: the bounds 5 to 4" "$tmp/crossed.csv" "$tmp/i.yaml"
printf 'figure,with,correlation\na,b,0.9\nb,c,0.9\na,c,-0.9\n' >"$tmp/npd.csv"
bad 1 "not positive semidefinite" "$tmp/f.csv" "$tmp/i.yaml" --correlations "$tmp/npd.csv"
printf 'figure,with,correlation\na,b,1.5\n' >"$tmp/high.csv"
bad 1 "high.csv: line 2: the correlation of 'a' and 'b' is 1.5" "$tmp/f.csv" "$tmp/i.yaml" --correlations "$tmp/high.csv"
printf 'figure,with,correlation\na,z,0.5\n' >"$tmp/z.csv"
bad 1 "there is no figure 'z'" "$tmp/f.csv" "$tmp/i.yaml" --correlations "$tmp/z.csv"
printf '1,1\n1,4\n' >"$tmp/small.csv"
bad 1 "has 2 rows, the figures are 3" "$tmp/f.csv" "$tmp/i.yaml" --covariance "$tmp/small.csv"
bad 2 "not absolute or relative" "$tmp/f.csv" "$tmp/i.yaml" --distance log
bad 2 "not both" "$tmp/f.csv" "$tmp/i.yaml" --covariance "$tmp/v.csv" --correlations "$tmp/r.csv"

# ---- ras
table=examples/balance/table.csv
run ras $table --rows 5200,3000,1170 --cols 7150,2220
near row "$(awk -F, '$1 == "goods" { printf "%.12g", $2 + $3 }' "$tmp/e.csv")" 5200
near column "$(awk -F, 'NR > 1 { s += $2 } END { printf "%.12g", s }' "$tmp/e.csv")" 7150
grep -q "no standard errors" "$tmp/err" || fail "a fitted table without its note"
wide=$(cat "$tmp/e.csv")
# totals from files in another order, and the long form, give the same
printf 'kind,total\ncontent,1170\ngoods,5200\nservices,3000\n' >"$tmp/rows.csv"
printf 'place,total\nrural,2220\nurban,7150\n' >"$tmp/cols.csv"
run ras $table --rows "$tmp/rows.csv" --cols "$tmp/cols.csv"
[ "$wide" = "$(cat "$tmp/e.csv")" ] || fail "totals from files"
awk -F, 'NR == 1 { print "kind,place,n"; split($0, h, ","); next } { for (i = 2; i <= 3; i++) print $1 "," h[i] "," $i }' $table >"$tmp/long.csv"
run ras "$tmp/long.csv" --value n --margins "$tmp/rows.csv,$tmp/cols.csv"
near long "$(awk -F, '$1 == "services" && $2 == "rural" { print $4 }' "$tmp/e.csv")" "$(awk -F, '$1 == "services" { print $3 }' <<<"$wide")"
# three dimensions, a margin over two of them
printf 'a,b,c,n\n1,1,1,1\n1,1,2,1\n1,2,1,1\n1,2,2,1\n2,1,1,1\n2,1,2,1\n2,2,1,1\n2,2,2,1\n' >"$tmp/three.csv"
printf 'a,b,total\n1,1,10\n1,2,20\n2,1,30\n2,2,40\n' >"$tmp/ab.csv"
printf 'c,total\n1,25\n2,75\n' >"$tmp/c.csv"
run ras "$tmp/three.csv" --value n --margins "$tmp/ab.csv,$tmp/c.csv"
near three "$(awk -F, '$1 == 2 && $2 == 1 && $3 == 2 { print $5 }' "$tmp/e.csv")" 22.5
# a cell that the totals force to 0 is said
printf 'k,x,y,z\nn,1,0,0\ns,2,0,0\nw,1,1,1\n' >"$tmp/zero.csv"
run ras "$tmp/zero.csv" --rows 30,20,50 --cols 50,30,20
grep -q "1 cells are 0 in every table.*w, x" "$tmp/err" || fail "forced zero: $(cat "$tmp/err")"
run_fails 1 "rows 'n', 's' must add up to 50, but they have cells only in columns 'x', which add up to 40: 10 too little" \
  "$program" ras "$tmp/zero.csv" --rows 30,20,50 --cols 40,30,30
run_fails 1 "add up to 9380, those of '--rows' to 9370: 10 apart" "$program" ras $table --rows 5200,3000,1170 --cols 7150,2230
run_fails 2 "2 totals for 3 rows" "$program" ras $table --rows 5200,3000 --cols 7150,2220
run_fails 2 "nor is there a file" "$program" ras $table --rows rows.csv,2,3 --cols 7150,2220
run_fails 2 "give the totals" "$program" ras $table --rows 5200,3000,1170
run_fails 2 "both --value and --margins" "$program" ras $table
sed 's/goods/good/' "$tmp/rows.csv" >"$tmp/near.csv"
run_fails 1 "no 'good' among its rows: did you mean 'goods'" "$program" ras $table --rows "$tmp/near.csv" --cols 7150,2220
printf 'kind,urban\ngoods,x\n' >"$tmp/text.csv"
run_fails 1 "not a number" "$program" ras "$tmp/text.csv" --rows 1 --cols 1
printf 'kind,urban\ngoods,1\ngoods,2\n' >"$tmp/double.csv"
run_fails 1 "line 3: the row 'goods' occurs twice" "$program" ras "$tmp/double.csv" --rows 1,2 --cols 3
finish
