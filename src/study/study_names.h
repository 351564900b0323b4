/* study_names.h: parts of a study by their names, domains, statistics, units and paths; numbers and texts as the report writes them. */
#ifndef SX_STUDY_NAMES_H
#define SX_STUDY_NAMES_H

#include "study_parts.h"

size_t study__find_table(const sx_study *s, const char *id);
size_t study__find_derived(const sx_study *s, const char *id);
size_t study__find_benchmark(const sx_study *s, const char *id);
bool study__domain_is(const sx_study *s, const st_domain *d, const char *name); /* "age:20-29*rural" */
/* Whether a benchmark says its value in the domain (for a group of levels: in some level). */
bool study__benchmark_has(const st_benchmark *b, const st_domain *d, const sx_study *s);
bool study__benchmark_in(const st_benchmark *b, const char *domain); /* of a concrete domain, by its name */
/* Whether everything in a formula that comes from outside has a value of its own in the concrete domain. */
bool study__formula_in(const sx_study *s, const st_formula *f, const char *domain);
bool study__formula_has(const sx_study *s, const st_formula *f, const st_domain *d); /* the same; in some level of it */
size_t study__find_group(const sx_study *s, const char *id, size_t n);
size_t study__find_indicator(const sx_study *s, const char *id, size_t n);
size_t study__find_account(const sx_study *s, const char *id, size_t n);
size_t study__find_node(const st_account *a, const char *id);
/* study_account_check.c */
/* Every formula of an account, one by one; NULL past the last. *domains: whether it is made anew for each domain. */
st_formula *study__account_formula(const st_account *a, size_t i, bool *domains);
void study__check_account_reference(const sx_study *s, const sx_reference *ref, const char *slash, char message[256]);
bool study__unit_counts(
    const char *unit); /* people, households, items ..., with or without a scale: no money, no share */
/* The message, or "" where the format fits what is referred to or nothing is known. */
void study__unit_format(const sx_study *s, const sx_reference *ref, const char *format, char message[256]);
/* Unit of a statistic of an account: its own, "%" for growth and shares of a change, "pp", NULL for plain shares. */
const char *study__account_unit(const st_account *a, const char *statistic);
/* ", did you mean 'x'?" or "" into out. kinds: letters of d(erived) b(enchmark) g(roup) i(ndicator) a(ccount) t(able). */
const char *study__near(const sx_study *s, char out[160], const char *text, const char *kinds);
bool study__same_domain(const st_domain *a, const st_domain *b); /* the same terms */
bool study__covers(const st_domain *a, const st_domain *b);      /* b is a, or a level of a */
/* Statistics of an indicator in the store, the first its own (study_kind.c). */
bool study__is_formula(const st_indicator *ind);
size_t study__stat_count(const st_indicator *ind);
const char *study__stat_at(const st_indicator *ind, size_t i);
const char *study__stat_name(const st_indicator *ind);              /* the first */
size_t study__stat_find(const st_indicator *ind, const char *name); /* ST_NONE */
/* The domain of a reference in the form of the store's rows: "total", "z", "z*age:20-29", "scope:narrow"; arena memory. */
char *study__domain_text(const sx_study *s, const st_domain *d,
                         sx_arena *arena); /* "z*age:20-29", "total"; NULL: no memory */
char *study__reference_domain(const sx_study *s, const sx_reference *ref, sx_arena *arena);
/* The domain that a reference names, in the study's groups; false with the message otherwise. Levels are borrowed. */
bool study__reference_groups(const sx_study *s, st_domain *out, const sx_reference *ref, char message[256]);
/* Paths: beside the study, in root, or in the --data folder; arena memory, NULL when out of memory. */
const char *study__path(const sx_study *s, sx_arena *arena, const char *file);
void study__sample_spec(sx_buf *out, const st_table *t); /* what decides a generated sample, but for its model */
const char *study__data_path(const sx_study *s, sx_arena *arena, const st_table *table, const char *file);
/* A reference checked against what the study will make; the message goes to `message` (cut), empty when all is well. */
void study__check_reference(const sx_study *s, const sx_reference *ref, char message[256]);
/* The node's place, NULL: the file; column from 1: of that character of a scalar's text, 0: of the node. */
void study__place_in(char out[SX_ERROR_WHERE_MAX], const sx_study *s, const sx_node *node, size_t column);
/* Where a number that is bound to no result stands in the study file, of those that no narrative has (titles, notes, labels): the source of its trace. */
struct sx_audit_traces;
sx_status study__place_typed(const sx_study *s, struct sx_audit_traces *traces, sx_error *err) SX_NODISCARD;
/* Puts the node's place ("study.yaml:12:5") before the error's own where, unless it stands there already. */
void study__add_place(sx_error *err, const sx_study *s, const sx_node *node);
/* The unit of a printed figure: its scale (亿人 1e8, % 0.01) and what is left (人, ""). */
double study__unit_scale(const char *unit, const char **rest);
/* Where the unit of a format begins: behind "auto"; "" where that has none ("auto plain"). */
const char *study__format_unit(const char *format);
/* A number beside a text, never with an exponent: rounded to `figures` significant ones, its last zeros left out; those of `figures` whole digits and more with the
 * separators of the language's sentences; below half of the sixth decimal 0. */
void study__put_figures(sx_buf *out, double value, int figures, bool chinese);

#endif
