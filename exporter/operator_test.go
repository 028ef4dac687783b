package exporter_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// operated is a cluster of three servers whose accounts an operator grants: APP
// exports a service whose latency the servers measure, SHOP imports it.
type operated struct {
	urls    []string
	expires time.Time // of APP
	keys    map[string]nkeys.KeyPair
}

func makeKey(t *testing.T, create func() (nkeys.KeyPair, error)) (nkeys.KeyPair, string) {
	t.Helper()
	kp, err := create()
	if err != nil {
		t.Fatal(err)
	}
	public, err := kp.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return kp, public
}

func startOperated(t *testing.T) *operated {
	t.Helper()
	o := &operated{expires: time.Now().Add(48 * time.Hour).Truncate(time.Second), keys: map[string]nkeys.KeyPair{}}
	operator, operatorID := makeKey(t, nkeys.CreateOperator)
	ids, tokens := map[string]string{}, []string{}
	for _, name := range []string{"SYS", "APP", "SHOP"} {
		o.keys[name], ids[name] = makeKey(t, nkeys.CreateAccount)
	}
	for name, id := range ids {
		token, err := o.grant(name, id, ids["APP"]).Encode(operator)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, fmt.Sprintf("%s: %q", id, token))
	}
	claims := jwt.NewOperatorClaims(operatorID)
	claims.Name, claims.SystemAccount = "OP", ids["SYS"]
	token, err := claims.Encode(operator)
	if err != nil {
		t.Fatal(err)
	}
	o.run(t, fmt.Sprintf("operator: %q\nsystem_account: %s\nresolver: MEMORY\nresolver_preload {\n%s\n}\n", token, ids["SYS"], strings.Join(tokens, "\n")))
	return o
}

// grant is what the operator gives an account.
func (o *operated) grant(name, id, app string) *jwt.AccountClaims {
	c := jwt.NewAccountClaims(id)
	c.Name = name
	switch name {
	case "APP":
		c.Expires = o.expires.Unix()
		c.Limits.Conn, c.Limits.LeafNodeConn = 50, 7
		c.Limits.DiskStorage, c.Limits.MemoryStorage, c.Limits.Streams, c.Limits.Consumer = 1<<30, 1<<29, 10, 100
		c.Exports.Add(&jwt.Export{Name: "echo", Subject: "svc.echo", Type: jwt.Service, Latency: &jwt.ServiceLatency{Sampling: 100, Results: "latency.echo"}})
	case "SHOP":
		c.Imports.Add(&jwt.Import{Name: "echo", Subject: "svc.echo", Account: app, Type: jwt.Service})
	}
	return c
}

func (o *operated) run(t *testing.T, trust string) {
	t.Helper()
	clients, routes := testcluster.Ports(t, 3), testcluster.Ports(t, 3)
	for i := range clients {
		dir := t.TempDir()
		conf := fmt.Sprintf("server_name: op-%d\nlisten: \"127.0.0.1:%d\"\njetstream { store_dir: %q }\ncluster { name: op, listen: \"127.0.0.1:%d\", routes: [\"nats://127.0.0.1:%d\", \"nats://127.0.0.1:%d\", \"nats://127.0.0.1:%d\"] }\n%s",
			i+1, clients[i], filepath.Join(dir, "js"), routes[i], routes[0], routes[1], routes[2], trust)
		file := filepath.Join(dir, "server.conf")
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		opts, err := server.ProcessConfigFile(file)
		if err != nil {
			t.Fatal(err)
		}
		opts.NoSigs, opts.NoLog = true, true
		srv, err := server.NewServer(opts)
		if err != nil {
			t.Fatal(err)
		}
		srv.Start()
		t.Cleanup(func() {
			srv.Shutdown()
			srv.WaitForShutdown()
		})
		o.urls = append(o.urls, fmt.Sprintf("nats://127.0.0.1:%d", clients[i]))
	}
}

