#!/usr/bin/env bash
# Control characters of a file's texts stand as their pictures in the banner tables' Markdown and CSV, as in the banner book: no terminal obeys them.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
printf 'q,r,w\na\033[31mb,x\007y,1\nc\177d,z\302\233w,1\nc\177d,x\007y,2\n' >d.csv
for form in md csv; do
  "$program" tab d.csv --rows q --cols r --weights w --format $form >$form.out 2>err || fail "$form: $(cat err)"
  LC_ALL=C grep -q "$(printf '[\001-\010\013\014\016-\037\177]')" $form.out && fail "$form: a control character: $(cat -v $form.out)"
  grep -q "$(printf '\302\233')" $form.out && fail "$form: C1 is there: $(cat -v $form.out)"
  grep -q 'a␛' $form.out && grep -q 'x␇y' $form.out && grep -q 'c␡d' $form.out || fail "$form: no pictures: $(cat $form.out)"
done
finish
