/* SPDX-License-Identifier: MIT */
/*
 * Guest memory read without any being made: a page that is not there is neither allocated nor
 * mapped for it, so that a look at a large, sparse guest costs no memory and cannot be a SIGBUS.
 * For what is read at addresses that the guest gave, which may go on and change what is there.
 *
 * Its system call is mincore(2). A page that is swapped out is not there.
 */
#ifndef MEM_RAM_PEEK_H
#define MEM_RAM_PEEK_H

#include "mem/ram.h"

#define RAM_PEEK_PAGE 4096

/* The host address of the 4 KiB page that @gpa is in, or NULL when it is no RAM or not there. */
const uint8_t *ram_peek_page(const struct ram *ram, uint64_t gpa);

/* Copies the @size bytes at @gpa. Returns false when not all of them are RAM, and there. */
bool ram_peek(const struct ram *ram, uint64_t gpa, void *to, size_t size);

/*
 * Calls @page with each such page that is there, by address, until it returns true or
 * @seconds have passed.
 */
void ram_peek_pages(const struct ram *ram, double seconds,
		    bool (*page)(void *opaque, uint64_t gpa, const uint8_t *at), void *opaque);

#endif
