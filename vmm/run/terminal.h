/* SPDX-License-Identifier: MIT */
/*
 * The user's terminal: the bar that a long populating shows, then raw while the guest has it, and
 * as it was again whatever happens while it is ours, a crash of ours included. Ctrl-A is the escape
 * key. One terminal per process, so its state is this file's own: the handlers that restore it can
 * be given none.
 */
#ifndef VMM_RUN_TERMINAL_H
#define VMM_RUN_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * For ram_allocate(): draws the bar on stderr, when that is a terminal, once a second has passed,
 * and takes it away when all is done.
 */
void terminal_show_progress(uint64_t done, uint64_t total);

/* Takes a bar that is there off the terminal. For signal handlers too. */
void terminal_hide_progress(void);

/* Makes stdin raw when it is a terminal and we are not in the background. */
void terminal_open(void);

/* Raw again after somebody stopped and continued us, or brought us to the foreground. */
void terminal_resume(void);

/* We are in the foreground of stdin's terminal: to read from it in the background would stop us. */
bool terminal_is_ours(void);

/*
 * As it was before terminal_open(), while it is ours; in the background it is another's. Safe at
 * any time, in signal handlers too, and to repeat.
 */
void terminal_restore(void);

enum terminal_key {
	TERMINAL_NONE,
	TERMINAL_LEAVE, /* Ctrl-A x */
	TERMINAL_HELP, /* Ctrl-A h */
};

/*
 * Takes the escape key's sequences out of @size bytes in @data, which shrink to *@size. Ctrl-A
 * Ctrl-A is one Ctrl-A for the guest. On stdin that is no terminal every byte is the guest's.
 */
enum terminal_key terminal_filter(uint8_t *data, size_t *size);

#endif
