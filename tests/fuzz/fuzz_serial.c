// SPDX-License-Identifier: MIT
/* The 16550 by register sequences: one thread, or up to four at once that each have a part. */
#include <linux/serial_reg.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/fuzz/support.h"
#include "vmm/devices/serial.h"

#define BASE 0x3f8
#define MAX_THREADS 4

struct port {
	struct serial serial;
	struct bus bus;
	atomic_uint sent, rooms;
	bool level;
};

struct part {
	struct port *port;
	struct bytes bytes;
	unsigned int writes; /* of bytes that the outside is to get */
	pthread_t thread;
};

static void take_byte(void *opaque, uint8_t byte)
{
	(void)byte;
	((struct port *)opaque)->sent++;
}

static void take_room(void *opaque)
{
	((struct port *)opaque)->rooms++;
}

/* With the port's lock held. */
static void take_irq(struct vm *vm, unsigned int line, bool level)
{
	struct port *port = (struct port *)vm;

	must(line == 4 && port->level != level);
	port->level = level;
}

static uint8_t in(struct port *port, unsigned int reg)
{
	uint8_t value;

	bus_read(&port->bus, BASE + reg, &value, 1);
	return value;
}

static void write_register(struct part *part, unsigned int reg, unsigned int size)
{
	struct port *port = part->port;
	uint64_t value = fuzz_byte(&part->bytes);

	if (reg == UART_TX && !(in(port, UART_LCR) & UART_LCR_DLAB) &&
	    !(in(port, UART_MCR) & UART_MCR_LOOP))
		part->writes++;
	bus_write(&port->bus, BASE + reg, &value, size);
}

/* An operation is a byte: what, with which register, how wide. */
static void *play(void *opaque)
{
	struct part *part = opaque;
	uint64_t value;

	while (part->bytes.left) {
		uint8_t op = fuzz_byte(&part->bytes);
		unsigned int reg = op & 7, size = 1U << (op >> 3 & 3);

		if (op >> 5 < 4) {
			write_register(part, reg, size);
		} else if (op >> 5 < 7) {
			bus_read(&part->port->bus, BASE + reg, &value, size);
		} else {
			size_t room = part->bytes.left < reg ? part->bytes.left : reg;
			size_t taken = serial_receive(&part->port->serial, part->bytes.at, room);

			must(taken <= room);
			part->bytes.at += room;
			part->bytes.left -= room;
		}
	}
	return NULL;
}

/* The line is up exactly while an interrupt is pending that it is open for. */
static void check_line(struct port *port)
{
	uint8_t mcr = in(port, UART_MCR);
	bool open = (mcr & (UART_MCR_OUT2 | UART_MCR_LOOP)) == UART_MCR_OUT2, level = port->level;

	must(level == (open && !(in(port, UART_IIR) & UART_IIR_NO_INT)));
}

/* All that is there can be read, and then nothing is. */
static void check_drains(struct port *port)
{
	unsigned int left = SERIAL_FIFO;

	bus_write(&port->bus, BASE + UART_LCR, &(uint8_t){ 0 }, 1);
	while (in(port, UART_LSR) & UART_LSR_DR) {
		must(left--);
		in(port, UART_RX);
	}
	must(in(port, UART_RX) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct port port = { .serial = { .ops = &(struct serial_ops){ take_byte, take_room },
					 .opaque = &port } };
	struct bytes bytes = { data, size };
	struct part parts[MAX_THREADS];
	unsigned int nr = 1 + fuzz_byte(&bytes) % MAX_THREADS;

	serial_init(&port.serial, BASE, (struct irq_line){ take_irq, (struct vm *)&port, 4 });
	bus_add(&port.bus, &port.serial.device);
	for (unsigned int i = 0; i < nr; i++) {
		parts[i] = (struct part){ &port, { bytes.at, bytes.left / (nr - i) }, 0, 0 };
		bytes.at += parts[i].bytes.left;
		bytes.left -= parts[i].bytes.left;
	}
	for (unsigned int i = 1; i < nr; i++)
		must(!pthread_create(&parts[i].thread, NULL, play, &parts[i]));
	play(&parts[0]);
	for (unsigned int i = 1; i < nr; i++)
		pthread_join(parts[i].thread, NULL);
	must(nr > 1 || port.sent == parts[0].writes);
	check_line(&port);
	check_drains(&port);
	return 0;
}
