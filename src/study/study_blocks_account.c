/* study_blocks_account.c: tables and figures of an account written out: its nodes by measures, by groups, or by the effects of a comparison. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study_account.h"
#include "study_blocks.h"
#include "study_names.h"
#include "study_waves.h"

/* ---- words ------------------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *statistic, *zh, *en, *format; /* format NULL: the account's */
} words[] = {{"level", "水平", "Level", NULL},
             {"share_of_parent", "占上级比重", "Share of parent", "% 1"},
             {"share_of_total", "占总额比重", "Share of total", "% 1"},
             {"share_of_benchmark", "占对照总额比重", "Share of benchmark", "% 1"},
             {"level_before", "调整前", "Before adjustment", NULL},
             {"level_after", "调整后", "After adjustment", NULL},
             {"level_measured", "所问时期", "In the period asked about", NULL},
             {"level_constant", "不变价", "At constant prices", NULL},
             {"price_effect", "价格影响", "Effect of prices", NULL},
             {"direct", "直接估计", "Direct estimate", NULL},
             {"gap", "差额", "Gap", NULL},
             {"growth", "增减", "Relative gap", "% 1"},
             {"contribution", "拉动（百分点）", "Contribution, points", "pp 1"},
             {"share_of_change", "对差额的贡献", "Share of the gap", "% 1"},
             {"structure_difference", "结构之差（百分点）", "Structure, points", "pp 1"},
             {"constant_difference", "不变价差额", "Gap at constant prices", NULL},
             {"constant_growth", "不变价增减", "Relative gap at constant prices", "% 1"},
             {"constant_contribution", "不变价拉动（百分点）", "Contribution at constant prices, points", "pp 1"},
             {"price_difference", "价格之差", "Of it prices", NULL},
             {"effect_population", "人数效应", "Population", NULL},
             {"effect_penetration", "付费率效应", "Penetration", NULL},
             {"effect_spend", "人均支出效应", "Spend per head", NULL},
             {"effect_price", "价格效应", "Prices", NULL},
             {"effect_adjustment", "调整效应", "Adjustments", NULL},
             {"effect_level", "金额效应", "Amounts", NULL},
             {"effect_interaction", "交互效应", "Interaction", NULL},
             {"effect_share_population", "人数效应占差额", "Population, share of the gap", "% 1"},
             {"effect_share_penetration", "付费率效应占差额", "Penetration, share of the gap", "% 1"},
             {"effect_share_spend", "人均支出效应占差额", "Spend per head, share of the gap", "% 1"},
             {"effect_share_price", "价格效应占差额", "Prices, share of the gap", "% 1"},
             {"effect_share_adjustment", "调整效应占差额", "Adjustments, share of the gap", "% 1"},
             {"effect_share_level", "金额效应占差额", "Amounts, share of the gap", "% 1"},
             {"effect_share_interaction", "交互效应占差额", "Interaction, share of the gap", "% 1"}};
enum { N_WORDS = sizeof words / sizeof *words };

/* What a comparison with an earlier wave calls them: the difference is a change, what is relative a growth. */
static const struct {
  const char *statistic, *zh, *en;
} of_waves[] = {{"gap", "变动", "Change"},
                {"growth", "增长", "Growth"},
                {"share_of_change", "对变动的贡献", "Share of the change"},
                {"structure_difference", "占比的变动（百分点）", "Change of the share, points"},
                {"constant_difference", "不变价变动", "Change at constant prices"},
                {"constant_growth", "不变价增长", "Growth at constant prices"},
                {"price_difference", "其中价格", "Of it prices"},
                {"effect_share_population", "人数效应占变动", "Population, share of the change"},
                {"effect_share_penetration", "付费率效应占变动", "Penetration, share of the change"},
                {"effect_share_spend", "人均支出效应占变动", "Spend per head, share of the change"},
                {"effect_share_price", "价格效应占变动", "Prices, share of the change"},
                {"effect_share_adjustment", "调整效应占变动", "Adjustments, share of the change"},
                {"effect_share_level", "金额效应占变动", "Amounts, share of the change"},
                {"effect_share_interaction", "交互效应占变动", "Interaction, share of the change"}};

