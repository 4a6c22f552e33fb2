// SPDX-License-Identifier: MIT
/* What waits between stdin and a guest that does not read: of a terminal much, of a file little. */
#include <linux/serial_reg.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/input.h"

static void ignore(void *opaque)
{
	(void)opaque;
}

static void ignore_irq(struct vm *vm, unsigned int line, bool level)
{
	(void)vm;
	(void)line;
	(void)level;
}

static void make_port(struct serial *port)
{
	static const struct serial_ops ops = { .room = ignore };

	*port = (struct serial){ .ops = &ops };
	serial_init(port, 0, (struct irq_line){ .set = ignore_irq });
	port->device.write(&port->device, UART_FCR, UART_FCR_ENABLE_FIFO, 1);
}

/* The guest's side of it: returns the next byte, or -1 when there is none. */
static int take(struct input *input, struct serial *port)
{
	input_offer(input);
	if (!(port->device.read(&port->device, UART_LSR, 1) & UART_LSR_DR))
		return -1;
	return port->device.read(&port->device, UART_RX, 1) & 0xff;
}

static uint8_t nth(size_t i)
{
	return i * 31 >> 3;
}

/* Types bytes @from to @to at the terminal's other end, and has each chunk read. */
static void type(struct input *input, int master, size_t from, size_t to)
{
	uint8_t chunk[512];

	while (from < to) {
		size_t size = 0;
		int waiting;

		while (size < sizeof(chunk) && from < to)
			chunk[size++] = nth(from++);
		ck_assert_int_eq(write(master, chunk, size), size);
		while (size) {
			ck_assert_int_eq(ioctl(input->fd, FIONREAD, &waiting), 0);
			if (!waiting)
				continue; /* on its way through the terminal */
			input_read(input);
			size -= waiting;
		}
	}
}

static void check_taken(struct input *input, struct serial *port, size_t from, size_t to)
{
	for (; from < to; from++)
		ck_assert_int_eq(take(input, port), nth(from));
}

START_TEST(terminal_is_read_up_to_a_mib)
{
	struct termios raw = { 0 };
	struct serial port;
	struct input input;
	struct caught caught;
	int master, slave;

	cfmakeraw(&raw);
	ck_assert_int_eq(openpty(&master, &slave, NULL, &raw, NULL), 0);
	make_port(&port);
	input_open(&input, slave, true, &input_to_serial, &port);
	ck_assert(input.is_terminal);
	ck_assert_ptr_null(input.bytes);
	/* Some is taken on the way, and makes room again. */
	type(&input, master, 0, INPUT_MAX / 2);
	check_taken(&input, &port, 0, INPUT_MAX / 4);
	stderr_catch(&caught);
	type(&input, master, INPUT_MAX / 2, 2 * INPUT_MAX);
	ck_assert_str_eq(stderr_release(&caught),
			 "\r\nnumavm: warning: the guest does not read its input: 1 MiB waits, and "
			 "what is typed now is dropped\r\n");
	ck_assert_uint_le(input.room, 4 * INPUT_MAX + 3 * INPUT_READ);
	check_taken(&input, &port, INPUT_MAX / 4, INPUT_MAX / 4 + INPUT_MAX);
	while (take(&input, &port) >= 0)
		ck_assert_uint_le(input.tail - input.head, SERIAL_FIFO);
	type(&input, master, 7, 9);
	check_taken(&input, &port, 7, 9);
	free(input.bytes);
	close(slave);
	close(master);
}
END_TEST

START_TEST(file_waits_for_the_guest)
{
	uint8_t data[3 * INPUT_READ];
	struct serial port;
	struct input input;
	int pipes[2];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = nth(i);
	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert_int_eq(write(pipes[1], data, sizeof(data)), sizeof(data));
	close(pipes[1]);
	make_port(&port);
	input_open(&input, pipes[0], true, &input_to_serial, &port);
	for (size_t i = 0; i < sizeof(data); i++) {
		if (input_is_wanted(&input))
			input_read(&input);
		ck_assert_uint_le(input.tail - input.head, INPUT_READ);
		ck_assert_int_eq(take(&input, &port), data[i]);
	}
	ck_assert_uint_le(input.room, 4 * INPUT_READ);
	input_read(&input);
	ck_assert(!input_is_wanted(&input));
	free(input.bytes);
	close(pipes[0]);
}
END_TEST

START_TEST(no_input_is_not_wanted)
{
	struct input input;

	input_open(&input, -1, true, &input_to_serial, NULL);
	ck_assert(!input_is_wanted(&input));
	input_offer(&input);
}
END_TEST

Suite *input_suite(void)
{
	Suite *s = suite_create("input");
	TCase *tc = tcase_create("input");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, terminal_is_read_up_to_a_mib);
	tcase_add_test(tc, file_waits_for_the_guest);
	tcase_add_test(tc, no_input_is_not_wanted);
	suite_add_tcase(s, tc);
	return s;
}
