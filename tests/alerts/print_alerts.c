/* The kinds of alerts, one a line: slug, severity, meaning. */
#include <stdio.h>

#include "core/alert.h"

int main(void)
{
    for (int kind = 0; kind < ALERT_KIND_COUNT; kind++)
        printf("%s\t%s\t%s\n", alert_slug((enum alert_kind)kind),
               alert_severity((enum alert_kind)kind), alert_doc((enum alert_kind)kind));
    return 0;
}
