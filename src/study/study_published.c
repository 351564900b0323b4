/* study_published.c: printed figures set beside the estimates.
 *
 * A figure with a reference agrees when the estimate lies within 1.96 standard errors of what the print can mean:
 *   low - 1.96 se <= estimate <= high + 1.96 se,   low, high = value -/+ half a unit of its last printed digit
 * (or the file's own `low` and `high` for words such as "over half"). One without a reference has a reason of three kinds: a fact of the
 * design, a need of the previous wave, a contradiction within the print. */
#include "study_data.h"
#include "study_load.h"
#include "study_names.h"
#include "study_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double AGREE_Z = 1.96;
static const char *const reasons[] = {"design-fact", "previous-wave", "contradiction"};
enum { N_REASONS = 3 };

/* ---- reading -------------------------------------------------------------------------------------------------------- */

typedef struct sheet {
  const sx_table *table;
  const char *path;
  size_t row;
} sheet;

/* The text of a cell, NULL where it is empty or the column is not there. */
static const char *cell(st_load *l, const sheet *in, const char *name) {
  const sx_column *c = sx_table_find(in->table, name);
  if (!c || sx_column_missing(c, in->row)) return NULL;
  const char *text = study__cell_text(c, in->row, l->s->arena);
  if (text) text = study__copy(l, text);
  if (!text) l->oom = true;
  return text && *text ? text : NULL;
}

static void row_problem(st_load *l, const sheet *in, const char *id, const char *message) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.400s: row %zu%s%.80s", in->path, in->row + 2, id ? " " : "", id ? id : "");
  study__problem_at(l, false, where, message);
}

static double number_cell(st_load *l, const sheet *in, const char *id, const char *name) {
  const char *text = cell(l, in, name);
  double out = (double)NAN;
  if (!text) return out;
  if (sx_text_to_double(&out, text, strlen(text))) return out;
  char message[160];
  (void)snprintf(message, sizeof message, "%.40s is a number, not '%.80s'", name, text);
  row_problem(l, in, id, message);
  return (double)NAN;
}

static void read_reference(st_load *l, const sheet *in, st_figure *f) {
  sx_reference ref;
  sx_error err = SX_ERROR_INIT;
  char message[256] = "";
  if (!f->reference) return;
  if (sx_reference_parse(&ref, f->reference, strlen(f->reference), &err) != SX_OK) {
    row_problem(l, in, f->id, err.message);
    return;
  }
  study__check_reference(l->s, &ref, message);
  if (message[0]) {
    row_problem(l, in, f->id, message);
    return;
  }
  f->indicator = study__copy(l, ref.indicator);
  f->statistic = study__copy(l, ref.statistic);
  f->domain = study__reference_domain(l->s, &ref, l->s->arena);
  if (!f->domain) l->oom = true;
}

/* "亿人 2" from unit and decimals. */
static const char *usual_format(st_load *l, const st_figure *f) {
  const char *unit = f->unit ? f->unit : "", *word = "plain";
  if (strcmp(unit, "%") == 0) {
    word = "%";
  } else if (strcmp(unit, "百分点") == 0 || strcmp(unit, "pp") == 0) {
    word = "pp";
  } else if (study__unit_scale(unit, NULL) > 1) {
    word = unit;
  }
  char *out = sx_arena_printf(l->s->arena, "%s %d", word, f->decimals);
  if (!out) l->oom = true;
  return out;
}

static void read_values(st_load *l, const sheet *in, st_figure *f) {
  const double decimals = number_cell(l, in, f->id, "decimals");
  f->value = number_cell(l, in, f->id, "value");
  f->value_si = number_cell(l, in, f->id, "value_si");
  f->decimals = decimals >= 0 && decimals <= 12 ? (int)decimals : 0;
  f->unit = cell(l, in, "unit");
  double scale = study__unit_scale(f->unit, NULL);
  if (isnan(f->value_si)) f->value_si = f->value * scale;
  if (isfinite(f->value) && f->value != 0 && isfinite(f->value_si) && f->value_si != 0)
    scale = fabs(f->value_si / f->value);
  const double half = 0.5 * pow(10, -f->decimals) * scale;
  f->low = number_cell(l, in, f->id, "low");
  f->high = number_cell(l, in, f->id, "high");
  if (isnan(f->low) && isnan(f->high)) {
    f->low = f->value_si - half;
    f->high = f->value_si + half;
  }
}

