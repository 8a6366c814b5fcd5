package form

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A parser of the expressions in the form: the part of XPath 1.0, with the functions that ODK and KoboToolbox add, which the form uses
// (docs.getodk.org/form-operators-functions). Anything else is an error, so that nothing slips into the form that was not thought of.
type xpath struct {
	tokens []string
	env    xenv
}

// An xenv is the submission while an expression is evaluated.
type xenv struct {
	self    string            // .
	answers map[string]string // ${name}
	today   string
	count   int // of the repeat
	at      int // position(..)
}

var xpathToken = regexp.MustCompile(`^(?:\$\{[a-z_]+\}|'[^']*'|"[^"]*"|[0-9]+(?:\.[0-9]+)?|[a-z][a-z-]*|<=|>=|!=|\.\.|[=<>+*(),.-])`)

func lexXPath(s string) ([]string, error) {
	var out []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		t := xpathToken.FindString(s)
		if t == "" {
			return nil, fmt.Errorf("no token at %.20q", s)
		}
		out, s = append(out, t), s[len(t):]
	}
	return out, nil
}

// evalXPath evaluates an expression. The value is a string, a float64 or a bool.
func evalXPath(expr string, env xenv) (value any, err error) {
	tokens, err := lexXPath(expr)
	if err != nil {
		return nil, err
	}
	x := &xpath{tokens, env}
	defer func() {
		if r := recover(); r != nil {
			value, err = nil, fmt.Errorf("%v", r)
		}
	}()
	value = x.or()
	if len(x.tokens) > 0 {
		return nil, fmt.Errorf("%q follows the expression", x.tokens[0])
	}
	return value, nil
}

func (x *xpath) peek() string {
	if len(x.tokens) == 0 {
		return ""
	}
	return x.tokens[0]
}

func (x *xpath) next() string {
	t := x.peek()
	if t == "" {
		panic("the expression ends too early")
	}
	x.tokens = x.tokens[1:]
	return t
}

func (x *xpath) expect(t string) {
	if got := x.next(); got != t {
		panic(fmt.Sprintf("%q where %q should stand", got, t))
	}
}

func (x *xpath) or() any {
	v := x.and()
	for x.peek() == "or" {
		x.next()
		w := x.and()
		v = truth(v) || truth(w)
	}
	return v
}

func (x *xpath) and() any {
	v := x.compare()
	for x.peek() == "and" {
		x.next()
		w := x.compare()
		v = truth(v) && truth(w)
	}
	return v
}

