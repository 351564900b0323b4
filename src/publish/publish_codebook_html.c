/* publish_codebook_html.c: the codebook as one page of HTML: variables with their values, how many cases have each and what share of the weight, indicators with
 * question and base. Sections with headings, tables with heads of rows and columns, landmarks, colours of sufficient contrast; no script, nothing from outside. */
#include <math.h>
#include <string.h>

#include "publish_codebook.h"
#include "publish_docx_priv.h"

/* clang-format off */
static const char *const style[] = {
  ":root{--ink:#1d2733;--soft:#5b6876;--rule:#dfe4ea;--deep:#0b3558;--accent:#0072b2}*{box-sizing:border-box}\n",
  "body{margin:0;color:var(--ink);background:#fff;line-height:1.6;font-family:\"Source Sans 3\",\"Segoe UI\",\"Helvetica Neue\",Arial,\"Noto Sans CJK SC\",\"Source Han Sans SC\","
  "\"PingFang SC\",\"Microsoft YaHei\",sans-serif}\n",
  "header,nav,main,footer{max-width:62rem;margin:0 auto;padding:1rem 1.2rem}header{border-top:6px solid var(--deep)}footer{color:var(--soft);font-size:.85rem}\n",
  "h1{color:var(--deep);font-size:1.9rem;line-height:1.3;margin:.6rem 0}h2{color:var(--deep);border-bottom:2px solid var(--deep);padding-bottom:.4rem;margin-top:2.6rem}\n",
  "h3{margin:2rem 0 .3rem;font-size:1.05rem;color:var(--deep);overflow-wrap:anywhere}h3 code{background:#f4f7fa;padding:.1em .35em;font-weight:400}p{margin:.3rem 0}\n",
  "a{color:var(--accent);text-underline-offset:.2em}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}.skip{position:absolute;left:-999rem}\n",
  ".skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem}nav ul{columns:14rem;padding-left:1.2em;font-size:.85rem}nav li{overflow-wrap:anywhere}\n",
  "table{border-collapse:collapse;width:100%;font-size:.88rem;margin:.5rem 0;font-variant-numeric:tabular-nums}caption{text-align:left;color:var(--soft)}\n",
  "th,td{padding:.25rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}thead th{color:var(--soft);border-bottom:1.5px solid var(--deep)}\n",
  "tbody th{font-weight:400}.n{text-align:right;white-space:nowrap}.m{color:var(--soft)}.note{color:var(--soft);font-size:.88rem}.scroll{overflow-x:auto}\n",
  ".made{background:#fff6e5;border-left:5px solid #e69f00;padding:.6rem 1rem;color:#4a3200}\n",
  "@media (max-width:34rem){th,td{padding:.2rem .3rem}}@media print{nav,.skip{display:none}section{break-inside:avoid}}\n",
  NULL};
/* clang-format on */

typedef struct page {
  sx_buf *out;
  const sx_codebook *b;
  sx_lang lang;
} page;

static void add(const page *p, const char *text) {
  sx_buf_add(p->out, text);
}

static void text(const page *p, const char *words) {
  sx_publish__xml_text(p->out, words ? words : "");
}

static const char *word(const page *p, const char *zh, const char *en) {
  return p->lang == SX_LANG_ZH ? zh : en;
}

static void fixed(const page *p, double value, int decimals) {
  char number[SX_FIXED_TEXT_MAX];
  sx_buf_add_n(p->out, number, sx_text_fixed(number, value, decimals));
}

/* ---- variables ----------------------------------------------------------------------------------------------------- */

static void share_cell(const page *p, double part, double whole) {
  add(p, "<td class=\"n\">");
  if (whole > 0) fixed(p, 100 * part / whole, 1);
  add(p, "</td>");
}

/* Cases, their share of those with a value, the same by weight. A code that stands for a missing answer has cases alone. */
static void counts(const page *p, const sx_publish_frequency *f, size_t cases, double weight, bool missing) {
  sx_buf_printf(p->out, "<td class=\"n\">%zu</td>", cases);
  if (missing) {
    add(p, "<td></td>");
    if (!isnan(f->weight)) add(p, "<td></td>");
    return;
  }
  share_cell(p, (double)cases, (double)f->valid);
  if (!isnan(f->weight)) share_cell(p, weight, f->weight);
}

static void value_row(const page *p, size_t column, size_t i, const sx_publish_frequency *f) {
  const sx_column *c = sx_table_get(p->b->table, column);
  const bool missing = sx_column_missing_label(c, &c->labels[i]);
  sx_buf_printf(p->out, "<tr%s><th scope=\"row\">", missing ? " class=\"m\"" : "");
  sx_publish__code(p->out, &c->labels[i], true);
  add(p, "</th><td>");
  text(p, sx_publish__text(sx_publish__value_words(p->b, column, i), p->lang));
  if (missing) add(p, word(p, "（缺失）", " (missing)"));
  add(p, "</td>");
  if (f) counts(p, f, f->cases[i], f->weights[i], missing);
  add(p, "</tr>\n");
}

