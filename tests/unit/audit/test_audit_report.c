/* A run's own pages: every number traced; what differs, what is typed, what is exempt and why; numbers changed in the file by hand. Someone's text against the same
 * results: agrees, differs, not matched, with the reasons. */
#include "sxt.h"

#include "unit/audit/audit_sample.h"

static char store_path[64], page_path[64];

static void paths(void) {
  (void)snprintf(store_path, sizeof store_path, "/tmp/sx_audit_%ld.db", (long)getpid());
  (void)snprintf(page_path, sizeof page_path, "/tmp/sx_audit_%ld.html", (long)getpid());
}

static void clean_up(sx_store *store) {
  sx_store_close(store);
  (void)remove(store_path);
  (void)remove(page_path);
}

static sx_audit_traces *traced(sx_store *store) {
  const char *const files[] = {page_path};
  sx_audit_traces *t = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_audit_outputs(&t, store, -1, files, 1, &err) != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  return t;
}

static const sx_audit_trace *find(const sx_audit_traces *t, sx_trace_verdict verdict, const char *printed) {
  for (size_t i = 0; i < t->n; i++) {
    if (t->items[i].verdict == verdict && strcmp(t->items[i].printed, printed) == 0) return &t->items[i];
  }
  return NULL;
}

static size_t with_reason(const sx_audit_traces *t, const char *reason) {
  size_t n = 0;
  for (size_t i = 0; i < t->n; i++) n += t->items[i].reason && strcmp(t->items[i].reason, reason) == 0;
  return n;
}

/* As the program prints it: nothing differs, nothing is unbound; text, table, drawing, axis, outside figure and files are all there. */
static void as_rendered(void) {
  sx_store *store = NULL;
  paths();
  for (int lang = 0; lang < 2; lang++) {
    REQUIRE_OK(audit_store(&store, NULL, store_path,
                           "# 规模\\n\\n2025年用户 {{users.total | 亿人 2}}，Z世代比整体高 {{rate.z.gap | pp 1 "
                           "sign:none}}，支出 {{spend/total.total | 万亿元 2}}，农村 {{rate.rural.gap | pp 1}}。",
                           "In 2025 {{users.total | 亿人 2}} spent {{spend/total.total | trillion yuan 2}}.", NULL,
                           err));
    REQUIRE_OK(audit_page(store, page_path, (sx_lang)lang, err));
    sx_audit_traces *t = traced(store);
    REQUIRE(t != NULL);
    for (size_t i = 0; i < t->n; i++) {
      if (t->items[i].verdict >= SX_TRACE_DIFFERS)
        SXT_FAIL("%s is %s: %s", t->items[i].printed, sx_trace_verdict_name(t->items[i].verdict),
                 t->items[i].reason ? t->items[i].reason : "");
    }
    CHECK(t->n_agree > 20);
    CHECK_INT(t->n_agree + t->n_exempt + t->n_differ + t->n_unbound, t->n);
    CHECK_INT(with_reason(t, "outside"), 1);
    CHECK(with_reason(t, "axis") >= 4);
    CHECK_INT(with_reason(t, "bytes"), 1);
    CHECK(with_reason(t, "label") >= 4);
    if (lang == SX_LANG_ZH) CHECK_INT(with_reason(t, "input"), 1);
    sx_audit_traces_free(t);
    clean_up(store);
    store = NULL;
  }
}

/* A page traced out of memory, the second of three of which the others are not made: what is found of the file. */
static void as_it_is_made(sx_store *store, const sx_audit_traces *of_four) {
  sx_page_audit *audit = NULL;
  sx_audit_traces *t = NULL;
  char *page = NULL;
  size_t n = 0;
  REQUIRE_OK(sx_file_read(&page, &n, NULL, page_path, err));
  REQUIRE_OK(sx_page_audit_new(&audit, store, -1, 3, err));
  REQUIRE_OK(sx_page_audit_trace(audit, 1, page_path, page, n, err));
  REQUIRE_OK(sx_page_audit_take(&t, audit, err));
  sx_page_audit_free(audit);
  CHECK_INT(t->n * 4, of_four->n);
  CHECK_INT(t->n_agree * 4, of_four->n_agree);
  CHECK_INT(t->n_unbound, 1);
  for (size_t i = 0; i < t->n && t->n * 4 == of_four->n; i++) {
    CHECK_STR(t->items[i].printed, of_four->items[i].printed);
    CHECK_INT(t->items[i].line, of_four->items[i].line);
    CHECK(t->items[i].verdict == of_four->items[i].verdict);
  }
  sx_audit_traces_free(t);
  sx_mem_free(NULL, page);
}

/* The verdict on a page in few lines, recalled where the same page is published again: the same counts, by the same reasons. A page with a typed number has none, and
 * lines that are not such a verdict are refused. What it rests on has a hash, which a word that the study exempts changes. */
