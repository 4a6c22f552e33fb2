#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Builds what drives init into a file, if it is older than what it is made of.
#
#   tests/init/build.sh FILE
set -eu
cd "$(dirname "$0")/../.."
drive=$1
sources=(tests/init/drive.c tests/init/root.c vmm/guest/frame.c)
for file in "${sources[@]}" tests/init/root.h vmm/guest/frame.h vmm/guest/job.h "$0"; do
	[ "$drive" -nt "$file" ] && continue
	mkdir -p "$(dirname "$drive")"
	cc -std=gnu11 -D_GNU_SOURCE -O2 -g -I. -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
		-o "$drive" "${sources[@]}"
	break
done
