#include "service/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/tls.h"
#include "base/auto.h"
#include "base/text.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/config.h"
#include "service/config_env.h"
#include "service/config_file.h"
#include "service/lock.h"
#include "store/db.h"
#include "store/migrate.h"

static const char usual_file[] = "/etc/filamentd/filamentd.conf";

/* --config and $FILAMENTD_CONFIG must exist; the usual places may be empty. */
static enum err read_file(struct command_context *context, struct why *why)
{
    char path[COMMANDS_PATH];
    const char *named = context->config_file ? context->config_file : getenv("FILAMENTD_CONFIG");
    if (named && *named)
        return config_file_read(context->config, named, why);
    const char *folder = getenv("CONFIGURATION_DIRECTORY");
    if (folder)
        snprintf(path, sizeof path, "%s/filamentd.conf", folder);
    else
        text_copy(path, sizeof path, usual_file);
    if (access(path, F_OK) != 0)
        return OK;
    return config_file_read(context->config, path, why);
}

/* --set SECTION.KEY=VALUE; the section itself may hold dots. */
static void apply_set(struct config *config, const char *text)
{
    char name[COMMANDS_PATH];
    const char *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : 0;
    char *dot = text_copy_len(name, sizeof name, text, len) ? strrchr(name, '.') : NULL;
    if (!dot) {
        config_note_problem(config, "--set", 0, "expected SECTION.KEY=VALUE");
        return;
    }
    *dot = '\0';
    config_set(config, name, dot + 1, equals + 1, CONFIG_FROM_COMMAND_LINE, "--set", 0);
}

/* A folder of the command line is relative to where it was called. */
static void apply_path(struct config *config, const char *section, const char *key,
                       const char *text, const char *place)
{
    char here[COMMANDS_PATH], path[2 * COMMANDS_PATH];
    bool relative = text[0] != '/' && getcwd(here, sizeof here);
    snprintf(path, sizeof path, "%s%s%s", relative ? here : "", relative ? "/" : "", text);
    config_set(config, section, key, path, CONFIG_FROM_COMMAND_LINE, place, 0);
}

/* A listener named on the command line stands alone: the other kind's default does not join it. */
static void keep_listeners_alone(struct config *config)
{
    static const char *const keys[] = {"listen", "https_listen"};
    for (size_t i = 0; i < LEN(keys); i++) {
        const struct config_value *here = config_value(config, "server", keys[i]);
        const struct config_value *other = config_value(config, "server", keys[1 - i]);
        bool alone = here && here->origin == CONFIG_FROM_COMMAND_LINE && other &&
                     other->origin == CONFIG_FROM_DEFAULT;
        if (alone)
            config_set(config, "server", keys[1 - i], "off", CONFIG_FROM_COMMAND_LINE, here->place,
                       0);
    }
}

static void apply_command_line(struct command_context *context)
{
    for (int i = 0; i < context->value_count; i++) {
        const char *section = context->values[i].section, *key = context->values[i].key;
        const char *text = context->values[i].text;
        char place[32];
        snprintf(place, sizeof place, "--%s", context->values[i].option);
        if (!section)
            apply_set(context->config, text);
        else if (strcmp(key, "state_dir") == 0)
            apply_path(context->config, section, key, text, place);
        else
            config_set(context->config, section, key, text, CONFIG_FROM_COMMAND_LINE, place, 0);
    }
    keep_listeners_alone(context->config);
}

/* Where state lives when nothing says so: systemd's folder, root's, or the user's own. */
static bool usual_state_dir(char *ret_path, size_t size)
{
    const char *given = getenv("STATE_DIRECTORY");
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (given && *given)
        return text_copy_len(ret_path, size, given, strcspn(given, ":"));
    if (geteuid() == 0)
        return text_copy(ret_path, size, "/var/lib/filamentd");
    if (state && state[0] == '/')
        return (size_t)snprintf(ret_path, size, "%s/filamentd", state) < size;
    return home && (size_t)snprintf(ret_path, size, "%s/.local/state/filamentd", home) < size;
}

