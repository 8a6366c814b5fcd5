package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sehat/records"
)

// Importing is the side of a store that an import writes to: each call commits all it was given, or nothing, unless several are made
// one transaction. It is for one goroutine.
type Importing struct {
	store  *Store
	tx     querier // of all calls that are made together, or rehearsed
	failed error   // the first error of a call in tx, which must then be taken back
}

// Importing returns where an import writes to.
func (s *Store) Importing() *Importing { return &Importing{store: s} }

// Rehearse runs f on the store as it is and takes everything back that f wrote.
func (s *Store) Rehearse(ctx context.Context, f func(*Importing) error) error {
	taken := errors.New("taken back")
	m := s.Importing()
	err := m.Together(ctx, func() error {
		if err := f(m); err != nil {
			return err
		}
		return taken
	})
	if errors.Is(err, taken) {
		return nil
	}
	return err
}

// Together makes all calls that f makes one transaction: it commits them if f returns nil and none of them failed. Inside of another
// Together it only calls f. Random ids touch a page each; rows that are committed together share those pages, and a large store's
// import takes a third less.
func (m *Importing) Together(ctx context.Context, f func() error) error {
	if m.tx != nil {
		return f()
	}
	defer func() { m.tx, m.failed = nil, nil }()
	return m.store.inTx(ctx, func(tx querier) error {
		if large := m.store.dialect.largeCache; large != "" {
			if _, err := tx.ExecContext(ctx, large); err != nil {
				return fmt.Errorf("making room for an import: %w", err)
			}
		}
		m.tx = tx
		if err := f(); err != nil {
			return err
		}
		return m.failed
	})
}

func (m *Importing) inTx(ctx context.Context, f func(tx querier) error) error {
	if m.tx == nil {
		return m.store.inTx(ctx, f)
	}
	if m.failed != nil {
		return m.failed
	}
	m.failed = f(m.tx)
	return m.failed
}

func (m *Importing) reader() querier {
	if m.tx != nil {
		return m.tx
	}
	return m.store.read
}

var importInsert = upsert("imports", 1, "id", "file", "file_hash", "profile", "mapping_hash", "survey_code", "decided_by", "started_at", "finished_at",
	"rows_done", "rows_new", "rows_updated", "rows_unchanged", "rows_held", "warnings", "aadhaar_masked")

const importColumns = `id, file, file_hash, profile, mapping_hash, survey_code, decided_by, started_at, finished_at,
	rows_done, rows_new, rows_updated, rows_unchanged, rows_held, warnings, aadhaar_masked`

func scanImport(row scanner) (records.Import, error) {
	var m records.Import
	c := &m.Counts
	err := row.Scan(&m.ID, &m.File, &m.FileHash, &m.Profile, &m.MappingHash, &m.SurveyCode, &m.By, &m.StartedAt, &m.FinishedAt,
		&m.RowsDone, &c.New, &c.Updated, &c.Unchanged, &c.Quarantined, &c.Warnings, &c.AadhaarMasked)
	c.RowsRead = c.New + c.Updated + c.Unchanged + c.Quarantined
	return m, err
}

func saveImport(ctx context.Context, q querier, m records.Import) error {
	c := m.Counts
	_, err := importInsert.rows(ctx, q, [][]any{{
		m.ID, m.File, m.FileHash, m.Profile, m.MappingHash, m.SurveyCode, m.By, m.StartedAt, m.FinishedAt,
		m.RowsDone, c.New, c.Updated, c.Unchanged, c.Quarantined, c.Warnings, c.AadhaarMasked,
	}})
	return err
}

// Begin starts an import, or goes on with the same file's import that was cut off: the one it returns says how many rows are
// done already and what became of them.
func (m *Importing) Begin(ctx context.Context, imp records.Import) (records.Import, error) {
	err := m.inTx(ctx, func(tx querier) error {
		cut, err := scanImport(tx.QueryRowContext(ctx, `SELECT `+importColumns+` FROM imports
WHERE file_hash = $1 AND profile = $2 AND mapping_hash = $3 AND survey_code = $4 AND file = $5 AND finished_at = '' AND undone_at = ''
ORDER BY started_at DESC LIMIT 1`, imp.FileHash, imp.Profile, imp.MappingHash, imp.SurveyCode, imp.File))
		if err == nil {
			imp = cut
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("looking for an import that was cut off: %w", err)
		}
		if err := saveImport(ctx, tx, imp); err != nil {
			return err
		}
		return keepsTrail(ctx, tx, imp)
	})
	return imp, err
}

