package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards/sheet"
	"sehat/survey"
	"sehat/survey/form"
	"sehat/templates"
)

type templateOptions struct {
	kind   string
	survey string
	out    string
	from   string
}

func newTemplateCommand(a *app) *cobra.Command {
	var opts templateOptions
	cmd := &cobra.Command{
		Use:   "template xlsx|csv|xlsform|face|mapping",
		Short: "Write an empty survey form to fill, or a card face to change",
		Long: `Template writes an empty form: a workbook for Excel or LibreOffice with drop-downs, a help
sheet and headers in English and Hindi, or the header of its CSV twin. The survey code
(the round, such as 2026-1) is written into the workbook and goes with every row of it.

Fill it, and import it with "sehat import".

"template xlsform" writes the same questions as an XLSForm, to be uploaded to KoboToolbox or
ODK Central and filled on phones, in Hindi and English: it stops at the door what the import
would hold back. What these export is imported as it is.

"template face" writes the card face file that sehat comes with (--from names another),
to change its colours, logo, texts and places; see "sehat print --face" and --preview.

"template mapping" writes the JSON schema of the mappings that "sehat import --profile" reads,
by which an editor completes and checks one.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			opts.kind = args[0]
			switch opts.kind {
			case "face":
				return runTemplateFace(a, opts)
			case "mapping":
				return runTemplateMapping(a, opts)
			}
			return runTemplate(a, opts)
		},
	}
	cmd.Flags().StringVar(&opts.survey, "survey", "", "the survey code: which round this is, for example 2026-1")
	cmd.Flags().StringVar(&opts.out, "out", "", "file to write (default sehat-form.xlsx or .csv, sehat-xlsform.xlsx, or face.json; - for standard output)")
	cmd.Flags().StringVar(&opts.from, "from", "default", "the card face to start from: "+strings.Join(sheet.DesignNames(), ", "))
	return cmd
}

// templateReport says what was written.
type templateReport struct {
	File   string `json:"file"`
	Kind   string `json:"kind"`
	Survey string `json:"survey_code,omitempty"`
}

func runTemplate(a *app, opts templateOptions) error {
	write, name := form.WriteXLSX, "sehat-form."+opts.kind
	switch opts.kind {
	case "xlsx":
	case "csv":
		write = form.WriteCSV
	case "xlsform":
		write, name = form.WriteXLSForm, "sehat-xlsform.xlsx"
	default:
		return usageError{fmt.Errorf("there is no form %q; write xlsx, csv, xlsform, face or mapping", opts.kind)}
	}
	if opts.kind != "csv" && strings.TrimSpace(opts.survey) == "" {
		return withHint(usageError{errors.New("a form carries its survey code")}, "name the round, for example --survey 2026-1")
	}
	areas, err := wards()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	err = write(&b, form.Options{SurveyCode: strings.TrimSpace(opts.survey), Areas: areas, Day: survey.DateOf(a.now())})
	switch {
	case errors.Is(err, form.ErrQuotedSurveyCode):
		return usageError{err}
	case err != nil:
		return fmt.Errorf("writing the form: %w", err)
	}
	if opts.out == "-" {
		_, err := io.Copy(a.stdout, &b)
		return err
	}
	if opts.out == "" {
		opts.out = name
	}
	if _, err := os.Stat(opts.out); err == nil {
		return withHint(fmt.Errorf("%s is there already, and may be filled", opts.out), "name another file with --out, or remove that one")
	}
	if err := writeFile(opts.out, b.Bytes()); err != nil {
		return err
	}
	report := templateReport{opts.out, opts.kind, opts.survey}
	if opts.kind == "xlsform" {
		return a.result(report, "%s is ready to be uploaded to KoboToolbox or ODK Central; then import what they export: sehat import EXPORT", opts.out)
	}
	return a.result(report, "%s is ready to be filled; then: sehat import %s", opts.out, opts.out)
}

// wards reads the reference tables of wards and districts that are built in.
func wards() (*survey.Areas, error) {
	var tables []io.Reader
	for _, name := range []string{"areas/districts.csv", "areas/wards.csv"} {
		f, err := templates.Areas.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		tables = append(tables, f, strings.NewReader("\n"))
	}
	return survey.ParseAreas(io.MultiReader(tables...))
}
