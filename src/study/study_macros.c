/* study_macros.c: `macros:` of a study file: sentences of the author's own, {NAME: {zh: "...", en: "...", params: {unit: 亿人}}}. */
#include <string.h>

#include "study_load.h"

/* What is placed stands in the text itself, where it can be found. */
static void check_body(st_load *l, const sx_node *node, const char *body) {
  static const char *const words[] = {"{{figure ", "{{table ", "{{box "};
  for (size_t i = 0; body && i < sizeof words / sizeof *words; i++) {
    if (strstr(body, words[i]))
      study__problem(l, node, "a macro holds sentences: '%s...}}' stands in the text itself", words[i]);
  }
}

static const char *const *read_params(st_load *l, const sx_node *params) {
  if (!params || !study__is_map(l, params, "params")) return NULL;
  const char **list = study__take(l, 2 * params->n + 1, sizeof *list);
  for (size_t i = 0; list && i < params->n; i++) {
    list[2 * i] = params->keys[i]->text;
    list[2 * i + 1] = params->items[i]->kind == SX_NODE_SCALAR ? params->items[i]->text : "";
    if (params->items[i]->kind != SX_NODE_SCALAR)
      study__problem(l, params->items[i], "what an option is where nothing is said is a text: 'params: {unit: 亿人}'");
  }
  return list;
}

void study__read_macros(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  if (!study__is_map(l, root, "macros")) return;
  s->macros = study__take(l, root->n, sizeof *s->macros);
  for (size_t i = 0; s->macros && i < root->n; i++) {
    const sx_node *node = root->items[i];
    const char *name = root->keys[i]->text;
    if (!study__is_map(l, node, "a macro")) continue;
    ST_KEYS(l, node, "zh", "en", "params");
    const sx_text2 text = {study__text(l, node, "zh"), study__text(l, node, "en")};
    if (!sx_report_macro_name(name))
      study__problem(l, root->keys[i],
                     "a macro cannot be called '%s': letters, digits and _, no word that has a meaning in {{...}}",
                     name);
    if (!text.zh && !text.en) study__problem(l, node, "a macro needs a text: 'zh:', 'en:' or both");
    check_body(l, sx_node_get(node, "zh"), text.zh);
    check_body(l, sx_node_get(node, "en"), text.en);
    s->macros[s->n_macros++] = (sx_report_macro){name, text, read_params(l, sx_node_get(node, "params"))};
  }
}
