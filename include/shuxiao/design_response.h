/* design_response.h: what became of every sampled case: final dispositions after the AAPOR Standard Definitions. */
#ifndef SX_DESIGN_RESPONSE_H
#define SX_DESIGN_RESPONSE_H

#include "shuxiao/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The letters of the Standard Definitions. */
typedef enum sx_disposition {
  SX_DISPOSITION_COMPLETE,          /* I   1.1 */
  SX_DISPOSITION_PARTIAL,           /* P   1.2 */
  SX_DISPOSITION_REFUSAL,           /* R   2.1 refusal and break-off */
  SX_DISPOSITION_NONCONTACT,        /* NC  2.2 */
  SX_DISPOSITION_OTHER,             /* O   2.3, 2.9 */
  SX_DISPOSITION_UNKNOWN_HOUSEHOLD, /* UH  3.1 */
  SX_DISPOSITION_UNKNOWN_OTHER,     /* UO  3.2 .. 3.9 */
  SX_DISPOSITION_INELIGIBLE,        /* NE  4 */
  SX_N_DISPOSITIONS
} sx_disposition;
SX_API const char *const *sx_disposition_names(size_t *n); /* "complete" ... "ineligible": the words of --codes */

/* Which codes stand for a disposition. A code is a value as text, a label, or the head of a dotted code: "2.1" takes 2.11 and 2.112,
 * "4" takes 4.3. The longest head wins. */
typedef struct sx_disposition_code {
  sx_disposition disposition;
  const char *code;
} sx_disposition_code;

/* What weighting asks: as sx_response_status makes it. */
typedef enum sx_response {
  SX_RESPONSE_RESPONDENT,
  SX_RESPONSE_NONRESPONDENT, /* eligible */
  SX_RESPONSE_INELIGIBLE,
  SX_RESPONSE_UNKNOWN /* it is not known whether the case is eligible */
} sx_response;

/* out [rows]: an sx_disposition per case. codes NULL: AAPOR's own final codes, dotted (1.1 .. 4.9) or whole (110,
 * 2112). Expected: SX_E_DATA for a missing
 * disposition or a code that is none of these (names the case and the code), SX_E_ARGUMENT for a code given to two dispositions. */
SX_API sx_status sx_disposition_read(uint8_t *out, const sx_column *column, const sx_disposition_code *codes, size_t n,
                                     sx_error *err) SX_NODISCARD;
/* Dispositions to sx_response, in place: complete and partial interviews are respondents; with partial_out partial ones are not. */
SX_API void sx_response_status(uint8_t *status, size_t n, bool partial_out);

#ifdef __cplusplus
}
#endif
#endif
