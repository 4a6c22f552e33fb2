# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what is set here is for run, which sources this
# aarch64.sh: what tests/input/run has to know of arm64, to be sourced.

# An Image (Documentation/arm64/booting.rst) that waits for good: wfi, b .-4.
make_image() { # TEXT_OFFSET IMAGE_SIZE FLAGS (escaped, of 8 bytes) FILE
	{
		printf '\x7f\x20\x03\xd5\xff\xff\xff\x17'
		printf '%b' "$1$2$3"
		printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0ARM\x64\0\0\0\0'
	} >"$4"
}

make_kernels() {
	local zero='\0\0\0\0\0\0\0\0' page='\0\x10\0\0\0\0\0\0' flags='\x0a\0\0\0\0\0\0\0'

	make_image "$zero" "$page" "$flags" "$tmp/kernel"
	make_image "$zero" "$page" '\x0b\0\0\0\0\0\0\0' "$tmp/kernel.big-endian"
	make_image "$zero" "$zero" "$flags" "$tmp/kernel.no-size"
	make_image "$zero" '\0\0\0\0\0\0\0\xff' "$flags" "$tmp/kernel.huge"
	make_image "$zero" '\0\0\0\x20\0\0\0\0' "$flags" "$tmp/kernel.large"
	make_image '\x01\0\0\0\0\0\0\0' "$page" "$flags" "$tmp/kernel.unaligned"
	head -c 63 "$tmp/kernel" >"$tmp/kernel.cut"
	printf '\x7fELF%0100d' 0 >"$tmp/kernel.elf"
	{ head -c 510 /dev/zero; printf '\x55\xaa\0\0HdrS'; head -c 600 /dev/zero; } >"$tmp/kernel.bzimage"
}

refuse_kernels() {
	kernel text 'not an arm64 Image' "$here/run"
	kernel foreign 'an x86 bzImage' "$tmp/kernel.bzimage"
	kernel elf 'an ELF file for another machine: give an arm64 Image' "$tmp/kernel.elf"
	kernel truncated 'truncated: 63 bytes' "$tmp/kernel.cut"
	kernel big-endian 'a big-endian kernel' "$tmp/kernel.big-endian"
	kernel no-size 'image_size is 0' "$tmp/kernel.no-size"
	kernel huge 'image_size is 0xff' "$tmp/kernel.huge"
	kernel too-large 'needs RAM from 0x40000000 to 0x60000000' "$tmp/kernel.large" -m 256M
	kernel unaligned 'text_offset is 0x1' "$tmp/kernel.unaligned"
	kernel cmdline 'characters, but it takes' "$tmp/kernel" -a "$(head -c 70000 /dev/zero | tr '\0' x)"
	kernel initrd-large 'do not fit after' "$tmp/kernel" -i "$tmp/initrd" -m 100M
}

# Machines that no device tree can describe.
refuse_machines() {
	refuse tree-too-large 'the device tree takes more than' plan --topology 512n512l1c1t -m 512M
	refuse tree-too-large-run 'the device tree takes more than' run -k "$tmp/kernel" --topology 512n512l1c1t -m 512M
	refuse tree-cpus 'CPUs are more than the 6144' plan --topology 1n1l6145c1t
}

# The host is asked for its address width and PMU first; then as on x86-64. "-" is a step that may fail.
first_ioctl=3
capabilities=(USER_MEMORY IMMEDIATE_EXIT ONE_REG DEVICE_CTRL ARM_PSCI_0_2)
nr_limits=0
steps=(CREATE_VM SET_USER_MEMORY_REGION - - GET_VCPU_MMAP_SIZE CREATE_VCPU CREATE_DEVICE
	'SET_DEVICE_ATTR KVM_VGIC_V3_ADDR_TYPE_DIST' 'SET_DEVICE_ATTR KVM_DEV_ARM_VGIC_GRP_NR_IRQS'
	'SET_DEVICE_ATTR KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION'
	'SET_DEVICE_ATTR KVM_DEV_ARM_VGIC_CTRL_INIT' ARM_PREFERRED_TARGET)
machine=()
# In the vCPU's own thread. The caches' levels may be the host's.
vcpu_steps=(KVM_ARM_VCPU_INIT 'KVM_GET_ONE_REG MPIDR_EL1' 'KVM_SET_DEVICE_ATTR KVM_ARM_VCPU_PMU_V3_IRQ'
	'KVM_SET_DEVICE_ATTR KVM_ARM_VCPU_PMU_V3_INIT' - - KVM_SET_ONE_REG KVM_SET_ONE_REG)
