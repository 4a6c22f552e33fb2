// SPDX-License-Identifier: MIT
#include "tests/unit/elves.h"

#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/support.h"

#define BASE 0x400000 /* addresses are not offsets */

struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segments[3];
	Elf64_Dyn dynamic[12];
	char strings[1024];
	size_t nr, size;
};

char *elves_path(const char *name)
{
	return xasprintf("%s/%s", scratch_dir, name);
}

static size_t add_string(struct image *image, const char *text)
{
	size_t at = image->size;

	ck_assert_uint_lt(at + strlen(text) + 1, sizeof(image->strings));
	strcpy(image->strings + at, text);
	image->size += strlen(text) + 1;
	return at;
}

static void add_text(struct image *image, int64_t tag, const char *text)
{
	if (!text)
		return;
	image->dynamic[image->nr].d_tag = tag;
	image->dynamic[image->nr++].d_un.d_val = add_string(image, text);
}

static void add_number(struct image *image, int64_t tag, uint64_t value)
{
	image->dynamic[image->nr].d_tag = tag;
	image->dynamic[image->nr++].d_un.d_val = value;
}

static void add_dynamic(struct image *image, const struct elf_spec *spec)
{
	image->size = 1;
	for (size_t i = 0; i < COUNT(spec->needed); i++)
		add_text(image, DT_NEEDED, spec->needed[i]);
	add_text(image, DT_SONAME, spec->soname);
	add_text(image, DT_RPATH, spec->rpath);
	add_text(image, DT_RUNPATH, spec->runpath);
	add_number(image, DT_STRTAB, BASE + offsetof(struct image, strings));
	add_number(image, DT_STRSZ, sizeof(image->strings));
	add_number(image, DT_NULL, 0);
}

static void add_segments(struct image *image, const struct elf_spec *spec)
{
	size_t interpreter = spec->interpreter ? add_string(image, spec->interpreter) : 0;

	image->segments[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
					   .p_vaddr = BASE,
					   .p_filesz = sizeof(*image),
					   .p_memsz = sizeof(*image) };
	image->segments[1] = (Elf64_Phdr){ .p_type = PT_DYNAMIC,
					   .p_offset = offsetof(struct image, dynamic),
					   .p_filesz = sizeof(image->dynamic) };
	if (!spec->interpreter)
		return;
	image->segments[2] = (Elf64_Phdr){
		.p_type = PT_INTERP,
		.p_offset = offsetof(struct image, strings) + interpreter,
		.p_filesz = strlen(spec->interpreter) + 1,
	};
}

static void write_file(const char *name, const void *data, size_t size)
{
	char *path = elves_path(name);
	int fd;

	for (char *at = path + strlen(scratch_dir) + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(path, 0755);
	}
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0755);
	ck_assert_msg(fd >= 0, "%s: %m", path);
	ck_assert_int_eq(write(fd, data, size), size);
	close(fd);
	free(path);
}

void elves_make(const char *name, const struct elf_spec *spec)
{
	struct image image = { .header = { .e_ident = ELFMAG } };

	image.header.e_ident[EI_CLASS] = ELFCLASS64;
	image.header.e_ident[EI_DATA] = ELFDATA2LSB;
	image.header.e_ident[EI_VERSION] = EV_CURRENT;
	image.header.e_type = ET_DYN;
	image.header.e_machine = spec->machine ? spec->machine : ELVES_MACHINE;
	image.header.e_version = EV_CURRENT;
	image.header.e_phoff = offsetof(struct image, segments);
	image.header.e_ehsize = sizeof(Elf64_Ehdr);
	image.header.e_phentsize = sizeof(Elf64_Phdr);
	image.header.e_phnum = spec->interpreter ? 3 : 2;
	add_dynamic(&image, spec);
	add_segments(&image, spec);
	write_file(name, &image, sizeof(image));
}

void elves_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

void elves_link(const char *name, const char *target)
{
	char *path = elves_path(name);

	ck_assert_msg(!symlink(target, path), "%s: %m", path);
	free(path);
}
