package templates

import "embed"

// Reports holds the pages that commands write for people to read, reports/*.html (html/template): each a file of its own that
// asks no network for anything. base.html is the style that they have in common, a template of its own.
//
//go:embed reports/*.html
var Reports embed.FS
