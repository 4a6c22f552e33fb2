// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "mem/size.h"

static const struct {
	const char *text;
	uint64_t size;
} sizes[] = {
	{ "1M", MIB },		{ "512M", 512 * MIB },
	{ "1024K", MIB },	{ "3072K", 3 * MIB },
	{ "4G", 4 * GIB },	{ "2T", 2048 * GIB },
	{ "1m", MIB },		{ "1g", GIB },
	{ "007M", 7 * MIB },	{ "16777215T", 16777215ULL << 40 },
	{ "1.5G", 1536 * MIB }, { "0.5G", 512 * MIB },
	{ ".5G", 512 * MIB },	{ "1.25T", 1280 * GIB },
	{ "1024.0K", MIB },	{ "0.0009765625G", MIB },
	{ "1GiB", GIB },	{ "512MiB", 512 * MIB },
	{ "2048KiB", 2 * MIB }, { "1.5TiB", 1536 * GIB },
	{ "1gib", GIB },	{ "18014398509480960K", 18014398509480960ULL << 10 },
};

START_TEST(size_is_read)
{
	struct error err = { 0 };
	uint64_t size = 0;

	ck_assert_msg(!size_parse(sizes[_i].text, 1, &size, &err), "%s", err.text);
	ck_assert_uint_eq(size, sizes[_i].size);
}
END_TEST

static const struct {
	const char *text, *says;
} bad_sizes[] = {
	{ "", "must be a decimal number with K" },
	{ " ", "must be a decimal number" },
	{ "M", "must be a decimal number" },
	{ "1", "must end in K, M, G or T" },
	{ "0", "must be 1M at least" },
	{ "0M", "must be 1M at least" },
	{ "00G", "must be 1M at least" },
	{ "0.0G", "must be 1M at least" },
	{ "1023K", "must be whole MiB" },
	{ "1025K", "must be whole MiB" },
	{ "-1M", "must be a decimal number" },
	{ "+1M", "must be a decimal number" },
	{ " 1M", "must be a decimal number" },
	{ "1M ", "must end in" },
	{ "1 M", "must end in" },
	{ "1MB", "MB can mean a power of ten: write M or MiB" },
	{ "1GB", "GB can mean a power of ten: write G or GiB" },
	{ "1gb", "gb can mean a power of ten: write G or GiB" },
	{ "1B", "must end in" },
	{ "1Mi", "must end in" },
	{ "1MiBs", "must end in" },
	{ "1P", "must end in" },
	{ "0.1G", "must be whole MiB" },
	{ "1.5M", "must be whole MiB" },
	{ "1.5", "must end in" },
	{ "1.2.3G", "must be a decimal number" },
	{ ".G", "must be a decimal number" },
	{ "1,5G", "must end in" },
	{ "0x10M", "must be a decimal number" },
	{ "0x200M", "must be a decimal number" },
	{ "1e3M", "must be a decimal number" },
	{ "infG", "must be a decimal number" },
	{ "16777216T", "more than 64 bits hold" },
	{ "18446744073709551616M", "more than 64 bits hold" },
	{ "18446744073709551615M", "more than 64 bits hold" },
	{ "18014398509481984K", "more than 64 bits hold" },
	{ "18014398509481983K", "must be whole MiB" },
	{ "9007199254740993K", "must be whole MiB" },
	{ "99999999999999999999999G", "more than 64 bits hold" },
	{ "G1", "must be a decimal number" },
	{ "1KM", "must end in" },
};

START_TEST(bad_size_is_refused)
{
	struct error err = { 0 };
	uint64_t size = 77;
	char quoted[60];

	ck_assert_msg(size_parse(bad_sizes[_i].text, 1, &size, &err) == -1, "\"%s\" taken",
		      bad_sizes[_i].text);
	snprintf(quoted, sizeof(quoted), "size \"%s\": ", bad_sizes[_i].text);
	ck_assert_msg(!strncmp(err.text, quoted, strlen(quoted)), "%s", err.text);
	ck_assert_msg(strstr(err.text + strlen(quoted), bad_sizes[_i].says) != NULL, "%s",
		      err.text);
	ck_assert_uint_eq(size, 77);
}
END_TEST

/* Where there may be none, a unit may be missing. */
START_TEST(no_size_is_read)
{
	static const char *const texts[] = { "0", "00", "0M", "0.0T", "0GiB" };
	struct error err = { 0 };

	for (unsigned int i = 0; i < COUNT(texts); i++) {
		uint64_t size = 77;

		ck_assert_msg(!size_parse(texts[i], 0, &size, &err), "%s", err.text);
		ck_assert_uint_eq(size, 0);
	}
}
END_TEST

