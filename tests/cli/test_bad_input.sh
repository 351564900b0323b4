#!/usr/bin/env bash
# What is wrong with an input is said with its place, with the exit code of the program's help: 1 failed data, 2 usage or study file.
. tests/cli/lib.sh
need_program
tool=${SX_BUILD:-build/dev}/tests/t_property_test_study_store
shops=tests/cli/data/shops.csv
design="--weights weight --strata stratum --cluster psu"

# fails CODE TEXT command...: exit code, the text (no pattern) on stderr, nothing on stdout, no sign of a crash, no hang
fails() {
  local code=$1 text=$2 got
  shift 2
  timeout 300 "$@" >"$tmp/out" 2>"$tmp/err"
  got=$?
  [ "$got" = "$code" ] || fail "$*: exit $got, not $code: $(head -c 600 "$tmp/err")"
  grep -qF -- "$text" "$tmp/err" || fail "$*: does not say '$text': $(head -c 600 "$tmp/err")"
  [ ! -s "$tmp/out" ] || fail "$*: results on stdout all the same: $(head -c 300 "$tmp/out")"
  ! grep -q 'Sanitizer\|runtime error' "$tmp/err" || fail "$*: $(head -c 2000 "$tmp/err")"
}
# field FILE ROW COLUMN VALUE > changed file
field() { awk -F, -v OFS=, -v r="$2" -v c="$3" -v v="$4" 'NR == r { $c = v } 1' "$1"; }
# A copy of the small study to be spoilt, in $s
fresh() { s=$tmp/s && rm -rf "$s" && cp -r tests/unit/study/data "$s"; }
no_outputs() { [ ! -e "$s/out/report.zh.html" ] && [ ! -e "$s/out/report.en.html" ] || fail "$1: a report all the same"; }

# ---- CSV ----
sed '4s/$/,extra/' $shops >"$tmp/ragged.csv"
fails 1 "ragged.csv:4: row has 9 fields, header has 8" "$program" describe "$tmp/ragged.csv"
sed '13s/,[^,]*$//' $shops >"$tmp/short.csv"
fails 1 "short.csv:13: row has 7 fields, header has 8" "$program" mean "$tmp/short.csv" spend $design
printf 'id,note\n1,caf\xe9(\n' >"$tmp/latin.csv"
fails 1 "latin.csv:2:6: byte 0xE9" "$program" describe "$tmp/latin.csv"
fails 1 "latin.csv:2:6: byte 0xE9" "$program" describe "$tmp/latin.csv" --encoding UTF-8
fails 1 "encoding 'nonsense' is not known" "$program" describe $shops --encoding nonsense
printf 'a,b,a\n1,2,3\n' >"$tmp/twice.csv"
fails 1 "twice.csv:1: column name 'a' stands twice, in columns 1 and 3" "$program" describe "$tmp/twice.csv"
field $shops 4 7 many >"$tmp/text.csv"
fails 2 "online: case 3 holds 'many', not a number" "$program" mean "$tmp/text.csv" online $design
grep -qF "text.csv:4:21: column 'online' is read as text because of 'many'" "$tmp/err" || fail "the place of the text in a numeric column: $(cat "$tmp/err")"
awk -F, -v OFS=, 'NR > 1 { $5 = "" } 1' $shops >"$tmp/blank.csv"
blank=$(head -1 $shops | cut -d, -f5)
fails 1 "--by: $blank is missing in every case" "$program" mean "$tmp/blank.csv" spend --weights weight --by "$blank"
fails 1 "--by: no case has a value of every variable of stratum,$blank" "$program" quantile "$tmp/blank.csv" spend --weights weight --by "stratum,$blank"
fails 1 "--by: $blank is missing in every case" "$program" compare "$tmp/blank.csv" spend --weights weight --by "$blank" --pairs
for call in prop "mean --factor $blank" "total --factor $blank"; do
  "$program" ${call%% *} "$tmp/blank.csv" "$blank" --weights weight $(case $call in *" "*) echo "${call#* }" ;; esac) --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$call of nothing: $(cat "$tmp/err")"
  [ "$(cell "$tmp/e.csv" na_reason 1)" = "all missing" ] && [ "$(cell "$tmp/e.csv" indicator 1)" = "$blank" ] || fail "$call of nothing: $(cat "$tmp/e.csv")"
