#!/usr/bin/env bash
# Secondary suppression of 100 random sets of two to four linked tables of 3 to 12 by 3 to 12 cells with totals, and of 30 of 12 by 12 in every table:
# nothing open to an attack, how many are proven optimal, what the greedy way loses. Usage: bench/bench_release.sh BUILD_FOLDER.
set -euo pipefail
build=${1:?build folder}
bad=0
sets() { # NAME COUNT SMALLEST LARGEST LEAST-PROVEN
  "$build/bench/bench_release" 1 "$2" 200000 "$3" "$4" | awk -v name="$1" -v count="$2" -v least="$5" '
    NF == 14 { n++; proven += $10; open += $11; time += $14; if ($14 > most) most = $14; tables[$2]++; primary += $4; share += $5
      if ($3 > cells) cells = $3
      if ($10) { lost = $8 / $7 - 1; greedy += lost; near += lost <= 0.1; if (lost > worst) worst = lost }
      else { gap = 1 - $9 / $7; if (gap > widest) widest = gap } }
    END {
      printf "%s: %d sets (%d of two tables, %d of three, %d of four; up to %d cells, %.1f%% sensitive): %d open; %d proven optimal, widest gap of the others %.1f%%; %.2f s in all, %.2f s at most\n",
        name, n, tables[2], tables[3], tables[4], cells, 100 * share / n, open, proven, 100 * widest, time, most
      printf "%s: the greedy way alone loses %.1f%% more on average, %.1f%% at most; within 10%% on %d of %d\n", name, 100 * greedy / proven, 100 * worst, near, proven
      exit n < count || open > 0 || proven < least }' || bad=1
}
sets "3 to 12" 100 3 12 40
sets "12 by 12" 30 12 12 1
exit $bad
