package compat

import (
	"reflect"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/native"
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// prometheus-nats-exporter creates a gauge for every number in the JSON of VARZ
// and SUBSZ. The rows here are generated from the wire types in the same way,
// so a build has a fixed set, whatever a server sends.

// Varz has every number of VARZ.
var Varz = &table.Group[*fleet.Server]{
	Set: metric.NatsExporter, Collector: "config", Labels: exporterLabels, Each: scrape.EachServer(native.HasVarz), Ident: identExporter,
	Rows: append(numberRows("gnatsd_varz", reflect.TypeFor[server.Varz](), func(s *fleet.Server) any { return s.Varz }),
		requestRows("accountz", "accstatz", "connz", "gatewayz", "healthz", "jsz", "leafz", "routez", "subsz", "varz")...),
}

// Subsz has every number of SUBSZ.
var Subsz = &table.Group[*fleet.Server]{
	Set: metric.NatsExporter, Collector: "subscriptions", Labels: exporterLabels, Each: scrape.EachServer(native.HasSubsz), Ident: identExporter,
	Rows: numberRows("gnatsd_subsz", reflect.TypeFor[server.Subsz](), func(s *fleet.Server) any { return s.Subsz }),
}

// VarzValues has the strings of VARZ as labels.
var VarzValues = &table.Group[*fleet.Server]{
	Set: metric.NatsExporter, Collector: "config", Labels: exporterLabels, Each: scrape.EachServer(native.HasVarz), Ident: identExporter,
	Rows: []table.Row[*fleet.Server]{
		valueRow("server_id", func(v *server.Varz) string { return v.ID }),
		valueRow("server_name", func(v *server.Varz) string { return v.Name }),
		valueRow("version", func(v *server.Varz) string { return v.Version }),
		valueRow("cluster_name", func(v *server.Varz) string { return v.Cluster.Name }),
		valueRow("jetstream_config_domain", func(v *server.Varz) string {
			if v.JetStream.Config == nil {
				return ""
			}
			return v.JetStream.Config.Domain
		}),
		valueRow("jetstream_meta_name", func(v *server.Varz) string {
			if v.JetStream.Meta == nil {
				return ""
			}
			return v.JetStream.Meta.Name
		}),
		valueRow("jetstream_meta_leader", func(v *server.Varz) string {
			if v.JetStream.Meta == nil {
				return ""
			}
			return v.JetStream.Meta.Leader
		}),
	},
}

// valueRow returns the row of a VARZ string, which is a label value; empty
// strings are omitted.
func valueRow(field string, value func(*server.Varz) string) table.Row[*fleet.Server] {
	return table.Row[*fleet.Server]{
		Name: "gnatsd_varz_" + field, Help: "Always 1: VARZ's " + field + " in the label.", Extra: []string{"value"},
		Many: func(s *fleet.Server, em *table.Emitter) {
			if text := value(s.Varz); text != "" {
				em.PutLabel(1, text)
			}
		},
	}
}

// requestRows returns the request counts of the monitoring port's paths.
func requestRows(paths ...string) []table.Row[*fleet.Server] {
	var rows []table.Row[*fleet.Server]
	for _, path := range paths {
		rows = append(rows, table.Row[*fleet.Server]{
			Name: "gnatsd_varz_http_req_stats_" + path, Help: "Requests to /" + path + " of the monitoring port.",
			Value: func(s *fleet.Server) float64 {
				n, ok := s.Varz.HTTPReqStats["/"+path]
				if !ok {
					return number.None
				}
				return float64(n)
			},
		})
	}
	return rows
}

// varzSince lists the numbers of VARZ that older servers do not send.
var varzSince = map[string]fleet.Field{
	"gnatsd_varz_in_client_msgs": fleet.FieldClientTraffic, "gnatsd_varz_in_client_bytes": fleet.FieldClientTraffic,
	"gnatsd_varz_out_client_msgs": fleet.FieldClientTraffic, "gnatsd_varz_out_client_bytes": fleet.FieldClientTraffic,
	"gnatsd_varz_stale_connections": fleet.FieldStaleConnections, "gnatsd_varz_stalled_clients": fleet.FieldStalledClients,
	"gnatsd_varz_gomemlimit": fleet.FieldMemLimit, "gnatsd_varz_cluster_pool_size": fleet.FieldRoutePool,
	"gnatsd_varz_jetstream_stats_api_level": fleet.FieldAPILevel,
	"gnatsd_varz_jetstream_meta_pending":    fleet.FieldMetaPending, "gnatsd_varz_jetstream_meta_quorum_needed": fleet.FieldMetaQuorum,
	"gnatsd_varz_jetstream_meta_pending_requests": fleet.FieldMetaQueues, "gnatsd_varz_jetstream_meta_pending_infos": fleet.FieldMetaQueues,
}

// numberRows returns a row for every number in a wire type, named after the
// path of its JSON keys.
func numberRows(prefix string, t reflect.Type, of func(*fleet.Server) any) []table.Row[*fleet.Server] {
	var rows []table.Row[*fleet.Server]
	for i := range t.NumField() {
		field := t.Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		name, typ := prefix+"_"+key, field.Type
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if !field.IsExported() || key == "-" {
			continue
		}
		down := func(s *fleet.Server) any { return fieldOf(of(s), i) }
		switch {
		case field.Anonymous && typ.Kind() == reflect.Struct:
			rows = append(rows, numberRows(prefix, typ, down)...)
		case key == "":
		case typ == reflect.TypeFor[time.Time]():
			if key == "start" || key == "config_load_time" {
				rows = append(rows, numberRow(name, "milliseconds since 1970", down))
			}
		case typ.Kind() == reflect.Struct:
			rows = append(rows, numberRows(name, typ, down)...)
		case numeric(typ.Kind()):
			rows = append(rows, numberRow(name, "as the server sends it", down))
		}
	}
	return rows
}

func numeric(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr
}

func numberRow(name, unit string, of func(*fleet.Server) any) table.Row[*fleet.Server] {
	value := func(s *fleet.Server) float64 { return numberOf(of(s)) }
	if field, later := varzSince[name]; later {
		value = func(s *fleet.Server) float64 { return number.IfReported(s, field, numberOf(of(s))) }
	}
	return table.Row[*fleet.Server]{Name: name, Help: "The number of this name in the server's answer, " + unit + ".", Value: value}
}

// fieldOf returns field i of a struct or of a pointer to one; nil for nil.
func fieldOf(x any, i int) any {
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil
	}
	return v.Field(i).Interface()
}

func numberOf(x any) float64 {
	if t, ok := x.(time.Time); ok {
		if t.IsZero() {
			return number.None
		}
		return float64(t.UnixMilli())
	}
	switch v := reflect.ValueOf(x); {
	case !v.IsValid():
		return number.None
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	case v.CanFloat():
		return v.Float()
	}
	return number.None
}
