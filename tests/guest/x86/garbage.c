// SPDX-License-Identifier: MIT
/*
 * garbage: a hostile guest. Reads and writes of every width, aligned or not, single and repeated,
 * at random (the same at every run) over the IOAPIC, COM1, the keyboard controller, the ACPI
 * registers and what nobody claims. Values that would end the machine by right are left out; then
 * it powers off, and whatever else ended it, or kept it from that, is the monitor's fault.
 */
#include "guest.h"

#define BUFFER 64
#define FADT_RESET 116
#define FADT_SLEEP_CONTROL 244
#define FADT_SLEEP_STATUS 256

static uint8_t buffer[BUFFER + 8];

/* Up to BUFFER bytes in one string instruction: one exit may carry them all. */
static void port_string(uint16_t port, uint64_t choice)
{
	void *at = buffer;
	uint64_t times = choice % (BUFFER / 4);

	switch (choice >> 8 & 3) {
	case 0:
		__asm__ volatile("rep outsb" : "+S"(at), "+c"(times) : "d"(port) : "memory");
		break;
	case 1:
		__asm__ volatile("rep insb" : "+D"(at), "+c"(times) : "d"(port) : "memory");
		break;
	case 2:
		__asm__ volatile("rep outsl" : "+S"(at), "+c"(times) : "d"(port) : "memory");
		break;
	default:
		__asm__ volatile("rep insl" : "+D"(at), "+c"(times) : "d"(port) : "memory");
	}
}

/* mask: the bits that a written byte may have, for places where others end the machine. */
static void port_access(uint16_t port, uint8_t mask)
{
	uint64_t choice = random();
	uint32_t value = (uint32_t)(random() & mask * 0x01010101ULL);

	switch (choice & 7) {
	case 0:
		in8(port);
		break;
	case 1:
		in16(port);
		break;
	case 2:
		in32(port);
		break;
	case 3:
		out16(port, (uint16_t)value);
		break;
	case 4:
		out32(port, value);
		break;
	case 5:
		for (unsigned int i = 0; i < BUFFER; i++)
			buffer[i] &= mask;
		port_string(port, choice >> 8);
		break;
	default:
		out8(port, (uint8_t)value);
	}
}

/*
 * Half of the accesses at the two windows, so that many reach a register; no line is asserted, so
 * no interrupt comes of it.
 */
static void storm_ioapic(void)
{
	for (unsigned int i = 0; i < STORM_ROUNDS; i++) {
		uint64_t choice = random();

		if (choice & 1)
			ioapic_write((uint8_t)(choice >> 8), (uint32_t)(choice >> 16));
		else
			memory_access(IOAPIC + (choice >> 8) % (choice & 2 ? 0x20 : 0xff8), 0xff);
	}
	for (uint8_t pin = 0; pin < 24; pin++)
		ioapic_write((uint8_t)IOAPIC_ENTRY(pin), IOAPIC_MASKED);
}

static void storm_serial(void)
{
	for (unsigned int i = 0; i < STORM_ROUNDS; i++)
		port_access((uint16_t)(COM1 - 2 + random() % 12), 0xff);
	out8(COM1 + UART_LCR, 0x03);
	out8(COM1 + UART_IER, 0);
	out8(COM1 + UART_MCR, 0x0b);
	out8(COM1 + UART_FCR, 0x07);
}

/*
 * Bit 7 off: neither a pulse of the reset line (0xf0 and up) nor the way to the output port
 * (0xd1).
 */
static void storm_i8042(void)
{
	for (unsigned int i = 0; i < STORM_ROUNDS; i++)
		port_access((uint16_t)(I8042_DATA + random() % 6), 0x7f);
}

/*
 * Neither SLP_EN (0x20) nor the reset value's bits: the lot of them at the three registers and
 * beside them.
 */
static void storm_acpi(void)
{
	static const unsigned int offsets[] = { FADT_RESET, FADT_SLEEP_CONTROL, FADT_SLEEP_STATUS };
	uint8_t reset = *(const uint8_t *)(fadt_register(FADT_RESET) + 1);

	for (unsigned int i = 0; i < STORM_ROUNDS; i++) {
		const struct gas *gas = fadt_register(offsets[random() % 3]);
		uint8_t mask = (uint8_t) ~(0x20 | reset);

		if (gas->space == 1)
			port_access((uint16_t)gas->address, mask);
		else
			memory_access(gas->address, mask);
	}
}

static int ends_machine(uint16_t port)
{
	const struct gas *reset = fadt_register(FADT_RESET),
			 *sleep = fadt_register(FADT_SLEEP_CONTROL);

	for (uint16_t i = 0; i < 4; i++, port++) {
		if (port == I8042_COMMAND || port == RESET_CONTROL || port == 0x92 ||
		    (reset->space == 1 && port == reset->address) ||
		    (sleep->space == 1 && port == sleep->address))
			return 1;
	}
	return 0;
}

static void storm_unclaimed(void)
{
	for (unsigned int i = 0; i < STORM_ROUNDS; i++) {
		uint64_t choice = random();
		uint16_t port = (uint16_t)(choice >> 16);

		if (choice & 1)
			memory_access(0xc0000000 + (choice >> 16) % 0x3ec00000ULL, 0xff);
		else if (choice & 2)
			memory_access(0xfef00000 + (choice >> 16) % 0xff000ULL, 0xff);
		else if (!ends_machine(port))
			port_access(port, 0xff);
	}
}

void guest_main(void)
{
	storm_unclaimed();
	storm_i8042();
	storm_acpi();
	storm_ioapic();
	storm_serial();
	put("\ngarbage: done\n");
}
