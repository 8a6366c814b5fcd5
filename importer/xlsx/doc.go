// Package xlsx reads the cells of Excel workbooks (Office Open XML, ECMA-376; the transitional kind and the strict one), fast, in
// little memory, and without unpacking anything to disk; and writes workbooks in the same way.
//
// # Cells
//
// A cell is read raw: what it holds, not what it shows. A number is the text that stands in the file ("9876543210", never
// "9.88E+09"), a date its serial number, a truth 1 or 0, an error its name, a formula its last result. So number formats do
// not matter, and are not read. Texts are shared, inline or rich; the escape _x000D_ is resolved.
//
// # Promises
//
// [Open] reads every sheet once to its end before it returns: its checksums, that its XML is whole, that rows and cells come in an
// order that can be told, and that no limit is passed. What was opened can be read to the end: nobody takes in half of a
// workbook and then learns that the rest is missing. Memory does not grow with the number of rows, only with the texts that cells
// share. A workbook that is damaged, hostile or merely unusual is refused with an [Error] that tells which.
package xlsx
