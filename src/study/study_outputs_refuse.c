/* study_outputs_refuse.c: what a run made is looked at before anything of it is published, and what must not be published is put aside: into the folder
 * `refused` of the outputs, with a list of its own by which the next run takes it away again. The release, the store's record of it among it, stays as it
 * was. */
#include "shuxiao/audit_text.h"
#include "study_names.h"
#include "study_outputs.h"
#include "study_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char list_name[] = "REFUSED.txt";

/* ---- may it be published? -------------------------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end) {
  const size_t n = strlen(name), k = strlen(end);
  return n >= k && strcmp(name + n - k, end) == 0;
}

/* Documents, workbooks, results as CSV: what is traced where no page was made. */
static bool is_traced(const sx_publish_file *file) {
  static const char head[] = "wave,indicator,statistic,", mark[] = "\xef\xbb\xbf";
  if (ends_with(file->name, ".docx") || ends_with(file->name, ".xlsx")) return true;
  if (!ends_with(file->name, ".csv")) return false;
  const size_t from = file->n >= 3 && memcmp(file->data, mark, 3) == 0 ? 3 : 0;
  return file->n - from >= sizeof head - 1 && memcmp(file->data + from, head, sizeof head - 1) == 0;
}

/* The PDF in a language, or the one that there is; NULL: none, or a Word file beside it, which is read and says the same. */
static const char *pdf_of(const sx_publish_files *files, const char *tail) {
  const char *found = NULL;
  for (size_t i = 0; i < files->n; i++) {
    const char *name = files->items[i].name;
    if (ends_with(name, ".docx")) return NULL;
    if (ends_with(name, tail) || (!found && ends_with(name, ".pdf"))) found = name;
  }
  return found;
}

static sx_status render(sx_buf *page, const st_run *r, sx_lang lang, sx_error *err) {
  const sx_report_options how = {.version = 1, .lang = lang};
  sx_document *document = NULL;
  SX_TRY(sx_report_document(&document, r->store, r->run, &how, err));
  const sx_status status = sx_document_html(page, document, NULL, err);
  sx_document_free(document);
  return status;
}

static const char shown_tail[] = ".pdf.html";

/* A PDF is not read: the report that it shows is, as a page that goes nowhere. */
static sx_status add_shown(sx_file_parts *parts, size_t *n, sx_buf pages[2], const st_run *r,
                           const sx_publish_files *files, const st_outputs *o, sx_error *err) {
  static const char *const tails[] = {".zh.pdf", ".en.pdf"};
  const bool languages[] = {r->s->zh, r->s->en};
  for (int lang = 0; lang < 2; lang++) {
    const char *pdf = languages[lang] && !o->html ? pdf_of(files, tails[lang]) : NULL;
    if (!pdf) continue;
    SX_TRY(render(&pages[lang], r, (sx_lang)lang, err));
    parts[*n] = (sx_file_parts){
        .path = sx_arena_printf(r->arena, "%s/%s.html", o->dir, pdf), .data = pages[lang].data, .n = pages[lang].n};
    if (!parts[(*n)++].path) return sx_error_memory(err);
  }
  return SX_OK;
}

