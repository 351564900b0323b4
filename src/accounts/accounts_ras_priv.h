/* accounts_ras_priv.h: a table and its margins as the files of RAS share them. */
#ifndef SX_ACCOUNTS_RAS_PRIV_H
#define SX_ACCOUNTS_RAS_PRIV_H

#include "shuxiao/accounts_ras.h"
#include "shuxiao/num.h"

typedef struct ras {
  const sx_ctx *ctx;
  const sx_ras_request *q;
  sx_arena *arena;
  size_t n, n_cells; /* cells of the table; of all margins together */
  bool negative;
  size_t *first;     /* [margins+1] */
  int32_t *cell;     /* [margins][n] */
  double *total;     /* [n_cells] */
  double *scale;     /* [n_cells], NULL without entries below 0 */
  uint8_t *excluded; /* [n] becomes 0 */
  size_t n_forced, first_forced;
} ras;

void *sx_accounts__ras_take(ras *r, size_t n, size_t size, sx_error *err) SX_NODISCARD; /* zeroed, from the arena */
const char *sx_accounts__ras_dim(char out[64], const ras *r, size_t dim);
void sx_accounts__ras_level(char out[128], const ras *r, size_t dim, size_t level);
/* "rows 'north'" of a cell in the joint numbering. */
void sx_accounts__ras_cell(char out[256], const ras *r, size_t cell);

/* accounts_ras_flow.c: a two-way table of entries >= 0: whether its zeros leave room for the margins (SX_E_DATA names rows and
 * columns); cells that they force to 0 are excluded and counted. */
sx_status sx_accounts__ras_feasible(ras *r, sx_error *err) SX_NODISCARD;

#endif
