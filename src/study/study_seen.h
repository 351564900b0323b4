/* study_seen.h: what a run found out about files while it read them, kept in the store under their content, so that the next need not read them for it. */
#ifndef SX_STUDY_SEEN_H
#define SX_STUDY_SEEN_H

#include "study_load.h"
#include "study_run.h"

/* The levels of a file's texts. */
typedef struct st_seen_file {
  const char *path;
  const char *step, *key; /* in the store; key: of the content and of how it is read, NULL: not known yet */
  const char *text;       /* NULL: none are known */
  size_t n;
} st_seen_file;
struct st_seen {
  sx_store *kept;           /* results of the run before, while the study is loaded; NULL */
  const char *step, *words; /* of the model's words: step and key; words NULL: there is no model */
  st_seen_file *files;      /* [files of the table] */
};

/* Levels are noted for the table from here on. */
void study__seen_begin(st_load *l, st_table *t);
void study__seen_end(st_table *t);                                 /* the store is let go */
st_seen_file *study__seen_of(const st_table *t, const char *path); /* NULL: nothing is noted */
/* The first rows of the file get all levels that the whole file has, where the store says them of the same bytes, read in the same way. */
sx_status study__seen_levels(bool *known, sx_table *head, const sx_study *s, const st_table *t, st_seen_file *f,
                             sx_error *err) SX_NODISCARD;
/* Of a table with all levels. */
sx_status study__seen_note(st_seen_file *f, const sx_study *s, const sx_table *whole, sx_error *err) SX_NODISCARD;
/* Of a file that was just made: on any thread; then onto the table. */
sx_status study__seen_made(sx_buf *out, const sx_study *s, const st_table *t, const char *path, const sx_ctx *ctx,
                           sx_error *err) SX_NODISCARD;
sx_status study__seen_take(const sx_study *s, const st_table *t, const char *path, const char hash[SX_HASH_TEXT],
                           const sx_buf *text, sx_error *err) SX_NODISCARD;
/* The words and inputs of a table's model, where the store has them of this model, onto the table. *key: of what the interviews were made from, as they
 * were then, in the arena of the study; NULL: they are not known. */
sx_status study__seen_words(const char **key, st_load *l, st_table *t, const char *path, sx_error *err) SX_NODISCARD;
/* Into the store: of all tables of the run's study. */
sx_status study__seen_put(st_run *r, const st_run *of, sx_error *err) SX_NODISCARD;

#endif