/* What was found of such a page is told of its PDF, as a whole. */
static sx_status name_shown(sx_audit_traces *traces, sx_error *err) {
  for (size_t i = 0; i < traces->n; i++) {
    sx_audit_trace *t = &traces->items[i];
    if (!ends_with(t->file, shown_tail)) continue;
    t->file = sx_arena_strndup(traces->arena, t->file, strlen(t->file) - strlen(".html"));
    t->place = t->file;
    if (!t->file) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status trace(st_run *r, const sx_publish_files *files, st_outputs *o, sx_error *err) {
  sx_file_parts *parts = sx_arena_alloc(r->arena, files->n + 2, sizeof *parts);
  sx_buf pages[2];
  size_t n = 0;
  if (!parts) return sx_error_memory(err);
  for (size_t i = 0; i < files->n; i++) {
    const sx_publish_file *file = &files->items[i];
    if (o->html ? !ends_with(file->name, ".html") || strncmp(file->name, "report.", 7) != 0 : !is_traced(file))
      continue;
    parts[n] = (sx_file_parts){
        .path = sx_arena_printf(r->arena, "%s/%s", o->dir, file->name), .data = file->data, .n = file->n};
    if (!parts[n++].path) return sx_error_memory(err);
  }
  for (int lang = 0; lang < 2; lang++) sx_buf_init(&pages[lang], &r->ctx);
  sx_status status = add_shown(parts, &n, pages, r, files, o, err);
  if (status == SX_OK && n) status = sx_audit_made(&o->traces, r->store, r->run, parts, n, err);
  if (status == SX_OK && n) status = name_shown(o->traces, err);
  for (int lang = 0; lang < 2; lang++) sx_buf_clear(&pages[lang]);
  return status;
}

sx_status study__outputs_judge(bool *good, st_run *r, const sx_publish_files *files, st_outputs *o, sx_error *err) {
  if (o->audit && !o->traces) SX_TRY(trace(r, files, o, err));
  *good = !study__rules_failed(r) && !(o->traces && (o->traces->n_differ || o->traces->n_unbound));
  return o->traces && o->traces->n_unbound ? study__place_typed(r->s, o->traces, err) : SX_OK;
}

/* ---- the folder `refused` --------------------------------------------------------------------------------------------------- */

/* A line of the list; false: it names no file. */
static bool named(const char *line, size_t n, const char **name, size_t *n_name) {
  const size_t head = SX_HASH_TEXT + 1; /* the hash and two blanks */
  if (n <= head || memcmp(line + head - 2, "  ", 2) != 0) return false;
  *name = line + head;
  *n_name = n - head;
  return !memchr(*name, '/', *n_name);
}

sx_status study__outputs_clear_refused(const st_run *r, const st_outputs *o, sx_error *err) {
  const char *dir = sx_arena_printf(r->arena, "%s/%s", o->dir, ST_REFUSED);
  const char *list = dir ? sx_arena_printf(r->arena, "%s/%s", dir, list_name) : NULL;
  char *text = NULL;
  size_t n = 0;
  if (!list) return sx_error_memory(err);
  if (!sx_file_exists(dir)) return SX_OK;
  sx_folder_sweep(dir, list_name); /* of a run that was killed before its list took its place */
  sx_status status = sx_publish_sweep(dir, r->s->id, r->arena, err);
  if (!sx_file_exists(list)) {
    (void)rmdir(dir);
    return status;
  }
  if (status == SX_OK) status = sx_file_read(&text, &n, &r->ctx, list, err);
  for (const char *line = text; status == SX_OK && line < text + n;) {
    const size_t size = strcspn(line, "\n");
    const char *name = NULL, *path = "";
    size_t n_name = 0;
    if (named(line, size, &name, &n_name)) path = sx_arena_printf(r->arena, "%s/%.*s", dir, (int)n_name, name);
    if (!path) status = sx_error_memory(err);
    if (status == SX_OK && *path && unlink(path) != 0 && errno != ENOENT)
      status = sx_error_set(err, SX_E_IO, path, "an earlier run's refused file cannot be removed: %s", strerror(errno));
    line += size + strspn(line + size, "\n");
  }
  sx_mem_free(&r->ctx, text);
  if (status != SX_OK) return status;
  if (unlink(list) != 0)
    return sx_error_set(err, SX_E_IO, list, "an earlier run's refused file cannot be removed: %s", strerror(errno));
  (void)rmdir(dir); /* what is not ours stays there, and the folder with it */
  return SX_OK;
}

/* The list comes first: what it names and is not there yet does no harm, a file that it does not name would stay for ever. */
static sx_status put_aside(const st_run *r, const sx_publish_files *files, const st_outputs *o, const char *dir,
                           const sx_buf *list, sx_error *err) {
  sx_file_parts *parts = sx_arena_alloc(r->arena, files->n + 1, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  SX_TRY(study__outputs_clear_refused(r, o, err));
  if (mkdir(dir, 0777) != 0 && errno != EEXIST)
    return sx_error_set(err, SX_E_IO, dir, "the folder cannot be made: %s", strerror(errno));
  parts[0] =
      (sx_file_parts){.path = sx_arena_printf(r->arena, "%s/%s", dir, list_name), .data = list->data, .n = list->n};
  bool good = parts[0].path != NULL;
  for (size_t i = 0; i < files->n && good; i++) {
    const sx_publish_file *file = &files->items[i];
    parts[i + 1] =
        (sx_file_parts){.path = sx_arena_printf(r->arena, "%s/%s", dir, file->name), .data = file->data, .n = file->n};
    good = parts[i + 1].path != NULL;
  }
  if (!good) return sx_error_memory(err);
  const sx_status status = sx_files_write(&r->ctx, parts, files->n + 1, err);
  if (status != SX_OK) (void)rmdir(dir);
  return status;
}

/* What was found names the files where they lie: path begins with that of the outputs. */
static sx_status move_name(const char **path, sx_audit_traces *traces, const st_outputs *o, sx_error *err) {
  const size_t n = strlen(o->dir);
  if (!*path || strncmp(*path, o->dir, n) != 0 || (*path)[n] != '/') return SX_OK;
  *path = sx_arena_printf(traces->arena, "%s/%s%s", o->dir, ST_REFUSED, *path + n);
  return *path ? SX_OK : sx_error_memory(err);
}

static sx_status move_names(sx_audit_traces *traces, const st_outputs *o, sx_error *err) {
  const char *before = NULL, *after = NULL;
  for (size_t i = 0; traces && i < traces->n; i++) {
    sx_audit_trace *t = &traces->items[i];
    if (t->file != before) {
      before = after = t->file;
      SX_TRY(move_name(&after, traces, o, err));
    }
    t->file = after;
    SX_TRY(move_name(&t->place, traces, o, err));
  }
  return SX_OK;
}

sx_status study__outputs_refuse(const st_run *r, const sx_publish_files *files, st_outputs *o, sx_error *err) {
  const char *dir = sx_arena_printf(r->arena, "%s/%s", o->dir, ST_REFUSED);
  sx_error lost = SX_ERROR_INIT;
  sx_buf list;
  sx_buf_init(&list, &r->ctx);
  sx_buf_add(&list, "Not published: shuxiao run refused these files. The next run replaces or removes them.\n"
                    "未发布：shuxiao run 拒绝了这些文件。下次运行会替换或删除它们。\n");
  sx_status status = dir ? sx_publish_manifest(&list, files, err) : sx_error_memory(err);
  if (status == SX_OK) status = put_aside(r, files, o, dir, &list, &lost);
  sx_buf_clear(&list);
  o->refused = dir;
  if (status == SX_E_IO) { /* the release is whole and the verdict stands: no more is lost than a look at the files */
    o->refused_lost = sx_arena_printf(r->arena, "%s: %s", lost.where, lost.message);
    return o->refused_lost ? SX_OK : sx_error_memory(err);
  }
  if (status != SX_OK && err && err->status == SX_OK) *err = lost;
  return status == SX_OK ? move_names(o->traces, o, err) : status;
}
