// SPDX-License-Identifier: MIT
/* The part of the guests' library that is the same everywhere: printing, and failing. */
#include "guest.h"

void put(const char *text)
{
	while (*text)
		put_byte(*text++);
}

void put_number(uint64_t value)
{
	char digits[21];
	unsigned int at = sizeof(digits) - 1;

	digits[at] = 0;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	put(digits + at);
}

void put_hex(uint64_t value)
{
	int shift = 60;

	put("0x");
	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put_byte("0123456789abcdef"[value >> shift & 15]);
}

/* Whatever a test was about to do with the serial port, this has to come out. */
void fail(const char *what, uint64_t value)
{
	uart_select(0);
	uart_out(UART_LCR, 0x03);
	uart_out(UART_IER, 0);
	uart_out(UART_MCR, 0x0b);
	put("failed: ");
	put(what);
	put(" ");
	put_hex(value);
	put("\n");
	crash();
}
