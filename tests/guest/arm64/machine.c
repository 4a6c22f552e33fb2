// SPDX-License-Identifier: MIT
/* The part of the guests' library that is the machine: serial port, PSCI, memory, ways out. */
#include "guest.h"

/* Where a kernel without a tree could not be: no RAM, no device. */
#define NOWHERE 0x1000ULL

static uint64_t uart;
static uint32_t uart_shift, uart_width;
unsigned int uart_number;
static int failing;

/* By its alias, as Linux numbers them. */
int uart_find(struct fdt_node *serial, unsigned int port)
{
	static char alias[] = "serial0";
	struct fdt_node node;
	const uint8_t *path;
	uint32_t size;

	alias[6] = (char)('0' + port);
	for (fdt_first(&node); !same_text(node.name, "aliases");)
		if (!fdt_next(&node))
			return 0;
	path = fdt_property(&node, alias, &size);
	if (!path)
		return 0;
	for (fdt_first(serial); !same_text(serial->name, (const char *)path + 1);)
		if (!fdt_next(serial))
			return 0;
	return fdt_has(serial, "compatible", "ns16550a");
}

static void find_uart(void)
{
	struct fdt_node node;

	uart = 1; /* a failure to find it must not look for it again */
	if (!uart_find(&node, uart_number))
		crash();
	uart_shift = fdt_cell(&node, "reg-shift", 0, 0);
	uart_width = fdt_cell(&node, "reg-io-width", 0, 1);
	uart = fdt_cells(&node, "reg", 0);
}

int uart_select(unsigned int port)
{
	struct fdt_node node;

	if (port == uart_number)
		return 1;
	if (!uart_find(&node, port))
		return 0;
	uart_number = port;
	uart = 0; /* to be found */
	return 1;
}

uint64_t uart_where(unsigned int offset)
{
	if (!uart)
		find_uart();
	if (uart == 1)
		crash();
	return uart + ((uint64_t)offset << uart_shift);
}

uint8_t uart_in(unsigned int offset)
{
	uint64_t at = uart_where(offset);

	return uart_width == 4 ? (uint8_t)read32(at) : read8(at);
}

void uart_out(unsigned int offset, uint8_t value)
{
	uint64_t at = uart_where(offset);

	if (uart_width == 4)
		write32(at, value);
	else
		write8(at, value);
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

int psci_by_smc(void)
{
	struct fdt_node node;

	fdt_find(&node, "compatible", "arm,psci-0.2");
	return fdt_has(&node, "method", "smc");
}

int64_t psci(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
	int smc = psci_by_smc(); /* first: a call may change the registers below */
	register uint64_t x0 __asm__("x0") = function, x1 __asm__("x1") = a;
	register uint64_t x2 __asm__("x2") = b, x3 __asm__("x3") = c;

	if (smc)
		__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	else
		__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	return function >> 30 & 1 ? (int64_t)x0 : (int32_t)x0;
}

void halt(void)
{
	__asm__ volatile("msr daifset, #15");
	for (;;)
		__asm__ volatile("wfi");
}

/* Two registers at once where nothing is: KVM has no syndrome to tell what was to be loaded. */
void crash(void)
{
	uint64_t a, b;

	failing = 1;
	__asm__ volatile("ldp %0, %1, [%2]" : "=&r"(a), "=&r"(b) : "r"(NOWHERE));
	halt();
}

void power_off(void)
{
	psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	fail("still running after power-off", 0);
}

void on_fault(uint64_t syndrome, uint64_t address);
void on_fault(uint64_t syndrome, uint64_t address)
{
	if (failing)
		halt();
	put("fault at ");
	put_hex(address);
	put("\n");
	fail("fault of syndrome", syndrome);
}

uint64_t cpu_mpidr(const struct fdt_node *cpu)
{
	uint32_t size;

	if (!fdt_property(cpu, "reg", &size))
		fail("a CPU without a number at depth", cpu->depth);
	return size == 4 ? fdt_cell(cpu, "reg", 0, 0) : fdt_cells(cpu, "reg", 0);
}

uint64_t reach(uint64_t gpa)
{
	return gpa;
}

/* The memory nodes in the tree's order; addresses and sizes are of two cells each. */
static int memory_node(unsigned int i, uint64_t *start, uint64_t *size)
{
	struct fdt_node node;

	fdt_first(&node);
	do {
		if (!fdt_has(&node, "device_type", "memory") || i--)
			continue;
		*start = fdt_cells(&node, "reg", 0);
		*size = fdt_cells(&node, "reg", 2);
		return 1;
	} while (fdt_next(&node));
	return 0;
}

/* What touches is one range, in whatever order the tree has it; for that, each is asked for. */
int ram_range(unsigned int i, uint64_t *start, uint64_t *size)
{
	uint64_t first, bytes, before, before_size;

	for (unsigned int j = 0; memory_node(j, &first, &bytes); j++) {
		int goes_on = 0;

		for (unsigned int k = 0; memory_node(k, &before, &before_size); k++)
			goes_on = goes_on || before + before_size == first;
		if (goes_on || i--)
			continue;
		*start = first;
		*size = bytes;
		for (unsigned int k = 0; memory_node(k, &before, &before_size); k++) {
			if (before != *start + *size)
				continue;
			*size += before_size;
			k = (unsigned int)-1; /* from the first again */
		}
		return 1;
	}
	return 0;
}

int node_memory(unsigned int i, uint64_t *start)
{
	uint64_t size;

	return memory_node(i, start, &size);
}

void ignore_nmi(void)
{
}
