# The budget.
package packs.budget

import data.library.words

rules["budget.expected"] := {
	"title": "The expected cost is within the budget",
	"control": "Requirement: budget",
	"source": "Requirement: budget",
	"severity": "blocking",
	"mendable": true,
	"remedy": "A cheaper candidate, a savings option, or a higher budget.",
}

applies contains "budget.expected" if input.constraints.budget != null

holds contains "budget.expected" if input.cost.expected <= input.constraints.budget

evidence["budget.expected"] := sprintf("$%s a month are expected (range $%s to $%s); the budget is $%s.", [
	words.said(input.cost.expected),
	words.said(input.cost.low),
	words.said(input.cost.high),
	words.said(input.constraints.budget),
])

rules["budget.high-end"] := {
	"title": "The high end of the estimate is within the budget",
	"control": "Requirement: budget",
	"source": "Requirement: budget",
	"severity": "minor",
	"mendable": false,
	"remedy": "Set a budget alarm at 80 %, and measure the usage that was assumed.",
}

applies contains "budget.high-end" if input.constraints.budget != null

holds contains "budget.high-end" if input.cost.high <= input.constraints.budget

evidence["budget.high-end"] := sprintf("The high end is $%s a month; the budget is $%s.", [
	words.said(input.cost.high),
	words.said(input.constraints.budget),
])
