# HIPAA Security Rule, 45 CFR Part 164 Subpart C.
package packs.hipaa

import data.library.parts
import data.library.words

called_for if "hipaa" in input.constraints.frameworks

called_for if input.constraints.data_class == "phi"

# ---- eligible services

rules["hipaa.eligible-services"] := {
	"title": "Health data touches only HIPAA-eligible services",
	"framework": "hipaa",
	"control": "HIPAA 164.308(b)(1)",
	"source": "45 CFR 164.308(b)(1) (business associate contracts); AWS HIPAA Eligible Services Reference",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Replace the part by one under the business associate addendum.",
}

applies contains "hipaa.eligible-services" if called_for

offenders["hipaa.eligible-services"] := parts.without({"phi-eligible"})

evidence["hipaa.eligible-services"] := parts.looked_at

# ---- encryption

rules["hipaa.encryption"] := {
	"title": "Health data is encrypted at rest with own keys, and in transit",
	"framework": "hipaa",
	"control": "HIPAA 164.312(a)(2)(iv)",
	"source": "45 CFR 164.312(a)(2)(iv) (encryption and decryption) and 164.312(e)(2)(ii) (encryption in transmission)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose patterns with customer managed keys.",
}

applies contains "hipaa.encryption" if called_for

offenders["hipaa.encryption"] := parts.without({"encryption-at-rest", "encryption-in-transit", "customer-managed-keys"})

evidence["hipaa.encryption"] := parts.looked_at

# ---- audit controls

rules["hipaa.audit-controls"] := {
	"title": "Access to health data is recorded",
	"framework": "hipaa",
	"control": "HIPAA 164.312(b)",
	"source": "45 CFR 164.312(b) (audit controls)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Include CloudTrail data events for every part that holds health data.",
}

applies contains "hipaa.audit-controls" if called_for

offenders["hipaa.audit-controls"] := parts.without({"audit-log"})

evidence["hipaa.audit-controls"] := sprintf("Governance: %s.", [parts.named({"govern"})])

# ---- private network

rules["hipaa.private-network"] := {
	"title": "Health data does not cross the public internet",
	"framework": "hipaa",
	"control": "HIPAA 164.312(e)(1)",
	"source": "45 CFR 164.312(e)(1) (transmission security)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose patterns that can be reached through a private network.",
}

applies contains "hipaa.private-network" if called_for

offenders["hipaa.private-network"] := parts.without({"private-network"})

evidence["hipaa.private-network"] := parts.looked_at

# ---- authentication

rules["hipaa.authentication"] := {
	"title": "Whoever asks for a prediction about a patient is authenticated",
	"framework": "hipaa",
	"control": "HIPAA 164.312(d)",
	"source": "45 CFR 164.312(d) (person or entity authentication)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Put IAM or a token authorizer before the service.",
}

applies contains "hipaa.authentication" if called_for

offenders["hipaa.authentication"] := parts.without_in({"serve"}, {"authenticated"})

evidence["hipaa.authentication"] := sprintf("Serving: %s.", [parts.named({"serve"})])

# ---- contingency

rules["hipaa.contingency"] := {
	"title": "Health data survives the loss of a zone",
	"framework": "hipaa",
	"control": "HIPAA 164.308(a)(7)",
	"source": "45 CFR 164.308(a)(7) (contingency plan)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Use a store that spans zones, with backups in a second region if the plan asks for it.",
}

applies contains "hipaa.contingency" if called_for

offenders["hipaa.contingency"] := parts.without_in({"store"}, {"multi-az"})

evidence["hipaa.contingency"] := sprintf("Stores: %s.", [parts.named({"store"})])

# ---- location

rules["hipaa.united-states"] := {
	"title": "Health data under HIPAA stays in the United States",
	"framework": "hipaa",
	"control": "HIPAA 164.308(a)(1)(ii)(A)",
	"source": "45 CFR 164.308(a)(1)(ii)(A) (risk analysis); HHS guidance on cloud computing, data outside the United States",
	"as_of": "2026-11-21",
	"severity": "minor",
	"mendable": false,
	"remedy": "Name a US region, or include the location in the risk analysis.",
}

# Only where the framework is named: health data elsewhere has its own law.
applies contains "hipaa.united-states" if "hipaa" in input.constraints.frameworks

holds contains "hipaa.united-states" if input.plan.jurisdiction == "US"

evidence["hipaa.united-states"] := sprintf("The design is in %s (%s).", [input.plan.region, words.said(input.plan.jurisdiction)])
