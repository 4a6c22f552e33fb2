// SPDX-License-Identifier: MIT
#include <sys/io.h>

#include "vmm/guest/init/port.h"

#define PORT_SIZE 16
#define PORT_FLUSH 8

static uint16_t port;

bool port_open(uint64_t address)
{
	port = address;
	return ioperm(port, PORT_SIZE, 1) == 0;
}

void port_drop(void)
{
	ioperm(port, PORT_SIZE, 0);
}

void port_write(const void *bytes, size_t size)
{
	size_t count = size / 4;

	__asm__ volatile("rep outsl" : "+S"(bytes), "+c"(count) : "d"(port) : "memory");
}

void port_flush(void)
{
	outb(0, port + PORT_FLUSH);
}

void port_read(void *bytes, size_t size)
{
	size_t count = size / 4;

	__asm__ volatile("rep insl" : "+D"(bytes), "+c"(count) : "d"(port) : "memory");
}