static sx_text2 compare_word(const st_compare *c, const char *statistic) {
  for (size_t i = 0; c->wave && i < sizeof of_waves / sizeof *of_waves; i++) {
    if (strcmp(of_waves[i].statistic, statistic) == 0) return (sx_text2){of_waves[i].zh, of_waves[i].en};
  }
  return study__account_word(statistic, strlen(statistic));
}

static size_t find_word(const char *statistic, size_t n) {
  for (size_t i = 0; i < N_WORDS; i++) {
    if (strlen(words[i].statistic) == n && memcmp(words[i].statistic, statistic, n) == 0) return i;
  }
  return N_WORDS;
}

sx_text2 study__account_word(const char *statistic, size_t n) {
  const size_t i = find_word(statistic, n);
  return i < N_WORDS ? (sx_text2){words[i].zh, words[i].en} : (sx_text2){statistic, statistic};
}

const char *study__account_format(const st_account *a, const char *statistic) {
  for (size_t n = strlen(statistic); n > 0; n--) { /* with or without the suffix of a comparison */
    const size_t i = find_word(statistic, n);
    if (i < N_WORDS) return words[i].format ? words[i].format : a->format;
  }
  return a->format;
}

/* ---- comparisons -------------------------------------------------------------------------------------------------------------- */

static bool names(const sx_study *s, const st_domain *d, const sx_node *node) {
  if (!node || node->kind != SX_NODE_SCALAR) return false;
  return d->n ? study__domain_is(s, d, node->text) : strcmp(node->text, "total") == 0;
}

const st_compare *study__block_compare(const sx_study *s, const st_account *a, const sx_node *node) {
  bool any = false;
  if (!node) return NULL;
  if (node->kind == SX_NODE_SCALAR) {
    return sx_node_bool(&any, node) && any && a->n_compares == 1 ? &a->compares[0] : NULL;
  }
  const sx_node *from = sx_node_get(node, "from"), *to = sx_node_get(node, "to"), *with = sx_node_get(node, "with");
  const sx_node *wave = sx_node_get(node, "wave");
  for (size_t i = 0; i < a->n_compares; i++) {
    const st_compare *c = &a->compares[i];
    if (wave || c->wave) {
      if (wave && c->wave && wave->kind == SX_NODE_SCALAR && strcmp(wave->text, c->wave) == 0) return c;
      continue;
    }
    if (with ? c->with != ST_NONE && strcmp(s->accounts[c->with].id, with->text) == 0
             : c->with == ST_NONE && names(s, &c->from, from) && names(s, &c->to, to))
      return c;
  }
  return NULL;
}

/* ---- what is shown -------------------------------------------------------------------------------------------------------------- */

typedef struct shown_table {
  st_run *r;
  const st_account *a;
  const char **statistics; /* [n_statistics] as rows have them */
  sx_text2 *words;
  const char **formats;
  size_t n_statistics;
  st_shown domains;
  sx_buf *out, *scratch;
  bool first;
} shown_table;

static sx_status take_statistic(shown_table *t, const char *stem, const char *suffix, sx_error *err) {
  const char *statistic = sx_arena_printf(t->r->arena, "%s%s", stem, suffix);
  if (!statistic) return sx_error_memory(err);
  char format[120];
  t->words[t->n_statistics] = study__account_word(stem, strlen(stem));
  t->formats[t->n_statistics] = study__account_format(t->a, stem);
  if (!*suffix && study__change_measure(&t->words[t->n_statistics], format, t->a, stem))
    t->formats[t->n_statistics] = sx_arena_strdup(t->r->arena, format);
  const char *share = *suffix ? NULL : strstr(stem, "_share_");
  if (share) { /* a change of which share */
    const sx_text2 of = study__account_word(share + 1, strlen(share + 1)), own = t->words[t->n_statistics];
    t->words[t->n_statistics] = (sx_text2){sx_arena_printf(t->r->arena, "%s：%s", of.zh, own.zh),
                                           sx_arena_printf(t->r->arena, "%s: %s", of.en, own.en)};
    if (!t->words[t->n_statistics].zh || !t->words[t->n_statistics].en) return sx_error_memory(err);
  }
  if (!t->formats[t->n_statistics]) return sx_error_memory(err);
  t->statistics[t->n_statistics++] = statistic;
  return SX_OK;
}

