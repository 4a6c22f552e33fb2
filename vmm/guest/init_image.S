/* SPDX-License-Identifier: MIT */
/* An ELF header alone, for the place of init. */
	.section .rodata
	.balign 8
	.globl guest_init, guest_init_size
	.type guest_init, %object
	.type guest_init_size, %object
guest_init:
	.byte 0x7f, 'E', 'L', 'F', 2, 1, 1
	.zero 11
#ifdef __aarch64__
	.short 183
#else
	.short 62
#endif
	.zero 44
.Lend:
	.size guest_init, . - guest_init
	.balign 8
guest_init_size:
	.quad .Lend - guest_init
	.size guest_init_size, 8

	.section .note.GNU-stack, "", %progbits
