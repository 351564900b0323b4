/* publish_codebook.c: what the data and the results mean: DDI-Codebook 2.5 (ddialliance.org/Specification/DDI-Codebook/2.5: stdyDscr, dataDscr with
 * the variables of the data and the indicators, in the order of the schema's elements) and the same to read: Markdown here, HTML in publish_codebook_html.c. */
#include <math.h>
#include <string.h>

#include "publish_codebook.h"
#include "publish_docx_priv.h"

/* ---- what there is ----------------------------------------------------------------------------------------------------- */

static sx_status add_indicator(sx_codebook *b, const sx_store_row *row, sx_error *err) {
  sx_store_indicator info;
  bool found = false;
  sx_arena *arena = b->run->arena;
  if (!sx_arena_grow(arena, (void **)&b->items, &b->cap, b->n + 1, sizeof *b->items)) return sx_error_memory(err);
  SX_TRY(sx_publish__indicator(&found, &info, b->run, row->indicator, err));
  sx_code_indicator *c = &b->items[b->n];
  *c = (sx_code_indicator){.id = row->indicator};
  if (found) {
    c->unit = info.unit;
    c->label = info.label;
    c->question = info.question;
    c->base = info.base;
    c->assumed = info.assumed;
  }
  b->n++;
  return SX_OK;
}

/* Statistics of an indicator, each once, in the order of their first rows. */
typedef struct kind {
  const char *name;
  struct kind *next;
} kind;

typedef struct collector {
  sx_codebook *b;
  sx_dict *ids, *pairs; /* indicators; indicators with a statistic */
  struct {
    kind *first, *last;
  } * kinds; /* [b->n] */
  size_t cap;
  sx_buf text;
} collector;

static sx_status take_kind(collector *c, size_t item, const char *name, sx_error *err) {
  kind *k = sx_arena_alloc(c->b->run->arena, 1, sizeof *k);
  if (!k) return sx_error_memory(err);
  *k = (kind){name, NULL};
  if (c->kinds[item].last)
    c->kinds[item].last->next = k;
  else
    c->kinds[item].first = k;
  c->kinds[item].last = k;
  return SX_OK;
}

static sx_status take_row(collector *c, const sx_store_row *row, sx_error *err) {
  int32_t item = 0, pair = 0;
  SX_TRY(sx_dict_add(&item, c->ids, row->indicator, strlen(row->indicator), err));
  if ((size_t)item == c->b->n) {
    SX_TRY(add_indicator(c->b, row, err));
    if (!sx_arena_grow(c->b->run->arena, (void **)&c->kinds, &c->cap, c->b->n, sizeof *c->kinds))
      return sx_error_memory(err);
    c->kinds[item].first = c->kinds[item].last = NULL;
  }
  const size_t before = sx_dict_count(c->pairs);
  sx_buf_reset(&c->text);
  sx_buf_printf(&c->text, "%d %s", item, row->statistic);
  SX_TRY(sx_buf_status(&c->text, err));
  SX_TRY(sx_dict_add(&pair, c->pairs, c->text.data, c->text.n, err));
  return (size_t)pair < before ? SX_OK : take_kind(c, (size_t)item, row->statistic, err);
}

static sx_status name_statistics(collector *c, sx_error *err) {
  for (size_t i = 0; i < c->b->n; i++) {
    sx_buf_reset(&c->text);
    for (const kind *k = c->kinds[i].first; k; k = k->next) {
      if (c->text.n) sx_buf_add_char(&c->text, ' ');
      sx_buf_add(&c->text, k->name);
    }
    SX_TRY(sx_buf_status(&c->text, err));
    c->b->items[i].statistics = sx_arena_strndup(c->b->run->arena, c->text.data, c->text.n);
    if (!c->b->items[i].statistics) return sx_error_memory(err);
  }
  return SX_OK;
}