done
"$program" prop "$tmp/blank.csv" "$blank" --weights weight --by stratum --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "prop of nothing by stratum: $(cat "$tmp/err")"
[ "$(grep -c 'all missing' "$tmp/e.csv")" = "$(cut -d, -f2 $shops | sed 1d | sort -u | wc -l)" ] || fail "prop of nothing by stratum: $(cat "$tmp/e.csv")"

# ---- options that nothing listens to ----
fails 2 "--nest: it belongs to --cluster within --strata" "$program" mean $shops spend --weights weight --nest
fails 2 "--tolerance: it belongs to --rake or --calibrate" "$program" mean $shops spend --weights weight --tolerance 3
fails 2 "--rank: it belongs to rank(a,b) and places(a,b)" "$program" mean $shops spend --weights weight --rank borda
fails 2 "--factor: stratum is neither estimated nor a variable of --nonresponse" "$program" mean $shops spend --weights weight --factor stratum
fails 2 "--ci: 'logit' is an interval of shares, and the mean of spend is" "$program" mean $shops spend --weights weight --ci logit
fails 2 "--ci: 'logit' is an interval of shares, and the total of spend is" "$program" total $shops spend --weights weight --ci logit
"$program" mean $shops online --weights weight --ci logit >"$tmp/out" 2>"$tmp/err" || fail "--ci logit of zeros and ones: $(cat "$tmp/err")"
fails 2 "--weights is given twice" "$program" mean $shops spend --weights none --weights weight
fails 2 "--strata is given twice" "$program" mean $shops spend --weights weight --strata stratum --strata=psu
# an error that overflowed says so
field $shops 4 6 1e200 >"$tmp/big.csv"
"$program" mean "$tmp/big.csv" spend --weights weight --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "1e200: $(cat "$tmp/err")"
[ "$(cell "$tmp/e.csv" na_reason 1)" = "the values or weights are too large for a finite result" ] || fail "1e200: $(cat "$tmp/e.csv")"

printf '"a","b\n1,2\n' >"$tmp/quote.csv"
fails 1 "quote.csv:1" "$program" describe "$tmp/quote.csv"

# ---- weights ----
field $shops 4 4 -3 >"$tmp/w.csv"
fails 1 "weight: case 3: the weight is negative" "$program" mean "$tmp/w.csv" spend $design
field $shops 4 4 "" >"$tmp/w.csv"
fails 1 "weight: case 3: the weight is missing" "$program" mean "$tmp/w.csv" spend $design
field $shops 4 4 heavy >"$tmp/w.csv"
fails 2 "weight" "$program" mean "$tmp/w.csv" spend $design
field $shops 4 2 "" >"$tmp/w.csv"
fails 1 "stratum: case 3: the stratum is missing" "$program" mean "$tmp/w.csv" spend $design

# ---- strata ----
awk -F, -v OFS=, 'NR > 1 && $2 == "B" { $4 = 0 } 1' $shops >"$tmp/empty_stratum.csv"
for policy in fail remove certainty adjust average; do
  fails 1 "stratum: stratum 'B' is empty: all its weights are 0" "$program" mean "$tmp/empty_stratum.csv" spend $design --lonely $policy
