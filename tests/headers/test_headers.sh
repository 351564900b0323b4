#!/bin/bash
# Every public header alone compiles, twice included, as C11, C17 and C++17 with strict warnings, under every compiler that
# is here.
set -u
cd "$(dirname "$0")/../.." || exit 1
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Werror -fsyntax-only -Iinclude"
bad=0
tried=0
check() { # compiler language standard header
  printf '#include "shuxiao/%s"\n#include "shuxiao/%s"\n' "$4" "$4" |
    $1 -x "$2" -std="$3" $strict - || { echo "$4 does not compile alone with $1 -std=$3" >&2; bad=$((bad + 1)); }
  tried=$((tried + 1))
}
for path in include/shuxiao/*.h; do
  header=$(basename "$path")
  for cc in gcc clang; do
    command -v $cc >/dev/null || continue
    check $cc c c11 "$header"
    check $cc c c17 "$header"
  done
  for cxx in g++ clang++; do
    command -v $cxx >/dev/null || continue
    check $cxx c++ c++17 "$header"
  done
done
for path in include/shuxiao/*.h; do
  header=$(basename "$path")
  [ "$header" = shuxiao.h ] || grep -qxF "#include \"shuxiao/$header\"" include/shuxiao/shuxiao.h || {
    echo "shuxiao.h does not include $header" >&2
    bad=$((bad + 1))
  }
done
if [ $tried = 0 ]; then
  echo "skipped: no compiler called gcc, clang, g++ or clang++"
  exit 77
fi
echo "$tried compilations, $bad failed"
[ $bad = 0 ]
