package importer_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// asked leaves out what only a phone notes; wards are written, not chosen.
func asked(of []formColumn) []formColumn {
	return slices.DeleteFunc(slices.Clone(of), func(c formColumn) bool {
		return slices.Contains([]string{"start", "end", "deviceid", "username", "note", "geopoint"}, c.kind) || c.name == "age"
	})
}

func chosen(c formColumn) bool { return c.kind == "select_one" && c.name != "ward_code" }

// numberOf is the number that stands for a choice in tools that know no other codes.
func numberOf(c formColumn, code string) string {
	for i, choice := range c.choices {
		if choice[0] == code {
			return strconv.Itoa(i + 1)
		}
	}
	return ""
}

// solutions lays submissions out as Survey Solutions does: a tab file for each level, codes as numbers with their labels in .do files beside
// them, and a word or a number where nothing was asked. Before 2017 the levels were joined by Id and ParentId1.
func solutions(old bool) func(*bench, []submission, map[int]int) string {
	return func(b *bench, all []submission, _ map[int]int) string {
		hh, mb := formColumns(b.T, 0)
		hh, mb = asked(hh), asked(mb)
		names := func(of []formColumn) (header []string, do strings.Builder) {
			for _, c := range of {
				switch {
				case c.kind == "select_multiple":
					for i, choice := range c.choices {
						name := fmt.Sprintf("%s__%d", c.name, i+1)
						header = append(header, name)
						fmt.Fprintf(&do, "label variable %s `\"%s:%s\"'\r\n\r\n", name, c.label, choice[1])
					}
					continue
				case chosen(c):
					fmt.Fprintf(&do, "label define l%s ", c.name)
					for i, choice := range c.choices {
						fmt.Fprintf(&do, "%d `\"%s\"' ", i+1, choice[1])
					}
					fmt.Fprintf(&do, "\r\nlabel values %s l%s\r\n", c.name, c.name)
				}
				header = append(header, c.name)
				fmt.Fprintf(&do, "label variable %s `\"%s\"'\r\n\r\n", c.name, c.label)
			}
			return header, do
		}
		cells := func(of []formColumn, a map[string]string) (out []string) {
			for _, c := range of {
				text := a[c.name]
				switch {
				case c.kind == "select_multiple":
					for _, choice := range c.choices {
						switch {
						case text == "":
							out = append(out, "-999999999")
						case slices.Contains(strings.Fields(text), choice[0]):
							out = append(out, "1")
						default:
							out = append(out, "0")
						}
					}
					continue
				case chosen(c):
					text = numberOf(c, text)
				}
				if text == "" && (chosen(c) || c.kind == "integer") {
					text = "-999999999"
				} else if text == "" {
					text = "##N/A##"
				}
				out = append(out, text)
			}
			return out
		}
		header, do := names(hh)
		memberHeader, memberDo := names(mb)
		rows, loop := [][]string{slices.Concat([]string{"interview__key", "interview__id"}, header, []string{"sssys_irnd", "interview__status"})},
			[][]string{append([]string{"interview__key", "interview__id", "members__id"}, memberHeader...)}
		if old {
			rows[0], loop[0] = slices.Concat([]string{"Id"}, header, []string{"ssSys_IRnd"}), slices.Concat([]string{"Id"}, memberHeader, []string{"ParentId1"})
		}
		for i, s := range all {
			id, key := fmt.Sprintf("%032x", i+1), fmt.Sprintf("00-00-00-%02d", i%100)
			if old {
				rows = append(rows, slices.Concat([]string{id}, cells(hh, s.household), []string{"0.5"}))
			} else {
				rows = append(rows, slices.Concat([]string{key, id}, cells(hh, s.household), []string{"0.5", "120"}))
			}
			for n, m := range s.members {
				if old {
					loop = append(loop, slices.Concat([]string{strconv.Itoa(n)}, cells(mb, m), []string{id}))
				} else {
					loop = append(loop, append([]string{key, id, strconv.Itoa(n + 1)}, cells(mb, m)...))
				}
			}
		}
		tab := func(rows [][]string) string {
			var out strings.Builder
			for _, r := range rows {
				out.WriteString(strings.Join(r, "\t") + "\r\n")
			}
			return out.String()
		}
		return b.zipped("survey_1_Tabular_All.zip", "survey.tab", tab(rows), "survey.do", do.String(), "members.tab", tab(loop), "members.do", memberDo.String(),
			"interview__errors.tab", "interview__id\tmessage\r\n", "export__readme.txt", "x", "Questionnaire/content.zip", "x")
	}
}

// A csproLevel is a level of an invented CSPro questionnaire: its ids, and one record with what it asks.
type csproLevel struct {
	name        string
	ids, record []formColumn
	repeats     bool // the record repeats, and no level below it does
}

