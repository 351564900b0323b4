/* cli_job.h: what the commands that estimate from a file have in common: the table, the design, the domains, the rows. */
#ifndef SX_CLI_JOB_H
#define SX_CLI_JOB_H

#include "cli_design.h"
#include "cli_weighting.h"
#include "shuxiao/estimate.h"

#define CLI_DOMAIN_OPTIONS                                                                                             \
  {"by", "X,Y", "estimates for every combination of these variables", "按这些变量的每个组合分别估计"}, {               \
    "where", "EXPR", "only cases for which the condition is true (a domain: the design stays whole)",                  \
        "只对满足条件的样本估计（作为子总体，设计保持完整）"                                  \
  }

/* Everything one call owns. */
typedef struct cli_job {
  cli_app *app;
  const cli_args *args;
  sx_stat stat;
  sx_arena *arena;
  sx_table *table;
  sx_design *design;
  sx_groups *groups;
  uint8_t *where;
  sx_est_options options;
  sx_store_row *rows;
  size_t n_rows, cap_rows;
  const char *method; /* of every row: the design, after "synthetic data; " where they are */
} cli_job;

/* --level and --df. */
sx_status cli_job_options(cli_job *j, sx_error *err);
/* Reads the file, the design and the domains. words[0] is the file. */
sx_status cli_job_open(cli_job *j, sx_error *err);
/* The same with the table in place, and perhaps the arena; path is for messages. */
sx_status cli_job_open_table(cli_job *j, const char *path, sx_error *err);
void cli_job_clear(cli_job *j);
/* A variable of the file, or an expression that becomes a column of the table; *logical where it is a condition. */
sx_status cli_job_column(const sx_column **out, bool *logical, cli_job *j, const char *text, sx_error *err);
/* The names in a word: a plain list is split at commas, an expression may hold them. */
sx_status cli_job_names(const char *const **names, size_t *n, cli_job *j, const char *word, sx_error *err);
/* --probs, or `otherwise`: numbers between 0 and 1, in the arena. */
sx_status cli_job_probs(double **out, size_t *n, const cli_job *j, const char *otherwise, sx_error *err);
/* The fields of a result row without its domain; texts are borrowed. */
sx_store_row cli_job_fields(const char *indicator, const char *statistic, const sx_est_row *from, const char *method);
/* A result row; indicator and statistic are borrowed. */
sx_status cli_job_row(cli_job *j, const char *indicator, const char *statistic, const sx_est_row *from, sx_error *err);
/* What stands above a table for eyes: the design (table format), and that the data are synthetic. */
void cli_job_head(const cli_job *j);
/* The head and the rows, on stdout. */
sx_status cli_job_print(cli_job *j, sx_error *err);

/* cli_codes.c: two files side by side. Variables of the earlier file that were numbered otherwise take the codes of the later one, with a note;
 * before a design rests on the table. */
sx_status cli_take_codes(const cli_app *app, sx_table *earlier, const char *earlier_name, const sx_table *later,
                         const char *later_name, sx_error *err) SX_NODISCARD;
bool cli_names(const char *text, const char *name); /* the text names the variable; NULL: it does not */
/* SX_E_DATA where a code has two labels. */
sx_status cli_refuse_clash(const sx_column *a, const char *a_file, const sx_column *b, const char *b_file,
                           sx_error *err) SX_NODISCARD;

#endif
