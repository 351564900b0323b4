/* The document tree of the sample store: its rules hold at every node, every number is the store's, grids are filled, small texts give
 * the nodes that their words ask for. */
#include "shuxiao/report_document.h"
#include "sxt.h"
#include "unit/report/report_sample.h"

static char path[300];

/* The tree of the sample with another narrative (NULL: its own), and the store for who needs it. */
static sx_status make(sx_document **doc, sx_store **store, int64_t *run, const char *text, sx_lang lang,
                      sx_error *err) {
  const sx_report_options options = {1, lang, NULL};
  SX_TRY(sample_store(store, run, NULL, sample_path(path, sizeof path, "document"), text, text, err));
  return sx_report_document(doc, *store, *run, &options, err);
}

static void done(sx_document *doc, sx_store *store) {
  sx_document_free(doc);
  sx_store_close(store);
  (void)remove(path);
}

/* ---- the rules of the header, at every node ---------------------------------------------------------------------- */

static bool in(sx_document_kind kind, const sx_document_kind *kinds) {
  for (size_t i = 0; kinds[i] != SX_DOC_KINDS; i++) {
    if (kinds[i] == kind) return true;
  }
  return false;
}

/* Blocks whose children are blocks that stand in a text. */
static bool flows(sx_document_kind kind) {
  static const sx_document_kind kinds[] = {SX_DOC_DOCUMENT, SX_DOC_ITEM,       SX_DOC_QUOTE,
                                           SX_DOC_ANNEXES,  SX_DOC_PROVENANCE, SX_DOC_FOOTNOTE,
                                           SX_DOC_ANNEX,    SX_DOC_BOX,        SX_DOC_KINDS};
  return in(kind, kinds);
}

static sx_document_kind only_child(sx_document_kind kind) {
  static const sx_document_kind pairs[][2] = {{SX_DOC_LIST, SX_DOC_ITEM},       {SX_DOC_KEY_FIGURES, SX_DOC_KEY_FIGURE},
                                              {SX_DOC_ROW, SX_DOC_CELL},        {SX_DOC_FOOTNOTES, SX_DOC_FOOTNOTE},
                                              {SX_DOC_CODE_BLOCK, SX_DOC_TEXT}, {SX_DOC_NUMBER, SX_DOC_TEXT},
                                              {SX_DOC_MARK, SX_DOC_TEXT},       {SX_DOC_MENTION, SX_DOC_TEXT},
                                              {SX_DOC_UNIT, SX_DOC_TEXT},       {SX_DOC_TAG, SX_DOC_TEXT}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    if (pairs[i][0] == kind) return pairs[i][1];
  }
  return SX_DOC_KINDS;
}

