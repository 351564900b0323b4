/* audit_match_context.c: what stands around a number (the words before it and behind it, its sentence, the heads of its row and column, headings, the
 * paragraph), and how well a result's name is found there.
 *
 *   evidence(result) = max over places p of w(p) * sum of weights of the label's pieces found at p / sum of weights of all of them,
 * a piece weighing log(1 + N/(labels that have it)); times what the result's groups say: each must be named near the number, and a result for all
 * loses where a group is named. */
#include <string.h>

#include "audit_match_priv.h"

static const double place_weight[SX_NEARS] = {1.0, 0.95, 1.0, 0.8, 0.55, 0.5};
static const double SHORT = 0.7; /* evidence of a name that is shortened and clear */
enum { REACH = 150 };            /* bytes */

/* ---- where ------------------------------------------------------------------------------------------------------- */

static bool ends_sentence(const char *text, size_t n) {
  static const char *const marks[] = {"。", "！", "？", "；"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    const size_t k = strlen(marks[i]);
    if (n >= k && memcmp(text, marks[i], k) == 0) return true;
  }
  return (text[0] == '.' || text[0] == '!' || text[0] == '?' || text[0] == ';') && (n == 1 || text[1] == ' ');
}

static size_t sentence_start(const sx_text_part *p, size_t at) {
  for (size_t i = at; i > 0; i--) {
    if (ends_sentence(p->text + i - 1, p->n - (i - 1))) return i;
  }
  return 0;
}

static size_t sentence_end(const sx_text_part *p, size_t at) {
  for (size_t i = at; i < p->n; i++) {
    if (ends_sentence(p->text + i, p->n - i)) return i;
  }
  return p->n;
}

static void piece(sx_context *c, sx_near what, const sx_text_part *p, size_t from, size_t to) {
  c->text[what] = p->text + from;
  c->n[what] = to > from ? to - from : 0;
}

static bool starts_with_any(const char *text, size_t n, const char *const *words, size_t n_words) {
  for (size_t i = 0; i < n_words; i++) {
    const size_t k = strlen(words[i]);
    if (n >= k && memcmp(text, words[i], k) == 0) return true;
  }
  return false;
}
#define STARTS(text, n, words) starts_with_any(text, n, words, sizeof(words) / sizeof *(words))

static size_t clause_mark(const char *text, size_t n) {
  static const char *const marks[] = {"，", "；", "：", "、"};
  if (STARTS(text, n, marks)) return 3;
  return n > 1 && (text[0] == ',' || text[0] == ';' || text[0] == ':') && text[1] == ' ' ? 2 : 0;
}

static size_t skip_blanks(const char *text, size_t n) {
  size_t i = 0;
  while (i < n && text[i] == ' ') i++;
  return i;
}

/* A number joined to the one before by nothing but 、 or "and": it goes on with that one's words. */
bool sx_audit__only_joins(const char *text, size_t n) {
  static const char *const joins[] = {"、", "和", "与", "及", "至", "到", "–", "—", "and ", "to ", "-", "~", ", ", ","};
  size_t i = skip_blanks(text, n);
  while (i < n) {
    size_t k = 0;
    for (size_t w = 0; w < sizeof joins / sizeof *joins && !k; w++) {
      if (strncmp(text + i, joins[w], strlen(joins[w])) == 0) k = strlen(joins[w]);
    }
    if (!k) return false;
    i += k;
    i += skip_blanks(text + i, i < n ? n - i : 0);
  }
  return true;
}

