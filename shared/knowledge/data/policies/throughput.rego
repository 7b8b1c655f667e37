# The peak rate.
package packs.throughput

import data.library.words

rules["slo.throughput"] := {
	"title": "The peak rate is carried",
	"control": "Requirement: throughput",
	"source": "Requirement: throughput",
	"severity": "blocking",
	"mendable": true,
	"remedy": "More units, or a pattern with a higher quota.",
}

applies contains "slo.throughput" if {
	input.constraints.peak_per_second != null
	input.constraints.deployment != "batch"
}

# Nothing bounds the design.
holds contains "slo.throughput" if input.plan.max_per_second == null

holds contains "slo.throughput" if input.plan.max_per_second >= input.constraints.peak_per_second

evidence["slo.throughput"] := sprintf("The design carries %s; the peak is %s/s.", [
	carried,
	words.said(input.constraints.peak_per_second),
])

carried := "any rate" if input.plan.max_per_second == null

carried := sprintf("%s/s", [words.said(input.plan.max_per_second)]) if input.plan.max_per_second != null
