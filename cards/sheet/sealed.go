package sheet

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"sehat/cards"
)

// Domains of what a centre and a print centre sign for each other. See JOB.md.
const (
	domainJob    = "job/1"
	domainCards  = "job-cards/1"
	domainReport = "print-report/1"
)

// Errors of a sealed job.
var (
	ErrNotAJob     = errors.New("not a sealed print job")
	ErrOtherKey    = errors.New("the job is sealed to another print centre")
	ErrDamagedJob  = errors.New("the job is damaged")
	ErrUnsealedJob = errors.New("the job was not signed by the centre, or was changed after that")
)

const (
	maxLine  = 64 << 20 // of a sealed job
	maxFrame = 64 << 20 // of the cards in a line, unpacked
	partSize = 4 << 20  // of the cards in a line, before packing: more begin the next
)

// A JobHeader says what a sealed job is. Its JSON is signed as it is.
type JobHeader struct {
	Batch    string      `json:"batch"`
	Layout   string      `json:"layout"`
	Made     time.Time   `json:"made"` // the date in the files
	For      cards.KeyID `json:"for"`  // the print centre's signing key
	Cards    int         `json:"cards"`
	FaceFile []byte      `json:"face_file,omitempty"` // a card face file; none for the one that sehat comes with
	MadeWith string      `json:"made_with,omitempty"` // the version of sehat at the centre
}

// Sign returns the header as a signed envelope, the first line of a sealed job, and the job's hash. The same header gives the
// same bytes.
func (h JobHeader) Sign(centre ed25519.PrivateKey) (envelope []byte, hash string, err error) {
	h.Made = h.Made.UTC()
	payload, err := json.Marshal(h)
	if err != nil {
		return nil, "", fmt.Errorf("print job: %w", err)
	}
	envelope, err = cards.SignEnvelope(centre, domainJob, payload)
	return envelope, hashOf(payload), err
}

// OpenJobHeader verifies the first line of a sealed job and reads it. find returns the centre's key for the id that the line
// names.
func OpenJobHeader(envelope []byte, find func(cards.KeyID) (ed25519.PublicKey, error)) (h JobHeader, hash string, err error) {
	payload, err := cards.OpenEnvelope(envelope, domainJob, find)
	if err != nil {
		return h, "", unsealed(err)
	}
	if err := json.Unmarshal(payload, &h); err != nil || h.Cards < 1 || !batchForm.MatchString(h.Batch) {
		return h, "", ErrNotAJob
	}
	return h, hashOf(payload), nil
}

