// SPDX-License-Identifier: MIT
/*
 * What stands in guest memory as the first CPU starts: kernel, initrd, command line, ACPI tables,
 * zero page, GDT and page tables. Documentation/arch/x86/boot.rst, "64-bit BOOT PROTOCOL".
 */
#include <string.h>

#include "arch/arch.h"
#include "arch/x86/acpi.h"
#include "arch/x86/e820.h"
#include "arch/x86/kernel.h"
#include "arch/x86/platform.h"
#include "vmm/guest/file.h"

#define PAGE 4096ULL
#define INITRD_MAX 0x7fffffffULL /* the highest address, where the kernel does not say */
#define CMDLINE_MAX 2047 /* COMMAND_LINE_SIZE, where the kernel does not say */

/* Entries 2 and 3 of the GDT are __BOOT_CS and __BOOT_DS: flat, 64-bit code and data. */
#define GDT_CODE 0x00af9b000000ffffULL
#define GDT_DATA 0x00cf93000000ffffULL

#define PTE_PRESENT 1ULL
#define PTE_WRITE 2ULL
#define PTE_LARGE 0x80ULL
#define LARGE_PAGE (2ULL << 20)
#define NR_DIRECTORIES 4 /* of 1 GiB each */

/* Copies to RAM that kernel_load() and the least machine's size have shown to be there. */
static int put(struct vm *vm, uint64_t gpa, const void *data, uint64_t size, struct error *err)
{
	void *at = ram_hva(&vm->ram, gpa, size);

	if (!at)
		return error_set(err,
				 "the first %llu KiB must be RAM: give the first nodes more memory",
				 (unsigned long long)(gpa + size) >> 10);
	memcpy(at, data, size);
	return 0;
}

static int put_gdt(struct vm *vm, struct error *err)
{
	const uint64_t gdt[] = { 0, 0, GDT_CODE, GDT_DATA };

	return put(vm, X86_GDT, gdt, sizeof(gdt), err);
}

/* The first 4 GiB, one to one, in 2 MiB pages. */
static int put_page_tables(struct vm *vm, struct error *err)
{
	const uint64_t flags = PTE_PRESENT | PTE_WRITE;
	uint64_t *pml4 = ram_hva(&vm->ram, X86_PAGE_TABLES, (2 + NR_DIRECTORIES) * PAGE);
	uint64_t *pdpt, *directories;

	if (!pml4)
		return error_set(err,
				 "the first MiB must be RAM: give the first nodes more memory");
	pdpt = pml4 + 512;
	directories = pdpt + 512;
	pml4[0] = (X86_PAGE_TABLES + PAGE) | flags;
	for (uint64_t i = 0; i < NR_DIRECTORIES; i++)
		pdpt[i] = (X86_PAGE_TABLES + (2 + i) * PAGE) | flags;
	for (uint64_t i = 0; i < NR_DIRECTORIES * 512; i++)
		directories[i] = i * LARGE_PAGE | flags | PTE_LARGE;
	return 0;
}

static int put_cmdline(struct vm *vm, const struct kernel *kernel, struct error *err)
{
	size_t size = strlen(vm->boot->cmdline), max = CMDLINE_MAX;

	if (kernel->has_header && kernel->header.cmdline_max)
		max = kernel->header.cmdline_max;
	if (max > X86_CMDLINE_MAX - 1)
		max = X86_CMDLINE_MAX - 1;
	if (size > max)
		return error_set(err,
				 "the kernel's command line has %zu characters, but it takes %zu: "
				 "shorten it",
				 size, max);
	return put(vm, X86_CMDLINE, vm->boot->cmdline, size + 1, err);
}

/* RAM from 0 on without a gap. */
static uint64_t low_ram_end(const struct machine *m)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < m->layout.nr_ranges && m->layout.ranges[i].gpa == end; i++)
		end += m->layout.ranges[i].size;
	return end;
}

/* As high as it may be: the kernel needs the room behind itself. */
static int place_initrd(struct vm *vm, const struct kernel *kernel, uint64_t size, uint64_t *gpa,
			struct error *err)
{
	uint64_t top = low_ram_end(vm->machine), max = INITRD_MAX;

