#!/usr/bin/env bash
# The example of every command's --help is run as it stands, beside the bundled study and its interviews.
. tests/cli/lib.sh
need_program
mkdir "$tmp/here" "$tmp/bin"
cp -r studies "$tmp/here/studies"
cp -r examples "$tmp/here/examples"
ln -s "$program" "$tmp/bin/shuxiao"
cd "$tmp/here" || exit 1
PATH=$tmp/bin:$PATH
study=studies/digital-consumption-2025h1
rm -r $study
ran $study
cp $study/interviews.sav interviews.sav
cp interviews.sav my-survey.sav
mv $study/out earlier
shuxiao run $study/study.yaml --out earlier --to html,docx --quiet >/dev/null 2>"$tmp/err" || fail "an earlier run: $(cat "$tmp/err")"
ran=0
for command in $(shuxiao --help | awk '/^  [a-z]/ { print $1 }'); do
  example=$(shuxiao "$command" --help | awk 'take { sub(/^ +/, ""); print; exit } /^Example:/ { take = 1 }')
  [ -n "$example" ] || { fail "$command --help has no example"; continue; }
  bash -c "$example" >"$tmp/out" 2>"$tmp/err" || fail "$example: exit $?: $(cat "$tmp/err")"
  ran=$((ran + 1))
done
[ $ran -ge 14 ] || fail "only $ran examples were found"
finish
