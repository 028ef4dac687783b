package exporter

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// filler gives every field of a wire type a value of its own, so that two
// fields that are mistaken for each other are seen.
type filler struct {
	n    int
	at   map[string]reflect.Value // every field by its path of JSON keys
	path []string
}

// depth bounds types that hold themselves.
const depth = 8

func (f *filler) fill(name string, v any) {
	f.path = []string{name}
	f.value(reflect.ValueOf(v).Elem())
}

func (f *filler) value(v reflect.Value) {
	if len(f.path) > depth {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.value(v.Index(0))
	case reflect.Map:
		f.entry(v)
	case reflect.Struct:
		f.fields(v)
	default:
		f.leaf(v)
	}
}

func (f *filler) entry(v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	if v.Type().Key().Kind() != reflect.String {
		return
	}
	f.n++
	elem := reflect.New(v.Type().Elem()).Elem()
	f.value(elem)
	v.SetMapIndex(reflect.ValueOf(fmt.Sprint("key-", f.n)).Convert(v.Type().Key()), elem)
}

func (f *filler) fields(v reflect.Value) {
	if t, ok := v.Addr().Interface().(*time.Time); ok {
		f.n++
		*t = noon.Add(time.Duration(-f.n) * time.Hour)
		f.at[strings.Join(f.path, ".")] = v
		return
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && key == "" {
			f.value(v.Field(i))
			continue
		}
		if key == "" {
			key = field.Name
		}
		f.path = append(f.path, key)
		f.value(v.Field(i))
		f.path = f.path[:len(f.path)-1]
	}
}

func (f *filler) leaf(v reflect.Value) {
	f.n++
	switch v.Kind() {
	case reflect.String:
		v.SetString("text-" + strconv.Itoa(f.n))
	case reflect.Float64, reflect.Float32:
		v.SetFloat(float64(f.n) * 1000)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n) * 1000)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.n) * 1000)
	case reflect.Bool:
	default:
		return
	}
	f.at[strings.Join(f.path, ".")] = v
}

// filled is one server of which every field has a value of its own, tied
// together where the exporter looks for a leader, and the fields by path.
type filled struct {
	snap    *fleet.Snapshot
	at      map[string]reflect.Value
	granted []*scrape.Claims
}

func fill() *filled {
	f := &filler{at: map[string]reflect.Value{}}
	sv := &fleet.Server{RTTSeconds: 0.0625}
	f.fill("statsz", &sv.Statsz)
	f.fill("varz", &sv.Varz)
	f.fill("connz", &sv.Connz)
	f.fill("routez", &sv.Routez)
	f.fill("gatewayz", &sv.Gatewayz)
	f.fill("leafz", &sv.Leafz)
	f.fill("subsz", &sv.Subsz)
	f.fill("account_statz", &sv.AccountStatz)
	f.fill("jsz", &sv.Jsz)
	f.fill("healthz", &sv.Healthz)
	sv.Info = server.ServerInfo{ID: "NID", Name: "the-server", Cluster: "the-cluster", Host: "the-host", Domain: "the-domain", Version: "2.15.2", JetStream: true, Time: noon}
	group := server.RaftzGroup{}
	f.fill("raftz", &group)
	group.State = "LEADER"
	sv.Raftz = &server.RaftzStatus{"SYS": {"_meta_": group}}
	sv.Ipqueuesz = &server.IpqueueszStatus{"the-queue": {Pending: 77}}
	sv.Healthz.Status, sv.Healthz.Errors = "ok", nil
	sv.Varz.Gateway.Gateways[0].Name = "remote-cluster"
	in, out := &server.RemoteGatewayz{}, &server.RemoteGatewayz{}
	f.fill("gatewayz.in", in)
	f.fill("gatewayz.out", out)
	sv.Gatewayz.OutboundGateways = map[string]*server.RemoteGatewayz{"remote-cluster": out}
	sv.Gatewayz.InboundGateways = map[string][]*server.RemoteGatewayz{"remote-cluster": {in}}
	for _, rtt := range []*string{&sv.Routez.Routes[0].RTT, &sv.Leafz.Leafs[0].RTT, &in.Connection.RTT, &out.Connection.RTT, &sv.Connz.Conns[0].RTT} {
		f.n++
		*rtt = fmt.Sprintf("%dms", f.n)
	}
	st := &sv.Jsz.AccountDetails[0].Streams[0]
	st.Cluster.Leader, st.Consumer[0].Cluster.Leader = sv.Info.Name, sv.Info.Name
	sv.Jsz.Meta.Leader, sv.Statsz.JetStream.Meta.Leader = sv.Info.Name, sv.Info.Name
	st.Consumer[0].Config.Durable = "the-consumer"
	snap := &fleet.Snapshot{Schema: fleet.Schema, Time: noon, TookSeconds: 0.03125, Expected: 3, Counted: 4, Forgotten: 2, Servers: []*fleet.Server{sv}, Want: wantOf(everyCollector(), true)}
	c := &jwt.AccountClaims{}
	f.fill("claims", c)
	c.Limits.JetStreamTieredLimits = nil
	return &filled{snap, f.at, []*scrape.Claims{{ID: sv.AccountStatz.Accounts[0].Account, Tag: "the-account", JWT: c}}}
}
