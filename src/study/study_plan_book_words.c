/* study_plan_book_words.c: what the sheets and headings of a plan are called, in both languages. */
#include <stdio.h>
#include <string.h>

#include "study_plan_book.h"

static const pb_sheet_words sheets[PB_SHEETS] = {
    [PB_STUDY] = {"study",
                  "研究",
                  {"设置", "plan", "方案"},
                  NULL,
                  false,
                  {"key", "value"},
                  {"一行一项：键（如 study、title.zh、design.weights、data.survey.file）和值。docs/study-file.md "
                   "中的任何键都可以写。",
                   "A key and its value per row: study, title.zh, design.weights, data.survey.file, any key of "
                   "docs/study-file.md."}},
    [PB_DATA] = {"data",
                 "数据",
                 {"数据文件"},
                 "data",
                 false,
                 {"id", "file", "sheet", "missing", "text", "where", "unit"},
                 {"一行一个数据表。", "A row for each table of data."}},
    [PB_VARIABLES] =
        {"variables",
         "变量",
         {"变量表"},
         NULL,
         false,
         {"id", "label.zh", "label.en", "type", "missing", "formula", "breaks", "labels"},
         {"一行一个变量：数据文件中的变量（标签、类型、缺失码），或由公式推导的变量（formula；breaks 和 labels "
          "用于分段）。",
          "A row for each variable: of the data file (labels, type, missing codes), or derived by a formula "
          "(breaks and labels cut it into classes)."}},
    [PB_VALUES] = {"values",
                   "取值",
                   {"编码", "值标签"},
                   NULL,
                   false,
                   {"variable", "code", "label.zh", "label.en", "missing"},
                   {"一行一个取值；变量名可只写在第一行。missing 写 yes 表示该取值为缺失。",
                    "A row for each value; the variable may stand in its first row alone. missing: yes where the value "
                    "stands for missing."}},
    [PB_GROUPS] =
        {"groups",
         "分组",
         {"群体"},
         "groups",
         false,
         {"id", "label.zh", "label.en", "where", "by"},
         {"一行一个分组：满足条件 where 的人，或变量 by 的每个取值各成一组。",
          "A row for each group: those for whom `where` holds, or one for every level of the variable `by`."}},
    [PB_BENCHMARKS] = {"benchmarks",
                       "外部数据",
                       {"基准"},
                       "benchmarks",
                       false,
                       {"id", "value", "se", "unit", "label.zh", "label.en", "source.zh", "source.en"},
                       {"一行一个外部数字。", "A row for each figure from outside."}},
    [PB_MARGINS] = {"margins",
                    "边际",
                    {"边际总数"},
                    NULL,
                    false,
                    {"by", "level", "total"},
                    {"按总体加权（迭代比例）：变量、水平、总数，一行一格；变量名可只写在第一行。",
                     "Raking: variable, level, total, a row for each cell; the variable may stand in its first row "
                     "alone."}},
    [PB_INDICATORS] =
        {"indicators",
         "指标",
         {"指标表"},
         "indicators",
         false,
         {"id", "kind", "variable", "base", "domains", "unit", "decimals", "label.zh", "label.en", "question.zh",
          "question.en"},
         {"一行一个指标：kind 是种类（total mean prop count ratio shares median formula …），variable 是变量或公式。",
          "A row for each indicator: its kind (total mean prop count ratio shares median formula ...) and "
          "its variable or formula."}},
    [PB_NODES] = {"nodes",
                  "账户",
                  {"科目", "accounts"},
                  NULL,
                  false,
                  {"account", "id", "parent", "label.zh", "label.en", "population", "penetration", "spend", "total",
                   "scope", "codes"},
                  {"账户的节点，一行一个；账户名可只写在第一行。",
                   "The nodes of accounts; the account may stand in its first row alone."}},
    [PB_BANNER] = {"banner",
                   "表头",
                   {"banners"},
                   "banner",
                   false,
                   {"id", "words"},
                   {"交叉表的表头，按名称。", "The heads of banner tables, by name."}},
    [PB_TABLES] = {"tables",
                   "表",
                   {"表格", "统计表"},
                   "tables",
                   true,
                   {"id", "title.zh", "title.en", "indicators", "domains", "show", "rows", "cols", "stats", "note.zh",
                    "note.en"},
                   {"一行一张表：指标与分组，或交叉表（rows 题目、cols 表头、stats 统计量）。",
                    "A row for each table: indicators by domains, or a banner table (rows: questions, cols: the head, "
                    "stats)."}},
    [PB_FIGURES] = {"figures",
                    "图",
                    {"图表"},
                    "figures",
                    true,
                    {"id", "type", "title.zh", "title.en", "indicators", "domains", "interval", "note.zh", "note.en"},
                    {"一行一张图：bars grouped shares dots lines ……", "A row for each figure: bars grouped shares dots "
                                                                      "lines ..."}},
};

