package survey

import "strings"

// areLettersLost reports whether words of a text are nothing but question marks: what is left of Hindi that Excel saved as plain CSV, in
// which only Western letters have a place. One or two question marks are a person's way to say that nobody knows.
func areLettersLost(s string) bool {
	if strings.Count(s, "?") < 3 {
		return false
	}
	for _, word := range strings.Fields(s) {
		if word = strings.Trim(word, ".,;:()-/|'\""); len(word) > 1 && strings.Trim(word, "?") == "" {
			return true
		}
	}
	return false
}
