// SPDX-License-Identifier: MIT
/* Guest memory with a real KVM behind it: each range is registered as run registers it. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/unit/memory.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define HUGE_PAGE (2 * MIB)

/* A machine with its RAM, and a VM that knows it. */
struct guest {
	struct memory m;
	int kvm;
	int vm;
};

static void register_ranges(struct guest *g)
{
	g->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(g->kvm, 0);
	g->vm = ioctl(g->kvm, KVM_CREATE_VM, 0);
	ck_assert_int_ge(g->vm, 0);
	for (unsigned int i = 0; i < g->m.machine.layout.nr_ranges; i++) {
		const struct layout_range *range = &g->m.machine.layout.ranges[i];
		struct kvm_userspace_memory_region region = {
			.slot = range->slot,
			.guest_phys_addr = range->gpa,
			.memory_size = range->size,
			.userspace_addr = (uintptr_t)ram_range_hva(&g->m.ram, range),
		};

		ck_assert_msg(!ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &region), "slot %u",
			      range->slot);
	}
}

static void make_guest(struct guest *g, const char *nodes)
{
	memory_make(&g->m, nodes, false);
	register_ranges(g);
}

static void end_guest(struct guest *g)
{
	close(g->vm);
	close(g->kvm);
	memory_free(&g->m);
}

/* Writes at both ends of every range and finds each where it was put. */
static void check_ends(struct guest *g)
{
	for (unsigned int i = 0; i < g->m.machine.layout.nr_ranges; i++) {
		const struct layout_range *range = &g->m.machine.layout.ranges[i];
		uint8_t *first = ram_hva(&g->m.ram, range->gpa, 1);
		uint8_t *last = ram_hva(&g->m.ram, range->gpa + range->size - 1, 1);

		ck_assert_ptr_eq(first, ram_range_hva(&g->m.ram, range));
		ck_assert_ptr_eq(last, first + range->size - 1);
		ck_assert(!*first && !*last);
		*first = 1 + 2 * i;
		*last = 2 + 2 * i;
	}
	for (unsigned int i = 0; i < g->m.machine.layout.nr_ranges; i++) {
		const struct layout_range *range = &g->m.machine.layout.ranges[i];
		const uint8_t *start = ram_range_hva(&g->m.ram, range);

		ck_assert_uint_eq(start[0], 1 + 2 * i);
		ck_assert_uint_eq(start[range->size - 1], 2 + 2 * i);
	}
}

START_TEST(allocate_register_single_region)
{
	struct guest g = { 0 };

	make_guest(&g, "1:64");
	ck_assert_uint_eq(g.m.machine.layout.nr_ranges, 1);
	check_ends(&g);
	end_guest(&g);
}
END_TEST

START_TEST(allocate_register_multi_node_per_region)
{
	struct guest g = { 0 };

	make_guest(&g, "1:64 1:128");
	ck_assert_uint_eq(g.m.machine.layout.nr_ranges, 2);
	check_ends(&g);
	end_guest(&g);
}
END_TEST

START_TEST(contiguous_host_va)
{
	struct guest g = { 0 };
	uint8_t *base;

	make_guest(&g, "1:64 1:0 1:32 0:3072");
	base = ram_hva(&g.m.ram, 0, 1);
	ck_assert_uint_eq((uintptr_t)base % HUGE_PAGE, 0);
	ck_assert_ptr_eq(ram_hva(&g.m.ram, 64 * MIB, 1), base + 64 * MIB);
	ck_assert_ptr_eq(ram_hva(&g.m.ram, 96 * MIB, 1), base + 96 * MIB);
	/* The half above the hole follows the one below it. */
	ck_assert_ptr_eq(ram_hva(&g.m.ram, 4 * GIB, 1), base + 3 * GIB);
	end_guest(&g);
}
END_TEST

START_TEST(cross_region_write_read)
{
	const uint64_t value = 0x1122334455667788ULL, at = 64 * MIB - 4;
	struct guest g = { 0 };
	uint64_t back;

	make_guest(&g, "1:64 1:64");
	ck_assert_ptr_nonnull(ram_hva(&g.m.ram, at, sizeof(value)));
	memcpy(ram_hva(&g.m.ram, at, sizeof(value)), &value, sizeof(value));
	memcpy(&back, ram_hva(&g.m.ram, at, sizeof(back)), sizeof(back));
	ck_assert_uint_eq(back, value);
	ck_assert_uint_eq(*(uint32_t *)ram_hva(&g.m.ram, 64 * MIB - 4, 4), 0x55667788);
	ck_assert_uint_eq(*(uint32_t *)ram_hva(&g.m.ram, 64 * MIB, 4), 0x11223344);
	end_guest(&g);
}
END_TEST

