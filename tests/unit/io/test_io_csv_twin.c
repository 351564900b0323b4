/* The parallel reader against a slow twin: RFC 4180 as a state machine of a dozen lines and kinds by the rules of
 * docs/formats.md, over random texts full of quotes and line ends, cut into blocks of 64 bytes and up, with 1, 2 and 8 threads. */
#include "io_csv_help.h"
#include "io/io_csv_priv.h"

#include <ctype.h>
#include <errno.h>

/* ---- the twin: text to fields ------------------------------------------------------------------------------------- */

typedef struct twin_field {
  char *text;
  bool quoted;
  size_t line; /* of its first byte */
} twin_field;

typedef struct twin {
  twin_field *fields; /* [n_fields] */
  size_t *row_start;  /* [n_rows + 1] first field of each row */
  size_t n_fields, n_rows;
  const char *fault; /* NULL, or what is wrong */
  size_t fault_line;
} twin;

static void twin_free(twin *t) {
  for (size_t i = 0; i < t->n_fields; i++) free(t->fields[i].text);
  free(t->fields);
  free(t->row_start);
}

static void twin_field_add(twin *t, const char *text, size_t n, bool quoted, size_t line) {
  t->fields = realloc(t->fields, (t->n_fields + 1) * sizeof *t->fields);
  char *copy = malloc(n + 1);
  memcpy(copy, text, n);
  copy[n] = '\0';
  t->fields[t->n_fields++] = (twin_field){copy, quoted, line};
}

static void twin_row_end(twin *t) {
  t->row_start = realloc(t->row_start, (t->n_rows + 2) * sizeof *t->row_start);
  if (!t->n_rows) t->row_start[0] = 0;
  t->row_start[++t->n_rows] = t->n_fields;
}

static void twin_split(twin *t, const char *p, const char *end) {
  char *word = malloc((size_t)(end - p) + 1);
  size_t line = 1;
  bool row_open = false;
  *t = (twin){0};
  while (p < end || row_open) {
    size_t n = 0;
    const size_t field_line = line;
    const bool quoted = p < end && *p == '"';
    row_open = true;
    if (quoted) {
      for (p++;; p++) {
        if (p == end) {
          t->fault = "no closing quote", t->fault_line = field_line;
          goto done;
        }
        if (*p == '"') {
          if (p + 1 == end || p[1] != '"') break;
          p++;
        }
        line += *p == '\n';
        word[n++] = *p;
      }
      p++;
      if (p < end && *p != ',' && *p != '\n' && !(*p == '\r' && (p + 1 == end || p[1] == '\n'))) {
        t->fault = "text after a closing quote", t->fault_line = line;
        goto done;
      }
      if (p < end && *p == '\r') p++;
    } else {
      while (p < end && *p != ',' && *p != '\n') word[n++] = *p++;
      if ((p == end || *p == '\n') && n && word[n - 1] == '\r') n--;
    }
    twin_field_add(t, word, n, quoted, field_line);
    if (p < end && *p == ',') {
      p++;
      continue;
    }
    twin_row_end(t);
    row_open = false;
    if (p < end) p++, line++;
  }
  if (t->n_rows && t->row_start[1] > 1) { /* several columns: blank rows at the end are none */
    while (t->n_rows > 1) {
      const twin_field *f = &t->fields[t->row_start[t->n_rows - 1]];
      if (t->row_start[t->n_rows] - t->row_start[t->n_rows - 1] != 1 || f->text[0] || f->quoted) break;
      t->n_rows--;
    }
  }
  for (size_t r = 1; r < t->n_rows && !t->fault; r++) {
    if (t->row_start[r + 1] - t->row_start[r] == t->row_start[1]) continue;
    t->fault = "header has", t->fault_line = t->fields[t->row_start[r]].line;
  }
done:
  free(word);
}

/* ---- the twin: kinds ------------------------------------------------------------------------------------------------ */

typedef enum { T_NONE, T_INTEGER, T_NUMBER, T_BIG, T_DATE, T_TEXT } twin_kind;

static const char *const MISSING[] = {"x", "-1"};

static char *trimmed(const char *text, char *out) {
  while (*text == ' ' || *text == '\t') text++;
  size_t n = strlen(text);
  while (n && (text[n - 1] == ' ' || text[n - 1] == '\t')) n--;
  memcpy(out, text, n);
  out[n] = '\0';
  return out;
}