static void recalled(void) {
  static const char *const wrong[] = {
      "", "7", "7 agrees", "0 agrees \n", "-3 exempt date\n", "7 differs x\n", "many exempt date\n"};
  static const char *const exempt[] = {"[\"1.96\"]", "[\"1.97\"]"};
  char hashes[2][SX_HASH_TEXT];
  paths();
  for (int k = 0; k < 2; k++) {
    sx_store *store = NULL;
    sx_page_audit *audit = NULL, *again = NULL;
    sx_audit_traces *t = NULL, *known = NULL;
    sx_buf said;
    char *page = NULL;
    size_t n = 0;
    REQUIRE_OK(audit_store(&store, NULL, store_path, "2025年用户 {{users.total | 亿人 2}}，误差 1.96 倍。", "x",
                           exempt[k], err));
    REQUIRE_OK(audit_page(store, page_path, SX_LANG_ZH, err));
    REQUIRE_OK(sx_file_read(&page, &n, NULL, page_path, err));
    REQUIRE_OK(sx_page_audit_new(&audit, store, -1, 3, err));
    REQUIRE_OK(sx_page_audit_hash(hashes[k], audit, err));
    REQUIRE_OK(sx_page_audit_trace(audit, 0, page_path, page, n, err));
    sx_buf_init(&said, NULL);
    sx_page_audit_put(&said, audit, 0);
    CHECK_INT(said.n > 0, k == 0); /* of the second page 1.96 is bound to nothing */
    REQUIRE_OK(sx_page_audit_take(&t, audit, err));
    REQUIRE_OK(sx_page_audit_new(&again, store, -1, 3, err));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
      CHECK_FAILS(sx_page_audit_recall(again, 0, page_path, wrong[i], strlen(wrong[i]), err), SX_E_PARSE, page_path,
                  "verdict");
    if (k == 0) {
      REQUIRE_OK(sx_page_audit_recall(again, 0, page_path, said.data, said.n, err));
      REQUIRE_OK(sx_page_audit_take(&known, again, err));
      CHECK_INT(known->n_agree, t->n_agree);
      CHECK_INT(known->n_exempt, t->n_exempt);
      CHECK(known->n < t->n && known->n_differ == 0 && known->n_unbound == 0);
      for (size_t i = 0; i < known->n; i++) {
        const sx_audit_trace *x = &known->items[i];
        CHECK_STR(x->file, page_path);
        if (x->verdict == SX_TRACE_EXEMPT) CHECK_INT(with_reason(t, x->reason), x->times);
      }
    }
    sx_audit_traces_free(known);
    sx_audit_traces_free(t);
    sx_page_audit_free(again);
    sx_page_audit_free(audit);
    sx_buf_clear(&said);
    sx_mem_free(NULL, page);
    clean_up(store);
  }
  CHECK(strcmp(hashes[0], hashes[1]) != 0);
}

/* Four pages on four threads: what was found and where, in the order of the files, as on one thread; each page says where its numbers were typed. */
static void side_by_side(void) {
  sx_store *store = NULL;
  sx_buf said[2];
  paths();
  for (int k = 0; k < 2; k++) {
    sx_ctx ctx = SX_CTX_INIT;
    ctx.n_threads = k ? 4 : 1;
    REQUIRE_OK(audit_store(&store, &ctx, store_path,
                           "# 规模\\n\\n2025年用户 {{users.total | 亿人 2}}，Z世代比整体高 {{rate.z.gap | pp 1 "
                           "sign:none}}，误差 1.96 倍。",
                           "x", NULL, err));
    REQUIRE_OK(audit_page(store, page_path, SX_LANG_ZH, err));
    const char *const files[] = {page_path, page_path, page_path, page_path};
    sx_audit_traces *t = NULL;
    REQUIRE_OK(sx_audit_outputs(&t, store, -1, files, 4, err));
    CHECK_INT(t->n % 4, 0);
    CHECK(t->n_agree > 20 && t->n_unbound == 4);
    sx_buf_init(&said[k], NULL);
    for (size_t i = 0; i < t->n; i++) {
      const sx_audit_trace *u = &t->items[i];
      sx_buf_printf(&said[k], "%s:%zu:%zu %d %s %s %s\n", u->file, u->line, u->column, (int)u->verdict, u->printed,
                    u->reason ? u->reason : "", u->source ? u->source : "");
    }
    const sx_audit_trace *last = find(t, SX_TRACE_UNBOUND, "1.96 倍");
    CHECK(last && last->source);
    as_it_is_made(store, t);
    sx_audit_traces_free(t);
    clean_up(store);
    store = NULL;
  }
  CHECK_STR(said[1].data, said[0].data);
  sx_buf_clear(&said[0]);
  sx_buf_clear(&said[1]);
}

