/* The table of routes as text, for tests that walk it. */
#include "api/api.h"

int main(void)
{
    api_print_routes();
    return 0;
}
