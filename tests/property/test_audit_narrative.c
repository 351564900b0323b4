/* The narrative of the bundled study with its numbers printed, as someone's text against the study's results: how many of its numbers are matched, whether any
 * untouched one is said to differ, and how many of planted wrong numbers are found at their places. */
#include "sxt.h"

#include <glob.h>

#include "shuxiao/audit_text.h"
#include "shuxiao/report.h"

enum { PLANTS = 5, BYTES = 256 * 1024, NUMBERS = 1000, CHAPTERS = 8 };

/* The chapters of results of one language in order, 00 to 07; those after them tell of methods and quality. */
static bool next_file(char *path, size_t cap, sx_lang lang, size_t number) {
  glob_t found = {0};
  if (number >= CHAPTERS) return false;
  char pattern[120];
  (void)snprintf(pattern, sizeof pattern, "studies/digital-consumption-2025h1/narrative/%s/%02zu-*.md",
                 lang == SX_LANG_ZH ? "zh" : "en", number);
  const bool there = glob(pattern, 0, NULL, &found) == 0;
  if (there) (void)snprintf(path, cap, "%s", found.gl_pathv[0]);
  globfree(&found);
  return there;
}

static char folder[] = "/tmp/sx_narrative_XXXXXX";
static char store_path[64];

/* A digit of a printed number changed: the second significant one, so that the size stays alike. */
static bool plant(char *number) {
  char *digits[32];
  size_t n = 0;
  for (char *c = number; *c && n < 32; c++) {
    if (*c >= '0' && *c <= '9' && (n || *c != '0')) digits[n++] = c;
  }
  if (n < 2) return false;
  *digits[1] = (char)('0' + (*digits[1] - '0' + 4) % 10);
  return true;
}

static bool find_row(sx_store_row *row, sx_reference *r, sx_store *store, int64_t run, const char *name, size_t n) {
  bool found = false;
  if (sx_reference_parse(r, name, n, NULL) != SX_OK) return false;
  return sx_reference_find(&found, row, store, run, r, NULL) == SX_OK && found;
}

static double field(const sx_store_row *row, const char *name) {
  return strcmp(name, "se") == 0     ? row->se
         : strcmp(name, "low") == 0  ? row->low
         : strcmp(name, "high") == 0 ? row->high
                                     : row->estimate;
}

typedef struct printed {
  char text[BYTES];
  size_t n, at[NUMBERS], planted[NUMBERS], n_numbers, n_planted;
} printed;

/* {{name | format}} printed; every PLANTS-th number, from `which` on, wrong. which < 0: none. */
static void print_number(printed *out, sx_store *store, int64_t run, const char *binding, size_t n, sx_lang lang,
                         int which) {
  char format[64] = "";
  const char *bar = memchr(binding, '|', n);
  sx_store_row row;
  sx_reference r;
  sx_buf buf;
  if (!bar) return;
  REQUIRE(out->n_numbers < NUMBERS);
  size_t k = (size_t)(bar - binding);
  while (k && binding[k - 1] == ' ') k--;
  while (k && *binding == ' ') binding++, k--;
  if (memchr(binding, ' ', k)) return; /* a word of the author, {{ci x | % 1}}: more than a number */
  if (strncmp(binding, "published/F", 11) == 0)
    return; /* printed elsewhere, and quoted since it contradicts the result */
  (void)snprintf(format, sizeof format, "%.*s", (int)(binding + n - bar - 1), bar + 1);
  for (size_t i = 0; format[i]; i++) {
    if (format[i] == '}') format[i] = '\0';
  }
  if (!find_row(&row, &r, store, run, binding, k)) {
    SXT_FAIL("no result '%.*s'", (int)k, binding);
    return;
  }
  sx_buf_init(&buf, NULL);
  CHECK_OK(sx_report_format(&buf, field(&row, r.field), format, lang, err));
  const bool wrong = which >= 0 && out->n_numbers % PLANTS == (size_t)which && plant(buf.data);
  if (wrong) out->planted[out->n_planted++] = out->n;
  out->at[out->n_numbers++] = out->n;
  memcpy(out->text + out->n, buf.data, buf.n);
  out->n += buf.n;
  sx_buf_clear(&buf);
}

