package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMappingsThatAreWrong(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":                               {`{"sehat_mapping": 1,`, "not as it should be"},
		"two documents":                         {`{"sehat_mapping":1,"name":"x","rows":{"fields":{}}} {}`, "something follows"},
		"no version":                            {`{"name":"x","rows":{"fields":{}}}`, `"sehat_mapping": 1`},
		"no name":                               {`{"sehat_mapping":1,"rows":{"fields":{}}}`, "name"},
		"our own form's name":                   {`{"sehat_mapping":1,"name":"sehat","rows":{"fields":{}}}`, "name"},
		"no table":                              {`{"sehat_mapping":1,"name":"x"}`, "no table"},
		"rows and members":                      {`{"sehat_mapping":1,"name":"x","rows":{"fields":{}},"members":{"fields":{}}}`, "does not go with"},
		"a word that means nothing":             {`{"sehat_mapping":1,"name":"x","rows":{"fields":{},"sheets":"a"}}`, `unknown field "sheets"`},
		"a field that there is not":             {`{"sehat_mapping":1,"name":"x","rows":{"fields":{"gender":"a"}}}`, `there is no field "gender"; did you mean "sex"?`},
		"a member's answer among households":    {`{"sehat_mapping":1,"name":"x","households":{"fields":{"sex":"a"}}}`, "under members"},
		"a household's answer among members":    {`{"sehat_mapping":1,"name":"x","members":{"fields":{"ward_code":"a"}}}`, "under households"},
		"a date form that there is not":         {`{"sehat_mapping":1,"name":"x","rows":{"fields":{"visit_date":{"column":"a","date":"ymd"}}}}`, "date form"},
		"a field told in two ways":              {`{"sehat_mapping":1,"name":"x","rows":{"fields":{"sex":{"column":"a","constant":"M"}}}}`, "say one of"},
		"a field told in no way":                {`{"sehat_mapping":1,"name":"x","rows":{"fields":{"sex":{"codes":{"1":"M"}}}}}`, "say one of"},
		"a link with one end":                   {`{"sehat_mapping":1,"name":"x","members":{"link":{"column":"a"},"fields":{}}}`, "link needs"},
		"a word inside a field that is not one": {`{"sehat_mapping":1,"name":"x","rows":{"fields":{"sex":{"colum":"a"}}}}`, "colum"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseMapping([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestMappingRoundTrip(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "kobo-household-loop.mapping.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseMapping(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	n, err := ParseMapping(again)
	if err != nil {
		t.Fatal(err)
	}
	if m.hash() != n.hash() || m.hash() == "" {
		t.Errorf("the mapping changed on its way:\n%s", again)
	}
	n.Members.Fields["line_no"] = FieldMapping{Count: true}
	if m.hash() == n.hash() {
		t.Error("two mappings have one hash")
	}
}

func FuzzMapping(f *testing.F) {
	if text, err := os.ReadFile(filepath.Join("testdata", "kobo-household-loop.mapping.json")); err == nil {
		f.Add(text)
	}
	f.Add([]byte(`{"sehat_mapping":1,"name":"x","rows":{"fields":{"sex":{"column":"a","codes":{"1":"M"},"otherwise":""},"line_no":{"count":true}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseMapping(text)
		if err != nil {
			return
		}
		again, err := m.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		n, err := ParseMapping(again)
		if err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
		if m.hash() != n.hash() {
			t.Fatalf("the mapping changed on its way:\n%s\n%s", text, again)
		}
	})
}

func TestValue(t *testing.T) {
	other := "no"
	for name, c := range map[string]struct {
		source source
		system dateSystem
		cells  []string
		want   string
	}{
		"a column":                                       {plain(1), noSerials, []string{"a", "b"}, "b"},
		"a column beyond the end of the row":             {plain(7), noSerials, []string{"a", "b"}, ""},
		"a constant":                                     {source{constant: "012"}, noSerials, nil, "012"},
		"joined columns leave empty ones out":            {source{cols: []int{0, 1, 2}, join: ", "}, noSerials, []string{"a ", "", "c"}, "a, c"},
		"the first that is answered":                     {source{cols: []int{0, 1, 2}, first: true}, noSerials, []string{" ", "b", "c"}, "b"},
		"a code, whatever its case":                      {source{cols: []int{0}, codes: map[string]string{"female": "F"}}, noSerials, []string{" Female "}, "F"},
		"a code that is not in the list stays":           {source{cols: []int{0}, codes: map[string]string{"female": "F"}}, noSerials, []string{"x"}, "x"},
		"a code that is not in the list has a rest":      {source{cols: []int{0}, codes: map[string]string{"1": "yes"}, otherwise: &other}, noSerials, []string{"2"}, "no"},
		"nothing stays nothing, whatever the rest":       {source{cols: []int{0}, codes: map[string]string{"1": "yes"}, otherwise: &other}, noSerials, []string{""}, ""},
		"several codes parted by spaces":                 {source{cols: []int{0}, codes: map[string]string{"bp": "hypertension", "dm": "diabetes"}}, noSerials, []string{"bp dm"}, "hypertension, diabetes"},
		"several codes that all mean nothing":            {source{cols: []int{0}, codes: map[string]string{"a": "", "b": ""}}, noSerials, []string{"a b"}, ""},
		"an apostrophe before what looks like a formula": {plain(0), noSerials, []string{"'+919876501234"}, "+919876501234"},
		"an apostrophe in a name stays":                  {plain(0), noSerials, []string{"'D Souza"}, "'D Souza"},
		"a date of a spreadsheet":                        {source{cols: []int{0}, form: formAuto}, serials1900, []string{"45069.6364762963"}, "2023-05-23"},
		"a date of an old Mac's spreadsheet":             {source{cols: []int{0}, form: formAuto}, serials1904, []string{"43607"}, "2023-05-23"},
		"a number in a text file is no date":             {source{cols: []int{0}, form: formAuto}, noSerials, []string{"45069"}, "45069"},
		"a number in a text file that is meant as one":   {source{cols: []int{0}, form: formSerial}, noSerials, []string{"45069"}, "2023-05-23"},
		"a year is no serial date":                       {source{cols: []int{0}, form: formAuto}, serials1900, []string{"1985"}, "1985"},
		"a date as text":                                 {source{cols: []int{0}, form: formAuto}, serials1900, []string{"23-05-2023"}, "23-05-2023"},
		"a date with the month first":                    {source{cols: []int{0}, form: formMDY}, noSerials, []string{"5/23/2023"}, "23-5-2023"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.source.value(c.cells, c.system); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestColumnName(t *testing.T) {
	for col, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		if got := columnName(col); got != want {
			t.Errorf("column %d is %s, want %s", col, got, want)
		}
	}
}

func TestSortable(t *testing.T) {
	for _, pair := range [][2]string{{"9", "10"}, {"45069.45", "45069.5"}, {"45069", "45069.1"}, {"2026-01-02T10:00:00", "2026-01-02T10:00:01"}} {
		if sortable(pair[0]) >= sortable(pair[1]) {
			t.Errorf("%s does not sort before %s", pair[0], pair[1])
		}
	}
}
