// SPDX-License-Identifier: MIT
/*
 * Runs init as a machine of namespaces (root.c) and speaks the host's part (frame.h) over a
 * pseudoterminal, to the letter: what init may not do ends the test.
 *
 *   drive INIT [OPTION]... -- COMMAND...
 *
 * -j RECORD: another one of the job. -i FILE: the command's stdin, which else ends at once; "-":
 * neither. -o FILE: where the files go. -h: hold back credits until a stream's window is full, and
 * see that nothing more comes. -n: no tty. -g: garbage, and frames of another key, before the
 * host's. -q: wait for init to power off. -w TEXT ACTION: once stdout has said TEXT, "finish",
 * "close", "size ROWS COLUMNS", "type BYTES", "end" or "stop" (give no more credit).
 *
 * stdout and stderr are the command's; descriptor 3 gets a line per event. Exits with 0 after DONE.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/init/root.h"
#include "vmm/guest/frame.h"
#include "vmm/guest/job.h"

#define KEY 0x1badcafe
#define QUIET_MS 300
#define PATIENCE_S 20

struct reaction {
	const char *text, *action;
};

static struct {
	const char *init;
	char job[1 << 20];
	size_t job_size;
	struct reaction reactions[8];
	size_t nr_reactions;
	const char *in, *out;
	bool hold, no_tty, garbage, poweroff;
} asked;

static FILE *notes;
static int tty = -1, in = -1, files = -1;
static uint32_t sent, received, credit; /* numbers of frames; of stdin */
static uint64_t granted[FRAME_STREAMS], came[FRAME_STREAMS];
static bool in_ended, done, stopped;
static char said[1 << 16]; /* the last of stdout */
static size_t said_length;

/* ---- to init ---- */

static void put(const void *bytes, size_t size)
{
	struct pollfd writable = { .fd = tty, .events = POLLOUT };
	ssize_t n;

	for (; size; bytes = (const char *)bytes + (n > 0 ? n : 0), size -= n > 0 ? n : 0) {
		n = write(tty, bytes, size);
		if (n < 0 && errno == EAGAIN)
			poll(&writable, 1, -1);
		else if (n < 0)
			err(2, "tty");
	}
}

static void say(enum frame_kind kind, enum frame_stream stream, const void *payload, size_t length)
{
	static const uint8_t zeroes[FRAME_ALIGN], garbage[] = "\r\nNVM1 NVM1 is no frame\n";
	static const struct frame_header forged = { .magic = FRAME_MAGIC, .kind = FRAME_FINISH };
	struct frame_header header = { .magic = FRAME_MAGIC,
				       .kind = kind,
				       .stream = stream,
				       .length = length,
				       .number = sent++ };

	header.sum = frame_sum(KEY, &header, payload);
	if (asked.garbage) {
		put(garbage, sizeof(garbage));
		put(&forged, sizeof(forged));
	}
	put(&header, sizeof(header));
	put(payload, length);
	put(zeroes, -(sizeof(header) + length) % FRAME_ALIGN);
}

static void grant(enum frame_stream stream, uint32_t more)
{
	granted[stream] += more;
	say(FRAME_CREDIT, stream, &more, sizeof(more));
}

static void end_in(void)
{
	if (!in_ended)
		say(FRAME_END, FRAME_STDIN, NULL, 0);
	in_ended = true;
}

static void type(const char *text)
{
	size_t length = strlen(text);

	if (length > credit)
		errx(2, "init has not asked for %zu bytes", length);
	credit -= length;
	say(FRAME_DATA, FRAME_STDIN, text, length);
}

static void react(const char *action)
{
	struct frame_size size;

	fprintf(notes, "%s\n", action);
	if (strcmp(action, "finish") == 0)
		say(FRAME_FINISH, 0, NULL, 0);
	else if (strcmp(action, "close") == 0)
		say(FRAME_CLOSED, FRAME_STDOUT, NULL, 0);
	else if (strcmp(action, "end") == 0)
		end_in();
	else if (strcmp(action, "stop") == 0)
		stopped = true;
	else if (strncmp(action, "type ", 5) == 0)
		type(action + 5);
	else if (sscanf(action, "size %hu %hu", &size.rows, &size.columns) == 2)
		say(FRAME_SIZE, 0, &size, sizeof(size));
	else
		errx(2, "no action is called %s", action);
}

