/* study_annex.c: the words around the figures: the document block, and the annexes on assumptions, design and provenance (definitions: study_annex_terms.c). */
#include "study_adjust.h"
#include "study_banner.h"
#include "study_disclosure.h"
#include "study_names.h"
#include "study_rules.h"
#include "study_waves.h"

#include <stdio.h>
#include <string.h>

#include "shuxiao/publish.h"

const char *study__on_side(sx_text2 t, size_t side) {
  return side == 0 ? (t.zh ? t.zh : t.en) : (t.en ? t.en : t.zh);
}

/* ---- the document --------------------------------------------------------------------------------------------------- */

static const char synthetic_zh[] =
    "本报告使用的访问数据是合成的：由一个以所列公布数字为目标的模型生成，没有真实的受访者。"
    "因此估计与公布数字相符只检验软件，不说明现实世界。";
static const char synthetic_en[] =
    "The interviews behind this report are synthetic: they were generated from a model aimed at the published figures, "
    "and no one was asked. "
    "That an estimate agrees with a published figure therefore tests the software, not the world.";

/* A count as a sentence of the language has it. */
static void in_words(char out[40], const st_run *r, unsigned long count, size_t side) {
  sx_error err = SX_ERROR_INIT;
  sx_buf text;
  sx_buf_init(&text, &r->ctx);
  const bool done =
      sx_report_format(&text, (double)count, "plain 0", side ? SX_LANG_EN : SX_LANG_ZH, &err) == SX_OK && text.data;
  if (done) (void)snprintf(out, 40, "%s", text.data);
  if (!done) (void)snprintf(out, 40, "%lu", count);
  sx_buf_clear(&text);
}

/* The design step's payload in words: cases, strata, PSUs, replicates; what is not weighted is called so first. */
static void design_words(char zh[400], char en[400], const st_run *r) {
  const sx_study *s = r->s;
  const char *text = r->design_text;
  unsigned long cases = 0, strata = 0, psus = 0, reps = 0;
  zh[0] = en[0] = '\0';
  if (!text || sscanf(text, "%lu\t%lu\t%lu\t%lu", &cases, &strata, &psus, &reps) != 4) return;
  const bool plain = study__unweighted(s), equal = s->design.unweighted && !plain;
  const char *zh0 = plain ? "未加权：" : equal ? "基础权数相等：" : "";
  const char *en0 = plain ? "unweighted: " : equal ? "equal base weights: " : "";
  char n[2][3][40];
  for (size_t side = 0; side < 2; side++) {
    in_words(n[side][0], r, cases, side);
    in_words(n[side][1], r, strata, side);
    in_words(n[side][2], r, psus, side);
  }
  if (reps) {
    (void)snprintf(zh, 400, "%s%s 个观测；方差由 %lu 组重复权数估计", zh0, n[0][0], reps);
    (void)snprintf(en, 400, "%s%s %s; variances from %lu %s of replicate weights", en0, n[1][0],
                   cases == 1 ? "case" : "cases", reps, reps == 1 ? "set" : "sets");
  } else {
    (void)snprintf(zh, 400, "%s%s 个观测，%s 层，%s 个初级抽样单元；方差按线性化方法估计", zh0, n[0][0], n[0][1],
                   n[0][2]);
    (void)snprintf(en, 400, "%s%s %s, %s %s, %s primary sampling %s; variances by linearisation", en0, n[1][0],
                   cases == 1 ? "case" : "cases", n[1][1], strata == 1 ? "stratum" : "strata", n[1][2],
                   psus == 1 ? "unit" : "units");
  }
}

/* The study file stands under one name whatever it is called; a plan's workbook under its own. */
static const char *shown_name(const st_run *r, size_t i) {
  const char *slash = strrchr(r->s->path, '/');
  if (i) return r->plan->files[i].shown;
  return !sx_doc_has_places(r->s->doc) ? "study.yaml" : slash ? slash + 1 : r->s->path;
}