static const char *usual_domain(const st_run *r, const sx_node *block) {
  const char *scope = study__scalar_of(block, "scope");
  return scope ? sx_arena_printf(r->arena, "scope:%s", scope) : "total";
}

/* An effect that no node of the account has is not shown unless it is asked for. */
static bool occurs(const shown_table *t, const char *statistic, const char *domain) {
  const char *root = sx_arena_printf(t->r->arena, "%s/%s", t->a->id, t->a->nodes[0].id);
  const st_row *row = root ? study__find_row(&t->r->rows, root, statistic, domain) : NULL;
  return row && row->estimate != 0;
}

static sx_status choose_effects(shown_table *t, const st_compare *c, const sx_node *asked, sx_error *err) {
  static const char *const usual[] = {
      "gap",          "effect_population", "effect_penetration", "effect_spend",   "effect_level",
      "effect_price", "effect_adjustment", "effect_interaction", "share_of_change"};
  const char *to = study__domain_text(t->r->s, &c->to, t->r->arena);
  sx_text2 all = {"总体", "All"};
  if (!to) return sx_error_memory(err);
  t->domains.items = sx_arena_alloc(t->r->arena, 1, sizeof *t->domains.items);
  if (!t->domains.items) return sx_error_memory(err);
  t->domains.items[0] = (st_shown_domain){to, all};
  t->domains.n = 1;
  if (asked && asked->kind == SX_NODE_LIST) {
    for (size_t i = 0; i < asked->n; i++) {
      if (asked->items[i]->kind != SX_NODE_SCALAR) continue;
      SX_TRY(take_statistic(t, asked->items[i]->text, c->suffix, err));
      t->words[t->n_statistics - 1] = compare_word(c, asked->items[i]->text);
    }
    return SX_OK;
  }
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
    const char *statistic = sx_arena_printf(t->r->arena, "%s%s", usual[i], c->suffix);
    if (!statistic) return sx_error_memory(err);
    if (strncmp(usual[i], "effect", 6) == 0 && !occurs(t, statistic, to)) continue;
    SX_TRY(take_statistic(t, usual[i], c->suffix, err));
    t->words[t->n_statistics - 1] = compare_word(c, usual[i]);
  }
  return SX_OK;
}

static sx_status choose(shown_table *t, const sx_node *block, sx_error *err) {
  enum { USUAL = 16 };
  const sx_node *asked = sx_node_get(block, "measures"), *decompose = sx_node_get(block, "decompose");
  const size_t n = asked && asked->kind == SX_NODE_LIST ? asked->n : 0;
  t->statistics = sx_arena_alloc(t->r->arena, n + USUAL, sizeof *t->statistics);
  t->words = sx_arena_alloc(t->r->arena, n + USUAL, sizeof *t->words);
  t->formats = sx_arena_alloc(t->r->arena, n + USUAL, sizeof *t->formats);
  if (!t->statistics || !t->words || !t->formats) return sx_error_memory(err);
  const st_compare *c = study__block_compare(t->r->s, t->a, decompose);
  if (c) return choose_effects(t, c, asked, err);
  for (size_t i = 0; i < n; i++) {
    if (asked->items[i]->kind == SX_NODE_SCALAR) SX_TRY(take_statistic(t, asked->items[i]->text, "", err));
  }
  if (!t->n_statistics) {
    SX_TRY(take_statistic(t, "level", "", err));
    SX_TRY(take_statistic(t, "share_of_parent", "", err));
  }
  const char *root = sx_arena_printf(t->r->arena, "%s/%s", t->a->id, t->a->nodes[0].id);
  if (!root) return sx_error_memory(err);
  if (sx_node_get(block, "domains"))
    return study__shown_of(&t->domains, t->r, sx_node_get(block, "domains"), &root, 1, err);
  t->domains.items = sx_arena_alloc(t->r->arena, 1, sizeof *t->domains.items);
  if (!t->domains.items) return sx_error_memory(err);
  t->domains.items[0] = (st_shown_domain){usual_domain(t->r, block), {"总体", "All"}};
  t->domains.n = 1;
  return t->domains.items[0].name ? SX_OK : sx_error_memory(err);
}

