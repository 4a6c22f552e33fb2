// SPDX-License-Identifier: MIT
/*
 * garbage: a hostile guest. Reads and writes of every width at random (the same at every run) over
 * the serial port and what nobody claims, and calls of PSCI with random arguments. What would end
 * or stop the machine by right is left out; then it powers off, and whatever else ended it, or kept
 * it from that, is the monitor's fault.
 */
#include "guest.h"

static const uint64_t unclaimed[] = UNCLAIMED;

static void storm_unclaimed(void)
{
	for (unsigned int i = 0; i < STORM_ROUNDS; i++) {
		uint64_t choice = random();
		uint64_t near = unclaimed[choice % (sizeof(unclaimed) / sizeof(unclaimed[0]))];

		memory_access(near & ~0xfffULL, 0xff);
		memory_access(0x20000000 + (choice >> 8) % 0x10000000, 0xff);
	}
}

/* Beyond its last register as well, up to the page's end. */
static void storm_serial(void)
{
	for (unsigned int i = 0; i < STORM_ROUNDS; i++) {
		uint64_t choice = random();

		memory_access((uart_where(0) & ~0xfffULL) +
				      (choice >> 1) % (choice & 1 ? 16 : 4088),
			      0xff);
	}
	uart_out(UART_LCR, 0x03);
	uart_out(UART_IER, 0);
	uart_out(UART_MCR, 0x0b);
	uart_out(UART_FCR, 0x07);
}

/* Neither SUSPEND, which is a halt, nor the ways to go off. */
static void storm_psci(void)
{
	static const uint32_t functions[] = { PSCI_VERSION,  PSCI_CPU_ON, PSCI_AFFINITY_INFO,
					      PSCI_FEATURES, 0x84000005,  0x8400003f,
					      0xc600ffff };

	for (unsigned int i = 0; i < STORM_ROUNDS; i++) {
		uint64_t choice = random();

		psci(functions[choice % (sizeof(functions) / sizeof(functions[0]))],
		     random() | 1ULL << 63, random(), random());
	}
}

void guest_main(void)
{
	storm_unclaimed();
	storm_psci();
	storm_serial();
	put("\ngarbage: done\n");
}
