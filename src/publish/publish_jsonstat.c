/* publish_jsonstat.c: JSON-stat 2.0 (json-stat.org/full). The rows of a run are sparse over all their variables at once, so there is a dataset for
 * each set of variables that rows are crossed by, and a collection that holds them. Dimensions of a dataset: INDICATOR (with its statistic), the variables,
 * TIME_PERIOD (WAVE where the waves are no periods), and STATISTIC (estimate, std_error, conf_low, conf_high). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "publish_cube.h"
#include "publish_shapes.h"

static const char *const measures[] = {"estimate", "std_error", "conf_low", "conf_high"};
static const char *const measure_words[][2] = {
    {"估计值", "Estimate"}, {"标准误", "Standard error"}, {"下限", "Lower limit"}, {"上限", "Upper limit"}};
enum { MEASURES = 4 };

static double measure_of(const pub_obs *o, size_t m) {
  const double all[] = {o->row->estimate, o->row->se, o->row->low, o->row->high};
  return all[m];
}

/* Ids and labels; json-stat.org/full, label: "a short (one line) descriptive text". */
static void string(sx_buf *out, const char *text) {
  sx_buf line;
  sx_buf_init(&line, out->ctx);
  sx_buf_add(&line, text);
  for (size_t i = 0; i < line.n; i++) {
    if ((unsigned char)line.data[i] < 0x20) line.data[i] = ' ';
  }
  if (line.failed)
    out->failed = true;
  else
    sx_json_string(out, line.data ? line.data : "");
  sx_buf_clear(&line);
}

static void category(sx_buf *out, const pub_axis *axis, sx_lang lang) {
  sx_buf_add(out, "\"category\":{\"index\":[");
  for (size_t i = 0; i < axis->n; i++) {
    if (i) sx_buf_add_char(out, ',');
    string(out, axis->dimension->codes[axis->codes[i]].code);
  }
  sx_buf_add(out, "],\"label\":{");
  for (size_t i = 0; i < axis->n; i++) {
    const pub_code *c = &axis->dimension->codes[axis->codes[i]];
    if (i) sx_buf_add_char(out, ',');
    string(out, c->code);
    sx_buf_add_char(out, ':');
    string(out, *sx_publish__text(c->label, lang) ? sx_publish__text(c->label, lang) : c->level);
  }
  sx_buf_add_char(out, '}');
}

/* Units of the indicators, where all rows of an indicator in the dataset have one. */
static void units(sx_buf *out, const pub_shape *shape, sx_lang lang) {
  bool any = false;
  const pub_axis *axis = &shape->axes[0];
  for (size_t i = 0; i < axis->n; i++) {
    const pub_obs *first = shape->first[i];
    if (!first || shape->mixed[i]) continue;
    sx_buf_add(out, any ? "," : ",\"unit\":{");
    string(out, axis->dimension->codes[axis->codes[i]].code);
    sx_buf_printf(out, ":{\"decimals\":%d,\"label\":", first->decimals);
    string(out, sx_publish__text(first->unit.label, lang));
    sx_buf_add_char(out, '}');
    any = true;
  }
  if (any) sx_buf_add_char(out, '}');
}

static void dimensions(sx_buf *out, const pub_shape *shape, sx_lang lang) {
  sx_buf_add(out, "\"dimension\":{");
  for (size_t a = 0; a < shape->n_axes; a++) {
    const pub_axis *axis = &shape->axes[a];
    string(out, axis->dimension->id);
    sx_buf_add(out, ":{\"label\":");
    string(out, *sx_publish__text(axis->dimension->label, lang) ? sx_publish__text(axis->dimension->label, lang)
                                                                : axis->dimension->id);
    sx_buf_add_char(out, ',');
    category(out, axis, lang);
    if (a == 0) units(out, shape, lang);
    sx_buf_add(out, "}},");
  }
  sx_buf_printf(out, "\"STATISTIC\":{\"label\":\"%s\",\"category\":{\"index\":[",
                lang == SX_LANG_ZH ? "统计量" : "Statistic");
  for (size_t m = 0; m < MEASURES; m++) sx_buf_printf(out, "%s\"%s\"", m ? "," : "", measures[m]);
  sx_buf_add(out, "],\"label\":{");
  for (size_t m = 0; m < MEASURES; m++)
    sx_buf_printf(out, "%s\"%s\":\"%s\"", m ? "," : "", measures[m], measure_words[m][lang]);
  sx_buf_add(out, "}}}}");
}

