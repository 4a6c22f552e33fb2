/* SPDX-License-Identifier: MIT */
/*
 * What a program's file asks for by itself: an ELF file's dynamic section and interpreter (System V
 * gABI, chapter 5), through libelf, and the first line of a script (execve(2)). For closure.c.
 */
#ifndef VMM_GUEST_NEEDS_H
#define VMM_GUEST_NEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include "mem/error.h"

#define NEEDS_LINE 256 /* BINPRM_BUF_SIZE: what the kernel reads of a script's first line */

enum needs_kind {
	NEEDS_NOTHING, /* neither of the two */
	NEEDS_ELF,
	NEEDS_SCRIPT,
};

struct needs {
	enum needs_kind kind;
	uint16_t machine; /* EM_... */
	uint8_t class; /* ELFCLASS... */
	char *interpreter; /* of either kind, or NULL */
	char *argument; /* of a script's interpreter, or NULL */
	char *soname, *rpath, *runpath; /* NULL: none */
	char **libraries; /* DT_NEEDED, in its order, after which NULL */
};

/* Reads the file at @path. Returns 0, or -1 when it cannot be read or is damaged. */
int needs_read(struct needs *needs, const char *path, struct error *err);

/* The file at @path is an ELF file of the same machine and class. */
bool needs_same_machine(const struct needs *needs, const char *path);

void needs_free(struct needs *needs);

#endif
