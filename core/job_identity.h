/*
 * Is it the same print? Names and ids as the printers report them.
 * A part of core/job, split off for its size.
 * Thread: any. Pure.
 */
#ifndef CORE_JOB_IDENTITY_H
#define CORE_JOB_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

struct job;
struct printer;

/* Titles that differ only in what printers replace (":" becomes "_") or in a file ending. One of
 * them, or both, may be erased. */
bool job_same_title(const char *a, const char *b);

/*
 * Names that a user had erased: "erased:" and the SHA-256 of the title, which still tells whether
 * another one is the same. A forgotten job knows its print again, and nobody can read its name.
 */
bool job_name_erased(const char *name);
void job_forget_names(struct job *job);
/* The same for what the printer said of that job: other names, of the next one, stay. */
void job_forget_printer_names(const struct job *job, struct printer *printer);

/* Is what ${printer} names now another print than ${job}? Missing ids never tell. */
bool job_replaced(const struct job *job, const struct printer *printer);

/* Nothing names a print any more. */
bool job_nameless(const struct printer *printer);

/* Calibration and other files of the printer's own. */
bool job_is_utility(const struct printer *printer);

/* Take over what the printer says of the running job; true where something changed. */
bool job_learn_identity(struct job *job, const struct printer *printer);
/* The same of the print command, where it belongs to this job; ${since} is its earliest time. */
bool job_learn_command(struct job *job, const struct printer *printer, int64_t since);
/* And of the mapping of filaments to slots. */
bool job_learn_mapping(struct job *job, const struct printer *printer);

#endif
