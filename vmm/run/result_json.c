// SPDX-License-Identifier: MIT
#include "vmm/run/result_json.h"

#include "vmm/run/excerpt.h"

static void add(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *seconds_json(const struct result *result)
{
	const struct {
		const char *name;
		double at;
	} times[] = {
		{ "init", result->init },
		{ "command_start", result->command_start },
		{ "command_end", result->command_end },
	};
	json_t *seconds =
		json_pack("{s:f, s:f}", "setup", result->setup, "populate", result->populate);

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (times[i].at > 0)
			add(seconds, times[i].name, json_real(times[i].at));
	add(seconds, "total", json_real(result->total));
	return seconds;
}

static void add_exit(json_t *json, const struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_EXITED)
		add(json, outcome->signal ? "signal" : "exit_code",
		    json_integer(outcome->signal ? outcome->signal : outcome->exit_code));
	if (outcome->failed_on)
		add(json, "failed_on", excerpt_text(outcome->failed_on));
}

static json_t *topology_json(const struct topology *t)
{
	unsigned int llcs = 0;
	json_int_t memory = 0;

	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		llcs += t->nodes[i].llcs;
		memory += t->nodes[i].size;
	}
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:I}", "nodes", t->nr_nodes, "llcs", llcs,
			 "cores", t->cores, "threads", t->threads, "cpus", t->nr_cpus, "memory",
			 memory);
}

/* The log, as far as the guest's end is told by it. */
static void add_log(json_t *json, const struct result *result)
{
	const struct klog *klog = &result->klog;
	struct excerpt trace = excerpt_trace(klog);

	if (!klog->found)
		return;
	add(json, "kernel_warnings", excerpt_warnings_json(klog));
	if (trace.from < trace.to)
		add(json, "trace", excerpt_json(klog, trace));
	if (outcome_is_bad(&result->outcome))
		add(json, "log", excerpt_json(klog, excerpt_last(klog)));
}

static void add_guest(json_t *json, const struct result *result)
{
	if (result->release[0])
		add(json, "kernel",
		    json_pack("{s:o, s:o}", "release", excerpt_text(result->release), "build_id",
			      excerpt_text(result->klog.build_id)));
	if (result->command)
		add(json, "command", json_incref(result->command));
	if (result->topology)
		add(json, "topology", topology_json(result->topology));
	if (result->garbage || result->lost)
		add(json, "channel",
		    json_pack("{s:I, s:I}", "garbage", (json_int_t)result->garbage, "lost",
			      (json_int_t)result->lost));
	add_log(json, result);
}

json_t *result_json_command(char *const *command)
{
	json_t *list = json_array();

	for (; *command; command++)
		json_array_append_new(list, excerpt_text(*command));
	return list;
}

json_t *result_json(const struct result *result)
{
	const struct outcome *outcome = &result->outcome;
	json_t *json =
		json_pack("{s:s, s:i, s:o}", "outcome", outcome_name(outcome->kind), "status",
			  outcome->status, "message", excerpt_text(outcome->message));

	add_exit(json, outcome);
	add(json, "seconds", seconds_json(result));
	add_guest(json, result);
	add(json, "warnings", result->warnings ? json_incref(result->warnings) : json_array());
	add(json, "console_dropped", json_integer((json_int_t)result->console_dropped));
	add(json, "nodes", result->nodes ? json_incref(result->nodes) : json_array());
	return json;
}
