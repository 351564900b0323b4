/* store_diff_cause.c: why numbers of two runs differ.
 *
 * A run keeps its plan as lines "step TAB hash of its own specification TAB key TAB what it rests on (line numbers)" and the
 * specifications themselves (docs/dev/store.md). A step whose own specification differs is a cause; a number's causes are those
 * among the steps that its step rests on, directly or not, in either run. */
#include "store_diff_priv.h"

#include <stdlib.h>
#include <string.h>

#include "store_priv.h"

static const char *const area_names[] = {"data", "weights", "design", "definition", "method"};

const char *sx_diff_area_name(sx_diff_area area) {
  const size_t i = (size_t)area;
  return i < sizeof area_names / sizeof *area_names ? area_names[i] : "unknown";
}

/* ---- the plan that a run kept ------------------------------------------------------------------------------------------ */

/* The next field of a line, ended by a tab; NULL past the last. */
static char *field(char **at) {
  char *text = *at, *tab = text ? strchr(text, '\t') : NULL;
  if (tab) *tab = '\0';
  *at = tab ? tab + 1 : NULL;
  return text;
}

static sx_status read_deps(sx_store_plan_step *step, const char *text, size_t n_steps, sx_arena *arena, sx_error *err) {
  size_t n = text && *text ? 1 : 0;
  for (const char *p = text; p && *p; p++) n += *p == ',';
  size_t *deps = sx_arena_alloc(arena, n + 1, sizeof *deps);
  if (!deps) return sx_error_memory(err);
  for (const char *p = text; n && p && *p;) {
    char *end = NULL;
    const unsigned long long dep = strtoull(p, &end, 10);
    if (end == p) break;
    if (dep < n_steps) deps[step->n_deps++] = (size_t)dep;
    p = *end == ',' ? end + 1 : end;
  }
  step->deps = deps;
  return SX_OK;
}

static sx_status read_lines(sx_store_plan *out, bool *linked, char *text, sx_arena *arena, sx_error *err) {
  size_t n = 0;
  for (const char *p = text; *p; p++) n += *p == '\n';
  out->steps = sx_arena_zalloc(arena, n + 1, sizeof *out->steps);
  if (!out->steps) return sx_error_memory(err);
  *linked = n > 0;
  for (char *line = text; *line && out->n < n;) {
    char *end = strchr(line, '\n');
    if (end) *end = '\0';
    char *at = line;
    sx_store_plan_step *step = &out->steps[out->n++];
    step->id = field(&at);
    step->spec = field(&at);
    (void)field(&at);
    const char *deps = field(&at);
    if (!step->spec) step->spec = "";
    if (!deps) *linked = false;
    SX_TRY(read_deps(step, deps, n, arena, err));
    if (!end) break;
    line = end + 1;
  }
  return SX_OK;
}

static sx_status read_specs(sx_store_plan *plan, sx_store *store, int64_t run, sx_arena *arena, sx_error *err) {
  void *data = NULL;
  size_t n = 0;
  sx_doc *doc = NULL;
  SX_TRY(sx_store_run_step(&data, &n, store, run, "specs", err));
  if (!data) return SX_OK;
  sx_status status = sx_doc_parse_json(&doc, &store->ctx, "specifications", data, n, err);
  for (size_t i = 0; status == SX_OK && i < plan->n; i++) {
    const sx_node *node = sx_node_get(sx_doc_root(doc), plan->steps[i].id);
    if (!node || node->kind != SX_NODE_SCALAR) continue;
    plan->steps[i].text = sx_arena_strdup(arena, node->text);
    if (!plan->steps[i].text) status = sx_error_memory(err);
  }
  sx_doc_free(doc);
  sx_mem_free(&store->ctx, data);
  return status;
}

sx_status sx_store__plan_read(sx_store_plan *out, bool *linked, sx_store *store, int64_t run, sx_arena *arena,
                              sx_error *err) {
  void *data = NULL;
  size_t n = 0;
  *out = (sx_store_plan){NULL, 0};
  *linked = false;
  SX_TRY(sx_store_run_step(&data, &n, store, run, "plan", err));
  if (!data) return SX_OK;
  char *text = sx_arena_strndup(arena, data, n);
  sx_mem_free(&store->ctx, data);
  if (!text) return sx_error_memory(err);
  SX_TRY(read_lines(out, linked, text, arena, err));
  return read_specs(out, store, run, arena, err);
}

size_t sx_store__plan_find(const sx_store_plan *plan, const char *id) {
  for (size_t i = 0; id && i < plan->n; i++)
    if (strcmp(plan->steps[i].id, id) == 0) return i;
  return SIZE_MAX;
}

/* ---- what changed in a specification --------------------------------------------------------------------------------------- */