/* Every block that is no container of blocks holds inlines. */
static bool may_hold(sx_document_kind parent, sx_document_kind child) {
  static const sx_document_kind of_cover[] = {SX_DOC_PUBLISHER, SX_DOC_TITLE,     SX_DOC_SUBTITLE,
                                              SX_DOC_DATE,      SX_DOC_SYNTHETIC, SX_DOC_KEY_FIGURES,
                                              SX_DOC_ABOUT,     SX_DOC_DESIGN,    SX_DOC_KINDS};
  static const sx_document_kind of_key[] = {SX_DOC_KEY_LABEL, SX_DOC_KEY_VALUE, SX_DOC_KEY_NOTE, SX_DOC_KINDS};
  static const sx_document_kind of_table[] = {SX_DOC_CAPTION, SX_DOC_ROW,    SX_DOC_EMPTY,
                                              SX_DOC_NOTE,    SX_DOC_SOURCE, SX_DOC_KINDS};
  static const sx_document_kind of_figure[] = {SX_DOC_CAPTION, SX_DOC_UNIT_LINE, SX_DOC_DRAWING, SX_DOC_TABLE,
                                               SX_DOC_EMPTY,   SX_DOC_NOTE,      SX_DOC_SOURCE,  SX_DOC_KINDS};
  static const sx_document_kind of_text[] = {SX_DOC_COVER,     SX_DOC_HEADING, SX_DOC_PARAGRAPH,  SX_DOC_LIST,
                                             SX_DOC_QUOTE,     SX_DOC_RULE,    SX_DOC_CODE_BLOCK, SX_DOC_TABLE,
                                             SX_DOC_FIGURE,    SX_DOC_ANNEX,   SX_DOC_ANNEXES,    SX_DOC_PROVENANCE,
                                             SX_DOC_FOOTNOTES, SX_DOC_BOX,     SX_DOC_KINDS};
  if (only_child(parent) != SX_DOC_KINDS) return only_child(parent) == child;
  if (parent == SX_DOC_COVER) return in(child, of_cover);
  if (parent == SX_DOC_KEY_FIGURE) return in(child, of_key);
  if (parent == SX_DOC_TABLE) return in(child, of_table);
  if (parent == SX_DOC_FIGURE) return in(child, of_figure);
  if (parent == SX_DOC_BOX && child == SX_DOC_CAPTION) return true;
  if (flows(parent)) return in(child, of_text);
  return !sx_document_is_block(child);
}

static void check_text(const char *text) {
  CHECK(sx_utf8_valid(text, strlen(text), NULL));
  for (const char *p = text; *p; p++) {
    if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
      SXT_FAIL("a control character in '%s'", text);
  }
}

static void check_links(const sx_document_node *n) {
  const sx_document_node *last = NULL;
  for (const sx_document_node *child = n->first; child; child = child->next) {
    CHECK(child->parent == n);
    if (!may_hold(n->kind, child->kind))
      SXT_FAIL("%s in %s", sx_document_kind_name(child->kind), sx_document_kind_name(n->kind));
    last = child;
  }
  CHECK(n->last == last);
}

/* A number prints what it says it prints: an independent reading of the payload. */
static void check_number(const sx_document_node *n) {
  const sx_document_number *number = n->as.number;
  sx_buf plain;
  sx_buf_init(&plain, NULL);
  sx_document_plain(&plain, n);
  CHECK_STR(plain.data, n->text);
  CHECK((number->reference != NULL) || number->exempt);
  if (number->reference) {
    CHECK(strncmp(number->reference, number->result, strlen(number->result)) == 0);
    CHECK(!number->field[0] || strcmp(number->reference + strlen(number->result) + 1, number->field) == 0);
  }
  if (isfinite(number->value) && !isfinite(number->high)) {
    char want[SX_FIXED_TEXT_MAX], got[SX_FIXED_TEXT_MAX] = "";
    const double scaled = number->value * pow(10, number->scale);
    (void)sx_text_fixed(want, round(fabs(scaled) * pow(10, number->decimals) * 1e4) / 1e4 / pow(10, number->decimals),
                        number->decimals);
    const size_t n_want = strlen(want);
    for (int i = 0; i < number->zeros; i++) want[n_want + (size_t)i] = '0', want[n_want + (size_t)i + 1] = '\0';
    size_t k = 0;
    const char *p = n->text;
    while (*p && (*p < '0' || *p > '9')) p++;
    for (; (*p >= '0' && *p <= '9') || *p == '.' || *p == ','; p++) {
      if (*p != ',') got[k++] = *p;
    }
    got[k] = '\0';
    CHECK_STR(got, want);
    CHECK((strstr(n->text, number->unit[0] ? number->unit : "\x01") != NULL) == (!number->bare && number->unit[0]));
  }
  sx_buf_clear(&plain);
}

