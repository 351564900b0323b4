/* Boxes of a text: what stands in them, their numbers and kinds, references to them, the page, and every mistake with its place. */
#include "unit/report/report_small.h"

/* The nodes of a text, line by line. */
static void gives(const char *text, sx_lang lang, const char *want) {
  sx_document *doc = NULL;
  sx_buf dump;
  sx_buf_init(&dump, NULL);
  REQUIRE_OK(small_make(&doc, text, lang, err));
  for (const sx_document_node *n = doc->root->first->next; n && n->kind != SX_DOC_TABLE; n = n->next)
    sx_document_dump(&dump, n);
  CHECK_STR(dump.data ? dump.data : "", want);
  CHECK_INT(doc->n_warnings, 0);
  sx_buf_clear(&dump);
  sx_document_free(doc);
}

static void nodes(void) {
  gives(
      "# A\n\n{{box title=\"How to read\" kind=method id=how}}\nIt is {{rate.total | % 1}}.\n\n- a\n- b\n{{end}}\nSee "
      "[@box how].\n",
      SX_LANG_EN,
      "HEADING #s1 level=1 number=1\n  TEXT \"A\"\n"
      "BOX #b1 kind=method number=1 level=2\n  CAPTION Box 1\n    TEXT \"How to read\"\n    TAG\n      TEXT "
      "\"Method\"\n"
      "  PARAGRAPH\n    TEXT \"It is \"\n    NUMBER \"85.1%\" reference=\"rate.total\" value=0.8507 scale=2 "
      "decimals=1 zeros=0 unit=\"%\"\n      TEXT \"85.1%\"\n    TEXT \".\"\n"
      "  LIST\n    ITEM\n      PARAGRAPH tight\n        TEXT \"a\"\n    ITEM\n      PARAGRAPH tight\n        TEXT "
      "\"b\"\n"
      "PARAGRAPH\n  TEXT \"See \"\n  MENTION Box 1 -> b1\n    TEXT \"Box\xC2\xA0"
      "1\"\n  TEXT \".\"\n");
  /* without a number, without a kind; a list before it is closed by it; headings inside are no part of the contents */
  gives("- a\n{{box title=甲 numbered=no}}\n## 乙\n\n丙\n{{end}}\n", SX_LANG_ZH,
        "LIST\n  ITEM\n    PARAGRAPH tight\n      TEXT \"a\"\n"
        "BOX #b1 kind=plain number=0 level=1\n  CAPTION 专栏 0\n    TEXT \"甲\"\n"
        "  HEADING #s1 level=2 number=\n    TEXT \"乙\"\n  PARAGRAPH\n    TEXT \"丙\"\n");
  /* in code it stays as it is */
  gives("~~~\n{{box title=a}}\n~~~\n\n`{{end}}`\n", SX_LANG_ZH,
        "CODE_BLOCK\n  TEXT \"{{box title=a}}\"\n  TEXT \"\\n\"\nPARAGRAPH\n  CODE\n    TEXT \"{{end}}\"\n");
}

/* Tables and branches stand in boxes; numbers count on; a bar and signs in a title are its own. */
static void held(void) {
  sx_document *doc = NULL;
  sx_buf plain;
  REQUIRE_OK(
      small_make(&doc,
                 "[@box two]\n\n{{box title=\"一 | 二 <b>\" kind=policy id=one}}\n{{table t1}}\n{{if significant "
                 "users}}显{{else}}不{{end}}[^1]\n{{end}}\n{{box title=无号 numbered=no}}\n{{end}}\n"
                 "{{box title=三 kind=case id=two}}x{{end}}\n\n[^1]: 注{{users.total | 亿人 2}}\n",
                 SX_LANG_ZH, err));
  CHECK_INT(doc->n_boxes, 2);
  CHECK_INT(doc->boxes[0]->as.box.number, 1);
  CHECK_INT(doc->boxes[1]->as.box.number, 2);
  CHECK_INT(doc->boxes[1]->as.box.kind, SX_DOC_BOX_CASE);
  CHECK(doc->tables[0]->parent == doc->boxes[0]);
  const sx_document_node *mention = sx_document_child(doc->root->first->next, SX_DOC_MENTION);
  REQUIRE(mention != NULL);
  CHECK(mention->as.mention.target == doc->boxes[1] && mention->as.mention.number == 2);
  small_plain(&plain, sx_document_child(doc->boxes[0], SX_DOC_CAPTION));
  CHECK_STR(plain.data, "一 | 二 <b>政策");
  sx_buf_clear(&plain);
  small_plain(&plain, doc->boxes[0]->last);
  CHECK_STR(plain.data, "显");
  CHECK(sx_document_child(doc->boxes[0]->last, SX_DOC_FOOTNOTE_REF) != NULL);
  sx_buf_clear(&plain);
  sx_document_free(doc);
}

