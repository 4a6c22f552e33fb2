// SPDX-License-Identifier: MIT
/* session_fast: session.h over the fast port. */
#include "session.h"

void guest_main(void)
{
	session(1);
}
