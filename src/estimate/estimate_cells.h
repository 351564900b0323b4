/* estimate_cells.h: sums by unit and code, the kernels of estimate_units.c. */
#ifndef SX_ESTIMATE_CELLS_H
#define SX_ESTIMATE_CELLS_H

#include "estimate_priv.h"

/* What a cell (a unit of the design x a code) holds. e = w - the unit's shift; d = y - shift, g = x - shift; p = w d, q = w g:
 *   VALUES  n, sum e, sum e^2
 *   ONE     n, sum e, sum p, sum p d | sum e^2, sum e p, sum p^2
 *   TWO     n, sum e, sum p, sum q | sum e^2, sum e p, sum e q, sum p^2 | sum p q, sum q^2, sum p d, sum p g | sum q g
 * in groups of four doubles, the last filled up with 0. */
typedef enum cells_kind { CELLS_VALUES, CELLS_ONE, CELLS_TWO } cells_kind;
enum { CELLS_BLOCK = 2048 };

typedef double cells_four __attribute__((vector_size(32), may_alias, aligned(8)));

/* The rows of a block and where they go. */
typedef struct cells_block {
  size_t n;
  const uint16_t *unit; /* [n] */
  const double *w;      /* [n] */
  cells_four *row;      /* [n] 1, e, e^2, 0 */
  bool zero;            /* a weight is 0 */
  const uint16_t *code; /* [n] or NULL: code8 */
  const uint8_t *code8; /* [n] */
  const double *y, *x;  /* [n] ONE, TWO */
  double shift_y, shift_x;
  size_t n_codes;
  double *bank[4]; /* tables of [units][n_codes][doubles of the kind]; some or all may be the same */
} cells_block;

size_t sx_estimate__cells_doubles(cells_kind kind);
/* Fills row from w and the shifts of the units, and zero. */
void sx_estimate__cells_rows(cells_block *block, const double *shift);
void sx_estimate__cells_add(const cells_block *block, cells_kind kind);
/* code [n]: which of the values (ascending) the number is; n_values where missing. False where a number is none of them. */
bool sx_estimate__cells_code(uint8_t *code, const sx_column *column, size_t from, size_t n, const double *values,
                             size_t n_values);
/* out [n]: domain * n_values + value, or n_domains * n_values for cases outside and those of weight 0. domain NULL: 0. */
void sx_estimate__cells_domains(uint16_t *out, const uint8_t *value, const uint16_t *domain, const cells_block *block,
                                size_t n_domains, size_t n_values);
/* out [n]: the numbers of a column as doubles. */
void sx_estimate__cells_numbers(double *out, const sx_column *column, size_t from, size_t n);

/* Asks for the memory of a block that is wanted soon (columns of 8 bytes a case). */
void sx_estimate__cells_prefetch(const sx_column *column, size_t from, size_t n);

#endif
