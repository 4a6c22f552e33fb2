// SPDX-License-Identifier: MIT
/* rate_in: takes 8 MB of stdin by the fast port, and looks at no sum. */
#include "session.h"

static union {
	uint64_t aligned;
	struct {
		uint32_t magic;
		uint16_t kind, length;
		uint8_t rest[8 + 4096];
	};
} frame;

void guest_main(void)
{
	static const uint32_t credit = 8192000;
	uint32_t taken = 0;

	say_hello(1);
	frames_send(CREDIT, STDIN, &credit, sizeof(credit));
	while (taken < credit) {
		fast_in(&frame, 16);
		if (!frame.magic)
			continue;
		taken += frame.length;
		fast_in(frame.rest + 8, (frame.length + 7) & ~7U);
	}
	say_end();
}
