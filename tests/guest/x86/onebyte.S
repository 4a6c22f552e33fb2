/* SPDX-License-Identifier: MIT */
/*
 * The shortest payload that a virtual machine monitor can be timed with: one byte to COM1, then a
 * reset by the keyboard controller, and where no such controller answers, a triple fault.
 *
 * Every instruction here has the same encoding in 32-bit and in 64-bit mode, so one entry serves
 * the 64-bit boot protocol (ELF e_entry) and PVH (the note below, entered in 32-bit protected
 * mode), which QEMU's microvm wants of an ELF kernel.
 */
	.section .text.start, "ax"
	.globl	_start
_start:
	movl	$0x3f8, %edx
	movb	$'x', %al
	outb	%al, %dx
	movb	$0xfe, %al
	outb	%al, $0x64
	movl	$no_idt, %edx
	lidt	(%rdx)
	ud2

	.section .rodata
no_idt:
	.fill	10, 1, 0

	.section .note.pvh, "a", @note
	.balign	4
	.long	4			/* length of the name */
	.long	4			/* length of the value */
	.long	18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	_start

	.section .note.GNU-stack, "", @progbits
