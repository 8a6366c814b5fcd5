package importer

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sehat/survey"
)

// tags are the names that a struct has in JSON.
func tags(v any) []string {
	var out []string
	for f := range reflect.TypeOf(v).Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func TestTheSchemaSaysWhatAMappingMaySay(t *testing.T) {
	b, err := MappingSchema()
	if err != nil {
		t.Fatal(err)
	}
	type schema struct {
		Properties map[string]schema
		OneOf      []schema
		Defs       map[string]schema `json:"$defs"`
		Enum       []string
	}
	var s schema
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	names := func(s schema) []string { return slices.Sorted(maps.Keys(s.Properties)) }
	table := s.Properties["households"]
	field := s.Defs["field"].OneOf[1]
	for name, c := range map[string]struct{ got, want []string }{
		"mapping":   {names(s), tags(Mapping{})},
		"table":     {names(table), tags(TableMapping{})},
		"link":      {names(table.Properties["link"]), tags(Link{})},
		"field":     {names(field), tags(FieldMapping{})},
		"household": {names(table.Properties["fields"]), fieldNames(survey.Household)},
		"member":    {names(s.Properties["members"].Properties["fields"]), append(fieldNames(survey.Member), survey.LinkField)},
		"row":       {names(s.Properties["rows"].Properties["fields"]), append(fieldNames(survey.Household), fieldNames(survey.Member)...)},
	} {
		slices.Sort(c.want)
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: the schema has %v, the struct %v", name, c.got, c.want)
		}
	}
	for _, form := range field.Properties["date"].Enum {
		if _, ok := dateForms[form]; !ok {
			t.Errorf("there is no date form %s", form)
		}
	}
}

func fieldNames(l survey.Level) []string {
	var out []string
	for _, f := range fieldsOf[l] {
		out = append(out, f.Name)
	}
	return out
}

func TestYAML(t *testing.T) {
	const text = `
# a mapping as a person writes it
sehat_mapping: 1
name: ward-list
rows:
  rejected_where: {state: {gone: deleted}}
  fields:
    household_id: Form no
    ward_code: {constant: 012}
    consent: {constant: yes}
    line_no: {count: true}
    sex: {column: sex, codes: {1: M, 2: F, no: O}}
    address_line: {columns: [street, "landmark: near"], join: ", "}
    latitude: {column: gps, part: 1}
`
	m, err := ParseMapping([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	f := m.Rows.Fields
	if *f["ward_code"].Constant != "012" || *f["consent"].Constant != "yes" || !f["line_no"].Count || f["sex"].Codes["1"] != "M" || f["sex"].Codes["no"] != "O" ||
		f["address_line"].Columns[1] != "landmark: near" || f["latitude"].Part != 1 || m.Rows.RejectedWhere["state"]["gone"] != "deleted" {
		t.Errorf("%+v", m.Rows)
	}
	for name, c := range map[string]struct{ text, want string }{
		"an alias":              {"sehat_mapping: 1\nname: &a x\nsurvey_code: *a", "aliases"},
		"a name that is twice":  {"sehat_mapping: 1\nname: x\nname: y", "twice"},
		"a list":                {"- a", "neither"},
		"a tab":                 {"sehat_mapping: 1\n\tname: x", "neither"},
		"an unknown word":       {"sehat_mapping: 1\nname: x\nrow: {}", "row"},
		"a reason that is none": {"sehat_mapping: 1\nname: x\nrows: {rejected_where: {a: {b: c}}, fields: {sex: a}}", "rejected, deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseMapping([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
