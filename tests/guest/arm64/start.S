/* SPDX-License-Identifier: MIT */
/*
 * Where every guest begins: an Image by Linux's boot protocol (Documentation/arm64/booting.rst),
 * entered with X0 at the device tree and the MMU off. Clears its .bss, makes a stack, takes
 * exceptions, and calls guest_main(). It runs wherever it is put, at a multiple of 4 KiB.
 */
	.section .text.start, "ax"
	.globl	_start
_start:
	b	1f
	nop
	.quad	0			/* text_offset */
	.quad	bss_end - _start	/* image_size */
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

1:	adrp	x1, bss_start
	add	x1, x1, :lo12:bss_start
	adrp	x2, bss_end
	add	x2, x2, :lo12:bss_end
2:	cmp	x1, x2
	b.hs	3f
	str	xzr, [x1], #8
	b	2b
3:	adrp	x1, stack_end
	add	x1, x1, :lo12:stack_end
	mov	sp, x1
	adrp	x1, fdt
	str	x0, [x1, :lo12:fdt]
	adrp	x1, vectors
	add	x1, x1, :lo12:vectors
	msr	vbar_el1, x1
	isb
	bl	guest_main
	bl	power_off

/* What another CPU runs: X0 points to its flag, after which its MPIDR goes, and after that is how to
 * call the firmware, which then takes the CPU off again. */
	.globl	secondary
secondary:
	mrs	x1, mpidr_el1
	str	x1, [x0, #8]
	dsb	sy
	mov	x2, #1
	str	x2, [x0]
	dsb	sy
	ldr	x3, [x0, #16]
	mov	w0, #0x84000000
	add	w0, w0, #2		/* CPU_OFF */
	cbnz	x3, 1f
	hvc	#0
	b	2f
1:	smc	#0
2:	wfi
	b	2b

/* The fourth of the second group is an interrupt's; all others are a fault. */
	.macro	vector handler
	.balign	128
	b	\handler
	.endm
	.balign	2048
vectors:
	.rept	5
	vector	fault
	.endr
	vector	interrupt
	.rept	10
	vector	fault
	.endr

fault:	mrs	x0, esr_el1
	mrs	x1, elr_el1
	bl	on_fault

/* Keeps the registers that a C function may change. */
interrupt:
	sub	sp, sp, #176
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x30, [sp, #144]
	bl	on_interrupt
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x30, [sp, #144]
	add	sp, sp, #176
	eret

	.section .bss
	.balign	16
	.fill	8192
stack_end:

	.section .note.GNU-stack, "", @progbits
