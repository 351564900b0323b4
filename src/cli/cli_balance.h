/* cli_balance.h: the files of the commands balance and ras. */
#ifndef SX_CLI_BALANCE_H
#define SX_CLI_BALANCE_H

#include "cli.h"
#include "shuxiao/accounts_balance.h"
#include "shuxiao/accounts_ras.h"
#include "shuxiao/io.h"

/* Everything one call of balance owns; arrays and texts are the arena's but for the terms. */
typedef struct balance_call {
  cli_app *app;
  const cli_args *args;
  sx_arena *arena;
  sx_doc *doc;
  size_t n, n_ids;
  sx_balance_figure *figures;
  const char **label, **unit; /* "" where not given */
  sx_balance_identity *identities;
  const sx_node **nodes;   /* [n_ids] */
  sx_balance_term **terms; /* [n_ids], sx_mem_free */
  double *covariance;      /* NULL: from the errors */
  sx_balance_result *result;
} balance_call;

/* cli_balance_read.c: words[0] the figures, words[1] the identities, --covariance or --correlations. */
sx_status cli_balance_read(balance_call *c, sx_error *err);
/* "figure ID" and "identity ID" in err->where become places of the two files. */
void cli_balance_place(const balance_call *c, sx_error *err);

/* A cell's text as the file has it: code of a text column, or a number; the arena's or the dictionary's. NULL: out of memory. */
const char *cli_cell_text(const sx_column *column, size_t row, sx_arena *arena);

/* A table to be fitted; arrays and texts are the arena's. */
typedef struct ras_call {
  cli_app *app;
  const cli_args *args;
  sx_arena *arena;
  sx_table *file;
  bool wide;
  size_t n_dims, *dims, n;
  const char **dim_names;
  const char ***labels; /* [n_dims][dims] */
  double *table;        /* [n] */
  size_t *row_of;       /* long form: [n] row of the file, SIZE_MAX where it has none */
  sx_ras_margin *margins;
  size_t n_margins;
  sx_ras_result *result;
} ras_call;

/* cli_ras_read.c: words[0] the table; --rows and --cols, or --value and --margins. */
sx_status cli_ras_read(ras_call *c, sx_error *err);

#endif
