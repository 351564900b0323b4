/* audit_load.c: an audit file read and checked: its figures, its words, its identities. */
#include <stdio.h>
#include <string.h>

#include "audit_priv.h"

/* ---- ids ---------------------------------------------------------------------------------------------------------- */

size_t sx_audit__find(const sx_audit *audit, const char *text, size_t n) {
  const int32_t code = sx_dict_find(audit->ids, text, n);
  return code < 0 ? SIZE_MAX : (size_t)code;
}

sx_status sx_audit__index(sx_audit *audit, sx_error *err) {
  SX_TRY(sx_dict_new(&audit->ids, &audit->ctx, err));
  for (size_t i = 0; i < audit->n_figures; i++) {
    const sx_audit_figure *figure = &audit->figures[i].pub;
    int32_t code = 0;
    SX_TRY(sx_dict_add(&code, audit->ids, figure->id, strlen(figure->id), err));
    if ((size_t)code == i) continue;
    char where[SX_ERROR_WHERE_MAX];
    snprintf(where, sizeof where, "%s:%zu", figure->file, figure->line);
    return sx_error_set(err, SX_E_DATA, where, "the figure '%s' stands twice: first in %s:%zu", figure->id,
                        audit->figures[code].pub.file, audit->figures[code].pub.line);
  }
  return SX_OK;
}

/* ---- the file ------------------------------------------------------------------------------------------------------ */

