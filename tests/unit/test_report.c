// SPDX-License-Identifier: MIT
/* The report of where each node's memory lies, and the verdict that carries it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mem/xalloc.h"
#include "tests/unit/memory.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/run/result.h"
#include "vmm/run/report.h"

/* Three nodes: placed and populated, unplaced, and given up. */
static void make_ram(struct memory *m)
{
	static const uint64_t by_node[4] = { 1000, 0, 0, 3096 };
	struct backing *backings = xcalloc(3, sizeof(*backings));
	struct ram_node *node;

	*m = (struct memory){ .fit = { &m->machine, backings, NULL, -1 } };
	declare(&m->machine.topology, "1:1024 1:512 1:64");
	m->ram = (struct ram){ .machine = &m->machine, .fit = &m->fit };
	m->ram.nodes = xcalloc(3, sizeof(*m->ram.nodes));
	for (unsigned int i = 0; i < 3; i++)
		backings[i].pages = &page_kinds[PLACEMENT_THP];
	backings[0].policy = PLACEMENT_INTERLEAVE;
	backings[0].nodes = make_set("0,3");
	backings[0].pages = &page_kinds[PLACEMENT_2M];
	backings[0].shared = backings[0].populate = true;
	strcpy(backings[2].given_up, "needs more");
	strcpy(backings[2].warning.text, "may need more");
	node = &m->ram.nodes[0];
	node->seconds = 0.5;
	verify_init(&node->counts, 4);
	memcpy(node->counts.by_node, by_node, sizeof(by_node));
	node->counts.pages = 262144;
	node->counts.asked = 4096;
}

static const char *const node_reports[] = {
	"{\"node\":0,\"host\":[0,3],\"policy\":\"interleave\",\"pages\":\"2M\",\"shared\":true,"
	"\"pages_total\":262144,\"pages_asked\":4096,\"pages_by_host_node\":{\"0\":1000,\"3\":3096}"
	","
	"\"seconds\":0.5,\"gib_per_second\":2.0,\"given_up\":\"\",\"warning\":\"\"}",
	"{\"node\":1,\"host\":[],\"policy\":\"default\",\"pages\":\"thp\",\"shared\":false,"
	"\"pages_total\":0,\"pages_asked\":0,\"pages_by_host_node\":{},"
	"\"seconds\":0.0,\"gib_per_second\":0.0,\"given_up\":\"\",\"warning\":\"\"}",
	"{\"node\":2,\"host\":[],\"policy\":\"default\",\"pages\":\"thp\",\"shared\":false,"
	"\"pages_total\":0,\"pages_asked\":0,\"pages_by_host_node\":{},"
	"\"seconds\":0.0,\"gib_per_second\":0.0,\"given_up\":\"needs more\","
	"\"warning\":\"may need more\"}",
};

/* Every member that was there when this was written is there, as it was; others may come. */
START_TEST(nodes_in_json)
{
	struct memory m = { 0 };
	json_t *list, *want, *value;
	const char *key;

	make_ram(&m);
	list = report_json(&m.ram);
	ck_assert_uint_eq(json_array_size(list), 3);
	for (unsigned int i = 0; i < 3; i++) {
		want = json_loads(node_reports[i], 0, NULL);
		json_object_foreach(want, key, value) ck_assert_msg(
			json_equal(json_object_get(json_array_get(list, i), key), value),
			"node %u: %s", i, key);
		json_decref(want);
	}
	json_decref(list);
	memory_free(&m);
}
END_TEST

START_TEST(nodes_in_words)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct memory m = { 0 };

	make_ram(&m);
	report_print(&m.ram, file);
	fclose(file);
	ck_assert_str_eq(text,
			 "numavm: node 0: 1G on host nodes 0,3 (interleave, 2M, shared), populated "
			 "in 0.500 s, 2.0 GiB/s; of 4096 pages asked: 24.4 % on 0 75.6 % on 3\n"
			 "numavm: node 2: warning: not as declared: needs more\n"
			 "numavm: node 2: warning: may need more\n");
	free(text);
	memory_free(&m);
}
END_TEST

