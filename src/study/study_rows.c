/* study_rows.c: rows into the store and back: one writer for estimates, and the index that blocks and published figures look up. */
#include "shuxiao/estimate_mean.h"
#include "shuxiao/report.h"
#include "study_balance.h"
#include "study_disclosure.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- quality ------------------------------------------------------------------------------------------------------ */

/* Marks of a row that asks for care, joined by ';'. docs/study-file.md, "Quality". */
static void marks_of(sx_quality *out, const st_run *r, const st_put *put, bool gap) {
  const sx_est_row *row = put->row;
  const bool share = strncmp(put->statistic, "prop", 4) == 0;
  const sx_quality_input in = {.estimate = row->estimate,
                               .se = row->se,
                               .cv = row->cv,
                               .df = row->df,
                               .n = row->n > 0 ? (double)row->n : 0,
                               .n_eff = row->n_eff,
                               .proportion = share && row->estimate >= 0 && row->estimate <= 1,
                               .difference = gap};
  sx_quality_judge(out, &in, &r->s->quality);
}

bool study__unweighted(const sx_study *s) {
  return s->design.unweighted && s->n_weightings == 0;
}

/* ---- one row ------------------------------------------------------------------------------------------------------- */

static const char *method_of(const st_run *r) {
  const bool replicates = r->design && sx_design_replicates(r->design);
  if (study__unweighted(r->s)) return replicates ? "unweighted, replicates" : "unweighted, linearisation";
  return replicates ? "replicates" : "linearisation";
}

sx_status study__put(int64_t *id, st_run *r, const st_put *put, sx_error *err) {
  const sx_est_row *row = put->row;
  sx_quality quality;
  char marks[300], tail[64] = "";
  const bool gap = strncmp(put->statistic, "gap", 3) == 0 || put->difference;
  marks_of(&quality, r, put, gap);
  if (put->tail > SX_TAIL_HEAVY && study__disclosure_of(r->s))
    (void)snprintf(tail, sizeof tail, "heavy tail"); /* what a few hold is theirs */
  else if (put->tail > SX_TAIL_HEAVY)
    (void)snprintf(tail, sizeof tail, "heavy tail: top 1%% hold %.0f%%", 100 * put->tail);
  const char *const parts[] = {quality.marks, tail, put->mark ? put->mark : ""};
  size_t used = 0;
  marks[0] = '\0';
  for (size_t i = 0; i < 3; i++) {
    if (*parts[i] && used < sizeof marks)
      used += (size_t)snprintf(marks + used, sizeof marks - used, "%s%s", used ? ";" : "", parts[i]);
  }
  sx_store_term terms[ST_MAX_TERMS + 1];
  const size_t n_terms = study__wave_terms(terms, r, put->where);
  const sx_store_row out = {
      .wave = r->s->wave,
      .indicator = put->indicator,
      .statistic = put->statistic,
      .terms = terms,
      .n_terms = n_terms,
      .estimate = row->estimate,
      .se = row->se,
      .low = row->low,
      .high = row->high,
      .ci_level = row->ci_level,
      .df = row->df,
      .n = row->n                                      ? (int64_t)row->n
           : isnan(row->deff) && row->na == SX_NA_NONE ? -1
                                                       : 0,
      .n_eff = row->n_eff,
      .deff = row->deff,
      .cv = gap ? (double)NAN : row->cv,
      .unit = put->unit,
      .quality = marks,
      .na_reason = sx_na_text(row->na),
      .method = put->method ? put->method : method_of(r),
  };
  return sx_store_put_row(id, r->store, put->step, &out, err);
}

sx_status study__put_est(int64_t *id, st_run *r, const char *step, const char *indicator, const char *statistic,
                         const char *unit, const st_where *where, const sx_est_row *row, sx_error *err) {
  const st_put put = {
      .step = step, .indicator = indicator, .statistic = statistic, .unit = unit, .where = where, .row = row};
  return study__put(id, r, &put, err);
}

/* ---- labels of what the rows are about --------------------------------------------------------------------------------- */