done
awk -F, '$3 != "b2" && $3 != "b3"' $shops >"$tmp/lonely.csv"
fails 1 "stratum: 1 stratum has a single PSU ('B')" "$program" mean "$tmp/lonely.csv" spend $design
fails 1 "stratum: 1 stratum has a single PSU ('B')" "$program" mean "$tmp/lonely.csv" spend $design --lonely fail
fails 2 "--lonely: 'maybe' is not one of fail, remove, certainty, adjust, average" "$program" mean "$tmp/lonely.csv" spend $design --lonely maybe
# R survey 4.1.1 on R 4.2.2: options(survey.lonely.psu = POLICY); svymean(~spend, svydesign(~psu, ~stratum, weights = ~weight, data = lonely, nest = TRUE), na.rm = TRUE)
while read -r policy se; do
  "$program" mean "$tmp/lonely.csv" spend $design --lonely "$policy" --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "--lonely $policy: $(cat "$tmp/err")"
  near "lonely $policy" "$(cell "$tmp/e.csv" estimate 1)" 87.72727272727 1e-12
  near "lonely $policy se" "$(cell "$tmp/e.csv" std.error 1)" "$se" 1e-11
done <<'R'
remove 13.31487741808
certainty 13.31487741808
adjust 23.54740200922
average 18.83008022598
R

# ---- margins ----
fails 1 "residence: 'mars': the category has a population of 10 and no case in the sample" "$program" weight $shops --weights weight --rake 'residence: urban=90, rural=100, mars=10' --output "$tmp/x.csv"
fails 1 "residence: case 2: the category 'rural' of the sample has no total in the margin" "$program" weight $shops --weights weight --rake 'residence: urban=90' --output "$tmp/x.csv"
fails 1 "satisfied: the margins disagree in total: 'residence' sums to 200, 'satisfied' to 220" "$program" weight $shops --weights weight \
  --rake 'residence: urban=90, rural=110' --rake 'satisfied: good=100, fair=60, poor=60' --output "$tmp/x.csv"
[ ! -e "$tmp/x.csv" ] || fail "weights were written all the same"

# ---- the same through a study ----
fresh; sed -i 's/^P05,A,A2,83.7/P05,A,A2,-83.7/' "$s/people.csv"
fails 1 "weight: case 5: the weight is negative" "$program" run "$s/study.yaml"; no_outputs "negative weight"
fresh; sed -i 's/^P05,A,A2,83.7/P05,A,A2,/' "$s/people.csv"
fails 1 "weight: case 5: the weight is missing" "$program" run "$s/study.yaml"; no_outputs "missing weight"
fresh; sed -i 's/^P05,A,A2,83.7/P05,A,A2,83.7,9/' "$s/people.csv"
fails 2 "people.csv:6: row has 10 fields, header has 9" "$program" run "$s/study.yaml"; no_outputs "ragged row"
fresh; sed -i 's/^P07,A,A2,87.8,m,23,south,1,300/P07,A,A2,87.8,m,23,south,1,lots/' "$s/people.csv"
fails 2 "study.yaml:33:59: 'spend' is text, not a number" "$program" run "$s/study.yaml"; no_outputs "text in a number"
grep -qF "people.csv:8:28: column 'spend' is read as text because of 'lots'" "$tmp/err" || fail "the place of 'lots': $(cat "$tmp/err")"
fresh; awk -F, '$3 != "B2" && $3 != "B3" && $3 != "B4"' tests/unit/study/data/people.csv >"$s/people.csv"
fails 1 "single PSU ('B')" "$program" run "$s/study.yaml"; no_outputs "single PSU"
for policy in remove certainty adjust average; do
  sed "s/clusters: \[psu\]}/clusters: [psu], lonely: $policy}/" tests/unit/study/data/study.yaml >"$s/study.yaml"
  "$program" run "$s/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "study with lonely: $policy: $(cat "$tmp/err")"
