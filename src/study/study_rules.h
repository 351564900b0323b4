/* study_rules.h: the study's validation rules (docs/rules.md). */
#ifndef SX_STUDY_RULES_H
#define SX_STUDY_RULES_H

#include "shuxiao/release_rules.h"
#include "study_load.h"
#include "study_plan.h"

typedef struct st_rules {
  const sx_node *node;
  const char *file, *id; /* file NULL: the rules stand in the study; id: the variable that names a case, NULL none */
  size_t cases;          /* listed per rule */
  bool stop;             /* a failed error ends the run */
  sx_rules *rules;       /* NULL: faulty */
} st_rules;

void study__read_rules(st_load *l, const sx_node *root);
void study__check_rules(st_load *l, const sx_table *unit);
void study__rules_free(sx_study *s);
sx_status study__plan_rules(st_build *b, size_t *step, sx_error *err) SX_NODISCARD; /* ST_NONE: no rules */
sx_status study__put_rule_labels(st_run *r, sx_error *err) SX_NODISCARD;
/* The rules on the unit table, their counts into the store; what was listed into r->rules_text, the payload of the step. */
sx_status study__run_rules(st_run *r, sx_error *err) SX_NODISCARD;
sx_status study__rules_annex(sx_buf *zh, sx_buf *en, const st_run *r, sx_error *err) SX_NODISCARD;
size_t study__rules_failed(const st_run *r); /* rules of severity error that do not hold */

#endif
