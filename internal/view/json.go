package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/natsctl/natsctl/internal/safetext"
)

// JSON writes v as JSON and a newline, indented unless compact. Characters that
// [Text] would escape are \u escapes, so the output is safe on a terminal and
// has the same JSON value.
func JSON(w io.Writer, v any, compact bool) error {
	doc, err := encoded(v, compact)
	if err != nil {
		return err
	}
	_, err = w.Write(escapeHidden(doc, surrogates))
	return err
}

func encoded(v any, compact bool) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if !compact {
		enc.SetIndent("", "  ")
	}
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	return buf.Bytes(), nil
}

// surrogates escapes a character above U+FFFF as JSON does.
func surrogates(r rune) string {
	hi, lo := utf16.EncodeRune(r)
	return fmt.Sprintf(`\u%04x\u%04x`, hi, lo)
}

// longEscape escapes such a character as YAML does, which has no surrogates.
func longEscape(r rune) string { return fmt.Sprintf(`\U%08x`, r) }

// escapeHidden replaces hidden characters, which in JSON and in double-quoted
// YAML can only stand inside strings, by \u escapes, or by long for a character
// above U+FFFF.
func escapeHidden(doc []byte, long func(rune) string) []byte {
	if !bytes.ContainsFunc(doc, concealed) {
		return doc
	}
	out := make([]byte, 0, len(doc)+64)
	for len(doc) > 0 {
		r, n := utf8.DecodeRune(doc)
		switch {
		case !concealed(r):
			out = append(out, doc[:n]...)
		case r > 0xffff:
			out = append(out, long(r)...)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		doc = doc[n:]
	}
	return out
}

func concealed(r rune) bool { return r == 0x7f || safetext.Hidden(r) }

// YAML writes v as YAML with the names and the order of its JSON form, safe on
// a terminal as [JSON] is.
func YAML(w io.Writer, v any) error {
	body, err := encoded(v, true)
	if err != nil {
		return err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(escapeHidden(body, longEscape), &doc); err != nil {
		return fmt.Errorf("encode YAML: %w", err)
	}
	block(&doc)
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return fmt.Errorf("encode YAML: %w", err)
	}
	_, err = w.Write(escapeHidden(buf.Bytes(), longEscape))
	return err
}

// block turns the flow style of JSON into YAML's block style. Strings that
// hold control characters stay double-quoted, where escapes mean what they do
// in JSON.
func block(n *yaml.Node) {
	n.Style = 0
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && strings.ContainsFunc(n.Value, func(r rune) bool { return r < 0x20 || concealed(r) }) {
		n.Style = yaml.DoubleQuotedStyle
	}
	for _, child := range n.Content {
		block(child)
	}
}
