/* SPDX-License-Identifier: MIT */
/*
 * Where every guest begins: entered by the 64-bit boot protocol (Documentation/arch/x86/boot.rst)
 * with RSI at the zero page and no stack. Loads a GDT of its own with the protocol's selectors,
 * makes a stack, and calls guest_main().
 */
	.section .text.start, "ax"
	.code64
	.globl	_start
_start:
	cli
	cld
	lgdt	gdt_pointer(%rip)
	leaq	stack_end(%rip), %rsp
	movq	%rsi, zero_page(%rip)
	call	guest_main
	call	power_off

	.section .rodata
	.balign	16
gdt:
	.quad	0, 0
	.quad	0x00af9b000000ffff	/* 0x10: 64-bit code */
	.quad	0x00cf93000000ffff	/* 0x18: data */
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt

/*
 * What another CPU runs after the start-up interrupt, in real mode, copied to the start of a page
 * below 1 MiB (so DS = CS): leaves its APIC id as CPUID leaf 1 tells it, then raises the flag,
 * and stops. The two words are at the end of the copy.
 */
	.globl	trampoline, trampoline_id, trampoline_flag, trampoline_end
	.code16
trampoline:
	cli
	movw	%cs, %ax
	movw	%ax, %ds
	movl	$1, %eax
	cpuid
	shrl	$24, %ebx
	movl	%ebx, trampoline_id - trampoline
	movl	$1, trampoline_flag - trampoline
1:	hlt
	jmp	1b
	.balign	4
trampoline_id:
	.long	0
trampoline_flag:
	.long	0
trampoline_end:

	.section .bss
	.balign	16
	.fill	8192
stack_end:

	.section .note.GNU-stack, "", @progbits
