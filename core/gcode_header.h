/*
 * The comments of a gcode file that matter: the slicer's summary, its settings and the flush marks.
 * A part of core/gcode, split off for its size; nobody else includes it.
 * Thread: as struct gcode.
 */
#ifndef CORE_GCODE_HEADER_H
#define CORE_GCODE_HEADER_H

struct gcode;

/* ${line} begins with ';' and ends before ${end}, without its line feed. */
void gcode_comment(struct gcode *gcode, const char *line, const char *end);

#endif