// Finish notes that an import has read its whole file.
func (m *Importing) Finish(ctx context.Context, imp records.Import) error {
	return m.inTx(ctx, func(tx querier) error { return saveImport(ctx, tx, imp) })
}

// Rows takes a batch of rows in and returns what became of each, with the import as it then stands. Rows, outbox, quarantine
// and checkpoint are one transaction. The import's RowsDone, Warnings and AadhaarMasked are stored as given; the outcomes
// are added to its counts. The rows' parts are given their Meta by [records.Ingest].
func (m *Importing) Rows(ctx context.Context, imp records.Import, rows []records.ImportRow) (records.Import, []records.Outcome, error) {
	outcomes := make([]records.Outcome, 0, len(rows))
	after := imp
	err := m.inTx(ctx, func(tx querier) error {
		if err := m.store.lock(ctx, tx, "rows"); err != nil {
			return err
		}
		if err := notUndone(ctx, tx, imp.ID); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		b, err := m.store.newImportBatch(ctx, tx, h, rows)
		if err != nil {
			return err
		}
		for i := range rows {
			o := b.take(&rows[i])
			outcomes = append(outcomes, o)
			after.Counts.Add(o)
		}
		if err := b.save(ctx, tx, imp.ID); err != nil {
			return err
		}
		return saveImport(ctx, tx, after)
	})
	if err != nil {
		return imp, nil, fmt.Errorf("storing rows: %w", err)
	}
	return after, outcomes, nil
}

// An importBatch is what a batch of rows is about to change, and what stands.
type importBatch struct {
	home       records.Home
	households standingTable[records.Household]
	visits     standingTable[records.Visit]
	residents  standingTable[records.Resident]
	quarantine quarantineBatch
}

// newImportBatch reads what stands under the ids of the rows. Nobody stands without the household, and most rows of a first import are of
// households that the store does not know: their members and visits are not looked for.
func (s *Store) newImportBatch(ctx context.Context, q querier, h records.Home, rows []records.ImportRow) (*importBatch, error) {
	b := &importBatch{home: h}
	var households, rejects []string
	met := map[string]bool{} // of households, those that a row tells of
	for _, r := range rows {
		if r.Household != nil {
			households = append(households, r.Household.ID)
			met[r.Household.ID] = true
		}
		if r.Visit != nil {
			households = append(households, r.Visit.HouseholdID)
		}
		if r.Resident != nil {
			households = append(households, r.Resident.HouseholdID)
		}
		if r.Reject != nil {
			rejects = append(rejects, r.Reject.ID)
			if r.Of.HouseholdID != "" {
				households = append(households, r.Of.HouseholdID)
				met[r.Of.HouseholdID] = met[r.Of.HouseholdID] || r.Of.ResidentID == ""
			}
		}
	}
	var err error
	if b.households, err = standingRows[records.Household](ctx, s, q, `SELECT id, `+metaColumns+` FROM households`, scanStanding, households); err != nil {
		return nil, fmt.Errorf("reading households: %w", err)
	}
	lived, err := s.inhabited(ctx, q, slices.Collect(maps.Keys(b.households.byID)))
	if err != nil {
		return nil, err
	}
	var visits, residents []string
	for i := range rows {
		r := &rows[i]
		if r.Visit != nil && b.households.byID[r.Visit.HouseholdID] != nil {
			visits = append(visits, r.Visit.ID)
		}
		if r.Resident != nil && lived[r.Resident.HouseholdID] {
			residents = append(residents, r.Resident.ID)
		}
		if r.Of.ResidentID != "" && lived[r.Of.HouseholdID] {
			residents = append(residents, r.Of.ResidentID)
		}
	}
	if b.visits, err = standingRows[records.Visit](ctx, s, q, `SELECT id, `+metaColumns+` FROM visits`, scanStanding, visits); err != nil {
		return nil, fmt.Errorf("reading visits: %w", err)
	}
	if b.residents, err = standingRows[records.Resident](ctx, s, q, standingResident, scanStandingResident, residents); err != nil {
		return nil, fmt.Errorf("reading residents: %w", err)
	}
	maps.DeleteFunc(b.households.byID, func(id string, _ *standingEntry[records.Household]) bool { return !met[id] })
	b.quarantine, err = newQuarantineBatch(ctx, s, q, rejects)
	return b, err
}

// inhabited tells which households somebody stands in.
func (s *Store) inhabited(ctx context.Context, q querier, households []string) (map[string]bool, error) {
	lived := map[string]bool{}
	slices.Sort(households)
	for list := range inLists(households) {
		for id, err := range query(ctx, q, scanText, `SELECT DISTINCT household_id FROM residents WHERE household_id IN `+s.list(1, len(list)), anys(list)...) {
			if err != nil {
				return nil, fmt.Errorf("reading residents: %w", err)
			}
			lived[id] = true
		}
	}
	return lived, nil
}

