package exporter

import "github.com/natsctl/natsctl/internal/fleet"

// NewOf is an exporter of any source of snapshots, with the names of
// nats-surveyor too; options that cannot be used panic.
func NewOf(src fleet.Source, opts ...Option) *Exporter {
	cfg, err := newConfig(append([]Option{WithSurveyorNames(true)}, opts...))
	if err != nil {
		panic(err)
	}
	return newExporter(cfg, src)
}
