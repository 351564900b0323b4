/* study_outputs.c: the pages and the formats of the room `publish` that a study asks for, and what a finished run says of them. */
#include "study_load.h"
#include "study_names.h"
#include "study_outputs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the study's words -------------------------------------------------------------------------------------------------- */

/* "html" and "zip" are ours, the rest is the room's. */
static bool is_output(const char *word) {
  return strcmp(word, "html") == 0 || strcmp(word, "zip") == 0 || strcmp(word, "all") == 0 ||
         sx_publish_find(word) != NULL;
}

static void output_words(const char *out[ST_OUTPUTS_MAX + 3], size_t *n) {
  size_t n_formats = 0;
  const sx_publish_format *formats = sx_publish_formats(&n_formats);
  *n = 0;
  out[(*n)++] = "html";
  for (size_t i = 0; i < n_formats && i < ST_OUTPUTS_MAX; i++) out[(*n)++] = formats[i].name;
  out[(*n)++] = "zip";
  out[(*n)++] = "all";
}

static void unknown_output(char message[400], const char *word) {
  const char *words[ST_OUTPUTS_MAX + 3];
  size_t n = 0;
  char all[240] = "";
  output_words(words, &n);
  for (size_t i = 0, used = 0; i < n && used < sizeof all; i++)
    used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
  const char *near = sx_text_nearest(word, words, n);
  (void)snprintf(message, 400, "unknown output '%.60s'%s%s%s: one of %s", word, near ? ", did you mean '" : "",
                 near ? near : "", near ? "'?" : "", all);
}

static void read_dimensions(st_load *l, const sx_node *node) {
  if (!study__is_map(l, node, "`dimensions`")) return;
  for (size_t i = 0; i < node->n; i++) (void)study__scalar(l, node->items[i], "a dimension");
}

#define SMALL    "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"

/* Words parted by dots, each of `letters`, its first character of `first`. */
static bool parts_are(const char *text, const char *first, const char *letters) {
  for (;; text++) {
    const size_t n = strspn(text, letters);
    if (!n || !strchr(first, *text)) return false;
    text += n;
    if (*text != '.') return !*text;
  }
}

/* SDMX-ML 2.1, SDMXCommonReferences.xsd: NestedNCNameIDType, IDType, VersionType. */
static void read_sdmx(st_load *l, const sx_node *publish) {
  const char *agency = study__text(l, publish, "agency"), *flow = study__text(l, publish, "dataflow"),
             *version = study__text(l, publish, "version");
  if (agency && !parts_are(agency, SMALL CAPITALS, SMALL CAPITALS DIGITS "_-"))
    study__problem(l, sx_node_get(publish, "agency"),
                   "'%.60s' is no id of an agency in SDMX: letters, digits, _ and -, a letter first; parts with dots "
                   "between them",
                   agency);
  if (flow && (!*flow || flow[strspn(flow, SMALL CAPITALS DIGITS "_-@$")]))
    study__problem(l, sx_node_get(publish, "dataflow"), "'%.60s' is no id in SDMX: letters, digits, _, -, @ and $",
                   flow);
  if (version && !parts_are(version, DIGITS, DIGITS))
    study__problem(l, sx_node_get(publish, "version"), "'%.60s' is no version in SDMX: numbers with dots, as 1.0.0",
                   version);
}

void study__read_outputs(st_load *l, const sx_node *root) {
  static const char *const symbols[] = {"cn", "uk", "destatis"};
  sx_study *s = l->s;
  size_t symbol = 0;
  s->outputs = study__list(l, root, "outputs");
  for (size_t i = 0; i < s->outputs.n; i++) {
    char message[400];
    if (is_output(s->outputs.items[i])) continue;
    unknown_output(message, s->outputs.items[i]);
    study__problem(l, s->outputs.nodes[i], "%s", message);
  }
  /* the signs of workbooks are those of the style where the study names none */
  if (s->style && (strncmp(s->style, "uk", 2) == 0 || strstr(s->style, "missing=shorthand")))
    s->symbols = SX_SYMBOLS_UK;
  s->publish = sx_node_get(root, "publish");
  if (!study__is_map(l, s->publish, "`publish`")) {
    s->publish = NULL;
    return;
  }
  ST_KEYS(l, s->publish, "agency", "dataflow", "version", "dimensions", "symbols", "template", "charts");
  read_sdmx(l, s->publish);
  if (sx_node_get(s->publish, "dimensions")) read_dimensions(l, sx_node_get(s->publish, "dimensions"));
  if (study__choice(&symbol, l, s->publish, "symbols", symbols, 3, "set of symbols") &&
      sx_node_get(s->publish, "symbols"))
    s->symbols = (int)symbol + 1;
  s->docx_template = study__text(l, s->publish, "template");
  size_t charts = 0;
  static const char *const kinds[] = {"drawings", "native"};
  if (study__choice(&charts, l, s->publish, "charts", kinds, 2, "kind of charts")) s->native_charts = charts == 1;
}

