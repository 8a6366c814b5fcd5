package survey

// Understands returns the code that an answer to a question with choices means, in whatever spelling is known: "Female", "महिला"
// and "F" are one. Several answers in one cell are not looked at. Ok is false for other questions, too.
func (f Field) Understands(answer string) (code string, ok bool) {
	for i := range fieldChoices[f.Level] {
		if table(f.Level)[i].Name != f.Name {
			continue
		}
		if k, ok := fieldChoices[f.Level][i].find(answer); ok {
			return f.Codes[k].Code, true
		}
	}
	return "", false
}
