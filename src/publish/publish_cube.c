/* publish_cube.c: rows to a cube. Codes follow the cross-domain lists of SDMX where the meaning is known: CL_FREQ, CL_SEX (M, F, _T), CL_AGE
 * (Y20T29, Y_GE60, Y_LT6), REF_AREA (CN-11 from the first digits of GB/T 2260), urbanisation U and R. Every other level keeps what of it can stand in
 * a code. */
#include "publish_cube.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shuxiao/release_quality.h"

/* ---- names ------------------------------------------------------------------------------------------------------------- */

static bool one_of(const char *text, const char *const *list) {
  for (size_t i = 0; list[i]; i++) {
    if (strcasecmp(text, list[i]) == 0) return true;
  }
  return false;
}

static const char *concept_of(const char *variable) {
  static const char *const area[] = {"province", "prov", "region", "area", "ref_area", "地区", "省份", "省", NULL};
  static const char *const sex[] = {"sex", "gender", "性别", NULL};
  static const char *const age[] = {"age", "age5", "age6", "age_class", "age_group", "年龄", "年龄组", NULL};
  static const char *const urban[] = {"residence", "urbanisation", "urbanization", "城乡", NULL};
  if (one_of(variable, area)) return "REF_AREA";
  if (one_of(variable, sex)) return "SEX";
  if (one_of(variable, age)) return "AGE";
  return one_of(variable, urban) ? "URBANISATION" : NULL;
}

enum { LONGEST = 120 };

static bool code_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Letters beyond ASCII become their code points; signs '_'. No longer than LONGEST: an indicator and its statistic are within the 256 characters of
 * PX (3.2 CODES). */
static const char *slug(sx_arena *arena, const char *text, bool capitals) {
  const size_t n = strlen(text);
  char *out = sx_arena_alloc(arena, 7 * n + 2, 1);
  size_t used = 0;
  if (!out) return NULL;
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t step = sx_utf8_next(&code, text + i, n - i);
    if (!step) step = 1, code = '_';
    if (step > 1) {
      used += (size_t)snprintf(out + used, 8, "U%X", (unsigned)code);
    } else {
      const char c = text[i];
      const char upper = capitals && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
      out[used++] = c == '<' ? 'L' : c == '>' ? 'G' : c == '+' ? 'P' : code_char(upper) ? upper : '_';
    }
    i += step;
  }
  if (!used) out[used++] = '_';
  if (used > LONGEST) used = LONGEST;
  out[used] = '\0';
  return out;
}

/* "20-29" Y20T29, "60+" Y_GE60, "<20" Y_LT20, "19-" no: NULL for what is no range of years. */
static const char *age_code(sx_arena *arena, const char *level) {
  unsigned from = 0, to = 0;
  int used = 0;
  if (sscanf(level, "%3u-%3u%n", &from, &to, &used) == 2 && !level[used])
    return sx_arena_printf(arena, "Y%uT%u", from, to);
  if (sscanf(level, "%3u+%n", &from, &used) == 1 && used > 0 && level[used - 1] == '+' && !level[used])
    return sx_arena_printf(arena, "Y_GE%u", from);
  if (sscanf(level, "<%3u%n", &to, &used) == 1 && !level[used]) return sx_arena_printf(arena, "Y_LT%u", to);
  return NULL;
}

/* "11" or "110000" CN-11, "440300" CN-4403. */
static const char *area_code(sx_arena *arena, const char *level) {
  const size_t n = strlen(level);
  if (strspn(level, "0123456789") != n || (n != 2 && n != 4 && n != 6)) return NULL;
  size_t keep = n;
  while (keep > 2 && level[keep - 1] == '0' && level[keep - 2] == '0') keep -= 2;
  return sx_arena_printf(arena, "CN-%.*s", (int)keep, level);
}