static void provenance_list(sx_buf *out, const st_run *r) {
  sx_buf_add_char(out, '[');
  for (size_t i = 0; i < r->plan->n_files; i++) {
    const st_file *f = &r->plan->files[i];
    sx_buf_add(out, i ? ",{\"path\":" : "{\"path\":");
    sx_json_string(out, shown_name(r, i));
    if (i)
      sx_buf_printf(out, ",\"sha256\":\"%s\",\"bytes\":%lld}", f->sha256, (long long)f->bytes);
    else
      sx_buf_printf(out, ",\"sha256\":\"%s\"}", r->plan->numbers); /* of the study file: what it plans to compute */
  }
  sx_buf_add_char(out, ']');
}

static void optional_text(sx_buf *out, const char *key, const char *zh, const char *en) {
  if (!zh && !en) return;
  sx_buf_printf(out, ",\"%s\":", key);
  study__text2_json(out, zh, en);
}

/* The asterisk has a meaning of its own where small areas stand in or a banner table has a small base: it is doubled then, in the whole report. */
static const char *sign_of(const sx_study *s, const char *sign) {
  bool taken = false;
  for (size_t i = 0; i < s->n_accounts; i++) taken = taken || s->accounts[i].area.node;
  for (size_t i = 0; i < s->n_blocks; i++) taken = taken || study__is_banner(&s->blocks[i]);
  return taken && strcmp(sign, "*") == 0 ? "**" : sign;
}

/* How a report marks what is to be taken with care: where the study says what that is. */
static void reliability_json(sx_buf *out, const sx_study *s) {
  if (!sx_node_get(sx_doc_root(s->doc), "quality")) return;
  const char *words[2];
  const char *zh = sign_of(s, sx_symbols_unreliable(&words[0], (sx_symbols)s->symbols, SX_LANG_ZH));
  const char *en = sign_of(s, sx_symbols_unreliable(&words[1], (sx_symbols)s->symbols, SX_LANG_EN));
  sx_buf_add(out, ",\"reliability\":{\"sign\":");
  study__text2_json(out, zh, en);
  sx_buf_add(out, ",\"word\":");
  study__text2_json(out, words[0], words[1]);
  sx_buf_add_char(out, '}');
}

sx_status study__document_json(sx_buf *out, st_run *r, sx_error *err) {
  const sx_study *s = r->s;
  char zh[400], en[400];
  design_words(zh, en, r);
  sx_buf_add(out, "{\"title\":");
  study__text2_json(out,
                    s->title.zh   ? s->title.zh
                    : s->title.en ? NULL
                                  : s->id,
                    s->title.en   ? s->title.en
                    : s->title.zh ? NULL
                                  : s->id);
  optional_text(out, "subtitle", s->subtitle.zh, s->subtitle.en);
  optional_text(out, "note", s->note.zh, s->note.en);
  optional_text(out, "publisher", s->publisher.zh, s->publisher.en);
  if (s->key) {
    sx_buf_add(out, ",\"key\":");
    sx_node_to_json(out, s->key);
  }
  if (s->publish) {
    sx_buf_add(out, ",\"publish\":");
    sx_node_to_json(out, s->publish);
  }
  reliability_json(out, s);
  optional_text(out, "style", s->style, s->style);
  if (s->n_macros) {
    sx_buf_add(out, ",\"macros\":");
    sx_node_to_json(out, sx_node_get(sx_doc_root(s->doc), "macros"));
  }
  if (s->exempt.n) {
    sx_buf_add(out, ",\"exempt\":[");
    for (size_t i = 0; i < s->exempt.n; i++) {
      if (i) sx_buf_add_char(out, ',');
      sx_json_string(out, s->exempt.items[i]);
    }
    sx_buf_add_char(out, ']');
  }
  optional_text(out, "date", s->date, s->date);
  optional_text(out, "wave", s->wave, s->wave);
  sx_buf_printf(out, ",\"languages\":[%s%s%s]", s->zh ? "\"zh\"" : "", s->zh && s->en ? "," : "",
                s->en ? "\"en\"" : "");
  sx_buf_add(out, ",\"synthetic\":");
  if (r->synthetic) {
    study__text2_json(out, synthetic_zh, synthetic_en);
  } else {
    sx_buf_add(out, "null");
  }
  sx_buf_add(out, ",\"design\":");
  study__text2_json(out, zh, en);
  sx_buf_add(out, ",\"provenance\":");
  provenance_list(out, r);
  sx_buf_add(out, ",\"definitions\":");
  study__definitions_json(out, s);
  sx_buf_add_char(out, '}');
  return sx_buf_status(out, err);
}