/* Indicators in the order of their first row, each with the kinds of its statistics. */
static sx_status collect(sx_codebook *b, sx_error *err) {
  collector c = {.b = b};
  sx_buf_init(&c.text, &b->run->ctx);
  sx_status status = sx_dict_new(&c.ids, &b->run->ctx, err);
  if (status == SX_OK) status = sx_dict_new(&c.pairs, &b->run->ctx, err);
  for (size_t i = 0; i < b->run->n_rows && status == SX_OK; i++) status = take_row(&c, &b->run->rows[i], err);
  if (status == SX_OK) status = name_statistics(&c, err);
  sx_dict_free(c.ids);
  sx_dict_free(c.pairs);
  sx_buf_clear(&c.text);
  return status;
}

void sx_publish__code(sx_buf *out, const sx_label *label, bool in_xml) {
  char text[SX_DOUBLE_TEXT_MAX];
  if (label->tag)
    sx_buf_printf(out, ".%c", label->tag);
  else if (label->text && in_xml)
    sx_publish__xml_text(out, label->text);
  else if (label->text)
    sx_buf_add(out, label->text);
  else
    sx_buf_add_n(out, text, sx_text_from_double(text, label->value));
}

const sx_publish_frequency *sx_publish__frequency_of(const sx_codebook *b, size_t column) {
  const sx_publish_frequency *all = b->run->options.frequencies;
  return b->table && all ? &all[column] : NULL;
}

/* A text of the data file, whose language nobody knows. */
static sx_text2 of_file(const char *text) {
  return (sx_text2){text, text};
}

sx_text2 sx_publish__variable_words(const sx_codebook *b, size_t column) {
  const sx_publish_words *all = b->run->options.words;
  const bool said = all && (all[column].label.zh || all[column].label.en);
  return said ? all[column].label : of_file(sx_table_get(b->table, column)->label);
}

sx_text2 sx_publish__value_words(const sx_codebook *b, size_t column, size_t i) {
  const sx_publish_words *all = b->run->options.words;
  const sx_text2 *words = all && all[column].values ? &all[column].values[i] : NULL;
  const char *own = sx_table_get(b->table, column)->labels[i].label;
  return words && (words->zh || words->en) ? *words : of_file(own ? own : "");
}

/* ---- DDI ---------------------------------------------------------------------------------------------------------------- */

static void xml(sx_buf *out, const char *text) {
  sx_publish__xml_text(out, text);
}

/* <labl xml:lang="zh">...</labl> for each language that there is. */
static void element2(sx_buf *out, const char *indent, const char *name, sx_text2 text) {
  const bool same = text.zh && text.en && strcmp(text.zh, text.en) == 0;
  if (!sx_publish__blank(text.zh)) {
    sx_buf_printf(out, "%s<%s%s>", indent, name, same ? "" : " xml:lang=\"zh\"");
    xml(out, text.zh);
    sx_buf_printf(out, "</%s>\n", name);
  }
  if (!sx_publish__blank(text.en) && !same) {
    sx_buf_printf(out, "%s<%s xml:lang=\"en\">", indent, name);
    xml(out, text.en);
    sx_buf_printf(out, "</%s>\n", name);
  }
}

/* An XML name: letters, digits and _ ; others become their code points. */
static void put_id(sx_buf *out, const char *prefix, const char *text) {
  sx_buf_add(out, prefix);
  const size_t n = strlen(text);
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t step = sx_utf8_next(&code, text + i, n - i);
    if (!step) step = 1;
    const char c = text[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (step == 1 && word)
      sx_buf_add_char(out, c);
    else
      sx_buf_printf(out, "_%X_", (unsigned)code);
    i += step;
  }
}