/* The value is the store's, looked up by the reference alone. */
static void check_value(sx_store *store, int64_t run, const sx_document_number *number) {
  sx_reference r;
  sx_store_row row;
  bool found = false;
  if (!number->result || number->exempt) return;
  REQUIRE_OK(sx_reference_parse(&r, number->result, strlen(number->result), err));
  REQUIRE_OK(sx_reference_find(&found, &row, store, run, &r, err));
  REQUIRE(found);
  const char *f = number->field;
  const double want = strcmp(f, "se") == 0                                  ? row.se
                      : strcmp(f, "low") == 0 || strcmp(f, "interval") == 0 ? row.low
                      : strcmp(f, "high") == 0                              ? row.high
                      : strcmp(f, "n") == 0                                 ? (double)row.n
                                                                            : row.estimate;
  if (!(number->value == want || (isnan(number->value) && isnan(want))))
    SXT_FAIL("%s is %g, not %g", number->reference, number->value, want);
  if (strcmp(f, "interval") == 0) CHECK(number->high == row.high);
}

/* Cells of a table cover each place of its grid once. */
static void check_grid(const sx_document_node *n) {
  const sx_document_table *t = n->as.table;
  int *taken = calloc(t->n_rows * t->n_columns + 1, sizeof *taken);
  size_t i = 0, heads = 0;
  REQUIRE(taken != NULL);
  for (const sx_document_node *row = n->first; row; row = row->next) {
    if (row->kind != SX_DOC_ROW) continue;
    REQUIRE(i < t->n_rows);
    heads += row->as.row.role == SX_DOC_ROW_HEAD;
    for (const sx_document_node *node = row->first; node; node = node->next) {
      const sx_document_cell *c = node->as.cell;
      REQUIRE(c->column + c->column_span <= t->n_columns && i + c->row_span <= t->n_rows);
      for (size_t r = 0; r < c->row_span; r++) {
        for (size_t k = 0; k < c->column_span; k++) taken[(i + r) * t->n_columns + c->column + k]++;
      }
    }
    i++;
  }
  CHECK_INT(i, t->n_rows);
  CHECK_INT(heads, t->n_head_rows);
  for (size_t k = 0; k < t->n_rows * t->n_columns; k++) {
    if (taken[k] != 1)
      SXT_FAIL("table %s: place %zu,%zu is taken %d times", t->id, k / t->n_columns, k % t->n_columns, taken[k]);
  }
  free(taken);
}

