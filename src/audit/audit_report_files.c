/* audit_report_files.c: the files of a publication as a whole, byte for byte: those that the run wrote down with their hashes when it wrote them
 * (SHA-256, FIPS 180-4), among them the formats that are not read number by number. */
#include <string.h>

#include "audit_report_priv.h"

static const char manifest_name[] = "SHA256SUMS";

/* One line, "HASH  NAME"; a name never leads out of the folder. */
static sx_status one_file(sx_tracer *t, const char *folder, const char *line, size_t n) {
  char hash[SX_HASH_TEXT];
  const size_t head = SX_HASH_TEXT + 1; /* two blanks */
  if (n <= head || line[SX_HASH_TEXT - 1] != ' ') return SX_OK;
  const char *name = sx_arena_strndup(t->out->arena, line + head, n - head);
  const char *path = name ? sx_arena_printf(t->out->arena, "%s/%s", folder, name) : NULL;
  if (!path) return sx_error_memory(t->err);
  if (strchr(name, '/')) return SX_OK;
  const bool there = sx_file_exists(path);
  if (there) SX_TRY(sx_hash_file(hash, &t->ctx, path, t->err));
  if (there && memcmp(hash, line, SX_HASH_TEXT - 1) == 0) return SX_OK;
  sx_audit_trace trace = {.verdict = SX_TRACE_DIFFERS,
                          .reason = sx_arena_printf(t->out->arena, "%s: %s",
                                                    there ? "changed since it was published"
                                                          : "not there any more, though it was published",
                                                    name)};
  if (!trace.reason) return sx_error_memory(t->err);
  t->file = t->place = path;
  return sx_audit__trace(t, &trace, "", 0);
}

static sx_status every_file(sx_tracer *t, const char *folder, const char *text, size_t n) {
  const char *end = text + n;
  for (const char *line = text; line < end;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    SX_TRY(one_file(t, folder, line, (size_t)((stop ? stop : end) - line)));
    line = stop ? stop + 1 : end;
  }
  return SX_OK;
}

sx_status sx_audit_files(sx_audit_traces *traces, sx_store *store, int64_t run, const char *folder, sx_error *err) {
  sx_tracer t = {.ctx = *sx_store_ctx(store), .out = traces, .err = err};
  const char *manifest = sx_arena_printf(traces->arena, "%s/%s", folder, manifest_name);
  void *record = NULL;
  char *text = NULL;
  size_t n = 0;
  sx_store_run latest;
  if (!manifest) return sx_error_memory(err);
  if (!sx_file_exists(manifest)) return SX_OK;
  if (run < 0) {
    SX_TRY(sx_store_latest(&latest, store, err));
    run = latest.id;
  }
  SX_TRY(sx_store_run_step(&record, &n, store, run, "report", err)); /* a line of formats, then as in the manifest */
  sx_status status = SX_OK;
  if (!record) {
    status = sx_file_read(&text, &n, &t.ctx, manifest, err);
    if (status == SX_OK) status = every_file(&t, folder, text, n);
    sx_mem_free(&t.ctx, text);
    return status;
  }
  const char *lines = memchr(record, '\n', n);
  const size_t rest = lines ? n - (size_t)(++lines - (const char *)record) : 0;
  if (rest) status = every_file(&t, folder, lines, rest);
  sx_mem_free(&t.ctx, record);
  return status;
}
