/*
 * Where on a printer's storage the sliced file of a print may be: the names that its messages give,
 * in the directories where printers keep such files, likeliest first. Never a guess by date: the
 * newest file is often the print before.
 * Protocol facts: bambuddy main.py and services/bambu_ftp.py; ha-bambulab models.py.
 * Thread: any. Pure.
 */
#ifndef BRIDGE_PRINTER_FILES_PATHS_H
#define BRIDGE_PRINTER_FILES_PATHS_H

#include <stdbool.h>
#include <stddef.h>

enum { FILES_NAME_SIZE = 256, FILES_PATH_SIZE = 512, FILES_PATHS = 80 };

/* As the printer's messages spell them; "" where they give none. */
struct files_names {
    char file[FILES_NAME_SIZE];         /* project_file.file */
    char url[FILES_PATH_SIZE];          /* project_file.url */
    char gcode_file[FILES_NAME_SIZE];   /* of the report */
    char subtask_name[FILES_NAME_SIZE]; /* of the report */
};

struct files_paths {
    char list[FILES_PATHS][FILES_PATH_SIZE]; /* absolute, of the FTP root */
    size_t count;
};

/* ${everywhere}: also in the directories where few printers keep them. */
void files_paths_list(const struct files_names *names, bool everywhere,
                      struct files_paths *ret_paths);

/* The url says that the file is on storage which FTPS does not reach. */
bool files_paths_internal(const struct files_names *names);

#endif
