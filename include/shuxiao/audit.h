/* audit.h: do printed numbers agree? Published figures are intervals (what may stand behind a printed number), identities are
 * statements that must hold between them; an identity fails when no point of the product of the intervals satisfies it.
 * docs/methods/audit.md has the mathematics, docs/audit-file.md the file. */
#ifndef SX_AUDIT_H
#define SX_AUDIT_H

#include "shuxiao/io.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the file ---------------------------------------------------------------------------------------------------- */

/* An audit file read and checked: figures and identities. Texts that it hands out are its own. */
typedef struct sx_audit sx_audit;

/* A printed figure. Texts are never NULL; "" is not stated. */
typedef struct sx_audit_figure {
  const char *id, *value, *unit, *qualifier, *period, *base, *indicator, *category, *population, *comparison,
      *comparator;
  const char *place;     /* where it stands */
  const char *source[2]; /* of a figure from outside (`added:`), zh and en */
  const char *file;      /* the file that holds it */
  size_t line;           /* 1-based line of that file */
  int decimals;          /* as printed */
  bool count;            /* a counted thing: exact */
  bool zeros_printed;    /* trailing zeros of an integer are digits */
  bool added;            /* from outside */
  double low,
      high; /* the interval that it stands for, in base units (people, yuan; a per cent is 0.01); +-HUGE_VAL: no end */
  bool low_open, high_open;
} sx_audit_figure;

typedef struct sx_audit_identity {
  const char *id;
  const char *
      kind; /* "sum", "share", "gap", "product", "base", "growth", "cagr", "subset", "same", "order", "change", "formula" */
  const char *why[2];    /* zh and en */
  const char *formula;   /* in figure ids: "F1 == F2 + F3" */
  const size_t *figures; /* [n_figures] each once, in order of appearance */
  size_t n_figures;
  const char *unstated; /* what the file says is not stated, or "" */
  size_t line;
} sx_audit_identity;

/* Reads PATH (YAML) and its figures (CSV beside it, or a list). Expected: SX_E_IO, SX_E_PARSE, SX_E_DATA (each with file:line), SX_E_LIMIT.
 * Freed with sx_audit_free. */
SX_API sx_status sx_audit_load(sx_audit **out, const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;
/* The same from memory: figures[n_figures] is the CSV that `figures:` names (NULL: the file must hold a list). */
SX_API sx_status sx_audit_load_memory(sx_audit **out, const sx_ctx *ctx, const char *name, const char *text, size_t n,
                                      const char *figures, size_t n_figures, sx_error *err) SX_NODISCARD;
SX_API void sx_audit_free(sx_audit *audit);
SX_API const char *sx_audit_id(const sx_audit *audit);
SX_API const char *sx_audit_title(const sx_audit *audit, bool chinese);
SX_API size_t sx_audit_figures(const sx_audit *audit);
SX_API const sx_audit_figure *sx_audit_figure_at(const sx_audit *audit, size_t i);
SX_API size_t sx_audit_identities(const sx_audit *audit);
SX_API const sx_audit_identity *sx_audit_identity_at(const sx_audit *audit, size_t i);

/* ---- the verdicts ------------------------------------------------------------------------------------------------ */

typedef enum sx_audit_verdict { SX_AUDIT_AGREES, SX_AUDIT_CONTRADICTS, SX_AUDIT_CANNOT_TELL } sx_audit_verdict;
SX_API const char *sx_audit_verdict_name(sx_audit_verdict verdict, bool chinese); /* "contradicts"; never NULL */

/* The smallest change of one figure, at its own decimals, after which the identity (or the group) holds. */
typedef struct sx_audit_repair {
  size_t figure;
  const char *value; /* "46.5"; "" when no value of this figure repairs it */
  double steps;      /* signed, in units of its last printed place (one in 130); NaN when value is "" */
} sx_audit_repair;

typedef struct sx_audit_finding {
  sx_audit_verdict verdict;
  size_t identity;
  const char *reason[2]; /* of "cannot tell", or of a contradiction of units; zh and en; "" */
  /* How far the identity is from turning: >= 0 inside, < 0 outside. slack in base units of its first figure, slack_digits in units of
   * that figure's last printed digit. NaN where it has no meaning. */
  double slack, slack_digits;
  /* [n_repairs] of contradictions in numbers (no value mends a unit): printed figures before those from outside, and of each the smallest
   * first, in units of the last place that is printed. */
  const sx_audit_repair *repairs;
  size_t n_repairs;
} sx_audit_finding;

/* Identities (linear ones, or products and ratios) that hold one by one and cannot hold together: none of them can be left out. */
typedef struct sx_audit_group {
  const size_t *identities;
  size_t n_identities;
  const sx_audit_repair *repairs;
  size_t n_repairs;
  /* How far the figure of the first repair is from where the group would hold, in its last digits: negative; NaN without a repair. */
  double slack_digits;
} sx_audit_group;

typedef struct sx_audit_options {
  uint32_t version;
  double time_limit; /* seconds for what may take long (groups, fewest figures); 0: none */
} sx_audit_options;
#define SX_AUDIT_OPTIONS_INIT                                                                                          \
  { 1, 3 }

typedef struct sx_audit_report sx_audit_report;
/* Expected: SX_E_MEMORY, SX_E_CANCELLED. *out is the caller's (sx_audit_report_free) and does not outlive the audit. */
SX_API sx_status sx_audit_run(sx_audit_report **out, const sx_audit *audit, const sx_audit_options *options,
                              sx_error *err) SX_NODISCARD;
SX_API void sx_audit_report_free(sx_audit_report *report);
/* One finding per identity, in the order of the file. */
SX_API const sx_audit_finding *sx_audit_finding_at(const sx_audit_report *report, size_t identity);
SX_API size_t sx_audit_groups(const sx_audit_report *report);
SX_API const sx_audit_group *sx_audit_group_at(const sx_audit_report *report, size_t i);
/* Components of identities whose joint verdict was not reached in time, or is not asked for as they are too large. */
SX_API size_t sx_audit_undecided(const sx_audit_report *report);
SX_API size_t sx_audit_count(const sx_audit_report *report, sx_audit_verdict verdict);
/* Identities that fail whatever values their figures have, one or several together (x == y + 1 beside x == y + 2): no figures explain
 * them, and the explanation below is of the rest. None can be left out of its set; a set has no repairs. */
SX_API size_t sx_audit_impossible(const sx_audit_report *report);
SX_API const sx_audit_group *sx_audit_impossible_at(const sx_audit_report *report, size_t i);
/* Fewest figures that must be wrong for everything that fails: figures[*n]. *bound: no set has fewer; *proven: the set is minimum. */
SX_API const size_t *sx_audit_explanation(const sx_audit_report *report, size_t *n, size_t *bound, bool *proven);
/* The identity in words: "数字消费占比 46.9% [000 前言] = 9.37万亿元 [...] / ...": figures with value, unit and place. */
SX_API void sx_audit_say(sx_buf *out, const sx_audit *audit, size_t identity, bool chinese);

/* ---- discovery --------------------------------------------------------------------------------------------------- */

/* Identities that the figures suggest, most improbable by chance first, as YAML for a person to accept. max 0: all. */
SX_API sx_status sx_audit_discover(sx_buf *out, const sx_audit *audit, size_t max, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
