#include "service/cmd_mdns.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/pair.h"
#include "api/tls.h"
#include "base/auto.h"
#include "base/buf.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/config.h"
#include "service/listening.h"
#include "service/load.h"
#include "store/db.h"
#include "store/pairing.h"

static const struct cli_option options[] = {
    {"output", "FILE", "write it there at once, in place of what is there"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    const char **output = ctx;
    if (!option)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: mdns-service takes no words", text);
    *output = text;
    return OK;
}

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&\"'", *text))
            buf_format(out, "&#%d;", *text);
        else
            buf_char(out, *text);
    }
}

static void add_record(struct buf *out, const char *key, const char *value)
{
    buf_format(out, "    <txt-record>%s=", key);
    add_escaped(out, value);
    buf_text(out, "</txt-record>\n");
}

/* avahi puts the host's name in the place of %h, where no name was chosen. */
static void add_name(struct buf *out, const char *name)
{
    buf_format(out, "  <name replace-wildcards=\"%s\">", name ? "no" : "yes");
    add_escaped(out, name ? name : "filamentd on %h");
    buf_text(out, "</name>\n");
}

/* What others can reach, with TLS before without. */
static enum err choose(const struct listening *listening, bool *ret_tls, int *ret_port,
                       struct why *why)
{
    for (int tls = 1; tls >= 0; tls--) {
        struct pair_endpoint list[LISTENING_MAX];
        size_t count = listening_endpoints(listening, tls, list);
        for (size_t i = 0; i < count; i++) {
            if (!pair_is_lan(list[i].host))
                continue;
            *ret_tls = tls;
            *ret_port = list[i].port;
            return OK;
        }
    }
    return why_fail(why, ERR_CONFLICT, "loopback_only", "",
                    "the daemon listens on loopback only: there is nothing to announce");
}

static enum err compose(struct command_context *context, struct db *db, struct buf *out,
                        struct why *why)
{
    struct listening listening;
    json_auto_t *instance = NULL;
    char pin[TLS_PIN_SIZE], fingerprint[PAIR_FINGERPRINT_SIZE] = "";
    const char *name = config_text(context->config, "server", "name");
    char host[256] = "filamentd";
    bool tls = false;
    int port = 0;
    enum err e = listening_read(context, &listening, why);
    if (e == OK)
        e = choose(&listening, &tls, &port, why);
    if (e == OK && tls)
        e = load_pin(context, pin, why);
    if (e == OK)
        e = pairing_instance(db, NULL, &instance, why);
    if (e != OK)
        return e;
    if (tls)
        pair_fingerprint(pin, fingerprint);
    gethostname(host, sizeof host - 1);
    buf_text(out, "<?xml version=\"1.0\" standalone=\"no\"?>\n"
                  "<!DOCTYPE service-group SYSTEM \"avahi-service.dtd\">\n"
                  "<service-group>\n");
    add_name(out, name);
    buf_format(out, "  <service>\n    <type>_filament-track._tcp</type>\n    <port>%d</port>\n",
               port);
    add_record(out, "id", json_string_value(json_object_get(instance, "id")));
    add_record(out, "name", name ? name : host);
    add_record(out, "version", FILAMENTD_VERSION);
    add_record(out, "api", "/api");
    add_record(out, "tls", tls ? "1" : "0");
    if (tls)
        add_record(out, "fp", fingerprint);
    buf_text(out, "  </service>\n</service-group>\n");
    return out->failed ? why_fail(why, ERR_NOMEM, NULL, "", "out of memory") : OK;
}

/* avahi looks as soon as the folder changes: it must never see half a file, and may read it. */
static enum err replace(const char *path, const struct buf *text, struct why *why)
{
    char next[COMMANDS_PATH];
    if (snprintf(next, sizeof next, "%s.new", path) >= (int)sizeof next)
        return why_fail(why, ERR_TOO_BIG, "path_too_long", "", "%s is too long", path);
    unlink(next);
    auto_fd fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool good = fd >= 0 && fchmod(fd, 0644) == 0 &&
                write(fd, text->data, text->len) == (ssize_t)text->len && rename(next, path) == 0;
    if (good)
        return OK;
    why_fail(why, ERR_IO, "output", "", "cannot write %s: %s", path, strerror(errno));
    unlink(next);
    return ERR_IO;
}

int cmd_mdns_main(struct command_context *context, char **words)
{
    struct why why = {0};
    struct db *db = NULL;
    auto_buf text = {0};
    const char *output = NULL;
    int code = commands_parse(context, words, options, take_word, &output);
    if (code >= 0)
        return code;
    code = load_database(context, &db);
    if (code < 0) {
        enum err e = compose(context, db, &text, &why);
        if (e == OK && output)
            e = replace(output, &text, &why);
        else if (e == OK)
            fputs(text.data, stdout);
        code = e == OK ? 0 : commands_refuse(EXIT_FAILED, why.text);
    }
    load_close(context, db);
    return code;
}
