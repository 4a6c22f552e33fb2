/* SPDX-License-Identifier: MIT */
/* Messages, files and memory, for all of init. Nothing here fails but by saying so. */
#ifndef VMM_GUEST_INIT_TEXT_H
#define VMM_GUEST_INIT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define TEXT_SIZE 1024

/* One after the other, cut at TEXT_SIZE. Holds until it is called again. */
#define text_join(...) text_list((const char *const[]){ __VA_ARGS__, NULL })
const char *text_list(const char *const *parts);

/* @number, decimal. Holds until it is called again. */
const char *text_number(uint64_t number);

/* A zeroed piece of memory that is never given back, or NULL. */
void *text_memory(size_t size);

/* All of the file @path with a 0 after it, in memory of its own, or NULL with errno. */
char *text_read(const char *path, size_t *size);

#endif
