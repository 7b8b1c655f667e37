# Questions about the plan's parts that most rules ask. Every pack may `import data.library.parts`.
package library.parts

# without(traits): ids of the parts that lack one of these traits.
without(traits) := {part.id |
	some part in input.plan.parts
	some wanted in traits
	not wanted in part.traits
}

# without_in(capabilities, traits): the same, of the parts with one of these capabilities.
without_in(capabilities, traits) := {part.id |
	some part in input.plan.parts
	part.capability in capabilities
	some wanted in traits
	not wanted in part.traits
}

# any_with(capability, trait): true when a part with this capability has this trait.
any_with(capability, wanted) if {
	some part in input.plan.parts
	part.capability == capability
	wanted in part.traits
}

# any_trait(trait): true when any part has this trait.
any_trait(wanted) if {
	some part in input.plan.parts
	wanted in part.traits
}

# named(capabilities): names of the parts with one of these capabilities, in the plan's order, or "none".
named(capabilities) := "none" if count(names(capabilities)) == 0

named(capabilities) := concat(", ", names(capabilities)) if count(names(capabilities)) > 0

names(capabilities) := [part.name | some part in input.plan.parts; part.capability in capabilities]

# looked_at: how many parts there are, as a sentence.
looked_at := sprintf("%d parts were looked at.", [count(input.plan.parts)])