/* A clause about what the number before was about: 占..., 比..., 标准误..., or. */
static bool goes_on(const char *text, size_t n) {
  static const char *const words[] = {"占",
                                      "相当于",
                                      "比",
                                      "较",
                                      "分别比",
                                      "标准误",
                                      "其标准误",
                                      "95%",
                                      "置信",
                                      "同比",
                                      "环比",
                                      "增长",
                                      "下降",
                                      "总人口",
                                      "or ",
                                      "which ",
                                      "with a standard error",
                                      "equal to",
                                      "that is",
                                      "standard error",
                                      "and "};
  /* what they spend, where the number before says how many they are */
  static const char *const spend[] = {"消费", "支出", "花费", "共消费", "spend", "and spend"};
  const size_t i = skip_blanks(text, n);
  size_t end = n;
  while (end > i && text[end - 1] == ' ') end--;
  for (size_t k = 0; k < sizeof spend / sizeof *spend; k++) {
    if (end - i == strlen(spend[k]) && memcmp(text + i, spend[k], end - i) == 0) return true;
  }
  return STARTS(text + i, n - i, words);
}

static bool has_words(const char *text, size_t n) {
  size_t han = 0, latin = 0;
  for (size_t i = 0; i < n; i++) {
    han += (unsigned char)text[i] >= 0xE4 && (unsigned char)text[i] <= 0xE9;
    latin += sx_is_latin((unsigned char)text[i]);
  }
  return han >= 2 || latin >= 3;
}

/* Where the words begin that say what a number is: its clause; the sentence where no number comes before; the words of the number before
 * where it goes on with them. */
static size_t words_from(bool *carried, const sx_audit_text *text, size_t mark, int depth) {
  const sx_text_mark *m = &text->marks[mark];
  const sx_text_part *p = &text->parts[m->part];
  const size_t start = sentence_start(p, m->at);
  size_t before = SIZE_MAX;
  for (size_t i = p->first_mark; i < mark; i++) {
    if (text->marks[i].kind == SX_MARK_QUANTITY && text->marks[i].at >= start) before = i;
  }
  if (before == SIZE_MAX) return start;
  const size_t end = text->marks[before].at + text->marks[before].n;
  if (depth < 4 && sx_audit__only_joins(p->text + end, m->at - end)) {
    *carried = true;
    return words_from(carried, text, before, depth + 1);
  }
  size_t clause = SIZE_MAX;
  for (size_t i = end; i < m->at; i++) {
    const size_t k = clause_mark(p->text + i, m->at - i);
    if (k) clause = i + k;
  }
  const size_t from = clause == SIZE_MAX ? end : clause;
  const char *own = p->text + end + skip_blanks(p->text + end, m->at - end);
  if (clause == SIZE_MAX && (strncmp(own, "的", 3) == 0 || strncmp(own, "of ", 3) == 0))
    return m->at; /* the other number's words */
  if (depth < 4 && goes_on(p->text + from, m->at - from)) {
    *carried = true;
    return words_from(carried, text, before, depth + 1);
  }
  return clause != SIZE_MAX && !has_words(p->text + clause, m->at - clause) ? m->at : from;
}

/* ---- lists: A、B和C的使用率分别为a、b和c ----------------------------------------------------------------------------- */

static bool joined(const sx_audit_text *text, size_t a, size_t b) {
  const sx_text_part *p = &text->parts[text->marks[a].part];
  const size_t end = text->marks[a].at + text->marks[a].n, at = text->marks[b].at;
  return text->marks[a].kind == SX_MARK_QUANTITY && text->marks[b].kind == SX_MARK_QUANTITY && end < at &&
         sx_audit__only_joins(p->text + end, at - end);
}

static size_t find_word(const char *text, size_t n, const char *word) {
  const size_t k = strlen(word);
  for (size_t i = 0; i + k <= n; i++) {
    if (memcmp(text + i, word, k) == 0) return i;
  }
  return n;
}

/* Bytes of what parts two names at text; 0. */
static size_t name_join(const char *text, size_t n) {
  static const char *const joins[] = {"、", "和", "与", "及", ", and ", ", ", " and "};
  for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
    const size_t k = strlen(joins[i]);
    if (n >= k && memcmp(text, joins[i], k) == 0) return k;
  }
  return 0;
}

