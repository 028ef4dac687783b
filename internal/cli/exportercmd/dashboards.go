package exportercmd

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// printDashboard writes one dashboard, or the list of them.
func printDashboard(e *cli.Env, name string, boards []exporter.Dashboard) error {
	var names []string
	for _, b := range boards {
		if b.Name == name {
			_, err := e.Out.Write(b.JSON)
			return err
		}
		names = append(names, b.Name)
	}
	if name != "" {
		return cli.Usagef("no dashboard %q%s", name, view.Suggest(name, names))
	}
	for _, b := range boards {
		if _, err := fmt.Fprintf(e.Out, "%s\t%s\n", b.Name, b.Title); err != nil {
			return err
		}
	}
	return nil
}

// writeDashboards writes all of them as files.
func writeDashboards(e *cli.Env, dir string, boards []exporter.Dashboard) error {
	if err := os.MkdirAll(dir, exporterDirMode); err != nil {
		return err
	}
	for _, b := range boards {
		path := filepath.Join(dir, b.Name+".json")
		if err := os.WriteFile(path, b.JSON, 0o644); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(e.Out, path); err != nil {
			return err
		}
	}
	return nil
}
