package templates

import "embed"

// Areas holds the reference tables of wards and districts, areas/*.csv, each with its sources in its first lines. One row is one
// area as it was from valid_from to valid_to, both days included; survey.ReadAreas reads them.
//
//go:embed areas/*.csv
var Areas embed.FS
