/* io_wjx_header.c: the header of an export: which columns are the system's, which belong to which question.
 *
 * Questions are numbered: "3、您的年龄", "3.", "3：", "Q3."; further columns of one are "5、您用过哪些(微信)", "7、题目—行",
 * "第5题(微信)" or "5(A)". What stands behind the question in its own bracket, or behind the last dash that all of its columns share,
 * is the option or the row. */
#include "io_wjx.h"

#include <string.h>

typedef struct known {
  const char *header, *name;
  wjx_role role;
  bool telling; /* stands in such exports and hardly elsewhere */
} known;

static const known SYSTEM[] = {
    {"序号", "id", WJX_ID, false},
    {"编号", "id", WJX_ID, false},
    {"答题序号", "id", WJX_ID, false},
    {"用户ID", "user_id", WJX_KEPT, false},
    {"提交答卷时间", "submit_time", WJX_TIME, true},
    {"提交时间", "submit_time", WJX_TIME, false},
    {"开始答题时间", "start_time", WJX_TIME, true},
    {"结束答题时间", "end_time", WJX_TIME, true},
    {"所用时间", "duration", WJX_DURATION, true},
    {"答题时长", "duration", WJX_DURATION, true},
    {"来源", "source", WJX_KEPT, false},
    {"来源详情", "source_detail", WJX_KEPT, true},
    {"来自IP", "ip", WJX_KEPT, true},
    {"总分", "score", WJX_KEPT, false},
};

static const known *find_known(const char *header) {
  for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++)
    if (strcmp(SYSTEM[i].header, header) == 0) return &SYSTEM[i];
  return NULL;
}

/* ---- numbers of questions -------------------------------------------------------------------------------------------- */

static bool take(const char **p, const char *text) {
  const size_t n = strlen(text);
  if (strncmp(*p, text, n) != 0) return false;
  *p += n;
  return true;
}

static bool take_any(const char **p, const char *const *texts, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (take(p, texts[i])) return true;
  return false;
}

/* The question's number, *rest behind it; 0 where the header has none. */
static size_t number_of(const char **rest, const char *header) {
  static const char *const behind[] = {"、", "．", "：", ":", "."};
  const char *p = header;
  size_t number = 0;
  const bool worded = take(&p, "第");
  if (!worded && !take(&p, "Q")) (void)take(&p, "q");
  for (size_t k = 0; *p >= '0' && *p <= '9' && k < 4; k++) number = number * 10 + (size_t)(*p++ - '0');
  if (!number || (*p >= '0' && *p <= '9')) return 0;
  if (worded) {
    if (!take(&p, "题")) return 0;
    (void)take_any(&p, behind, 5);
  } else if (*p == '.' && p[1] >= '0' && p[1] <= '9') {
    return 0;
  } else if (!take_any(&p, behind, 5) && *p != '(' && strncmp(p, "（", 3) != 0) {
    return 0;
  }
  while (*p == ' ') p++;
  *rest = p;
  return number;
}

bool sx_io__wjx_recognised(const sx_table *raw) {
  size_t telling = 0, questions = 0;
  for (size_t i = 0; i < sx_table_columns(raw); i++) {
    const char *header = sx_table_get(raw, i)->name, *rest;
    const known *k = find_known(header);
    telling += k && k->telling;
    questions += !k && number_of(&rest, header) > 0;
  }
  return telling >= 2 && questions > 0;
}

/* ---- questions and what they ask of ---------------------------------------------------------------------------------- */

/* Length of a bracket or mark that ends at text[n], 0 where none does. */
static size_t ends_with(const char *text, size_t n, const char *mark) {
  const size_t k = strlen(mark);
  return n >= k && memcmp(text + n - k, mark, k) == 0 ? k : 0;
}

/* "...(sub)": where the bracket opens that the last character closes; SIZE_MAX where it is none. *inner: behind it. */
static size_t bracket_at(const char *text, size_t n, size_t *inner) {
  size_t depth = 0;
  for (size_t i = n; i > 0;) {
    const size_t close = ends_with(text, i, ")") ? 1 : ends_with(text, i, "）");
    const size_t open = ends_with(text, i, "(") ? 1 : ends_with(text, i, "（");
    if (i == n && !close) return SIZE_MAX;
    if (close) depth++;
    if (open && --depth == 0) return *inner = i, i - open;
    i -= close ? close : open ? open : 1;
  }
  return SIZE_MAX;
}

static size_t common(const wjx_slot *slots, size_t n) {
  size_t k = strlen(slots[0].stem);
  for (size_t i = 1; i < n; i++) {
    size_t same = 0;
    while (same < k && slots[0].stem[same] == slots[i].stem[same]) same++;
    k = same;
  }
  return sx_utf8_cut(slots[0].stem, strlen(slots[0].stem), k);
}

