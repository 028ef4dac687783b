package benchcmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/natsctl/natsctl/internal/atomicfile"
	benchreport "github.com/natsctl/natsctl/internal/bench/report"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// benchFormats are the output formats of a result.
var benchFormats = []string{"table", "wide", "text", "json", "ndjson", "yaml", "csv", "hgrm", "html"}

// canSave checks before the load that the result file can be written after
// it.
func canSave(name string) error {
	if name == "" {
		return nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("save the result: %s: %w", name, syscall.EISDIR)
	}
	if _, err := os.Stat(filepath.Dir(name)); err != nil {
		return fmt.Errorf("save the result: %w", err)
	}
	return nil
}

// saveResult writes a result to a file.
func saveResult(name string, res *result.Result) error {
	body, err := res.Encode()
	if err != nil {
		return fmt.Errorf("encode the result: %w", err)
	}
	if err := atomicfile.Write(name, body, 0o600); err != nil {
		return fmt.Errorf("save the result: %w", err)
	}
	return nil
}

// printResult writes a result in one of the formats.
func printResult(e *cli.Env, format string, res *result.Result) error {
	switch format {
	case "json", "ndjson":
		return e.PrintJSON(res, format == "ndjson")
	case "yaml":
		return view.YAML(e.Out, res)
	case "csv":
		return benchreport.CSV(e.Out, res)
	case "hgrm":
		return benchreport.Percentiles(e.Out, res)
	case "html":
		return benchreport.HTML(e.Out, res)
	}
	return benchreport.Text(e.Out, res, benchreport.Options{Width: e.Width(), ASCII: e.Flags.ASCII, Safe: view.Text})
}

// doubtfulError reports an invalid measurement, which has been printed.
type doubtfulError struct{ res *result.Result }

// Error returns the reasons.
func (d doubtfulError) Error() string {
	var out []string
	for _, run := range d.res.Runs {
		for _, r := range run.Validity.Reasons {
			if r.Fatal {
				out = append(out, fmt.Sprintf("run %d: %s", run.N, r.Text))
			}
		}
	}
	return "the measurement is not valid: " + strings.Join(out, "; ")
}

// readResult reads a saved result; "-" is standard input.
func readResult(e *cli.Env, name string) (*result.Result, error) {
	body, err := readFile(e, name)
	if err != nil {
		return nil, err
	}
	res, err := result.Decode(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return res, nil
}

// maxResult is the maximum size of a result or scenario.
const maxResult = 256 << 20

func readFile(e *cli.Env, name string) ([]byte, error) {
	var r io.Reader = e.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // read only
		r = f
	}
	body, err := io.ReadAll(io.LimitReader(r, maxResult+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(body) > maxResult {
		return nil, fmt.Errorf("read %s: %w", name, errTooLong)
	}
	return body, nil
}

var errTooLong = errors.New("longer than 256 MiB")
