/* Rules of R's words, and a plan with a table, the three parts divided by a line "---": no crash, no leak, whatever is in them. */
#include <stdint.h>
#include <string.h>

#include "shuxiao/release_rules.h"
#include "shuxiao/release_tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rules(const char *text, size_t n, const sx_table *table) {
  sx_doc *doc = NULL;
  sx_rules *r = NULL;
  sx_rules_outcome *o = NULL;
  if (sx_doc_parse_yaml(&doc, NULL, "r.yaml", text, n, NULL) == SX_OK &&
      sx_rules_read(&r, NULL, doc, sx_doc_root(doc), NULL, NULL) == SX_OK)
    (void)!sx_rules_check(&o, r, table, 3, NULL);
  sx_rules_outcome_free(o);
  sx_rules_free(r);
  sx_doc_free(doc);
}

static void protect(const char *text, size_t n, const sx_table *table) {
  const sx_release_plan usual = SX_RELEASE_PLAN_INIT;
  sx_release_plan plan = usual;
  sx_doc *doc = NULL;
  sx_arena *arena = NULL;
  sx_release_tables *built = NULL;
  sx_release_result *r = NULL;
  const sx_release_source source = {"t.csv", table};
  if (sx_arena_new(&arena, NULL, NULL) == SX_OK && sx_doc_parse_yaml(&doc, NULL, "p.yaml", text, n, NULL) == SX_OK &&
      sx_release_plan_read(&plan, arena, doc, sx_doc_root(doc), NULL) == SX_OK &&
      sx_release_tables_new(&built, NULL, &source, 1, &plan, NULL) == SX_OK && built->problem.n_cells <= 60 &&
      sx_release_primary(NULL, &built->problem, &plan.rules, NULL) == SX_OK) {
    plan.options.max_attacks = 2000;
    (void)!sx_release_suppress(&r, NULL, &built->problem, &plan.rules, &plan.options, NULL);
  }
  sx_release_result_free(r);
  sx_release_tables_free(built);
  sx_doc_free(doc);
  sx_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *part[3] = {(const char *)data, "", ""};
  size_t length[3] = {size, 0, 0}, k = 0;
  for (size_t i = 0; i + 4 <= size && k < 2; i++) {
    if (memcmp(data + i, "---\n", 4) != 0) continue;
    length[k] = (size_t)((const char *)data + i - part[k]);
    part[++k] = (const char *)data + i + 4;
    length[k] = size - i - 4;
  }
  sx_table *table = NULL;
  if (sx_io_read_memory(&table, NULL, "t.csv", part[0], length[0], NULL, NULL) != SX_OK) return 0;
  protect(part[1], length[1], table);
  rules(part[2], length[2], table);
  sx_table_free(table);
  return 0;
}
