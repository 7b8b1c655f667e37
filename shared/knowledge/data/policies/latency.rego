# The latency objective.
package packs.latency

import data.library.words

rules["slo.latency"] := {
	"title": "The latency objective is met at peak",
	"control": "Requirement: latency",
	"source": "Requirement: latency",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose faster parts, or relax the objective.",
}

applies contains "slo.latency" if {
	input.constraints.latency_ms != null
	input.constraints.deployment != "batch"
}

# null is below every number, so it is ruled out first.
holds contains "slo.latency" if {
	input.plan.latency_ms != null
	input.plan.latency_ms <= input.constraints.latency_ms
}

evidence["slo.latency"] := sprintf("P%s is %s ms; %s ms were asked.", [
	words.said(input.constraints.percentile),
	words.said(input.plan.latency_ms),
	words.said(input.constraints.latency_ms),
])
