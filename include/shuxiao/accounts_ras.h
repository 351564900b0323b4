/* accounts_ras.h: a table fitted to margins (docs/methods/balancing.md). */
#ifndef SX_ACCOUNTS_RAS_H
#define SX_ACCOUNTS_RAS_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Totals over the crossing of some dimensions: totals [product of their sizes], the last dimension fastest. */
typedef struct sx_ras_margin {
  const char *name;   /* "rows"; for messages */
  const size_t *over; /* [n_over] dimensions of the table, ascending, fewer than all */
  size_t n_over;
  const double *totals;
} sx_ras_margin;

typedef struct sx_ras_request {
  uint32_t version;
  size_t n_dims;
  const size_t *dims;               /* [n_dims] sizes */
  const char *const *dim_names;     /* [n_dims] or NULL ("rows", "columns", "dimension 3") */
  const char *const *const *labels; /* [n_dims][dims[d]] or NULL (numbers from 1) */
  const double *table;              /* the last dimension fastest; entries below 0 make it GRAS */
  const sx_ras_margin *margins;
  size_t n_margins;
  double
      tolerance; /* 1e-10: largest miss of a margin, relative to its total (to the sum of sizes of its cells where that is 0) */
  size_t max_iterations; /* 2000 */
  double
      total_tolerance; /* 1e-9: margins may differ in their grand total by this much, relatively, and are then scaled to the first */
} sx_ras_request;
#define SX_RAS_REQUEST_INIT                                                                                            \
  { 1, 0, NULL, NULL, NULL, NULL, NULL, 0, 1e-10, 2000, 1e-9 }

typedef struct sx_ras_result {
  sx_ctx ctx;
  double *table; /* fitted; zeros stay zeros */
  size_t n_cells;
  size_t iterations;
  double worst;             /* largest relative miss of a margin */
  char worst_cell[256];     /* where */
  bool negative;            /* GRAS: some entries were below 0 */
  size_t n_forced;          /* cells above 0 that the margins force to 0 (two-way tables) */
  size_t first_forced;      /* index of the first of them */
  double smallest, largest; /* factors fitted/given over cells that are not 0 */
} sx_ras_result;

/* RAS, or iterative proportional fitting: the table nearest to the given one in sum x log(x/a) that has the margins, x = a times a
 * factor per cell of each margin. With entries below 0 the generalised form, x = a r for a > 0 and a / r for a < 0: Junius & Oosterhaven
 * (2003) Econ. Syst. Res. 15:87-96, corrected by Lenzen, Wood & Gallego (2007) ESR 19:461-465. Deming & Stephan (1940) Ann. Math.
 * Stat. 11:427-444.
 * Expected: SX_E_ARGUMENT for a request without sense; SX_E_DATA for margins that differ in their totals (by how much), a margin's cell
 * above 0 whose cells are all 0, and, in two-way tables, zeros that leave a set of rows too few columns (named, by how much);
 * SX_E_NUMERIC without convergence, naming the margin's cell and its miss. The result has no error: where the table's entries have
 * one, balance it with sx_account_balance instead. */
SX_API sx_status sx_account_ras(sx_ras_result **out, const sx_ctx *ctx, const sx_ras_request *request,
                                sx_error *err) SX_NODISCARD;
SX_API void sx_ras_result_free(sx_ras_result *result);

#ifdef __cplusplus
}
#endif
#endif
