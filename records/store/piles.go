package store

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"sehat/records"
)

// copies are the copies of cards in batches that were not dropped, with the ward of the holder.
const copies = `FROM print_slots p JOIN print_batches b ON b.id = p.batch_id AND b.state <> 'dropped'
JOIN cards c ON c.number = p.number AND c.version = p.version
LEFT JOIN residents r ON r.id = c.resident_id LEFT JOIN households h ON h.id = r.household_id`

// wasSpoiled holds for a copy that was spoiled.
const wasSpoiled = `EXISTS (SELECT 1 FROM card_events s WHERE s.number = p.number AND s.version = p.version AND s.event = 'spoiled' AND s.print_batch = p.batch_id)`

// anotherCopy holds for a copy beside which its card has another one that is whole.
const anotherCopy = `EXISTS (SELECT 1 FROM print_slots o JOIN print_batches ob ON ob.id = o.batch_id WHERE o.number = p.number AND o.version = p.version
	AND NOT (o.batch_id = p.batch_id AND o.position = p.position) AND ob.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM card_events s
	WHERE s.number = o.number AND s.version = o.version AND s.event = 'spoiled' AND s.print_batch = o.batch_id))`

// inHand holds for a card that somebody took and that did not come back, whatever became of it then.
const inHand = `EXISTS (SELECT 1 FROM card_events t WHERE t.number = c.number AND t.version = c.version AND t.event = 'handed_over' AND NOT EXISTS (
	SELECT 1 FROM card_events u WHERE u.number = t.number AND u.version = t.version AND u.event = 'returned' AND u.decided_at >= t.decided_at))`

// stateNow is the state of a card, as records.Card.StateAt tells it: nobody has to say that one expired. Which argument of a query is
// the time is put in by atTime.
const stateNow = `CASE WHEN ` + expired + ` AND c.state NOT IN ` + endStates + ` THEN 'expired' ELSE c.state END`

// expired holds for a card that is past its date.
const expired = `c.expires_at <> '' AND c.expires_at <= $now`

const endStates = `('lost', 'revoked', 'replaced', 'expired', 'held')`

// ended holds for a card that may not be used.
const ended = `(c.state IN ` + endStates + ` OR ` + expired + `)`

// atTime puts the number of the argument that is the time into a query. Without a time, an empty one, no card expired.
func atTime(text string, argument int) string {
	return strings.ReplaceAll(text, "$now", "$"+strconv.Itoa(argument))
}

// whereNow is the one place in which a copy is counted.
const whereNow = `CASE WHEN ` + wasSpoiled + ` THEN CASE WHEN ` + anotherCopy + ` THEN 'reprinted' ELSE 'spoiled' END
	WHEN b.state = 'making' THEN 'making' WHEN ` + inHand + ` THEN 'handed_over' WHEN ` + ended + ` THEN 'ended'
	WHEN c.state IN ('issued', 'spoiled') THEN 'printed' ELSE c.state END`

