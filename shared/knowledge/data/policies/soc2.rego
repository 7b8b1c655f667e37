# SOC 2: AICPA Trust Services Criteria (2017, points of focus revised 2022).
package packs.soc2

import data.library.parts

called_for if "soc2" in input.constraints.frameworks

# ---- logical access

rules["soc2.logical-access"] := {
	"title": "Data is protected from access without leave: encrypted, and the service authenticates its callers",
	"framework": "soc2",
	"control": "SOC 2 CC6.1",
	"source": "AICPA Trust Services Criteria CC6.1 (logical access security) and CC6.7 (data in transmission)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Choose patterns that encrypt at rest and in transit, and put IAM or a token authorizer before the service.",
}

applies contains "soc2.logical-access" if called_for

offenders["soc2.logical-access"] := parts.without({"encryption-at-rest", "encryption-in-transit"}) |
	parts.without_in({"serve"}, {"authenticated"})

evidence["soc2.logical-access"] := sprintf("%s Serving: %s.", [parts.looked_at, parts.named({"serve"})])

# ---- vendors

rules["soc2.services"] := {
	"title": "The providers' services are covered by a SOC 2 report",
	"framework": "soc2",
	"control": "SOC 2 CC9.2",
	"source": "AICPA Trust Services Criteria CC9.2 (vendor management)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Replace the part by a service in the provider's SOC 2 report.",
}

applies contains "soc2.services" if called_for

offenders["soc2.services"] := parts.without({"soc2"})

evidence["soc2.services"] := parts.looked_at

# ---- change management, which ISO 27001 asks for as well

rules["soc2.change-management"] := {
	"title": "A model reaches production only with an approval that is recorded",
	"framework": "soc2",
	"control": "SOC 2 CC8.1",
	"source": "AICPA Trust Services Criteria CC8.1 (change management)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Use a model registry with approval states.",
}

applies contains "soc2.change-management" if called_for

applies contains "soc2.change-management" if "iso27001" in input.constraints.frameworks

holds contains "soc2.change-management" if parts.any_with("govern", "approval")

evidence["soc2.change-management"] := sprintf("Governance: %s.", [parts.named({"govern"})])

# ---- monitoring

rules["soc2.monitoring"] := {
	"title": "The service is monitored with alarms",
	"framework": "soc2",
	"control": "SOC 2 CC7.2",
	"source": "AICPA Trust Services Criteria CC7.2 (monitoring)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Include a monitoring pattern.",
}

applies contains "soc2.monitoring" if called_for

holds contains "soc2.monitoring" if {
	some part in input.plan.parts
	part.capability == "observe"
}

evidence["soc2.monitoring"] := sprintf("Monitoring: %s.", [parts.named({"observe"})])
