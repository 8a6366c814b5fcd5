package main

import (
	"regexp"
	"runtime"
	"strings"
	"unicode"
)

// typed is the command that was typed, to be typed again; without the password that a store's URL may hold, as it may end in a log.
func (a *app) typed() string {
	return "sehat " + regexp.MustCompile(`(://[^:/@\s]*):[^@\s]*@`).ReplaceAllString(commandWords(a.args), "$1:PASSWORD@")
}

// commandWords writes words as a shell takes them.
func commandWords(words []string) string {
	quote := "'"
	if runtime.GOOS == "windows" {
		quote = `"`
	}
	plain := func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.M, unicode.N) || strings.ContainsRune("-_./:=@+,%", r) || r == '\\' && quote == `"`
	}
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = word
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
			out[i] = quote + strings.ReplaceAll(word, "'", `'\''`) + quote
			if quote == `"` {
				out[i] = quote + word + quote
			}
		}
	}
	return strings.Join(out, " ")
}
