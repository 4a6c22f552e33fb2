/* SPDX-License-Identifier: MIT */
/*
 * machine.h of x86-64: port and memory accesses, COM1, the zero page and the ACPI tables as a
 * kernel finds them, the local APIC and the IOAPIC. Included by guest.h.
 */
#ifndef MACHINE_H
#define MACHINE_H

#define COM1 0x3f8
#define COM2 0x2f8
#define IOAPIC 0xfec00000ULL
#define LAPIC 0xfee00000ULL
#define I8042_DATA 0x60
#define I8042_COMMAND 0x64
#define RESET_CONTROL 0xcf9

/* The IOAPIC's two windows and its registers. */
#define IOAPIC_SELECT (IOAPIC + 0x00)
#define IOAPIC_WINDOW (IOAPIC + 0x10)
#define IOAPIC_ID 0x00
#define IOAPIC_VERSION 0x01
#define IOAPIC_ENTRY(pin) (0x10 + 2 * (pin))
#define IOAPIC_MASKED 0x10000

/*
 * The local APIC's registers, as offsets of its page; in x2APIC mode they are MSRs 0x800 + offset
 * / 16.
 */
#define LAPIC_ID 0x20
#define LAPIC_EOI 0xb0
#define LAPIC_SPURIOUS 0xf0
#define LAPIC_COMMAND 0x300

#define E820_RAM 1

/* Between RAM below and above 4 GiB. */
#define UNCLAIMED                                                                      \
	{                                                                              \
		0xc0000000, 0xd0000000, 0xe0000ff8, 0xfebffff8, 0xfed80000, 0xfffffff8 \
	}
#define MAY_BE_UNALIGNED 1

struct e820_entry {
	uint64_t start, size;
	uint32_t type;
} __attribute__((packed));

/* ACPI 6.5 table 5.1, Generic Address Structure. */
struct gas {
	uint8_t space, bits, offset, access;
	uint64_t address;
} __attribute__((packed));

/* ACPI 6.5 table 5.4, the header of every table but the RSDP. */
struct table {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision;
	char creator[4];
	uint32_t creator_revision;
} __attribute__((packed));

extern uint8_t *zero_page; /* struct boot_params, as RSI gave it */

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "d"(port) : "memory");
}

static inline void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "d"(port) : "memory");
}

static inline void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "d"(port) : "memory");
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port) : "memory");
	return value;
}

static inline uint16_t in16(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "d"(port) : "memory");
	return value;
}

static inline uint32_t in32(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "d"(port) : "memory");
	return value;
}

/* Accesses that the compiler neither widens, nor repeats, nor leaves out. */
#define ACCESSORS(bits)                                                        \
	static inline uint##bits##_t read##bits(uint64_t address)              \
	{                                                                      \
		return *(volatile uint##bits##_t *)(uintptr_t)address;         \
	}                                                                      \
	static inline void write##bits(uint64_t address, uint##bits##_t value) \
	{                                                                      \
		*(volatile uint##bits##_t *)(uintptr_t)address = value;        \
	}
ACCESSORS(8)
ACCESSORS(16)
ACCESSORS(32)
ACCESSORS(64)
#undef ACCESSORS

static inline void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t registers[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(registers[0]), "=b"(registers[1]), "=c"(registers[2]),
			   "=d"(registers[3])
			 : "a"(leaf), "c"(subleaf));
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (uint64_t)high << 32 | low;
}

extern uint16_t uart_base; /* of the serial port that is meant */

static inline uint8_t uart_in(unsigned int offset)
{
	return in8((uint16_t)(uart_base + offset));
}

static inline void uart_out(unsigned int offset, uint8_t value)
{
	out8((uint16_t)(uart_base + offset), value);
}

static inline void pause(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* The channel's fast port: strings of whole accesses, and a write that nobody collects. */
#define FAST_ACCESS 4

static inline void fast_out(const void *from, unsigned long size)
{
	size /= FAST_ACCESS;
	__asm__ volatile("rep outsl" : "+S"(from), "+c"(size) : "d"((uint16_t)0x300) : "memory");
}

static inline void fast_in(void *to, unsigned long size)
{
	size /= FAST_ACCESS;
	__asm__ volatile("rep insl" : "+D"(to), "+c"(size) : "d"((uint16_t)0x300) : "memory");
}

static inline void fast_flush(void)
{
	out8(0x308, 0);
}

/* The zero page's memory map: the first of *count entries. */
const struct e820_entry *e820_map(unsigned int *count);

/*
 * Tables by signature, as the zero page, the RSDP and the XSDT (or the FADT, for the DSDT) lead
 * to them; NULL if absent.
 */
const uint8_t *acpi_rsdp(void);
const struct table *acpi_table(const char *signature);
const struct gas *fadt_register(unsigned int offset);
void gas_write(const struct gas *gas, uint8_t value);
uint8_t gas_read(const struct gas *gas);
uint8_t sleep_type_s5(void);

/*
 * Entries of MADT and SRAT, one after the other: pass NULL first; NULL at the end. `skip` is the
 * fixed part's size.
 */
const uint8_t *next_entry(const struct table *table, unsigned int skip, const uint8_t *entry);
#define MADT_FIXED 44
#define SRAT_FIXED 48

/* Values at any alignment. */
uint16_t get16(const void *at);
uint32_t get32(const void *at);
uint64_t get64(const void *at);

/* The local APIC in whichever of its modes it is. */
uint32_t lapic_id(void);
void lapic_write(unsigned int offset, uint32_t value);
void lapic_interrupt(uint32_t destination, uint32_t command);

/*
 * All CPUs of the MADT but this one: starts them, one after the other, and returns how many there
 * are; or sends each an interrupt.
 */
unsigned int start_cpus(void);
void interrupt_cpus(uint32_t command);
#define ICR_NMI 0x4400

/* The IOAPIC through its windows. */
uint32_t ioapic_read(uint8_t index);
void ioapic_write(uint8_t index, uint32_t value);

#endif
