# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what is set here is for run, which sources this
# x86_64.sh: what tests/input/run has to know of x86-64, to be sourced.

# An ELF file that loads a byte at 16 MiB.
elf_byte() { printf '%b' "\\x$(printf %02x "$1")"; }
make_elf() { # PADDR_BYTE2 (the address's third byte) FILE
	{
		printf '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0'
		printf '\0\0'; elf_byte "$1"; printf '\x01\0\0\0\0'		# e_entry
		printf '\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\x38\0\x01\0\0\0\0\0\0\0'
		printf '\x01\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0'
		printf '\0\0'; elf_byte "$1"; printf '\x01\0\0\0\0'		# p_vaddr
		printf '\0\0'; elf_byte "$1"; printf '\x01\0\0\0\0'		# p_paddr
		printf '\x79\0\0\0\0\0\0\0\x79\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\xf4'
	} >"$2"
}

make_kernels() {
	make_elf 0 "$tmp/kernel"
	head -c 100 "$tmp/kernel" >"$tmp/kernel.cut"
	{ head -c 18 "$tmp/kernel"; printf '\xb7\0'; tail -c +21 "$tmp/kernel"; } >"$tmp/kernel.foreign"
	{ printf 'MZ\0\0zimg'; head -c 200 /dev/zero; } >"$tmp/kernel.zboot"
	head -c 200 /dev/zero | gzip >"$tmp/kernel.gz"
	{ head -c 88 "$tmp/kernel"; printf '\0\x10\0\0'; tail -c +93 "$tmp/kernel"; } >"$tmp/kernel.low"
}

refuse_kernels() {
	kernel text 'not an x86-64 kernel' "$here/run"
	kernel foreign-elf 'an arm64 vmlinux: give an x86-64 kernel' "$tmp/kernel.foreign"
	kernel foreign-zboot 'an EFI zboot image, as arm64 has them: give an x86-64 kernel' "$tmp/kernel.zboot"
	kernel foreign-gz 'such as an arm64 Image.gz: give an x86-64 kernel' "$tmp/kernel.gz"
	kernel truncated-elf 'truncated' "$tmp/kernel.cut"
	kernel low 'wants address 0x1000, but what is below 0x100000 is ' "$tmp/kernel.low"
	kernel too-high 'needs RAM from 0x1000000 to 0x1000079' "$tmp/kernel" -m 16M
	kernel cmdline 'characters, but it takes' "$tmp/kernel" -a "$(head -c 70000 /dev/zero | tr '\0' x)"
	kernel initrd-large 'do not fit between the kernel' "$tmp/kernel" -i "$tmp/initrd" -m 100M
}

# Machines that have no room for their ACPI tables.
refuse_machines() {
	refuse tables-too-large 'the ACPI tables take ' plan -m 1M
	refuse tables-too-large-run 'give the first nodes more memory' run -k "$tmp/kernel" -m 1M
}

# The first ioctl is KVM_GET_API_VERSION; two limits and the capabilities that it must have follow, then
# the architecture's own limits, then what it must do. "-" is a step that may fail, "?NAME" the question
# for a capability that is enabled where KVM has it.
first_ioctl=1
capabilities=(USER_MEMORY IMMEDIATE_EXIT SPLIT_IRQCHIP SIGNAL_MSI TSC_DEADLINE_TIMER X2APIC_API)
nr_limits=1
steps=(CREATE_VM SET_USER_MEMORY_REGION SET_USER_MEMORY_REGION GET_SUPPORTED_CPUID
	SET_IDENTITY_MAP_ADDR SET_TSS_ADDR ENABLE_CAP ENABLE_CAP SET_BOOT_CPU_ID ?X86_NOTIFY_VMEXIT
	?X86_BUS_LOCK_EXIT GET_VCPU_MMAP_SIZE CREATE_VCPU)
machine=(--node "memory=32M,llcs=1" --node "memory=32M,llcs=2") # CPU 0 has not id 0
# In the vCPU's own thread.
vcpu_steps=(KVM_SET_CPUID2 KVM_SET_MSRS KVM_GET_SREGS KVM_SET_SREGS KVM_SET_REGS)
