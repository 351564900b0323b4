/* audit_report_files.c: the files of a publication as a whole, byte for byte: those that the run wrote down with their hashes when it wrote them
 * (SHA-256, FIPS 180-4), among them the formats that are not read number by number. */
#include <string.h>

#include "audit_report_priv.h"

bool sx_audit_is_codebook(const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  const bool page = strstr(name, "_codebook.") != NULL;
  return (page && (sx_audit__ends_with(name, ".html") || sx_audit__ends_with(name, ".md"))) ||
         sx_audit__ends_with(name, ".ddi.xml");
}

static const char manifest_name[] = "SHA256SUMS";

/* Where in a changed file it differs, as far as that can be read. */
static sx_status name_places(sx_tracer *t, const char *folder, const char *path) {
  const sx_status status = sx_audit_published(t->out, t->store, t->run, path, folder, t->err);
  if (status != SX_E_PARSE && status != SX_E_DATA && status != SX_E_LIMIT) return status;
  *t->err = (sx_error)SX_ERROR_INIT;
  return SX_OK;
}

/* One line, "HASH  NAME"; "HASH ~NAME" of a file of an earlier run, which may be gone; a name never leads out of the folder. */
static sx_status one_file(sx_tracer *t, const char *folder, const char *line, size_t n, bool places) {
  char hash[SX_HASH_TEXT];
  const size_t head = SX_HASH_TEXT + 1; /* two blanks */
  if (n <= head || line[SX_HASH_TEXT - 1] != ' ') return SX_OK;
  const char *name = sx_arena_strndup(t->out->arena, line + head, n - head);
  const char *path = name ? sx_arena_printf(t->out->arena, "%s/%s", folder, name) : NULL;
  if (!path) return sx_error_memory(t->err);
  if (strchr(name, '/')) return SX_OK;
  const bool there = sx_file_exists(path);
  if (!there && line[SX_HASH_TEXT] == '~') return SX_OK;
  if (there) SX_TRY(sx_hash_file(hash, &t->ctx, path, t->err));
  if (there && memcmp(hash, line, SX_HASH_TEXT - 1) == 0) return SX_OK;
  sx_audit_trace trace = {.verdict = SX_TRACE_DIFFERS,
                          .reason = sx_arena_printf(t->out->arena, "%s: %s",
                                                    there ? "changed since it was published"
                                                          : "not there any more, though it was published",
                                                    name)};
  if (!trace.reason) return sx_error_memory(t->err);
  t->file = t->place = path;
  SX_TRY(sx_audit__trace(t, &trace, "", 0));
  return places && there ? name_places(t, folder, path) : SX_OK;
}

/* The files of the lines; name: that one alone, *known where some line has it. */
static sx_status every_file(bool *known, sx_tracer *t, const char *folder, const char *name, const char *text,
                            size_t n) {
  const char *end = text + n;
  const size_t head = SX_HASH_TEXT + 1, wanted = name ? strlen(name) : 0;
  for (const char *line = text; line < end;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    const size_t k = (size_t)((stop ? stop : end) - line);
    const bool own = k > head && k - head == wanted && memcmp(line + head, name, wanted) == 0;
    if (own) *known = true;
    if (own || !name) SX_TRY(one_file(t, folder, line, k, !name));
    line = stop ? stop + 1 : end;
  }
  return SX_OK;
}

sx_status sx_audit__own_record(void **record, const char **lines, size_t *n, int64_t *run, sx_store *store,
                               sx_error *err) {
  *lines = NULL;
  SX_TRY(sx_store_which_run(run, store, err));
  SX_TRY(sx_store_run_step(record, n, store, *run, "report", err));
  const char *rest = *record ? memchr(*record, '\n', *n) : NULL;
  if (rest) *lines = rest + 1;
  *n = rest ? *n - (size_t)(rest + 1 - (const char *)*record) : 0;
  return SX_OK;
}

