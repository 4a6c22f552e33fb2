/* SPDX-License-Identifier: MIT */
/*
 * What the fuzzers have in common. Each is a file fuzz_NAME.c with an LLVMFuzzerTestOneInput(),
 * which libFuzzer (https://llvm.org/docs/LibFuzzer.html) calls with inputs of its own making; what
 * must hold of every input is a must(). Linked with the whole program but for main.c.
 */
#ifndef TESTS_FUZZ_SUPPORT_H
#define TESTS_FUZZ_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem/machine.h"

/* libFuzzer's. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the fuzzer, which keeps the input, when @condition does not hold. */
#define must(condition) ((condition) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_broken(const char *file, int line, const char *condition);

/* An input while it is read: what lies beyond its end is 0. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

uint8_t fuzz_byte(struct bytes *bytes);
/* Two of them, less than @limit. */
unsigned int fuzz_below(struct bytes *bytes, unsigned int limit);

/* What the writer of a message promises: there is one, and it ends within its room. */
void fuzz_check_error(const struct error *err);

/*
 * Makes a machine of any shape, with its layout in @space: nodes of memory, of CPUs or of both,
 * distances both ways. Returns false when there can be none such.
 */
bool fuzz_machine(struct bytes *bytes, const struct layout_space *space, struct machine *m);

/* The low @nr bytes at @at, little-endian. */
uint64_t fuzz_le(const uint8_t *at, unsigned int nr);

/* A file in memory with these bytes; the same one each time. Returns its path. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Nothing is kept of what is unpacked, and no file becomes larger than @largest bytes. */
void fuzz_confine(size_t largest);

#endif