static const char *known_code(sx_arena *arena, const char *id, const char *level) {
  static const char *const men[] = {"male", "men", "m", "男", NULL}, *const women[] = {"female", "women", "f", "女",
                                                                                       NULL};
  static const char *const urban[] = {"urban", "城镇", "城市", NULL}, *const rural[] = {"rural", "农村", "乡村", NULL};
  if (strcmp(id, "AGE") == 0) return age_code(arena, level);
  if (strcmp(id, "REF_AREA") == 0) return area_code(arena, level);
  if (strcmp(id, "SEX") == 0) return one_of(level, men) ? "M" : one_of(level, women) ? "F" : NULL;
  if (strcmp(id, "URBANISATION") == 0) return one_of(level, urban) ? "U" : one_of(level, rural) ? "R" : NULL;
  return NULL;
}

/* The code of a level, added at its first appearance. */
static sx_status code_at(size_t *out, pub_dimension *d, const pub_run *run, const char *level, const char *code,
                         sx_text2 label, sx_error *err) {
  int32_t place = 0;
  if (!d->levels) SX_TRY(sx_dict_new(&d->levels, &run->ctx, err));
  if (!d->taken) SX_TRY(sx_dict_new(&d->taken, &run->ctx, err));
  SX_TRY(sx_dict_add(&place, d->levels, level, strlen(level), err));
  *out = (size_t)place;
  if (*out < d->n) return SX_OK;
  const char *made = code ? code : known_code(run->arena, d->id, level);
  if (!made) made = slug(run->arena, level, false);
  const char *base = made;
  for (size_t i = 2; made && sx_dict_find(d->taken, made, strlen(made)) >= 0; i++)
    made = sx_arena_printf(run->arena, "%s_%zu", base, i);
  if (!made || !sx_arena_grow(run->arena, (void **)&d->codes, &d->cap, d->n + 1, sizeof *d->codes))
    return sx_error_memory(err);
  SX_TRY(sx_dict_add(&place, d->taken, made, strlen(made), err));
  d->codes[d->n++] = (pub_code){level, made, label};
  return SX_OK;
}

const char *sx_publish__setting(const pub_run *run, const char *key, const char *given, const char *otherwise) {
  const sx_node *root = run->document ? sx_doc_root(run->document) : NULL;
  const sx_node *part = root ? sx_node_get(root, "publish") : NULL, *node = part ? sx_node_get(part, key) : NULL;
  return given ? given : node && node->kind == SX_NODE_SCALAR && node->text[0] ? node->text : otherwise;
}

static const char *dimension_id(const pub_run *run, const char *variable) {
  const sx_node *root = run->document ? sx_doc_root(run->document) : NULL;
  const sx_node *part = root ? sx_node_get(root, "publish") : NULL;
  const sx_node *names = part ? sx_node_get(part, "dimensions") : NULL,
                *node = names ? sx_node_get(names, variable) : NULL;
  if (node && node->kind == SX_NODE_SCALAR && node->text[0]) return slug(run->arena, node->text, true);
  const char *known = concept_of(variable);
  return known ? known : slug(run->arena, variable, true);
}

/* ---- time -------------------------------------------------------------------------------------------------------------- */

static const char *period_of_part(sx_arena *arena, const char *wave, unsigned year, char letter, unsigned part) {
  const bool quarter = letter == 'Q' || letter == 'q';
  if (part < 1 || part > (quarter ? 4 : 2)) return slug(arena, wave, false);
  return sx_arena_printf(arena, "%04u-%c%u", year, quarter ? 'Q' : 'S', part);
}

const char *sx_publish__period(sx_arena *arena, const char *wave) {
  unsigned year = 0, part = 0;
  char letter = 0;
  int used = 0;
  if (sscanf(wave, "%4u-%c%1u%n", &year, &letter, &part, &used) == 3 && !wave[used] && strchr("SQHsqh", letter))
    return period_of_part(arena, wave, year, letter, part);
  if (sscanf(wave, "%4u%c%1u%n", &year, &letter, &part, &used) == 3 && !wave[used] && strchr("SQHsqh", letter))
    return period_of_part(arena, wave, year, letter, part);
  if (sscanf(wave, "%4u-%2u%n", &year, &part, &used) == 2 && !wave[used] && part >= 1 && part <= 12)
    return sx_arena_printf(arena, "%04u-%02u", year, part);
  if (sscanf(wave, "%4u%n", &year, &used) == 1 && !wave[used] && used == 4) return sx_arena_printf(arena, "%04u", year);
  return *wave ? slug(arena, wave, false) : "_Z";
}