// PileCounts says where the copies are now: of each print batch, oldest first, or of each ward.
func (s *Store) PileCounts(ctx context.Context, f records.PileFilter, byWard bool) ([]records.PileCount, error) {
	group := `batch_id, layout, made_at, ''`
	if byWard {
		group = `'', '', '', ward`
	}
	type part struct {
		records.PileCount
		at string
		n  int
	}
	var list []records.PileCount
	for p, err := range query(ctx, s.read, func(row scanner) (part, error) {
		var p part
		err := row.Scan(&p.Batch, &p.Layout, &p.MadeAt, &p.Ward, &p.at, &p.n)
		return p, err
	}, `SELECT `+group+`, at, count(*) FROM (SELECT p.batch_id, b.layout, b.made_at, COALESCE(h.ward_code, '') AS ward, `+atTime(whereNow, 3)+` AS at `+copies+`
	WHERE ($1 = '' OR p.batch_id = $1) AND ($2 = '' OR h.ward_code = $2)) x
GROUP BY batch_id, layout, made_at, ward, at ORDER BY `+map[bool]string{false: "made_at, batch_id", true: "ward"}[byWard], f.Batch, f.Ward, f.Now) {
		if err != nil {
			return nil, fmt.Errorf("counting printed cards: %w", err)
		}
		if last := len(list) - 1; last < 0 || list[last].Batch != p.Batch || list[last].Ward != p.Ward {
			list = append(list, p.PileCount)
		}
		if err := countAt(&list[len(list)-1], p.at, p.n); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// countAt adds n copies that are in one place.
func countAt(p *records.PileCount, at string, n int) error {
	p.Copies += n
	switch at {
	case "making":
		p.Making += n
	case "reprinted":
		p.Reprinted += n
		p.Spoiled += n
	case records.CardSpoiled:
		p.Spoiled += n
	case records.CardPrinted:
		p.Printed += n
	case records.CardDispatched:
		p.Dispatched += n
	case records.CardHandedOver, records.CardActive:
		p.HandedOver += n
	case records.CardReturned:
		p.Returned += n
	case "ended":
		p.Ended += n
	default:
		return fmt.Errorf("counting printed cards: %d are %q", n, at)
	}
	return nil
}

// CardsInPiles says which cards lie in a pile at a time, and why the others do not.
func (s *Store) CardsInPiles(ctx context.Context, ward, now string) (records.CardCount, error) {
	var count records.CardCount
	err := s.read.QueryRowContext(ctx, `SELECT count(*), COALESCE(sum(CASE WHEN at = 'pile' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE WHEN at = 'issued' THEN 1 ELSE 0 END), 0),
	COALESCE(sum(CASE WHEN at = 'spoiled' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE WHEN at = 'ended' THEN 1 ELSE 0 END), 0)
FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM print_slots p JOIN print_batches b ON b.id = p.batch_id WHERE p.number = c.number AND p.version = c.version AND `+livePile+`) THEN 'pile'
	WHEN `+atTime(ended, 2)+` THEN 'ended' WHEN c.origin <> `+thisDevice+` THEN 'elsewhere' ELSE c.state END AS at
	FROM cards c LEFT JOIN residents r ON r.id = c.resident_id LEFT JOIN households h ON h.id = r.household_id WHERE $1 = '' OR h.ward_code = $1) x`, ward, now).
		Scan(&count.Cards, &count.InAPile, &count.ToPrint, &count.ToReprint, &count.Ended)
	if err != nil {
		return count, fmt.Errorf("counting cards: %w", err)
	}
	count.Elsewhere = count.Cards - count.InAPile - count.ToPrint - count.ToReprint - count.Ended
	return count, nil
}

// lastTime is when something last happened to a card.
func lastTime(event string) string {
	return `COALESCE((SELECT max(l.decided_at) FROM card_events l WHERE l.number = c.number AND l.version = c.version AND l.event = '` + event + `'), '')`
}

// mismatches say of each way in which cards do not add up since when that is, and for which copies. What may be so for a while
// counts from a time on.
var mismatches = map[records.Mismatch]struct {
	since, where string
	whileOK      bool
}{
	records.MismatchLate:            {lastTime("dispatched"), `(` + stateNow + `) = 'dispatched' AND NOT ` + wasSpoiled, true},
	records.MismatchIdle:            {`b.made_at`, `(` + stateNow + `) = 'printed' AND b.state = 'made' AND NOT ` + wasSpoiled, true},
	records.MismatchReturnedWaiting: {lastTime("returned"), `(` + stateNow + `) = 'returned' AND NOT ` + wasSpoiled, true},
	records.MismatchNotDispatched: {
		lastTime("handed_over"), inHand + ` AND NOT ` + wasSpoiled + ` AND p.batch_id IN (SELECT d.print_batch FROM card_events d WHERE d.event = 'dispatched')
	AND NOT EXISTS (SELECT 1 FROM card_events d WHERE d.number = c.number AND d.version = c.version AND d.event = 'dispatched')`, false,
	},
	records.MismatchTwoPiles:  {`b.made_at`, `NOT ` + wasSpoiled + ` AND ` + anotherCopy, false},
	records.MismatchToReprint: {lastTime("spoiled"), `(` + stateNow + `) = 'spoiled' AND ` + wasSpoiled + ` AND NOT ` + anotherCopy + ` AND ` + lastCopy, false},
	records.MismatchTwice: {
		lastTime("handed_over"), `c.number IN (SELECT t.number FROM card_events t WHERE t.event = 'handed_over' GROUP BY t.number, t.version HAVING count(*) > 1)
	AND NOT ` + wasSpoiled + ` AND EXISTS (SELECT 1 FROM card_events t JOIN card_events w ON w.number = t.number AND w.version = t.version
	AND w.event = 'handed_over' AND w.id <> t.id AND w.decided_at >= t.decided_at
	WHERE t.number = c.number AND t.version = c.version AND t.event = 'handed_over' AND NOT EXISTS (SELECT 1 FROM card_events u
	WHERE u.number = t.number AND u.version = t.version AND u.event = 'returned' AND u.decided_at >= t.decided_at AND u.decided_at <= w.decided_at))`, false,
	},
	records.MismatchEnded:         {`CASE WHEN (` + stateNow + `) <> 'expired' OR c.expires_at = '' THEN ` + lastOf + ` ELSE c.expires_at END`, ended + ` AND c.state <> 'held' AND b.state = 'made' AND NOT ` + wasSpoiled + ` AND NOT ` + inHand, false},
	records.MismatchSpoiledInHand: {lastTime("spoiled"), `c.number IN (SELECT t.number FROM card_events t WHERE t.event = 'spoiled') AND ` + wasSpoiled + ` AND ` + inHand + ` AND NOT ` + anotherCopy + ` AND ` + lastCopy, false},
	records.MismatchClock: {
		lastTime("handed_over"), `EXISTS (SELECT 1 FROM card_events t WHERE t.number = c.number AND t.version = c.version AND t.event = 'handed_over' AND t.decided_at < (
	SELECT min(m.decided_at) FROM card_events m WHERE m.number = c.number AND m.version = c.version AND m.event = 'printed'))`, false,
	},
}

// lastOf is when anything last happened to a card.
const lastOf = `COALESCE((SELECT max(l.decided_at) FROM card_events l WHERE l.number = c.number AND l.version = c.version), '')`

// lastCopy holds for the copy of a card that was made last.
const lastCopy = `NOT EXISTS (SELECT 1 FROM print_slots q JOIN print_batches qb ON qb.id = q.batch_id WHERE q.number = p.number AND q.version = p.version
	AND qb.state <> 'dropped' AND (qb.made_at > b.made_at OR qb.made_at = b.made_at AND qb.id > b.id))`

// forEver is later than every stamp.
const forEver = "9999"

// Mismatched streams the copies that do not add up in one way, by batch and position.
func (s *Store) Mismatched(ctx context.Context, m records.Mismatch, f records.PileFilter) iter.Seq2[records.PileRow, error] {
	text, args := mismatched(m, f)
	return query(ctx, s.read, scanPileRow, `SELECT batch_id, position, number, version, ward, state, since FROM (`+text+`) x WHERE since < $3 ORDER BY batch_id, position`, args...)
}

// CountMismatched counts them.
func (s *Store) CountMismatched(ctx context.Context, m records.Mismatch, f records.PileFilter) (int, error) {
	text, args := mismatched(m, f)
	var n int
	if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM (`+text+`) x WHERE since < $3`, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting cards that do not add up: %w", err)
	}
	return n, nil
}

func mismatched(m records.Mismatch, f records.PileFilter) (text string, args []any) {
	rule := mismatches[m]
	before := f.Before
	if before == "" || !rule.whileOK {
		before = forEver
	}
	return atTime(`SELECT p.batch_id, p.position, p.number, p.version, COALESCE(h.ward_code, '') AS ward, `+stateNow+` AS state, `+rule.since+` AS since `+copies+`
WHERE ($1 = '' OR p.batch_id = $1) AND ($2 = '' OR h.ward_code = $2) AND `+rule.where, 4), []any{f.Batch, f.Ward, before, f.Now}
}

func scanPileRow(row scanner) (records.PileRow, error) {
	var p records.PileRow
	err := row.Scan(&p.Batch, &p.Position, &p.Number, &p.Version, &p.Ward, &p.State, &p.Since)
	return p, err
}

// PileRows streams the copies of a print batch by position, as they are at a time. A copy that was spoiled is told as spoiled, wherever
// the card is.
func (s *Store) PileRows(ctx context.Context, batch, now string) iter.Seq2[records.PileRow, error] {
	return query(ctx, s.read, scanPileRow, `SELECT p.batch_id, p.position, p.number, p.version, COALESCE(h.ward_code, ''),
	CASE WHEN `+wasSpoiled+` THEN 'spoiled' ELSE `+atTime(stateNow, 2)+` END, `+lastOf+` `+copies+` WHERE p.batch_id = $1 ORDER BY p.position`, batch, now)
}

// Reprints counts the cards of a print batch that were printed before.
func (s *Store) Reprints(ctx context.Context, batch string) (int, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM print_slots p WHERE p.batch_id = $1 AND EXISTS (SELECT 1 FROM card_events e
	WHERE e.number = p.number AND e.version = p.version AND e.event = 'spoiled' AND e.print_batch <> p.batch_id)`, batch).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting reprints: %w", err)
	}
	return n, nil
}

