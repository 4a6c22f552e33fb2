// SPDX-License-Identifier: MIT
/* echo: sends back what comes from the serial port's receiver, up to and with the first newline. */
#include "guest.h"

void guest_main(void)
{
	char c;

	put("echo: ready\n");
	do {
		c = get_byte();
		put_byte(c);
	} while (c != '\n');
}
