/* release_rule_pattern.c: cells as texts, and patterns: PCRE2 in UTF-8, for R's extended expressions too (a backslash in brackets is a character
 * there, and \< \> are the ends of words). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <math.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "release_rule_priv.h"

/* ---- cells -------------------------------------------------------------------------------------------------------------------------- */

enum { R_DIGITS = 15 }; /* as.character() of a number */

/* R's choice: the fewest of up to 15 digits that give the same 15, with an exponent only where that is shorter. */
static void number_text(char own[SX_RULE_NUMBER_TEXT], double value) {
  char full[SX_RULE_NUMBER_TEXT], sci[SX_RULE_NUMBER_TEXT], fixed[400];
  int digits = R_DIGITS;
  (void)snprintf(full, sizeof full, "%.*e", R_DIGITS - 1, value);
  const char *e = strchr(full, 'e');
  while (digits > 1 && full[(e - full) - 1 - (R_DIGITS - digits)] == '0') digits--;
  (void)snprintf(sci, sizeof sci, "%.*e", digits - 1, value);
  const int power = (int)strtol(strchr(sci, 'e') + 1, NULL, 10);
  const int decimals = digits - 1 - power > 0 ? digits - 1 - power : 0;
  (void)snprintf(fixed, sizeof fixed, "%.*f", decimals, value);
  (void)snprintf(own, SX_RULE_NUMBER_TEXT, "%s", strlen(fixed) <= strlen(sci) ? fixed : sci);
}

const char *sx_release__cell_text(char own[SX_RULE_NUMBER_TEXT], const sx_column *c, size_t row) {
  if (sx_column_missing(c, row)) return NULL;
  switch (c->type) {
  case SX_CATEGORY:
  case SX_TEXT:
    return sx_dict_get(c->dict, c->data.code[row], NULL);
  case SX_DATE:
    (void)sx_date_text(own, c->data.i64[row]);
    return own;
  case SX_PERIOD:
    (void)sx_period_text(own, c->data.i64[row]);
    return own;
  case SX_INTEGER:
    (void)snprintf(own, SX_RULE_NUMBER_TEXT, "%lld", (long long)c->data.i64[row]);
    return own;
  case SX_NUMBER:
    break;
  }
  if (isnan(c->data.f64[row])) return NULL;
  number_text(own, c->data.f64[row]);
  return own;
}

/* ---- patterns ------------------------------------------------------------------------------------------------------------------------- */

struct sx_release__pattern {
  sx_ctx ctx;
  char *fixed; /* PATTERN_FIXED */
  pcre2_general_context *memory;
  pcre2_code *code;
  pcre2_match_data *match;
};

static void *take(size_t n, void *data) {
  return sx_mem_alloc(data, n, 1);
}
static void give(void *ptr, void *data) {
  sx_mem_free(data, ptr);
}

/* An extended expression as PCRE2 reads it. */
static void extended(sx_buf *out, const char *at) {
  bool inside = false;
  for (; *at; at++) {
    if (inside) {
      if (*at == '[' && (at[1] == ':' || at[1] == '.' || at[1] == '=')) { /* [:alpha:] whole */
        const char mark[] = {at[1], ']', '\0'}, *end = strstr(at + 2, mark);
        if (end) {
          sx_buf_add_n(out, at, (size_t)(end + 2 - at));
          at = end + 1;
          continue;
        }
      }
      if (*at == '\\') sx_buf_add_char(out, '\\');
      if (*at == ']') inside = false;
    } else if (*at == '\\' && at[1]) {
      at++;
      if (*at == '<' || *at == '>') {
        sx_buf_add(out, *at == '<' ? "\\b(?=\\w)" : "\\b(?<=\\w)");
        continue;
      }
      sx_buf_add_char(out, '\\');
    } else if (*at == '[') {
      inside = true;
      sx_buf_add_char(out, '[');
      if (at[1] == '^') sx_buf_add_char(out, *++at);
      if (at[1] == ']') {
        sx_buf_add(out, "\\]");
        at++;
      }
      continue;
    }
    sx_buf_add_char(out, *at);
  }
}

