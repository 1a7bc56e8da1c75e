#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/printer/link_probe.h"
#include "bridge/printer/secret.h"
#include "core/model.h"
#include "service/ask.h"
#include "service/cli.h"
#include "service/cmd_printer.h"
#include "service/commands.h"
#include "service/config.h"
#include "service/config_rules.h"
#include "service/load.h"
#include "store/printers.h"
#include "store/write.h"

enum { MQTT_PORT = 8883, CODE_SIZE = 64 };

/* What the user vouches for: nothing where a CA does. */
struct trust {
    char pin[IDENTITY_SHA256_TEXT];
};

static enum err check_words(const struct cmd_printer_words *words, struct trust *trust,
                            struct why *why)
{
    const struct {
        const char *key, *text;
    } checks[] = {{"serial", words->serial}, {"host", words->host}, {"model", words->model}};
    for (size_t i = 0; i < LEN(checks); i++) {
        const struct config_key *row = config_key_find("printer", checks[i].key);
        const char *fault = checks[i].text ? config_rules_fault(row, checks[i].text) : NULL;
        if (fault)
            return why_fail(why, ERR_INVALID, "usage", row->key, "--%s: %s", row->key, fault);
    }
    if (words->pin && !config_rules_pin(words->pin, trust->pin))
        return why_fail(why, ERR_INVALID, "usage", "pin",
                        "--pin: expected a SHA-256, 64 hexadecimal digits");
    return OK;
}

static enum err settle_pin(const struct link_probe_result *seen, struct trust *trust,
                           struct why *why)
{
    fprintf(stderr, "No CA vouches for the certificate of %s. SHA-256 of its public key:\n  %s\n",
            seen->cn, seen->spki_sha256);
    if (*trust->pin && strcmp(trust->pin, seen->spki_sha256) != 0)
        return why_fail(why, ERR_DENIED, "pin_differs", "pin",
                        "--pin differs from the public key that the printer shows: %s",
                        seen->spki_sha256);
    if (*trust->pin)
        return OK;
    if (!ask_possible())
        return why_fail(why, ERR_DENIED, "pin_needed", "pin",
                        "to trust this printer repeat with --pin %s, or put its CA into the "
                        "folder of printers.certs_dir",
                        seen->spki_sha256);
    if (!ask_yes("Trust exactly this key from now on?"))
        return why_fail(why, ERR_DENIED, "pin_refused", "pin", "not added");
    text_copy(trust->pin, sizeof trust->pin, seen->spki_sha256);
    return OK;
}

/* Chain, pin, or a printer that is off right now; anything else is refused. */
static enum err judge(const struct link_probe_result *seen, struct trust *trust, struct why *why)
{
    if (!seen->reachable) {
        fprintf(stderr, "The printer does not answer now (%s%s%s); added all the same.\n",
                link_reason_slug(seen->reason), *seen->detail ? ": " : "", seen->detail);
        return OK;
    }
    if (seen->chain_ok && seen->reason == LINK_CONNECTED) {
        fprintf(stderr, "The certificate of %s is vouched for by a CA of the folder.\n", seen->cn);
        return OK;
    }
    if (!seen->pinnable)
        return why_fail(why, ERR_DENIED, link_reason_slug(seen->reason), "", "%s: %s",
                        link_reason_slug(seen->reason), seen->detail);
    return settle_pin(seen, trust, why);
}

static enum err probe(struct command_context *context, const struct cmd_printer_words *words,
                      struct trust *trust, struct why *why)
{
    struct identity *identity = NULL;
    struct link_probe_result seen;
    enum err e =
        identity_open(config_text(context->config, "printers", "certs_dir"), &identity, why);
    if (e != OK)
        return e;
    link_probe(identity, words->host, words->port ? (int)words->port : MQTT_PORT, words->serial, 0,
               &seen);
    identity_close(identity);
    return judge(&seen, trust, why);
}

static enum err read_code(const struct cmd_printer_words *words, char code[CODE_SIZE],
                          struct why *why)
{
    const char *variable = getenv("FILAMENTD_ACCESS_CODE");
    const char *given = words->access_code ? words->access_code
                        : words->code_file ? NULL
                                           : variable;
    if (given && text_copy(code, CODE_SIZE, given))
        return OK;
    if (given)
        return why_fail(why, ERR_TOO_BIG, "usage", "access_code", "the access code is too long");
    if (words->code_file)
        return ask_file(words->code_file, code, CODE_SIZE, why);
    return ask_secret("Access code", code, CODE_SIZE, why);
}

static enum err seal(const struct command_context *context, const char *serial, const char *code,
                     char sealed[SECRET_SEALED_SIZE], struct why *why)
{
    struct secret *secret = NULL;
    enum err e = secret_open(context->state_dir, &secret, why);
    if (e == OK)
        e = secret_seal(secret, serial, code, sealed, why);
    secret_close(secret);
    return e;
}

static void add_text(json_t *args, const char *key, const char *text)
{
    if (text && *text)
        json_object_set_new(args, key, json_string(text));
}

static void add_port(json_t *args, const char *key, int64_t port)
{
    if (port)
        json_object_set_new(args, key, json_integer(port));
}

static json_t *row_of(const struct cmd_printer_words *words, const struct trust *trust,
                      const char *sealed)
{
    json_t *args = json_object();
    add_text(args, "printer_id", words->id ? words->id : words->serial);
    add_text(args, "serial", words->serial);
    add_text(args, "host", words->host);
    add_text(args, "name", words->name);
    add_text(args, "model", words->model ? model_name(model_from_name(words->model)) : NULL);
    add_text(args, "pin_sha256", trust->pin);
    add_text(args, "access_code", sealed);
    add_port(args, "port", words->port);
    add_port(args, "ftps_port", words->ftps_port);
    return args;
}

static enum err add(struct command_context *context, const struct cmd_printer_words *words,
                    struct db *db, struct why *why)
{
    struct trust trust = {0};
    char code[CODE_SIZE], sealed[SECRET_SEALED_SIZE];
    enum err e = check_words(words, &trust, why);
    if (e == OK)
        e = probe(context, words, &trust, why);
    if (e == OK)
        e = read_code(words, code, why);
    if (e == OK)
        e = seal(context, words->serial, code, sealed, why);
    OPENSSL_cleanse(code, sizeof code);
    if (e != OK)
        return e;
    json_auto_t *args = row_of(words, &trust, sealed), *row = NULL;
    return write_once(db, printers_create, args, &row, why);
}

int cmd_printer_add_run(struct command_context *context, const struct cmd_printer_words *words)
{
    struct why why;
    struct db *db = NULL;
    int code = load_database(context, &db);
    if (code >= 0)
        return code;
    enum err e = add(context, words, db, &why);
    load_close(context, db);
    if (e != OK)
        return commands_refuse(strcmp(why.code, "usage") == 0 ? EXIT_USAGE : EXIT_FAILED, why.text);
    printf("added %s\n", words->id ? words->id : words->serial);
    return 0;
}
