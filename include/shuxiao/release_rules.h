/* release_rules.h: validation rules of data, in the YAML form of the R package validate, over the expressions of the table room and functions of whole
 * columns. docs/rules.md. */
#ifndef SX_RELEASE_RULES_H
#define SX_RELEASE_RULES_H

#include "shuxiao/io.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sx_rule_severity { SX_RULE_ERROR, SX_RULE_WARNING, SX_RULE_INFO } sx_rule_severity;
SX_API const char *sx_rule_severity_name(sx_rule_severity severity);

typedef struct sx_rule {
  const char *
      name; /* unique; V1, V2, ... where none is given, as validate does; NAME.1, NAME.2, ... of a group of variables */
  const char *text; /* as written; of a group, with its variable behind it in brackets */
  const char *label_zh, *label_en, *description_zh, *description_en; /* NULL: none */
  sx_rule_severity severity;                                         /* meta.severity; error where it says nothing */
  const sx_doc *doc;                                                 /* with its place there */
  const sx_node *node;
  const struct sx_rule_tree *tree;
} sx_rule;
typedef struct sx_rules {
  sx_ctx ctx;
  sx_arena *arena;
  sx_rule *items; /* those that judge: assignments (:=) are put into them */
  size_t n, cap;
  double eq_eps,
      ineq_eps; /* options lin.eq.eps and lin.ineq.eps, 1e-8: the tolerance of linear equations and inequalities; 0 none */
  int na_value;       /* option na.value: 0 or 1, what a missing verdict is taken for; -1 it stays missing */
  const char **names; /* [n_names] variables and sets that the rules name */
  size_t n_names, cap_names;
  bool whole;         /* some rule speaks of all variables ('.') */
  sx_doc **docs;      /* [n_docs] read from files, root last; owned */
  const char **files; /* [n_docs] their paths */
  size_t n_docs, cap_docs;
} sx_rules;
/* What is wrong with single rules: syntax, words, names; one item each, with its place. A caller's list, {0} before. */
typedef struct sx_rule_faults {
  sx_ctx ctx;
  sx_error *items;
  size_t n, cap;
} sx_rule_faults;
SX_API void sx_rule_faults_clear(sx_rule_faults *faults);
/* node: {rules: [...], options: {...}}, or the list alone. A rule is {expr, name, label, description, meta: {severity: error|warning|info}};
 * other keys of validate (created, origin, language) are left alone. Texts are the document's, which must outlive the rules. Expected: SX_E_PARSE with
 * the line: of the first rule that is wrong; faults (NULL: not wanted) has all that are. docs/rules.md says what an expression may hold. */
SX_API sx_status sx_rules_read(sx_rules **out, const sx_ctx *ctx, const sx_doc *doc, const sx_node *node,
                               sx_rule_faults *faults, sx_error *err) SX_NODISCARD;
/* A file, and those that it includes ('include: [other.yaml]', paths from its own folder), before its own rules; its options count. The rules own the
 * documents. Expected: SX_E_PARSE, also for a file that includes itself, SX_E_IO. */
SX_API sx_status sx_rules_read_file(sx_rules **out, const sx_ctx *ctx, const char *path, sx_rule_faults *faults,
                                    sx_error *err) SX_NODISCARD;
SX_API void sx_rules_free(sx_rules *rules);

typedef struct sx_rule_outcome {
  size_t items, passes, fails,
      n_na;      /* cases, or 1 verdict on the data set; all 0 where the rule could not be computed */
  bool whole;    /* the one verdict */
  char *error;   /* why it could not, else NULL */
  size_t *cases; /* [n_cases] rows (from 0) of the first that fail; none of a verdict on the data set */
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
