// SPDX-License-Identifier: MIT
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/devices/bus.h"

/* A device that notes what reaches it. */
struct probe {
	struct bus_device device;
	unsigned int reads, writes;
	uint64_t offset, value;
	unsigned int size;
};

static uint64_t probe_read(struct bus_device *device, uint64_t offset, unsigned int size)
{
	struct probe *probe = (struct probe *)device;

	probe->reads++;
	probe->offset = offset;
	probe->size = size;
	return 0x1122334455667788ULL;
}

static void probe_write(struct bus_device *device, uint64_t offset, uint64_t value,
			unsigned int size)
{
	struct probe *probe = (struct probe *)device;

	probe->writes++;
	probe->offset = offset;
	probe->value = value;
	probe->size = size;
}

static struct probe make_probe(uint64_t base, uint64_t size)
{
	return (struct probe){ .device = { base, size, probe_read, probe_write } };
}

static const struct {
	uint64_t address;
	unsigned int size;
	int device; /* 0, 1, or -1 for nobody */
	uint64_t offset;
} accesses[] = {
	{ 0x3f7, 1, -1, 0 },	  { 0x3f8, 1, 0, 0 },	    { 0x3ff, 1, 0, 7 },
	{ 0x400, 1, 1, 0 },	  { 0x3fe, 2, 0, 6 },	    { 0x3ff, 2, -1, 0 },
	{ 0x3f7, 2, -1, 0 },	  { 0x3f8, 8, 0, 0 },	    { 0x3f9, 8, -1, 0 },
	{ 0x400, 2, -1, 0 },	  { 0x401, 1, -1, 0 },	    { 0, 1, -1, 0 },
	{ UINT64_MAX, 1, -1, 0 }, { UINT64_MAX, 8, -1, 0 }, { 0x3fc, 4, 0, 4 },
	{ 0x3fd, 4, -1, 0 },
};

START_TEST(access_reaches_its_device)
{
	struct probe probes[2] = { make_probe(0x3f8, 8), make_probe(0x400, 1) };
	const unsigned int size = accesses[_i].size;
	struct bus bus = { 0 };
	uint8_t data[9];

	bus_add(&bus, &probes[0].device);
	bus_add(&bus, &probes[1].device);
	memset(data, 0x5a, sizeof(data));
	bus_read(&bus, accesses[_i].address, data, size);
	ck_assert_uint_eq(data[size], 0x5a);
	for (int i = 0; i < 2; i++)
		ck_assert_uint_eq(probes[i].reads, i == accesses[_i].device);
	if (accesses[_i].device < 0) {
		ck_assert_mem_eq(data, "\xff\xff\xff\xff\xff\xff\xff\xff", size);
		return;
	}
	ck_assert_mem_eq(data, "\x88\x77\x66\x55\x44\x33\x22\x11", size);
	ck_assert_uint_eq(probes[accesses[_i].device].offset, accesses[_i].offset);
	ck_assert_uint_eq(probes[accesses[_i].device].size, size);
}
END_TEST

START_TEST(write_carries_its_bytes)
{
	struct probe probe = make_probe(0x1000, 16);
	struct bus bus = { 0 };
	const unsigned int size = 1U << _i;

	bus_add(&bus, &probe.device);
	bus_write(&bus, 0x1008, "\x01\x02\x03\x04\x05\x06\x07\x08", size);
	ck_assert_uint_eq(probe.writes, 1);
	ck_assert_uint_eq(probe.offset, 8);
	ck_assert_uint_eq(probe.size, size);
	ck_assert_uint_eq(probe.value, 0x0807060504030201ULL & (~0ULL >> (64 - 8 * size)));
	bus_write(&bus, 0x1010, "\1", 1);
	ck_assert_uint_eq(probe.writes, 1);
}
END_TEST

/* Overlapping devices are our own mistake. */
START_TEST(overlap_aborts)
{
	struct probe probes[2] = { make_probe(0x3f8, 8), make_probe(0x3ff, 1) };
	struct bus bus = { 0 };

	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr)); /* assert()'s own words */
	bus_add(&bus, &probes[0].device);
	bus_add(&bus, &probes[1].device);
}
END_TEST

START_TEST(takes_all_devices)
{
	static struct probe probes[BUS_MAX_DEVICES];
	struct bus bus = { 0 };
	uint8_t byte;

	for (unsigned int i = 0; i < BUS_MAX_DEVICES; i++) {
		probes[i] = make_probe(100 - i, 1);
		bus_add(&bus, &probes[i].device);
	}
	for (unsigned int i = 0; i < BUS_MAX_DEVICES; i++)
		bus_read(&bus, 100 - i, &byte, 1);
	for (unsigned int i = 0; i < BUS_MAX_DEVICES; i++)
		ck_assert_uint_eq(probes[i].reads, 1);
}
END_TEST

Suite *bus_suite(void)
{
	const char *fork = getenv("CK_FORK");
	Suite *s = suite_create("bus");
	TCase *tc = tcase_create("bus");

	tcase_add_loop_test(tc, access_reaches_its_device, 0, COUNT(accesses));
	tcase_add_loop_test(tc, write_carries_its_bytes, 0, 4);
	if (fork && !strcmp(fork, "no"))
		skip_test("overlap_aborts", "CK_FORK=no: it would end the whole run");
	else
		tcase_add_test_raise_signal(tc, overlap_aborts, SIGABRT);
	tcase_add_test(tc, takes_all_devices);
	suite_add_tcase(s, tc);
	return s;
}