static void cell(const shown_table *t, const char *node, size_t domain, size_t statistic, const char *format) {
  char id[400];
  (void)snprintf(id, sizeof id, "%.180s/%.200s", t->a->id, node);
  study__cell_json(t->out, t->scratch, t->r, id, t->domains.items[domain].name, t->statistics[statistic], format);
}

/* ---- tables ----------------------------------------------------------------------------------------------------------------------- */

/* What stands in the column, under what it is of where several columns are. */
static void column(const shown_table *t, bool first, sx_text2 label, const sx_text2 *more, const char *format) {
  const sx_text2 own = more ? *more : label;
  sx_buf_add(t->out, first ? "{\"label\":" : ",{\"label\":");
  study__text2_json(t->out, own.zh, own.en);
  if (more) {
    sx_buf_add(t->out, ",\"group\":");
    study__text2_json(t->out, label.zh, label.en);
  }
  sx_buf_add(t->out, ",\"format\":");
  sx_json_string(t->out, format);
  sx_buf_add_char(t->out, '}');
}

static void columns_of_statistics(const shown_table *t, const char *own) {
  bool first = true;
  for (size_t d = 0; d < t->domains.n; d++) {
    for (size_t m = 0; m < t->n_statistics; m++) {
      const char *format = t->formats[m];
      if (own && format == t->a->format) format = own;
      if (t->domains.n == 1) {
        column(t, first, t->words[m], NULL, format);
      } else {
        column(t, first, t->domains.items[d].label, t->n_statistics > 1 ? &t->words[m] : NULL, format);
      }
      first = false;
    }
  }
}

static void row_head(shown_table *t, sx_text2 label, size_t indent) {
  sx_buf_add(t->out, t->first ? "{\"label\":" : ",{\"label\":");
  t->first = false;
  study__text2_json(t->out, label.zh, label.en);
  sx_buf_printf(t->out, ",\"indent\":%zu,\"cells\":[", indent);
}

/* Nodes depth first, so that children and adjustments follow their parent. */
static void rows_of_nodes(shown_table *t, const char *parent, size_t depth) {
  for (size_t i = 0; i < t->a->n_nodes && depth < 64; i++) {
    const st_node *n = &t->a->nodes[i];
    if (parent ? !n->parent || strcmp(n->parent, parent) != 0 : n->parent != NULL) continue;
    if (n->adjustment && t->domains.n > 1) continue; /* what they do stands in the table of the whole */
    char id[400];
    bool any = false;
    (void)snprintf(id, sizeof id, "%.180s/%.200s", t->a->id, n->id);
    for (size_t d = 0; d < t->domains.n && !any; d++) {
      for (size_t m = 0; m < t->n_statistics && !any; m++)
        any = study__find_row(&t->r->rows, id, t->statistics[m], t->domains.items[d].name) != NULL;
    }
    if (!any) continue;
    row_head(t, n->label, depth);
    for (size_t d = 0; d < t->domains.n; d++) {
      for (size_t m = 0; m < t->n_statistics; m++) {
        if (d || m) sx_buf_add_char(t->out, ',');
        cell(t, n->id, d, m, NULL);
      }
    }
    sx_buf_add(t->out, "]}");
    rows_of_nodes(t, n->id, depth + 1);
  }
}