// Handout streams the cards that wait to be handed over, in walking order: printed, dispatched or returned.
func (s *Store) Handout(ctx context.Context, f records.PileFilter) iter.Seq2[records.HandoutRow, error] {
	return query(ctx, s.read, func(row scanner) (records.HandoutRow, error) {
		var r records.HandoutRow
		err := row.Scan(&r.Batch, &r.Position, &r.Number, &r.Version, &r.Ward, &r.State, &r.Name, &r.NameHi, &r.FatherOrHusband, &r.Block, &r.House, &r.Address, &r.Mobile)
		return r, err
	}, `SELECT p.batch_id, p.position, p.number, p.version, COALESCE(h.ward_code, ''), c.state, COALESCE(r.full_name, ''), COALESCE(r.full_name_hi, ''),
	COALESCE(r.father_or_husband_name, ''), COALESCE(h.block_no, ''), COALESCE(h.house_no, ''), COALESCE(h.address_line, ''),
	CASE WHEN COALESCE(r.mobile, '') <> '' THEN r.mobile ELSE COALESCE(h.contact_mobile, '') END `+copies+`
WHERE ($1 = '' OR p.batch_id = $1) AND ($2 = '' OR h.ward_code = $2) AND b.state = 'made' AND c.state IN ('printed', 'dispatched', 'returned') AND NOT (`+atTime(expired, 3)+`) AND NOT `+wasSpoiled+`
ORDER BY h.ward_code, h.block_no, h.house_no, h.id, r.line_no, r.id, p.batch_id, p.position`, f.Batch, f.Ward, f.Now)
}