static void check_reason(st_load *l, const sheet *in, const st_figure *f) {
  if (!f->reason) {
    if (!f->reference) row_problem(l, in, f->id, "neither a reference to compare with nor a reason");
    if (f->reference && isnan(f->low) && isnan(f->high)) {
      row_problem(l, in, f->id, "neither a value nor 'low' or 'high': say what the print can mean, or give a reason");
    }
    return;
  }
  for (size_t i = 0; i < N_REASONS; i++) {
    if (strcmp(reasons[i], f->reason) == 0) return;
  }
  const char *near = sx_text_nearest(f->reason, reasons, N_REASONS);
  char message[256];
  (void)snprintf(message, sizeof message,
                 "unknown reason '%.60s'%s%s%s: one of design-fact, previous-wave, contradiction", f->reason,
                 near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
  row_problem(l, in, f->id, message);
}

static void check_printed_format(st_load *l, const sheet *in, const st_figure *f) {
  sx_buf buf;
  sx_error err = SX_ERROR_INIT;
  sx_buf_init(&buf, &l->s->ctx);
  const sx_status status = sx_report_format(&buf, 0.5, f->format, SX_LANG_ZH, &err);
  sx_buf_clear(&buf);
  if (status == SX_E_MEMORY) l->oom = true;
  if (status != SX_OK && status != SX_E_MEMORY) row_problem(l, in, f->id, err.message);
}

static void read_figure(st_load *l, const sheet *in, st_figure *f) {
  f->id = cell(l, in, "id");
  if (!f->id) {
    row_problem(l, in, NULL, "the figure has no id");
    return;
  }
  for (size_t i = 0; i < l->s->published.n; i++) {
    if (strcmp(l->s->published.figures[i].id, f->id) == 0) row_problem(l, in, f->id, "the id stands twice");
  }
  f->label = (sx_text2){cell(l, in, "label_zh"), cell(l, in, "label_en")};
  f->reason = cell(l, in, "reason");
  f->reason_text = (sx_text2){cell(l, in, "reason_zh"), cell(l, in, "reason_en")};
  f->qualifier = cell(l, in, "qualifier");
  f->reference = cell(l, in, "reference");
  read_values(l, in, f);
  f->format = cell(l, in, "format");
  if (!f->format) f->format = usual_format(l, f);
  if (f->format) check_printed_format(l, in, f);
  read_reference(l, in, f);
  check_reason(l, in, f);
}

static void check_columns(st_load *l, const sx_table *table, const char *path) {
  static const char *const known[] = {"id",        "label_zh",  "label_en", "value",  "unit",      "decimals",
                                      "qualifier", "reference", "format",   "reason", "reason_zh", "reason_en",
                                      "value_si",  "low",       "high",     "print"};
  static const char *const needed[] = {"id", "value", "unit", "decimals", "reference", "reason"};
  const size_t n = sizeof known / sizeof *known;
  char where[SX_ERROR_WHERE_MAX], message[256];
  (void)snprintf(where, sizeof where, "%.500s:1", path);
  for (size_t i = 0; i < sx_table_columns(table); i++) {
    const char *name = sx_table_get(table, i)->name, *near = sx_text_nearest(name, known, n);
    if (near && strcmp(near, name) == 0) continue;
    (void)snprintf(message, sizeof message, "unknown column '%.80s'%s%s%s", name, near ? ", did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
    study__problem_at(l, false, where, message);
  }
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    if (sx_table_find(table, needed[i])) continue;
    (void)snprintf(message, sizeof message, "the column '%s' is missing", needed[i]);
    study__problem_at(l, false, where, message);
  }
}

void study__check_published(st_load *l) {
  sx_study *s = l->s;
  sx_table *table = NULL;
  sx_error err = SX_ERROR_INIT;
  const char *path = study__path(s, s->arena, s->published.file);
  if (!path) {
    l->oom = true;
    return;
  }
  if (sx_io_read(&table, &s->ctx, path, NULL, &err) != SX_OK) {
    study__error_problem(l, s->published.node, &err);
    return;
  }
  check_columns(l, table, path);
  const size_t n = sx_table_rows(table);
  s->published.figures = study__take(l, n, sizeof *s->published.figures);
  sheet in = {table, path, 0};
  for (; s->published.figures && in.row < n && !study__stop(l); in.row++) {
    st_figure f = {.id = NULL};
    read_figure(l, &in, &f);
    if (f.id) s->published.figures[s->published.n++] = f;
  }
  sx_table_free(table);
}

/* ---- comparing ------------------------------------------------------------------------------------------------------------ */

static const char *verdict_of(const st_figure *f, const st_row *row) {
  if (f->reason) return f->reason;
  if (!row || isnan(row->estimate)) return "no-estimate";
  const double slack = isfinite(row->se) ? AGREE_Z * row->se : 0;
  const bool above = isnan(f->low) || row->estimate >= f->low - slack;
  const bool below = isnan(f->high) || row->estimate <= f->high + slack;
  return above && below ? "agrees" : "differs";
}

static const st_row *row_of(const st_run *r, const st_figure *f) {
  return f->indicator ? study__find_row(&r->rows, f->indicator, f->statistic, f->domain) : NULL;
}

static sx_status put(st_run *r, const char *indicator, const char *statistic, double value, const st_row *from,
                     const char *unit, const char *quality, sx_error *err) {
  const double nan_value = (double)NAN;
  sx_store_row out = {.wave = r->s->wave,
                      .indicator = indicator,
                      .statistic = statistic,
                      .estimate = value,
                      .ci_level = 0.95,
                      .n = -1,
                      .unit = unit,
                      .quality = quality,
                      .na_reason = !isnan(value)                     ? ""
                                   : strcmp(statistic, "share") == 0 ? "zero denominator"
                                                                     : "words only",
                      .method = "published"};
  out.se = out.low = out.high = out.df = out.n_eff = out.deff = out.cv = nan_value;
  if (from) {
    out.se = from->se;
    out.df = from->df;
    out.na_reason = isnan(value) ? sx_na_text(from->na == SX_NA_NONE ? SX_NA_OPERAND : from->na) : "";
    if (strcmp(statistic, "estimate") == 0) {
      out.low = from->low;
      out.high = from->high;
      out.n = from->n;
    }
  }
  int64_t id = 0;
  SX_TRY(sx_store_put_row(&id, r->store, "published", &out, err));
  const st_row row = {.indicator = indicator,
                      .statistic = statistic,
                      .domain = "total",
                      .estimate = value,
                      .se = out.se,
                      .low = out.low,
                      .high = out.high,
                      .df = out.df,
                      .n = out.n,
                      .id = id,
                      .main = strcmp(statistic, "published") == 0 || strcmp(statistic, "count") == 0 ||
                              strcmp(statistic, "share") == 0};
  return study__add_row(r, &row, err);
}

static bool is_points(const char *unit) {
  return unit && (strcmp(unit, "pp") == 0 || strcmp(unit, "百分点") == 0);
}

static sx_status put_figure(st_run *r, const st_figure *f, const char *verdict, const st_row *row, sx_error *err) {
  const char *id = sx_arena_printf(r->arena, "published/%s", f->id);
  const char *rest = NULL;
  const bool points = is_points(f->unit);
  const bool percent = f->unit && strcmp(f->unit, "%") == 0;
  (void)study__unit_scale(f->unit, &rest);
  if (points) rest = "pp";
  if (!id) return sx_error_memory(err);
  SX_TRY(put(r, id, "published", f->value_si, NULL, rest, verdict, err));
  if (!row) return SX_OK;
  const st_row copy = *row; /* adding rows moves the index */
  SX_TRY(put(r, id, "estimate", copy.estimate, &copy, rest, verdict, err));
  if (isnan(f->value_si)) return SX_OK; /* words have no difference */
  return put(r, id, "difference", copy.estimate - f->value_si, &copy, percent ? "pp" : rest, verdict, err);
}

sx_status study__put_published_labels(st_run *r, sx_error *err) {
  static const struct {
    const char *id;
    sx_text2 label;
  } sums[] = {{"published/figures", {"公布数字", "published figures"}},
              {"published/compared", {"与估计对照的公布数字", "published figures set beside an estimate"}},
              {"published/agreeing", {"其中相符", "of these, agreeing"}},
              {"published/share", {"相符的比例", "share agreeing"}},
              {"published/design_fact", {"设计事实", "facts of the design"}},
              {"published/previous_wave", {"需要上一期调查", "need the previous wave"}},
              {"published/contradiction", {"与总体或其他数字矛盾", "contradict the population or another figure"}}};
  if (study__plan_find(r->plan, "published") == ST_NONE) return SX_OK;
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
    const sx_store_indicator out = {.id = sums[i].id, .label = sums[i].label, .scale = 1.0};
    SX_TRY(sx_store_put_indicator(r->store, &out, err));
  }
  for (size_t i = 0; i < r->s->published.n; i++) {
    const st_figure *f = &r->s->published.figures[i];
    const char *id = sx_arena_printf(r->arena, "published/%s", f->id);
    if (!id) return sx_error_memory(err);
    const bool percent = f->unit && (strcmp(f->unit, "%") == 0 || is_points(f->unit));
    const sx_store_indicator out = {.id = id, .label = f->label, .unit = f->unit, .scale = percent ? 100 : 1};
    SX_TRY(sx_store_put_indicator(r->store, &out, err));
  }
  return SX_OK;
}

