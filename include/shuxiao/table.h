/* table.h: typed columns with three kinds of missing, labels, multiple-response sets, expressions, groups. */
#ifndef SX_TABLE_H
#define SX_TABLE_H

#include "shuxiao/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- columns ----------------------------------------------------------------------------------------- */

typedef enum sx_type {
  SX_NUMBER,   /* f64 */
  SX_INTEGER,  /* i64 */
  SX_CATEGORY, /* code: index into dict, -1 where missing by system or tag; levels in a declared order */
  SX_TEXT,     /* code: index into dict, as SX_CATEGORY; levels as table_order.h shows them */
  SX_DATE,     /* i64: days since 1970-01-01 */
  SX_PERIOD    /* i64: see sx_period_make */
} sx_type;
SX_API const char *sx_type_name(sx_type type);

/* One byte per row. Any other value is a tag letter 'a'..'z' (Stata .a-.z, SAS .A-.Z) of a tagged missing. */
enum { SX_MISS_NONE = 0, SX_MISS_SYSTEM = 1, SX_MISS_USER = 2 };

typedef enum sx_measure { SX_MEASURE_UNKNOWN, SX_MEASURE_NOMINAL, SX_MEASURE_ORDINAL, SX_MEASURE_SCALE } sx_measure;

/* Distinct strings of a category or text column. Immutable once in a table; shared by reference count. */
typedef struct sx_dict sx_dict;
SX_API sx_status sx_dict_new(sx_dict **out, const sx_ctx *ctx, sx_error *err) SX_NODISCARD;
SX_API sx_dict *sx_dict_ref(sx_dict *dict);
SX_API void sx_dict_free(sx_dict *dict); /* drops one reference */
SX_API size_t sx_dict_count(const sx_dict *dict);
SX_API const char *sx_dict_get(const sx_dict *dict, int32_t code,
                               size_t *n); /* borrowed, NUL-terminated; n may be NULL */
SX_API int32_t sx_dict_find(const sx_dict *dict, const char *text, size_t n); /* -1 when absent */
SX_API sx_status sx_dict_add(int32_t *code, sx_dict *dict, const char *text, size_t n, sx_error *err) SX_NODISCARD;

/* A value label. For number, integer, date and period columns `value` is the value; for text and category
 * columns `text` is. tag != 0 labels a tagged missing. */
typedef struct sx_label {
  double value;
  char *text; /* NULL for numeric */
  char tag;
  char *label;
} sx_label;

/* What the file declared as user-missing, kept for writing: each a closed range (lo == hi for one value), or a text. */
typedef struct sx_missing_range {
  double lo, hi;
  char *text;
} sx_missing_range;

/* Read the fields; change them only through the functions below (readers and writers are told so where they may). */
typedef struct sx_column {
  char *name;  /* unique in its table, valid UTF-8 */
  char *label; /* variable label or question text, "" if none */
  sx_type type;
  sx_measure measure;
  size_t n;
  union {
    double *f64;
    int64_t *i64;
    int32_t *code;
  } data;
  uint8_t *miss; /* [n] class bytes, or NULL when nothing is missing. A user-missing value stays readable in data */
  sx_dict *dict; /* category and text only */
  sx_label *labels;
  size_t n_labels;
  sx_missing_range *ranges;
  size_t n_ranges;
  char *format; /* the file's display format ("F8.2", "%9.0g"), "" if none */
  char **order; /* [n_order] levels in the order in which they are to be shown (table_order.h); 0: none was declared */
  size_t n_order;
} sx_column;

/* A multiple-response set: dichotomies (each variable counts where it equals `counted`) or categories. */
typedef struct sx_mrset {
  char *name, *label;
  bool dichotomous;
  double counted;     /* for numeric dichotomies */
  char *counted_text; /* for text dichotomies, else NULL */
  char **variables;
  size_t n_variables;
} sx_mrset;

typedef struct sx_table sx_table;

