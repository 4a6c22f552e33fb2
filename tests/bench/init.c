// SPDX-License-Identifier: MIT
/*
 * init: the guest's first program for the bench: says that it runs, which is what the clock waits
 * for, and powers off.
 */
#include <sys/reboot.h>
#include <unistd.h>

int main(void)
{
	static const char text[] = "bench: init runs\n";

	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		return 1;
	return reboot(RB_POWER_OFF);
}
