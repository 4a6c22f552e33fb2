// SPDX-License-Identifier: MIT
/* The interrupts of COM1 and COM2: an IOAPIC's pins 4 and 3, through an IDT of one gate. */
#include "guest.h"

#define VECTOR 0x40
#define PIN (uart_base == COM1 ? 4 : 3)
#define SPURIOUS_ON 0x1ff
#define GATE_PRESENT 0x8e00U

static uint64_t idt[256][2] __attribute__((aligned(16)));
static void (*serial_handler)(void);

void on_serial(void);
extern const uint8_t serial_entry[];

/* What the gate leads to: keeps the registers that a C function may change. */
__asm__(".text\n"
	"serial_entry:\n"
	"	push %rax; push %rcx; push %rdx; push %rsi; push %rdi; push %r8; push %r9; push "
	"%r10; push %r11\n"
	"	call on_serial\n"
	"	pop %r11; pop %r10; pop %r9; pop %r8; pop %rdi; pop %rsi; pop %rdx; pop %rcx; pop "
	"%rax\n"
	"	iretq\n");

void on_serial(void)
{
	serial_handler();
	lapic_write(LAPIC_EOI, 0);
}

void serial_interrupt(void (*handler)(void))
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = { sizeof(idt) - 1, (uintptr_t)idt };
	uint64_t gate = (uintptr_t)serial_entry;

	idt[VECTOR][0] = (gate & 0xffff) | 0x10ULL << 16 | (uint64_t)GATE_PRESENT << 32 |
			 (gate >> 16 & 0xffff) << 48;
	idt[VECTOR][1] = gate >> 32;
	serial_handler = handler;
	__asm__ volatile("lidt %0" : : "m"(pointer));
	lapic_write(LAPIC_SPURIOUS, SPURIOUS_ON);
	ioapic_write(IOAPIC_ENTRY(PIN) + 1, lapic_id() << 24);
	ioapic_write(IOAPIC_ENTRY(PIN), VECTOR);
	__asm__ volatile("sti" : : : "memory");
}

void serial_interrupt_mask(void)
{
	ioapic_write(IOAPIC_ENTRY(PIN), VECTOR | IOAPIC_MASKED);
}