/* ---- from init ---- */

static void look_at(const uint8_t *bytes, size_t size)
{
	struct reaction *next = asked.reactions;

	if (said_length + size >= sizeof(said))
		said_length = 0;
	memcpy(said + said_length, bytes, size);
	said_length += size;
	while (next->text && memmem(said, said_length, next->text, strlen(next->text))) {
		react(next->action);
		memmove(next, next + 1, sizeof(asked.reactions) - sizeof(*next));
	}
}

static void take_data(enum frame_stream stream, const uint8_t *bytes, size_t size)
{
	int fd = stream == FRAME_FILES ? files : (int)stream;

	came[stream] += size;
	if (came[stream] > granted[stream])
		errx(2, "stream %d: %llu bytes, which is more than was granted", stream,
		     (unsigned long long)came[stream]);
	if (fd >= 0 && write(fd, bytes, size) != (ssize_t)size)
		err(2, "stream %d", stream);
	if (stream == FRAME_STDOUT)
		look_at(bytes, size);
	if (!stopped && !asked.hold && granted[stream] - came[stream] <= FRAME_WINDOW / 2)
		grant(stream, FRAME_WINDOW / 2);
}

static void take_exit(const uint8_t *payload, size_t length)
{
	struct frame_exit end;

	memcpy(&end, payload, sizeof(end));
	fprintf(notes, "exit %u signal %u%s%.*s\n", end.code, end.signal,
		length > sizeof(end) ? " " : "", (int)(length - sizeof(end)),
		(const char *)payload + sizeof(end));
}

static void take_hello(const uint8_t *payload)
{
	struct frame_hello hello;

	memcpy(&hello, payload, sizeof(hello));
	fprintf(notes, "hello fast %llu %s\n", (unsigned long long)hello.fast, hello.release);
	if (!asked.in)
		end_in();
}

static void take_frame(const struct frame_header *header, const uint8_t *payload)
{
	static const char *const streams[] = { "stdin", "stdout", "stderr", "files" };
	uint32_t more;

	switch (header->kind) {
	case FRAME_DATA:
		return take_data(header->stream, payload, header->length);
	case FRAME_CREDIT:
		memcpy(&more, payload, sizeof(more));
		credit += more;
		if (credit > 2048)
			errx(2, "init asks for %u bytes of stdin", credit);
		return;
	case FRAME_HELLO:
		return take_hello(payload);
	case FRAME_EXIT:
		return take_exit(payload, header->length);
	case FRAME_START:
		fputs("start\n", notes);
		return;
	case FRAME_DONE:
		fputs("done\n", notes);
		done = true;
		return;
	case FRAME_END:
	case FRAME_CLOSED:
		fprintf(notes, "%s %s\n", header->kind == FRAME_END ? "end" : "closed",
			streams[header->stream]);
		return;
	case FRAME_ERROR:
	case FRAME_WARNING:
		fprintf(notes, "%s %.*s\n", header->kind == FRAME_ERROR ? "error" : "warning",
			header->length, (const char *)payload);
		return;
	default:
		errx(2, "init sends a frame of kind %u", header->kind);
	}
}

/* What is no frame is counted, as the host does. Returns how much of it is done with. */
static size_t take_one(const uint8_t *at, size_t left, unsigned int *garbage)
{
	struct frame_header header;

	if (left < sizeof(header))
		return 0;
	memcpy(&header, at, sizeof(header));
	if (header.magic == FRAME_MAGIC && header.length <= FRAME_MAX) {
		if (left < sizeof(header) + header.length)
			return 0;
		if (frame_sum(KEY, &header, at + sizeof(header)) == header.sum) {
			if (header.number != received++)
				errx(2, "frame %u (kind %u) in place of %u", header.number,
				     header.kind, received - 1);
			take_frame(&header, at + sizeof(header));
			return sizeof(header) + header.length;
		}
	}
	*garbage += *at != 0;
	return 1;
}