static void rules(void) {
  for (int lang = 0; lang < 2; lang++) {
    sx_document *doc = NULL;
    sx_store *store = NULL;
    int64_t run = 0;
    size_t numbers = 0, tables = 0, seen[SX_DOC_KINDS] = {0};
    REQUIRE_OK(make(&doc, &store, &run, NULL, lang ? SX_LANG_EN : SX_LANG_ZH, err));
    CHECK_STR(doc->study, "sample");
    CHECK_STR(doc->wave, "2025-S1");
    CHECK(doc->root->kind == SX_DOC_DOCUMENT && doc->synthetic);
    for (const sx_document_node *n = doc->root; n; n = sx_document_next(doc->root, n)) {
      seen[n->kind]++;
      check_links(n);
      if (n->text) check_text(n->text);
      CHECK(n->kind != SX_DOC_TEXT || n->text[0]);
      CHECK(lang || n->lang == SX_LANG_ZH);
      if (n->kind == SX_DOC_NUMBER) {
        check_number(n);
        check_value(store, run, n->as.number);
        numbers++;
      }
      if (n->kind == SX_DOC_TABLE) {
        check_grid(n);
        tables += n->as.table->number > 0;
      }
      if (n->kind == SX_DOC_MENTION) CHECK(n->as.mention.target && n->as.mention.target->anchor);
      if (n->kind == SX_DOC_FOOTNOTE_REF)
        CHECK(n->as.footnote_ref.note->as.footnote.number == n->as.footnote_ref.number);
    }
    CHECK(numbers > 100);
    CHECK_INT(tables, doc->n_tables);
    CHECK_INT(seen[SX_DOC_FIGURE], doc->n_figures);
    CHECK_INT(seen[SX_DOC_HEADING], doc->n_headings);
    for (size_t i = 0; i < doc->n_figures; i++) CHECK_INT(doc->figures[i]->as.figure->number, i + 1);
    for (size_t i = 0; i < doc->n_tables; i++) CHECK_INT(doc->tables[i]->as.table->number, i + 1);
    done(doc, store);
  }
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

static void figures(void) {
  sx_document *doc = NULL;
  sx_store *store = NULL;
  int64_t run = 0;
  REQUIRE_OK(make(&doc, &store, &run, NULL, SX_LANG_EN, err));
  for (size_t i = 0; i < doc->n_figures; i++) {
    const sx_document_figure *f = doc->figures[i]->as.figure;
    const sx_document_node *drawing = sx_document_child(doc->figures[i], SX_DOC_DRAWING);
    for (size_t k = 0; k < f->chart->n_categories * f->chart->n_series; k++) {
      const sx_document_point *p = &f->points[k];
      const sx_chart_cell *c = &f->chart->cells[k];
      CHECK(p->present == c->present && p->present == (p->node != NULL));
      if (!p->present) continue;
      CHECK(p->value == c->value || isnan(c->value));
      CHECK_STR(p->node->text, c->text);
      check_number(p->node);
      check_value(store, run, p->node->as.number);
    }
    if (f->chart->n_categories) {
      REQUIRE(drawing != NULL);
      CHECK(drawing->as.figure == f);
      CHECK(strstr(drawing->text, sx_chart_type_word(f->chart->type, SX_LANG_EN)) == drawing->text);
    }
  }
  done(doc, store);
}

/* ---- small texts ------------------------------------------------------------------------------------------------- */

/* The nodes of a narrative: the dump of what stands between cover and the figures that no text places. */
static void gives(const char *text, sx_lang lang, const char *want) {
  sx_document *doc = NULL;
  sx_store *store = NULL;
  int64_t run = 0;
  sx_buf dump;
  sx_buf_init(&dump, NULL);
  REQUIRE_OK(make(&doc, &store, &run, text, lang, err));
  const sx_document_node *n = doc->root->first->next;
  for (; n && n->kind != SX_DOC_FIGURE; n = n->next) sx_document_dump(&dump, n);
  CHECK_STR(dump.data ? dump.data : "", want);
  sx_buf_clear(&dump);
  done(doc, store);
}

static void texts(void) {
  gives("甲**乙**`丙`\n", SX_LANG_ZH, "PARAGRAPH\n  TEXT \"甲\"\n  STRONG\n    TEXT \"乙\"\n  CODE\n    TEXT \"丙\"\n");
  gives("Use of 网络视频 rose\n", SX_LANG_EN,
        "PARAGRAPH\n  TEXT \"Use of \"\n  TEXT \"网络视频\" zh\n  TEXT \" rose\"\n");
  gives("a\nb\n\n中\n文\\\n三\n", SX_LANG_ZH,
        "PARAGRAPH\n  TEXT \"a\"\n  SOFT_BREAK\n  TEXT \"b\"\n"
        "PARAGRAPH\n  TEXT \"中\"\n  TEXT \"文\"\n  LINE_BREAK\n  TEXT \"三\"\n");
  gives("- a\n  - b\n\n1. c\n\n2. d\n", SX_LANG_ZH,
        "LIST\n  ITEM\n    PARAGRAPH tight\n      TEXT \"a\"\n    LIST\n      ITEM\n        PARAGRAPH tight\n"
        "          TEXT \"b\"\nLIST start=1\n  ITEM\n    PARAGRAPH\n      TEXT \"c\"\n  ITEM\n    PARAGRAPH\n      "
        "TEXT \"d\"\n");
  gives("> q\n\n***\n\n```\nx\n\ny\n```\n", SX_LANG_ZH,
        "QUOTE\n  PARAGRAPH\n    TEXT \"q\"\nRULE\nCODE_BLOCK\n  TEXT \"x\"\n  TEXT \"\\n\"\n  TEXT \"\\n\"\n"
        "  TEXT \"y\"\n  TEXT \"\\n\"\n");
  gives("a&mdash;&#8212;&#x41;&unknown;\n", SX_LANG_ZH,
        "PARAGRAPH\n  TEXT \"a\"\n  TEXT \"—\"\n  TEXT \"—\"\n  TEXT \"A\"\n  TEXT \"&unknown;\"\n");
  gives("[a](https://x.org) [b](javascript:c)\n", SX_LANG_ZH,
        "PARAGRAPH\n  LINK href=\"https://x.org\"\n    TEXT \"a\"\n  TEXT \" \"\n  LINK\n    TEXT \"b\"\n");
  gives("甲[^n]\n\n[^n]: 注\n", SX_LANG_ZH,
        "PARAGRAPH\n  TEXT \"甲\"\n  FOOTNOTE_REF \"1\" number=1 ordinal=1\n"
        "FOOTNOTES \"注释\"\n  FOOTNOTE #n1 number=1\n    PARAGRAPH tight\n      TEXT \"注\"\n");
  gives("| a | b |\n|---|--:|\n| c | d |\n", SX_LANG_ZH,
        "TABLE role=plain number=0 rows=2 head=1 columns=2\n  ROW head\n    CELL at=0 scope=column align=start\n"
        "      TEXT \"a\"\n    CELL at=1 scope=column align=end\n      TEXT \"b\"\n  ROW body\n    CELL at=0 "
        "align=start\n"
        "      TEXT \"c\"\n    CELL at=1 align=end\n      TEXT \"d\"\n");
  gives("# 甲\n\n## 乙\n\n# 第三章 丙\n", SX_LANG_ZH,
        "HEADING #s1 level=1 number=1\n  TEXT \"甲\"\nHEADING #s2 level=2 number=1.1\n  TEXT \"乙\"\n"
        "HEADING #s3 level=1 number=\n  TEXT \"第三章 丙\"\n");
}

static void bound(void) {
  gives("{{users.total | 亿人 2}}\n", SX_LANG_EN,
        "PARAGRAPH\n  NUMBER \"958 million people\" reference=\"users.total\" value=958123456 scale=-6 decimals=0 "
        "zeros=0 unit=\" million people\"\n    TEXT \"958 million people\"\n");
  gives("{{users.total.se | 亿人 2 unit:none}}\n", SX_LANG_ZH,
        "PARAGRAPH\n  NUMBER \"0.02\" reference=\"users.total.se\" value=2345678 scale=-8 decimals=2 zeros=0 bare "
        "unit=\"亿人\"\n    TEXT \"0.02\"\n");
  gives("{{users.total | 百万人 0}}\n", SX_LANG_ZH,
        "PARAGRAPH\n  NUMBER \"958百万人\" reference=\"users.total\" value=958123456 scale=-6 decimals=0 zeros=0 "
        "unit=\"百万人\"\n    TEXT \"958百万人\"\n");
  gives("{{user_rate.old.gap | pp 1 sign:none}}\n", SX_LANG_ZH,
        "PARAGRAPH\n  NUMBER \"23.9个百分点\" reference=\"user_rate.old.gap\" value=-0.2387 scale=2 decimals=1 zeros=0 "
        "sign=-1 unit=\"个百分点\"\n    TEXT \"23.9个百分点\"\n");
  gives("{{user_rate.island | % 1}}\n", SX_LANG_ZH,
        "PARAGRAPH\n  NUMBER \"—\" reference=\"user_rate.island\" scale=2 decimals=1 zeros=0 unit=\"%\"\n    TEXT "
        "\"—\"\n");
}

/* ---- walking, repeating, failing --------------------------------------------------------------------------------- */

static void walking(void) {
  sx_document *doc = NULL;
  sx_store *store = NULL;
  int64_t run = 0;
  sx_buf plain;
  sx_buf_init(&plain, NULL);
  REQUIRE_OK(make(&doc, &store, &run, "# A\n\nb[^1] **c**\n\n[^1]: d\n", SX_LANG_ZH, err));
  sx_document_plain(&plain, doc->headings[0]);
  CHECK_STR(plain.data, "A");
  sx_buf_reset(&plain);
  sx_document_plain(&plain, sx_document_child(doc->root, SX_DOC_PARAGRAPH));
  CHECK_STR(plain.data, "b c");
  CHECK(sx_document_child(doc->root, SX_DOC_QUOTE) == NULL);
  const sx_document_node *annexes = sx_document_child(doc->root, SX_DOC_ANNEXES);
  REQUIRE(annexes != NULL);
  CHECK(sx_document_exempt(annexes->first) == NULL);
  CHECK_STR(sx_document_exempt(annexes->last->first->first), "input");
  CHECK_STR(sx_document_kind_name(SX_DOC_LINE_BREAK), "LINE_BREAK");
  CHECK_STR(sx_document_kind_name(SX_DOC_KINDS), "unknown");
  CHECK(sx_document_is_block(SX_DOC_RULE) && !sx_document_is_block(SX_DOC_RUN));
  sx_buf_clear(&plain);
  done(doc, store);
}

static void again(void) {
  sx_buf dumps[2];
  for (int i = 0; i < 2; i++) {
    sx_document *doc = NULL;
    sx_store *store = NULL;
    int64_t run = 0;
    sx_buf_init(&dumps[i], NULL);
    REQUIRE_OK(make(&doc, &store, &run, NULL, SX_LANG_EN, err));
    sx_store_close(store); /* nothing of the tree depends on it */
    sx_document_dump(&dumps[i], doc->root);
    done(doc, NULL);
  }
  CHECK_STR(dumps[0].data, dumps[1].data);
  for (int i = 0; i < 2; i++) sx_buf_clear(&dumps[i]);
}

static void hostile(void) {
  gives("甲&#1;&#127;&#xD800;&#0;\xEE\x80\x80"
        "7\xEE\x80\x81 <b>\n",
        SX_LANG_ZH,
        "PARAGRAPH\n  TEXT \"甲\"\n  TEXT \"\xEF\xBF\xBD\"\n  TEXT \"\xEF\xBF\xBD\"\n  TEXT \"\xEF\xBF\xBD\"\n"
        "  TEXT \"\xEF\xBF\xBD\"\n  TEXT \"\xEF\xBF\xBD"
        "7\xEF\xBF\xBD <b>\"\n");
  sx_document *doc = NULL;
  sx_store *store = NULL;
  int64_t run = 0;
  CHECK_FAILS(make(&doc, &store, &run, "x {{users.totl | % 1}}\n", SX_LANG_ZH, err), SX_E_DATA, "narrative/zh.md:1:3",
              "did you mean 'users.total'");
  CHECK(doc == NULL);
  sx_store_close(store);
  CHECK_FAILS(make(&doc, &store, &run, "{{users.total | 亿只鸟鸟鸟鸟鸟鸟鸟}}\n", SX_LANG_ZH, err), SX_E_PARSE,
              "narrative/zh.md:1:1", "unknown unit");
  sx_store_close(store);
  (void)remove(path);
  sx_document_free(NULL);
}

/* ---- the hash ---------------------------------------------------------------------------------------------------- */

/* On the cover, which alone a banner book has of a document. */
static bool on_cover(const sx_document_node *node) {
  for (; node; node = node->parent)
    if (node->kind == SX_DOC_COVER) return true;
  return false;
}

static bool in_tables(const sx_document *doc, const sx_document_node *node) {
  for (; node; node = node->parent) {
    if (node->kind == SX_DOC_COVER) return true;
    for (size_t i = 0; i < doc->n_tables; i++)
      if (node == doc->tables[i]) return true;
    for (size_t i = 0; i < doc->n_figures; i++)
      if (node == doc->figures[i]) return true;
  }
  return false;
}

/* Any text, any number, any chart's cell that is another one gives another hash; a workbook's does not look at the texts between its tables, a banner book's at the cover alone. */
static void hashed(void) {
  char whole[SX_HASH_TEXT], again[SX_HASH_TEXT], tables[SX_HASH_TEXT], cover[SX_HASH_TEXT];
  sx_document *doc = NULL, *english = NULL;
  sx_store *store = NULL;
  int64_t run = 0;
  size_t n_texts = 0, n_numbers = 0, n_cells = 0;
  REQUIRE_OK(make(&doc, &store, &run, NULL, SX_LANG_ZH, err));
  const sx_report_options options = {1, SX_LANG_EN, NULL};
  REQUIRE_OK(sx_report_document(&english, store, run, &options, err));
  REQUIRE_OK(sx_document_hash(whole, doc, SX_DOCUMENT_WHOLE, err));
  REQUIRE_OK(sx_document_hash(tables, doc, SX_DOCUMENT_TABLES, err));
  REQUIRE_OK(sx_document_hash(cover, doc, SX_DOCUMENT_COVER, err));
  REQUIRE_OK(sx_document_hash(again, english, SX_DOCUMENT_WHOLE, err));
  CHECK(strcmp(whole, again) != 0);
  for (const sx_document_node *n = doc->root; n; n = sx_document_next(doc->root, n)) {
    sx_document_node *node = (sx_document_node *)(uintptr_t)n;
    const char *text = node->text;
    if (text && n_texts++ % 7 == 0) {
      node->text = "another";
      REQUIRE_OK(sx_document_hash(again, doc, SX_DOCUMENT_WHOLE, err));
      CHECK(strcmp(whole, again) != 0);
      REQUIRE_OK(sx_document_hash(again, doc, SX_DOCUMENT_TABLES, err));
      CHECK((strcmp(tables, again) != 0) == in_tables(doc, node));
      REQUIRE_OK(sx_document_hash(again, doc, SX_DOCUMENT_COVER, err));
      CHECK((strcmp(cover, again) != 0) == on_cover(node));
      node->text = text;
    }
    if (node->kind == SX_DOC_NUMBER && n_numbers++ % 7 == 0) {
      sx_document_number *number = (sx_document_number *)(uintptr_t)node->as.number;
      const double value = number->value;
      number->value = isnan(value) ? 1 : nextafter(value, INFINITY);
      REQUIRE_OK(sx_document_hash(again, doc, SX_DOCUMENT_WHOLE, err));
      CHECK(strcmp(whole, again) != 0);
      number->value = value;
    }
    if (node->kind == SX_DOC_DRAWING && node->as.figure->chart->n_categories) {
      sx_chart_cell *cell = (sx_chart_cell *)(uintptr_t)&node->as.figure->chart->cells[0];
      const double low = cell->low;
      cell->low = isnan(low) ? 1 : nextafter(low, INFINITY);
      REQUIRE_OK(sx_document_hash(again, doc, SX_DOCUMENT_TABLES, err));
      CHECK(strcmp(tables, again) != 0);
      cell->low = low;
      n_cells++;
    }
  }
  CHECK(n_texts > 50 && n_numbers > 20 && n_cells > 0);
  REQUIRE_OK(sx_document_hash(again, doc, SX_DOCUMENT_WHOLE, err));
  CHECK_STR(again, whole);
  sx_document_free(english);
  done(doc, store);
}

SXT_MAIN({"rules", rules}, {"figures", figures}, {"texts", texts}, {"bound", bound}, {"walking", walking},
         {"again", again}, {"hostile", hostile}, {"hashed", hashed})
