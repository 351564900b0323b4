#!/bin/bash
# tools/ci-full.sh: the wider matrix, an hour or two: .ci/run, clang, C11 headers (in every test run), ThreadSanitizer,
# valgrind, long fuzzing (SX_CI_FUZZ_EACH seconds a target, default 600). Last line "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0
failed=0
names=
step() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
    echo "== ok $name ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    names="$names
  $name"
    echo "== FAILED $name ($((SECONDS - start)) s)"
  fi
}
build_and_test() {
  rm -rf "build/$1"
  bash tools/build.sh "$1" && bash tools/run-tests.sh "build/$1"
}
# Every test program (not the scripts), and a run, under valgrind: no error, nothing lost.
valgrind_tests() {
  rm -rf build/valgrind
  bash tools/build.sh valgrind || return 1
  local bad=0 program rc
  for program in build/valgrind/tests/t_unit_* build/valgrind/tests/t_oom_*; do
    [ -x "$program" ] || continue
    SX_BUILD=$PWD/build/valgrind SX_VALGRIND=1 timeout 3600 valgrind -q --error-exitcode=99 --leak-check=full \
      --errors-for-leak-kinds=definite,indirect "$program" >"build/valgrind/$(basename "$program").log" 2>&1
    rc=$?
    [ $rc = 0 ] || [ $rc = 77 ] || { bad=$((bad + 1)); echo "$(basename "$program"): exit $rc"; tail -n 20 "build/valgrind/$(basename "$program").log"; }
  done
  # and the program, on a small study with its data files and workbooks
  local study=build/valgrind/study
  rm -rf $study && cp -r tests/unit/study/data $study
  valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect build/valgrind/shuxiao run $study/study.yaml \
    --to html,csv,xlsx,sdmx,px,ddi --threads 2 --quiet >$study/said 2>&1 || { bad=$((bad + 1)); tail -n 20 $study/said; }
  [ $bad = 0 ]
}
long_fuzzing() {
  local each=${SX_CI_FUZZ_EACH:-600} n jobs
  n=$(ls tests/fuzz/fuzz_*.c | wc -l)
  jobs=$(nproc)
  [ "$jobs" -gt "$n" ] && jobs=$n
  bash tools/fuzz.sh $(((each * n + jobs - 1) / jobs))
}

bash tools/setup.sh build test ci || exit 1
step ".ci/run" bash .ci/run
step "clang" build_and_test clang
step "ThreadSanitizer" build_and_test tsan
step "valgrind" valgrind_tests
step "long fuzzing" long_fuzzing
[ -z "$names" ] || echo "failed:$names"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
