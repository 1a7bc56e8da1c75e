#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "bridge/printer/discover.h"

struct span {
    const char *text;
    size_t len;
};

static bool next_line(struct span *rest, struct span *ret_line)
{
    if (!rest->len)
        return false;
    const char *end = memchr(rest->text, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->text) : rest->len;
    *ret_line = (struct span){rest->text, len};
    size_t used = end ? len + 1 : len;
    rest->text += used;
    rest->len -= used;
    if (ret_line->len && ret_line->text[ret_line->len - 1] == '\r')
        ret_line->len--;
    return true;
}

static bool starts(struct span line, const char *prefix)
{
    size_t len = strlen(prefix);
    return line.len >= len && strncasecmp(line.text, prefix, len) == 0;
}

/* Copy a value of UTF-8 without control characters; others and long ones are left out. */
static void set_text(char *to, size_t size, struct span value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.text[i] < ' ' || value.text[i] == 0x7f)
            return;
    if (text_utf8_valid(value.text, value.len))
        text_copy_len(to, size, value.text, value.len);
}

static void set_serial(struct discover_printer *printer, struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.text[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!plain)
            return;
    }
    text_copy_len(printer->serial, sizeof printer->serial, value.text, value.len);
    text_upper(printer->serial);
}

static void set_host(struct discover_printer *printer, struct span value)
{
    char text[sizeof printer->host];
    struct in_addr address;
    if (text_copy_len(text, sizeof text, value.text, value.len) &&
        inet_pton(AF_INET, text, &address) == 1)
        text_copy(printer->host, sizeof printer->host, text);
}

static void set_signal(struct discover_printer *printer, struct span value)
{
    char text[16];
    int64_t dbm = 0;
    if (text_copy_len(text, sizeof text, value.text, value.len) && text_to_int(text, &dbm) &&
        dbm > -200 && dbm < 100)
        printer->signal_dbm = (int)dbm;
}

static bool split(struct span line, struct span *ret_name, struct span *ret_value)
{
    const char *colon = memchr(line.text, ':', line.len);
    if (!colon)
        return false;
    *ret_name = (struct span){line.text, (size_t)(colon - line.text)};
    struct span value = {colon + 1, line.len - ret_name->len - 1};
    while (value.len && (*value.text == ' ' || *value.text == '\t'))
        value = (struct span){value.text + 1, value.len - 1};
    while (value.len && (value.text[value.len - 1] == ' ' || value.text[value.len - 1] == '\t'))
        value.len--;
    *ret_value = value;
    return true;
}

static bool is(struct span name, const char *text)
{
    return name.len == strlen(text) && strncasecmp(name.text, text, name.len) == 0;
}

static void set_header(struct discover_printer *p, struct span name, struct span value,
                       bool *ret_ours)
{
    if (is(name, "Location"))
        set_host(p, value);
    else if (is(name, "USN"))
        set_serial(p, value);
    else if (is(name, "NT") || is(name, "ST"))
        *ret_ours = starts(value, "urn:bambulab-com:device:3dprinter");
    else if (is(name, "DevModel.bambu.com"))
        set_text(p->model, sizeof p->model, value);
    else if (is(name, "DevName.bambu.com"))
        set_text(p->name, sizeof p->name, value);
    else if (is(name, "DevConnect.bambu.com"))
        set_text(p->connect, sizeof p->connect, value);
    else if (is(name, "DevBind.bambu.com"))
        set_text(p->bind, sizeof p->bind, value);
    else if (is(name, "DevVersion.bambu.com"))
        set_text(p->version, sizeof p->version, value);
    else if (is(name, "DevSignal.bambu.com"))
        set_signal(p, value);
}

bool discover_parse(const char *bytes, size_t len, const char *sender,
                    struct discover_printer *ret_printer)
{
    struct discover_printer printer = {0};
    struct span rest = {bytes, len}, line, name, value;
    bool ours = false;
    if (!next_line(&rest, &line) || !(starts(line, "NOTIFY ") || starts(line, "HTTP/1.1 200")))
        return false;
    while (next_line(&rest, &line))
        if (split(line, &name, &value))
            set_header(&printer, name, value, &ours);
    if (!*printer.host)
        set_host(&printer, (struct span){sender, strlen(sender)});
    if (!ours || !*printer.serial || !*printer.host)
        return false;
    *ret_printer = printer;
    return true;
}
