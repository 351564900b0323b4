/* release_rules.h: validation rules of data, in the YAML form of the R package validate, over the expressions of the table room. docs/rules.md. */
#ifndef SX_RELEASE_RULES_H
#define SX_RELEASE_RULES_H

#include "shuxiao/io.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_rule_severity { SX_RULE_ERROR, SX_RULE_WARNING, SX_RULE_INFO } sx_rule_severity;
SX_API const char *sx_rule_severity_name(sx_rule_severity severity);

typedef struct sx_rule {
  const char *name; /* unique; V1, V2, ... where none is given, as validate does */
  const char *text; /* as written */
  const char *label_zh, *label_en, *description_zh, *description_en; /* NULL: none */
  sx_rule_severity severity;                                         /* meta.severity; error where it says nothing */
  const sx_node *node;
  sx_expr *expr;     /* NULL: it calls a function that there is not */
  const char *error; /* which, else NULL */
} sx_rule;
typedef struct sx_rules {
  sx_ctx ctx;
  sx_arena *arena;
  sx_rule *items;
  size_t n;
} sx_rules;
/* node: {rules: [...], options: {...}}, or the list alone. A rule is {expr, name, label, description, meta: {severity: error|warning|info}};
 * other keys of validate (created, origin, language) are left alone. Texts are the document's, which must outlive the rules. Expected: SX_E_PARSE with
 * the line. */
SX_API sx_status sx_rules_read(sx_rules **out, const sx_ctx *ctx, const sx_doc *doc, const sx_node *node,
                               sx_error *err) SX_NODISCARD;
SX_API void sx_rules_free(sx_rules *rules);
/* The words of R in an expression as ours: & && | || ! %in% c(...) is.na(), TRUE and FALSE, and "if (A) B", which holds where A does not or B
 * does. What is ours already stays as it is. Text in quotes and backquotes is left alone. */
SX_API sx_status sx_rules_translate(sx_buf *out, const char *text, sx_error *err) SX_NODISCARD;

typedef struct sx_rule_outcome {
  size_t items, passes, fails, n_na; /* cases; all 0 where the rule could not be computed */
  char *error;                       /* why it could not, else NULL */
  size_t *cases;                     /* [n_cases] rows (from 0) of the first that fail */
  size_t n_cases;
} sx_rule_outcome;
typedef struct sx_rules_outcome {
  sx_ctx ctx;
  sx_rule_outcome *items; /* [n] by rule */
  size_t n;
  /* rules that fail somewhere or could not be computed, by severity */
  size_t n_failed[3];
} sx_rules_outcome;
/* A rule passes in a case where it is true, fails where it is false; else a value that it needs is missing. A rule that cannot be computed (a
 * variable that is not there, a level that no value has, a function unknown here) has an error, and the others go on. max_cases: of each rule that are listed. */
SX_API sx_status sx_rules_check(sx_rules_outcome **out, const sx_rules *rules, const sx_table *table, size_t max_cases,
                                sx_error *err) SX_NODISCARD;
SX_API void sx_rules_outcome_free(sx_rules_outcome *outcome);

#ifdef __cplusplus
}
#endif
#endif
