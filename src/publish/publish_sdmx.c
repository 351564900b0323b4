/* publish_sdmx.c: SDMX-CSV, version 2.1 (SDMX 3.1: STRUCTURE, STRUCTURE_ID, ACTION before the dimensions; missing numbers NaN) and 1.0 (DATAFLOW
 * first, missing numbers empty), which many readers still expect; beside them the structure message
 * (publish_sdmx_structure.c). Field guides: github.com/sdmx-twg/sdmx-csv; records end as in RFC 4180, on which both are
 * based. */
#include <math.h>
#include <string.h>

#include "publish_sdmx.h"

static void head(sx_buf *out, const pub_cube *cube, bool version_1) {
  sx_buf_add(out, version_1 ? "DATAFLOW,FREQ" : "STRUCTURE,STRUCTURE_ID,ACTION,FREQ");
  sx_buf_add(out, ",REF_AREA,INDICATOR,STAT_TYPE");
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (strcmp(cube->dimensions[i].id, "REF_AREA") == 0) continue;
    sx_buf_add_char(out, ',');
    sx_csv_field(out, cube->dimensions[i].id);
  }
  sx_buf_printf(out,
                ",%s,OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MEASURE,UNIT_MULT,DECIMALS,STD_ERROR,CONF_LOW,CONF_HIGH\r\n",
                cube->time.id);
}

static void number(sx_buf *out, const pub_obs *o, double value, int more, bool version_1) {
  sx_buf_add_char(out, ',');
  if (isfinite(value))
    sx_publish__value(out, o, value, more);
  else if (!version_1)
    sx_buf_add(out, "NaN");
}

static void next(sx_buf *out, const char *code) {
  sx_buf_add_char(out, ',');
  sx_buf_add(out, code);
}

static void line(sx_buf *out, const pub_cube *cube, const pub_obs *o, const char *flow, bool version_1) {
  const char *area = "_T", *period = cube->time.codes[o->time].code;
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (strcmp(cube->dimensions[i].id, "REF_AREA") == 0) area = cube->dimensions[i].codes[o->at[i]].code;
  }
  if (!version_1) sx_buf_add(out, "dataflow,");
  sx_csv_field(out, flow);
  if (!version_1) sx_buf_add(out, ",R");
  next(out, sx_publish__frequency(period));
  next(out, area);
  next(out, cube->indicator.codes[o->indicator].code);
  next(out, cube->statistic.codes[o->statistic].code);
  for (size_t i = 0; i < cube->n_dimensions; i++) {
    if (strcmp(cube->dimensions[i].id, "REF_AREA") == 0) continue;
    next(out, cube->dimensions[i].codes[o->at[i]].code);
  }
  next(out, period);
  number(out, o, o->row->estimate, 0, version_1);
  sx_buf_printf(out, ",%s,%s,%s,0,%d", o->status, o->confidence, o->unit.code, o->decimals);
  number(out, o, o->row->se, 1, version_1);
  number(out, o, o->row->low, 0, version_1);
  number(out, o, o->row->high, 0, version_1);
  sx_buf_add(out, "\r\n");
}

static sx_status flow_of(sx_sdmx_flow *out, const pub_run *run, sx_error *err) {
  char *own = sx_arena_printf(run->arena, "DF_%s", run->study);
  if (!own) return sx_error_memory(err);
  for (char *c = own; *c; c++) {
    const bool word = (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
    *c = word ? *c : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : '_';
  }
  out->agency = sx_publish__setting(run, "agency", run->options.agency, "SHUXIAO");
  out->id = sx_publish__setting(run, "dataflow", run->options.dataflow, own);
  out->version = sx_publish__setting(run, "version", run->options.dataflow_version, "1.0.0");
  out->structure = sx_arena_printf(run->arena, "DSD_%s", strncmp(out->id, "DF_", 3) == 0 ? out->id + 3 : out->id);
  return out->structure ? SX_OK : sx_error_memory(err);
}

static sx_status take(sx_publish_files *files, const pub_run *run, const char *tail, sx_buf *out, sx_error *err) {
  const char *name = sx_publish__name(run, tail);
  const sx_status status = name ? sx_publish_take(files, name, out, err) : sx_error_memory(err);
  sx_buf_clear(out);
  return status;
}

static sx_status table(sx_publish_files *files, const pub_cube *cube, const sx_sdmx_flow *flow, bool version_1,
                       sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, &cube->run->ctx);
  const char *name = sx_arena_printf(cube->run->arena, "%s:%s(%s)", flow->agency, flow->id, flow->version);
  if (!name) return sx_error_memory(err);
  head(&out, cube, version_1);
  for (size_t i = 0; i < cube->n_obs; i++) line(&out, cube, &cube->obs[i], name, version_1);
  return take(files, cube->run, version_1 ? ".sdmx10.csv" : ".sdmx.csv", &out, err);
}

static sx_status structure(sx_publish_files *files, const pub_cube *cube, const sx_sdmx_flow *flow, sx_error *err) {
  sx_buf out;
  sx_buf_init(&out, &cube->run->ctx);
  const sx_status status = sx_publish__sdmx_structure(&out, cube, flow, err);
  if (status != SX_OK) {
    sx_buf_clear(&out);
    return status;
  }
  return take(files, cube->run, ".sdmx.xml", &out, err);
}

sx_status sx_publish_sdmx(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                          sx_error *err) {
  pub_run r;
  pub_cube cube;
  sx_sdmx_flow flow;
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&r, store, run, options, true, err));
  sx_status status = sx_publish__cube(&cube, &r, err);
  if (status == SX_OK) status = flow_of(&flow, &r, err);
  if (status == SX_OK) status = table(files, &cube, &flow, false, err);
  if (status == SX_OK) status = table(files, &cube, &flow, true, err);
  if (status == SX_OK) status = structure(files, &cube, &flow, err);
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_publish__close(&r);
  return status;
}
