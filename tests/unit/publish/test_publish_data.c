/* SDMX-CSV, JSON-stat and PX of the sample, cell by cell: codes, rounding, flags, missing numbers. */
#include "publish_sample.h"
#include "shuxiao/io.h"

static sx_store *store;
static int64_t run;
static sx_publish_files files;

static bool prepare(sx_publish_fn make) {
  sx_error err = SX_ERROR_INIT;
  store = sample_open(NULL, &run);
  sx_publish_files_init(&files, NULL);
  if (!store) return false;
  if (make(&files, store, run, NULL, &err) != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  return true;
}

static void finish(void) {
  sx_publish_files_clear(&files);
  sample_close(store);
}

static void has_line(const char *text, const char *line) {
  const size_t n = strlen(line);
  for (const char *at = text; (at = strstr(at, line)) != NULL; at++) {
    if ((at == text || at[-1] == '\n') && (at[n] == '\n' || at[n] == '\0')) return;
  }
  SXT_FAIL("no line '%s'", line);
}

/* RFC 4180, 2.1: a record ends with CR LF. */
static void has_record(const char *text, const char *record) {
  char line[1000];
  (void)snprintf(line, sizeof line, "%s\r", record);
  has_line(text, line);
}

/* SDMX-CSV field guide 2.0: STRUCTURE, STRUCTURE_ID, ACTION first; a number that is intentionally missing is NaN. */
static void test_sdmx(void) {
  REQUIRE(prepare(sx_publish_sdmx));
  const sx_publish_file *two = file_named(&files, "dc.sdmx.csv"), *one = file_named(&files, "dc.sdmx10.csv");
  REQUIRE(two && one);
  has_record(
      two->data,
      "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,INDICATOR,STAT_TYPE,SEX,AGE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_"
      "STATUS,UNIT_MEASURE,UNIT_MULT,DECIMALS,STD_ERROR,CONF_LOW,CONF_HIGH");
  has_record(two->data, "dataflow,SHUXIAO:DF_DC(1.0.0),R,S,_T,rate,prop,_T,_T,2025-S1,78.4,A,F,PT,0,1,1.12,76.2,80.6");
  has_record(two->data,
             "dataflow,SHUXIAO:DF_DC(1.0.0),R,S,CN-11,rate,prop,_T,_T,2025-S1,90.0,U,F,PT,0,1,5.00,80.2,99.8");
  has_record(two->data, "dataflow,SHUXIAO:DF_DC(1.0.0),R,S,CN-54,rate,prop,_T,_T,2025-S1,NaN,O,F,PT,0,1,NaN,NaN,NaN");
  has_record(two->data, "dataflow,SHUXIAO:DF_DC(1.0.0),R,S,_T,rate,prop,M,_T,2025-S1,80.0,A,F,PT,0,1,1.50,77.1,82.9");
  has_record(two->data,
             "dataflow,SHUXIAO:DF_DC(1.0.0),R,S,_T,users,total,_T,Y6T19,2025-S1,201234567,A,F,PS,0,0,3000000."
             "0,195354567,207114567");
  has_record(two->data,
             "dataflow,SHUXIAO:DF_DC(1.0.0),R,S,_T,users,total,_T,Y_GE60,2025-S1,99000000,A,F,PS,0,0,2000000."
             "0,95080000,102920000");
  has_record(two->data,
             "dataflow,SHUXIAO:DF_DC(1.0.0),R,S,_T,spend,mean,_T,_T,2025-S1,2048,E,F,CNY,0,0,31.3,1987,2110");
  has_record(
      one->data,
      "DATAFLOW,FREQ,REF_AREA,INDICATOR,STAT_TYPE,SEX,AGE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MEASURE,"
      "UNIT_MULT,DECIMALS,STD_ERROR,CONF_LOW,CONF_HIGH");
  has_record(one->data, "SHUXIAO:DF_DC(1.0.0),S,CN-54,rate,prop,_T,_T,2025-S1,,O,F,PT,0,1,,,");
  const sx_publish_file *structure = file_named(&files, "dc.sdmx.xml"); /* more in tests/readers/sdmx.py */
  REQUIRE(structure);
  has_line(structure->data,
           "      <str:Dataflow id=\"DF_DC\" agencyID=\"SHUXIAO\" version=\"1.0.0\" isFinal=\"true\">");
  has_line(structure->data, "        <str:Code id=\"CN-54\">");
  has_line(structure->data, "          <com:Name xml:lang=\"zh\">西藏自治区</com:Name>");
  has_line(structure->data, "          <str:TimeDimension id=\"TIME_PERIOD\" position=\"7\">");
  finish();
}

static const sx_node *path(const sx_node *node, const char *const *keys) {
  for (size_t i = 0; node && keys[i]; i++) node = sx_node_get(node, keys[i]);
  return node;
}

static double at(const sx_node *list, size_t i) {
  double value = (double)NAN;
  if (list && list->kind == SX_NODE_LIST && i < list->n) (void)sx_node_number(&value, list->items[i]);
  return value;
}

/* json-stat.org/full: id, size, role, dimension.category.{index,label,unit}, value in row-major order, status by place. */
static void test_jsonstat(void) {
  sx_doc *doc = NULL;
  REQUIRE(prepare(sx_publish_jsonstat));
  CHECK_INT(files.n, 2);
  const sx_publish_file *zh = file_named(&files, "dc.jsonstat.zh.json");
  REQUIRE(zh);
  REQUIRE_OK(sx_doc_parse_json(&doc, NULL, "j", zh->data, zh->n, err));
  const sx_node *items = path(sx_doc_root(doc), (const char *const[]){"link", "item", NULL});
  REQUIRE(items && items->n == 4); /* total, sex, province, age */
  const sx_node *total = items->items[0], *sex = items->items[1], *province = items->items[2];
  CHECK(sx_node_get(sx_doc_root(doc), "version") && !sx_node_get(total, "version")); /* version: of the root alone */
  CHECK_STR(path(total, (const char *const[]){"updated", NULL})->text, "2025-08-15T00:00:00Z");
  const sx_node *size = sx_node_get(total, "size"), *value = sx_node_get(total, "value");
  REQUIRE(size && size->n == 3 && at(size, 0) == 3 && at(size, 1) == 1 && at(size, 2) == 4);
  const double expected[] = {78.4,      1.12,      76.2, 80.6, 957600000, 4123456.7,
                             949518025, 965681975, 2048, 31.3, 1987,      2110};
  for (size_t i = 0; i < 12; i++) CHECK_NEAR(at(value, i), expected[i], 1e-15);
  const sx_node *unit =
      path(total, (const char *const[]){"dimension", "INDICATOR", "category", "unit", "rate.prop", "label", NULL});
  REQUIRE(unit);
  CHECK_STR(unit->text, "%");
  const sx_node *label =
      path(total, (const char *const[]){"dimension", "INDICATOR", "category", "label", "users.total", NULL});
  REQUIRE(label);
  CHECK_STR(label->text, "=cmd|'/c calc'!A1");
  CHECK_INT(sx_node_get(sex, "size")->n, 4);
  const sx_node *gap =
      path(sex, (const char *const[]){"dimension", "INDICATOR", "category", "label", "rate.gap", NULL});
  REQUIRE(gap);
  CHECK_STR(gap->text, "数字消费用户占比（gap）");
  const sx_node *geo = path(province, (const char *const[]){"role", "geo", NULL});
  REQUIRE(geo && geo->n == 1);
  CHECK_STR(geo->items[0]->text, "REF_AREA");
  /* Xizang: null, flagged */
  const sx_node *values = sx_node_get(province, "value");
  REQUIRE(values && values->kind == SX_NODE_LIST && values->n == 8 && values->items[4]->kind == SX_NODE_NULL);
  const sx_node *status = path(province, (const char *const[]){"status", "4", NULL});
  REQUIRE(status);
  CHECK_STR(status->text, "O");
  sx_doc_free(doc);
  finish();
}

/* A reader of PX that knows nothing of the writer, after the format's description (Statistics Sweden, "PC-Axis file format", 2013): page 3: KEYWORD[language]
 * ("subkey")=value; page 4: strings in quotes, long ones continued as "..." "..." on the next line; DATA= the last keyword, numbers separated by
 * blanks, dots in quotes for missing ones (page 7: DATASYMBOL). */
typedef struct px_value {
  char text[64][400];
  size_t n;
} px_value;

static bool px_get(px_value *out, const char *px, const char *keyword) {
  const size_t n = strlen(keyword);
  const bool data = strcmp(keyword, "DATA") == 0;
  const char *at = px;
  for (; (at = strstr(at, keyword)) != NULL; at++) {
    if ((at == px || at[-1] == '\n') && at[n] == '=') break;
  }
  if (!at) return false;
  out->n = 0;
  for (at += n + 1; *at && *at != ';'; at++) {
    if (*at == ',' || *at == '\n' || *at == ' ') continue;
    char *text = out->text[out->n < 63 ? out->n++ : 63];
    size_t used = 0;
    if (*at == '"') {
      for (;;) { /* pieces in a row are one string, but in the data */
        for (at++; *at && *at != '"'; at++) {
          if (used < 399) text[used++] = *at;
        }
        const char *next = at + 1 + strspn(at + 1, "\n ");
        if (*next != '"' || data) break;
        at = next;
      }
    } else {
      for (; *at && !strchr(",;\n ", *at); at++) text[used++] = *at;
      at--;
    }
    text[used] = '\0';
  }
  return true;
}

static void test_px(void) {
  static px_value v;
  REQUIRE(prepare(sx_publish_px));
  CHECK_INT(files.n, 4);
  const sx_publish_file *file = file_named(&files, "dc_REF_AREA.px");
  REQUIRE(file);
  const char *px = file->data;
  CHECK(px_get(&v, px, "CODEPAGE") && strcmp(v.text[0], "utf-8") == 0);
  CHECK(px_get(&v, px, "LANGUAGES") && v.n == 2 && strcmp(v.text[1], "en") == 0);
  CHECK(px_get(&v, px, "STUB") && v.n == 2 && strcmp(v.text[1], "province") == 0);
  CHECK(px_get(&v, px, "HEADING[en]") && v.n == 2 && strcmp(v.text[0], "Period") == 0);
  CHECK(px_get(&v, px, "VALUES(\"province\")") && v.n == 2 && strcmp(v.text[1], "西藏自治区") == 0);
  CHECK(px_get(&v, px, "CODES[en](\"province\")") && v.n == 2 && strcmp(v.text[0], "CN-11") == 0);
  CHECK(px_get(&v, px, "UNITS(\"数字消费用户占比\")") && strcmp(v.text[0], "%") == 0);
  CHECK(px_get(&v, px, "DATA") && v.n == 8);
  CHECK_STR(v.text[0], "90.0");
  CHECK_STR(v.text[1], "5.00");
  CHECK_STR(v.text[4], "..");
  const char *end = strstr(px, "DATA=");
  REQUIRE(end);
  CHECK(strcmp(px + file->n - 2, ";\n") == 0);
  for (const char *line = px; *line; line += strcspn(line, "\n") + 1) CHECK(strcspn(line, "\n") <= 256);
  finish();
}

/* Three places, two of one name in Chinese; the second indicator has rows of two units. */
static sx_status namesakes(sx_store *to, sx_error *err) {
  const sx_store_run info = {
      .study = "dc", .wave = "2025-S1", .title_zh = "同名", .title_en = "Namesakes", .version = "0"};
  SX_TRY(sx_store_begin(&run, to, &info, NULL, 0, err));
  SX_TRY(sample_row(to, "users", "total", "place", "a", "同名", 5, 1, 100, "人", err));
  SX_TRY(sample_row(to, "users", "total", "place", "b", "同名", 6, 1, 100, "人", err));
  SX_TRY(sample_row(to, "users", "total", "place", "c", "别处", 7, 1, 100, "人", err));
  SX_TRY(sample_row(to, "spend", "mean", "place", "a", "同名", 8, 1, 100, "元", err));
  SX_TRY(sample_row(to, "spend", "mean", "place", "c", "别处", 9, 1, 100, "人", err));
  SX_TRY(sx_store_put_block(to, 0, "document", NULL, "{\"languages\":[\"zh\",\"en\"]}", err));
  return sx_store_finish(to, err);
}

/* PX tells values apart by their texts, in each language by itself; JSON-stat says a unit where all rows have it. */
static void test_namesakes(void) {
  static px_value v;
  (void)remove(sample_path());
  store = NULL;
  CHECK_OK(sx_store_open(&store, NULL, sample_path(), SX_STORE_WRITE, err));
  REQUIRE(store);
  CHECK_OK(namesakes(store, err));
  sx_publish_files_init(&files, NULL);
  CHECK_OK(sx_publish_px(&files, store, run, NULL, err));
  const sx_publish_file *px = file_named(&files, "dc_PLACE.px");
  REQUIRE(px);
  CHECK(px_get(&v, px->data, "VALUES(\"place\")") && v.n == 3);
  CHECK_STR(v.text[0], "同名 [a]");
  CHECK_STR(v.text[1], "同名 [b]");
  CHECK_STR(v.text[2], "别处");
  CHECK(px_get(&v, px->data, "VALUES[en](\"place\")") && v.n == 3);
  CHECK_STR(v.text[0], "a");
  CHECK(px_get(&v, px->data, "UNITS(\"users\")") && strcmp(v.text[0], "人") == 0);
  CHECK(px_get(&v, px->data, "UNITS(\"spend\")") && strcmp(v.text[0], "元") == 0); /* that of the first row */
  CHECK_OK(sx_publish_jsonstat(&files, store, run, NULL, err));
  const sx_publish_file *json = file_named(&files, "dc.jsonstat.en.json");
  REQUIRE(json);
  CHECK(strstr(json->data, "\"unit\":{\"users.total\":{\"decimals\":1,\"label\":\"人\"}}"));
  finish();
}

static void has(const char *text, const char *piece) {
  if (!strstr(text, piece)) SXT_FAIL("nowhere '%s'", piece);
}

static void test_codebook(void) {
  sx_table *table = NULL;
  sx_column *column = NULL;
  sx_publish_options options = SX_PUBLISH_OPTIONS_INIT;
  REQUIRE_OK(sx_table_new(&table, NULL, 0, err));
  REQUIRE_OK(sx_table_add(&column, table, "q<1>", SX_INTEGER, err));
  REQUIRE_OK(sx_column_set_label(NULL, column, "a & b", err));
  REQUIRE_OK(sx_column_add_label(NULL, column, 1, NULL, 0, "yes|no", err));
  REQUIRE_OK(sx_column_add_label(NULL, column, -9, NULL, 0, "no answer", err));
  REQUIRE_OK(sx_column_add_range(NULL, column, -9, -9, NULL, err));
  store = sample_open(NULL, &run);
  REQUIRE(store);
  options.variables = table;
  sx_publish_files_init(&files, NULL);
  REQUIRE_OK(sx_publish_ddi(&files, store, run, &options, err));
  const sx_publish_file *ddi = file_named(&files, "dc.ddi.xml"), *md = file_named(&files, "dc_codebook.en.md");
  REQUIRE(ddi && md);
  has(ddi->data, "<codeBook xmlns=\"ddi:codebook:2_5\"");
  has(ddi->data, "<titl xml:lang=\"zh\">数字消费</titl>");
  has(ddi->data, "<var ID=\"V_q_3C_1_3E_\" name=\"q&lt;1&gt;\" intrvl=\"discrete\">");
  has(ddi->data, "<labl>a &amp; b</labl>");
  has(ddi->data, "<catgry missing=\"Y\">\n        <catValu>-9</catValu>");
  has(ddi->data, "<qstnLit xml:lang=\"en\">Did you buy online?</qstnLit>");
  has(ddi->data, "<universe xml:lang=\"zh\">网民</universe>");
  has(ddi->data, "<notes type=\"statistics\">prop gap</notes>");
  has(ddi->data, "rests on a declared assumption");
  has(md->data, "| spend | Spending, per head (assumed) |");
  has(md->data, "1 = yes\\|no; -9 = no answer (missing) |");
  sx_table_free(table);
  finish();
}

/* The same store gives the same bytes. */
static void test_again(void) {
  sx_publish_files again;
  size_t n = 0;
  const sx_publish_format *formats = sx_publish_formats(&n);
  store = sample_open(NULL, &run);
  REQUIRE(store);
  for (size_t i = 0; i < n; i++) {
    if (strcmp(formats[i].name, "docx") == 0 || strcmp(formats[i].name, "pdf") == 0)
      continue; /* have tests of their own */
    sx_publish_files_init(&files, NULL);
    sx_publish_files_init(&again, NULL);
    CHECK_OK(formats[i].make(&files, store, run, NULL, err));
    CHECK_OK(formats[i].make(&again, store, run, NULL, err));
    CHECK_INT(files.n, again.n);
    CHECK(files.n > 0 || strcmp(formats[i].name, "banner") == 0); /* the sample has no banner tables */
    for (size_t k = 0; k < files.n && k < again.n; k++) {
      CHECK_STR(again.items[k].name, files.items[k].name);
      CHECK(files.items[k].n == again.items[k].n &&
            memcmp(files.items[k].data, again.items[k].data, files.items[k].n) == 0);
    }
    sx_publish_files_clear(&files);
    sx_publish_files_clear(&again);
  }
  sx_publish_files_init(&files, NULL);
  finish();
}

SXT_MAIN(SXT_CASE(test_sdmx), SXT_CASE(test_jsonstat), SXT_CASE(test_px), SXT_CASE(test_namesakes),
         SXT_CASE(test_codebook), SXT_CASE(test_again))
