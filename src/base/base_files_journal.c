/* base_files_journal.c: what is being done to several files, written down before it is done, and played back where it was not done to its end.
 *
 *   shuxiao files 1 open    or "done": it was done, and what is left over is to be removed
 *   WHO
 *   PID                     of the writer: its files are NAME.tmp-PID (new), NAME.tmp-PID-old (what stood in the place)
 *   + HASH NAME             a new file where there was none
 *   = HASH NAME             a new file in the place of another
 *   - HASH NAME             taken away
 *   end
 *
 * It is complete and synced before a file is touched: one without its end was left before that. Played back twice it does the same. */
#include "base_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head_text[] = "shuxiao files 1 ", open_text[] = "open\n", done_text[] = "done\n",
                  last_line[] = "end\n";
enum { HEAD = sizeof head_text - 1, MARK = sizeof open_text - 1 };

sx_status sx_base__journal_write(const sx_files_journal *journal, const sx_ctx *ctx, const sx_base__change *changes,
                                 size_t n, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, ctx);
  sx_buf_printf(&text, "%s%s%s\n%ld\n", head_text, open_text, journal->who, (long)getpid());
  for (size_t i = 0; i < n; i++) {
    const sx_base__change *c = &changes[i];
    const char *slash = strrchr(c->path, '/');
    sx_buf_printf(&text, "%c %s %s\n", c->gone ? '-' : c->had ? '=' : '+', c->hash, slash ? slash + 1 : c->path);
  }
  sx_buf_add(&text, last_line);
  sx_status status = sx_buf_status(&text, err);
  if (status == SX_OK) status = sx_base__write_synced(journal->path, journal->path, text.data, text.n, err);
  sx_buf_clear(&text);
  return status;
}

void sx_base__journal_done(const char *path) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return;
  (void)!pwrite(fd, done_text, MARK, HEAD);
  close(fd);
}

/* ---- reading -------------------------------------------------------------------------------------------------------------- */

typedef struct left {
  char *text, *who, *lines; /* the first, owned, is that of the file; the others point into it */
  long pid;
  bool complete, done;
} left;

/* Cuts the line at *at off; NULL: there is none. */
static char *next_line(char **at) {
  char *line = *at, *end = strchr(line, '\n');
  if (!end) return NULL;
  *end = '\0';
  *at = end + 1;
  return line;
}

static sx_status read_journal(left *out, const sx_ctx *ctx, const char *path, sx_error *err) {
  size_t n = 0;
  const size_t tail = sizeof last_line - 1;
  struct stat info;
  *out = (left){.text = NULL};
  if (lstat(path, &info) != 0) return SX_OK;
  if (!S_ISREG(info.st_mode))
    return sx_error_set(err, SX_E_DATA, path, "this is no file, where the journal of a run would be: move it away");
  SX_TRY(sx_file_read(&out->text, &n, ctx, path, err));
  n = strlen(out->text); /* what a power cut left of it may end in NULs */
  if (memcmp(out->text, head_text, n < HEAD ? n : HEAD) != 0) {
    sx_mem_free(ctx, out->text);
    return sx_error_set(err, SX_E_DATA, path, "this is no journal of a run, where one would be: move it away");
  }
  if (n < HEAD + MARK + tail || out->text[n - tail - 1] != '\n' || strcmp(out->text + n - tail, last_line) != 0)
    return SX_OK;
  out->text[n - tail] = '\0';
  char *at = out->text + HEAD + MARK;
  out->done = memcmp(out->text + HEAD, done_text, MARK) == 0;
  out->who = next_line(&at);
  const char *pid = out->who ? next_line(&at) : NULL;
  out->pid = pid ? strtol(pid, NULL, 10) : 0;
  out->lines = at;
  out->complete = out->pid > 0;
  return SX_OK;
}

sx_status sx_files_journal_who(char **who, bool *done, const sx_ctx *ctx, const char *path, sx_error *err) {
  left l;
  *who = NULL;
  SX_TRY(read_journal(&l, ctx, path, err));
  *done = l.done;
  if (l.complete) *who = sx_mem_strdup(ctx, l.who);
  sx_mem_free(ctx, l.text);
  return l.complete && !*who ? sx_error_memory(err) : SX_OK;
}

/* ---- playing back ------------------------------------------------------------------------------------------------------------ */

