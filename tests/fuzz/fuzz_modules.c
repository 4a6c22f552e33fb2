// SPDX-License-Identifier: MIT
/*
 * Folders of kernel modules. The input is a module, what a module says of itself, or each of
 * depmod's lists; whatever is found is whole, and there once.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mem/xalloc.h"
#include "tests/fuzz/folder.h"
#include "tests/fuzz/support.h"
#include "vmm/guest/modules.h"

#define LARGEST_FILE (8 << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_confine(LARGEST_FILE);
	folder_enter();
	must(!mkdir("plain", 0700) && !mkdir("listed", 0700) && !mkdir("bytes", 0700));
	return 0;
}

/* A module whose .modinfo is the input. */
static void put_module(const char *path, const uint8_t *data, size_t size)
{
	static const char names[] = "\0.modinfo";
	const Elf64_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL,
		.e_shoff = sizeof(header),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 3,
		.e_shstrndx = 2,
	};
	const size_t at = sizeof(header) + 3 * sizeof(Elf64_Shdr);
	const Elf64_Shdr sections[3] = {
		[1] = { .sh_name = 1,
			.sh_type = SHT_PROGBITS,
			.sh_offset = at + sizeof(names),
			.sh_size = size },
		[2] = { .sh_type = SHT_STRTAB, .sh_offset = at, .sh_size = sizeof(names) },
	};
	uint8_t *bytes = xcalloc(1, at + sizeof(names) + size);

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), sections, sizeof(sections));
	memcpy(bytes + at, names, sizeof(names));
	memcpy(bytes + at + sizeof(names), data, size);
	folder_put(path, bytes, at + sizeof(names) + size);
	free(bytes);
}

static void check_found(const char *names, char *folder)
{
	char *folders[] = { folder, NULL };
	struct error err = { 0 };
	struct modules modules;

	if (modules_find(&modules, names, folders, "6.1", &err))
		fuzz_check_error(&err);
	for (unsigned int i = 0; i < modules.nr; i++) {
		must(modules.list[i].name[0] && modules.list[i].size);
		for (unsigned int j = 0; j < i; j++)
			must(strcmp(modules.list[i].name, modules.list[j].name) != 0);
	}
	modules_free(&modules);
}

static void check_plain(const uint8_t *data, size_t size)
{
	static char folder[] = "plain";

	put_module("plain/b.ko", data, size);
	put_module("plain/c-d.ko", data, size / 2);
	folder_put("plain/modules.builtin.modinfo", data, size);
	check_found("b,c_d", folder);
	check_found("x:0-9", folder);
}

static void check_listed(const uint8_t *data, size_t size)
{
	static char folder[] = "listed";

	put_module("listed/b.ko", data, size);
	folder_put("listed/modules.dep", data, size);
	folder_put("listed/modules.alias", data, size);
	folder_put("listed/modules.builtin", data, size);
	check_found("b,x:0-9", folder);
}

static void check_bytes(const uint8_t *data, size_t size)
{
	static char folder[] = "bytes";

	folder_put("bytes/a.ko", data, size);
	check_found("a", folder);
	check_found("x:0-9", folder);
}

/* The last byte says which. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(const uint8_t *, size_t) = { check_plain, check_listed,
								   check_bytes };

	if (size)
		checks[data[size - 1] % 3](data, size - 1);
	return 0;
}
