/* table_program.c: the registers of a bound program, and its end. Uses are counted from the last step backwards, then registers are
 * given by a scan forwards: a register is free again after the last use of what is in it. */
#include "table_expr_priv.h"

sx_status sx_table__program_registers(sx_table__program *p, sx_error *err) {
  sx_table__step *s = p->steps;
  if (!p->n_steps) return SX_OK;
  int32_t *spare = sx_arena_alloc(p->arena, p->n_steps, sizeof *spare);
  uint32_t *left = sx_arena_alloc(p->arena, p->n_steps, sizeof *left);
  if (!spare || !left) return sx_error_memory(err);
  size_t n_spare = 0;
  s[p->n_steps - 1].uses = 1;
  for (size_t i = p->n_steps; i-- > 0;) {
    const int32_t operands[] = {s[i].a, s[i].b, s[i].c};
    for (size_t k = 0; s[i].uses && k < 3; k++)
      if (operands[k] >= 0) s[operands[k]].uses++;
    left[i] = s[i].uses;
  }
  for (size_t i = 0; i < p->n_steps; i++) {
    if (!s[i].uses) continue;
    s[i].reg = n_spare ? spare[--n_spare] : p->n_regs++;
    const int32_t operands[] = {s[i].a, s[i].b, s[i].c};
    for (size_t k = 0; k < 3; k++)
      if (operands[k] >= 0 && --left[operands[k]] == 0) spare[n_spare++] = s[operands[k]].reg;
  }
  return SX_OK;
}

void sx_table__program_clear(sx_table__program *p) {
  for (size_t i = 0; i < p->n_dicts; i++) sx_dict_free(p->dicts[i]);
  sx_mem_free(&p->table->ctx, p->dicts);
  sx_mem_free(&p->table->ctx, p->steps);
  sx_arena_free(p->arena);
}
