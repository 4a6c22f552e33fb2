// SPDX-License-Identifier: MIT
#include "vmm/guest/modinfo.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/guest/unpack.h"

#define MAX_TEXT (1 << 20)

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

/* By its section headers; 32 bits are no kernel's that we start. */
static Elf_Scn *find_section(Elf *elf, const char *name)
{
	const char *ident = elf_getident(elf, NULL), *found;
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (!ident || ident[EI_CLASS] != ELFCLASS64 || elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		found = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name)
						       : NULL;
		if (found && !strcmp(found, name))
			break;
	}
	return section;
}

int modinfo_read(struct modinfo *info, const struct file *file, struct error *err)
{
	Elf_Data *data;
	Elf *elf;

	*info = (struct modinfo){ 0 };
	elf_version(EV_CURRENT);
	elf = elf_begin(file->fd, ELF_C_READ, NULL);
	data = elf_rawdata(find_section(elf, ".modinfo"), NULL);
	if (data && data->d_size && data->d_size <= MAX_TEXT) {
		info->text = xcalloc(1, data->d_size + 1);
		info->size = data->d_size;
		memcpy(info->text, data->d_buf, data->d_size);
	}
	elf_end(elf);
	if (info->text)
		return 0;
	return error_set(err, "%s: not a kernel module of 64 bits, or damaged", file->name);
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
