/* audit_match_priv.h: results as candidates for the numbers of a text, and what stands around a number. */
#ifndef AUDIT_MATCH_PRIV_H
#define AUDIT_MATCH_PRIV_H

#include "audit_text_priv.h"

typedef enum sx_cand_kind { SX_CAND_SHARE, SX_CAND_GAP, SX_CAND_LEVEL } sx_cand_kind;

/* The pieces of a label: pairs of Chinese characters, words of letters; hashed. */
typedef struct sx_pieces {
  uint64_t *items; /* sorted, each once */
  size_t n;
} sx_pieces;

enum { SX_TERMS = 4, SX_PHRASE = 96 };

typedef struct sx_cand {
  const char *reference;
  sx_cand_kind kind;
  sx_audit_unit unit;
  double value, se, low, high;
  bool share_of;                /* share_of_...: a part of a whole */
  bool difference;              /* a formula whose name says that it is one */
  bool change;                  /* since an earlier wave */
  bool of_gap;                  /* the change of a gap */
  size_t name;                  /* of the index */
  size_t term[SX_TERMS + 1][2]; /* its groups, of the index, by language; of a gap, what it is a gap from */
  size_t n_terms;
} sx_cand;

/* What an indicator is called. */
typedef struct sx_name {
  const char *id;
  sx_audit_unit unit;
  bool names_people;       /* the label ends with "users" */
  bool difference;         /* the label says that it is one */
  sx_pieces label[2];      /* by language */
  double *piece_weight[2]; /* beside the pieces */
  double weight[2];        /* of all its pieces */
} sx_name;

typedef struct sx_index {
  sx_ctx ctx;
  sx_arena *arena;
  sx_cand *items;
  size_t n, cap;
  sx_name *names;
  size_t n_names, cap_names;
  uint64_t *vocabulary[2]; /* sorted; how many labels have each piece: counts beside */
  uint32_t *counts[2];
  size_t n_vocabulary[2], n_labels[2];
  const char **groups[2]; /* names of all groups */
  size_t n_groups[2], cap_groups[2];
  bool *own_word[2]; /* [names][groups]: the group's name is a part of the label's */
} sx_index;

/* A printed number and the interval that it stands for. */
typedef struct sx_number {
  const sx_text_mark *mark;
  sx_audit_unit unit;
  double value, unit_size, low, high;
  bool low_open, high_open;
  bool word;      /* 一半, 六成: no digit says how exact */
  bool qualified; /* a word says more than that it is rounded */
  bool said_gap;  /* its words compare: 高出整体网民24.6% */
  bool may_move;  /* it may be a change: words near it speak of one, or its sign is printed */
} sx_number;

sx_status sx_audit__match_index(sx_index *out, sx_store *store, int64_t run, sx_arena *arena,
                                sx_error *err) SX_NODISCARD;
void sx_audit__match_index_clear(sx_index *index);
double sx_audit__piece_weight(const sx_index *index, int lang, uint64_t piece);
sx_status sx_audit__pieces(sx_pieces *out, sx_arena *arena, const char *text, size_t n, sx_error *err) SX_NODISCARD;
bool sx_audit__has_piece(const sx_pieces *pieces, uint64_t piece);

/* What stands around a number, nearest first. */
typedef enum sx_near {
  SX_NEAR_BEFORE,
  SX_NEAR_BEHIND,
  SX_NEAR_HEADS,
  SX_NEAR_SENTENCE,
  SX_NEAR_HEADING,
  SX_NEAR_PARAGRAPH,
  SX_NEARS
} sx_near;
typedef struct sx_context {
  const char *text[SX_NEARS];
  size_t n[SX_NEARS];
  sx_pieces pieces[SX_NEARS];
  const char *name; /* of a list of which each has its own: the number's, without what all share; NULL */
  size_t n_name;
  int lang;
  bool change;                /* a change since an earlier wave is spoken of */
  bool carried;               /* its words are those of the number before */
  bool group_before;          /* the words before the number or the heads name a group */
  bool own_group;             /* the sentence or the heads name a group */
  bool share;                 /* a part of a whole is spoken of */
  bool gap;                   /* its words, or those before it in its sentence, speak of a gap */
  bool whole;                 /* everyone is spoken of */
  bool of;                    /* "... 的" stands behind: who is counted, not what they do */
  double (*found)[SX_NEARS];  /* by name: share of the label's weight at each place */
  unsigned char *places;      /* by group: bit k, place k names it */
  size_t *present, n_present; /* groups that some place names */
  size_t short_name; /* the one name that has all known words before the number, though it has more; SIZE_MAX: none */
} sx_context;
sx_status sx_audit__context(sx_context *out, const sx_audit_text *text, size_t mark, sx_arena *arena,
                            sx_error *err) SX_NODISCARD;