SX_API sx_status sx_table_new(sx_table **out, const sx_ctx *ctx, size_t n_rows, sx_error *err) SX_NODISCARD;
SX_API void sx_table_free(sx_table *table);
SX_API const sx_ctx *sx_table_ctx(const sx_table *table);
/* The context that work on it polls and tells from now on; its memory stays that of the one it was made with, which must be the same. */
SX_API void sx_table_set_ctx(sx_table *table, const sx_ctx *ctx);
SX_API size_t sx_table_rows(const sx_table *table);
SX_API size_t sx_table_columns(const sx_table *table);
SX_API const sx_column *sx_table_get(const sx_table *table, size_t i);
SX_API const sx_column *sx_table_find(const sx_table *table, const char *name); /* NULL when absent; case matters */
/* Like find, with an error that suggests the nearest name. */
SX_API sx_status sx_table_need(const sx_column **out, const sx_table *table, const char *name,
                               sx_error *err) SX_NODISCARD;

/* Adds a column of the table's length, data zeroed (codes -1), nothing missing; *out is borrowed and may be filled
 * by the caller. SX_E_ARGUMENT on an empty, invalid or duplicate name. */
SX_API sx_status sx_table_add(sx_column **out, sx_table *table, const char *name, sx_type type,
                              sx_error *err) SX_NODISCARD;
SX_API sx_status sx_table_take(sx_table *table, sx_column *column,
                               sx_error *err) SX_NODISCARD; /* takes ownership on success */
/* Frees the column; sets lose the variable, and go where it was their last. */
SX_API sx_status sx_table_drop(sx_table *table, const char *name, sx_error *err) SX_NODISCARD;
/* Rows below; columns matched by name, a column absent on one side is system-missing there; types must agree (integer widens to
 * number), else SX_E_DATA naming the column. Labels that only `more` has are added; metadata and sets stay `table`'s.
 * Dictionaries held elsewhere are not changed. Cost O(all rows): collect batches before appending. */