const char *sx_publish__frequency(const char *period) {
  const size_t n = strlen(period);
  const bool year = strspn(period, "0123456789") == 4;
  if (year && n == 4) return "A";
  if (!year || n != 7 || period[4] != '-') return "_Z";
  if (period[5] == 'S') return period[6] == '1' || period[6] == '2' ? "S" : "_Z";
  if (period[5] == 'Q') return period[6] >= '1' && period[6] <= '4' ? "Q" : "_Z";
  if (period[5] == '0') return period[6] >= '1' && period[6] <= '9' ? "M" : "_Z";
  return period[5] == '1' && period[6] >= '0' && period[6] <= '2' ? "M" : "_Z";
}

/* ---- numbers ----------------------------------------------------------------------------------------------------------- */

/* What is per cent is decided in one place for all formats: sx_store_measure. */
static sx_status unit_of(pub_unit *out, sx_arena *arena, const sx_store_row *row, const sx_store_indicator *indicator,
                         sx_error *err) {
  static const char *const people[] = {"人", "persons", "people", "person", NULL}, *const money[] = {"元", "yuan",
                                                                                                     "CNY", NULL};
  const char *unit = row->unit ? row->unit : "";
  double factor = 1;
  const sx_row_measure measure = sx_store_measure(&factor, row->statistic, unit, indicator);
  if (measure == SX_ROW_PERCENT)
    *out = (pub_unit){"PT", {"%", "%"}, true, factor};
  else if (measure == SX_ROW_POINTS)
    *out = (pub_unit){"PP", {"pp", "pp"}, true, factor};
  else if (!*unit)
    *out = (pub_unit){"PURE_NUMB", {"数值", "number"}, false, 1};
  else if (one_of(unit, people))
    *out = (pub_unit){"PS", {unit, unit}, false, 1};
  else if (one_of(unit, money))
    *out = (pub_unit){"CNY", {unit, unit}, false, 1};
  else
    *out = (pub_unit){slug(arena, unit, true), {unit, unit}, false, 1};
  return out->code ? SX_OK : sx_error_memory(err);
}

/* Two digits of the standard error decide: an error of 1.12 gives one decimal and is itself printed with two. Per cent at least one. Without an error
 * the decimals of the shortest text that reads back the same, at most six. */
static int decimals_of(double value, double se, const pub_unit *unit) {
  char text[SX_DOUBLE_TEXT_MAX];
  int decimals = 0;
  if (isfinite(se) && se > 1e-12 * fabs(value)) { /* else it is rounding */
    decimals = 1 - (int)floor(log10(se * unit->factor));
  } else if (isfinite(value)) {
    const size_t n = sx_text_from_double(text, value * unit->factor);
    const char *dot = memchr(text, '.', n);
    decimals = memchr(text, 'e', n) ? 6 : dot ? (int)(n - (size_t)(dot - text) - 1) : 0;
  }
  if (unit->percent && decimals < 1) decimals = 1;
  return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

void sx_publish__value(sx_buf *out, const pub_obs *obs, double value, int more) {
  char text[SX_FIXED_TEXT_MAX];
  if (!isfinite(value)) return;
  const int decimals = obs->decimals + more;
  const size_t n = sx_text_fixed(text, value * obs->unit.factor, decimals > 17 ? 17 : decimals);
  sx_buf_add_n(out, text, n);
}

/* ---- flags ------------------------------------------------------------------------------------------------------------- */

/* One flag fits: SDMX orders them B > O > ... > Q > ... > I > F > E > P > N > U > A (guidelines for CL_OBS_STATUS). */
static const char *status_of(const sx_store_row *row, bool assumed, bool suppressed) {
  if (suppressed) return "Q";
  if (!isfinite(row->estimate)) return "O";
  if (row->quality && strstr(row->quality, "break")) return "B";
  if (assumed || (row->method && strstr(row->method, "model"))) return "E";
  return sx_quality_is_low(row->quality) ? "U" : "A";
}

/* ---- the cube ---------------------------------------------------------------------------------------------------------- */

/* Ids that the formats have for their own: columns, components and concepts of SDMX, the dimension of the four numbers in JSON-stat. */
static bool reserved(const char *id) {
  static const char *const own[] = {"FREQ",
                                    "INDICATOR",
                                    "STAT_TYPE",
                                    "TIME_PERIOD",
                                    "WAVE",
                                    "STATISTIC",
                                    "OBS_VALUE",
                                    "OBS_STATUS",
                                    "CONF_STATUS",
                                    "UNIT_MEASURE",
                                    "UNIT_MULT",
                                    "DECIMALS",
                                    "STD_ERROR",
                                    "CONF_LOW",
                                    "CONF_HIGH",
                                    "STRUCTURE",
                                    "STRUCTURE_ID",
                                    "ACTION",
                                    "STRUCTURE_NAME",
                                    "DATAFLOW",
                                    "SERIES_KEY",
                                    "OBS_KEY",
                                    "REPORTING_YEAR_START_DAY",
                                    NULL};
  return one_of(id, own);
}

static bool id_taken(const pub_cube *cube, const char *id) {
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (strcmp(cube->dimensions[i].id, id) == 0) return true;
  }
  return reserved(id);
}

