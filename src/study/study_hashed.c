/* study_hashed.c: hashes of data files by what the system says of a file: none is read whole a second time within a run. */
#include "study_hashed.h"
#include "study_names.h"

#include <string.h>
#include <sys/stat.h>

typedef struct hashed_file {
  const char *path; /* NULL: whatever it is called */
  struct stat is;   /* before it was read */
  char hash[SX_HASH_TEXT];
} hashed_file;

enum {
  AHEAD = 8,                /* files at the most */
  WORTH_A_THREAD = 1 << 20, /* bytes of a file: half a millisecond */
};

struct st_hashed {
  hashed_file *files;
  size_t n, cap;
  sx_loop *loop; /* over `ahead`; NULL: none, or it has been ended */
  const sx_ctx *ctx;
  hashed_file ahead[AHEAD];
  size_t n_ahead;
};

bool study__hash_begin(sx_study *s) {
  s->hashed = sx_arena_zalloc(s->arena, 1, sizeof *s->hashed);
  return s->hashed != NULL;
}

/* ---- hashed ahead ------------------------------------------------------------------------------------------------------------ */

typedef struct taking {
  const sx_study *s;
  struct st_hashed *list;
} taking;

static sx_status take_input(void *data, const sx_store_input *input, sx_error *err) {
  const taking *t = data;
  struct st_hashed *list = t->list;
  hashed_file *f = &list->ahead[list->n_ahead];
  if (list->n_ahead == AHEAD || input->bytes < WORTH_A_THREAD) return SX_OK;
  *f = (hashed_file){.path = study__path(t->s, t->s->arena, input->path)};
  if (!f->path) return sx_error_memory(err);
  if (stat(f->path, &f->is) == 0 && S_ISREG(f->is.st_mode)) list->n_ahead++;
  return SX_OK;
}

static sx_status hash_one(void *data, size_t i, sx_error *err) {
  struct st_hashed *list = data;
  return sx_hash_file(list->ahead[i].hash, list->ctx, list->ahead[i].path, err);
}

void study__hash_ahead(sx_study *s, sx_store *kept) {
  struct st_hashed *list = s->hashed;
  taking t = {s, list};
  sx_store_run latest;
  sx_error lost = SX_ERROR_INIT;
  if (list->loop || sx_ctx_threads(&s->ctx) < 2 || sx_store_latest(&latest, kept, &lost) != SX_OK ||
      sx_store_each_input(kept, latest.id, take_input, &t, &lost) != SX_OK || !list->n_ahead ||
      sx_loop_new(&list->loop, &s->ctx, list->n_ahead, hash_one, list, &lost) != SX_OK)
    return;
  list->ctx = sx_loop_ctx(list->loop);
  sx_loop_begin(list->loop);
}

/* By what the system says of each the list finds it, under whatever name the study asks. */
void study__hash_end(const sx_study *s) {
  struct st_hashed *list = s->hashed;
  sx_error lost = SX_ERROR_INIT;
  if (!list || !list->loop) return;
  const bool good = sx_loop_end(list->loop, &lost) == SX_OK;
  for (size_t i = 0; good && i < list->n_ahead; i++) {
    if (!sx_arena_grow(s->arena, (void **)&list->files, &list->cap, list->n + 1, sizeof *list->files)) break;
    list->files[list->n] = list->ahead[i];
    list->files[list->n++].path = NULL;
  }
  sx_loop_free(list->loop);
  list->loop = NULL;
}

/* ---- known ------------------------------------------------------------------------------------------------------------------- */

/* An earlier wave's are those of the study that follows it. */
static struct st_hashed *list_of(const sx_study *s) {
  return s->follower ? s->follower->hashed : s->hashed;
}

static bool same_file(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
         a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static const hashed_file *find(const sx_study *s, const char *path, const struct stat *is) {
  const struct st_hashed *list = list_of(s);
  for (size_t i = 0; i < list->n; i++)
    if (same_file(&list->files[i].is, is) && (!list->files[i].path || strcmp(list->files[i].path, path) == 0))
      return &list->files[i];
  return NULL;
}

/* The same; a file that is just being hashed is waited for. */
static const hashed_file *find_now(const sx_study *s, const char *path, const struct stat *is) {
  const struct st_hashed *list = list_of(s);
  bool ahead = false;
  for (size_t i = 0; list->loop && i < list->n_ahead; i++) ahead = ahead || same_file(&list->ahead[i].is, is);
  if (ahead) study__hash_end(s->follower ? s->follower : s);
  return find(s, path, is);
}

static sx_status note(const sx_study *s, const char *path, const struct stat *is, const char *hash, sx_error *err) {
  struct st_hashed *list = list_of(s);
  sx_arena *arena = s->follower ? s->follower->arena : s->arena;
  if (!sx_arena_grow(arena, (void **)&list->files, &list->cap, list->n + 1, sizeof *list->files))
    return sx_error_memory(err);
  hashed_file *f = &list->files[list->n];
  *f = (hashed_file){.path = sx_arena_strdup(arena, path), .is = *is};
  if (!f->path) return sx_error_memory(err);
  memcpy(f->hash, hash, sizeof f->hash);
  list->n++;
  return SX_OK;
}

sx_status study__hash_file(char out[SX_HASH_TEXT], const sx_study *s, const char *path, sx_error *err) {
  struct stat is;
  const bool there = stat(path, &is) == 0;
  const hashed_file *known = there ? find_now(s, path, &is) : NULL;
  if (known) {
    memcpy(out, known->hash, sizeof known->hash);
    return SX_OK;
  }
  SX_TRY(sx_hash_file(out, &s->ctx, path, err));
  return there ? note(s, path, &is, out, err) : SX_OK;
}

sx_status study__hash_again(char out[SX_HASH_TEXT], int64_t *bytes, const sx_study *s, const char *path,
                            sx_error *err) {
  struct stat is;
  const bool there = stat(path, &is) == 0;
  const hashed_file *known = there ? find(s, path, &is) : NULL;
  *bytes = there ? (int64_t)is.st_size : 0;
  if (!known) return sx_hash_file(out, &s->ctx, path, err);
  memcpy(out, known->hash, sizeof known->hash);
  return SX_OK;
}