/* ---- which, and where ---------------------------------------------------------------------------------------------------- */

static sx_status make_folder(const char *path, sx_arena *arena, sx_error *err) {
  char *copy = sx_arena_strdup(arena, path);
  if (!copy) return sx_error_memory(err);
  for (char *at = copy + 1;; at++) {
    if (*at != '/' && *at != '\0') continue;
    const char kept = *at;
    *at = '\0';
    if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
      return sx_error_set(err, SX_E_IO, copy, "the output folder cannot be made: %s", strerror(errno));
    }
    *at = kept;
    if (!kept) return SX_OK;
  }
}

static bool wanted(const st_list *list, const char *text, const char *word) {
  for (size_t i = 0; !text && i < list->n; i++) {
    if (strcmp(list->items[i], word) == 0 || strcmp(list->items[i], "all") == 0) return true;
  }
  const size_t n = strlen(word);
  for (const char *at = text; at && *at; at += strcspn(at, ", "), at += strspn(at, ", ")) {
    const size_t length = strcspn(at, ", ");
    if ((length == n && memcmp(at, word, n) == 0) || (length == 3 && memcmp(at, "all", 3) == 0)) return true;
  }
  return false;
}

static sx_status check_words(const char *text, sx_arena *arena, sx_error *err) {
  for (const char *at = text; at && *at; at += strcspn(at, ", "), at += strspn(at, ", ")) {
    const char *word = sx_arena_strndup(arena, at, strcspn(at, ", "));
    char message[400];
    if (!word) return sx_error_memory(err);
    if (is_output(word)) continue;
    unknown_output(message, word);
    return sx_error_set(err, SX_E_ARGUMENT, "", "%s", message);
  }
  return SX_OK;
}

static bool names_content(const sx_study *s, const char *text) {
  size_t n = 0;
  const sx_publish_format *formats = sx_publish_formats(&n);
  bool any = wanted(&s->outputs, text, "html");
  for (size_t i = 0; i < n && !any; i++) any = wanted(&s->outputs, text, formats[i].name);
  return any;
}

/* An archive by itself is one of what the study hands on, and of its pages where it names nothing else either. */
static sx_status choose_formats(st_outputs *o, const sx_study *s, const char *text, sx_arena *arena, sx_error *err) {
  size_t n = 0;
  const sx_publish_format *formats = sx_publish_formats(&n);
  SX_TRY(check_words(text, arena, err));
  o->zip = wanted(&s->outputs, text, "zip");
  if (text && o->zip && !names_content(s, text)) text = NULL;
  o->html = wanted(&s->outputs, text, "html") || (!text && !names_content(s, text));
  o->words = o->html ? "html" : "-";
  for (size_t i = 0; i < n && o->n_formats < ST_OUTPUTS_MAX; i++) {
    if (!wanted(&s->outputs, text, formats[i].name)) continue;
    o->formats[o->n_formats++] = &formats[i];
    o->words = sx_arena_printf(arena, "%s %s", o->words, formats[i].name);
    if (!o->words) return sx_error_memory(err);
  }
  if (o->zip) o->words = sx_arena_printf(arena, "%s zip", o->words);
  return o->words ? SX_OK : sx_error_memory(err);
}

sx_status study__outputs_find(st_outputs *o, const sx_study *s, const sx_run_options *options, sx_arena *arena,
                              sx_error *err) {
  const char *text = options && options->outputs && *options->outputs ? options->outputs : NULL;
  o->dir = options && options->out_dir ? options->out_dir : study__path(s, arena, "out");
  if (!o->dir || !*o->dir)
    return o->dir ? sx_error_set(err, SX_E_ARGUMENT, "", "the output folder has an empty name") : sx_error_memory(err);
  o->force = options && options->force;
  o->chosen = text != NULL;
  SX_TRY(choose_formats(o, s, text, arena, err));
  o->db = sx_arena_printf(arena, "%s/results.db", o->dir);
  const bool zh = o->html && s->zh && !s->both_alone, en = o->html && s->en && !s->both_alone;
  o->page[2] = o->html && s->both ? sx_arena_printf(arena, "%s/report.zh-en.html", o->dir) : NULL;
  if (o->html && s->both && !o->page[2]) return sx_error_memory(err);
  o->page[SX_LANG_ZH] = zh ? sx_arena_printf(arena, "%s/report.zh.html", o->dir) : NULL;
  o->page[SX_LANG_EN] = en ? sx_arena_printf(arena, "%s/report.en.html", o->dir) : NULL;
  if (!o->db || (zh && !o->page[SX_LANG_ZH]) || (en && !o->page[SX_LANG_EN])) return sx_error_memory(err);
  return make_folder(o->dir, arena, err);
}

/* ---- what a finished run says of them -------------------------------------------------------------------------------------- */

