/* store_priv.h: what the files of the store room share: the handle, the cached statements, error wording, packing. */
#ifndef STORE_PRIV_H
#define STORE_PRIV_H

#include <pthread.h>
#include <sqlite3.h>

#include "shuxiao/store.h"

/* Every statement that is run more than once, prepared at its first use and kept until the store closes. */
/* The columns that sx_store__read_row expects, in its order. */
#define SX_STORE_ROW_COLUMNS                                                                                           \
  "SELECT estimate.id, wave, indicator, statistic, domain, estimate, std_error, conf_low, conf_high, conf_level, df,"  \
  " n, n_eff, deff, cv, unit, quality, na_reason, method, step"
/* The run that has the rows of run ?1. */
#define SX_STORE_ROWS_OF    "coalesce((SELECT of FROM row_set WHERE row_set.run = ?1), ?1)"
#define SX_STORE_ROW_SELECT SX_STORE_ROW_COLUMNS " FROM estimate WHERE estimate.run = " SX_STORE_ROWS_OF
/* Of the run ?1, which has them itself, between two ids. */
#define SX_STORE_ROW_SPAN                                                                                              \
  SX_STORE_ROW_COLUMNS " FROM estimate NOT INDEXED WHERE id BETWEEN ?2 AND ?3 AND estimate.run = ?1 ORDER BY id"
/* Of one domain by its key ?3, whatever its labels; the domain is looked up first (CROSS: in this order). A list of ids would be a table of its own at
 * every question. */
#define SX_STORE_ROW_OF_DOMAIN                                                                                         \
  SX_STORE_ROW_COLUMNS " FROM domain CROSS JOIN estimate ON estimate.domain = domain.id WHERE domain.key = ?3"         \
                       " AND estimate.run = " SX_STORE_ROWS_OF " AND indicator = ?2"
/* Rows in the order of the run's plan, whether they were computed or taken over from an earlier run; what no step of it made comes last. */
#define SX_STORE_ROW_ORDER                                                                                             \
  " ORDER BY (SELECT place FROM plan WHERE plan.run = estimate.run AND plan.step = estimate.step) NULLS LAST, "        \
  "estimate.id"
#define SX_STORE_RUN_SELECT                                                                                            \
  "SELECT id, study, wave, title_zh, title_en, version, options, started, finished, synthetic FROM run"
#define SX_STORE_INDICATOR_SELECT                                                                                      \
  "SELECT id, label_zh, label_en, question_zh, question_en, base_zh, base_en, unit, scale, assumed FROM indicator"     \
  " WHERE run = ?1"
typedef enum sx_store_sql {
  SQL_BEGIN,
  SQL_COMMIT,
  SQL_RUN_ADD,
  SQL_RUN_FINISH,
  SQL_RUN_LATEST,
  SQL_INPUT_ADD,
  SQL_INDICATOR_ADD,
  SQL_INDICATOR_GET,
  SQL_DOMAIN_ID,
  SQL_DOMAIN_ADD,
  SQL_TERM_ADD,
  SQL_TERMS,
  SQL_ROW_ADD,
  SQL_ROW_FIND,
  SQL_ROW_FIND_MAIN,
  SQL_ROW_LAST,
  SQL_ROW_SPANS,
  SQL_ROWS_COPY,
  SQL_ROWS_SHARED,
  SQL_ROW_SET_ADD,
  SQL_BLOB_ADD,
  SQL_CARRIER_ADD,
  SQL_CARRIER_GET,
  SQL_CARRIERS_COPY,
  SQL_CARRIER_PRUNE,
  SQL_BLOB_PRUNE,
  SQL_PLAN_ADD,
  SQL_PLAN_HAS,
  SQL_PLAN_KEYS,
  SQL_BLOCK_ADD,
  SQL_STEP_ADD,
  SQL_STEP_FIND,
  SQL_STEP_COPY,
  SQL_STEP_PAYLOAD,
  SQL_STEP_OF_RUN,
  SQL_COUNT
} sx_store_sql;

enum { SX_STORE_TERMS = 16 }; /* of a row that is read, at the most */

