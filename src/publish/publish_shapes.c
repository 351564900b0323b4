/* publish_shapes.c: rows grouped by the set of their variables, and each group laid out as a dense array. */
#include "publish_shapes.h"

#include <string.h>

enum { SIZE_LIMIT = 2000000 };

/* The observation's variables in the order of the cube's dimensions. */
static size_t variables_of(const pub_cube *cube, const pub_obs *o, size_t *out) {
  size_t n = 0;
  for (size_t d = 0; d < cube->n_dimensions; d++) {
    if (o->at[d]) out[n++] = d;
  }
  return n;
}

static sx_status add_obs(pub_shape *shape, sx_arena *arena, const pub_obs *o, sx_error *err) {
  if (!sx_arena_grow(arena, (void **)&shape->obs, &shape->cap_obs, shape->n_obs + 1, sizeof *shape->obs))
    return sx_error_memory(err);
  shape->obs[shape->n_obs++] = o;
  return SX_OK;
}

static sx_status new_shape(pub_shape **out, pub_shapes *shapes, sx_arena *arena, const size_t *variables, size_t n,
                           sx_error *err) {
  if (!sx_arena_grow(arena, (void **)&shapes->items, &shapes->cap, shapes->n + 1, sizeof *shapes->items))
    return sx_error_memory(err);
  size_t *copy = sx_arena_alloc(arena, n, sizeof *copy);
  if (!copy) return sx_error_memory(err);
  if (n) memcpy(copy, variables, n * sizeof *copy);
  shapes->items[shapes->n] = (pub_shape){.variables = copy, .n_variables = n};
  *out = &shapes->items[shapes->n++];
  return SX_OK;
}

static sx_status group(pub_shapes *shapes, const pub_cube *cube, sx_error *err) {
  sx_arena *arena = cube->run->arena;
  size_t *variables = sx_arena_alloc(arena, cube->n_dimensions + 1, sizeof *variables);
  if (!variables) return sx_error_memory(err);
  for (size_t i = 0; i < cube->n_obs; i++) {
    const size_t n = variables_of(cube, &cube->obs[i], variables);
    pub_shape *shape = NULL;
    for (size_t k = 0; k < shapes->n && !shape; k++) {
      pub_shape *s = &shapes->items[k];
      if (s->n_variables == n && (n == 0 || memcmp(s->variables, variables, n * sizeof *variables) == 0)) shape = s;
    }
    if (!shape) SX_TRY(new_shape(&shape, shapes, arena, variables, n, err));
    SX_TRY(add_obs(shape, arena, &cube->obs[i], err));
  }
  return SX_OK;
}

static size_t code_of(const pub_cube *cube, const pub_shape *shape, const pub_obs *o, size_t axis) {
  (void)cube;
  if (axis == 0) return o->content;
  if (axis == shape->n_axes - 1) return o->time;
  return o->at[shape->variables[axis - 1]];
}

static sx_status make_axis(pub_axis *axis, const pub_cube *cube, const pub_shape *shape, size_t a, sx_error *err) {
  sx_arena *arena = cube->run->arena;
  axis->dimension = a == 0                   ? &cube->content
                    : a == shape->n_axes - 1 ? &cube->time
                                             : &cube->dimensions[shape->variables[a - 1]];
  bool *seen = sx_arena_zalloc(arena, axis->dimension->n + 1, sizeof *seen);
  axis->codes = sx_arena_alloc(arena, axis->dimension->n + 1, sizeof *axis->codes);
  if (!seen || !axis->codes) return sx_error_memory(err);
  for (size_t i = 0; i < shape->n_obs; i++) seen[code_of(cube, shape, shape->obs[i], a)] = true;
  for (size_t c = 0; c < axis->dimension->n; c++) {
    if (seen[c]) axis->codes[axis->n++] = c;
  }
  return SX_OK;
}

static size_t place_in(const pub_axis *axis, size_t code) {
  size_t low = 0, high = axis->n; /* codes ascend */
  while (low + 1 < high) {
    const size_t mid = (low + high) / 2;
    if (axis->codes[mid] <= code)
      low = mid;
    else
      high = mid;
  }
  return low;
}

static const char *shape_id(const pub_cube *cube, const pub_shape *shape) {
  const char *id = shape->n_variables ? "" : "total";
  for (size_t i = 0; id && i < shape->n_variables; i++) {
    const char *own = cube->dimensions[shape->variables[i]].id;
    id = i ? sx_arena_printf(cube->run->arena, "%s_x_%s", id, own) : own;
  }
  return id;
}

