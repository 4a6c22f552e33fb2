// SPDX-License-Identifier: MIT
/* The part of the guests' library that has to do with the other CPUs, those of the MADT. */
#include <stddef.h>
#include "guest.h"

#define SPURIOUS_ON 0x1ff
#define PAGE 0x80000ULL /* the trampoline's page; its number is the start-up vector */
#define ICR_INIT 0x4500
#define ICR_STARTUP 0x4600
#define PATIENCE 2000000U /* rounds of pause */
#define ENABLED 1
#define MADT_LAPIC 0

extern uint8_t trampoline[], trampoline_id[], trampoline_flag[], trampoline_end[];

static uint64_t in_page(const uint8_t *label)
{
	return PAGE + (uint64_t)(label - trampoline);
}

static void copy_trampoline(void)
{
	for (const uint8_t *from = trampoline; from < trampoline_end; from++)
		write8(in_page(from), *from);
}

static void start(uint32_t id)
{
	write32(in_page(trampoline_flag), 0);
	lapic_interrupt(id, ICR_INIT);
	lapic_interrupt(id, ICR_STARTUP | PAGE >> 12);
	lapic_interrupt(id, ICR_STARTUP | PAGE >> 12);
	for (uint32_t i = 0; !read32(in_page(trampoline_flag)); i++) {
		if (i == PATIENCE)
			fail("no sign of CPU with id", id);
		pause();
	}
	if (read32(in_page(trampoline_id)) != id)
		fail("a CPU thinks its id is", read32(in_page(trampoline_id)));
}

static const uint8_t *next_cpu(const uint8_t *entry)
{
	const struct table *madt = acpi_table("APIC");

	if (!madt)
		fail("no MADT", 0);
	while ((entry = next_entry(madt, MADT_FIXED, entry)))
		if (entry[0] == MADT_LAPIC && get32(entry + 4) & ENABLED && entry[3] != lapic_id())
			break;
	return entry;
}

unsigned int start_cpus(void)
{
	unsigned int started = 0;

	copy_trampoline();
	lapic_write(LAPIC_SPURIOUS, SPURIOUS_ON);
	for (const uint8_t *cpu = NULL; (cpu = next_cpu(cpu)); started++)
		start(cpu[3]);
	return started;
}

void interrupt_cpus(uint32_t command)
{
	lapic_write(LAPIC_SPURIOUS, SPURIOUS_ON);
	for (const uint8_t *cpu = NULL; (cpu = next_cpu(cpu));)
		lapic_interrupt(cpu[3], command);
}
