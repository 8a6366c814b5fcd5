package lookup

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sehat/records/access"
)

const languageCookie = "sehat_lang"

// sessionCookie is the cookie's name: under TLS one that no other site, nor plain HTTP, can set.
func (s *Service) sessionCookie() string {
	if s.TLS {
		return "__Host-sehat_desk"
	}
	return "sehat_desk"
}

func (s *Service) setCookie(w http.ResponseWriter, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(age.Seconds()), HttpOnly: true, Secure: s.TLS, SameSite: http.SameSiteStrictMode,
	})
}

// session returns who is signed in.
func (s *Service) session(r *http.Request) (access.Caller, error) {
	c, err := r.Cookie(s.sessionCookie())
	if err != nil {
		return access.Caller{}, access.ErrDenied
	}
	caller, err := s.Gate.Session(r.Context(), c.Value)
	if err != nil {
		if !errors.Is(err, access.ErrDenied) {
			err = errors.Join(errStore, err)
		}
		return caller, err
	}
	noteOf(r).key = caller.KeyID
	return caller, caller.May(access.ScopeDesk)
}

func languageOf(r *http.Request) string {
	if c, err := r.Cookie(languageCookie); err == nil {
		return language(c.Value)
	}
	return english
}

func (s *Service) showLogin(w http.ResponseWriter, r *http.Request) {
	if _, err := s.session(r); err == nil {
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
		return
	}
	s.render(w, r, http.StatusOK, "login", page{lang: languageOf(r)})
}

// login trades a facility key for a session.
func (s *Service) login(w http.ResponseWriter, r *http.Request) {
	token, err := s.openSession(r)
	switch {
	case err == nil:
		s.setCookie(w, s.sessionCookie(), token, 0)
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
	case errors.Is(err, access.ErrDenied), errors.Is(err, access.ErrScope):
		s.render(w, r, http.StatusForbidden, "login", page{lang: languageOf(r), answer: &answer{tone: toneBad, message: sayWrongKey}})
	default:
		s.failDesk(w, r, "login", page{lang: languageOf(r)}, err)
	}
}

func (s *Service) openSession(r *http.Request) (token string, err error) {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return "", badRequest("invalid", "the form cannot be read")
	}
	caller, err := s.Gate.Key(ctx, r.PostForm.Get("key"))
	if err != nil {
		if !errors.Is(err, access.ErrDenied) {
			err = errors.Join(errStore, err)
		}
		return "", err
	}
	noteOf(r).key = caller.KeyID
	if err := s.Limiter.Allow(caller.KeyID, s.Now()); err != nil {
		return "", err
	}
	q := question{caller: caller, action: "login"}
	if err := caller.May(access.ScopeDesk); err != nil {
		return "", errors.Join(err, s.refuse(ctx, q))
	}
	if err := s.Audit.Record(ctx, q.entry("answered")); err != nil {
		return "", err
	}
	if token, err = s.Gate.Open(ctx, caller); err != nil {
		err = errors.Join(errStore, err)
	}
	return token, err
}

// logout ends a session, and says so in the audit log if it can: nobody is kept signed in for its sake.
func (s *Service) logout(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(s.sessionCookie()); err == nil {
		if caller, err := s.session(r); err == nil {
			if err := s.Audit.Record(r.Context(), question{caller: caller, action: "logout"}.entry("answered")); err != nil {
				noteOf(r).err = err
			}
		}
		if err := s.Gate.Close(r.Context(), c.Value); err != nil {
			noteOf(r).err = err
		}
	}
	s.setCookie(w, s.sessionCookie(), "", -time.Second)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// language remembers the language and goes back to where the form stood.
func (s *Service) language(w http.ResponseWriter, r *http.Request) {
	s.setLanguage(w, r.PostFormValue("lang"))
	to := "/desk"
	if r.PostFormValue("page") == "login" {
		to = "/login"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (s *Service) setLanguage(w http.ResponseWriter, code string) string {
	lang := language(code)
	s.setCookie(w, languageCookie, lang, 365*24*time.Hour)
	return lang
}

func (s *Service) showDesk(w http.ResponseWriter, r *http.Request) {
	p := page{lang: languageOf(r), purpose: access.Treatment}
	caller, err := s.session(r)
	if err != nil {
		s.failDesk(w, r, "desk", p, err)
		return
	}
	p.facility = caller.Facility
	s.render(w, r, http.StatusOK, "desk", p)
}

// desk answers what was typed or scanned.
func (s *Service) desk(w http.ResponseWriter, r *http.Request) {
	p := page{lang: languageOf(r), purpose: access.Treatment}
	caller, err := s.session(r)
	if err != nil {
		s.failDesk(w, r, "desk", p, err)
		return
	}
	p.facility = caller.Facility
	if err := r.ParseForm(); err != nil {
		s.failDesk(w, r, "desk", p, badRequest("invalid", "the form cannot be read"))
		return
	}
	if code := r.PostForm.Get("lang"); code != "" {
		p.lang = s.setLanguage(w, code)
	}
	purpose, ok := access.ParsePurpose(r.PostForm.Get("purpose"))
	if !ok {
		s.failDesk(w, r, "desk", p, badRequest("required", "the form names no purpose"))
		return
	}
	p.purpose, p.typed = purpose, r.PostForm.Get("q")
	a, err := s.lookUp(r.Context(), question{caller: caller, action: "desk", purpose: purpose}, p.typed)
	if err != nil {
		s.failDesk(w, r, "desk", p, err)
		return
	}
	p.answer = &a
	s.render(w, r, http.StatusOK, "desk", p)
}

func (s *Service) lookUp(ctx context.Context, q question, typed string) (answer, error) {
	if err := s.Limiter.Allow(q.caller.KeyID, s.Now()); err != nil {
		return answer{}, err
	}
	return s.answerField(ctx, q, typed)
}

// failDesk shows a page that says what is wrong, in words for the person at the desk. Whoever is not signed in is asked to.
func (s *Service) failDesk(w http.ResponseWriter, r *http.Request, name string, p page, err error) {
	why := fail(w, r, err)
	switch why.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		http.Redirect(w, r, "/login", http.StatusSeeOther)
		return
	case http.StatusTooManyRequests:
		p.answer = &answer{tone: toneWarn, message: sayTooMany}
	case http.StatusServiceUnavailable:
		p.answer = &answer{tone: toneBad, message: sayNoAnswer}
	default:
		p.answer = &answer{tone: toneBad, message: sayWrong}
	}
	s.render(w, r, why.status, name, p)
}
