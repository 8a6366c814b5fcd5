package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// An entry is a part of an archive.
type entry struct {
	name    string
	text    string
	times   int // how often; once if 0
	method  uint16
	flags   uint16
	claimed uint64 // how large it is said to be; 0: as large as it is
	mode    fs.FileMode
}

// pack adds an entry to an archive.
func pack(t testing.TB, z *zip.Writer, e entry) {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, 1)
	if err != nil {
		t.Fatal(err)
	}
	sum := crc32.NewIEEE()
	size := uint64(0)
	for range max(e.times, 1) {
		n, err := io.WriteString(io.MultiWriter(w, sum), e.text)
		if err != nil {
			t.Fatal(err)
		}
		size += uint64(n)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if e.claimed > 0 {
		size = e.claimed
	}
	h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Flags: e.flags, CRC32: sum.Sum32(), CompressedSize64: uint64(packed.Len()), UncompressedSize64: size}
	if e.method != 0 {
		h.Method = e.method
	}
	if e.mode != 0 {
		h.SetMode(e.mode)
	}
	raw, err := z.CreateRaw(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
}

// archive makes an archive.
func archive(entries ...entry) func(t testing.TB, path string) {
	return func(t testing.TB, path string) {
		t.Helper()
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z := zip.NewWriter(f)
		for _, e := range entries {
			pack(t, z, e)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// changed makes a file in which something was done to the bytes.
func changed(whole func(t testing.TB, path string), change func(b []byte) []byte) func(t testing.TB, path string) {
	return func(t testing.TB, path string) {
		t.Helper()
		whole(t, path)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		textFile(string(change(b)))(t, path)
	}
}

// inDirectory changes a field in the directory's entry of a part.
func inDirectory(part string, offset int, value ...byte) func(b []byte) []byte {
	return func(b []byte) []byte {
		at := bytes.LastIndex(b, []byte(part)) - 46
		copy(b[at+offset:], value)
		return b
	}
}

// atEnd changes a field in the end of the directory.
func atEnd(offset int, value ...byte) func(b []byte) []byte {
	return func(b []byte) []byte {
		at := bytes.LastIndex(b, []byte("PK\x05\x06"))
		copy(b[at+offset:], value)
		return b
	}
}

const (
	centralRoot = "SubmissionDate,household_id,ward_code,team_id,visit_date,visit_outcome,consent,KEY,SubmitterID,SubmitterName,Status,ReviewState,Edits\n" +
		"2026-08-15T10:30:00.000Z,H1,12,T4,2026-08-15,complete,yes,uuid:1,5,Team 4,,,0\n"
	centralLoop = "member_id,line_no,full_name,relation,sex,age_years,PARENT_KEY,KEY\nm-1,1,Ramesh Kumar,head,M,40,uuid:1,uuid:1/members[1]\n"
)

var (
	centralForm    = entry{name: "form.csv", text: centralRoot}
	centralMembers = entry{name: "form-members.csv", text: centralLoop}
	central        = archive(centralForm, centralMembers)
)

// manyEntries makes so many entries.
func manyEntries(n int, of func(i int) entry) []entry {
	all := make([]entry, n)
	for i := range all {
		all[i] = of(i)
	}
	return all
}

// directoryOnly makes an archive of nothing but a directory, of so many entries with names of no letters.
func directoryOnly(n int) func(t testing.TB, path string) {
	return func(t testing.TB, path string) {
		t.Helper()
		one := make([]byte, 46)
		copy(one, "PK\x01\x02")
		end := make([]byte, 22)
		copy(end, "PK\x05\x06")
		binary.LittleEndian.PutUint16(end[8:], uint16(n))
		binary.LittleEndian.PutUint16(end[10:], uint16(n))
		binary.LittleEndian.PutUint32(end[12:], uint32(46*n))
		binary.LittleEndian.PutUint32(end[16:], 4)
		repeatedText("PK\x03\x04", string(one), n)(t, path)
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Write(end); err != nil {
			t.Fatal(err)
		}
	}
}

func hostileArchives() []hostile {
	all := []hostile{
		{name: "an export as it should be", ok: true, make: central},
		{name: "an export with twenty thousand photos", ok: true, make: archive(append(manyEntries(20_000, func(i int) entry { return entry{name: fmt.Sprintf("media/%d.jpg", i)} }), centralForm, centralMembers)...)},
		{name: "an export with 6 GB of photos", ok: true, make: archive(centralForm, entry{name: "media/1.mp4", text: "x", claimed: 6 << 30}, centralMembers)},
		{name: "a bomb of blanks", want: "far more", make: archive(centralForm, entry{name: "form-members.csv", text: strings.Repeat(" ", 1<<20), times: 500})},
		{name: "a bomb of rows", want: "far more", make: archive(centralForm, entry{name: "form-members.csv", text: strings.Repeat(centralLoop, 9000), times: 300})},
		{name: "sixteen bombs", want: "far more", make: archive(append(manyEntries(16, func(i int) entry {
			return entry{name: fmt.Sprintf("form-r%d.csv", i), text: strings.Repeat(",", 1<<20), times: 60}
		}), centralForm)...)},
		{name: "a part that is larger than it says", want: "damaged", make: archive(centralForm, entry{name: "form-members.csv", text: strings.Repeat(centralLoop, 9000), times: 100, claimed: 100})},
		{name: "a part that is smaller than it says", want: "", make: archive(centralForm, entry{name: "form-members.csv", text: centralLoop, claimed: 1 << 62})},
		{name: "a size of zip64 that lies", want: "", make: archive(centralForm, entry{name: "form-members.csv", text: centralLoop, claimed: 1<<64 - 2})},
		{name: "parts on top of each other", want: "damaged", make: changed(archive(centralForm, centralMembers), inDirectory("form-members.csv", 42, 0, 0, 0, 0))},
		{name: "a bomb of parts on top of each other", want: "", make: func(t testing.TB, path string) {
			archive(manyEntries(400, func(i int) entry {
				e := entry{name: fmt.Sprintf("form-%03d.csv", i), text: strings.Repeat("a,b\n", 1<<18), times: 1}
				if i > 0 {
					e.text = "a,b\n"
				}
				return e
			})...)(t, path)
			changed(func(testing.TB, string) {}, func(b []byte) []byte {
				first := bytes.Index(b, []byte("PK\x01\x02"))
				fields := append([]byte(nil), b[first+16:first+28]...)
				for at := first; at >= 0 && at < len(b)-46 && string(b[at:at+4]) == "PK\x01\x02"; {
					copy(b[at+16:], fields)
					copy(b[at+42:], []byte{0, 0, 0, 0})
					at += 46 + int(binary.LittleEndian.Uint16(b[at+28:])) + int(binary.LittleEndian.Uint16(b[at+30:])) + int(binary.LittleEndian.Uint16(b[at+32:]))
				}
				return b
			})(t, path)
		}},
		{name: "nine thousand tables with one name", want: "9001 tables", make: archive(append(manyEntries(9000, func(i int) entry { return entry{name: fmt.Sprintf("%d/form.csv", i), text: "a,b\n1,2\n"} }), centralForm)...)},
		{name: "a directory of a million parts", want: "", make: directoryOnly(1 << 20)},
		{name: "a directory of five million parts", want: "", make: directoryOnly(5 << 20)},
		{name: "an end that counts wrong", want: "damaged", make: changed(central, atEnd(10, 9, 0))},
		{name: "an end that points nowhere", want: "damaged", make: changed(central, atEnd(16, 0xff, 0xff, 0xff, 0x7f))},
		{name: "an end that points to zip64 without one", want: "", make: changed(central, atEnd(8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))},
		{name: "a directory with zip64 fields that lie", want: "", make: changed(central, inDirectory("form-members.csv", 20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))},
		{name: "a long comment that holds another end", want: "", make: changed(central, func(b []byte) []byte {
			at := bytes.LastIndex(b, []byte("PK\x05\x06"))
			end := append([]byte(nil), b[at:]...)
			return append(append(inDirectory("form-members.csv", 0)(b)[:at], append(end[:20], 0xff, 0xff)...), bytes.Repeat([]byte("PK\x05\x06"), 16383)...)
		})},
		{name: "names that lead out of the archive", ok: true, make: archive(entry{name: "../../../../tmp/form.csv", text: centralRoot}, entry{name: "/etc/form-members.csv", text: centralLoop})},
		{name: "names of Windows", ok: true, make: archive(entry{name: `C:\Users\x\form.csv`, text: centralRoot}, entry{name: `..\form-members.csv`, text: centralLoop})},
		{name: "names that a terminal obeys", make: archive(entry{name: "a\x1b[2J\r\n\x00.csv", text: "a,b\n1,2\n"}, entry{name: "b\u202e.csv", text: "a,b,b\n"})},
		{name: "a name of 60,000 letters", make: archive(entry{name: strings.Repeat("a", 60_000) + ".csv", text: "a,a\n1,2\n"})},
		{name: "names that are no UTF-8", make: archive(entry{name: "\xff\xfe.csv", text: "a,b\n1,2\n"})},
		{name: "a symbolic link", want: "", make: archive(entry{name: "form.csv", text: "/etc/passwd", mode: fs.ModeSymlink | 0o777}, centralMembers)},
		{name: "a folder with the name of a table", want: "an archive", make: archive(entry{name: "form.csv/x", text: "x"})},
		{name: "two tables with one name", want: "two tables", make: archive(centralForm, centralForm, centralMembers)},
		{name: "a table twice with other rows", want: "two tables", make: archive(centralForm, entry{name: "FORM.csv", text: strings.ReplaceAll(centralRoot, "H1", "H2")}, centralMembers)},
		{name: "encrypted submissions", want: "encrypted", make: archive(centralForm, entry{name: "submission.xml.enc", text: "x"})},
		{name: "a table that is encrypted", want: "password", make: archive(entry{name: "form.csv", text: centralRoot, flags: 1}, centralMembers)},
		{name: "an archive of WinZip with AES", want: "password", make: archive(entry{name: "form.csv", text: centralRoot, flags: 1, method: 99})},
		{name: "a table that is packed in another way", want: "damaged", make: archive(entry{name: "form.csv", text: centralRoot, method: 12}, centralMembers)},
		{name: "a checksum that is wrong", want: "damaged", make: changed(central, inDirectory("form-members.csv", 16, 1, 2, 3, 4))},
		{name: "archives in an archive", want: "an archive, not a workbook", make: archive(entry{name: "a.zip", text: "PK\x03\x04"}, entry{name: "b.zip", text: "PK\x03\x04"})},
		{name: "a workbook in an archive", want: "an archive, not a workbook", make: archive(entry{name: "a.xlsx", text: "PK\x03\x04"})},
		{name: "nothing", want: "", make: archive()},
		{name: "the first bytes of an archive", want: "damaged", make: textFile("PK\x03\x04")},
		{name: "the end of an archive alone", want: "", make: textFile("PK\x05\x06" + strings.Repeat("\x00", 18))},
		{name: "300 MB of nothing behind an archive", want: "damaged", make: func(t testing.TB, path string) {
			central(t, path)
			if err := os.Truncate(path, 300<<20); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "an OpenDocument table", want: "OpenDocument", make: archive(entry{name: "mimetype", text: "application/vnd.oasis.opendocument.spreadsheet"}, entry{name: "content.xml", text: "<x/>"})},
		{name: "a binary workbook", want: "binary workbook", make: archive(entry{name: "[Content_Types].xml", text: "<Types/>"}, entry{name: "xl/workbook.bin", text: "x"})},
		{name: "a Word document", want: "Word", make: archive(entry{name: "[Content_Types].xml", text: "<Types/>"}, entry{name: "word/document.xml", text: "<x/>"})},
		{name: "a Java program", want: "an archive", make: archive(entry{name: "META-INF/MANIFEST.MF", text: "x"})},
		{name: "labels without end", ok: true, make: archive(entry{name: "ward.tab", text: strings.ReplaceAll("interview__key,interview__id,household_id,ward_code,team_id,visit_date,visit_outcome,consent\n1,ab12,H1,12,T4,2026-08-15,complete,yes\n", ",", "\t")},
			entry{name: "ward.do", text: "label define sex " + strings.Repeat("1 `\"a\"' ", 1<<17), times: 200})},
	}
	for i := range all {
		all[i].file = "a.zip"
	}
	return append(all, cutTests("an archive", "a.zip", false, central)...)
}
