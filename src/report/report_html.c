/* report_html.c: the page as a whole: numbering, cover, contents, the parts in order, what it rests on. One file, no script, nothing
 * from outside: a content security policy says so to the browser as well. No time of day is printed: the same run gives the same bytes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_page.h"

/* ---- captions and feet ------------------------------------------------------------------------------------------- */

void sx_report__caption(sx_page *page, const sx_block *block, const char *tag) {
  const bool figure = block->kind == SX_BLOCK_FIGURE;
  const char *letter = figure ? "f" : "t", *title = sx_report__text(page, sx_node_get(block->root, "title"));
  sx_buf_printf(&page->body,
                "<figure class=\"%s\" id=\"%s%zu\">\n<figcaption id=\"c-%s%zu\"><span class=\"no\">%s %zu</span>", tag,
                letter, block->number, letter, block->number, sx_report__w(page, figure ? W_FIGURE : W_TABLE),
                block->number);
  if (title) sx_report__label(&page->body, page, title);
  if (page->synthetic) sx_buf_printf(&page->body, " <span class=\"tag\">%s</span>", sx_report__w(page, W_SYNTHETIC));
  sx_buf_add(&page->body, "</figcaption>\n");
}

void sx_report__foot(sx_page *page, const sx_block *block, const char *extra) {
  const char *note = sx_report__text(page, sx_node_get(block->root, "note"));
  const char *source = sx_report__text(page, sx_node_get(block->root, "source"));
  if (note || source || extra[0]) {
    sx_buf_add(&page->body, "<div class=\"foot\">\n");
    if (note || extra[0]) {
      bool counts = false; /* the run wrote the note: its numbers are held against the block alone */
      if (!sx_node_bool(&counts, sx_node_get(block->root, "note_counts"))) counts = false;
      sx_buf_printf(&page->body, "<p%s>%s", counts ? " data-exempt=\"input\"" : "", sx_report__w(page, W_NOTE));
      if (note) sx_report__label(&page->body, page, note);
      if (note && extra[0] && page->lang == SX_LANG_EN) sx_buf_add_char(&page->body, ' ');
      sx_report__visible(&page->body, page, extra, strlen(extra));
      sx_buf_add(&page->body, "</p>\n");
    }
    if (source) {
      sx_buf_printf(&page->body, "<p>%s", sx_report__w(page, W_SOURCE));
      sx_report__label(&page->body, page, source);
      sx_buf_add(&page->body, "</p>\n");
    }
    sx_buf_add(&page->body, "</div>\n");
  }
  sx_buf_add(&page->body, "</figure>\n");
}

/* ---- numbering and parts ----------------------------------------------------------------------------------------- */

static bool is_text(const sx_block *b) {
  return b->kind == SX_BLOCK_TEXT || b->kind == SX_BLOCK_ANNEX;
}
static bool is_float(const sx_block *b) {
  return b->kind == SX_BLOCK_FIGURE || b->kind == SX_BLOCK_TABLE;
}

/* Numbers follow the order of appearance: the texts and what they place, blocks that no text places where they stand, annexes last. */
static sx_status number_blocks(sx_page *page, sx_error *err) {
  for (size_t i = 0; i < page->n_blocks; i++) {
    if (is_text(&page->blocks[i])) SX_TRY(sx_report__scan(page, &page->blocks[i], false, err));
  }
  for (int annex = 0; annex < 2; annex++) {
    for (size_t i = 0; i < page->n_blocks; i++) {
      sx_block *b = &page->blocks[i];
      if (b->kind == (annex ? SX_BLOCK_ANNEX : SX_BLOCK_TEXT)) SX_TRY(sx_report__scan(page, b, true, err));
      if (!annex && is_float(b) && !b->placed) {
        b->number = b->kind == SX_BLOCK_FIGURE ? ++page->n_figures : ++page->n_tables;
      }
    }
  }
  return SX_OK;
}