static void study_part(sx_buf *out, const sx_codebook *b) {
  const pub_run *run = b->run;
  const sx_node *root = run->document ? sx_doc_root(run->document) : NULL,
                *made = root ? sx_node_get(root, "synthetic") : NULL;
  sx_buf_add(out, "  <stdyDscr>\n    <citation>\n      <titlStmt>\n");
  const char *title = sx_publish__text(run->title, run->options.zh ? SX_LANG_ZH : SX_LANG_EN);
  sx_buf_printf(out, "        <titl xml:lang=\"%s\">", run->options.zh ? "zh" : "en");
  xml(out, *title ? title : run->study);
  sx_buf_add(out, "</titl>\n");
  if (run->options.zh && run->options.en && run->title.en) {
    sx_buf_add(out, "        <parTitl xml:lang=\"en\">");
    xml(out, run->title.en);
    sx_buf_add(out, "</parTitl>\n");
  }
  sx_buf_add(out, "        <IDNo>");
  xml(out, run->study);
  sx_buf_add(out, "</IDNo>\n      </titlStmt>\n    </citation>\n");
  if (made && made->kind == SX_NODE_MAP) {
    const sx_node *zh = sx_node_get(made, "zh"), *en = sx_node_get(made, "en");
    sx_buf_add(out, "    <stdyInfo>\n");
    element2(out, "      ", "abstract", (sx_text2){zh ? zh->text : NULL, en ? en->text : NULL});
    sx_buf_add(out, "    </stdyInfo>\n");
  }
  sx_buf_add(out, "  </stdyDscr>\n");
}

/* Cases with a value, then for each category its cases and its share of the weights of those with a value. */
static void category_counts(sx_buf *out, const sx_publish_frequency *f, size_t i, bool missing) {
  char share[SX_FIXED_TEXT_MAX];
  sx_buf_printf(out, "        <catStat type=\"freq\">%zu</catStat>\n", f->cases[i]);
  if (missing || !(f->weight > 0)) return;
  sx_buf_add(out, "        <catStat type=\"percent\" wgtd=\"wgtd\">");
  sx_buf_add_n(out, share, sx_text_fixed(share, 100 * f->weights[i] / f->weight, 2));
  sx_buf_add(out, "</catStat>\n");
}

static void variable(sx_buf *out, const sx_codebook *b, size_t column) {
  const sx_column *c = sx_table_get(b->table, column);
  const sx_publish_frequency *f = sx_publish__frequency_of(b, column);
  const bool number = c->type != SX_TEXT && c->type != SX_CATEGORY;
  sx_buf_add(out, "    <var ID=\"");
  put_id(out, "V_", c->name);
  sx_buf_add(out, "\" name=\"");
  xml(out, c->name);
  sx_buf_printf(out, "\" intrvl=\"%s\">\n", number && c->n_labels == 0 ? "contin" : "discrete");
  element2(out, "      ", "labl", sx_publish__variable_words(b, column));
  if (f)
    sx_buf_printf(out, "      <sumStat type=\"vald\">%zu</sumStat>\n      <sumStat type=\"invd\">%zu</sumStat>\n",
                  f->valid, f->missing);
  for (size_t i = 0; i < c->n_labels; i++) {
    const bool missing = sx_column_missing_label(c, &c->labels[i]);
    sx_buf_printf(out, "      <catgry%s>\n        <catValu>", missing ? " missing=\"Y\"" : "");
    sx_publish__code(out, &c->labels[i], true);
    sx_buf_add(out, "</catValu>\n");
    element2(out, "        ", "labl", sx_publish__value_words(b, column, i));
    if (f) category_counts(out, f, i, missing);
    sx_buf_add(out, "      </catgry>\n");
  }
  const char *type = number ? "numeric" : "character";
  sx_buf_printf(out, "      <varFormat type=\"%s\"/>\n    </var>\n", type);
}

