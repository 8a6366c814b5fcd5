package lookup

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
	"sehat/templates"
)

// A page is what a page of the desk shows.
type page struct {
	lang     string
	facility string // empty: nobody is signed in
	purpose  access.Purpose
	typed    string
	answer   *answer
}

// view is a page in words, as the templates take it.
type view struct {
	Lang, Other string // this language and the one to switch to
	T           map[string]string
	Page        string // login or desk
	Static      string // version of the static files
	Facility    string
	Typed       string // what was asked; to ask it again in the other language
	Again       string // what stays in the field to be corrected
	Purpose     string
	Purposes    []choice
	Answer      *answerView
}

type choice struct {
	Code, Label string
	Chosen      bool
}

type answerView struct {
	Tone, Title, Help, Detail string
	Lists                     string // how old the list is that a card was judged by
	Stale                     bool   // too old
	Person                    *personView
}

type personView struct {
	Name, Second nameView
	About, Card  []fact // what is known of the person, and of the card
}

type nameView struct{ Text, Lang, Dir string }

type fact struct{ Label, Value, Class string }

// deskPurposes are the purposes that a counter has.
func deskPurposes() []access.Purpose {
	return []access.Purpose{access.Treatment, access.Emergency, access.Registration}
}

func (s *Service) view(name string, p page) view {
	words := make(map[string]string)
	for key, t := range texts() {
		words[key] = t.in(p.lang)
	}
	v := view{
		Lang: p.lang, Other: hindi, T: words, Page: name, Static: s.static[""].tag, Facility: p.facility, Purpose: string(p.purpose),
	}
	if p.lang == hindi {
		v.Other = english
	}
	for _, code := range deskPurposes() {
		v.Purposes = append(v.Purposes, choice{string(code), words[string(code)], code == p.purpose})
	}
	if a := p.answer; a != nil {
		v.Typed = p.typed
		if _, isQR := readField(p.typed); a.person == nil && !isQR {
			v.Again = strings.TrimSpace(p.typed)
		}
		v.Answer = &answerView{Tone: a.tone, Title: a.title.in(p.lang), Help: a.help.in(p.lang), Lists: listsText(p.lang, a.lists), Stale: a.lists.Stale()}
		if p.lang == english {
			v.Answer.Detail = a.detail
		}
		if a.person != nil {
			v.Answer.Person = a.person.view(p.lang, words)
		}
	}
	return v
}

func (p *person) view(lang string, words map[string]string) *personView {
	v := &personView{Name: nameOf(p.name), Second: nameOf(p.second)}
	if p.name == "" {
		v.Name, v.Second = v.Second, nameView{}
	}
	sex, age := words[p.sex], words["not_told"]
	if sex == "" {
		sex = words["not_told"]
	}
	if p.ageKnown {
		age = ageText(lang, p.least, p.most)
	}
	v.About = known(
		fact{Label: words["sex"], Value: sex},
		fact{Label: words["age"], Value: age},
		fact{Label: words["born"], Value: dateText(lang, p.year, p.month, p.day)},
	)
	card := fact{Label: words["card"], Value: words[p.kind]}
	if p.state != "" {
		card.Value += ", " + words[p.state]
	}
	if records.CardEnded(p.state) {
		card.Class = "ended"
	}
	var printed string
	if n, err := cards.ParseNumber(p.number); err == nil {
		printed = n.Printed()
	}
	v.Card = known(
		fact{words["number"], printed, "number"}, card,
		fact{Label: words["issued_on"], Value: stampText(lang, p.issued)},
		fact{Label: words["valid_until"], Value: stampText(lang, p.until)},
	)
	return v
}

// known drops the facts of which nothing is known.
func known(facts ...fact) []fact {
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Value == "" })
}

func nameOf(text string) nameView {
	s := scriptOf(text)
	if s.lang == "" {
		s.lang = english // so that a page in Hindi does not have Latin letters spelt as Hindi
	}
	return nameView{text, s.lang, s.dir}
}

// render shows a page.
func (s *Service) render(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	var body bytes.Buffer
	if err := s.pages.ExecuteTemplate(&body, name+".html", s.view(name, p)); err != nil {
		noteOf(r).err = err
		http.Error(w, sayWrong.title.En, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.lang)
	w.WriteHeader(status)
	body.WriteTo(w) //nolint:errcheck // the caller hung up
}

// A staticFile is a file that the pages link to. Its tag is the hash of all of them, under "".
type staticFile struct {
	body []byte
	kind string
	tag  string
}

// loadPages reads the templates and static files that the program carries.
func (s *Service) loadPages() error {
	var err error
	if s.pages, err = template.ParseFS(templates.Pages, "pages/*.html"); err != nil {
		return fmt.Errorf("reading the desk pages: %w", err)
	}
	names, err := fs.Glob(templates.Pages, "pages/static/*")
	if err != nil {
		return fmt.Errorf("reading the desk pages: %w", err)
	}
	// Not mime.TypeByExtension, which asks the machine and is told odd things on some.
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	s.static = make(map[string]staticFile)
	var all []byte
	for _, name := range names {
		body, err := fs.ReadFile(templates.Pages, name)
		if err != nil {
			return fmt.Errorf("reading the desk pages: %w", err)
		}
		s.static[path.Base(name)] = staticFile{body: body, kind: kinds[path.Ext(name)]}
		all = append(all, body...)
	}
	s.static[""] = staticFile{tag: records.Hash(all)[:8]}
	return nil
}

// serveStatic sends a static file. Its address carries the hash of all of them, so that it may be kept for good.
func (s *Service) serveStatic(w http.ResponseWriter, r *http.Request) {
	f, ok := s.static[r.PathValue("file")]
	if !ok || f.body == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(f.body) //nolint:errcheck // the caller hung up
}
