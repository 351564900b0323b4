#!/bin/bash
# tools/checks.sh CHECK: one check of the source or of the built library. Exit 0 when it holds; the faults are printed.
#   layers    the arrows between the rooms (tools/layers.sh)
#   banned    functions that the library must not call (HOUSE rules: no sprintf, strcpy, exit ...)
#   names     names of .c and .h files are unique in the tree
#   style     clang-format finds nothing to change
#   symbols   the shared library exports sx_ names only, and every SX_API function (BUILD_DIR, default build/release)
#   clean     the tests and the build left nothing in the tree
set -u
cd "$(dirname "$0")/.." || exit 1
check=${1:-}
build=${2:-build/release}
sources() { git ls-files -co --exclude-standard -- "$@" | while read -r f; do [ -f "$f" ] && echo "$f"; done; }

case $check in
layers) bash tools/layers.sh ;;
banned)
  # Comments and texts are blanked first, lines kept.
  bad=$(sources 'src/*.c' 'src/*.h' 'include/*.h' | grep -v '^src/cli/' | xargs awk '
      FNR == 1 { in_comment = 0 }
      {
        out = ""; s = $0
        while (s != "") {
          if (in_comment) {
            at = index(s, "*/")
            if (!at) { s = ""; break }
            s = substr(s, at + 2); in_comment = 0
          } else if (match(s, /\/\*|\/\/|"([^"\\]|\\.)*"|\x27([^\x27\\]|\\.)*\x27/)) {
            token = substr(s, RSTART, RLENGTH); out = out substr(s, 1, RSTART - 1) " "; s = substr(s, RSTART + RLENGTH)
            if (token == "/*") in_comment = 1
            else if (token == "//") s = ""
          } else { out = out s; s = "" }
        }
        # GLPK ends the program unless its error hook leaves by longjmp: these do (docs/dev/foreign.md)
        if (FILENAME == "src/audit/audit_lp.c" || FILENAME == "src/num/num_lp.c") gsub(/longjmp/, "", out)
        if (match(out, /(^|[^A-Za-z0-9_])(sprintf|vsprintf|strcpy|strcat|strtok|gets|atoi|atol|atof|rand|srand|setlocale|exit|_exit|quick_exit|abort|getenv|system|longjmp)[ \t]*\(/))
          print FILENAME ":" FNR ": " $0
      }')
  [ -z "$bad" ] || { echo "$bad"; exit 1; }
  ;;
names)
  bad=$(sources '*.c' '*.h' | sed 's|.*/||' | sort | uniq -d)
  for name in $bad; do sources "*/$name" | sed "s|\$|: the name $name is taken twice|"; done
  [ -z "$bad" ]
  ;;
style)
  command -v clang-format >/dev/null || { echo "clang-format is not here (tools/setup.sh ci)"; exit 1; }
  bad=$(sources '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 | sed -n 's/^\([^ :]*:[0-9]*\):.*error.*/\1/p' |
    awk -F: '!seen[$1]++ { print $0 ": clang-format would change it (make format)" }')
  [ -z "$bad" ] || { echo "$bad"; exit 1; }
  ;;
symbols)
  library=$build/libshuxiao.so
  [ -f "$library" ] || { echo "$library is not there"; exit 1; }
  exported=$(nm -D --defined-only "$library" | awk '{ print $3 }' | sort)
  bad=$(echo "$exported" | grep -v '^sx_')
  [ -z "$bad" ] || { echo "exported without the prefix:" $bad; exit 1; }
  private=$(echo "$exported" | grep '__')
  [ -z "$private" ] || { echo "exported although private:" $private; exit 1; }
  declared=$(grep -ho '^SX_API[^;{]*(' include/shuxiao/*.h | sed 's/.*[ *]\(sx_[a-z0-9_]*\)(.*/\1/' | grep '^sx_' | sort -u)
  absent=$(comm -13 <(echo "$exported") <(echo "$declared"))
  [ -z "$absent" ] || { echo "declared in a public header but not exported:" $absent; exit 1; }
  ;;
clean)
  now=$(git status --porcelain)
  if [ -n "${SX_STATUS_BEFORE+x}" ] && [ "$now" != "$SX_STATUS_BEFORE" ]; then
    echo "the tree changed while the checks ran:"
    diff <(echo "$SX_STATUS_BEFORE") <(echo "$now")
    exit 1
  fi
  ;;
*)
  sed -n '2,8s/^# \{0,1\}//p' "$0"
  exit 2
  ;;
esac
