// SPDX-License-Identifier: MIT
/* rate_out: 8 MB by the fast port, in frames of 4 KiB, and whatever is granted. */
#include "session.h"

void guest_main(void)
{
	static const uint8_t data[4096];

	say_hello(1);
	frames_send(DATA, STDOUT, data, sizeof(data));
	for (unsigned int i = 1; i < 2000; i++)
		frames_repeat();
	say_end();
}
