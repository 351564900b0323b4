/* cli_store.c: a store of results by the name of its file or of its folder. */
#include "cli_store.h"

#include <string.h>
#include <sys/stat.h>

sx_status cli_store_open(sx_store **out, const cli_app *app, const char *path, sx_store_mode mode, sx_error *err) {
  struct stat info;
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, &app->ctx, err));
  const bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
  const char *file = folder ? sx_arena_printf(arena, "%s/results.db", path) : path;
  sx_status status = SX_OK;
  if (!file)
    status = sx_error_memory(err);
  else if (!sx_file_exists(file))
    status = sx_error_set(err, SX_E_IO, file, "there is no store of results: 'shuxiao run STUDY.yaml' makes one");
  else
    status = sx_store_open(out, &app->ctx, file, mode, err);
  sx_arena_free(arena);
  return status;
}