// take decides about one row and notes what it changes, so that a later row of the same batch stands against it.
func (b *importBatch) take(r *records.ImportRow) records.Outcome {
	var had records.StandingRows
	if r.Household != nil {
		had.Household = b.households.standing(r.Household.ID)
	}
	if r.Visit != nil {
		had.Visit = b.visits.standing(r.Visit.ID)
	}
	if r.Resident != nil {
		had.Resident = b.residents.standing(r.Resident.ID)
	}
	if r.Of.ResidentID != "" {
		had.Resident = b.residents.standing(r.Of.ResidentID)
	} else if r.Of.HouseholdID != "" {
		had.Household = b.households.standing(r.Of.HouseholdID)
	}
	in := records.Ingest(r, had, b.home.Device)
	if in.Household != records.WriteNothing {
		b.households.put(r.Household.ID, r.Household, records.Standing{Meta: r.Household.Meta}, in.Household)
	}
	if in.Visit != records.WriteNothing {
		b.visits.put(r.Visit.ID, r.Visit, records.Standing{Meta: r.Visit.Meta}, in.Visit)
	}
	if in.Resident != records.WriteNothing {
		b.residents.put(r.Resident.ID, r.Resident, records.Standing{Meta: r.Resident.Meta, Resident: r.Resident}, in.Resident)
	}
	if in.Reject != nil {
		return b.quarantine.hold(*in.Reject)
	}
	b.quarantine.close(r.Closes)
	if r.Reject != nil { // of an earlier edit
		b.quarantine.close([]string{r.Reject.ID})
	}
	return in.Outcome
}

func (b *importBatch) save(ctx context.Context, q querier, importID string) error {
	// Ids are random, so that every row of a batch lies on a page of its own. In their order each page is found, changed and written
	// once; otherwise a large store's pages fall out of the cache and come back (with the size of a batch, a third of an import).
	b.households.sort()
	b.visits.sort()
	b.residents.sort()
	if err := b.leaveTrail(ctx, b.quarantine.store, q, importID); err != nil {
		return err
	}
	relink := newRelinking()
	if err := saveHouseholds(ctx, q, relink, b.households.changed(), b.households.there); err != nil {
		return err
	}
	if err := saveResidents(ctx, q, relink, b.residents.changed(), b.residents.there); err != nil {
		return err
	}
	if err := saveVisits(ctx, q, b.visits.changed(), b.visits.there); err != nil {
		return err
	}
	for name, revs := range map[string]map[string]string{
		"households": b.households.revs(), "residents": b.residents.revs(), "visits": b.visits.revs(),
	} {
		if err := saveSourceRevs(ctx, q, name, revs); err != nil {
			return err
		}
	}
	for noun, ids := range map[records.Noun][]string{
		records.NounHousehold: b.households.ids(), records.NounResident: b.residents.ids(), records.NounVisit: b.visits.ids(),
	} {
		if err := enqueue(ctx, q, b.home, noun, ids...); err != nil {
			return err
		}
	}
	return b.quarantine.save(ctx, q, importID)
}

// A standingTable is what stands of one noun under the ids of a batch, and what the batch writes.
type standingTable[T any] struct {
	byID    map[string]*standingEntry[T]
	written []*standingEntry[T]
}

// A standingEntry is what stands under one id.
type standingEntry[T any] struct {
	id      string
	before  bool             // it was stored before the batch
	now     records.Standing // with what the batch did so far
	row     *T               // to write, if anything
	revOnly bool             // only its source revision is newer
}

func (t *standingTable[T]) standing(id string) *records.Standing {
	if e := t.byID[id]; e != nil {
		return &e.now
	}
	return nil
}

func (t *standingTable[T]) put(id string, row *T, standing records.Standing, w records.Write) {
	e := t.byID[id]
	if e == nil {
		e = &standingEntry[T]{id: id}
		t.byID[id] = e
	}
	e.now = standing
	if w == records.WriteRevision && e.row == nil {
		e.revOnly = true
		return
	}
	if e.row == nil {
		t.written = append(t.written, e)
	}
	e.row, e.revOnly = row, false
}

func (t *standingTable[T]) sort() {
	slices.SortFunc(t.written, func(a, b *standingEntry[T]) int { return strings.Compare(a.id, b.id) })
}

// there reports whether an id was stored before the batch.
func (t *standingTable[T]) there(id string) bool { return t.byID[id].before }

