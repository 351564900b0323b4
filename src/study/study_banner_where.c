/* study_banner_where.c: where a banner table stands: `in`, of report (where the text places it, or behind the texts), annex (the annex `tables`) and book (the
 * workbook). A large table is for the book alone; its numbers are results of the run like others. */
#include <string.h>

#include "study_banner.h"

static const char *const words[] = {"report", "annex", "book"};
enum { N_WORDS = sizeof words / sizeof *words };

static unsigned bit_of(const sx_node *node) {
  for (unsigned k = 0; node->kind == SX_NODE_SCALAR && k < N_WORDS; k++)
    if (strcmp(node->text, words[k]) == 0) return 1U << k;
  return 0;
}

unsigned study__banner_in(const st_block *block) {
  const sx_node *node = sx_node_get(block->node, "in");
  if (!node) return ST_IN_REPORT | ST_IN_BOOK;
  unsigned in = bit_of(node);
  for (size_t k = 0; node->kind == SX_NODE_LIST && k < node->n; k++) in |= bit_of(node->items[k]);
  return in;
}

static bool has_annex(const sx_study *s) {
  for (size_t i = 0; i < s->annex.n; i++)
    if (strcmp(s->annex.items[i], "tables") == 0) return true;
  return false;
}

void study__check_banner_in(st_load *l, const st_block *block) {
  const sx_node *node = sx_node_get(block->node, "in");
  const st_list list = node ? study__list(l, block->node, "in") : (st_list){.n = 0};
  for (size_t k = 0; k < list.n; k++) {
    if (bit_of(list.nodes[k])) continue;
    const char *near = sx_text_nearest(list.items[k], words, N_WORDS);
    study__problem(l, list.nodes[k], "a table stands in report, annex or book, not in '%s'%s%s%s", list.items[k],
                   near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
  }
  const unsigned in = study__banner_in(block);
  if (node && list.n == 0) study__problem(l, node, "a table stands in report, annex or book");
  if ((in & ST_IN_REPORT) && (in & ST_IN_ANNEX))
    study__problem(l, node, "a table stands once in the report: report, or annex");
  if ((in & ST_IN_ANNEX) && !has_annex(l->s))
    study__problem(l, node, "the study has no annex of tables: 'annex: [..., tables]'");
}

void study__banner_annex(sx_buf *zh, sx_buf *en, const sx_study *s) {
  sx_buf_add(zh, "## 各群体交叉表\n\n各列为全体及各群体；字母、箭头和记号的含义见表注。\n");
  sx_buf_add(en, "## Tables by group\n\nColumns are everyone and groups; what letters, arrows and marks mean is said "
                 "below each table.\n");
  for (size_t i = 0; i < s->n_blocks; i++) {
    const st_block *b = &s->blocks[i];
    if (!study__is_banner(b) || !(study__banner_in(b) & ST_IN_ANNEX)) continue;
    sx_buf_printf(zh, "\n{{ table %s }}\n", b->id);
    sx_buf_printf(en, "\n{{ table %s }}\n", b->id);
  }
}
