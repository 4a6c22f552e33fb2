// SPDX-License-Identifier: MIT
/* When a run's time limits ask for what. */
#include <math.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/limits.h"

#define S 1000000000ULL

/* The steps of a guest that does nothing more, and when each comes. */
static const struct {
	uint64_t timeout, boot;
	double spoken, panic; /* when init does, and the kernel; or never */
	bool command, by_boot, gave_up;
	struct {
		double at;
		enum limits_step step;
	} steps[4];
} cases[] = {
	{ .timeout = 10 * S,
	  .spoken = INFINITY,
	  .panic = INFINITY,
	  .steps = { { 10, LIMITS_END } } },
	{ .timeout = 10 * S,
	  .boot = 4 * S,
	  .spoken = 2,
	  .panic = INFINITY,
	  .command = true,
	  .gave_up = true,
	  .steps = { { 10, LIMITS_FINISH }, { 15, LIMITS_END } } },
	{ .timeout = 10 * S,
	  .boot = 4 * S,
	  .spoken = INFINITY,
	  .panic = INFINITY,
	  .command = true,
	  .by_boot = true,
	  .steps = { { 4, LIMITS_INTERRUPT }, { 5, LIMITS_END } } },
	{ .boot = 4 * S,
	  .spoken = INFINITY,
	  .panic = INFINITY,
	  .command = true,
	  .by_boot = true,
	  .steps = { { 4, LIMITS_INTERRUPT }, { 5, LIMITS_END } } },
	{ .timeout = 3 * S,
	  .boot = 4 * S,
	  .spoken = INFINITY,
	  .panic = INFINITY,
	  .command = true,
	  .steps = { { 3, LIMITS_INTERRUPT }, { 4, LIMITS_END } } },
	{ .boot = 4 * S, .spoken = 1, .panic = INFINITY, .command = true, .steps = { { 0, 0 } } },
	/* A panic that hangs in its middle. */
	{ .timeout = 10 * S, .spoken = INFINITY, .panic = 1, .steps = { { 6, LIMITS_PANIC } } },
	{ .timeout = 10 * S, .spoken = INFINITY, .panic = 8, .steps = { { 10, LIMITS_END } } },
	{ .spoken = 1, .panic = 3, .command = true, .steps = { { 8, LIMITS_PANIC } } },
	/* Which is none when it comes from our NMI. */
	{ .timeout = 10 * S,
	  .spoken = INFINITY,
	  .panic = 10.5,
	  .command = true,
	  .steps = { { 10, LIMITS_INTERRUPT }, { 11, LIMITS_END } } },
};

/* Every half second. */
START_TEST(steps_come_in_time)
{
	unsigned int nr = 0;
	struct limits l;

	limits_init(&l, cases[_i].timeout, cases[_i].boot, cases[_i].command);
	for (double now = 0; now < 30; now += 0.5) {
		bool spoken = now >= cases[_i].spoken;
		double due;
		enum limits_step step;

		if (now == cases[_i].panic)
			limits_note_panic(&l, now);
		due = limits_due(&l, spoken);
		step = limits_step(&l, now, spoken);
		ck_assert((step != LIMITS_WAIT) == (due <= now));
		if (step == LIMITS_WAIT)
			continue;
		ck_assert_msg(cases[_i].steps[nr].step == step && cases[_i].steps[nr].at == now,
			      "%d at %f", step, now);
		nr++;
		if (step == LIMITS_END || step == LIMITS_PANIC)
			break;
	}
	ck_assert(cases[_i].steps[nr].step == LIMITS_WAIT);
	ck_assert(l.by_boot == cases[_i].by_boot && l.gave_up == cases[_i].gave_up);
}
END_TEST

Suite *limits_suite(void)
{
	Suite *s = suite_create("limits");
	TCase *tc = tcase_create("limits");

	tcase_add_loop_test(tc, steps_come_in_time, 0, COUNT(cases));
	suite_add_tcase(s, tc);
	return s;
}
