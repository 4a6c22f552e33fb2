// SPDX-License-Identifier: MIT
#include "tests/unit/x86/cpuid_hosts.h"

#include <string.h>

#include "tests/unit/support.h"

/*
 * What KVM_GET_SUPPORTED_CPUID hands out, in its order, on an Intel and on an AMD host: the host's
 * own sharing in the cache leaves, no topology that could be used, and marks in what must stay.
 */
static const struct cpuid_leaf intel_host[] = {
	{ 0, 0, false, 0x1f, 0x756e6547, 0x6c65746e, 0x49656e69 },
	{ 1, 0, false, 0x606a6, 0x07400800, 0x76fa3203, 0x0f8bfbff },
	{ 2, 0, false, 0x00feff01, 0xf0, 0x11, 0x22 },
	{ 4, 0, true, 0x7c004121, 0x02c0003f, 0x3f, 0 },
	{ 4, 1, true, 0x7c004122, 0x01c0003f, 0x3f, 0 },
	{ 4, 2, true, 0x7c004143, 0x04c0003f, 0x3ff, 0 },
	{ 4, 3, true, 0x7c0fc163, 0x02c0003f, 0xffff, 4 },
	{ 7, 0, true, 1, 0xf1bf27eb, 0x1b415f6e, 0xbc814400 },
	{ 7, 1, true, 0x1c30, 0, 0, 0 },
	{ 0xa, 0, false, 0x08300802, 0, 0, 0x603 },
	{ 0xb, 0, true, 0, 0, 0, 0x33 },
	{ 0xb, 1, true, 0, 0, 1, 0x33 },
	{ 0xd, 0, true, 0x2e7, 0xa88, 0xa88, 0 },
	{ 0xd, 1, true, 0xf, 0x988, 0, 0 },
	{ 0x1f, 0, true, 0, 0, 0, 0x33 },
	{ 0x40000000, 0, false, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d },
	{ 0x40000001, 0, false, 0x01007efb, 0, 0, 0 },
	{ 0x80000000, 0, false, 0x80000008, 0, 0, 0 },
	{ 0x80000001, 0, false, 0, 0, 0x121, 0x2c100800 },
	{ 0x80000002, 0, false, 0x65746e49, 0x2952286c, 0x6f655820, 0x2952286e },
	{ 0x80000006, 0, false, 0, 0, 0x01006040, 0 },
	{ 0x80000008, 0, false, 0x302e, 0x200, 0, 0 },
};

static const struct cpuid_leaf amd_host[] = {
	{ 0, 0, false, 0x10, 0x68747541, 0x444d4163, 0x69746e65 },
	{ 1, 0, false, 0xa10f11, 0x07400800, 0x76f83203, 0x078bfbff },
	{ 7, 0, true, 1, 0xf1bf97a9, 0x415fde, 0x10 },
	{ 0xb, 0, true, 0, 0, 0, 0x21 },
	{ 0xd, 0, true, 0x207, 0x988, 0x988, 0 },
	{ 0x40000000, 0, false, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d },
	{ 0x40000001, 0, false, 0x01007efb, 0, 0, 0 },
	{ 0x80000000, 0, false, 0x80000028, 0x68747541, 0x444d4163, 0x69746e65 },
	{ 0x80000001, 0, false, 0xa10f11, 0x40000000, 0x004003f3, 0x2fd3fbff },
	{ 0x80000005, 0, false, 0xff48ff40, 0xff48ff40, 0x20080140, 0x20080140 },
	{ 0x80000006, 0, false, 0x5c002200, 0x6c004200, 0x04006140, 0x08009140 },
	{ 0x80000008, 0, false, 0x3030, 0x111ef657, 0x703f, 0x10007 },
	{ 0x8000001d, 0, true, 0x4121, 0x01c0003f, 0x3f, 0 },
	{ 0x8000001d, 1, true, 0x4122, 0x01c0003f, 0x3f, 0 },
	{ 0x8000001d, 2, true, 0x4143, 0x01c0003f, 0x7ff, 2 },
	{ 0x8000001d, 3, true, 0x3c163, 0x03c0003f, 0x7fff, 1 },
	{ 0x8000001e, 0, false, 0, 0, 0, 0 },
	{ 0x80000022, 0, false, 1, 0x106, 0, 0 },
	{ 0x80000026, 0, true, 1, 2, 0x100, 0x21 },
	{ 0x80000026, 1, true, 7, 0x10, 0x201, 0x21 },
};

void cpuid_host_load(struct cpuid_table *table, bool amd)
{
	table->nr = amd ? COUNT(amd_host) : COUNT(intel_host);
	memcpy(table->leaves, amd ? amd_host : intel_host, table->nr * sizeof(table->leaves[0]));
}