static bool declared(const char *text) {
  return strcmp(text, MISSING[0]) == 0 || strcmp(text, MISSING[1]) == 0;
}

static twin_kind twin_number(const char *s) {
  const char *p = s + (*s == '-'), *whole = p;
  while (isdigit((unsigned char)*p)) p++;
  const long n_whole = p - whole;
  long n_part = 0;
  const bool point = *p == '.';
  if (point) {
    const char *part = ++p;
    while (isdigit((unsigned char)*p)) p++;
    n_part = p - part;
  }
  if ((n_whole == 0 && n_part == 0) || (n_whole > 1 && *whole == '0')) return T_TEXT;
  bool power = false;
  if (*p == 'e') {
    p++;
    if (*p == '-') p++;
    if (!isdigit((unsigned char)*p)) return T_TEXT;
    while (isdigit((unsigned char)*p)) p++;
    power = true;
  }
  if (*p || isinf(strtod(s, NULL))) return T_TEXT;
  if (point || power || strcmp(s, "-0") == 0) return T_NUMBER;
  errno = 0;
  const long long v = strtoll(s, NULL, 10);
  return errno == ERANGE || v == INT64_MIN ? T_BIG : T_INTEGER;
}

static twin_kind twin_value(const char *text) {
  char s[4096];
  trimmed(text, s);
  if (!*s) return T_NONE;
  int y, m, d, end = 0;
  if (strlen(s) == 10 && sscanf(s, "%4d-%2d-%2d%n", &y, &m, &d, &end) == 3 && end == 10 && m >= 1 && m <= 12 &&
      d >= 1 && d <= 28)
    return T_DATE;
  return twin_number(s);
}

static sx_type twin_type(const twin *t, size_t c) {
  bool has[T_TEXT + 1] = {false};
  for (size_t r = 1; r < t->n_rows; r++) {
    char s[4096];
    const char *text = t->fields[t->row_start[r] + c].text;
    has[declared(trimmed(text, s)) ? T_NONE : twin_value(text)] = true;
  }
  const bool numeric = has[T_INTEGER] || has[T_NUMBER] || has[T_BIG];
  if (has[T_TEXT] || (has[T_DATE] && numeric)) return SX_TEXT;
  if (has[T_DATE]) return SX_DATE;
  if (has[T_NUMBER]) return SX_NUMBER;
  return has[T_BIG] ? SX_TEXT : SX_INTEGER;
}

/* The cell as dump_cell prints it. */
static void twin_cell(sx_buf *out, const twin_field *f, sx_type type) {
  char s[4096], number[SX_DOUBLE_TEXT_MAX];
  if (type == SX_TEXT) {
    if (!*f->text && !f->quoted)
      sx_buf_add(out, "~");
    else
      sx_buf_printf(out, "%s%s", declared(f->text) ? "!" : "", f->text);
    return;
  }
  trimmed(f->text, s);
  const twin_kind kind = twin_value(s);
  const bool fits = type == SX_DATE      ? kind == T_DATE
                    : type == SX_INTEGER ? kind == T_INTEGER
                                         : kind == T_INTEGER || kind == T_NUMBER || kind == T_BIG;
  if (!fits) {
    sx_buf_add(out, "~");
    return;
  }
  if (type == SX_DATE) {
    sx_buf_add(out, s);
    return;
  }
  const double v = strtod(s, NULL);
  if (v == -1) sx_buf_add(out, "!");
  if (type == SX_INTEGER)
    sx_buf_printf(out, "%lld", strtoll(s, NULL, 10));
  else
    sx_buf_add_n(out, number, sx_text_from_double(number, v));
}

