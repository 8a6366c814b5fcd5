package main

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"strconv"
	"time"

	"sehat/survey"
)

// coverageWords are the functions of the page's template, beside reportWords.
func coverageWords() template.FuncMap {
	return template.FuncMap{
		"date": dateText, "share": shareText, "ends": endSentence, "count": countGrouped, "about": measureAbout, "title": measureTitle, "finding": finding,
		"value": measureValue, "orNone": func(s string) string { return cmp.Or(s, "(no id)") }, "whipple": func(share float64) int { return int(math.Round(500 * share)) },
		"few": func(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) },
	}
}

// dateText is a day as one says it: 5 Jan 2026.
func dateText(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return cmp.Or(day, "no date")
	}
	return t.Format("2 Jan 2006")
}

// measureTitle names a measure.
func measureTitle(m survey.Measure) string {
	switch m {
	case survey.MeasureLength:
		return "Length of interviews"
	case survey.MeasureHeaping:
		return "Ages that end in 0 or 5"
	case survey.MeasureShared:
		return "Phones of several households"
	case survey.MeasureRefused:
		return "Refusals"
	case survey.MeasureNoPhone:
		return "Interviews without a phone"
	case survey.MeasureNoBirth:
		return "Residents with an age only"
	case survey.MeasureBusiest:
		return "Interviews on the busiest day"
	case survey.MeasureSpot:
		return "Homes at one GPS place"
	}
	return string(m)
}

// measureAbout says what to ask before anybody thinks ill of somebody.
func measureAbout(m survey.Measure) string {
	switch m {
	case survey.MeasureLength:
		return "Short interviews may be small households, or a form filled in later from paper. Or questions that were not asked."
	case survey.MeasureHeaping:
		return "People round their ages. Some enumerators ask for papers and some take “about forty”. A fifth is what nobody's rounding gives."
	case survey.MeasureShared:
		return "One handset may serve a lane, or the same household may have been listed twice. Or one number fills an empty column."
	case survey.MeasureRefused:
		return "Some streets trust nobody who knocks. See whether another enumerator does better in the same block."
	case survey.MeasureNoPhone:
		return "Poor quarters have fewer phones. Or the question was left out."
	case survey.MeasureNoBirth:
		return "Where nobody has papers, an age is all there is. Or papers were not asked for."
	case survey.MeasureBusiest:
		return "Forms of several days may carry one date. Or more was written down than one can ask in a day."
	case survey.MeasureSpot:
		return "Flats of one house, or a phone that keeps an old place. Or forms filled in at one spot."
	}
	return ""
}

// measureValue writes a value of a measure.
func measureValue(m survey.Measure, v float64) string {
	switch m {
	case survey.MeasureLength:
		return strconv.Itoa(int(math.Round(v))) + " min"
	case survey.MeasureBusiest:
		return strconv.Itoa(int(math.Round(v)))
	}
	return percent(math.Round(1000*v) / 1000)
}

// measureOf says on how many a measure was taken.
func measureOf(m survey.Measure, n int) string {
	switch m {
	case survey.MeasureHeaping:
		return countGrouped(n, "age")
	case survey.MeasureNoBirth:
		return countGrouped(n, "resident")
	case survey.MeasureShared:
		return countGrouped(n, "phone")
	case survey.MeasureSpot:
		return countGrouped(n, "home")
	case survey.MeasureRefused:
		return countGrouped(n, "household")
	}
	return countGrouped(n, "interview")
}

// finding says in a sentence what is worth a look.
func finding(l survey.LookPoint) string {
	of, v, others := grouped(l.Of), measureValue(l.Measure, l.Value), measureValue(l.Measure, l.Others)
	switch l.Measure {
	case survey.MeasureLength:
		return fmt.Sprintf("half of %s interviews took %s or less; usual is %s", of, v, others)
	case survey.MeasureHeaping:
		return fmt.Sprintf("%s of %s ages end in 0 or 5; among the others it is %s", v, of, others)
	case survey.MeasureShared:
		return fmt.Sprintf("%s of %s phones are another household's, too; among the others it is %s", v, of, others)
	case survey.MeasureRefused:
		return fmt.Sprintf("%s of %s households that were met refused; among the others it is %s", v, of, others)
	case survey.MeasureNoPhone:
		return fmt.Sprintf("%s of %s interviews have no phone; among the others it is %s", v, of, others)
	case survey.MeasureNoBirth:
		return fmt.Sprintf("%s of %s residents have no year of birth; among the others it is %s", v, of, others)
	case survey.MeasureBusiest:
		return fmt.Sprintf("%s interviews on the busiest of the days; usual is %s", v, others)
	case survey.MeasureSpot:
		return fmt.Sprintf("%s of %s homes have exactly the place of another one; among the others it is %s", v, of, others)
	}
	return v
}