done
sed "s/clusters: \[psu\]}/clusters: [psu], lonely: remov}/" tests/unit/study/data/study.yaml >"$s/study.yaml"
fails 2 "did you mean 'remove'" "$program" run "$s/study.yaml"
fresh; printf 'region,people\nnorth,3100\nsouth,2800\nwest,100\n' >"$s/pop.csv"
fails 1 "region: 'west': the category has a population of 100 and no case in the sample" "$program" run "$s/study.yaml"; no_outputs "margin category"
fresh; printf 'region,people\nnorth,3200\nsouth,2900\n' >"$s/pop.csv"
fails 2 "study.yaml:21:29: the margins disagree in total: 'region' sums to 6100, 'sex' to 6000" "$program" run "$s/study.yaml"; no_outputs "margins"
fresh; sed -i 's/^indicators:/indicatorz:/' "$s/study.yaml"
fails 2 "study.yaml:29:1: unknown key 'indicatorz': did you mean 'indicators'?" "$program" run "$s/study.yaml"; no_outputs "unknown key"
fresh; sed -i 's/prop: user == 1/porp: user == 1/' "$s/study.yaml"
fails 2 "study.yaml:32:45: unknown key 'porp': did you mean 'prop'?" "$program" check "$s/study.yaml"
fresh; sed -i 's/  spend_k: spend \/ 1000/  spend_k: double_k \/ 2/' "$s/study.yaml"
fails 2 "study.yaml:15:12: derived variables in a circle: spend_k -> double_k -> spend_k" "$program" run "$s/study.yaml"; no_outputs "circle"
fresh; sed -i 's/codes: \[A2\]/codes: [A1]/' "$s/study.yaml"
fails 2 "study.yaml:48:9: overlaps 'rest': both hold the code 'A1', which would be counted twice" "$program" run "$s/study.yaml"; no_outputs "overlap"
fresh; sed -i 's/id: rest, parent: all/id: phone, parent: all/' "$s/study.yaml"
fails 2 "study.yaml:48:9: the node 'phone' occurs twice" "$program" check "$s/study.yaml"
fresh; sed -i 's/id: all, label/id: all, parent: phone, label/' "$s/study.yaml"
fails 2 "study.yaml:48:9: the node 'phone' is its own ancestor" "$program" check "$s/study.yaml"
fresh; rm "$s/people.csv"
fails 2 "people.csv" "$program" run "$s/study.yaml"; no_outputs "no data"
fresh; printf 'x [@fig f1] y\n' >>"$s/narrative/en.md"
fails 2 "narrative/en.md:$(grep -c '' "$s/narrative/en.md"):3: '[@fig f1]' refers to nothing: a reference is [@figure ID], [@table ID] or [@box ID]" "$program" run "$s/study.yaml"
no_outputs "a reference that is none"
fresh; printf '\n{{ figure nope }}\n' >>"$s/narrative/en.md"
fails 2 "narrative/en.md:$(grep -c '' "$s/narrative/en.md"):1: there is no figure 'nope'" "$program" check "$s/study.yaml"
fresh; rm "$s/narrative/en.md"
fails 2 "narrative/en.md" "$program" run "$s/study.yaml"; no_outputs "no narrative"

# ---- .sav ----
"$program" convert $shops "$tmp/x.sav" --quiet 2>/dev/null || fail "convert"
size=$(stat -c %s "$tmp/x.sav")
for n in 0 1 100 176 400 700 $((size / 2)) $((size - 60)) $((size - 1)); do
  head -c $n "$tmp/x.sav" >"$tmp/cut.sav"
  fails 1 "cut.sav" "$program" describe "$tmp/cut.sav"
  grep -q 'cut.sav: \(byte [0-9]*\|case [0-9]*\): .*truncated' "$tmp/err" || fail "cut to $n bytes: $(cat "$tmp/err")"
done
fails 1 "cut.sav: case " "$program" mean "$tmp/cut.sav" spend --weights none
fails 1 "cut.sav" "$program" new "$tmp/cut" --from "$tmp/cut.sav"
if [ -x "$tool" ]; then
  for encoding in UTF-8 GBK; do
    "$tool" sav $encoding "$tmp/$encoding.sav" || fail "sav $encoding"
    for format in table csv; do
      "$program" describe "$tmp/$encoding.sav" --format $format >"$tmp/d" 2>"$tmp/err" || fail "describe $encoding: $(cat "$tmp/err")"
      sed "s/^.*\.sav: //" "$tmp/d" >"$tmp/$encoding.$format"
    done
  done
  cmp -s "$tmp/UTF-8.sav" "$tmp/GBK.sav" && fail "the two encodings are the same bytes"
  for format in table csv; do
    cmp "$tmp/UTF-8.$format" "$tmp/GBK.$format" || fail "the file in GBK reads otherwise than in UTF-8 ($format)"
  done
  for words in '性别.*1 男 66.7%, 2 女 33.3%' '收入_元 .*收入（元）' '呼和浩特市 33.3%' 'set $媒体: 使用的媒体 (3 variables)'; do
    grep -q -- "$words" "$tmp/GBK.table" || fail "GBK: no '$words'"
  done
  "$program" mean "$tmp/GBK.sav" '收入_元' --weights weight --by '性别' --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "estimate from GBK: $(cat "$tmp/err")"