static void typed_numbers(void) {
  sx_store *store = NULL;
  paths();
  REQUIRE_OK(audit_store(&store, NULL, store_path,
                         "# 规模\\n\\n用户 {{users.total | 亿人 2}}，其中 3 万人答复，误差 1.96 倍，三成未答。", "x",
                         "[\"1.96\"]", err));
  REQUIRE_OK(audit_page(store, page_path, SX_LANG_ZH, err));
  sx_audit_traces *t = traced(store);
  REQUIRE(t != NULL);
  CHECK_INT(t->n_unbound, 2);
  const sx_audit_trace *u = find(t, SX_TRACE_UNBOUND, "3 万人");
  REQUIRE(u != NULL);
  CHECK_STR(u->source, "narrative/01.md:3:30");
  CHECK(u->line > 0 && u->column > 0);
  CHECK(find(t, SX_TRACE_UNBOUND, "三成") != NULL);
  CHECK(find(t, SX_TRACE_EXEMPT, "1.96 倍") != NULL);
  CHECK_INT(with_reason(t, "study: 1.96"), 1);
  sx_audit_traces_free(t);
  clean_up(store);
}

/* The page with one piece replaced by another of the same meaning to a reader: the change is found. */
static void changed(const char *from, const char *to, const char *printed, const char *reason) {
  sx_store *store = NULL;
  char *html = NULL;
  size_t n = 0;
  paths();
  REQUIRE_OK(audit_store(&store, NULL, store_path,
                         "用户 {{users.total | 亿人 2}}，农村比整体低 {{rate.rural.gap | pp 1 sign:none}}。", "x", NULL,
                         err));
  REQUIRE_OK(audit_page(store, page_path, SX_LANG_ZH, err));
  REQUIRE_OK(sx_file_read(&html, &n, NULL, page_path, err));
  const char *at = strstr(html, from);
  if (!at) SXT_FAIL("the page has no '%s'", from);
  sx_buf buf;
  sx_buf_init(&buf, NULL);
  size_t line = 1;
  if (at) {
    for (const char *c = html; c < at; c++) line += *c == '\n';
    sx_buf_add_n(&buf, html, (size_t)(at - html));
    sx_buf_add(&buf, to);
    sx_buf_add(&buf, at + strlen(from));
    CHECK_OK(sx_file_write(NULL, page_path, buf.data, buf.n, err));
    sx_audit_traces *t = traced(store);
    if (t && t->n_differ + t->n_unbound != 1)
      SXT_FAIL("'%s' for '%s': %zu differ, %zu unbound", to, from, t->n_differ, t->n_unbound);
    for (size_t i = 0; t && i < t->n; i++) {
      const sx_audit_trace *x = &t->items[i];
      if (x->verdict < SX_TRACE_DIFFERS) continue;
      CHECK_STR(x->printed, printed);
      CHECK(x->line == line);
      if (reason[0]) CHECK(x->reason && strstr(x->reason, reason));
    }
    sx_audit_traces_free(t);
  }
  sx_buf_clear(&buf);
  sx_mem_free(NULL, html);
  clean_up(store);
}

