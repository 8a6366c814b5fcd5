package store_test

import (
	"errors"
	"testing"

	"sehat/records"
	"sehat/records/store/storetest"
)

func TestOperatorsStayInHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		add := func(name string) error {
			_, err := s.AddOperator(t.Context(), records.Operator{Name: name, PINHash: "hash", AddedBy: "x", AddedAt: records.Stamp(noon), PINBy: "x", PINAt: records.Stamp(noon)})
			return err
		}
		if err := add("Asha Verma"); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Asha Verma", "asha  verma", "ＡＳＨＡ VERMA"} {
			if o, err := s.AddOperator(t.Context(), records.Operator{Name: name}); !errors.Is(err, records.ErrExists) || o.Name != "Asha Verma" {
				t.Errorf("%s: %+v, %v", name, o, err)
			}
		}
		if _, err := s.RetireOperator(t.Context(), "asha verma", "x", "2026"); !errors.Is(err, records.ErrConflict) {
			t.Errorf("the last one retires: %v", err)
		}
		if err := add("Ravi"); err != nil {
			t.Fatal(err)
		}
		if o, err := s.RetireOperator(t.Context(), "asha verma", "Ravi", "2026"); err != nil || o.RetiredBy != "Ravi" || o.PINHash != "" {
			t.Errorf("%+v, %v", o, err)
		}
		if o, err := s.RetireOperator(t.Context(), "Asha Verma", "other", "2027"); err != nil || o.RetiredBy != "Ravi" {
			t.Errorf("retired again: %+v, %v", o, err)
		}
		if err := add("asha verma"); !errors.Is(err, records.ErrExists) {
			t.Errorf("the name of one who retired: %v", err)
		}
		if _, err := s.RetireOperator(t.Context(), "nobody", "x", "2026"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("nobody retires: %v", err)
		}
		refused := errors.New("refused")
		if err := s.ChangeOperator(t.Context(), "RAVI", func(o *records.Operator) error { o.Wrong = 9; return refused }); !errors.Is(err, refused) {
			t.Errorf("%v", err)
		}
		if err := s.ChangeOperator(t.Context(), "RAVI", func(o *records.Operator) error { o.Wrong++; return nil }); err != nil {
			t.Fatal(err)
		}
		all, err := s.Operators(t.Context())
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		for _, o := range all {
			if o.Name == "Ravi" && (o.Wrong != 1 || o.PINHash != "hash" || o.RetiredAt != "") || o.Name != "Ravi" && o.RetiredAt != "2026" {
				t.Errorf("%+v", o)
			}
		}
	})
}
