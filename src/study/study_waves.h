/* study_waves.h: a study that follows a series of waves. docs/study-file.md "Waves", docs/methods/waves.md.
 *
 * An earlier wave with data is a study of its own: the tree of the study file with the parts that the wave names put in place
 * of the study's (study_waves_load.c), restricted to the indicators and accounts that are followed and what these rest on. It is
 * loaded, checked, planned and run by the same code as the study; its steps carry the wave's name ("2024-S2/design"), its rows the
 * term `wave:2024-S2` in their domain, so that a study's own rows stay what they are without waves.
 *
 * Changes are one step per indicator or account (study_waves_change.c): every row of it, in every domain, against the row of the
 * earlier wave, with the covariance of the link of both samples (estimate_change.h). Significance over the declared family is a
 * step of its own, after all of them. */
#ifndef SX_STUDY_WAVES_H
#define SX_STUDY_WAVES_H

#include "shuxiao/estimate_change.h"
#include "study_load.h"
#include "study_run.h"

/* ---- as the file says ------------------------------------------------------------------------------------------------ */

typedef enum st_other { ST_OTHER_ERROR, ST_OTHER_KEEP, ST_OTHER_MISSING } st_other;

/* A variable of an earlier wave in the words of the study. */
typedef struct st_recode {
  const char *variable;        /* the study's name */
  const char *from;            /* the wave's */
  const sx_node *node, *codes; /* codes NULL: as they are */
  st_other other;              /* codes that are not listed */
  bool absent;                 /* the wave did not ask it: missing throughout */
  bool same;                   /* categories are the same whatever their labels say */
  bool breaks;
  sx_text2 why;
  /* Found where `break` says nothing: categories of the study that the wave has not, and those that it has them merged into; narrowed:
   * cases of such a category are left out, so that shares are of fewer. study_waves_merge.c */
  const char **touched;
  size_t n_touched;
  bool narrowed;
} st_recode;

typedef struct st_break { /* a change of the question or definition that no mapping undoes */
  const sx_node *node;
  st_list variables, groups, indicators, accounts;
  sx_text2 why;
} st_break;

typedef struct st_known { /* a figure of a wave as it was published */
  const sx_node *node;
  const char *reference, *indicator, *statistic, *domain; /* statistic "" the indicator's own */
  double value, se, df;                                   /* se NaN: not known */
} st_known;

typedef struct st_wave {
  const char *id;
  const sx_node *node;
  sx_text2 label;
  bool with_data, independent;
  const struct st_wave *next; /* the wave after it, whose breaks reach it: NULL none, or `carry_breaks: false` */
  st_recode *maps;
  size_t n_maps;
  st_break *breaks;
  size_t n_breaks;
  st_list without; /* indicators and accounts that the wave does not give */
  const sx_node *published;
  const char *file; /* of known figures, NULL none */
  st_known *known;
  size_t n_known;
  sx_study *study; /* NULL: known figures only */
  /* why changes from this wave to the study's own are no changes of the world, by indicator and account of the main study: ST_NONE
   * none, else an index: maps first, then breaks */
  size_t *broken, *broken_account, *broken_group;
} st_wave;

typedef enum st_versus { ST_PREVIOUS, ST_YEAR } st_versus; /* the wave before; the same part of the year before */
typedef struct st_pair {
  size_t later, earlier; /* waves; ST_NONE: the study's own */
  st_versus versus;
} st_pair;

typedef enum st_family { ST_FAMILY_ALL, ST_FAMILY_INDICATOR } st_family;

struct st_series {
  const sx_node *node;
  sx_text2 own; /* the label of the study's own wave */
  st_list unit; /* columns that link units; none: independent samples */
  st_wave *waves;
  size_t n;
  st_pair *pairs;
  size_t n_pairs;
  const sx_node *follow;             /* ids, or `all` */
  bool *followed, *followed_account; /* of the main study */
  sx_adjust_p adjust;
  st_family family;
  double level;
};

/* study_waves_read.c */
size_t study__find_wave(const struct st_series *series, const char *id, size_t n);
const char *study__versus_name(st_versus versus);    /* "change", "yoy" */
const char *study__adjust_words(sx_adjust_p adjust); /* "Holm", in both languages; NULL: not adjusted */
/* Why rows of the wave and of the study are no two values of one series: an index of its maps, then of its breaks, then of those of
 * the next wave and so on; ST_NONE none. A break between a later wave and the study lies between an older one and the study too. */
const sx_text2 *study__break_of(const st_wave *wave, size_t broken);
const st_wave *study__break_wave(const st_wave *wave, size_t broken); /* whose it is */
size_t study__row_break(const sx_study *s, const st_wave *wave, const char *indicator, const char *statistic,
                        const char *domain);

/* study_waves_known.c */
void study__check_known_unit(const sx_study *s, const st_known *k, const char *unit, bool si, char message[256]);
const st_known *study__known_before(const st_wave *w, const st_known *k); /* another of the same quantity; NULL none */
void study__check_order(st_load *l, const struct st_series *series);

/* study_waves_merge.c: merges that the study's own wave has not. own: its table; whole: all its cases are there. */
sx_status study__find_merges(const sx_study *s, st_wave *w, const sx_table *own, bool whole,
                             sx_error *err) SX_NODISCARD;
size_t study__merge_of(const st_wave *w,
                       const char *variable); /* index of the map, ST_NONE: none is merged or left out */
