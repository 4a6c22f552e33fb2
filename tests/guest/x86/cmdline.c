// SPDX-License-Identifier: MIT
/* cmdline: prints the kernel's command line, and powers off. */
#include "guest.h"

#define ZERO_PAGE_CMD_LINE_PTR 0x228

void guest_main(void)
{
	put("cmdline=");
	put((const char *)(uintptr_t)read32((uintptr_t)zero_page + ZERO_PAGE_CMD_LINE_PTR));
	put("\n");
	power_off();
}
