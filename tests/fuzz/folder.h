/* SPDX-License-Identifier: MIT */
/* A folder of a fuzzer's own below /tmp, which goes when the fuzzer ends. */
#ifndef TESTS_FUZZ_FOLDER_H
#define TESTS_FUZZ_FOLDER_H

#include <stddef.h>

/* Makes it and goes there. */
void folder_enter(void);

void folder_put(const char *name, const void *bytes, size_t size);

/* Removes what is at @path, with all that is in it; links are not followed. */
void folder_remove(const char *path);

#endif
