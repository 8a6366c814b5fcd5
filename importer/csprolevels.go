package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sehat/survey"
)

// A csproLevel is what a data file holds of one level: the table of its ids, and the records that stand in each of its nodes.
type csproLevel struct {
	ids        string   // the table level-1, level-2, …
	once, many []string // tables of records: those that a node has once, and those that repeat
}

// csproLevels lists the levels of a data file from the case down: CSPro has at most three.
func csproLevels(columns map[string][]string) []csproLevel {
	var levels []csproLevel
	for {
		l := csproLevel{ids: fmt.Sprintf("level-%d", len(levels)+1)}
		if columns[l.ids] == nil || len(levels) == 3 {
			return levels
		}
		for name, cols := range columns {
			if !slices.Contains(cols, l.ids+"-id") || !slices.Contains(cols, name+"-id") || strings.HasPrefix(name, "level-") || strings.Contains(name, "`") {
				continue
			}
			if slices.Contains(cols, "occ") {
				l.many = append(l.many, name)
			} else {
				l.once = append(l.once, name)
			}
		}
		slices.Sort(l.once)
		slices.Sort(l.many)
		levels = append(levels, l)
	}
}

// arrange makes the sheets: the households, and what repeats in them.
func (b *csproBook) arrange(levels []csproLevel, columns map[string][]string) {
	home := b.homeLevel(levels, columns)
	q := csproQuery{columns: columns}
	q.add(caseColumns, "c.`id`, c.`key`, c.`last_modified_revision`, c.`deleted`, c.`verified`, c.`partial_save_mode`")
	q.from = " FROM `cases` c LEFT JOIN `level-1` l1 ON l1.`case-id` = c.`id`"
	q.order = " ORDER BY c.`file_order`"
	key := "c.`id`"
	for i, l := range levels[:home+1] {
		if i > 0 {
			key += q.descend(i+1, l.ids)
		}
		q.node(i+1, l)
	}
	q.fields = key + strings.TrimPrefix(q.fields, "c.`id`")
	root := sheetNameOf(b.levelName(home, "cases"), []string{""})
	b.names = []string{root}
	q.counted = levels[home].ids
	if home == 0 {
		q.counted = "cases"
	}
	b.tables[root] = q.table()
	alias := fmt.Sprintf("l%d", home+1)
	for _, name := range levels[home].many {
		m := csproQuery{columns: columns, from: q.nodes, order: q.order + ", r.`occ`"}
		m.add([]string{"case_id", "occ"}, key+", r.`occ`")
		m.from += fmt.Sprintf(" JOIN `%s` r ON r.`%s-id` = %s.`%s-id`", name, levels[home].ids, alias, levels[home].ids)
		m.all("r", name)
		m.counted = name
		b.addSheet(name, m)
	}
	if home+1 < len(levels) {
		below := levels[home+1]
		m := csproQuery{columns: columns, from: q.nodes, order: q.order}
		m.add([]string{"case_id", "occ"}, key+fmt.Sprintf(", l%d.`occ`", home+2))
		m.descend(home+2, below.ids)
		m.node(home+2, below)
		m.counted = below.ids
		b.addSheet(b.levelName(home+1, below.ids), m)
	}
}

func (b *csproBook) addSheet(name string, q csproQuery) {
	sheet := sheetNameOf(name, b.names)
	b.names = append(b.names, sheet)
	b.tables[sheet] = q.table()
}

func (b *csproBook) levelName(i int, other string) string {
	if i < len(b.dict.levels) && b.dict.levels[i] != "" {
		return b.dict.levels[i]
	}
	return other
}

