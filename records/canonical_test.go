package records

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
)

// encoded is what encoding/json makes of a row: the definition of canonical.
func encoded(t *testing.T, content any) (string, error) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(content)
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}

// Every field of every row is set by reflection, so that one that is new in a struct and forgotten in canonical.go is found.
func TestCanonicalEqualsEncodingJSON(t *testing.T) {
	texts := []string{
		"", "Asha", "आशा देवी", `a "quoted" \ word`, "tab\there", "<b>&amp;</b>", "line\u2028end\u2029", "\x7f", "\x00", "bad \xff utf-8", "\xe2\x80",
		"\u20ac \u2027 \u202a", "é\"", "é\n", "e2 80 \xe2\x82\xa8",
	}
	raws := []string{"", "null", "{}", `{"a": 1, "b" : "x y"}`, `{"c":"é\u2028<"}`, `{"broken"`}
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		for _, row := range []any{new(Household), new(Resident), new(Visit)} {
			v := reflect.ValueOf(row).Elem()
			for i := range v.NumField() {
				switch f := v.Field(i); f.Interface().(type) {
				case string:
					f.SetString(texts[r.IntN(len(texts))])
				case int:
					f.SetInt(int64(r.IntN(3) - 1))
				case *int:
					if n := r.IntN(3); n > 0 {
						f.Set(reflect.ValueOf(&n))
					}
				case json.RawMessage:
					f.SetBytes([]byte(raws[r.IntN(len(raws)-r.IntN(2))]))
				case Meta:
				default:
					t.Fatalf("%T has a field of another kind: %s", row, v.Type().Field(i).Name)
				}
			}
			want, wrong := encoded(t, row)
			for _, content := range []any{row, v.Interface()} {
				got, err := Canonical(content)
				if (err == nil) != (wrong == nil) || wrong == nil && string(got) != want {
					t.Fatalf("%T: %s, %v; encoding/json: %s, %v", content, got, err, want, wrong)
				}
			}
		}
	}
}
