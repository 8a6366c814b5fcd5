package simulate

import (
	"io"
	"strings"

	"sehat/survey"
)

// A flat writes the CSV twin: one row a member, the household's columns first; a household without members is one row.
type flat struct {
	out          io.Writer
	line         []byte
	memberFields int
}

// writeFlat writes a CSV file of the households.
func writeFlat(out io.Writer, rows []*Household) error {
	c := &flat{out: out, memberFields: len(survey.Fields(survey.Member))}
	c.line = append(c.line, "\ufeff"...) // without a byte-order mark Excel shows Hindi as rubbish
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		for _, f := range survey.Fields(l) {
			c.add(f.Name)
		}
	}
	if err := c.end(); err != nil {
		return err
	}
	for _, h := range rows {
		if err := c.household(h); err != nil {
			return err
		}
	}
	return nil
}

func (c *flat) add(text string) {
	if strings.ContainsAny(text, "\",\r\n") || text != "" && (text[0] == ' ' || text[len(text)-1] == ' ') {
		text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	c.line = append(append(c.line, text...), ',')
}

func (c *flat) end() error {
	c.line = append(c.line[:len(c.line)-1], "\r\n"...) // RFC 4180
	_, err := c.out.Write(c.line)
	c.line = c.line[:0]
	return err
}

func (c *flat) household(h *Household) error {
	empty := make(survey.Answers, c.memberFields)
	for i := range max(1, len(h.Members)) {
		for _, text := range h.Answers {
			c.add(text)
		}
		member := empty
		if i < len(h.Members) {
			member = h.Members[i].Answers
		}
		for _, text := range member {
			c.add(text)
		}
		if err := c.end(); err != nil {
			return err
		}
	}
	return nil
}