static sx_status put_annexes(sx_page *page, sx_error *err) {
  bool open = false;
  for (size_t i = 0; i < page->n_blocks; i++) {
    if (page->blocks[i].kind != SX_BLOCK_ANNEX) continue;
    if (!open) {
      sx_buf_printf(&page->body, "<h2 id=\"annex\">%s</h2>\n", sx_report__w(page, W_ANNEX));
      page->in_annex = true;
      memset(page->counter, 0, sizeof page->counter);
    }
    open = true;
    const sx_node *file = sx_node_get(page->blocks[i].root, "file");
    if (file && file->text && strcmp(file->text, "provenance") == 0) page->provenance = true;
    sx_buf_add(&page->body, "<div data-exempt=\"input\">\n");
    SX_TRY(sx_report__markdown(page, &page->blocks[i], err));
    sx_buf_add(&page->body, "</div>\n");
  }
  return SX_OK;
}

static sx_status put_parts(sx_page *page, sx_error *err) {
  for (size_t i = 0; i < page->n_blocks; i++) {
    const sx_block *b = &page->blocks[i];
    if (b->kind == SX_BLOCK_TEXT) SX_TRY(sx_report__markdown(page, b, err));
    if (is_float(b) && !b->placed) {
      SX_TRY(b->kind == SX_BLOCK_FIGURE ? sx_report__figure(page, b, err) : sx_report__table(page, b, err));
    }
  }
  return put_annexes(page, err);
}

/* ---- what it rests on -------------------------------------------------------------------------------------------- */

typedef struct inputs {
  sx_page *page;
  size_t n;
} inputs;

static sx_status put_input(void *data, const sx_store_input *input, sx_error *err) {
  inputs *in = data;
  sx_page *page = in->page;
  sx_buf *body = &page->body;
  const char *name = strrchr(input->path, '/');
  sx_spec spec;
  const sx_format count = {.kind = SX_FORMAT_AMOUNT, .decimals = 0};
  name = name ? name + 1 : input->path;
  if (!in->n++) {
    sx_buf_printf(
        body,
        "<div class=\"scroll\"><table class=\"files\"><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
        "<th scope=\"col\" class=\"l\">SHA-256</th></tr></thead><tbody>\n",
        sx_report__w(page, W_FILE), sx_report__w(page, W_BYTES));
  }
  sx_report__format_spec(&spec, &count, 0, page->lang);
  sx_buf_add(body, "<tr><th scope=\"row\" data-exempt=\"file\">");
  sx_report__visible(body, page, name, strlen(name));
  sx_buf_add(body, "</th><td");
  sx_report__trace_outside(body, (double)input->bytes, "bytes", &spec, true);
  sx_buf_add_char(body, '>');
  sx_report__format_value(body, (double)input->bytes, &spec, true);
  sx_buf_add(body, "</td><td class=\"hash l\" data-exempt=\"hash\">");
  sx_report__escape(body, input->sha256, strlen(input->sha256));
  sx_buf_add(body, "</td></tr>\n");
  return sx_buf_status(body, err);
}

/* An entry is a text, or a map: {"label", "text"} or names and values. */
static void put_entry(sx_page *page, const sx_node *entry) {
  const char *label = sx_report__text(page, sx_node_get(entry, "label"));
  const char *text = sx_report__text(page, sx_node_get(entry, "text"));
  const bool pair = entry->kind == SX_NODE_MAP && sx_node_get(entry, "zh") == NULL && sx_node_get(entry, "en") == NULL;
  sx_buf_add(&page->body, "<li>");
  if (label || text) {
    if (label) sx_report__label(&page->body, page, label);
    if (label && text) sx_buf_add(&page->body, sx_report__w(page, W_COLON));
    if (text) sx_report__label(&page->body, page, text);
  } else if (pair) {
    for (size_t i = 0; i < entry->n; i++) {
      const char *value = sx_report__text(page, entry->items[i]);
      if (i) sx_buf_add(&page->body, sx_report__w(page, W_SEMICOLON));
      sx_report__visible(&page->body, page, entry->keys[i]->text, strlen(entry->keys[i]->text));
      sx_buf_add(&page->body, sx_report__w(page, W_COLON));
      if (value) sx_report__visible(&page->body, page, value, strlen(value));
    }
  } else {
    const char *whole = sx_report__text(page, entry);
    if (whole) sx_report__label(&page->body, page, whole);
  }
  sx_buf_add(&page->body, "</li>\n");
}

