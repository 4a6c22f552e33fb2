// SPDX-License-Identifier: MIT
/*
 * The channel from both ends. The guest says frames of any kind, right ones and damaged ones, and
 * bytes that are none; the host's frames go to a model of init's end, which holds them to what was
 * granted. What was sent in order and within the grants comes out, byte by byte.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/support.h"
#include "vmm/guest/channel.h"
#include "vmm/guest/frames.h"

#define KEY 0x6b657921

struct end {
	struct channel *channel;
	uint32_t number;
	bool hello, done;
	bool hostile; /* has said what init does not: what comes out is anybody's guess */
	struct frames frames; /* of the host's */
	uint64_t granted, taken; /* of stdin */
	bool input_ended, input_closed;
	uint8_t next_input, next_heard;
	uint64_t credit[FRAME_STREAMS], sent[FRAME_STREAMS], written[FRAME_STREAMS];
	int readers[FRAME_STREAMS], writers[FRAME_STREAMS];
	unsigned int warnings;
};

static void ignore_wake(void *opaque)
{
	(void)opaque;
}

static void count_warning(void *opaque, const char *text)
{
	must(strlen(text) < FRAME_MAX);
	((struct end *)opaque)->warnings++;
}

static void open_end(struct end *end)
{
	static const struct channel_ops ops = { ignore_wake, count_warning };

	*end = (struct end){ .writers = { -1, -1, -1, -1 } };
	for (unsigned int i = FRAME_STDOUT; i < FRAME_STREAMS; i++) {
		int pipes[2];

		must(!pipe2(pipes, O_NONBLOCK | O_CLOEXEC));
		end->readers[i] = pipes[0];
		end->writers[i] = pipes[1];
		end->credit[i] = FRAME_WINDOW;
	}
	end->channel = channel_new(end->writers, KEY, &ops, end);
	frames_init(&end->frames, KEY);
}

static void close_end(struct end *end)
{
	for (unsigned int i = FRAME_STDOUT; i < FRAME_STREAMS; i++) {
		if (end->readers[i] >= 0)
			close(end->readers[i]);
		close(end->writers[i]);
	}
	channel_free(end->channel);
}

static void send_bytes(struct end *end, struct bytes *bytes, const uint8_t *at, size_t size)
{
	size_t part = 1 + fuzz_byte(bytes) * 32;

	for (; size > part; at += part, size -= part)
		channel_receive(end->channel, at, part);
	channel_receive(end->channel, at, size);
}

