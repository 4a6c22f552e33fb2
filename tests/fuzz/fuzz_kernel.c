// SPDX-License-Identifier: MIT
/*
 * Kernel files: recognized, unpacked, planned and written to RAM as a run does it, for the
 * architecture that it is built for. The input is the file; its last byte says how to boot it.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "arch/kernel_release.h"
#include "mem/xalloc.h"
#include "tests/fuzz/support.h"
#include "vmm/run/vm.h"

#define LARGEST_FILE (8 << 20)

#define PACKED 1
#define UNPACKED 2
#define WITH_INITRD 4

static struct machine machine;
static struct arch_host host;
static struct vm vm = { .machine = &machine };

/* Two small nodes, with their RAM, for all inputs. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct ram_options options = { 0 };
	struct layout_space space;
	struct error err;

	(void)argc;
	(void)argv;
	fuzz_confine(LARGEST_FILE);
	topology_init(&machine.topology, 2);
	machine.topology.nodes[0] = (struct topology_node){ .size = 40 << 20, .llcs = 1 };
	machine.topology.nodes[1].size = 8 << 20;
	machine.host = &host;
	arch_host_probe(&host);
	arch_layout_space(&host, &space);
	must(!topology_finish(&machine.topology, &err) &&
	     !layout_build(&machine.topology, &space, &machine.layout, &err) &&
	     !arch_memory_map(&machine, &machine.map, &err) && !fit_make(&machine, &vm.fit, &err) &&
	     !ram_allocate(&vm.ram, &machine, &vm.fit, &options, &err));
	fit_unlock(&vm.fit);
	return 0;
}

/* The last segment is in RAM as it is in the file. */
static void check_loaded(const struct load *load)
{
	const struct kernel_segment *s = &load->kernel.segments[load->kernel.nr - 1];
	uint8_t *bytes = xcalloc(1, s->file_size);
	struct error err;

	must(s->file_size <= s->size && ram_hva(&vm.ram, s->gpa, s->size));
	must(!file_read(load->kernel_file, s->offset, bytes, s->file_size, &err));
	must(!memcmp(ram_hva(&vm.ram, s->gpa, s->size), bytes, s->file_size));
	free(bytes);
}

static void load_kernel(const struct boot *boot)
{
	struct error err = { 0 };
	struct load load;

	if (load_plan(&load, &machine, boot, &err)) {
		fuzz_check_error(&err);
	} else {
		must(!load_write(&load, &vm, &err));
		check_loaded(&load);
	}
	load_end(&load);
}

static void check_release(const struct boot *boot)
{
	char release[KERNEL_RELEASE_SIZE];
	struct error err = { 0 };

	if (kernel_release(boot, release, &err))
		fuzz_check_error(&err);
	else
		must(strnlen(release, sizeof(release)) - 1 < sizeof(release) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot boot = { .cmdline = "console=ttyS0" };
	struct error err = { 0 };
	const char *path;
	uint8_t how;

	if (size < 2)
		return 0;
	how = data[size - 1];
	boot.mode = how & PACKED ? BOOT_PACKED : how & UNPACKED ? BOOT_UNPACKED : BOOT_DEFAULT;
	path = fuzz_file(data, size - 1);
	must(!boot_open(&boot, path, how & WITH_INITRD ? path : NULL, &err));
	load_kernel(&boot);
	check_release(&boot);
	boot_close(&boot);
	return 0;
}