static sx_status put_provenance(sx_page *page, sx_error *err) {
  inputs in = {page, 0};
  if (page->provenance) return SX_OK;
  const sx_node *list = sx_node_get(page->document, "provenance");
  size_t n = list && list->kind == SX_NODE_LIST ? list->n : 0;
  if (n && sx_node_get(list->items[0], "sha256")) n = 0; /* the files: they stand in the table below */
  sx_buf_printf(&page->body, "<h2 id=\"provenance\">%s</h2>\n<p>%s</p>\n", sx_report__w(page, W_PROVENANCE),
                sx_report__w(page, W_SAME_INPUTS));
  if (n) sx_buf_add(&page->body, "<ul data-exempt=\"provenance\">\n");
  for (size_t i = 0; i < n; i++) put_entry(page, list->items[i]);
  if (n) sx_buf_add(&page->body, "</ul>\n");
  SX_TRY(sx_store_each_input(page->store, page->run, put_input, &in, err));
  if (in.n) sx_buf_add(&page->body, "</tbody></table></div>\n");
  return sx_buf_status(&page->body, err);
}

/* ---- head, cover, contents --------------------------------------------------------------------------------------- */

static void put_head(sx_buf *out, const sx_page *page) {
  const char *title = sx_report__text(page, sx_node_get(page->document, "title"));
  sx_buf_printf(out,
                "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                "img-src data:\">\n<meta name=\"generator\" content=\"Shuxiao %s\">\n<link rel=\"icon\" "
                "href=\"data:,\">\n<title>",
                page->lang == SX_LANG_ZH ? "zh-CN" : "en", sx_version());
  if (title) sx_report__escape(out, title, strlen(title));
  sx_buf_add(out, "</title>\n<style>\n");
  for (const char *const *line = sx_report__style; *line; line++) sx_buf_add(out, *line);
  sx_buf_add(out, "</style>\n</head>\n");
}

static void put_line(sx_buf *out, const sx_page *page, const char *open, const sx_node *node, const char *close) {
  const char *text = sx_report__text(page, node);
  if (!text) return;
  sx_buf_add(out, open);
  sx_report__label(out, page, text);
  sx_buf_add(out, close);
}

/* "key": the figures that stand large on the cover: {"label", "ref", "format"}. */
static sx_status put_key(sx_buf *out, sx_page *page, sx_error *err) {
  const sx_node *key = sx_node_get(page->document, "key");
  if (!key || key->kind != SX_NODE_LIST || !key->n) return SX_OK;
  sx_buf_add(out, "<dl class=\"key\">\n");
  for (size_t i = 0; i < key->n; i++) {
    const sx_node *ref = sx_node_get(key->items[i], "ref"), *format = sx_node_get(key->items[i], "format");
    const char *text = format && format->text ? format->text : "";
    sx_bound bound;
    sx_format parsed;
    if (!ref || !ref->text) return sx_error_set(err, SX_E_DATA, "document key", "entry %zu has no ref", i + 1);
    SX_TRY(sx_report__bind(&bound, page, ref->text, strlen(ref->text), "document key", err));
    SX_TRY(sx_report__format_parse(&parsed, text, strlen(text), err));
    sx_buf_add(out, "<div>");
    put_line(out, page, "<dt>", sx_node_get(key->items[i], "label"), "</dt>");
    sx_buf_add(out, "<dd>");
    sx_report__number(out, page, &bound, &parsed);
    put_line(out, page, "<small>", sx_node_get(key->items[i], "note"), "</small>");
    sx_buf_add(out, "</dd></div>\n");
  }
  sx_buf_add(out, "</dl>\n");
  return SX_OK;
}

