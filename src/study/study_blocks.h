/* study_blocks.h: the short forms of tables and figures, as study_blocks.c and study_waves_blocks.c share them. */
#ifndef SX_STUDY_BLOCKS_H
#define SX_STUDY_BLOCKS_H

#include "study_priv.h"

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
/* Columns and cells of the gaps and changes that `show` asks for, each after a comma. */
void study__extra_columns(sx_buf *out, const sx_node *show);
void study__extra_cells(sx_buf *out, sx_buf *scratch, const st_run *r, const char *indicator, const char *statistic,
                        const char *domain, const sx_node *show, const char *format);
bool study__is_extra(const char *field); /* a field of a change */
/* study_waves_check.c */
bool study__is_share(const sx_study *s, const char *indicator, const char *statistic);

#endif