/* Groups in the rows and the named nodes in the columns, for many groups. */
static void table_of_groups(shown_table *t, const sx_node *nodes, const char *own) {
  bool first = true;
  for (size_t k = 0; k < nodes->n; k++) {
    const size_t at = nodes->items[k]->kind == SX_NODE_SCALAR ? study__find_node(t->a, nodes->items[k]->text) : ST_NONE;
    for (size_t m = 0; at != ST_NONE && m < t->n_statistics; m++) {
      const char *format = t->formats[m];
      column(t, first, t->a->nodes[at].label, t->n_statistics > 1 ? &t->words[m] : NULL,
             own && format == t->a->format ? own : format);
      first = false;
    }
  }
  sx_buf_add(t->out, "],\"errors\":true,\"bases\":false,\"rows\":[");
  for (size_t d = 0; d < t->domains.n; d++) {
    row_head(t, t->domains.items[d].label, 0);
    first = true;
    for (size_t k = 0; k < nodes->n; k++) {
      const size_t at =
          nodes->items[k]->kind == SX_NODE_SCALAR ? study__find_node(t->a, nodes->items[k]->text) : ST_NONE;
      for (size_t m = 0; at != ST_NONE && m < t->n_statistics; m++) {
        if (!first) sx_buf_add_char(t->out, ',');
        first = false;
        cell(t, t->a->nodes[at].id, d, m, NULL);
      }
    }
    sx_buf_add(t->out, "]}");
  }
}

/* ---- the note: what the rows that are shown are marked for ------------------------------------------------------------------------ */

static const char *text_in(const sx_node *note, const char *lang) {
  const sx_node *own = note && note->kind == SX_NODE_MAP ? sx_node_get(note, lang) : note;
  return own && own->kind == SX_NODE_SCALAR ? own->text : NULL;
}

static bool is_shown(const sx_node *nodes, const char *id) {
  if (!nodes || nodes->kind != SX_NODE_LIST) return true;
  for (size_t k = 0; k < nodes->n; k++) {
    if (nodes->items[k]->kind == SX_NODE_SCALAR && strcmp(nodes->items[k]->text, id) == 0) return true;
  }
  return false;
}

/* A node whose mark the list tells: one that is shown. What is weak is a leaf, and makes everything above it weak: it alone is named. */
static bool is_listed(const shown_table *t, const sx_node *nodes, const st_node *n, const char *mark) {
  if (strcmp(mark, "weak") != 0) return is_shown(nodes, n->id);
  for (size_t depth = 0, leaf = n->leaf; leaf && depth <= t->a->n_nodes; depth++) {
    if (is_shown(nodes, n->id)) return true;
    const size_t up = n->parent ? study__find_node(t->a, n->parent) : ST_NONE;
    if (up == ST_NONE) return false;
    n = &t->a->nodes[up];
  }
  return false;
}

/* "Goods (1.4%), Gen Z Games (2.0%) and 3 more" of the rows with the mark that are shown; their number. */
static size_t list_marked(sx_buf *out, const shown_table *t, const sx_node *nodes, const char *mark, bool chinese) {
  enum { LISTED = 6 };
  size_t n = 0;
  char id[400];
  for (size_t d = 0; d < t->domains.n; d++) {
    for (size_t i = 0; i < t->a->n_nodes; i++) {
      if (!is_listed(t, nodes, &t->a->nodes[i], mark) || (t->a->nodes[i].adjustment && t->domains.n > 1)) continue;
      (void)snprintf(id, sizeof id, "%.180s/%.200s", t->a->id, t->a->nodes[i].id);
      const st_row *row = study__find_row(&t->r->rows, id, "level", t->domains.items[d].name);
      const char *at = row && row->quality ? strstr(row->quality, mark) : NULL;
      if (!at || n++ >= LISTED) continue;
      const sx_text2 label = t->a->nodes[i].label, where = t->domains.items[d].label;
      if (n > 1) sx_buf_add(out, chinese ? "，" : ", ");
      if (t->domains.n > 1) sx_buf_printf(out, "%s%s", chinese ? where.zh : where.en, chinese ? "的" : " ");
      sx_buf_add(out, chinese ? (label.zh ? label.zh : label.en) : (label.en ? label.en : label.zh));
      const char *number = at + strlen(mark);
      if (*number == ' ')
        sx_buf_printf(out, chinese ? "（%.*s）" : " (%.*s)", (int)strcspn(number + 1, ";"), number + 1);
    }
  }
  if (n > LISTED) sx_buf_printf(out, chinese ? "等%zu项" : " and %zu more", chinese ? n : n - LISTED);
  return n;
}