	if (kernel->has_header && kernel->header.initrd_max)
		max = kernel->header.initrd_max;
	if (top > max + 1)
		top = max + 1;
	if (size > top || ((top - size) & ~(PAGE - 1)) < kernel->end)
		return error_set(err,
				 "%llu MiB do not fit between the kernel, which ends at %llu MiB, "
				 "and %llu MiB: %s",
				 (unsigned long long)(size + (1 << 20) - 1) >> 20,
				 (unsigned long long)kernel->end >> 20,
				 (unsigned long long)top >> 20,
				 top > max ? "the kernel takes it no higher, make it smaller"
					   : "give the first nodes more memory");
	*gpa = (top - size) & ~(PAGE - 1);
	return 0;
}

static int load_initrd(struct vm *vm, const struct kernel *kernel, struct zero_page_info *info,
		       struct error *err)
{
	struct file file;
	int ret;

	if (!vm->boot->initrd)
		return 0;
	if (file_open(&file, vm->boot->initrd, err))
		return error_prefix(err, "initrd ");
	info->initrd_size = file.size;
	ret = place_initrd(vm, kernel, file.size, &info->initrd, err);
	if (!ret)
		ret = file_read(&file, 0, ram_hva(&vm->ram, info->initrd, file.size), file.size,
				err);
	file_close(&file);
	return ret ? error_prefix(err, "initrd %s: ", vm->boot->initrd) : 0;
}

static int put_zero_page(struct vm *vm, const struct zero_page_info *info, struct error *err)
{
	uint8_t page[ZERO_PAGE_SIZE];

	if (zero_page_build(info, page, err))
		return -1;
	return put(vm, X86_ZERO_PAGE, page, sizeof(page), err);
}

static int put_acpi(struct vm *vm, const struct acpi_tables *tables, struct error *err)
{
	if (put(vm, X86_ACPI_BASE, tables->blob.data, tables->blob.size, err))
		return -1;
	return put(vm, X86_RSDP, tables->rsdp, sizeof(tables->rsdp), err);
}

/*
 * Linux reboots a hardware-reduced machine through EFI or, without it, through the BIOS's entry
 * (arch/x86/kernel/reboot.c, native_machine_emergency_restart()). Ours resets by the register that
 * the FADT names: mov $6, %al; mov $0xcf9, %dx; out %al, %dx; 1: hlt; jmp 1b
 */
static int put_reset_vector(struct vm *vm, struct error *err)
{
	static const uint8_t code[] = {
		0xb0,
		X86_RESET_VALUE,
		0xba,
		X86_RESET_CONTROL & 0xff,
		X86_RESET_CONTROL >> 8,
		0xee,
		0xf4,
		0xeb,
		0xfd,
	};

	return put(vm, X86_RESET_VECTOR, code, sizeof(code), err);
}

static int load_all(struct vm *vm, const struct acpi_tables *tables, const struct memory_map *e820,
		    struct error *err)
{
	struct kernel kernel;
	struct zero_page_info info = { .e820 = e820, .rsdp = X86_RSDP, .cmdline = X86_CMDLINE };

	if (kernel_load(vm, X86_ACPI_BASE + acpi_size(tables), &kernel, err) ||
	    load_initrd(vm, &kernel, &info, err) || put_cmdline(vm, &kernel, err))
		return -1;
	info.header = kernel.has_header ? &kernel.header : NULL;
	vm->arch.entry = kernel.entry;
	if (put_acpi(vm, tables, err) || put_gdt(vm, err) || put_page_tables(vm, err) ||
	    put_reset_vector(vm, err))
		return -1;
	return put_zero_page(vm, &info, err);
}

int arch_load(struct vm *vm, struct error *err)
{
	struct acpi_tables tables;
	struct memory_map e820;
	int ret;

	x86_acpi_build(vm->machine, &tables);
	e820_build(vm->machine, acpi_size(&tables), &e820);
	ret = load_all(vm, &tables, &e820, err);
	memory_map_free(&e820);
	acpi_free(&tables);
	return ret;
}