static enum err find_paths(struct command_context *context, struct why *why)
{
    const char *dir = config_text(context->config, "server", "state_dir");
    const char *file = config_text(context->config, "database", "file");
    size_t size = sizeof context->state_dir;
    bool fits =
        dir ? text_copy(context->state_dir, size, dir) : usual_state_dir(context->state_dir, size);
    if (!fits)
        return why_fail(why, ERR_INVALID, "no_state_dir", "",
                        "no folder for the state is known: name one with --state-dir");
    fits = file ? text_copy(context->database, sizeof context->database, file)
                : (size_t)snprintf(context->database, sizeof context->database, "%s/filamentd.db",
                                   context->state_dir) < sizeof context->database;
    return fits ? OK
                : why_fail(why, ERR_TOO_BIG, "path_too_long", "",
                           "the path of the state directory is too long");
}

enum err load_sources(struct command_context *context, struct why *why)
{
    context->config = config_new();
    if (!context->config)
        return why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
    enum err e = read_file(context, why);
    if (e != OK)
        return e;
    config_env_read(context->config, environ);
    apply_command_line(context);
    config_check(context->config, getenv("CREDENTIALS_DIRECTORY"));
    return find_paths(context, why);
}

int load_config(struct command_context *context)
{
    struct why why;
    if (load_sources(context, &why) != OK)
        return commands_refuse(EXIT_CONFIG, why.text);
    size_t count = config_problem_count(context->config);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "filamentd: %s\n", config_problem(context->config, i));
    return count ? EXIT_CONFIG : -1;
}

static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0755) != 0 && errno != EEXIST;
        *slash = '/';
        if (failed)
            return -1;
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

enum err load_state_dir(struct command_context *context, struct why *why)
{
    char path[COMMANDS_PATH];
    struct stat about;
    text_copy(path, sizeof path, context->state_dir);
    if (make_folders(path) == 0 && stat(path, &about) == 0 && S_ISDIR(about.st_mode) &&
        access(path, W_OK | X_OK) == 0)
        return OK;
    return why_fail(why, ERR_IO, "state_dir", "", "cannot use the state directory %s: %s", path,
                    strerror(errno ? errno : ENOTDIR));
}

/* The command line must not move the schema under a daemon that is running on the old one. */
static enum err check_version(const struct command_context *context, struct why *why)
{
    struct db *db = NULL;
    long pid;
    if (!lock_held(context->state_dir, &pid) || access(context->database, F_OK) != 0)
        return OK;
    enum err e = db_open(context->database, DB_READ, &db, why);
    if (e != OK)
        return e;
    int64_t have = db_version(db);
    db_close(db);
    if (have == migrate_newest())
        return OK;
    return why_fail(why, ERR_CONFLICT, "daemon_differs", "",
                    "the daemon with pid %ld is of another version than this program: restart it "
                    "first",
                    pid);
}

int load_database(struct command_context *context, struct db **ret_db)
{
    struct why why;
    int code = load_config(context);
    if (code >= 0)
        return code;
    enum err e = load_state_dir(context, &why);
    if (e == OK)
        e = check_version(context, &why);
    if (e == OK)
        e = migrate_open(context->database, ret_db, &why);
    return e == OK ? -1 : commands_refuse(EXIT_FAILED, why.text);
}

enum err load_pin(const struct command_context *context, char *ret_pin, struct why *why)
{
    char path[COMMANDS_PATH + 16];
    const char *own = config_text(context->config, "server", "tls_certificate");
    snprintf(path, sizeof path, "%s/tls/cert.pem", context->state_dir);
    if (!own && access(path, F_OK) != 0)
        return why_fail(why, ERR_NOT_FOUND, "no_certificate", "",
                        "there is no certificate yet: start the daemon once, it makes one");
    return tls_pin_file(own ? own : path, ret_pin, why);
}

static void give(const char *path, const struct stat *owner)
{
    struct stat about;
    if (lstat(path, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == 0 &&
        lchown(path, owner->st_uid, owner->st_gid) != 0)
        fprintf(stderr, "filamentd: cannot give %s to its user: %s\n", path, strerror(errno));
}

void load_close(struct command_context *context, struct db *db)
{
    static const char *const beside[] = {"", "-wal", "-shm"};
    static const char *const files[] = {"secret.key", "lock"};
    struct stat owner;
    char path[COMMANDS_PATH + 16];
    db_close(db);
    if (geteuid() != 0 || stat(context->state_dir, &owner) != 0 || owner.st_uid == 0)
        return;
    for (size_t i = 0; i < LEN(beside); i++) {
        snprintf(path, sizeof path, "%s%s", context->database, beside[i]);
        give(path, &owner);
    }
    for (size_t i = 0; i < LEN(files); i++) {
        snprintf(path, sizeof path, "%s/%s", context->state_dir, files[i]);
        give(path, &owner);
    }
}
