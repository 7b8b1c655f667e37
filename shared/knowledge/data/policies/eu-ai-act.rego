# Artificial Intelligence Act, Regulation (EU) 2024/1689.
package packs.eu_ai_act

import data.library.parts

rules["eu-ai-act.logging"] := {
	"title": "A high-risk system records its operation and can be traced",
	"framework": "eu_ai_act",
	"control": "EU AI Act Art. 12",
	"source": "Regulation (EU) 2024/1689 Art. 12 (record-keeping) and Art. 11 (technical documentation)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Use a registry with lineage and a monitor of the model.",
}

applies contains "eu-ai-act.logging" if "eu_ai_act" in input.constraints.frameworks

holds contains "eu-ai-act.logging" if {
	parts.any_with("govern", "lineage")
	parts.any_with("observe", "model-monitoring")
}

evidence["eu-ai-act.logging"] := sprintf("Governance %s, monitoring %s.", [parts.named({"govern"}), parts.named({"observe"})])