const pb_sheet_words *study__pb_sheet(size_t i) {
  return &sheets[i];
}

/* Small letters, without blanks, points, lines and brackets; of "id / 编号" the first part. */
static void fold(char out[200], const char *text) {
  size_t n = 0;
  for (const char *p = text; *p && n < 190; p++) {
    if (*p == '\n' || (*p == ' ' && p[1] == '/' && p[2] == ' ')) break;
    if (strchr(" ._-()\t", *p)) continue;
    if (strncmp(p, "\xEF\xBC\x88", 3) == 0 || strncmp(p, "\xEF\xBC\x89", 3) == 0) { /* the wide brackets */
      p += 2;
      continue;
    }
    out[n++] = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
  }
  out[n] = '\0';
}

pb_sheet study__pb_sheet_named(const char **near, const char *name) {
  const char *names[PB_SHEETS * 2];
  char want[200], have[200];
  size_t n = 0;
  fold(want, name);
  for (size_t i = 0; i < PB_SHEETS; i++) {
    const char *const own[] = {sheets[i].word, sheets[i].zh, sheets[i].also[0], sheets[i].also[1], sheets[i].also[2]};
    for (size_t k = 0; k < 5 && own[k]; k++) {
      fold(have, own[k]);
      if (strcmp(have, want) == 0) return (pb_sheet)i;
    }
    names[n++] = sheets[i].word;
    names[n++] = sheets[i].zh;
  }
  *near = sx_text_nearest(name, names, n);
  return PB_SHEETS;
}

/* ---- headings --------------------------------------------------------------------------------------------------------- */

