/* SPDX-License-Identifier: MIT */
/*
 * machine.h of arm64: memory accesses that KVM can emulate (one register, no write-back: others
 * give it no syndrome to go by), the serial port where the device tree has it, the tree itself, and
 * PSCI. Guests run with the MMU off, so all memory is device memory. Included by guest.h.
 */
#ifndef MACHINE_H
#define MACHINE_H

/* To the end of each file: whatever is declared is in the image, and needs no absolute address. */
#pragma GCC visibility push(hidden)

/* Below RAM, between and after the devices. */
#define UNCLAIMED                                                                  \
	{                                                                          \
		0x1000, 0x07fffff8, 0x0a000000, 0x0ffffff8, 0x20000000, 0x3ffffff8 \
	}
#define MAY_BE_UNALIGNED 0

#define MPIDR_AFFINITY 0xff00ffffffULL

/* PSCI 1.1, chapter 5: function ids and what they return. */
#define PSCI_VERSION 0x84000000U
#define PSCI_SUSPEND 0x84000001U
#define PSCI_CPU_OFF 0x84000002U
#define PSCI_CPU_ON 0xc4000003U
#define PSCI_AFFINITY_INFO 0xc4000004U
#define PSCI_SYSTEM_OFF 0x84000008U
#define PSCI_SYSTEM_RESET 0x84000009U
#define PSCI_FEATURES 0x8400000aU
#define PSCI_NOT_SUPPORTED (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_ALREADY_ON (-4)
#define PSCI_AFFINITY_ON 0
#define PSCI_AFFINITY_OFF 1

#define ACCESSORS(bits, suffix, size)                                                            \
	static inline uint##bits##_t read##bits(uint64_t address)                                \
	{                                                                                        \
		uint##size##_t value;                                                            \
		__asm__ volatile("ldr" suffix ", [%1]" : "=r"(value) : "r"(address) : "memory"); \
		return (uint##bits##_t)value;                                                    \
	}                                                                                        \
	static inline void write##bits(uint64_t address, uint##bits##_t value)                   \
	{                                                                                        \
		__asm__ volatile("str" suffix ", [%1]"                                           \
				 :                                                               \
				 : "r"((uint##size##_t)value), "r"(address)                      \
				 : "memory");                                                    \
	}
ACCESSORS(8, "b %w0", 32)
ACCESSORS(16, "h %w0", 32)
ACCESSORS(32, " %w0", 32)
ACCESSORS(64, " %x0", 64)
#undef ACCESSORS

/* The channel's fast port, and a write that nobody collects. */
#define FAST_ACCESS 8
#define FAST_PORT 0x09020000ULL

static inline void fast_out(const void *from, unsigned long size)
{
	for (const uint64_t *at = from; size >= FAST_ACCESS; size -= FAST_ACCESS)
		write64(FAST_PORT, *at++);
}

static inline void fast_in(void *to, unsigned long size)
{
	for (uint64_t *at = to; size >= FAST_ACCESS; size -= FAST_ACCESS)
		*at++ = read64(FAST_PORT);
}

static inline void fast_flush(void)
{
	write8(FAST_PORT + 8, 0);
}

#define read_register(name)                                       \
	({                                                        \
		uint64_t value_;                                  \
		__asm__ volatile("mrs %0, " name : "=r"(value_)); \
		value_;                                           \
	})
#define write_register(name, value) \
	__asm__ volatile("msr " name ", %0; isb" : : "r"((uint64_t)(value)) : "memory")

static inline void pause(void)
{
	__asm__ volatile("yield" : : : "memory");
}

/* All that was written before is there before what comes after. */
static inline void barrier(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

struct fdt_node;

/*
 * The registers of the serial port that is meant; uart_where() finds them in the tree. uart_find()
 * sets the cursor on port @port's node, 0 when there is none, and uart_number is which is meant.
 */
extern unsigned int uart_number;
int uart_find(struct fdt_node *serial, unsigned int port);
uint64_t uart_where(unsigned int offset);
uint8_t uart_in(unsigned int offset);
void uart_out(unsigned int offset, uint8_t value);

/*
 * The device tree. A node is looked at through a cursor: fdt_first() sets it on the root and
 * fdt_next() moves it on, depth first; 0 after the last. Sources: Devicetree Specification 0.4,
 * chapter 5.
 */
struct fdt_node {
	const char *name;
	const uint8_t *inside; /* what follows the name */
	unsigned int depth; /* 0: the root */
};
extern const uint8_t *fdt; /* as X0 gave it */
void fdt_first(struct fdt_node *node);
int fdt_next(struct fdt_node *node);
/* A property's bytes and their number; NULL when the node has none of that name. */
const uint8_t *fdt_property(const struct fdt_node *node, const char *name, uint32_t *size);
/* One cell of a property; @other when there is no such cell. */
uint32_t fdt_cell(const struct fdt_node *node, const char *name, unsigned int index,
		  uint32_t other);
/* Two cells from the one at @index on, as one number; fails when they are not there. */
uint64_t fdt_cells(const struct fdt_node *node, const char *name, unsigned int index);
/* Is @text one of the strings of the property? */
int fdt_has(const struct fdt_node *node, const char *name, const char *text);
/* The first node that has; fails when none does. */
void fdt_find(struct fdt_node *node, const char *name, const char *text);
uint32_t get_be32(const uint8_t *at);
int same_text(const char *a, const char *b);

/* A CPU's MPIDR, one cell or two. */
uint64_t cpu_mpidr(const struct fdt_node *cpu);

/* Calls the firmware in the way that the tree says. */
int64_t psci(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
int psci_by_smc(void);

#endif