/* The k-th of exactly `count` names of text[n] and where it ends; false: there are more or fewer. */
static bool name_at(size_t *from, size_t *to, const char *text, size_t n, size_t k, size_t count) {
  size_t found = 0, start = 0;
  for (size_t i = 0; i <= n;) {
    const size_t join = i < n ? name_join(text + i, n - i) : 0;
    if (i == n || join) {
      if (found == k) *from = start, *to = i;
      found++;
      start = i + join;
    }
    i += join ? join : 1;
  }
  return found == count;
}

/* text[n] is one of several names: where it begins behind what all share, as in "usage rates of". */
static size_t behind_of(const char *text, size_t n) {
  static const char *const words[] = {" of ", " for "};
  size_t from = 0;
  for (size_t i = 0; i < n; i++) {
    for (size_t w = 0; w < 2; w++) {
      const size_t k = strlen(words[w]);
      if (n - i >= k && memcmp(text + i, words[w], k) == 0) from = i + k;
    }
  }
  return from;
}

/* The number is one of a list of which each has its own name: its name and what all share, in the arena; NULL: it is in none. The name alone: name[n_name]. */
static sx_status own_name(const char **out, sx_context *c, const sx_audit_text *text, size_t mark, sx_arena *arena,
                          sx_error *err) {
  const sx_text_mark *m = &text->marks[mark];
  const sx_text_part *p = &text->parts[m->part];
  size_t first = mark, last = mark, from = 0, to = 0;
  *out = NULL;
  while (first > p->first_mark && joined(text, first - 1, first)) first--;
  while (last + 1 < p->first_mark + p->n_marks && joined(text, last, last + 1)) last++;
  if (first == last) return SX_OK;
  const size_t number = text->marks[first].at, end = sentence_end(p, m->at + m->n);
  size_t start = sentence_start(p, m->at);
  const size_t by_turn = start + find_word(p->text + start, number - start, "分别");
  const bool english = find_word(p->text + start, end - start, "respectively") < end - start;
  if (by_turn >= number && !english) return SX_OK;
  const size_t stop = by_turn < number ? by_turn : number;
  for (size_t i = start; i < stop && !english; i++) {
    const size_t k = clause_mark(p->text + i, stop - i);
    if (k && strncmp(p->text + i, "、", 3) != 0) start = i + k;
  }
  if (!name_at(&from, &to, p->text + start, stop - start, mark - first, last - first + 1)) return SX_OK;
  /* what stands behind the last name: 的使用率 */
  size_t last_from = 0, last_to = 0;
  (void)name_at(&last_from, &last_to, p->text + start, stop - start, last - first, last - first + 1);
  const size_t shared = last_from + find_word(p->text + start + last_from, last_to - last_from, "的");
  *out = sx_arena_printf(arena, "%.*s%.*s", (int)(to - from), p->text + start + from,
                         mark == last ? 0 : (int)(last_to - shared), p->text + start + shared);
  const size_t alone = from + (mark == first ? behind_of(p->text + start + from, to - from) : 0);
  c->name = p->text + start + alone;
  c->n_name = (mark == last ? shared : to) - alone;
  return *out ? SX_OK : sx_error_memory(err);
}

static void beside(sx_context *c, const sx_audit_text *text, size_t mark) {
  const sx_text_mark *m = &text->marks[mark];
  const sx_text_part *p = &text->parts[m->part];
  size_t from = words_from(&c->carried, text, mark, 0), to = sentence_end(p, m->at + m->n);
  piece(c, SX_NEAR_SENTENCE, p, sentence_start(p, m->at), to);
  for (size_t i = mark + 1; i < p->first_mark + p->n_marks; i++) {
    const sx_text_mark *o = &text->marks[i];
    if (o->kind == SX_MARK_QUANTITY && o->at < to) to = o->at;
  }
  if (m->at - from > 2 * REACH) {
    from = m->at - 2 * REACH;
    while (from < m->at && ((unsigned char)p->text[from] & 0xC0) == 0x80) from++;
  }
  const size_t begin = m->at + m->n;
  for (size_t i = begin; i < to; i++) {
    if (clause_mark(p->text + i, p->n - i) || i - begin > REACH) {
      to = i;
      break;
    }
  }
  piece(c, SX_NEAR_BEFORE, p, from, m->at);
  piece(c, SX_NEAR_BEHIND, p, begin, to < begin ? begin : to);
  piece(c, SX_NEAR_PARAGRAPH, p, 0, p->n);
}