enum { ANY = -1 };
static const struct heading {
  int sheet;
  const char *path;
  const char *names[7]; /* folded; the first of them is what the template in Chinese says */
} headings[] = {
    {PB_STUDY, "study", {"研究编号", "编号", "id"}},
    {PB_STUDY, "title.zh", {"标题", "中文标题", "题目"}},
    {PB_STUDY, "title.en", {"英文标题"}},
    {PB_STUDY, "subtitle.zh", {"副标题"}},
    {PB_STUDY, "subtitle.en", {"英文副标题"}},
    {PB_STUDY, "date", {"日期"}},
    {PB_STUDY, "wave", {"波次", "期次"}},
    {PB_STUDY, "languages", {"语言", "language"}},
    {PB_STUDY, "outputs", {"输出", "output"}},
    {PB_STUDY, "publisher.zh", {"发布单位"}},
    {PB_STUDY, "publisher.en", {"英文发布单位"}},
    {PB_STUDY, "note.zh", {"说明"}},
    {PB_STUDY, "note.en", {"英文说明"}},
    {PB_STUDY, "data.survey.file", {"数据文件", "datafile", "file"}},
    {PB_STUDY, "data.survey.sheet", {"数据工作表", "datasheet"}},
    {PB_STUDY, "data.survey.missing", {"缺失值", "missing"}},
    {PB_STUDY, "design.weights", {"权重", "weights", "weight"}},
    {PB_STUDY, "design.strata", {"层", "strata", "stratum"}},
    {PB_STUDY, "design.clusters", {"初级抽样单元", "群", "clusters", "cluster", "psu"}},
    {PB_STUDY, "design.fpc", {"有限总体校正", "fpc"}},
    {PB_STUDY, "design.lonely", {"单一抽样单元", "lonely"}},
    {PB_STUDY, "narrative.zh", {"正文", "中文正文"}},
    {PB_STUDY, "narrative.en", {"英文正文"}},
    {PB_STUDY, "annex", {"附录"}},
    {PB_STUDY, "level", {"置信水平"}},
    {PB_STUDY, "key", {"键", "项", "key"}},
    {PB_STUDY, "value", {"值", "内容", "value"}},
    {PB_VARIABLES, "id", {"变量", "变量名", "variable", "name"}},
    {PB_VARIABLES, "formula", {"推导公式", "公式", "派生", "formula", "derive", "derived", "value"}},
    {PB_VARIABLES, "type", {"类型"}},
    {PB_VARIABLES, "missing", {"缺失值", "缺失码"}},
    {PB_VARIABLES, "breaks", {"分段点"}},
    {PB_VARIABLES, "labels", {"分段标签"}},
    {PB_VALUES, "variable", {"变量", "变量名", "name", "variable"}},
    {PB_VALUES, "code", {"取值", "编码", "code", "value"}},
    {PB_VALUES, "missing", {"缺失"}},
    {PB_GROUPS, "by", {"变量", "variable"}},
    {PB_BENCHMARKS, "value", {"数值", "值"}},
    {PB_MARGINS, "by", {"变量", "variable", "variables"}},
    {PB_MARGINS, "level", {"水平", "类别", "取值", "category", "code", "value"}},
    {PB_MARGINS, "total", {"总数", "总体数", "totals", "population"}},
    {PB_INDICATORS, "kind", {"种类", "类型", "统计类型", "type"}},
    {PB_INDICATORS, "variable", {"变量", "变量或公式", "of", "operand", "variable/formula", "expression"}},
    {PB_INDICATORS, "formula", {"公式"}},
    {PB_INDICATORS, "domains", {"分组", "域", "by"}},
    {PB_INDICATORS, "decimals", {"小数位", "小数位数", "小数"}},
    {PB_NODES, "account", {"账户"}},
    {PB_NODES, "parent", {"上级", "父节点"}},
    {PB_NODES, "population", {"人口", "人数"}},
    {PB_NODES, "penetration", {"普及率", "渗透率"}},
    {PB_NODES, "spend", {"人均支出"}},
    {PB_NODES, "total", {"总额"}},
    {PB_NODES, "scope", {"口径"}},
    {PB_NODES, "codes", {"代码"}},
    {PB_BANNER, "words", {"列", "内容", "columns", "cols", "value"}},
    {PB_TABLES, "rows", {"行", "题目"}},
    {PB_TABLES, "cols", {"列", "表头", "banner"}},
    {PB_TABLES, "stats", {"统计量", "statistics", "statistic"}},
    {PB_TABLES, "title.zh", {"标题", "中文标题"}},
    {PB_TABLES, "show", {"显示"}},
    {PB_FIGURES, "type", {"图型", "类型"}},
    {PB_FIGURES, "title.zh", {"标题", "中文标题"}},
    {PB_FIGURES, "interval", {"区间"}},
    {PB_FIGURES, "statistic", {"统计量"}},
    {PB_DATA, "file", {"文件"}},
    {PB_DATA, "sheet", {"工作表"}},
    {PB_DATA, "missing", {"缺失值"}},
    {PB_DATA, "text", {"文本列"}},
    {PB_DATA, "unit", {"单位表"}},
    {ANY, "id", {"编号", "标识", "id"}},
    {ANY, "label.zh", {"标签", "中文标签", "标签中文", "名称", "中文名称", "labelzh", "labelchinese"}},
    {ANY, "label.en", {"英文标签", "标签英文", "英文名称", "labelen", "labelenglish"}},
    {ANY, "title.zh", {"标题", "titlezh", "titlechinese"}},
    {ANY, "title.en", {"英文标题", "titleen", "titleenglish"}},
    {ANY, "question.zh", {"问题", "题目", "questionzh"}},
    {ANY, "question.en", {"英文问题", "questionen"}},
    {ANY, "base_label.zh", {"基数说明", "baselabelzh"}},
    {ANY, "base_label.en", {"英文基数说明", "baselabelen"}},
    {ANY, "note.zh", {"注", "注释", "notezh"}},
    {ANY, "note.en", {"英文注", "英文注释", "noteen"}},
    {ANY, "source.zh", {"来源", "sourcezh"}},
    {ANY, "source.en", {"英文来源", "sourceen"}},
    {ANY, "base", {"基数", "调查对象"}},
    {ANY, "where", {"条件", "筛选"}},
    {ANY, "unit", {"单位"}},
    {ANY, "format", {"格式"}},
    {ANY, "se", {"标准误"}},
    {ANY, "gap", {"差距"}},
    {ANY, "indicators", {"指标", "indicator"}},
    {ANY, "domains", {"分组", "域", "domain"}},
    {ANY, "account", {"账户"}},
    {ANY, "measures", {"度量"}},
    {ANY, "waves", {"波次"}},
};
enum { N_HEADINGS = sizeof headings / sizeof *headings };

