/* study_adjust.c: the study's `weighting`: its steps in order, by the table of their kinds. */
#include "study_adjust.h"
#include "study_names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const st_adjuster *const adjusters[] = {
    &study__adjust_eligibility,  &study__adjust_nonresponse, &study__adjust_frames, &study__adjust_rake,
    &study__adjust_poststratify, &study__adjust_calibrate,   &study__adjust_trim,
};

const st_adjuster *study__adjuster_at(size_t i) {
  return i < sizeof adjusters / sizeof *adjusters ? adjusters[i] : NULL;
}

const st_adjuster *study__adjuster_named(const char *word) {
  for (size_t i = 0; i < sizeof adjusters / sizeof *adjusters; i++) {
    if (strcmp(adjusters[i]->word, word) == 0) return adjusters[i];
  }
  return NULL;
}

/* ---- what the steps share ---------------------------------------------------------------------------------------- */

static void read_margin(st_load *l, st_margin *m, const sx_node *map) {
  m->node = map;
  if (!study__is_map(l, map, "a margin")) {
    if (map->kind != SX_NODE_LIST) study__problem(l, map, "a margin is {by: [...], totals: ...}");
    return;
  }
  ST_KEYS(l, map, "by", "totals");
  m->by = study__list(l, map, "by");
  if (m->by.n == 0 || m->by.n > 4) study__problem(l, map, "a margin is by one to four variables");
  const sx_node *totals = sx_node_get(map, "totals");
  if (!totals || totals->kind != SX_NODE_MAP || totals->n == 0) {
    study__problem(l, totals ? totals : map,
                   "a margin needs totals: {file: CSV, value: COLUMN} or {LEVEL: TOTAL, ...}");
    return;
  }
  if (!sx_node_get(totals, "file")) {
    m->totals = totals;
    double value = 0;
    for (size_t i = 0; i < totals->n; i++) {
      if (!sx_node_number(&value, totals->items[i]) || !(value >= 0)) {
        study__problem(l, totals->items[i], "the total of '%s' is a number, not negative", totals->keys[i]->text);
      }
    }
    return;
  }
  ST_KEYS(l, totals, "file", "value", "where");
  m->file = study__text(l, totals, "file");
  m->value = study__text(l, totals, "value");
  m->where = study__expr(l, totals, "where");
  if (!m->value) study__problem(l, totals, "totals from a file need 'value: COLUMN'");
}

void study__use_name(st_load *l, st_list *list, const char *name, const sx_node *node) {
  if (!name) return;
  const char **items = study__take(l, list->n + 1, sizeof *items);
  const sx_node **nodes = study__take(l, list->n + 1, sizeof *nodes);
  if (!items || !nodes) return;
  for (size_t i = 0; i < list->n; i++) {
    items[i] = list->items[i];
    nodes[i] = list->nodes[i];
  }
  items[list->n] = name;
  nodes[list->n] = node;
  *list = (st_list){items, nodes, list->n + 1};
}

void study__read_margins(st_load *l, st_weighting *w, const sx_node *list) {
  const bool many = list->kind == SX_NODE_LIST;
  const size_t n = many ? list->n : 1;
  w->margins = study__take(l, n, sizeof *w->margins);
  for (size_t i = 0; w->margins && i < n; i++) {
    st_margin *m = &w->margins[w->n_margins++];
    read_margin(l, m, many ? list->items[i] : list);
    for (size_t k = 0; k < m->by.n; k++) study__use_name(l, &w->names, m->by.items[k], m->by.nodes[k]);
    study__use_name(l, &w->files, m->file, m->node);
  }
}

void study__read_bounds(st_load *l, double *lower, double *upper, const sx_node *map, bool positive) {
  const sx_node *bounds = sx_node_get(map, "bounds");
  double low = 0, high = 0;
  if (!bounds) return;
  if (bounds->kind != SX_NODE_LIST || bounds->n != 2 || !sx_node_number(&low, bounds->items[0]) ||
      !sx_node_number(&high, bounds->items[1]) || !(low < 1 && high > 1) || (positive && low < 0)) {
    study__problem(l, bounds, "bounds are two numbers around 1: [0.2, 5]");
    return;
  }
  *lower = low;
  *upper = high;
}

size_t study__read_iterations(st_load *l, const sx_node *map, size_t otherwise) {
  const double most = study__number(l, map, "iterations", (double)otherwise);
  if (!(most >= 1 && most <= 1e6)) study__problem(l, map, "iterations is a whole number from 1 to 1e6");
  return most >= 1 && most <= 1e6 ? (size_t)most : 1;
}

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static void list_words(char out[300]) {
  size_t used = 0;
  for (size_t i = 0; study__adjuster_at(i) && used < 280; i++)
    used += (size_t)snprintf(out + used, 300 - used, "%s%s", i ? ", " : "", study__adjuster_at(i)->word);
}

