# Tools and the cloud that were named or excluded.
package packs.tooling

import data.library.words

rules["tooling.excluded"] := {
	"title": "Nothing that was excluded is used",
	"control": "Requirement: tooling",
	"source": "Requirement: tooling",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose a pattern without it.",
}

applies contains "tooling.excluded" if count(input.constraints.excluded_tools) > 0

offenders["tooling.excluded"] := {part.id |
	some part in input.plan.parts
	some tool in part.tools
	tool in input.constraints.excluded_tools
}

evidence["tooling.excluded"] := sprintf("Excluded were %s.", [words.said(input.constraints.excluded_tools)])

rules["cloud.wanted"] := {
	"title": "The design is on the cloud that was named",
	"control": "Requirement: cloud",
	"source": "Requirement: cloud",
	"severity": "major",
	"mendable": false,
	"remedy": "The catalogue has no patterns for it yet; accept another cloud or wait for them.",
}

applies contains "cloud.wanted" if input.constraints.cloud != null

holds contains "cloud.wanted" if {
	every part in input.plan.parts {
		part.cloud == input.constraints.cloud
	}
}

evidence["cloud.wanted"] := sprintf("Named was %s.", [words.said(input.constraints.cloud)])
