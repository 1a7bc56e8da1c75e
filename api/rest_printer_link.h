/*
 * Certificates of printers, as REST sees them: a probe without any secret, and the rule by which a
 * printer is taken in: its chain verifies, or the user repeats the call with the SHA-256 that the
 * refusal showed.
 * Thread: the worker's; blocks for some seconds. Never inside the door.
 */
#ifndef API_REST_PRINTER_LINK_H
#define API_REST_PRINTER_LINK_H

#include "base/err.h"

struct reply;
struct request;

/* May the printer of the arguments (host, port, serial, pin_sha256) be added? One that does not
 * answer may: its link decides later, by the same rules. */
enum err rest_printer_link_admit(struct request *request, struct reply *reply, struct why *why);

#endif
