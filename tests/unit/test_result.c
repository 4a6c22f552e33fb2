// SPDX-License-Identifier: MIT
/* What a result says of a command's run and of its kernel's log, beyond what each run's says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/excerpt.h"
#include "vmm/run/result_json.h"

/* @json is what @text says, which is JSON too. */
static void assert_json(const json_t *json, const char *text)
{
	json_t *want = json_loads(text, JSON_DECODE_ANY, NULL);
	char *dump = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	ck_assert_msg(json && json_equal(want, json), "%s, not %s", dump ? dump : "none", text);
	json_decref(want);
	free(dump);
}

static void assert_member(const json_t *json, const char *key, const char *text)
{
	assert_json(json_object_get(json, key), text);
}

static const char *const all_keys =
	"exit_code signal failed_on kernel command topology channel kernel_warnings trace log";

/* Of all_keys those in @keys are there, and no other. */
static void assert_keys(const json_t *json, const char *keys)
{
	char *list = xstrdup(all_keys), *rest = list, *key;
	char *wanted = xasprintf(" %s ", keys), word[32];

	while ((key = strsep(&rest, " "))) {
		snprintf(word, sizeof(word), " %s ", key);
		ck_assert_msg(!json_object_get(json, key) == !strstr(wanted, word), "%s", key);
	}
	free(wanted);
	free(list);
}

START_TEST(what_is_not_known_is_not_there)
{
	struct result result = { 0 };
	json_t *json;

	outcome_set(&result.outcome, OUTCOME_POWEROFF, "%s", "");
	json = result_json(&result);
	assert_keys(json, "");
	assert_member(json, "seconds", "{\"setup\":0.0,\"populate\":0.0,\"total\":0.0}");
	assert_member(json, "warnings", "[]");
	json_decref(json);
}
END_TEST

START_TEST(command_is_told)
{
	char *const command[] = { "./my test", "--flag", "", "a\nb\"\xff", NULL };
	struct result result = {
		.init = 0.5,
		.command_start = 0.625,
		.command_end = 1.5,
		.total = 2,
		.command = result_json_command(command),
		.release = "6.12.1",
		.garbage = 3,
		.lost = 1,
		.klog = { .build_id = "abcd" },
	};
	struct topology topology = { 0 };
	json_t *json;

	finish(&topology, "2:64 1:32 0:32", 2, 2, 0);
	result.topology = &topology;
	result.warnings = json_pack("[s]", "node 1: warning");
	outcome_set(&result.outcome, OUTCOME_EXITED, "%s", "");
	result.outcome.exit_code = result.outcome.status = 125;
	json = result_json(&result);
	assert_keys(json, "exit_code command kernel topology channel");
	assert_member(json, "outcome", "\"exited\"");
	assert_member(json, "exit_code", "125");
	assert_member(json, "command", "[\"./my test\",\"--flag\",\"\",\"a\\nb\\\"?\"]");
	assert_member(json, "seconds",
		      "{\"setup\":0.0,\"populate\":0.0,\"init\":0.5,\"command_start\":0.625,"
		      "\"command_end\":1.5,\"total\":2.0}");
	assert_member(json, "kernel", "{\"release\":\"6.12.1\",\"build_id\":\"abcd\"}");
	assert_member(json, "topology",
		      "{\"nodes\":3,\"llcs\":3,\"cores\":2,\"threads\":2,\"cpus\":12,"
		      "\"memory\":134217728}");
	assert_member(json, "channel", "{\"garbage\":3,\"lost\":1}");
	assert_member(json, "warnings", "[\"node 1: warning\"]");
	json_decref(json);
	result.outcome.signal = 11;
	json = result_json(&result);
	assert_keys(json, "signal command kernel topology channel");
	assert_member(json, "signal", "11");
	json_decref(json);
	json_decref(result.warnings);
	json_decref(result.command);
	topology_free(&topology);
}
END_TEST

#define NR_LINES 200

/* @klog has NR_LINES lines, "0", "1" and so on, one each 1.5 s. */
static void make_log(struct klog *klog)
{
	*klog = (struct klog){ .found = true, .nr = NR_LINES };
	klog->lines = xcalloc(NR_LINES, sizeof(*klog->lines));
	for (unsigned int i = 0; i < NR_LINES; i++)
		klog->lines[i] =
			(struct klog_line){ .ns = i * 1500000000ULL, .text = xasprintf("%u", i) };
	for (unsigned int i = 0; i < KLOG_KINDS; i++)
		klog->first[i] = SIZE_MAX;
}

