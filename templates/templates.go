// Package templates holds the files that a state, a district or a hospital group may want to change, embedded in the binary:
// the faces of cards, the fonts they are set in, pages and reference tables. There is no logic here: whoever uses a file parses
// it.
package templates

import "embed"

// Cards holds card faces, cards/NAME.json: colours, texts and the place of every field on both sides of a card. The form is
// described at sheet.Design.
//
//go:embed cards/*.json
var Cards embed.FS

// Fonts holds the fonts of cards as their authors released them, fonts/NAME.ttf, with their licence (SIL Open Font License
// 1.1) beside them. From Debian's fonts-noto-core and fonts-noto-extra 20201225.
//
//go:embed fonts/*.ttf fonts/OFL.txt
var Fonts embed.FS