static void indicator(sx_buf *out, const sx_code_indicator *c) {
  sx_buf_add(out, "    <var ID=\"");
  put_id(out, "I_", c->id);
  sx_buf_add(out, "\" name=\"");
  xml(out, c->id);
  sx_buf_add(out, "\" intrvl=\"contin\" representationType=\"other\" "
                  "otherRepresentationType=\"indicator\">\n");
  const bool named = !sx_publish__blank(c->label.zh) || !sx_publish__blank(c->label.en);
  element2(out, "      ", "labl", named ? c->label : of_file(c->id));
  const bool asked = !sx_publish__blank(c->question.zh) || !sx_publish__blank(c->question.en);
  if (asked) {
    sx_buf_add(out, "      <qstn>\n");
    element2(out, "        ", "qstnLit", c->question);
    sx_buf_add(out, "      </qstn>\n");
  }
  element2(out, "      ", "universe", c->base);
  sx_buf_add(out, "      <notes type=\"statistics\">");
  xml(out, c->statistics);
  sx_buf_add(out, "</notes>\n");
  if (c->unit && *c->unit) {
    sx_buf_add(out, "      <notes type=\"unit\">");
    xml(out, c->unit);
    sx_buf_add(out, "</notes>\n");
  }
  if (c->assumed) sx_buf_add(out, "      <notes type=\"quality\">rests on a declared assumption</notes>\n");
  sx_buf_add(out, "    </var>\n");
}

static void set_group(sx_buf *out, const sx_mrset *set) {
  const char *name =
      set->name + (set->name[0] == '$'); /* SPSS files have the sign, models that data are made from have not */
  sx_buf_add(out, "    <varGrp ID=\"");
  put_id(out, "G_", name);
  sx_buf_add(out, "\" name=\"");
  xml(out, name);
  sx_buf_add(out, "\" type=\"multipleResp\" var=\"");
  for (size_t i = 0; i < set->n_variables; i++) put_id(out, i ? " V_" : "V_", set->variables[i]);
  sx_buf_add(out, "\">\n");
  element2(out, "      ", "labl", of_file(!sx_publish__blank(set->label) ? set->label : name));
  sx_buf_add(out, "    </varGrp>\n");
}

static void put_ddi(sx_buf *out, const sx_codebook *b) {
  sx_buf_add(out,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<codeBook xmlns=\"ddi:codebook:2_5\" "
             "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
             "xsi:schemaLocation=\"ddi:codebook:2_5 "
             "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd\" version=\"2.5\">\n");
  study_part(out, b);
  sx_buf_add(out, "  <dataDscr>\n");
  for (size_t i = 0; b->table && i < sx_table_mrsets(b->table); i++) set_group(out, sx_table_mrset(b->table, i));
  for (size_t i = 0; b->table && i < sx_table_columns(b->table); i++) variable(out, b, i);
  for (size_t i = 0; i < b->n; i++) indicator(out, &b->items[i]);
  sx_buf_add(out, "  </dataDscr>\n</codeBook>\n");
}

/* ---- Markdown ---------------------------------------------------------------------------------------------------------- */

static void markdown(sx_buf *out, const char *text) {
  for (const char *c = text ? text : ""; *c; c++) {
    if (strchr("|*_`[]<>\\{}#", *c)) sx_buf_add_char(out, '\\');
    sx_buf_add_char(out, (unsigned char)*c < 0x20 ? ' ' : *c);
  }
}

static void markdown_variable(sx_buf *out, const sx_codebook *b, size_t column, sx_lang lang) {
  const sx_column *c = sx_table_get(b->table, column);
  const bool zh = lang == SX_LANG_ZH;
  sx_buf_add(out, "| ");
  markdown(out, c->name);
  sx_buf_add(out, " | ");
  markdown(out, sx_publish__text(sx_publish__variable_words(b, column), lang));
  sx_buf_add(out, " | ");
  for (size_t i = 0; i < c->n_labels; i++) {
    sx_buf code;
    sx_buf_init(&code, out->ctx);
    sx_buf_add(&code, "");
    sx_publish__code(&code, &c->labels[i], false);
    if (i) sx_buf_add(out, zh ? "；" : "; ");
    if (code.failed)
      out->failed = true;
    else
      markdown(out, code.data);
    sx_buf_clear(&code);
    sx_buf_add(out, " = ");
    markdown(out, sx_publish__text(sx_publish__value_words(b, column, i), lang));
    if (sx_column_missing_label(c, &c->labels[i])) sx_buf_add(out, zh ? "（缺失）" : " (missing)");
  }
  sx_buf_add(out, " |\n");
}