static const struct {
	const char *text;
	uint64_t ns;
} times[] = {
	{ "30s", 30000000000 },	    { "30", 30000000000 },
	{ "0.5", 500000000 },	    { "2m", 120000000000 },
	{ "1h", 3600000000000 },    { "500ms", 500000000 },
	{ "1ms", 1000000 },	    { "1.5h", 5400000000000 },
	{ "0.001", 1000000 },	    { ".5", 500000000 },
	{ ".5s", 500000000 },	    { "1d", 86400000000000 },
	{ "0.5d", 43200000000000 }, { "10000d", 864000000000000000 },
	{ "1.", 1000000000 },
};

START_TEST(duration_is_read)
{
	struct error err = { 0 };
	uint64_t ns = 0;

	ck_assert_msg(!size_parse_duration(times[_i].text, &ns, &err), "%s", err.text);
	ck_assert_uint_eq(ns, times[_i].ns);
}
END_TEST

static const char *const bad_times[] = {
	"",	  "s",	    "0",	"0s", "0ms",	       "-1s",  "+1s",
	" 1s",	  "1 s",    "1s ",	"1w", "1sec",	       "1S",   "nan",
	"inf",	  "1e300h", "0.0001ms", ".",  "999999999999h", "1msx", "999999999h",
	"10001d", "0x1s",   "1e1",	".s", "1..5s",	       "1d1h",
};

START_TEST(bad_duration_is_refused)
{
	struct error err = { 0 };
	uint64_t ns = 77;

	ck_assert_msg(size_parse_duration(bad_times[_i], &ns, &err) == -1, "\"%s\" taken",
		      bad_times[_i]);
	ck_assert_ptr_nonnull(strstr(err.text, bad_times[_i]));
	ck_assert_msg(strstr(err.text,
			     "\": must be from 1ms to 10000d, a decimal number with ms, s, "
			     "m, h or d, as in 30s") != NULL,
		      "%s", err.text);
	ck_assert_uint_eq(ns, 77);
}
END_TEST

static const struct {
	const char *text;
	uint64_t min, max;
	bool good;
} counts[] = {
	{ "1", 1, 8, true },
	{ "8", 1, 8, true },
	{ "0", 1, 8, false },
	{ "9", 1, 8, false },
	{ "0", 0, 0, true },
	{ "", 0, 8, false },
	{ "-1", 0, 8, false },
	{ "+1", 0, 8, false },
	{ " 1", 0, 8, false },
	{ "1 ", 0, 8, false },
	{ "1x", 0, 8, false },
	{ "0x1", 0, 8, false },
	{ "010", 10, 10, true },
	{ "18446744073709551615", 0, UINT64_MAX, true },
	{ "18446744073709551616", 0, UINT64_MAX, false },
	{ "4294967297", 1, 8, false },
};

START_TEST(count_limits)
{
	struct error err = { 0 };
	uint64_t value;
	int ret = size_parse_count(counts[_i].text, counts[_i].min, counts[_i].max, &value, &err);

	ck_assert_int_eq(ret, counts[_i].good ? 0 : -1);
	ck_assert_int_eq(err.text[0] == 0, counts[_i].good);
}
END_TEST

static const struct {
	uint64_t size;
	const char *text;
} formats[] = {
	{ MIB, "1M" },		 { 1023 * MIB, "1023M" }, { GIB, "1G" },
	{ 1536 * MIB, "1536M" }, { 2 * GIB, "2G" },	  { 1024 * GIB, "1T" },
	{ 1025 * GIB, "1025G" }, { 3072 * GIB, "3T" },	  { 2048ULL << 40, "2048T" },
	{ GIB + MIB, "1025M" },
};

START_TEST(format_is_the_shortest)
{
	char text[32];

	ck_assert_str_eq(size_format(formats[_i].size, text), formats[_i].text);
}
END_TEST

START_TEST(format_reads_back)
{
	uint64_t state = random_seed();

	for (unsigned int round = 0; round < 2000; round++) {
		uint64_t size = (1 + random_below(&state, 1ULL << random_below(&state, 44))) * MIB;
		uint64_t back = 0;
		struct error err;
		char text[32];

		ck_assert_int_eq(size_parse(size_format(size, text), 1, &back, &err), 0);
		ck_assert_uint_eq(back, size);
	}
}
END_TEST

Suite *size_suite(void)
{
	Suite *s = suite_create("size");
	TCase *tc = tcase_create("size");

	tcase_add_loop_test(tc, size_is_read, 0, COUNT(sizes));
	tcase_add_loop_test(tc, bad_size_is_refused, 0, COUNT(bad_sizes));
	tcase_add_test(tc, no_size_is_read);
	tcase_add_loop_test(tc, duration_is_read, 0, COUNT(times));
	tcase_add_loop_test(tc, bad_duration_is_refused, 0, COUNT(bad_times));
	tcase_add_loop_test(tc, count_limits, 0, COUNT(counts));
	tcase_add_loop_test(tc, format_is_the_shortest, 0, COUNT(formats));
	tcase_add_test(tc, format_reads_back);
	suite_add_tcase(s, tc);
	return s;
}
