//go:build e2e

package exporter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/broker"
)

// TestE2EPrometheus has a real Prometheus scrape a real super-cluster: the target
// is up, the rules are loaded, and a server that is killed raises the alert
// about it and no other, as does one that is drained.
func TestE2EPrometheus(t *testing.T) {
	tool, err := exec.LookPath("prometheus")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("prometheus is not installed")
		}
		t.Skip("prometheus is not installed")
	}
	c := start(t, broker.Super(3, "east", "west"))
	assets(t, c)
	url := serve(t, connect(t, c, "sys"))
	eventually(t, url, func(s map[string]string) bool { return len(find(s, "nats_server_up")) == 6 })
	p := runPrometheus(t, tool, url)

	p.eventually(t, "target up", `up == 1`, 1)
	p.eventually(t, "servers", `nats_server_up == 1`, 6)
	p.eventually(t, "records", `nats:servers:up == 6`, 1)
	if got := p.firing(t); len(got) != 0 {
		t.Errorf("a healthy fleet raises %v", got)
	}

	c.Node("east-2").Kill()
	p.onlyAlert(t, "NatsServerDown east-2")
	if err := c.Node("east-2").Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.onlyAlert(t, "")

	victim := c.Node("west-3")
	client, err := victim.Connect("app") // with a client the drain takes its time
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	drained := make(chan error, 1)
	go func() { drained <- victim.LameDuck(30*time.Second, 25*time.Second) }()
	p.onlyAlert(t, "NatsServerDraining west-3")
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

type prometheus struct{ url string }

func runPrometheus(t *testing.T, tool, target string) *prometheus {
	t.Helper()
	dir := t.TempDir()
	rules, err := exporter.Rules(exporter.RuleOptions{Hold: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	addr := strings.TrimSuffix(strings.TrimPrefix(target, "http://"), "/metrics")
	config := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [rules.yaml]\nscrape_configs:\n- job_name: nats\n  static_configs: [{targets: [%q]}]\n", addr)
	for name, body := range map[string]string{"rules.yaml": string(rules), "prometheus.yaml": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	l.Close()
	cmd := exec.CommandContext(t.Context(), tool, "--config.file="+filepath.Join(dir, "prometheus.yaml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+listen)
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return &prometheus{"http://" + listen}
}

// query returns the label sets of an expression's result; nil while Prometheus
// is not up yet.
func (p *prometheus) query(t *testing.T, expr string) []map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/api/v1/query", nil)
	if err != nil {
		t.Fatal(err)
	}
	q := req.URL.Query()
	q.Set("query", expr)
	req.URL.RawQuery = q.Encode()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string `json:"metric"`
			} `json:"result"`
		} `json:"data"`
	}
	if json.NewDecoder(resp.Body).Decode(&answer) != nil {
		return nil
	}
	var out []map[string]string
	for _, r := range answer.Data.Result {
		out = append(out, r.Metric)
	}
	return out
}

func (p *prometheus) eventually(t *testing.T, what, expr string, n int) {
	t.Helper()
	p.poll(t, what, func() bool { return len(p.query(t, expr)) == n })
}

func (p *prometheus) poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(2*patience), time.NewTicker(500*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not in time: %s; firing: %v", what, p.firing(t))
		}
	}
}

// firing lists the alerts that fire. NatsCPU is left out: all servers of the
// test share one process, which is busy with the test itself.
func (p *prometheus) firing(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, m := range p.query(t, `ALERTS{alertstate="firing",alertname!="NatsCPU"}`) {
		out = append(out, strings.TrimSpace(m["alertname"]+" "+m["server_name"]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// onlyAlert waits until this alert fires, or none, and fails if any other does
// meanwhile or shortly after.
func (p *prometheus) onlyAlert(t *testing.T, want string) {
	t.Helper()
	others := map[string]bool{}
	look := func() bool {
		now := p.firing(t)
		for _, a := range now {
			if a != want && want != "" {
				others[a] = true
			}
		}
		return want == "" && len(now) == 0 || slices.Contains(now, want)
	}
	p.poll(t, "alert "+want, look)
	for range 10 { // two more rounds of the longest hold
		<-time.After(time.Second)
		look()
	}
	if len(others) > 0 {
		t.Errorf("beside %s there fire %v", want, others)
	}
}
