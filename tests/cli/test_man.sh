#!/usr/bin/env bash
# Every command has a manual page in English and Chinese, which says what --help says, and which groff takes without a warning.
. tests/cli/lib.sh
need_program
"$program" help --commands >"$tmp/commands" || fail "help --commands"
[ "$(wc -l <"$tmp/commands")" -ge 15 ] || fail "only $(wc -l <"$tmp/commands") commands"

# page LANG COMMAND: into $tmp/page, looked over
page() {
  "$program" help --man $2 --lang "$1" >"$tmp/page" || fail "help --man $2 --lang $1"
  head -2 "$tmp/page" | grep -q '^\.TH "SHUXIAO' || fail "$2 $1: no title"
  for part in $3; do grep -q "^\.SH \"$part\"" "$tmp/page" || fail "$2 $1: no section $part"; done
  command -v groff >/dev/null || return
  # lines of Chinese have no blanks to break at
  groff -ww -Wbreak -man -Kutf8 -Tutf8 -z "$tmp/page" >"$tmp/warnings" 2>&1
  [ ! -s "$tmp/warnings" ] || fail "$2 $1: $(head -3 "$tmp/warnings")"
}
page en "" "NAME SYNOPSIS COMMANDS"
page zh "" "名称 用法 命令"
while read -r command; do
  page en "$command" "NAME SYNOPSIS DESCRIPTION OPTIONS EXAMPLE"
  sed 's/\\-/-/g; s/\\(aq/'"'"'/g' "$tmp/page" >"$tmp/plain"
  "$program" "$command" --help | sed -n 's/^  --\([a-z0-9-]*\).*/\1/p' >"$tmp/options"
  [ -s "$tmp/options" ] || fail "$command --help names no option"
  while read -r option; do
    grep -q "^\\\\fB--$option\\\\fR" "$tmp/plain" || fail "the page of $command does not name --$option"
  done <"$tmp/options"
  page zh "$command" "名称 用法 说明 选项 例"
  sed -n '/^\.SH "说明"/,/^\.SH "选项"/p' "$tmp/page" | sed 1d | grep -qP '\p{Han}' || fail "the Chinese page of $command describes it in English"
done <"$tmp/commands"
"$program" help --man mean | grep -q 'shuxiao mean interviews.sav' || fail "no example in the page of mean"
run_fails 2 "unknown command 'maen'" "$program" help --man maen
if command -v man >/dev/null && command -v groff >/dev/null; then
  "$program" help --man mean >"$tmp/shuxiao-mean.1"
  MANWIDTH=80 man -l "$tmp/shuxiao-mean.1" 2>"$tmp/err" | grep -q 'weighted means' || fail "man -l: $(cat "$tmp/err")"
else
  echo "without groff and man the pages were only looked over"
fi
finish
