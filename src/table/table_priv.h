/* table_priv.h: what the files of this room share and nobody else sees. */
#ifndef SX_TABLE_PRIV_H
#define SX_TABLE_PRIV_H

#include <stdatomic.h>
#include <math.h>
#include <string.h>

#include "shuxiao/table.h"

/* ---- sx_dict (table_dict.c) ---------------------------------------------------------------------------- */

typedef struct sx_table__word {
  const char *text;
  size_t n;
  uint64_t hash;
} sx_table__word;

/* Text lives in a list of chunks, so that a pointer from sx_dict_get stays good while words are added. */
typedef struct sx_table__chunk {
  struct sx_table__chunk *next;
  size_t used, cap;
  char data[];
} sx_table__chunk;

struct sx_dict {
  sx_ctx ctx;
  atomic_size_t refs;
  sx_table__word *words;
  size_t n, cap;
  int32_t *slots; /* [n_slots] code or -1; n_slots is a power of two, at most half full */
  size_t n_slots;
  sx_table__chunk *chunks;
};

uint64_t sx_table__hash(const char *text, size_t n);
/* A private copy with the same codes. */
sx_status sx_table__dict_copy(sx_dict **out, const sx_ctx *ctx, const sx_dict *dict, sx_error *err) SX_NODISCARD;
/* map[code of from] = code in into, or -1 where into lacks it. map has sx_dict_count(from) places. */
void sx_table__dict_map(int32_t *map, const sx_dict *from, const sx_dict *into);

/* ---- columns (table_column.c) -------------------------------------------------------------------------- */

static inline bool sx_table__is_coded(sx_type type) {
  return type == SX_CATEGORY || type == SX_TEXT;
}
static inline bool sx_table__is_int(sx_type type) {
  return type == SX_INTEGER || type == SX_DATE || type == SX_PERIOD;
}
static inline size_t sx_table__width(sx_type type) {
  return sx_table__is_coded(type) ? sizeof(int32_t) : 8;
}
bool sx_table__type_known(sx_type type);
bool sx_table__class_known(uint8_t miss_class);
/* A column of n zeroed rows with the name, type, labels, ranges, format and (shared) dictionary of `like`. */
sx_status sx_table__column_like(sx_column **out, const sx_ctx *ctx, const sx_column *like, const char *name, size_t n,
                                sx_error *err) SX_NODISCARD;
/* Copies row `from` of src to row `to` of dst, same type and dictionary; dst->miss must exist where src->miss does. */
void sx_table__copy_row(sx_column *dst, size_t to, const sx_column *src, size_t from);
/* miss [n], zeroed; does nothing where it exists. */
sx_status sx_table__need_miss(const sx_ctx *ctx, sx_column *column, sx_error *err) SX_NODISCARD;
/* The label of a level of a category or text column; NULL when none. */
const char *sx_table__text_label(const sx_column *column, const char *text);

/* ---- tables (table_core.c, table_meta.c) --------------------------------------------------------------- */

typedef struct sx_table__pair {
  char *key, *value;
} sx_table__pair;

struct sx_table {
  sx_ctx ctx;
  size_t n_rows;
  sx_column **columns;
  size_t n, cap;
  int32_t *slots; /* [n_slots] index of a column by the hash of its name, or -1 */
  size_t n_slots;
  sx_table__pair *meta;
  size_t n_meta, cap_meta;
  sx_mrset *sets;
  size_t n_sets, cap_sets;
};

void sx_table__mrset_clear(const sx_ctx *ctx, sx_mrset *set);
/* Takes a variable out of every set; a set without variables goes. */
void sx_table__forget_member(sx_table *table, const char *name);
sx_status sx_table__copy_meta(sx_table *table, const sx_table *from, sx_error *err) SX_NODISCARD;
/* SX_E_ARGUMENT "no variable called 'x': did you mean 'y'", where as given (may be NULL). */
sx_status sx_table__unknown(const sx_table *table, const char *name, bool sets_too, const char *where, sx_error *err);