static void print_narrative(printed *out, sx_store *store, int64_t run, sx_lang lang, int which) {
  memset(out, 0, sizeof *out);
  char path[200];
  for (size_t f = 0; next_file(path, sizeof path, lang, f); f++) {
    char *md = NULL;
    size_t n = 0;
    REQUIRE_OK(sx_file_read(&md, &n, NULL, path, err));
    REQUIRE(out->n + 2 * n < BYTES);
    for (size_t i = 0; i < n;) {
      const char *end = strncmp(md + i, "{{", 2) == 0 ? strstr(md + i, "}}") : NULL;
      if (end) {
        print_number(out, store, run, md + i + 2, (size_t)(end - md) - i - 2, lang, which);
        i = (size_t)(end - md) + 2;
      } else {
        out->text[out->n++] = md[i++];
      }
    }
    out->text[out->n++] = '\n';
    out->text[out->n++] = '\n';
    sx_mem_free(NULL, md);
  }
}

/* Byte of the text where a mark stands. */
static size_t byte_of(const printed *p, const sx_text_mark *m) {
  size_t line = 1, i = 0, column = 1;
  for (; line < m->line; i++) line += p->text[i] == '\n';
  for (; column < m->column; column++) {
    i++;
    while (((unsigned char)p->text[i] & 0xC0) == 0x80) i++;
  }
  return i;
}

typedef struct counts {
  size_t agree, differ, none, planted, found, named, false_alarms;
} counts;

static bool is_planted(const printed *p, size_t at) {
  for (size_t i = 0; i < p->n_planted; i++) {
    if (at >= p->planted[i] && at < p->planted[i] + 3) return true;
  }
  return false;
}

static void audit(counts *c, const printed *p, sx_store *store) {
  sx_audit_text *text = NULL;
  sx_audit_matches *all = NULL;
  REQUIRE_OK(sx_audit_text_parse(&text, NULL, SX_TEXT_MARKDOWN, p->text, p->n, "narrative.md", err));
  REQUIRE_OK(sx_audit_text_against(&all, text, store, -1, err));
  c->agree += all->n_agree;
  c->differ += all->n_differ;
  c->none += all->n_none;
  c->planted += p->n_planted;
  for (size_t i = 0; i < all->n; i++) {
    const sx_audit_match *m = &all->items[i];
    if (m->verdict != SX_MATCH_DIFFERS) continue;
    const sx_text_mark *mark = sx_audit_text_mark(text, m->mark);
    const bool wanted = is_planted(p, byte_of(p, mark));
    CHECK(m->expected && m->reference && mark->line > 0 && mark->column > 0);
    c->found += wanted;
    c->false_alarms += !wanted;
    if (!wanted)
      fprintf(stderr, "false alarm at %zu:%zu: %s, expected %s (%s)\n%.*s\n", mark->line, mark->column, m->reference,
              m->expected, m->reason ? m->reason : "",
              (int)mark->n + 150 < (int)byte_of(p, mark) ? (int)mark->n + 150 : (int)mark->n,
              p->text + (byte_of(p, mark) > 150 ? byte_of(p, mark) - 150 : byte_of(p, mark)));
  }
  sx_audit_matches_free(all);
  sx_audit_text_free(text);
}

static void narrative(void) {
  sx_store *store = NULL;
  sx_store_run run;
  static printed text;
  char command[200];
  REQUIRE(mkdtemp(folder) != NULL);
  (void)snprintf(command, sizeof command, "bash tests/cli/shared_run.sh '%s/s'", folder);
  if (system(command) != 0) SXT_FAIL("%s", command);
  (void)snprintf(store_path, sizeof store_path, "%s/s/out/results.db", folder);
  REQUIRE_OK(sx_store_open(&store, NULL, store_path, SX_STORE_READ, err));
  REQUIRE_OK(sx_store_latest(&run, store, err));
  for (int lang = 0; lang < 2; lang++) {
    counts clean = {0}, planted = {0};
    print_narrative(&text, store, run.id, (sx_lang)lang, -1);
    audit(&clean, &text, store);
    for (int which = 0; which < PLANTS; which++) {
      print_narrative(&text, store, run.id, (sx_lang)lang, which);
      audit(&planted, &text, store);
    }
    printf("%s: of %zu quantities as printed %zu agree, %zu differ, %zu are not matched; of %zu planted %zu are found "
           "at their place, %zu false alarms in "
           "%d copies\n",
           lang ? "en" : "zh", clean.agree + clean.differ + clean.none, clean.agree, clean.differ, clean.none,
           planted.planted, planted.found, planted.false_alarms, (int)PLANTS);
    CHECK_INT(clean.differ, 0);
    CHECK(clean.agree >= 170); /* 188 and 182 of 254 */
    CHECK(planted.planted > 60);
    CHECK((double)planted.found >= 0.6 * (double)planted.planted); /* 65% and 70% */
    CHECK(planted.false_alarms <= 2);
  }
  sx_store_close(store);
  (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command) != 0) SXT_FAIL("%s", command);
}

SXT_MAIN(SXT_CASE(narrative))