/* The line before, where it goes on into this one: a plain text that is broken in the middle of a sentence, or what a list is of. NULL: it does not. */
static const sx_text_part *goes_on_from(const sx_audit_text *text, size_t part) {
  const sx_text_part *p = &text->parts[part];
  size_t i = part;
  while (p->kind == SX_PART_ITEM && i > 0 && text->parts[i - 1].kind == SX_PART_ITEM) i--;
  if (i == 0 || text->parts[i - 1].kind != SX_PART_PARAGRAPH) return NULL;
  const sx_text_part *up = &text->parts[i - 1];
  const bool colon = up->n && (up->text[up->n - 1] == ':' || (up->n > 3 && strcmp(up->text + up->n - 3, "：") == 0));
  if (p->kind == SX_PART_ITEM) return colon ? up : NULL;
  if (text->form != SX_TEXT_PLAIN || p->kind != SX_PART_PARAGRAPH || up->n < 4) return NULL;
  uint32_t last = 0;
  const bool whole = sx_utf8_next(&last, up->text + up->n - 3, 3) == 3;
  const bool sentences = find_word(up->text, up->n, "，") < up->n || find_word(up->text, up->n, "。") < up->n;
  return whole && sx_is_han(last) && sentences ? up : NULL;
}

/* The words before the number and its sentence begin in the line before. */
static sx_status carry_over(sx_context *c, const sx_audit_text *text, size_t mark, sx_arena *arena, sx_error *err) {
  const sx_text_part *p = &text->parts[text->marks[mark].part];
  const sx_text_part *up = goes_on_from(text, text->marks[mark].part);
  for (int k = SX_NEAR_BEFORE; k <= SX_NEAR_SENTENCE && up; k += SX_NEAR_SENTENCE - SX_NEAR_BEFORE) {
    if (c->text[k] != p->text) continue;
    const size_t from = sentence_start(up, up->n);
    c->text[k] = sx_arena_printf(arena, "%.*s%.*s", (int)(up->n - from), up->text + from, (int)c->n[k], c->text[k]);
    if (!c->text[k]) return sx_error_memory(err);
    c->n[k] += up->n - from;
  }
  return SX_OK;
}

static sx_status headings(sx_buf *out, const sx_audit_text *text, size_t part) {
  int below = 99;
  for (size_t i = part; i-- > 0 && below > 1;) {
    const sx_text_part *p = &text->parts[i];
    if (p->kind != SX_PART_HEADING || p->level >= below) continue;
    sx_buf_add_n(out, p->text, p->n);
    sx_buf_add(out, "\n");
    below = p->level;
  }
  return SX_OK;
}

/* The heads of a cell's row and column. */
static void heads(sx_buf *out, const sx_audit_text *text, size_t part) {
  const sx_text_part *cell = &text->parts[part];
  for (size_t i = part; cell->table && i-- > 0 && text->parts[i].table == cell->table;) {
    const sx_text_part *p = &text->parts[i];
    const bool names = p->kind == SX_PART_HEAD || (p->kind == SX_PART_CELL && (p->column == 1 || p->row == 1));
    bool figure = false; /* a cell with a quantity is no head */
    for (size_t k = p->first_mark; k < p->first_mark + p->n_marks && p->kind == SX_PART_CELL; k++)
      figure = figure || text->marks[k].kind == SX_MARK_QUANTITY;
    if (!names || figure || (p->row != cell->row && p->column != cell->column)) continue;
    sx_buf_add_n(out, p->text, p->n);
    sx_buf_add(out, "\n");
  }
}