/* Behind the last mark within text[n] that parts question and row. */
static size_t last_mark(const char *text, size_t n, size_t *mark) {
  static const char *const marks[] = {"——", "—", "–", "：", ":", "_", "-", "|", "（", "("};
  for (size_t i = n; i > 0; i--)
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
      if ((*mark = ends_with(text, i, marks[k])) != 0) return i;
  return 0;
}

static sx_status cut_slot(wjx_slot *s, sx_arena *arena, size_t stem, size_t from, size_t to, sx_error *err) {
  const char *text = s->stem;
  while (stem && text[stem - 1] == ' ') stem--;
  while (from < to && text[from] == ' ') from++;
  while (to > from && text[to - 1] == ' ') to--;
  s->sub = sx_arena_strndup(arena, text + from, to - from);
  s->stem = sx_arena_strndup(arena, text, stem);
  return s->sub && s->stem ? SX_OK : sx_error_memory(err);
}

/* Stems hold the whole header behind the number; afterwards stem and sub. */
static sx_status cut_question(wjx_sheet *sheet, const wjx_question *q, sx_error *err) {
  wjx_slot *slots = &sheet->slots[q->first];
  const size_t shared = common(slots, q->n);
  size_t inner = 0, mark = 0;
  bool brackets = true;
  for (size_t i = 0; i < q->n && brackets; i++) {
    const size_t at = bracket_at(slots[i].stem, strlen(slots[i].stem), &inner);
    brackets = at != SIZE_MAX && (q->n == 1 ? at == 0 : at <= shared);
  }
  const size_t behind = brackets ? 0 : last_mark(slots[0].stem, shared, &mark);
  if (!brackets && q->n == 1) return SX_OK;
  for (size_t i = 0; i < q->n; i++) {
    const size_t n = strlen(slots[i].stem);
    if (brackets) {
      const size_t at = bracket_at(slots[i].stem, n, &inner);
      SX_TRY(cut_slot(&slots[i], sheet->arena, at, inner, n - (ends_with(slots[i].stem, n, ")") ? 1 : 3), err));
    } else {
      SX_TRY(cut_slot(&slots[i], sheet->arena, behind - mark, behind, n, err));
    }
  }
  return SX_OK;
}

static sx_status place_twice(const wjx_sheet *sheet, size_t number, const char *header, sx_error *err) {
  return sx_error_set(err, SX_E_DATA, sheet->name,
                      "question %zu stands in two places, again at '%.100s': put its columns together, or read the "
                      "file as it stands (format xlsx or csv)",
                      number, header);
}

static sx_status add_question(wjx_sheet *sheet, size_t slot, sx_error *err) {
  const size_t number = sheet->slots[slot].number;
  if (number && sheet->n_questions) {
    wjx_question *last = &sheet->questions[sheet->n_questions - 1];
    if (last->number == number) return last->n++, SX_OK;
    for (size_t k = 0; k < sheet->n_questions; k++)
      if (sheet->questions[k].number == number) return place_twice(sheet, number, sheet->slots[slot].from->name, err);
  }
  sheet->questions[sheet->n_questions++] = (wjx_question){.number = number, .first = slot, .n = 1};
  return SX_OK;
}

static void read_header(wjx_slot *s, const sx_column *from) {
  const known *k = find_known(from->name);
  *s = (wjx_slot){.from = from, .stem = from->name, .sub = ""};
  if (k) {
    s->role = k->role;
    s->name = k->name;
    return;
  }
  s->number = number_of(&s->stem, from->name);
  s->role = s->number ? WJX_QUESTION : WJX_PLAIN;
}

sx_status sx_io__wjx_open(wjx_sheet *sheet, const sx_ctx *ctx, const char *name, const sx_table *raw, sx_arena *arena,
                          sx_error *err) {
  const size_t n = sx_table_columns(raw);
  size_t questions = 0;
  *sheet = (wjx_sheet){.ctx = ctx, .name = name, .arena = arena, .rows = sx_table_rows(raw), .n_slots = n};
  sheet->slots = sx_arena_alloc(arena, n, sizeof *sheet->slots);
  sheet->questions = sx_arena_alloc(arena, n, sizeof *sheet->questions);
  if (!sheet->slots || !sheet->questions) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    read_header(&sheet->slots[i], sx_table_get(raw, i));
    questions += sheet->slots[i].number > 0;
    SX_TRY(add_question(sheet, i, err));
  }
  if (!questions)
    return sx_error_set(err, SX_E_DATA, name,
                        "no column is a numbered question, as '3、…': is this an export of answers by option");
  for (size_t i = 0; i < sheet->n_questions; i++) {
    wjx_question *q = &sheet->questions[i];
    if (q->number) SX_TRY(cut_question(sheet, q, err));
    q->stem = sheet->slots[q->first].stem;
  }
  return SX_OK;
}