/* ---- annexes ------------------------------------------------------------------------------------------------------------ */

typedef struct pages { /* the Markdown of both languages, written side by side */
  sx_buf zh, en;
} pages;

static void both(pages *p, const char *zh, const char *en) {
  sx_buf_add(&p->zh, zh);
  sx_buf_add(&p->en, en);
}

/* Outside text in a Markdown cell: bars and line breaks would end it, brackets could bind. */
void study__plain_markdown(sx_buf *out, const char *text) {
  for (const char *c = text ? text : ""; *c; c++) {
    if (strchr("|*_`[]<>\\{}", *c)) sx_buf_add_char(out, '\\');
    sx_buf_add_char(out, *c == '\n' ? ' ' : *c);
  }
}

static bool same_words(const st_table *t, size_t a, size_t b) {
  return strcmp(t->statement.items[a], t->statement.items[b]) == 0 &&
         strcmp(t->statement_en.items[a], t->statement_en.items[b]) == 0;
}

static bool said_before(const st_table *t, size_t k) {
  for (size_t i = 0; i < k; i++) {
    if (same_words(t, i, k)) return true;
  }
  return false;
}

/* Each statement once, with all that it is made of. */
static void model_assumptions(pages *p, const st_run *r) {
  for (size_t i = 0; i < r->s->n_tables; i++) {
    const st_table *t = &r->s->tables[i];
    if (t->assumed.n) {
      both(p, "\n生成模型声明的假设（原文照录）：\n\n",
           "\nAssumptions that the generating model declares, as written there:\n\n");
    }
    sx_buf *const sides[] = {&p->zh, &p->en};
    for (size_t k = 0; k < t->assumed.n && k < t->statement.n && k < t->statement_en.n; k++) {
      if (said_before(t, k)) continue;
      for (size_t side = 0; side < 2; side++) {
        const char *words = side ? t->statement_en.items[k] : t->statement.items[k];
        sx_buf_add(sides[side], side ? "- “" : "- “");
        study__plain_markdown(sides[side], words);
        sx_buf_printf(sides[side], side ? "”: `%s`" : "”：`%s`", t->assumed.items[k]);
        for (size_t j = k + 1; j < t->assumed.n && j < t->statement.n && j < t->statement_en.n; j++) {
          if (same_words(t, j, k)) sx_buf_printf(sides[side], side ? ", `%s`" : "、`%s`", t->assumed.items[j]);
        }
        sx_buf_add_char(sides[side], '\n');
      }
    }
  }
}

static void assumptions(pages *p, const st_run *r) {
  const sx_study *s = r->s;
  both(p, "## 假设\n\n", "## Assumptions\n\n");
  size_t n = 0;
  for (size_t i = 0; i < s->n_indicators; i++) n += s->indicators[i].assumed;
  if (n) {
    both(p, "下列指标在来源中没有公布的概率，按声明的假设生成，其估计不反映现实：\n\n",
         "These indicators have no published probability behind them; they rest on declared assumptions, and their "
         "estimates say nothing of the world:\n\n");
  } else {
    both(p, "没有指标建立在声明的假设之上。\n", "No indicator rests on a declared assumption.\n");
  }
  for (size_t i = 0, shown = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    if (!ind->assumed) continue;
    study__plain_markdown(&p->zh, ind->label.zh ? ind->label.zh : ind->label.en);
    study__plain_markdown(&p->en, ind->label.en ? ind->label.en : ind->label.zh);
    sx_buf_printf(&p->zh, "（`%s`）", ind->id);
    sx_buf_printf(&p->en, " (`%s`)", ind->id);
    shown++;
    both(p, shown < n ? "；" : "。\n", shown < n ? "; " : ".\n");
  }
  (void)study__account_assumptions(&p->zh, &p->en, s);
  model_assumptions(p, r);
}

