# The work of running the design.
package packs.operations

import data.library.words

# A person has 40 hours a month for it besides other work.
hours_per_person := 40

rules["operations.team"] := {
	"title": "The work of running it fits the team",
	"control": "Requirement: team",
	"source": "Requirement: team",
	"severity": "major",
	"mendable": true,
	"remedy": "More managed parts.",
}

applies contains "operations.team" if input.constraints.team_size != null

holds contains "operations.team" if {
	input.constraints.team_size != null
	input.plan.operations_hours <= input.constraints.team_size * hours_per_person
}

evidence["operations.team"] := sprintf("%s hours a month for %s people, who have %d hours each.", [
	words.said(input.plan.operations_hours),
	words.said(input.constraints.team_size),
	hours_per_person,
])
