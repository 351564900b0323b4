/* estimate_cells.h: sums by slot and state, the kernels of estimate_units_pass.c. */
#ifndef SX_ESTIMATE_CELLS_H
#define SX_ESTIMATE_CELLS_H

#include "estimate_priv.h"

/* What a cell (a unit of the design x a code) holds. e = w - the unit's shift; d = y - shift, g = x - shift; p = w d, q = w g:
 *   VALUES  n, sum e, sum e^2
 *   ONE     n, sum e, sum p, sum p d | sum e^2, sum e p, sum p^2
 *   TWO     n, sum e, sum p, sum q | sum e^2, sum e p, sum e q, sum p^2 | sum p q, sum q^2, sum p d, sum p g | sum q g
 * in groups of four doubles, the last filled up with 0. */
typedef enum cells_kind { CELLS_VALUES, CELLS_ONE, CELLS_TWO } cells_kind;
enum { CELLS_BLOCK = EST_KEPT_ROWS, CELLS_RUN = 256, CELLS_STATES = 255, CELLS_BANKS = 4 };

typedef double cells_four __attribute__((vector_size(32), may_alias, aligned(8)));

/* Counts and sums of weights are exact, in whole numbers: then they are the same whichever requests are counted together. A number x
 * of at most 2^42 quanta is hi + lo 2^-31 of them, |hi| <= 2^42, |lo| <= 2^30. A row is hi of e; lo of e and 2^48; hi and lo of e^2:
 * the last bits and the count of up to CELLS_ROWS rows do not meet. */
enum { CELLS_HI_BITS = 42, CELLS_LO_BITS = 31, CELLS_COUNT_BIT = 48, CELLS_ROWS = 65535 };
typedef uint64_t cells_whole __attribute__((vector_size(32), may_alias, aligned(8)));
typedef struct cells_quanta {
  double per_e, per_ee; /* quanta in 1, powers of two */
} cells_quanta;

/* The rows of a block and where they go. A slot is a pair of unit and domain, the last one for rows that are in no domain or have no
 * weight. In the pass the sums of a variable are held apart: those that depend on its state alone, n, e and e^2, in a table of
 * slots x joint states of a few variables; those of its numbers in one of slots. */
typedef struct cells_block {
  size_t n;
  const uint16_t *unit; /* [n] */
  const double *w;      /* [n] */
  double *e;            /* [n] */
  cells_whole *row;     /* [n] */
  bool zero;            /* a weight is 0 */
  uint32_t *slot;       /* [n] */
  bool runs;            /* most rows are in the slot of the row before */
  size_t n_runs;        /* where there are few, as in a file ordered by stratum: their first rows, and n; else 0 */
  size_t run[CELLS_BLOCK / CELLS_RUN + 2];
  cells_whole *local; /* [CELLS_BANKS][CELLS_STATES], for runs */
} cells_block;

/* Up to four copies of a table take turns row by row, where rows follow one another into the same slot. */
typedef struct cells_table {
  double *bank[CELLS_BANKS]; /* some or all may be the same */
} cells_table;
typedef struct cells_counts {
  cells_whole *bank[CELLS_BANKS];
} cells_counts;

/* The memory of the next block, asked for bit by bit while this one is summed, so that reading and arithmetic go on at once. */
typedef struct cells_stream {
  const char *data;
  size_t bytes; /* of a row */
} cells_stream;
typedef struct cells_ahead {
  const cells_stream *stream;
  size_t n_streams, row, n; /* rows row .. row + n-1 */
  size_t lines;             /* to be asked for at a time, that is every CELLS_CHUNK rows of a kernel that sums */
  size_t next;              /* stream */
  const char *at, *end;     /* within the one before */
} cells_ahead;
enum { CELLS_CHUNK = 64, CELLS_LINE = 64 };

size_t sx_estimate__cells_doubles(cells_kind kind);
/* Doubles of a slot for the sums of the numbers: ONE p, pd, ep, p^2; TWO p, q, pd, pg | qg, ep, eq, p^2 | pq, q^2. */
size_t sx_estimate__cells_own(cells_kind kind);
/* Fills e, row and zero from w and the shifts of the units. */
void sx_estimate__cells_rows(cells_block *block, const double *shift, const cells_quanta *quanta);
/* Fills slot and runs: of[unit * n_domains + domain], or that number itself where of is NULL; n_slots where the domain is not below
 * n_domains or the weight is 0. domain NULL: 0. */
void sx_estimate__cells_slots(cells_block *block, const uint16_t *domain, size_t n_domains, const uint32_t *of,
                              size_t n_slots);
/* table [slots+1][n_states] += row. */
void sx_estimate__cells_count(const cells_block *block, const cells_counts *table, const uint8_t *state,
                              size_t n_states, cells_ahead *ahead);
/* table [slots+1][own of the kind] += those of d and g [n], which are 0 outside the base. */
void sx_estimate__cells_sums(const cells_block *block, const cells_table *table, cells_kind kind, const double *d,
                             const double *g, cells_ahead *ahead);
/* code [n]: which of the values (ascending) the number is; n_values where missing. False where a number is none of them. */
bool sx_estimate__cells_code(uint8_t *code, const sx_column *column, size_t from, size_t n, const double *values,
                             size_t n_values);
/* out [n]: 1 where a or b (NULL: nowhere) is not 0, else 0. */
void sx_estimate__cells_outside(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t n);
/* joint [n] += step * state. */
void sx_estimate__cells_join(uint8_t *joint, const uint8_t *state, size_t n, size_t step);
/* d [n]: the numbers of a column less the shift, 0 where state is not 0. All bits of those numbers where they are whole and from 0 on;
 * bits beyond the 32nd where one is not, or larger. */
uint64_t sx_estimate__cells_numbers(double *d, const sx_column *column, size_t from, size_t n, const uint8_t *state,
                                    double shift);
/* out [n]: the numbers themselves, 0 where state is not 0, as uint16_t, uint32_t or double. */
void sx_estimate__cells_keep(void *out, size_t width, const sx_column *column, size_t from, size_t n,
                             const uint8_t *state);

#endif