size_t study__merge_of_level(const st_wave *w, const char *variable, const char *level, size_t n);
size_t study__merge_of_shares(const st_wave *w, const st_indicator *ind,
                              const char *statistic);   /* NULL: any of its own */
bool study__is_levels(const st_indicator *ind);         /* shares or counts of the levels of a variable */
void study__find_breaks(const sx_study *s, st_wave *w); /* study_waves_load.c: again, with what was found */

size_t study__break_of_name(const sx_study *s, const st_wave *w, const char *name); /* of a variable, also derived */

/* study_waves_map.c */
/* Categories of what is followed: those of the wave are those of the study. At the check, and again with the whole data. */
void study__check_categories(st_load *l, const st_wave *w);
sx_status study__same_categories(const st_run *following, const st_run *r, sx_error *err) SX_NODISCARD;

/* ---- the run ------------------------------------------------------------------------------------------------------------- */

typedef struct st_link {
  sx_link *link; /* NULL: a wave without data, or nothing of it was computed */
  const char
      *text; /* payload of its step: overlap, units in both, cases of the earlier and of the later wave, by TAB */
  const char *overlap;
  unsigned long units, cases[2];
} st_link;

struct st_wave_runs {
  st_run *runs;   /* [n waves]; those without data are zero */
  st_link *links; /* [n pairs] */
};

/* study_waves_run.c */
sx_status study__make_link(st_run *r, st_link *out, st_run *earlier,
                           sx_error *err) SX_NODISCARD; /* both have their design */
sx_status study__put_count(st_run *r, const char *step, const char *indicator, const char *statistic, size_t count,
                           sx_error *err) SX_NODISCARD;
/* study_waves_change.c: the rows of one step of changes, and the significance of all of them. */
sx_status study__run_change(st_run *r, size_t index, sx_error *err) SX_NODISCARD;
sx_status study__run_significance(st_run *r, sx_error *err) SX_NODISCARD;
/* study_waves_account.c: why an account changed between two waves. */
sx_status study__compare_waves(st_run *r, size_t account, const char *step, sx_error *err) SX_NODISCARD;

void study__read_whole(st_load *l, const sx_node *root); /* study_load.c: every part but the waves, checked */
/* study_waves_read.c: the section `waves`, before the check; the earlier waves themselves after it (study_waves_load.c) */
void study__read_waves(st_load *l, const sx_node *root);
void study__load_waves(st_load *l);
void study__waves_free(sx_study *s);
void study__prune_derived(st_load *l); /* of an earlier wave: those that nothing of it uses go */
void study__check_waves_left(st_load *l, const sx_node *root); /* words that need the section where there is none */
/* study_waves_check.c: references to rows of waves and to changes. False: it is neither. */
bool study__wave_reference(const sx_study *s, const sx_reference *ref, char message[256]);
bool study__is_followed(const sx_study *s, size_t i, bool account);
bool study__change_versus(st_versus *out, const char *statistic); /* from which wave; false: it is no change */
bool study__is_change(const sx_study *s, const char *statistic);  /* "change", "yoy_relative", "p_change" ... */
void study__change_format(const sx_study *s, const sx_reference *ref, const char *format, char message[256]);
/* ref without its wave; the wave's name or NULL. */
const char *study__strip_wave(sx_reference *plain, const sx_reference *ref);
/* study_waves_map.c: columns of the unit table in the words of the study. */
sx_status study__wave_columns(const char *const **columns, size_t n, const sx_study *s, size_t table, sx_arena *arena,
                              sx_error *err) SX_NODISCARD;
sx_status study__wave_recode(sx_table *table, const sx_study *s, size_t index, const char *const *wanted,
                             size_t n_wanted, sx_error *err) SX_NODISCARD;
/* study_waves_run.c */
bool study__to_compute(const st_run *r, const st_step *step); /* now, by this run */
char *study__step_id(const st_run *r, const char *kind,
                     const char *id);                                /* as the plan has it; arena, NULL: no memory */
sx_status study__waves_begin(st_run *r, sx_error *err) SX_NODISCARD; /* generates their data */
sx_status study__run_waves(st_run *r, sx_error *err) SX_NODISCARD;
void study__waves_clear(st_run *r);
const st_run *study__run_of(const st_run *r, const st_step *step); /* the run whose step it is */
const char *study__link_payload(st_run *r, size_t pair);
/* Terms of a row's domain, with the wave where this run is one of an earlier wave; n */
size_t study__wave_terms(sx_store_term terms[ST_MAX_TERMS + 1], const st_run *r, const st_where *where);
/* study_waves_merge.c: a category that no case of an earlier wave has is missing in it, not 0. */
sx_status study__miss_levels(const st_run *r, const st_indicator *ind, sx_est_set *set, sx_error *err) SX_NODISCARD;
/* Whether the row belongs to this run; terms then hold its domain without the wave, where the run is one of an earlier wave. */
bool study__own_row(sx_store_row *row, sx_store_term terms[8], const st_run *r);
/* study_waves_blocks.c */
bool study__block_waves(const sx_study *s,
                        const sx_node *block); /* a series, or changes: its note says of which waves */
sx_status study__wave_note(sx_buf *out, const st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;
void study__wave_words(sx_buf *zh, sx_buf *en, const st_run *r);
void study__check_block_waves(st_load *l, const sx_node *block);
sx_status study__series_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) SX_NODISCARD;

#endif