// connect connects a new user of an account.
func (o *operated) connect(t *testing.T, account string) *nats.Conn {
	t.Helper()
	user, id := makeKey(t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(id)
	claims.Name = strings.ToLower(account)
	token, err := claims.Encode(o.keys[account])
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(strings.Join(o.urls, ","), nats.UserJWTAndSeed(token, string(seed)), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if err := nc.FlushTimeout(patience); err != nil {
		t.Fatal(err)
	}
	return nc
}

// What an operator grants, what servers measure of a service, what a service
// says of itself and what an account announces of its streams is exported from
// real servers.
func TestOperatedCluster(t *testing.T) {
	t.Parallel()
	o := startOperated(t)
	url := serveWatching(t, o.connect(t, "SYS"), o.connect(t, "APP"), "echo=latency.echo")
	series := eventually(t, url, func(s map[string]string) bool {
		return len(find(s, "nats_server_up")) == 3 && len(find(s, "nats_account_limit_connections")) == 1
	})
	for name, want := range map[string]float64{
		"nats_account_expiry_timestamp_seconds": float64(o.expires.Unix()), "nats_account_expired": 0,
		"nats_account_limit_connections": 50, "nats_account_limit_leafnodes": 7, "nats_account_limit_jetstream_storage_bytes": 1 << 30,
		"nats_account_limit_jetstream_memory_bytes": 1 << 29, "nats_account_limit_jetstream_streams": 10, "nats_account_limit_jetstream_consumers": 100,
	} {
		if got := find(series, name, `account_name="APP"`); len(got) != 1 || number(t, got[0]) != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if got := find(series, "nats_account_expiry_timestamp_seconds", `account_name="SHOP"`); len(got) != 0 {
		t.Errorf("SHOP never expires: %v", got)
	}
	t.Run("service", func(t *testing.T) { o.service(t, url) })
	t.Run("advisories", func(t *testing.T) { o.advisories(t, url) })
}

// service runs a micro service that another account asks.
func (o *operated) service(t *testing.T, url string) {
	svc, err := micro.AddService(o.connect(t, "APP"), micro.Config{Name: "echo", Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	err = svc.AddEndpoint("say", micro.HandlerFunc(func(r micro.Request) {
		if string(r.Data()) == "wrong" {
			_ = r.Error("400", "wrong", nil)
			return
		}
		_ = r.Respond(r.Data())
	}), micro.WithEndpointSubject("svc.echo"))
	if err != nil {
		t.Fatal(err)
	}
	shop, asked, early := o.connect(t, "SHOP"), 5.0, 0.0
	eventually(t, url, func(s map[string]string) bool { // the interest in latencies takes a while to spread
		if got := find(s, "nats_latency_observations_received_count", `service="echo"`); len(got) == 1 {
			early = number(t, got[0])
			return true
		}
		ask(t, shop, "svc.echo", "hello")
		asked++
		return false
	})
	for range 4 {
		ask(t, shop, "svc.echo", "hello")
	}
	ask(t, shop, "svc.echo", "wrong")
	series := eventually(t, url, func(s map[string]string) bool {
		got := find(s, "nats_latency_observations_received_count", `service="echo"`)
		return len(got) == 1 && number(t, got[0]) >= early+5 && len(find(s, "nats_service_requests_total", `service="echo"`, `version="1.2.3"`, `endpoint="say"`, `account="APP"`)) == 1
	})
	for name, want := range map[string]float64{"nats_service_requests_total": asked, "nats_service_errors_total": 1} {
		if got := find(series, name); len(got) != 1 || number(t, got[0]) != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"nats_latency_service_duration_count", "nats_latency_total_duration_count", "nats_latency_system_rtt_count", "nats_latency_responder_rtt_count"} {
		if got := find(series, name); len(got) != 1 || number(t, got[0]) < early+5 || number(t, got[0]) > asked {
			t.Errorf("%s: %v, want %v to %v", name, got, early+5, asked)
		}
	}
	for _, name := range []string{"nats_service_processing_seconds_total", "nats_service_started_timestamp_seconds", "nats_latency_total_duration_sum"} {
		if got := find(series, name); len(got) != 1 || number(t, got[0]) <= 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// ask asks until there is an answer: the first may come before the interest in
// it has spread.
func ask(t *testing.T, nc *nats.Conn, subject, body string) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := nc.Request(subject, []byte(body), patience)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal(err)
		}
	}
}

// advisories lets messages be given back, terminated, delivered too often and
// acknowledged.
func (o *operated) advisories(t *testing.T, url string) {
	js, err := jetstream.New(o.connect(t, "APP"))
	if err != nil {
		t.Fatal(err)
	}
	s := addStream(t, js, jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}, Replicas: 3}, 4)
	c, err := s.CreateConsumer(t.Context(), jetstream.ConsumerConfig{Durable: "w", AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Hour, MaxDeliver: 1, SampleFrequency: "100%"})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := c.Fetch(4)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for m := range batch.Messages() {
		acts := []func() error{m.Nak, m.Term, m.Ack, m.Ack}
		if err := acts[n](); err != nil {
			t.Fatal(err)
		}
		n++
	}
	again, err := c.Fetch(1, jetstream.FetchMaxWait(time.Second)) // what was given back was delivered as often as may be
	if err != nil {
		t.Fatal(err)
	}
	for range again.Messages() {
		t.Error("delivered once more")
	}
	ofConsumer := []string{`account="APP"`, `stream="ORDERS"`, `consumer="w"`}
	for _, want := range []struct {
		name, value string
		labels      []string
	}{
		{"nats_jetstream_consumer_nak", "1", ofConsumer},
		{"nats_jetstream_delivery_terminated_count", "1", ofConsumer},
		{"nats_jetstream_delivery_exceeded_count", "1", ofConsumer},
		{"nats_jetstream_acknowledgement_deliveries", "2", ofConsumer},
		{"nats_jetstream_stream_leader_elected", "", []string{`stream="ORDERS"`}},
		{"nats_jetstream_stream_actions", "", []string{`stream="MORE"`, `action="create"`}},
		{"nats_jetstream_stream_actions", "", []string{`stream="MORE"`, `action="delete"`}},
		{"nats_jetstream_consumer_actions", "", []string{`stream="MORE"`, `action="create"`}},
		{"nats_jetstream_api_audit", "", []string{`subject="$JS.API.STREAM.DELETE"`}},
	} {
		t.Run(want.name, func(t *testing.T) {
			eventually(t, url, func(s map[string]string) bool {
				got := find(s, want.name, want.labels...)
				if len(got) == 0 && want.labels[0] != ofConsumer[0] {
					more(t, js)
				}
				return len(got) == 1 && (want.value == "" || got[0] == want.value)
			})
		})
	}
}

// more makes and deletes a stream. What the servers announce of that is lost
// when a leader changes meanwhile, so the caller may want it again.
func more(t *testing.T, js jetstream.JetStream) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if s, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "MORE", Subjects: []string{"more.*"}}); err == nil {
		_, _ = s.CreateConsumer(ctx, jetstream.ConsumerConfig{Durable: "m"}) // see above
	}
	_ = js.DeleteStream(ctx, "MORE") // it may not be there
}
