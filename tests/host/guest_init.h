/* SPDX-License-Identifier: MIT */
/*
 * guest_init.h: what the parts of guest_init share: the text for the console, which is kept until
 * out_write(), and the kernel's files.
 */
#ifndef GUEST_INIT_H
#define GUEST_INIT_H

#define SYS_NODE "/sys/devices/system/node"
#define SYS_CPU "/sys/devices/system/cpu"

/* klogctl's levels, which the C library does not name (syslog(2)). */
enum { KLOG_WARNING = 4, KLOG_DEBUG = 7 };

/* Adds to the text for the console; what is beyond 1 MiB is dropped. */
void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_write(void);

/* The file's text without its last newline, or "-" where there is none; never freed, because the
 * whole machine ends with this process. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The next number of a list such as "0-2,5", or -1 at its end. *@at starts as the list. */
int list_next(const char **at, int last);

#define for_each_in(id, list)                                                           \
	for (const char *at_##id = (list), *go_##id = at_##id; go_##id; go_##id = NULL) \
		for (int id = list_next(&at_##id, -1); id >= 0; id = list_next(&at_##id, id))

/* -1 when the kernel does not say. */
long node_memory_kb(int node);
/* Puts all that compare.c reads. */
void show_lines(void);

#endif
