// SPDX-License-Identifier: MIT
/* What --help prints, in 80 columns. */
#include "vmm/cli/options.h"

#define MACHINE_HELP                                                                       \
	"The machine:\n"                                                                   \
	"  -c, --config=FILE        read the machine from FILE, numavm.conf(5)\n"          \
	"  -m, --memory=SIZE        memory in all, as in 4G; default 1G\n"                 \
	"      --topology=NnNlNcNt  nodes, last-level caches in all, cores a cache and\n"  \
	"                           threads a core, as in 2n4l4c2t; default 1n1l1c1t\n"    \
	"      --node=KEY=VALUE,... one more node; the keys are those of numavm.conf(5)\n" \
	"      --distance=A,B=N     distance between nodes A and B, both ways\n"           \
	"      --cores=N            cores a cache\n"                                       \
	"      --threads=N          threads a core\n"                                      \
	"      --packages=N         packages in all; default one a node with CPUs\n"       \
	"A flag beats the file; --node and --topology replace all nodes of the file.\n"
#define KERNEL_HELP                                                                        \
	"\nThe kernel:\n"                                                                  \
	"  -k, --kernel=FILE        bzImage or ELF vmlinux (x86-64), Image (arm64);\n"     \
	"                           default this host's own\n"                             \
	"  -i, --initrd=FILE        initial RAM disk\n"                                    \
	"  -a, --append=TEXT        add TEXT to the kernel's command line\n"               \
	"      --boot=MODE          packed: the guest unpacks the kernel; unpacked: the\n" \
	"                           host does, once, and keeps it; default unpacked\n"
#define PLACEMENT_HELP                                                                 \
	"\nWhere it lies, for all nodes:\n"                                            \
	"      --pages=SIZE         thp, 4k, 2M, 1G or auto; default thp\n"            \
	"      --populate[=yes|no]  take all memory before the guest starts\n"         \
	"      --populate-threads=N how many threads do; default one a CPU\n"          \
	"      --verify=yes|full|no ask the kernel where the pages are; default yes\n" \
	"      --strict=yes|no      what cannot be had ends the start; default yes\n"  \
	"      --pin=node|core|none|LIST  where the vCPU threads run; default node\n"  \
	"      --realtime=N         run them as SCHED_FIFO with priority N\n"          \
	"      --performance        pin=core, pages=2M, populate, verify and strict\n"
#define RUN_HELP                                                                        \
	"\nThe run:\n"                                                                  \
	"      --timeout=TIME       end the guest after TIME, as in 30s (status 124)\n" \
	"      --console=FILE       keep what the guest prints in FILE too\n"           \
	"      --result=FILE        write what became of the run to FILE, as JSON\n"    \
	"  -h, --help               print this\n"

static const char top_help[] =
	"Usage: numavm run|plan|tables [OPTION]...\n"
	"Boots an unmodified kernel on a NUMA machine that a file describes.\n\n"
	"  run      boot it; the guest's console is stdin and stdout\n"
	"  plan     print what the guest would see, and start nothing\n"
	"  tables   write what the guest reads of it to files: ACPI tables, e820 and\n"
	"           CPUID leaves (x86-64), the device tree (arm64)\n\n"
	"  -h, --help     print this; \"numavm VERB -h\" prints a verb's options\n"
	"      --version  print the version\n\n"
	"See numavm(1) and numavm.conf(5).\n";
static const char run_help[] =
	"Usage: numavm run [OPTION]...\n"
	"Boots a kernel on the machine. Ctrl-A x leaves it, Ctrl-A h lists the "
	"keys.\n\n" MACHINE_HELP PLACEMENT_HELP KERNEL_HELP RUN_HELP
	"\nExit status: 0 powered off or rebooted, 122 kernel panic, 123 crash, 124 time\n"
	"limit, 125 no verdict (bad arguments or config, or the host refused).\n";
static const char plan_help[] =
	"Usage: numavm plan [OPTION]...\n"
	"Prints the nodes, memory ranges, e820, distances and warnings; starts nothing.\n\n"
	"      --json               print JSON\n"
	"  -h, --help               print this\n\n" MACHINE_HELP
	"It takes the other options of run too, so that one command line serves both.\n";
static const char tables_help[] =
	"Usage: numavm tables -o DIR [OPTION]...\n"
	"Writes what the guest reads of the machine. x86-64: each ACPI table as\n"
	"DIR/NAME.aml for iasl -d, e820.txt and cpuid.txt; arm64: the device tree as\n"
	"DIR/numavm.dtb for dtc -I dtb.\n\n"
	"  -o, --output=DIR         the folder to write to; made when it is not there\n"
	"  -h, --help               print this\n\n" MACHINE_HELP
	"It takes the other options of run too, so that one command line serves both.\n";

const char *options_help(enum verb verb)
{
	static const char *const helps[] = {
		[VERB_NONE] = top_help,
		[VERB_RUN] = run_help,
		[VERB_PLAN] = plan_help,
		[VERB_TABLES] = tables_help,
	};

	return helps[verb];
}
