/* io_doc_priv.h: what the YAML and the JSON parser share: the builder of the read-only tree.
 *
 * A parser pushes finished nodes on one stack and closes a list or map by taking its children off it. The tree, its
 * texts and the sx_doc itself live in one arena. */
#ifndef SX_IO_DOC_PRIV_H
#define SX_IO_DOC_PRIV_H

#include <stdatomic.h>

#include "shuxiao/io.h"

enum { DOC_MAX_DEPTH = 100, DOC_MAX_NODES = 1000000 };

struct sx_doc {
  sx_arena *arena;
  atomic_size_t owners;
  const char *name;
  const sx_node *root;
  const sx_doc_place *places; /* [n_places] of the lines; NULL: they are lines of a file */
  size_t n_places;
};

typedef struct doc_builder {
  sx_ctx ctx;
  sx_doc *doc;
  const sx_node **stack; /* finished nodes whose parent is still open */
  size_t n_stack, cap_stack;
  size_t n_nodes; /* as if every alias had been written out */
} doc_builder;

/* After init, finish or abandon exactly once. */
sx_status sx_io__doc_init(doc_builder *b, const sx_ctx *ctx, const char *name, size_t n_text, sx_error *err);
/* Gives the document away (its root is the one node on the stack, or null where there is none). */
sx_doc *sx_io__doc_finish(doc_builder *b);
void sx_io__doc_abandon(doc_builder *b);

/* A new node of the arena, not yet on the stack. `n` counts the nodes that it stands for. */
sx_status sx_io__doc_node(sx_node **out, doc_builder *b, sx_node_kind kind, size_t line, size_t column, sx_error *err);
sx_status sx_io__doc_count(doc_builder *b, size_t n, size_t line, size_t column, sx_error *err);
sx_status sx_io__doc_push(doc_builder *b, const sx_node *node, sx_error *err);
/* Moves everything above stack height `base` into node (a list, or a map of key and value in turn); refuses equal keys. */
sx_status sx_io__doc_close(doc_builder *b, sx_node *node, size_t base, sx_error *err);
/* err with where = "name:line:column"; "name" where line is 0. */
sx_status sx_io__doc_error(const doc_builder *b, sx_status status, size_t line, size_t column, sx_error *err,
                           const char *fmt, ...) SX_PRINTF(6, 7);
/* Strict UTF-8, no control characters but tab and line breaks. The place of the fault is named. */
sx_status sx_io__doc_check_text(const doc_builder *b, const char *text, size_t n, sx_error *err);
/* 1-based line and column (in code points) of a byte. */
void sx_io__doc_place(size_t *line, size_t *column, const char *text, size_t offset);

#endif
