#!/usr/bin/env bash
# An archive asked for by itself has what the study hands on, and its page where it names nothing else: never nothing.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "w,g,y"; for (i = 0; i < 60; i++) printf "1,%s,%d\n", i % 2 ? "a" : "b", 1 + i % 3 }' >d.csv
cat >s.yaml <<'END'
study: s
title: T
languages: [en]
outputs: [html, csv]
data: {d: {file: d.csv}}
design: {weights: w}
indicators: {users: {total: y == 1, unit: 人}}
tables: [{id: t, title: T, indicators: [users]}]
END
names() { unzip -Z1 "$1" | sort | tr '\n' ' '; }
whole() { # FOLDER NAMES
  [ "$(names "$1/s.zip")" = "$2 " ] || fail "$1: the archive has $(names "$1/s.zip")"
  (cd "$1" && sha256sum -c --quiet SHA256SUMS) || fail "$1: SHA256SUMS"
  rm -rf un && mkdir un && unzip -q "$1/s.zip" -d un
  (cd un && [ -s SHA256SUMS ] && sha256sum -c --quiet SHA256SUMS) || fail "$1: SHA256SUMS of the archive"
}
"$program" run s.yaml --quiet --out a --to html,csv,zip >said 2>&1 || fail "formats: $(cat said)"
whole a 'SHA256SUMS report.en.html s.csv s.excel.csv'
cp a/s.zip kept.zip
"$program" run s.yaml --quiet --out a --to zip >said 2>&1 || fail "zip over a release: $(cat said)"
cmp -s a/s.zip kept.zip || fail "the archive of the release is another: $(names a/s.zip)"
"$program" run s.yaml --quiet --out b --to zip >said 2>&1 || fail "zip: $(cat said)"
whole b 'SHA256SUMS report.en.html s.csv s.excel.csv'
cmp -s b/s.zip kept.zip || fail "two archives"
for outputs in '[zip]' ''; do
  rm -rf c
  if [ -n "$outputs" ]; then sed -i "s/^outputs:.*/outputs: $outputs/" s.yaml; else sed -i '/^outputs:/d' s.yaml; fi
  "$program" run s.yaml --quiet --out c --to zip >said 2>&1 || fail "'$outputs': $(cat said)"
  whole c 'SHA256SUMS report.en.html'
done
printf 'outputs: [zip]\n' >>s.yaml
rm -rf c
"$program" run s.yaml --quiet --out c >said 2>&1 || fail "outputs: [zip]: $(cat said)"
whole c 'SHA256SUMS report.en.html'
finish
