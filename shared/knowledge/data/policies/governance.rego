# What every system needs: secrets, a registry of models, a watch on drift.
package packs.governance

import data.library.parts

rules["secrets.managed"] := {
	"title": "No secret stands in code: workloads have roles, and what needs a password has a secrets store",
	"control": "AWS Well-Architected SEC02-BP03",
	"source": "AWS Well-Architected Framework, SEC02-BP03",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Include a governance pattern with a secrets store.",
}

applies contains "secrets.managed"

holds contains "secrets.managed" if parts.any_trait("secrets")

evidence["secrets.managed"] := sprintf("Governance: %s.", [parts.named({"govern"})])

rules["model.registry"] := {
	"title": "Every model version is registered before it serves",
	"control": "AWS Well-Architected MLOE-09",
	"source": "AWS Well-Architected Machine Learning Lens, MLOE-09",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Include a model registry.",
}

applies contains "model.registry"

holds contains "model.registry" if parts.any_trait("registry")

evidence["model.registry"] := sprintf("Governance: %s.", [parts.named({"govern"})])

rules["model.drift"] := {
	"title": "Drift of data or model is watched",
	"control": "AWS Well-Architected MLOE-15",
	"source": "AWS Well-Architected Machine Learning Lens, MLOE-15",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Include a drift monitor.",
}

applies contains "model.drift"

holds contains "model.drift" if parts.any_trait("drift-detection")

evidence["model.drift"] := sprintf("Monitoring: %s.", [parts.named({"observe"})])