START_TEST(uniform_multi_numa_allocate)
{
	struct topology_shape shape = { 4, 4, 1, 1 };
	struct guest g = { 0 };
	struct error err;

	ck_assert_int_eq(topology_uniform(&g.m.machine.topology, &shape, 130 * MIB, &err), 0);
	memory_allocate(&g.m, false);
	register_ranges(&g);
	ck_assert_uint_eq(g.m.machine.layout.nr_ranges, 4);
	ck_assert_uint_eq(g.m.machine.layout.ranges[3].size, 34 * MIB);
	check_ends(&g);
	end_guest(&g);
}
END_TEST

START_TEST(reservation_released)
{
	struct guest g = { 0 };
	uintptr_t start, end;

	make_guest(&g, "1:64 0:4096");
	start = (uintptr_t)g.m.ram.reservation;
	end = start + g.m.ram.reserved;
	ck_assert_uint_ge(end - start, 4160 * MIB);
	ck_assert_uint_eq(mapped_bytes(start, end), end - start);
	end_guest(&g);
	ck_assert_uint_eq(mapped_bytes(start, end), 0);
	ck_assert_ptr_null(g.m.ram.base);
	ram_release(&g.m.ram);
}
END_TEST

START_TEST(three_node_allocation)
{
	struct guest g = { 0 };

	make_guest(&g, "1:64 1:32 0:96");
	ck_assert_uint_eq(g.m.machine.layout.nr_ranges, 3);
	check_ends(&g);
	end_guest(&g);
}
END_TEST

START_TEST(relocate_allocate_leaves_gap_unbacked)
{
	struct guest g = { 0 };

	make_guest(&g, "1:4096");
	ck_assert_ptr_nonnull(ram_hva(&g.m.ram, 0, 1));
	ck_assert_ptr_nonnull(ram_hva(&g.m.ram, 0xbfffffff, 1));
	ck_assert_ptr_null(ram_hva(&g.m.ram, 0xc0000000, 1));
	ck_assert_ptr_null(ram_hva(&g.m.ram, 0xfec00000, 1));
	ck_assert_ptr_null(ram_hva(&g.m.ram, 0xffffffff, 1));
	ck_assert_ptr_nonnull(ram_hva(&g.m.ram, 4 * GIB, 1));
	ck_assert_ptr_nonnull(ram_hva(&g.m.ram, 5 * GIB - 1, 1));
	ck_assert_ptr_null(ram_hva(&g.m.ram, 5 * GIB, 1));
	check_ends(&g);
	end_guest(&g);
}
END_TEST

static const struct {
	uint64_t gpa, size;
	bool inside;
} bounds[] = {
	{ 0, 3 * GIB, true },
	{ 0, 3 * GIB + 1, false },
	{ 1, 3 * GIB, false },
	{ 1, 3 * GIB - 1, true },
	{ 0, UINT64_MAX, false },
	{ 1, UINT64_MAX, false },
	{ GIB, 2 * GIB, true },
	{ GIB - 1, 2 * GIB + 1, true },
	{ GIB - 1, 2 * GIB + 2, false },
	{ 3 * GIB - 8, 8, true },
	{ 3 * GIB - 8, 9, false },
	{ 3 * GIB - 1, GIB + 2, false },
	{ 4 * GIB, 2 * GIB, true },
	{ 4 * GIB, 2 * GIB + 1, false },
	{ 4 * GIB - 1, 1, false },
	{ 6 * GIB - 1, 1, true },
	{ 6 * GIB, 1, false },
	{ UINT64_MAX, 1, false },
	{ UINT64_MAX, UINT64_MAX, false },
};

/* The bounds need no host memory, and no host that has as much. */
START_TEST(hva_knows_the_bounds)
{
	const struct ram_options options = { 0 };
	struct backing backings[4];
	struct memory m = { .fit = { .machine = &m.machine, .backings = backings } };
	struct error err;

	for (unsigned int i = 0; i < COUNT(backings); i++)
		backings[i] = (struct backing){ .pages = &page_kinds[PLACEMENT_THP] };
	declare(&m.machine.topology, "1:1024 1:1024 1:2048 0:1024");
	ck_assert_int_eq(layout_build(&m.machine.topology, &space_x86, &m.machine.layout, &err), 0);
	ck_assert_int_eq(ram_allocate(&m.ram, &m.machine, &m.fit, &options, &err), 0);
	ck_assert_int_eq(ram_hva(&m.ram, bounds[_i].gpa, bounds[_i].size) != NULL,
			 bounds[_i].inside);
	ram_release(&m.ram);
	machine_free(&m.machine);
}
END_TEST

Suite *ram_suite(void)
{
	const TTest *const with_kvm[] = {
		allocate_register_single_region,
		allocate_register_multi_node_per_region,
		contiguous_host_va,
		cross_region_write_read,
		uniform_multi_numa_allocate,
		reservation_released,
		three_node_allocation,
		relocate_allocate_leaves_gap_unbacked,
	};
	Suite *s = suite_create("ram");
	TCase *tc = tcase_create("ram");

	add_or_skip(tc, with_kvm, COUNT(with_kvm), kvm_missing());
	tcase_add_loop_test(tc, hva_knows_the_bounds, 0, COUNT(bounds));
	suite_add_tcase(s, tc);
	return s;
}
