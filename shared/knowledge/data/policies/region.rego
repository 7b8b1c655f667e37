# Where the design may be, and what may leave it.
package packs.region

import data.library.words

rules["region.allowed"] := {
	"title": "The design is in a region that was named",
	"control": "Requirement: regions",
	"source": "Requirement: regions",
	"severity": "blocking",
	"mendable": false,
	"remedy": "Choose one of the named regions.",
}

# A data centre of one's own has no region of a provider: the plan's region is the one that its prices are taken from.
applies contains "region.allowed" if {
	count(input.constraints.regions) > 0
	object.get(input.constraints, "cloud", null) != "on_premises"
}

holds contains "region.allowed" if input.plan.region in input.constraints.regions

evidence["region.allowed"] := sprintf(
	"The design is in %s; named were %s.",
	[input.plan.region, words.said(input.constraints.regions)],
)

rules["region.excluded"] := {
	"title": "The design is in no region that was excluded",
	"control": "Requirement: excluded regions",
	"source": "Requirement: excluded regions",
	"severity": "blocking",
	"mendable": false,
	"remedy": "Name a region that is not excluded.",
}

applies contains "region.excluded" if count(input.constraints.excluded_regions) > 0

holds contains "region.excluded" if not input.plan.region in input.constraints.excluded_regions

evidence["region.excluded"] := sprintf(
	"The design is in %s; excluded were %s.",
	[input.plan.region, words.said(input.constraints.excluded_regions)],
)

rules["region.data-stays"] := {
	"title": "No part moves data out of the region by itself",
	"control": "Requirement: regions",
	"source": "Requirement: regions",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose parts that process in the region.",
}

applies contains "region.data-stays" if {
	count(input.constraints.regions) > 0
	input.constraints.personal
}

applies contains "region.data-stays" if {
	count(input.constraints.regions) > 0
	count(input.constraints.frameworks) > 0
}

offenders["region.data-stays"] := {part.id |
	some part in input.plan.parts
	not "stays-in-region" in part.traits
}

evidence["region.data-stays"] := sprintf(
	"%d parts were looked at; named regions %s.",
	[count(input.plan.parts), words.said(input.constraints.regions)],
)
