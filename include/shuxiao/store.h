/* store.h: the result store, one SQLite file of runs. The schema is docs/dev/store.md; a run appears whole or not at all. */
#ifndef SX_STORE_H
#define SX_STORE_H

#include "shuxiao/io.h"
#include "shuxiao/table.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sx_text2 {
  const char *zh, *en;
} sx_text2; /* either may be NULL: the other stands in */

typedef struct sx_store sx_store;
typedef enum sx_store_mode {
  SX_STORE_READ,
  SX_STORE_WRITE /* creates; one writer at a time, others get SX_E_IO with the holder's words */
} sx_store_mode;
SX_API sx_status sx_store_open(sx_store **out, const sx_ctx *ctx, const char *path, sx_store_mode mode,
                               sx_error *err) SX_NODISCARD;
SX_API const sx_ctx *sx_store_ctx(const sx_store *store); /* the context it was opened with */
/* From here to sx_store_let the store is read as it is now, under one lock instead of one for every read: for many small reads. A writer's commit
 * waits for it (for 10 s at most), so for no longer than the reads take. Nothing where a run is being written; they do not nest. */
SX_API sx_status sx_store_hold(sx_store *store, sx_error *err) SX_NODISCARD;
SX_API void sx_store_let(sx_store *store);
/* Holds the rows and indicators of a run in memory: sx_store_find, sx_store_each_row, sx_store_get_indicator and sx_store_get_run answer from there, with the same in
 * the same order, for as long as no row is written, hidden or shown again, and at the most to sx_store_let; what they lend lives as long, and several threads
 * may read the store meanwhile, this run alone. A walk over the rows must not write rows. For who asks for thousands of them. */