static sx_status not_checked(sx_tracer *t, const char *path, const char *reason) {
  const sx_audit_trace trace = {.verdict = SX_TRACE_EXEMPT, .reason = reason};
  t->file = t->place = path;
  return sx_audit__trace(t, &trace, "", 0);
}

sx_status sx_audit_files(sx_audit_traces *traces, sx_store *store, int64_t run, const char *folder, sx_error *err) {
  sx_tracer t = {.ctx = *sx_store_ctx(store), .out = traces, .store = store, .run = run, .err = err};
  const char *manifest = sx_arena_printf(traces->arena, "%s/%s", folder, manifest_name), *lines = NULL;
  void *record = NULL;
  char *text = NULL;
  size_t n = 0;
  if (!manifest) return sx_error_memory(err);
  const bool there = sx_file_exists(manifest);
  SX_TRY(sx_audit__own_record(&record, &lines, &n, &run, store, err));
  sx_status status = SX_OK;
  if (lines) {
    status = every_file(NULL, &t, folder, NULL, lines, n);
  } else if (there) {
    status = sx_file_read(&text, &n, &t.ctx, manifest, err);
    if (status == SX_OK) status = every_file(NULL, &t, folder, NULL, text, n);
    sx_mem_free(&t.ctx, text);
  } else {
    status = not_checked(&t, manifest, SX_NO_RECORD);
  }
  sx_mem_free(&t.ctx, record);
  return status;
}

/* Whether the run published these very bytes under some name. */
static sx_status is_published(bool *yes, const char *path, const char *lines, size_t n, const sx_ctx *ctx,
                              sx_error *err) {
  char hash[SX_HASH_TEXT];
  *yes = false;
  SX_TRY(sx_hash_file(hash, ctx, path, err));
  for (const char *line = lines, *end = lines + n; line < end && !*yes;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    *yes = end - line >= SX_HASH_TEXT - 1 && memcmp(line, hash, SX_HASH_TEXT - 1) == 0;
    line = stop ? stop + 1 : end;
  }
  return SX_OK;
}

/* A codebook, changed or under another name: where it differs from the published one. */
static sx_status codebook_places(bool *known, sx_tracer *t, const char *path, const char *folder, const char *lines,
                                 size_t n) {
  bool same = false;
  if (!lines || !sx_audit_is_codebook(path)) return SX_OK;
  SX_TRY(is_published(&same, path, lines, n, &t->ctx, t->err));
  if (!same) SX_TRY(name_places(t, folder, path));
  *known = *known || same || t->out->n > 0;
  return SX_OK;
}

sx_status sx_audit_file(sx_audit_traces **out, sx_store *store, int64_t run, const char *path, const char *folder,
                        sx_error *err) {
  sx_tracer t;
  void *record = NULL;
  const char *lines = NULL, *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  size_t n = 0;
  bool known = false;
  sx_status status = sx_audit__tracer_begin(&t, store, run, err);
  if (status == SX_OK) status = sx_audit__own_record(&record, &lines, &n, &t.run, store, err);
  const char *own = status != SX_OK ? NULL : slash ? sx_arena_strndup(t.out->arena, path, (size_t)(slash - path)) : ".";
  if (status == SX_OK && !own) status = sx_error_memory(err);
  if (status == SX_OK && lines) status = every_file(&known, &t, own, name, lines, n);
  if (status == SX_OK) status = codebook_places(&known, &t, path, folder, lines, n);
  if (status == SX_OK && !known) {
    const sx_audit_trace strange = {.verdict = SX_TRACE_UNBOUND, .reason = "the run published no file of this name"};
    t.file = t.place = path;
    status = sx_audit__trace(&t, &strange, "", 0);
  }
  if (status == SX_OK && known && !t.out->n) status = not_checked(&t, path, SX_AS_PUBLISHED);
  sx_mem_free(sx_store_ctx(store), record);
  return sx_audit__tracer_end(out, &t, status);
}
