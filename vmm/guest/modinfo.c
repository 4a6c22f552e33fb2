// SPDX-License-Identifier: MIT
#include "vmm/guest/modinfo.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/guest/unpack.h"

#define MAX_SECTIONS 65536
#define MAX_TEXT (1 << 20) /* of .modinfo, and of section names */

int modinfo_open(struct file *file, const char *path, struct error *err)
{
	struct file packed;
	int fd;

	if (file_open(&packed, path, err))
		return -1;
	if (!unpack_knows(packed.head, packed.size)) {
		*file = packed;
		return 0;
	}
	fd = unpack_unkept(&packed, err);
	file_close(&packed);
	if (fd < 0)
		return error_prefix(err, "%s: ", path);
	return file_from_fd(file, fd, path, err);
}

static int refuse_elf(struct error *err)
{
	return error_set(err, "not a kernel module of 64 bits, or damaged");
}

static bool is_module(const struct file *file, const Elf64_Ehdr *header)
{
	return file->size >= sizeof(*header) && !memcmp(header->e_ident, ELFMAG, SELFMAG) &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_type == ET_REL && header->e_shentsize == sizeof(Elf64_Shdr) &&
	       header->e_shstrndx < header->e_shnum;
}

/* @size bytes at @offset with a 0 after them, or NULL. */
static void *read_part(const struct file *file, uint64_t offset, uint64_t size, uint64_t max,
		       struct error *err)
{
	char *part;

	if (size > max || size > file->size || offset > file->size - size) {
		refuse_elf(err);
		return NULL;
	}
	part = xcalloc(1, size + 1);
	if (!file_read(file, offset, part, size, err))
		return part;
	free(part);
	return NULL;
}

static const Elf64_Shdr *find_section(const Elf64_Shdr *sections, unsigned int nr,
				      const char *names, uint64_t size, const char *name)
{
	for (unsigned int i = 0; i < nr; i++)
		if (sections[i].sh_type == SHT_PROGBITS && sections[i].sh_name < size &&
		    !strcmp(names + sections[i].sh_name, name))
			return &sections[i];
	return NULL;
}

static int read_text(struct modinfo *info, const struct file *file, const Elf64_Shdr *sections,
		     const Elf64_Ehdr *header, struct error *err)
{
	const Elf64_Shdr *strings = &sections[header->e_shstrndx], *section;
	char *names = read_part(file, strings->sh_offset, strings->sh_size, MAX_TEXT, err);

	if (!names)
		return -1;
	section = find_section(sections, header->e_shnum, names, strings->sh_size, ".modinfo");
	free(names);
	if (!section)
		return refuse_elf(err);
	info->text = read_part(file, section->sh_offset, section->sh_size, MAX_TEXT, err);
	info->size = section->sh_size;
	return info->text ? 0 : -1;
}

int modinfo_read(struct modinfo *info, const struct file *file, struct error *err)
{
	Elf64_Shdr *sections = NULL;
	Elf64_Ehdr header;
	int ret = -1;

	*info = (struct modinfo){ 0 };
	memcpy(&header, file->head, sizeof(header));
	if (!is_module(file, &header))
		refuse_elf(err);
	else
		sections = read_part(file, header.e_shoff, header.e_shnum * sizeof(*sections),
				     MAX_SECTIONS * sizeof(*sections), err);
	if (sections)
		ret = read_text(info, file, sections, &header, err);
	free(sections);
	return ret ? error_prefix(err, "%s: ", file->name) : 0;
}

void modinfo_free(struct modinfo *info)
{
	free(info->text);
	*info = (struct modinfo){ 0 };
}

const char *modinfo_next(const struct modinfo *info, const char *key, const char *last)
{
	const char *end = info->text + info->size,
		   *at = last ? last + strlen(last) + 1 : info->text;
	size_t size = strlen(key);

	for (; at < end; at += strlen(at) + 1)
		if (!strncmp(at, key, size) && at[size] == '=')
			return at + size + 1;
	return NULL;
}