static sx_status kept(sx_context *c, sx_near what, const sx_buf *buf, sx_arena *arena, sx_error *err) {
  if (buf->failed) return sx_error_memory(err);
  c->n[what] = buf->n;
  c->text[what] = sx_arena_strndup(arena, buf->data ? buf->data : "", buf->n);
  return c->text[what] ? SX_OK : sx_error_memory(err);
}

static bool same_letter(char a, char b) {
  if (a >= 'A' && a <= 'Z') a = (char)(a + 32);
  if (b >= 'A' && b <= 'Z') b = (char)(b + 32);
  return a == b;
}

bool sx_audit__contains(const char *text, size_t n, const char *word) {
  const size_t k = strlen(word);
  if (!k) return false;
  for (size_t i = 0; i + k <= n; i++) {
    size_t j = 0;
    while (j < k && same_letter(text[i + j], word[j])) j++;
    const bool edge = !sx_is_latin((unsigned char)word[0]) ||
                      ((i == 0 || !sx_is_latin((unsigned char)text[i - 1])) &&
                       (i + k == n || !sx_is_latin((unsigned char)text[i + k]) || text[i + k] == 's'));
    if (j == k && edge) return true;
  }
  return false;
}

/* Is a change since an earlier wave meant? */
static bool names_a_change(const sx_context *c, unsigned places) {
  static const char *const zh[] = {"变动", "变化", "较上", "比上期", "较20", "比20", "同比",
                                   "环比", "缩小", "扩大", "增加",   "减少", "上期"};
  static const char *const en[] = {"change", "since",    "compared with", "earlier",      "before",   "rose", "fell",
                                   "grew",   "narrowed", "widened",       "more than in", "previous", "wave"};
  for (int k = 0; k < SX_NEARS; k++) {
    for (size_t i = 0; i < 13 && (places >> k & 1); i++) {
      if (sx_audit__contains(c->text[k], c->n[k], c->lang ? en[i] : zh[i])) return true;
    }
  }
  return false;
}

/* 与城镇相差5.2个百分点: how far two groups are apart now, whatever the rest of the sentence says of changes. Not 与半年前相差. */
static bool tells_apart(const sx_context *c) {
  static const char *const words[2][2] = {{"相差", "仅差"}, {"differ by", "apart"}};
  static const char *const times[2][3] = {{"前", "期", "年"}, {"ago", "year", "period"}};
  bool apart = false;
  for (int k = SX_NEAR_BEFORE; k <= SX_NEAR_BEHIND; k++) {
    for (size_t w = 0; w < 2; w++) apart = apart || sx_audit__contains(c->text[k], c->n[k], words[c->lang][w]);
    for (size_t w = 0; w < 3; w++) {
      if (sx_audit__contains(c->text[k], c->n[k], times[c->lang][w])) return false;
    }
  }
  return apart && !c->carried && !names_a_change(c, 1u << SX_NEAR_BEFORE | 1u << SX_NEAR_BEHIND);
}

/* 城乡差距缩小, the gap narrowed: beside the number, or before it in its sentence. */
static bool names_a_gap(const sx_context *c, const sx_text_part *p, size_t at) {
  static const char *const zh[] = {"差", "缩小", "扩大", "拉大"}, *const en[] = {"gap", "difference", "narrowed",
                                                                                 "widened"};
  const size_t from = sentence_start(p, at);
  for (size_t i = 0; i < 4; i++) {
    const char *word = c->lang ? en[i] : zh[i];
    if (sx_audit__contains(p->text + from, at - from, word)) return true;
    for (int k = SX_NEAR_BEFORE; k <= SX_NEAR_HEADS; k++) {
      if (sx_audit__contains(c->text[k], c->n[k], word)) return true;
    }
  }
  return false;
}