static bool is_heading(const struct heading *h, const char *folded) {
  char path[200];
  fold(path, h->path);
  if (strcmp(path, folded) == 0) return true;
  for (size_t k = 0; k < sizeof h->names / sizeof *h->names && h->names[k]; k++)
    if (strcmp(h->names[k], folded) == 0) return true;
  return false;
}

const char *study__pb_heading(pb_sheet sheet, const char *heading, sx_arena *arena) {
  char folded[200];
  fold(folded, heading);
  for (int pass = 0; pass < 2; pass++) /* the sheet's own words first */
    for (size_t i = 0; i < N_HEADINGS; i++)
      if (headings[i].sheet == (pass ? ANY : (int)sheet) && (sheet != PB_STUDY || !pass) &&
          is_heading(&headings[i], folded))
        return headings[i].path;
  const char *end = strstr(heading, " / "), *line = strchr(heading, '\n');
  if (line && (!end || line < end)) end = line;
  return sx_arena_strndup(arena, heading, end ? (size_t)(end - heading) : strlen(heading));
}

const char *study__pb_heading_zh(pb_sheet sheet, const char *path) {
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < N_HEADINGS; i++)
      if (headings[i].sheet == (pass ? ANY : (int)sheet) && strcmp(headings[i].path, path) == 0)
        return headings[i].names[0];
  return path;
}

/* ---- what a cell holds ------------------------------------------------------------------------------------------------ */

static bool among(const char *word, size_t n, const char *const *list) {
  for (; *list; list++)
    if (strlen(*list) == n && memcmp(*list, word, n) == 0) return true;
  return false;
}

pb_kind study__pb_kind(const char *path) {
  static const char *const texts[] = {"label",    "title",      "subtitle",  "note", "source",
                                      "question", "base_label", "publisher", "why",  "what",
                                      "id",       "study",      "date",      "wave", NULL};
  static const char *const lists[] = {"by",      "domains", "indicators", "gap",      "languages",   "outputs",
                                      "annex",   "missing", "stats",      "measures", "strata",      "clusters",
                                      "fpc",     "text",    "codes",      "tests",    "trim",        "scopes",
                                      "columns", "files",   "exempt",     "changes",  "sensitivity", NULL};
  static const char *const always[] = {"breaks", "labels", "nodes",   "bounds", "members",
                                       "items",  "probs",  "rscales", "waves",  NULL};
  static const char *const of_many[] = {"label",      "title",     "subtitle", "note", "source", "question",
                                        "base_label", "publisher", "why",      "what", NULL};
  size_t n = strcspn(path, ".[");
  const char *p = path;
  if (strncmp(path, "narrative.", 10) == 0) return PB_LIST;
  for (;;) { /* zh and en below one of those stand for it */
    const char *next = p[n] ? p + n + 1 : NULL;
    const bool last = !next || !*next;
    if (among(p, n, of_many)) return PB_TEXT;
    if (last && among(p, n, texts)) return PB_TEXT;
    if (last) return among(p, n, lists) ? PB_LIST : among(p, n, always) ? PB_LISTS : PB_VALUE;
    p = next;
    n = strcspn(p, ".[");
  }
}

pb_kind study__pb_kind_in(pb_sheet sheet, const char *path) {
  if (strcmp(path, "show") == 0) return PB_LIST;
  return sheet == PB_GROUPS && strcmp(path, "by") == 0 ? PB_VALUE : study__pb_kind(path);
}

const char *study__pb_kind_word(const char *word) {
  static const char *const words[][2] = {
      {"总量", "total"},   {"合计", "total"},       {"均值", "mean"},    {"平均", "mean"},     {"平均数", "mean"},
      {"占比", "prop"},    {"比例", "prop"},        {"人数", "count"},   {"计数", "count"},    {"比率", "ratio"},
      {"构成", "shares"},  {"中位数", "median"},    {"公式", "formula"}, {"基尼系数", "gini"}, {"share", "prop"},
      {"percent", "prop"}, {"多选", "share_of_set"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i][0], word) == 0) return words[i][1];
  return word;
}
