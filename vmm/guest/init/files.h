/* SPDX-License-Identifier: MIT */
/* What --out asked for, as a newc archive (frame.h). init.c has it sent after the command's end. */
#ifndef VMM_GUEST_INIT_FILES_H
#define VMM_GUEST_INIT_FILES_H

#include "vmm/guest/init/job.h"

/* Nothing at all without job.outs. What cannot be sent is named in a FRAME_WARNING. */
void files_send(const struct job *job);

#endif