static sx_status compile(sx_release__pattern *p, const char *text, bool ignore_case, sx_error *err) {
  int code = 0;
  PCRE2_SIZE at = 0;
  p->memory = pcre2_general_context_create(take, give, &p->ctx);
  if (!p->memory) return sx_error_memory(err);
  pcre2_compile_context *how = pcre2_compile_context_create(p->memory);
  if (!how) return sx_error_memory(err);
  p->code =
      pcre2_compile((PCRE2_SPTR)text, strlen(text), PCRE2_UTF | (ignore_case ? PCRE2_CASELESS : 0), &code, &at, how);
  pcre2_compile_context_free(how);
  if (!p->code) {
    PCRE2_UCHAR why[120] = "";
    if (code == PCRE2_ERROR_HEAP_FAILED || code == 121) return sx_error_memory(err); /* 121: no memory to compile */
    (void)pcre2_get_error_message(code, why, sizeof why);
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the pattern '%s' is wrong near character %zu: %s", text,
                        sx_utf8_count(text, at) + 1, (const char *)why);
  }
  p->match = pcre2_match_data_create(1, p->memory);
  return p->match ? SX_OK : sx_error_memory(err);
}

sx_status sx_release__pattern_new(sx_release__pattern **out, const sx_ctx *ctx, const char *text,
                                  sx_release__pattern_kind kind, bool ignore_case, sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  sx_release__pattern *p = sx_mem_zalloc(ctx, 1, sizeof *p);
  sx_buf own;
  if (!p) return sx_error_memory(err);
  p->ctx = ctx ? *ctx : standard;
  sx_buf_init(&own, ctx);
  if (kind == PATTERN_EXTENDED) extended(&own, text);
  sx_status status = sx_buf_status(&own, err);
  if (status == SX_OK && kind == PATTERN_FIXED) {
    p->fixed = sx_mem_strdup(ctx, text);
    if (!p->fixed) status = sx_error_memory(err);
  } else if (status == SX_OK) {
    status = compile(p, kind == PATTERN_EXTENDED && own.data ? own.data : text, ignore_case, err);
  }
  sx_buf_clear(&own);
  if (status == SX_OK)
    *out = p;
  else
    sx_release__pattern_free(p);
  return status;
}

void sx_release__pattern_free(sx_release__pattern *p) {
  if (!p) return;
  const sx_ctx ctx = p->ctx;
  pcre2_match_data_free(p->match);
  pcre2_code_free(p->code);
  pcre2_general_context_free(p->memory);
  sx_mem_free(&ctx, p->fixed);
  sx_mem_free(&ctx, p);
}

sx_status sx_release__pattern_match(bool *out, const sx_release__pattern *p, const char *text, sx_error *err) {
  if (p->fixed) {
    *out = strstr(text, p->fixed) != NULL;
    return SX_OK;
  }
  const int found = pcre2_match(p->code, (PCRE2_SPTR)text, strlen(text), 0, 0, p->match, NULL);
  if (found == PCRE2_ERROR_NOMEMORY) return sx_error_memory(err);
  if (found < 0 && found != PCRE2_ERROR_NOMATCH)
    return sx_error_set(err, SX_E_LIMIT, NULL, "the pattern takes too many steps on '%.60s': write it more simply",
                        text);
  *out = found >= 0;
  return SX_OK;
}

void sx_release__glob(sx_buf *out, const char *glob) {
  sx_buf_add_char(out, '^');
  for (; *glob; glob++) {
    if (*glob == '*') {
      sx_buf_add(out, ".*");
    } else if (*glob == '?') {
      sx_buf_add_char(out, '.');
    } else {
      if (strchr(".()[]{}+^$|\\", *glob)) sx_buf_add_char(out, '\\');
      sx_buf_add_char(out, *glob);
    }
  }
  sx_buf_add_char(out, '$');
}
