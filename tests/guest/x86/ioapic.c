// SPDX-License-Identifier: MIT
/*
 * ioapic: 24 pins that come up masked, entries that keep what is written but for their read-only
 * bits, and nothing beyond them.
 */
#include "guest.h"

#define PINS 24
#define READ_ONLY 0x5000U /* delivery status and remote IRR */
#define LEVEL 0x8000U

static void check_version(void)
{
	uint32_t version = ioapic_read(IOAPIC_VERSION);

	if ((version & 0xff) < 0x11 || (version & 0xff) > 0x2f)
		fail("not an IOAPIC's version", version);
	if ((version >> 16 & 0xff) != PINS - 1)
		fail("another number of pins in the version", version);
}

static void check_pin(uint8_t pin)
{
	uint8_t index = (uint8_t)IOAPIC_ENTRY(pin);
	uint32_t low = IOAPIC_MASKED | LEVEL | READ_ONLY | 0x2000 | (0x30U + pin);

	if (!(ioapic_read(index) & IOAPIC_MASKED))
		fail("a pin that is not masked at first", pin);
	ioapic_write((uint8_t)(index + 1), (uint32_t)pin << 24);
	ioapic_write(index, low);
	if (ioapic_read((uint8_t)(index + 1)) >> 24 != pin)
		fail("the destination was not kept by pin", pin);
	if (ioapic_read(index) != (low & ~READ_ONLY))
		fail("an entry's low half reads", ioapic_read(index));
}

void guest_main(void)
{
	check_version();
	ioapic_write(IOAPIC_ID, 5U << 24);
	if ((ioapic_read(IOAPIC_ID) >> 24 & 15) != 5)
		fail("the id was not kept:", ioapic_read(IOAPIC_ID));
	for (uint8_t pin = 0; pin < PINS; pin++)
		check_pin(pin);
	for (uint8_t pin = 0; pin < PINS; pin++) {
		if ((ioapic_read((uint8_t)IOAPIC_ENTRY(pin)) & 0xff) != 0x30U + pin)
			fail("pins share an entry:", pin);
	}
	if (read8(IOAPIC_SELECT) != IOAPIC_ENTRY(PINS - 1))
		fail("the select register reads", read8(IOAPIC_SELECT));
	put("ioapic: 24 pins\n");
}
