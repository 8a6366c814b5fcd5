// Package importer takes a file from the field into the register: every row of it ends as new, updated, unchanged or
// quarantined, and nothing is lost on the way.
//
// # The way of a row
//
// A file is opened as a book of sheets (a workbook, an archive of CSV files, a CSV with the files of its repeats, a data file of CSPro), its
// hostile kinds refused before anything is parsed. A profile says which column answers which question: our own form is known by its
// headers, an export of it by what the exporting tool writes beside the answers ([Profiles]), any other table by a [Mapping]. Each row
// becomes answers, which survey.Checker turns into a typed row and findings. Rows go to the store a batch at a time, together
// with a checkpoint: an import that was cut off goes on where it was.
//
// # What is held back
//
// A row with an error is held back with its reasons. So is a member whose household is not known, held back itself or gave
// no consent (then only file, row and key are kept), a row that contradicts an earlier one of the same file, and a member
// known by a position only where somebody else stands there (records.SamePerson). They come back as a workbook in the source's own
// columns ([Import]'s rejects file), and leave quarantine when that workbook, or the corrected original, is imported.
//
// # Aadhaar
//
// Numbers are masked in every cell of every column before anything is stored, said or written, and counted.
package importer
