// SPDX-License-Identifier: MIT
/* Registers and bits by number, as in the PC16550D data sheet. */
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/devices/serial.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR, FCR = IIR };

/* A port and what came out of it. */
struct port {
	struct serial serial;
	struct bus bus;
	uint8_t sent[64];
	unsigned int nr_sent, rooms, irqs;
	bool irq;
};

static void take_byte(void *opaque, uint8_t byte)
{
	struct port *port = opaque;

	ck_assert_uint_lt(port->nr_sent, sizeof(port->sent));
	port->sent[port->nr_sent++] = byte;
}

static void take_irq(struct vm *vm, unsigned int line, bool level)
{
	struct port *port = (struct port *)vm;

	ck_assert_uint_eq(line, 4);
	ck_assert_int_ne(port->irq, level); /* only changes are told */
	port->irq = level;
	port->irqs += level;
}

static void take_room(void *opaque)
{
	((struct port *)opaque)->rooms++;
}

static const struct serial_ops ops = { take_byte, take_room };

static void open_port(struct port *port)
{
	*port = (struct port){ .serial = { .ops = &ops, .opaque = port } };
	serial_init(&port->serial, 0x3f8, (struct irq_line){ take_irq, (struct vm *)port, 4 });
	bus_add(&port->bus, &port->serial.device);
}

static uint8_t in(struct port *port, unsigned int reg)
{
	uint8_t value;

	bus_read(&port->bus, 0x3f8 + reg, &value, 1);
	return value;
}

static void out(struct port *port, unsigned int reg, uint8_t value)
{
	bus_write(&port->bus, 0x3f8 + reg, &value, 1);
}

START_TEST(reset_state)
{
	struct port port;

	open_port(&port);
	ck_assert_uint_eq(in(&port, IIR), 0x01);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(in(&port, MSR) & 0xf0, 0xb0);
	ck_assert_uint_eq(in(&port, IER), 0);
	ck_assert_uint_eq(in(&port, MCR), 0);
	ck_assert_uint_eq(in(&port, DATA), 0);
	ck_assert(!port.irq && !port.irqs && !port.nr_sent);
}
END_TEST

