# Payment Card Industry Data Security Standard, version 4.0.1.
package packs.pci_dss

import data.library.parts

called_for if "pci_dss" in input.constraints.frameworks

called_for if input.constraints.data_class == "pci"

# ---- services in scope

rules["pci.services-in-scope"] := {
	"title": "Card data touches only services of the provider's PCI DSS attestation",
	"framework": "pci_dss",
	"control": "PCI DSS 4.0.1 12.8",
	"source": "PCI DSS 4.0.1 requirement 12.8 (third-party service providers); AWS Services in Scope by Compliance Program",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Replace the part by one in scope of the attestation, or keep card numbers out of it by tokenisation.",
}

applies contains "pci.services-in-scope" if called_for

offenders["pci.services-in-scope"] := parts.without({"pci-eligible"})

evidence["pci.services-in-scope"] := parts.looked_at

# ---- stored data

rules["pci.stored-data-unreadable"] := {
	"title": "What keeps card data encrypts it, under keys that are managed",
	"framework": "pci_dss",
	"control": "PCI DSS 4.0.1 3.5.1",
	"source": "PCI DSS 4.0.1 requirements 3.5.1 (unreadable wherever stored) and 3.6.1 (keys are protected)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose parts with customer managed keys; tokenise card numbers before they arrive.",
}

applies contains "pci.stored-data-unreadable" if called_for

offenders["pci.stored-data-unreadable"] := parts.without_in(
	{"ingest", "store", "feature"},
	{"customer-managed-keys", "encryption-at-rest"},
)

evidence["pci.stored-data-unreadable"] := sprintf("Parts that keep data: %s. Encryption hides no card number from those who may read: that takes a token in its place.", [parts.named({"ingest", "store", "feature"})])

# ---- network

rules["pci.network-segmentation"] := {
	"title": "The card data environment is separated from other networks",
	"framework": "pci_dss",
	"control": "PCI DSS 4.0.1 1.3",
	"source": "PCI DSS 4.0.1 requirement 1.3 (network access to and from the cardholder data environment is restricted)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose patterns that can be kept inside a private network.",
}

applies contains "pci.network-segmentation" if called_for

offenders["pci.network-segmentation"] := parts.without({"private-network"})

evidence["pci.network-segmentation"] := parts.looked_at

# ---- logging

rules["pci.logging"] := {
	"title": "All access to card data is logged and monitored",
	"framework": "pci_dss",
	"control": "PCI DSS 4.0.1 10.2",
	"source": "PCI DSS 4.0.1 requirements 10.2 (audit logs) and 10.5.1 (twelve months)",
	"as_of": "2026-11-21",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose parts with audit logs, and keep logs for twelve months.",
}

applies contains "pci.logging" if called_for

offenders["pci.logging"] := parts.without({"audit-log"})

evidence["pci.logging"] := parts.looked_at

# ---- authentication

rules["pci.authenticated-service"] := {
	"title": "The prediction service authenticates its callers",
	"framework": "pci_dss",
	"control": "PCI DSS 4.0.1 8.3",
	"source": "PCI DSS 4.0.1 requirements 7.2 (access is assigned) and 8.3 (strong authentication)",
	"as_of": "2026-11-21",
	"severity": "major",
	"mendable": true,
	"remedy": "Put IAM or a token authorizer before the service.",
}

applies contains "pci.authenticated-service" if called_for

offenders["pci.authenticated-service"] := parts.without_in({"serve"}, {"authenticated"})

evidence["pci.authenticated-service"] := sprintf("Serving: %s.", [parts.named({"serve"})])
