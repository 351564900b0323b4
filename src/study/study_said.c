/* study_said.c: warnings of a run, told as they come and kept as the payload of the step `said`, a line each (severity TAB where TAB message), so that a run that finds
 * nothing changed tells them again. */
#include <stdlib.h>
#include <string.h>

#include "study_run.h"

static const char step_name[] = "said";

void study__say(st_run *r, sx_severity severity, const char *where, const char *message) {
  char *line = sx_arena_printf(r->arena, "%d\t%s\t%s\n", (int)severity, where ? where : "", message);
  sx_ctx_note(&r->ctx, severity, where, "%s", message);
  if (line && sx_arena_grow(r->arena, (void **)&r->said, &r->cap_said, r->n_said + 1, sizeof *r->said))
    r->said[r->n_said++] = line;
  else
    r->said_lost = true;
}

sx_status study__put_said(st_run *r, sx_error *err) {
  sx_buf lines;
  if (r->said_lost) return sx_error_memory(err);
  if (!r->n_said) return SX_OK;
  sx_buf_init(&lines, &r->ctx);
  for (size_t i = 0; i < r->n_said; i++) sx_buf_add(&lines, r->said[i]);
  sx_status status = sx_buf_status(&lines, err);
  if (status == SX_OK) status = sx_store_put_step(r->store, step_name, step_name, lines.data, lines.n, err);
  sx_buf_clear(&lines);
  return status;
}

sx_status study__repeat_said(st_run *r, int64_t run, const char *where, sx_error *err) {
  void *data = NULL;
  size_t n = 0;
  SX_TRY(sx_store_run_step(&data, &n, r->store, run, step_name, err));
  char *text = data ? sx_arena_strndup(r->arena, data, n) : NULL;
  const bool failed = data && !text;
  sx_mem_free(&r->ctx, data);
  if (failed) return sx_error_memory(err);
  for (char *line = text, *end; line && *line; line = end) {
    char *place = strchr(line, '\t'), *message = place ? strchr(place + 1, '\t') : NULL;
    end = line + strcspn(line, "\n");
    if (*end) *end++ = '\0';
    if (!message || message >= end) continue;
    *place++ = *message++ = '\0';
    if (!where || strcmp(where, place) == 0) study__say(r, (sx_severity)strtol(line, NULL, 10), place, message);
  }
  return SX_OK;
}
