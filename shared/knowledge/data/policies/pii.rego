# Personal data, and what the organisation itself restricts, whatever the framework.
package packs.pii

import data.library.parts
import data.library.words

called_for if input.constraints.personal

called_for if input.constraints.data_class == "restricted"

rules["pii.own-keys"] := {
	"title": "Personal or restricted data is under the organisation's own keys",
	"control": "NIST SP 800-122 4.3",
	"source": "House rule; NIST SP 800-122, 4.3 (security controls)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Choose patterns with customer managed keys.",
}

applies contains "pii.own-keys" if called_for

offenders["pii.own-keys"] := parts.without_in({"ingest", "store", "feature", "serve"}, {"customer-managed-keys"})

evidence["pii.own-keys"] := sprintf("The data class is %s.", [words.said(input.constraints.data_class)])

rules["pii.private-network"] := {
	"title": "Personal or restricted data is processed inside a private network",
	"control": "NIST SP 800-122 4.3",
	"source": "House rule; NIST SP 800-122, 4.3 (security controls)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Choose patterns that can be reached through a private network.",
}

applies contains "pii.private-network" if called_for

offenders["pii.private-network"] := parts.without({"private-network"})

evidence["pii.private-network"] := sprintf("The data class is %s.", [words.said(input.constraints.data_class)])