static void take_bytes(void)
{
	static uint8_t bytes[1 << 16];
	static size_t length;
	static unsigned int garbage;
	ssize_t n = read(tty, bytes + length, sizeof(bytes) - length);
	size_t at = 0, used;

	if (n <= 0)
		return;
	length += n;
	while ((used = take_one(bytes + at, length - at, &garbage)))
		at += used;
	length -= at;
	memmove(bytes, bytes + at, length);
	if (done && garbage)
		fprintf(notes, "garbage %u\n", garbage);
}

/* ---- all of it ---- */

static void send_in(void)
{
	char bytes[FRAME_MAX];
	ssize_t n = read(in, bytes, credit < sizeof(bytes) ? credit : sizeof(bytes));

	if (n <= 0) {
		in = -1;
		return end_in();
	}
	credit -= n;
	say(FRAME_DATA, FRAME_STDIN, bytes, n);
}

/* Nothing has come for a while: nothing will, of a stream whose window is full. */
static void release(void)
{
	int i;

	for (i = FRAME_STDOUT; i < FRAME_STREAMS && asked.hold; i++)
		if (came[i] == FRAME_WINDOW) {
			fputs("held\n", notes);
			asked.hold = false;
			grant(i, FRAME_WINDOW);
		}
}

static void talk(void)
{
	while (!done) {
		struct pollfd polls[] = { { .fd = tty, .events = POLLIN },
					  { .fd = credit ? in : -1, .events = POLLIN } };
		int ready = poll(polls, 2, asked.hold ? QUIET_MS : -1);

		if (ready == 0)
			release();
		if (polls[0].revents)
			take_bytes();
		if (polls[1].revents)
			send_in();
	}
}

static void add_record(const char *record)
{
	size_t size = strlen(record) + 1;

	if (asked.job_size + size > sizeof(asked.job))
		errx(2, "too many records");
	memcpy(asked.job + asked.job_size, record, size);
	asked.job_size += size;
}

static void read_options(int argc, char **argv)
{
	char *record;
	int option;

	while ((option = getopt(argc, argv, "+j:w:i:o:hngq")) != -1) {
		if (option == 'j')
			add_record(optarg);
		else if (option == 'w')
			asked.reactions[asked.nr_reactions++] =
				(struct reaction){ optarg, argv[optind++] };
		else if (option == 'q')
			asked.poweroff = true;
		else if (option == 'i')
			asked.in = optarg;
		else if (option == 'o')
			asked.out = optarg;
		else if (option == 'h')
			asked.hold = true;
		else if (option == 'n')
			asked.no_tty = true;
		else if (option == 'g')
			asked.garbage = true;
		else
			exit(2);
	}
	for (; optind < argc; optind++) {
		if (asprintf(&record, "a%s", argv[optind]) < 0)
			err(2, "memory");
		add_record(record);
		free(record);
	}
}

int main(int argc, char **argv)
{
	char key[16];
	int i, status;
	pid_t pid;

	asked.init = argv[1];
	snprintf(key, sizeof(key), "k%u", KEY);
	add_record(key);
	read_options(argc - 1, argv + 1);
	notes = fdopen(3, "w");
	if (!notes)
		err(2, "descriptor 3");
	setvbuf(notes, NULL, _IONBF, 0);
	alarm(PATIENCE_S);
	for (i = 0; i < FRAME_STREAMS; i++)
		granted[i] = FRAME_WINDOW;
	if (asked.out)
		files = open(asked.out, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	pid = root_start(asked.init, asked.job, asked.job_size,
			 asked.no_tty ? NULL : root_open_tty(&tty));
	if (asked.in && strcmp(asked.in, "-"))
		in = open(asked.in, O_RDONLY);
	if (!asked.no_tty)
		talk();
	if (!asked.no_tty && !asked.poweroff)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		fputs("power off\n", notes);
	return 0;
}