struct sx_store {
  sx_ctx ctx;
  char *path;
  sqlite3 *db;
  sqlite3_stmt *statements[SQL_COUNT];
  pthread_mutex_t asking; /* sx_store__enter; has_mutex: it was made */
  bool has_mutex;
  int lock;                     /* descriptor of PATH.lock, -1 when reading */
  char *lock_path, *files_path; /* PATH.lock, PATH-files */
  char files_who[96];           /* sx_store_files_journal */
  int64_t run;                  /* the run being written, 0 when none */
  uint64_t n_changes;           /* of what rows there are, in which order and view */
  bool held;                    /* by sx_store_hold */
  bool is_new;                  /* the file was not there, and no run has been finished since */
  bool broken;                  /* the transaction was lost: only closing is left */
  sx_buf key;                   /* scratch of domain keys */
  sx_arena *found;              /* texts lent by sx_store_find */
  sx_arena *latest;             /* by sx_store_latest */
  sx_arena *indicator;          /* by sx_store_get_indicator */
  struct store_copy {           /* of sx_store_reuse: between which ids the rows of each step of the run are, by step */
    int64_t run;                /* 0: none */
    sx_arena *arena;
    struct store_span {
      const char *step;
      int64_t low, high;
    } * spans;
    size_t n, cap;
  } copy;
  struct store_made { /* of the run being written: the steps that rows were put under */
    sx_dict *steps;
    int32_t last; /* the code of the last one */
    bool loose;   /* a row was put under none */
    bool shared;  /* its rows are those of an earlier run */
  } made;
  struct store_view *view;                 /* of sx_store_keep_rows; NULL */
  struct store_ahead *ahead;               /* of sx_store_read_ahead; NULL */
  struct store_blocks *blocks;             /* of sx_store_keep_blocks; NULL */
  struct store_blocks_ahead *blocks_ahead; /* of sx_store__blocks_ahead; NULL */
  struct store_domains {                   /* terms of domains that were read, which never change: by id */
    sx_arena *arena;
    struct store_domain {
      const sx_store_term *terms;
      size_t n;
      bool known;
    } * items;
    size_t n;
  } domains;
  sx_dict *hidden;   /* rows that are read without values: "indicator TAB statistic TAB domain key"; NULL: none */
  bool hides_errors; /* some of them without their errors alone */
};

/* Words for the last SQLite failure `code` while doing `what` ("writing a row"). Marks a lost transaction. */
sx_status sx_store__fail(sx_store *store, int code, const char *what, sx_error *err);
/* The cached statement, reset and with its bindings cleared. */
sx_status sx_store__statement(sqlite3_stmt **out, sx_store *store, sx_store_sql which, sx_error *err) SX_NODISCARD;
/* Runs a bound statement that returns no rows, and resets it. */
sx_status sx_store__run(sx_store *store, sqlite3_stmt *statement, const char *what, sx_error *err) SX_NODISCARD;
/* SX_E_ARGUMENT unless a run is being written. */
sx_status sx_store__need_run(sx_store *store, sx_error *err) SX_NODISCARD;
/* Before a row of the step (NULL: of none) is put: as sx_store__need_run, and the run has rows of its own. */
sx_status sx_store__need_rows(sx_store *store, const char *step, sx_error *err) SX_NODISCARD;
/* What rows there are is about to change: what is held in memory of them is dropped. */
void sx_store__rows_changed(sx_store *store);

/* NaN becomes NULL; a NULL text becomes NULL. Bound texts must live until the statement has run. */
void sx_store__bind_text(sqlite3_stmt *statement, int i, const char *text);
void sx_store__bind_text2(sqlite3_stmt *statement, int i, sx_text2 text); /* takes parameters i and i + 1 */
void sx_store__bind_number(sqlite3_stmt *statement, int i, double value);

/* "variable US level RS ..." with the terms sorted, so that crossings are the same set whatever their order; two terms alike are
 * kept as they are. The key is in store->key. */
sx_status sx_store__domain_key(sx_store *store, const sx_store_term *terms, size_t n_terms, sx_error *err) SX_NODISCARD;
/* The same behind what is in out; the store lends its name to errors alone. */
sx_status sx_store__put_domain_key(sx_buf *out, const sx_store *store, const sx_store_term *terms, size_t n_terms,
                                   sx_error *err) SX_NODISCARD;

/* store_hide.c: takes the values off a row that is hidden; store->hidden is there. */
sx_status sx_store__mask(sx_store *store, sx_store_row *row, sx_error *err) SX_NODISCARD;

