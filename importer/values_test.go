package importer

import "testing"

func TestDatesThatSourcesWrite(t *testing.T) {
	for name, c := range map[string]struct {
		form       dateForm
		text, want string
	}{
		"as people write it":                          {formAuto, "15-08-2026", "15-08-2026"},
		"a moment of a phone's own clock":             {formAuto, "2026-08-15T23:10:00.000+05:30", "2026-08-15T23:10:00.000+05:30"},
		"a moment told in Greenwich is tomorrow here": {formAuto, "2026-08-14T20:10:00.000Z", "2026-08-15"},
		"a packed day":                                {formCompact, "20260815", "2026-08-15"},
		"a packed day with its time":                  {formCompact, "20260815103000", "2026-08-15"},
		"a packed day, day first":                     {formCompact, "15081985", "1985-08-15"},
		"a packed day that lost its nought":           {formCompact, "5081985", "1985-08-05"},
		"a year where a packed day may stand":         {formCompact, "1985", "1985"},
		"what is no packed day":                       {formCompact, "15-08-2026", "15-08-2026"},
		"month first":                                 {formMDY, "8/15/2026", "15-8-2026"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.form.iso(c.text, noSerials); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestCodesOfSeveralAnswers(t *testing.T) {
	s := source{codes: map[string]string{"1": "none", "a": "diabetes", "fits": "epilepsy", "other, namely": ""}}
	for text, want := range map[string]string{
		"A": "diabetes", "1.0": "none", "a fits": "diabetes, epilepsy", "Fits, A": "epilepsy, diabetes", "A, heart": "diabetes, heart",
		"heart, kidney": "heart, kidney", "a heart": "a heart", "other, namely": "",
	} {
		if got := s.code(text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestWhatACSProDictionaryTells(t *testing.T) {
	const old = "\ufeff[Dictionary]\r\nVersion=CSPro 7.5\r\nName=D\r\n\r\n[Level]\r\nLabel=Household\r\nName=HOUSEHOLD\r\n\r\n[IdItems]\r\n\r\n" +
		"[Item]\r\nLabel=Form number|फ़ॉर्म\r\nName=HOUSEHOLD_ID\r\nStart=2\r\nLen=4\r\nZeroFill=Yes\r\n\r\n[Record]\r\nLabel=Person\r\nName=PERSON\r\nRecordTypeValue='P'\r\n\r\n" +
		"[Item]\r\nLabel=Sex\r\nName=SEX\r\nStart=6\r\nLen=2\r\n\r\n[ValueSet]\r\nLabel=Sex\r\nName=SEX_VS1\r\nValue=01;Male|पुरुष\r\nValue=02;Female\r\nValue=3:9\r\n\r\n" +
		"[Item]\r\nLabel=Illnesses\r\nName=CONDITIONS\r\nStart=8\r\nLen=6\r\nDataType=Alpha\r\n\r\n[ValueSet]\r\nLabel=x\r\nName=CONDITIONS_VS1\r\nValue='01';Diabetes\r\nValue='02';Heart disease\r\n\r\n" +
		"[Level]\r\nLabel=x\r\nName=BELOW\r\n\r\n[IdItems]\r\n\r\n"
	d, ok := parseDictionary([]byte(old))
	if !ok || len(d.levels) != 2 || d.levels[0] != "household" || d.labels["household_id"] != "Form number" {
		t.Fatalf("%v %+v", ok, d)
	}
	for name, c := range map[string]struct{ column, text, want string }{
		"a number with the noughts before it": {"household_id", "7", "0007"},
		"a code":                              {"sex", "1", "1"},
		"a code as the dictionary writes it":  {"sex", "01", "1"},
		"check boxes":                         {"conditions", "0102", "1 2"},
		"check boxes with a gap":              {"conditions", "01  02", "1 2"},
		"a text where check boxes stand":      {"conditions", "01none", "01none"},
		"an item that it does not know":       {"house_no", "B-1", "B-1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := d.show(c.column, c.text); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if d.codes["sex"]["2"] != "Female" || len(d.codes["sex"]) != 2 {
		t.Errorf("%v", d.codes["sex"])
	}
	if _, ok := parseDictionary([]byte("[Level]\n[Item]\nName=X\n[ValueSet]\nValue=1;a")); !ok {
		t.Error("a dictionary without names was refused")
	}
	for _, text := range []string{"", "x", "[Item]\nName=A", "[ValueSet]\nValue=1;a", "[Record]\n[Item]"} {
		if _, ok := parseDictionary([]byte(text)); ok {
			t.Errorf("%q was taken for a dictionary", text)
		}
	}
}

func FuzzOldDictionary(f *testing.F) {
	f.Add("[Level]\nName=A\n[IdItems]\n[Item]\nName=B\nLen=3\n[ValueSet]\nValue='1';x|y\n[Record]\n[Item]\nName=C", "12")
	f.Fuzz(func(t *testing.T, text, value string) {
		if d, ok := parseDictionary([]byte(text)); ok {
			for column := range d.labels {
				d.show(column, value)
			}
		}
	})
}
