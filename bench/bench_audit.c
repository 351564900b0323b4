/* bench_audit.c: makes audit files and times reading and judging them.
 *   bench_audit make FOLDER FIGURES IDENTITIES blocks|tree FAULTS   FAULTS: one figure in so many identities is wrong, 0: none
 *   bench_audit run FOLDER                                          seconds, peak resident bytes, contradictions, fewest figures
 * blocks: sums of three with a share and a coarser copy each, thousands of small groups. tree: one tree of sums with ties across it, all
 * figures in one group. */
#define _DEFAULT_SOURCE
#include "shuxiao/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct maker {
  FILE *figures, *identities;
  long n_figures, n_identities;
  double *value;
  uint64_t state;
} maker;

static double uniform(maker *m) {
  m->state ^= m->state << 13;
  m->state ^= m->state >> 7;
  m->state ^= m->state << 17;
  return (double)(m->state >> 11) / 9007199254740992.0;
}

static long figure(maker *m, double value, const char *unit, int decimals) {
  const double by = pow(10, decimals), printed = floor(value * by + 0.5) / by;
  m->value[m->n_figures] = value;
  fprintf(m->figures, "F%ld,%.*f,%s,%d,printed,p. %ld\n", m->n_figures, decimals, printed, unit, decimals,
          m->n_figures / 20);
  return m->n_figures++;
}

static void blocks(maker *m, long figures, long identities, long faults) {
  while (m->n_identities < identities && m->n_figures < figures - 8) {
    double part[3], total = 0;
    long id[3];
    for (int k = 0; k < 3; k++) {
      part[k] = 10 + 90 * uniform(m);
      total += part[k];
      id[k] = figure(m, part[k], "亿元", 1);
    }
    const bool wrong = faults && m->n_identities % (3 * faults) == 0;
    const long t = figure(m, wrong ? 1.1 * total : total, "亿元", 1), s = figure(m, 100 * part[0] / total, "%", 1),
               c = figure(m, floor(10 * total + 0.5) / 10, "亿元",
                          0); /* of the printed one: re-rounded, as `same` asks */
    fprintf(m->identities, "  - {id: i%ld, sum: F%ld, of: [F%ld, F%ld, F%ld]}\n", m->n_identities++, t, id[0], id[1],
            id[2]);
    fprintf(m->identities, "  - {id: i%ld, share: F%ld, part: F%ld, whole: F%ld}\n", m->n_identities++, s, id[0], t);
    fprintf(m->identities, "  - {id: i%ld, same: [F%ld, F%ld]}\n", m->n_identities++, t, c);
  }
}

static void tree(maker *m, long figures, long identities, long faults) {
  long *queue = calloc((size_t)figures + 2, sizeof *queue), head = 0, tail = 0;
  if (!queue) return;
  queue[tail++] = figure(m, 5e6, "亿元", 1);
  while (m->n_identities < identities - 1 && m->n_figures < figures - 3) {
    const long t = queue[head++];
    const double share = 0.3 + 0.4 * uniform(m), v = m->value[t];
    const bool wrong = faults && m->n_identities % faults == faults - 1;
    const long a = figure(m, share * v + (wrong ? 3 : 0), "亿元", 1), b = figure(m, v - share * v, "亿元", 1);
    m->value[a] = share * v; /* wrong as printed, not below it */
    queue[tail++] = a;
    queue[tail++] = b;
    fprintf(m->identities, "  - {id: i%ld, sum: F%ld, of: [F%ld, F%ld]}\n", m->n_identities++, t, a, b);
    if (uniform(m) > 0.2 || head < 3) continue;
    const long x = queue[(long)(uniform(m) * (double)(head - 1))], y = queue[(long)(uniform(m) * (double)(head - 1))];
    if (x == y) continue;
    const long d = figure(m, m->value[x] - m->value[y], "亿元", 1);
    fprintf(m->identities, "  - {id: i%ld, change: F%ld, from: F%ld, to: F%ld}\n", m->n_identities++, d, y, x);
  }
  free(queue);
}

static int make(char **args) {
  char path[1024];
  const long figures = strtol(args[1], NULL, 10), identities = strtol(args[2], NULL, 10),
             faults = strtol(args[4], NULL, 10);
  maker m = {.state = 88172645463325252u};
  m.value = calloc((size_t)figures + 16, sizeof *m.value);
  snprintf(path, sizeof path, "%s/figures.csv", args[0]);
  m.figures = fopen(path, "w");
  snprintf(path, sizeof path, "%s/audit.yaml", args[0]);
  m.identities = fopen(path, "w");
  if (!m.value || !m.figures || !m.identities) return perror(path), 1;
  fprintf(m.figures, "id,value,unit,decimals,zeros,place\n");
  fprintf(m.identities, "audit: bench\nfigures: figures.csv\nidentities:\n");
  if (strcmp(args[3], "tree") == 0) {
    tree(&m, figures, identities, faults);
  } else {
    blocks(&m, figures, identities, faults);
  }
  while (m.n_figures < figures) (void)figure(&m, 100 * uniform(&m), "%", 1);
  free(m.value);
  printf("%ld figures, %ld identities\n", m.n_figures, m.n_identities);
  return fclose(m.figures) != 0 || fclose(m.identities) != 0;
}

static double seconds(clockid_t clock) {
  struct timespec t;
  (void)clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long peak_bytes(void) {
  char line[256];
  long kb = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f)) {
    if (strncmp(line, "VmHWM:", 6) == 0) kb = strtol(line + 6, NULL, 10);
  }
  if (f) (void)fclose(f);
  return kb * 1024;
}

static int run(const char *folder) {
  char path[1024];
  sx_error err = SX_ERROR_INIT;
  sx_audit *audit = NULL;
  sx_audit_report *report = NULL;
  const double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  snprintf(path, sizeof path, "%s/audit.yaml", folder);
  sx_status status = sx_audit_load(&audit, NULL, path, &err);
  if (status == SX_OK) status = sx_audit_run(&report, audit, NULL, &err);
  if (status != SX_OK) return fprintf(stderr, "%s: %s\n", err.where, err.message), 1;
  size_t n;
  bool proven;
  (void)sx_audit_explanation(report, &n, NULL, &proven);
  printf("%.4f %.4f %ld %zu %zu %zu %d\n", seconds(CLOCK_MONOTONIC) - start, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
         peak_bytes(), sx_audit_count(report, SX_AUDIT_CONTRADICTS), sx_audit_undecided(report), n, proven);
  sx_audit_report_free(report);
  sx_audit_free(audit);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 7 && strcmp(argv[1], "make") == 0) return make(argv + 2);
  if (argc == 3 && strcmp(argv[1], "run") == 0) return run(argv[2]);
  fprintf(stderr, "usage: bench_audit make FOLDER FIGURES IDENTITIES blocks|tree FAULTS | run FOLDER\n");
  return 2;
}
