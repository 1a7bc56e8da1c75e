/*
 * Reading a sliced file against reading and inflating the same bytes alone, and the memory that it
 * takes. 100 MB of gcode; another number of megabytes as the first argument.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zip.h>

#include "base/auto.h"
#include "bridge/printer/sliced.h"

enum { MEGA = 1000 * 1000, BLOCK = 64 * 1024, LAYER_LINES = 4000, ROUNDS = 3 };
static const double least_ratio = 0.4;
static const long most_kib = 8 * 1024;
static const char archive_path[] = WORK_DIR "/bench.gcode.3mf";
static const char plain_path[] = WORK_DIR "/bench.gcode";

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Lines as slicers write them: moves with and without filament, comments, retractions. */
static void write_gcode(FILE *out, int64_t bytes)
{
    unsigned state = 1;
    int layer = 0;
    int64_t len = fprintf(out, "; HEADER_BLOCK_START\n; total layer number: 9999\n"
                               "; HEADER_BLOCK_END\nM83\nT0\n");
    for (int64_t line = 0; len < bytes; line++) {
        state = state * 1103515245u + 12345u;
        unsigned x = state >> 8 & 0xffff, y = state >> 12 & 0xffff;
        if (line % LAYER_LINES == 0)
            len += fprintf(out, "; CHANGE_LAYER\n; Z_HEIGHT: %d.2\nM73 L%d\n", layer, layer + 1);
        layer += line % LAYER_LINES == 0;
        if (line % 97 == 0)
            len += fprintf(out,
                           "G1 E-.8 F1800\n; FEATURE: Outer wall\nG1 X%u.%03u Y%u.%03u "
                           "F30000\nG1 E.8 F1800\n",
                           x % 250, x % 1000, y % 250, y % 1000);
        len += fprintf(out, "G1 X%u.%03u Y%u.%03u E.%05u\n", x % 250, x % 1000, y % 250, y % 1000,
                       state >> 16);
    }
}

static bool make_files(int64_t bytes)
{
    FILE *out = fopen(plain_path, "w");
    if (!out)
        return false;
    write_gcode(out, bytes);
    bool good = fclose(out) == 0;
    zip_t *zip = zip_open(archive_path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    zip_source_t *source = zip ? zip_source_file(zip, plain_path, 0, 0) : NULL;
    good = good && source && zip_file_add(zip, "Metadata/plate_1.gcode", source, 0) >= 0;
    return good && zip_close(zip) == 0;
}

/* In a child: what compressing takes must not count as ours. */
static bool make_apart(int64_t bytes)
{
    int status = 1;
    pid_t child = fork();
    if (child == 0)
        _exit(make_files(bytes) ? 0 : 1);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static double inflate_alone(void)
{
    static char block[BLOCK];
    double begin = seconds();
    zip_t *zip = zip_open(archive_path, ZIP_RDONLY, NULL);
    zip_file_t *file = zip ? zip_fopen(zip, "Metadata/plate_1.gcode", 0) : NULL;
    while (file && zip_fread(file, block, sizeof block) > 0)
        ;
    if (file)
        zip_fclose(file);
    zip_discard(zip);
    return seconds() - begin;
}

static double analyze(void)
{
    struct sliced sliced;
    struct why why = {0};
    double begin = seconds();
    if (sliced_read(archive_path, 0, &sliced, &why) != OK) {
        printf("cannot be read: %s\n", why.text);
        return -1;
    }
    sliced_clear(&sliced);
    return seconds() - begin;
}

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
    long megabytes = argc > 1 ? strtol(argv[1], NULL, 10) : 100;
    if (!make_apart(megabytes * MEGA))
        return 1;
    double alone = inflate_alone(), whole = -1;
    long base = peak_kib();
    for (int i = 0; i < ROUNDS; i++) {
        double next = inflate_alone(), now = analyze();
        alone = next < alone ? next : alone;
        whole = whole < 0 || now < whole ? now : whole;
        if (now < 0)
            return 1;
    }
    long more = peak_kib() - base;
    unlink(archive_path);
    unlink(plain_path);
    printf("analyze of %ld MB: %.2f of the rate of inflating alone (at least %.1f), %.2f s of "
           "processor time, %ld KiB above base (at most %ld)\n",
           megabytes, alone / whole, least_ratio, whole, more, most_kib);
    return alone / whole >= least_ratio && more <= most_kib ? 0 : 1;
}
