// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/guest/init/text.h"

const char *text_list(const char *const *parts)
{
	static char joined[TEXT_SIZE];
	size_t length = 0;
	const char *part;

	for (; *parts; parts++)
		for (part = *parts; *part && length < sizeof(joined) - 1; part++)
			joined[length++] = *part;
	joined[length] = '\0';
	return joined;
}

const char *text_number(uint64_t number)
{
	static char digits[24];
	char *digit = digits + sizeof(digits) - 1;

	do
		*--digit = '0' + number % 10;
	while (number /= 10);
	return digit;
}

void *text_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* A file in /proc or /sys has no size, and is short. */
static char *read_all(int fd, size_t *size)
{
	off_t end = lseek(fd, 0, SEEK_END);
	size_t room = end > 0 ? end : 4096;
	char *bytes = text_memory(room + 1);
	ssize_t n = 1;

	for (*size = 0; bytes && n > 0 && *size < room; *size += n)
		n = pread(fd, bytes + *size, room - *size, *size);
	return n < 0 ? NULL : bytes;
}

char *text_read(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes;

	if (fd < 0)
		return NULL;
	bytes = read_all(fd, size);
	close(fd);
	return bytes;
}
