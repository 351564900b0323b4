/* study_outputs_stale.c: files of the folder that are named as those of the study are and that this run did not make: they are of an earlier run. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "study_outputs.h"

/* As sx_publish_* and the pages name files; a temporary one of a run that is at work is none. */
static bool is_output(const char *name, const char *study) {
  const size_t n = strlen(study), k = strlen(name);
  if (strstr(name, ".tmp-")) return false;
  if (strcmp(name, "SHA256SUMS") == 0) return true;
  if (strncmp(name, "report.", 7) == 0) return k > 12 && strcmp(name + k - 5, ".html") == 0;
  return strncmp(name, study, n) == 0 && (name[n] == '.' || name[n] == '_');
}

static bool is_made(const char *names, const char *name) {
  const size_t n = strlen(name);
  for (const char *at = names; (at = strstr(at, name)) != NULL; at++) {
    if (at > names && at[-1] == '\n' && at[n] == '\n') return true;
  }
  return false;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

sx_status study__outputs_stale(const char **out, const st_run *r, const st_outputs *o, sx_error *err) {
  const char **list = NULL;
  size_t n = 0, cap = 0;
  bool good = true;
  *out = "";
  DIR *dir = o->names ? opendir(o->dir) : NULL;
  for (const struct dirent *e; dir && good && (e = readdir(dir)) != NULL;) {
    if (!is_output(e->d_name, r->s->id) || is_made(o->names, e->d_name)) continue;
    good = sx_arena_grow(r->arena, (void **)&list, &cap, n + 1, sizeof *list) &&
           (list[n] = sx_arena_strdup(r->arena, e->d_name)) != NULL;
    n += good;
  }
  if (dir) (void)closedir(dir);
  if (good && n) qsort(list, n, sizeof *list, by_name);
  for (size_t i = 0; i < n && good; i++)
    good = (*out = sx_arena_printf(r->arena, "%s%s%s", *out, i ? " " : "", list[i])) != NULL;
  return good ? SX_OK : sx_error_memory(err);
}
