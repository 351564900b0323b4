/* io_doc_yaml.c: YAML 1.2 into the document tree; libfyaml is used here and nowhere else.
 *
 * What is refused before libfyaml sees the text: anything but strict UTF-8 (libfyaml 0.7.12 loops for ever on the bytes 25 C9),
 * control characters, directives (a line that begins with %), tabs in the indentation.
 * Scalars stay text. Tags are refused: types come from what the study file says, not from the reader.
 * An alias shares the node of its anchor; it counts as often as it would if it were written out. */
#include "io_doc_priv.h"

#include <libfyaml.h>
#include <string.h>

typedef struct place {
  size_t line, column;
} place;

typedef struct anchor {
  struct anchor *before;
  const char *name;
  const sx_node *node;
  size_t n_nodes, height;
} anchor;

/* An open list or map. */
typedef struct frame {
  sx_node *node;
  size_t base;        /* of the builder's stack */
  size_t n_before;    /* nodes counted before it */
  size_t height;      /* levels below it so far */
  const char *anchor; /* NULL without */
} frame;

typedef struct reader {
  doc_builder b;
  frame frames[DOC_MAX_DEPTH];
  size_t depth;
  anchor *anchors;
  size_t n_documents;
  place last; /* of the newest event that has a place */
} reader;

/* An empty value has no mark of its own: it stands where the event before it began (its key). */
static place place_of(reader *r, struct fy_event *event) {
  const struct fy_mark *mark = fy_event_start_mark(event);
  if (mark) r->last = (place){(size_t)mark->line + 1, (size_t)mark->column + 1};
  return r->last;
}

/* ---- before libfyaml ---- */

static sx_status check_lines(const doc_builder *b, const char *text, size_t n, sx_error *err) {
  size_t line, column;
  bool at_start = true; /* only blanks so far on this line */
  for (size_t i = 0; i < n; i++) {
    const char c = text[i];
    const bool first = i == 0 || text[i - 1] == '\n' || text[i - 1] == '\r';
    if (first) at_start = true;
    if (first && c == '%') {
      sx_io__doc_place(&line, &column, text, i);
      return sx_io__doc_error(b, SX_E_PARSE, line, column, err, "a line begins with %%; put the text in quotes");
    }
    if (c == '\t' && at_start) {
      sx_io__doc_place(&line, &column, text, i);
      return sx_io__doc_error(b, SX_E_PARSE, line, column, err, "a tab in the indentation; use spaces");
    }
    if (c != ' ') at_start = false;
  }
  return SX_OK;
}

/* ---- nodes ---- */

static size_t *height_here(reader *r) {
  return r->depth ? &r->frames[r->depth - 1].height : NULL;
}

/* A finished node of `height` levels joins the open frame. */
static sx_status add_node(reader *r, const sx_node *node, size_t height, sx_error *err) {
  size_t *above = height_here(r);
  if (above && *above < height) *above = height;
  return sx_io__doc_push(&r->b, node, err);
}

static bool expects_key(const reader *r) {
  if (!r->depth) return false;
  const frame *f = &r->frames[r->depth - 1];
  return f->node->kind == SX_NODE_MAP && (r->b.n_stack - f->base) % 2 == 0;
}

static sx_status token_text(const char **out, reader *r, struct fy_token *token, place at, sx_error *err) {
  size_t n = 0;
  const char *text = token ? fy_token_get_text(token, &n) : "";
  if (!text) return sx_error_memory(err);
  if (memchr(text, '\0', n) || !sx_utf8_valid(text, n, NULL))
    return sx_io__doc_error(&r->b, SX_E_PARSE, at.line, at.column, err,
                            "an escape in this text gives no valid character; write the character itself");
  *out = sx_arena_strndup(r->b.doc->arena, text, n);
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status set_anchor(reader *r, const char *name, const sx_node *node, size_t n_nodes, size_t height,
                            sx_error *err) {
  anchor *a = sx_arena_alloc(r->b.doc->arena, 1, sizeof *a);
  if (!a) return sx_error_memory(err);
  *a = (anchor){r->anchors, name, node, n_nodes, height};
  r->anchors = a;
  return SX_OK;
}

static sx_status refuse_tag(reader *r, struct fy_token *tag, place at, sx_error *err) {
  if (!tag) return SX_OK;
  return sx_io__doc_error(&r->b, SX_E_PARSE, at.line, at.column, err,
                          "tags (!...) are not used here; put text in quotes instead");
}

static bool is_null(const char *text) {
  static const char *const words[] = {"", "~", "null", "Null", "NULL"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(text, words[i]) == 0) return true;
  return false;
}

static sx_status on_scalar(reader *r, struct fy_event *event, sx_error *err) {
  place at = place_of(r, event);
  const bool key = expects_key(r);
  const char *text;
  sx_node *node;
  SX_TRY(refuse_tag(r, event->scalar.tag, at, err));
  SX_TRY(token_text(&text, r, event->scalar.value, at, err));
  const enum fy_scalar_style style = event->scalar.value ? fy_token_scalar_style(event->scalar.value) : FYSS_PLAIN;
  const bool quoted = style != FYSS_PLAIN && style != FYSS_ANY;
  if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && at.column > 1) at.column--; /* the quote itself */
  if (key && !quoted && !text[0])
    return sx_io__doc_error(&r->b, SX_E_PARSE, at.line, at.column, err, "a key is missing before the colon");
  const bool null = !key && !quoted && is_null(text);
  SX_TRY(sx_io__doc_node(&node, &r->b, null ? SX_NODE_NULL : SX_NODE_SCALAR, at.line, at.column, err));
  if (!null) {
    node->text = text;
    node->quoted = quoted;
  }
  if (event->scalar.anchor) {
    const char *name;
    SX_TRY(token_text(&name, r, event->scalar.anchor, at, err));
    SX_TRY(set_anchor(r, name, node, 1, 0, err));
  }
  return add_node(r, node, 0, err);
}

