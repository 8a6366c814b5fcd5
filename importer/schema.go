package importer

import (
	"encoding/json"
	"maps"
	"slices"

	"sehat/survey"
)

// schemaID names the schema of mappings.
const schemaID = "https://json-schema.org/draft/2020-12/schema"

// MappingSchema is the JSON Schema (2020-12) of mappings, by which an editor completes and checks one while it is written: name the file
// in "$schema", or in YAML in a first line "# yaml-language-server: $schema=FILE".
func MappingSchema() ([]byte, error) {
	type object = map[string]any
	text := func(about string) object { return object{"type": "string", "description": about} }
	flag := func(about string) object { return object{"type": "boolean", "description": about} }
	texts := func(about string) object {
		return object{"type": "object", "description": about, "additionalProperties": object{"type": []string{"string", "number"}}}
	}
	columns := func(about string) object {
		return object{"type": "array", "description": about, "minItems": 1, "items": object{"type": "string"}}
	}
	fields := func(levels ...survey.Level) object {
		all := object{}
		for _, l := range levels {
			for _, f := range fieldsOf[l] {
				all[f.Name] = object{"$ref": "#/$defs/field", "description": f.Label + " / " + f.LabelHi + ". " + f.Help}
			}
		}
		return all
	}
	table := func(about string, fields object) object {
		return object{
			"type": "object", "description": about, "additionalProperties": false, "required": []string{"fields"},
			"properties": object{
				"sheet": text("The sheet's name, or how it begins. Empty: the first, or the only other one."),
				"link": object{
					"type": "object", "description": "How a member finds its household.", "additionalProperties": false, "required": []string{"column", "household"},
					"properties": object{"column": text("The column in the member's row."), "household": text("The column in the household's row.")},
				},
				"source_rev":   text("The column of the source's own edit count or time, or of a version's id."),
				"position_key": flag("member_id is only a position: another person may stand there in the next export."),
				"melt":         flag("Members stand side by side in their household's row: # in a column's name is the member's number."),
				"rejected_where": object{
					"type": "object", "description": "Rows that the source does not count: column, value (* for any) and why.",
					"additionalProperties": object{"type": "object", "additionalProperties": object{"enum": slices.Sorted(maps.Keys(refusals))}},
				},
				"drop_unknown": flag("Leave out the columns that answer no question; else they are kept beside the answers."),
				"fields":       object{"type": "object", "additionalProperties": false, "properties": fields},
			},
		}
	}
	members := fields(survey.Member)
	members[survey.LinkField] = fields(survey.Household)[survey.LinkField]
	schema := object{
		"$schema": schemaID, "title": "A mapping of sehat", "type": "object", "additionalProperties": false,
		"description": "Where the answers of a survey stand in a table that is not sehat's own form.",
		"required":    []string{"sehat_mapping", "name"},
		"properties": object{
			"$schema":       text("This schema."),
			"sehat_mapping": object{"const": 1, "description": "The version of the format."},
			"name":          text("Goes into every id: never change it between imports of one survey."),
			"survey_code":   text("The survey round, where the file does not say it."),
			"households":    table("The sheet of households.", fields(survey.Household)),
			"members":       table("The sheet of members.", members),
			"rows":          table("A sheet whose rows hold a household and a member.", fields(survey.Household, survey.Member)),
		},
		"$defs": object{"field": object{"oneOf": []object{
			{"type": "string", "description": "A column, by its header."},
			{
				"type": "object", "additionalProperties": false,
				"properties": object{
					"column":     text("The column, by its header or the last part of its path through groups."),
					"columns":    columns("Several columns, joined."),
					"join":       text("What stands between joined columns; a space if empty."),
					"first":      columns("Several columns, of which the first that is answered counts."),
					"constant":   text("The same answer for every row."),
					"count":      flag("The row's place among the members of its household."),
					"choices":    texts("Columns of single answers, and what each means where it is ticked."),
					"part":       object{"type": "integer", "minimum": 1, "description": "Which word of the cell."},
					"codes":      texts("The source's codes to ours."),
					"otherwise":  text("What every other code means; left out: itself."),
					"date":       object{"enum": slices.DeleteFunc(slices.Sorted(maps.Keys(dateForms)), func(s string) bool { return s == "" }), "description": "How the source writes dates."},
					"confidence": object{"type": "number", "minimum": 0, "maximum": 1, "description": "How sure --suggest-mapping was; it has no effect."},
				},
			},
		}}},
	}
	b, err := json.MarshalIndent(schema, "", "  ")
	return append(b, '\n'), err
}
