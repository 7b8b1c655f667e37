# The availability objective.
package packs.availability

import data.library.words

rules["slo.availability"] := {
	"title": "The availability objective is met by the providers' agreements",
	"control": "Requirement: availability",
	"source": "Requirement: availability",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Fewer parts on the path, redundant units, a second region, or a lower objective.",
}

applies contains "slo.availability" if input.constraints.availability != null

holds contains "slo.availability" if input.plan.availability >= input.constraints.availability

# Not in words.said: the third decimal of an availability counts.
evidence["slo.availability"] := sprintf("The path's product is %.3f %%; %v %% were asked.", [
	input.plan.availability,
	input.constraints.availability,
])
