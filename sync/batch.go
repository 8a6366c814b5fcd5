package sync

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"sehat/cards"
	"sehat/records"
)

// MaxRows is how many rows one batch holds.
const MaxRows = 2000

// Limits of what is read: a batch beyond them is damaged or hostile.
const (
	maxPacked   = 32 << 20
	maxUnpacked = 64 << 20
	maxRow      = 16 << 20
	maxWord     = 1000 // a noun, a key, a hash: they go into indexes, whose entries databases limit
)

// Errors of a batch as received.
var (
	ErrDamaged    = errors.New("it is damaged")
	ErrTooBig     = errors.New("too big for a batch")
	ErrNotABatch  = errors.New("not a batch")
	ErrForeignKey = errors.New("it is not signed by its device")
)

const batchMagic = "sehat batch 1"

// A Header is the first line of a batch.
type Header struct {
	DeviceID string `json:"device"`
	Number   int64  `json:"batch"`          // from 1, without gaps
	Prev     string `json:"prev,omitempty"` // hash of the batch before it; empty for the first
	Rows     int    `json:"rows"`
	FrozenAt string `json:"frozen_at"`
}

// A Row is one row of a received batch. Why tells what is wrong with a row that cannot be read; the others stay good.
type Row struct {
	records.Change
	Why string
}

// Freeze makes a batch of rows and signs it. Header.Rows is set from changes. It returns ErrTooBig for a row, or rows, beyond
// the limits of FORMAT.md.
func Freeze(h Header, changes []records.Change, key ed25519.PrivateKey) (records.Frozen, error) {
	h.Rows = len(changes)
	lines, err := batchLines(h, changes)
	if err != nil {
		return records.Frozen{}, err
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return records.Frozen{}, fmt.Errorf("packing a batch: %w", err)
	}
	frame := enc.EncodeAll(lines, nil)
	line := batchLine(h.DeviceID, key.Public().(ed25519.PublicKey), cards.SignDetached(key, domainBatch, frame))
	b := append([]byte(line), frame...)
	if len(b) > maxPacked {
		return records.Frozen{}, ErrTooBig
	}
	return records.Frozen{
		DeviceID: h.DeviceID, Number: h.Number, Hash: records.Hash(b), Prev: h.Prev, Rows: h.Rows, Bytes: b, FrozenAt: h.FrozenAt,
	}, nil
}

// batchLines returns what is packed: the header and the rows, a line each.
func batchLines(h Header, changes []records.Change) ([]byte, error) {
	var buf bytes.Buffer
	line, err := records.Canonical(h)
	if err != nil {
		return nil, err
	}
	buf.Write(line)
	buf.WriteByte('\n')
	for _, c := range changes {
		line, err := records.Canonical(c)
		if err != nil {
			return nil, err
		}
		if len(line) > maxRow {
			return nil, fmt.Errorf("%s %s: %w", c.Noun, c.Key, ErrTooBig)
		}
		buf.Write(line)
		buf.WriteByte('\n')
	}
	if buf.Len() > maxUnpacked {
		return nil, ErrTooBig
	}
	return buf.Bytes(), nil
}

// batchLine is the first line of a batch.
func batchLine(deviceID string, key ed25519.PublicKey, sig []byte) string {
	return fmt.Sprintf("%s %s %s %s\n", batchMagic, deviceID, cards.NewKeyID(key), base64.StdEncoding.EncodeToString(sig))
}

// cutBatch parts the line of a batch from its frame.
func cutBatch(b []byte) (deviceID string, sig, frame []byte, err error) {
	if len(b) > maxPacked {
		return "", nil, nil, ErrTooBig
	}
	line, frame, ok := bytes.Cut(b, []byte("\n"))
	rest, isBatch := strings.CutPrefix(string(line), batchMagic+" ")
	words := strings.Split(rest, " ")
	if !ok || !isBatch || len(words) != 3 {
		return "", nil, nil, ErrNotABatch
	}
	sig, err = base64.StdEncoding.DecodeString(words[2])
	if err != nil {
		return "", nil, nil, ErrNotABatch
	}
	return words[0], sig, frame, nil
}

// Open verifies a batch as received with the key of its device, and only then unpacks and reads it. It returns ErrNotABatch,
// ErrForeignKey, ErrDamaged or ErrTooBig where the batch as a whole is no good.
func Open(b []byte, key ed25519.PublicKey) (Header, []Row, error) {
	deviceID, sig, frame, err := cutBatch(b)
	if err != nil {
		return Header{}, nil, err
	}
	// The line is held to the one way of writing it: the hash covers it, and another spelling would make a second batch
	// out of one signature.
	if !cards.VerifyDetached(key, domainBatch, frame, sig) || batchLine(deviceID, key, sig) != string(b[:len(b)-len(frame)]) {
		return Header{}, nil, ErrForeignKey
	}
	lines, err := unpack(frame)
	if err != nil {
		return Header{}, nil, err
	}
	h, rows, err := readLines(lines)
	if err == nil && h.DeviceID != deviceID {
		err = ErrForeignKey
	}
	return h, rows, err
}

// storable tells whether the words beside the content can be stored: none is too long or holds a zero character, which
// PostgreSQL does not store.
func (r Row) storable() bool {
	for _, word := range []string{string(r.Noun), r.Key, r.Base, r.Hash, r.SourceRev} {
		if len(word) > maxWord || strings.ContainsRune(word, 0) {
			return false
		}
	}
	return true
}

// unpack inflates a frame within the limits.
func unpack(frame []byte) ([]byte, error) {
	dec, err := zstd.NewReader(bytes.NewReader(frame), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return nil, ErrDamaged
	}
	defer dec.Close()
	lines, err := io.ReadAll(io.LimitReader(dec, maxUnpacked+1))
	if err != nil {
		return nil, ErrDamaged
	}
	if len(lines) > maxUnpacked {
		return nil, ErrTooBig
	}
	return lines, nil
}

// readLines reads the header and the rows. A row that cannot be read is kept as such.
func readLines(lines []byte) (Header, []Row, error) {
	var h Header
	s := bufio.NewScanner(bytes.NewReader(lines))
	s.Buffer(nil, maxRow+1)
	if !s.Scan() || json.Unmarshal(s.Bytes(), &h) != nil || h.Number < 1 || h.Rows < 0 || h.Rows > MaxRows {
		return h, nil, ErrDamaged
	}
	rows := make([]Row, 0, h.Rows)
	for s.Scan() {
		var r Row
		if err := json.Unmarshal(s.Bytes(), &r.Change); err != nil || !r.storable() {
			r = Row{Why: "the row cannot be read"}
		}
		rows = append(rows, r)
	}
	if s.Err() != nil || len(rows) != h.Rows {
		return h, nil, ErrDamaged
	}
	return h, rows, nil
}