SX_API sx_status sx_table_append(sx_table *table, const sx_table *more, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_table_select(sx_table **out, const sx_table *table, const uint8_t *keep,
                                 sx_error *err) SX_NODISCARD; /* rows with keep[i] != 0 */

SX_API sx_status sx_column_new(sx_column **out, const sx_ctx *ctx, const char *name, sx_type type, size_t n,
                               sx_error *err) SX_NODISCARD;
SX_API void sx_column_free(const sx_ctx *ctx, sx_column *column);
SX_API sx_status sx_column_set_label(const sx_ctx *ctx, sx_column *column, const char *label,
                                     sx_error *err) SX_NODISCARD;
SX_API sx_status sx_column_set_format(const sx_ctx *ctx, sx_column *column, const char *format,
                                      sx_error *err) SX_NODISCARD;
SX_API sx_status sx_column_add_label(const sx_ctx *ctx, sx_column *column, double value, const char *text, char tag,
                                     const char *label, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_column_add_range(const sx_ctx *ctx, sx_column *column, double lo, double hi, const char *text,
                                     sx_error *err) SX_NODISCARD; /* also marks matching rows SX_MISS_USER */
/* Which declared missing value or range a value is of: a number, or where text is given a text; n_ranges: none. */
SX_API size_t sx_column_find_range(const sx_column *column, double value, const char *text);
/* Whether a label stands for what is no answer: a tagged missing, or a value that is declared missing. */
SX_API bool sx_column_missing_label(const sx_column *column, const sx_label *label);
/* System and tagged missing overwrite the value (NaN, 0, code -1); SX_MISS_USER leaves it readable, SX_MISS_NONE takes the class off.
 * Not safe from several threads on one column. */
SX_API sx_status sx_column_set_missing(const sx_ctx *ctx, sx_column *column, size_t row, uint8_t miss_class,
                                       sx_error *err) SX_NODISCARD;
static inline bool sx_column_missing(const sx_column *column, size_t row) {
  return column->miss && column->miss[row] != 0;
}
/* Amounts with a stray word among them: a column of texts of which at least half of the distinct ones are numbers. */
SX_API bool sx_column_mostly_numbers(const sx_column *column);
/* The value of row as a number: f64, i64, or for category/text NaN; NaN where missing of any class. */
SX_API double sx_column_number(const sx_column *column, size_t row);
/* The label of a value (NULL when none). */
SX_API const char *sx_column_value_label(const sx_column *column, double value);

/* One variable in two files. A clash is a code that both label, each otherwise (labels of what is declared missing do not count). */
typedef struct sx_code_clash {
  const char *text; /* of a text; NULL: `value` is the code */
  double value;
  const char *label[2]; /* borrowed */
} sx_code_clash;
/* Whether there is one: the first in the order of a's labels. */
SX_API bool sx_column_clash(sx_code_clash *out, const sx_column *a, const sx_column *b);
/* A column of numbers that clashes with `like` and has the same labels was only numbered otherwise: its values and labels become those of `like`.
 * *taken false, and nothing is changed: no clash, other labels, a value without one, or a member of a set. Before a design or groups rest on it. */
SX_API sx_status sx_table_take_codes(bool *taken, sx_table *table, const char *name, const sx_column *like,
                                     sx_error *err) SX_NODISCARD;

/* Metadata of the file as a whole: title and notes; `synthetic` non-empty says what model generated it. */
SX_API sx_status sx_table_set_meta(sx_table *table, const char *key, const char *value, sx_error *err) SX_NODISCARD;
SX_API const char *sx_table_meta(const sx_table *table, const char *key); /* NULL when absent */
SX_API size_t sx_table_metas(const sx_table *table);
SX_API const char *sx_table_meta_at(const sx_table *table, size_t i, const char **key); /* value; key may be NULL */
SX_API sx_status sx_table_add_mrset(sx_table *table, const sx_mrset *set, sx_error *err) SX_NODISCARD; /* copies */
SX_API size_t sx_table_mrsets(const sx_table *table);
SX_API const sx_mrset *sx_table_mrset(const sx_table *table, size_t i);
SX_API const sx_mrset *sx_table_find_mrset(const sx_table *table, const char *name);

/* Periods: frequency 'A' year, 'S' half-year, 'Q' quarter, 'M' month; text "2025", "2025-S1", "2025-Q3", "2025-07". */
SX_API bool sx_period_make(int64_t *out, char frequency, int year, int part);
SX_API bool sx_period_parse(int64_t *out, const char *text, size_t n);
SX_API size_t sx_period_text(char out[16], int64_t period);
SX_API bool sx_date_parse(int64_t *days, const char *text, size_t n); /* ISO 8601 YYYY-MM-DD */
SX_API size_t sx_date_text(char out[16], int64_t days);

/* ---- expressions ------------------------------------------------------------------------------------- */

/* Grammar, lowest precedence first:
 *   or | and | not | == != < <= > >=, `in a..b`, `in (v, v, ...)`, `not in` | + - | * / | unary - | ^ |
 *   number, "text" or 'text', name, `name with blanks`, name(args), (expr)
 * Items of the list may be ranges: `x in (1, 4..6)`. docs/methods/expressions.md is the full reference.
 * Functions: missing(x) valid(x) if(cond, a, b) if(cond, a) any(set) sum(set) count(set) min max abs sqrt exp log floor ceil round
 *   mean(a, b, ...) is not given: be explicit. A range `in a..b` is closed at both ends. if(cond, a) is missing where cond is not true.
 * Three-valued logic: a comparison with a missing operand is missing; false and missing is false; true or missing is true.
 * A condition is a comparison or a number that is 0 or 1: any other number is SX_E_DATA naming the case ("column 3: case 17").
 * Arithmetic on a missing operand is missing; x/0, log of a non-positive number and overflow are missing (system). A NaN in the data
 * counts as missing.
 * A text literal compared with a labelled numeric column is matched against its value labels; with a category or
 * text column against its levels, then its value labels; with a date or period it is parsed. A literal that matches no level is an
 * error that suggests the nearest. Categories are ordered by level; text is not ordered.
 * sum(set), any(set), count(set) take a multiple-response set by name, or a list of columns and expressions: any(a, b, c).
 * any: true if any member counts, missing only if all are missing; count: number of members that count; sum: the same for a set,
 * the sum of the values for a list; missing members are skipped, missing if all are. In a set of categories a member counts
 * where it is not missing, and sum is an error. missing(set): all members are.
 * Nesting is limited to 200 levels, text to 1 MiB. */
typedef struct sx_expr sx_expr;
/* Errors: SX_E_PARSE, err->where "column C" (1-based, in code points) and message with what was expected. */
SX_API sx_status sx_expr_parse(sx_expr **out, const sx_ctx *ctx, const char *text, sx_error *err) SX_NODISCARD;
SX_API void sx_expr_free(sx_expr *expr);
SX_API size_t sx_expr_names(const sx_expr *expr); /* distinct variable and set names referred to */
SX_API const char *sx_expr_name(const sx_expr *expr, size_t i);
SX_API const char *sx_expr_text(const sx_expr *expr);
/* Evaluates over all rows. The result column is a number (arithmetic), an integer 0/1 (logic), a category (text branches of if), a
 * date or a period; a bare column is copied with type, labels and missing classes. Caller frees with
 * sx_column_free(sx_table_ctx(table), ...). name: the new column's name. Names, types and levels are checked before any row is:
 * SX_E_ARGUMENT with where "column C"; a table of 0 rows makes it a check only. Parallel over blocks: the same bits for any number of threads. */
SX_API sx_status sx_expr_eval(sx_column **out, const sx_expr *expr, const sx_table *table, const char *name,
                              sx_error *err) SX_NODISCARD;
/* For conditions: keep[i] = 1 true, 0 false, 2 missing. keep has sx_table_rows(table) bytes. */
SX_API sx_status sx_expr_test(uint8_t *keep, const sx_expr *expr, const sx_table *table, sx_error *err) SX_NODISCARD;
/* The same grammar over named scalars with exact derivatives: value and d value / d names[j], by one backward pass (cost O(nodes)
 * whatever n). names[j] has value[j]; gradient [n] may be NULL. For formulas of estimates. Only arithmetic, min, max, abs, sqrt, exp,
 * log. *out is NaN, and the gradient with it, where an operand is NaN or the result not finite (x/0): the status is still SX_OK.
 * min and max have the derivative of the operand they return, abs has 0 at 0; a derivative that does not exist is NaN. */
SX_API sx_status sx_expr_scalar(double *out, double *gradient, const sx_expr *expr, const char *const *names,
                                const double *value, size_t n, sx_error *err) SX_NODISCARD;

/* ---- groups ------------------------------------------------------------------------------------------ */

/* Rows indexed by the crossing of up to 8 columns. Levels are the values that occur in the column, in the order that was declared of it
 * (table_order.h), else in its own (category: as declared; text: by labels or numbers, else as the file first has them; everything else ascending). Combinations that do
 * not occur are left out. Groups are ordered lexicographically by level. A row with a missing key has group -1. No columns: one group. */
typedef struct sx_groups {
  sx_ctx ctx;
  size_t n_rows, n_groups, n_keys;
  int32_t *group;      /* [n_rows] */
  int32_t *key_level;  /* [n_groups * n_keys], level index of each key */
  size_t *n_levels;    /* [n_keys] */
  char **key_name;     /* [n_keys] variable names */
  char ***level_text;  /* [n_keys][n_levels]: the value as text ("3", "rural") */
  char ***level_label; /* [n_keys][n_levels]: its label, or the text */
} sx_groups;
SX_API sx_status sx_groups_new(sx_groups **out, const sx_table *table, const char *const *names, size_t n,
                               sx_error *err) SX_NODISCARD;
SX_API void sx_groups_free(sx_groups *groups);

/* Left join: adds to `table` the columns of `right` named in `columns`, matched on key columns (same names, exact values).
 * SX_E_DATA where a key occurs twice in right, naming key and rows. Unmatched rows and missing keys are system-missing. Numbers meet
 * integers, and texts categories. All columns are added or none. */
SX_API sx_status sx_table_join(sx_table *table, const sx_table *right, const char *const *keys, size_t n_keys,
                               const char *const *columns, size_t n_columns, sx_error *err) SX_NODISCARD;
/* Sums `value` of `right` into one new number column per distinct `code` value: prefix + code; key as in join; a row without
 * a match gets 0. codes == NULL takes all that occur; otherwise those only, absent ones giving columns of zeros. Rows of right whose key
 * or code is missing are left out; a missing value makes its sum system-missing. A key that stands twice in `table` gets its sum twice. */
SX_API sx_status sx_table_pivot_sum(sx_table *table, const sx_table *right, const char *key, const char *code,
                                    const char *value, const char *prefix, const char *const *codes, size_t n_codes,
                                    sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