/* What the context says of every name and every group of the index, once. */
sx_status sx_audit__context_weigh(sx_context *out, const sx_index *index, sx_arena *arena, sx_error *err) SX_NODISCARD;
bool sx_audit__contains(const char *text, size_t n, const char *word); /* an English word whole */
/* Nothing but 、 or "and" between two numbers. */
bool sx_audit__only_joins(const char *text, size_t n);
/* The name that the words before the number shorten, among the names for which takes[name]. */
sx_status sx_audit__short_name(sx_context *context, const sx_index *index, const bool *takes, sx_arena *scratch,
                               sx_error *err) SX_NODISCARD;
/* Evidence that the number is this result; *near: from the words beside it and the heads of its cell alone. */
double sx_audit__evidence(double *near, const sx_index *index, const sx_cand *c, const sx_context *context);

/* ---- changes, gaps and their direction (audit_match_move.c) ---- */

#define SX_OPPOSITE "the words say the opposite direction"
/* The words beside the number, or its sign, say up where the value is down. unit: of the last printed digit; nothing is opposite to what prints as zero. */
bool sx_audit__opposite(const sx_text_mark *m, double unit, double value);
/* The same of a result that the number agrees with in size: a change, or a gap from its group's side. */
bool sx_audit__contrary(const sx_index *index, const sx_number *n, const sx_cand *c, const sx_context *context);
/* Changes and gaps for numbers that are said to be ones, levels for the others. */
bool sx_audit__same_move(const sx_number *n, const sx_cand *c);
/* Whether it may be a change; that the context speaks of one, where the number's own words do. */
void sx_audit__may_move(sx_number *n, sx_context *context);
bool sx_audit__lies_in(const sx_number *n, const sx_cand *c); /* audit_match.c */
/* A number that is said to be a change and is the level of what its words name (with evidence of at_least): the change, or NULL where the run has none. */
bool sx_audit__level_as_change(const sx_cand **change, const sx_index *index, const sx_number *n,
                               const sx_context *context, double at_least);

/* ---- another unit (audit_match_unit.c) ---- */

/* The result that the words name (with evidence of at_least), with the number's value and another unit; NULL. */
const sx_cand *sx_audit__wrong_unit(const sx_index *index, const sx_number *n, const sx_context *context,
                                    double at_least);
/* The number's unit where no result has it; NULL. */
const char *sx_audit__unknown_unit(const sx_index *index, const sx_number *n);
/* The result as the number should have been printed; the arena's; NULL: no memory. */
const char *sx_audit__in_its_unit(sx_arena *arena, const sx_number *n, const sx_cand *c, int lang);

/* ---- what a number says of the result before it (audit_match_follow.c) ---- */

typedef struct sx_follow {
  const sx_cand *of;  /* the result; of a gap: the gap itself */
  const char *field;  /* "se", "low", "high"; NULL: its value */
  double value;       /* that the number should be */
  const char *reason; /* what is wrong, where it is not the value; NULL */
  bool agrees;
} sx_follow;
/* Item i of `all`, whose earlier items are settled: a standard error or an end of the interval of the result before it, or how far that
 * one is from the rest. */
bool sx_audit__follow(sx_follow *out, const sx_index *index, const sx_audit_text *text, const sx_audit_matches *all,
                      size_t i, const sx_number *number, const sx_context *context);

#endif
