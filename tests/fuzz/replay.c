/* Stands in for libFuzzer in ordinary builds: feeds every file of the named folders once. */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <stdbool.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const size_t INPUT_BYTES_MAX = 4u << 20;

static bool feed_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (!file || fstat(fileno(file), &info) != 0 || (size_t)info.st_size > INPUT_BYTES_MAX) {
        fprintf(stderr, "cannot read %s\n", path);
        return false;
    }
    /* Exactly as large as the input, so that a read past its end is seen. */
    size_t size = (size_t)info.st_size;
    uint8_t *bytes = malloc(size ? size : 1);
    bool whole = bytes && fread(bytes, 1, size, file) == size;
    fclose(file);
    if (whole)
        LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return whole;
}

static int feed_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    int fed = 0;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && feed_file(path))
            fed++;
    }
    if (entries)
        closedir(entries);
    return fed;
}

int main(int argc, char **argv)
{
    int fed = 0;
    for (int i = 1; i < argc; i++)
        fed += feed_folder(argv[i]);
    printf("counted fuzz_inputs=%d\n", fed);
    return fed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
