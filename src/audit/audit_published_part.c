/* audit_published_part.c: other parts of an office file against those that were published, node by node: charts, drawings, comments, heads of tables, lists,
 * and what belongs to what; of files that no program has saved anew, for that writes all parts in its own way. */
#include <string.h>

#include "audit_published.h"

enum { PART_MAX = 64 * 1024 * 1024 };

/* ---- whose hand it is of ---- */

static sx_status same_part(bool *same, const sx_published *p, sx_archive *want, sx_archive *have, const char *part) {
  char *a = NULL, *b = NULL;
  size_t n_a = 0, n_b = 0;
  if (!sx_archive_has(want, part) || !sx_archive_has(have, part)) return SX_OK;
  SX_TRY(sx_archive_read(&a, &n_a, want, part, PART_MAX, p->t->err));
  const sx_status status = sx_archive_read(&b, &n_b, have, part, PART_MAX, p->t->err);
  if (status == SX_OK && n_a == n_b && memcmp(a, b, n_a) == 0) *same = true;
  sx_mem_free(&p->t->ctx, a);
  sx_mem_free(&p->t->ctx, b);
  return status;
}

sx_status sx_audit__published_ours(bool *ours, const sx_published *p, sx_archive *want, sx_archive *have) {
  *ours = false;
  SX_TRY(same_part(ours, p, want, have, "[Content_Types].xml"));
  return *ours ? SX_OK : same_part(ours, p, want, have, "docProps/app.xml");
}

/* ---- nodes ---- */

typedef struct nodes {
  sx_published *p;
  sx_shown_list list;
  sx_buf text;
  const char *part, *owner;
} nodes;

static sx_status add(nodes *o, const char *text, size_t n, bool other, sx_error *err) {
  const char *copy = sx_arena_strndup(o->p->arena, text, n);
  if (!copy) return sx_error_memory(err);
  return sx_audit__shown_add(&o->list, o->p->arena, copy, n, 0, other, err);
}

static sx_status flush(nodes *o, sx_error *err) {
  size_t n = o->text.n, from = 0;
  SX_TRY(sx_buf_status(&o->text, err));
  while (from < n && strchr(" \n\t\r", o->text.data[from])) from++;
  while (n > from && strchr(" \n\t\r", o->text.data[n - 1])) n--;
  const sx_status status = n > from ? add(o, o->text.data + from, n - from, true, err) : SX_OK;
  sx_buf_reset(&o->text);
  return status;
}

static sx_status node_start(void *data, const char *name, const char *const *attributes, sx_error *err) {
  nodes *o = data;
  SX_TRY(flush(o, err));
  SX_TRY(add(o, name, strlen(name), false, err));
  for (size_t i = 0; attributes[i]; i += 2) {
    const char *both = sx_arena_printf(o->p->arena, "%s=%s", attributes[i], attributes[i + 1]);
    if (!both) return sx_error_memory(err);
    SX_TRY(sx_audit__shown_add(&o->list, o->p->arena, both, strlen(both), 0, false, err));
  }
  return SX_OK;
}

static sx_status node_end(void *data, const char *name, sx_error *err) {
  (void)name;
  return flush(data, err);
}

static sx_status node_text(void *data, const char *text, size_t n, sx_error *err) {
  nodes *o = data;
  (void)err;
  sx_buf_add_n(&o->text, text, n);
  return SX_OK;
}

static sx_status read_nodes(nodes *o, sx_archive *archive, const char *part) {
  const sx_xml_handler handler = {o, node_start, node_end, node_text};
  sx_buf_init(&o->text, &o->p->t->ctx);
  const sx_status status = sx_archive_xml(archive, part, PART_MAX, &handler, o->p->t->err);
  sx_buf_clear(&o->text);
  return status;
}

/* What people see goes before names and attributes around it. */
static const sx_shown *told_of(const sx_shown *items, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (items[i].other) return &items[i];
  return n ? items : NULL;
}

static const char *place_of(const nodes *o) {
  return o->owner ? sx_arena_printf(o->p->arena, "%s (%s)", o->owner, o->part) : o->part;
}

static sx_status differ(void *data, const sx_shown *want, size_t n_want, const sx_shown *have, size_t n_have) {
  nodes *o = data;
  for (size_t i = 0; i < n_want || i < n_have; i++) {
    const bool pairs = n_want == n_have;
    const sx_shown *a = pairs ? &want[i] : told_of(want, n_want), *b = pairs ? &have[i] : told_of(have, n_have);
    if (pairs && a->other == b->other && sx_audit__shown_same(a->text, a->n, b->text, b->n)) continue;
    sx_difference d = {.verdict = SX_TRACE_DIFFERS, .reason = "not what was published here"};
    d.place = place_of(o);
    if (!d.place) return sx_error_memory(o->p->t->err);
    sx_audit__published_texts(&d, a, b);
    SX_TRY(sx_audit__published_tell(o->p, &d));
    if (!pairs) break;
  }
  return SX_OK;
}

/* A part that is gone, or that was put in. */
static sx_status part_alone(sx_published *p, const char *part, const char *owner, bool gone) {
  const char *place = owner ? sx_arena_printf(p->arena, "%s (%s)", owner, part) : part;
  const sx_difference d = {.verdict = SX_TRACE_DIFFERS,
                           .place = place,
                           .want = gone ? part : NULL,
                           .n_want = gone ? strlen(part) : 0,
                           .have = gone ? NULL : part,
                           .n_have = gone ? 0 : strlen(part),
                           .reason = gone ? "a part that was published is gone" : "a part that was not published"};
  return place ? sx_audit__published_tell(p, &d) : sx_error_memory(p->t->err);
}

static sx_status one_part(sx_published *p, sx_archive *want, sx_archive *have, const char *part, const char *owner) {
  nodes a = {.p = p, .part = part, .owner = owner}, b = a;
  SX_TRY(read_nodes(&a, want, part));
  SX_TRY(read_nodes(&b, have, part));
  return sx_audit__shown_compare(&a.list, &b.list, differ, &b);
}

sx_status sx_audit__published_parts(sx_published *p, sx_archive *want, sx_archive *have, const sx_part_rule *rule) {
  const char *part;
  for (size_t i = 0; (part = sx_archive_part(want, i)) != NULL; i++) {
    const char *owner = rule->owner && rule->wanted(part) ? rule->owner(rule->data, part) : NULL;
    if (!rule->wanted(part)) continue;
    if (sx_archive_has(have, part))
      SX_TRY(one_part(p, want, have, part, owner));
    else
      SX_TRY(part_alone(p, part, owner, true));
  }
  for (size_t i = 0; (part = sx_archive_part(have, i)) != NULL; i++) {
    if (rule->wanted(part) && !sx_archive_has(want, part)) SX_TRY(part_alone(p, part, NULL, false));
  }
  return SX_OK;
}