SX_API sx_status sx_store_keep_rows(sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
/* The rows of the newest finished run are read on a thread of their own from here on, where there is one to spare and the store is open for writing; the next
 * sx_store_keep_rows takes them where its run has the same rows, and reads them itself where anything is wrong with them. sx_store_leave_ahead ends it where
 * they turn out not to be wanted; closing does too. */
SX_API void sx_store_read_ahead(sx_store *store);
SX_API void sx_store_leave_ahead(sx_store *store);
/* Holds the blocks of a run in memory, read: sx_store_each_block and sx_store_each_tree give those, to several threads at once, for as long as no block is
 * put, and at the most to sx_store_let. */
SX_API sx_status sx_store_keep_blocks(sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
/* An unfinished run is rolled back; a store that this made and in which no run was finished is removed. NULL ok. */
SX_API void sx_store_close(sx_store *store);

/* ---- writing: begin, put..., finish. Everything between is one transaction ------------------------------- */

typedef struct sx_store_input {
  const char *path, *sha256;
  int64_t bytes;
} sx_store_input;
typedef struct sx_store_run {
  int64_t id;
  const char *study, *wave, *title_zh, *title_en, *version, *options_json, *started, *finished, *synthetic;
} sx_store_run;
SX_API sx_status sx_store_begin(int64_t *run, sx_store *store, const sx_store_run *info, const sx_store_input *inputs,
                                size_t n_inputs, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_store_finish(sx_store *store, sx_error *err)
    SX_NODISCARD; /* commits; carriers of all but the newest two finished runs are dropped, their rows stay */

/* The files that a run publishes are put beside the store under this journal, before sx_store_finish, and settled after it. A run that is killed
 * meanwhile leaves it there, and sx_store_open plays it back: the old files are there again, or the new ones where the run was finished; it notes that
 * once. Before a run is begun: of files that belong to no new run. What *out points to is the store's. */
SX_API sx_status sx_store_files_journal(sx_files_journal *out, sx_store *store, sx_error *err) SX_NODISCARD;
/* Before files beside a store are read without it: the same, where there is such a journal; else nothing is opened. */
SX_API sx_status sx_store_files_settle(const sx_ctx *ctx, const char *path, sx_error *err) SX_NODISCARD;

typedef struct sx_store_indicator {
  const char *id;
  sx_text2 label, question, base;
  const char *unit;
  double scale; /* 100: fractions that are printed in per cent or percentage points; 1 else */
  bool assumed;
} sx_store_indicator;
SX_API sx_status sx_store_put_indicator(sx_store *store, const sx_store_indicator *indicator,
                                        sx_error *err) SX_NODISCARD;

typedef struct sx_store_term {
  const char *variable, *level;
  sx_text2 variable_label, level_label;
} sx_store_term;

typedef struct sx_store_row {
  int64_t id; /* set on reading */
  const char *wave, *indicator, *statistic;
  const sx_store_term
      *terms; /* the domain: crossing terms; none = total. Of rows that are read: the store's, until it is closed */
  size_t n_terms;
  double estimate, se, low, high, ci_level, df;
  int64_t n; /* -1: does not apply */
  double n_eff, deff, cv;
  const char *unit, *quality, *na_reason, *method;
  const char *step; /* set on reading: the plan step that made it, NULL for none */
} sx_store_row;
/* A copy of a row with its terms and texts, all in the arena. */
SX_API sx_status sx_store_row_copy(sx_store_row *out, sx_arena *arena, const sx_store_row *row,
                                   sx_error *err) SX_NODISCARD;
/* The place of a step in the plan of the run that is being written, before rows are read back: rows stand in the order of their steps' places. */
SX_API sx_status sx_store_put_place(sx_store *store, const char *step, size_t place, sx_error *err) SX_NODISCARD;
/* step: the plan step that made it (for reuse), may be NULL. *id receives the row's id (id may be NULL). */
SX_API sx_status sx_store_put_row(int64_t *id, sx_store *store, const char *step, const sx_store_row *row,
                                  sx_error *err) SX_NODISCARD;
/* data: sx_est_pack bytes; compressed by the store. */
SX_API sx_status sx_store_put_carrier(sx_store *store, int64_t estimate, const char *source, const void *data, size_t n,
                                      sx_error *err) SX_NODISCARD;
/* A block of the report: kind and JSON as docs/dev/blocks.md; `order` decides its place. */
SX_API sx_status sx_store_put_block(sx_store *store, int64_t order, const char *kind, const char *id, const char *json,
                                    sx_error *err) SX_NODISCARD;

/* Reuse by content: key is the hash of a step's specification, program version and the keys of what it rests on. sx_store_reuse copies the rows, carriers and
 * payload of the newest finished run's step with that key into the present run; *reused says whether there was one. */
SX_API sx_status sx_store_put_step(sx_store *store, const char *step, const char *key, const void *payload, size_t n,
                                   sx_error *err) SX_NODISCARD;
/* Whether sx_store_reuse would find one: a step of the newest two finished runs, the only ones that keep their carriers. */
SX_API sx_status sx_store_has_step(bool *has, sx_store *store, const char *step, const char *key,
                                   sx_error *err) SX_NODISCARD;
/* Takes the rows of an earlier run for those of the run being written, whole and where they are: of the newest finished run that has the first of these steps,
 * where its plan (sx_store_put_place) is these n steps in this order with these keys and it has no other rows; steps with their payloads are taken over too.
 * *shared says whether it was so; if not, nothing was done. Before any row is put; after it no row can be (SX_E_ARGUMENT). */
typedef struct sx_store_step {
  const char *step, *key;
} sx_store_step;
SX_API sx_status sx_store_share_rows(bool *shared, sx_store *store, const sx_store_step *steps, size_t n,
                                     sx_error *err) SX_NODISCARD;
SX_API sx_status sx_store_reuse(bool *reused, sx_store *store, const char *step, const char *key,
                                sx_error *err) SX_NODISCARD;
/* The same of a step that makes no rows: its payload is the present run's too, and stored once. */
SX_API sx_status sx_store_reuse_payload(bool *reused, sx_store *store, const char *step, const char *key,
                                        sx_error *err) SX_NODISCARD;
/* A published file that cannot be made again out of the store (the codebook, which describes the data): its bytes are the payload of the step of this
 * name and the file's, its key their hash. */
#define SX_STORE_FILE_STEP "file "
/* Payload of a step of the present run or, when run < 0, of the newest finished one; *data NULL when there is none; caller frees. */
SX_API sx_status sx_store_step_payload(void **data, size_t *n, sx_store *store, const char *step, const char *key,
                                       sx_error *err) SX_NODISCARD;

/* ---- reading ------------------------------------------------------------------------------------------- */

SX_API sx_status sx_store_latest(sx_store_run *out, sx_store *store, sx_error *err)
    SX_NODISCARD; /* newest finished run; texts borrowed until the next call; SX_E_DATA when none */
/* A run below 0 becomes the newest finished one: what run < 0 means everywhere. */
SX_API sx_status sx_store_which_run(int64_t *run, sx_store *store, sx_error *err) SX_NODISCARD;
/* Any run, also the one that is being written; texts borrowed until the next call of this or of sx_store_latest. */
SX_API sx_status sx_store_get_run(bool *found, sx_store_run *out, sx_store *store, int64_t run,
                                  sx_error *err) SX_NODISCARD;
/* Every finished run, oldest first; texts borrowed until fn returns. */
typedef sx_status (*sx_store_run_fn)(void *data, const sx_store_run *run, sx_error *err);
SX_API sx_status sx_store_each_run(sx_store *store, sx_store_run_fn fn, void *data, sx_error *err) SX_NODISCARD;
/* Payload of a step of one run; *data NULL when the run has no such step; caller frees. */
SX_API sx_status sx_store_run_step(void **data, size_t *n, sx_store *store, int64_t run, const char *step,
                                   sx_error *err) SX_NODISCARD;
/* The row of (indicator, statistic, terms); statistic NULL: the indicator's main one: the first in the order of the plan that is no gap or
 * share. Terms match as a set. *found false when absent. Borrowed until the next find. */
SX_API sx_status sx_store_find(bool *found, sx_store_row *out, sx_store *store, int64_t run, const char *indicator,
                               const char *statistic, const sx_store_term *terms, size_t n_terms,
                               sx_error *err) SX_NODISCARD;
typedef sx_status (*sx_store_row_fn)(void *data, const sx_store_row *row, sx_error *err);
/* Rows in the order of the run's plan (sx_store_put_place), those of one step as they were put; what no step of it made comes last. */
SX_API sx_status sx_store_each_row(sx_store *store, int64_t run, const char *indicator /* NULL all */,
                                   sx_store_row_fn fn, void *data, sx_error *err) SX_NODISCARD;
/* Another number whenever what sx_store_each_row would give may have changed by this store's own doing: a row or place put, a view set. Never 0. */
SX_API uint64_t sx_store_rows_state(const sx_store *store);
/* The view for release: from now on sx_store_find and sx_store_each_row give rows of the list without their values (n -1, na_reason and
 * quality "suppressed"); what is stored stays. A line of the list is indicator, statistic, and variable and level of each term, divided by TAB; `*`
 * stands for every indicator or statistic; a line that begins with # says nothing. "~" before the indicator takes the error and what tells it alone
 * (se, interval, df, n_eff, deff, cv; na_reason SX_STORE_ERROR_SUPPRESSED), "~~" the number of cases too. NULL: everything is seen again. */
#define SX_STORE_ERROR_SUPPRESSED "error not published"
SX_API sx_status sx_store_hide(sx_store *store, const char *list, sx_error *err) SX_NODISCARD;
/* As the run's own step `disclosure` says (docs/disclosure.md); nothing is hidden where it has none. run < 0: the newest finished one. */
SX_API sx_status sx_store_hide_run(sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
typedef sx_status (*sx_store_block_fn)(void *data, int64_t order, const char *kind, const char *id, const char *json,
                                       sx_error *err);
SX_API sx_status sx_store_each_block(sx_store *store, int64_t run, sx_store_block_fn fn, void *data,
                                     sx_error *err) SX_NODISCARD;
/* The same, each block read as JSON: "KIND ID" in errors. Lent for the call: who wants it longer shares it. */
typedef sx_status (*sx_store_tree_fn)(void *data, const char *kind, const char *id, sx_doc *block, sx_error *err);
SX_API sx_status sx_store_each_tree(sx_store *store, int64_t run, sx_store_tree_fn fn, void *data,
                                    sx_error *err) SX_NODISCARD;
SX_API sx_status sx_store_get_indicator(bool *found, sx_store_indicator *out, sx_store *store, int64_t run,
                                        const char *id, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_store_carrier(void **data, size_t *n, sx_store *store, int64_t estimate,
                                  sx_error *err) SX_NODISCARD; /* caller frees; *data NULL when none */
/* What the number of a row is. PERCENT, POINTS: times *factor (100 for fractions of one) it is in per cent or percentage points; 1 where the study's own
 * unit says "%" of numbers from 0 to 100. By the row's unit; where it has none by its statistic (prop, share_..., ..._pct, growth) and the indicator's
 * scale: 100 where the study prints it in per cent or points. All else is a NUMBER: an amount in its unit, or a pure one. indicator may be NULL. */
typedef enum sx_row_measure { SX_ROW_NUMBER, SX_ROW_PERCENT, SX_ROW_POINTS } sx_row_measure;
SX_API sx_row_measure sx_store_measure(double *factor, const char *statistic, const char *unit,
                                       const sx_store_indicator *indicator);
/* All inputs of a run. The first of a study's run is its study file. */
typedef sx_status (*sx_store_input_fn)(void *data, const sx_store_input *input, sx_error *err);
/* The hash of the plan of the run's computations, which documents print in the place of the study file's own: the payload of this step, "" where the run has
 * none (it was stored without a study, or by an earlier version). */
#define SX_STORE_PLAN_STEP "computations"
#define SX_STORE_PLAN_ZH   "（计算计划）" /* what stands behind the study file's name then */
#define SX_STORE_PLAN_EN   " (plan of the computations)"
SX_API sx_status sx_store_plan_hash(char out[SX_HASH_TEXT], sx_store *store, int64_t run, sx_error *err) SX_NODISCARD;
SX_API sx_status sx_store_each_input(sx_store *store, int64_t run, sx_store_input_fn fn, void *data,
                                     sx_error *err) SX_NODISCARD;

/* The columns of DESIGN: wave, indicator, statistic, <by-variables>, estimate, std.error, conf.low, conf.high, conf.level, df, n, n_eff, deff, cv, unit,
 * quality, na_reason, method; nothing that tells runs of the same results apart. One formatter for the store's view and for ad hoc commands. */
SX_API sx_status sx_store_rows_csv(sx_buf *out, const sx_store_row *rows, size_t n, sx_error *err) SX_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
