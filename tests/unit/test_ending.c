// SPDX-License-Identifier: MIT
/* The one verdict: which of those that are offered counts, and who is told. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/ending.h"

static void open_ending(struct ending *ending)
{
	struct error err;

	ck_assert_int_eq(ending_init(ending, &err), 0);
}

/* The one who waits has been woken since the last time. */
static bool is_woken(struct ending *ending)
{
	uint64_t count;

	return read(ending->event, &count, sizeof(count)) == sizeof(count);
}

static void assert_outcome(const struct ending *ending, enum outcome_kind kind, int status,
			   const char *message)
{
	ck_assert(atomic_load(&ending->stopping));
	ck_assert_int_eq(ending->offered.kind, kind);
	ck_assert_int_eq(ending->offered.status, status);
	ck_assert_str_eq(ending->offered.message, message);
}

START_TEST(first_verdict_counts)
{
	struct ending ending;

	open_ending(&ending);
	ck_assert(!atomic_load(&ending.stopping) && !is_woken(&ending));
	ending_set(&ending, OUTCOME_CRASH, "CPU %u: %s", 3, "triple fault");
	assert_outcome(&ending, OUTCOME_CRASH, 123, "CPU 3: triple fault");
	ck_assert(is_woken(&ending));
	ending_set(&ending, OUTCOME_POWEROFF, "%s", "");
	ck_assert(is_woken(&ending));
	assert_outcome(&ending, OUTCOME_CRASH, 123, "CPU 3: triple fault");
	/* Nor does a panic of which is heard later. */
	ending_note_panic(&ending, "Kernel panic");
	ending_set(&ending, OUTCOME_TIMEOUT, "late");
	assert_outcome(&ending, OUTCOME_CRASH, 123, "CPU 3: triple fault");
	close(ending.event);
}
END_TEST

START_TEST(signal_has_its_own_status)
{
	static const struct {
		int number;
		const char *message;
	} signals[] = {
		{ SIGHUP, "ended by SIGHUP" },
		{ SIGINT, "ended by SIGINT" },
		{ SIGTERM, "ended by SIGTERM" },
	};
	struct outcome outcome;
	struct ending ending;

	open_ending(&ending);
	outcome_from_signal(&outcome, signals[_i].number);
	ending_offer(&ending, &outcome);
	assert_outcome(&ending, OUTCOME_ERROR, 128 + signals[_i].number, signals[_i].message);
	/* A second one, and one with the same words. */
	outcome_from_signal(&outcome, SIGTERM);
	ending_offer(&ending, &outcome);
	assert_outcome(&ending, OUTCOME_ERROR, 128 + signals[_i].number, signals[_i].message);
	close(ending.event);
}
END_TEST

START_TEST(time_limit_is_named)
{
	struct outcome outcome;

	outcome_from_timeout(&outcome, 1500000000);
	ck_assert_int_eq(outcome.kind, OUTCOME_TIMEOUT);
	ck_assert_int_eq(outcome.status, 124);
	ck_assert_str_eq(outcome.message, "the time limit of 1.5 s has passed");
}
END_TEST

/* What a machine whose kernel has panicked, or whose time is over, ends with; is it ours? */
static const struct {
	enum outcome_kind kind;
	bool ours;
} afterwards[] = {
	{ OUTCOME_POWEROFF, false },  { OUTCOME_REBOOT, false }, { OUTCOME_CRASH, false },
	{ OUTCOME_TIMEOUT, false },   { OUTCOME_PANIC, false },	 { OUTCOME_ERROR, true },
	{ OUTCOME_CONTENTION, true },
};

/* Which of the two counts is verdict.c's to say. */
START_TEST(offer_is_kept_beside_a_panic)
{
	enum outcome_kind kind = afterwards[_i].kind;
	struct ending ending;

	open_ending(&ending);
	ck_assert(!atomic_load(&ending.panicked));
	ending_note_panic(&ending, "Kernel panic - not syncing: why");
	ck_assert(atomic_load(&ending.panicked) && is_woken(&ending));
	ck_assert(!atomic_load(&ending.stopping));
	ending_set(&ending, kind, "other");
	ck_assert_int_eq(ending.offered.kind, kind);
	ck_assert_str_eq(ending.offered.message, "other");
	ck_assert(atomic_load(&ending.panicked));
	ck_assert_int_eq(ending.panic.kind, OUTCOME_PANIC);
	ck_assert_int_eq(ending.panic.status, 122);
	ck_assert_str_eq(ending.panic.message, "Kernel panic - not syncing: why");
	close(ending.event);
}
END_TEST