// homeLevel finds the level that is a household: it and what repeats in it answer the most of our questions.
func (b *csproBook) homeLevel(levels []csproLevel, columns map[string][]string) int {
	asked := func(l survey.Level, tables ...string) int {
		n := 0
		for _, t := range tables {
			for _, name := range columns[t] {
				if _, ok := survey.LookupSynonym(l, name); ok {
					n++
				} else if _, ok := survey.LookupSynonym(l, b.dict.labels[name]); ok && b.dict.labels[name] != "" {
					n++
				}
			}
		}
		return n
	}
	home, most := 0, -1
	for i, l := range levels {
		n, members := asked(survey.Household, append(l.once, l.ids)...), 0
		for _, name := range l.many {
			members = max(members, asked(survey.Member, name))
		}
		if i+1 < len(levels) {
			members = max(members, asked(survey.Member, append(levels[i+1].once, levels[i+1].ids)...))
		}
		if n+members > most {
			home, most = i, n+members
		}
	}
	return home
}

// A csproQuery grows into the query of a sheet.
type csproQuery struct {
	columns             map[string][]string
	header              []string
	fields, from, order string
	nodes               string // from, without the records
	counted             string // the table that has one row for each of its rows
}

func (q *csproQuery) table() csproTable {
	return csproTable{header: q.header, query: "SELECT " + q.fields + q.from + q.order, from: q.counted}
}

func (q *csproQuery) add(header []string, fields string) {
	q.header = append(q.header, header...)
	if q.fields != "" {
		q.fields += ", "
	}
	q.fields += fields
}

// descend joins the level below, and returns what tells its nodes apart in the case: the ids of the level, or else their places.
func (q *csproQuery) descend(level int, table string) (key string) {
	join := fmt.Sprintf(" JOIN `%s` l%d ON l%d.`level-%d-id` = l%d.`level-%d-id`", table, level, level, level-1, level-1, level-1)
	q.from += join
	if q.nodes != "" {
		q.nodes += join
	}
	q.order += fmt.Sprintf(", l%d.`occ`", level)
	for _, name := range q.columns[table] {
		if isItem(name) {
			key += fmt.Sprintf(" || '/' || coalesce(l%d.`%s`, '')", level, name)
		}
	}
	if key == "" {
		key = fmt.Sprintf(" || '/' || l%d.`occ`", level)
	}
	return key
}

// node adds the ids of a level, and the records that it has once.
func (q *csproQuery) node(level int, l csproLevel) {
	if q.nodes == "" {
		q.nodes = q.from
	}
	alias := fmt.Sprintf("l%d", level)
	q.all(alias, l.ids)
	for i, name := range l.once {
		r := fmt.Sprintf("%sr%d", alias, i)
		q.from += fmt.Sprintf(" LEFT JOIN `%s` %s ON %s.`%s-id` = %s.`%s-id`", name, r, r, l.ids, alias, l.ids)
		q.all(r, name)
	}
}

var occurrence = regexp.MustCompile(`^(.+)\(([0-9]+)\)$`)

// all adds the items of a table. An item that occurs several times, conditions(1), conditions(2), …, is one column if it answers a
// question with several answers.
func (q *csproQuery) all(alias, table string) {
	for _, name := range q.columns[table] {
		if !isItem(name) {
			continue
		}
		field := alias + ".`" + name + "`"
		m := occurrence.FindStringSubmatch(name)
		if m == nil || !isMany(m[1]) {
			q.add([]string{name}, field)
			continue
		}
		if m[2] != "1" {
			continue
		}
		var parts []string
		for _, other := range q.columns[table] {
			if o := occurrence.FindStringSubmatch(other); o != nil && o[1] == m[1] {
				parts = append(parts, "coalesce("+alias+".`"+other+"`, '')")
			}
		}
		q.add([]string{m[1]}, "trim("+strings.Join(parts, " || ' ' || ")+")")
	}
}

// isItem reports whether a column holds an answer; the others join the tables.
func isItem(name string) bool {
	return !strings.HasSuffix(name, "-id") && name != "occ" && !strings.Contains(name, "`")
}

// isMany reports whether a name is that of a question with several answers.
func isMany(name string) bool {
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		if place, ok := survey.Lookup(l, name); ok && fieldsOf[l][place].Type == survey.Many {
			return true
		}
	}
	return false
}