static sx_status put_cover(sx_buf *out, sx_page *page, const char *other_file, sx_error *err) {
  const sx_node *d = page->document;
  sx_buf_printf(out,
                "<body>\n<a class=\"skip\" href=\"#main\">%s</a>\n<header class=\"cover\">\n<div class=\"inner\">\n<p "
                "class=\"top\"><span>",
                sx_report__w(page, W_SKIP));
  put_line(out, page, "", sx_node_get(d, "publisher"), "");
  sx_buf_add(out, "</span>");
  if (other_file) {
    sx_buf_printf(out, "<a lang=\"%s\" hreflang=\"%s\" href=\"", page->lang == SX_LANG_ZH ? "en" : "zh-CN",
                  page->lang == SX_LANG_ZH ? "en" : "zh-CN");
    sx_report__escape(out, other_file, strlen(other_file));
    sx_buf_printf(out, "\">%s</a>", sx_report__w(page, W_OTHER_LANGUAGE));
  }
  sx_buf_add(out, "</p>\n");
  put_line(out, page, "<h1>", sx_node_get(d, "title"), "</h1>\n");
  put_line(out, page, "<p class=\"subtitle\">", sx_node_get(d, "subtitle"), "</p>\n");
  put_line(out, page, "<p class=\"date\">", sx_node_get(d, "date"), "</p>\n");
  if (page->synthetic) {
    sx_buf_printf(out, "<p class=\"synthetic\" role=\"note\"><strong>%s</strong>", sx_report__w(page, W_SYNTHETIC));
    sx_report__label(out, page, page->synthetic);
    sx_buf_add(out, "</p>\n");
  }
  SX_TRY(put_key(out, page, err));
  if (sx_report__text(page, sx_node_get(d, "note")) || sx_report__text(page, sx_node_get(d, "design"))) {
    sx_buf_add(out, "<div class=\"about\">\n");
    put_line(out, page, "<p>", sx_node_get(d, "note"), "</p>\n");
    if (sx_report__text(page, sx_node_get(d, "design"))) {
      sx_buf_printf(out, "<p data-exempt=\"input\"><b>%s</b>", sx_report__w(page, W_DESIGN));
      put_line(out, page, "", sx_node_get(d, "design"), "</p>\n");
    }
    sx_buf_add(out, "</div>\n");
  }
  sx_buf_add(out, "</div>\n</header>\n");
  return SX_OK;
}

static void put_list(sx_buf *out, const sx_page *page, sx_block_kind kind, size_t n, sx_word word) {
  if (!n) return;
  const bool figure = kind == SX_BLOCK_FIGURE;
  sx_buf_printf(out, "<details><summary>%s</summary>\n<ol>\n", sx_report__w(page, word));
  for (size_t number = 1; number <= n; number++) {
    for (size_t i = 0; i < page->n_blocks; i++) {
      const sx_block *b = &page->blocks[i];
      if (b->kind != kind || b->number != number) continue;
      sx_buf_printf(out, "<li><a href=\"#%s%zu\"><span class=\"no\">%zu</span><span>", figure ? "f" : "t", number,
                    number);
      put_line(out, page, "", sx_node_get(b->root, "title"), "");
      sx_buf_add(out, "</span></a></li>\n");
    }
  }
  sx_buf_add(out, "</ol>\n</details>\n");
}

static void put_link(sx_buf *out, const char *href, const char *text) {
  sx_buf_printf(out, "<li class=\"l1\"><a href=\"#%s\"><span>%s</span></a></li>\n", href, text);
}

/* Links inside a heading's text cannot stand inside the link of the contents: only its text is taken. */
static void put_heading_text(sx_buf *out, const char *html) {
  for (const char *p = html; *p;) {
    const char *end = *p == '<' ? strchr(p, '>') : NULL;
    const bool keep = !end || strncmp(p, "<span lang", 10) == 0 || strncmp(p, "</span", 6) == 0;
    if (end && strncmp(p, "<sup", 4) == 0) {
      const char *after = strstr(p, "</sup>");
      p = after ? after + 6 : end + 1;
    } else if (end && (!keep || strncmp(p, "<span class", 11) == 0)) {
      if (strncmp(p, "<span class", 11) == 0) sx_buf_add(out, "<span>");
      p = end + 1;
    } else {
      sx_buf_add_char(out, *p++);
    }
  }
}

static void put_contents(sx_buf *out, const sx_page *page) {
  bool annex = false;
  sx_buf_printf(out, "<nav class=\"toc\" aria-label=\"%s\">\n<h2>%s</h2>\n<ol>\n", sx_report__w(page, W_CONTENTS),
                sx_report__w(page, W_CONTENTS));
  for (size_t i = 0; i < page->n_headings; i++) {
    const sx_heading *h = &page->headings[i];
    const bool in_annex = h->number[0] >= 'A' && h->number[0] <= 'Z';
    if (h->level > 2 || (in_annex && h->level > 1)) continue;
    if (in_annex && !annex) put_link(out, "annex", sx_report__w(page, W_ANNEX));
    annex = annex || in_annex;
    sx_buf_printf(out, "<li class=\"l%d\"><a href=\"#s%zu\">", in_annex ? 2 : h->level, h->id);
    if (h->number[0]) sx_buf_printf(out, "<span class=\"no\">%s</span>", h->number);
    sx_buf_add(out, "<span>");
    put_heading_text(out, h->html);
    sx_buf_add(out, "</span></a></li>\n");
  }
  if (!page->provenance) put_link(out, "provenance", sx_report__w(page, W_PROVENANCE));
  sx_buf_add(out, "</ol>\n");
  put_list(out, page, SX_BLOCK_FIGURE, page->n_figures, W_FIGURES);
  put_list(out, page, SX_BLOCK_TABLE, page->n_tables, W_TABLES);
  sx_buf_add(out, "</nav>\n");
}