static sx_status dimension_at(size_t *out, pub_cube *cube, const sx_store_term *term, sx_error *err) {
  sx_arena *arena = cube->run->arena;
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (strcmp(cube->dimensions[i].variable, term->variable) == 0) {
      *out = i;
      return SX_OK;
    }
  }
  const char *id = dimension_id(cube->run, term->variable);
  if (id && !((id[0] >= 'A' && id[0] <= 'Z') || (id[0] >= 'a' && id[0] <= 'z'))) /* SDMX: NCNameIDType */
    id = sx_arena_printf(arena, "D_%s", id);
  const char *base = id;
  for (size_t k = 2; id && id_taken(cube, id); k++) id = sx_arena_printf(arena, "%s_%zu", base, k);
  if (!id || !sx_arena_grow(arena, (void **)&cube->dimensions, &cube->cap_dimensions, cube->n_dimensions + 1,
                            sizeof *cube->dimensions))
    return sx_error_memory(err);
  pub_dimension *d = &cube->dimensions[cube->n_dimensions];
  *d = (pub_dimension){.variable = term->variable, .id = id, .label = term->variable_label};
  const sx_text2 whole = {"合计", "Total"};
  size_t first = 0;
  *out = cube->n_dimensions++;
  return code_at(&first, d, cube->run, "", "_T", whole, err);
}

/* TIME_PERIOD is a dimension of time: where a wave is none that SDMX knows (or is not said), WAVE, by a code list. */
static void name_time(pub_cube *cube) {
  for (size_t i = 0; i < cube->time.n; i++) {
    if (strcmp(sx_publish__frequency(cube->time.codes[i].code), "_Z") != 0) continue;
    cube->time.id = SX_PUBLISH__WAVE;
    cube->time.label = (sx_text2){"批次", "Wave"};
  }
}

/* A figure of an earlier wave is crossed by it: that is its period. */
static bool is_wave(const sx_store_term *term) {
  return strcmp(term->variable, "wave") == 0;
}

static sx_status collect_dimensions(pub_cube *cube, sx_error *err) {
  size_t ignored = 0;
  for (size_t i = 0; i < cube->run->n_rows; i++) {
    for (size_t t = 0; t < cube->run->rows[i].n_terms; t++) {
      if (!is_wave(&cube->run->rows[i].terms[t]))
        SX_TRY(dimension_at(&ignored, cube, &cube->run->rows[i].terms[t], err));
    }
  }
  return SX_OK;
}

