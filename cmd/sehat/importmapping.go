package main

import "github.com/spf13/cobra"

// newMappingTopic is a page of help, not a command.
func newMappingTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "mapping",
		Short: "How to import a table that is not our form",
		Long: `A table that is not our form needs a mapping from its columns to our questions. Let it be
proposed, look it through, use it:

  sehat import --suggest-mapping list.xlsx
  sehat import --profile list.mapping.json list.xlsx

It is JSON or YAML; "sehat template mapping" writes its schema, by which an editor completes
and checks it. A file with a sheet of households and a sheet of members:

  {"sehat_mapping": 1, "name": "kobo-household", "survey_code": "2026-1",
   "households": {"sheet": "Household survey", "source_rev": "_submission_time", "fields": {
     "household_id": "_id",                                  a column
     "ward_code":    {"constant": "012"},                    the same for every row
     "address_line": {"columns": ["street", "landmark"], "join": ", "},
     "consent":      {"first": ["consent_en", "consent_hi"], "codes": {"agree": "yes"}, "otherwise": "no"},
     "visit_date":   {"column": "today", "date": "mdy"}}},   auto (day first), mdy, compact, serial, unix
   "members": {"sheet": "loop", "link": {"column": "_parent_index", "household": "_index"}, "fields": {
     "line_no": {"count": true},                             the row's place in its household
     "full_name": "name"}}}

"rows" in place of the two is for a table whose rows hold a household and a member; "melt"
among the members for one whose rows hold a household and all its members side by side:

   "members": {"melt": true, "fields": {"full_name": "name_#", "age_years": "age_#",
     "conditions": {"choices": {"bp_#": "hypertension", "sugar_#": "diabetes"}}}}

"rejected_where": {"status": {"bad": "rejected"}} holds back what the source does not count.`,
	}
}
