/* publish_symbols.c: shorthand in place of numbers and beside them: Chinese yearbooks, the UK's Analysis Function, Destatis. */
#include "publish_symbols.h"

#include <math.h>
#include <string.h>

#include "shuxiao/release_quality.h"

#define WORDS                                                                                                          \
  {                                                                                                                    \
    {"无法获得或未能估计", "not available or could not be estimated"},                                                 \
        {"为避免识别个体而不公布", "suppressed, so that no one can be recognised"},                                    \
        {"不足最小计量单位", "less than half the last digit shown, but not zero"},                                     \
        {"误差较大或样本较少，请谨慎使用", "low reliability: large error or few cases"},                               \
  }
static const pub_symbols schemes[] = {
    [SX_SYMBOLS_CN] = {{"", "保密", "…", "*"}, WORDS},
    [SX_SYMBOLS_UK] = {{"[x]", "[c]", "[low]", "[u]"}, WORDS},
    [SX_SYMBOLS_DESTATIS] = {{".", "x", "0", "( )"}, WORDS},
};

const pub_symbols *sx_publish__symbols(sx_symbols scheme, sx_lang lang) {
  if (scheme == SX_SYMBOLS_OF_LANGUAGE) scheme = lang == SX_LANG_ZH ? SX_SYMBOLS_CN : SX_SYMBOLS_UK;
  return &schemes[scheme];
}

const char *sx_symbols_unreliable(const char **word, sx_symbols scheme, sx_lang lang) {
  const pub_symbols *symbols = sx_publish__symbols(scheme, lang);
  *word = symbols->word[PUB_SYMBOL_UNRELIABLE][lang];
  return symbols->text[PUB_SYMBOL_UNRELIABLE];
}

bool sx_publish__suppressed(const sx_store_row *row) {
  return row->na_reason && strstr(row->na_reason, "suppress") != NULL;
}

pub_symbol sx_publish__symbol_of(const sx_store_row *row) {
  if (isnan(row->estimate)) return sx_publish__suppressed(row) ? PUB_SYMBOL_SUPPRESSED : PUB_SYMBOL_MISSING;
  return sx_quality_is_low(row->quality) ? PUB_SYMBOL_UNRELIABLE : PUB_SYMBOL_KINDS;
}

const char *sx_publish__remark(const sx_store_row *row) {
  const bool own = row->quality && *row->quality && strcmp(row->quality, "model") != 0;
  return own && !isnan(row->estimate) && !sx_quality_is_low(row->quality) ? row->quality : NULL;
}

bool sx_publish__bare_note(const sx_document_node *note) {
  bool native = false;
  for (const sx_document_node *n = note->first ? note->first->next : NULL; n; n = n->next) {
    native = native || (n->kind == SX_DOC_RUN && n->text);
    if (n->kind == SX_DOC_RUN && n->text ? *n->text : n->kind != SX_DOC_TEXT || *n->text) return false;
  }
  return native;
}

sx_status sx_publish__find(bool *found, sx_store_row *out, const pub_run *run, const char *reference, sx_error *err) {
  sx_reference parsed;
  *found = false;
  if (!run->store) return SX_OK;
  if (!reference || sx_reference_parse(&parsed, reference, strlen(reference), NULL) != SX_OK) return SX_OK;
  sx_status status = sx_reference_find(found, out, run->store, run->id, &parsed, err);
  if (status == SX_OK && *found && run->source) {
    const sx_store_row lent = *out;
    status = sx_store_row_copy(out, run->arena, &lent, err);
  }
  return status;
}
