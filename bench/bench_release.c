/* bench_release.c: secondary suppression on random sets of linked tables (release_sets.h): FIRST COUNT [MAX_ATTACKS [SMALLEST LARGEST]].
 * A line a set: number, tables, cells, primary, share of the cells that are not empty, p, cost, cost of the greedy way, bound, proven, open, attacks, nodes, s. */
#define _DEFAULT_SOURCE
#include <time.h>

#include "bench_help.h"
#include "release_sets.h"

int main(int argc, char **argv) {
  static rs_set s;
  const size_t first = argc > 1 ? strtoul(argv[1], NULL, 10) : 1, count = argc > 2 ? strtoul(argv[2], NULL, 10) : 10;
  const size_t small = argc > 5 ? strtoul(argv[4], NULL, 10) : 3, large = argc > 5 ? strtoul(argv[5], NULL, 10) : 12;
  sx_release_options options = SX_RELEASE_OPTIONS_INIT;
  if (argc > 3) options.max_attacks = strtoul(argv[3], NULL, 10);
  for (size_t k = first; k < first + count; k++) {
    sx_error err = SX_ERROR_INIT;
    sx_release_result *r = NULL;
    size_t marked = 0;
    rs_make(&s, k, small, large);
    const double start = now(CLOCK_MONOTONIC);
    sx_status status = sx_release_primary(&marked, &s.problem, &s.rules, &err);
    if (status == SX_OK) status = sx_release_suppress(&r, NULL, &s.problem, &s.rules, &options, &err);
    if (status != SX_OK) {
      printf("%zu failed %s: %s\n", k, err.where, err.message);
      continue;
    }
    printf("%zu %zu %zu %zu %.3f %.1f %.0f %.0f %.1f %d %zu %zu %zu %.2f\n", k, s.n_tables, s.n_cells, marked,
           (double)marked / (double)s.n_full, s.rules.p, r->cost, r->greedy_cost, r->bound, r->proven,
           r->attacked->n_open + r->attacked->n_open_unions, r->n_attacks, r->n_nodes, now(CLOCK_MONOTONIC) - start);
    for (size_t i = 0; i < r->attacked->n_cells; i++) {
      const sx_release_interval *a = &r->attacked->cells[i];
      const sx_release_cell *c = &s.cell[a->cell];
      if (!a->safe)
        printf("  open %s %.17g [%.17g, %.17g] needs -%.17g +%.17g\n", c->key, c->value, a->low, a->high, c->lower,
               c->upper);
    }
    for (size_t i = 0; i < r->attacked->n_unions; i++) {
      const sx_release_union *u = &r->attacked->unions[i];
      if (!u->safe)
        printf("  open union in %s: %.17g [%.17g, %.17g]\n", s.relation[u->relation].id, u->value, u->low, u->high);
    }
    fflush(stdout);
    sx_release_result_free(r);
  }
  return 0;
}
