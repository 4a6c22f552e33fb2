/* SPDX-License-Identifier: MIT */
/*
 * Signals that come while a machine is being made: they end the program at once, even in the middle
 * of populating, and the verdict says so. Called once by main; wait.c takes the signals over.
 */
#ifndef VMM_RUN_INTERRUPT_H
#define VMM_RUN_INTERRUPT_H

#define INTERRUPT_SIGNALS               \
	{                               \
		SIGINT, SIGTERM, SIGHUP \
	}

/* From now on. @result: the descriptor for the verdict, or -1. */
void interrupt_catch(int result);

#endif