static char *twin_dump(const twin *t) {
  sx_buf out;
  sx_buf_init(&out, NULL);
  for (size_t c = 0; c < t->row_start[1]; c++) {
    const sx_type type = twin_type(t, c);
    sx_buf_printf(&out, "%s %s:", t->fields[c].text, sx_type_name(type));
    for (size_t r = 1; r < t->n_rows; r++) {
      sx_buf_add(&out, r > 1 ? "|" : " ");
      twin_cell(&out, &t->fields[t->row_start[r] + c], type);
    }
    if (type == SX_TEXT) { /* levels in order of first appearance */
      sx_buf_add(&out, " {");
      bool first = true;
      for (size_t r = 1; r < t->n_rows; r++) {
        const twin_field *f = &t->fields[t->row_start[r] + c];
        bool seen = !*f->text && !f->quoted;
        for (size_t q = 1; q < r && !seen; q++) {
          const twin_field *g = &t->fields[t->row_start[q] + c];
          seen = strcmp(f->text, g->text) == 0 && (*g->text || g->quoted);
        }
        if (!seen) sx_buf_printf(&out, "%s%s", first ? "" : ",", f->text), first = false;
      }
      sx_buf_add(&out, "}");
    }
    sx_buf_add(&out, "\n");
  }
  return sx_buf_take(&out);
}

/* ---- random texts ---------------------------------------------------------------------------------------------------- */

static void random_value(sx_buf *out, uint64_t *s, uint32_t kind) {
  static const char *const any[] = {"",     "x",     "-1", " ",  "-0",   "007", "1e3", "é北", "9223372036854775808",
                                    "\"\"", "\"x\"", "1.", ".5", "5\" p"};
  switch (kind) {
  case 0:
    sx_buf_printf(out, "%s%u", roll(s, 4) ? "" : "-", roll(s, roll(s, 2) ? 10 : 100000));
    break;
  case 1:
    sx_buf_printf(out, "%u.%0*u", roll(s, 1000), (int)roll(s, 12) + 1, roll(s, 1000));
    break;
  case 2:
    sx_buf_printf(out, "20%02u-%02u-%02u", roll(s, 100), roll(s, 12) + 1, roll(s, 28) + 1);
    break;
  case 3: {
    sx_buf_add(out, "\"");
    for (uint32_t n = roll(s, 12); n; n--) {
      static const char *const bits[] = {"a", "\n", "\r\n", ",", "\"\"", "1", " ", "京"};
      sx_buf_add(out, bits[roll(s, 8)]);
    }
    sx_buf_add(out, "\"");
    break;
  }
  case 4:
    sx_buf_add(out, any[roll(s, sizeof any / sizeof *any)]);
    break;
  default:
    sx_buf_printf(out, "w%u", roll(s, 5));
    break;
  }
}

/* `wild`: one in so many fields is of any kind, one in so many bytes of trouble; 0 none. */
static void random_text(sx_buf *out, uint64_t *s, uint32_t wild) {
  uint32_t columns = 1 + roll(s, 4), kinds[4], rows = roll(s, 60);
  const char *line_end = roll(s, 3) ? "\n" : "\r\n";
  for (uint32_t c = 0; c < columns; c++) {
    kinds[c] = roll(s, 6);
    sx_buf_printf(out, "%sc%u", c ? "," : "", c);
  }
  sx_buf_add(out, line_end);
  for (uint32_t r = 0; r < rows; r++) {
    for (uint32_t c = 0; c < columns; c++) {
      if (c) sx_buf_add(out, ",");
      if (roll(s, 12) == 0) continue;
      random_value(out, s, wild && roll(s, wild) == 0 ? roll(s, 6) : kinds[c]);
      if (wild && roll(s, 40 * wild) == 0) {
        static const char *const trouble[] = {",", "\"", "\n", "\r", "\"\n", "z"};
        sx_buf_add(out, trouble[roll(s, 6)]);
      }
    }
    if (r + 1 < rows || roll(s, 3)) sx_buf_add(out, line_end);
  }
  for (uint32_t k = roll(s, 8) ? 0 : roll(s, 4); k; k--) sx_buf_add(out, line_end);
}

static sx_status read_blocks(sx_table **t, const sx_ctx *ctx, const char *text, size_t n, size_t block, sx_error *err) {
  /* exactly as long as the text, so that the sanitizer sees a read behind it */
  unsigned char *copy = malloc(n ? n : 1);
  if (n) memcpy(copy, text, n);
  const sx_io__source source = {.ctx = ctx, .name = "t.csv", .data = copy, .n = n};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.missing = MISSING;
  o.n_missing = 2;
  const sx_status st = sx_io__csv_read(t, &source, &o, ',', block, err);
  free(copy);
  return st;
}

