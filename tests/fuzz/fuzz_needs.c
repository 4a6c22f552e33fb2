// SPDX-License-Identifier: MIT
/* ELF files and scripts, as a command's archive is made of them: what each asks for. */
#include <string.h>

#include "tests/fuzz/support.h"
#include "vmm/guest/needs.h"

#define LARGEST_FILE (1 << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_confine(LARGEST_FILE);
	return 0;
}

/* Each is a text that ends, of those that the file has. */
static void check_texts(const struct needs *needs, size_t size)
{
	const char *const texts[] = { needs->interpreter, needs->argument, needs->soname,
				      needs->rpath, needs->runpath };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		must(!texts[i] || strlen(texts[i]) <= size);
	for (char **library = needs->libraries; library && *library; library++)
		must(strlen(*library) <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file(data, size);
	struct needs needs;
	struct error err = { 0 };

	if (needs_read(&needs, path, &err)) {
		fuzz_check_error(&err);
	} else {
		check_texts(&needs, size);
		needs_free(&needs);
	}
	return 0;
}