static void sentence(sx_buf *text, bool english) {
  static const char *const ends[] = {"。", "？", "！", ".", "?", "!"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends && text->n; i++) {
    const size_t k = strlen(ends[i]);
    if (text->n < k || memcmp(text->data + text->n - k, ends[i], k) != 0) continue;
    if (english) sx_buf_add_char(text, ' ');
    return;
  }
  if (text->n) sx_buf_add(text, english ? ". " : "。");
}

/* Shares of an outside total in groups whose totals do not come to that of the whole: by how much, and of what the shares are. */
static sx_status note_apart(sx_buf *text, const shown_table *t, bool english, sx_error *err) {
  st_recombined r;
  bool shares = false, shown = false;
  for (size_t m = 0; m < t->n_statistics; m++) shares = shares || strcmp(t->statistics[m], "share_of_benchmark") == 0;
  if (!shares) return SX_OK;
  SX_TRY(study__recombined(&r, t->r->s, t->a, err));
  for (size_t k = 0; k < r.n; k++) {
    for (size_t d = 0; d < t->domains.n; d++) shown = shown || strcmp(r.domains[k], t->domains.items[d].name) == 0;
  }
  if (!shown) return SX_OK;
  const double by = (r.sum / r.whole - 1) * 100;
  sentence(text, english);
  if (english)
    sx_buf_printf(text,
                  "Shares of the benchmark in groups are of the groups' own totals, which together are %.1f%% %s than "
                  "that of the whole: they do not average to its share",
                  fabs(by), by > 0 ? "more" : "less");
  else
    sx_buf_printf(text,
                  "各群体占对照总额的比重以各自的总额为分母，这些总额之和比总体%s%.1f%%，因此其平均不等于总体的比重",
                  by > 0 ? "多" : "少", fabs(by));
  return SX_OK;
}

static sx_status note_json(const shown_table *t, const sx_node *block, sx_error *err) {
  static const struct {
    const char *mark, *zh, *en;
  } marked[] = {
      {"product term", "误差相乘的一项超过方差的1%，已计入标准误：",
       "The product of the factors' errors is above 1% of the variance, and is in the standard error: "},
      {"model", "* 访问不足，由小域模型的估计代替：", "* Too few interviews, a small-area estimate stands in: "},
      {"weak", "访问不足，没有可代替的估计：", "Too few interviews, and nothing stands in: "},
      {"range", "付费率在0至1之外或支出为负：", "A penetration outside 0 to 1, or spending below 0: "}};
  const sx_node *own = sx_node_get(block, "note");
  const char *const given[2] = {text_in(own, "zh"), text_in(own, "en")};
  sx_buf text[2];
  sx_status status = SX_OK;
  for (size_t side = 0; side < 2; side++) {
    sx_buf_init(&text[side], &t->r->ctx);
    const char *first = given[side] ? given[side] : given[1 - side];
    if (first) sx_buf_add(&text[side], first);
    for (size_t i = 0; i < sizeof marked / sizeof *marked; i++) {
      sx_buf list;
      sx_buf_init(&list, &t->r->ctx);
      if (list_marked(&list, t, sx_node_get(block, "nodes"), marked[i].mark, side == 0)) {
        sentence(&text[side], side == 1);
        sx_buf_add(&text[side], side ? marked[i].en : marked[i].zh);
        sx_buf_add_n(&text[side], list.data ? list.data : "", list.n);
      }
      text[side].failed = text[side].failed || list.failed;
      sx_buf_clear(&list);
    }
    if (status == SX_OK) status = note_apart(&text[side], t, side == 1, err);
    if (status == SX_OK) status = sx_buf_status(&text[side], err);
  }
  const bool tests =
      sx_node_get(block, "tests") || study__block_waves(t->r->s, block); /* they write the note themselves */
  if (status == SX_OK && !tests && (text[0].n || text[1].n)) {
    sx_buf_add(t->out, "\"note_counts\":true,\"note\":");
    study__text2_json(t->out, text[0].data, text[1].data);
    sx_buf_add_char(t->out, ',');
  }
  sx_buf_clear(&text[0]);
  sx_buf_clear(&text[1]);
  return status;
}