static sx_status put_indicator_labels(st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  for (size_t i = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    const bool points = strncmp(ind->format, "pp", 2) == 0, percent = ind->format[0] == '%';
    const char *unit = points && !ind->unit ? "pp" : ind->unit; /* a formula that is a lead in points */
    const sx_store_indicator out = {
        ind->id, ind->label, ind->question, ind->base_label, unit, points || percent ? 100 : 1, ind->assumed};
    SX_TRY(sx_store_put_indicator(r->store, &out, err));
  }
  return SX_OK;
}

sx_status study__put_labels(st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  SX_TRY(put_indicator_labels(r, err));
  for (size_t i = 0; i < s->n_accounts; i++) {
    const st_account *a = &s->accounts[i];
    for (size_t k = 0; k < a->n_nodes; k++) {
      const char *id = sx_arena_printf(r->arena, "%s/%s", a->id, a->nodes[k].id);
      if (!id) return sx_error_memory(err);
      const sx_store_indicator out = {
          .id = id, .label = a->nodes[k].label, .base = a->label, .unit = a->unit, .scale = 1.0};
      SX_TRY(sx_store_put_indicator(r->store, &out, err));
    }
  }
  return study__put_balance_labels(r, err);
}

/* ---- the index ------------------------------------------------------------------------------------------------------------ */

static uint64_t hash_more(uint64_t h, const char *text) {
  for (; *text; text++) h = (h ^ (unsigned char)*text) * 1099511628211ull;
  return h;
}

static uint64_t hash_text(const char *text) { /* FNV-1a */
  return hash_more(1469598103934665603ull, text);
}

/* Of INDICATOR|STATISTIC|DOMAIN. */
static uint64_t hash_name(const char *indicator, const char *statistic, const char *domain) {
  const char *const parts[5] = {indicator, "|", statistic, "|", domain};
  uint64_t hash = hash_text("");
  for (size_t i = 0; i < 5; i++) hash = hash_more(hash, parts[i]);
  return hash;
}

/* A slot says which row it is, and whether under its statistic or, being the indicator's own, under none; 0: empty. */
static void put_slot(st_rows *rows, size_t i, bool bare) {
  const st_row *row = &rows->items[i];
  size_t at = (size_t)(hash_name(row->indicator, bare ? "" : row->statistic, row->domain) % rows->n_slots);
  while (rows->slots[at]) at = (at + 1) % rows->n_slots;
  rows->slots[at] = 2 * i + (bare ? 2 : 1);
}

/* Room for the row behind the last, under both names. */
static sx_status rehash(st_run *r, sx_error *err) {
  st_rows *rows = &r->rows;
  const size_t names = 2 * rows->n;
  if (rows->n_slots >= names * 2 + 4) return SX_OK;
  const size_t n = names * 4 + 64;
  size_t *slots = sx_arena_zalloc(r->arena, n, sizeof *slots);
  if (!slots) return sx_error_memory(err);
  rows->slots = slots;
  rows->n_slots = n;
  for (size_t i = 0; i < rows->n; i++) {
    put_slot(rows, i, false);
    if (rows->items[i].main) put_slot(rows, i, true);
  }
  return SX_OK;
}

/* statistic NULL or "": the indicator's own. */
const st_row *study__find_row(const st_rows *rows, const char *indicator, const char *statistic, const char *domain) {
  const char *wanted = statistic ? statistic : "";
  if (rows->n_slots == 0) return NULL;
  size_t at = (size_t)(hash_name(indicator, wanted, domain) % rows->n_slots);
  for (; rows->slots[at]; at = (at + 1) % rows->n_slots) {
    const st_row *row = &rows->items[(rows->slots[at] - 1) / 2];
    const bool bare = (rows->slots[at] - 1) % 2 != 0;
    if (strcmp(bare ? "" : row->statistic, wanted) == 0 && strcmp(row->domain, domain) == 0 &&
        strcmp(row->indicator, indicator) == 0)
      return row;
  }
  return NULL;
}