sx_status study__run_published(st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  const size_t step = study__plan_find(r->plan, "published");
  if (step == ST_NONE || r->plan->steps[step].reused) return SX_OK;
  double compared = 0, agreeing = 0, by_reason[N_REASONS] = {0};
  for (size_t i = 0; i < s->published.n; i++) {
    const st_figure *f = &s->published.figures[i];
    const st_row *row = row_of(r, f);
    const char *verdict = verdict_of(f, row);
    if (!f->reason) compared++;
    if (strcmp(verdict, "agrees") == 0) agreeing++;
    for (size_t k = 0; f->reason && k < N_REASONS; k++) by_reason[k] += strcmp(f->reason, reasons[k]) == 0;
    SX_TRY(put_figure(r, f, verdict, row, err));
  }
  SX_TRY(put(r, "published/figures", "count", (double)s->published.n, NULL, NULL, "", err));
  SX_TRY(put(r, "published/compared", "count", compared, NULL, NULL, "", err));
  SX_TRY(put(r, "published/agreeing", "count", agreeing, NULL, NULL, "", err));
  SX_TRY(put(r, "published/design_fact", "count", by_reason[0], NULL, NULL, "", err));
  SX_TRY(put(r, "published/previous_wave", "count", by_reason[1], NULL, NULL, "", err));
  SX_TRY(put(r, "published/contradiction", "count", by_reason[2], NULL, NULL, "", err));
  return put(r, "published/share", "share", compared > 0 ? agreeing / compared : (double)NAN, NULL, NULL, "", err);
}

