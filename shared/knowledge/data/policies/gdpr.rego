# General Data Protection Regulation, Regulation (EU) 2016/679.
package packs.gdpr

import data.library.parts
import data.library.words

called_for if "gdpr" in input.constraints.frameworks

# ---- residency

rules["gdpr.residency"] := {
	"title": "Personal data under the GDPR stays in the European Union",
	"framework": "gdpr",
	"control": "GDPR Art. 44",
	"source": "Regulation (EU) 2016/679, Art. 44-46 (transfers to third countries)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": false,
	"remedy": "Name an EU region such as eu-central-1 or eu-west-1, or record a transfer mechanism (Art. 46) and waive this rule.",
}

applies contains "gdpr.residency" if called_for

holds contains "gdpr.residency" if input.plan.jurisdiction in {"EU", "EEA", "DE", "FR", "IE", "SE", "IT", "ES"}

evidence["gdpr.residency"] := sprintf("The design is in %s (%s).", [input.plan.region, words.said(input.plan.jurisdiction)])

# ---- security of processing

rules["gdpr.security-of-processing"] := {
	"title": "Personal data is encrypted at rest and in transit",
	"framework": "gdpr",
	"control": "GDPR Art. 32(1)(a)",
	"source": "Regulation (EU) 2016/679, Art. 32(1)(a) (security of processing)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose patterns that encrypt at rest and in transit.",
}

applies contains "gdpr.security-of-processing" if called_for

offenders["gdpr.security-of-processing"] := parts.without({"encryption-at-rest", "encryption-in-transit"})

evidence["gdpr.security-of-processing"] := parts.looked_at

# ---- erasure

rules["gdpr.erasure"] := {
	"title": "Where personal data is stored, one person's records can be erased",
	"framework": "gdpr",
	"control": "GDPR Art. 17",
	"source": "Regulation (EU) 2016/679, Art. 17 (right to erasure)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Use a store with row deletes, such as Iceberg tables, DynamoDB or Aurora, and delete from online features too.",
}

applies contains "gdpr.erasure" if called_for

offenders["gdpr.erasure"] := parts.without_in({"store"}, {"erasure"})

evidence["gdpr.erasure"] := sprintf("Stores: %s.", [parts.named({"store"})])

# ---- storage limitation

rules["gdpr.storage-limitation"] := {
	"title": "Personal data can be given an end of life",
	"framework": "gdpr",
	"control": "GDPR Art. 5(1)(e)",
	"source": "Regulation (EU) 2016/679, Art. 5(1)(e) (storage limitation)",
	"as_of": "2026-11-21",
	"severity": "minor",
	"mendable": true,
	"remedy": "Set lifecycle rules or time-to-live on each store.",
}

applies contains "gdpr.storage-limitation" if called_for

offenders["gdpr.storage-limitation"] := parts.without_in({"ingest", "store"}, {"retention"})

evidence["gdpr.storage-limitation"] := sprintf("Parts that keep data: %s.", [parts.named({"ingest", "store"})])

# ---- records of processing

rules["gdpr.records-of-processing"] := {
	"title": "Who accessed personal data is recorded",
	"framework": "gdpr",
	"control": "GDPR Art. 30",
	"source": "Regulation (EU) 2016/679, Art. 30 and Art. 5(2) (accountability)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Include a governance pattern with CloudTrail data events.",
}

applies contains "gdpr.records-of-processing" if called_for

holds contains "gdpr.records-of-processing" if parts.any_with("govern", "audit-log")

evidence["gdpr.records-of-processing"] := sprintf("Governance: %s.", [parts.named({"govern"})])

# ---- automated decisions

rules["gdpr.automated-decisions"] := {
	"title": "A decision about a person can be explained and looked at by a person",
	"framework": "gdpr",
	"control": "GDPR Art. 22",
	"source": "Regulation (EU) 2016/679, Art. 22 (automated individual decisions)",
	"as_of": "2026-11-21",
	"severity": "minor",
	"mendable": false,
	"remedy": "Keep lineage of each model, store the score's inputs, and give people a way to contest.",
}

applies contains "gdpr.automated-decisions" if {
	called_for
	input.constraints.use_case in {"tabular_scoring", "fraud_detection"}
}

holds contains "gdpr.automated-decisions" if {
	parts.any_with("observe", "model-monitoring")
	parts.any_with("govern", "lineage")
}

evidence["gdpr.automated-decisions"] := sprintf(
	"An explanation rests on model monitoring (%s) and lineage (%s).",
	[parts.named({"observe"}), parts.named({"govern"})],
)
