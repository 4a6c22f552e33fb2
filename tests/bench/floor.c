// SPDX-License-Identifier: MIT
/*
 * floor: the least that any monitor must do for a payload, as the measure for those that do more.
 * It maps the memory, makes a VM with its slots, split irqchip and vCPU threads, loads an ELF64
 * file, enters it by the 64-bit boot protocol, passes what is written to COM1 on, and ends at the
 * first reset, shutdown or failure. No tables, no devices, no options beyond four.
 *
 * floor MEMORY_MIB VCPUS SLOTS ELF
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define HOLE_START (3 * GIB)
#define HOLE_END (4 * GIB)
#define TABLES 0x9000ULL /* GDT, then PML4, PDPT and four page directories */
#define ZERO_PAGE 0x7000ULL
#define COM1 0x3f8
#define I8042_COMMAND 0x64
#define I8042_RESET 0xfe

static struct {
	int kvm, vm;
	int run_size;
	uint8_t *ram;
	uint64_t entry;
	struct kvm_cpuid2 *cpuid;
	pthread_barrier_t
		ready; /* no vCPU runs before all are there: a guest may start any of them */
} machine;

static void fail(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void add_slot(unsigned int slot, uint64_t gpa, uint64_t size, uint64_t offset)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)machine.ram + offset,
	};

	if (ioctl(machine.vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
		fail("KVM_SET_USER_MEMORY_REGION");
}

/* Equal slots, around the hole: one that straddles it becomes two, as it does for a node. */
static void add_slots(uint64_t size, unsigned int slots)
{
	uint64_t offset = 0, gpa = 0;
	unsigned int slot = 0;

	for (unsigned int i = 0; i < slots; i++) {
		uint64_t left = i + 1 < slots ? size / slots / MIB * MIB : size - offset;

		while (left) {
			uint64_t part = left;

			if (gpa == HOLE_START)
				gpa = HOLE_END;
			if (gpa < HOLE_START && gpa + part > HOLE_START)
				part = HOLE_START - gpa;
			add_slot(slot++, gpa, part, offset);
			gpa += part;
			offset += part;
			left -= part;
		}
	}
}

static void load_elf(const char *path)
{
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, &ehdr, sizeof(ehdr), 0) != sizeof(ehdr))
		fail(path);
	for (int i = 0; i < ehdr.e_phnum; i++) {
		if (pread(fd, &phdr, sizeof(phdr), ehdr.e_phoff + i * sizeof(phdr)) != sizeof(phdr))
			fail(path);
		if (phdr.p_type == PT_LOAD && pread(fd, machine.ram + phdr.p_paddr, phdr.p_filesz,
						    phdr.p_offset) != (ssize_t)phdr.p_filesz)
			fail(path);
	}
	machine.entry = ehdr.e_entry;
	close(fd);
}

static void write_tables(void)
{
	uint64_t *gdt = (uint64_t *)(machine.ram + TABLES);
	uint64_t *pml4 = gdt + 512, *pdpt = pml4 + 512, *pd = pdpt + 512;

	gdt[2] = 0x00af9b000000ffffULL;
	gdt[3] = 0x00cf93000000ffffULL;
	pml4[0] = (TABLES + 0x2000) | 3;
	for (uint64_t i = 0; i < 4; i++)
		pdpt[i] = (TABLES + 0x3000 + i * 0x1000) | 3;
	for (uint64_t i = 0; i < 2048; i++)
		pd[i] = (i * 2 * MIB) | 0x83;
}

static void set_registers(int vcpu)
{
	struct kvm_segment code = { .selector = 0x10,
				    .type = 11,
				    .present = 1,
				    .s = 1,
				    .l = 1,
				    .g = 1,
				    .limit = 0xffffffff };
	struct kvm_segment data = { .selector = 0x18,
				    .type = 3,
				    .present = 1,
				    .s = 1,
				    .db = 1,
				    .g = 1,
				    .limit = 0xffffffff };
	struct kvm_regs regs = { .rip = machine.entry, .rsi = ZERO_PAGE, .rflags = 2 };
	struct kvm_sregs sregs;

	if (ioctl(vcpu, KVM_GET_SREGS, &sregs) < 0)
		fail("KVM_GET_SREGS");
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.gdt.base = TABLES;
	sregs.gdt.limit = 31;
	sregs.cr0 = 0x80000001;
	sregs.cr3 = TABLES + 0x1000;
	sregs.cr4 = 0x20;
	sregs.efer = 0x500;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) < 0)
		fail("KVM_SET_SREGS");
	if (ioctl(vcpu, KVM_SET_REGS, &regs) < 0)
		fail("KVM_SET_REGS");
}