/* A folder is none of ours. */
static bool is_file(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

static sx_status take_away(const char *path, const char *what, sx_error *err) {
  if (!is_file(path)) return SX_OK;
  return unlink(path) == 0 || errno == ENOENT ? SX_OK : sx_base__io_error(err, path, what, errno);
}

/* The file in the place is the one that the killed program put there. */
static sx_status is_new(bool *yes, const sx_ctx *ctx, const char *path, const char *hash, sx_error *err) {
  char now[SX_HASH_TEXT];
  struct stat info;
  *yes = false;
  if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode)) return SX_OK; /* it puts files there, no links or pipes */
  SX_TRY(sx_hash_file(now, ctx, path, err));
  *yes = memcmp(now, hash, SX_HASH_TEXT - 1) == 0;
  return SX_OK;
}

/* The old file into its place again. *mine: it is there, or there never was one; false: someone has put another there since. */
static sx_status put_back(bool *mine, const sx_ctx *ctx, char kind, const char *path, const char *kept,
                          const char *hash, sx_error *err) {
  struct stat place, old;
  const bool there = lstat(path, &place) == 0, has_old = is_file(kept) && lstat(kept, &old) == 0;
  *mine = true;
  if (kind == '+') {
    if (there) SX_TRY(is_new(mine, ctx, path, hash, err));
    return there && *mine ? take_away(path, "cannot be removed", err) : SX_OK;
  }
  if (!has_old) return SX_OK; /* not touched yet, or back already */
  if (there && place.st_ino == old.st_ino && place.st_dev == old.st_dev) return SX_OK;
  if (there && kind == '=') SX_TRY(is_new(mine, ctx, path, hash, err));
  if (there && kind == '-') *mine = false;
  if (*mine && rename(kept, path) != 0) return sx_base__io_error(err, path, "cannot be put back", errno);
  return SX_OK;
}

/* "+ HASH NAME" of a file beside the journal, but for the store whose name the journal's begins with, and the store's own files. */
static bool is_line(const char *line, const char *journal) {
  const char *slash = strrchr(journal, '/'), *own = slash ? slash + 1 : journal, *tail = strrchr(own, '-');
  if (strlen(line) < 2 + SX_HASH_TEXT + 1 || !strchr("+=-", line[0])) return false;
  const char *name = line + 2 + SX_HASH_TEXT;
  if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return false;
  return strncmp(name, own, tail ? (size_t)(tail - own) : strlen(own)) != 0;
}

static sx_status play_line(sx_buf *changed, const sx_ctx *ctx, const char *journal, const left *l, const char *line,
                           bool done, sx_error *err) {
  const char *hash = line + 2, *name = hash + SX_HASH_TEXT;
  bool mine = true;
  sx_buf fresh, kept;
  if (!is_line(line, journal))
    return sx_error_set(err, SX_E_DATA, journal, "'%.80s' is no line of a journal: move the file away", line);
  char *path = sx_path_beside(ctx, journal, name);
  if (!path) return sx_error_memory(err);
  sx_buf_init(&kept, ctx);
  sx_status status = sx_base__temporary_name(&fresh, ctx, path, l->pid, err);
  if (status == SX_OK) {
    sx_buf_printf(&kept, "%s-old", fresh.data);
    status = sx_buf_status(&kept, err);
  }
  if (status == SX_OK && !done) status = put_back(&mine, ctx, line[0], path, kept.data, hash, err);
  if (status == SX_OK && !mine) sx_buf_printf(changed, "%s%s", changed->n ? " " : "", name);
  if (status == SX_OK) status = take_away(fresh.data, "cannot be removed", err);
  if (status == SX_OK) status = take_away(kept.data, "cannot be removed", err);
  sx_buf_clear(&fresh);
  sx_buf_clear(&kept);
  sx_mem_free(ctx, path);
  return status;
}

sx_status sx_files_journal_play(sx_buf *changed, const sx_ctx *ctx, const char *path, bool done, sx_error *err) {
  left l;
  SX_TRY(read_journal(&l, ctx, path, err));
  if (!l.text) return SX_OK;
  sx_status status = SX_OK;
  char *at = l.lines;
  for (const char *line; l.complete && status == SX_OK && (line = next_line(&at)) != NULL;)
    status = play_line(changed, ctx, path, &l, line, done || l.done, err);
  sx_mem_free(ctx, l.text);
  if (status != SX_OK) return status;
  sx_base__sync_folder(ctx, path); /* the old files are back for good before what tells of them goes */
  SX_TRY(take_away(path, "cannot be removed", err));
  return sx_buf_status(changed, err);
}
