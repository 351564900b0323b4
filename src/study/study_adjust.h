/* study_adjust.h: the steps of `weighting`. Each is a map with one of their words: `- rake: [...]`, `- calibrate: {...}`.
 *
 * To add one: write `const st_adjuster study__adjust_<word> = {...};` in study_adjust_<topic>.c, declare it below, add its line to the
 * table in study_adjust.c and its words to docs/study-file.md. `read` puts the variables that the step uses into w->names and the
 * files that it reads into w->files: keys of steps, columns read and provenance follow from them. `run` writes a line of fields,
 * separated by tabs and beginning with the word, which `describe` puts into the annex on the design. */
#ifndef SX_STUDY_ADJUST_H
#define SX_STUDY_ADJUST_H

#include "study_data.h"
#include "study_load.h"

typedef struct st_adjust_job {
  const sx_study *s;
  const st_weighting *w;
  const sx_design *design; /* before the step */
  const sx_table *unit;
  sx_arena *arena;
} st_adjust_job;

enum { ST_ADJUST_FIELDS = 16 };

struct st_adjuster {
  const char *word;
  const char *keys[6]; /* of the step beside the word, up to the first NULL */
  void (*read)(st_load *l, st_weighting *w, const sx_node *node); /* node: the value of the word */
  void (*check)(st_load *l, const sx_table *unit,
                const st_weighting *w); /* unit NULL: the data are not there. NULL: nothing */
  sx_status (*run)(sx_design **out, sx_buf *line, const st_adjust_job *job, sx_error *err);
  size_t n_fields; /* of the line */
  void (*describe)(sx_buf *zh, sx_buf *en, char *const *field);
};

extern const st_adjuster study__adjust_rake, study__adjust_poststratify, study__adjust_calibrate, study__adjust_trim,
    study__adjust_eligibility, study__adjust_nonresponse, study__adjust_frames;

const st_adjuster *study__adjuster_at(size_t i); /* NULL: past the last */
const st_adjuster *study__adjuster_named(const char *word);

/* ---- for the steps ---- */

void study__read_margins(st_load *l, st_weighting *w, const sx_node *list); /* a list of margins, or one */
void study__use_name(st_load *l, st_list *list, const char *name, const sx_node *node);
/* Two numbers around 1 under `bounds`; untouched where the key is absent. positive: the lower one is at least 0. */
void study__read_bounds(st_load *l, double *lower, double *upper, const sx_node *map, bool positive);
size_t study__read_iterations(st_load *l, const sx_node *map, size_t otherwise);
const sx_column *study__need_column(st_load *l, const sx_table *unit, const sx_node *node, const char *name);
/* A level that no case can have is a problem at the node. */
void study__check_level(st_load *l, const sx_table *unit, const sx_node *node, const char *variable, const char *level);
/* "2,769 to 265,547": the ends of weights or factors, fields of a line. */
void study__range_words(sx_buf *zh, sx_buf *en, const char *low, const char *high);
/* How weights met their totals: fields from the iterations on, as raking and calibration write them. */
void study__fit_words(sx_buf *zh, sx_buf *en, const char *const *field);
/* Variables, files and levels of w's margins; false where something is wrong with them. */
bool study__check_margins(st_load *l, const sx_table *unit, const st_weighting *w, st_targets *targets);

void study__check_weighting(st_load *l, const sx_table *unit);
void study__weighting_words(sx_buf *zh, sx_buf *en, char *line); /* of the step's payload; line is cut up */

#endif
