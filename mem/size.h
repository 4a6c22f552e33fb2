/* SPDX-License-Identifier: MIT */
/*
 * Sizes and times as users write them: the table of keys reads them, plan and report print them.
 * Pure.
 */
#ifndef MEM_SIZE_H
#define MEM_SIZE_H

#include <stdint.h>

#include "mem/error.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)

/*
 * "512M", "1.5G", "4GiB": a number with K, M, G or T, powers of two, that is whole MiB and @min at
 * least; no memory, where it may be none, may be without a unit. *@size in bytes. 0, or -1.
 */
int size_parse(const char *text, uint64_t min, uint64_t *size, struct error *err);

/* "30s", "2m", "1h", "1d", "500ms" or bare seconds ("30", ".5"). *@ns in nanoseconds. 0, or -1. */
int size_parse_duration(const char *text, uint64_t *ns, struct error *err);

/* The digits that @text begins with; *@end is after them. 0, or -1 for none or too many. */
int size_parse_digits(const char *text, char **end, uint64_t *value);

/* A whole number from @min to @max, decimal. */
int size_parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *value,
		     struct error *err);

/* "1536M", "2G": the shortest form that size_parse() reads back. @text takes 32 bytes. */
const char *size_format(uint64_t size, char text[32]);

#endif
