// SPDX-License-Identifier: MIT
/* rate_out: 8 MB by the fast port, in frames of 4 KiB, as many as are granted. */
#include "session.h"

void guest_main(void)
{
	static const uint8_t data[4096];
	static uint32_t payload[16];
	unsigned int length, credit = 65536;

	say_hello(1);
	frames_send(DATA, STDOUT, data, sizeof(data));
	for (unsigned int i = 1; i < 2000; i++) {
		credit -= sizeof(data);
		while (credit < sizeof(data))
			if (frames_receive(payload, &length) == CREDIT)
				credit += payload[0];
		frames_repeat();
	}
	say_end();
}
