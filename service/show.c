#include "service/show.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/config.h"
#include "service/config_print.h"
#include "service/defaults.h"
#include "service/load.h"

int show_check(struct command_context *context)
{
    int code = load_config(context);
    if (code >= 0)
        return code;
    printf("the configuration is good\n");
    return 0;
}

int show_print(struct command_context *context)
{
    auto_buf out = {0};
    struct why why;
    int code = load_config(context);
    if (!context->config)
        return code;
    if (defaults_overlay(context->config, context->database, &why) != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    config_print_values(context->config, &out);
    buf_format(&out, "\n; state directory: %s\n", context->state_dir);
    if (out.failed || fwrite(out.data, 1, out.len, stdout) != out.len)
        return commands_refuse(EXIT_FAILED, "cannot print");
    return code >= 0 ? code : 0;
}
