#!/usr/bin/env bash
# Descriptive estimates here and in R survey, in one run: 1,000,000 cases x 15 variables x 31 strata, 2% missing, and a raked design of
# 30,000 cases in 372 domains. Both sides hold their data in memory and take turns job by job; a time is the least of ROUNDS, the ratio
# is of those. Here two threads, in file order; "sorted" is the same file ordered by stratum. R is asked fewer times (LONG) where one call
# may take a minute. Usage: bench/bench_survey.sh BUILD_FOLDER [ROUNDS=5] [LONG=2] [ROWS=1000000]. Exit 77 without R, survey, data.table.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:?build folder}
rounds=${2:-5}
long=${3:-2}
rows=${4:-1000000}
if ! Rscript -e 'library(survey); library(data.table)' >/dev/null 2>&1; then
  echo "skipped: Rscript with survey and data.table is not here (apt-get install r-cran-survey r-cran-data.table)"
  exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
sed -n 's/^model name[^:]*: /processor: /p' /proc/cpuinfo | head -1
echo "cores: $(nproc), load before: $(cut -d' ' -f1-3 /proc/loadavg)"
Rscript -e 'cat("R side: survey", as.character(packageVersion("survey")), "on", R.version.string, "\n")' 2>/dev/null
Rscript bench/bench_survey.R make "$dir" "$rows"
mkfifo "$dir/r.in" "$dir/r.out" "$dir/c.in" "$dir/c.out"
Rscript bench/bench_survey.R serve "$dir" <"$dir/r.in" >"$dir/r.out" 2>"$dir/r.err" &
"$build/bench/bench_survey" "$dir" 2 <"$dir/c.in" >"$dir/c.out" &
exec 3>"$dir/r.in" 4<"$dir/r.out" 5>"$dir/c.in" 6<"$dir/c.out"
ask_r() {
  echo "$1" >&3
  read -r line <&4 || { cat "$dir/r.err"; exit 1; }
  echo "$1 $line" >>"$dir/r"
}
ask_c() {
  echo "$1" >&5
  read -r line <&6
  echo "$1 $line" >>"$dir/c"
}
for job in read design; do ask_c $job && ask_r $job; done
ask_c groups
ask_c raked_setup && ask_r raked_setup
for round in $(seq "$rounds"); do
  for job in means totals ratio median geometric rake; do ask_c loop && ask_c $job && ask_r $job; done
  for job in by6 by31 raked372; do
    ask_c $job
    [ "$round" -gt "$long" ] || ask_r $job
  done
done
ask_c check && ask_r check
for round in $(seq "$rounds"); do [ "$round" -gt 1 ] || ask_c sorted_setup; done
for round in $(seq "$rounds"); do
  for job in means totals by6 by31 ratio median geometric rake; do ask_c loop && ask_c sorted_$job; done
done
ask_c peer_setup
for round in $(seq "$rounds"); do for job in mean means by; do ask_c peer_$job; done; done
exec 3>&- 5>&-
wait
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
awk '
  function least(t, job, s) { s += 0; if (!(job in t) || s < t[job]) t[job] = s }
  function row(job, text, wanted) {
    product += log(r[job] / c[job]); jobs++
    printf "%-44s R %9.3f s (%d runs)  here %9.2f ms  %7.0f times (%s wanted); CPU R %.3f s, here %.2f ms, %.0f times\n", text, r[job], nr[job],
           1000 * c[job], r[job] / c[job], wanted, rcpu[job], 1000 * ccpu[job], rcpu[job] / ccpu[job]
    if (("sorted_" job) in c) printf "%-44s %29s best %9.2f ms  %7.0f times\n", "  ordered by stratum", "", 1000 * c["sorted_" job], r[job] / c["sorted_" job]
  }
  FILENAME ~ /\/r$/ { least(r, $1, $2); least(rcpu, $1, $3); nr[$1]++; if ($1 != "check" && $4 > rpeak) rpeak = $4; if ($1 == "check") { n = NF; for (i = 5; i <= NF; i++) rv[i] = $i } }
  FILENAME ~ /\/c$/ { least(c, $1, $2); least(ccpu, $1, $3); if (!checked && $4 > cpeak) cpeak = $4; if ($1 == "check") checked = 1; if ($1 == "check") for (i = 5; i <= NF; i++) cv[i] = $i }
  END {
    printf "%-44s R %9.3f s            here %9.2f ms\n", "reading the file", r["read"], 1000 * c["read"]
    printf "%-44s R %9.3f s            here %9.2f ms\n", "making the design", r["design"], 1000 * c["design"]
    printf "%-44s R %9s              here %9.2f ms\n", "levels of the groups", "-", 1000 * c["groups"]
    printf "%-44s R %9s              here %9.2f ms\n", "a plain read of the 15 variables and weights", "-", 1000 * c["loop"]
    row("means", "15 means", 100); row("totals", "15 totals", 100); row("by6", "15 means by 6 groups", 100); row("by31", "15 means by 31 groups", 100)
    row("ratio", "a ratio", 100); row("median", "a median", 50); row("geometric", "a geometric mean", 100); row("rake", "raking on three margins", 100)
    row("raked372", "30,000 raked cases: a mean in 372 domains", 1000)
    printf "geometric mean of the %d ratios: %.0f (200 wanted)\n", jobs, exp(product / jobs)
    printf "15 means run at %.0f%% of the read (25%% wanted), ordered by stratum at %.0f%% (40%% wanted); by CPU time %.0f%% and %.0f%%\n", 100 * c["loop"] / c["means"],
           100 * c["loop"] / c["sorted_means"], 100 * ccpu["loop"] / ccpu["means"], 100 * ccpu["loop"] / ccpu["sorted_means"]
    printf "peak memory: R %.0f MB, here %.0f MB: %.2f of it (0.20 wanted)\n", rpeak / 1024, cpeak / 1024, cpeak / rpeak
    printf "50 strata, 2,000 PSUs: one mean %.1f ms (svy states 22.4), eight means %.1f ms (38.6), eight by 6 groups %.1f ms (131.9)\n", 1000 * c["peer_mean"], 1000 * c["peer_means"], 1000 * c["peer_by"]
    for (i = 5; i <= n; i++) { d = cv[i] / rv[i] - 1; if (d < 0) d = -d; if (d > worst) worst = d }
    printf "largest relative difference of eight checked numbers: %.1e\n", worst
    if (worst > 1e-9) exit 1
  }' "$dir/r" "$dir/c"
cp "$dir/r" "$dir/c" "${SX_BENCH_KEEP:-$dir}" 2>/dev/null || true