static void read_step(st_load *l, st_weighting *w, const sx_node *map) {
  enum { MAX_KEYS = 40 };
  const char *keys[MAX_KEYS];
  size_t n = 0, found = 0;
  w->node = map;
  if (!study__is_map(l, map, "a weighting step")) return;
  for (size_t i = 0; study__adjuster_at(i) && n < MAX_KEYS; i++) {
    keys[n++] = study__adjuster_at(i)->word;
    if (!sx_node_get(map, study__adjuster_at(i)->word)) continue;
    w->kind = study__adjuster_at(i);
    found++;
  }
  if (found != 1) {
    char all[300];
    list_words(all);
    w->kind = NULL;
    study__keys(l, map, keys, n);
    study__problem(l, map, "a weighting step is exactly one of %s", all);
    return;
  }
  for (size_t i = 0; i < sizeof w->kind->keys / sizeof *w->kind->keys && w->kind->keys[i] && n < MAX_KEYS; i++)
    keys[n++] = w->kind->keys[i];
  study__keys(l, map, keys, n);
  w->kind->read(l, w, sx_node_get(map, w->kind->word));
}

void study__read_weighting(st_load *l, const sx_node *root) {
  const sx_node *list = sx_node_get(root, "weighting");
  if (!study__is_list(l, list, "weighting")) return;
  l->s->weightings = study__take(l, list->n, sizeof *l->s->weightings);
  for (size_t i = 0; l->s->weightings && i < list->n; i++)
    read_step(l, &l->s->weightings[l->s->n_weightings++], list->items[i]);
}

void study__check_weighting(st_load *l, const sx_table *unit) {
  for (size_t i = 0; i < l->s->n_weightings && !study__stop(l); i++) {
    const st_weighting *w = &l->s->weightings[i];
    if (w->kind && w->kind->check) w->kind->check(l, unit, w);
  }
}

/* ---- the annex ------------------------------------------------------------------------------------------------------ */

void study__put_figures(sx_buf *out, double value, int figures, bool chinese) {
  char text[64];
  sx_error err = SX_ERROR_INIT;
  const double size = fabs(value);
  if (!isfinite(value)) {
    sx_buf_printf(out, "%g", value);
  } else if (size >= pow(10, figures - 1)) {
    if (sx_report_format(out, value, "plain 0", chinese ? SX_LANG_ZH : SX_LANG_EN, &err) != SX_OK) out->failed = true;
  } else if (size < 5e-7) {
    sx_buf_add_char(out, '0');
  } else {
    const int decimals = figures - 1 - (int)floor(log10(size));
    size_t n = (size_t)snprintf(text, sizeof text, "%.*f", decimals > 6 ? 6 : decimals, value);
    if (memchr(text, '.', n)) {
      while (text[n - 1] == '0') n--;
      n -= text[n - 1] == '.';
    }
    sx_buf_add_n(out, text, n);
  }
}

static void put_field(sx_buf *out, const char *field, bool chinese) {
  double value = 0;
  if (sx_text_to_double(&value, field, strlen(field)))
    study__put_figures(out, value, 4, chinese);
  else
    sx_buf_add(out, field);
}

void study__range_words(sx_buf *zh, sx_buf *en, const char *low, const char *high) {
  put_field(zh, low, true);
  put_field(en, low, false);
  sx_buf_add(zh, "—");
  sx_buf_add(en, " to ");
  put_field(zh, high, true);
  put_field(en, high, false);
}

/* What the iterations left of a total: as a percentage; a rounding residue is none. */
static void miss_words(sx_buf *zh, sx_buf *en, const char *field) {
  double miss = 0;
  if (!sx_text_to_double(&miss, field, strlen(field)) || !(miss < 1e9)) {
    sx_buf_add(zh, field);
    sx_buf_add(en, field);
  } else if (miss < 5e-7) {
    sx_buf_add(zh, "不足 0.0001%");
    sx_buf_add(en, "below 0.0001%");
  } else {
    sx_buf_printf(zh, "%.4f%%", 100 * miss);
    sx_buf_printf(en, "%.4f%%", 100 * miss);
  }
}

void study__fit_words(sx_buf *zh, sx_buf *en, const char *const *field) {
  sx_buf_printf(zh, "迭代 %s 次，最大相对偏差 ", field[0]);
  sx_buf_printf(en, "%s iterations, largest relative miss ", field[0]);
  miss_words(zh, en, field[1]);
  sx_buf_add(zh, "；权数 ");
  sx_buf_add(en, "; weights ");
  study__range_words(zh, en, field[3], field[4]);
  sx_buf_add(zh, "，调整系数 ");
  sx_buf_add(en, ", factors ");
  study__range_words(zh, en, field[5], field[6]);
  sx_buf_printf(zh, "，到界 %s 个；Kish 设计效应 %s", field[8], field[7]);
  sx_buf_printf(en, ", %s at a bound; Kish design effect %s", field[8], field[7]);
}

void study__weighting_words(sx_buf *zh, sx_buf *en, char *line) {
  char *field[ST_ADJUST_FIELDS] = {NULL};
  size_t n = 0;
  for (char *at = line; at && n < ST_ADJUST_FIELDS; n++) {
    field[n] = at;
    at = strchr(at, '\t');
    if (at) *at++ = '\0';
  }
  const st_adjuster *kind = n ? study__adjuster_named(field[0]) : NULL;
  if (kind && n >= kind->n_fields) kind->describe(zh, en, field);
}
