// SPDX-License-Identifier: MIT
#include "vmm/run/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/run/patient.h"

static size_t serial_room(void *serial)
{
	(void)serial;
	return INPUT_READ;
}

static size_t give_to_serial(void *serial, const uint8_t *bytes, size_t size)
{
	return serial_receive(serial, bytes, size);
}

static void end_of_serial(void *serial)
{
	(void)serial;
}

const struct input_ops input_to_serial = { serial_room, give_to_serial, end_of_serial };

void input_open(struct input *input, int fd, bool keys, const struct input_ops *ops, void *opaque)
{
	*input = (struct input){ .fd = fd, .is_terminal = isatty(fd), .ops = ops };
	input->eager = keys && input->is_terminal;
	input->opaque = opaque;
	if (fd >= 0 && !input->is_terminal && read(fd, NULL, 0) < 0)
		input->fd = -1; /* not open for reading */
}

/* What a file may have waiting here. */
static size_t most_waiting(const struct input *input)
{
	size_t room = input->ops->room(input->opaque);

	return room < INPUT_READ ? room : INPUT_READ;
}

bool input_is_wanted(const struct input *input)
{
	if (input->fd < 0 || (input->is_terminal && !terminal_is_ours()))
		return false;
	return input->eager || input->tail - input->head < most_waiting(input);
}

/* Moves what waits only when it is less than what it leaves, so that no byte is moved often. */
static void make_room(struct input *input)
{
	size_t waiting = input->tail - input->head;

	if (input->room - input->tail >= INPUT_READ)
		return;
	if (waiting < input->head) {
		memmove(input->bytes, input->bytes + input->head, waiting);
		input->head = 0;
		input->tail = waiting;
	}
	if (input->room - input->tail < INPUT_READ) {
		input->room = 2 * input->room + INPUT_READ;
		input->bytes = xrealloc(input->bytes, input->room, 1);
	}
}

/* Adds @size bytes that are read already, if they are not too many. */
static void keep(struct input *input, size_t size)
{
	static const char warning[] =
		"\r\nnumavm: warning: the guest does not read its input: 1 MiB waits, and what is "
		"typed now is dropped\r\n";
	size_t most = INPUT_MAX - (input->tail - input->head);

	input->tail += size < most ? size : most;
	if (size <= most || input->dropped)
		return;
	input->dropped = true;
	patient_write(STDERR_FILENO, warning, strlen(warning));
}

enum terminal_key input_read(struct input *input)
{
	size_t waiting = input->tail - input->head, size;
	size_t most = input->eager ? waiting + INPUT_READ : most_waiting(input);
	enum terminal_key key;
	ssize_t got;

	if (most <= waiting)
		return TERMINAL_NONE; /* there was room when it was asked for */
	make_room(input);
	got = read(input->fd, input->bytes + input->tail, most - waiting);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return TERMINAL_NONE;
	if (got <= 0) {
		input->fd = -1;
		return TERMINAL_NONE;
	}
	size = got;
	key = terminal_filter(input->bytes + input->tail, &size);
	keep(input, size);
	return key;
}

void input_offer(struct input *input)
{
	if (input->tail)
		input->head += input->ops->take(input->opaque, input->bytes + input->head,
						input->tail - input->head);
	if (input->head == input->tail)
		input->head = input->tail = 0;
	if (input->fd >= 0 || input->tail || input->ended)
		return;
	input->ended = true;
	input->ops->end(input->opaque);
}