/* Values without a label, in one row. */
static void other_row(const page *p, const sx_column *c, const sx_publish_frequency *f) {
  size_t cases = f->valid;
  double weight = f->weight;
  for (size_t i = 0; i < c->n_labels; i++) {
    if (sx_column_missing_label(c, &c->labels[i])) continue;
    cases = cases > f->cases[i] ? cases - f->cases[i] : 0;
    weight -= f->weights[i];
  }
  if (!cases) return;
  sx_buf_printf(p->out, "<tr><th scope=\"row\">%s</th><td></td>", word(p, "其他值", "other values"));
  counts(p, f, cases, weight, false);
  add(p, "</tr>\n");
}

static void values(const page *p, size_t column, const sx_publish_frequency *f) {
  const sx_column *c = sx_table_get(p->b->table, column);
  sx_buf_printf(p->out, "<table>\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>",
                word(p, "取值", "Value"), word(p, "含义", "Label"));
  if (f)
    sx_buf_printf(p->out, "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th>",
                  word(p, "样本", "Cases"), word(p, "样本占比（%）", "Cases, %"));
  if (f && !isnan(f->weight))
    sx_buf_printf(p->out, "<th scope=\"col\" class=\"n\">%s</th>", word(p, "加权占比（%）", "Weighted, %"));
  add(p, "</tr></thead>\n<tbody>\n");
  for (size_t i = 0; i < c->n_labels; i++) value_row(p, column, i, f);
  if (f) other_row(p, c, f);
  add(p, "</tbody></table>\n");
}

static void base_line(const page *p, const sx_publish_frequency *f) {
  sx_buf_printf(p->out, "<p class=\"note\">%s%zu%s%zu%s</p>\n", word(p, "基数：", "Base: "), f->valid,
                word(p, " 例有值，", " cases with a value, "), f->missing, word(p, " 例无值。", " without."));
}

static void mean_line(const page *p, const sx_publish_frequency *f) {
  sx_buf_printf(p->out, "<p class=\"note\">%s",
                isnan(f->weight) ? word(p, "均值：", "Mean: ") : word(p, "加权均值：", "Weighted mean: "));
  fixed(p, f->mean, fabs(f->mean) < 10 ? 3 : 1);
  add(p, "</p>\n");
}

/* "3 different texts; the most frequent: ..." of a text without labels. */
static void answers(const page *p, const sx_publish_frequency *f) {
  if (!f->distinct) return;
  sx_buf_printf(p->out, "<p class=\"note\">%s%zu%s</p>\n", word(p, "不同取值：", "Different texts: "), f->distinct,
                f->n_answers && f->n_answers < f->distinct ? word(p, "，列出最常见的", ", the most frequent below")
                                                           : "");
  if (!f->n_answers) return;
  sx_buf_printf(p->out,
                "<table>\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" "
                "class=\"n\">%s</th>",
                word(p, "取值", "Value"), word(p, "样本", "Cases"), word(p, "样本占比（%）", "Cases, %"));
  if (!isnan(f->weight))
    sx_buf_printf(p->out, "<th scope=\"col\" class=\"n\">%s</th>", word(p, "加权占比（%）", "Weighted, %"));
  add(p, "</tr></thead>\n<tbody>\n");
  for (size_t i = 0; i < f->n_answers; i++) {
    add(p, "<tr><th scope=\"row\">");
    text(p, f->answers[i].text);
    add(p, "</th>");
    counts(p, f, f->answers[i].cases, f->answers[i].weight, false);
    add(p, "</tr>\n");
  }
  add(p, "</tbody></table>\n");
}

static void variable(const page *p, size_t i) {
  const sx_column *c = sx_table_get(p->b->table, i);
  const sx_publish_frequency *f = sx_publish__frequency_of(p->b, i);
  sx_buf_printf(p->out, "<section aria-labelledby=\"v%zu\">\n<h3 id=\"v%zu\"><code>", i, i);
  text(p, c->name);
  add(p, "</code> ");
  text(p, sx_publish__text(sx_publish__variable_words(p->b, i), p->lang));
  add(p, "</h3>\n");
  if (f) base_line(p, f);
  if (c->n_labels) values(p, i, f);
  if (f && !c->n_labels && !isnan(f->mean)) mean_line(p, f);
  if (f && !c->n_labels) answers(p, f);
  if (f && f->identifier) sx_buf_printf(p->out, "<p class=\"note\">%s</p>\n", word(p, "标识编号。", "Identifier."));
  add(p, "</section>\n");
}