static void send_frame(struct end *end, struct bytes *bytes, enum frame_kind kind, uint8_t stream,
		       const uint8_t *payload, size_t length)
{
	uint8_t frame[sizeof(struct frame_header) + FRAME_MAX + FRAME_ALIGN] = { 0 };
	struct frame_header header = { FRAME_MAGIC, kind, stream, length, end->number++, 0 };
	size_t size = sizeof(header) + length;

	header.sum = frame_sum(KEY, &header, payload);
	memcpy(frame, &header, sizeof(header));
	memcpy(frame + sizeof(header), payload, length);
	send_bytes(end, bytes, frame, (size + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN);
}

static void say_hello(struct end *end, struct bytes *bytes)
{
	static const struct frame_hello hello = { 0 };

	send_frame(end, bytes, FRAME_HELLO, 0, (const uint8_t *)&hello, sizeof(hello));
	end->hello = true;
}

/* As init does it: within its grants. Byte i of a stream is i. */
static void say_data(struct end *end, struct bytes *bytes)
{
	unsigned int stream = FRAME_STDOUT + fuzz_byte(bytes) % (FRAME_STREAMS - FRAME_STDOUT);
	size_t length = fuzz_below(bytes, FRAME_MAX + 1);
	uint8_t payload[FRAME_MAX];

	if (!end->hello || end->done || end->credit[stream] < length)
		return;
	for (size_t i = 0; i < length; i++)
		payload[i] = end->sent[stream] + i;
	end->sent[stream] += length;
	end->credit[stream] -= length;
	send_frame(end, bytes, FRAME_DATA, stream, payload, length);
}

static void say_credit(struct end *end, struct bytes *bytes)
{
	uint32_t more = fuzz_below(bytes, 65536);

	if (!end->hello || end->done)
		return;
	end->granted += more;
	send_frame(end, bytes, FRAME_CREDIT, FRAME_STDIN, (const uint8_t *)&more, sizeof(more));
}

static size_t take_payload(struct bytes *bytes, uint8_t payload[256])
{
	size_t length = fuzz_byte(bytes);

	for (size_t i = 0; i < length; i++)
		payload[i] = fuzz_byte(bytes);
	return length;
}

/* A right frame of any kind with any payload: what init would say, and what it would not. */
static void say_anything(struct end *end, struct bytes *bytes)
{
	uint8_t kind = fuzz_byte(bytes) % FRAME_KINDS, stream = fuzz_byte(bytes) % FRAME_STREAMS;
	uint8_t payload[256];
	size_t length = take_payload(bytes, payload);

	end->hostile = true;
	send_frame(end, bytes, kind, stream, payload, length);
}

static void say_noise(struct end *end, struct bytes *bytes)
{
	struct frame_header header = { .magic = FRAME_MAGIC };
	uint8_t payload[256];
	size_t length = take_payload(bytes, payload);

	end->hostile = true;
	header.length = fuzz_below(bytes, 65536);
	if (fuzz_byte(bytes) & 1)
		send_bytes(end, bytes, (const uint8_t *)&header, sizeof(header));
	send_bytes(end, bytes, payload, length);
}

static uint32_t credit_of(const struct frame_header *header)
{
	uint32_t more;

	must(header->length == sizeof(more));
	memcpy(&more, header + 1, sizeof(more));
	return more;
}

/* A frame of the host's, held to what it may say. */
static void hear_frame(struct end *end, const struct frame_header *header)
{
	const uint8_t *payload = (const uint8_t *)(header + 1);

	must(end->hello || end->hostile);
	switch (header->kind) {
	case FRAME_DATA:
		must(header->stream == FRAME_STDIN && !end->input_ended);
		end->taken += header->length;
		must(end->hostile || end->taken <= end->granted);
		for (size_t i = 0; i < header->length; i++)
			must(payload[i] == end->next_heard++);
		return;
	case FRAME_END:
		must(header->stream == FRAME_STDIN && !end->input_ended);
		end->input_ended = true;
		return;
	case FRAME_CREDIT:
		must(header->stream != FRAME_STDIN);
		end->credit[header->stream] += credit_of(header);
		must(end->hostile || end->credit[header->stream] <= FRAME_WINDOW);
		return;
	case FRAME_CLOSED:
		must(end->readers[header->stream] < 0);
		return;
	default:
		must(header->kind == FRAME_SIZE || header->kind == FRAME_FINISH);
	}
}

static void hear(struct end *end, struct bytes *bytes, bool pulls)
{
	uint8_t chunk[64];
	size_t size = 1 + fuzz_byte(bytes) % sizeof(chunk);
	const uint8_t *at = chunk;

	if (pulls)
		channel_pull(end->channel, chunk, size);
	else
		size = channel_take(end->channel, chunk, size);
	while (frames_next(&end->frames, &at, &size))
		hear_frame(end, &end->frames.header);
	must(!end->frames.garbage && !end->frames.lost);
}

static void give_input(struct end *end, struct bytes *bytes)
{
	uint8_t input[FRAME_MAX];
	size_t size = fuzz_below(bytes, sizeof(input) + 1), taken;

	if (end->input_closed)
		return;
	for (size_t i = 0; i < size; i++)
		input[i] = end->next_input + i;
	taken = channel_input(end->channel, input, size);
	must(taken <= size);
	end->next_input += taken;
	if (fuzz_byte(bytes) == 255) {
		channel_input_end(end->channel);
		end->input_closed = true;
	}
}

static void pump(struct end *end)
{
	struct pollfd polls[FRAME_STREAMS];

	channel_poll(end->channel, polls);
	must(poll(polls, FRAME_STREAMS, 0) >= 0);
	channel_pump(end->channel, polls);
}

/* Returns whether there was something. */
static bool read_stream(struct end *end, unsigned int stream)
{
	uint8_t got[2 * FRAME_MAX];
	ssize_t size;

	if (end->readers[stream] < 0)
		return false;
	size = read(end->readers[stream], got, sizeof(got));
	for (ssize_t i = 0; i < size && !end->hostile; i++)
		must(got[i] == (uint8_t)(end->written[stream] + i));
	end->written[stream] += size > 0 ? size : 0;
	must(end->hostile || end->written[stream] <= end->sent[stream]);
	return size > 0;
}

static void close_reader(struct end *end, struct bytes *bytes)
{
	unsigned int stream = FRAME_STDOUT + fuzz_byte(bytes) % (FRAME_STREAMS - FRAME_STDOUT);

	if (fuzz_byte(bytes) < 240 || end->readers[stream] < 0)
		return;
	close(end->readers[stream]);
	end->readers[stream] = -1;
}

static void play(struct end *end, struct bytes *bytes, bool pulls)
{
	switch (fuzz_byte(bytes) % 16) {
	case 0:
		say_hello(end, bytes);
		return;
	case 1 ... 4:
		say_data(end, bytes);
		return;
	case 5:
		say_credit(end, bytes);
		return;
	case 6:
		say_anything(end, bytes);
		return;
	case 7:
		say_noise(end, bytes);
		return;
	case 8:
		give_input(end, bytes);
		return;
	case 9:
		channel_resize(end->channel, fuzz_byte(bytes), fuzz_byte(bytes));
		return;
	case 10:
		close_reader(end, bytes);
		return;
	case 11:
		channel_finish(end->channel);
		channel_kicks(end->channel);
		return;
	case 12:
		read_stream(end, FRAME_STDOUT + fuzz_byte(bytes) % 3);
		return;
	case 13:
		pump(end);
		return;
	default:
		hear(end, bytes, pulls);
	}
}

/* All that was sent arrives, once somebody reads. */
static void check_arrival(struct end *end)
{
	struct channel_state state;

	for (unsigned int i = 0; !channel_drained(end->channel); i++) {
		must(i < 1000);
		pump(end);
		for (unsigned int stream = FRAME_STDOUT; stream < FRAME_STREAMS; stream++)
			read_stream(end, stream);
	}
	for (unsigned int stream = FRAME_STDOUT; stream < FRAME_STREAMS; stream++) {
		while (read_stream(end, stream))
			;
		must(end->hostile || end->readers[stream] < 0 ||
		     end->written[stream] == end->sent[stream]);
	}
	channel_state(end->channel, &state);
	must(end->hostile || !(state.garbage + state.lost));
	must(memchr(state.error, 0, sizeof(state.error)));
	must(memchr(state.said.release, 0, sizeof(state.said.release)));
	must(end->warnings <= CHANNEL_WARNINGS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	bool pulls = fuzz_byte(&bytes) & 1;
	struct end end;

	signal(SIGPIPE, SIG_IGN);
	open_end(&end);
	while (bytes.left)
		play(&end, &bytes, pulls);
	check_arrival(&end);
	close_end(&end);
	return 0;
}
