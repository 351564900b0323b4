/* publish_px.c: PC-Axis files, bilingual (Statistics Sweden, PX-file format specification, AXIS-VERSION 2013: the keywords in the order of its section 3.4,
 * [language] after a keyword, CODEPAGE utf-8, text in quotes without quotes inside, lines of at most 256 characters, dots for missing numbers, a blank at the end of
 * every record but the last). A file for each set of variables. In STUB the indicator and the variables, in HEADING period and statistic. */
#include <math.h>
#include <string.h>

#include "publish_cube.h"
#include "publish_date.h"
#include "publish_shapes.h"

static const char *const measures[] = {"estimate", "std_error", "conf_low", "conf_high"};
static const char *const measure_words[][2] = {
    {"估计值", "Estimate"}, {"标准误", "Standard error"}, {"下限", "Lower limit"}, {"上限", "Upper limit"}};
static const char *const measure_name[] = {"统计量", "Statistic"};
enum { MEASURES = 4, LINE = 200 };

/* A quoted text: quotes inside become apostrophes (the format has no escape), line ends blanks; long ones are cut into strings that follow one another. */
static void quoted(sx_buf *out, const char *text) {
  size_t used = 0;
  sx_buf_add_char(out, '"');
  const size_t n = strlen(text);
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t step = sx_utf8_next(&code, text + i, n - i);
    if (!step) step = 1, code = '?';
    if (used + step > LINE) {
      sx_buf_add(out, "\"\n\"");
      used = 0;
    }
    if (code == '"')
      sx_buf_add_char(out, '\'');
    else if (code < 0x20 || code == 0x7f)
      sx_buf_add_char(out, ' ');
    else
      sx_buf_add_n(out, text + i, step);
    used += step;
    i += step;
  }
  sx_buf_add_char(out, '"');
}

typedef struct px {
  sx_buf *out;
  const pub_cube *cube;
  const pub_shape *shape;
  bool two; /* both languages: the second with [en] */
  sx_lang first;
  const char **names[2]; /* [language][values of all axes, one axis after the other] */
} px;

static void keyword(const px *p, const char *name, sx_lang lang) {
  sx_buf_add(p->out, name);
  if (p->two && lang != p->first) sx_buf_add(p->out, lang == SX_LANG_EN ? "[en]" : "[zh]");
}

static void text_line(const px *p, const char *name, sx_lang lang, const char *text) {
  keyword(p, name, lang);
  sx_buf_add_char(p->out, '=');
  quoted(p->out, text);
  sx_buf_add(p->out, ";\n");
}

static const char *axis_name(const pub_axis *axis, sx_lang lang) {
  const char *label = sx_publish__text(axis->dimension->label, lang);
  return *label ? label : axis->dimension->id;
}

/* Names of variables must differ: a label that another variable has gets its id. */
static void put_axis_name(const px *p, size_t a, sx_lang lang) {
  const char *name = axis_name(&p->shape->axes[a], lang);
  bool same = strcmp(name, measure_name[lang]) == 0;
  for (size_t k = 0; k < p->shape->n_axes; k++)
    same = same || (k != a && strcmp(axis_name(&p->shape->axes[k], lang), name) == 0);
  quoted(p->out, same ? p->shape->axes[a].dimension->id : name);
}

/* Indicator and variables stand in the stub; period in the heading, beside the statistic. */
static void layout(const px *p, sx_lang lang) {
  keyword(p, "STUB", lang);
  sx_buf_add_char(p->out, '=');
  for (size_t a = 0; a + 1 < p->shape->n_axes; a++) {
    if (a) sx_buf_add_char(p->out, ',');
    put_axis_name(p, a, lang);
  }
  sx_buf_add(p->out, ";\n");
  keyword(p, "HEADING", lang);
  sx_buf_add_char(p->out, '=');
  put_axis_name(p, p->shape->n_axes - 1, lang);
  sx_buf_add_char(p->out, ',');
  quoted(p->out, measure_name[lang]);
  sx_buf_add(p->out, ";\n");
}

static void list_head(const px *p, const char *name, size_t a, sx_lang lang) {
  keyword(p, name, lang);
  sx_buf_add_char(p->out, '(');
  if (a == SIZE_MAX)
    quoted(p->out, measure_name[lang]);
  else
    put_axis_name(p, a, lang);
  sx_buf_add(p->out, ")=");
}

