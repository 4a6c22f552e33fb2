/* SPDX-License-Identifier: MIT */
/* FRAME_FILES as it is made: a newc archive, cpio(5). files.c says what is in it. */
#ifndef VMM_GUEST_INIT_NEWC_H
#define VMM_GUEST_INIT_NEWC_H

#include <stddef.h>
#include <sys/stat.h>

/* An entry, of which @st->st_size bytes follow by newc_data(), in any pieces. */
void newc_entry(const char *name, const struct stat *st);
void newc_data(const void *bytes, size_t size);

/* The trailer, and the stream's end. */
void newc_end(void);

#endif