sx_status study__account_table_json(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block, const st_account *a,
                                    sx_error *err) {
  shown_table t = {.r = r, .a = a, .out = out, .scratch = scratch, .first = true};
  const sx_node *nodes = sx_node_get(block->node, "nodes");
  const char *own = study__scalar_of(block->node, "format");
  SX_TRY(choose(&t, block->node, err));
  SX_TRY(note_json(&t, block->node, err));
  sx_buf_add(out, "\"columns\":[");
  if (nodes && nodes->kind == SX_NODE_LIST) {
    table_of_groups(&t, nodes, own);
  } else {
    columns_of_statistics(&t, own);
    sx_buf_add(out, "],\"errors\":true,\"bases\":false,\"rows\":[");
    rows_of_nodes(&t, NULL, 0);
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}

/* ---- figures -------------------------------------------------------------------------------------------------------------------------- */

/* Nodes (those named, else the parts of one node, adjustments left out) by groups. */
sx_status study__account_figure_json(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block,
                                     const st_account *a, sx_error *err) {
  const char *parent = study__scalar_of(block->node, "parent"), *statistic = study__scalar_of(block->node, "statistic");
  const sx_node *nodes = sx_node_get(block->node, "nodes");
  sx_text2 *labels = sx_arena_alloc(r->arena, a->n_nodes, sizeof *labels), *where = NULL;
  const char **ids = sx_arena_alloc(r->arena, a->n_nodes, sizeof *ids);
  st_shown domains = {NULL, 0, 0};
  size_t n = 0;
  if (!labels || !ids) return sx_error_memory(err);
  if (!parent && a->n_nodes) parent = a->nodes[0].id;
  if (!statistic) statistic = "share_of_parent";
  const char *root = sx_arena_printf(r->arena, "%s/%s", a->id, a->nodes[0].id), *domain = usual_domain(r, block->node);
  if (!root || !domain) return sx_error_memory(err);
  const bool groups = sx_node_get(block->node, "domains") != NULL;
  if (groups) SX_TRY(study__shown_of(&domains, r, sx_node_get(block->node, "domains"), &root, 1, err));
  for (size_t i = 0; i < a->n_nodes; i++) {
    bool wanted = !nodes && !a->nodes[i].adjustment && a->nodes[i].parent && strcmp(a->nodes[i].parent, parent) == 0;
    for (size_t k = 0; nodes && k < nodes->n; k++)
      wanted =
          wanted || (nodes->items[k]->kind == SX_NODE_SCALAR && strcmp(nodes->items[k]->text, a->nodes[i].id) == 0);
    const char *id = wanted ? sx_arena_printf(r->arena, "%s/%s", a->id, a->nodes[i].id) : "";
    if (!id) return sx_error_memory(err);
    if (!wanted || !study__find_row(&r->rows, id, statistic, groups ? domains.items[0].name : domain)) continue;
    labels[n] = a->nodes[i].label;
    ids[n++] = id;
  }
  const size_t series = groups ? domains.n : 1;
  where = sx_arena_alloc(r->arena, series, sizeof *where);
  if (!where) return sx_error_memory(err);
  for (size_t k = 0; k < series; k++) where[k] = groups ? domains.items[k].label : a->label;
  if (!study__scalar_of(block->node, "format")) {
    sx_buf_add(out, "\"format\":");
    sx_json_string(out, study__account_format(a, statistic));
    sx_buf_add_char(out, ',');
  }
  const char *type = study__scalar_of(block->node, "type");
  const bool across = type && strcmp(type, "stacked") == 0; /* the nodes are the parts of a group's bar */
  study__labels_json(out, "series", across ? labels : where, across ? n : series);
  study__labels_json(out, "categories", across ? where : labels, across ? series : n);
  sx_buf_add(out, "\"cells\":[");
  for (size_t i = 0; i < (across ? series : n); i++) {
    sx_buf_add(out, i ? ",[" : "[");
    for (size_t k = 0; k < (across ? n : series); k++) {
      if (k) sx_buf_add_char(out, ',');
      study__reference_json(out, scratch, r, ids[across ? k : i], groups ? domains.items[across ? i : k].name : domain,
                            statistic);
    }
    sx_buf_add_char(out, ']');
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}
