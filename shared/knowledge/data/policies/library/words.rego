# Facts in words, for the evidence of a rule. Every pack may `import data.library.words`.
package library.words

# said(fact): the fact for people: "not stated" for null, lists joined, numbers without needless digits.
said(fact) := "not stated" if fact == null

said(fact) := fact if is_string(fact)

said(fact) := number(fact) if is_number(fact)

said(fact) := "yes" if fact == true

said(fact) := "no" if fact == false

said(fact) := list(fact) if is_array(fact)

said(fact) := list(fact) if is_set(fact)

# list(items): the items with commas between them, or "none".
list(items) := "none" if count(items) == 0

list(items) := concat(", ", [sprintf("%v", [item]) | some item in items]) if count(items) > 0

# number(x): at most two decimals below 100, none above, commas between thousands.
number(x) := sprintf("%v", [round(x * 100) / 100]) if x < 100

number(x) := sprintf("%d", [round(x)]) if {
	x >= 100
	x < 999.5
}

number(x) := sprintf("%d,%03d", [floor(round(x) / 1000), round(x) % 1000]) if {
	x >= 999.5
	x < 999999.5
}

number(x) := sprintf("%d,%03d,%03d", [
	floor(round(x) / 1000000),
	floor((round(x) % 1000000) / 1000),
	round(x) % 1000,
]) if {
	x >= 999999.5
	x < 999999999.5
}

number(x) := sprintf("%d million", [round(x / 1000000)]) if x >= 999999999.5
