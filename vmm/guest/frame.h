/* SPDX-License-Identifier: MIT */
/*
 * What the two ends of a channel say to each other: frames, both ways, over any way that bytes go.
 * The host's end is channel.c, the guest's init/link.c; both trust nothing of what comes. Integers
 * are little-endian, as both architectures are.
 *
 * A stream's sender sends no more than its receiver has granted: each of the guest's streams begins
 * with FRAME_WINDOW bytes, stdin with none.
 */
#ifndef VMM_GUEST_FRAME_H
#define VMM_GUEST_FRAME_H

#include <stdint.h>

#define FRAME_MAGIC 0x314d564eU /* "NVM1" */
#define FRAME_MAX 4096 /* bytes of payload */
#define FRAME_ALIGN 8 /* zeroes after a frame, up to the next header */
#define FRAME_WINDOW 65536
#define FRAME_FACTOR 0x9e3779b97f4a7c15ULL /* odd: no step loses a change */

struct frame_header {
	uint32_t magic;
	uint8_t kind; /* enum frame_kind */
	uint8_t stream; /* enum frame_stream, where the kind is of one */
	uint16_t length; /* of the payload, up to FRAME_MAX */
	uint32_t number; /* of the frame, from 0, per direction: a gap is a loss */
	uint32_t sum; /* frame_sum() */
};
_Static_assert(sizeof(struct frame_header) == 16, "frame header");

enum frame_stream {
	FRAME_STDIN,
	FRAME_STDOUT,
	FRAME_STDERR,
	FRAME_FILES, /* a newc archive: what --out asked for */
	FRAME_STREAMS,
};

enum frame_kind {
	/* Both ways. */
	FRAME_DATA, /* bytes of a stream */
	FRAME_END, /* there are no more */
	FRAME_CREDIT, /* uint32_t: so many more bytes of the stream may come */
	FRAME_CLOSED, /* nobody takes the stream's bytes any more */

	/* The guest's. */
	FRAME_HELLO, /* struct frame_hello: init runs */
	FRAME_START, /* the command's process runs its program */
	FRAME_EXIT, /* struct frame_exit: what became of the command; FRAME_FILES may follow */
	FRAME_ERROR, /* text: why the command cannot be run, which is no verdict on it; then DONE */
	FRAME_WARNING, /* text: what init could not do, and went on */
	FRAME_DONE, /* the last one */

	/* The host's. */
	FRAME_SIZE, /* struct frame_size: the terminal's */
	FRAME_FINISH, /* kill the command, send what --out asked for, and be done */
	FRAME_KINDS,
};

/* Init is there. */
struct frame_hello {
	uint64_t fast; /* 1: the host's frames come by the fast port too, after a byte to the tty */
	uint64_t vmcoreinfo; /* its address as /sys/kernel/vmcoreinfo says it, or 0 */
	char release[64]; /* uname -r, ended by a 0 */
};
_Static_assert(sizeof(struct frame_hello) == 80, "hello");

struct frame_exit {
	uint32_t code; /* 126 and 127 as a shell's, with text after this, where it never ran */
	uint32_t signal; /* that killed it, or 0 */
};

struct frame_size {
	uint16_t rows, columns;
};

/*
 * FRAME_FILES, which is there only with --out: newc as cpio(5) has it, of regular files, folders
 * and symbolic links (their text is the data). Path i of the job, from 0, is the entry "i", and
 * what is in it, if it is a folder, "i/NAME"; a folder comes before what is in it. No hard links.
 */

/*
 * Of the run's @key, @header before its sum, and the header's length of @payload, both in words of
 * 8 bytes, zeroes after the last: begins with @key; each word is XORed in, the sum multiplied by
 * FRAME_FACTOR, and its upper half XORed into the lower, which is the result. Both ends call it.
 */
uint32_t frame_sum(uint32_t key, const struct frame_header *header, const void *payload);

#endif
