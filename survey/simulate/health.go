package simulate

// health is what a person would answer to the questions about it.
type health struct {
	blood      string
	disability string
	conditions []string
	allergies  string
	pregnant   bool
}

// An illness with its share of people by age: under 18, to 39, to 59, older. Rounded from the shares that Indian household
// surveys report for known, long-term illness.
type illness struct {
	code   string
	shares [4]float64
}

// illnesses draws the health of a person who is so old. Blood groups are as common as among Indian donors.
func (b *builder) illnesses(p *person, age int) health {
	known := [...]illness{
		{"hypertension", [4]float64{0.001, 0.035, 0.17, 0.36}},
		{"diabetes", [4]float64{0.001, 0.02, 0.12, 0.22}},
		{"heart", [4]float64{0.003, 0.005, 0.025, 0.075}},
		{"asthma_copd", [4]float64{0.012, 0.014, 0.028, 0.06}},
		{"kidney", [4]float64{0.001, 0.003, 0.008, 0.015}},
		{"cancer", [4]float64{0.0003, 0.0008, 0.004, 0.008}},
		{"tuberculosis", [4]float64{0.001, 0.003, 0.004, 0.004}},
		{"epilepsy", [4]float64{0.003, 0.004, 0.003, 0.002}},
		{"mental", [4]float64{0.002, 0.008, 0.01, 0.01}},
		{"thalassaemia_sickle", [4]float64{0.001, 0.0006, 0.0003, 0.0002}},
		{"other", [4]float64{0.008, 0.02, 0.04, 0.06}},
	}
	group := 3
	for i, top := range [...]int{18, 40, 60} {
		if age < top {
			group = i
			break
		}
	}
	h := health{blood: "unknown", disability: "none"}
	if b.s.chance(0.34) {
		h.blood = [...]string{"O+", "B+", "A+", "AB+", "O-", "B-", "A-", "AB-"}[b.s.weighted(35, 33, 21, 7.5, 1.2, 1.3, 0.7, 0.3)]
	}
	for _, i := range known {
		if b.s.chance(i.shares[group]) {
			h.conditions = append(h.conditions, i.code)
		}
	}
	if b.s.chance([...]float64{0.012, 0.015, 0.024, 0.06}[group]) {
		h.disability = [...]string{"movement", "seeing", "hearing", "speech", "learning", "mental", "other"}[b.s.weighted(40, 18, 16, 7, 7, 6, 6)]
	}
	if b.s.chance(0.018) {
		h.allergies = [...]string{"penicillin", "sulfa drugs", "dust", "aspirin", "eggs", "peanuts", "milk", "brinjal", "iron injection"}[b.s.weighted(5, 3, 5, 2, 1, 1, 1, 1, 0.5)]
	}
	h.pregnant = p.female && age >= 19 && age < 40 && b.s.chance(0.04)
	return h
}
