/* report_build_heading.c: the numbers of headings: 1, 1.1, 1.1.1, A in the annexes, none where the author counts. */
#include <stdio.h>
#include <string.h>

#include "report_tree.h"

/* "第一章", "一、", "（一）", "1.2", "Chapter 1": the author counts, so we do not. */
static bool numbered_by_author(const char *text) {
  static const char *const starts[] = {"第", "（一", "(一", "Chapter ", "Annex ", "Appendix ", "附录"};
  static const char *const digits[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    if (strncmp(text, starts[i], strlen(starts[i])) == 0) return true;
  }
  const char *p = strncmp(text, "（", 3) == 0 ? text + 3 : text;
  bool any = false;
  for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
    if (strncmp(p, digits[i], 3) != 0) continue;
    p += 3;
    any = true;
    i = (size_t)-1;
  }
  if (any && (strncmp(p, "、", 3) == 0 || strncmp(p, "）", 3) == 0)) return true;
  const size_t n = strspn(text, "0123456789.");
  return n > 0 && (text[n] == ' ' || strncmp(text + n, "、", 3) == 0) && (n > 1 || text[n] != ' ');
}

static const char *next_number(sx_page *page, int level) {
  page->counter[level - 1]++;
  for (int i = level; i < 3; i++) page->counter[i] = 0;
  char first[24];
  if (page->in_annex) {
    (void)snprintf(first, sizeof first, "%c", (char)('A' + (page->counter[0] ? page->counter[0] - 1 : 0) % 26));
  } else {
    (void)snprintf(first, sizeof first, "%zu", page->counter[0]);
  }
  if (level == 1) return sx_arena_strdup(page->arena, first);
  if (level == 2) return sx_arena_printf(page->arena, "%s.%zu", first, page->counter[1]);
  return sx_arena_printf(page->arena, "%s.%zu.%zu", first, page->counter[1], page->counter[2]);
}

/* What the heading begins with, as far as it is plain text in the report's language. */
static const char *plain_start(sx_page *page, const sx_document_node *heading) {
  sx_buf text;
  sx_buf_init(&text, &page->ctx);
  for (const sx_document_node *n = heading->first; n && n->kind == SX_DOC_TEXT && n->lang == page->lang; n = n->next) {
    sx_buf_add(&text, n->text);
  }
  const char *start = sx_tree__clean_buf(page, &text);
  sx_buf_clear(&text);
  return start;
}

/* In a box: below its title, without a number and not in the contents. */
static sx_status heading_of_box(sx_page *page, sx_document_node *heading, sx_error *err) {
  const int level = heading->parent->as.box.level;
  heading->as.heading.number = "";
  heading->as.heading.level = level < 6 ? level + 1 : 6;
  heading->anchor = sx_tree__name(page, "s", ++page->n_sections);
  return sx_tree__status(page, err);
}

sx_status sx_report__number_heading(sx_page *page, sx_document_node *heading, int level, sx_error *err) {
  if (heading->parent && heading->parent->kind == SX_DOC_BOX) return heading_of_box(page, heading, err);
  if (page->in_annex) {
    if (!page->annex_level) page->annex_level = level;
    level = level > page->annex_level ? level - page->annex_level + 1 : 1;
  }
  const char *number = "";
  if (level <= 3 && !numbered_by_author(plain_start(page, heading))) number = next_number(page, level);
  if (!number) return sx_error_memory(err);
  heading->as.heading.number = number;
  heading->as.heading.level = level + page->in_annex > 6 ? 6 : level + page->in_annex;
  page->heading_level = heading->as.heading.level;
  heading->anchor = sx_tree__name(page, "s", ++page->n_sections);
  return sx_report__add_heading(page, heading, err);
}

sx_status sx_report__add_heading(sx_page *page, const sx_document_node *heading, sx_error *err) {
  void *p = page->headings;
  const bool grown = sx_arena_grow(page->arena, &p, &page->cap_headings, page->n_headings + 1, sizeof *page->headings);
  page->headings = p;
  if (!grown) return sx_error_memory(err);
  page->headings[page->n_headings++] = heading;
  return sx_tree__status(page, err);
}

sx_status sx_report__word_heading(sx_page *page, sx_word word, const char *anchor, sx_error *err) {
  sx_document_node *heading = sx_tree__open(page, SX_DOC_HEADING);
  heading->as.heading.level = 1;
  heading->as.heading.number = "";
  heading->anchor = anchor;
  sx_tree__word(page, word);
  sx_tree__close(page);
  return sx_report__add_heading(page, heading, err);
}
