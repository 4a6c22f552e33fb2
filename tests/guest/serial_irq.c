// SPDX-License-Identifier: MIT
/*
 * serial_irq: the serial port is found as Linux's 8250 driver finds a 16550A (interrupt enable
 * register, loopback, FIFO bits, scratch), then its transmitter's interrupt arrives, again after
 * every byte, and no longer when it is masked. The same of the second one, where there is one; then
 * that sends "?" and receives a byte.
 */
#include "guest.h"

#define PATIENCE 2000000U
#define MCR_LOOPBACK 0x1a /* loop, OUT2, RTS */
#define MCR_USUAL 0x0b /* OUT2, RTS, DTR */

static volatile unsigned int interrupts, last_iir;

static void on_serial(void)
{
	last_iir = uart_in(UART_IIR);
	interrupts++;
}

static void check_registers(void)
{
	uart_out(UART_IER, 0);
	if (uart_in(UART_IER) & 0x0f)
		fail("IER does not clear", uart_in(UART_IER));
	uart_out(UART_IER, 0x0f);
	if ((uart_in(UART_IER) & 0x0f) != 0x0f)
		fail("IER does not keep", uart_in(UART_IER));
	uart_out(UART_IER, 0);
	uart_out(UART_MCR, MCR_LOOPBACK);
	if ((uart_in(UART_MSR) & 0xf0) != 0x90)
		fail("MSR in loopback", uart_in(UART_MSR));
	uart_out(UART_MCR, MCR_USUAL);
	uart_out(UART_FCR, 0x01);
	if (uart_in(UART_IIR) >> 6 != 3)
		fail("no 16550A's FIFO bits", uart_in(UART_IIR));
	uart_out(UART_SCRATCH, 0xa5);
	if (uart_in(UART_SCRATCH) != 0xa5)
		fail("scratch register", uart_in(UART_SCRATCH));
}

/* A byte sent in loopback comes back, and does not go out. */
static void check_loopback(void)
{
	uart_out(UART_MCR, MCR_LOOPBACK);
	uart_out(UART_DATA, 'L');
	if (!(uart_in(UART_LSR) & UART_LSR_DR) || uart_in(UART_DATA) != 'L')
		fail("loopback", uart_in(UART_LSR));
	uart_out(UART_MCR, MCR_USUAL);
}

static void wait_for(unsigned int number, const char *what)
{
	for (unsigned int i = 0; interrupts < number; i++) {
		if (i == PATIENCE)
			fail(what, interrupts);
		pause();
	}
	if (interrupts != number || (last_iir & 0x0f) != UART_IER_THRI)
		fail("more interrupts than asked for, or another cause:", last_iir);
}

static void check_port(void)
{
	interrupts = 0;
	check_registers();
	check_loopback();
	serial_interrupt(on_serial);
	uart_out(UART_IER, UART_IER_THRI);
	wait_for(1, "no interrupt when the empty transmitter's is enabled");
	uart_out(UART_DATA, 'S');
	wait_for(2, "no interrupt after a byte");
	uart_out(UART_IER, 0);
	uart_out(UART_IER, UART_IER_THRI);
	wait_for(3, "no interrupt when enabled again");
	serial_interrupt_mask();
	uart_out(UART_DATA, '\n');
	for (unsigned int i = 0; i < 100; i++)
		uart_in(UART_SCRATCH);
	if (interrupts != 3)
		fail("an interrupt that is masked", interrupts);
	uart_out(UART_IER, 0);
}

void guest_main(void)
{
	char received;

	check_port();
	put("serial_irq: 3 interrupts\n");
	if (!uart_select(1))
		return;
	if (uart_in(UART_SCRATCH) == 0xa5)
		fail("the first port's scratch register", 0xa5);
	check_port();
	put_byte('?');
	received = get_byte();
	uart_select(0);
	put("serial_irq: 3 more of the second port, which received ");
	put_byte(received);
	put_byte('\n');
}