/* Values in the order of the dimensions, the last fastest; a cell without a row is null, or is left out where most are (an object by place). */
static void values(sx_buf *out, const pub_shape *shape) {
  bool any = false;
  const bool sparse = shape->n_obs < shape->size / 2;
  sx_buf_add(out, sparse ? "\"value\":{" : "\"value\":[");
  for (size_t i = 0; i < shape->size; i++) {
    const pub_obs *o = shape->at[i];
    for (size_t m = 0; m < MEASURES; m++) {
      const bool has = o && isfinite(measure_of(o, m));
      if (sparse && !has) continue;
      if (sparse ? any : i || m) sx_buf_add_char(out, ',');
      if (sparse) sx_buf_printf(out, "\"%zu\":", MEASURES * i + m);
      if (has)
        sx_publish__value(out, o, measure_of(o, m), m == 1);
      else
        sx_buf_add(out, "null");
      any = true;
    }
  }
  sx_buf_add_char(out, sparse ? '}' : ']');
  any = false;
  for (size_t i = 0; i < shape->size; i++) {
    const pub_obs *o = shape->at[i];
    if (!o || strcmp(o->status, "A") == 0) continue;
    for (size_t m = 0; m < MEASURES; m++) {
      sx_buf_printf(out, "%s\"%zu\":\"%s\"", any ? "," : ",\"status\":{", MEASURES * i + m, o->status);
      any = true;
    }
  }
  if (any) sx_buf_add_char(out, '}');
}

static void roles(sx_buf *out, const pub_shape *shape) {
  sx_buf_add(out, "\"role\":{");
  if (strcmp(shape->axes[shape->n_axes - 1].dimension->id, SX_PUBLISH__WAVE) != 0)
    sx_buf_add(out, "\"time\":[\"TIME_PERIOD\"],");
  for (size_t a = 0; a < shape->n_axes; a++) {
    if (strcmp(shape->axes[a].dimension->id, "REF_AREA") == 0) sx_buf_add(out, "\"geo\":[\"REF_AREA\"],");
  }
  sx_buf_add(out, "\"metric\":[\"INDICATOR\",\"STATISTIC\"]},");
}

/* "2025-08-15" of the document as a moment; nothing where its date is none. */
static void updated(sx_buf *out, const pub_run *run) {
  const sx_node *root = run->document ? sx_doc_root(run->document) : NULL,
                *node = root ? sx_node_get(root, "date") : NULL;
  if (node && node->kind == SX_NODE_MAP) node = sx_node_get(node, "en");
  unsigned y = 0, m = 0, d = 0;
  int used = 0;
  if (node && node->text && sscanf(node->text, "%4u-%2u-%2u%n", &y, &m, &d, &used) == 3 && !node->text[used])
    sx_buf_printf(out, "\"updated\":\"%04u-%02u-%02uT00:00:00Z\",", y, m, d);
}

static void dataset(sx_buf *out, const pub_cube *cube, const pub_shape *shape, sx_lang lang) {
  sx_buf_add(out, "{\"class\":\"dataset\",\"label\":");
  sx_buf label;
  sx_buf_init(&label, &cube->run->ctx);
  sx_publish__shape_label(&label, cube, shape, lang);
  if (label.failed)
    out->failed = true;
  else
    string(out, label.data);
  sx_buf_clear(&label);
  sx_buf_add_char(out, ',');
  updated(out, cube->run);
  sx_buf_add(out, "\"id\":[");
  for (size_t a = 0; a < shape->n_axes; a++) {
    string(out, shape->axes[a].dimension->id);
    sx_buf_add_char(out, ',');
  }
  sx_buf_add(out, "\"STATISTIC\"],\"size\":[");
  for (size_t a = 0; a < shape->n_axes; a++) sx_buf_printf(out, "%zu,", shape->axes[a].n);
  sx_buf_printf(out, "%d],", MEASURES);
  roles(out, shape);
  dimensions(out, shape, lang);
  sx_buf_add_char(out, ',');
  values(out, shape);
  sx_buf_add_char(out, '}');
}

static sx_status make(sx_publish_files *files, const pub_cube *cube, const pub_shapes *shapes, sx_lang lang,
                      sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, &cube->run->ctx);
  const char *name = sx_publish__name_in(cube->run, ".jsonstat.json", lang);
  if (!name) return sx_error_memory(err);
  sx_buf_add(&out, "{\"version\":\"2.0\",\"class\":\"collection\",\"label\":");
  string(&out, sx_publish__text(cube->run->title, lang));
  sx_buf_add_char(&out, ',');
  updated(&out, cube->run);
  sx_buf_add(&out, "\"link\":{\"item\":[\n");
  for (size_t i = 0; i < shapes->n; i++) {
    if (i) sx_buf_add(&out, ",\n");
    dataset(&out, cube, &shapes->items[i], lang);
  }
  sx_buf_add(&out, "\n]}}\n");
  const sx_status status = sx_publish_take(files, name, &out, err);
  sx_buf_clear(&out);
  return status;
}

sx_status sx_publish_jsonstat(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                              sx_error *err) {
  pub_run r;
  pub_cube cube;
  pub_shapes shapes;
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&r, store, run, options, true, err));
  sx_status status = sx_publish__cube(&cube, &r, err);
  if (status == SX_OK) status = sx_publish__shapes(&shapes, &cube, err);
  for (int lang = 0; lang < 2 && status == SX_OK; lang++) {
    if (sx_publish__has_lang(&r, (sx_lang)lang)) status = make(files, &cube, &shapes, (sx_lang)lang, err);
  }
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_publish__close(&r);
  return status;
}