// changed lists the rows to write, and ids names them.
func (t *standingTable[T]) changed() []*T {
	list := make([]*T, len(t.written))
	for i, e := range t.written {
		list[i] = e.row
	}
	return list
}

func (t *standingTable[T]) ids() []string {
	list := make([]string, len(t.written))
	for i, e := range t.written {
		list[i] = e.id
	}
	return list
}

// revs are the source revisions of the rows in which nothing else is new.
func (t *standingTable[T]) revs() map[string]string {
	revs := map[string]string{}
	for id, e := range t.byID {
		if e.revOnly {
			revs[id] = e.now.SourceRev
		}
	}
	return revs
}

// idStanding is a standing row with its id.
type idStanding struct {
	id string
	records.Standing
}

func scanStanding(row scanner) (idStanding, error) {
	var v idStanding
	err := row.Scan(append([]any{&v.id}, metaDest(&v.Meta)...)...)
	return v, err
}

const standingResident = `SELECT id, ` + metaColumns + `, state, full_name, full_name_hi, sex, birth_year, birth_month, birth_day, age_years, visit_date FROM residents`

func scanStandingResident(row scanner) (idStanding, error) {
	r := new(records.Resident)
	v := idStanding{Standing: records.Standing{Resident: r}}
	err := row.Scan(append(append([]any{&v.id}, metaDest(&v.Meta)...),
		&r.State, &r.FullName, &r.FullNameHi, &r.Sex, &r.BirthYear, &r.BirthMonth, &r.BirthDay, &r.AgeYears, &r.VisitDate)...)
	return v, err
}

// standingRows reads what stands under ids.
func standingRows[T any](ctx context.Context, s *Store, q querier, text string, scan func(scanner) (idStanding, error), ids []string) (standingTable[T], error) {
	t := standingTable[T]{byID: make(map[string]*standingEntry[T], len(ids))}
	slices.Sort(ids) // neighbours in the index
	for chunk := range inLists(slices.Compact(ids)) {
		for v, err := range query(ctx, q, scan, text+` WHERE id IN `+s.list(1, len(chunk)), anys(chunk)...) {
			if err != nil {
				return t, err
			}
			t.byID[v.id] = &standingEntry[T]{id: v.id, before: true, now: v.Standing}
		}
	}
	return t, nil
}

// HouseholdsByKey returns the households that a source knows by one of the keys, each with its latest visit. An empty survey
// code finds every round.
func (m *Importing) HouseholdsByKey(ctx context.Context, profile, survey string, keys []string) ([]records.KnownHousehold, error) {
	var all []records.KnownHousehold
	for chunk := range slices.Chunk(keys, 500) {
		list, err := collect(query(ctx, m.reader(), scanKnownHousehold, knownHouseholds+
			` WHERE h.profile = $1 AND (h.survey_code = $2 OR $2 = '') AND h.household_key IN `+m.store.list(3, len(chunk))+` ORDER BY h.id`,
			append([]any{profile, survey}, anys(chunk)...)...))
		if err != nil {
			return nil, fmt.Errorf("reading households: %w", err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// HouseholdsByID returns the households with these ids, each with its latest visit.
func (m *Importing) HouseholdsByID(ctx context.Context, ids []string) ([]records.KnownHousehold, error) {
	var all []records.KnownHousehold
	for chunk := range slices.Chunk(ids, 500) {
		list, err := collect(query(ctx, m.reader(), scanKnownHousehold, knownHouseholds+` WHERE h.id IN `+m.store.list(1, len(chunk))+` ORDER BY h.id`, anys(chunk)...))
		if err != nil {
			return nil, fmt.Errorf("reading households: %w", err)
		}
		all = append(all, list...)
	}
	return all, nil
}

const knownHouseholds = `
SELECT h.id, h.household_key, h.survey_code, h.ward_code, h.team_id, h.consent, COALESCE(v.visit_no, 0), COALESCE(v.visit_date, ''), COALESCE(v.visit_outcome, ''), COALESCE(v.enumerator_id, '')
FROM households h LEFT JOIN visits v ON v.household_id = h.id
	AND NOT EXISTS (SELECT 1 FROM visits w WHERE w.household_id = h.id AND w.visit_no > v.visit_no)`

func scanKnownHousehold(row scanner) (records.KnownHousehold, error) {
	var h records.KnownHousehold
	err := row.Scan(&h.ID, &h.Key, &h.SurveyCode, &h.WardCode, &h.TeamID, &h.Consent, &h.VisitNo, &h.VisitDate, &h.VisitOutcome, &h.EnumeratorID)
	return h, err
}