/* What is said of a guest that was let go on after its time: the limit. */
START_TEST(limit_stays_a_limit)
{
	struct outcome limit;
	struct ending ending;

	open_ending(&ending);
	outcome_from_boot_timeout(&limit, 1500000000);
	ending_note_limit(&ending, &limit);
	ck_assert(!atomic_load(&ending.stopping));
	ending_note_panic(&ending, "Kernel panic - not syncing: NMI: Not continuing");
	ending_set(&ending, afterwards[_i].kind, "other");
	if (afterwards[_i].ours)
		assert_outcome(&ending, afterwards[_i].kind, 125, "other");
	else
		assert_outcome(&ending, OUTCOME_TIMEOUT, 124,
			       "the boot's time limit of 1.5 s has passed");
	close(ending.event);
}
END_TEST

START_TEST(panic_is_forgotten)
{
	struct ending ending;

	open_ending(&ending);
	ending_note_panic(&ending, "Kernel panic - not syncing: fake");
	ending_note_panic_end(&ending);
	ck_assert(atomic_load(&ending.panic_over) && is_woken(&ending));
	ending_forget_panic(&ending);
	ck_assert(!atomic_load(&ending.panicked) && !atomic_load(&ending.panic_over));
	ending_set(&ending, OUTCOME_REBOOT, "%s", "");
	assert_outcome(&ending, OUTCOME_REBOOT, 0, "");
	close(ending.event);
}
END_TEST

/* One of many, and what it saw as soon as it had offered its own. */
struct offerer {
	struct ending *ending;
	unsigned int number;
	struct outcome seen;
};

static void *offer(void *argument)
{
	struct offerer *offerer = argument;

	ending_set(offerer->ending, OUTCOME_CRASH, "CPU %u", offerer->number);
	offerer->seen = offerer->ending->offered;
	return NULL;
}

START_TEST(one_of_many_counts)
{
	struct offerer offerers[8];
	pthread_t threads[COUNT(offerers)];
	struct ending ending;
	unsigned int number, counted = 0;

	open_ending(&ending);
	for (unsigned int i = 0; i < COUNT(threads); i++) {
		offerers[i] = (struct offerer){ &ending, i, { 0 } };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, offer, &offerers[i]), 0);
	}
	for (unsigned int i = 0; i < COUNT(threads); i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(sscanf(ending.offered.message, "CPU %u", &number), 1);
	for (unsigned int i = 0; i < COUNT(offerers); i++) {
		assert_outcome(&ending, OUTCOME_CRASH, 123, offerers[i].seen.message);
		counted += offerers[i].number == number;
	}
	ck_assert_uint_eq(counted, 1);
	close(ending.event);
}
END_TEST

/* However often: the one who waits reads once, and nobody blocks. */
START_TEST(waking_never_blocks)
{
	struct ending ending;
	uint64_t nearly = UINT64_MAX - 1;

	open_ending(&ending);
	ck_assert_int_eq(write(ending.event, &nearly, sizeof(nearly)), sizeof(nearly));
	ending_wake(&ending);
	ending_note_panic(&ending, "why");
	ending_set(&ending, OUTCOME_ERROR, "left");
	assert_outcome(&ending, OUTCOME_ERROR, 125, "left");
	ck_assert(is_woken(&ending));
	ck_assert(!is_woken(&ending));
	close(ending.event);
}
END_TEST

Suite *ending_suite(void)
{
	Suite *s = suite_create("ending");
	TCase *tc = tcase_create("ending");

	tcase_add_test(tc, first_verdict_counts);
	tcase_add_loop_test(tc, signal_has_its_own_status, 0, 3);
	tcase_add_test(tc, time_limit_is_named);
	tcase_add_loop_test(tc, offer_is_kept_beside_a_panic, 0, COUNT(afterwards));
	tcase_add_loop_test(tc, limit_stays_a_limit, 0, COUNT(afterwards));
	tcase_add_test(tc, panic_is_forgotten);
	tcase_add_test(tc, one_of_many_counts);
	tcase_add_test(tc, waking_never_blocks);
	suite_add_tcase(s, tc);
	return s;
}