static bool agrees(const twin *t, const char *want, const char *text, size_t n, int threads, size_t block) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = threads;
  sx_error err = SX_ERROR_INIT;
  sx_table *table = NULL;
  const sx_status st = read_blocks(&table, &ctx, text, n, block, &err);
  bool same;
  if (t->fault) {
    char where[64];
    (void)snprintf(where, sizeof where, "t.csv:%zu", t->fault_line);
    same = st == SX_E_PARSE && strstr(err.message, t->fault) && strncmp(err.where, where, strlen(where)) == 0;
    if (!same)
      SXT_FAIL("block %zu: twin says %zu: %s; reader %d '%s' '%s'\n<<%s>>", block, t->fault_line, t->fault, (int)st,
               err.where, err.message, text);
  } else {
    char *got = table ? dump(table) : NULL;
    same = got && strcmp(got, want) == 0;
    if (!same)
      SXT_FAIL("block %zu: %s %s\n<<%s>>\ngot\n%s\nwant\n%s", block, err.where, err.message, text, got ? got : "(none)",
               want);
    sx_mem_free(NULL, got);
  }
  sx_table_free(table);
  return same;
}

/* Returns whether the text was sound; counts that both sorts occur. */
static bool one_text(const sx_buf *text) {
  twin t;
  twin_split(&t, text->data, text->data + text->n);
  char *want = t.fault ? NULL : twin_dump(&t);
  static const size_t blocks[] = {0, 64, 100, 333};
  for (size_t k = 0; k < 4; k++) {
    if (!agrees(&t, want, text->data, text->n, k & 1 ? 2 : 1, blocks[k])) break;
  }
  const bool sound = !t.fault;
  sx_mem_free(NULL, want);
  twin_free(&t);
  return sound;
}

static void random_texts(uint64_t seed, int n, uint32_t wild, int least_sound, int least_faulty) {
  uint64_t s = seed;
  int sound = 0, before = sxt_failures;
  sx_buf text;
  sx_buf_init(&text, NULL);
  for (int i = 0; i < n && sxt_failures < before + 3; i++) {
    sx_buf_reset(&text);
    random_text(&text, &s, wild);
    sound += one_text(&text);
  }
  sx_buf_clear(&text);
  CHECK(sound >= least_sound);
  CHECK(n - sound >= least_faulty);
}

/* Odd values behind the sample that the kinds are guessed from: every misfit is met in the fast loops. */
static void test_late_values(void) {
  uint64_t s = 4;
  sx_buf text;
  sx_buf_init(&text, NULL);
  for (int i = 0; i < 400 && sxt_failures < 3; i++) {
    sx_buf_reset(&text);
    const uint32_t kinds[2] = {roll(&s, 3), roll(&s, 6)};
    sx_buf_add(&text, "c0,c1\n");
    for (int r = 0; r < 530; r++) {
      const bool late = r >= 515;
      for (int c = 0; c < 2; c++) {
        random_value(&text, &s, late && roll(&s, 4) == 0 ? roll(&s, 5) : kinds[c]);
        sx_buf_add(&text, c ? "\n" : ",");
      }
    }
    (void)one_text(&text);
  }
  sx_buf_clear(&text);
}

static void test_sound_texts(void) {
  random_texts(1, 1500, 0, 1500, 0);
}
static void test_mixed_texts(void) {
  random_texts(2, 3000, 4, 300, 300);
}
static void test_wild_texts(void) {
  random_texts(3, 1500, 1, 10, 300);
}

/* ---- thread counts on something large ---------------------------------------------------------------------------------- */

static uint64_t digest(const sx_table *t) {
  uint64_t h = 14695981039346656037u;
#define MIX(ptr, n)                                                                                                    \
  for (size_t i_ = 0; i_ < (n); i_++) h = (h ^ ((const unsigned char *)(ptr))[i_]) * 1099511628211u
  for (size_t c = 0; c < sx_table_columns(t); c++) {
    const sx_column *col = sx_table_get(t, c);
    MIX(col->name, strlen(col->name));
    MIX(&col->type, sizeof col->type);
    MIX(col->data.i64, col->n * (col->dict ? 4 : 8));
    if (col->miss) MIX(col->miss, col->n);
    for (size_t k = 0; k < sx_dict_count(col->dict); k++) {
      size_t n;
      const char *text = sx_dict_get(col->dict, (int32_t)k, &n);
      MIX(text, n + 1);
    }
  }
#undef MIX
  return h;
}