/* Words that say how an error or interval is made, not what is measured. */
static bool is_method(const char *line, size_t n) {
  static const char *const words[] = {"ci", "level", "df", "deff", "interval", "centre", "rule", "bandwidth"};
  const size_t quoted = n && *line == '"';
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const size_t len = strlen(words[i]);
    if (n > len + 2 * quoted && strncmp(line + quoted, words[i], len) == 0 && line[quoted + len + quoted] == ':')
      return true;
  }
  return false;
}

static bool has_line(const char *text, const char *line, size_t n) {
  for (const char *at = text; at && *at;) {
    const char *end = strchr(at, '\n');
    const size_t len = end ? (size_t)(end - at) : strlen(at);
    if (len == n && memcmp(at, line, n) == 0) return true;
    at = end ? end + 1 : NULL;
  }
  return false;
}

/* A file by its name, where the runs say it, and the beginning of its hash. */
static void put_file(sx_buf *out, const sx_diff *diff, const char *hash, size_t n) {
  const char *name = NULL;
  for (size_t i = 0; i < diff->n_inputs && !name; i++) {
    const sx_diff_input *in = &diff->inputs[i];
    const char *hashes[] = {in->sha256_before, in->sha256_after};
    for (size_t k = 0; k < 2; k++)
      if (hashes[k] && strlen(hashes[k]) == n && memcmp(hashes[k], hash, n) == 0) name = in->path;
  }
  sx_buf_printf(out, "file %s%s%.*s", name ? name : "", name ? " " : "", (int)(n < 12 ? n : 12), hash);
}

/* Up to 120 bytes of a line, whole characters. */
static void put_line(sx_buf *out, const sx_diff *diff, const char *line, size_t n) {
  if (n > 5 && strncmp(line, "file ", 5) == 0) {
    put_file(out, diff, line + 5, n - 5);
    return;
  }
  size_t shown = n < 120 ? n : 120;
  while (shown < n && shown > 0 && ((unsigned char)line[shown] & 0xC0) == 0x80) shown--;
  sx_buf_printf(out, "%.*s%s", (int)shown, line, shown < n ? "..." : "");
}

/* Lines of `text` that `other` lacks, each after `sign`; *method stays true where all of them are about the method. */
static void put_lines(sx_buf *out, const sx_diff *diff, const char *sign, const char *text, const char *other,
                      bool *method) {
  for (const char *at = text; at && *at;) {
    const char *end = strchr(at, '\n');
    const size_t n = end ? (size_t)(end - at) : strlen(at);
    if (n && !has_line(other, at, n)) {
      sx_buf_add(out, sign);
      put_line(out, diff, at, n);
      sx_buf_add_char(out, '\n');
      *method = *method && is_method(at, n);
    }
    at = end ? end + 1 : NULL;
  }
}

static sx_diff_area area_of(const char *id) {
  static const struct {
    const char *prefix;
    sx_diff_area area;
  } areas[] = {{"generate", SX_DIFF_DATA},
               {"data", SX_DIFF_DATA},
               {"join", SX_DIFF_DATA},
               {"design", SX_DIFF_DESIGN},
               {"weighting", SX_DIFF_WEIGHTS}};
  const char *slash = strchr(id, '/'), *colon = strchr(id, ':');
  if (slash && (!colon || slash < colon)) { /* of an earlier wave: "2024-S2/data:people" */
    id = slash + 1;
    if (strcmp(id, "published") == 0) return SX_DIFF_DATA;
  }
  for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
    const size_t n = strlen(areas[i].prefix);
    if (strncmp(id, areas[i].prefix, n) == 0 && (id[n] == '\0' || id[n] == ':' || id[n] == '@')) return areas[i].area;
  }
  return SX_DIFF_DEFINITION;
}

/* ---- causes --------------------------------------------------------------------------------------------------------------------- */

typedef struct search {
  sx_diff *diff;
  const sx_store_plan *plan[2];
  size_t *cause[2]; /* [plan n] index of the cause that the step is, SIZE_MAX: none */
  size_t *stack;
  size_t *mark; /* [n_causes] the row that met the cause last, + 1 */
  bool *seen;   /* [max plan n] scratch */
} search;

static sx_status add_cause(search *s, const char *id, const char *before, const char *after, sx_error *err) {
  sx_diff *d = s->diff;
  sx_buf text;
  bool method = before && after;
  sx_buf_init(&text, NULL);
  put_lines(&text, d, "- ", before, after, &method);
  put_lines(&text, d, "+ ", after, before, &method);
  const char *details = sx_arena_strdup(d->arena, text.n ? text.data : "");
  const bool any = text.n > 0;
  const sx_status status = sx_buf_status(&text, err);
  sx_buf_clear(&text);
  if (status != SX_OK) return status;
  if (!details) return sx_error_memory(err);
  d->causes[d->n_causes++] = (sx_diff_cause){id, any && method ? SX_DIFF_METHOD : area_of(id), details};
  return SX_OK;
}

