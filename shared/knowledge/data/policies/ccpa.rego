# California Consumer Privacy Act, as amended by the CPRA.
package packs.ccpa

import data.library.parts

rules["ccpa.deletion"] := {
	"title": "A consumer's records can be deleted on request",
	"framework": "ccpa",
	"control": "CCPA 1798.105",
	"source": "California Civil Code 1798.105 (right to delete)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Use a store with row deletes.",
}

applies contains "ccpa.deletion" if "ccpa" in input.constraints.frameworks

offenders["ccpa.deletion"] := parts.without_in({"store"}, {"erasure"})

evidence["ccpa.deletion"] := sprintf("Stores: %s.", [parts.named({"store"})])