/* ---- the table of the report --------------------------------------------------------------------------------------------------- */

static void text_cell(sx_buf *out, const char *zh, const char *en) {
  sx_buf_add(out, "{\"text\":");
  study__text2_json(out, zh, en);
  sx_buf_add_char(out, '}');
}

static void verdict_cell(sx_buf *out, const st_figure *f, const char *verdict) {
  static const struct {
    const char *verdict, *zh, *en;
  } words[] = {{"agrees", "相符", "agrees"},
               {"differs", "不符", "differs"},
               {"no-estimate", "无估计", "no estimate"},
               {"design-fact", "设计事实", "fact of the design"},
               {"previous-wave", "需上一期调查", "needs the previous wave"},
               {"contradiction", "与总体或其他数字矛盾", "contradicts the population or another figure"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i].verdict, verdict) != 0) continue;
    sx_buf_add(out, "{\"text\":");
    study__text2_join(out, (sx_text2){words[i].zh, words[i].en}, (sx_text2){"：", ": "}, f->reason_text);
    sx_buf_add_char(out, '}');
    return;
  }
  text_cell(out, verdict, verdict);
}

static void estimate_cell(sx_buf *out, const st_figure *f) {
  sx_buf_add(out, "{\"ref\":");
  sx_json_string(out, f->reference);
  sx_buf_add(out, ",\"format\":");
  sx_json_string(out, f->format);
  sx_buf_add(out, "},");
}