/* A copy of the text; texts of a row are mostly those of the row before. */
static const char *like(sx_arena *arena, const char *text, const char *before) {
  return before && strcmp(text, before) == 0 ? before : sx_arena_strdup(arena, text);
}

/* Under its statistic and, where it is the indicator's own, under none. Texts of the row are copied: those of one indicator stand at one place. */
sx_status study__add_row(st_run *r, const st_row *row, sx_error *err) {
  static const st_row none = {.indicator = NULL};
  st_row copy = *row;
  const st_row *before = r->rows.n ? &r->rows.items[r->rows.n - 1] : &none;
  r->rows.state = 0;
  if (!sx_arena_grow(r->arena, (void **)&r->rows.items, &r->rows.cap, r->rows.n + 1, sizeof *r->rows.items))
    return sx_error_memory(err);
  copy.indicator = like(r->arena, row->indicator, before->indicator);
  copy.statistic = like(r->arena, row->statistic, before->statistic);
  copy.domain = like(r->arena, row->domain, before->domain);
  if (row->quality) copy.quality = *row->quality ? sx_arena_strdup(r->arena, row->quality) : NULL;
  if (!copy.indicator || !copy.statistic || !copy.domain || (row->quality && *row->quality && !copy.quality))
    return sx_error_memory(err);
  SX_TRY(rehash(r, err));
  r->rows.items[r->rows.n++] = copy;
  put_slot(&r->rows, r->rows.n - 1, false);
  if (copy.main) put_slot(&r->rows, r->rows.n - 1, true);
  return SX_OK;
}

/* The canonical name of a stored row's domain: terms in the order of the study's groups, then the others. */
char *study__row_domain(const st_run *r, const sx_store_row *row) {
  const sx_study *s = r->s;
  if (row->n_terms == 0) return sx_arena_strdup(r->arena, "total");
  char *out = sx_arena_strdup(r->arena, "");
  for (size_t g = 0; out && g < s->n_groups; g++) {
    for (size_t i = 0; out && i < row->n_terms; i++) {
      if (strcmp(row->terms[i].variable, s->groups[g].id) != 0) continue;
      out = sx_arena_printf(r->arena, "%s%s%s%s%s", out, *out ? "*" : "", s->groups[g].id, s->groups[g].by ? ":" : "",
                            s->groups[g].by ? row->terms[i].level : "");
    }
  }
  for (size_t i = 0; out && i < row->n_terms; i++) {
    const char *variable = row->terms[i].variable;
    if (study__find_group(s, variable, strlen(variable)) != ST_NONE) continue;
    out = sx_arena_printf(r->arena, "%s%s%s:%s", out, *out ? "*" : "", variable, row->terms[i].level);
  }
  return out;
}

/* "Gen Z", "Gen Z, rural": the labels of the terms. */
static sx_status domain_label(sx_text2 *out, const st_run *r, const sx_store_row *row, sx_error *err) {
  const char *zh = "", *en = "";
  for (size_t i = 0; i < row->n_terms && zh && en; i++) {
    const sx_text2 t = row->terms[i].level_label;
    const char *own_zh = t.zh ? t.zh : t.en ? t.en : row->terms[i].level, *own_en = t.en ? t.en : own_zh;
    zh = sx_arena_printf(r->arena, "%s%s%s", zh, i ? "，" : "", own_zh);
    en = zh ? sx_arena_printf(r->arena, "%s%s%s", en, i ? ", " : "", own_en) : NULL;
  }
  if (!zh || !en) return sx_error_memory(err);
  *out = (sx_text2){zh, en};
  return SX_OK;
}

/* The walk of study__index_rows. Rows of one indicator stand together, and there are a few hundred domains: what was found out for one row serves others. */
typedef struct indexing {
  st_run *r;
  sx_dict *seen; /* domains, by where the store has their terms */
  struct indexed_domain {
    const char *name;
    sx_text2 label;
  } * domains; /* by code; in the run's arena */
  size_t cap;
  const char *indicator; /* of the row before, */
  size_t at;             /* and its place among the study's */
} indexing;

