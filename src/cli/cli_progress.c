/* cli_progress.c: how far the work is: on a terminal one line that is drawn anew, else a line per stage; with --quiet nothing.
 *
 * Time left of a command whose stages are known: with w the shares of the stages, D the sum of w over what was done (a part of the present stage by its
 * count) and R over what is still to come, elapsed * R / D. Stages that turn out not to be needed leave both sums. The shares are those of one study
 * on one machine: nothing is said before a good part is done, when what this run has taken outweighs them. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct cli_progress {
  struct timespec begun, start; /* of the command; of the stage */
  double last;                  /* when a line was written, seconds since `begun` */
  char stage[96];
  bool drawn, quiet;
  const cli_stage *stages;
  size_t n_stages, at; /* at: the furthest stage so far, n_stages before the first */
  double done;         /* shares of the stages before `at` that took place */
};

/* Nothing is said of work that is done by then; after that a line is drawn anew every tenth of a second. */
static const double show_after = 1.0, draw_every = 0.1;

/* Time left is told from this part of the stages on, of a single stage from this part and after these seconds of it. */
static const double told_from = 0.4, told_of_stage = 0.05, told_after = 0.5;

static double seconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

static void clear_line(struct cli_progress *p) {
  if (p->drawn) fputs("\r\033[K", stderr);
  p->drawn = false;
}

void cli_progress_end(const cli_app *app) {
  if (app->progress) clear_line(app->progress);
}

bool cli_progress_quiet(const cli_app *app) {
  return app->progress && app->progress->quiet;
}

void cli_progress_stages(cli_app *app, const cli_stage *stages, size_t n) {
  if (!app->progress) return;
  app->progress->stages = stages;
  app->progress->n_stages = app->progress->at = n;
}

/* ---- where the work stands ------------------------------------------------------------------------------------------- */

/* The stage of that name; n_stages: none of the command's. */
static size_t find_stage(const struct cli_progress *p, const char *name) {
  size_t i = 0;
  while (i < p->n_stages && strncmp(name, p->stages[i].begins, strlen(p->stages[i].begins)) != 0) i++;
  return i;
}

/* True: it is another stage than before. */
static bool enter(struct cli_progress *p, const char *name) {
  if (strncmp(p->stage, name, sizeof p->stage - 1) == 0) return false;
  (void)snprintf(p->stage, sizeof p->stage, "%s", name);
  clock_gettime(CLOCK_MONOTONIC, &p->start);
  const size_t i = find_stage(p, name);
  const bool none = p->at == p->n_stages;
  if (i == p->n_stages || (!none && i <= p->at)) return true; /* of a wave before, or within a stage */
  if (!none) p->done += p->stages[p->at].share;
  p->at = i;
  return true;
}

/* Seconds, below 0: not known. */
static double time_left(const struct cli_progress *p, double share) {
  const double stage = seconds_since(&p->start);
  if (p->at == p->n_stages) return share >= told_of_stage && stage >= told_after ? stage / share - stage : -1;
  double rest = (1 - share) * p->stages[p->at].share;
  const double done = p->done + share * p->stages[p->at].share;
  for (size_t i = p->at + 1; i < p->n_stages; i++) rest += p->stages[i].share;
  return done >= told_from * (done + rest) ? seconds_since(&p->begun) * rest / done : -1;
}

/* ---- words ------------------------------------------------------------------------------------------------------------- */

static void name_of(char *out, size_t cap, const cli_app *app, const struct cli_progress *p) {
  const size_t i = find_stage(p, p->stage);
  const char *name = i < p->n_stages && p->stages[i].en ? cli_text(app, p->stages[i].en, p->stages[i].zh) : p->stage;
  if (p->at < p->n_stages)
    (void)snprintf(out, cap, "[%zu/%zu] %s", p->at + 1, p->n_stages, name);
  else
    (void)snprintf(out, cap, "%s", name);
}

static void left_text(char out[48], const cli_app *app, const struct cli_progress *p, double share) {
  const double left = time_left(p, share);
  out[0] = '\0';
  if (left < 0) return;
  (void)snprintf(out, 48, "  %s%.0f%s", cli_text(app, "", "约剩 "), left, cli_text(app, " s left", " 秒"));
}

static void draw(const cli_app *app, struct cli_progress *p, uint64_t done, uint64_t total) {
  char name[160], left[48];
  const double share = total ? (double)done / (double)total : 0;
  const int filled = (int)((share < 1 ? share : 1) * 30.0);
  name_of(name, sizeof name, app, p);
  left_text(left, app, p, share);
  if (total)
    fprintf(stderr, "\r\033[K%s  [%.*s%.*s] %llu/%llu%s", name, filled, "##############################", 30 - filled,
            "..............................", (unsigned long long)done, (unsigned long long)total, left);
  else if (done)
    fprintf(stderr, "\r\033[K%s  %llu%s", name, (unsigned long long)done, left);
  else
    fprintf(stderr, "\r\033[K%s%s", name, left);
  fflush(stderr);
  p->drawn = true;
}

/* Not on a terminal: only of a command with stages, one line for each. */
static void write_line(const cli_app *app, const struct cli_progress *p, uint64_t total) {
  char name[160], left[48];
  name_of(name, sizeof name, app, p);
  left_text(left, app, p, 0);
  if (total)
    fprintf(stderr, "%s: %llu%s\n", name, (unsigned long long)total, left);
  else
    fprintf(stderr, "%s%s\n", name, left);
}

static void on_progress(void *data, const char *stage, uint64_t done, uint64_t total) {
  const cli_app *app = data;
  struct cli_progress *p = app->progress;
  if (!p || p->quiet) return;
  const size_t before = p->at;
  const bool other = enter(p, stage);
  const double now = seconds_since(&p->begun);
  if (!app->terminal) {
    if (p->at != before && now >= show_after) write_line(app, p, total);
    return;
  }
  if (now < show_after || (!other && done != total && now - p->last < draw_every)) return;
  p->last = now;
  draw(app, p, done, total);
}

bool cli_progress_begin(cli_app *app, bool quiet) {
  app->progress = calloc(1, sizeof *app->progress);
  if (!app->progress) return false;
  app->progress->quiet = quiet;
  clock_gettime(CLOCK_MONOTONIC, &app->progress->begun);
  app->ctx.progress = on_progress;
  return true;
}
