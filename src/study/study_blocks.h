/* study_blocks.h: the short forms of tables and figures, as the files that write them out share them. */
#ifndef SX_STUDY_BLOCKS_H
#define SX_STUDY_BLOCKS_H

#include "study_load.h"
#include "study_run.h"

typedef struct st_shown_domain {
  const char *name; /* as rows have it */
  sx_text2 label;
} st_shown_domain;
typedef struct st_shown {
  st_shown_domain *items;
  size_t n, cap;
} st_shown;

/* study_blocks.c. domains: the block's own list, NULL the whole. */
sx_status study__shown_domains(st_shown *list, const st_run *r, const sx_node *domains, const sx_node *indicators,
                               sx_error *err) SX_NODISCARD;
/* {"ref": ...} and "...", or null where there is no such row. statistic NULL: the indicator's own. */
void study__cell_json(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *domain,
                      const char *statistic, const char *format);
void study__reference_json(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *domain,
                           const char *statistic);
/* Whether `show` (NULL: nothing) names the field. */
bool study__shows(const sx_node *show, const char *field);
/* Columns and cells of the gaps and changes that `show` asks for, each after a comma. */
void study__extra_columns(sx_buf *out, const sx_node *show);
void study__extra_cells(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *statistic,
                        const char *domain, const sx_node *show, const char *format);
bool study__is_extra(const char *field); /* a field of a change */
/* The words and format of a measure of an account that is a change between waves ("change", "yoy_share_of_parent"); false: it is none. */
bool study__change_measure(sx_text2 *word, char format[120], const st_account *a, const char *measure);
const char *study__scalar_of(const sx_node *map, const char *key); /* NULL where it is no scalar */
/* The domains that a block asks for among the main rows of the indicators; total where it names none. "age" asks for every "age:...". */
sx_status study__shown_of(st_shown *out, const st_run *r, const sx_node *domains, const char *const *indicators,
                          size_t n, sx_error *err) SX_NODISCARD;
void study__labels_json(sx_buf *out, const char *key, const sx_text2 *labels, size_t n); /* "key":[{"label":...}], */

/* study_blocks_account.c, study_blocks_steps.c */
sx_status study__account_table_json(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block, const st_account *a,
                                    sx_error *err) SX_NODISCARD;
sx_status study__account_figure_json(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block,
                                     const st_account *a, sx_error *err) SX_NODISCARD;
sx_status study__waterfall_json(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block, const st_account *a,
                                sx_error *err) SX_NODISCARD;
sx_status study__tornado_json(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block, const st_account *a,
                              sx_error *err) SX_NODISCARD;
void study__check_account_block(st_load *l, const sx_node *map, bool figure); /* study_check_account.c */
/* The comparison that a block names, `decompose: {from: A, to: B}` or `{with: ACCOUNT}` or true; NULL: none, or none such. */
const st_compare *study__block_compare(const sx_study *s, const st_account *a, const sx_node *node);
/* The printed words of a statistic of accounts, and its format. */
sx_text2 study__account_word(const char *statistic, size_t n);
const char *study__account_format(const st_account *a, const char *statistic);
/* study_waves_check.c */
bool study__is_share(const sx_study *s, const char *indicator, const char *statistic);

#endif