static void free_log(struct klog *klog)
{
	for (unsigned int i = 0; i < NR_LINES; i++)
		free(klog->lines[i].text);
	free(klog->lines);
}

/* Where the panic and the oops are, and what the trace is then; and of what else is told. */
static const struct {
	size_t panic, oops, from, to;
	enum outcome_kind kind;
	const char *keys;
} traces[] = {
	{ SIZE_MAX, SIZE_MAX, 200, 200, OUTCOME_EXITED, "exit_code kernel_warnings" },
	{ SIZE_MAX, SIZE_MAX, 200, 200, OUTCOME_CRASH, "kernel_warnings log" },
	{ SIZE_MAX, SIZE_MAX, 200, 200, OUTCOME_TIMEOUT, "kernel_warnings log" },
	{ 20, SIZE_MAX, 20, 120, OUTCOME_PANIC, "kernel_warnings trace log" },
	{ 199, SIZE_MAX, 199, 200, OUTCOME_PANIC, "kernel_warnings trace log" },
	{ 120, 99, 99, 199, OUTCOME_PANIC, "kernel_warnings trace log" },
	{ 0, 10, 0, 100, OUTCOME_PANIC, "kernel_warnings trace log" },
};

START_TEST(log_is_told)
{
	struct result result = { 0 };
	struct excerpt trace, last;
	json_t *json;

	make_log(&result.klog);
	result.klog.first[KLOG_PANIC] = traces[_i].panic;
	result.klog.first[KLOG_OOPS] = traces[_i].oops;
	trace = excerpt_trace(&result.klog);
	ck_assert_uint_eq(trace.from, traces[_i].from);
	ck_assert_uint_eq(trace.to, traces[_i].to);
	last = excerpt_last(&result.klog);
	ck_assert(last.from == 150 && last.to == 200);
	outcome_set(&result.outcome, traces[_i].kind, "%s", "");
	json = result_json(&result);
	assert_keys(json, traces[_i].keys);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "trace")), trace.to - trace.from);
	json_decref(json);
	free_log(&result.klog);
}
END_TEST

START_TEST(warnings_are_listed)
{
	struct result result = { 0 };
	json_t *json;

	make_log(&result.klog);
	result.klog.warnings[0] = 3;
	result.klog.warnings[1] = 42;
	result.klog.nr_warnings = 2;
	outcome_set(&result.outcome, OUTCOME_POWEROFF, "%s", "");
	result.outcome.failed_on = result.klog.lines[3].text;
	json = result_json(&result);
	assert_member(json, "kernel_warnings", "[\"3\",\"42\"]");
	assert_member(json, "failed_on", "\"3\"");
	json_decref(json);
	free_log(&result.klog);
}
END_TEST

/* A short log is its own end, and none is none. */
START_TEST(log_is_short)
{
	struct klog klog = { 0 };
	struct excerpt last = excerpt_last(&klog), trace = excerpt_trace(&klog);

	ck_assert(!last.from && !last.to && !trace.from && !trace.to);
	klog.nr = 3;
	last = excerpt_last(&klog);
	ck_assert(!last.from && last.to == 3);
}
END_TEST

START_TEST(lines_are_printed)
{
	struct klog klog;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	make_log(&klog);
	klog.lines[2].ns = 12345678901234;
	excerpt_print(&klog, (struct excerpt){ 0, 3 }, file);
	fclose(file);
	ck_assert_str_eq(text, "numavm:   [    0.000000] 0\nnumavm:   [    1.500000] 1\n"
			       "numavm:   [12345.678901] 2\n");
	free(text);
	free_log(&klog);
}
END_TEST

Suite *result_suite(void)
{
	Suite *s = suite_create("result");
	TCase *tc = tcase_create("result");

	tcase_add_test(tc, what_is_not_known_is_not_there);
	tcase_add_test(tc, command_is_told);
	tcase_add_loop_test(tc, log_is_told, 0, COUNT(traces));
	tcase_add_test(tc, warnings_are_listed);
	tcase_add_test(tc, log_is_short);
	tcase_add_test(tc, lines_are_printed);
	suite_add_tcase(s, tc);
	return s;
}
