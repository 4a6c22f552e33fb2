// SPDX-License-Identifier: MIT
/* torrent: prints 1 MiB and 1000 bytes, which string instructions make quick, and powers off. */
#include "guest.h"

#define LINE 1024

static void put_line(const uint8_t *line, uint64_t size)
{
	__asm__ volatile("rep outsb"
			 : "+S"(line), "+c"(size)
			 : "d"((uint16_t)(uart_base + UART_DATA))
			 : "memory");
}

void guest_main(void)
{
	static uint8_t line[LINE];

	for (unsigned int i = 0; i < LINE - 1; i++)
		line[i] = '-';
	line[LINE - 1] = '\n';
	for (unsigned int i = 0; i < 1024; i++)
		put_line(line, LINE);
	put_line(line + LINE - 1000, 1000);
}
