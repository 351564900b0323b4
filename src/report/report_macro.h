/* report_macro.h: the words of an author inside {{...}}: {{change users | 万人 0}}, {{ci users | 亿人 2}}, {{updown users}},
 * {{significance users}}, {{value users | 亿人 2}}, {{rank a b c n=2 | % 1}}, {{parts a b | 亿元 0}}, {{if significant users}} ... {{else}} ... {{end}}, {{box title="..." kind=method}} ... {{end}} (docs/authoring.md). Here they are taken apart and nested;
 * report_macro_say.c puts them into words. */
#ifndef REPORT_MACRO_H
#define REPORT_MACRO_H

#include "report_reference.h"
#include "shuxiao/report_document.h"

typedef enum sx_macro_kind {
  SX_MACRO_BOX, /* those up to END open, part and close */
  SX_MACRO_IF,
  SX_MACRO_ELSE,
  SX_MACRO_END,
  SX_MACRO_CHANGE,
  SX_MACRO_CI,
  SX_MACRO_UPDOWN,
  SX_MACRO_SIGNIFICANCE,
  SX_MACRO_VALUE,
  SX_MACRO_RANK,
  SX_MACRO_PARTS,
  SX_MACRO_NONE
} sx_macro_kind;

typedef enum sx_condition {
  SX_IF_SIGNIFICANT,
  SX_IF_TESTED,
  SX_IF_UP,
  SX_IF_DOWN,
  SX_IF_MISSING,
  SX_IF_CHANGED, /* does not print as zero */
  SX_IF_CONDITIONS
} sx_condition;

typedef struct sx_macro {
  sx_macro_kind kind;
  sx_condition condition;          /* IF */
  bool negated;                    /* IF not */
  char reference[512];             /* what is looked up: "users.total.change" */
  char format[128];                /* "万人 0"; "" for none */
  char up[64], down[64], same[64]; /* UPDOWN: the author's words; "" for ours */
  char verb[32];                   /* CHANGE, UPDOWN: the verb asked for; "" for ours */
  size_t n_results;                /* RANK, PARTS: references in `results`, each ended by a zero byte */
  char results[1600];
  size_t top;               /* RANK: how many; 0: three */
  char by[96], share[32];   /* RANK: the variable whose levels are ranked; PARTS: the statistic of shares */
  char title[400], id[96];  /* BOX; "" for none */
  sx_document_box_kind box; /* BOX */
  bool unnumbered;          /* BOX */
} sx_macro;

/* The macro that a text inside {{...}} begins with; NONE: a reference. */
sx_macro_kind sx_report__macro_kind(const char *text, size_t n);
/* Expected: SX_E_PARSE, without a place. */
sx_status sx_report__macro_parse(sx_macro *out, const sx_binding *b, sx_error *err) SX_NODISCARD;

enum { SX_MACRO_RESULTS = 20 };
/* The result number i of RANK or PARTS. */
const char *sx_report__macro_result(const sx_macro *macro, size_t i);

/* Of a test that is not published neither the condition nor its opposite is said. */
typedef enum sx_holds { SX_HOLDS_NOT, SX_HOLDS, SX_HOLDS_WITHHELD } sx_holds;

enum { SX_BRANCH_DEPTH = 8 };
/* The branches that are open; zeroed at the start of a text. */
typedef struct sx_branches {
  size_t depth;
  struct {
    bool live, outer, else_seen; /* live: what follows is printed; outer: what is around it is */
    bool withheld;               /* neither half is printed */
    bool box;                    /* a {{box}}, no branch */
    size_t line, column;
  } at[SX_BRANCH_DEPTH];
} sx_branches;
bool sx_report__live(const sx_branches *branches);
/* What an {{end}} here closes is a box. */
bool sx_report__in_box(const sx_branches *branches);
/* BOX, IF (whose condition holds or not), ELSE or END. Expected: SX_E_PARSE, without a place. */
sx_status sx_report__branch(sx_branches *branches, const sx_macro *macro, const sx_binding *b, sx_holds holds,
                            sx_error *err) SX_NODISCARD;
/* A figure or table stands in no branch: else SX_E_PARSE with "line:column". */
sx_status sx_report__place_outside(const sx_branches *branches, const sx_binding *b, sx_error *err) SX_NODISCARD;
/* Every {{if}} and {{box}} has its {{end}}: else SX_E_PARSE with "line:column" of the one that has not. */
sx_status sx_report__branches_closed(const sx_branches *branches, sx_error *err) SX_NODISCARD;

#endif