static void put_footer(sx_buf *out, const sx_page *page) {
  sx_buf_add(out, "</main>\n</div>\n<footer><div class=\"inner\">");
  for (const char *p = sx_report__w(page, W_PUBLISHED_BY); *p; p++) {
    if (p[0] == '%' && p[1] == 's') {
      sx_buf_add(out, sx_version());
      p++;
    } else {
      sx_buf_add_char(out, *p);
    }
  }
  if (page->synthetic) sx_buf_printf(out, " · <span class=\"tag\">%s</span>", sx_report__w(page, W_SYNTHETIC));
  sx_buf_add(out, "</div></footer>\n</body>\n</html>\n");
}

/* ---- the report -------------------------------------------------------------------------------------------------- */

static sx_status make(sx_buf *out, sx_page *page, const char *other_file, sx_error *err) {
  SX_TRY(sx_report__load(page, err));
  SX_TRY(number_blocks(page, err));
  SX_TRY(put_parts(page, err));
  SX_TRY(put_provenance(page, err));
  put_head(out, page);
  SX_TRY(put_cover(out, page, other_file, err));
  sx_buf_add(out, "<div class=\"inner page\">\n");
  put_contents(out, page);
  sx_buf_add(out, "<main id=\"main\">\n");
  if (page->body.n) sx_buf_add_n(out, page->body.data, page->body.n);
  put_footer(out, page);
  return sx_buf_status(out, err);
}

static sx_status deliver(sx_report_result **out, sx_page *page, sx_buf *html, sx_error *err) {
  sx_report_result *result = sx_mem_zalloc(&page->ctx, 1, sizeof *result);
  if (!result) return sx_error_memory(err);
  result->ctx = page->ctx;
  result->n = html->n;
  result->html = sx_buf_take(html);
  if (!result->html) {
    sx_report_result_free(result);
    return sx_error_memory(err);
  }
  result->warnings = page->warnings;
  result->n_warnings = page->n_warnings;
  page->warnings = NULL;
  page->n_warnings = 0;
  *out = result;
  return SX_OK;
}

static void free_warnings(const sx_ctx *ctx, sx_report_warning *warnings, size_t n) {
  for (size_t i = 0; i < n; i++) {
    sx_mem_free(ctx, warnings[i].where);
    sx_mem_free(ctx, warnings[i].message);
  }
  sx_mem_free(ctx, warnings);
}

sx_status sx_report_html(sx_report_result **out, sx_store *store, int64_t run, const sx_report_options *options,
                         sx_error *err) {
  const sx_ctx *ctx = sx_store_ctx(store);
  sx_page page = {.ctx = *ctx, .lang = options ? options->lang : SX_LANG_ZH, .store = store, .run = run};
  sx_buf html;
  sx_buf_init(&html, &page.ctx);
  sx_buf_init(&page.body, &page.ctx);
  sx_status status;
  SX_TRY_GOTO(status, sx_arena_new(&page.arena, &page.ctx, err), done);
  SX_TRY_GOTO(status, make(&html, &page, options ? options->other_language_file : NULL, err), done);
  status = deliver(out, &page, &html, err);
done:
  sx_report__unload(&page);
  free_warnings(&page.ctx, page.warnings, page.n_warnings);
  sx_mem_free(&page.ctx, page.headings);
  sx_mem_free(&page.ctx, page.names);
  sx_buf_clear(&page.body);
  sx_buf_clear(&html);
  sx_arena_free(page.arena);
  return status;
}

void sx_report_result_free(sx_report_result *result) {
  if (!result) return;
  free_warnings(&result->ctx, result->warnings, result->n_warnings);
  const sx_ctx ctx = result->ctx;
  sx_mem_free(&ctx, result->html);
  sx_mem_free(&ctx, result);
}
