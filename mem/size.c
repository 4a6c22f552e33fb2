// SPDX-License-Identifier: MIT
#include "mem/size.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits only: strtoull() would take a sign and leading blanks too. */
int size_parse_digits(const char *text, char **end, uint64_t *value)
{
	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	*value = strtoull(text, end, 10);
	return errno ? -1 : 0;
}

static int unit_shift(const char *unit)
{
	static const char units[] = "KMGT";
	const char *found = *unit ? strchr(units, toupper((unsigned char)*unit)) : NULL;

	return found && !unit[1] ? 10 * (int)(found - units + 1) : -1;
}

int size_parse(const char *text, uint64_t *size, struct error *err)
{
	uint64_t value;
	char *end;
	int shift;

	if (size_parse_digits(text, &end, &value))
		return error_set(err, "size \"%s\": must be a number with K, M, G or T, as in 512M",
				 text);
	if (!value)
		return error_set(err, "size \"%s\": must be 1M at least", text);
	shift = unit_shift(end);
	if (shift < 0)
		return error_set(err, "size \"%s\": must end in K, M, G or T, as in 512M", text);
	if (value > UINT64_MAX >> shift)
		return error_set(err, "size \"%s\": more than 64 bits hold", text);
	value <<= shift;
	if (value % MIB)
		return error_set(err, "size \"%s\": must be whole MiB", text);
	*size = value;
	return 0;
}

int size_parse_duration(const char *text, uint64_t *ns, struct error *err)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "", 1e9 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 }, { "h", 3600e9 } };
	char *end;
	double value = isdigit((unsigned char)*text) ? strtod(text, &end) : NAN;

	for (size_t i = 0; isfinite(value) && i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].name) && value * units[i].ns >= 1e6 &&
		    value * units[i].ns <= 1e18) {
			*ns = value * units[i].ns;
			return 0;
		}
	return error_set(err, "time \"%s\": must be a number above 0 with ms, s, m or h, as in 30s",
			 text);
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
