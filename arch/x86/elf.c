// SPDX-License-Identifier: MIT
#include "arch/x86/elf.h"

#include <elf.h>
#include <string.h>

static int check_header(const Elf64_Ehdr *header, uint64_t size, struct error *err)
{
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return error_set(err, "an ELF file, but no executable: give a vmlinux");
	if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phoff > size ||
	    header->e_phnum > (size - header->e_phoff) / sizeof(Elf64_Phdr))
		return error_set(err,
				 "truncated or damaged: its program headers lie outside of it");
	return 0;
}

static int check_overlap(const struct kernel *kernel, const Elf64_Phdr *p, struct error *err)
{
	for (unsigned int i = 0; i < kernel->nr; i++) {
		const struct kernel_segment *s = &kernel->segments[i];

		if (p->p_paddr < s->gpa + s->size && s->gpa < p->p_paddr + p->p_memsz)
			return error_set(
				err, "damaged: segment at 0x%llx overlaps the one at 0x%llx",
				(unsigned long long)p->p_paddr, (unsigned long long)s->gpa);
	}
	return 0;
}

static int add_segment(struct kernel *kernel, const Elf64_Phdr *p, uint64_t size, struct error *err)
{
	if (p->p_offset > size || p->p_filesz > size - p->p_offset || p->p_filesz > p->p_memsz)
		return error_set(err, "truncated or damaged: segment at 0x%llx lies outside of it",
				 (unsigned long long)p->p_paddr);
	if (p->p_paddr > UINT64_MAX - p->p_memsz)
		return error_set(err, "damaged: segment at 0x%llx wraps around",
				 (unsigned long long)p->p_paddr);
	if (kernel->nr == KERNEL_MAX_SEGMENTS)
		return error_set(err, "more than %d segments: no kernel has so many",
				 KERNEL_MAX_SEGMENTS);
	if (check_overlap(kernel, p, err))
		return -1;
	kernel->segments[kernel->nr++] =
		(struct kernel_segment){ p->p_offset, p->p_filesz, p->p_paddr, p->p_memsz };
	return 0;
}

int elf_parse(const uint8_t *head, uint64_t size, struct kernel *kernel, struct elf_table *table,
	      struct error *err)
{
	Elf64_Ehdr header;

	if (size < sizeof(header) && size >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG))
		return error_set(err, "truncated: %llu bytes", (unsigned long long)size);
	if (kernel_file_format(head, size) != KERNEL_VMLINUX_X86)
		return kernel_file_refuse(head, size, "an x86-64 kernel", err);
	memcpy(&header, head, sizeof(header));
	if (check_header(&header, size, err))
		return -1;
	kernel->entry = header.e_entry;
	*table = (struct elf_table){ header.e_phoff, header.e_phnum,
				     header.e_phnum * sizeof(Elf64_Phdr) };
	return 0;
}

int elf_parse_segments(const uint8_t *table, unsigned int nr, uint64_t size, struct kernel *kernel,
		       struct error *err)
{
	Elf64_Phdr program;

	kernel->nr = 0;
	for (unsigned int i = 0; i < nr; i++) {
		memcpy(&program, table + i * sizeof(program), sizeof(program));
		if (program.p_type == PT_LOAD && program.p_memsz &&
		    add_segment(kernel, &program, size, err))
			return -1;
	}
	if (!kernel->nr)
		return error_set(err, "an ELF file with nothing to load: give a vmlinux");
	return 0;
}
