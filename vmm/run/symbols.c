// SPDX-License-Identifier: MIT
#include "vmm/run/symbols.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"

#define FAR (1 << 20) /* no function is as long */
#define MAX_LINE 4096

/* The symbols that are looked for. */
struct search {
	struct symbol *wanted;
	unsigned int nr;
};

static void offer(const struct search *search, uint64_t start, const char *name)
{
	if (!*name || *name == '$' || *name == '.')
		return; /* of the assembler's */
	for (unsigned int i = 0; i < search->nr; i++) {
		struct symbol *w = &search->wanted[i];

		if (start > w->address || w->address - start >= FAR ||
		    (w->name[0] && start <= w->start))
			continue;
		w->start = start;
		snprintf(w->name, sizeof(w->name), "%s", name);
	}
}

static void search_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
			 const struct search *search)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t nr = data && header->sh_entsize ? data->d_size / header->sh_entsize : 0;
	GElf_Sym symbol;

	for (size_t i = 0; i < nr && gelf_getsym(data, i, &symbol); i++) {
		unsigned char type = GELF_ST_TYPE(symbol.st_info);
		const char *name = NULL;

		if (symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS &&
		    (type == STT_FUNC || type == STT_NOTYPE))
			name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (name)
			offer(search, symbol.st_value, name);
	}
}

static void search_elf(Elf *elf, const struct search *search)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			search_table(elf, section, &header, search);
}

/* "ffffffff81000000 T _text"; returns whether it is a symbol's line. */
static bool read_line(const char *line, uint64_t *start, char *type, char name[SYMBOLS_NAME])
{
	unsigned long long address;

	if (strspn(line, "0123456789abcdef") != 16 ||
	    sscanf(line, "%16llx %c %127s", &address, type, name) != 3)
		return false;
	*start = address;
	return true;
}

/* Up to what is no line of a text. */
static void search_map(FILE *map, const struct search *search)
{
	char line[MAX_LINE], type, name[SYMBOLS_NAME];
	uint64_t start;

	while (fgets(line, sizeof(line), map) && strchr(line, '\n'))
		if (read_line(line, &start, &type, name) && strchr("tTwW", type))
			offer(search, start, name);
}

void symbols_find(struct symbols *symbols, struct symbol *wanted, unsigned int nr)
{
	const struct search search = { wanted, nr };

	if (symbols->elf)
		search_elf(symbols->elf, &search);
	else if (symbols->map)
		search_map(symbols->map, &search);
}

/* libelf looks at the descriptor with calls that a confined run has not: here, not later. */
static int begin(struct symbols *symbols, struct error *err)
{
	char line[65] = "", type, name[SYMBOLS_NAME];
	uint64_t start;

	memcpy(line, symbols->file.head, sizeof(line) - 1);
	if (!memcmp(line, ELFMAG, SELFMAG)) {
		elf_version(EV_CURRENT);
		symbols->elf = elf_begin(symbols->file.fd, ELF_C_READ, NULL);
		if (symbols->elf && elf_kind(symbols->elf) == ELF_K_ELF)
			return 0;
	} else if (read_line(line, &start, &type, name)) {
		symbols->map = xcheck(fdopen(symbols->file.fd, "r"));
		return 0;
	}
	return error_set(err, "--symbols %s: neither a vmlinux nor a System.map",
			 symbols->file.name);
}

static int open_path(struct symbols *symbols, const char *path, struct error *err)
{
	if (file_open(&symbols->file, path, err))
		return error_prefix(err, "--symbols: ");
	return begin(symbols, err);
}

/* Whatever is wrong with one, it is not there. */
static void try_paths(struct symbols *symbols, const char *kernel)
{
	const char *slash = strrchr(kernel, '/');
	const char *name = slash ? slash + 1 : kernel, *version = strchr(name, '-');
	int folder = name - kernel;
	char *paths[] = {
		xstrdup(strncmp(name, "vmlinux", 7) ? "" : kernel),
		xasprintf("%.*sSystem.map%s", folder, kernel, version ? version : ""),
		xasprintf("%.*s../../../System.map", folder, kernel),
		xasprintf("%.*s../../../vmlinux", folder, kernel),
	};
	struct error err;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!symbols->file.size && open_path(symbols, paths[i], &err))
			symbols_close(symbols);
		free(paths[i]);
	}
}

int symbols_open(struct symbols *symbols, const char *path, const char *kernel, struct error *err)
{
	*symbols = (struct symbols){ .file.fd = -1 };
	if (path)
		return open_path(symbols, path, err);
	try_paths(symbols, kernel);
	return 0;
}

void symbols_close(struct symbols *symbols)
{
	if (symbols->elf)
		elf_end(symbols->elf);
	if (symbols->map)
		fclose(symbols->map);
	else
		file_close(&symbols->file);
	*symbols = (struct symbols){ .file.fd = -1 };
}
