// SPDX-License-Identifier: MIT
/*
 * Preloaded into a NUMAVM that is linked dynamically: of its allocations, from about main() on, the
 * one numbered FAIL_MALLOC, from 1, fails. Prints FAILED to stderr when it came to that.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static atomic_uint count;
static unsigned int failing;
static atomic_bool begun;

static void __attribute__((constructor)) begin(void)
{
	const char *text = getenv("FAIL_MALLOC");

	failing = text ? atoi(text) : 0;
	begun = true;
}

static bool fails(void)
{
	if (!begun || ++count != failing)
		return false;
	if (write(STDERR_FILENO, "FAILED\n", 7) < 0)
		_exit(99);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	return fails() ? NULL : __libc_calloc(nr, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t nr, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(nr, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, bytes);
}