/* *known: what the study says of it; a scale of 1 and no unit where it says nothing. */
static sx_status indicator_at(size_t *out, sx_store_indicator *known, pub_cube *cube, const char *id, sx_error *err) {
  sx_store_indicator info;
  bool found = false;
  pub_run *run = cube->run;
  sx_text2 label = {id, id};
  if (cube->last_indicator != SIZE_MAX && strcmp(cube->indicator.codes[cube->last_indicator].level, id) == 0) {
    *out = cube->last_indicator;
    *known = cube->last_known;
    return SX_OK;
  }
  SX_TRY(sx_publish__indicator(&found, &info, run, id, err));
  *known = found ? info : (sx_store_indicator){.id = id, .scale = 1};
  if (found) {
    label = info.label;
    if (!label.zh && !label.en) label = (sx_text2){id, id};
  }
  SX_TRY(code_at(out, &cube->indicator, run, id, NULL, label, err));
  cube->last_indicator = *out;
  cube->last_known = *known;
  return SX_OK;
}

/* The first statistic of an indicator has its label, the others say which they are. */
static sx_status content_at(size_t *out, pub_cube *cube, const pub_obs *o, const sx_store_row *row, sx_error *err) {
  sx_arena *arena = cube->run->arena;
  const pub_code *indicator = &cube->indicator.codes[o->indicator];
  const size_t pair[] = {o->indicator, o->statistic};
  int32_t code = 0;
  const size_t before = sx_dict_count(cube->contents), shown = sx_dict_count(cube->shown);
  SX_TRY(sx_dict_add(&code, cube->contents, (const char *)pair, sizeof pair, err));
  *out = (size_t)code;
  if (*out < before) return SX_OK;
  const char *key = sx_arena_printf(arena, "%s.%s", indicator->code, cube->statistic.codes[o->statistic].code);
  if (!key) return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, cube->shown, indicator->code, strlen(indicator->code), err));
  const bool first = (size_t)code == shown;
  sx_text2 label = indicator->label;
  if (!first) {
    label.zh = sx_arena_printf(arena, "%s（%s）", sx_publish__text(indicator->label, SX_LANG_ZH), row->statistic);
    label.en = sx_arena_printf(arena, "%s (%s)", sx_publish__text(indicator->label, SX_LANG_EN), row->statistic);
    if (!label.zh || !label.en) return sx_error_memory(err);
  }
  pub_dimension *d = &cube->content; /* its keys are codes, and no two are alike */
  if (!sx_arena_grow(arena, (void **)&d->codes, &d->cap, d->n + 1, sizeof *d->codes)) return sx_error_memory(err);
  d->codes[d->n++] = (pub_code){key, key, label};
  return SX_OK;
}

/* The period of a wave; most rows have that of the row before. */
static const char *period_at(pub_cube *cube, const char *wave) {
  if (cube->last_wave && strcmp(cube->last_wave, wave) == 0) return cube->last_period;
  cube->last_wave = wave;
  cube->last_period = sx_publish__period(cube->run->arena, wave);
  return cube->last_period;
}

static sx_status observe(pub_cube *cube, pub_obs *o, const sx_store_row *row, sx_error *err) {
  sx_arena *arena = cube->run->arena;
  sx_store_indicator known;
  const char *wave = row->wave && *row->wave ? row->wave : cube->run->wave;
  for (size_t t = 0; t < row->n_terms; t++) {
    if (is_wave(&row->terms[t])) wave = row->terms[t].level;
  }
  const char *period = period_at(cube, wave);
  o->row = row;
  o->at = sx_arena_zalloc(arena, cube->n_dimensions + 1, sizeof *o->at);
  if (!o->at || !period) return sx_error_memory(err);
  for (size_t t = 0; t < row->n_terms; t++) {
    size_t d = 0;
    if (is_wave(&row->terms[t])) continue;
    SX_TRY(dimension_at(&d, cube, &row->terms[t], err));
    SX_TRY(
        code_at(&o->at[d], &cube->dimensions[d], cube->run, row->terms[t].level, NULL, row->terms[t].level_label, err));
  }
  SX_TRY(indicator_at(&o->indicator, &known, cube, row->indicator, err));
  const sx_text2 words = {row->statistic, row->statistic},
                 when = *wave ? (sx_text2){wave, wave} : (sx_text2){"不适用", "Not applicable"};
  SX_TRY(code_at(&o->statistic, &cube->statistic, cube->run, row->statistic, NULL, words, err));
  SX_TRY(code_at(&o->time, &cube->time, cube->run, period, period, when, err));
  SX_TRY(content_at(&o->content, cube, o, row, err));
  SX_TRY(unit_of(&o->unit, arena, row, &known, err));
  const bool suppressed = !isfinite(row->estimate) && row->na_reason && strstr(row->na_reason, "suppress");
  o->decimals = decimals_of(row->estimate, row->se, &o->unit);
  o->status = status_of(row, known.assumed, suppressed);
  o->confidence = suppressed ? "N" : "F";
  return SX_OK;
}

