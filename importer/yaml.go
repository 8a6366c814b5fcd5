package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// yamlToJSON rewrites a mapping in YAML as JSON. What stands where a text is asked for is taken letter by letter: a ward 012 is no
// octal number and a code "no" no truth value. Aliases are refused, because a few of them unfold to gigabytes.
func yamlToJSON(b []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("it is neither JSON nor YAML%s", yamlLine(err))
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("it is neither JSON nor YAML")
	}
	var out bytes.Buffer
	if err := writeNode(&out, doc.Content[0], ""); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// typed are the keys whose values are no texts.
var typed = []string{"sehat_mapping", "count", "part", "confidence", "position_key", "melt", "drop_unknown"}

func writeNode(out *bytes.Buffer, n *yaml.Node, key string) error {
	switch n.Kind {
	case yaml.MappingNode:
		out.WriteByte('{')
		seen := map[string]bool{}
		for i := 0; i < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode || seen[k.Value] {
				return fmt.Errorf("line %d: %q is said twice, or is no name", k.Line, shown(k.Value))
			}
			seen[k.Value] = true
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(quoteJSON(k.Value))
			out.WriteByte(':')
			if err := writeNode(out, n.Content[i+1], k.Value); err != nil {
				return err
			}
		}
		out.WriteByte('}')
	case yaml.SequenceNode:
		out.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeNode(out, c, ""); err != nil {
				return err
			}
		}
		out.WriteByte(']')
	case yaml.ScalarNode:
		return writeScalar(out, n, key)
	default:
		return fmt.Errorf("line %d: write the value out; aliases are not read", n.Line)
	}
	return nil
}

func writeScalar(out *bytes.Buffer, n *yaml.Node, key string) error {
	if n.Tag == "!!null" && n.Style == 0 {
		out.WriteString("null")
		return nil
	}
	if !slices.Contains(typed, key) {
		out.WriteString(quoteJSON(n.Value))
		return nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return fmt.Errorf("line %d: %q cannot be read", n.Line, shown(n.Value))
	}
	switch v := v.(type) {
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case int, float64:
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("line %d: %q is no number", n.Line, shown(n.Value))
		}
		out.Write(b)
	default:
		out.WriteString(quoteJSON(n.Value))
	}
	return nil
}

// yamlLine is the line that a YAML error names, if it does; its words are for programmers.
func yamlLine(err error) string {
	if line := yamlLineNumber.FindString(err.Error()); line != "" {
		return ": " + line + " cannot be read"
	}
	return ""
}

var yamlLineNumber = regexp.MustCompile(`line \d+`)
