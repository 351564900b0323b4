#!/bin/bash
# The checks themselves: each must find a fault that is planted for it, with file and line, and be content with the tree.
set -u
cd "$(dirname "$0")/../.." || exit 1
if ! command -v git >/dev/null || ! git rev-parse --git-dir >/dev/null 2>&1; then
  echo "skipped: not a git checkout"
  exit 77
fi
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
git ls-files -co --exclude-standard -- src include tools .clang-format | while read -r f; do
  [ -f "$f" ] && mkdir -p "$scratch/$(dirname "$f")" && cp "$f" "$scratch/$f"
done
cd "$scratch" && git init -q . || exit 1
bad=0
holds() { # check
  bash tools/checks.sh "$1" >out 2>&1 || { echo "$1 finds a fault where none was planted:"; cat out; bad=$((bad + 1)); }
}
finds() { # check, text that the output must hold
  if bash tools/checks.sh "$1" >out 2>&1; then
    echo "$1 did not find: $2"
    bad=$((bad + 1))
  elif ! grep -qF "$2" out; then
    echo "$1 did not name '$2':"
    cat out
    bad=$((bad + 1))
  fi
}
plant() { # file, text
  printf '%s\n' "$2" >"$1"
}

holds layers
plant src/base/base_planted.c '#include "shuxiao/num.h"'
finds layers 'src/base/base_planted.c:1: base may not include shuxiao/num.h'
plant src/base/base_planted.c '#include "../num/num_priv.h"'
finds layers 'src/base/base_planted.c:1: ../num/num_priv.h is neither'
plant src/base/base_planted.c '#include <shuxiao/base.h>'
finds layers 'angle brackets'
mkdir -p src/attic
plant src/attic/attic.c '#include "shuxiao/base.h"'
finds layers 'attic is not in tools/layers.txt'
rm -rf src/attic src/base/base_planted.c
cp include/shuxiao/num.h keep
sed -i 's|#include "shuxiao/base.h"|#include "shuxiao/table.h"|' include/shuxiao/num.h
finds layers 'num may not include shuxiao/table.h'
mv keep include/shuxiao/num.h

holds banned
plant src/base/base_planted.c '/* sprintf( in a comment */ const char *t = "strcpy("; // exit(1)'
holds banned
plant src/base/base_planted.c 'void f(void) { exit (1); }'
finds banned 'src/base/base_planted.c:1:'
plant src/base/base_planted.c 'int f(char *s) { return atoi(s); }'
finds banned 'atoi'
plant src/base/base_planted.c 'int f(char *s) { return my_exit(s); }'
holds banned
rm src/base/base_planted.c

holds names
mkdir -p src/num
plant src/num/base_mem.c ''
finds names 'src/num/base_mem.c: the name base_mem.c is taken twice'
rm src/num/base_mem.c

if command -v clang-format >/dev/null; then
  plant src/base/base_planted.c 'int   x ;'
  finds style 'base_planted.c:1'
fi
echo "$bad faults in the checks"
[ $bad = 0 ]
