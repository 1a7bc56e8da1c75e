#include <malloc.h>

#include "service/commands.h"

enum { ARENAS = 2 };

int main(int argc, char **argv)
{
    /* Threads mostly wait here: an arena for each would keep megabytes that nobody uses. */
    mallopt(M_ARENA_MAX, ARENAS);
    return commands_main(argc, argv);
}