sx_status study__outputs_payload(sx_buf *out, const sx_publish_files *files, const st_outputs *o, sx_error *err) {
  sx_buf_printf(out, "%s\n", o->words);
  SX_TRY(sx_publish_manifest(out, files, err));
  sx_buf_add(out, o->left ? o->left : "");
  return sx_buf_status(out, err);
}

/* Where the lines of what was left begin. */
static const char *end_of_own(const char *text, const char *end) {
  for (const char *line = text; line < end;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    if (end - line > SX_HASH_TEXT && line[SX_HASH_TEXT] == '~') return line;
    line = stop ? stop + 1 : end;
  }
  return end;
}

/* Files by the lines that the run before wrote of them, hashed side by side. */
typedef struct there_file {
  const char *hash, *path; /* hash: as the line has it, not terminated; path NULL: the line names none */
  bool there;
} there_file;
typedef struct there_job {
  sx_ctx ctx;
  there_file *files;
} there_job;

static sx_status file_there(void *data, size_t i, sx_error *err) {
  const there_job *job = data;
  there_file *f = &job->files[i];
  char hash[SX_HASH_TEXT];
  if (!f->path || !sx_file_exists(f->path)) return SX_OK;
  sx_error unread = SX_ERROR_INIT;
  const sx_status status = sx_hash_file(hash, &job->ctx, f->path, &unread);
  if (status == SX_E_IO) return SX_OK; /* what cannot be read is made again, and writing it will say so */
  if (status != SX_OK) return sx_error_set(err, status, unread.where, "%s", unread.message);
  f->there = memcmp(hash, f->hash, SX_HASH_TEXT - 1) == 0;
  return SX_OK;
}

static sx_status add_line(there_file *f, const st_run *r, const st_outputs *o, const char *line, size_t n,
                          sx_error *err) {
  *f = (there_file){.hash = line};
  if (n <= SX_HASH_TEXT + 1) return SX_OK;
  f->path = sx_arena_printf(r->arena, "%s/%.*s", o->dir, (int)(n - SX_HASH_TEXT - 1), line + SX_HASH_TEXT + 1);
  return f->path ? SX_OK : sx_error_memory(err);
}

/* All of the lines' files are there as they were written. */
static sx_status files_there(bool *there, st_run *r, st_outputs *o, const char *text, const char *end, sx_error *err) {
  there_job job = {.ctx = r->ctx};
  size_t n = 0, cap = 0;
  for (const char *line = text; line < end;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    if (!sx_arena_grow(r->arena, (void **)&job.files, &cap, n + 1, sizeof *job.files)) return sx_error_memory(err);
    SX_TRY(add_line(&job.files[n++], r, o, line, (size_t)((stop ? stop : end) - line), err));
    line = stop ? stop + 1 : end;
  }
  job.ctx.cancelled = NULL; /* asked by the loop itself: threads do not call back */
  SX_TRY(sx_parallel_for(&r->ctx, n, file_there, &job, err));
  for (size_t i = 0; i < n && *there; i++) *there = job.files[i].there;
  o->n_kept = o->n_files = n;
  return SX_OK;
}

/* The names of the lines' files are those of this run. */
static sx_status name_files(st_outputs *o, const st_run *r, const char *text, const char *end, sx_error *err) {
  o->names = "\n";
  for (const char *line = text; line < end && o->names;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    const size_t n = (size_t)((stop ? stop : end) - line), before = SX_HASH_TEXT + 1;
    if (n > before) o->names = sx_arena_printf(r->arena, "%s%.*s\n", o->names, (int)(n - before), line + before);
    line = stop ? stop + 1 : end;
  }
  return o->names ? SX_OK : sx_error_memory(err);
}

static bool begins_with_words(const char *text, size_t n, const st_outputs *o) {
  const size_t first = strlen(o->words);
  return text && n > first && memcmp(text, o->words, first) == 0 && text[first] == '\n';
}

sx_status study__outputs_asked(bool *asked, st_run *r, const st_step *step, const st_outputs *o, sx_error *err) {
  void *payload = NULL;
  size_t n = 0;
  SX_TRY(sx_store_step_payload(&payload, &n, r->store, step->id, step->key, err));
  *asked = begins_with_words(payload, n, o);
  sx_mem_free(&r->ctx, payload);
  return SX_OK;
}

sx_status study__outputs_there(bool *there, st_run *r, const st_step *step, st_outputs *o, sx_error *err) {
  void *payload = NULL;
  size_t n = 0;
  SX_TRY(sx_store_step_payload(&payload, &n, r->store, step->id, step->key, err));
  sx_status status = SX_OK;
  *there = begins_with_words(payload, n, o);
  if (*there) {
    const char *text = (const char *)payload + strlen(o->words) + 1, *end = end_of_own(text, (const char *)payload + n);
    status = files_there(there, r, o, text, end, err);
    if (*there && status == SX_OK) status = name_files(o, r, text, end, err);
  }
  sx_mem_free(&r->ctx, payload);
  return status;
}