static void changed_by_hand(void) {
  changed(">9.58亿人</span>", ">9.85亿人</span>", "9.85亿人", "printed precision");
  changed(">9.58亿人</span>", ">9.58万人</span>", "9.58万人", "printed precision");
  changed(">9.58亿人</span>", ">9.581亿人</span> 5 家", "5 家", ""); /* finer and right; the typed one is found */
  changed(">9.58亿人</span>", ">95812345600.0%</span>", "95812345600.0%", "printed in per cent");
  changed("data-ref=\"users.total\">9.58", "data-ref=\"users.nobody\">9.58", "9.58亿人", "no such result");
  changed("整体低 <span", "整体高 <span", "9.0个百分点", "opposite direction");
  changed("标准误：0.023；", "标准误：0.032；", "9.58亿人", "tooltip");
  changed("data-unit=\"亿人\">9.58</span>", "data-unit=\"亿人\">9.57</span>", "9.57", "printed precision");
  changed("data-unit=\"亿人\">0.02</td>", "data-unit=\"亿人\">0.20</td>", "0.20", "printed precision");
  changed("9.54 – 9.63</td>", "9.54 – 9.93</td>", "9.54 – 9.93", "printed precision");
  changed(">30,000</td>", ">30,010</td>", "30,010", "printed precision");
  changed("data-exempt=\"outside\" data-unit=\"%\">46.5</span>", "data-exempt=\"outside\" data-unit=\"%\">46.9</span>",
          "46.9", "printed precision");
  changed(">85.1%</text>", ">81.5%</text>", "81.5%", "printed precision");
  changed("全体：85.1%", "全体：85.2%", "85.2%", "drawing");
  changed(">800元以内</text>", ">900元以内</text>", "900元", "");
  changed(">12,345</td>", ">12,354</td>", "12,354", "printed precision");
  changed("</h1>", "</h1><p data-exempt=\"code\">数字消费用户1.11亿人</p>", "1.11亿人", "no code of the run");
  changed("</h1>", "</h1><p data-exempt=\"axis\">数字消费用户1.12亿人</p>", "1.12亿人", "no tick");
  changed("</h1>", "</h1><p data-ref=\"=1.12\" data-exempt=\"axis\">1.12</p>", "1.12", "no tick");
  changed("</h1>", "</h1><code>数字消费用户1.14亿人</code>", "1.14亿人", "no code of the run");
  /* what a page calls exempt is held against the run: files, sums, sources, values, numbers of sections */
  changed("</h1>", "</h1><p data-exempt=\"file\">数字消费用户1.15亿人</p>", "1.15亿人", "no file of the run");
  changed("</h1>", "</h1><p data-exempt=\"hash\">数字消费用户1.16亿人</p>", "1.16亿人", "no sum of a file");
  changed("</h1>", "</h1><p data-exempt=\"provenance\">数字消费用户1.17亿人</p>", "1.17亿人",
          "the run does not say so");
  changed("</h1>", "</h1><p data-exempt=\"whim\">数字消费用户1.18亿人</p>", "1.18亿人", "no reason that a run gives");
  changed("</h1>", "</h1><p data-ref=\"=1.19\" data-exempt=\"outside\">1.19</p>", "1.19",
          "no number of the run's blocks");
  changed("</h1>", "</h1><p data-ref=\"=1.21\" data-exempt=\"bytes\">1.21</p>", "1.21",
          "no number of the run's blocks");
  changed("</h1>", "</h1><p data-ref=\"=1.22\" data-exempt=\"threshold\">1.22</p>", "1.22", "no limit of a p value");
  changed("</h1>", "</h1><p data-ref=\"=1.23\" data-exempt=\"whim\">1.23</p>", "1.23", "no reason that a run gives");
  changed("</h1>", "</h1><p class=\"no\">数字消费用户1.24亿人</p>", "1.24亿人", "no number of a section");
  changed("</h1>", "</h1><p><sup>数字消费用户1.25亿人</sup></p>", "1.25亿人", "no number of a section or a note");
  changed("<title>", "<title>1234家 ", "1234家", "");
  changed("30000 个观测", "30001 个观测", "30001 个", "quotes");
}

/* ---- results as CSV ------------------------------------------------------------------------------------------------- */

static void write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "wb");
  if (!f || fputs(text, f) < 0 || fclose(f) != 0) SXT_FAIL("cannot write %s", path);
}

static void csv_of(char path[80], const char *name, const char *text) {
  (void)snprintf(path, 80, "%s.%s.csv", store_path, name);
  write_text(path, text);
}

