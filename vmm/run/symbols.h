/* SPDX-License-Identifier: MIT */
/*
 * The names of a kernel's functions, of its vmlinux or System.map, for where its CPUs were at the
 * end. run.c opens the file before the run is confined and owns it; it is read only for a report,
 * and not mapped: a file can change or shrink at any time.
 */
#ifndef VMM_RUN_SYMBOLS_H
#define VMM_RUN_SYMBOLS_H

#include <libelf.h>
#include <stdint.h>
#include <stdio.h>

#include "vmm/guest/file.h"

#define SYMBOLS_NAME 128

struct symbols {
	struct file file; /* of size 0: there is none */
	Elf *elf; /* of a vmlinux, or NULL */
	FILE *map; /* of a System.map, or NULL */
};

/*
 * Opens @path; or, when it is NULL, what is beside @kernel: itself if it is a vmlinux,
 * System.map-VERSION beside vmlinuz-VERSION, or System.map or vmlinux at the top of the build tree
 * that it is in. None of these is no error. Returns 0, or -1 naming @path.
 */
int symbols_open(struct symbols *symbols, const char *path, const char *kernel, struct error *err);

/* An address of the kernel's, and the function that it is in. */
struct symbol {
	uint64_t address; /* as the file has it: without KASLR's offset */
	uint64_t start; /* of the function */
	char name[SYMBOLS_NAME]; /* empty: none is known */
};

/* Fills in @wanted[0..@nr), in one pass; their addresses are set, the rest zeroed. */
void symbols_find(struct symbols *symbols, struct symbol *wanted, unsigned int nr);

void symbols_close(struct symbols *symbols);

#endif