/* Which marks ask for care. */
static void quality_words(pages *p, const sx_quality_options *q) {
  const struct {
    const char *word;
    double at;
  } marks[] = {{"n<", q->min_n}, {"n_eff<", q->min_n_eff}, {"cv>", q->max_cv}, {"df<", q->min_df}};
  size_t n = 0, left = 0;
  for (size_t i = 0; i < 4; i++) left += marks[i].at > 0;
  if (left) both(p, "标记", "Results marked ");
  for (size_t i = 0; i < 4; i++) {
    if (!(marks[i].at > 0)) continue;
    left--;
    sx_buf_printf(&p->zh, "“%s%.6g”", marks[i].word, marks[i].at);
    sx_buf_printf(&p->en, "%s%s%.6g", n == 0 ? "" : left ? ", " : " or ", marks[i].word, marks[i].at);
    n++;
  }
  if (n) both(p, "的结果应谨慎使用。", " ask for care.");
  if (q->standard == SX_QUALITY_NCHS)
    both(p, "比例另按美国国家卫生统计中心 2017 年标准标记（nchs）。",
         " Proportions are also marked by the standards of the "
         "U.S. National Center for Health Statistics of 2017 (nchs).");
  both(p, "\n", "\n");
}

static void interval_words(pages *p, const sx_study *s) {
  static const char *const zh[] = {"logit 变换",  "正态近似",           "logit 变换", "logit 变换",
                                   "Wilson 方法", "Korn–Graubard 方法", "反正弦变换", "似然方法"};
  static const char *const en[] = {"on the logit scale",   "symmetric",          "on the logit scale",
                                   "on the logit scale",   "by Wilson's method", "by Korn and Graubard's method",
                                   "on the arcsine scale", "by the likelihood"};
  sx_buf_printf(&p->zh,
                "\n区间为 %g%% 置信区间：比例用 %s，其余用正态近似并按设计自由度取 t "
                "分位数。",
                100 * s->est.ci_level, zh[s->est.ci]);
  sx_buf_printf(&p->en,
                "\nIntervals are %g%% confidence intervals: %s for proportions, else symmetric with the t "
                "quantile of the design's degrees "
                "of freedom. ",
                100 * s->est.ci_level, en[s->est.ci]);
  quality_words(p, &s->quality);
}

/* The lines of the weighting's payload: the steps in words, or the rows of levels. */
static sx_status weighting(pages *p, const st_run *r, bool of_levels, sx_error *err) {
  bool first = true;
  sx_status status = SX_OK;
  char *lines = sx_mem_strdup(&r->ctx, r->weight_text ? r->weight_text : "");
  if (!lines) return sx_error_memory(err);
  for (char *line = lines; *line && status == SX_OK;) {
    char *end = strchr(line, '\n');
    if (end) *end = '\0';
    const bool is_level = study__is_level_line(line);
    if (is_level && of_levels) {
      status = study__level_row(&p->zh, &p->en, r->s, line, first, err);
      first = false;
    } else if (!is_level && !of_levels) {
      study__weighting_words(&p->zh, &p->en, line);
    }
    if (!end) break;
    line = end + 1;
  }
  sx_mem_free(&r->ctx, lines);
  return status;
}

static sx_status design(pages *p, const st_run *r, sx_error *err) {
  char zh[400], en[400];
  design_words(zh, en, r);
  both(p, "## 抽样设计与加权\n\n", "## Design and weights\n\n");
  sx_buf_add(&p->zh, zh);
  sx_buf_add(&p->en, en);
  study__design_words(&p->zh, &p->en, r->s);
  both(p, "。\n\n", ".\n\n");
  SX_TRY(weighting(p, r, false, err));
  interval_words(p, r->s);
  SX_TRY(weighting(p, r, true, err));
  study__disclosure_words(&p->zh, &p->en, r);
  study__wave_words(&p->zh, &p->en, r);
  return SX_OK;
}

/* ", Urban `17545`, Rural `9733`": the figures of groups, which are used in them. */
static void outside_groups(pages *p, const sx_study *s, const st_benchmark *b) {
  for (size_t k = 0; k < b->n_by; k++) {
    char number[SX_DOUBLE_TEXT_MAX];
    const char *domain = b->by[k].domain;
    const size_t n = sx_text_from_double(number, b->by[k].value), g = study__find_group(s, domain, strlen(domain));
    const sx_text2 label = g == ST_NONE ? (sx_text2){domain, domain} : s->groups[g].label;
    both(p, "，", ", ");
    study__plain_markdown(&p->zh, label.zh ? label.zh : label.en ? label.en : domain);
    study__plain_markdown(&p->en, label.en ? label.en : label.zh ? label.zh : domain);
    both(p, " `", " `");
    sx_buf_add_n(&p->zh, number, n);
    sx_buf_add_n(&p->en, number, n);
    both(p, "`", "`");
  }
}