// unsealed says what a signature that does not hold means for a job.
func unsealed(err error) error {
	switch {
	case errors.Is(err, cards.ErrNotAnEnvelope):
		return ErrNotAJob
	case errors.Is(err, cards.ErrBadSignature):
		return ErrUnsealedJob
	}
	return fmt.Errorf("%w: %w", ErrUnsealedJob, err)
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// partHead is the first line of a part.
type partHead struct {
	Job   string `json:"job"`
	Part  int    `json:"part"` // from 1
	Cards int    `json:"cards"`
}

// sealedCard is one card of a part.
type sealedCard struct {
	Face  cards.Face `json:"face"`
	QR    string     `json:"qr"`
	Photo []byte     `json:"photo,omitempty"` // the face's Picture
}

// SealJob writes a job as a file for one print centre. envelope is the signed header; recipient its age key, "age1…"; faces are
// as many as the header says. It returns an error if they are not.
func SealJob(w io.Writer, centre ed25519.PrivateKey, recipient string, envelope []byte, faces iter.Seq2[cards.Face, error]) error {
	known := func(cards.KeyID) (ed25519.PublicKey, error) { return centre.Public().(ed25519.PublicKey), nil }
	h, hash, err := OpenJobHeader(envelope, known)
	if err != nil {
		return fmt.Errorf("sealing a print job: %w", err)
	}
	to, err := age.ParseX25519Recipient(recipient)
	if err != nil {
		return fmt.Errorf("sealing print batch %s: the print centre's key is none", h.Batch)
	}
	sealed, err := age.Encrypt(w, to)
	if err != nil {
		return fmt.Errorf("sealing print batch %s: %w", h.Batch, err)
	}
	s := sealing{w: bufio.NewWriterSize(sealed, 1<<16), key: centre, hash: hash}
	err = s.all(envelope, h.Cards, faces)
	if err == nil {
		err = errors.Join(s.w.Flush(), sealed.Close())
	}
	if err != nil {
		return fmt.Errorf("sealing print batch %s: %w", h.Batch, err)
	}
	return nil
}

// sealing is one job in the making.
type sealing struct {
	w    *bufio.Writer
	key  ed25519.PrivateKey
	hash string
	zstd *zstd.Encoder
	part int
	n    int          // cards of the part so far
	rows bytes.Buffer // of the part so far
}

func (s *sealing) all(envelope []byte, total int, faces iter.Seq2[cards.Face, error]) (err error) {
	if s.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)); err != nil {
		return err
	}
	if err := s.line(envelope); err != nil {
		return err
	}
	done := 0
	for f, err := range faces {
		if err != nil {
			return err
		}
		row, err := json.Marshal(sealedCard{f, f.QR, []byte(f.Picture)})
		if err != nil {
			return err
		}
		s.rows.Write(row)
		s.rows.WriteByte('\n')
		done++
		if s.n++; s.n == CardsPerFile || s.rows.Len() > partSize {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
	if s.n > 0 {
		if err := s.flush(); err != nil {
			return err
		}
	}
	if done != total {
		return fmt.Errorf("it has %d cards, and %d were to be sealed", done, total)
	}
	return nil
}

// flush writes a part.
func (s *sealing) flush() error {
	s.part++
	head, err := json.Marshal(partHead{s.hash, s.part, s.n})
	if err != nil {
		return err
	}
	frame := s.zstd.EncodeAll(append(append(head, '\n'), s.rows.Bytes()...), nil)
	s.n = 0
	s.rows.Reset()
	line, err := cards.SignEnvelope(s.key, domainCards, frame)
	if err != nil {
		return err
	}
	return s.line(line)
}

func (s *sealing) line(b []byte) error {
	_, _ = s.w.Write(b) // Flush tells
	return s.w.WriteByte('\n')
}

// A SealedJob is a job that came to a print centre, its header verified.
type SealedJob struct {
	Header JobHeader
	Hash   string
	lines  *bufio.Reader
	find   func(cards.KeyID) (ed25519.PublicKey, error)
}

// OpenJob opens a sealed job with the print centre's age key, "AGE-SECRET-KEY-1…", and verifies its header. self is the print centre's
// signing key. It returns ErrOtherKey where the job is for another print centre, and ErrUnsealedJob where the centre did not sign it.
func OpenJob(r io.Reader, secret string, self cards.KeyID, find func(cards.KeyID) (ed25519.PublicKey, error)) (*SealedJob, error) {
	identity, err := age.ParseX25519Identity(secret)
	if err != nil {
		return nil, errors.New("the print centre's own key cannot be read")
	}
	plain, err := age.Decrypt(r, identity)
	if noMatch := new(age.NoIdentityMatchError); errors.As(err, &noMatch) {
		return nil, ErrOtherKey
	}
	if err != nil {
		return nil, ErrNotAJob
	}
	j := &SealedJob{lines: bufio.NewReaderSize(plain, 1<<16), find: find}
	line, err := j.line()
	if err != nil {
		return nil, err
	}
	if j.Header, j.Hash, err = OpenJobHeader(line, find); err != nil {
		return nil, err
	}
	if j.Header.For != self { // somebody who can read it sealed it on to another
		return nil, ErrOtherKey
	}
	return j, nil
}

// line reads the next line, without its end.
func (j *SealedJob) line() ([]byte, error) {
	var line []byte
	for {
		piece, err := j.lines.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("%w: it ends early", ErrDamagedJob)
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("%w: %w", ErrDamagedJob, err)
		case len(line) > maxLine:
			return nil, fmt.Errorf("%w: a line is too long", ErrDamagedJob)
		}
	}
}

// Faces returns the job's cards, once. Each part is verified before it is unpacked; an error stops the job.
func (j *SealedJob) Faces() iter.Seq2[cards.Face, error] {
	return func(yield func(cards.Face, error) bool) {
		unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxFrame))
		if err != nil {
			yield(cards.Face{}, err)
			return
		}
		defer unpack.Close()
		done := 0
		for part := 1; done < j.Header.Cards; part++ {
			list, err := j.part(part, unpack)
			if err == nil && done+len(list) > j.Header.Cards {
				err = fmt.Errorf("%w: it holds more cards than it says", ErrDamagedJob)
			}
			if err != nil {
				yield(cards.Face{}, err)
				return
			}
			done += len(list)
			for _, f := range list {
				if !yield(f, nil) {
					return
				}
			}
		}
		if _, err := j.lines.ReadByte(); !errors.Is(err, io.EOF) {
			yield(cards.Face{}, fmt.Errorf("%w: something follows its last card", ErrDamagedJob))
		}
	}
}

// part reads the next part.
func (j *SealedJob) part(number int, unpack *zstd.Decoder) ([]cards.Face, error) {
	line, err := j.line()
	if err != nil {
		return nil, err
	}
	frame, err := cards.OpenEnvelope(line, domainCards, j.find)
	if err != nil {
		return nil, unsealed(err)
	}
	rows, err := unpack.DecodeAll(frame, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: part %d cannot be unpacked", ErrDamagedJob, number)
	}
	dec := json.NewDecoder(bytes.NewReader(rows))
	var head partHead
	if err := dec.Decode(&head); err != nil || head.Job != j.Hash || head.Part != number || head.Cards < 1 || head.Cards > CardsPerFile {
		return nil, fmt.Errorf("%w: part %d is not where it belongs", ErrDamagedJob, number)
	}
	list := make([]cards.Face, head.Cards)
	for i := range list {
		var c sealedCard
		if err := dec.Decode(&c); err != nil {
			return nil, fmt.Errorf("%w: part %d: card %d cannot be read", ErrDamagedJob, number, i+1)
		}
		list[i] = c.Face
		list[i].QR, list[i].Picture = c.QR, string(c.Photo)
	}
	if dec.More() {
		return nil, fmt.Errorf("%w: part %d holds more than it says", ErrDamagedJob, number)
	}
	return list, nil
}
