/* SPDX-License-Identifier: MIT */
/*
 * What became of a run, as its exit status and its last line on stderr say it; and the one verdict
 * on a running machine. Devices, vCPUs, signals and deadlines set that from any thread; it knows
 * none of them, and wakes the main thread, which waits for it (wait.c). run.c owns it; verbs.c
 * makes an outcome of an error that kept the run from starting.
 */
#ifndef VMM_RUN_ENDING_H
#define VMM_RUN_ENDING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "mem/error.h"

enum outcome_kind {
	OUTCOME_POWEROFF,
	OUTCOME_REBOOT,
	OUTCOME_EXITED, /* the command has, which verdict.c knows more of */
	OUTCOME_PANIC,
	OUTCOME_CRASH,
	OUTCOME_TIMEOUT,
	OUTCOME_CONTENTION,
	OUTCOME_ERROR,
};

#define OUTCOME_STATUS_NONE 125 /* no verdict */

struct outcome {
	enum outcome_kind kind;
	int status; /* exit status; 128+n when signal n ended the run */
	char message[512]; /* one line, or empty */
	unsigned int exit_code,
		signal; /* of OUTCOME_EXITED: the signal killed it, if it is not 0 */
	const char *failed_on; /* the line of the kernel's log that made it fail, or NULL */
};

/* An outcome of @kind with its own exit status and a message. */
void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Of an error that kept the run from starting: error or contention, 125. */
void outcome_from_error(struct outcome *outcome, const struct error *err);

/* Of signal @number, which ends the run: error, 128+@number. */
void outcome_from_signal(struct outcome *outcome, int number);

/* Of the time limit @timeout_ns, which has passed; and of that on the time until init speaks. */
void outcome_from_timeout(struct outcome *outcome, uint64_t timeout_ns);
void outcome_from_boot_timeout(struct outcome *outcome, uint64_t timeout_ns);

/* An error of ours: told as such whatever the guest did. */
bool outcome_is_ours(const struct outcome *outcome);

/* The guest has ended otherwise than it should: its last words are told. */
bool outcome_is_bad(const struct outcome *outcome);

/* As the result has it: "poweroff", "panic". */
const char *outcome_name(enum outcome_kind kind);

/* What is offered, and the panic, are to be read once what tells of them is true. */
struct ending {
	pthread_mutex_t lock; /* the innermost: nothing is called with it held */
	int event; /* eventfd, readable when the main thread has something to look at */
	atomic_bool stopping; /* the end has come, and no vCPU goes on */
	atomic_bool panicked; /* the kernel has, as its console says, and may go on */
	atomic_bool panic_over; /* and its console has nothing more to say of it */
	bool limited; /* a time limit has passed, and the guest may go on */
	struct outcome offered; /* what ended it; verdict.c has the last word */
	struct outcome panic; /* as the console says it */
	struct outcome limit;
};

/* Returns 0, or -1. */
int ending_init(struct ending *ending, struct error *err);

/* Offers a verdict, of which the first one counts, and ends the machine. */
void ending_offer(struct ending *ending, const struct outcome *outcome);

/* The same of a verdict made of @kind and a message. */
void ending_set(struct ending *ending, enum outcome_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The kernel has panicked, saying @message, and goes on: it has its trace to print yet. */
void ending_note_panic(struct ending *ending, const char *message);

/* It has printed all that it will. */
void ending_note_panic_end(struct ending *ending);

/* It has not: a program wrote what looks like a panic. */
void ending_forget_panic(struct ending *ending);

/*
 * A time limit has passed, as @outcome says, and the guest goes on for a while, to say where it is:
 * whatever it does from now on, a panic too, this is the verdict.
 */
void ending_note_limit(struct ending *ending, const struct outcome *outcome);

/* Has the main thread look at all that it waits for. Never blocks. */
void ending_wake(struct ending *ending);

#endif
