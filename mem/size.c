// SPDX-License-Identifier: MIT
#include "mem/size.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DAY_NS 86400e9
#define MAX_DAYS 10000 /* whose nanoseconds 64 bits hold */

/* Digits only: strtoull() would take a sign and leading blanks too. */
int size_parse_digits(const char *text, char **end, uint64_t *value)
{
	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	*value = strtoull(text, end, 10);
	return errno ? -1 : 0;
}

/*
 * 30, 0.5 or .5, and nothing else of what strtold() takes; whole numbers of 64 bits are exact.
 * *@unit is after it. 0, or -1.
 */
static int parse_decimal(const char *text, const char **unit, long double *value)
{
	size_t size = strspn(text, "0123456789.");
	char *end;

	*value = strtold(text, &end);
	*unit = text + size;
	return size && end == *unit ? 0 : -1;
}

static int unit_shift(const char *unit)
{
	static const char units[] = "KMGT";
	const char *found = *unit ? strchr(units, toupper((unsigned char)*unit)) : NULL;

	return found && (!unit[1] || !strcasecmp(unit + 1, "iB")) ? 10 * (found - units + 1) : -1;
}

static int refuse_unit(const char *text, const char *unit, struct error *err)
{
	const char letter[] = { toupper((unsigned char)*unit), 0 };

	if (unit_shift(letter) > 0 && !strcasecmp(unit + 1, "B"))
		return error_set(err, "size \"%s\": %s can mean a power of ten: write %s or %siB",
				 text, unit, letter, letter);
	return error_set(err, "size \"%s\": must end in K, M, G or T, as in 512M or 1.5G", text);
}

int size_parse(const char *text, uint64_t min, uint64_t *size, struct error *err)
{
	long double value;
	const char *unit;
	int shift;

	if (parse_decimal(text, &unit, &value))
		return error_set(err,
				 "size \"%s\": must be a decimal number with K, M, G or T, as in "
				 "512M or 1.5G",
				 text);
	shift = !value && !*unit ? 0 : unit_shift(unit);
	if (shift < 0)
		return refuse_unit(text, unit, err);
	value = ldexpl(value, shift);
	if (value < min)
		return error_set(err, "size \"%s\": must be 1M at least", text);
	if (value >= 0x1p64L)
		return error_set(err, "size \"%s\": more than 64 bits hold", text);
	if (fmodl(value, MIB))
		return error_set(err, "size \"%s\": must be whole MiB", text);
	*size = value;
	return 0;
}

int size_parse_duration(const char *text, uint64_t *ns, struct error *err)
{
	static const struct {
		const char *name;
		long double ns;
	} units[] = { { "", 1e9 },   { "ms", 1e6 },   { "s", 1e9 },
		      { "m", 60e9 }, { "h", 3600e9 }, { "d", DAY_NS } };
	const char *unit;
	long double value;
	int ret = parse_decimal(text, &unit, &value);

	for (size_t i = 0; !ret && i < sizeof(units) / sizeof(units[0]); i++) {
		long double all = roundl(value * units[i].ns);

		if (strcmp(unit, units[i].name) || all < 1e6 || all > MAX_DAYS * DAY_NS)
			continue;
		*ns = all;
		return 0;
	}
	return error_set(
		err,
		"time \"%s\": must be from 1ms to %dd, a decimal number with ms, s, m, h or "
		"d, as in 30s",
		text, MAX_DAYS);
}

int size_parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *value,
		     struct error *err)
{
	char *end;

	if (size_parse_digits(text, &end, value) || *end || *value < min || *value > max)
		return error_set(err, "\"%s\": must be a whole number from %llu to %llu", text,
				 (unsigned long long)min, (unsigned long long)max);
	return 0;
}

const char *size_format(uint64_t size, char text[32])
{
	static const char units[] = "KMGT";
	int unit = 1;

	while (unit < 3 && size >> (10 * (unit + 1)) && !(size % (1ULL << (10 * (unit + 2)))))
		unit++;
	snprintf(text, 32, "%llu%c", (unsigned long long)(size >> (10 * (unit + 1))), units[unit]);
	return text;
}
