#include "bridge/printer/files_paths.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"

enum { NAMES = 16, USUAL_FOLDERS = 2 };

static const char *const folders[] = {"/cache/", "/", "/model/", "/data/", "/data/Metadata/"};

/* Where the printer itself sees the root of its FTP service. */
static const char *const mounts[] = {"file:///sdcard/", "file:///mnt/sdcard/",
                                     "file:///media/usb0/", "ftp:///", "ftp://"};

struct names {
    char list[NAMES][FILES_NAME_SIZE];
    size_t count;
};

/* A path goes into an FTP command as it is: no line end may be in it, and no way up. */
static bool is_safe(const char *path)
{
    for (const char *at = path; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return false;
    return !strstr(path, "/../") && !text_starts(path, "../");
}

static void add_name(struct names *names, const char *name)
{
    if (!*name || strchr(name, '/') || !is_safe(name) || names->count == NAMES)
        return;
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i], name) == 0)
            return;
    if (text_copy(names->list[names->count], FILES_NAME_SIZE, name))
        names->count++;
}

static void add_with(struct names *names, const char *stem, const char *suffix)
{
    char name[FILES_NAME_SIZE];
    int len = snprintf(name, sizeof name, "%s%s", stem, suffix);
    if (len > 0 && (size_t)len < sizeof name)
        add_name(names, name);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent-decoding in place; what is no escape stays. */
static void decode(char *text)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        int high = *at == '%' ? hex_value(at[1]) : -1;
        int low = high >= 0 ? hex_value(at[2]) : -1;
        if (low >= 0 && (high || low))
            *to++ = (char)(high << 4 | low);
        else
            *to++ = *at;
        at += low >= 0 && (high || low) ? 2 : 0;
    }
    *to = 0;
}

/* Printers write some characters of a title as underscores; some tools all blanks as well. */
static void add_variants(struct names *names)
{
    size_t given = names->count;
    for (size_t i = 0; i < given; i++) {
        char name[FILES_NAME_SIZE];
        text_copy(name, sizeof name, names->list[i]);
        for (char *at = name; *at; at++)
            if (strchr("<>:\"\\|?*", *at))
                *at = '_';
        add_name(names, name);
        for (char *at = name; *at; at++)
            if (*at == ' ')
                *at = '_';
        add_name(names, name);
    }
}

/* "plate_2.gcode" is inside of an archive. */
static bool is_plate(const char *name)
{
    static const char lead[] = "plate_";
    if (!text_starts(name, lead))
        return false;
    const char *digits = name + sizeof lead - 1;
    size_t len = strspn(digits, "0123456789");
    return len && text_equal_nocase(digits + len, ".gcode");
}

/* A print of plain gcode names its file. */
static void add_plain(struct names *names, const char *path)
{
    const char *name = text_base_name(path);
    if (text_ends_nocase(name, ".gcode") && !is_plate(name))
        add_name(names, name);
}

static void add_title(struct names *names, const char *subtask)
{
    char title[FILES_NAME_SIZE];
    text_copy(title, sizeof title, subtask);
    for (char *at = title; *at; at++)
        if (*at == '/')
            *at = '_';
    if (!*title)
        return;
    if (text_ends_nocase(title, ".3mf")) {
        add_name(names, title);
        title[strlen(title) - 4] = 0;
    } else {
        add_with(names, title, ".3mf");
    }
    if (!text_ends_nocase(title, ".gcode"))
        add_with(names, title, ".gcode.3mf");
}

static void add_path(struct files_paths *paths, const char *folder, const char *name)
{
    char path[FILES_PATH_SIZE];
    int len = snprintf(path, sizeof path, "%s%s", folder, name);
    if (paths->count == FILES_PATHS || len < 0 || (size_t)len >= sizeof path)
        return;
    for (size_t i = 0; i < paths->count; i++)
        if (strcmp(paths->list[i], path) == 0)
            return;
    text_copy(paths->list[paths->count++], sizeof path, path);
}

static void add_url(struct files_paths *paths, const char *url)
{
    for (size_t i = 0; i < LEN(mounts); i++) {
        const char *rest = url + strlen(mounts[i]);
        if (!text_starts(url, mounts[i]) || !*rest || !is_safe(rest))
            continue;
        add_path(paths, "/", rest);
        return;
    }
}

bool files_paths_internal(const struct files_names *names)
{
    return text_starts(names->url, "brtc:");
}

void files_paths_list(const struct files_names *given, bool everywhere,
                      struct files_paths *ret_paths)
{
    struct names names = {0};
    char url[FILES_PATH_SIZE];
    text_copy(url, sizeof url, given->url);
    decode(url);
    *ret_paths = (struct files_paths){0};
    add_url(ret_paths, url);
    add_name(&names, text_base_name(given->file));
    if (text_ends_nocase(url, ".3mf"))
        add_name(&names, text_base_name(url));
    if (text_ends_nocase(given->gcode_file, ".3mf"))
        add_name(&names, text_base_name(given->gcode_file));
    add_plain(&names, given->gcode_file);
    add_title(&names, given->subtask_name);
    add_variants(&names);
    for (size_t n = 0; n < names.count; n++)
        for (size_t f = 0; f < (everywhere ? LEN(folders) : USUAL_FOLDERS); f++)
            add_path(ret_paths, folders[f], names.list[n]);
}