else
  fail "$tool is not built"
fi

# ---- files that are something else ----
printf '\x25\xc9' >"$tmp/y.yaml"
fails 2 "y.yaml:1:2: byte C9 is not valid UTF-8" "$program" check "$tmp/y.yaml"
fails 2 "y.yaml:1:2: byte C9 is not valid UTF-8" "$program" run "$tmp/y.yaml"
fails 2 "y.yaml:1:2: byte C9 is not valid UTF-8" "$program" synth "$tmp/y.yaml" -n 10 --output "$tmp/z.sav"
: >"$tmp/empty"
for extension in csv tsv sav zsav por dta sas7bdat xpt; do
  cp "$tmp/empty" "$tmp/empty.$extension"
  fails 1 "empty.$extension" "$program" describe "$tmp/empty.$extension"
done
gzip -c "$tmp/empty" >"$tmp/empty.csv.gz"
fails 1 "empty.csv.gz" "$program" describe "$tmp/empty.csv.gz"
cp "$tmp/empty" "$tmp/empty.yaml"
for command in check run; do fails 2 "empty.yaml:1:1" "$program" $command "$tmp/empty.yaml"; done
fails 2 "empty.yaml:1:1" "$program" synth "$tmp/empty.yaml" -n 10 --output "$tmp/z.sav"
head -1 $shops >"$tmp/header.csv"
fails 1 "header.csv: the table has no cases" "$program" mean "$tmp/header.csv" spend --weights none
cp -r tests/unit/study/data "$tmp/hollow" # a study whose survey has a head alone
head -1 tests/unit/study/data/people.csv >"$tmp/hollow/people.csv"
for command in check run; do fails 2 "the table has no cases: an estimate wants some" "$program" $command "$tmp/hollow/study.yaml"; done
grep -c 'error:' "$tmp/err" | grep -qx 1 || fail "a survey without cases: $(cat "$tmp/err")"
mkdir "$tmp/folder.csv" "$tmp/folder.sav" "$tmp/folder.yaml"
fails 1 "folder.csv" "$program" describe "$tmp/folder.csv"
fails 1 "folder.sav" "$program" describe "$tmp/folder.sav"
fails 2 "folder.yaml: is a folder, not a file" "$program" check "$tmp/folder.yaml"
fails 1 "folder.csv" "$program" convert $shops "$tmp/folder.csv"
fails 1 "absent.csv: cannot be opened: No such file" "$program" describe "$tmp/absent.csv"
fails 2 "absent.yaml: cannot be opened: No such file" "$program" run "$tmp/absent.yaml"
printf 'a,b\n1,2\0003\n' >"$tmp/nul.csv"
fails 1 "nul.csv:2:4: NUL byte" "$program" describe "$tmp/nul.csv"
printf 'study: x\0y\n' >"$tmp/nul.yaml"
fails 2 "nul.yaml:1:9" "$program" check "$tmp/nul.yaml"
head -c 10485760 /dev/zero | tr '\0' a >"$tmp/line.yaml"
fails 2 "line.yaml:1:1" "$program" check "$tmp/line.yaml"
cp "$tmp/line.yaml" "$tmp/line.csv" # a table of one variable with a long name and no rows
fails 1 "line.csv: the table has no cases" "$program" mean "$tmp/line.csv" x --weights none
head -c 10485760 /dev/zero | tr '\0' '[' >"$tmp/deep.yaml"
fails 2 "deep.yaml:1:101: nested deeper than 100 levels" "$program" check "$tmp/deep.yaml"
awk 'BEGIN { print "a0: &a0 [x,x,x,x,x,x,x,x,x,x]"; for (i = 1; i < 12; i++) { s = ""; for (k = 0; k < 10; k++) s = s (k ? "," : "") "*a" (i - 1); print "a" i ": &a" i " [" s "]" } }' >"$tmp/bomb.yaml"
fails 2 "bomb.yaml:6" "$program" check "$tmp/bomb.yaml"
printf 'study: x\n\tdata: y\n' >"$tmp/tab.yaml"
fails 2 "tab.yaml:2" "$program" check "$tmp/tab.yaml"
printf 'study: x\nstudy: y\n' >"$tmp/twice.yaml"
fails 2 "twice.yaml:2:1" "$program" check "$tmp/twice.yaml"