static bool is_main(indexing *x, const sx_store_row *row) {
  const sx_study *s = x->r->s;
  if (!x->indicator || strcmp(x->indicator, row->indicator) != 0) {
    x->at = study__find_indicator(s, row->indicator, strlen(row->indicator));
    x->indicator = sx_arena_strdup(x->r->arena, row->indicator);
  }
  const size_t i = x->at;
  if (i != ST_NONE) return strcmp(row->statistic, study__stat_name(&s->indicators[i])) == 0;
  return strcmp(row->statistic, "level") == 0 || strcmp(row->statistic, "count") == 0;
}

/* Why a stored row has no value; a reason of words that are no estimator's counts as a missing operand. */
static sx_na na_of(const sx_store_row *row) {
  if (!isnan(row->estimate)) return SX_NA_NONE;
  for (int na = SX_NA_NONE + 1; row->na_reason && na <= SX_NA_LAST; na++) {
    if (strcmp(sx_na_text((sx_na)na), row->na_reason) == 0) return (sx_na)na;
  }
  return SX_NA_OPERAND;
}

/* The row's domain, whose terms the store has at `where`. */
static sx_status domain_of(const struct indexed_domain **out, indexing *x, const sx_store_term *where,
                           const sx_store_row *row, sx_error *err) {
  int32_t code = 0;
  const size_t known = sx_dict_count(x->seen);
  if (!sx_arena_grow(x->r->arena, (void **)&x->domains, &x->cap, known + 1, sizeof *x->domains))
    return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, x->seen, (const char *)&where, sizeof where, err));
  struct indexed_domain *d = &x->domains[code];
  *out = d;
  if ((size_t)code < known) return SX_OK;
  d->name = study__row_domain(x->r, row);
  return d->name ? domain_label(&d->label, x->r, row, err) : sx_error_memory(err);
}

static sx_status index_row(void *data, const sx_store_row *stored, sx_error *err) {
  indexing *x = data;
  st_run *r = x->r;
  sx_store_row own = *stored;
  const sx_store_row *row = &own;
  const struct indexed_domain *domain = NULL;
  sx_store_term terms[8];
  if (!study__own_row(&own, terms, r)) return SX_OK;
  SX_TRY(domain_of(&domain, x, stored->terms, row, err));
  st_row out = {.indicator = row->indicator,
                .statistic = row->statistic,
                .domain = domain->name,
                .label = domain->label,
                .estimate = row->estimate,
                .se = row->se,
                .low = row->low,
                .high = row->high,
                .df = row->df,
                .n = row->n,
                .id = row->id,
                .na = na_of(row),
                .quality = row->quality,
                .main = is_main(x, row)};
  return study__add_row(r, &out, err);
}

sx_status study__index_rows(st_run *r, sx_error *err) {
  const uint64_t state = sx_store_rows_state(r->store);
  if (r->rows.state == state) return SX_OK; /* the same rows */
  r->rows = (st_rows){.items = NULL};
  indexing x = {.r = r};
  SX_TRY(sx_dict_new(&x.seen, &r->ctx, err));
  const sx_status status = sx_store_each_row(r->store, r->run, NULL, index_row, &x, err);
  sx_dict_free(x.seen);
  if (status == SX_OK) r->rows.state = state;
  return status;
}

/* ---- references in text ------------------------------------------------------------------------------------------------------ */

void study__quote_name(sx_buf *out, const char *name) {
  sx_reference_put_name(out, name, strlen(name));
}

void study__quote_domain(sx_buf *out, const char *domain) {
  for (const char *at = domain; *at;) {
    const size_t n = strcspn(at, ":*");
    const char *end = at + n;
    sx_reference_put_name(out, at, n); /* a group's id, or total; of a banner table a variable or a set */
    if (*end == ':') {
      const size_t k = strcspn(end + 1, "*");
      sx_buf_add_char(out, ':');
      sx_reference_put_name(out, end + 1, k);
      end += k + 1;
    }
    if (*end == '*') {
      sx_buf_add_char(out, '*');
      end++;
    }
    at = end;
  }
}
