// SPDX-License-Identifier: MIT
/* The serial port's interrupt through a GICv3 (Arm IHI 0069), to the CPU that all runs on. */
#include "guest.h"

#define GICD_CTLR 0x0000
#define GICD_CTLR_ARE_GROUP1 0x12 /* 12.9.4, with one security state */
#define GICD_IGROUPR 0x0080
#define GICD_ISENABLER 0x0100
#define GICD_ICENABLER 0x0180
#define GICD_IROUTER 0x6000
#define GICR_WAKER 0x0014
#define GICR_WAKER_SLEEP 2
#define GICR_WAKER_ASLEEP 4
#define FIRST_SHARED 32
#define SPURIOUS 1020
#define PATIENCE 1000000U

/* By number, since older assemblers lack the names. */
#define ICC_PMR_EL1 "S3_0_C4_C6_0"
#define ICC_IAR1_EL1 "S3_0_C12_C12_0"
#define ICC_EOIR1_EL1 "S3_0_C12_C12_1"
#define ICC_SRE_EL1 "S3_0_C12_C12_5"
#define ICC_IGRPEN1_EL1 "S3_0_C12_C12_7"

static void (*serial_handler)(void);
static uint64_t distributor;
static uint32_t serial_number;

void on_interrupt(void);
void on_interrupt(void)
{
	uint64_t number = read_register(ICC_IAR1_EL1);

	if (number >= SPURIOUS)
		return;
	if (number != serial_number)
		fail("another's interrupt", number);
	serial_handler();
	write_register(ICC_EOIR1_EL1, number);
}

static void set_bit(uint64_t registers, uint32_t number)
{
	write32(distributor + registers + number / 32 * 4, 1U << number % 32);
}

static void wake_redistributor(uint64_t redistributor)
{
	write32(redistributor + GICR_WAKER, read32(redistributor + GICR_WAKER) & ~GICR_WAKER_SLEEP);
	for (unsigned int i = 0; read32(redistributor + GICR_WAKER) & GICR_WAKER_ASLEEP; i++)
		if (i == PATIENCE)
			fail("the redistributor sleeps on", redistributor);
}

void serial_interrupt(void (*handler)(void))
{
	struct fdt_node gic, serial;

	fdt_find(&gic, "compatible", "arm,gic-v3");
	uart_find(&serial, uart_number);
	distributor = fdt_cells(&gic, "reg", 0);
	if (fdt_cell(&serial, "interrupts", 0, 1) != 0)
		fail("no shared interrupt of the serial port", 0);
	serial_number = FIRST_SHARED + fdt_cell(&serial, "interrupts", 1, 0);
	serial_handler = handler;
	wake_redistributor(fdt_cells(&gic, "reg", 4));
	write32(distributor + GICD_CTLR, GICD_CTLR_ARE_GROUP1);
	set_bit(GICD_IGROUPR, serial_number);
	write64(distributor + GICD_IROUTER + 8ULL * serial_number,
		read_register("mpidr_el1") & MPIDR_AFFINITY);
	set_bit(GICD_ISENABLER, serial_number);
	write_register(ICC_SRE_EL1, 1);
	write_register(ICC_PMR_EL1, 0xff);
	write_register(ICC_IGRPEN1_EL1, 1);
	__asm__ volatile("msr daifclr, #2" : : : "memory");
}

void serial_interrupt_mask(void)
{
	set_bit(GICD_ICENABLER, serial_number);
}
