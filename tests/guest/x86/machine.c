// SPDX-License-Identifier: MIT
/* The part of the guests' library that needs no tables: serial ports, ways out, APICs. */
#include "guest.h"

#define APIC_BASE_MSR 0x1b
#define APIC_BASE_X2 0x400
#define X2APIC_MSRS 0x800

uint8_t *zero_page;
uint16_t uart_base = COM1;

/* A port that is not there reads as ones. */
int uart_select(unsigned int port)
{
	uint16_t base = port ? COM2 : COM1;

	if (in8(base + UART_LSR) == 0xff)
		return 0;
	uart_base = base;
	return 1;
}

void put_byte(char c)
{
	while (!(uart_in(UART_LSR) & UART_LSR_THRE))
		pause();
	uart_out(UART_DATA, (uint8_t)c);
}

char get_byte(void)
{
	while (!(uart_in(UART_LSR) & UART_LSR_DR))
		pause();
	return (char)uart_in(UART_DATA);
}

void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* No IDT: the fault cannot be delivered, nor the fault of that: a triple fault. */
void crash(void)
{
	static const uint8_t no_idt[10];

	__asm__ volatile("lidt %0; ud2" : : "m"(no_idt));
	halt();
}

#define NMI 2

extern const uint8_t nmi_entry[];

__asm__(".text\n"
	"nmi_entry:\n"
	"	iretq\n");

void ignore_nmi(void)
{
	static uint64_t idt[NMI + 1][2] __attribute__((aligned(16)));
	const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = { sizeof(idt) - 1, (uintptr_t)idt };
	uint64_t gate = (uintptr_t)nmi_entry;

	idt[NMI][0] =
		(gate & 0xffff) | 0x10ULL << 16 | 0x8e00ULL << 32 | (gate >> 16 & 0xffff) << 48;
	idt[NMI][1] = gate >> 32;
	__asm__ volatile("lidt %0" : : "m"(pointer));
}

static int lapic_is_x2(void)
{
	return (rdmsr(APIC_BASE_MSR) & APIC_BASE_X2) != 0;
}

uint32_t lapic_id(void)
{
	return lapic_is_x2() ? (uint32_t)rdmsr(X2APIC_MSRS + LAPIC_ID / 16)
			     : read32(LAPIC + LAPIC_ID) >> 24;
}

void lapic_write(unsigned int offset, uint32_t value)
{
	if (lapic_is_x2())
		wrmsr(X2APIC_MSRS + offset / 16, value);
	else
		write32(LAPIC + offset, value);
}

void lapic_interrupt(uint32_t destination, uint32_t command)
{
	if (lapic_is_x2()) {
		wrmsr(X2APIC_MSRS + LAPIC_COMMAND / 16, (uint64_t)destination << 32 | command);
	} else {
		write32(LAPIC + LAPIC_COMMAND + 0x10, destination << 24);
		write32(LAPIC + LAPIC_COMMAND, command);
	}
}

uint32_t ioapic_read(uint8_t index)
{
	write32(IOAPIC_SELECT, index);
	return read32(IOAPIC_WINDOW);
}

void ioapic_write(uint8_t index, uint32_t value)
{
	write32(IOAPIC_SELECT, index);
	write32(IOAPIC_WINDOW, value);
}
