// Package linkage finds which records are one person: people in, explained matches and clusters out. It reads no file and
// knows no database, so the same engine serves a store, a bare CSV and a benchmark, and its figures can be checked anywhere.
//
// Link reads records, decides, and returns a Result. Two runs over the same records in any order put the same records
// together. A person has the id of one of its records and keeps it from run to run (person.go). A reviewed pair
// (Options.Decided) overrules every weight and teaches the next model. A file from which no honest weights can be learned
// gives a Result whose Refused says why, and no merges.
//
// What a run learned can be kept, and further records linked with all that stand (standing.go, extend.go): under one frozen
// model a pair weighs the same in any batch, and the order of the batches does not change who is put together.
//
// # How a pair is weighed
//
// Every compared pair gets a level in each field (exact, sounds the same, a slip apart, differs, …; see compare.go). A level
// that is seen among pairs of one person with probability m, and among strangers with probability u, is worth log2(m/u)
// bits, and bits of different fields add up (Newcombe and others, Science 1959; Fellegi and Sunter, JASA 1969). A field that
// is missing on one side is worth nothing. Five things are added to this, each because household data break the plain
// model, which there learns "same family" for "same person".
//
// Three classes. A pair is one person, two people of one family, or strangers; the odds of one person are taken against
// both others. Personal fields of the family class are learned from people listed together, who are family for certain;
// strangers from pairs drawn at random; one person by expectation–maximisation over pattern counts (Dempster, Laird and
// Rubin 1977; Winkler 2000), anchored by a Dirichlet prior so that a small file keeps to what is known of such errors.
// See model.go.
//
// Dependence. Strangers with one given name are more often of one sex, age and community, and those on one street share
// its locality and have the same few house numbers. Such fields are looked up in a second table for strangers, learned from
// pairs that share the name, the street or the lane.
//
// Frequencies. Agreement on a rare value says more than on a common one: the stranger's probability is that of the value
// itself (Newcombe 1959; Winkler 1989). A phone is as common as the households that share it. See frequency.go.
//
// The household. Two listings that show the same people again are one household, and then a pair competes with its
// relatives and not with the city: see household.go for the sums. This is the largest gain there is on such data. Listings
// also tell which word of a name is the family's (turn.go), whatever its place.
//
// Communities. The names of two unrelated Sikh families agree with ease, and each of those names is rare in the city. Which names
// go together is learned from the listings as a mixture of classes (community.go), and agreement within a class proves less.
//
// # Which pairs are compared
//
// Blocking by several keys, one pass after the other, a pair belonging to the first that brings it together. Blocks that
// are too large are split by a further key as often as needed; what was left uncompared is counted (BlockReport). Households
// that meet over one pair bring the rest of their members together. The share of true pairs that were reached is estimated by
// capture and recapture: from what the passes by name and those by other things found of each other's pairs (Petersen 1896).
//
// # From pairs to persons
//
// Best edge first, like Kruskal's tree, under rules that no weight can break: two lines of one listing are two people; so are
// two records that a person kept apart. An edge that would join two groups whose other members disagree goes to review.
//
// # How good it was
//
// Options.Report asks for a Report: what each level is worth, the pairs by weight, examples, and precision and recall
// estimated from the pairs that people decided, with their intervals (estimate.go). What nobody has looked at is reported as
// the model's own belief and never as the truth.
//
// # Names
//
// Names of any script are first written in Latin letters (script.go), then split into words with roles (name.go), then
// compared by letters (similarity.go) and by sound (sound.go): on real spellings of Indian names Jaro–Winkler ≥ 0.92 alone
// sees half of the variants.
package linkage
