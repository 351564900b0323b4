/* report_html_panel.c: what the panel of a page shows, as JSON in the page, and the hash by which the security policy knows the script. In a report of two
 * languages a text is a list of both. */
#include "report_html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/io.h"

/* ---- the policy -------------------------------------------------------------------------------------------------- */

static unsigned hex(char c) {
  return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* SHA-256 of the script in base64, as a policy writes it. */
void sx_html__script_hash(const sx_html *html) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char text[SX_HASH_TEXT];
  sx_buf script;
  sx_buf_init(&script, &html->document->ctx);
  for (const char *const *line = sx_html__script; *line; line++) sx_buf_add(&script, *line);
  if (script.failed) {
    html->out->failed = true;
  } else {
    sx_hash_bytes(text, script.data, script.n);
    for (size_t i = 0; i < 32; i += 3) {
      unsigned long bits = 0;
      const size_t n = 32 - i < 3 ? 32 - i : 3;
      for (size_t k = 0; k < 3; k++)
        bits = bits << 8 | (k < n ? hex(text[2 * (i + k)]) << 4 | hex(text[2 * (i + k) + 1]) : 0);
      for (size_t k = 0; k < 4; k++) sx_buf_add_char(html->out, k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=');
    }
  }
  sx_buf_clear(&script);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static void put_text(sx_buf *out, const char *text) {
  sx_json_string(out, text ? text : "");
}

/* One text, or in a report of two languages both. */
static void put_both(const sx_html *html, sx_buf *out, const char *text, const char *second) {
  const bool two = html->document->second && second && *second && text && strcmp(text, second) != 0;
  if (two) sx_buf_add_char(out, '[');
  put_text(out, text && *text ? text : second);
  if (two) sx_buf_add_char(out, ',');
  if (two) put_text(out, second);
  if (two) sx_buf_add_char(out, ']');
}

static void put_number(sx_buf *out, double value) {
  char text[SX_DOUBLE_TEXT_MAX];
  if (!isfinite(value)) {
    sx_buf_add(out, "null");
    return;
  }
  const size_t n = sx_text_from_double(text, value);
  if (value == 0)
    sx_buf_add(out, "\"0\""); /* a bare 0 says: as before */
  else
    sx_buf_add_n(out, text, n);
}

static void put_words(const sx_html *html, sx_buf *out) {
  static const struct {
    const char *name;
    sx_word word;
  } words[] = {{"close", W_PANEL_CLOSE},
               {"back", W_PANEL_BACK},
               {"question", W_PANEL_QUESTION},
               {"of", W_PANEL_OF},
               {"formula", W_WHAT_FORMULA},
               {"terms", W_PANEL_TERMS},
               {"base", W_WHAT_BASE},
               {"where", W_PANEL_WHERE},
               {"group", W_PANEL_GROUP},
               {"estimate", W_PANEL_ESTIMATE},
               {"se", W_SE},
               {"interval", W_INTERVAL},
               {"n", W_PANEL_N},
               {"neff", W_PANEL_N_EFF},
               {"deff", W_PANEL_DEFF},
               {"df", W_PANEL_DF},
               {"quality", W_PANEL_QUALITY},
               {"method", W_WHAT_METHOD},
               {"design", W_DESIGN},
               {"variables", W_PANEL_VARIABLES},
               {"files", W_PANEL_FILES},
               {"result", W_WHAT_RESULT},
               {"step", W_WHAT_STEP},
               {"run", W_PANEL_RUN},
               {"inputs", W_PANEL_INPUTS},
               {"pp", W_PANEL_POINTS},
               {"definitions", W_PANEL_DEFINITIONS}};
  sx_buf_add(out, "{\"w\":{");
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    sx_buf_printf(out, "%s\"%s\":", i ? "," : "", words[i].name);
    put_both(html, out, sx_report__word(html->document->lang, words[i].word),
             sx_report__word(SX_LANG_EN, words[i].word));
  }
  sx_buf_add(out, "},\n");
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static void put_run(const sx_html *html, sx_buf *out) {
  const sx_document *d = html->document;
  sx_buf run;
  sx_buf_init(&run, &d->ctx);
  sx_buf_printf(&run, "%s%s%s, Shuxiao %s", d->study, d->wave[0] ? " " : "", d->wave, d->program);
  sx_buf_add(out, "\"u\":{\"run\":");
  put_text(out, run.failed ? "" : run.data);
  sx_buf_add(out, ",\"inputs\":");
  put_text(out, d->inputs[0] ? d->inputs : "");
  sx_buf_add(out, ",\"design\":");
  put_both(html, out, d->design, d->second ? d->second->design : NULL);
  const char *link = d->definitions_anchor;
  for (size_t i = 0; i < d->n_headings && !link; i++) {
    const char *anchor = d->headings[i]->anchor;
    if (anchor && (strcmp(anchor, "annex") == 0 || strcmp(anchor, "provenance") == 0)) link = anchor;
  }
  if (link) sx_buf_add(out, ",\"link\":");
  if (link) put_text(out, link);
  sx_buf_add(out, "},\n");
  if (run.failed) out->failed = true;
  sx_buf_clear(&run);
}

/* ---- definitions ------------------------------------------------------------------------------------------------- */

static void put_key(const sx_html *html, sx_buf *out, const char *key, const char *text, const char *second) {
  if (!text || !*text) return;
  sx_buf_printf(out, ",\"%s\":", key);
  put_both(html, out, text, second);
}

static int by_id(const void *a, const void *b) {
  const sx_document_definition *x = a, *y = b;
  return strcmp(x->id, y->id);
}

static int by_name(const void *a, const void *b) {
  const sx_document_result *x = a, *y = b;
  return strcmp(x->name, y->name);
}

static void put_definitions(const sx_html *html, sx_buf *out) {
  const sx_document *d = html->document, *en = d->second;
  sx_buf_add(out, "\"d\":[");
  for (size_t i = 0; i < d->n_definitions; i++) {
    const sx_document_definition *own = &d->definitions[i], none = {.id = own->id};
    const sx_document_definition *two =
        en && en->n_definitions ? bsearch(own, en->definitions, en->n_definitions, sizeof *own, by_id) : NULL;
    if (!two) two = &none;
    sx_buf_add(out, i ? ",\n{\"id\":" : "\n{\"id\":");
    put_text(out, own->id);
    put_key(html, out, "label", own->label, two->label);
    put_key(html, out, "question", own->question, two->question);
    put_key(html, out, "base", own->base, two->base);
    put_key(html, out, "of", own->of, NULL);
    put_key(html, out, "where", own->where, NULL);
    put_key(html, out, "formula", own->formula, NULL);
    put_key(html, out, "variables", own->variables, NULL);
    put_key(html, out, "files", own->files, NULL);
    put_key(html, out, "source", own->source, two->source);
    put_key(html, out, "unit", own->unit, NULL);
    if (isfinite(own->value)) sx_buf_add(out, ",\"value\":");
    if (isfinite(own->value)) put_number(out, own->value);
    if (isfinite(own->se) && own->se > 0) sx_buf_add(out, ",\"se\":");
    if (isfinite(own->se) && own->se > 0) put_number(out, own->se);
    sx_buf_add_char(out, '}');
  }
  sx_buf_add(out, "],\n");
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

static bool same(const char *a, const char *b) {
  return a == b || (a && b && strcmp(a, b) == 0);
}

/* 0 where the result before has the same. */
static void put_kept(const sx_html *html, sx_buf *out, bool before, const char *text, const char *second) {
  sx_buf_add_char(out, ',');
  if (before)
    sx_buf_add_char(out, '0');
  else
    put_both(html, out, text, second);
}

static void put_result(const sx_html *html, sx_buf *out, const sx_document_result *r, const sx_document_result *before,
                       const sx_document_result *two, const sx_document_result *two_before) {
  const double values[] = {r->estimate, r->se, r->low, r->high, r->ci_level};
  const double sizes[] = {r->n < 0 ? (double)NAN : (double)r->n, r->n_eff, r->deff, r->df};
#define SAME(field)     (before && same(r->field, before->field))
#define SAME_TWO(field) (SAME(field) && (!two || (two_before && same(two->field, two_before->field))))
  put_text(out, r->name);
  sx_buf_printf(out, ",\"%zu\"", r->definition);
  put_kept(html, out, SAME(statistic), r->statistic, NULL);
  put_kept(html, out, SAME_TWO(domain), r->domain, two ? two->domain : NULL);
  put_kept(html, out, SAME(group), r->group, NULL);
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    sx_buf_add_char(out, ',');
    put_number(out, values[i]);
  }
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    sx_buf_add_char(out, ',');
    put_number(out, sizes[i]);
  }
  put_kept(html, out, SAME(unit), r->unit, NULL);
  put_kept(html, out, SAME(quality), r->quality, NULL);
  put_kept(html, out, SAME(method), r->method, NULL);
  put_kept(html, out, SAME(step), r->step, NULL);
  put_kept(html, out, SAME_TWO(reason), r->reason, two ? two->reason : NULL);
#undef SAME
#undef SAME_TWO
  sx_buf_add(out, ",[");
  for (size_t i = 0; i < r->n_terms; i++) sx_buf_printf(out, "%s%zu", i ? "," : "", r->terms[i]);
  sx_buf_add_char(out, ']');
}

static void put_results(const sx_html *html, sx_buf *out) {
  const sx_document *d = html->document, *en = d->second;
  const sx_document_result *before = NULL, *two_before = NULL;
  sx_buf_add(out, "\"r\":[");
  for (size_t i = 0; i < d->n_results; i++) {
    const sx_document_result *own = &d->results[i];
    const sx_document_result *two =
        en && en->n_results ? bsearch(own, en->results, en->n_results, sizeof *own, by_name) : NULL;
    sx_buf_add(out, i ? ",\n[" : "\n[");
    put_result(html, out, own, before, two, two_before);
    sx_buf_add_char(out, ']');
    before = own;
    two_before = two;
  }
  sx_buf_add(out, "]}\n");
}

/* A "<" would end the element. */
void sx_html__panel(const sx_html *html) {
  sx_buf json;
  sx_buf_init(&json, &html->document->ctx);
  put_words(html, &json);
  put_run(html, &json);
  put_definitions(html, &json);
  put_results(html, &json);
  if (json.failed) {
    html->out->failed = true;
  } else {
    sx_buf_add(html->out, "<script type=\"application/json\" id=\"results\">\n");
    for (size_t i = 0; i < json.n;) {
      size_t k = i;
      while (k < json.n && json.data[k] != '<') k++;
      sx_buf_add_n(html->out, json.data + i, k - i);
      if (k < json.n) sx_buf_add(html->out, "\\u003c");
      i = k + 1;
    }
    sx_buf_add(html->out, "</script>\n<script>");
    for (const char *const *line = sx_html__script; *line; line++) sx_buf_add(html->out, *line);
    sx_buf_add(html->out, "</script>\n");
  }
  sx_buf_clear(&json);
}
