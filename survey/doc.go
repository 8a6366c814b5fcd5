// Package survey is the questionnaire: one list of fields, and what makes an answer to them good.
//
// # The field list
//
// [Fields] holds every question in form order: name, type, codes, labels and help in English and Hindi. The forms, the CSV
// header, the validation and the importer's mapping are read from it, so that adding a question is one entry. What linkage,
// cards or search need has a column of its own in the store; every other answer travels in one canonical JSON text.
//
// # Checking
//
// A [Checker] turns the raw cells of one row into a typed row and findings. A finding names the field and the rule and says in
// both languages how to mend the cell; it never repeats what was written there. A row with an [Error] is held back, a [Warning]
// goes beside it.
//
// # Aadhaar
//
// An Aadhaar number is masked before anything else looks at a cell, and never becomes a part of an id: see [MaskAadhaar].
//
// # Coverage
//
// How far a round has come is added up from counts, never from households one by one: see [Coverer] for the tables, [Frame] for
// what is expected, [Coverage.Project] for the likely end, and [Compare] for whose work is worth a look, which is never a verdict.
//
// # Ids
//
// Households and residents are known by UUIDs derived from where they were listed, so that one submission imported on two
// laptops is one resident: see [HouseholdID].
package survey