static void handle_io(struct kvm_run *run)
{
	uint8_t *data = (uint8_t *)run + run->io.data_offset;

	if (run->io.direction == KVM_EXIT_IO_IN)
		memset(data, 0xff, (size_t)run->io.size * run->io.count);
	else if (run->io.port == COM1 && write(STDOUT_FILENO, data, 1) != 1)
		fail("stdout");
	else if (run->io.port == I8042_COMMAND && *data == I8042_RESET)
		_exit(0);
}

static void run_vcpu(int vcpu, struct kvm_run *run)
{
	for (;;) {
		if (ioctl(vcpu, KVM_RUN, 0) < 0) {
			if (errno != EINTR &&
			    errno != EAGAIN) /* EAGAIN: the vCPU was just started by another */
				fail("KVM_RUN");
			continue;
		}
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			handle_io(run);
			break;
		case KVM_EXIT_MMIO:
			memset(run->mmio.data, 0xff, sizeof(run->mmio.data));
			break;
		default:
			fprintf(stderr, "floor: exit reason %u\n", run->exit_reason);
			_exit(run->exit_reason == KVM_EXIT_SHUTDOWN ? 2 : 3);
		}
	}
}

static void *vcpu_thread(void *argument)
{
	unsigned long id = (uintptr_t)argument;
	int vcpu = ioctl(machine.vm, KVM_CREATE_VCPU, id);
	struct kvm_run *run;

	if (vcpu < 0)
		fail("KVM_CREATE_VCPU");
	run = mmap(NULL, machine.run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		fail("mmap of a vCPU");
	if (ioctl(vcpu, KVM_SET_CPUID2, machine.cpuid) < 0)
		fail("KVM_SET_CPUID2");
	if (id == 0)
		set_registers(vcpu);
	pthread_barrier_wait(&machine.ready);
	run_vcpu(vcpu, run);
	return NULL;
}

static void make_vm(uint64_t size, unsigned int slots)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 24 } };

	machine.kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (machine.kvm < 0)
		fail("/dev/kvm");
	machine.vm = ioctl(machine.kvm, KVM_CREATE_VM, 0);
	machine.run_size = ioctl(machine.kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (machine.vm < 0 || machine.run_size < 0)
		fail("KVM_CREATE_VM");
	machine.ram = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (machine.ram == MAP_FAILED)
		fail("mmap of the memory");
	add_slots(size, slots);
	if (ioctl(machine.vm, KVM_ENABLE_CAP, &split) < 0)
		fail("KVM_CAP_SPLIT_IRQCHIP");
	machine.cpuid = calloc(1, sizeof(*machine.cpuid) + 256 * sizeof(struct kvm_cpuid_entry2));
	if (!machine.cpuid)
		fail("calloc");
	machine.cpuid->nent = 256;
	if (ioctl(machine.kvm, KVM_GET_SUPPORTED_CPUID, machine.cpuid) < 0)
		fail("KVM_GET_SUPPORTED_CPUID");
}

int main(int argc, char **argv)
{
	unsigned long mib = argc == 5 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long vcpus = argc == 5 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long slots = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
	pthread_t thread;

	if (mib < 32 || mib > (1UL << 24) || !vcpus || !slots || slots > mib) {
		fprintf(stderr, "usage: floor MEMORY_MIB VCPUS SLOTS ELF\n");
		return 1;
	}
	make_vm(mib * MIB, slots);
	load_elf(argv[4]);
	write_tables();
	pthread_barrier_init(&machine.ready, NULL, (unsigned int)vcpus);
	for (unsigned long id = 1; id < vcpus; id++) {
		if (pthread_create(&thread, NULL, vcpu_thread, (void *)(uintptr_t)id))
			fail("pthread_create");
	}
	vcpu_thread(NULL);
	return 0;
}
