// SPDX-License-Identifier: MIT
/* The ports that end a machine: what ends it does, and nothing else. */
#include "arch/x86/power.h"
#include "arch/x86/platform.h"
#include "tests/fuzz/support.h"

/* 0x600 and 0x601, 0xcf9, 0x64, and neighbours of them. */
static const uint16_t ports[] = { 0x600, 0x601, 0xcf9, 0x64, 0x60, 0xcf8, 0x602, 0x5ff };

struct ends {
	unsigned int off, reset;
};

static void note_end(void *opaque, bool reset)
{
	struct ends *ends = opaque;

	ends->reset += reset;
	ends->off += !reset;
}

/* ACPI 6.5 4.8.3.7: SLP_TYP 5 with SLP_EN; bit 2 of the reset control; the i8042's 0xfe. */
static void expect(struct ends *ends, uint16_t port, uint64_t value, unsigned int size)
{
	if (port == 0x600 && size <= 2 && (value & 0x3c) == (5 << 2 | 1 << 5))
		ends->off++;
	if ((port == 0xcf9 && size == 1 && value & 4) ||
	    (port == 0x64 && size == 1 && value == 0xfe))
		ends->reset++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ends ends = { 0 }, want = { 0 };
	struct power power = { .end = note_end, .opaque = &ends };
	struct bytes bytes = { data, size };
	struct bus bus = { 0 };

	power_init(&power, &bus);
	while (bytes.left) {
		uint8_t op = fuzz_byte(&bytes);
		unsigned int wide = 1U << (op >> 3 & 3);
		uint64_t value = fuzz_byte(&bytes);

		if (op & 0x80) {
			bus_read(&bus, ports[op & 7], &value, wide);
			continue;
		}
		bus_write(&bus, ports[op & 7], &value, wide);
		expect(&want, ports[op & 7], value, wide);
		must(ends.off == want.off && ends.reset == want.reset);
	}
	return 0;
}