/* The texts of an axis's values, by which the format tells them apart: a text that several have gets the code of each. */
static sx_status name_values(const char **out, const px *p, const pub_axis *axis, sx_lang lang, sx_error *err) {
  sx_arena *arena = p->cube->run->arena;
  sx_dict *texts = NULL;
  int32_t *which = sx_arena_alloc(arena, axis->n + 1, sizeof *which);
  size_t *times = sx_arena_zalloc(arena, axis->n + 1, sizeof *times);
  if (!which || !times) return sx_error_memory(err);
  SX_TRY(sx_dict_new(&texts, &p->cube->run->ctx, err));
  sx_status status = SX_OK;
  for (size_t i = 0; i < axis->n && status == SX_OK; i++) {
    const pub_code *c = &axis->dimension->codes[axis->codes[i]];
    const char *label = sx_publish__text(c->label, lang);
    out[i] = *label ? label : c->level;
    status = sx_dict_add(&which[i], texts, out[i], strlen(out[i]), err);
    if (status == SX_OK) times[which[i]]++;
  }
  for (size_t i = 0; i < axis->n && status == SX_OK; i++) {
    if (times[which[i]] < 2) continue;
    out[i] = sx_arena_printf(arena, "%s [%s]", out[i], axis->dimension->codes[axis->codes[i]].code);
    if (!out[i]) status = sx_error_memory(err);
  }
  sx_dict_free(texts);
  return status;
}

static sx_status name_all(px *p, sx_lang lang, sx_error *err) {
  size_t n = 0;
  for (size_t a = 0; a < p->shape->n_axes; a++) n += p->shape->axes[a].n;
  p->names[lang] = sx_arena_alloc(p->cube->run->arena, n + 1, sizeof *p->names[lang]);
  if (!p->names[lang]) return sx_error_memory(err);
  n = 0;
  for (size_t a = 0; a < p->shape->n_axes; a++) {
    SX_TRY(name_values(p->names[lang] + n, p, &p->shape->axes[a], lang, err));
    n += p->shape->axes[a].n;
  }
  return SX_OK;
}

static void values(const px *p, sx_lang lang) {
  const char *const *name = p->names[lang];
  for (size_t a = 0; a < p->shape->n_axes; a++) {
    list_head(p, "VALUES", a, lang);
    for (size_t i = 0; i < p->shape->axes[a].n; i++) {
      if (i) sx_buf_add(p->out, ",\n");
      quoted(p->out, *name++);
    }
    sx_buf_add(p->out, ";\n");
  }
  list_head(p, "VALUES", SIZE_MAX, lang);
  for (size_t m = 0; m < MEASURES; m++) {
    if (m) sx_buf_add_char(p->out, ',');
    quoted(p->out, measure_words[m][lang]);
  }
  sx_buf_add(p->out, ";\n");
}

static void codes(const px *p, sx_lang lang) {
  for (size_t a = 0; a < p->shape->n_axes; a++) {
    const pub_axis *axis = &p->shape->axes[a];
    list_head(p, "CODES", a, lang);
    for (size_t i = 0; i < axis->n; i++) {
      if (i) sx_buf_add(p->out, ",\n");
      quoted(p->out, axis->dimension->codes[axis->codes[i]].code);
    }
    sx_buf_add(p->out, ";\n");
  }
  list_head(p, "CODES", SIZE_MAX, lang);
  for (size_t m = 0; m < MEASURES; m++) {
    if (m) sx_buf_add_char(p->out, ',');
    quoted(p->out, measures[m]);
  }
  sx_buf_add(p->out, ";\n");
}

/* Decimals and units are those of the contents, which is the indicator (CONTVARIABLE); the decimals of the file are the most of any. */
static int most_decimals(const pub_shape *shape) {
  int most = 0;
  for (size_t i = 0; i < shape->n_obs; i++) most = shape->obs[i]->decimals > most ? shape->obs[i]->decimals : most;
  return most < 5 ? most + 1 : 6; /* the error has one more; the format ends at six */
}

static void contents(const px *p, sx_lang lang) {
  keyword(p, "CONTVARIABLE", lang);
  sx_buf_add_char(p->out, '=');
  put_axis_name(p, 0, lang);
  sx_buf_add(p->out, ";\n");
}

static void units(const px *p, sx_lang lang) {
  const pub_axis *axis = &p->shape->axes[0];
  for (size_t i = 0; i < axis->n; i++) {
    keyword(p, "UNITS", lang);
    sx_buf_add_char(p->out, '(');
    quoted(p->out, p->names[lang][i]);
    sx_buf_add(p->out, ")=");
    quoted(p->out, p->shape->first[i] ? sx_publish__text(p->shape->first[i]->unit.label, lang) : "");
    sx_buf_add(p->out, ";\n");
  }
}

static void data(const px *p) {
  sx_buf_add(p->out, "DATA=\n");
  for (size_t i = 0; i < p->shape->size; i++) {
    const pub_obs *o = p->shape->at[i];
    for (size_t m = 0; m < MEASURES; m++) {
      const double all[] = {o ? o->row->estimate : (double)NAN, o ? o->row->se : (double)NAN,
                            o ? o->row->low : (double)NAN, o ? o->row->high : (double)NAN};
      if (m) sx_buf_add_char(p->out, ' ');
      if (isfinite(all[m]))
        sx_publish__value(p->out, o, all[m], m == 1 && o->decimals < 6);
      else
        sx_buf_add(p->out, !o ? "\".\"" : strcmp(o->status, "Q") == 0 ? "\"...\"" : "\"..\"");
    }
    sx_buf_add(p->out, i + 1 < p->shape->size ? " \n" : ";\n");
  }
}

