// SPDX-License-Identifier: MIT
#include "vmm/run/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/run/patient.h"

void input_open(struct input *input, int fd, struct serial *serial)
{
	*input = (struct input){ .fd = fd, .is_terminal = isatty(fd), .serial = serial };
}

bool input_is_wanted(const struct input *input)
{
	if (input->fd >= 0 && input->is_terminal)
		return terminal_is_ours();
	return input->fd >= 0 && input->tail - input->head < INPUT_READ;
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
	size_t most = INPUT_READ, size;
	enum terminal_key key;
	ssize_t got;

	make_room(input);
	if (!input->is_terminal)
		most -= input->tail - input->head;
	got = read(input->fd, input->bytes + input->tail, most);
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
	if (!input->tail)
		return;
	input->head += serial_receive(input->serial, input->bytes + input->head,
				      input->tail - input->head);
	if (input->head == input->tail)
		input->head = input->tail = 0;
}