static sx_status observe_all(pub_cube *cube, sx_error *err) {
  const pub_run *run = cube->run;
  SX_TRY(collect_dimensions(cube, err));
  cube->n_obs = run->n_rows;
  cube->obs = sx_arena_zalloc(run->arena, cube->n_obs + 1, sizeof *cube->obs);
  if (!cube->obs) return sx_error_memory(err);
  SX_TRY(sx_dict_new(&cube->contents, &run->ctx, err));
  SX_TRY(sx_dict_new(&cube->shown, &run->ctx, err));
  for (size_t i = 0; i < cube->n_obs; i++) SX_TRY(observe(cube, &cube->obs[i], &run->rows[i], err));
  return SX_OK;
}

static void forget(pub_dimension *d) {
  sx_dict_free(d->levels);
  sx_dict_free(d->taken);
  d->levels = d->taken = NULL;
}

/* What served to make it. */
static void forget_all(pub_cube *cube) {
  pub_dimension *const own[] = {&cube->indicator, &cube->statistic, &cube->time};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) forget(own[i]);
  for (size_t i = 0; i < cube->n_dimensions; i++) forget(&cube->dimensions[i]);
  sx_dict_free(cube->contents);
  sx_dict_free(cube->shown);
  cube->contents = cube->shown = NULL;
}

/* A cell of a banner table, by the step that made it. */
static bool of_banner(const sx_store_row *row) {
  return row->step && strncmp(row->step, "banner:", strlen("banner:")) == 0;
}

/* The run without the cells of its banner tables: rows and heads of a table are no dimensions of the data. Where there is nothing else they stay. */
static sx_status without_tables(pub_run **out, pub_run *run, sx_error *err) {
  pub_run *own = sx_arena_alloc(run->arena, 1, sizeof *own);
  sx_store_row *rows = sx_arena_alloc(run->arena, run->n_rows + 1, sizeof *rows);
  size_t n = 0;
  if (!own || !rows) return sx_error_memory(err);
  for (size_t i = 0; i < run->n_rows; i++)
    if (!of_banner(&run->rows[i])) rows[n++] = run->rows[i];
  *out = run;
  if (n == 0 || n == run->n_rows) return SX_OK;
  *own = *run;
  own->rows = rows;
  own->n_rows = n;
  *out = own;
  return SX_OK;
}

sx_status sx_publish__cube(pub_cube *out, pub_run *run, sx_error *err) {
  SX_TRY(without_tables(&run, run, err));
  pub_cube cube = {.run = run,
                   .last_indicator = SIZE_MAX,
                   .indicator = {.id = "INDICATOR", .label = {"指标", "Indicator"}},
                   .statistic = {.id = "STAT_TYPE", .label = {"统计类型", "Kind of statistic"}},
                   .content = {.id = "INDICATOR", .label = {"指标", "Indicator"}},
                   .time = {.id = "TIME_PERIOD", .label = {"报告期", "Period"}}};
  const sx_status status = observe_all(&cube, err);
  forget_all(&cube);
  if (status != SX_OK) return status;
  name_time(&cube);
  const char *period = sx_publish__period(run->arena, run->wave);
  if (!period) return sx_error_memory(err);
  cube.frequency = sx_publish__frequency(cube.time.n ? cube.time.codes[0].code : period);
  *out = cube;
  return SX_OK;
}
