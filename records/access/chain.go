package access

import (
	"errors"
	"fmt"
	"iter"

	"sehat/records"
)

// ErrTampered is in the chain of every error of [VerifyChain] that says that the log is not as it was written.
var ErrTampered = errors.New("the audit log was changed")

// seal numbers entries, links each to the one before it, and hashes it. last is the chain's last entry, or the zero entry.
func seal(chain string, last records.AuditEntry, entries []records.AuditEntry) ([]records.AuditEntry, error) {
	for i := range entries {
		e := &entries[i]
		e.Chain, e.Seq, e.Prev = chain, last.Seq+1, last.Hash
		hash, err := entryHash(*e)
		if err != nil {
			return nil, err
		}
		e.Hash = hash
		last = *e
	}
	return entries, nil
}

func entryHash(e records.AuditEntry) (string, error) {
	b, err := records.Canonical(e)
	if err != nil {
		return "", err
	}
	return records.Hash(b), nil
}

// VerifyChain reads one chain in its order and returns its last entry, the zero entry for an empty chain. It returns an
// error with [ErrTampered] in its chain, which names the first entry that is wrong, where an entry was changed, taken out
// or put in.
func VerifyChain(entries iter.Seq2[records.AuditEntry, error]) (head records.AuditEntry, err error) {
	for e, err := range entries {
		if err != nil {
			return head, fmt.Errorf("reading the audit log: %w", err)
		}
		if head.Seq > 0 && e.Chain != head.Chain {
			return head, fmt.Errorf("%w: entry %d of chain %s stands in chain %s", ErrTampered, e.Seq, e.Chain, head.Chain)
		}
		if e.Seq != head.Seq+1 {
			return head, fmt.Errorf("%w: chain %s goes from entry %d to %d", ErrTampered, e.Chain, head.Seq, e.Seq)
		}
		hash, err := entryHash(e)
		if err != nil {
			return head, err
		}
		if e.Prev != head.Hash || e.Hash != hash {
			return head, fmt.Errorf("%w: entry %d of chain %s", ErrTampered, e.Seq, e.Chain)
		}
		head = e
	}
	return head, nil
}
