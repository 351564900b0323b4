#!/usr/bin/env bash
# An installation in a fresh prefix: the program, its manual pages, and the examples of examples/c built by pkg-config alone; what they
# print are the numbers of the reference table.
. tests/cli/lib.sh
need_program
build=${SX_BUILD:-build/dev}
[ -f "$build/libshuxiao.so" ] || { echo "skipped: the shared library is not built"; exit 77; }
command -v pkg-config >/dev/null || { echo "skipped: no pkg-config"; exit 77; }
grep -q '^SX_SANITIZE:[A-Z]*=.' "$build/CMakeCache.txt" && { echo "skipped: sanitized libraries need the sanitizer's flags"; exit 77; }
cmake --install "$build" --prefix "$tmp/usr" >"$tmp/log" 2>&1 || { fail "cmake --install: $(tail -3 "$tmp/log")"; finish; }
"$tmp/usr/bin/shuxiao" --version | grep -q '^shuxiao [0-9]' || fail "the installed program does not run"
for page in man1/shuxiao.1 man1/shuxiao-mean.1 zh_CN/man1/shuxiao-mean.1; do
  [ -s "$tmp/usr/share/man/$page" ] || fail "no $page"
done
[ "$(ls "$tmp/usr/share/man/man1" | wc -l)" = $(($("$program" help --commands | wc -l) + 1)) ] || fail "a page is missing"

pc=$(dirname "$(find "$tmp/usr" -name shuxiao.pc)")
export PKG_CONFIG_PATH=$pc
pkg-config --validate shuxiao || fail "shuxiao.pc"
[ "$(pkg-config --modversion shuxiao)" = "$("$program" --version | cut -d' ' -f2)" ] || fail "the version of shuxiao.pc"
library=$(pkg-config --variable=libdir shuxiao)
export LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
for example in examples/c/*.c; do
  name=$(basename "$example" .c)
  ${CC:-cc} -std=c11 -Wall -Wextra -Werror "$example" $(pkg-config --cflags --libs shuxiao) -o "$tmp/$name" 2>"$tmp/err" ||
    fail "$example: $(head -3 "$tmp/err")"
  run_fails 2 usage "$tmp/$name"
done
# and without the shared library
cp "$library"/libshuxiao.a "$tmp"
${CC:-cc} examples/c/vignette.c $(pkg-config --cflags shuxiao) "$tmp/libshuxiao.a" $(pkg-config --static --libs shuxiao | sed 's/-lshuxiao//') -o "$tmp/static" 2>"$tmp/err" ||
  fail "static: $(head -3 "$tmp/err")"
run_fails 2 usage "$tmp/static"
run_fails 1 'absent.csv' "$tmp/vignette" absent.csv absent.csv

reference=../shared/reference
[ -f $reference/cases.tsv ] || { [ $failures = 0 ] && echo "skipped: the numbers, for want of $reference" && exit 77; finish; }
case_value() { awk -F'\t' -v id="$1" -v q="$2" '$1 == id && $3 == q { print $4 }' $reference/cases.tsv; }
# row FILE PATTERN ID EST SE: the two last fields of the line are the case's numbers
row() {
  read -r est se < <(awk -v p="$2" '$0 ~ p { print $(NF - 1), $NF; exit }' "$1")
  near "$2" "${est:-}" "$(case_value "$3" "$4")"
  near "$2 se" "${se:-}" "$(case_value "$3" "$5")"
}
data=$reference/data
"$tmp/vignette" $data/apistrat.csv $data/apiclus1.csv >"$tmp/v" || fail "vignette"
[ "$(wc -l <"$tmp/v")" = 8 ] || fail "vignette: $(wc -l <"$tmp/v") lines"
row "$tmp/v" '^api00 .* 662' A05 est:api00 SE:api00
row "$tmp/v" '^enroll .* 3687' A06 est:enroll SE:enroll
row "$tmp/v" '^api.stu/enroll' A09 est SE
for type in E H M; do row "$tmp/v" "^api99 .*stype=$type" D01 est:$type SE:$type; done
row "$tmp/v" '^api00 .* 665' F03 est:api00 SE:api00
row "$tmp/v" '^enroll .* 3638' F03 est:enroll SE:enroll
"$tmp/replicates" $data/apiclus1.csv >"$tmp/r" || fail "replicates"
row "$tmp/r" 'mean api00' G01 est:api00 SE:api00
row "$tmp/r" 'total enroll' G12 est:enroll SE:enroll
row "$tmp/r" 'api99 stype=E-stype=H' D07 est:EH SE:EH
[ "$("$tmp/static" $data/apistrat.csv $data/apiclus1.csv | md5sum)" = "$(md5sum <"$tmp/v")" ] || fail "the static program prints other numbers"
finish
