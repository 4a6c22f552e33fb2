// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/guest/init/port.h"

#define PORT_FLUSH 8

static volatile uint8_t *port;

/* O_SYNC: as a device, neither cached nor put together or in another order. */
bool port_open(uint64_t address)
{
	size_t page = sysconf(_SC_PAGESIZE), offset = address % page;
	int fd = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
	void *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, address - offset);

	if (fd >= 0)
		close(fd);
	if (at == MAP_FAILED)
		return false;
	port = (volatile uint8_t *)at + offset;
	return true;
}

/* A new program has no such mapping. */
void port_drop(void)
{
}

void port_write(const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	uint64_t word;

	for (; size; size -= sizeof(word), from += sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		*(volatile uint64_t *)port = word;
	}
}

void port_flush(void)
{
	port[PORT_FLUSH] = 0;
}

void port_read(void *bytes, size_t size)
{
	uint8_t *to = bytes;
	uint64_t word;

	for (; size; size -= sizeof(word), to += sizeof(word)) {
		word = *(volatile uint64_t *)port;
		memcpy(to, &word, sizeof(word));
	}
}