/* Every number of the file is the run's at the digits that it has, in any order of rows; a changed one is named with line and column. */
static void results_csv(void) {
  sx_store *store = NULL;
  sx_audit_traces *t = NULL;
  char path[80];
  const char *const files[] = {path};
  paths();
  REQUIRE_OK(audit_store(&store, NULL, store_path, "x", "x", NULL, err));
  const char *head = "wave,indicator,statistic,z,rural,estimate,std.error,conf.low,conf.high,n,unit\n";
  char text[2000];
  (void)snprintf(text, sizeof text,
                 "\xef\xbb\xbf%sw,rate,prop,,,0.8507,0.0021,0.8466,0.8548,30000,\n"
                 "w,users,total,,,958123456,2345678,953525927,962720985,30000,\"people, all\"\n"
                 "w,rate,gap,,1,-0.09,0.0044,-0.098,-0.081,9034,\n",
                 head);
  csv_of(path, "right", text);
  REQUIRE_OK(sx_audit_outputs(&t, store, -1, files, 1, err));
  CHECK_INT(t->n_agree, 15);
  CHECK_INT(t->n_differ, 0);
  sx_audit_traces_free(t);
  (void)remove(path);
  (void)snprintf(text, sizeof text,
                 "%s\"w\",\"rate\",prop,1,,0.9512,0.0024,,0.9559,8121,\n"
                 "w,users,total,,,958123456,2345678,953525927,962720985,30001,人\n"
                 "w,用户,total,,,1.5,,,,,\n",
                 head);
  csv_of(path, "wrong", text);
  REQUIRE_OK(sx_audit_outputs(&t, store, -1, files, 1, err));
  CHECK_INT(t->n_differ, 3);
  static const struct {
    size_t line, column;
    const char *printed, *expected, *reference, *reason;
  } want[] = {{2, 34, "", "0.9465", "rate.z.prop conf.low", "the number is missing"},
              {3, 55, "30001", "30000", "users.total.total n", "at the digits of the file"},
              {4, 14, "1.5", "", "用户.total.total", "no such result"}};
  for (size_t i = 0, k = 0; i < t->n && k < 3; i++) {
    const sx_audit_trace *x = &t->items[i];
    if (x->verdict != SX_TRACE_DIFFERS) continue;
    CHECK_INT(x->line, want[k].line);
    CHECK_INT(x->column, want[k].column);
    CHECK_STR(x->printed, want[k].printed);
    CHECK_STR(x->expected, want[k].expected);
    CHECK_STR(x->reference, want[k].reference);
    CHECK(x->reason && strstr(x->reason, want[k].reason));
    k++;
  }
  sx_audit_traces_free(t);
  (void)remove(path);
  static const char *const bad[][2] = {{"a,b\n1,2\n", "no results of a run"},
                                       {"wave,indicator,statistic,estimate\nw,rate\n", "as many fields"},
                                       {"wave,indicator,statistic,estimate\nw,\"rate,prop,1\n", "not closed"},
                                       {"wave,indicator,statistic,estimate\nw,\xff,prop,1\n", "not UTF-8"},
                                       {"wave,indicator,statistic,estimate\nw,,prop,1\n", "needs its indicator"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    t = NULL;
    csv_of(path, "bad", bad[i][0]);
    CHECK_FAILS(sx_audit_outputs(&t, store, -1, files, 1, err), i == 2 || i == 3 ? SX_E_PARSE : SX_E_DATA,
                i == 0 ? "bad.csv:1" : "bad.csv:2", bad[i][1]);
    CHECK(t == NULL);
    (void)remove(path);
  }
  clean_up(store);
}

static void bad_input(void) {
  sx_store *store = NULL;
  sx_audit_traces *t = NULL;
  const char *const files[] = {"/nowhere/page.html"};
  paths();
  REQUIRE_OK(audit_store(&store, NULL, store_path, "x", "x", NULL, err));
  CHECK_FAILS(sx_audit_outputs(&t, store, -1, files, 1, err), SX_E_IO, "page.html", "");
  CHECK(t == NULL);
  clean_up(store);
}

/* ---- someone's text ---------------------------------------------------------------------------------------------- */

/* The last number of the text. reason: a part of it; "": none; NULL: any. */
static void against_why(const char *text, sx_match_verdict verdict, const char *reference, const char *expected,
                        const char *reason) {
  sx_store *store = NULL;
  sx_audit_text *read = NULL;
  sx_audit_matches *all = NULL;
  paths();
  REQUIRE_OK(audit_store(&store, NULL, store_path, "x", "x", NULL, err));
  REQUIRE_OK(sx_audit_text_parse(&read, NULL, SX_TEXT_MARKDOWN, text, strlen(text), "text", err));
  REQUIRE_OK(sx_audit_text_against(&all, read, store, -1, err));
  const sx_audit_match *m = all->n ? &all->items[all->n - 1] : NULL;
  const bool why = !reason || (m && (*reason ? m->reason && strstr(m->reason, reason) : !m->reason));
  if (!m || !why || m->verdict != verdict || strcmp(m->reference ? m->reference : "", reference) != 0 ||
      strcmp(m->expected ? m->expected : "", expected) != 0)
    SXT_FAIL("'%s': %s, result '%s', expected '%s', score %.2f (%s)", text,
             m ? sx_match_verdict_name(m->verdict) : "nothing", m && m->reference ? m->reference : "",
             m && m->expected ? m->expected : "", m ? m->score : 0, m && m->reason ? m->reason : "");
  CHECK_INT(all->n_agree + all->n_differ + all->n_none, all->n);
  sx_audit_matches_free(all);
  sx_audit_text_free(read);
  clean_up(store);
}

static void against(const char *text, sx_match_verdict verdict, const char *reference, const char *expected) {
  against_why(text, verdict, reference, expected, NULL);
}

static void texts(void) {
  against("数字消费用户达 9.58 亿人。", SX_MATCH_AGREES, "users.total", "");
  against("数字消费用户突破9亿人。", SX_MATCH_AGREES, "users.total", "");
  against("数字消费用户达 9.85 亿人。", SX_MATCH_DIFFERS, "users.total", "9.58 亿人");
  against("Z世代的数字消费用户为2.16亿人。", SX_MATCH_DIFFERS, "users.z", "2.62亿人");
  against("Z世代的数字消费用户为2.62亿人。", SX_MATCH_AGREES, "users.z", "");
  against("Z世代数字消费使用率 95.1%，高于整体 10.1 个百分点。", SX_MATCH_AGREES, "rate.z.gap", "");
  against("Z世代数字消费使用率高于整体 15.6 个百分点。", SX_MATCH_DIFFERS, "rate.z.gap",
          "10.1 个百分点"); /* 10.05 is rounded half away */
  against("数字消费额为 9.37 万亿元。", SX_MATCH_AGREES, "spend/total.total", "");
  against("There are 958 million digital consumers.", SX_MATCH_AGREES, "users.total", "");
  against("Digital spending reached 9.73 trillion yuan.", SX_MATCH_DIFFERS, "spend/total.total", "9.37 trillion yuan");
  against("| 群体 | 数字消费用户（亿人） |\n|---|---|\n| Z世代 | 2.62 |", SX_MATCH_AGREES, "users.z", "");
  against("| 群体 | 数字消费用户（亿人） |\n|---|---|\n| Z世代 | 2.26 |", SX_MATCH_DIFFERS, "users.z", "2.62");
  /* not matched: nothing is named, another size, another unit, no unit, a word */
  against("全年下雨 120 天。", SX_MATCH_NONE, "", "");
  against("某省数字消费用户为 3.1 万人。", SX_MATCH_NONE, "", "");
  against("数字消费用户有 958 家。", SX_MATCH_NONE, "", "");
  against("编号 12345678，数字消费用户 7。", SX_MATCH_NONE, "", "");
  against("宠物用品的用户占三成。", SX_MATCH_NONE, "", "");
}

/* A qualified number agrees only where the result lies in what the word says. */
static void qualified(void) {
  static const char *const below[] = {"数字消费用户不足9亿人。", "数字消费用户低于9亿人。", "数字消费用户不到9亿人。",
                                      "数字消费用户少于9亿人。"};
  for (size_t i = 0; i < 4; i++) against(below[i], SX_MATCH_DIFFERS, "users.total", "9.58亿人");
  against("Digital consumers: fewer than 900 million.", SX_MATCH_DIFFERS, "users.total", "958.12 million");
  against("Digital consumers: under 900 million.", SX_MATCH_DIFFERS, "users.total", "958.12 million");
  against("Digital consumers: less than 960 million.", SX_MATCH_AGREES, "users.total", "");
  against("数字消费用户不足10亿人。", SX_MATCH_AGREES, "users.total", "");
  against("数字消费用户不超过9.58亿人。", SX_MATCH_DIFFERS, "users.total", "9.5812亿人");
  against("数字消费用户超9.5亿人。", SX_MATCH_AGREES, "users.total", "");
  against("数字消费用户超9.6亿人。", SX_MATCH_DIFFERS, "users.total", "9.581亿人");
  against("数字消费用户超过9.6亿人。", SX_MATCH_DIFFERS, "users.total", "9.581亿人");
  against("数字消费用户9.6亿人以上。", SX_MATCH_DIFFERS, "users.total", "9.581亿人");
  against("数字消费用户9.5亿人以上。", SX_MATCH_AGREES, "users.total", "");
  against("数字消费用户突破9.58亿人。", SX_MATCH_AGREES, "users.total", ""); /* [9.575, 9.60) */
  against("数字消费用户突破9.57亿人。", SX_MATCH_AGREES, "users.total", ""); /* [9.565, 9.59) */
  against("数字消费用户突破9.56亿人。", SX_MATCH_DIFFERS, "users.total", "9.5812亿人");
  against("数字消费用户突破9.59亿人。", SX_MATCH_DIFFERS, "users.total", "9.5812亿人");
}

static void one_of_several(void) {
  /* each of a list has its own name */
  against("Z世代和农村的数字消费使用率分别为95.1%和76.1%。", SX_MATCH_AGREES, "rate.rural", "");
  against("Z世代和农村的数字消费使用率分别为76.1%和95.1%。", SX_MATCH_DIFFERS, "rate.rural", "76.1%");
  /* a group of an earlier sentence is not this one's, which has its own */
  against("Z世代很活跃。农村的数字消费使用率为95.1%。", SX_MATCH_DIFFERS, "rate.rural", "76.1%");
  /* the same figure right and wrong */
  against("数字消费用户9.58亿人，数字消费用户9.85亿人。", SX_MATCH_DIFFERS, "users.total", "9.58亿人");
  against("数字消费用户9.85亿人。数字消费用户9.58亿人。", SX_MATCH_AGREES, "users.total", "");
}

/* Told by the result before: its standard error, the ends of its interval, its gap; and by the words that are left of a name. */
static void told_by_the_one_before(void) {
  against("数字消费用户9.58亿人（标准误0.023亿人）。", SX_MATCH_AGREES, "users.total.se", "");
  against("数字消费用户9.58亿人（标准误0.032亿人）。", SX_MATCH_DIFFERS, "users.total.se", "0.023亿人");
  against("There are 958 million digital consumers (standard error 2.3 million).", SX_MATCH_AGREES, "users.total.se",
          "");
  against("There are 958 million digital consumers (standard error 3.2 million).", SX_MATCH_DIFFERS, "users.total.se",
          "2.3 million");
  against("Digital spending is 9.37 trillion yuan with a standard error of 0.48 trillion yuan.", SX_MATCH_DIFFERS,
          "spend/total.total.se", "0.08 trillion yuan");
  against("数字消费额为9.37万亿元，95%置信区间为9.20万亿元至9.53万亿元。", SX_MATCH_AGREES, "spend/total.total.high",
          "");
  against("数字消费额为9.37万亿元，95%置信区间为9.20万亿元至9.35万亿元。", SX_MATCH_DIFFERS, "spend/total.total.high",
          "9.53万亿元");
  against("数字消费额为9.37万亿元，90%置信区间为9.20万亿元至9.35万亿元。", SX_MATCH_NONE, "", ""); /* not ours */
  against("Z世代数字消费使用率为95.1%，领先10.1个百分点。", SX_MATCH_AGREES, "rate.z.gap", "");
  against("Z世代数字消费使用率为95.1%，领先14.1个百分点。", SX_MATCH_DIFFERS, "rate.z.gap", "10.1个百分点");
  against("Z世代和农村的数字消费使用率分别为95.1%和76.1%，分别比整体高低10.1和8.5个百分点。", SX_MATCH_DIFFERS,
          "rate.rural.gap", "9.0个百分点");
  against("全年雨量为12%，领先14.1个百分点。", SX_MATCH_NONE, "", "");
  against("Spending: 9.37 trillion yuan.", SX_MATCH_AGREES, "spend/total.total", "");
}

static void wrong_scale(void) {
  against("数字消费额为 9.37 亿元。", SX_MATCH_DIFFERS, "spend/total.total", "93680.00 亿元");
  against("数字消费用户 9.58。", SX_MATCH_DIFFERS, "users.total", "958123456.00");
  against("数字消费用户 9.58 万人。", SX_MATCH_DIFFERS, "users.total", "95812.35 万人");
  against("Z世代数字消费使用率为 0.951%。", SX_MATCH_DIFFERS, "rate.z", "95.120%");
  against_why("数字消费用户 9.58 亿元。", SX_MATCH_DIFFERS, "users.total", "9.58亿人", "the result is in 人");
  against_why("数字消费额为9.37万亿美元。", SX_MATCH_DIFFERS, "spend/total.total", "9.37万亿元", "the result is in 元");
  against_why("数字消费额为9.37万亿人。", SX_MATCH_DIFFERS, "spend/total.total", "9.37万亿元", "the result is in 元");
  against_why("Digital spending came to US$9.37 trillion.", SX_MATCH_DIFFERS, "spend/total.total", "9.37 trillion yuan",
              "the result is in 元");
  against_why("数字消费额为1.31万亿美元。", SX_MATCH_NONE, "", "", "no result is in its unit, 美元");
  against_why("Z世代数字消费使用率高出整体10.1%。", SX_MATCH_DIFFERS, "rate.z.gap", "10.1个百分点",
              "percentage points");
}

/* What the words say of the direction of a change or gap is the result's. */
static void directions(void) {
  static const char opposite[] = "the words say the opposite direction";
  against_why("数字消费使用率较2024年下半年下降2.2个百分点。", SX_MATCH_AGREES, "rate.total.change", "", "");
  against_why("数字消费使用率较2024年下半年上升2.2个百分点。", SX_MATCH_DIFFERS, "rate.total.change", "-2.2个百分点",
              opposite);
  against_why("Z世代数字消费使用率较上期下降3.4个百分点。", SX_MATCH_DIFFERS, "rate.z.change", "+3.4个百分点",
              opposite);
  against_why("The rate of digital consumption fell by 2.2 percentage points.", SX_MATCH_AGREES, "rate.total.change",
              "", "");
  against_why("The rate of digital consumption rose by 2.2 percentage points since 2024.", SX_MATCH_DIFFERS,
              "rate.total.change", "-2.2 percentage points", opposite);
  against_why("数字消费额下降2.7%。", SX_MATCH_DIFFERS, "spend/total.total.change_relative", "+2.7%", opposite);
  against_why("Digital spending fell by 2.7%.", SX_MATCH_DIFFERS, "spend/total.total.change_relative", "+2.7%",
              opposite);
  against_why("数字消费用户减少1650万人。", SX_MATCH_DIFFERS, "users.total.change", "+1650万人", opposite);
  /* gaps are told from either side */
  against_why("Z世代数字消费使用率低于整体10.1个百分点。", SX_MATCH_DIFFERS, "rate.z.gap", "+10.1个百分点", opposite);
  against_why("整体的数字消费使用率低于Z世代10.1个百分点。", SX_MATCH_AGREES, "rate.z.gap", "", "");
  against_why("Among Gen Z the rate of digital consumption is 10.1 percentage points lower than overall.",
              SX_MATCH_DIFFERS, "rate.z.gap", "+10.1 percentage points", opposite);
  against_why("The rate of digital consumption is 10.1 percentage points lower overall than among Gen Z.",
              SX_MATCH_AGREES, "rate.z.gap", "", "");
  against_why("Z世代数字消费使用率为95.1%，比整体低10.1个百分点。", SX_MATCH_DIFFERS, "rate.z.gap", "+10.1个百分点",
              opposite);
}

/* A change is no level and a level no change; points are no per cents. */
static void changes(void) {
  static const char level[] = "it is the level";
  against("数字消费用户增加1650万人。", SX_MATCH_AGREES, "users.total.change", "");
  against("Digital consumers increased by 16.5 million.", SX_MATCH_AGREES, "users.total.change", "");
  against_why("数字消费用户增加9.58亿人。", SX_MATCH_DIFFERS, "users.total.change", "0.17亿人", level);
  against_why("Digital consumers rose by 958 million.", SX_MATCH_DIFFERS, "users.total.change", "17 million", level);
  against_why("数字消费使用率提升85.1个百分点。", SX_MATCH_DIFFERS, "rate.total.change", "-2.2个百分点", level);
  against_why("数字消费额增长9.37万亿元。", SX_MATCH_NONE, "", "", level); /* the run has no such change */
  against("数字消费使用率为2.2%。", SX_MATCH_NONE, "", "");
  against("数字消费额占2.7%。", SX_MATCH_NONE, "", "");
  against("数字消费用户达1650万人。", SX_MATCH_NONE, "", "");
  against_why("数字消费使用率为85.1个百分点。", SX_MATCH_DIFFERS, "rate.total", "85.1%", "per cent");
  against_why("The rate of digital consumption is 85.1 percentage points.", SX_MATCH_DIFFERS, "rate.total", "85.1%",
              "per cent");
  against("数字消费使用率高达85.1%。", SX_MATCH_AGREES, "rate.total", "");
  against("数字消费使用率高于85%。", SX_MATCH_AGREES, "rate.total", "");
  against("数字消费额增长率为2.7%。", SX_MATCH_AGREES, "spend/total.total.change_relative", "");
  against("Digital spending grew by 2.7%.", SX_MATCH_AGREES, "spend/total.total.change_relative", "");
}

/* Numbers in words are read in full: right and wrong ones. */
static void in_words(void) {
  against("数字消费用户九点五八亿人。", SX_MATCH_AGREES, "users.total", "");
  against("数字消费用户九点八五亿人。", SX_MATCH_DIFFERS, "users.total", "9.58");
  against("数字消费使用率下降两点二个百分点。", SX_MATCH_AGREES, "rate.total.change", "");
  against("数字消费额为九点三七万亿元。", SX_MATCH_AGREES, "spend/total.total", "");
  against("Digital consumers number nine hundred and fifty-eight million people.", SX_MATCH_AGREES, "users.total", "");
  against("Digital consumers number nine hundred and eighty-five million people.", SX_MATCH_DIFFERS, "users.total",
          "958");
}

/* The subject of a list stands above it. */
static void from_the_line_above(void) {
  against("农村网民的情况：\n\n- 数字消费使用率为76.1%", SX_MATCH_AGREES, "rate.rural", "");
  against("农村网民的情况：\n\n- 数字消费使用率为71.6%", SX_MATCH_DIFFERS, "rate.rural", "76.1%");
}

static void no_figures(void) {
  against("Z世代的数字消费用户为 30.1 万人。", SX_MATCH_NONE, "", ""); /* a growth factor */
  against("Z世代的数字消费使用率为 33.3%。", SX_MATCH_NONE, "", "");   /* a p-value */
}

/* A sign that the words before it contradict; words of mere difference leave it to speak. */
static void signs(void) {
  static const struct {
    const char *text;
    bool wrong;
  } cases[] = {{"其中农村增加 {{rate.rural.gap | pp 1}}。", true},
               {"Users are 3, more of them paying {{rate.rural.gap | pp 1}} of it.", true},
               {"Rates increased by {{rate.rural.gap | pp 1}}.", true},
               {"More people, and the rate changed by {{rate.rural.gap | pp 1}}.", false},
               {"农村与整体相差 {{rate.rural.gap | pp 1}}，较多。", false},
               {"The rest makes {{rate.rural.gap | pp 1}} of it.", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sx_store *store = NULL;
    paths();
    REQUIRE_OK(audit_store(&store, NULL, store_path, cases[i].text, "x", "[\"3\"]", err));
    REQUIRE_OK(audit_page(store, page_path, SX_LANG_ZH, err));
    sx_audit_traces *t = traced(store);
    REQUIRE(t != NULL);
    if (t->n_differ != cases[i].wrong) SXT_FAIL("'%s': %zu differ", cases[i].text, t->n_differ);
    for (size_t k = 0; k < t->n; k++) {
      if (t->items[k].verdict == SX_TRACE_DIFFERS)
        CHECK_STR(t->items[k].reason, "the words say the opposite direction");
    }
    sx_audit_traces_free(t);
    clean_up(store);
  }
}

SXT_MAIN(SXT_CASE(qualified), SXT_CASE(one_of_several), SXT_CASE(told_by_the_one_before), SXT_CASE(wrong_scale),
         SXT_CASE(no_figures), SXT_CASE(directions), SXT_CASE(changes), SXT_CASE(in_words),
         SXT_CASE(from_the_line_above), SXT_CASE(as_rendered), SXT_CASE(recalled), SXT_CASE(side_by_side),
         SXT_CASE(typed_numbers), SXT_CASE(changed_by_hand), SXT_CASE(results_csv), SXT_CASE(bad_input),
         SXT_CASE(texts), SXT_CASE(signs))
