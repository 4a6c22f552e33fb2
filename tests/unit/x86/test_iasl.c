// SPDX-License-Identifier: MIT
/*
 * Every table of every machine in the hands of ACPICA's disassembler, and the DSDT compiled again.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/x86/acpi_machines.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

/* The whole of @path; the caller frees it. */
static char *read_all(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	ck_assert_msg(file != NULL, "%s", path);
	if (getdelim(&text, &size, 0, file) < 0)
		text = xstrdup("");
	fclose(file);
	return text;
}

/* Runs "iasl ARGUMENTS PATH" and returns what it printed; it must succeed. */
static char *run_iasl(const char *arguments, const char *path)
{
	char *log = xasprintf("%s.log", path);
	char *command = xasprintf("iasl %s %s >%s 2>&1 </dev/null", arguments, path, log);
	int status = system(command);
	char *text = read_all(log);

	ck_assert_msg(status == 0, "%s: %s", command, text);
	free(command);
	free(log);
	return text;
}

static unsigned int count_text(const char *text, const char *what)
{
	unsigned int found = 0;

	while ((text = strstr(text, what))) {
		found++;
		text++;
	}
	return found;
}

/* No word of iasl's that it has found something. */
static void assert_clean(const char *text)
{
	static const char *const words[] = {
		"warning", "error",	"remark",    "invalid",	  "**** ",
		"unknown", "incorrect", "should be", "could not", "table contents",
	};
	char *lower = xstrdup(text);

	for (char *p = lower; *p; p++)
		*p = tolower((unsigned char)*p);
	for (unsigned int i = 0; i < COUNT(words); i++)
		ck_assert_msg(!strstr(lower, words[i]), "\"%s\" in: %s", words[i], text);
	free(lower);
}

/* Writes @table to a file and disassembles it. Returns the path less its ending. */
static char *disassemble(const struct acpi_case *c, unsigned int machine, unsigned int table)
{
	const uint8_t *data = c->tables.blob.data + c->tables.offsets[table];
	char *stem = xasprintf("%s/%u-%.4s", scratch_dir, machine, (const char *)data);
	char *aml = xasprintf("%s.aml", stem), *text;
	FILE *file = fopen(aml, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, le(data + 4, 4), 1, file), 1);
	ck_assert_int_eq(fclose(file), 0);
	text = run_iasl("-d", aml);
	assert_clean(text);
	free(text);
	free(aml);
	return stem;
}

/* The DSDT says what it should, and ASL made from it compiles to nothing worth a word. */
static void check_dsl(const char *dsl, unsigned int nr_cpus, bool second_port)
{
	char *text = read_all(dsl), *log;

	ck_assert_uint_eq(count_text(text, "\"ACPI0007\""), nr_cpus);
	ck_assert_uint_eq(count_text(text, "EisaId (\"PNP0501\")"), 1 + second_port);
	ck_assert_uint_eq(count_text(text, "0x03F8,"), 2);
	ck_assert_uint_eq(count_text(text, "0x02F8,"), second_port ? 2 : 0);
	ck_assert_uint_eq(
		count_text(text, "Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive"),
		1 + second_port);
	ck_assert_uint_eq(count_text(text, "Name (_S5, Package (0x02)"), 1);
	free(text);
	log = run_iasl("-we", dsl);
	ck_assert_msg(strstr(log, " 0 Errors, 0 Warnings, 0 Remarks") != NULL, "%s", log);
	free(log);
}

START_TEST(iasl_finds_no_fault)
{
	struct acpi_case c;

	acpi_case_make(&c, _i, 0x100000);
	for (unsigned int table = 0; table < c.tables.nr; table++) {
		char *stem = disassemble(&c, _i, table);
		char *dsl = xasprintf("%s.dsl", stem), *text = read_all(dsl);

		assert_clean(text);
		if (!memcmp(c.tables.blob.data + c.tables.offsets[table], "DSDT", 4))
			check_dsl(dsl, c.machine.topology.nr_cpus, c.machine.devices);
		free(text);
		free(dsl);
		free(stem);
	}
	acpi_case_free(&c);
}
END_TEST

Suite *iasl_suite(void)
{
	const char *reason = iasl_missing();
	Suite *s = suite_create("iasl");
	TCase *tc = tcase_create("iasl");

	tcase_set_timeout(tc, 120);
	if (reason)
		skip_test("iasl_finds_no_fault", reason);
	else
		tcase_add_loop_test(tc, iasl_finds_no_fault, 0, nr_acpi_machines);
	suite_add_tcase(s, tc);
	return s;
}
