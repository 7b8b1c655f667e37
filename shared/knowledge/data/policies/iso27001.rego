# ISO/IEC 27001:2022, Annex A.
package packs.iso27001

import data.library.parts

rules["iso27001.cryptography"] := {
	"title": "Keys are the organisation's own",
	"framework": "iso27001",
	"control": "ISO/IEC 27001:2022 A.8.24",
	"source": "ISO/IEC 27001:2022 Annex A 8.24 (use of cryptography)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Choose patterns with customer managed keys.",
}

applies contains "iso27001.cryptography" if "iso27001" in input.constraints.frameworks

offenders["iso27001.cryptography"] := parts.without({"customer-managed-keys"})

evidence["iso27001.cryptography"] := parts.looked_at
