/* store_blocks.c: the blocks of a run as trees: read once and held for all who make something of them, or for each call anew. */
#include <stdio.h>
#include <string.h>

#include "store_priv.h"

typedef struct block {
  int64_t order;
  const char *kind, *id, *json;
  sx_doc *tree;
} block;

struct store_blocks {
  sx_ctx ctx;
  int64_t run;
  sx_arena *arena;
  block *items;
  size_t n, cap;
};

void sx_store__blocks_drop(sx_store *store) {
  struct store_blocks *b = store->blocks;
  if (!b) return;
  for (size_t i = 0; i < b->n; i++) sx_doc_free(b->items[i].tree);
  sx_arena_free(b->arena);
  sx_mem_free(&store->ctx, b);
  store->blocks = NULL;
}

static sx_status parse(sx_doc **out, const sx_ctx *ctx, const char *kind, const char *id, const char *json,
                       sx_error *err) {
  char name[160];
  (void)snprintf(name, sizeof name, "%s %s", kind, id ? id : "");
  return sx_doc_parse_json(out, ctx, name, json, strlen(json), err);
}

/* ---- held ---------------------------------------------------------------------------------------------------------- */

static sx_status take(void *data, int64_t order, const char *kind, const char *id, const char *json, sx_error *err) {
  struct store_blocks *b = data;
  if (!sx_arena_grow(b->arena, (void **)&b->items, &b->cap, b->n + 1, sizeof *b->items)) return sx_error_memory(err);
  const block own = {order, sx_arena_strdup(b->arena, kind), id ? sx_arena_strdup(b->arena, id) : NULL,
                     sx_arena_strdup(b->arena, json), NULL};
  if (!own.kind || (id && !own.id) || !own.json) return sx_error_memory(err);
  b->items[b->n++] = own;
  return SX_OK;
}

static sx_status parse_one(void *data, size_t i, sx_error *err) {
  const struct store_blocks *b = data;
  block *own = &b->items[i];
  if (own->tree) return SX_OK; /* read ahead */
  return parse(&own->tree, &b->ctx, own->kind, own->id, own->json, err);
}

/* ---- read ahead ---------------------------------------------------------------------------------------------------- */

/* The blocks of the newest finished run, read on a thread and by a connection of their own while those of the next are written: most of them are the same. */
struct store_blocks_ahead {
  sx_loop *loop; /* of one task; its context is that of the store */
  bool ended, good;
  const char *path;
  sx_store *store; /* holds them */
};

static sx_status read_ahead(void *data, size_t i, sx_error *err) {
  struct store_blocks_ahead *a = data;
  sx_store_run latest;
  (void)i;
  SX_TRY(sx_store_open(&a->store, sx_loop_ctx(a->loop), a->path, SX_STORE_READ, err));
  SX_TRY(sx_store_latest(&latest, a->store, err));
  return sx_store_keep_blocks(a->store, latest.id, err);
}

void sx_store__blocks_ahead(sx_store *store) {
  if (store->blocks_ahead || sx_ctx_threads(&store->ctx) < 2) return;
  struct store_blocks_ahead *a = sx_mem_zalloc(&store->ctx, 1, sizeof *a);
  if (!a) return;
  a->path = store->path;
  if (sx_loop_new(&a->loop, &store->ctx, 1, read_ahead, a, NULL) != SX_OK) {
    sx_mem_free(&store->ctx, a);
    return;
  }
  store->blocks_ahead = a;
  sx_loop_begin(a->loop);
}

void sx_store__blocks_leave(sx_store *store) {
  struct store_blocks_ahead *a = store->blocks_ahead;
  if (!a) return;
  sx_loop_free(a->loop);
  sx_store_close(a->store);
  sx_mem_free(&store->ctx, a);
  store->blocks_ahead = NULL;
}

/* A tree is that of its text, wherever it was read; those whose text is another, and all where anything went wrong, are read anew. Blocks stand in one
 * order: each is looked for behind the one before. */
static void take_ahead(struct store_blocks *b, sx_store *store) {
  struct store_blocks_ahead *a = store->blocks_ahead;
  sx_error lost = SX_ERROR_INIT;
  if (a && !a->ended) a->good = sx_loop_end(a->loop, &lost) == SX_OK;
  if (a) a->ended = true;
  if (!a || !a->good) return;
  const struct store_blocks *before = a->store->blocks;
  for (size_t i = 0, from = 0; i < b->n; i++) {
    block *own = &b->items[i];
    for (size_t k = 0; k < before->n; k++) {
      const block *same = &before->items[(from + k) % before->n];
      if (strcmp(same->kind, own->kind) != 0 || strcmp(same->id ? same->id : "", own->id ? own->id : "") != 0) continue;
      if (strcmp(same->json, own->json) == 0) own->tree = sx_doc_share(same->tree);
      from = (from + k + 1) % before->n;
      break;
    }
  }
}

sx_status sx_store_keep_blocks(sx_store *store, int64_t run, sx_error *err) {
  if (store->blocks && store->blocks->run == run) return SX_OK;
  sx_store__blocks_drop(store);
  struct store_blocks *b = sx_mem_zalloc(&store->ctx, 1, sizeof *b);
  if (!b) return sx_error_memory(err);
  b->ctx = store->ctx;
  sx_status status = sx_arena_new(&b->arena, &store->ctx, err);
  if (status == SX_OK) status = sx_store_each_block(store, run, take, b, err);
  if (status == SX_OK) take_ahead(b, store);
  if (status == SX_OK) status = sx_parallel_for(&store->ctx, b->n, parse_one, b, err);
  b->run = run;
  store->blocks = b;
  if (status != SX_OK) sx_store__blocks_drop(store);
  return status;
}

sx_status sx_store__each_held_block(bool *held, const sx_store *store, int64_t run, sx_store_block_fn fn, void *data,
                                    sx_error *err) {
  const struct store_blocks *b = store->blocks;
  *held = b && b->run == run;
  for (size_t i = 0; *held && i < b->n; i++) {
    const block *own = &b->items[i];
    SX_TRY(fn(data, own->order, own->kind, own->id, own->json, err));
  }
  return SX_OK;
}

/* ---- trees ---------------------------------------------------------------------------------------------------------- */

typedef struct reading {
  const sx_ctx *ctx;
  sx_store_tree_fn fn;
  void *data;
} reading;

static sx_status read_one(void *data, int64_t order, const char *kind, const char *id, const char *json,
                          sx_error *err) {
  const reading *r = data;
  sx_doc *tree = NULL;
  (void)order;
  SX_TRY(parse(&tree, r->ctx, kind, id, json, err));
  const sx_status status = r->fn(r->data, kind, id, tree, err);
  sx_doc_free(tree);
  return status;
}

sx_status sx_store_each_tree(sx_store *store, int64_t run, sx_store_tree_fn fn, void *data, sx_error *err) {
  const struct store_blocks *b = store->blocks;
  if (!b || b->run != run) {
    reading r = {&store->ctx, fn, data};
    return sx_store_each_block(store, run, read_one, &r, err);
  }
  for (size_t i = 0; i < b->n; i++) SX_TRY(fn(data, b->items[i].kind, b->items[i].id, b->items[i].tree, err));
  return SX_OK;
}