/* ---- ranks (table_rank.c) ------------------------------------------------------------------------------- */

/* Replaces row[i] >= 0 by the rank of key[i] among the distinct keys of such rows; row[i] < 0 is left alone.
 * *distinct receives the sorted keys (caller frees), *n their number. Expected: SX_E_LIMIT above 2^31 - 1 of them. */
sx_status sx_table__rank(uint64_t **distinct, size_t *n, int32_t *row, const uint64_t *key, size_t n_rows,
                         const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
/* The same for keys that already stand in row[] and are below span: no hashing. span <= INT32_MAX. */
sx_status sx_table__rank_dense(uint64_t **distinct, size_t *n, int32_t *row, size_t n_rows, size_t span,
                               const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
/* The largest span for which a table of all values is worth its memory. */
static inline size_t sx_table__dense_limit(size_t n_rows) {
  const size_t small = (size_t)1 << 16, big = (size_t)1 << 28;
  return n_rows < small / 4 ? small : n_rows > big / 4 ? big : n_rows * 4;
}

/* ---- levels (table_levels.c) ---------------------------------------------------------------------------- */

/* The distinct values of one column that occur, in the order that sx_groups promises, and the level of each row. */
typedef struct sx_table__levels {
  size_t n;
  double *value; /* [n] for number columns */
  int64_t *i64;  /* [n] for integer, date and period columns */
  int32_t *code; /* [n] for category and text columns */
  int32_t *row;  /* [n_rows] level or -1 where missing */
} sx_table__levels;

sx_status sx_table__levels_init(sx_table__levels *out, const sx_ctx *ctx, const sx_column *column,
                                sx_error *err) SX_NODISCARD;
void sx_table__levels_clear(const sx_ctx *ctx, sx_table__levels *levels);
/* The text of level i ("3", "rural", "2025-S1"), to be freed; and its label or a copy of the text. */
char *sx_table__level_text(const sx_ctx *ctx, const sx_column *column, const sx_table__levels *levels,
                           size_t i) SX_NODISCARD;
const char *sx_table__level_label(const sx_column *column, const sx_table__levels *levels, size_t i);

/* ---- keys (table_key.c) --------------------------------------------------------------------------------- */

enum { SX_TABLE_MAX_KEYS = 8 };

/* Rows of one table as tuples of 64-bit words that can be compared with the tuples of another table. */
typedef struct sx_table__keys {
  size_t n_rows, n_keys;
  uint64_t *word;   /* [n_rows * n_keys] */
  uint8_t *missing; /* [n_rows] 1 where any part is missing, or cannot occur in the other table */
} sx_table__keys;

/* Makes the keys of both tables; the columns' types must be comparable. */
sx_status sx_table__keys_init(sx_table__keys *left, sx_table__keys *right, const sx_table *left_table,
                              const sx_table *right_table, const char *const *names, size_t n_names,
                              sx_error *err) SX_NODISCARD;
void sx_table__keys_clear(const sx_ctx *ctx, sx_table__keys *keys);

typedef struct sx_table__index {
  int64_t *slots; /* first row with the key, or -1 */
  size_t n_slots;
} sx_table__index;
/* Indexes rows that are not missing. first[row] = the first row with the same key (-1 where missing); may be NULL. Returns in
 * *duplicate the lowest row whose key occurred before, or SIZE_MAX. */
sx_status sx_table__index_init(sx_table__index *out, int64_t *first, size_t *duplicate, const sx_ctx *ctx,
                               const sx_table__keys *keys, sx_error *err) SX_NODISCARD;
int64_t sx_table__index_find(const sx_table__index *index, const sx_table__keys *keys, const sx_table__keys *probe,
                             size_t row);
void sx_table__index_clear(const sx_ctx *ctx, sx_table__index *index);
/* A key as a person reads it: "id = 7, wave = 2025-S1". */
void sx_table__int_text(char out[32], int64_t v);
void sx_table__key_text(char *out, size_t size, const sx_table *table, const char *const *names, size_t n, size_t row);

#endif