START_TEST(bytes_go_out_in_order)
{
	struct port port;

	open_port(&port);
	for (unsigned int i = 0; i < 40; i++)
		out(&port, DATA, i * 3);
	ck_assert_uint_eq(port.nr_sent, 40);
	for (unsigned int i = 0; i < 40; i++)
		ck_assert_uint_eq(port.sent[i], i * 3);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

/* What Linux's autoconfig() probes: scratch, IER's four bits, the FIFOs, loopback. */
START_TEST(looks_like_a_16550a)
{
	struct port port;

	open_port(&port);
	out(&port, SCR, 0xa5);
	ck_assert_uint_eq(in(&port, SCR), 0xa5);
	out(&port, IER, 0xff);
	ck_assert_uint_eq(in(&port, IER), 0x0f);
	out(&port, IER, 0);
	out(&port, FCR, 1);
	ck_assert_uint_eq(in(&port, IIR) >> 6, 3);
	out(&port, FCR, 0);
	ck_assert_uint_eq(in(&port, IIR) >> 6, 0);
	out(&port, MCR, 0x1a);
	ck_assert_uint_eq(in(&port, MSR) & 0xf0, 0x90);
	out(&port, MCR, 0x15);
	ck_assert_uint_eq(in(&port, MSR) & 0xf0, 0x60);
	out(&port, MCR, 0xff);
	ck_assert_uint_eq(in(&port, MCR), 0x1f);
}
END_TEST

START_TEST(divisor_hides_data_and_ier)
{
	struct port port;

	open_port(&port);
	out(&port, IER, 5);
	out(&port, LCR, 0x83);
	out(&port, DATA, 0x34);
	out(&port, IER, 0x12);
	ck_assert_uint_eq(in(&port, DATA), 0x34);
	ck_assert_uint_eq(in(&port, IER), 0x12);
	ck_assert_uint_eq(in(&port, LCR), 0x83);
	out(&port, LCR, 3);
	ck_assert_uint_eq(in(&port, IER), 5);
	ck_assert_uint_eq(in(&port, DATA), 0);
	ck_assert_uint_eq(port.nr_sent, 0);
}
END_TEST

START_TEST(receives_one_byte_without_fifos)
{
	struct port port;

	open_port(&port);
	ck_assert_uint_eq(serial_receive(&port.serial, (const uint8_t *)"ab", 2), 1);
	ck_assert_uint_eq(serial_receive(&port.serial, (const uint8_t *)"b", 1), 0);
	ck_assert_uint_eq(in(&port, LSR), 0x61);
	ck_assert_uint_eq(port.rooms, 0);
	ck_assert_uint_eq(in(&port, DATA), 'a');
	ck_assert_uint_eq(port.rooms, 1);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(serial_receive(&port.serial, (const uint8_t *)"b", 1), 1);
	ck_assert_uint_eq(in(&port, DATA), 'b');
}
END_TEST

START_TEST(receives_sixteen_with_fifos)
{
	static const uint8_t text[] = "0123456789abcdefghijklmnopqrstuv";
	struct port port;
	size_t given = 0;

	open_port(&port);
	out(&port, FCR, 1);
	port.rooms = 0;
	ck_assert_uint_eq(serial_receive(&port.serial, text, 32), 16);
	/* Around the end of the ring, a byte out for a byte in. */
	for (given = 16; given < 32; given++) {
		ck_assert_uint_eq(in(&port, DATA), text[given - 16]);
		ck_assert_uint_eq(port.rooms, given - 15);
		ck_assert_uint_eq(serial_receive(&port.serial, text + given, 32 - given), 1);
	}
	for (unsigned int i = 16; i < 32; i++)
		ck_assert_uint_eq(in(&port, DATA), text[i]);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

START_TEST(clearing_the_fifo_makes_room)
{
	struct port port;

	open_port(&port);
	out(&port, FCR, 1);
	serial_receive(&port.serial, (const uint8_t *)"0123456789abcdef", 16);
	port.rooms = 0;
	out(&port, FCR, 3);
	ck_assert_uint_eq(port.rooms, 1);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
	ck_assert_uint_eq(serial_receive(&port.serial, (const uint8_t *)"z", 1), 1);
	ck_assert_uint_eq(in(&port, DATA), 'z');
	/* So does switching it off. */
	serial_receive(&port.serial, (const uint8_t *)"xy", 2);
	out(&port, FCR, 0);
	ck_assert_uint_eq(in(&port, LSR), 0x60);
}
END_TEST

START_TEST(received_byte_interrupts)
{
	struct port port;

	open_port(&port);
	out(&port, MCR, 8);
	out(&port, IER, 1);
	ck_assert(!port.irq);
	serial_receive(&port.serial, (const uint8_t *)"a", 1);
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0x04);
	ck_assert(port.irq); /* reading IIR does not end this one */
	in(&port, DATA);
	ck_assert(!port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0x01);
}
END_TEST

/* Trigger levels 1, 4, 8 and 14; below, a timeout tells of the bytes. */
START_TEST(trigger_level_in_iir)
{
	static const unsigned int levels[] = { 1, 4, 8, 14 };
	struct port port;

	open_port(&port);
	out(&port, MCR, 8);
	out(&port, IER, 1);
	out(&port, FCR, 1 | _i << 6);
	for (unsigned int count = 1; count <= 16; count++) {
		serial_receive(&port.serial, (const uint8_t *)"x", 1);
		ck_assert_uint_eq(in(&port, IIR), count < levels[_i] ? 0xcc : 0xc4);
		ck_assert(port.irq);
	}
}
END_TEST

START_TEST(empty_transmitter_interrupts)
{
	struct port port;

	open_port(&port);
	out(&port, MCR, 8);
	out(&port, IER, 2);
	ck_assert(port.irq); /* it is empty as it is enabled */
	ck_assert_uint_eq(in(&port, IIR), 0x02);
	ck_assert(!port.irq); /* seen */
	ck_assert_uint_eq(in(&port, IIR), 0x01);
	out(&port, DATA, 'x');
	ck_assert(port.irq);
	ck_assert_uint_eq(in(&port, IIR), 0x02);
	/* Enabling it again raises it again; writing the same does not. */
	out(&port, IER, 2);
	ck_assert(!port.irq);
	out(&port, IER, 0);
	out(&port, IER, 2);
	ck_assert(port.irq);
}
END_TEST

/* Line status before received data before the transmitter. */
START_TEST(interrupts_by_priority)
{
	struct port port;

	open_port(&port);
	out(&port, MCR, 0x10);
	out(&port, DATA, 'a');
	out(&port, DATA, 'b'); /* looped back into a full receiver */
	out(&port, MCR, 8);
	out(&port, IER, 7);
	ck_assert_uint_eq(in(&port, IIR), 0x06);
	ck_assert_uint_eq(in(&port, LSR), 0x63);
	ck_assert_uint_eq(in(&port, LSR), 0x61); /* the overrun is told once */
	ck_assert_uint_eq(in(&port, IIR), 0x04);
	ck_assert_uint_eq(in(&port, DATA), 'a');
	ck_assert_uint_eq(in(&port, IIR), 0x02);
	ck_assert_uint_eq(in(&port, IIR), 0x01);
	ck_assert(!port.irq);
}
END_TEST

START_TEST(out2_gates_the_interrupt)
{
	struct port port;

	open_port(&port);
	out(&port, IER, 2);
	ck_assert(!port.irq);
	out(&port, MCR, 8);
	ck_assert(port.irq);
	out(&port, MCR, 0x18);
	ck_assert(!port.irq);
	out(&port, MCR, 8);
	ck_assert(port.irq);
	out(&port, MCR, 0);
	ck_assert(!port.irq);
}
END_TEST

START_TEST(loopback_keeps_inside)
{
	struct port port;

	open_port(&port);
	out(&port, FCR, 1);
	out(&port, MCR, 0x10);
	out(&port, DATA, 'q');
	ck_assert_uint_eq(port.nr_sent, 0);
	ck_assert_uint_eq(serial_receive(&port.serial, (const uint8_t *)"z", 1), 0);
	ck_assert_uint_eq(in(&port, LSR), 0x61);
	ck_assert_uint_eq(in(&port, DATA), 'q');
	port.rooms = 0;
	out(&port, MCR, 0);
	ck_assert_uint_eq(port.rooms, 1); /* the outside may send again */
	ck_assert_uint_eq(serial_receive(&port.serial, (const uint8_t *)"z", 1), 1);
}
END_TEST

/* A wide access reaches one register; the bytes beside it read as ones. */
START_TEST(wide_access)
{
	struct port port;
	uint32_t value = 0;

	open_port(&port);
	out(&port, SCR, 0);
	bus_read(&port.bus, 0x3f8 + LCR, &value, 4);
	ck_assert_uint_eq(value, 0xffffff00);
	value = 0x61626364;
	bus_write(&port.bus, 0x3f8 + DATA, &value, 4);
	ck_assert_uint_eq(port.nr_sent, 1);
	ck_assert_uint_eq(port.sent[0], 0x64);
}
END_TEST

/* Whatever a guest writes: the counts stay within the FIFO, and the line agrees with IIR. */
START_TEST(random_guest)
{
	uint64_t state = random_seed();
	struct port port;

	open_port(&port);
	for (unsigned int round = 0; round < 20000; round++) {
		unsigned int reg = random_below(&state, 8);

		if (random_below(&state, 3))
			out(&port, reg, random_next(&state));
		else
			in(&port, reg);
		serial_receive(&port.serial, (const uint8_t *)"abcdefgh", random_below(&state, 9));
		port.nr_sent = 0;
		if (port.serial.count > SERIAL_FIFO || port.serial.head >= SERIAL_FIFO)
			ck_abort_msg("count %u head %u", port.serial.count, port.serial.head);
		if (port.irq && in(&port, IIR) & 1)
			ck_abort_msg("an interrupt without a cause in round %u", round);
	}
}
END_TEST

Suite *serial_suite(void)
{
	const TTest *const tests[] = {
		reset_state,
		bytes_go_out_in_order,
		looks_like_a_16550a,
		divisor_hides_data_and_ier,
		receives_one_byte_without_fifos,
		receives_sixteen_with_fifos,
		clearing_the_fifo_makes_room,
		received_byte_interrupts,
		empty_transmitter_interrupts,
		interrupts_by_priority,
		out2_gates_the_interrupt,
		loopback_keeps_inside,
		wide_access,
		random_guest,
	};
	Suite *s = suite_create("serial");
	TCase *tc = tcase_create("serial");

	add_or_skip(tc, tests, COUNT(tests), NULL);
	tcase_add_loop_test(tc, trigger_level_in_iir, 0, 4);
	suite_add_tcase(s, tc);
	return s;
}
