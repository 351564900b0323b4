/* study_place.c: where in its file a part of a study stands, down to the character within a text; where a number of a page was typed. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/audit_text.h"
#include "study_names.h"

void study__add_place(sx_error *err, const sx_study *s, const sx_node *node) {
  sx_error place = SX_ERROR_INIT;
  if (!err || !node || err->status == SX_E_MEMORY || err->status == SX_E_CANCELLED) return;
  if (strstr(err->where, sx_doc_name(s->doc))) return;
  (void)sx_node_error(&place, s->doc, node, "here");
  sx_error_add_where(err, "%s", place.where);
}

/* ---- places inside a scalar --------------------------------------------------------------------------------- */

typedef struct cursor {
  const char *at, *end;
  size_t line, column;
} cursor;

static void step(cursor *c) {
  uint32_t code = 0;
  const size_t k = sx_utf8_next(&code, c->at, (size_t)(c->end - c->at));
  if (k == 0) {
    c->at = c->end;
    return;
  }
  c->at += k;
  if (code == '\n') {
    c->line++;
    c->column = 1;
  } else {
    c->column++;
  }
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_line(cursor *c) {
  while (c->at < c->end && *c->at != '\n') step(c);
  if (c->at < c->end) step(c);
}

/* One character of the scalar's text is passed in the source: an escape, a folded line break or a plain character. */
static void pass_character(cursor *c, char style) {
  if (c->at >= c->end) return;
  if (style == '"' && *c->at == '\\') {
    step(c);
    const char kind = c->at < c->end ? *c->at : ' ';
    step(c);
    for (int i = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0; i > 0 && c->at < c->end; i--) step(c);
  } else if (style == '\'' && *c->at == '\'') {
    step(c);
    step(c);
  } else if (*c->at == '\n' || *c->at == '\r') {
    while (c->at < c->end && is_blank(*c->at)) step(c);
  } else {
    step(c);
  }
}

/* Line and column of character `column` (1-based) of a scalar's text in the YAML source. */
static void place_inside(const sx_study *s, const sx_node *node, size_t column, size_t *line, size_t *col) {
  cursor c = {s->source, s->source + s->n_source, 1, 1};
  while (c.at < c.end && (c.line < node->line || (c.line == node->line && c.column < node->column))) step(&c);
  char style = c.at < c.end && (*c.at == '"' || *c.at == '\'') && node->quoted ? *c.at : ' ';
  if (style != ' ') {
    step(&c);
  } else if (node->quoted && c.at > s->source && (c.at[-1] == '"' || c.at[-1] == '\'')) {
    style = c.at[-1];
  } else if (c.at < c.end && (*c.at == '|' || *c.at == '>')) {
    skip_line(&c);
    while (c.at < c.end && is_blank(*c.at)) step(&c);
  }
  for (size_t i = 1; i < column; i++) pass_character(&c, style);
  *line = c.line;
  *col = c.column;
}

void study__place_in(char out[SX_ERROR_WHERE_MAX], const sx_study *s, const sx_node *node, size_t column) {
  sx_error place = SX_ERROR_INIT;
  if (!node)
    (void)sx_error_set(&place, SX_E_PARSE, s->path, "here");
  else
    (void)sx_node_error(&place, s->doc, node, "here");
  if (column && sx_doc_has_places(s->doc)) { /* of a workbook: the cell, and the character in it */
    (void)snprintf(out, SX_ERROR_WHERE_MAX, "%.480s, character %zu", place.where, column);
  } else if (column) {
    size_t line = 0, col = 0;
    place_inside(s, node, column, &line, &col);
    const int n = snprintf(out, SX_ERROR_WHERE_MAX, "%s:%zu:%zu", sx_doc_name(s->doc), line, col);
    if (n < 0) out[0] = '\0';
  } else {
    memcpy(out, place.where, SX_ERROR_WHERE_MAX);
  }
}

/* ---- numbers typed in the study file -------------------------------------------------------------------------------- */

typedef struct typed {
  const char *piece; /* as the page prints it */
  int lang;          /* of the page, -1: of both */
  const sx_node *at; /* the first text that has it */
  size_t column, found;
} typed;

/* The texts that pages print; keys of other nodes hold names, formats, conditions, files. */
static bool is_printed(const char *key) {
  static const char *const keys[] = {"title",  "subtitle", "note", "source",  "label",
                                     "labels", "levels",   "why",  "question"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (strcmp(key, keys[i]) == 0) return true;
  return false;
}

/* The piece as a number of its own: 12 is not the one of 312 or 1.2. */
static const char *number_in(const char *text, const char *piece) {
  const size_t n = strlen(piece);
  for (const char *at = strstr(text, piece); n && at; at = strstr(at + 1, piece)) {
    const char before = at > text ? at[-1] : ' ';
    if (!isdigit((unsigned char)before) && before != '.' && !isdigit((unsigned char)at[n])) return at;
  }
  return NULL;
}

static void look(typed *t, const sx_node *node, bool printed, int lang) {
  if (node->kind == SX_NODE_SCALAR) {
    const char *at = printed && (lang < 0 || t->lang < 0 || lang == t->lang) ? number_in(node->text, t->piece) : NULL;
    if (!at) return;
    if (!t->found++) {
      t->at = node;
      t->column = sx_utf8_count(node->text, (size_t)(at - node->text)) + 1;
    }
    return;
  }
  for (size_t i = 0; i < node->n; i++) {
    const char *key = node->keys ? node->keys[i]->text : "";
    const int own = strcmp(key, "zh") == 0 ? SX_LANG_ZH : strcmp(key, "en") == 0 ? SX_LANG_EN : lang;
    look(t, node->items[i], printed || is_printed(key), own);
  }
}

sx_status study__place_typed(const sx_study *s, sx_audit_traces *traces, sx_error *err) {
  for (size_t i = 0; i < traces->n; i++) {
    sx_audit_trace *trace = &traces->items[i];
    typed t = {.piece = trace->printed, .lang = -1};
    char where[SX_ERROR_WHERE_MAX];
    if (trace->verdict != SX_TRACE_UNBOUND || trace->source || !trace->printed) continue;
    const char *slash = strrchr(trace->file, '/'), *name = slash ? slash + 1 : trace->file;
    if (strstr(name, ".zh.")) t.lang = SX_LANG_ZH;
    if (strstr(name, ".en.")) t.lang = SX_LANG_EN;
    look(&t, sx_doc_root(s->doc), false, -1);
    if (!t.found && t.lang >= 0) { /* the other language stands in where a text has one alone */
      t.lang = -1;
      look(&t, sx_doc_root(s->doc), false, -1);
    }
    if (t.found != 1) continue; /* of several it is not known which */
    study__place_in(where, s, t.at, t.column);
    trace->source = sx_arena_strdup(traces->arena, where);
    if (!trace->source) return sx_error_memory(err);
  }
  return SX_OK;
}
