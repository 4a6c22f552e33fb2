/* SPDX-License-Identifier: MIT */
/* Small ELF files and scripts in the run's folder, for the suites of what programs need. */
#ifndef TESTS_UNIT_ELVES_H
#define TESTS_UNIT_ELVES_H

#include <stddef.h>
#include <stdint.h>

struct elf_spec {
	uint16_t machine; /* 0: ELVES_MACHINE; all are of 64 bits */
	const char *interpreter, *soname, *rpath, *runpath; /* NULL: none */
	const char *needed[4]; /* as many as are there */
};

#define ELVES_MACHINE 62 /* EM_X86_64: what is on the host has no say here */

/* The path of @name in the run's folder; to be freed. */
char *elves_path(const char *name);

/* Makes the file @name there, and the folders above it, of mode 755. */
void elves_make(const char *name, const struct elf_spec *spec);
void elves_text(const char *name, const char *text);

/* The symbolic link @name to @target. */
void elves_link(const char *name, const char *target);

#endif
