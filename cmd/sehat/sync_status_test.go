package main

import (
	"strings"
	"testing"
	"time"

	"sehat/records"
)

func TestStatusNamesTheLaptopsFromWhichNothingComes(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	ago := func(days int) string { return records.Stamp(now.AddDate(0, 0, -days)) }
	var report centreReport
	for _, c := range []struct {
		name               string
		status             string
		enrolled, received string
		silent             int
	}{
		{"came today", records.DeviceActive, ago(40), ago(0), 0},
		{"came a week ago", records.DeviceActive, ago(40), ago(7), 7},
		{"never came", records.DeviceActive, ago(30), "", 30},
		{"was retired", records.DeviceRetired, ago(90), ago(80), 80},
		{"has a clock that is ahead", records.DeviceActive, ago(1), ago(-2), 0},
	} {
		line := lineFor(records.Device{ID: c.name, Name: c.name, Status: c.status, EnrolledAt: c.enrolled}, records.Progress{ReceivedAt: c.received}, 0, now)
		if line.Silent != c.silent {
			t.Errorf("%s: silent for %d days, want %d", c.name, line.Silent, c.silent)
		}
		report.add(line, 7)
	}
	if report.Silent != 2 {
		t.Errorf("%d laptops are silent, want 2", report.Silent)
	}
	text := report.text(7)
	for _, want := range []string{"came a week ago", "nothing for 7 days", "nothing for 30 days", "retired"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Count(text, "nothing for") != 2 {
		t.Errorf("too many laptops are named:\n%s", text)
	}
}

func TestStatusSaysThatCountsDoNotAddUp(t *testing.T) {
	report := centreReport{Balanced: true}
	report.count(records.Progress{Rows: 3, Stored: 3})
	if text := report.text(7); !strings.Contains(text, "which add up") {
		t.Error(text)
	}
	report.count(records.Progress{Rows: 3, Stored: 2, Unbalanced: 1})
	if text := report.text(7); report.Balanced || !strings.Contains(text, "DO NOT ADD UP") {
		t.Error(text)
	}
}
