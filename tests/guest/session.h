/* SPDX-License-Identifier: MIT */
/*
 * A session as init has it, over either way: says hello, asks for up to 16 bytes of stdin, which
 * come back on stdout as do sizes of the terminal, and exits with 7.
 */
#include "guest.h"

enum { STDIN, STDOUT, STDERR };
enum { DATA, END, CREDIT, CLOSED, HELLO, START, EXIT, ERROR, WARNING, DONE, SIZE };

static inline void say_hello(int fast)
{
	static uint64_t hello[10];

	hello[0] = (uint64_t)fast;
	frames_open(fast);
	frames_send(HELLO, 0, hello, sizeof(hello));
}

static inline void say_end(void)
{
	static const uint32_t ends[2] = { 7, 0 };

	frames_send(EXIT, 0, ends, sizeof(ends));
	frames_send(DONE, 0, "", 0);
	halt();
}

static inline void session(int fast)
{
	static const uint32_t credit = 16;
	static uint64_t payload[8];
	unsigned int length, kind;

	ignore_nmi();
	put("session: the console\n");
	say_hello(fast);
	frames_send(WARNING, 0, "a \33warning", 10);
	frames_send(START, 0, "", 0);
	frames_send(CREDIT, STDIN, &credit, sizeof(credit));
	frames_send(DATA, STDERR, "err\n", 4);
	while ((kind = frames_receive(payload, &length)) == DATA || kind == SIZE)
		frames_send(DATA, STDOUT, payload, length);
	if (kind != END)
		fail("not the end of stdin:", kind);
	frames_send(DATA, STDOUT, "\0\377\n", 3);
	say_end();
}