static bool has(const sx_buf *page, const char *what) {
  return strstr(page->data, what) != NULL;
}

static void page(void) {
  sx_document *doc = NULL;
  sx_buf html;
  sx_buf_init(&html, NULL);
  REQUIRE_OK(small_make(&doc,
                        "# A\n\n{{box title=\"B & C\" kind=policy id=b}}\n{{rate.total | % 1}}\n{{end}}\n\n[@box b]\n",
                        SX_LANG_EN, err));
  REQUIRE_OK(sx_document_html(&html, doc, NULL, err));
  CHECK(has(&html,
            "<aside class=\"box policy\" id=\"b1\" aria-labelledby=\"c-b1\">\n<h3 class=\"box-title\" "
            "id=\"c-b1\"><span class=\"no\">Box 1</span> B &amp; C <span class=\"kind\">Policy</span></h3>\n<p>"));
  CHECK(has(&html, "data-ref=\"rate.total\">85.1%</span></p>\n</aside>\n"));
  CHECK(has(&html, "<a class=\"ref\" href=\"#b1\">Box"));
  CHECK(has(&html, "<details><summary>Boxes</summary>\n<ol>\n<li><a href=\"#b1\"><span class=\"no\">1</span><span>B "
                   "&amp; C</span></a></li>\n</ol>\n</details>\n"));
  sx_buf_clear(&html);
  sx_document_free(doc);
}

static void mistakes(void) {
  sx_document *doc = NULL;
  small_fails("a\n\n{{box title=b}}c", SX_E_PARSE, "3:1", "{{box}} has no {{end}}");
  small_fails("{{box}}a{{end}}", SX_E_PARSE, "1:1", "{{box}} has no title");
  small_fails("{{box kind=case}}a{{end}}", SX_E_PARSE, "1:1", "{{box}} has no title");
  small_fails("{{box title=a kind=polcy}}a{{end}}", SX_E_PARSE, "1:1", "no kind 'polcy': did you mean policy");
  small_fails("{{box title=a kind=xxxxxxxxx}}a{{end}}", SX_E_PARSE, "1:1", "kinds are policy, method, case and plain");
  small_fails("{{box title=a numbered=never}}b{{end}}", SX_E_PARSE, "1:1",
              "'numbered=never' is not understood in {{box}}");
  small_fails("{{box title=a b}}c{{end}}", SX_E_PARSE, "1:1", "'b' is not understood in {{box}}");
  small_fails("{{box title=a}}{{box title=b}}c{{end}}{{end}}", SX_E_PARSE, "1:16", "inside another");
  small_fails("{{if up users}}{{box title=b}}c{{end}}{{end}}", SX_E_PARSE, "1:16", "between {{if}} and {{end}}");
  small_fails("{{box title=\"A {{rate.total}}\" id=q}}\nx\n{{end}}", SX_E_PARSE, "1:1",
              "takes no result: say the number in the text");
  small_fails("a\n\n{{box title=\"A id=q}}\nx\n{{end}}", SX_E_PARSE, "3:1", "a quote in {{box}} is not closed");
  small_fails("{{box title=a}}{{else}}{{end}}", SX_E_PARSE, "1:16", "{{else}} without an {{if}}");
  small_fails("{{box title=a}}{{if up users}}b{{end}}", SX_E_PARSE, "1:1", "{{box}} has no {{end}}");
  small_fails("{{box title=a}}{{if up users}}{{table t1}}{{end}}{{end}}", SX_E_PARSE, "1:31", "cannot stand between");
  CHECK_FAILS(small_make(&doc, "{{box title=a id=x}}{{end}}{{box title=b id=x}}{{end}}", SX_LANG_ZH, err), SX_E_DATA,
              "n.md:1:28", "a box 'x' stands before this one");
  CHECK_FAILS(small_make(&doc, "{{box title=a id=x numbered=no}}{{end}} [@box x]", SX_LANG_ZH, err), SX_E_DATA, "n.md",
              "mentions a box that does not exist or has no number");
}

static void found(void) {
  static const char text[] =
      "`{{box title=a id=x}}` {{box title=\"a b\" id=y}}{{end}}{{box title=a id=z numbered=no}}{{end}}";
  CHECK(!sx_report_has_box(text, strlen(text), "x", 1));
  CHECK(sx_report_has_box(text, strlen(text), "y", 1));
  CHECK(!sx_report_has_box(text, strlen(text), "z", 1));
  CHECK(!sx_report_has_box(text, strlen(text), "", 0));
}

SXT_MAIN(SXT_CASE(nodes), SXT_CASE(held), SXT_CASE(page), SXT_CASE(mistakes), SXT_CASE(found))
