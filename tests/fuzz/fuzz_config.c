/* Any bytes as a configuration file: what is accepted prints as a file that is accepted again. */
#include <assert.h>
#include <stdint.h>

#include "base/buf.h"
#include "service/config.h"
#include "service/config_file.h"
#include "service/config_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct config *config = config_new(), *again = config_new();
    config_file_text(config, "fuzz", (const char *)bytes, size);
    bool good = config_problem_count(config) == 0;
    auto_buf out = {0};
    config_print_values(config, &out);
    config_file_text(again, "again", out.data, out.len);
    assert(!out.failed && (!good || config_problem_count(again) == 0));
    config_free(again);
    config_free(config);
    return 0;
}
