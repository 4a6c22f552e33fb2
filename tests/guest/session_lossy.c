// SPDX-License-Identifier: MIT
/* session_lossy: a session whose frames do not all come, and which then waits for ever. */
#include "session.h"

void guest_main(void)
{
	static uint64_t payload[8];
	unsigned int length;

	say_hello(0);
	frames_send(START, 0, "", 0);
	frames_send(DATA, STDOUT, "before\n", 7);
	frames_lose();
	frames_send(DATA, STDOUT, "after\n", 6);
	for (;;)
		frames_receive(payload, &length);
}