static sx_status on_alias(reader *r, struct fy_event *event, sx_error *err) {
  place at = place_of(r, event);
  if (at.column > 1) at.column--; /* the asterisk */
  const char *name;
  SX_TRY(token_text(&name, r, event->alias.anchor, at, err));
  const anchor *a = r->anchors;
  while (a && strcmp(a->name, name) != 0) a = a->before;
  if (!a)
    return sx_io__doc_error(&r->b, SX_E_PARSE, at.line, at.column, err, "*%s: no finished &%s before it", name, name);
  if (expects_key(r) && a->node->kind != SX_NODE_SCALAR)
    return sx_io__doc_error(&r->b, SX_E_PARSE, at.line, at.column, err, "a key must be a plain word or quoted text");
  if (r->depth + a->height > DOC_MAX_DEPTH)
    return sx_io__doc_error(&r->b, SX_E_LIMIT, at.line, at.column, err, "nested deeper than %d levels", DOC_MAX_DEPTH);
  SX_TRY(sx_io__doc_count(&r->b, a->n_nodes, at.line, at.column, err));
  return add_node(r, a->node, a->height, err);
}

static sx_status on_open(reader *r, struct fy_event *event, sx_node_kind kind, struct fy_token *tag,
                         struct fy_token *name, sx_error *err) {
  const place at = place_of(r, event);
  SX_TRY(refuse_tag(r, tag, at, err));
  if (expects_key(r))
    return sx_io__doc_error(&r->b, SX_E_PARSE, at.line, at.column, err, "a key must be a plain word or quoted text");
  if (r->depth == DOC_MAX_DEPTH)
    return sx_io__doc_error(&r->b, SX_E_LIMIT, at.line, at.column, err, "nested deeper than %d levels", DOC_MAX_DEPTH);
  frame f = {.base = r->b.n_stack, .n_before = r->b.n_nodes};
  if (name) SX_TRY(token_text(&f.anchor, r, name, at, err));
  SX_TRY(sx_io__doc_node(&f.node, &r->b, kind, at.line, at.column, err));
  r->frames[r->depth++] = f;
  return SX_OK;
}

static sx_status on_close(reader *r, sx_error *err) {
  if (!r->depth) return sx_error_set(err, SX_E_INTERNAL, r->b.doc->name, "a list or map ends that never began");
  const frame f = r->frames[--r->depth];
  SX_TRY(sx_io__doc_close(&r->b, f.node, f.base, err));
  if (f.anchor) SX_TRY(set_anchor(r, f.anchor, f.node, r->b.n_nodes - f.n_before, f.height + 1, err));
  return add_node(r, f.node, f.height + 1, err);
}

static sx_status on_document(reader *r, struct fy_event *event, sx_error *err) {
  const place at = place_of(r, event);
  if (r->n_documents++)
    return sx_io__doc_error(&r->b, SX_E_PARSE, at.line, at.column, err,
                            "a second document begins here; keep one in a file");
  return SX_OK;
}

