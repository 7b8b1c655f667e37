# FedRAMP baselines, which rest on NIST SP 800-53 Rev. 5.
package packs.fedramp

import data.library.parts
import data.library.words

called_for if "fed_ramp" in input.constraints.frameworks

rules["fedramp.services"] := {
	"title": "Only services with a FedRAMP authorisation are used",
	"framework": "fed_ramp",
	"control": "NIST SP 800-53 SA-9",
	"source": "FedRAMP authorisation; AWS Services in Scope by Compliance Program",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Replace the part, or wait for its authorisation.",
}

applies contains "fedramp.services" if called_for

offenders["fedramp.services"] := parts.without({"fedramp"})

evidence["fedramp.services"] := parts.looked_at

rules["fedramp.region"] := {
	"title": "Federal data is in a US region",
	"framework": "fed_ramp",
	"control": "NIST SP 800-53 SA-9(5)",
	"source": "FedRAMP Moderate and High baselines, SA-9(5) (processing, storage and service location)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": false,
	"remedy": "Name a US region; us-gov-west-1 for the high baseline.",
}

applies contains "fedramp.region" if called_for

holds contains "fedramp.region" if input.plan.jurisdiction == "US"

evidence["fedramp.region"] := sprintf("The design is in %s (%s).", [input.plan.region, words.said(input.plan.jurisdiction)])