/* The words of dots: . no such cell, .. not available, ... kept back. */
static void symbols(const px *p, sx_lang lang) {
  static const char *const words[][2] = {
      {"没有该组合", "no such combination"}, {"无法获得", "not available"}, {"保密", "suppressed"}};
  static const char *const names[] = {"DATASYMBOL1", "DATASYMBOL2", "DATASYMBOL3"};
  for (size_t i = 0; i < 3; i++) text_line(p, names[i], lang, words[i][lang]);
}

static void subject(const px *p, sx_lang lang) {
  sx_buf label;
  sx_buf_init(&label, p->out->ctx);
  sx_publish__shape_label(&label, p->cube, p->shape, lang);
  if (label.failed)
    p->out->failed = true;
  else {
    text_line(p, "SUBJECT-AREA", lang, sx_publish__text(p->cube->run->title, lang));
    text_line(p, "TITLE", lang, label.data);
    text_line(p, "CONTENTS", lang, sx_publish__text(p->cube->run->title, lang));
    text_line(p, "UNITS", lang, lang == SX_LANG_ZH ? "见指标" : "see the indicator");
  }
  sx_buf_clear(&label);
}

static void put(const px *p) {
  const sx_lang langs[] = {p->first, p->first == SX_LANG_ZH ? SX_LANG_EN : SX_LANG_ZH};
  const size_t n = p->two ? 2 : 1;
  sx_buf_add(p->out, "CHARSET=\"ANSI\";\nAXIS-VERSION=\"2013\";\nCODEPAGE=\"utf-8\";\n");
  sx_buf_printf(p->out, "LANGUAGE=\"%s\";\n", p->first == SX_LANG_ZH ? "zh" : "en");
  if (p->two) sx_buf_add(p->out, "LANGUAGES=\"zh\",\"en\";\n");
  const sx_publish_date day = sx_publish__run_date(p->cube->run);
  sx_buf_printf(p->out, "CREATION-DATE=\"%04ld%02ld%02ld 00:00\";\n", day.year, day.month, day.day);
  sx_buf_printf(p->out, "DECIMALS=%d;\nSHOWDECIMALS=%d;\n", most_decimals(p->shape), most_decimals(p->shape));
  sx_buf_add(p->out, "MATRIX=");
  quoted(p->out, p->shape->id);
  sx_buf_add(p->out, ";\nAGGREGALLOWED=NO;\nSUBJECT-CODE=\"1\";\n");
  for (size_t i = 0; i < n; i++) subject(p, langs[i]);
  for (size_t i = 0; i < n; i++) layout(p, langs[i]);
  for (size_t i = 0; i < n; i++) contents(p, langs[i]);
  for (size_t i = 0; i < n; i++) values(p, langs[i]);
  for (size_t i = 0; i < n; i++) codes(p, langs[i]);
  for (size_t i = 0; i < n; i++) units(p, langs[i]);
  for (size_t i = 0; i < n; i++) text_line(p, "SOURCE", langs[i], sx_publish__text(p->cube->run->title, langs[i]));
  for (size_t i = 0; i < n; i++) symbols(p, langs[i]);
  data(p);
}

static sx_status make(sx_publish_files *files, const pub_cube *cube, const pub_shape *shape, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, &cube->run->ctx);
  px p = {.out = &out,
          .cube = cube,
          .shape = shape,
          .two = cube->run->options.zh && cube->run->options.en,
          .first = cube->run->options.zh ? SX_LANG_ZH : SX_LANG_EN};
  const char *tail = sx_arena_printf(cube->run->arena, "_%s.px", shape->id);
  const char *name = tail ? sx_publish__name(cube->run, tail) : NULL;
  if (!name) return sx_error_memory(err);
  SX_TRY(name_all(&p, SX_LANG_ZH, err));
  SX_TRY(name_all(&p, SX_LANG_EN, err));
  put(&p);
  const sx_status status = sx_publish_take(files, name, &out, err);
  sx_buf_clear(&out);
  return status;
}

sx_status sx_publish_px(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                        sx_error *err) {
  pub_run r;
  pub_cube cube;
  pub_shapes shapes = {NULL, 0, 0};
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&r, store, run, options, true, err));
  sx_status status = sx_publish__cube(&cube, &r, err);
  if (status == SX_OK) status = sx_publish__shapes(&shapes, &cube, err);
  for (size_t i = 0; i < shapes.n && status == SX_OK; i++) status = make(files, &cube, &shapes.items[i], err);
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_publish__close(&r);
  return status;
}