/* Packing of carriers: bytes of doubles are shuffled (all first bytes, all second bytes, ...) and deflated at the quickest level with
 * run-length matching; what does not shrink is kept as it is. */
typedef enum sx_store_packing { SX_STORE_RAW = 0, SX_STORE_DEFLATE = 1 } sx_store_packing;
sx_status sx_store__pack(void **out, size_t *n_out, sx_store_packing *packing, const sx_ctx *ctx, const void *data,
                         size_t n, sx_error *err) SX_NODISCARD;
sx_status sx_store__unpack(void **out, const sx_ctx *ctx, sx_store_packing packing, const void *data, size_t n_packed,
                           size_t n, sx_error *err) SX_NODISCARD;
/* The writer's lock. *busy: another program has it, and the error says which. */
sx_status sx_store__lock(bool *busy, sx_store *store, sx_error *err) SX_NODISCARD;
void sx_store__unlock(sx_store *store);
/* store_files.c: what a killed run left of its files beside the store is put right; of a reader under the lock, which it takes for that. */
sx_status sx_store__files_replay(sx_store *store, sx_store_mode mode, sx_error *err) SX_NODISCARD;
/* One thread at a time asks SQLite; the same one may ask while it is asking. */
void sx_store__enter(sx_store *store);
void sx_store__leave(sx_store *store);
/* store_read.c: the indicators of a run, their texts in the arena. */
typedef sx_status (*sx_store__indicator_fn)(void *data, const sx_store_indicator *indicator, sx_error *err);
sx_status sx_store__each_indicator(sx_store *store, int64_t run, sx_arena *arena, sx_store__indicator_fn fn, void *data,
                                   sx_error *err) SX_NODISCARD;
/* store_order.c: the rows of a run in SX_STORE_ROW_ORDER: those of *run between the ids of a span, by id, then those of the next. *run becomes the run
 * that has the rows. In the arena. */
typedef struct sx_store__span {
  int64_t low, high;
} sx_store__span;
sx_status sx_store__row_spans(sx_store__span **out, size_t *n, int64_t *run, sx_store *store, sx_arena *arena,
                              sx_error *err) SX_NODISCARD;
/* store_view.c: what sx_store_keep_rows holds; nothing below changes the store. */
void sx_store__view_drop(sx_store *store);
bool sx_store__view_of(const sx_store *store, int64_t run); /* whether it is held */
const sx_store_row *sx_store__view_rows(size_t *n, const sx_store *store);
const sx_store_run *sx_store__view_run(const sx_store *store); /* NULL: there is no such run */
const sx_store_indicator *sx_store__view_indicator(const sx_store *store, const char *id); /* NULL: none */
/* As sx_store_find. */
sx_status sx_store__view_find(bool *found, sx_store_row *out, const sx_store *store, const char *indicator,
                              const char *statistic, const sx_store_term *terms, size_t n_terms,
                              sx_error *err) SX_NODISCARD;
/* store_blocks.c: what sx_store_keep_blocks holds. */
void sx_store__blocks_drop(sx_store *store);
/* The blocks of the newest finished run are read on a thread of their own from here on; sx_store_keep_blocks takes those whose texts are the same. */
void sx_store__blocks_ahead(sx_store *store);
void sx_store__blocks_leave(sx_store *store);
/* Each that is held; *held false: this run's are not. */
sx_status sx_store__each_held_block(bool *held, const sx_store *store, int64_t run, sx_store_block_fn fn, void *data,
                                    sx_error *err) SX_NODISCARD;
/* store_step.c: what sx_store_reuse remembers, and what is known of the run that is being written. */
void sx_store__copy_clear(sx_store *store);
void sx_store__made_clear(sx_store *store);
/* A finished run whose rows are all of steps in its plan says so: another may share them. */
sx_status sx_store__put_row_set(sx_store *store, sx_error *err) SX_NODISCARD;
/* Adds a blob (packed); *id is 0 when data is NULL. */
sx_status sx_store__put_blob(int64_t *id, sx_store *store, const void *data, size_t n, sx_error *err) SX_NODISCARD;
/* From columns packing, size, data starting at `column` of a stepped statement; NULL data gives NULL. */
sx_status sx_store__take_blob(void **data, size_t *n, sx_store *store, sqlite3_stmt *statement, int column,
                              sx_error *err) SX_NODISCARD;

#endif
