package main

import (
	"sehat/importer"
)

// runTemplateMapping writes the schema of mappings, to standard output unless a file is named.
func runTemplateMapping(a *app, opts templateOptions) error {
	b, err := importer.MappingSchema()
	if err != nil {
		return err
	}
	if opts.out == "" || opts.out == "-" {
		_, err := a.stdout.Write(b)
		return err
	}
	if err := writeFile(opts.out, b); err != nil {
		return err
	}
	return a.result(templateReport{File: opts.out, Kind: opts.kind}, `%s is the schema of mappings: name it in "$schema" of a mapping, and the editor knows its words`, opts.out)
}
