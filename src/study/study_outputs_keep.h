/* study_outputs_keep.h: which files of the run before are those that this run would make: what each was made from, by its hash. */
#ifndef STUDY_OUTPUTS_KEEP_H
#define STUDY_OUTPUTS_KEEP_H

#include "study_outputs.h"

/* What the run before wrote down: step `outputs`, lines "KEY  UNIT" (the hash of all that a page or a format was made from), each followed by the files that it
 * made, " HASH  NAME". The verdict of the audit on a page is a unit "audit UNIT" without files; its lines begin with a tab. A unit "of FORMATS" has the formats
 * that the study asked for by itself; "~UNIT" is a unit that an earlier run made and that was not asked for since (run --to): nothing is made from it. Of an
 * older store, of none: empty. */
typedef struct st_kept_file {
  const char *unit, *key, *hash, *name;
} st_kept_file;
typedef struct st_kept_verdict {
  const char *unit, *key;
  char *text;
} st_kept_verdict;
typedef struct st_kept {
  const char *dir; /* the folder */
  st_kept_file *files;
  size_t n, cap;
  st_kept_verdict verdicts[3];
  size_t n_verdicts;
  const char *of;       /* the formats that the study asked for; NULL */
  const char *pictures; /* the key of the unit "pictures", which makes no file: of program and results; NULL */
} st_kept;

/* Reads it; everything is the arena's, the folder of o borrowed. Where o is forced no unit has a key: all are made, and what lies there with the
 * same bytes is left alone. */
sx_status study__kept_read(st_kept *out, st_run *r, const st_outputs *o, sx_error *err) SX_NODISCARD;
/* Adds the unit's files as they lie in the folder where it was made from the same and none was altered; *kept says whether. */
sx_status study__kept_take(bool *kept, sx_publish_files *files, const st_kept *old, const char *unit, const char *key,
                           sx_error *err) SX_NODISCARD;
/* Marks the files that the folder has already with these bytes. */
sx_status study__kept_mark(sx_publish_files *files, const st_kept *old, sx_error *err) SX_NODISCARD;
/* A unit's lines. key "": it must be made again. */
void study__kept_put(sx_buf *out, const char *unit, const char *key, const sx_publish_files *files);
/* The verdict on a page, lines as sx_page_audit_put writes them; and that of the run before with this key, NULL. */
void study__kept_put_verdict(sx_buf *out, const char *unit, const char *key, const char *text);
const char *study__kept_verdict(const st_kept *old, const char *unit, const char *key);
/* The file of the run before as it lies in the folder, with its hash; *data NULL where there is none or it was altered. Caller frees. */
sx_status study__kept_load(char **data, size_t *n, const st_kept *old, const char *name, const sx_ctx *ctx,
                           sx_error *err) SX_NODISCARD;
/* The same of the only file of a unit. */
sx_status study__kept_load_unit(char **data, size_t *n, const st_kept *old, const char *unit, const sx_ctx *ctx,
                                sx_error *err) SX_NODISCARD;
/* Hash of a file of the run before; NULL. */
const char *study__kept_hash(const st_kept *old, const char *name);

#endif