/* Writes @result and reads it back. */
static json_t *written(const struct result *result)
{
	char *path = xasprintf("%s/result.json", scratch_dir);
	struct error err = { 0 };
	json_t *json;
	int fd;

	fd = result_open(path, &err);
	ck_assert_msg(fd >= 0 && !result_write(result, fd, path, &err), "%s", err.text);
	json = json_load_file(path, 0, NULL);
	ck_assert_ptr_nonnull(json);
	free(path);
	return json;
}

static const char *string_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	ck_assert_msg(text != NULL, "no %s", key);
	return text;
}

static double seconds_of(const json_t *json, const char *key)
{
	const json_t *value = json_object_get(json_object_get(json, "seconds"), key);

	ck_assert_msg(json_is_real(value), "no %s", key);
	return json_real_value(value);
}

static const struct {
	enum outcome_kind kind;
	const char *name;
	int status;
} kinds[] = {
	{ OUTCOME_POWEROFF, "poweroff", 0 },	   { OUTCOME_REBOOT, "reboot", 0 },
	{ OUTCOME_PANIC, "panic", 122 },	   { OUTCOME_CRASH, "crash", 123 },
	{ OUTCOME_TIMEOUT, "timeout", 124 },	   { OUTCOME_ERROR, "error", 125 },
	{ OUTCOME_CONTENTION, "contention", 125 },
};

START_TEST(verdict_is_written)
{
	struct result result = {
		.setup = 1.5, .populate = 0.25, .total = 2.125, .console_dropped = 1ULL << 40
	};
	json_t *json;

	outcome_set(&result.outcome, kinds[_i].kind, "node %d \"quoted\"", 3);
	ck_assert_str_eq(outcome_name(result.outcome.kind), kinds[_i].name);
	result.nodes = json_pack("[{s:i}]", "node", 7);
	json = written(&result);
	ck_assert_str_eq(string_of(json, "outcome"), kinds[_i].name);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "status")), kinds[_i].status);
	ck_assert_str_eq(string_of(json, "message"), "node 3 \"quoted\"");
	ck_assert(seconds_of(json, "setup") == 1.5 && seconds_of(json, "populate") == 0.25 &&
		  seconds_of(json, "total") == 2.125);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "console_dropped")), 1LL << 40);
	ck_assert(json_equal(json_object_get(json, "nodes"), result.nodes));
	json_decref(json);
	/* Still ours, and a shorter result leaves nothing of the longer one. */
	ck_assert_uint_eq(json_array_size(result.nodes), 1);
	json_decref(result.nodes);
	result.nodes = NULL;
	result.outcome.message[0] = 0;
	json = written(&result);
	ck_assert_str_eq(string_of(json, "message"), "");
	ck_assert_uint_eq(json_array_size(json_object_get(json, "nodes")), 0);
	ck_assert(json_is_array(json_object_get(json, "nodes")));
	json_decref(json);
}
END_TEST

START_TEST(error_becomes_a_verdict)
{
	struct error err = { .text = "mbind", .contention = _i };
	struct outcome outcome = { 0 };

	outcome_from_error(&outcome, &err);
	ck_assert_int_eq(outcome.kind, _i ? OUTCOME_CONTENTION : OUTCOME_ERROR);
	ck_assert_int_eq(outcome.status, 125);
	ck_assert_str_eq(outcome.message, "mbind");
}
END_TEST

/* A guest may panic with any bytes. */
START_TEST(message_is_no_utf8)
{
	struct result result = { 0 };
	json_t *json;

	outcome_set(&result.outcome, OUTCOME_PANIC, "a\xff\xfe\x01z");
	json = written(&result);
	ck_assert_str_eq(string_of(json, "message"), "a??\x01z");
	json_decref(json);
	outcome_set(&result.outcome, OUTCOME_PANIC, "\xc3\xa9t\xc3\xa9");
	json = written(&result);
	ck_assert_str_eq(string_of(json, "message"), "\xc3\xa9t\xc3\xa9");
	json_decref(json);
}
END_TEST

static const char *const no_files[] = { "/dev/full", "/nowhere/at/all", "/", "" };