static void provenance(pages *p, const st_run *r) {
  both(p, "## 来源\n\n", "## Provenance\n\n");
  sx_buf_printf(&p->zh, "由 Shuxiao %s 计算。输入文件：\n\n| 文件 | 字节 | SHA-256 |\n|---|---:|---|\n", sx_version());
  sx_buf_printf(&p->en, "Computed by Shuxiao %s. Input files:\n\n| File | Bytes | SHA-256 |\n|---|---:|---|\n",
                sx_version());
  for (size_t i = 0; i < r->plan->n_files; i++) {
    const st_file *f = &r->plan->files[i];
    sx_buf *const sides[] = {&p->zh, &p->en};
    for (size_t side = 0; side < 2; side++) {
      sx_buf_add(sides[side], "| ");
      study__plain_markdown(sides[side], shown_name(r, i));
      if (i)
        sx_buf_printf(sides[side], " | %lld | `%s` |\n", (long long)f->bytes, f->sha256);
      else
        sx_buf_printf(sides[side], "%s | | `%s` |\n", side ? SX_STORE_PLAN_EN : SX_STORE_PLAN_ZH, r->plan->numbers);
    }
  }
  for (size_t i = 0; i < r->s->n_benchmarks; i++) {
    const st_benchmark *b = &r->s->benchmarks[i];
    char number[SX_DOUBLE_TEXT_MAX];
    const size_t n = sx_text_from_double(number, b->value);
    if (i == 0) both(p, "\n外部数字：\n\n", "\nOutside figures:\n\n");
    both(p, "- ", "- ");
    study__plain_markdown(&p->zh, b->label.zh ? b->label.zh : b->label.en ? b->label.en : b->id);
    study__plain_markdown(&p->en, b->label.en ? b->label.en : b->label.zh ? b->label.zh : b->id);
    both(p, " `", " `");
    sx_buf_add_n(&p->zh, number, n);
    sx_buf_add_n(&p->en, number, n);
    both(p, "`", "`");
    outside_groups(p, r->s, b);
    const bool source = b->source.zh || b->source.en;
    both(p, source ? "（" : "", source ? " (" : "");
    study__plain_markdown(&p->zh, b->source.zh ? b->source.zh : b->source.en);
    study__plain_markdown(&p->en, b->source.en ? b->source.en : b->source.zh);
    both(p, source ? "）\n" : "\n", source ? ")\n" : "\n");
  }
}

sx_status study__annex_json(sx_buf *out, st_run *r, const char *which, sx_error *err) {
  pages p;
  sx_buf_init(&p.zh, &r->ctx);
  sx_buf_init(&p.en, &r->ctx);
  sx_status status = SX_OK;
  if (strcmp(which, "assumptions") == 0) {
    assumptions(&p, r);
  } else if (strcmp(which, "design") == 0) {
    status = design(&p, r, err);
  } else if (strcmp(which, "definitions") == 0) {
    study__terms_annex(&p.zh, &p.en, r->s);
  } else if (strcmp(which, "rules") == 0) {
    status = study__rules_annex(&p.zh, &p.en, r, err);
  } else if (strcmp(which, "tables") == 0) {
    study__banner_annex(&p.zh, &p.en, r->s);
  } else {
    provenance(&p, r);
  }
  if (status == SX_OK) status = sx_buf_status(&p.zh, err);
  if (status == SX_OK) status = sx_buf_status(&p.en, err);
  if (status == SX_OK) {
    sx_buf_add(out, "{\"md\":");
    study__text2_json(out, p.zh.data, p.en.data);
    sx_buf_add(out, ",\"file\":");
    sx_json_string(out, which);
    sx_buf_add_char(out, '}');
    status = sx_buf_status(out, err);
  }
  sx_buf_clear(&p.zh);
  sx_buf_clear(&p.en);
  return status;
}
