/* SPDX-License-Identifier: MIT */
	.section .rodata
	.balign 8
	.globl guest_init, guest_init_size
	.type guest_init, %object
	.type guest_init_size, %object
guest_init:
	.incbin "init/init"
.Lend:
	.size guest_init, . - guest_init
	.balign 8
guest_init_size:
	.quad .Lend - guest_init
	.size guest_init_size, 8

	.section .note.GNU-stack, "", %progbits
