#!/usr/bin/env bash
# Files of the run before that the study makes no longer go with the next run, all of them or, where it is refused, none; what someone altered, what --to did not ask for,
# and what another study made stays. A refused first run leaves no store.
. tests/cli/lib.sh
need_program
there() { # NAME...: are in the folder
  for name in "$@"; do [ -e "$tmp/s/out/$name" ] || fail "$when: no $name: $(ls "$tmp/s/out")"; done
}
gone() {
  for name in "$@"; do [ ! -e "$tmp/s/out/$name" ] || fail "$when: $name is there yet"; done
}
runs() { # ARGUMENTS...
  "$program" run "$tmp/s/study.yaml" --lang en --quiet "$@" >"$tmp/out" 2>"$tmp/err" || fail "$when: exit $?: $(cat "$tmp/err")"
}
edit() {
  grep -q -- "$1" "$tmp/s/study.yaml" || fail "no '$1' in the study"
  sed -i "s|$1|$2|" "$tmp/s/study.yaml"
}
# said NAMES: which files are removed; "": none
said() {
  local got
  got=$(sed -n 's/^no longer made: *the study makes these files no longer, they are removed: //p' "$tmp/out" | tr ' ' '\n' | LC_ALL=C sort | tr '\n' ' ')
  [ "${got% }" = "$1" ] || fail "$when: removed are '$got', not '$1': $(cat "$tmp/out")"
}
clean() {
  "$program" audit "$tmp/s/out" >"$tmp/audit" 2>"$tmp/err" || fail "$when: audit: $(head -5 "$tmp/audit") $(cat "$tmp/err")"
  ! grep -q '^of earlier runs' "$tmp/out" || fail "$when: files of earlier runs are named: $(cat "$tmp/out")"
}
cp -r tests/unit/study/data "$tmp/s"
edit '^languages: \[zh, en\]' 'languages: [zh, en]\noutputs: [html, csv, docx, px, xlsx]'

when="a first run"
runs
said ''
there report.en.html tiny.en.docx tiny_YOUNG.px
clean

when="a group that is dropped"
edit '  young: {label.*' ''
edit 'by: \[old, young, age, "old\*region"\], gap: \[old, {of: old, to: young}, ' 'by: [old, age, "old*region"], gap: [old, '
edit 'domains: \[total, old, age\]' 'domains: [total, old]'
sed -i "/young/d" "$tmp/s/published.csv"
"$program" check "$tmp/s/study.yaml" >/dev/null 2>"$tmp/err" || fail "the study without a group: $(cat "$tmp/err")"
runs
said tiny_YOUNG.px
gone tiny_YOUNG.px
clean

when="a run of one format alone"
edit 'A tiny study}' 'A small study}'
runs --to html
said ''
there report.en.html tiny.en.docx tiny.csv tiny_AGE.px tiny_tables.en.xlsx
grep -q '^of earlier runs: .*tiny.en.docx' "$tmp/out" || fail "$when: the others are not named: $(cat "$tmp/out")"

when="a language that is dropped, after it"
edit '^languages: \[zh, en\]' 'languages: [zh]'
echo "<!-- mine -->" >>"$tmp/s/out/report.en.html"
cp "$tmp/s/out/report.en.html" "$tmp/mine"
runs
said 'tiny.en.docx tiny.zh.docx tiny_tables.en.xlsx tiny_tables.zh.xlsx'
there report.zh.html tiny.docx tiny_tables.xlsx
gone tiny.en.docx tiny_tables.zh.xlsx
cmp -s "$tmp/mine" "$tmp/s/out/report.en.html" || fail "$when: an altered page is not as it was"
grep -q '^of earlier runs: *report.en.html$' "$tmp/out" || fail "$when: the altered page is not named: $(cat "$tmp/out")"
rm "$tmp/s/out/report.en.html"

when="a format that is dropped, nothing else changed"
runs --to json-stat
there tiny.jsonstat.json tiny.docx
edit '^outputs: .*' 'outputs: [html, csv, px]'
runs
said 'tiny.docx tiny_tables.xlsx'
there tiny.jsonstat.json tiny.csv # chosen by who ran it

when="a run that is refused"
edit '^outputs: .*' 'outputs: [html, csv]'
cp -a "$tmp/s" "$tmp/kept"
printf '\n手写 4321 家。\n' >>"$tmp/s/narrative/zh.md"
sums "$tmp/s/out" >"$tmp/before"
"$program" run "$tmp/s/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] || fail "$when: not refused: $(cat "$tmp/err")"
rm -rf "$tmp/s/out/refused"
sums "$tmp/s/out" | cmp -s - "$tmp/before" || fail "$when: the folder has changed"
rm -rf "$tmp/s"
cp -a "$tmp/kept" "$tmp/s"

when="another study in the folder"
cp -r tests/unit/study/data "$tmp/other"
sed -i 's/^study: tiny/study: other/' "$tmp/other/study.yaml"
"$program" run "$tmp/other/study.yaml" --to csv --out "$tmp/s/out" --quiet >"$tmp/out" 2>"$tmp/err" || fail "$when: $(cat "$tmp/err")"
said ''
there tiny.csv other.csv tiny_AGE.px report.zh.html

when="a first run that is refused"
rm -rf "$tmp/other/out"
printf '\n手写 4321 家。\n' >>"$tmp/other/narrative/zh.md"
"$program" run "$tmp/other/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] || fail "$when: not refused: $(cat "$tmp/err")"
[ "$(ls "$tmp/other/out")" = refused ] || fail "$when: leaves $(ls "$tmp/other/out")"
finish
