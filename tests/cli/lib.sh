# lib.sh: what the command tests share. `need_program` skips where the program was not built.
set -u
build_dir=$(realpath -m "${SX_BUILD:-build/dev}") # wherever a test goes
program=$build_dir/shuxiao
failures=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C.UTF-8
unset LANG LC_MESSAGES

need_program() { [ -x "$program" ] || { echo "skipped: the program is not built"; exit 77; }; }
fail() { echo "$(basename "$0"): $*" >&2; failures=$((failures + 1)); }
# sanitized builds are several times slower: tests do less there, along every path still, and say so; what needs the whole sample is proved by plain
# builds. SX_FULL=1: all.
sanitized() { [ -z "${SX_FULL:-}" ] && grep -q '^SX_SANITIZE:[A-Z]*=..*' "$build_dir/CMakeCache.txt" 2>/dev/null; }
# smaller STUDY.yaml: in sanitized builds the bundled study generates fewer interviews.
smaller() {
  sanitized || return 0
  sed -i 's/n: 30000/n: 4000/g' "$1"
  echo "sanitized build: 4,000 interviews a wave in the place of 30,000; SX_FULL=1: all"
}
# ran FOLDER: the bundled study in it, and all that a run from nothing leaves, made once for all tests (shared_run.sh); what it said is FOLDER.said.
root=$PWD
ran() {
  local folder
  folder=$(realpath -m "$1")
  (cd "$root" && SX_BUILD=$build_dir bash tests/cli/shared_run.sh "$folder") || exit 1
}
finish() { exit $((failures != 0)); }

# near WHAT GOT WANT [REL]: numbers agree to REL (1e-9).
near() {
  awk -v g="$2" -v w="$3" -v r="${4:-1e-9}" 'BEGIN { d = g - w; if (d < 0) d = -d; t = w < 0 ? -w : w; if (t == 0) t = 1; exit !(g != "" && d <= r * t) }' ||
    fail "$1 is '$2', not $3"
}

# cell CSV-FILE COLUMN ROW: a cell by its column's name, rows from 1.
cell() {
  awk -F, -v want="$2" -v row="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i } NR == row + 1 { print $c }' "$1" | tr -d '\r'
}

# sums FOLDER: what every file of a release is, but for the store's.
sums() { (cd "$1" && find . -type f ! -name 'results.db*' | sort | xargs sha256sum); }

# run_fails CODE PATTERN command...: the exit code, and a pattern on stderr.
run_fails() {
  local code=$1 pattern=$2 got
  shift 2
  "$@" >"$tmp/out" 2>"$tmp/err"
  got=$?
  [ "$got" = "$code" ] || fail "$*: exit $got, not $code: $(cat "$tmp/err")"
  grep -q -- "$pattern" "$tmp/err" || fail "$*: stderr has no '$pattern': $(cat "$tmp/err")"
}