static void variables(const page *p) {
  const bool counted = sx_publish__frequency_of(p->b, 0) != NULL;
  sx_buf_printf(p->out, "<h2 id=\"variables\">%s</h2>\n<p class=\"note\">", word(p, "变量", "Variables"));
  add(p, counted ? word(p,
                        "样本占比以有值的样本为基数，加权占比以其权数之和为基数。它们描述数据文件，不带误差；带误差的结"
                        "果见报告。",
                        "Shares are of the cases with a value, weighted shares of the sum of their weights. They "
                        "describe the file and "
                        "have no errors; results with errors are in the report.")
                 : word(p, "取值的频数未列出。", "How often values occur is not listed."));
  add(p, "</p>\n");
  for (size_t i = 0; i < sx_table_columns(p->b->table); i++) variable(p, i);
}

/* ---- indicators ---------------------------------------------------------------------------------------------------- */

static void indicators(const page *p) {
  static const char *const heads[][2] = {{"指标", "Indicator"}, {"名称", "Label"}, {"题目", "Question"},
                                         {"基数", "Base"},      {"单位", "Unit"},  {"统计量", "Statistics"}};
  sx_buf_printf(p->out,
                "<h2 id=\"indicators\">%s</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                "aria-labelledby=\"indicators\"><table>\n<thead><tr>",
                word(p, "指标", "Indicators"));
  for (size_t k = 0; k < 6; k++) sx_buf_printf(p->out, "<th scope=\"col\">%s</th>", heads[k][p->lang]);
  add(p, "</tr></thead>\n<tbody>\n");
  for (size_t i = 0; i < p->b->n; i++) {
    const sx_code_indicator *c = &p->b->items[i];
    const char *cells[] = {sx_publish__text(c->label, p->lang), sx_publish__text(c->question, p->lang),
                           sx_publish__text(c->base, p->lang), c->unit, c->statistics};
    add(p, "<tr><th scope=\"row\"><code>");
    text(p, c->id);
    add(p, "</code></th>");
    for (size_t k = 0; k < 5; k++) {
      add(p, "<td>");
      text(p, cells[k]);
      if (k == 0 && c->assumed) add(p, word(p, "（假设）", " (assumed)"));
      add(p, "</td>");
    }
    add(p, "</tr>\n");
  }
  add(p, "</tbody></table></div>\n");
}

/* ---- the page ------------------------------------------------------------------------------------------------------ */

static void head(const page *p) {
  const char *title = sx_publish__text(p->b->run->title, p->lang);
  sx_buf_printf(p->out,
                "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                "content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" "
                "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n<link rel=\"icon\" "
                "href=\"data:,\">\n<title>",
                word(p, "zh-CN", "en"));
  text(p, title);
  add(p, word(p, "：变量与指标", ": variables and indicators"));
  add(p, "</title>\n<style>\n");
  for (size_t i = 0; style[i]; i++) add(p, style[i]);
  sx_buf_printf(p->out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">%s</a>\n<header>\n<h1>",
                word(p, "跳到正文", "Skip to the text"));
  text(p, title);
  add(p, word(p, "：变量与指标", ": variables and indicators"));
  add(p, "</h1>\n");
  const sx_node *root = p->b->run->document ? sx_doc_root(p->b->run->document) : NULL,
                *made = root ? sx_node_get(root, "synthetic") : NULL,
                *words = made && made->kind == SX_NODE_MAP ? sx_node_get(made, word(p, "zh", "en")) : NULL;
  if (words && words->text) {
    add(p, "<p class=\"made\">");
    text(p, words->text);
    add(p, "</p>\n");
  }
  add(p, "</header>\n");
}

static void contents(const page *p) {
  const char *name = word(p, "目录", "Contents");
  sx_buf_printf(p->out, "<nav aria-label=\"%s\">\n<p><a href=\"#indicators\">%s</a></p>\n", name,
                word(p, "指标", "Indicators"));
  if (p->b->table) {
    sx_buf_printf(p->out, "<p><a href=\"#variables\">%s</a></p>\n<ul>\n", word(p, "变量", "Variables"));
    for (size_t i = 0; i < sx_table_columns(p->b->table); i++) {
      sx_buf_printf(p->out, "<li><a href=\"#v%zu\">", i);
      text(p, sx_table_get(p->b->table, i)->name);
      add(p, "</a></li>\n");
    }
    add(p, "</ul>\n");
  }
  add(p, "</nav>\n");
}

void sx_publish__codebook_html(sx_buf *out, const sx_codebook *b, sx_lang lang) {
  const page p = {out, b, lang};
  head(&p);
  contents(&p);
  add(&p, "<main id=\"main\">\n");
  if (b->table && sx_table_columns(b->table)) variables(&p);
  indicators(&p);
  add(&p, "</main>\n<footer><p>");
  text(&p, b->run->study);
  add(&p, "</p></footer>\n</body>\n</html>\n");
}
