// SPDX-License-Identifier: MIT
/* What this host is, and the contract's functions that need no VM. */
#include "arch/arm64/host.h"

#include <fcntl.h>
#include <unistd.h>

#include "arch/arch.h"
#include "arch/arm64/fdt.h"
#include "arch/arm64/mpidr.h"
#include "arch/arm64/platform.h"
#include "vmm/run/kvm.h"

#define IPA_BITS_DEFAULT 40 /* of KVM's VMs of type 0 */
#define IPA_BITS_LEAST 32

const char arch_name[] = "aarch64";

/* ttyS0 comes late in the boot; earlycon has what the kernel says before. */
const char arch_cmdline[] = "console=ttyS0 earlycon panic=-1";
const uint64_t arch_fast_port = ARM64_FAST_PORT;

const uint64_t arch_node_min_size = 0;

/* A host without KVM can plan all the same. */
void arch_host_probe(struct arch_host *host)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), bits;

	*host = (struct arch_host){ .ipa_bits = IPA_BITS_DEFAULT };
	if (kvm < 0)
		return;
	bits = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);
	if (bits > 0) {
		host->sizes_ipa = true;
		host->ipa_bits = bits;
	}
	host->pmu = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_PMU_V3) > 0;
	close(kvm);
}

/* drivers/base/cacheinfo.c: what is in a CPU's own node is that CPU's own. */
void arch_cannot_show(const struct machine *m, void (*say)(void *opaque, const char *sentence),
		      void *opaque)
{
	if (m->topology.threads > 1)
		say(opaque, "Linux takes first-level caches in a device tree for each CPU's own, "
			    "not for shared by a core's threads");
}

/* The device tree that the guest would read, for dtc. */
int arch_tables_write(const struct machine *m, const char *folder, struct error *err)
{
	struct blob blob = { 0 };
	int ret = fdt_build(m, NULL, &blob, err);

	if (!ret)
		ret = blob_write(&blob, 0, blob.size, folder, "numavm.dtb", err);
	blob_free(&blob);
	return ret;
}

void arch_layout_space(const struct arch_host *host, struct layout_space *space)
{
	*space = (struct layout_space){ .ram_base = ARM64_RAM, .phys_bits = host->ipa_bits };
}

uint32_t arch_cpu_id(const struct machine *m, unsigned int cpu)
{
	(void)m;
	return mpidr(cpu);
}

unsigned int arch_vcpu_id(const struct machine *m, unsigned int cpu)
{
	(void)m;
	return cpu;
}

/* No more address bits than RAM needs: KVM's page tables then have fewer levels to walk. */
unsigned long arch_vm_type(const struct machine *m)
{
	unsigned int bits = IPA_BITS_LEAST;

	if (!m->host->sizes_ipa)
		return 0;
	while ((layout_end(&m->layout) - 1) >> bits)
		bits++;
	return KVM_VM_TYPE_ARM_IPA_SIZE(bits);
}

uint64_t arch_memory_block(const struct machine *m)
{
	(void)m;
	return LAYOUT_MEMORY_BLOCK;
}

int arch_memory_map(const struct machine *m, struct memory_map *map, struct error *err)
{
	struct blob tree = { 0 };
	int ret = fdt_build(m, NULL, &tree, err);

	*map = (struct memory_map){ 0 };
	blob_free(&tree);
	return ret;
}