static sx_status read_title(sx_audit *audit, const sx_doc *doc, const sx_node *node, sx_error *err) {
  static const char *const keys[] = {"zh", "en"};
  audit->title[0] = audit->title[1] = audit->id;
  if (!node) return SX_OK;
  if (node->kind == SX_NODE_MAP) SX_TRY(sx_node_keys(doc, node, keys, 2, err));
  for (size_t k = 0; k < 2; k++) {
    const sx_node *text = node->kind == SX_NODE_MAP ? sx_node_get(node, keys[k]) : node;
    if (!text) continue;
    if (text->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, node, "title: a text or {zh: ..., en: ...}");
    audit->title[k] = sx_arena_strdup(audit->arena, text->text);
    if (!audit->title[k]) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status read_named(sx_audit *audit, const sx_doc *doc, const sx_node *node, const char *figures, size_t n,
                            sx_error *err) {
  if (figures) return sx_audit__read_figures(audit, node->text, figures, n, err);
  char *path = sx_path_beside(&audit->ctx, sx_doc_name(doc), node->text), *text = NULL;
  if (!path) return sx_error_memory(err);
  sx_status status = sx_file_read(&text, &n, &audit->ctx, path, err);
  if (status == SX_OK) {
    status = sx_audit__read_figures(audit, path, text, n, err);
  } else if (err) {
    sx_error_add_where(err, "%s:%zu", audit->name, node->line);
  }
  sx_mem_free(&audit->ctx, text);
  sx_mem_free(&audit->ctx, path);
  return status;
}

static sx_status read_root(sx_audit *audit, const sx_doc *doc, const char *figures, size_t n_figures, sx_error *err) {
  static const char *const keys[] = {"audit", "title", "figures", "words", "added", "identities"};
  const sx_node *root = sx_doc_root(doc);
  if (!root || root->kind != SX_NODE_MAP)
    return sx_error_set(err, SX_E_PARSE, audit->name, "an audit file is a map that begins with audit: ID");
  SX_TRY(sx_node_keys(doc, root, keys, sizeof keys / sizeof *keys, err));
  const sx_node *id = sx_node_get(root, "audit"), *from = sx_node_get(root, "figures"),
                *added = sx_node_get(root, "added"), *identities = sx_node_get(root, "identities"),
                *words = sx_node_get(root, "words");
  if (!id || id->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, root, "the file needs audit: ID");
  audit->id = sx_arena_strdup(audit->arena, id->text);
  if (!audit->id) return sx_error_memory(err);
  SX_TRY(read_title(audit, doc, sx_node_get(root, "title"), err));
  SX_TRY(sx_audit__read_words(audit, doc, words && words->kind != SX_NODE_NULL ? words : NULL, err));
  if (!from || from->kind == SX_NODE_NULL)
    return sx_node_error(err, doc, root, "the file needs figures: FILE.csv, or a list of figures");
  if (from->kind == SX_NODE_SCALAR) {
    SX_TRY(read_named(audit, doc, from, figures, n_figures, err));
  } else {
    SX_TRY(sx_audit__read_list(audit, doc, from, false, err));
  }
  if (added && added->kind != SX_NODE_NULL) SX_TRY(sx_audit__read_list(audit, doc, added, true, err));
  if (audit->n_figures > UINT32_MAX / 4) return sx_error_set(err, SX_E_LIMIT, audit->name, "too many figures");
  SX_TRY(sx_audit__index(audit, err));
  if (identities && identities->kind != SX_NODE_NULL) return sx_audit__read_identities(audit, doc, identities, err);
  return SX_OK;
}

static sx_status new_audit(sx_audit **out, const sx_ctx *ctx, const char *name, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  sx_audit *audit = sx_mem_zalloc(ctx, 1, sizeof *audit);
  if (!audit) return sx_error_memory(err);
  audit->ctx = *ctx;
  const sx_status status = sx_arena_new(&audit->arena, &audit->ctx, err);
  audit->name = status == SX_OK ? sx_arena_strdup(audit->arena, name) : NULL;
  if (!audit->name) {
    sx_audit_free(audit);
    return status == SX_OK ? sx_error_memory(err) : status;
  }
  *out = audit;
  return SX_OK;
}

static sx_status load(sx_audit **out, const sx_ctx *ctx, const sx_doc *doc, const char *figures, size_t n_figures,
                      sx_error *err) {
  sx_audit *audit = NULL;
  SX_TRY(new_audit(&audit, ctx, sx_doc_name(doc), err));
  const sx_status status = read_root(audit, doc, figures, n_figures, err);
  if (status == SX_OK) {
    *out = audit;
  } else {
    sx_audit_free(audit);
  }
  return status;
}

sx_status sx_audit_load(sx_audit **out, const sx_ctx *ctx, const char *path, sx_error *err) {
  sx_doc *doc = NULL;
  if (!out || !path) return sx_error_set(err, SX_E_ARGUMENT, NULL, "out and path must not be NULL");
  SX_TRY(sx_doc_read_yaml(&doc, ctx, path, err));
  const sx_status status = load(out, ctx, doc, NULL, 0, err);
  sx_doc_free(doc);
  return status;
}

sx_status sx_audit_load_memory(sx_audit **out, const sx_ctx *ctx, const char *name, const char *text, size_t n,
                               const char *figures, size_t n_figures, sx_error *err) {
  sx_doc *doc = NULL;
  if (!out || !name || !text) return sx_error_set(err, SX_E_ARGUMENT, NULL, "out, name and text must not be NULL");
  SX_TRY(sx_doc_parse_yaml(&doc, ctx, name, text, n, err));
  const sx_status status = load(out, ctx, doc, figures ? figures : "", figures ? n_figures : 0, err);
  sx_doc_free(doc);
  return status;
}

void sx_audit_free(sx_audit *audit) {
  if (!audit) return;
  const sx_ctx ctx = audit->ctx;
  sx_dict_free(audit->ids);
  sx_mem_free(&ctx, audit->figures);
  sx_arena_free(audit->arena);
  sx_mem_free(&ctx, audit);
}

const char *sx_audit_id(const sx_audit *audit) {
  return audit->id;
}

const char *sx_audit_title(const sx_audit *audit, bool chinese) {
  return audit->title[chinese ? 0 : 1];
}

size_t sx_audit_figures(const sx_audit *audit) {
  return audit->n_figures;
}

const sx_audit_figure *sx_audit_figure_at(const sx_audit *audit, size_t i) {
  return i < audit->n_figures ? &audit->figures[i].pub : NULL;
}

size_t sx_audit_identities(const sx_audit *audit) {
  return audit->n_identities;
}

const sx_audit_identity *sx_audit_identity_at(const sx_audit *audit, size_t i) {
  return i < audit->n_identities ? &audit->identities[i].pub : NULL;
}
