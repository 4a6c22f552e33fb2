// SPDX-License-Identifier: MIT
/* Serial ports beside one another and beside other threads. */
#include <pthread.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/devices/serial.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR };

/* Two ports on one bus, and what came out of them. */
struct ports {
	struct bus bus;
	struct serial serials[2];
	uint8_t sent[2];
	unsigned int levels; /* of the interrupt lines, a bit per line */
	pthread_barrier_t inside, leave; /* of a send that blocks */
};

static const uint64_t bases[] = { 0x3f8, 0x2f8 };

static void take_byte(void *sent, uint8_t byte)
{
	*(uint8_t *)sent = byte;
}

static void ignore_room(void *opaque)
{
	(void)opaque;
}

static void note_line(struct vm *vm, unsigned int line, bool level)
{
	struct ports *ports = (struct ports *)vm;

	ports->levels = level ? ports->levels | 1U << line : ports->levels & ~(1U << line);
}

/* Lines 4 and 3. */
static void open_ports(struct ports *ports)
{
	static const struct serial_ops ops = { take_byte, ignore_room };

	*ports = (struct ports){ 0 };
	for (unsigned int i = 0; i < 2; i++) {
		ports->serials[i].ops = &ops;
		ports->serials[i].opaque = &ports->sent[i];
		serial_init(&ports->serials[i], bases[i],
			    (struct irq_line){ note_line, (struct vm *)ports, 4 - i });
		bus_add(&ports->bus, &ports->serials[i].device);
	}
}

static uint8_t in(struct ports *ports, unsigned int port, unsigned int reg)
{
	uint8_t value;

	bus_read(&ports->bus, bases[port] + reg, &value, 1);
	return value;
}

static void out(struct ports *ports, unsigned int port, unsigned int reg, uint8_t value)
{
	bus_write(&ports->bus, bases[port] + reg, &value, 1);
}

static void receive(struct ports *ports, unsigned int port, const char *byte)
{
	ck_assert_uint_eq(serial_receive(&ports->serials[port], (const uint8_t *)byte, 1), 1);
}

/* Each has registers, bytes and an interrupt line of its own. */
START_TEST(two_ports_are_independent)
{
	struct ports ports;

	open_ports(&ports);
	for (unsigned int i = 0; i < 2; i++) {
		out(&ports, i, SCR, 0x51 + i);
		out(&ports, i, DATA, 'a' + i);
		out(&ports, i, MCR, 8);
	}
	for (unsigned int i = 0; i < 2; i++) {
		ck_assert_uint_eq(in(&ports, i, SCR), 0x51 + i);
		ck_assert_uint_eq(ports.sent[i], 'a' + i);
	}
	out(&ports, 1, IER, 1);
	receive(&ports, 0, "x");
	ck_assert_uint_eq(ports.levels, 0);
	receive(&ports, 1, "y");
	ck_assert_uint_eq(ports.levels, 1U << 3);
	out(&ports, 0, IER, 1);
	ck_assert_uint_eq(ports.levels, 1U << 3 | 1U << 4);
	ck_assert_uint_eq(in(&ports, 1, DATA), 'y');
	ck_assert_uint_eq(ports.levels, 1U << 4);
	ck_assert_uint_eq(in(&ports, 0, DATA), 'x');
	ck_assert_uint_eq(ports.levels, 0);
}
END_TEST

/* Nobody takes the byte until the test lets it go. */
static void stall(void *opaque, uint8_t byte)
{
	struct ports *ports = opaque;

	pthread_barrier_wait(&ports->inside);
	pthread_barrier_wait(&ports->leave);
	ports->sent[0] = byte;
}

static void *send_x(void *ports)
{
	out(ports, 0, DATA, 'x');
	return NULL;
}

/*
 * A vCPU that blocks in stdout holds up neither what comes in nor another CPU; the empty
 * transmitter is told when the byte is out.
 */
START_TEST(sending_holds_up_nobody)
{
	static const struct serial_ops stalling = { stall, ignore_room };
	struct ports ports;
	pthread_t sender;

	open_ports(&ports);
	ports.serials[0].ops = &stalling;
	ports.serials[0].opaque = &ports;
	pthread_barrier_init(&ports.inside, NULL, 2);
	pthread_barrier_init(&ports.leave, NULL, 2);
	out(&ports, 0, MCR, 8);
	out(&ports, 0, IER, 2);
	ck_assert_uint_eq(in(&ports, 0, IIR), 0x02);
	ck_assert_uint_eq(ports.levels, 0);
	ck_assert_int_eq(pthread_create(&sender, NULL, send_x, &ports), 0);
	pthread_barrier_wait(&ports.inside);
	receive(&ports, 0, "a");
	ck_assert_uint_eq(in(&ports, 0, LSR), 0x61);
	ck_assert_uint_eq(in(&ports, 0, DATA), 'a');
	ck_assert(!ports.levels && !ports.sent[0]);
	pthread_barrier_wait(&ports.leave);
	ck_assert_int_eq(pthread_join(sender, NULL), 0);
	ck_assert_uint_eq(ports.sent[0], 'x');
	ck_assert_uint_eq(ports.levels, 1U << 4);
	ck_assert_uint_eq(in(&ports, 0, IIR), 0x02);
}
END_TEST

Suite *serial_ports_suite(void)
{
	Suite *s = suite_create("serial_ports");
	TCase *tc = tcase_create("serial_ports");

	tcase_add_test(tc, two_ports_are_independent);
	tcase_add_test(tc, sending_holds_up_nobody);
	suite_add_tcase(s, tc);
	return s;
}
