/*
 * What the routes of a printer answer besides its row (store/printers.h): status, test, discovery.
 * Owner: constant. Thread: any.
 */
#ifndef API_REST_PRINTER_SHAPE_H
#define API_REST_PRINTER_SHAPE_H

#include "core/field.h"

extern const struct field_shape rest_printer_shape_status, rest_printer_shape_test,
    rest_printer_shape_found;
/* The part of a test that refusals carry as `certificate`. */
extern const struct field_shape rest_printer_shape_certificate;

#endif
