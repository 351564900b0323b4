/* The report in two languages side by side: texts in pairs with the numbers of each, what is set once in both languages, notes, and texts
 * that do not go together, with both places. */
#include "unit/report/report_small.h"

static sx_status pair(sx_document **doc, const char *zh, const char *en, sx_error *err) {
  small_english = en;
  small_pair = true;
  const sx_status status = small_make(doc, zh, SX_LANG_ZH, err);
  small_english = NULL;
  small_pair = false;
  return status;
}

static void reads(const sx_document_node *node, const char *want) {
  sx_buf got;
  small_plain(&got, node);
  CHECK_STR(got.data, want);
  sx_buf_clear(&got);
}

static const sx_document_node *nth(const sx_document_node *root, sx_document_kind kind, size_t k) {
  for (const sx_document_node *n = root; n; n = sx_document_next(root, n)) {
    if (n->kind == kind && k-- == 0) return n;
  }
  return NULL;
}

static void texts(void) {
  sx_document *doc = NULL;
  REQUIRE_OK(
      pair(&doc,
           "# 规模\n\n用户{{users.total | 亿人 2}}[^a]。\n\n- 甲\n- 乙\n\n{{box title=口径 kind=method "
           "id=b}}\n见[@box b]。\n{{end}}\n\n{{table t1}}\n\n[^a]: 注\n",
           "# Scale\n\nThere are {{users.total | 亿人 2}}[^x].\n\n- one\n- two\n\n{{box title=\"What is counted\" "
           "kind=method id=b}}\nSee [@box b].\n{{end}}\n\n{{table t1}}\n\n[^x]: A note\n",
           err));
  CHECK(doc->second != NULL && doc->lang == SX_LANG_ZH);
  reads(doc->headings[0], "规模 Scale");
  const sx_document_node *first = nth(doc->root, SX_DOC_PAIR, 0);
  REQUIRE(first != NULL);
  CHECK(first->first->kind == SX_DOC_SIDE && first->first->lang == SX_LANG_ZH && first->last->lang == SX_LANG_EN);
  reads(first->first, "用户9.58亿人。");
  reads(first->last, "There are 958 million people.");
  CHECK_STR(nth(first->last, SX_DOC_NUMBER, 0)->as.number->reference, "users.total");
  const sx_document_node *zh = nth(first->first, SX_DOC_FOOTNOTE_REF, 0),
                         *en = nth(first->last, SX_DOC_FOOTNOTE_REF, 0);
  CHECK(zh->as.footnote_ref.note == en->as.footnote_ref.note);
  CHECK(zh->as.footnote_ref.ordinal == 1 && en->as.footnote_ref.ordinal == 2);
  reads(zh->as.footnote_ref.note, "注 A note");
  reads(nth(doc->root, SX_DOC_PAIR, 1)->last, "one  two");
  CHECK_INT(doc->n_boxes, 1);
  reads(doc->boxes[0], "口径 What is counted方法Method   见专栏\xC2\xA0"
                       "1。  See Box\xC2\xA0"
                       "1.");
  CHECK_STR(sx_document_child(doc->boxes[0], SX_DOC_CAPTION)->as.caption.word, "专栏 Box");
  CHECK(nth(doc->boxes[0], SX_DOC_MENTION, 1)->as.mention.target->anchor != NULL);
  /* links of the tree fit together */
  for (const sx_document_node *n = doc->root; n; n = sx_document_next(doc->root, n)) {
    for (const sx_document_node *child = n->first; child; child = child->next) CHECK(child->parent == n);
    CHECK(!n->last || !n->last->next);
  }
  sx_document_free(doc);
}

static void page(void) {
  sx_document *doc = NULL;
  sx_buf html;
  sx_buf_init(&html, NULL);
  REQUIRE_OK(pair(&doc, "甲{{rate.total | % 1}}\n", "A {{rate.total | % 1}}\n", err));
  REQUIRE_OK(sx_document_html(&html, doc, NULL, err));
  CHECK(strstr(html.data, "<body class=\"two-languages\">") != NULL);
  CHECK(strstr(html.data, "<div class=\"pair\">\n<div lang=\"zh-CN\">\n<p>甲") != NULL);
  CHECK(strstr(html.data, "<div lang=\"en\">\n<p>") != NULL);
  CHECK(strstr(html.data, "<h2>目录 Contents</h2>") != NULL);
  sx_buf_clear(&html);
  sx_document_free(doc);
}

static void tables(void) {
  sx_document *doc = NULL;
  REQUIRE_OK(pair(&doc, "甲\n\n| 子 | 丑 |\n|---|---|\n| 寅 | {{users.total | 亿人 2}} |\n",
                  "A\n\n| b | c |\n|---|---|\n| d | {{users.total | 亿人 2}} |\n", err));
  const sx_document_node *t = nth(doc->root, SX_DOC_TABLE, 0);
  reads(t, "子 b 丑 c  寅 d 9.58亿人 958 million people");
  sx_document_free(doc);
}

static void fails(const char *zh, const char *en, const char *where, const char *message) {
  sx_document *doc = NULL;
  CHECK_FAILS(pair(&doc, zh, en, err), SX_E_DATA, where, message);
}

static void mistakes(void) {
  fails("甲。\n\n- 乙\n", "First.\n\nSecond.\n", "zh.md:3",
        "in Chinese zh.md:3 a list, in English en.md:3 a paragraph");
  fails("甲。\n\n乙。\n", "First.\n", "zh.md:3", "in Chinese zh.md:3 a paragraph, in English");
  fails("# 甲\n", "## First\n", "zh.md:1", "a heading, in English en.md:1 a heading of another level");
  fails("- 甲\n- 乙\n", "- First\n", "zh.md:1", "a list of another length");
  fails("甲[^1]\n\n[^1]: 子\n", "First[^1][^2]\n\n[^1]: One\n[^2]: Two\n", "", "footnotes");
  fails("| 子 | 丑 |\n|---|---|\n| 寅 | 卯 |\n", "| b |\n|---|\n| c |\n", "zh.md:1", "fewer cells");
}

SXT_MAIN(SXT_CASE(texts), SXT_CASE(page), SXT_CASE(tables), SXT_CASE(mistakes))