func (x *xpath) compare() any {
	v := x.sum()
	for {
		switch op := x.peek(); op {
		case "=", "!=":
			x.next()
			v = equal(v, x.sum()) == (op == "=")
		case "<", "<=", ">", ">=":
			x.next()
			a, b := number(v), number(x.sum())
			v = map[string]bool{"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
		default:
			return v
		}
	}
}

func (x *xpath) sum() any {
	v := x.product()
	for x.peek() == "+" || x.peek() == "-" {
		op := x.next()
		a, b := number(v), number(x.product())
		if v = a + b; op == "-" {
			v = a - b
		}
	}
	return v
}

func (x *xpath) product() any {
	v := x.value()
	for x.peek() == "*" || x.peek() == "mod" {
		op := x.next()
		a, b := number(v), number(x.value())
		if v = a * b; op == "mod" {
			v = math.Mod(a, b)
		}
	}
	return v
}

func (x *xpath) value() any {
	t := x.next()
	switch {
	case t == "(":
		v := x.or()
		x.expect(")")
		return v
	case t == ".":
		return x.env.self
	case t == "..":
		return ".."
	case t[0] == '$':
		v, ok := x.env.answers[t[2:len(t)-1]]
		if !ok {
			panic("nothing is known of " + t)
		}
		return v
	case t[0] == '\'' || t[0] == '"':
		return t[1 : len(t)-1]
	case t[0] >= '0' && t[0] <= '9':
		return number(t)
	}
	var args []any
	for x.expect("("); x.peek() != ")"; {
		args = append(args, x.or())
		if x.peek() != ")" {
			x.expect(",")
		}
	}
	x.next()
	return x.call(t, args)
}

func (x *xpath) call(name string, args []any) any {
	arity := map[string]int{
		"regex": 2, "selected": 2, "selected-at": 2, "count-selected": 1, "string-length": 1, "substr": 3, "translate": 3, "number": 1,
		"not": 1, "if": 3, "format-date": 2, "date": 1, "today": 0, "once": 1, "uuid": 0, "position": 1, "count": 1,
	}
	if n, ok := arity[name]; name != "concat" && (!ok || n != len(args)) {
		panic(fmt.Sprintf("%s of %d arguments", name, len(args)))
	}
	text := func(i int) string { return words(args[i]) }
	switch name {
	case "regex":
		return regexp.MustCompile(text(1)).MatchString(text(0))
	case "selected":
		return strings.Contains(" "+text(0)+" ", " "+strings.TrimSpace(text(1))+" ")
	case "selected-at":
		if list, i := strings.Fields(text(0)), number(args[1]); i >= 0 && int(i) < len(list) {
			return list[int(i)]
		}
		return ""
	case "count-selected":
		return float64(len(strings.Fields(text(0))))
	case "string-length":
		return float64(len([]rune(text(0))))
	case "substr":
		s := text(0)
		return s[min(len(s), int(number(args[1]))):min(len(s), int(number(args[2])))]
	case "translate":
		return strings.Map(func(r rune) rune {
			if i := strings.IndexRune(text(1), r); i >= 0 {
				return rune(text(2)[i])
			}
			return r
		}, text(0))
	case "number":
		return number(args[0])
	case "not":
		return !truth(args[0])
	case "if":
		if truth(args[0]) {
			return args[1]
		}
		return args[2]
	case "format-date":
		d, err := time.Parse(time.DateOnly, text(0))
		if err != nil {
			return ""
		}
		return d.Format(map[string]string{"%Y": "2006", "%m": "01", "%d": "02"}[text(1)])
	case "date":
		return text(0)
	case "today":
		return x.env.today
	case "once":
		return args[0]
	case "uuid":
		return "8d6a2b1c-0000-4000-8000-000000000000"
	case "position":
		return float64(x.env.at)
	case "count":
		return float64(x.env.count)
	}
	var all strings.Builder // concat
	for i := range args {
		all.WriteString(text(i))
	}
	return all.String()
}

// number is a value as XPath counts it; a day is the number of days since 1970, as ODK has it.
func number(v any) float64 {
	switch v := v.(type) {
	case bool:
		if v {
			return 1
		}
		return 0
	case float64:
		return v
	}
	s := v.(string)
	if d, err := time.Parse(time.DateOnly, s); err == nil {
		return float64(d.Unix() / 86400)
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return math.NaN()
	}
	return n
}

func words(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return v.(string)
}

func truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case float64:
		return v != 0 && !math.IsNaN(v)
	}
	return v.(string) != ""
}

func equal(a, b any) bool {
	_, an := a.(float64)
	_, bn := b.(float64)
	if an || bn {
		return number(a) == number(b)
	}
	return words(a) == words(b)
}

func TestTheEvaluatorOfExpressionsIsRight(t *testing.T) {
	env := xenv{self: "42", answers: map[string]string{"a": "7", "none": ""}, today: "2026-08-15", at: 3}
	for expr, want := range map[string]any{
		"1 + 2 * 3 - 4":                               3.0,
		"(1 + 2) * 3 mod 4":                           1.0,
		". >= 18 and . <= 120":                        true,
		"${none} < 18 or ${none} > 18":                false, // no number is neither
		"${none} = '' and ${a} = 7":                   true,
		"if(${a} > 5, 'many', 'few')":                 "many",
		"selected('a b', '') or selected('a b', 'b')": true,
		"selected-at('x y z', 2)":                     "z",
		"substr('abcdef', 1, 3)":                      "bc",
		"translate('2', '0123456789', '1576283094')":  "7",
		"today() > date('2000-01-01')":                true,
		"number(format-date('2026-08-05', '%d')) = 5": true,
		"position(..)":                                3.0,
		"not(regex('110a', '^110[0-9]$'))":            true,
	} {
		if got, err := evalXPath(expr, env); err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", expr, got, err, want)
		}
	}
	for _, expr := range []string{"1 +", "(1", "1)", "nosuch(1)", "not()", "${a", "a b", "'open", "&", "${unknown} = 1"} {
		if got, err := evalXPath(expr, env); err == nil {
			t.Errorf("%q is %v", expr, got)
		}
	}
}
