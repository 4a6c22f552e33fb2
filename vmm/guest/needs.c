// SPDX-License-Identifier: MIT
#include "vmm/guest/needs.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"

#define MAX_LIBRARIES 4096

/* Without libelf's own maps, which end the program with SIGBUS when the file shrinks. */
static int open_plain(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? error_errno(err, "%s", path) : fd;
}

static bool find_segment(Elf *elf, uint32_t type, GElf_Phdr *segment)
{
	size_t nr;

	if (elf_getphdrnum(elf, &nr))
		return false;
	for (size_t i = 0; i < nr; i++)
		if (gelf_getphdr(elf, i, segment) && segment->p_type == type)
			return true;
	return false;
}

/* A dynamic section has addresses, not offsets. Returns 0 for one that is nowhere in the file. */
static uint64_t find_offset(Elf *elf, uint64_t address)
{
	GElf_Phdr segment;
	size_t nr;

	if (elf_getphdrnum(elf, &nr))
		return 0;
	for (size_t i = 0; i < nr; i++)
		if (gelf_getphdr(elf, i, &segment) && segment.p_type == PT_LOAD &&
		    address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
			return segment.p_offset + (address - segment.p_vaddr);
	return 0;
}

/* A copy of the text at @offset in @data; NULL when it does not end there. */
static char *copy_text(const Elf_Data *data, uint64_t offset)
{
	const char *text = data->d_buf;

	if (offset >= data->d_size || !memchr(text + offset, 0, data->d_size - offset))
		return NULL;
	return xstrdup(text + offset);
}

static int read_interpreter(Elf *elf, struct needs *needs)
{
	GElf_Phdr segment;
	Elf_Data *data;

	if (!find_segment(elf, PT_INTERP, &segment))
		return 0;
	data = elf_getdata_rawchunk(elf, segment.p_offset, segment.p_filesz, ELF_T_BYTE);
	needs->interpreter = data ? copy_text(data, 0) : NULL;
	return needs->interpreter ? 0 : -1;
}

static Elf_Data *find_strings(Elf *elf, Elf_Data *dynamic)
{
	uint64_t address = 0, size = 0, offset;
	GElf_Dyn dyn;

	for (int i = 0; gelf_getdyn(dynamic, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		if (dyn.d_tag == DT_STRTAB)
			address = dyn.d_un.d_ptr;
		else if (dyn.d_tag == DT_STRSZ)
			size = dyn.d_un.d_val;
	}
	offset = find_offset(elf, address);
	return offset ? elf_getdata_rawchunk(elf, offset, size, ELF_T_BYTE) : NULL;
}

/* Where the text of @tag is kept; NULL: it is none of ours. */
static char **find_place(struct needs *needs, unsigned int *nr, int64_t tag)
{
	switch (tag) {
	case DT_NEEDED:
		needs->libraries = xrealloc(needs->libraries, *nr + 2, sizeof(needs->libraries[0]));
		needs->libraries[*nr + 1] = NULL;
		return &needs->libraries[(*nr)++];
	case DT_SONAME:
		return &needs->soname;
	case DT_RPATH:
		return &needs->rpath;
	case DT_RUNPATH:
		return &needs->runpath;
	default:
		return NULL;
	}
}

static int read_dynamic(Elf *elf, struct needs *needs)
{
	Elf_Data *dynamic, *strings;
	unsigned int nr = 0;
	GElf_Phdr segment;
	GElf_Dyn dyn;

	if (!find_segment(elf, PT_DYNAMIC, &segment))
		return 0;
	dynamic = elf_getdata_rawchunk(elf, segment.p_offset, segment.p_filesz, ELF_T_DYN);
	strings = dynamic ? find_strings(elf, dynamic) : NULL;
	if (!strings)
		return -1;
	for (int i = 0; gelf_getdyn(dynamic, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		char **place = nr < MAX_LIBRARIES ? find_place(needs, &nr, dyn.d_tag) : NULL;

		if (!place)
			continue;
		if (dyn.d_tag != DT_NEEDED)
			free(*place);
		*place = copy_text(strings, dyn.d_un.d_val);
		if (!*place)
			return -1;
	}
	return 0;
}

static int read_elf(struct needs *needs, int fd)
{
	Elf *elf;
	GElf_Ehdr header;
	int ret = -1;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header)) {
		needs->machine = header.e_machine;
		needs->class = header.e_ident[EI_CLASS];
		ret = read_interpreter(elf, needs) || read_dynamic(elf, needs) ? -1 : 0;
	}
	elf_end(elf);
	return ret;
}

static char *cut_blanks(char *text)
{
	size_t size;

	text += strspn(text, " \t");
	size = strlen(text);
	while (size && (text[size - 1] == ' ' || text[size - 1] == '\t'))
		text[--size] = '\0';
	return text;
}

/* The interpreter ends at a blank, and all that follows is one argument. */
static void read_script(struct needs *needs, char *line)
{
	char *end = strchrnul(line, '\n'), *name;

	*end = '\0';
	name = cut_blanks(line);
	end = name + strcspn(name, " \t");
	needs->interpreter = *name ? xasprintf("%.*s", (int)(end - name), name) : NULL;
	end = cut_blanks(end);
	needs->argument = *end ? xstrdup(end) : NULL;
}

int needs_read(struct needs *needs, const char *path, struct error *err)
{
	char line[NEEDS_LINE + 1] = "";
	int fd = open_plain(path, err), ret = 0;
	ssize_t size;

	*needs = (struct needs){ 0 };
	if (fd < 0)
		return -1;
	size = pread(fd, line, NEEDS_LINE, 0);
	if (size < 0) {
		ret = error_errno(err, "%s", path);
	} else if (!memcmp(line, ELFMAG, SELFMAG)) {
		needs->kind = NEEDS_ELF;
		errno = 0; /* libelf does not say what it lacked */
		if (read_elf(needs, fd))
			ret = errno == ENOMEM
				      ? error_errno(err, "%s", path)
				      : error_set(err, "%s: a damaged ELF file: build it anew",
						  path);
	} else if (!memcmp(line, "#!", 2)) {
		needs->kind = NEEDS_SCRIPT;
		read_script(needs, line + 2);
	}
	close(fd);
	if (ret)
		needs_free(needs);
	return ret;
}

bool needs_same_machine(const struct needs *needs, const char *path)
{
	struct error err;
	Elf64_Ehdr header; /* which begins as that of 32 bits does */
	int fd = open_plain(path, &err);
	bool same = false;

	if (fd < 0)
		return false;
	if (pread(fd, &header, sizeof(header), 0) >= (ssize_t)sizeof(Elf32_Ehdr))
		same = !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
		       header.e_ident[EI_CLASS] == needs->class &&
		       header.e_machine == needs->machine;
	close(fd);
	return same;
}

void needs_free(struct needs *needs)
{
	for (char **library = needs->libraries; library && *library; library++)
		free(*library);
	free(needs->libraries);
	free(needs->interpreter);
	free(needs->argument);
	free(needs->soname);
	free(needs->rpath);
	free(needs->runpath);
	*needs = (struct needs){ 0 };
}
