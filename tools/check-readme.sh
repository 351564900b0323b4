#!/bin/bash
# tools/check-readme.sh [FILE...]: runs the commands that the READMEs show (fenced blocks marked sh), in order, in a scratch folder with
# the program on the path and the studies beside it. Not run: apt, git clone, cd, and the make targets that .ci/run
# runs itself; lines with a word in capitals or < > are taken for patterns and only their subcommand is checked against --help.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
files=${*:-README.md README.zh-CN.md}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
bad=0
ran=0
[ -x build/release/shuxiao ] || { echo "build/release/shuxiao is not there"; exit 1; }
export PATH=$root/build/release:$PATH

for file in $files; do
  [ -f "$file" ] || { echo "$file is not there"; bad=$((bad + 1)); continue; }
  work=$scratch/$(basename "$file" .md)
  mkdir -p "$work/build"
  git ls-files -co --exclude-standard -- studies Makefile | while read -r f; do
    [ -f "$f" ] && mkdir -p "$work/$(dirname "$f")" && cp "$f" "$work/$f"
  done
  [ -e "$root/../shared" ] && ln -s "$(cd "$root/../shared" && pwd)" "$scratch/shared" 2>/dev/null
  ln -s "$root/build/release" "$work/build/release"
  # What the demo leaves behind is there for the commands that follow it in the README.
  for made in studies/*/interviews.sav; do [ -f "$made" ] && cp "$made" "$work/$made"; done
  while IFS=$'\t' read -r number command; do
    case $command in
    '' | '#'* | apt* | sudo* | 'git clone'* | cd\ *) continue ;;
    make | make\ *)
      target=$(echo "$command" | awk '{ print $2 }')
      if [ -n "$target" ] && ! grep -q "^$target:" Makefile; then
        echo "$file:$number: no such make target: $command"
        bad=$((bad + 1))
      fi
      continue
      ;;
    esac
    if echo "$command" | grep -qE '(^|[ =])[A-Z]{2,}([ .]|$)|<[a-z]'; then
      sub=$(echo "$command" | awk '{ print $2 }')
      shuxiao --help 2>/dev/null | grep -qw -- "$sub" || { echo "$file:$number: --help does not know: $command"; bad=$((bad + 1)); }
      continue
    fi
    ran=$((ran + 1))
    (cd "$work" && timeout 300 bash -c "$command") >"$scratch/out" 2>&1 </dev/null || {
      echo "$file:$number: exit $?: $command"
      tail -n 15 "$scratch/out"
      bad=$((bad + 1))
    }
  done < <(awk '/^```/ { inside = ($0 ~ /^```(sh|bash|console)/) && !inside; next }
               inside { line = $0; sub(/^\$ /, "", line); sub(/[ \t]+#.*$/, "", line); print NR "\t" line }' "$file")
done
echo "$ran commands run, $bad faults"
[ $bad = 0 ] && [ $ran -gt 0 ]
