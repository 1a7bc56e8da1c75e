/*
 * Functions that hide truncation, locale or shared state are compile errors here. This header is
 * included by force into every source of ours (see CMakeLists.txt).
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The fortified headers make macros of these under clang, and a macro cannot be poisoned. */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets atoi atol atoll atof strtok
#pragma GCC poison localtime gmtime ctime asctime localtime_r mktime tmpnam mktemp

/* Names that foreign headers use for parameters cannot be poisoned; calling them is an error. */
int rand(void) __attribute__((deprecated("use id_random")));
void srand(unsigned seed) __attribute__((deprecated("use id_random")));

#endif
