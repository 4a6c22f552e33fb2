/* SPDX-License-Identifier: MIT */
/* The bar that a long populating shows on a terminal. Given to ram_allocate() by run. */
#ifndef VMM_RUN_PROGRESS_H
#define VMM_RUN_PROGRESS_H

#include <stdint.h>

/* Draws the bar on stderr, a terminal, once a second has passed; takes it away when all is done. */
void progress_show(uint64_t done, uint64_t total);

/* Takes a bar that is there off the terminal. For signal handlers too. */
void progress_hide(void);

#endif
