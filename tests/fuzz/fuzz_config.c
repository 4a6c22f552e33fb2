// SPDX-License-Identifier: MIT
/* Config text, and the machine that it declares. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/support.h"
#include "vmm/cli/config.h"

#define NAME "fuzz.conf"

static const struct layout_space space = { .holes = { { 0xc0000000ULL, 0x100000000ULL } },
					   .nr_holes = 1,
					   .phys_bits = 46 };

/* A layout has all of the declared memory, and each byte of it once. */
static void check_layout(const struct topology *t, const struct layout *layout)
{
	uint64_t sum = 0, end = 0;

	for (unsigned int i = 0; i < t->nr_nodes; i++)
		sum += t->nodes[i].size;
	must(sum == layout->size);
	for (unsigned int i = 0; i < layout->nr_ranges; i++) {
		must(layout->ranges[i].gpa >= end && layout->ranges[i].size);
		end = layout->ranges[i].gpa + layout->ranges[i].size;
		sum -= layout->ranges[i].size;
	}
	must(!sum && end <= 1ULL << space.phys_bits);
}

static void make_machine(struct settings *settings)
{
	struct error err = { 0 };
	struct machine m = { 0 };

	if (settings_topology(settings, &m.topology, &err))
		fuzz_check_error(&err);
	else if (settings_layout(settings, &m.topology, &space, &m.layout, &err))
		fuzz_check_error(&err);
	else
		check_layout(&m.topology, &m.layout);
	machine_free(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings settings = { 0 };
	struct error err = { 0 };
	char *text = strndup((const char *)data, size);

	if (!config_parse(NAME, text, &settings, &err)) {
		make_machine(&settings);
	} else {
		fuzz_check_error(&err);
		must(!strncmp(err.text, NAME ":", strlen(NAME ":")));
	}
	settings_free(&settings);
	free(text);
	return 0;
}
