// SPDX-License-Identifier: MIT
/* session_tty: session.h over the second serial port. */
#include "session.h"

void guest_main(void)
{
	session(0);
}
