package native

import (
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// ServerDeparted has the servers that announced their end.
var ServerDeparted = &table.Group[*scrape.Departure]{
	Set: metric.Native, Collector: "events", Labels: With(serverLabels, "how"),
	Each: func(v *scrape.View, yield func(*scrape.Departure)) {
		for _, d := range v.Extras.Departed {
			yield(d)
		}
	},
	Ident: func(d *scrape.Departure, v []string) {
		v[0], v[1], v[2], v[3] = d.ID, d.Name, d.Cluster, string(d.How)
	},
	Rows: []table.Row[*scrape.Departure]{
		{Name: "nats_server_departed_timestamp_seconds", Help: "When a server announced its shutdown, for an hour or until it is back, with how: lame_duck if it drained, else shutdown; or when it was replaced (another server has its address) or forgotten (somebody said so). Only since the exporter started.", Value: func(d *scrape.Departure) float64 { return number.Unix(d.At) }},
	},
}