static void put_markdown(sx_buf *out, const sx_codebook *b, sx_lang lang) {
  const bool zh = lang == SX_LANG_ZH;
  sx_buf_add(out, "# ");
  markdown(out, sx_publish__text(b->run->title, lang));
  sx_buf_add(
      out, zh ? "：变量与指标\n\n## 指标\n\n| 指标 | 名称 | 题目 | 基数 | 单位 | 统计量 |\n|---|---|---|---|---|---|\n"
              : ": variables and indicators\n\n## Indicators\n\n| Indicator | Label | Question | Base | Unit | "
                "Statistics |\n|---|---|---|---|---|---|\n");
  for (size_t i = 0; i < b->n; i++) {
    const sx_code_indicator *c = &b->items[i];
    const char *cells[] = {c->id,
                           sx_publish__text(c->label, lang),
                           sx_publish__text(c->question, lang),
                           sx_publish__text(c->base, lang),
                           c->unit,
                           c->statistics};
    for (size_t k = 0; k < 6; k++) {
      sx_buf_add(out, "| ");
      markdown(out, cells[k]);
      if (k == 1 && c->assumed) sx_buf_add(out, zh ? "（假设）" : " (assumed)");
      sx_buf_add_char(out, ' ');
    }
    sx_buf_add(out, "|\n");
  }
  if (!b->table) return;
  sx_buf_add(out, zh ? "\n## 变量\n\n| 变量 | 标签 | 取值 |\n|---|---|---|\n"
                     : "\n## Variables\n\n| Variable | Label | Values |\n|---|---|---|\n");
  for (size_t i = 0; i < sx_table_columns(b->table); i++) markdown_variable(out, b, i, lang);
}

/* ---- files ------------------------------------------------------------------------------------------------------------- */

typedef enum code_form { FORM_DDI, FORM_MARKDOWN, FORM_HTML } code_form;

static sx_status add(sx_publish_files *files, const sx_codebook *b, const char *name, code_form form, sx_lang lang,
                     sx_error *err) {
  sx_buf out;
  if (!name) return sx_error_memory(err);
  sx_buf_init(&out, &b->run->ctx);
  if (form == FORM_DDI)
    put_ddi(&out, b);
  else if (form == FORM_MARKDOWN)
    put_markdown(&out, b, lang);
  else
    sx_publish__codebook_html(&out, b, lang);
  const sx_status status = sx_publish_take(files, name, &out, err);
  sx_buf_clear(&out);
  return status;
}

sx_status sx_publish_ddi(sx_publish_files *files, sx_store *store, int64_t run, const sx_publish_options *options,
                         sx_error *err) {
  pub_run r;
  const size_t before = files->n;
  SX_TRY(sx_publish__open(&r, store, run, options, true, err));
  sx_codebook b = {.run = &r, .table = r.options.variables};
  sx_status status = collect(&b, err);
  if (status == SX_OK) status = add(files, &b, sx_publish__name(&r, ".ddi.xml"), FORM_DDI, SX_LANG_ZH, err);
  for (int i = 0; i < 2 && status == SX_OK; i++) {
    const sx_lang lang = (sx_lang)i;
    if (!sx_publish__has_lang(&r, lang)) continue;
    status = add(files, &b, sx_publish__name_in(&r, "_codebook.md", lang), FORM_MARKDOWN, lang, err);
    if (status == SX_OK) status = add(files, &b, sx_publish__name_in(&r, "_codebook.html", lang), FORM_HTML, lang, err);
  }
  if (status != SX_OK) sx_publish__cut(files, before);
  sx_publish__close(&r);
  return status;
}