/* Several megabytes; the last value of one column makes it text, of another a number; one stray quote in the odd run. */
static void large_text(sx_buf *out, bool stray) {
  uint64_t s = 11;
  enum { ROWS = 120000 };
  sx_buf_add(out, "id,name,note,late,x,d\n");
  for (int i = 0; i < ROWS; i++) {
    sx_buf_printf(out, "%d,n%u,", i, roll(&s, 30000));
    if (roll(&s, 4) == 0) random_value(out, &s, 3);
    sx_buf_printf(out, ",%s,%u", i == ROWS - 1 ? "end" : "5", roll(&s, 100));
    if (i == ROWS - 2) sx_buf_add(out, ".5");
    sx_buf_add(out, ",");
    if (roll(&s, 5)) random_value(out, &s, 2);
    sx_buf_add(out, "\n");
    if (stray && i == ROWS / 2) sx_buf_add(out, "-1,5\" pipe,,5,1,\n");
  }
}

static void same_for_threads(bool stray) {
  sx_buf text;
  sx_buf_init(&text, NULL);
  large_text(&text, stray);
  uint64_t first = 0;
  static const int threads[] = {1, 2, 8};
  static const size_t blocks[] = {0, 0, 0, 7777, 100000};
  for (size_t k = 0; k < 5; k++) {
    sx_ctx ctx = SX_CTX_INIT;
    ctx.n_threads = threads[k % 3];
    sx_table *t = NULL;
    REQUIRE_OK(read_blocks(&t, &ctx, text.data, text.n, blocks[k], err));
    CHECK_INT(sx_table_rows(t), 120000 + stray);
    CHECK_INT(sx_table_find(t, "late")->type, SX_TEXT);
    CHECK_INT(sx_table_find(t, "x")->type, SX_NUMBER);
    CHECK_INT(sx_table_find(t, "d")->type, SX_DATE);
    CHECK_STR(sx_dict_get(sx_table_find(t, "late")->dict, 1, NULL), "end");
    const uint64_t h = digest(t);
    if (!k) first = h;
    CHECK(h == first);
    sx_table_free(t);
  }
  sx_buf_clear(&text);
}

static void test_threads(void) {
  same_for_threads(false);
}
static void test_threads_stray_quote(void) {
  same_for_threads(true);
}

/* Well-formed quotes must not need the state machine, whatever the block. */
static void test_quick_index_suffices(void) {
  uint64_t s = 21;
  static const size_t blocks[] = {64, 65, 127, 1000, 4096};
  for (int i = 0; i < 300; i++) {
    sx_buf text;
    sx_buf_init(&text, NULL);
    sx_buf_add(&text, "a,b\n");
    for (int r = 0; r < 40; r++) {
      random_value(&text, &s, 3);
      sx_buf_add(&text, ",");
      random_value(&text, &s, roll(&s, 2) ? 3 : 0);
      sx_buf_add(&text, "\n");
    }
    const bool stray = i % 10 == 9;
    if (stray) sx_buf_add(&text, "5\" x \" y\",1\n5\",2\n");
    const sx_ctx ctx = SX_CTX_INIT;
    const sx_read_options o = SX_READ_OPTIONS_INIT;
    const sx_io__source source = {.ctx = &ctx, .name = "t", .data = (const unsigned char *)text.data, .n = text.n};
    csv_file file;
    REQUIRE_OK(sx_io__csv_open_file(&file, &source, &o, ',', blocks[i % 5], err));
    CHECK_OK(sx_io__csv_check(&file, err));
    CHECK_INT(file.n_rows, 40 + 2 * stray);
    if (!stray) CHECK(!file.exact);
    sx_io__csv_close_file(&file);
    sx_buf_clear(&text);
  }
}

SXT_MAIN(SXT_CASE(test_sound_texts), SXT_CASE(test_mixed_texts), SXT_CASE(test_wild_texts), SXT_CASE(test_late_values),
         SXT_CASE(test_threads), SXT_CASE(test_threads_stray_quote), SXT_CASE(test_quick_index_suffices))