sx_status sx_audit__context(sx_context *out, const sx_audit_text *text, size_t mark, sx_arena *arena, sx_error *err) {
  const size_t part = text->marks[mark].part;
  sx_context c = {.lang = text->parts[part].language[0] == 'e', .short_name = SIZE_MAX};
  sx_buf buf;
  sx_buf_init(&buf, &text->ctx);
  const char *own;
  beside(&c, text, mark);
  sx_status status;
  SX_TRY_GOTO(status, carry_over(&c, text, mark, arena, err), done);
  SX_TRY_GOTO(status, own_name(&own, &c, text, mark, arena, err), done);
  if (own) {
    c.carried = false;
    c.text[SX_NEAR_BEFORE] = c.text[SX_NEAR_SENTENCE] = own;
    c.n[SX_NEAR_BEFORE] = c.n[SX_NEAR_SENTENCE] = strlen(own);
  }
  SX_TRY_GOTO(status, headings(&buf, text, part), done);
  SX_TRY_GOTO(status, kept(&c, SX_NEAR_HEADING, &buf, arena, err), done);
  sx_buf_reset(&buf);
  heads(&buf, text, part);
  SX_TRY_GOTO(status, kept(&c, SX_NEAR_HEADS, &buf, arena, err), done);
  if (text->parts[part].table && c.n[SX_NEAR_HEADS]) { /* a bare cell has no language of its own */
    size_t han = 0;
    for (size_t i = 0; i < c.n[SX_NEAR_HEADS]; i++) han += (unsigned char)c.text[SX_NEAR_HEADS][i] >= 0xE4;
    c.lang = han * 4 < c.n[SX_NEAR_HEADS];
  }
  for (int k = 0; k < SX_NEARS; k++)
    SX_TRY_GOTO(status, sx_audit__pieces(&c.pieces[k], arena, c.text[k], c.n[k], err), done);
  c.change = names_a_change(&c, ~(1u << SX_NEAR_BEFORE | 1u << SX_NEAR_BEHIND)) && !tells_apart(&c);
  c.gap = names_a_gap(&c, &text->parts[part], text->marks[mark].at);
  *out = c;
  status = SX_OK;
done:
  sx_buf_clear(&buf);
  return status;
}

/* ---- what the context says of the index -------------------------------------------------------------------------- */

enum { BEFORE = 1 << SX_NEAR_BEFORE, SENTENCE = 1 << SX_NEAR_SENTENCE, HEADS = 1 << SX_NEAR_HEADS };
enum {
  LOCAL = BEFORE | 1 << SX_NEAR_BEHIND | HEADS,
  PARAGRAPH = 1 << SX_NEAR_PARAGRAPH,
  HEADING = 1 << SX_NEAR_HEADING
};

static bool at_any(const sx_context *c, const char *word, unsigned places) {
  for (int k = 0; k < SX_NEARS; k++) {
    if ((places >> k & 1) && sx_audit__contains(c->text[k], c->n[k], word)) return true;
  }
  return false;
}

static bool names_a_share(const sx_context *c) {
  static const char *const zh[] = {"占", "比重", "份额", "相当于"}, *const en[] = {"of", "share", "per cent of",
                                                                                   "percent of"};
  const char *const *words = c->lang ? en : zh;
  for (size_t i = 0; i < 4; i++) {
    if (at_any(c, words[i], LOCAL)) return true;
  }
  return false;
}

static bool names_everyone(const sx_context *c) {
  static const char *const whole[][3] = {{"整体", "全体", "总体"}, {"overall", "everyone", "in all"}};
  for (size_t i = 0; i < 3; i++) {
    if (at_any(c, whole[c->lang][i], BEFORE)) return true;
  }
  return false;
}