# ---- a full disk: a small file system of our own where that is allowed, else a limit on the size of files ----
disk=$tmp/disk
mkdir "$disk"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=900k tmpfs "$disk" 2>/dev/null; then
  trap 'umount "$disk" 2>/dev/null; rm -rf "$tmp"' EXIT
  cp -r tests/unit/study/data "$disk/s"
  "$program" run "$disk/s/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "on the small disk: $(cat "$tmp/err")"
  before=$("$tool" whole "$disk/s/out/results.db")
  (cd "$disk" && find . -type f | sort) >"$tmp/files"
  for left in 0 20 60 100 140 180 220; do # kilobytes left on it
    free=$(df --output=avail -k "$disk" | tail -1)
    [ "$free" -gt "$left" ] || continue
    head -c $(((free - left) * 1024)) /dev/zero >"$disk/filler" 2>/dev/null
    timeout 60 "$program" run "$disk/s/study.yaml" --force --quiet >"$tmp/out" 2>"$tmp/err"
    code=$?
    if [ $code != 0 ]; then
      [ $code = 1 ] || fail "full disk, $left kB left: exit $code: $(cat "$tmp/err")"
      grep -q "disk/s/out/.*\(full\|No space left\)" "$tmp/err" || fail "full disk, $left kB left: $(cat "$tmp/err")"
      full=1
    fi
    got=$("$tool" whole "$disk/s/out/results.db" 2>&1) || fail "full disk, $left kB left: $got"
    [ "${got##* }" = "${before##* }" ] || fail "full disk, $left kB left: the run is not whole: $got, not $before"
    rm "$disk/filler"
    (cd "$disk" && find . -type f | sort | grep -v 'results.db-journal$') | cmp -s - "$tmp/files" || fail "full disk, $left kB left: litter: $(cd "$disk" && find . -type f)"
  done
  [ "${full:-}" = 1 ] || fail "the small disk was never full"
  "$program" run "$disk/s/study.yaml" --force --quiet >"$tmp/out" 2>"$tmp/err" || fail "with room again: $(cat "$tmp/err")"
  head -c $(($(df --output=avail -k "$disk" | tail -1) * 1024)) /dev/zero >"$disk/filler" 2>/dev/null
  for extension in csv sav dta csv.gz; do
    fails 1 "x.$extension" "$program" convert $shops "$disk/x.$extension"
    grep -q "No space left" "$tmp/err" || fail "full disk, .$extension: $(cat "$tmp/err")"
    [ -z "$(find "$disk" -name 'x.*')" ] || fail "half a file stays on the full disk: $(find "$disk" -name 'x.*')"
  done
  umount "$disk"
fi
fresh
fails 1 "$s/out/" bash -c 'trap "" XFSZ; ulimit -f 40; exec "$@"' limited "$program" run "$s/study.yaml" --quiet
no_outputs "limit on the size of files"
"$program" run "$s/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "after the limit: $(cat "$tmp/err")"
# a line of commas is a damaged file, not a table of a million variables
head -c 1048576 /dev/zero | tr '\0' ',' >"$tmp/commas.csv"
run_fails 1 "more than 100000 columns" "$program" describe "$tmp/commas.csv"
finish
