// SPDX-License-Identifier: MIT
/*
 * hostile: an init that lies. Reads its job in the initrd, as numavm makes it, for the key; each
 * argument of the command after its name is a step: a letter, and a number.
 */
#include "session.h"

#define RAMDISK_IMAGE 0x218 /* of the zero page */
#define RAMDISK_SIZE 0x21c

static const char *job, *job_end;
static uint64_t hello[10];
static uint8_t block[4096];

static int is_name(const char *at)
{
	static const char name[] = "numavm/job";

	for (unsigned int i = 0; i < sizeof(name); i++)
		if (at[i] != name[i])
			return 0;
	return 1;
}

/* The archive with the job is the last. */
static void find_job(void)
{
	const char *start = (const char *)(uintptr_t)get32(zero_page + RAMDISK_IMAGE);
	const char *at = start + get32(zero_page + RAMDISK_SIZE) - 16;

	job_end = at;
	while (at > start && !is_name(at))
		at--;
	if (at == start)
		fail("no job", (uintptr_t)start);
	job = at + 11;
	while (!*job)
		job++;
}

static const char *next_text(const char *at)
{
	while (*at)
		at++;
	return at + 1;
}

static uint32_t number(const char *text)
{
	uint32_t value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint32_t)(*text - '0');
	return value;
}

static void find_key(void)
{
	for (const char *at = job; at < job_end && *at; at = next_text(at))
		if (*at == 'k')
			frames_key = number(at + 1);
}

static void say(unsigned int kind, unsigned int stream, const char *text)
{
	frames_send(kind, stream, text, (unsigned int)(next_text(text) - text) - 1);
}

static void flood(unsigned int kind, unsigned int stream, unsigned int length, uint32_t times)
{
	frames_send(kind, stream, block, length);
	for (uint32_t i = 1; i != times; i++)
		frames_repeat();
}

static void console(const char *text)
{
	uart_select(0);
	put(text);
	uart_select(1);
}

#define ESCAPES "\33[2J\33]0;title\a\233\302\233\r\177\b\f\376\n"

/* An entry's header, cpio(5): mode, size of the data and of the name. */
#define NEWC(mode, size, name)     \
	"070701"                   \
	"00000000" mode "00000000" \
	"00000000"                 \
	"00000001"                 \
	"00000000" size "00000000" \
	"00000000"                 \
	"00000000"                 \
	"00000000" name "00000000"

/* --out's first path, a file. */
static const char archive[] =
	NEWC("000081a4", "00000004", "00000002") "0\0"
						 "out\n" NEWC("00000000", "00000000",
							      "0000000b") "TRAILER!!!\0\0\0";

static void step(char letter, uint32_t value)
{
	uint32_t end[2] = { value & 0xffffff, value >> 24 };

	switch (letter) {
	case 'H':
	case 'F':
		hello[0] = letter == 'F';
		hello[1] = value;
		frames_open(letter == 'F');
		frames_send(HELLO, 0, hello, sizeof(hello));
		break;
	case 'R': /* a release that no terminal should see */
		for (unsigned int i = 0; i < 64; i++)
			((uint8_t *)(hello + 2))[i] = (uint8_t)(0x80 + i);
		break;
	case 'S':
		frames_send(START, 0, "", 0);
		break;
	case 'X':
		frames_send(EXIT, 0, end, sizeof(end));
		break;
	case 'D':
		frames_send(DONE, 0, "", 0);
		break;
	case 'E':
		say(ERROR, 0, "an error " ESCAPES);
		break;
	case 'W':
		say(WARNING, 0, "warned " ESCAPES);
		for (uint32_t i = 1; i < value; i++)
			frames_repeat();
		break;
	case 'z':
		flood(DATA, STDOUT, 0, value);
		break;
	case 'o':
		flood(DATA, STDOUT, 4096, value);
		break;
	case 'e':
		flood(DATA, STDERR, 4096, value);
		break;
	case 'f':
		flood(DATA, 3, 4096, value);
		break;
	case 'n':
		frames_send(DATA, 3, archive, sizeof(archive));
		break;
	case 'c':
		flood(CREDIT, STDIN, 4, value);
		break;
	case 'k': /* of a kind */
		frames_send(value, STDOUT, block, 8);
		break;
	case 'g':
		for (uint32_t i = 0; i != value; i++)
			fast_out(block, sizeof(block));
		break;
	case 'p':
		for (uint32_t i = 0; i != value; i++)
			console("[    1.000000] Kernel panic - not syncing: fake " ESCAPES);
		break;
	case 't':
		console("text " ESCAPES);
		break;
	case 'C':
		crash();
	case 'P':
		power_off();
	case 'h':
		halt();
	case 'i': /* whatever comes, until the end of stdin or FINISH */
		while (frames_receive(block, &end[0]) != value)
			;
		break;
	default:
		fail("no such step:", (uint64_t)letter);
	}
}

void guest_main(void)
{
	unsigned int arguments = 0;

	find_job();
	find_key();
	for (unsigned int i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)('A' + i % 26);
	for (const char *at = job; at < job_end && *at; at = next_text(at))
		if (*at == 'a' && arguments++)
			step(at[1], number(at + 2));
}