static sx_status on_event(reader *r, struct fy_event *event, sx_error *err) {
  switch (event->type) {
  case FYET_SCALAR:
    return on_scalar(r, event, err);
  case FYET_ALIAS:
    return on_alias(r, event, err);
  case FYET_SEQUENCE_START:
    return on_open(r, event, SX_NODE_LIST, event->sequence_start.tag, event->sequence_start.anchor, err);
  case FYET_MAPPING_START:
    return on_open(r, event, SX_NODE_MAP, event->mapping_start.tag, event->mapping_start.anchor, err);
  case FYET_SEQUENCE_END:
  case FYET_MAPPING_END:
    return on_close(r, err);
  case FYET_DOCUMENT_START:
    return on_document(r, event, err);
  case FYET_NONE:
  case FYET_STREAM_START:
  case FYET_STREAM_END:
  case FYET_DOCUMENT_END:
    break;
  }
  return SX_OK;
}

/* ---- libfyaml ---- */

/* libfyaml hands its messages here instead of to stderr; they are collected apart. */
static void swallow(struct fy_diag *diag, void *user, const char *text, size_t n) {
  (void)diag, (void)user, (void)text, (void)n;
}

/* The first error that libfyaml collected. */
static sx_status syntax_error(const reader *r, struct fy_diag *diag, sx_error *err) {
  void *at = NULL;
  for (const struct fy_diag_error *e; (e = fy_diag_errors_iterate(diag, &at)) != NULL;) {
    if (e->type != FYET_ERROR || !e->msg) continue;
    const size_t line = e->line > 0 ? (size_t)e->line : 0, column = e->column > 0 ? (size_t)e->column : 1;
    return sx_io__doc_error(&r->b, SX_E_PARSE, line, column, err, "%s", e->msg);
  }
  return sx_io__doc_error(&r->b, SX_E_PARSE, 0, 0, err, "not well-formed YAML");
}

static sx_status read_events(reader *r, struct fy_parser *parser, struct fy_diag *diag, sx_error *err) {
  for (;;) {
    struct fy_event *event = fy_parser_parse(parser);
    if (!event) break;
    const bool last = event->type == FYET_STREAM_END;
    const sx_status st = on_event(r, event, err);
    fy_parser_event_free(parser, event);
    if (st != SX_OK) return st;
    if (last) return fy_parser_get_stream_error(parser) ? syntax_error(r, diag, err) : SX_OK;
  }
  return syntax_error(r, diag, err); /* the stream ends with an event of its own */
}

static sx_status run_parser(reader *r, const char *text, size_t n, sx_error *err) {
  sx_status st = SX_OK;
  struct fy_parser *parser = NULL;
  const struct fy_diag_cfg diag_cfg = {.output_fn = swallow, .level = FYET_ERROR, .module_mask = ~0u};
  struct fy_diag *diag = fy_diag_create(&diag_cfg);
  if (!diag) return sx_error_memory(err);
  fy_diag_set_collect_errors(diag, true);
  const struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DISABLE_DEPTH_LIMIT |
                                            FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2,
                                   .diag = diag};
  parser = fy_parser_create(&cfg);
  if (!parser || fy_parser_set_string(parser, text, n) != 0) {
    st = sx_error_memory(err);
    goto done;
  }
  st = read_events(r, parser, diag, err);
done:
  fy_parser_destroy(parser);
  fy_diag_destroy(diag);
  return st;
}

sx_status sx_doc_parse_yaml(sx_doc **out, const sx_ctx *ctx, const char *name, const char *text, size_t n,
                            sx_error *err) {
  static const char bom[] = "\xEF\xBB\xBF";
  doc_builder builder;
  SX_TRY(sx_io__doc_init(&builder, ctx, name, n, err));
  reader *r = sx_mem_zalloc(ctx, 1, sizeof *r);
  if (!r) {
    sx_io__doc_abandon(&builder);
    return sx_error_memory(err);
  }
  r->b = builder;
  r->last = (place){1, 1};
  if (n >= 3 && memcmp(text, bom, 3) == 0) {
    text += 3;
    n -= 3;
  }
  sx_status st = sx_io__doc_check_text(&r->b, text, n, err);
  if (st == SX_OK) st = check_lines(&r->b, text, n, err);
  if (st == SX_OK && n) st = run_parser(r, text, n, err);
  if (st == SX_OK)
    *out = sx_io__doc_finish(&r->b);
  else
    sx_io__doc_abandon(&r->b);
  sx_mem_free(ctx, r);
  return st;
}

sx_status sx_doc_read_yaml(sx_doc **out, const sx_ctx *ctx, const char *path, sx_error *err) {
  char *text;
  size_t n;
  SX_TRY(sx_file_read(&text, &n, ctx, path, err));
  const sx_status st = sx_doc_parse_yaml(out, ctx, path, text, n, err);
  sx_mem_free(ctx, text);
  return st;
}
