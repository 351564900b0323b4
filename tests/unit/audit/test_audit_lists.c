/* Someone's text against results: lists whose numbers have names of their own, shortened; the group whose change, gap and change of the gap a sentence tells, over
 * a broken line. The results are made up. */
#include "sxt.h"

#include <unistd.h>

#include "shuxiao/audit_text.h"

static char store_path[64];

static const struct {
  const char *indicator, *statistic, *group;
  double estimate;
} rows[] = {
    {"takeaway", "prop", NULL, 0.5004},
    {"travel", "prop", NULL, 0.4568},
    {"transport", "prop", NULL, 0.4504},
    {"transport", "prop", "z", 0.6659},
    {"transport_pay", "prop", NULL, 0.612},
    {"travel_pay", "prop", NULL, 0.601},
    {"rate", "prop", NULL, 0.8507},
    {"shopping", "prop", NULL, 0.8612},
    {"shopping", "prop", "rural", 0.832},
    {"shopping", "prop", "urban", 0.8756},
    {"shopping", "change", "rural", 0.025},
    {"shopping", "change", "urban", -0.0337},
    {"shopping", "gap_urban", "rural", -0.052},
    {"shopping", "gap_rural", "urban", 0.052},
    {"shopping", "change_gap_urban", "rural", 0.049},
    {"shopping", "change_gap_rural", "urban", -0.049},
};

static const sx_store_indicator indicators[] = {
    {"takeaway", {"网上外卖", "Online takeaway"}, {NULL, NULL}, {NULL, NULL}, "", 1, false},
    {"travel", {"在线旅行预订", "Online travel booking"}, {NULL, NULL}, {NULL, NULL}, "", 1, false},
    {"transport", {"在线交通出行（网约车等）", "Online transport"}, {NULL, NULL}, {NULL, NULL}, "", 1, false},
    {"transport_pay", {"在线交通出行：花过钱", "Online transport: paid"}, {NULL, NULL}, {NULL, NULL}, "", 1, false},
    {"travel_pay", {"在线旅行预订：花过钱", "Online travel booking: paid"}, {NULL, NULL}, {NULL, NULL}, "", 1, false},
    {"rate", {"数字消费使用率", "Rate of digital consumption"}, {NULL, NULL}, {NULL, NULL}, "", 1, false},
    {"shopping", {"网络购物", "Online shopping"}, {NULL, NULL}, {NULL, NULL}, "", 1, false}};

static sx_text2 group_name(const char *group) {
  return group[0] == 'z'   ? (sx_text2){"Z世代", "Gen Z"}
         : group[0] == 'r' ? (sx_text2){"农村", "rural"}
                           : (sx_text2){"城镇", "urban"};
}

static sx_status make_store(sx_store **out, sx_error *err) {
  const sx_store_run info = {
      .study = "s", .wave = "w", .version = "0", .options_json = "{}", .started = "2025-01-01T00:00:00Z"};
  int64_t run;
  (void)snprintf(store_path, sizeof store_path, "/tmp/sx_audit_lists_%ld.db", (long)getpid());
  (void)remove(store_path);
  SX_TRY(sx_store_open(out, NULL, store_path, SX_STORE_WRITE, err));
  SX_TRY(sx_store_begin(&run, *out, &info, NULL, 0, err));
  for (size_t i = 0; i < sizeof indicators / sizeof *indicators; i++)
    SX_TRY(sx_store_put_indicator(*out, &indicators[i], err));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *group = rows[i].group ? rows[i].group : "";
    const sx_store_term term = {group, "1", group_name(group), {"1", "1"}};
    const sx_store_row row = {.wave = "w",
                              .indicator = rows[i].indicator,
                              .statistic = rows[i].statistic,
                              .terms = rows[i].group ? &term : NULL,
                              .n_terms = rows[i].group != NULL,
                              .estimate = rows[i].estimate,
                              .se = 0.003,
                              .unit = "",
                              .quality = "",
                              .na_reason = "",
                              .method = "linearization"};
    SX_TRY(sx_store_put_row(NULL, *out, NULL, &row, err));
  }
  return sx_store_finish(*out, err);
}

typedef struct wanted {
  sx_match_verdict verdict;
  const char *reference, *expected;
} wanted;