// csproFile lays submissions out as CSPro does, with the levels that areas, households and members stand on.
func csproFile(levels []csproLevel, oldDictionary bool) func(*bench, []submission, map[int]int) string {
	return func(b *bench, all []submission, edits map[int]int) string {
		path := filepath.Join(b.dir, "survey.csdb")
		os.Remove(path)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		do := func(statement string, args ...any) int64 {
			r, err := db.Exec(statement, args...)
			if err != nil {
				b.Fatalf("%s: %v", statement, err)
			}
			id, _ := r.LastInsertId()
			return id
		}
		do("BEGIN")
		do("CREATE TABLE meta (schema_version INTEGER NOT NULL,cspro_version TEXT NOT NULL,dictionary TEXT NOT NULL)")
		do("CREATE TABLE cases (id TEXT NOT NULL,`key` TEXT NOT NULL,last_modified_revision INTEGER NOT NULL,deleted INTEGER NOT NULL DEFAULT 0,file_order REAL NOT NULL UNIQUE,verified INTEGER NOT NULL DEFAULT 0,partial_save_mode TEXT NULL)")
		text := csproJSON(levels)
		if oldDictionary {
			text = csproText(levels)
		}
		do("INSERT INTO meta VALUES (3, '8.0.0', ?)", text)
		columns := func(of []formColumn) string {
			out := ""
			for _, c := range of {
				out += fmt.Sprintf(", `%s` %s", c.name, map[bool]string{true: "INTEGER", false: "TEXT"}[csproNumeric(c)])
			}
			return out
		}
		insert := func(table, keys string, values []any, of []formColumn, a map[string]string) int64 {
			for _, c := range of {
				keys += ", `" + c.name + "`"
				values = append(values, csproValue(c, a[c.name]))
			}
			return do("INSERT INTO `"+table+"` ("+keys+") VALUES (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
		}
		for i, l := range levels {
			parent := "`case-id` TEXT NOT NULL"
			if i > 0 {
				parent = fmt.Sprintf("`level-%d-id` INTEGER NOT NULL, occ INTEGER NOT NULL DEFAULT 1", i)
			}
			do(fmt.Sprintf("CREATE TABLE `level-%d` (`level-%d-id` INTEGER PRIMARY KEY NOT NULL, %s%s)", i+1, i+1, parent, columns(l.ids)))
			occ := map[bool]string{true: ", occ INTEGER NOT NULL DEFAULT 1"}[l.repeats]
			do(fmt.Sprintf("CREATE TABLE `%s_rec` (`%s_rec-id` INTEGER PRIMARY KEY NOT NULL, `level-%d-id` INTEGER NOT NULL%s%s)", l.name, l.name, i+1-map[bool]int{true: 1}[l.repeats], occ, columns(l.record)))
		}
		areas := map[string]int64{}
		for i, s := range all {
			id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
			home, above := 0, int64(0)
			if levels[0].name == "area" {
				home = 1
				area := s.household["ward_code"] + "/" + s.household["team_id"]
				if above = areas[area]; above == 0 {
					do("INSERT INTO cases VALUES (?, ?, ?, 0, ?, 0, NULL)", "area "+area, area, 1, float64(i))
					above = insert("level-1", "`case-id`", []any{"area " + area}, levels[0].ids, s.household)
					insert("area_rec", "`level-1-id`", []any{above}, levels[0].record, s.household)
					areas[area] = above
				}
			}
			var node int64
			if home == 0 {
				do("INSERT INTO cases VALUES (?, ?, ?, 0, ?, 0, NULL)", id, strconv.Itoa(i), 1+edits[i], float64(i))
				node = insert("level-1", "`case-id`", []any{id}, levels[0].ids, s.household)
			} else {
				node = insert("level-2", "`level-1-id`, occ", []any{above, i}, levels[1].ids, s.household)
			}
			insert("household_rec", fmt.Sprintf("`level-%d-id`", home+1), []any{node}, levels[home].record, s.household)
			below := levels[home+1]
			for n, m := range s.members {
				if below.repeats {
					insert("person_rec", fmt.Sprintf("`level-%d-id`, occ", home+1), []any{node, n + 1}, below.record, m)
					continue
				}
				person := insert("level-2", "`level-1-id`, occ", []any{node, n + 1}, below.ids, m)
				insert("person_rec", "`level-2-id`", []any{person}, below.record, m)
			}
		}
		do("COMMIT")
		return path
	}
}

// csproLevels makes the three questionnaires: of a household, of a household with its persons as a level, of an area.
func csproLevels(t *testing.T, kind string) []csproLevel {
	hh, mb := formColumns(t, 0)
	hh, mb = asked(hh), asked(mb)
	take := func(from *[]formColumn, names ...string) (out []formColumn) {
		*from = slices.DeleteFunc(*from, func(c formColumn) bool {
			if slices.Contains(names, c.name) {
				out = append(out, c)
				return true
			}
			return false
		})
		return out
	}
	switch kind {
	case "persons":
		return []csproLevel{{name: "household", ids: take(&hh, "ward_code", "team_id", "household_id"), record: hh}, {name: "person", ids: take(&mb, "line_no"), record: mb}}
	case "area":
		return []csproLevel{
			{name: "area", ids: take(&hh, "ward_code", "team_id"), record: take(&hh, "survey_code")},
			{name: "household", ids: take(&hh, "household_id"), record: hh},
			{name: "person", record: mb, repeats: true},
		}
	}
	return []csproLevel{{name: "household", ids: take(&hh, "ward_code", "team_id", "household_id"), record: hh}, {name: "person", record: mb, repeats: true}}
}

func csproNumeric(c formColumn) bool { return chosen(c) || c.kind == "integer" || c.kind == "date" }

// csproValue is an answer as CSPro stores it: days as numbers, several codes as one text.
func csproValue(c formColumn, text string) any {
	switch {
	case text == "":
		return nil
	case chosen(c):
		text = numberOf(c, text)
	case c.kind == "date":
		text = strings.ReplaceAll(text, "-", "")
	case c.kind == "select_multiple":
		out := ""
		for _, code := range strings.Fields(text) {
			out += fmt.Sprintf("%02s", numberOf(c, code))
		}
		return out
	}
	if csproNumeric(c) {
		n, _ := strconv.Atoi(text)
		return n
	}
	return text + "  "
}

func csproItems(of []formColumn, item func(c formColumn, kind string, length int, codes [][2]string) string, sep string) string {
	var out []string
	for _, c := range of {
		kind, length := "alpha", 60
		if csproNumeric(c) {
			kind, length = "numeric", 8
		}
		var codes [][2]string
		if chosen(c) || c.kind == "select_multiple" {
			for i, choice := range c.choices {
				codes = append(codes, [2]string{fmt.Sprintf("%02d", i+1), choice[1]})
			}
		}
		out = append(out, item(c, kind, length, codes))
	}
	return strings.Join(out, sep)
}

func csproJSON(levels []csproLevel) string {
	item := func(c formColumn, kind string, length int, codes [][2]string) string {
		values := ""
		for _, v := range codes {
			values += fmt.Sprintf(`,{"labels":[{"text":%q}],"pairs":[{"value":%q}]}`, v[1], v[0])
		}
		if values != "" {
			values = `,"valueSets":[{"values":[` + values[1:] + `]}]`
		}
		return fmt.Sprintf(`{"name":%q,"labels":[{"text":%q}],"contentType":%q,"length":%d%s}`, strings.ToUpper(c.name), c.label, kind, length, values)
	}
	var out []string
	for i, l := range levels {
		if l.repeats {
			continue
		}
		records := `{"items":[` + csproItems(l.record, item, ",") + `]}`
		if i+1 < len(levels) && levels[i+1].repeats {
			records += `,{"items":[` + csproItems(levels[i+1].record, item, ",") + `]}`
		}
		out = append(out, fmt.Sprintf(`{"name":%q,"ids":{"items":[%s]},"records":[%s]}`, strings.ToUpper(l.name), csproItems(l.ids, item, ","), records))
	}
	return `{"software":"CSPro","levels":[` + strings.Join(out, ",") + `]}`
}

// csproText is the dictionary as CSPro 7 wrote it.
func csproText(levels []csproLevel) string {
	item := func(c formColumn, kind string, length int, codes [][2]string) string {
		out := fmt.Sprintf("[Item]\r\nLabel=%s|x\r\nName=%s\r\nLen=%d\r\nDataType=%s\r\n\r\n", c.label, strings.ToUpper(c.name), length, strings.ToUpper(kind[:1])+kind[1:])
		if len(codes) == 0 {
			return out
		}
		out += fmt.Sprintf("[ValueSet]\r\nLabel=x\r\nName=%s_VS1\r\n", strings.ToUpper(c.name))
		for _, v := range codes {
			if kind == "alpha" {
				v[0] = "'" + v[0] + "'"
			}
			out += fmt.Sprintf("Value=%s;%s|x\r\n", v[0], v[1])
		}
		return out + "\r\n"
	}
	out := "[Dictionary]\r\nVersion=CSPro 7.5\r\nName=X\r\n\r\n"
	for _, l := range levels {
		if !l.repeats {
			out += fmt.Sprintf("[Level]\r\nLabel=x\r\nName=%s\r\n\r\n[IdItems]\r\n\r\n%s", strings.ToUpper(l.name), csproItems(l.ids, item, ""))
		}
		out += fmt.Sprintf("[Record]\r\nLabel=x\r\nName=%s_REC\r\nRecordTypeValue='1'\r\n\r\n%s", strings.ToUpper(l.name), csproItems(l.record, item, ""))
	}
	return out
}