static sx_status lay_out(pub_shape *shape, const pub_cube *cube, sx_error *err) {
  sx_arena *arena = cube->run->arena;
  shape->n_axes = shape->n_variables + 2;
  shape->axes = sx_arena_zalloc(arena, shape->n_axes, sizeof *shape->axes);
  if (!shape->axes) return sx_error_memory(err);
  shape->size = 1;
  for (size_t a = 0; a < shape->n_axes; a++) {
    SX_TRY(make_axis(&shape->axes[a], cube, shape, a, err));
    if (!sx_size_mul(&shape->size, shape->size, shape->axes[a].n)) shape->size = SIZE_MAX;
  }
  return SX_OK;
}

static sx_status fill(pub_shape *shape, const pub_cube *cube, sx_error *err) {
  const size_t n = shape->axes[0].n;
  shape->at = sx_arena_zalloc(cube->run->arena, shape->size + 1, sizeof *shape->at);
  shape->first = sx_arena_zalloc(cube->run->arena, n + 1, sizeof *shape->first);
  shape->mixed = sx_arena_zalloc(cube->run->arena, n + 1, sizeof *shape->mixed);
  if (!shape->at || !shape->first || !shape->mixed) return sx_error_memory(err);
  for (size_t i = 0; i < shape->n_obs; i++) {
    const pub_obs *o = shape->obs[i];
    const size_t content = place_in(&shape->axes[0], o->content);
    size_t place = 0;
    if (!shape->first[content]) shape->first[content] = o;
    if (strcmp(shape->first[content]->unit.code, o->unit.code) != 0) shape->mixed[content] = true;
    for (size_t a = 0; a < shape->n_axes; a++)
      place = place * shape->axes[a].n + place_in(&shape->axes[a], code_of(cube, shape, shape->obs[i], a));
    if (!shape->at[place]) shape->at[place] = shape->obs[i]; /* the first, where two rows have one name */
  }
  return SX_OK;
}

/* A shape that would be mostly empty becomes one per indicator. */
static sx_status split(pub_shapes *out, const pub_shape *shape, const pub_cube *cube, sx_error *err) {
  sx_arena *arena = cube->run->arena;
  for (size_t k = 0; k < shape->axes[0].n; k++) {
    pub_shape *part = NULL;
    SX_TRY(new_shape(&part, out, arena, shape->variables, shape->n_variables, err));
    for (size_t i = 0; i < shape->n_obs; i++) {
      if (shape->obs[i]->content == shape->axes[0].codes[k]) SX_TRY(add_obs(part, arena, shape->obs[i], err));
    }
    SX_TRY(lay_out(part, cube, err));
    part->id = sx_arena_printf(arena, "%s_%s", shape->id, cube->content.codes[shape->axes[0].codes[k]].code);
    if (!part->id) return sx_error_memory(err);
    if (part->size > SIZE_LIMIT)
      return sx_error_set(err, SX_E_LIMIT, part->id, "the crossing has %zu cells: too many for a dense file",
                          part->size);
    SX_TRY(fill(part, cube, err));
  }
  return SX_OK;
}

sx_status sx_publish__shapes(pub_shapes *out, const pub_cube *cube, sx_error *err) {
  pub_shapes groups = {NULL, 0, 0}, all = {NULL, 0, 0};
  SX_TRY(group(&groups, cube, err));
  for (size_t i = 0; i < groups.n; i++) {
    pub_shape *shape = &groups.items[i], *kept = NULL;
    SX_TRY(lay_out(shape, cube, err));
    shape->id = shape_id(cube, shape);
    if (!shape->id) return sx_error_memory(err);
    if (shape->size > SIZE_LIMIT || shape->size / 100 > shape->n_obs) {
      SX_TRY(split(&all, shape, cube, err));
      continue;
    }
    SX_TRY(fill(shape, cube, err));
    SX_TRY(new_shape(&kept, &all, cube->run->arena, shape->variables, shape->n_variables, err));
    *kept = *shape;
  }
  *out = all;
  return SX_OK;
}

void sx_publish__shape_label(sx_buf *out, const pub_cube *cube, const pub_shape *shape, sx_lang lang) {
  sx_buf_add(out, sx_publish__text(cube->run->title, lang));
  for (size_t i = 0; i < shape->n_variables; i++) {
    const pub_dimension *d = &cube->dimensions[shape->variables[i]];
    const char *label = sx_publish__text(d->label, lang);
    sx_buf_add(out, i ? (lang == SX_LANG_ZH ? "、" : ", ") : lang == SX_LANG_ZH ? "：" : ": ");
    sx_buf_add(out, *label ? label : d->id);
  }
  if (shape->axes[0].n == 1) {
    const pub_code *c = &cube->content.codes[shape->axes[0].codes[0]];
    sx_buf_printf(out, lang == SX_LANG_ZH ? "（%s）" : " (%s)", sx_publish__text(c->label, lang));
  }
}