/* A standard error is printed in the figure's unit with one digit more; percentage points without the sign of a gap. */
static void se_cell(sx_buf *out, const st_figure *f) {
  char format[80];
  const char *space = strrchr(f->format, ' ');
  const size_t n = space ? (size_t)(space - f->format) : strlen(f->format);
  const bool points = n == 2 && strncmp(f->format, "pp", 2) == 0;
  (void)snprintf(format, sizeof format, "%.*s %d%s", (int)(n < 60 ? n : 60), f->format, f->decimals + 1,
                 points ? " sign:none" : "");
  sx_buf_add(out, "{\"ref\":");
  sx_buf ref;
  sx_buf_init(&ref, out->ctx);
  sx_buf_printf(&ref, "%s.se", f->reference);
  sx_json_string(out, ref.data ? ref.data : "");
  if (ref.failed) out->failed = true;
  sx_buf_clear(&ref);
  sx_buf_add(out, ",\"format\":");
  sx_json_string(out, format);
  sx_buf_add_char(out, '}');
}

/* The words that Chinese reports put before a figure, and the units that are no scale. */
static const struct {
  const char *zh, *en;
} qualifiers[] = {{"接近", "nearly"},    {"近", "nearly"},  {"约", "about"},         {"左右", "about"},
                  {"超", "over"},        {"超过", "over"},  {"突破", "over"},        {"仅", "only"},
                  {"基本持平", "level"}, {"相近", "close"}, {"远高于", "far above"}, {"均高于", "above in all"},
                  {"翻一番", "doubled"}};
static const struct {
  const char *unit, *zh_before, *zh_after, *en_before, *en_after;
} counted[] = {{"位", "第", "位", "place ", ""}, {"倍", "", "倍", "", " times"}, {"个", "", "个", "", ""}};

static const char *qualifier_en(const char *zh) {
  for (size_t i = 0; zh && i < sizeof qualifiers / sizeof *qualifiers; i++) {
    if (strcmp(qualifiers[i].zh, zh) == 0) return qualifiers[i].en;
  }
  return "";
}

static void printed_format(char out[80], const st_figure *f) {
  const char *space = strrchr(f->format, ' ');
  const size_t n = space ? (size_t)(space - f->format) : strlen(f->format);
  (void)snprintf(out, 80, "%.*s %d", (int)(n < 60 ? n : 60), f->format, f->decimals);
}

static bool is_counted(const st_figure *f) {
  for (size_t i = 0; f->unit && i < sizeof counted / sizeof *counted; i++) {
    if (strcmp(f->unit, counted[i].unit) == 0) return true;
  }
  return false;
}

/* The number as it was printed: with its own decimals, in the unit of the language. */
static sx_status printed_number(sx_buf *out, const st_figure *f, sx_lang lang, sx_error *err) {
  char number[SX_FIXED_TEXT_MAX], format[80];
  for (size_t i = 0; f->unit && i < sizeof counted / sizeof *counted; i++) {
    if (strcmp(f->unit, counted[i].unit) != 0) continue;
    (void)sx_text_fixed(number, f->value, f->decimals);
    sx_buf_add(out, lang == SX_LANG_ZH ? counted[i].zh_before : counted[i].en_before);
    sx_buf_add(out, number);
    sx_buf_add(out, lang == SX_LANG_ZH ? counted[i].zh_after : counted[i].en_after);
    return sx_buf_status(out, err);
  }
  printed_format(format, f);
  return sx_report_format(out, f->value_si, format, lang, err);
}