/* The last n numbers of the text. */
static void against(const char *text, sx_text_form form, const wanted *want, size_t n) {
  sx_store *store = NULL;
  sx_audit_text *read = NULL;
  sx_audit_matches *all = NULL;
  REQUIRE_OK(make_store(&store, err));
  REQUIRE_OK(sx_audit_text_parse(&read, NULL, form, text, strlen(text), "text", err));
  REQUIRE_OK(sx_audit_text_against(&all, read, store, -1, err));
  REQUIRE(all->n >= n);
  for (size_t i = 0; i < n; i++) {
    const sx_audit_match *m = &all->items[all->n - n + i];
    if (m->verdict != want[i].verdict || strcmp(m->reference ? m->reference : "", want[i].reference) != 0 ||
        strcmp(m->expected ? m->expected : "", want[i].expected) != 0)
      SXT_FAIL("'%s', number %zu: %s, result '%s', expected '%s', score %.2f (%s)", text, i + 1,
               sx_match_verdict_name(m->verdict), m->reference ? m->reference : "", m->expected ? m->expected : "",
               m->score, m->reason ? m->reason : "");
  }
  sx_audit_matches_free(all);
  sx_audit_text_free(read);
  sx_store_close(store);
  (void)remove(store_path);
}

static const wanted all_agree[] = {{SX_MATCH_AGREES, "takeaway.total", ""},
                                   {SX_MATCH_AGREES, "travel.total", ""},
                                   {SX_MATCH_AGREES, "transport.total", ""}};
static const wanted last_differs[] = {{SX_MATCH_AGREES, "takeaway.total", ""},
                                      {SX_MATCH_AGREES, "travel.total", ""},
                                      {SX_MATCH_DIFFERS, "transport.total", "45.0%"}};

static void shortened(void) {
  against("网上外卖、旅行预订和在线出行的使用率分别为50.0%、45.7%和45.0%。", SX_TEXT_MARKDOWN, all_agree, 3);
  against("Z世代在线交通出行的使用率为66.6%。网上外卖、旅行预订和在线出行的使用率分别为50.0%、45.7%和45.0%。",
          SX_TEXT_MARKDOWN, all_agree, 3);
  against("网上外卖、旅行预订和在线出行的使用率分别为50.0%、45.7%和48.0%。", SX_TEXT_MARKDOWN, last_differs, 3);
}

static void shortened_in_english(void) {
  against("The usage rates of takeaway, travel booking and transport were 50.0%, 45.7% and 45.0% respectively.",
          SX_TEXT_MARKDOWN, all_agree, 3);
  against("Gen Z are 66.6% of online transport. The usage rates of takeaway, travel booking and transport were 50.0%, "
          "45.7% and 45.0% respectively.",
          SX_TEXT_MARKDOWN, all_agree, 3);
  against("The usage rates of online takeaway, travel booking and transport were 50.0%, 45.7% and 48.0% respectively.",
          SX_TEXT_MARKDOWN, last_differs, 3);
}

/* The subject, 农村, stands in the line before; what follows names the towns as well. */
static void group_over_a_broken_line(void) {
  static const wanted right[] = {{SX_MATCH_AGREES, "shopping.rural", ""},
                                 {SX_MATCH_AGREES, "shopping.rural.change", ""},
                                 {SX_MATCH_AGREES, "shopping.urban.gap_rural", ""}};
  static const wanted wrong[] = {{SX_MATCH_DIFFERS, "shopping.rural", "83.2%"},
                                 {SX_MATCH_DIFFERS, "shopping.rural.change", "2.5 个百分点"},
                                 {SX_MATCH_DIFFERS, "shopping.urban.gap_rural", "5.2 个百分点"}};
  against("网民的消费在增长。截至六月，农村网民网络购\n\n物比例为 83.2%，较上年底提升 2.5 "
          "个百分点，与城镇网民网络购物比例仅相差 5.2 个百分点。",
          SX_TEXT_PLAIN, right, 3);
  against("网民的消费在增长。截至六月，农村网民网络购\n\n物比例为 86.3%，较上年底提升 3.3 "
          "个百分点，与城镇网民网络购物比例仅相差 4.8 个百分点，较上年底缩小。",
          SX_TEXT_PLAIN, wrong, 3);
}

/* How far two groups are apart, and by how much less than before. */
static void gaps_and_their_changes(void) {
  static const wanted both[] = {{SX_MATCH_AGREES, "shopping.rural.gap_urban", ""},
                                {SX_MATCH_DIFFERS, "shopping.rural.change_gap_urban", "4.9个百分点"}};
  against("农村网民网络购物比例与城镇网民网络购物比例相差5.2个百分点，较上期缩小4.3个百分点。", SX_TEXT_MARKDOWN, both,
          2);
}

SXT_MAIN(SXT_CASE(shortened), SXT_CASE(shortened_in_english), SXT_CASE(group_over_a_broken_line),
         SXT_CASE(gaps_and_their_changes))