/* Only steps that decide numbers have specifications kept, so those of tables, texts and pages are no causes. */
static sx_status find_causes(search *s, sx_error *err) {
  const sx_store_plan *a = s->plan[0], *b = s->plan[1];
  for (size_t i = 0; i < a->n; i++) {
    const size_t j = sx_store__plan_find(b, a->steps[i].id);
    s->cause[0][i] = SIZE_MAX;
    if (!a->steps[i].text || (j != SIZE_MAX && strcmp(a->steps[i].spec, b->steps[j].spec) == 0)) continue;
    s->cause[0][i] = s->diff->n_causes;
    SX_TRY(add_cause(s, a->steps[i].id, a->steps[i].text, j == SIZE_MAX ? NULL : b->steps[j].text, err));
  }
  for (size_t j = 0; j < b->n; j++) {
    const size_t i = sx_store__plan_find(a, b->steps[j].id);
    s->cause[1][j] = i == SIZE_MAX ? SIZE_MAX : s->cause[0][i];
    if (i != SIZE_MAX || !b->steps[j].text) continue;
    s->cause[1][j] = s->diff->n_causes;
    SX_TRY(add_cause(s, b->steps[j].id, NULL, b->steps[j].text, err));
  }
  return SX_OK;
}

/* Marks the causes among what a step rests on. */
static void walk(search *s, int side, const char *step, size_t stamp) {
  const sx_store_plan *plan = s->plan[side];
  const size_t start = sx_store__plan_find(plan, step);
  size_t n = 0;
  if (start == SIZE_MAX) return;
  memset(s->seen, 0, plan->n * sizeof *s->seen);
  s->stack[n++] = start;
  s->seen[start] = true;
  while (n > 0) {
    const size_t at = s->stack[--n];
    if (s->cause[side][at] != SIZE_MAX) s->mark[s->cause[side][at]] = stamp;
    for (size_t k = 0; k < plan->steps[at].n_deps; k++) {
      const size_t dep = plan->steps[at].deps[k];
      if (s->seen[dep]) continue;
      s->seen[dep] = true;
      s->stack[n++] = dep;
    }
  }
}

static sx_status causes_of(search *s, sx_diff_row *row, size_t stamp, size_t program, sx_error *err) {
  sx_diff *d = s->diff;
  size_t n = 0;
  if (row->before) walk(s, 0, row->before->step, stamp);
  if (row->after) walk(s, 1, row->after->step, stamp);
  if (program != SIZE_MAX) s->mark[program] = stamp;
  for (size_t c = 0; c < d->n_causes; c++) n += s->mark[c] == stamp;
  size_t *causes = sx_arena_alloc(d->arena, n + 1, sizeof *causes);
  if (!causes) return sx_error_memory(err);
  for (size_t c = 0; c < d->n_causes; c++)
    if (s->mark[c] == stamp) causes[row->n_causes++] = c;
  row->causes = causes;
  return SX_OK;
}

sx_status sx_store__diff_causes(sx_diff *diff, const sx_store_plan *before, const sx_store_plan *after, sx_error *err) {
  search s = {.diff = diff, .plan = {before, after}};
  const size_t most = before->n > after->n ? before->n : after->n, all = before->n + after->n + 1;
  diff->causes = sx_arena_alloc(diff->arena, all, sizeof *diff->causes);
  s.cause[0] = sx_arena_alloc(diff->arena, before->n + 1, sizeof *s.cause[0]);
  s.cause[1] = sx_arena_alloc(diff->arena, after->n + 1, sizeof *s.cause[1]);
  s.stack = sx_arena_alloc(diff->arena, most + 1, sizeof *s.stack);
  s.seen = sx_arena_alloc(diff->arena, most + 1, sizeof *s.seen);
  s.mark = sx_arena_zalloc(diff->arena, all, sizeof *s.mark);
  if (!diff->causes || !s.cause[0] || !s.cause[1] || !s.stack || !s.seen || !s.mark) return sx_error_memory(err);
  SX_TRY(find_causes(&s, err));
  size_t program = SIZE_MAX;
  if (strcmp(diff->before.version ? diff->before.version : "", diff->after.version ? diff->after.version : "") != 0) {
    program = diff->n_causes;
    const char *details = sx_arena_printf(diff->arena, "- %s\n+ %s\n", diff->before.version ? diff->before.version : "",
                                          diff->after.version ? diff->after.version : "");
    if (!details) return sx_error_memory(err);
    diff->causes[diff->n_causes++] = (sx_diff_cause){"program", SX_DIFF_METHOD, details};
  }
  for (size_t i = 0; i < diff->n_rows; i++) SX_TRY(causes_of(&s, &diff->rows[i], i + 1, program, err));
  return SX_OK;
}
