// SPDX-License-Identifier: MIT
/*
 * What is in RAM beside the kernel, for load.c: initrd, command line, ACPI tables, zero page, GDT
 * and page tables. Documentation/arch/x86/boot.rst, "64-bit BOOT PROTOCOL".
 */
#include <string.h>

#include "arch/arch.h"
#include "arch/x86/acpi.h"
#include "arch/x86/platform.h"
#include "arch/x86/zero_page.h"

#define PAGE 4096ULL

/* Entries 2 and 3 of the GDT are __BOOT_CS and __BOOT_DS: flat, 64-bit code and data. */
#define GDT_CODE 0x00af9b000000ffffULL
#define GDT_DATA 0x00cf93000000ffffULL

#define PTE_PRESENT 1ULL
#define PTE_WRITE 2ULL
#define PTE_LARGE 0x80ULL
#define LARGE_PAGE (2ULL << 20)
#define NR_DIRECTORIES 4 /* of 1 GiB each */

/* As high as it may be: the kernel needs the room after itself. */
int arch_initrd_place(const struct load *load, uint64_t *gpa, struct error *err)
{
	uint64_t top = memory_map_ram_end(load->map, X86_HIGH_RAM);
	uint64_t size = boot_initrd_size(load->boot), max = load->kernel.initrd_max;
	bool capped = top > max + 1;

	if (capped)
		top = max + 1;
	if (size > top || ((top - size) & ~(PAGE - 1)) < load->kernel.end)
		return error_set(err,
				 "%llu MiB do not fit between the kernel, which ends at %llu MiB, "
				 "and %llu MiB: %s",
				 (unsigned long long)(size + (1 << 20) - 1) >> 20,
				 (unsigned long long)load->kernel.end >> 20,
				 (unsigned long long)top >> 20,
				 capped ? "the kernel takes it no higher, make it smaller"
					: "give the first nodes more memory");
	*gpa = (top - size) & ~(PAGE - 1);
	return 0;
}

/* The first 4 GiB, one to one, in 2 MiB pages. */
static void add_page_tables(struct boot_data *data)
{
	const uint64_t flags = PTE_PRESENT | PTE_WRITE;
	uint64_t tables[2 + NR_DIRECTORIES][512] = { { 0 } };
	uint64_t *pml4 = tables[0], *pdpt = tables[1], *directories = tables[2];

	pml4[0] = (X86_PAGE_TABLES + PAGE) | flags;
	for (uint64_t i = 0; i < NR_DIRECTORIES; i++)
		pdpt[i] = (X86_PAGE_TABLES + (2 + i) * PAGE) | flags;
	for (uint64_t i = 0; i < NR_DIRECTORIES * 512; i++)
		directories[i] = i * LARGE_PAGE | flags | PTE_LARGE;
	boot_data_add(data, X86_PAGE_TABLES, tables, sizeof(tables));
}

static void add_acpi(const struct load *load, struct boot_data *data)
{
	struct acpi_tables tables;

	x86_acpi_build(load->machine, &tables);
	boot_data_add(data, tables.base, tables.blob.data, tables.blob.size);
	boot_data_add(data, X86_RSDP, tables.rsdp, sizeof(tables.rsdp));
	blob_free(&tables.blob);
}

/*
 * Linux reboots a hardware-reduced machine through EFI or, without it, through the BIOS's entry
 * (arch/x86/kernel/reboot.c, native_machine_emergency_restart()). Ours resets by the register that
 * the FADT names: mov $6, %al; mov $0xcf9, %dx; out %al, %dx; 1: hlt; jmp 1b
 */
static void add_reset_vector(struct boot_data *data)
{
	/* clang-format off */
	static const uint8_t code[] = {
		0xb0, X86_RESET_VALUE, 0xba, X86_RESET_CONTROL & 0xff, X86_RESET_CONTROL >> 8,
		0xee, 0xf4, 0xeb, 0xfd,
	};
	/* clang-format on */

	boot_data_add(data, X86_RESET_VECTOR, code, sizeof(code));
}

static int add_zero_page(const struct load *load, struct boot_data *data, struct error *err)
{
	const struct zero_page_info info = {
		.header = load->kernel.header,
		.header_size = load->kernel.header_size,
		.e820 = load->map,
		.rsdp = X86_RSDP,
		.cmdline = X86_CMDLINE,
		.initrd = load->initrd,
		.initrd_size = boot_initrd_size(load->boot),
	};
	uint8_t page[ZERO_PAGE_SIZE];

	if (zero_page_build(&info, page, err))
		return -1;
	data->params = X86_ZERO_PAGE;
	boot_data_add(data, X86_ZERO_PAGE, page, sizeof(page));
	return 0;
}

int arch_boot_data(const struct load *load, struct boot_data *data, struct error *err)
{
	const uint64_t gdt[] = { 0, 0, GDT_CODE, GDT_DATA };
	const char *cmdline = load->boot->cmdline;

	boot_data_add(data, X86_GDT, gdt, sizeof(gdt));
	boot_data_add(data, X86_CMDLINE, cmdline, strlen(cmdline) + 1);
	add_page_tables(data);
	add_acpi(load, data);
	add_reset_vector(data);
	return add_zero_page(load, data, err);
}
