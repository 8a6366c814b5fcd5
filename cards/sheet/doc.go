// Package sheet turns card faces into sheets that a printer takes: PDF files with a front and a back, and a manifest that
// says which card lies where.
//
// # Promises
//
//   - The same job gives the same bytes, on every machine, from the same version of sehat. Nothing here asks a clock, a
//     random source or the machine's own fonts.
//   - A text that does not fit shrinks by the rule of its [Item], down to a stated size. What fits then still not, or has a
//     letter the fonts do not know, stops the whole job with the list of cards ([OverflowError]). Nothing is ever cut.
//   - A job leaves all of its files or none: files appear under their names when every one of them is complete and on disk,
//     the manifest last.
//   - Memory does not grow with the job beyond 24 bytes a card: the PDF library keeps a file in memory until it is written, and
//     a file holds at most [CardsPerFile] cards. A million cards take some 200 MB, with a photo on each 300.
//
// # How a card is drawn
//
// A [Design] (a card face file, JSON under templates/cards) lists what stands where on both sides; stickers and slips are faces of
// another size. [Design.Check] finds what is wrong with one before there is a card. What is equal on all cards
// of a file is written once, as a form that each card refers to. A [Layout] places cards on a page; the back mirrors the
// columns, so that a sheet turned over its long edge matches.
//
// Hindi, Punjabi and Urdu are shaped with HarfBuzz's rules (go-text), as is everything else. Every glyph of a font has a code in
// the file, so that whatever shaping chose can be drawn: a character where it stands for one alone, else one for private use. Words
// of such glyphs are wrapped in ActualText, so that the text can be searched and copied. Only the glyphs that a file uses are embedded in it.
//
// Black is K alone, so that text and bar codes are printed with one ink and have clean edges. QR and Code 128 are pictures of
// one bit a module, inked as a mask, their modules a whole number of dots of a 300 dpi card printer where there is room.
//
// A word is shaped once and put together with its neighbours: in these fonts no rule reaches over a space, which a test holds. Urdu is
// shaped a line at a time, because its letters lean on each other further.
//
// A photo goes into the file as the JPEG that it is ([Portrait] makes them small), once however often it is shown.
//
// [Preview] shows a sheet without a PDF viewer. It reads the very operators that go into the file.
//
// The files are made by gofpdf, in pdf.go alone. Its own calls would place letters to a hundredth of a point, in RGB and without
// shaping, so that what stands on a page is written here as PDF operators (ISO 32000-1) and handed to it as it is; gofpdf
// keeps forms and pages, cuts and embeds the fonts, and makes the file, which pack.go compresses.
package sheet
