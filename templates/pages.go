package templates

import "embed"

// Pages holds the pages of the hospital desk, pages/*.html (html/template), and what they link to, pages/static/*.
//
//go:embed pages
var Pages embed.FS