/* What stood in the file is gone before the run, not after it, and there is no verdict yet. */
START_TEST(result_is_replaced_at_once)
{
	char *path = xasprintf("%s/old.json", scratch_dir);
	struct error err = { 0 };
	FILE *file = fopen(path, "w");
	struct stat st;
	json_t *json;

	ck_assert_ptr_nonnull(file);
	fprintf(file, "{\"outcome\": \"poweroff\", \"status\": 0, \"seconds\": {}}%*s\n", 9000 * _i,
		"");
	fclose(file);
	ck_assert_int_ge(result_open(path, &err), 0);
	json = json_load_file(path, 0, NULL);
	ck_assert_str_eq(string_of(json, "outcome"), "error");
	ck_assert_int_eq(json_integer_value(json_object_get(json, "status")), 125);
	ck_assert_str_eq(string_of(json, "message"),
			 "no verdict: numavm was ended before it could give one");
	json_decref(json);
	ck_assert(!stat(path, &st) && st.st_size == 4096);
	free(path);
}
END_TEST

/* Each as long as it is, whatever was there before; a signal's is put like any other. */
START_TEST(result_fits_the_file)
{
	static const unsigned int nodes[] = { 0, 300, 1, 4, 0 };
	char *path = xasprintf("%s/fits.json", scratch_dir), *text;
	struct result result = { 0 };
	struct error err = { 0 };
	struct stat st;
	json_t *json;
	int fd;

	for (unsigned int i = 0; i < COUNT(nodes); i++) {
		result.nodes = json_array();
		for (unsigned int node = 0; node < nodes[i]; node++)
			json_array_append_new(result.nodes, json_string("as long as one is"));
		fd = result_open(path, &err);
		ck_assert_msg(fd >= 0, "%s", err.text);
		text = result_text(&result);
		ck_assert_uint_ge(strlen(text), 4096);
		ck_assert_int_eq(result_put(fd, text), 0);
		ck_assert(!stat(path, &st) && text[st.st_size - 1] == '\n' &&
			  text[st.st_size - 2] == '}' && strlen(text) - st.st_size < 4096);
		json = json_load_file(path, 0, NULL);
		ck_assert(json_equal(json_object_get(json, "nodes"), result.nodes));
		json_decref(json);
		json_decref(result.nodes);
		free(text);
	}
	free(path);
}
END_TEST

START_TEST(result_cannot_be_written)
{
	struct result result = { 0 };
	struct error err = { 0 };
	char begin[60];
	int fd = result_open(no_files[_i], &err);

	snprintf(begin, sizeof(begin), "--result %s: ", no_files[_i]);
	ck_assert(fd < 0 || result_write(&result, fd, no_files[_i], &err) == -1);
	ck_assert_msg(!strncmp(err.text, begin, strlen(begin)), "%s", err.text);
}
END_TEST

/* Who went on without the lock says so. */
START_TEST(missing_lock_is_told)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct memory m = { 0 };

	make_ram(&m);
	m.fit.unlocked = true;
	report_print(&m.ram, file);
	fclose(file);
	ck_assert_msg(strstr(text, "numavm: warning: another program keeps the lock") == text, "%s",
		      text);
	free(text);
	memory_free(&m);
}
END_TEST

Suite *report_suite(void)
{
	Suite *s = suite_create("report");
	TCase *tc = tcase_create("report");

	tcase_add_test(tc, nodes_in_json);
	tcase_add_test(tc, nodes_in_words);
	tcase_add_test(tc, missing_lock_is_told);
	tcase_add_loop_test(tc, verdict_is_written, 0, COUNT(kinds));
	tcase_add_loop_test(tc, error_becomes_a_verdict, 0, 2);
	tcase_add_test(tc, message_is_no_utf8);
	tcase_add_loop_test(tc, result_is_replaced_at_once, 0, 2);
	tcase_add_test(tc, result_fits_the_file);
	tcase_add_loop_test(tc, result_cannot_be_written, 0, COUNT(no_files));
	suite_add_tcase(s, tc);
	return s;
}
