package survey

// Household checks the answers of one household and gives its row. An [Error] among the findings holds the row, and with it its members,
// back. Aadhaar numbers in a are masked in place.
func (c *Checker) Household(a Answers) (HouseholdRow, []Finding) {
	r := row{level: Household, fields: householdFields, cells: a}
	h := HouseholdRow{
		SurveyCode:  r.key(hhSurveyCode),
		Key:         r.key(hhKey),
		WardCode:    r.key(hhWard),
		BlockNo:     r.key(hhBlock),
		HouseNo:     r.text(hhHouse),
		AddressLine: r.text(hhAddress),
		Locality:    r.text(hhLocality),
		PinCode:     r.digits(hhPIN),
		Consent:     r.one(hhConsent),
		TeamID:      r.key(hhTeam),
		Visit: Visit{
			Date:         r.day(hhVisitDate),
			No:           r.whole(hhVisitNo),
			Outcome:      r.one(hhOutcome),
			EnumeratorID: r.key(hhEnumerator),
		},
		ContactMobile: r.phone(hhMobile),
	}
	h.Other = r.readOthers()
	c.visit(&r, &h)
	c.place(&r, &h)
	consent(&r, &h)
	h.Masked = r.masked
	return h, r.out
}

func (c *Checker) visit(r *row, h *HouseholdRow) {
	if h.Visit.No == 0 && !r.isTold(hhVisitNo) {
		h.Visit.No = 1
	}
	switch day := h.Visit.Date; {
	case day.IsZero():
	case !c.Today.IsZero() && day.Compare(c.Today) > 0:
		r.bad(hhVisitDate, dateFuture)
		h.Visit.Date = Date{}
	case day.Year < 2000:
		r.bad(hhVisitDate, dateTooOld)
		h.Visit.Date = Date{}
	}
}

// place checks where the household is.
func (c *Checker) place(r *row, h *HouseholdRow) {
	h.WardCode = WardCode(h.WardCode)
	if c.Areas != nil && h.WardCode != "" {
		if _, ok := c.Areas.Ward(h.WardCode, h.Visit.Date); !ok {
			r.bad(hhWard, wardUnknown)
		}
	}
	if p := h.PinCode; p != "" && (len(p) != 6 || !allDigits(p) || p[:3] != "110") {
		r.bad(hhPIN, pinInvalid)
		h.PinCode = ""
	}
	if lat, lon := r.isTold(hhLatitude), r.isTold(hhLongitude); lat != lon {
		empty := hhLatitude
		if lat {
			empty = hhLongitude
		}
		if s, _ := clean(r.at(empty)); isNotTold(s) {
			r.add(empty, coordinateAlone)
		}
	}
	if x, ok := decimalNumber(r.at(hhAccuracy)); r.isTold(hhAccuracy) && ok && x > 100 {
		r.add(hhAccuracy, gpsPoor)
	}
	if h.Visit.Met() && h.HouseNo == "" && h.AddressLine == "" && h.Locality == "" {
		r.add(hhAddress, addressMissing)
	}
}

// consent: an interview needs a yes; without one nothing that leads to a person is kept.
func consent(r *row, h *HouseholdRow) {
	switch {
	case h.Consent == "yes":
		return
	case h.Visit.Met() && h.Consent == "no":
		r.add(hhConsent, noConsent)
	case h.Visit.Met() && !hasFinding(r.out, "consent"):
		r.add(hhConsent, consentMissing)
	}
	if h.ContactMobile != "" {
		h.ContactMobile = ""
		r.add(hhMobile, mobileWithoutConsent)
	}
}

func hasFinding(fs []Finding, field string) bool {
	for _, f := range fs {
		if f.Field == field {
			return true
		}
	}
	return false
}