static void find_groups(sx_context *c, const sx_index *index) {
  for (size_t g = 0; g < index->n_groups[c->lang]; g++) {
    const char *name = index->groups[c->lang][g];
    for (int k = 0; k < SX_NEARS; k++) {
      if (sx_audit__contains(c->text[k], c->n[k], name)) c->places[g] |= (unsigned char)(1u << k);
    }
    if (!c->places[g]) continue;
    c->present[c->n_present++] = g;
    if (strlen(name) >= 3 && (c->places[g] & (LOCAL | SENTENCE))) c->own_group = true;
    if (strlen(name) >= 3 && (c->places[g] & (BEFORE | HEADS))) c->group_before = true;
  }
}

static void find_names(sx_context *c, const sx_index *index) {
  for (size_t i = 0; i < index->n_names; i++) {
    const sx_name *name = &index->names[i];
    if (!(name->weight[c->lang] > 0)) continue;
    for (int k = 0; k < SX_NEARS; k++) {
      double found = 0;
      for (size_t p = 0; p < name->label[c->lang].n; p++) {
        if (sx_audit__has_piece(&c->pieces[k], name->label[c->lang].items[p])) found += name->piece_weight[c->lang][p];
      }
      c->found[i][k] = found / name->weight[c->lang];
    }
  }
}

sx_status sx_audit__context_weigh(sx_context *c, const sx_index *index, sx_arena *arena, sx_error *err) {
  const char *behind = c->text[SX_NEAR_BEHIND];
  const size_t n = c->n[SX_NEAR_BEHIND], i = skip_blanks(behind, n);
  c->found = sx_arena_zalloc(arena, index->n_names + 1, sizeof *c->found);
  c->places = sx_arena_zalloc(arena, index->n_groups[c->lang] + 1, sizeof *c->places);
  c->present = sx_arena_alloc(arena, index->n_groups[c->lang] + 1, sizeof *c->present);
  if (!c->found || !c->places || !c->present) return sx_error_memory(err);
  find_groups(c, index);
  find_names(c, index);
  c->share = names_a_share(c);
  c->whole = names_everyone(c);
  c->of = n > i + 3 && (strncmp(behind + i, "的", 3) == 0 || strncmp(behind + i, "of ", 3) == 0);
  return SX_OK;
}

enum { MOST_WORDS = 10 };

/* The words of the text's last clause that any label has; MOST_WORDS + 1: more. */
static sx_status known_words(uint64_t *known, size_t *n, const sx_context *c, const sx_index *index, const char *text,
                             size_t n_text, sx_arena *scratch, sx_error *err) {
  const sx_pieces vocabulary = {index->vocabulary[c->lang], index->n_vocabulary[c->lang]};
  sx_pieces said;
  size_t from = 0;
  *n = 0;
  for (size_t i = 0; i < n_text; i++) {
    const size_t k = clause_mark(text + i, n_text - i);
    if (k && has_words(text + i + k, n_text - i - k)) from = i + k;
  }
  SX_TRY(sx_audit__pieces(&said, scratch, text + from, n_text - from, err));
  for (size_t i = 0; i < said.n && *n <= MOST_WORDS; i++) {
    if (sx_audit__has_piece(&vocabulary, said.items[i])) known[(*n)++] = said.items[i];
  }
  return SX_OK;
}

/* 可穿戴设备 for 智能可穿戴设备, goods for physical goods, 在线出行 of a list for 在线交通出行: every word before the number (of a list: of its own
 * name) that any label has is in this one, and no other name has them as well. */