static sx_status printed_cell(sx_buf *out, const st_figure *f, sx_error *err) {
  sx_buf zh, en;
  if (isfinite(f->value_si) && !(f->qualifier && *f->qualifier) &&
      !is_counted(f)) { /* a number, also in the workbook */
    char format[80], value[SX_DOUBLE_TEXT_MAX];
    printed_format(format, f);
    value[sx_text_from_double(value, f->value_si)] = '\0';
    sx_buf_printf(out, "{\"value\":%s,\"format\":", value);
    sx_json_string(out, format);
    sx_buf_add_char(out, '}');
    return sx_buf_status(out, err);
  }
  sx_buf_init(&zh, out->ctx);
  sx_buf_init(&en, out->ctx);
  const char *word = qualifier_en(f->qualifier);
  const bool number = isfinite(f->value_si);
  if (f->qualifier) sx_buf_add(&zh, f->qualifier);
  sx_buf_add(&en, word);
  if (*word && number) sx_buf_add_char(&en, ' ');
  sx_status status = SX_OK;
  if (number) status = printed_number(&zh, f, SX_LANG_ZH, err);
  if (number && status == SX_OK) status = printed_number(&en, f, SX_LANG_EN, err);
  if (status == SX_OK) status = sx_buf_status(&zh, err);
  if (status == SX_OK) status = sx_buf_status(&en, err);
  if (status == SX_OK) text_cell(out, zh.data && *zh.data ? zh.data : "—", en.data && *en.data ? en.data : "—");
  sx_buf_clear(&zh);
  sx_buf_clear(&en);
  return status;
}

static sx_status figure_row(sx_buf *out, const st_run *r, const st_figure *f, sx_error *err) {
  sx_buf_add(out, "{\"label\":");
  study__text2_json(out, f->label.zh ? f->label.zh : f->id, f->label.en ? f->label.en : f->id);
  sx_buf_add(out, ",\"cells\":[");
  text_cell(out, f->id, f->id);
  sx_buf_add_char(out, ',');
  SX_TRY(printed_cell(out, f, err));
  sx_buf_add_char(out, ',');
  const st_row *row = row_of(r, f);
  if (row && isfinite(row->estimate)) {
    estimate_cell(out, f);
    se_cell(out, f);
  } else {
    sx_buf_add(out, "null,null");
  }
  sx_buf_add_char(out, ',');
  verdict_cell(out, f, verdict_of(f, row));
  sx_buf_add(out, "]}");
  return SX_OK;
}

sx_status study__published_json(sx_buf *out, st_run *r, const st_block *block, sx_error *err) {
  const sx_study *s = r->s;
  (void)block;
  sx_buf_add(out, "\"columns\":[{\"label\":");
  study__text2_json(out, "编号", "Figure");
  sx_buf_add(out, "},{\"label\":");
  study__text2_json(out, "公布", "Published");
  sx_buf_add(out, "},{\"label\":");
  study__text2_json(out, "估计", "Estimate");
  sx_buf_add(out, "},{\"label\":");
  study__text2_json(out, "标准误", "Standard error");
  sx_buf_add(out, "},{\"label\":");
  study__text2_json(out, "判断", "Verdict");
  sx_buf_add(out, "}],\"quoted\":true,\"bases\":false,\"errors\":false,\"rows\":[");
  for (size_t i = 0; i < s->published.n; i++) {
    if (i) sx_buf_add_char(out, ',');
    SX_TRY(figure_row(out, r, &s->published.figures[i], err));
  }
  sx_buf_add_char(out, ']');
  return sx_buf_status(out, err);
}