sx_status sx_audit__short_name(sx_context *c, const sx_index *index, const bool *takes, sx_arena *scratch,
                               sx_error *err) {
  static const double LEAST = 0.35, LEAST_OF_LIST = 0.3, AHEAD = 1.25;
  uint64_t known[MOST_WORDS + 1];
  size_t n = 0, best = SIZE_MAX;
  double most = 0, second = 0;
  if (c->name) SX_TRY(known_words(known, &n, c, index, c->name, c->n_name, scratch, err));
  const double least = n > 1 ? LEAST_OF_LIST : LEAST;
  if (!n) SX_TRY(known_words(known, &n, c, index, c->text[SX_NEAR_BEFORE], c->n[SX_NEAR_BEFORE], scratch, err));
  if (n > MOST_WORDS) return SX_OK;
  for (size_t i = 0; n && i < index->n_names; i++) {
    size_t has = 0;
    for (size_t k = 0; k < n; k++) has += sx_audit__has_piece(&index->names[i].label[c->lang], known[k]);
    const double found = c->found[i][SX_NEAR_BEFORE];
    if (!takes[i] || has < n) continue;
    if (found > most) {
      second = most;
      most = found;
      best = i;
    } else if (found > second) {
      second = found;
    }
  }
  if (most >= least && most >= AHEAD * second) c->short_name = best;
  return SX_OK;
}

/* ---- evidence ---------------------------------------------------------------------------------------------------- */

/* How near a group is named. From the paragraph it is carried over only into a sentence that names none; the other group of a sentence about a
 * gap is what the gap is from. */
static double named(const sx_context *c, size_t group, bool gap) {
  const unsigned at = c->places[group];
  if (at & LOCAL) return 1;
  if (c->group_before && !gap)
    return at & SENTENCE ? 0.5 : at & HEADING ? 0.4 : 0; /* another one is named beside the number */
  if (at & SENTENCE) return 0.92;
  return (at & HEADING) || ((at & PARAGRAPH) && (gap || !c->own_group)) ? 0.8 : 0;
}

/* Some group of the study is named in the sentence or the heads: a result for all is less likely meant. */
static double for_all(const sx_index *index, const sx_cand *cand, const sx_context *c) {
  double most = 1;
  if (c->whole) return 1;
  for (size_t i = 0; i < c->n_present; i++) {
    const size_t g = c->present[i];
    const unsigned at = c->places[g];
    if (index->own_word[c->lang][cand->name * index->n_groups[c->lang] + g]) continue;
    if (strlen(index->groups[c->lang][g]) < 3 && !(at & HEADS)) continue;
    const double e = at & (BEFORE | HEADS) ? 0.45 : at & SENTENCE ? 0.7 : at & (PARAGRAPH | HEADING) ? 0.85 : 1;
    if (e < most) most = e;
  }
  return most;
}

double sx_audit__evidence(double *near, const sx_index *index, const sx_cand *c, const sx_context *context) {
  double best = 0, local = 0, groups = 1;
  for (int k = 0; k < SX_NEARS; k++) {
    double e = place_weight[k] * context->found[c->name][k];
    /* 47.3% 的视听用户...: who is counted, not what they do */
    if (k == SX_NEAR_BEHIND && context->of && c->kind == SX_CAND_SHARE && index->names[c->name].names_people) e *= 0.4;
    if (e > best) best = e;
    if (k <= SX_NEAR_HEADS && e > local) local = e;
  }
  if (c->name == context->short_name && local < SHORT) local = SHORT;
  if (best < local) best = local;
  for (size_t i = 0; i < c->n_terms; i++) {
    const double e = named(context, c->term[i][context->lang], c->kind == SX_CAND_GAP && (!c->change || c->of_gap));
    if (e < groups) groups = e;
  }
  if (!c->n_terms) groups = for_all(index, c, context);
  if (c->share_of && !context->share) groups *= 0.6;
  if (c->of_gap && !context->gap) groups *= 0.5;
  if (c->change != context->change && (c->change || c->kind != SX_CAND_SHARE))
    groups *= c->kind == SX_CAND_LEVEL && !c->change ? 0.9 : 0.5;
  *near = local * groups;
  return best * groups;
}
